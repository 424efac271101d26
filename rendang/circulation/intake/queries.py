"""What is asked about intakes."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rendang.circulation.intake.models import Intake
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.documents.registers import register
from rendang.kernel.standards import queries as standards
from rendang.people.queries import canonical_number


def expected(institution_ids: Any, text: str) -> Any:
    """The open intakes whose dossier has not come yet, by letter (its QR code, too), case number, ID number or name.

    An identity number is never shown or kept: it is compared by its blind index.
    """
    asked = text.strip().rstrip("/").rpartition("/")[2]
    rows = Intake.objects.at(institution_ids).open().select_related("institution", "person", "parcel")
    if not asked:
        return rows.none()
    index = blind_index(canonical_number(asked))
    named = Q(person__name=asked) | Q(person__former_name=asked) | Q(person__id_index=index)
    return rows.filter(Q(letter_number=asked) | Q(number=asked.upper()) | named).order_by("pk")


@register(
    "intake",
    title="流动人员人事档案接收登记簿",
    label=_("Register of intakes"),
    permission=Permission.INTAKE_VIEW,
    columns=[
        ("接收日期", 22), ("姓名", 20), ("公民身份号码", 34), ("档案编号", 30), ("转出单位", 46), ("接收原因", 24),
        ("转递方式及单号", 34), ("正本", 10), ("副本", 10), ("材料", 10), ("审核人", 17),
    ],
)  # fmt: skip
def register_of_intakes(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """What was accepted in these days, in the order of acceptance."""
    rows = Intake.objects.filter(institution=institution, state=Intake.State.ACCEPTED)
    rows = rows.filter(custody__received_on__gte=f"{first}", custody__received_on__lte=f"{last}")
    for intake in rows.select_related("person", "custody", "reviewer", "parcel").order_by(
        "custody__received_on", "closed_at"
    ):
        assert intake.person and intake.custody and intake.parcel
        yield [
            intake.custody.received_on,
            intake.person.name,
            intake.person.id_masked,
            intake.custody.archive_number,
            intake.sender,
            standards.code_name("intake_reason", intake.reason),
            f"{standards.code_name('carrier', intake.parcel.carrier)} {intake.parcel.waybill}".strip(),
            str(intake.principal_volumes or 0),
            str(intake.duplicate_volumes or 0),
            str(intake.papers or 0),
            str(intake.reviewer or ""),
        ]
