"""An institution of the city asks another for a dossier by its recall letter: at least one in every state."""

from collections.abc import Iterator

from rendang.circulation.intake import actions as intake
from rendang.circulation.transfers import actions as transfers
from rendang.circulation.transfers.models import DepartureRequest
from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.kernel.accounts import actions as accounts
from rendang.kernel.accounts.identity import ConfirmedIdentity

FROM, TO = "RCSC", "JYZX"


def scenes(city: City) -> Iterator[Scene]:
    yield call(city, "APPLIED", 0)
    yield call(city, "ASKED", 1, online=True)
    yield call(city, "AGREED", 4, online=True)
    yield call(city, "REFUSED", 5)
    yield call(city, "WITHDRAWN", 6)
    yield call(city, "IN_TRANSIT", 9)
    yield call(city, "RECEIVED", 13)


def call(city: City, until: str, days_ago: int, *, online: bool = False) -> Scene:
    """The second institution calls for a dossier that the first keeps, at the window or applied for online."""
    dossier = city.dossier(FROM)
    if dossier is None:
        return
    clerk, keeper, approver = (city.by(role, FROM) for role in ("clerk", "keeper", "approver"))
    clerk_there, approver_there = city.by("clerk", TO), city.by("approver", TO)
    yield days_ago
    person, place = dossier.person, city.institutions[TO]
    reason, sender = "flexible", "不清楚，请机构查询"
    if online:
        citizen = accounts.citizen_of(ConfirmedIdentity(person.name, person.id_number), by=None)
        case = intake.apply_online(place, by=citizen, reason=reason, sender=sender)
    else:
        case = intake.apply(
            place, by=clerk_there, name=person.name, id_number=person.id_number, reason=reason, sender=sender
        )
    if until == "APPLIED":
        return
    yield days_ago
    case = intake.issue_letter(case, by=approver_there)
    if until == "ASKED":
        return
    request = DepartureRequest.objects.get(letter_number=case.letter_number)
    yield days_ago - 1
    if until == "WITHDRAWN":
        intake.withdraw(case, by=clerk_there, reason="存档人决定仍在原机构存档。")
        return
    if until == "REFUSED":
        detail = "该档案正由组织部门查阅，预计下周归还，届时请再次调档。"
        transfers.REQUEST_STEPS["answer"](request, by=clerk, answer_code="obstacle", answer_detail=detail)
        return
    named = {"dossier": dossier.barcode, "reason": "internal"}
    moving = transfers.REQUEST_STEPS["offer_transfer"](request, by=clerk, **named).transfer_offered
    if until == "AGREED":
        return
    counted = {"principal_volumes": 1, "duplicate_volumes": 0, "papers_counted": 15 + dossier.pk % 21}
    yield days_ago - 3
    moving = transfers.pack(moving, by=keeper, **counted)
    yield days_ago - 4
    moving = transfers.dispatch(moving, by=approver, carrier="hand")
    if until == "IN_TRANSIT":
        return
    yield days_ago - 5
    transfers.receive(moving, by=city.by("keeper", TO), seal_intact=True, **counted)
