"""Promises of missing papers, deliveries of loose papers and chasing letters, in every state they can be in."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from rendang.circulation.accruals import actions as accruals
from rendang.circulation.accruals.models import Accrual, Chase
from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.demo.citizens import IN_STOCK
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Dossier, Undertaking
from rendang.kernel.files.queries import open_file
from rendang.storage import actions as storage

OFFICE = "RCSC"
# How long ago they were told, and what became of the promise.
_PROMISES = ((2, "told"), (9, "promised"), (38, "late"), (26, "kept"), (20, "given up"))
# When a delivery came, of how many people, and how far it has got.
_DELIVERIES = (
    (1, 30, "registered"), (6, 4, "identified"), (12, 12, "filed"), (8, 2, "returned"), (5, 6, "waits"),
    (34, 1, "late"),
)  # fmt: skip
# How long ago a letter was written, to whom, and what became of it.
_TO_PERSON, _TO_EMPLOYER, _TO_SCHOOL = Chase.Addressee.PERSON, Chase.Addressee.EMPLOYER, Chase.Addressee.SCHOOL
_LETTERS = (
    (4, _TO_SCHOOL, "sent"), (10, _TO_SCHOOL, "answered"), (15, _TO_SCHOOL, "ended"), (3, _TO_PERSON, "sent"),
    (32, _TO_EMPLOYER, "sent again"),
)  # fmt: skip
_STEPS, _CHASE_STEPS = accruals.STEPS, accruals.CHASE_STEPS


def scenes(city: City) -> Iterator[Scene]:
    for days_ago, fate in _PROMISES:
        dossier = city.dossier_of(IN_STOCK) if fate == "told" else city.dossier(OFFICE, stays=True)
        if dossier:
            yield _promise(city, dossier, days_ago, fate)
    for days_ago, people, fate in _DELIVERIES:
        wanted = range(city.some(people, least=2))
        some = [dossier for _one in wanted if (dossier := city.dossier(OFFICE, stays=True))]
        if some:
            yield _delivery(city, some, days_ago, fate)
    for days_ago, kind, fate in _LETTERS:
        dossier = city.dossier_of(IN_STOCK) if kind == _TO_PERSON else city.dossier(OFFICE, stays=True)
        if dossier:
            yield _letter(city, dossier, days_ago, kind, fate)


def _promise(city: City, dossier: Dossier, days_ago: int, fate: str) -> Scene:
    clerk, reviewer = city.by("clerk", OFFICE), city.by("reviewer", OFFICE)
    yield days_ago
    today = timezone.localdate()
    told = dossiers.tell_once(
        dossier.person,
        city.institutions[OFFICE],
        dossier=dossier,
        by=clerk,
        missing=[{"code": "ED-04"}, {"code": "WK-04"}],
        promised_on=today + timedelta(days=30) if fate == "late" else None,
    )
    if fate == "told":
        return
    yield days_ago - 1
    dossiers.UNDERTAKING_STEPS["confirm"](told, by=clerk, signed=_signed(told), statement="已联系原学校和原单位。")
    yield days_ago - 6
    note = "电话联系本人，学校已受理补办申请。"
    dossiers.UNDERTAKING_STEPS["follow_up"](told, by=clerk, done_on=timezone.localdate(), note=note)
    if fate == "kept":
        yield days_ago - 15
        rows = [
            {"class_mark": "4-1", "title": "高等学校毕业生登记表", "formed_on": dossier.person.graduated, "pages": 4},
            {"class_mark": "9-2", "title": "解除劳动合同证明书", "pages": 1},
        ]
        dossiers.add_materials(dossier, rows, by=reviewer)
    elif fate == "given up":
        yield days_ago - 14
        reason = "学校、原单位均已撤销，出具了无存根证明。"
        dossiers.UNDERTAKING_STEPS["end"](told, by=clerk, outcome="CANNOT_BE_OBTAINED", reason=reason)


def _signed(told: Undertaking) -> Any:
    """The notice itself stands for its signed scan."""
    assert told.notice_file
    return io.BytesIO(b"".join(open_file(told.notice_file)))


def _delivery(city: City, some: list[Dossier], days_ago: int, fate: str) -> Scene:
    clerk, reviewer, keeper = (city.by(role, OFFICE) for role in ("clerk", "reviewer", "keeper"))
    yield days_ago
    year = timezone.localdate().year - 1
    facts = {"title": f"{year}年度考核登记表", "class_mark": "3", "formed_on": f"{year}-12", "pages": 2}
    if fate == "filed":  # this one comes in time
        month = timezone.localdate()
        facts |= {"title": f"{month.year}年度继续教育登记表", "class_mark": "4-4", "formed_on": f"{month:%Y-%m}"}
    accrual = accruals.register(
        city.institutions[OFFICE],
        by=clerk,
        sender="海岱虚构实业有限公司",
        deliverer="孙人事",
        rows=[(dossier.pk, facts) for dossier in some],
    )
    if fate in ("registered", "late"):
        return
    yield days_ago - 1
    first = str(accrual.items.values_list("pk", flat=True)[0])
    unsealed = {"refusal": "formalities", "detail": "考核结果栏未加盖公章"}
    if fate == "waits":
        storage.lend(some[-1], by=keeper, detail="海岱市社会保险经办机构")
    if fate == "returned":
        keys = accrual.items.values_list("pk", flat=True)
        _STEPS["identify"](accrual, by=reviewer, verdicts={str(key): unsealed for key in keys})
        return
    _STEPS["identify"](accrual, by=reviewer, verdicts={first: unsealed} if fate == "filed" else {})
    if fate in ("filed", "waits"):
        yield days_ago - 2
        _STEPS["file"](Accrual.objects.get(pk=accrual.pk), by=keeper)


def _letter(city: City, dossier: Dossier, days_ago: int, kind: str, fate: str) -> Scene:
    clerk, person = city.by("clerk", OFFICE), dossier.person
    to_whom = {
        _TO_PERSON: (person.name, ["专业技术职务任职资格评审表"]),
        _TO_EMPLOYER: ("海岱虚构实业有限公司", ["劳动合同书", "年度考核登记表"]),
        _TO_SCHOOL: (person.school or "虚构大学", ["毕业生登记表", "成绩表"]),
    }
    addressee, titles = to_whom[Chase.Addressee(kind)]
    yield days_ago
    letter = accruals.chase(dossier, by=clerk, addressee_kind=kind, addressee=addressee, titles=titles)
    if fate == "answered":
        yield days_ago - 3
        _CHASE_STEPS["answer"](letter, by=clerk)
    elif fate == "ended":
        yield days_ago - 8
        _CHASE_STEPS["end"](letter, by=clerk, reason="学校书面答复：无存根，无法提供。")
    elif fate == "sent again":
        yield days_ago - 24
        _CHASE_STEPS["send_again"](letter, by=clerk)
