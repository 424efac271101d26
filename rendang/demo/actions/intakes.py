"""Dossiers on their way in: at least one intake in every state, in time, due soon, overdue and paused."""

from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from rendang.circulation.intake import actions as intake
from rendang.circulation.intake.models import Intake
from rendang.circulation.parcels import actions as parcels
from rendang.circulation.parcels.models import Parcel
from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.demo.actions.transfers import transfer
from rendang.demo.citizens import ARRIVING
from rendang.demo.city import FORMER_KEEPERS
from rendang.demo.inhabitants import Inhabitant
from rendang.dossiers.actions import UNDERTAKING_STEPS as promises
from rendang.dossiers.models import Custody, Undertaking
from rendang.kernel.core.identifiers import is_valid_ems_number
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow import actions as workflow
from rendang.people.queries import find_by_id_number
from rendang.storage import actions as storage
from rendang.storage.queries import free_slots

State = Intake.State
Seal = Parcel.Seal
_REASONS = ("new_employer", "graduation", "resignation", "flexible", "relocation", "unemployment")
_OFFICES = ("RCSC", "JYZX", "RCSC", "WQZX", "RCSC", "LDZX")
_MISSING = (
    "缺解除劳动合同证明（2014—2017 年），可能影响失业登记和连续工龄认定；已一次性告知，由原单位补具。",
    "缺入党志愿书，可能影响党员身份认定；已一次性告知，由原党组织补具。",
    "缺毕业生登记表，可能影响学历认定；已一次性告知，由毕业院校补具。",
)


def scenes(city: City) -> Iterator[Scene]:
    """Where each intake stands today, and how many working days ago it began."""
    for number in range(city.scale):
        # The first round has the laggards.
        late = number == 0
        yield from (
            _intake(city, State.APPLIED, 0),
            _intake(city, State.APPLIED, 4 if late else 0),
            _intake(city, State.CALLED, 3 + number),
            _intake(city, State.CALLED, 12 + number),
            _intake(city, State.CALLED, 38 if late else 29),
            _intake(city, State.CALLED, 20, pause="原存档单位正在查找档案，来函请求延期。"),
            _intake(city, State.ARRIVED, 9, late=0),
            _intake(city, State.ARRIVED, 14, late=3 if late else 1),
            _intake(city, State.ARRIVED, 8, carrier="self", seal=Seal.BROKEN),
            _intake(city, State.HALF_OPENED, 12, late=0),
            _intake(city, State.OPENED, 13, late=0),
            _intake(city, State.OPENED, 21, late=7 if late else 2),
            _intake(city, State.COMPARED, 15, late=0),
            _intake(city, State.COMPARED, 15, comparison="目录列 23 份，实有 22 份，缺 2016 年度考核登记表。"),
            _intake(city, State.REVIEWED, 16, late=0),
            _intake(city, State.REVIEWED, 17, missing=_MISSING[0], late=4 if late else 0),
            _intake(city, State.ACCEPTED, 18, shelve=False),
            _intake(city, State.RECEIPTED, 27, late=8),
            _intake(city, State.RECEIPTED, 33, missing=_MISSING[1], late=15),
            _intake(city, State.RECEIPTED, 44, missing=_MISSING[2], late=26),
            _intake(city, State.RETURNED, 19, carrier="self", seal=Seal.MISSING, late=5),
            _intake(city, State.RETURNED, 24, comparison="通知单为 2 卷，实到 1 卷。", late=9),
            _intake(city, State.TO_RETURN, 12, carrier="courier", seal=Seal.INTACT, late=2),
            _intake(city, State.SENT_BACK, 16, carrier="mail", seal=Seal.MISSING, late=4),
            _intake(city, State.WITHDRAWN, 11),
            _intake(city, State.WITHDRAWN, 40, called=True),
        )
    yield _intake(city, State.MISSING, 40, carrier="self", seal=Seal.MISSING, late=6)
    yield _intake(city, State.LOST, 58, carrier="self", seal=Seal.BROKEN, late=8)
    yield _intake(city, State.ACCEPTED, 20, lacking=("ED-04",), shelve=False)
    yield _intake(city, State.RECEIPTED, 46, lacking=("ED-04",), late=24, comes_later=True)
    yield _contested(city, "RCSC", "JYZX")
    yield _came_round(city)
    yield _turned_up(city, 29)
    yield _turned_up(city, 24, called=3)
    yield _listed(city)
    arriving = Inhabitant(
        ARRIVING.name, ARRIVING.id_number, "男", timezone.localdate(), received_from="岱东市人才交流中心"
    )
    yield _intake(city, State.ARRIVED, 7, person=arriving, office="JYZX")


def _intake(
    city: City,
    state: str,
    days_ago: int,
    *,
    late: int = 1,
    carrier: str = "ems",
    seal: str = Seal.INTACT,
    comparison: str = "",
    missing: str = "",
    lacking: tuple[str, ...] = (),
    comes_later: bool = False,
    shelve: bool = True,
    called: bool = False,
    pause: str = "",
    person: Inhabitant | None = None,
    office: str = "",
) -> Scene:
    """One intake from its application to ``state``. ``late``: the last step lies so many working days back."""
    number = city.random.randrange(10**6)
    office = office or _OFFICES[number % len(_OFFICES)]
    clerk, reviewer, approver = (city.by(role, office) for role in ("clerk", "reviewer", "approver"))
    somebody = person or city.newcomer()
    sender = somebody.received_from or FORMER_KEEPERS[number % len(FORMER_KEEPERS)]

    yield days_ago
    case = intake.apply(
        city.institutions[office],
        by=clerk,
        name=somebody.name,
        id_number=somebody.id_number,
        reason=_REASONS[number % len(_REASONS)],
        sender=sender,
        sender_address="",
        archive_type=Custody.ArchiveType.PERSONAL,
        mobile=somebody.mobile,
    )
    if state == State.APPLIED:
        return
    if state == State.WITHDRAWN and not called:
        yield days_ago - 2
        intake.withdraw(case, by=clerk, reason="本人到外地就业，不再转入。")
        return
    yield days_ago
    case = intake.issue_letter(case, by=approver)
    if state == State.WITHDRAWN:
        yield days_ago - 32
        intake.withdraw(case, by=clerk, reason="调档函已过有效期，原单位未转出，本人撤回申请。")
        return
    if pause:
        yield days_ago - 9
        workflow.pause(case, by=clerk, reason=pause)
    if state == State.CALLED:
        return
    # From here on one step a day; the last one was taken `late` working days ago.
    extra = 2 + comes_later if lacking else 0
    days = iter(range(late + _steps_after_arrival(state, seal, carrier, shelve) + extra, late - 1, -1))
    yield next(days)
    case = intake.register_parcel(
        case,
        by=clerk,
        carrier=carrier,
        waybill=waybill(number) if carrier == "ems" else "",
        parcel_sender=sender,
        seal=seal,
        arrived_on=timezone.localdate(),
    )
    if state == State.ARRIVED:
        return
    if state in _WAY_BACK and (seal != Seal.INTACT or carrier != "ems"):
        yield next(days)
        detail = "转递方式违规或未密封。请由原存档机构以机要通信、邮政特快专递或专人送取方式转递。"
        case = intake.return_parcel(case, by=approver, return_reason="self_carried", return_detail=detail)
        yield from _back(case, state, clerk, approver, number, days)
        return
    counts = {"principal_volumes": 1, "duplicate_volumes": number % 2, "papers_counted": 14 + number % 19}
    yield next(days)
    case = intake.open_parcel(case, by=clerk, **counts)
    if state == State.HALF_OPENED:
        return
    yield next(days)
    case = intake.witness_opening(case, by=city.workers.get(f"clerk2.{office.lower()}", reviewer))
    if state == State.OPENED:
        return
    yield next(days)
    case = intake.compare(
        case,
        by=reviewer,
        notice_agrees=not comparison,
        list_agrees=not comparison,
        right_person=True,
        comparison=comparison,
    )
    if state == State.COMPARED:
        return
    if state in _WAY_BACK:
        yield next(days)
        detail = f"{comparison}请核对后重新转递。"
        case = intake.return_parcel(case, by=approver, return_reason="mismatch", return_detail=detail)
        yield from _back(case, state, clerk, approver, number, days)
        return
    yield next(days)
    review = "三龄两历一身份记载一致，无涂改。" if not missing else "除所列缺件外，材料齐全，记载一致。"
    types = ["G"] if lacking else []
    case = intake.review(case, by=reviewer, review=review, missing=missing, person_types=types, lacking=list(lacking))
    promise = Undertaking.objects.filter(origin=case).first()
    if promise is not None:
        yield next(days)
        promise = promises["confirm"](promise, by=clerk, signed=_signed(), statement="本人知悉缺件影响，承诺补充。")
    if state == State.REVIEWED:
        return
    yield next(days)
    case = intake.accept(case, by=approver)
    if shelve:
        yield next(days)
        keeper = city.by("keeper", office)
        slot = free_slots(case.institution, limit=1)[0]
        storage.place(case.dossier, slot, by=keeper, case=case)
    if promise is not None:
        yield next(days)
        note = "电话联系毕业院校档案馆，可凭介绍信复制毕业生登记表；已告知本人。"
        promise = promises["follow_up"](promise, by=clerk, done_on=timezone.localdate(), note=note)
    if promise is not None and comes_later:
        yield next(days)
        promises["supplement"](promise, by=clerk)
    if state == State.RECEIPTED:
        yield next(days)
        sent = {"receipt_carrier": "ems", "receipt_waybill": waybill(number + 7)}
        intake.send_receipt(case, by=clerk, receipt_sent_on=timezone.localdate(), **sent)


def _contested(city: City, holder: str, office: str) -> Scene:
    """A second dossier of somebody whose dossier another institution holds: it lies before supervision."""
    dossier = city.dossier(holder)
    if dossier is None:
        return
    clerk, reviewer, approver = (city.by(role, office) for role in ("clerk", "reviewer", "approver"))
    yield 9
    parcel = parcels.register(
        city.institutions[office],
        by=clerk,
        arrived_on=timezone.localdate(),
        carrier="ems",
        waybill=waybill(4711),
        sender="岱东市人才交流中心",
        seal=Seal.INTACT,
    )
    person = dossier.person
    case = intake.open_for_parcel(
        parcel, by=clerk, name=person.name, id_number=person.id_number, reason="unemployment"
    )
    yield 8
    case = intake.open_parcel(case, by=clerk, principal_volumes=1, duplicate_volumes=0, papers_counted=19)
    yield 8
    case = intake.witness_opening(case, by=reviewer)
    yield 7
    case = intake.compare(case, by=reviewer, notice_agrees=True, list_agrees=True, right_person=True, comparison="")
    yield 6
    case = intake.review(case, by=reviewer, review="材料齐全，但系统显示另一机构保管着此人档案。")
    yield 5
    intake.claim(case, by=approver)


def _came_round(city: City) -> Scene:
    """Called by one institution, sent to another by mistake, and handed over: what waited for it ends with that."""
    somebody = city.newcomer()
    yield from _intake(city, State.CALLED, 46, person=somebody, office="JYZX")
    yield from _intake(city, State.RECEIPTED, 40, person=somebody, office="RCSC", late=14)
    if person := find_by_id_number(somebody.id_number):
        yield from transfer(city, "RECEIVED", 9, dossier=person.dossier, route=("RCSC", "JYZX"))


def _turned_up(city: City, days_ago: int, *, called: int | None = None) -> Scene:
    """Called for by a letter on paper while the old keeper sends it to another institution of the city.

    ``called``: so many working days ago it was asked for there; else that is still offered.
    """
    somebody = city.newcomer()
    yield from _intake(city, State.CALLED, days_ago, person=somebody, office="JYZX")
    yield from _intake(city, State.RECEIPTED, days_ago - 4, person=somebody, office="RCSC", late=5)
    if called is not None:
        yield called
        waiting = Intake.objects.get(person=find_by_id_number(somebody.id_number), institution__code="JYZX")
        intake.call_inside(waiting, by=city.by("approver", "JYZX"))


def _signed() -> ContentFile:
    """The promise as it was signed by hand and scanned."""
    return ContentFile(b"%PDF-1.7\n1 0 obj<<>>endobj\n%%EOF\n", name="承诺书.pdf")


_WAY_BACK = (State.TO_RETURN, State.SENT_BACK, State.RETURNED, State.MISSING, State.LOST)


def _back(case: Intake, state: str, clerk: Any, approver: Any, number: int, days: Iterator[int]) -> Scene:
    """The way back as far as ``state``."""
    if state == State.TO_RETURN:
        return
    yield next(days)
    case = intake.send_back(case, by=clerk, carrier="ems", waybill=waybill(number + 3))
    if state == State.RETURNED:
        yield next(days)
        intake.confirm_return(case, by=clerk, returned_on=timezone.localdate(), return_finding="邮政妥投记录")
    if state in (State.MISSING, State.LOST):
        yield next(days)
        case = intake.report_missing(case, by=clerk, reason="对方机构称未收到，已向邮政查询。")
    if state == State.LOST:
        yield next(days)
        intake.give_up(case, by=approver, reason="邮政答复查无下落，已函告转出单位补建档案。")


_LIST = (
    ("1", "履历表", "2012-03", 4),
    ("4-1", "高等学校毕业生登记表", "2011-06", 4),
    ("4-1", "高等学校学生学习成绩表", "2011-06", 2),
    ("6", "入团志愿书", "2004-05", 3),
    ("9-1", "工资审批表", "2013-07", 1),
)


def _listed(city: City) -> Scene:
    """Compared paper by paper: one paper is short of a page."""
    office = "RCSC"
    clerk, reviewer, approver = (city.by(role, office) for role in ("clerk", "reviewer", "approver"))
    somebody = city.newcomer()
    yield 9
    case = intake.apply(
        city.institutions[office],
        by=clerk,
        name=somebody.name,
        id_number=somebody.id_number,
        reason="new_employer",
        sender=FORMER_KEEPERS[1],
        personal_identity="21",
    )
    case = intake.issue_letter(case, by=approver)
    yield 3
    case = intake.register_parcel(
        case,
        by=clerk,
        carrier="confidential",
        waybill="JY20417",
        parcel_sender=case.sender,
        seal=Seal.INTACT,
        arrived_on=timezone.localdate(),
        handed_over_by="机要交换员",
    )
    case = intake.open_parcel(case, by=clerk, principal_volumes=1, duplicate_volumes=0, papers_counted=len(_LIST))
    yield 2
    case = intake.witness_opening(case, by=reviewer)
    marks = {mark.mark for mark in standards.class_marks() if mark.takes_materials}
    listed = [dict(zip(("class_mark", "title", "formed_on", "pages"), paper, strict=True)) for paper in _LIST]
    intake.enter_list(case, [paper for paper in listed if paper["class_mark"] in marks], by=reviewer)
    yield 1
    papers = list(case.compared.all())
    found = {paper.pk: (paper.pages_listed, "") for paper in papers[1:]}
    intake.check_list(case, found | {papers[0].pk: (3, "缺第 4 页")}, by=reviewer)


def waybill(number: int) -> str:
    """A consignment number of the post with a fitting check digit (UPU S10)."""
    digits = f"{number * 61 % 10**8:08d}"
    return next(found for check in range(10) if is_valid_ems_number(found := f"EX{digits}{check}CN"))


def _steps_after_arrival(state: str, seal: str, carrier: str, shelve: bool) -> int:
    """How many steps follow the registration of the parcel until the state is reached."""
    if state in _WAY_BACK:
        further = {State.TO_RETURN: 0, State.SENT_BACK: 1, State.RETURNED: 2, State.MISSING: 2, State.LOST: 3}
        return (1 if seal != Seal.INTACT or carrier != "ems" else 4) + further[State(state)]
    if state == State.RECEIPTED:
        return 7
    way = (State.ARRIVED, State.HALF_OPENED, State.OPENED, State.COMPARED, State.REVIEWED, State.ACCEPTED)
    return way.index(State(state)) + (state == State.ACCEPTED and shelve)
