"""转出 from the slot to the carrier: fetched, checked page by page, sealed by two, handed over."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.transfers.actions.applying import close, going, tell
from rendang.circulation.transfers.actions.checking import Found, check_lines
from rendang.circulation.transfers.models import DepartingDossier, Departure
from rendang.circulation.transfers.papers import leaving as papers
from rendang.circulation.transfers.queries import carriers_for, goes_to_state_unit, tier_for
from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.core.identifiers import S10, is_valid_ems_number
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.telling import code, say
from rendang.kernel.workflow.steps import step
from rendang.storage import actions as storage
from rendang.storage.models import Placement

State, Outcome = Departure.State, DepartingDossier.Outcome
# Why a line was closed, in words in sentences.py.
NOT_OURS = "another_institution_s"
DOMESTIC_EMS = re.compile(r"\d{13}")  # numbers within the country carry no check that is public


@step(
    Departure,
    label=gettext_lazy("Check page by page"),
    sources=[State.APPROVED],
    target=State.CHECKED,
    permission=Permission.TRANSFER_SEND,
    singly=True,
)
def check(departure: Departure, *, by: Any, **found: Any) -> None:
    """Every page against the catalogue; of many dossiers each has been checked by itself before.

    ``found`` is what ``check_dossier`` takes, for the dossier of a single departure. From it follows the tier.
    """
    lines = still_kept(departure)
    if not departure.addresses_many:
        check_lines(departure, {lines[0]: Found(**found)}, by=by)
    unchecked = [line for line in lines if line.checked_by_id is None]
    if unchecked:
        raise ValidationError(_("%(count)d dossiers of the list are not checked yet.") % {"count": len(unchecked)})
    rule = tier_for(departure, lines)
    departure.checked_by, departure.tier, departure.tier_basis = by, rule.tier, rule.basis
    departure.may_be_handed_over = goes_to_state_unit(departure)


@step(
    Departure,
    label=gettext_lazy("Seal the parcel"),
    sources=[State.CHECKED],
    target=State.SEALED,
    permission=Permission.TRANSFER_SEND,
    unlike=["checked_by"],
    singly=True,
)
def seal(departure: Departure, *, by: Any) -> None:
    """A second person seals what the first has checked; list, notice, cover, seal strips and label are printed."""
    lines = still_kept(departure)
    departure.sealed_by = by
    departure.list_file = papers.material_lists(departure, lines, by=by)
    departure.packet_file = papers.packet(departure, lines, by=by)


@step(
    Departure,
    label=gettext_lazy("Hand to the carrier"),
    sources=[State.SEALED],
    target=State.IN_TRANSIT,
    permission=Permission.TRANSFER_SEND,
    deadline="receipt_chase",
    only_for={"is_fetched": [False]},
)
def dispatch(departure: Departure, *, by: Any, carrier: str, waybill: str = "", courier: str = "") -> None:
    """Only by a carrier that the tier allows, with its number; from now on the receipt is awaited."""
    lines = still_kept(departure)
    departure.carrier = carrier
    departure.waybill, departure.courier = _traceable(departure, lines, carrier, waybill, courier)
    departure.sent_on = timezone.localdate()
    hand_to_carrier(departure, lines, by=by)
    said = say(
        "departure.sent",
        carrier=code("carrier", carrier),
        number=departure.waybill or departure.courier,
        receiver=departure.goes_to,
    )
    tell(departure, lines, said, by=by)


@step(
    Departure,
    label=gettext_lazy("Correct the consignment"),
    sources=Departure.AWAY,
    target=State.IN_TRANSIT,
    permission=Permission.TRANSFER_SEND,
    way_out=True,
)
def correct_waybill(
    departure: Departure, *, by: Any, reason: str, carrier: str = "", waybill: str = "", courier: str = ""
) -> None:
    """Carrier or number were noted wrongly: corrected with a reason, the former ones stay in the history."""
    del reason  # it stands in the audit log
    departure.carrier = carrier or departure.carrier
    departure.waybill, departure.courier = _traceable(departure, going(departure), departure.carrier, waybill, courier)


def _traceable(
    departure: Departure, lines: list[DepartingDossier], carrier: str, waybill: str, courier: str
) -> tuple[str, str]:
    """Number and carrying person as they are noted. Raises ``ValidationError`` by field."""
    if carrier not in carriers_for(departure):
        raise ValidationError({"carrier": _("A dossier may not travel this way.")})
    number, carried_by = "".join(waybill.split()).upper(), courier.strip()
    if carrier == "hand":
        if not carried_by:
            raise ValidationError({"courier": _("Say who carries it: name and work card.")})
        if any(line.dossier.person.name in carried_by for line in lines):
            raise ValidationError({"courier": _("Nobody carries the own dossier.")})
        return number, carried_by
    if not number:
        raise ValidationError({"waybill": _("Give the number of the consignment.")})
    if carrier == "ems" and not (is_valid_ems_number(number) or DOMESTIC_EMS.fullmatch(number)):
        wrong = _("The check digit of this EMS number does not fit: one character was misread.")
        form = _("An EMS number has 13 digits, or two letters, nine digits and CN.")
        raise ValidationError({"waybill": wrong if S10.fullmatch(number) else form})
    if carrier == "confidential" and is_valid_ems_number(number):
        raise ValidationError({"waybill": _("This is the number of an EMS consignment. Choose EMS, or correct it.")})
    return number, ""


def hand_on(departure: Departure, lines: list[DepartingDossier], kind: str, *, by: Any, detail: str = "") -> None:
    """Their dossiers go on to another place outside a slot; where nothing else is said, it names the case."""
    keys = [line.dossier_id for line in lines]
    storage.hand_on_all(keys, kind, departure.institution, by=by, detail=detail or departure.number, case=departure)


def hand_to_carrier(departure: Departure, lines: list[DepartingDossier], *, by: Any) -> None:
    """The carrier has them, under the number or with the person that the case notes."""
    carrier = standards.code_name("carrier", departure.carrier)
    detail = f"{carrier} {departure.waybill or departure.courier}"
    hand_on(departure, lines, Placement.Kind.COURIER, by=by, detail=detail)


def still_kept(departure: Departure, *, or_nothing: bool = False) -> list[DepartingDossier]:
    """The lines whose dossier we still keep, locked; meanwhile supervision may have found one to be another's.

    Those drop out of a list of many. Refused when nothing is left, unless ``or_nothing``: nobody hands over what is
    not theirs.
    """
    lines = going(departure)
    keys = [line.dossier_id for line in lines]
    list(Dossier.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))
    kept = set(
        Custody.objects.filter(pk__in=[line.custody_id for line in lines], status=Custody.Status.HELD).values_list(
            "pk", flat=True
        )
    )
    ours = [line for line in lines if line.custody_id in kept]
    if not ours and not or_nothing:
        raise ValidationError(
            _("%(institution)s no longer keeps this dossier, so this transfer cannot go on.")
            % {"institution": departure.institution}
        )
    return ours


def drop_what_is_not_ours(departure: Departure, ours: list[DepartingDossier], *, by: Any) -> None:
    """At the end of the way the lines of dossiers that are another's by now are closed as such."""
    kept = {line.pk for line in ours}
    rest = [line for line in going(departure) if line.pk not in kept]
    close(departure, rest, Outcome.STAYED, by=by, note=NOT_OURS)
