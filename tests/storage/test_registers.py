"""库房档案出入登记簿."""

import pytest
from django.utils import timezone

from rendang.storage import actions
from rendang.storage.queries import register_of_placements
from tests.factories import PlacementFactory, SlotFactory, StoreFactory, held_dossier

pytestmark = pytest.mark.django_db


def test_every_move_of_the_days_in_its_order(institution, keeper):
    store = StoreFactory(institution=institution, code="K01")
    one, two = (SlotFactory(institution=institution, store=store, code=f"K01-A-{n}") for n in (1, 2))
    dossier = held_dossier(institution, name="李雷", custody={"archive_number": "RC-7"})
    PlacementFactory(institution=institution, dossier=dossier, slot=None, kind="AS_WRITTEN", detail="东墙")
    PlacementFactory(institution=institution)  # a roster brought it
    actions.place(dossier, one, by=keeper)
    actions.move(dossier, two, by=keeper)
    actions.take_out(dossier, by=keeper, detail="调卷台")
    actions.lend(dossier, by=keeper, detail="市社保局")
    actions.put_on_desk(dossier, institution, by=keeper, detail="归还")

    today = timezone.localdate()
    rows = list(register_of_placements(institution, today, today))

    assert [row[1:6] for row in rows] == [
        ["RC-7", "李雷", "上架", "原位置 东墙", "K01-A-1"],
        ["RC-7", "李雷", "移位", "K01-A-1", "K01-A-2"],
        ["RC-7", "李雷", "下架", "K01-A-2", "办公桌 调卷台"],
        ["RC-7", "李雷", "借出", "办公桌 调卷台", "借阅单位 市社保局"],
        ["RC-7", "李雷", "收回", "借阅单位 市社保局", "办公桌 归还"],
    ]
    assert {row[7] for row in rows} == {str(keeper)}
    assert list(register_of_placements(institution, today.replace(year=2020), today.replace(year=2020))) == []
