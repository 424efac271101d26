"""Dossiers that leave the city: an address book, and at least one departure in every state."""

import datetime as dt
from collections.abc import Iterator

from django.core.files.base import ContentFile
from django.utils import timezone

from rendang.circulation.transfers import actions
from rendang.circulation.transfers.models import Departure
from rendang.circulation.transfers.queries.obstacles import hindrances, in_the_way_of
from rendang.demo.actions.catalogues import catalogue
from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.institutions import actions as institutions
from rendang.institutions.models import OutsideKeeper
from rendang.kernel.accounts import actions as accounts
from rendang.kernel.accounts.identity import ConfirmedIdentity
from rendang.kernel.core.identifiers import is_valid_ems_number, make_id_number
from rendang.kernel.documents import papers
from rendang.kernel.files.queries import read_file
from rendang.storage import actions as storage
from rendang.storage.queries import free_slots

STEPS = actions.DEPARTURE_STEPS
OFFICE = "RCSC"
# Fictional keepers: name, kind, division, address, postcode, telephone; the last two wait to be verified.
_ADDRESSES = (
    ("海州市人才服务中心", "archive_institution", "320700", "虚构省海州市新华路 8 号", "222000", "0518-00000001"),
    ("云岭市公共就业服务中心", "archive_institution", "530100", "虚构省云岭市翠湖路 21 号", "650000", "0871-00000002"),
    ("北辰区人才服务中心", "archive_institution", "110113", "虚构市北辰区府前街 3 号", "101300", "010-00000003"),
    ("江宁市人才交流中心", "archive_institution", "320115", "虚构省江宁市学府路 66 号", "211100", "025-00000004"),
    ("滨江市市场监督管理局", "organ", "330108", "虚构省滨江市江南大道 100 号", "310051", "0571-00000005"),
    ("东湖大学", "institution", "420106", "虚构省东湖市珞珈路 299 号", "430072", "027-00000006"),
    ("华北电网有限公司", "state_enterprise", "110102", "虚构市西城区长安街 86 号", "100031", "010-00000007"),
    ("海蓝市人才服务中心", "archive_institution", "460200", "虚构省海蓝市迎宾路 5 号", "572000", "0898-00000008"),
    ("山阳市档案服务中心", "archive_institution", "610402", "虚构省山阳市人民路 12 号", "712000", "029-00000009"),
)  # fmt: skip
_TO_BE_VERIFIED = 2
# State, working days ago, line of the address book; in a larger city those below, too.
_DEPARTURES = (
    ("APPLIED", 4, 7),  # its address is not verified yet
    ("APPROVED", 5, 1),
    ("CHECKED", 6, 5),
    ("SEALED", 9, 4),
    ("IN_TRANSIT", 12, 0),
    ("CHASED", 36, 3),
    ("CONFIRMED", 24, 0),
    ("RETURNING", 20, 2),
    ("RETURNED", 28, 1),
    ("SEARCHED", 34, 3),
    ("LOST", 45, 2),
    ("HANDED_OVER", 10, 4),
    ("DECLINED", 8, 1),
    ("WITHDRAWN", 11, 0),
)
_MORE_DEPARTURES = (
    ("APPLIED", 1, 0), ("APPROVED", 14, 2), ("IN_TRANSIT", 18, 6), ("CONFIRMED", 33, 4),
)  # fmt: skip
# The dossiers that leave had their catalogue soon after the roster came in.
_CATALOGUED = 56


def scenes(city: City) -> Iterator[Scene]:
    yield _address_book(city)
    for state, days_ago, to in _DEPARTURES + (_MORE_DEPARTURES if city.scale > 1 else ()):
        yield _departure(city, state, days_ago, _ADDRESSES[to][0])
    yield from (_inside(city, 1), _inside(city, 4, "OFFERED"))
    yield from (_request(city, 2), _request(city, 6, "TAKEN_UP"), _request(city, 7, "ANSWERED"))
    yield _request(city, 3, "PASSED_ON")
    yield _many(city, city.some(12, least=3))


def _address_book(city: City) -> Scene:
    yield 57
    keepers = []
    for name, kind, division, address, postcode, phone in _ADDRESSES:
        facts = {"name": name, "kind": kind, "division": division, "address": address, "postcode": postcode}
        keepers.append(
            institutions.add_keeper(by=city.by("clerk", OFFICE), phone=phone, consignee="档案管理科", **facts)
        )
    yield 56
    for keeper in keepers[:-_TO_BE_VERIFIED]:
        institutions.verify_keeper(keeper, by=city.by("approver", OFFICE), how="全国流动人员人事档案管理服务机构目录")


def _departure(city: City, state: str, days_ago: int, to: str) -> Scene:
    clerk, keeper, approver = (city.by(role, OFFICE) for role in ("clerk", "keeper", "approver"))
    dossier = city.dossier(OFFICE)
    if dossier is None:
        return
    yield _CATALOGUED
    catalogue(city, OFFICE, dossier, duplicate=dossier.pk % 5 == 0)
    yield days_ago
    receiver = OutsideKeeper.objects.get(name=to)
    today = timezone.localdate()
    case = actions.apply(
        [dossier],
        by=clerk,
        to=receiver,
        reason="employed_state" if receiver.kind != "archive_institution" else "employed",
        letter_number=f"{to[:2]}调〔{today:%Y}〕{dossier.pk % 900 + 100}号",
        letter_date=today,
        letter=_letter(case_name=dossier.person.name, to=to, number=dossier.pk),
        applied_by="RECEIVER" if receiver.kind != "archive_institution" else "PERSON",
    )
    if state == "APPLIED":
        return
    yield days_ago - 1
    if any(hindrances(found) for found in in_the_way_of(case, [dossier.pk]).values()):
        return  # it plays a part in another scene, too, and stands as an application with its obstacle
    if state == "DECLINED":
        STEPS["decline"](case, by=approver, reason="调档函未加盖公章，请重新开具。")
        return
    case = STEPS["approve"](case, by=approver)
    if state == "APPROVED":
        return
    yield days_ago - 2
    if state == "WITHDRAWN":
        STEPS["withdraw"](case, by=clerk, reason="存档人决定仍在本机构存档。")
        return
    case = STEPS["check"](case, by=keeper, **_counted(case))
    if state == "CHECKED":
        return
    yield days_ago - 2
    case = STEPS["seal"](case, by=approver)
    if state == "SEALED":
        return
    yield days_ago - 3
    if state == "HANDED_OVER":
        letter = f"{to[:2]}市监介〔{today:%Y}〕{case.pk % 90 + 10}号"
        case = STEPS["name_receivers"](case, by=approver, receivers=_two_people(case.pk), introduction_letter=letter)
        slip = ContentFile(read_file(case.slip_file), name="直接转递交接单（签名）.pdf")
        STEPS["hand_over"](case, by=approver, receipt=slip)
        return
    carrier = "confidential" if case.tier == "A" else "ems"
    waybill = f"机要〔2026〕{case.pk % 9000 + 1000}号" if carrier == "confidential" else _ems(case.pk)
    case = STEPS["dispatch"](case, by=approver, carrier=carrier, waybill=waybill)
    if state == "IN_TRANSIT":
        return
    if state == "CHASED":
        yield 4
        STEPS["chase"](case, by=clerk)
        return
    yield days_ago - 10
    if state == "CONFIRMED":
        receipt = _receipt(case, to)
        STEPS["confirm"](case, by=approver, receipt=receipt, received_on=timezone.localdate())
        return
    if state in {"RETURNING", "RETURNED"}:
        detail = "转递通知单与实有材料份数不符，请核对后重新转递。"
        case = STEPS["note_refusal"](case, by=approver, refusal_reason="mismatch", refusal_detail=detail)
        if state == "RETURNED":
            yield days_ago - 16
            STEPS["take_back"](case, by=keeper)
            yield days_ago - 16
            storage.place(dossier, free_slots(case.institution, limit=1)[0], by=keeper)
        return
    case = STEPS["report_lost"](case, by=approver, done="电话询问对方机构，答复未收到；邮局在线查询停留在分拣中心。")
    yield days_ago - 14
    case = STEPS["note_search"](case, by=approver, done="发函邮政公司查询，答复正在内部查找。")
    if state == "LOST":
        yield days_ago - 36
        decision = "经查找未果，已书面报告市人社局；由业务科牵头，联系原单位和学校补建材料，按月报告进展。"
        STEPS["declare_lost"](case, by=city.by("head", OFFICE), decision=decision)


def _many(city: City, count: int) -> Scene:
    """A company moves: one list, one dossier of it left out."""
    found = [dossier for _each in range(count) if (dossier := city.dossier(OFFICE))]
    if len(found) < 2:
        return
    yield _CATALOGUED
    for dossier in found:
        catalogue(city, OFFICE, dossier)
    yield 7
    case = actions.apply(
        found,
        by=city.by("clerk", OFFICE),
        to=OutsideKeeper.objects.get(name=_ADDRESSES[3][0]),
        reason="institution_change",
        letter_number="江宁调〔2026〕集体 3 号",
        letter_date=timezone.localdate(),
        applied_by="EMPLOYER",
        remarks="公司整体迁往江宁市",
    )
    yield 6
    case = STEPS["approve"](case, by=city.by("approver", OFFICE))
    yield 5
    lines = list(case.lines.filter(outcome="GOING").order_by("pk"))
    if len(lines) > 2:
        actions.leave_out(lines.pop(), by=city.by("clerk", OFFICE), reason="本人要求继续在本市存档。")
    for line in lines[: count // 2 + 1]:
        actions.check_dossier(line, by=city.by("keeper", OFFICE), **_counted(case, line.dossier_id))


def _counted(case: Departure, dossier: int | None = None) -> dict[str, object]:
    """As many papers as the catalogue has; of those without one, some."""
    key = dossier or case.dossier_id or 0
    line = case.lines.get(dossier=key)
    listed = line.dossier.materials.filter(removed_at=None).count()
    return {"principal_volumes": 1, "duplicate_volumes": key % 2, "papers_counted": listed or 15 + key % 21}


def _ems(number: int) -> str:
    """A waybill whose check digit fits."""
    return next(each for digit in range(10) if is_valid_ems_number(each := f"EE{number % 10**8:08d}{digit}CN"))


def _letter(*, case_name: str, to: str, number: int) -> ContentFile:
    today = timezone.localdate()
    paper = papers.RecallLetter(
        word=f"{to[:2]}调",
        number=f"{number % 900 + 100}",
        institution=to,
        addressee="青岚市人才市场（市人才服务中心）",
        name=case_name,
        sex="",
        id_number="",
        reason="到新单位工作",
        carriers=["机要通信", "专人送取", "邮政特快专递（EMS）"],
        dispatch_days=15,
        reply_address="见函首",
        consignee="档案管理科",
        phone="",
        handler="",
        issued_on=today,
        valid_until=today,
        verification_link="https://example.cn/",
    )
    return ContentFile(papers.render_recall_letter(paper), name="调档函.pdf")


def _receipt(case: Departure, to: str) -> ContentFile:
    paper = papers.IntakeReceipt(
        word=f"{to[:2]}收",
        number=case.number,
        institution=to,
        addressee=case.institution.name,
        name=case.person.name if case.person else "",
        id_number="",
        archive_number="",
        volumes=1,
        pieces=20,
        carrier="",
        received_on=timezone.localdate(),
        waybill=case.waybill,
    )
    return ContentFile(papers.render_intake_receipt(paper), name="回执.pdf")


def _two_people(number: int) -> list[dict[str, str]]:
    """Who fetches a dossier for a state unit."""
    born = dt.date(1984, 3, 5)
    return [
        {
            "name": name,
            "id_number": make_id_number("330108", born + dt.timedelta(at * 700), number % 900 + 1),
            "post": post,
        }
        for at, (name, post) in enumerate((("沈国栋", "人事科科长"), ("许文静", "人事科科员")))
    ]


def _request(city: City, days_ago: int, becomes: str = "") -> Scene:
    """A keeper outside asks for a dossier on the portal: waiting, taken up, passed on, or answered."""
    dossier = None if becomes in {"ANSWERED", "PASSED_ON"} else city.dossier(OFFICE)
    yield days_ago
    clerk, to = city.by("clerk", OFFICE), OutsideKeeper.objects.get(name=_ADDRESSES[1][0])
    asked = dossier.person if dossier else None
    today = timezone.localdate()
    number = f"云岭调〔{today:%Y}〕{days_ago + 40}号"
    case = actions.receive_request(
        city.institutions[OFFICE],
        sent_by="RECEIVER",
        sender=to.name,
        contact="罗敏",
        phone="0871-65000002",
        name=asked.name if asked else "卫东来",
        id_number=asked.id_number if asked else make_id_number("530102", dt.date(1991, 8, 2), days_ago + 1),
        letter=_letter(case_name=asked.name if asked else "卫东来", to=to.name, number=days_ago + 40),
        letter_number=number,
        letter_date=today,
    )
    if becomes == "TAKEN_UP" and dossier is not None:
        yield days_ago - 1
        found = {"dossier": dossier.barcode, "to": to, "reason": "employed", "letter_number": number}
        actions.REQUEST_STEPS["open_departure"](case, by=clerk, letter_date=today, **found)
    if becomes == "ANSWERED":
        yield days_ago - 2
        detail = "调档函未加盖公章，请补盖后重新提交。"
        actions.REQUEST_STEPS["answer"](case, by=clerk, answer_code="letter_incomplete", answer_detail=detail)
    if becomes == "PASSED_ON":
        yield days_ago - 1
        elsewhere = city.institutions["WQZX"]
        actions.REQUEST_STEPS["pass_on"](
            case, by=clerk, to=elsewhere, reason="来函所附劳动合同为外企，档案由该机构保管。"
        )


def _inside(city: City, days_ago: int, becomes: str = "") -> Scene:
    """A citizen wants the dossier at another institution of the city: applied for online, then offered to it."""
    dossier = city.dossier(OFFICE)
    if dossier is None:
        return
    yield days_ago
    person = dossier.person
    citizen = accounts.citizen_of(ConfirmedIdentity(person.name, person.id_number), by=None)
    to = city.institutions["JYZX"]
    case = actions.apply_online(dossier, by=citizen, inside=to, reason="relocation", remarks="已灵活就业")
    if becomes:
        yield days_ago - 1
        STEPS["offer_transfer"](case, by=city.by("clerk", OFFICE))
