"""What is asked about intakes."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rendang.circulation.intake.models import ComparedPaper, Intake, ReplacedLetter, held_by_others, kept_elsewhere
from rendang.circulation.parcels import queries as carrying
from rendang.circulation.parcels.queries import letter_number
from rendang.dossiers import queries as dossiers
from rendang.dossiers.models import Custody, Undertaking
from rendang.dossiers.queries import CallCourse
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.fields import plain_partial_date
from rendang.kernel.core.sheets import UnreadableTable
from rendang.kernel.core.sheets.tables import read_table
from rendang.kernel.documents.registers import register
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.models import Case
from rendang.people.queries import canonical_number

MOST_PAPERS = 2000  # of one list


@dataclass(frozen=True)
class Carriage:
    """How this dossier may travel: tier A or B, the codes of its carriers, and why (domain.md §1.7)."""

    tier: str
    carriers: tuple[str, ...]
    reason: str


def carriage_for(intake: Intake) -> Carriage:
    """By what is known of the person, and by the policies of the day of the letter."""
    on = intake.letter_date or timezone.localdate()
    employer = intake.person.employer if intake.person else None
    rule = carrying.tier_of(on=on, people=[(intake.personal_identity, employer.kind if employer else "")])
    return Carriage(rule.tier, tuple(carrying.carriers_for(rule.tier, on=on)), carrying.tier_in_words(rule, on=on))


@dataclass(frozen=True)
class Summary:
    """How far the comparison of the list has come."""

    listed: int
    looked_at: int
    differing: int
    pages_listed: int
    pages_found: int


def summary(papers: Sequence[ComparedPaper]) -> Summary:
    return Summary(
        listed=len(papers),
        looked_at=sum(paper.pages_found is not None for paper in papers),
        differing=sum(paper.differs for paper in papers),
        pages_listed=sum(paper.pages_listed or 0 for paper in papers),
        pages_found=sum(paper.pages_found or 0 for paper in papers),
    )


def awaits_promise(intake: Intake) -> bool:
    """Whether the person was told in this intake what is lacking and has not promised it yet."""
    return Undertaking.objects.filter(origin=intake, state=Undertaking.State.TOLD).exists()


def stands_against(intake: Intake) -> list[str]:
    """What is known already that the intake cannot end in acceptance as it is, and what to do about it."""
    State = Intake.State
    said = []
    parcel = intake.parcel
    if intake.state == State.REFUSED:
        said.append(
            gettext(
                "The keeper does not send the dossier. Clear that with it and ask again, or withdraw the intake"
                " and tell the person why."
            )
        )
    if intake.state == State.CALLED and not intake.moves_inside and (custody := held_elsewhere(intake)):
        said.append(
            gettext(
                "%(institution)s keeps this dossier now: call for it inside the city. A letter that went out on paper"
                " then holds no longer."
            )
            % {"institution": custody.institution}
        )
    if intake.state == State.ARRIVED and parcel:
        allowed = carrying.carrier_is_allowed(parcel.carrier, on=parcel.arrived_on)
        if not allowed or parcel.seal != parcel.Seal.INTACT:
            said.append(
                gettext(
                    "It came by a forbidden way, or its seal is not intact:"
                    " it is not opened, but returned to the sender."
                )
            )
    if intake.state in {State.COMPARED, State.REVIEWED}:
        if not (intake.notice_agrees and intake.list_agrees and intake.right_person):
            said.append(gettext("Notice, list and parcel do not agree: return the dossier or compare again."))
        if custody := held_elsewhere(intake):
            said.append(
                gettext("%(institution)s keeps a dossier of this person. After the review it is given to supervision.")
                % {"institution": custody.institution}
            )
    if intake.state == State.REVIEWED and awaits_promise(intake):
        said.append(
            gettext(
                "What is lacking has been told to the person, who has not promised it yet:"
                " note the signed undertaking, or wait until it is confirmed online; then the dossier can be accepted."
            )
        )
    return said


def held_elsewhere(intake: Intake) -> Custody | None:
    """The custody of this person's dossier at another institution of the city."""
    held = held_by_others(intake.person_id, intake.institution_id)
    return held.select_related("institution", "dossier").first()


def with_keeper_elsewhere(rows: Any) -> Any:
    """Intakes of which ``is_kept_elsewhere`` is asked at once."""
    return rows.annotate(kept_elsewhere=kept_elsewhere())


def on_letter(number: str) -> Q:
    """The intake of a recall letter, also of one that a later letter has replaced."""
    replaced = ReplacedLetter.objects.filter(number=number)
    return Q(letter_number=number) | Q(pk__in=replaced.values("intake"))


def course_of_call(intake: Intake) -> CallCourse | None:
    """How the call goes at the keeper in the city, if one was asked on the letter that stands."""
    if not (intake.moves_inside and intake.letter_number):
        return None
    return dossiers.courses_of_calls([intake.letter_number]).get(intake.letter_number)


# What people write over the columns of a list of papers.
COLUMNS = {
    "class_mark": ("类号", "序号（类号）", "材料类号", "分类", "类别"),
    "title": ("材料名称", "名称", "题名", "标题"),
    "formed_on": ("材料形成时间", "形成时间", "材料制成时间", "制成时间", "时间", "日期"),
    "pages": ("页数", "页"),
    "remarks": ("备注", "说明"),
}


def read_list(*, pasted: str = "", file: Any = None, **_: Any) -> list[dict[str, Any]]:
    """The papers of a list that was pasted or came as a file, in the scheme of today; rows keep their number.

    Raises ``ValidationError`` when the file is not a table with these columns.
    """
    marks = standards.class_marks()
    if file is None:
        return dossiers.read_pasted(pasted, marks)
    try:
        records = read_table(file, COLUMNS, required=["title"], most=MOST_PAPERS)
    except UnreadableTable as refused:
        raise ValidationError({"file": refused.messages}) from refused
    return [
        {
            **record.values,
            "line": record.row,
            "class_mark": dossiers.class_of(record.values["class_mark"], marks) or record.values["class_mark"],
            "formed_on": plain_partial_date(record.values["formed_on"]),
        }
        for record in records
    ]


def differences_in_words(papers: Sequence[ComparedPaper]) -> str:
    """What the comparison found, as it goes onto the return slip: Chinese, like the slip."""
    listed = sum(paper.pages_listed is not None for paper in papers)
    found = sum(bool(paper.pages_found) for paper in papers)
    parts = [f"目录列 {listed} 份，实有 {found} 份"]
    for words, some in (
        ("缺", [paper.title for paper in papers if paper.pages_listed and not paper.pages_found]),
        ("目录未列", [paper.title for paper in papers if paper.pages_listed is None]),
        (
            "页数不符",
            [
                f"{paper.title}（列 {paper.pages_listed} 页，实 {paper.pages_found} 页）"
                for paper in papers
                if paper.pages_listed and paper.pages_found and paper.differs
            ],
        ),
    ):
        if some:
            parts.append(f"{words}：{'、'.join(some)}")
    text = "；".join(parts) + "。"
    return text if len(text) <= 400 else f"{text[:398]}……"


def expected(institution_ids: Any, text: str) -> Any:
    """The open intakes whose dossier has not come yet, by letter (its QR code, too), case number, ID number or name.

    An identity number is never shown or kept: it is compared by its blind index.
    """
    asked = letter_number(text)
    rows = Intake.objects.at(institution_ids).open().select_related("institution", "person", "parcel")
    if not asked:
        return rows.none()
    index = blind_index(canonical_number(asked))
    named = Q(person__name=asked) | Q(person__former_name=asked) | Q(person__id_index=index)
    return rows.filter(on_letter(asked) | Q(number=asked.upper()) | named).order_by("pk")


@dataclass(frozen=True)
class Elsewhere:
    """An open intake that fits and is not matched with a parcel all the same: why, and the transfer that brings it."""

    intake: Intake
    why: str
    transfer: Case | None


def not_to_be_matched(rows: Any) -> list[Elsewhere]:
    """Of these open intakes why none of them waits for a parcel here."""
    intakes = list(rows)
    inside = [one.letter_number for one in intakes if one.moves_inside and one.letter_number]
    calls = dossiers.courses_of_calls(inside) if inside else {}
    return [
        Elsewhere(one, _why_not_matched(one), call.transfer if (call := calls.get(one.letter_number)) else None)
        for one in intakes
    ]


def _why_not_matched(intake: Intake) -> str:
    if intake.moves_inside:
        return gettext(
            "The dossier moves inside the city: its parcel is received in the transfer, not matched with the intake."
        )
    if intake.parcel:
        return gettext("It is matched with the parcel %(number)s already.") % {"number": intake.parcel.number}
    return gettext("It does not wait for a parcel: “%(state)s”.") % {"state": intake.state_label}


@register(
    "intake",
    title="流动人员人事档案接收登记簿",
    label=_("Register of intakes"),
    permission=Permission.INTAKE_VIEW,
    columns=[
        ("接收日期", 19), ("姓名", 16), ("公民身份号码", 31), ("档案编号", 27), ("转出单位", 30), ("接收原因", 21),
        ("转递方式及单号", 28), ("到件编号", 25), ("正本", 9), ("副本", 9), ("材料", 9), ("审核人", 14), ("回执", 19),
    ],
)  # fmt: skip
def register_of_intakes(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """What was accepted in these days, in the order of acceptance; the last column says when the receipt left."""
    rows = Intake.objects.filter(institution=institution, state__in=[Intake.State.ACCEPTED, Intake.State.RECEIPTED])
    rows = rows.filter(custody__received_on__gte=f"{first}", custody__received_on__lte=f"{last}")
    related = rows.select_related("person", "custody", "reviewer", "parcel")
    for intake in related.order_by("custody__received_on", "custody_id"):
        assert intake.person and intake.custody and intake.parcel
        yield [
            intake.custody.received_on,
            intake.person.name,
            intake.person.id_masked,
            intake.custody.archive_number,
            intake.sender,
            standards.code_name("intake_reason", intake.reason),
            f"{standards.code_name('carrier', intake.parcel.carrier)} {intake.parcel.waybill}".strip(),
            intake.parcel.number,
            str(intake.principal_volumes or 0),
            str(intake.duplicate_volumes or 0),
            str(intake.papers or 0),
            str(intake.reviewer or ""),
            f"{intake.receipt_sent_on:%Y-%m-%d}" if intake.receipt_sent_on else "",
        ]


@register(
    "returns",
    title="档案退回登记簿",
    label=_("Register of returns"),
    permission=Permission.INTAKE_VIEW,
    columns=[
        ("到件日期", 21), ("到件编号", 30), ("姓名", 18), ("寄件单位", 44), ("退回原因", 44), ("寄出日期", 21),
        ("退回方式及单号", 38), ("签收日期", 21), ("结果", 20),
    ],
)  # fmt: skip
def register_of_returns(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """What arrived in these days and went back, or is to go back, with the reason and where it is now."""
    rows = Intake.objects.filter(institution=institution, parcel__arrived_on__range=(first, last))
    rows = rows.exclude(return_reason="").select_related("person", "parcel")
    for intake in rows.order_by("parcel__arrived_on", "pk"):
        assert intake.person and intake.parcel
        way = intake.return_carrier and standards.code_name("carrier", intake.return_carrier)
        yield [
            f"{intake.parcel.arrived_on:%Y-%m-%d}",
            intake.parcel.number,
            intake.person.name,
            intake.parcel.sender,
            standards.code_name("return_reason", intake.return_reason),
            f"{intake.sent_back_on:%Y-%m-%d}" if intake.sent_back_on else "",
            f"{way} {intake.return_waybill}".strip(),
            f"{intake.returned_on:%Y-%m-%d}" if intake.returned_on else "",
            RESULTS.get(intake.state, ""),
        ]


RESULTS = {"TO_RETURN": "待寄出", "SENT_BACK": "途中", "RETURNED": "已签收", "MISSING": "查询中", "LOST": "遗失"}
