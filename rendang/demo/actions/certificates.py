"""Certificates of custody at every window and online, in every state and with every public status."""

from collections.abc import Iterator

from rendang.circulation.transfers import actions as transfers
from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.demo.citizens import IN_STOCK, RARE_NAME, RETIRED, Citizen
from rendang.dossiers.models import Dossier
from rendang.kernel.accounts import actions as accounts
from rendang.kernel.accounts.identity import ConfirmedIdentity
from rendang.people import actions as people
from rendang.services.certificates import actions as certificates

_PURPOSES = ("求职、入职", "升学、考试报名", "职称申报", "户籍办理", "社会保险、退休", "政审（考察）")
_OFFICES = ("RCSC", "RCSC", "JYZX", "WQZX", "TXRY", "LDZX")
_LOOKS = ("核对来访人身份证与档案记载", "办理社会保险关系接续，核对号码", "存档单位来函核对")


def scenes(city: City) -> Iterator[Scene]:
    for number in range(city.scale):
        yield from (
            _drafted(city, 0),
            _drafted(city, 0),
            _drafted(city, 3 if number == 0 else 1),
            _refused(city, 5),
            _revoked(city, 17),
            _superseded(city, 25),
            _left_since(city, 24),
        )
        yield from (_issued(city, 2 + at * 3 + number) for at in range(city.some(8, least=4)))
    yield _at_the_window(city, IN_STOCK, 21)
    yield _online(city, RARE_NAME, 6)
    yield _online(city, RETIRED, 1)


def _somebody(city: City, days_ago: int) -> tuple[str, Dossier | None, str]:
    office = city.office_known(_OFFICES, days_ago)
    return office, city.dossier(office), city.random.choice(_PURPOSES)


def _drafted(city: City, days_ago: int) -> Scene:
    office, dossier, purpose = _somebody(city, days_ago)
    if dossier:
        yield days_ago
        certificates.draft(dossier, by=city.by("clerk", office), purpose=purpose)


def _issued(city: City, days_ago: int) -> Scene:
    office, dossier, purpose = _somebody(city, days_ago)
    if dossier:
        yield days_ago
        case = certificates.draft(dossier, by=city.by("clerk", office), purpose=purpose)
        yield days_ago
        certificates.issue(case, by=city.by("reviewer", office))


def _refused(city: City, days_ago: int) -> Scene:
    office, dossier, purpose = _somebody(city, days_ago)
    if dossier:
        yield days_ago
        case = certificates.draft(dossier, by=city.by("clerk", office), purpose=purpose)
        yield days_ago - 1
        reason = "申请用途为亲属关系证明，不属于存档证明，请改为申请相应证明。"
        certificates.refuse(case, by=city.by("approver", office), reason=reason)


def _revoked(city: City, days_ago: int) -> Scene:
    office, dossier, purpose = _somebody(city, days_ago)
    if dossier:
        yield days_ago
        case = certificates.draft(dossier, by=city.by("clerk", office), purpose=purpose)
        yield days_ago
        case = certificates.issue(case, by=city.by("reviewer", office))
        yield days_ago - 4
        certificates.revoke(case, by=city.by("approver", office), reason="存档性质登记有误，更正后重新出具。")


def _superseded(city: City, days_ago: int) -> Scene:
    office, dossier, purpose = _somebody(city, days_ago)
    for passed in (0, 15):
        if dossier:
            yield days_ago - passed
            case = certificates.draft(dossier, by=city.by("clerk", office), purpose=purpose)
            yield days_ago - passed
            certificates.issue(case, by=city.by("reviewer", office))


def _left_since(city: City, days_ago: int) -> Scene:
    """Certified at RCSC, then moved: who verifies the paper is told that the dossier has left."""
    dossier = city.dossier("RCSC")
    if dossier is None:
        return
    yield days_ago
    case = certificates.draft(dossier, by=city.by("clerk", "RCSC"), purpose=_PURPOSES[0])
    yield days_ago
    certificates.issue(case, by=city.by("reviewer", "RCSC"))
    counts = {"principal_volumes": 1, "duplicate_volumes": 0, "papers_counted": 21}
    yield days_ago - 5
    move = transfers.offer(dossier, city.institutions["WQZX"], by=city.by("clerk", "RCSC"), reason="employed")
    yield days_ago - 6
    move = transfers.agree(move, by=city.by("approver", "WQZX"))
    yield days_ago - 8
    move = transfers.pack(move, by=city.by("keeper", "RCSC"), **counts)
    yield days_ago - 8
    move = transfers.dispatch(move, by=city.by("approver", "RCSC"), carrier="hand")
    yield days_ago - 9
    transfers.receive(move, by=city.by("keeper", "WQZX"), seal_intact=True, **counts)


def _at_the_window(city: City, citizen: Citizen, days_ago: int) -> Scene:
    """Somebody by name was served before, and clerks looked at the record: the citizen's page shows it."""
    dossier = city.dossier_of(citizen)
    if dossier is None:
        return
    office = citizen.office
    yield days_ago
    people.unmask(dossier.person, by=city.by("clerk", office), reason=_LOOKS[0])
    yield days_ago
    case = certificates.draft(dossier, by=city.by("clerk", office), purpose=_PURPOSES[2])
    yield days_ago
    certificates.issue(case, by=city.by("reviewer", office))
    for passed, reason in ((7, _LOOKS[1]), (13, _LOOKS[2])):
        yield days_ago - passed
        people.unmask(dossier.person, by=city.by("reviewer", office), reason=reason)


def _online(city: City, citizen: Citizen, days_ago: int) -> Scene:
    """Signed in with the real name, applied, got it at once."""
    dossier = city.dossier_of(citizen)
    if dossier:
        yield days_ago
        account = accounts.citizen_of(ConfirmedIdentity(citizen.name, citizen.id_number), by=None)
        certificates.apply_online(dossier, by=account, purpose=_PURPOSES[4])
