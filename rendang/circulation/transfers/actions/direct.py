"""直接转递: two people of a state unit fetch a parcel with their letter and sign for it on the spot."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.transfers.actions.arriving import arrived, keep_receipt
from rendang.circulation.transfers.actions.packing import still_kept
from rendang.circulation.transfers.models import DepartingDossier, Departure, DirectReceiver
from rendang.circulation.transfers.papers import direct as papers
from rendang.kernel.access.permissions import Permission
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.identifiers import id_number_problem, mask_id_number, normalise_id_number
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.steps import step

State = Departure.State
DIRECT = "direct"  # a way of carriage of the code table; by no other step


@step(
    Departure,
    label=gettext_lazy("Note who fetches it"),
    sources=[State.SEALED],
    target=State.SEALED,
    permission=Permission.TRANSFER_SEND,
    only_for={"may_be_handed_over": [True], "is_fetched": [False]},
    singly=True,
)
def name_receivers(
    departure: Departure, *, by: Any, receivers: Sequence[Mapping[str, str]], introduction_letter: str
) -> None:
    """The two people of the receiver with their letter; the slip that both sides sign is printed.

    ``receivers`` are two, each with ``name``, ``id_number`` and ``post``; never the person whose dossier it is.
    """
    _note(departure, receivers, introduction_letter, by=by)


@step(
    Departure,
    label=gettext_lazy("Others fetch it"),
    sources=[State.SEALED],
    target=State.SEALED,
    permission=Permission.TRANSFER_SEND,
    only_for={"is_fetched": [True]},
    singly=True,
    way_out=True,
)
def name_others(
    departure: Departure, *, by: Any, receivers: Sequence[Mapping[str, str]], introduction_letter: str
) -> None:
    """Somebody else comes than was noted: both are noted anew, and so the slip is printed anew."""
    _note(departure, receivers, introduction_letter, by=by)


def _note(departure: Departure, receivers: Sequence[Mapping[str, str]], introduction_letter: str, *, by: Any) -> None:
    ours = still_kept(departure)
    _refuse_unless_two(receivers, ours)
    departure.receivers.all().delete()
    named = DirectReceiver.objects.bulk_create(
        DirectReceiver(
            departure=departure,
            name=one["name"].strip(),
            id_number=normalise_id_number(one["id_number"]),
            id_masked=mask_id_number(normalise_id_number(one["id_number"])),
            post=one.get("post", "").strip(),
        )
        for one in receivers
    )
    departure.is_fetched, departure.introduction_letter = True, introduction_letter.strip()
    departure.slip_file = papers.slip(departure, ours, named, by=by)


@step(
    Departure,
    label=gettext_lazy("Hand over directly"),
    sources=[State.SEALED],
    target=State.HANDED_OVER,
    permission=Permission.TRANSFER_SEND,
    deadline=None,
    only_for={"is_fetched": [True]},
    singly=True,
)
def hand_over(departure: Departure, *, by: Any, receipt: BinaryIO) -> None:
    """With the slip that all have signed: custody ends in this moment, nothing is sent and nothing is chased."""
    ours = still_kept(departure)
    departure.carrier = DIRECT
    departure.courier = "、".join(one.name for one in departure.receivers.all())[:60]
    departure.sent_on = departure.received_on = timezone.localdate()
    departure.receipt_file = keep_receipt(departure, receipt, by=by)
    whom = departure.goes_to
    arrived(departure, ours, say("departure.handed_over", receiver=whom), by=by)


@step(
    Departure,
    label=gettext_lazy("Nobody came for it"),
    sources=[State.SEALED],
    target=State.SEALED,
    permission=Permission.TRANSFER_SEND,
    only_for={"is_fetched": [True]},
    way_out=True,
    singly=True,
)
def not_fetched(departure: Departure, *, by: Any, reason: str) -> None:
    """It goes by a carrier after all; the slip is void."""
    del by, reason  # they stand in the audit log
    departure.receivers.all().delete()
    departure.is_fetched, departure.introduction_letter, departure.slip_file = False, "", None


def _refuse_unless_two(receivers: Sequence[Mapping[str, str]], lines: Iterable[DepartingDossier]) -> None:
    numbers = [normalise_id_number(one["id_number"]) for one in receivers]
    if len(numbers) != 2 or len(set(numbers)) != 2:
        raise ValidationError(_("Two people of the receiver fetch it together: name both."))
    for at, number in enumerate(numbers, start=1):
        if id_number_problem(number):
            wrong = _("This ID number contains a mistake. Compare it with the card.")
            raise ValidationError({f"id_number_{at}": wrong})
    indexes = {blind_index(number) for number in numbers}
    if any(bytes(line.dossier.person.id_index) in indexes for line in lines):
        raise ValidationError(_("Nobody carries the own dossier."))
