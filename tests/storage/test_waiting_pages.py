"""What rosters left to be placed, and where a dossier has been."""

import pytest
from django.urls import reverse

from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions, queries
from rendang.storage.models import Placement, Slot
from tests.factories import PlacementFactory, SlotFactory, staff
from tests.storage.conftest import cost, written

pytestmark = pytest.mark.django_db


def test_what_rosters_left_is_placed_where_it_belongs(desk, institution, slot):
    free = SlotFactory(institution=institution, store=slot.store, rack="B", code="K01-B-01-1-001")
    named = written(institution, "Ｋ01－A－03－4－012", name="甲某")
    vague = written(institution, "东墙第三柜", name="乙某")
    third = written(institution, "西墙", name="丙某")
    url = reverse("storage:to_place")

    page = desk.get(url).text

    for text in ("甲某", "东墙第三柜", slot.code, free.code, "as written", "nearest free", "no slot is free"):
        assert text in page
    assert AuditEvent.objects.latest("pk").verb == "placement.list"

    answer = desk.post(
        url,
        {
            "dossier": [named.dossier_id, vague.dossier_id, third.dossier_id],
            f"slot_{named.dossier_id}": slot.code,
            f"slot_{vague.dossier_id}": "K99",
            f"slot_{third.dossier_id}": slot.code,
        },
    )

    assert "There is no slot “K99”" in answer.text
    assert "is full" in answer.text
    assert "1 dossier is placed" in answer.text
    assert [row.dossier_id for row in queries.unplaced(institution)] == [vague.dossier_id, third.dossier_id]
    done = desk.post(url, {"dossier": [vague.dossier_id], f"slot_{vague.dossier_id}": free.code})
    assert done.status_code == 302
    assert Slot.objects.get(pk=free.pk).occupied == 1


def test_only_our_own_waiting_dossiers_are_placed(desk, other_institution, slot):
    theirs = written(other_institution, "东墙")
    url = reverse("storage:to_place")

    desk.post(url, {"dossier": [theirs.dossier_id, "x", "9" * 30], f"slot_{theirs.dossier_id}": slot.code})

    assert list(Placement.objects.all()) == [theirs]
    assert desk.get(f"{url}?institution={other_institution.pk}").status_code == 404


def test_the_list_of_waiting_dossiers_costs_the_same_however_long(desk, institution, slot):
    url = reverse("storage:to_place")
    written(institution, "东墙")
    one = cost(desk, url)
    for n in range(8):
        written(institution, f"东墙{n}")
    assert cost(desk, url) == one <= 40
    assert "东墙7" in desk.get(f"{url}?q=墙7").text
    assert "No dossier to be placed matches" in desk.get(f"{url}?q=nothing").text


def test_an_empty_list_says_so(desk):
    assert "Everything has its place" in desk.get(reverse("storage:to_place")).text


def test_the_history_shows_other_institutions_without_their_slots(
    desk, institution, other_institution, keeper, dossier
):
    theirs = PlacementFactory(dossier=dossier, institution=other_institution, by=staff(other_institution, Role.KEEPER))
    actions.put_on_desk(dossier, institution, by=keeper, detail="收件窗口")

    page = desk.get(reverse("storage:history", args=[dossier.pk])).text

    assert "收件窗口" in page
    assert other_institution.label in page
    assert theirs.slot.code not in page
    assert theirs.by.name not in page
    assert AuditEvent.objects.latest("pk").verb == "dossier.places"
