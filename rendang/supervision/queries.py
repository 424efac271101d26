"""Both sides of a conflict of custody, with what each can show for itself."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rendang.circulation.intake.models import Intake
from rendang.circulation.rosters.models import RosterRow
from rendang.circulation.transfers.models import Transfer
from rendang.dossiers.models import Custody, CustodyConflict
from rendang.kernel.access.models import Institution
from rendang.kernel.audit.queries import TimelineEntry, events_about
from rendang.kernel.audit.sentences import LOOKS, actor, icon, reason, sentence, tone
from rendang.kernel.standards import queries as standards
from rendang.services.certificates.models import Certificate
from rendang.storage.models import Placement

EVENTS = 400  # of the person, before they are given to either side


@dataclass(frozen=True)
class Evidence:
    """Something that speaks for a side: what it is, of which day, and where it can be opened."""

    label: str | Promise
    detail: str
    on: dt.date | None
    url: str = ""


@dataclass(frozen=True)
class Side:
    """An institution that says it holds the dossier."""

    custody: Custody
    institution: Institution
    place: str | Promise
    received_reason: str
    evidence: list[Evidence] = field(default_factory=list)
    events: list[TimelineEntry] = field(default_factory=list)


def sides(conflict: CustodyConflict) -> tuple[Side, Side]:
    """The holder and the claim, side by side; a fixed number of queries however much there is to show.

    Of a settled conflict what was known when it was settled: what became of the dossier since is its keeper's alone.
    """
    assert conflict.counterpart and conflict.dossier_id and conflict.person_id
    custodies = (conflict.holding, conflict.claim)
    institutions = (conflict.counterpart, conflict.institution)
    until = conflict.closed_at
    found = _evidence(custodies, until)
    happened = _events(conflict.person_id, until)
    places = {
        placement.institution_id: placement.label
        for placement in Placement.objects.filter(_before("since", until), dossier=conflict.dossier_id)
        .select_related("slot", "institution")
        .order_by("pk")
    }
    holder, claimant = (
        Side(
            custody=custody,
            institution=institution,
            place=places.get(institution.pk, _("No place on record")),
            received_reason=standards.code_label("intake_reason", custody.received_reason, short=False)
            if standards.is_code("intake_reason", custody.received_reason)
            else custody.received_reason,
            evidence=sorted(found[custody.pk], key=lambda one: f"{one.on or ''}"),
            events=happened.get(institution.pk, [])[:20],
        )
        for custody, institution in zip(custodies, institutions, strict=True)
    )
    return holder, claimant


def _before(field: str, moment: dt.datetime | None) -> Q:
    """Only what was before a moment, if there is one."""
    return Q(**{f"{field}__lt": moment}) if moment else Q()


def _evidence(custodies: tuple[Custody, Custody], until: dt.datetime | None) -> dict[int, list[Evidence]]:
    found: dict[int, list[Evidence]] = {custody.pk: [] for custody in custodies}
    for intake in Intake.objects.filter(custody__in=custodies).select_related("parcel"):
        assert intake.custody_id
        here = found[intake.custody_id]
        url = intake.get_absolute_url()
        here.append(Evidence(_("Intake"), intake.number, timezone.localdate(intake.opened_at), url))
        if intake.parcel:
            sent = f"{intake.parcel.number} · {intake.parcel.sender}"
            here.append(Evidence(_("Arrival"), sent, intake.parcel.arrived_on, intake.parcel.get_absolute_url()))
        if intake.letter_file_id:
            letter = reverse("intake:paper", args=[intake.pk, "letter"])
            here.append(Evidence(_("Recall letter"), intake.letter_number, intake.letter_date, letter))
        sent_on = intake.receipt_sent_on
        if intake.receipt_file_id and not (until and (sent_on is None or sent_on > timezone.localdate(until))):
            receipt = reverse("intake:paper", args=[intake.pk, "receipt"])
            here.append(Evidence(_("Receipt"), intake.number, sent_on, receipt))
    for transfer in Transfer.objects.filter(new_custody__in=custodies):
        assert transfer.new_custody_id
        here = found[transfer.new_custody_id]
        here.append(Evidence(_("Transfer"), transfer.number, transfer.received_on, transfer.get_absolute_url()))
    for row in RosterRow.objects.filter(custody__in=custodies).select_related("roster"):
        assert row.custody_id
        line = f"{row.roster} · #{row.number}"
        found[row.custody_id].append(Evidence(_("Line of a roster"), line, timezone.localdate(row.roster.uploaded_at)))
    issued = Certificate.objects.filter(_before("issued_at", until), custody__in=custodies, issued_at__isnull=False)
    for certificate in issued.order_by("-pk")[:20]:
        day = timezone.localdate(certificate.issued_at)
        found[certificate.custody_id].append(
            Evidence(_("Certificate"), certificate.certificate_number, day, certificate.get_absolute_url())
        )
    return found


def _events(person_id: int, until: dt.datetime | None) -> dict[int, list[TimelineEntry]]:
    """What each institution did with this person's dossier, newest first; mere looks are left out."""
    told: dict[int, list[TimelineEntry]] = {}
    for event in events_about(person_id, until=until, limit=EVENTS):
        if event.institution_id and event.verb.rpartition(".")[2] not in LOOKS:
            entry = TimelineEntry(
                event.at,
                actor(event.verb, event.actor_id, event.actor_name),
                sentence(event.verb),
                reason(event.reason),
                icon(event.verb),
                tone(event.verb, event.changes),
            )
            told.setdefault(event.institution_id, []).append(entry)
    return told
