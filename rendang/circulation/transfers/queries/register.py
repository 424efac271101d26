"""转出登记簿: what left, to whom, how, and whether its receipt has come back. 接收登记簿: what came in the city."""

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from rendang.circulation.transfers.models import DepartingDossier, Transfer
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.documents.registers import adds_to, register
from rendang.kernel.standards import queries as standards

Outcome = DepartingDossier.Outcome
BACK = {Outcome.STAYED.value: "退回", Outcome.LOST.value: "遗失"}
TURNED_BACK = frozenset({Transfer.State.REFUSED, Transfer.State.RETURNED})


@register(
    "departure",
    title="流动人员人事档案转出登记簿",
    label=_("Register of transfers out"),
    permission=Permission.TRANSFER_VIEW,
    columns=[
        ("发出日期", 20), ("姓名", 18), ("公民身份号码", 34), ("档案编号", 28), ("转往单位", 44), ("转出原因", 26),
        ("转递方式及单号", 34), ("正本", 9), ("副本", 9), ("材料", 9), ("回执日期", 20), ("经办人", 16),
    ],
)  # fmt: skip
def register_of_departures(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """What was handed to a carrier in these days, to keepers outside and to institutions of the city.

    The column of the receipt says of what never arrived that it came back, or was lost.
    """
    lines = DepartingDossier.objects.filter(
        departure__institution=institution, departure__sent_on__range=(first, last)
    ).exclude(outcome=Outcome.LEFT_OUT)
    lines = lines.select_related("departure__keeper", "departure__sealed_by", "dossier__person", "custody")
    moves = Transfer.objects.filter(institution=institution, sent_on__range=(first, last))
    moves = moves.select_related("counterpart", "packed_by", "person", "custody")
    entries: list[tuple[dt.date, int, int, list[str]]] = []
    for line in lines:
        case = line.departure
        assert case.sent_on
        back = f"{case.received_on}" if line.outcome == Outcome.GONE else BACK.get(line.outcome, "")
        counted = [line.principal_volumes, line.duplicate_volumes, line.papers]
        entries.append(
            (case.sent_on, case.pk, line.pk, _line(case, line, case.goes_to, counted, back, case.sealed_by))
        )
    for move in moves:
        assert move.sent_on and move.counterpart
        counted = [move.principal_volumes, move.duplicate_volumes, move.papers]
        whom = move.counterpart.name
        back = "退回" if move.state in TURNED_BACK else f"{move.received_on or ''}"
        entries.append((move.sent_on, move.pk, 0, _line(move, move, whom, counted, back, move.packed_by)))
    yield from (entry[-1] for entry in sorted(entries, key=lambda entry: entry[:3]))


def _line(case: object, line: object, whom: str, counted: list[int | None], back: str, by: object) -> list[str]:
    person = getattr(line, "person", None) or line.dossier.person  # type: ignore[attr-defined]
    return [
        f"{case.sent_on}",  # type: ignore[attr-defined]
        person.name,
        person.id_masked,
        line.custody.archive_number,  # type: ignore[attr-defined]
        whom,
        standards.code_name("transfer_reason", case.reason),  # type: ignore[attr-defined]
        f"{standards.code_name('carrier', case.carrier)} {case.waybill or getattr(case, 'courier', '')}".strip(),  # type: ignore[attr-defined]
        *(str(number or 0) for number in counted),
        back,
        str(by or ""),
    ]


@adds_to("intake")
def register_of_transfers_in(institution: Institution, first: dt.date, last: dt.date) -> Iterator[list[str]]:
    """接收登记簿: what an institution of the city handed over in these days; signing for it was the receipt."""
    came = Transfer.objects.filter(counterpart=institution, received_on__range=(first, last))
    related = came.select_related("institution", "person", "new_custody")
    for move in related.order_by("received_on", "new_custody_id"):
        assert move.person and move.new_custody
        yield [
            f"{move.received_on}",
            move.person.name,
            move.person.id_masked,
            move.new_custody.archive_number,
            move.institution.name,
            standards.code_name("transfer_reason", move.reason),
            f"{standards.code_name('carrier', move.carrier)} {move.waybill}".strip(),
            move.number,
            *(str(number or 0) for number in (move.principal_volumes, move.duplicate_volumes, move.papers)),
            "",
            f"{move.received_on}",
        ]
