"""What is asked about agreements and the people on their rosters."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from rendang.circulation.agreements.models import Agreement, Entrusted
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.core.sheets import UnreadableTable
from rendang.kernel.core.sheets.tables import read_table
from rendang.kernel.documents.registers import register

Status = Entrusted.Status


def with_status(rows: QuerySet[Entrusted]) -> Any:
    """Each with its ``status``, computed from where the dossier really is: nothing can drift apart."""
    held = Custody.objects.filter(dossier__person=OuterRef("person"), status=Custody.Status.HELD)
    here = held.filter(institution=OuterRef("agreement__institution"))
    for_the_employer = here.filter(archive_type=Custody.ArchiveType.UNIT, employer=OuterRef("agreement__employer"))
    return rows.annotate(
        status=models.Case(
            When(left_on__isnull=False, then=Value(Status.LEFT)),
            When(Exists(for_the_employer), then=Value(Status.HELD)),
            When(Exists(here), then=Value(Status.INDIVIDUAL)),
            When(Exists(held), then=Value(Status.ELSEWHERE)),
            When(Q(intake__parcel__isnull=False, intake__closed_at__isnull=True), then=Value(Status.ARRIVED)),
            default=Value(Status.EXPECTED),
            output_field=models.CharField(),
        )
    )


def tallies(agreement: Agreement) -> dict[str, int]:
    """How many of the roster stand at each status."""
    rows = with_status(agreement.people.all()).values("status").annotate(people=Count("pk"))
    counted = {row["status"]: row["people"] for row in rows.order_by()}
    return {status.value: counted.get(status.value, 0) for status in Status}


def waiting_for_intake(agreement: Agreement) -> Any:
    """Who is expected and for whom no intake is open yet."""
    rows = with_status(agreement.people.select_related("person"))
    never = Q(intake__isnull=True) | Q(intake__closed_at__isnull=False)
    return rows.filter(never, status=Status.EXPECTED).order_by("pk")


def status_list(agreement: Agreement) -> Iterator[list[str]]:
    """What the employer is told of its people: name, masked number, status and days — never what is in a dossier."""
    rows = with_status(agreement.people.select_related("person", "intake__parcel", "intake__custody"))
    for entry in rows.order_by("pk"):
        parcel = entry.intake.parcel if entry.intake else None
        custody = entry.intake.custody if entry.intake else None
        yield [
            entry.person.name,
            entry.person.id_masked,
            str(Status(entry.status).label),
            f"{entry.contract_from} — {entry.contract_to}".strip(" —"),
            f"{parcel.arrived_on:%Y-%m-%d}" if parcel else "",
            custody.received_on if custody and entry.status == Status.HELD else "",
            f"{entry.left_on:%Y-%m-%d}" if entry.left_on else "",
        ]


@register(
    "agreements",
    title="单位委托存档登记簿",
    label=_("Register of agreements"),
    permission=Permission.AGREEMENT_VIEW,
    columns=[
        ("签订日期", 22), ("协议编号", 40), ("单位名称", 60), ("统一社会信用代码", 42), ("经办人", 25),
        ("有效期至", 22), ("名册人数", 16), ("状态", 30),
    ],
)  # fmt: skip
def register_of_agreements(institution: Institution, first: Any, last: Any) -> Iterator[list[str]]:
    """Every agreement signed in these days."""
    rows = Agreement.objects.filter(institution=institution, signed_on__range=(first, last))
    rows = rows.annotate(size=Count("people", filter=Q(people__left_on=None)))
    for agreement in rows.select_related("employer").prefetch_related("agents").order_by("signed_on", "pk"):
        yield [
            f"{agreement.signed_on:%Y-%m-%d}",
            agreement.agreement_number,
            agreement.employer.name,
            agreement.employer.credit_code,
            "、".join(agent.name for agent in agreement.agents.all() if agent.until is None),
            f"{agreement.valid_to:%Y-%m-%d}" if agreement.valid_to else "长期",
            str(agreement.size),
            {"IN_FORCE": "有效", "ENDED": f"已终止 {agreement.ended_on}"}.get(agreement.state, ""),
        ]


def held_for(agreement: Agreement) -> Any:
    """The dossiers that the institution keeps for this employer and whose owners are not on the roster yet."""
    on_it = agreement.people.filter(left_on=None, person=OuterRef("dossier__person"))
    rows = Custody.objects.filter(
        institution=agreement.institution_id,
        status=Custody.Status.HELD,
        archive_type=Custody.ArchiveType.UNIT,
        employer=agreement.employer_id,
    )
    return rows.filter(~Exists(on_it)).annotate(person_key=F("dossier__person_id")).order_by("pk")


COLUMNS = {
    "name": ("姓名", "name"),
    "id_number": ("身份证号码", "身份证号", "公民身份号码", "证件号码", "id number"),
    "contract_from": ("合同起始日期", "合同开始日期", "合同开始", "合同起", "contract from"),
    "contract_to": ("合同终止日期", "合同结束日期", "合同到期日", "合同结束", "合同止", "contract to"),
    "mobile": ("手机号码", "手机", "联系电话", "mobile"),
}
MOST_PEOPLE = 5000  # of one roster


def read_roster(file: Any) -> list[dict[str, Any]]:
    """The people of an employer's table; each keeps its row number. Raises ``ValidationError`` for no such table."""
    try:
        records = read_table(file, COLUMNS, required=["name", "id_number"], most=MOST_PEOPLE)
    except UnreadableTable as refused:
        raise ValidationError({"file": refused.messages}) from refused
    return [{**record.values, "row": record.row} for record in records]
