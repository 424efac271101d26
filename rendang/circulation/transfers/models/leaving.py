"""Dossiers that leave for a keeper outside the city's system: the case, its list, and who fetched a parcel."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rendang.circulation.parcels.models import Tier
from rendang.dossiers.models import Custody, Dossier
from rendang.institutions.models import OutsideKeeper
from rendang.kernel.access.models import Institution
from rendang.kernel.audit.sentences import reason
from rendang.kernel.core.fields import EncryptedTextField
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards.telling import told
from rendang.kernel.workflow.models import Case


class Departure(Case):
    """转出 — one or many dossiers leave for a keeper outside the city's system (domain.md §1.7, §5.3).

    Custody ends when the receipt has come back; until then the institution remains the keeper (docs/adr/0030). What
    becomes of each dossier stands in its line (`DepartingDossier`); of a single one also in `person` and `dossier`.
    """

    class State(models.TextChoices):
        APPLIED = "APPLIED", _("Applied for")
        APPROVED = "APPROVED", _("Approved, to be fetched and checked")
        CHECKED = "CHECKED", _("Checked page by page")
        SEALED = "SEALED", _("Sealed by two")
        IN_TRANSIT = "IN_TRANSIT", _("Sent, receipt awaited")
        CHASED = "CHASED", _("Receipt chased")
        CONFIRMED = "CONFIRMED", _("Receipt returned")
        HANDED_OVER = "HANDED_OVER", _("Handed over directly")
        DECLINED = "DECLINED", _("Not approved")
        WITHDRAWN = "WITHDRAWN", _("Called off")
        RETURNING = "RETURNING", _("On its way back")
        RETURNED = "RETURNED", _("Back in the house")
        SEARCHED = "SEARCHED", _("Lost on its way, being searched")
        LOST = "LOST", _("Declared lost")
        MOVED = "MOVED", _("Goes on as a transfer in the city")

    class AppliedBy(models.TextChoices):
        PERSON = "PERSON", _("The person")
        EMPLOYER = "EMPLOYER", _("The employer")
        RECEIVER = "RECEIVER", _("The receiving institution")

    SERVICE_ITEM = "transfer"
    PAGE = "departures:detail"
    CLOSED = frozenset(
        {
            State.CONFIRMED,
            State.HANDED_OVER,
            State.DECLINED,
            State.WITHDRAWN,
            State.RETURNED,
            State.LOST,
            State.MOVED,
        }
    )
    GOOD_ENDS = frozenset({State.HANDED_OVER, State.MOVED})
    FINDS_WHAT_IT_LOST = True
    NAMED_BY = ("keeper",)
    # Out of the house and not confirmed yet.
    AWAY = (State.IN_TRANSIT, State.CHASED)

    # Where to, why, and on whose word.
    keeper = models.ForeignKey(
        OutsideKeeper, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("receiver")
    )
    # What a person has written on the portal, until the clerk has found it in the address book.
    keeper_named = models.CharField(_("receiver as named by the applicant"), max_length=120, blank=True)
    # Or to an institution of the city, by its letter or its name: then the application leads to a transfer.
    moves_inside = models.BooleanField(_("moves inside the city"), default=False, editable=False)
    moves_to = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("moves to")
    )
    transfer_offered = models.OneToOneField(
        "Transfer", on_delete=models.PROTECT, null=True, blank=True, related_name="application"
    )
    reason = models.CharField(_("reason of the transfer"), max_length=20)
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)
    applied_by = models.CharField(
        _("applied for by"), max_length=8, choices=AppliedBy.choices, default=AppliedBy.PERSON
    )
    letter_number = models.CharField(_("number of the recall letter"), max_length=60, blank=True)
    letter_date = models.DateField(_("date of the recall letter"), null=True, blank=True)
    letter_issuer = models.CharField(_("issuer of the recall letter"), max_length=120, blank=True)
    letter_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What the QR code on the letter says (queries.letters.letter_read).
    letter_read = models.CharField(max_length=60, blank=True, editable=False)
    # Who has entered the application or verified its letter; somebody else approves it.
    examined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closing_reason = models.CharField(_("reason"), max_length=200, blank=True)
    # Checked by one, sealed with a second person.
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    tier = models.CharField(_("tier of transport"), max_length=1, choices=Tier.choices, blank=True)
    tier_basis = models.CharField(max_length=40, blank=True)  # destination:organ, identity:11, employer:…; empty: B
    # 直接转递: the rule allows that two people of the receiver fetch it; found when it is checked.
    may_be_handed_over = models.BooleanField(_("may be handed over directly"), default=False, editable=False)
    is_fetched = models.BooleanField(_("two people of the receiver fetch it"), default=False, editable=False)
    slip_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    introduction_letter = models.CharField(_("number of the introduction letter"), max_length=60, blank=True)
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    list_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    packet_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    carrier = models.CharField(_("carrier"), max_length=20, blank=True)
    waybill = models.CharField(_("number of the consignment"), max_length=40, blank=True)
    courier = models.CharField(_("person who carries it"), max_length=60, blank=True)
    sent_on = models.DateField(_("handed to the carrier"), null=True, blank=True)
    # The receipt, and asking for it.
    times_chased = models.PositiveSmallIntegerField(_("chasing letters"), default=0)
    chasing_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    received_on = models.DateField(_("received there"), null=True, blank=True)
    receipt_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    refusal_reason = models.CharField(_("reason of the refusal"), max_length=20, blank=True)
    refusal_detail = models.CharField(_("explanation of the refusal"), max_length=400, blank=True)
    # An incident on the way: what was done to find it, and what the head decided.
    search_log = models.TextField(_("what was done to find it"), max_length=4000, blank=True)
    decision = models.CharField(_("decision of the head"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("departure")
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed_by__isnull=True) | ~Q(sealed_by=F("checked_by")),
                name="a_parcel_is_sealed_by_two_people",
                violation_error_message=_("A second person must seal the parcel."),
            ),
            models.CheckConstraint(
                condition=Q(sealed_by__isnull=True) | Q(keeper__isnull=False),
                name="what_is_sealed_has_an_address",
            ),
            models.CheckConstraint(
                condition=Q(sent_on__isnull=True) | ~Q(waybill="", courier=""),
                name="what_was_sent_can_be_traced",
                violation_error_message=_("Give the number of the consignment, or who carries it."),
            ),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True) | Q(receipt_file__isnull=False),
                name="a_confirmation_has_its_receipt",
            ),
            models.CheckConstraint(
                condition=Q(moves_inside=True, moves_to__isnull=False, keeper__isnull=True)
                | Q(moves_inside=False, moves_to__isnull=True, transfer_offered__isnull=True),
                name="what_moves_inside_has_its_institution",
            ),
            models.CheckConstraint(
                condition=Q(moves_inside=True) | (~Q(letter_number="") & Q(letter_date__isnull=False)),
                name="what_leaves_the_city_has_a_letter",
                violation_error_message=_("Give number and date of the recall letter."),
            ),
        ]

    def attested(self, step: str) -> str:
        if step != "seal":
            return ""
        counted = self.lines.filter(outcome=DepartingDossier.Outcome.GOING).aggregate(
            count=models.Count("pk"),
            principal=models.Sum("principal_volumes", default=0),
            duplicate=models.Sum("duplicate_volumes", default=0),
            papers=models.Sum("papers", default=0),
        )
        return gettext(
            "%(who)s checked %(count)d dossiers: principal volumes %(principal)d, duplicate volumes %(duplicate)d,"
            " papers %(papers)d. With your signature you say that you sealed the same."
        ) % {"who": self.checked_by, **counted}

    def came_of(self, step: str) -> str:
        """What waits now, after a step that ends the case and yet is not the end of it."""
        return {
            "take_back": gettext("the dossier is on the desk and stands on the put-back list"),
            "declare_lost": gettext(
                "the person is told; this institution goes on answering for the dossier and reconstructs it"
            ),
        }.get(step, "")

    @property
    def goes_to(self) -> str:
        if self.keeper:
            return self.keeper.name
        return self.moves_to.label if self.moves_to else self.keeper_named

    @property
    def is_examined(self) -> bool:
        """Whether somebody has compared the application with the recall letter itself."""
        return self.examined_by_id is not None

    @property
    def is_unexamined(self) -> bool:
        """Whether that is still to be done."""
        return not self.is_examined

    @property
    def addresses_many(self) -> bool:
        return self.dossier_id is None

    @property
    def whom(self) -> str:
        """Of a list of many, how many there are, where a query has counted them (``listed``)."""
        count = getattr(self, "listed", 0)
        return gettext("%(count)d dossiers") % {"count": count} if count and self.addresses_many else ""


class DirectReceiver(models.Model):
    """直接转递接收人 — one of the two people of a state unit to whom a parcel was handed over on the spot."""

    departure = models.ForeignKey(Departure, on_delete=models.PROTECT, related_name="receivers")
    name = models.CharField(_("full name"), max_length=60)
    id_number = EncryptedTextField(editable=False)
    id_masked = models.CharField(max_length=24, editable=False)
    post = models.CharField(_("post"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("person who fetches")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="a_direct_receiver_has_a_name")]

    def __str__(self) -> str:
        return self.name


class DepartingDossier(models.Model):
    """One line of a departure's list: a dossier, what was found when it was checked, and what became of it."""

    class Outcome(models.TextChoices):
        GOING = "GOING", _("Goes along")
        LEFT_OUT = "LEFT_OUT", _("Left out")
        STAYED = "STAYED", _("Stays here")
        GONE = "GONE", _("Has arrived there")
        LOST = "LOST", _("Declared lost")
        MOVED = "MOVED", _("Moves inside the city")

    departure = models.ForeignKey(Departure, on_delete=models.PROTECT, related_name="lines")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="departures")
    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="departures")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, default=Outcome.GOING)
    # Why it does not go along: what stood in its way, in sentences; or as somebody wrote it, or a code.
    said = models.JSONField(default=list, blank=True, editable=False)
    note = models.CharField(_("why"), max_length=200, blank=True)
    # Counted page by page against the catalogue; of every paper that differs: its id → the pages found.
    principal_volumes = models.PositiveSmallIntegerField(_("principal volumes"), null=True, blank=True)
    duplicate_volumes = models.PositiveSmallIntegerField(_("duplicate volumes"), null=True, blank=True)
    papers = models.PositiveSmallIntegerField(_("papers"), null=True, blank=True)
    differences = models.JSONField(default=dict, blank=True)
    explanation = models.CharField(_("explanation of the differences"), max_length=400, blank=True)
    # A code of the table personal_identity that the papers show and that asks for tier A.
    identity = models.CharField(_("identity shown by the papers"), max_length=2, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("dossier of a departure")
        constraints = [
            models.UniqueConstraint(fields=["departure", "dossier"], name="a_dossier_stands_once_in_a_list"),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(outcome="GOING"),
                name="a_dossier_leaves_once_at_a_time",
                violation_error_message=_("This dossier is leaving already."),
            ),
            models.CheckConstraint(
                condition=Q(differences={}) | ~Q(explanation=""),
                name="a_difference_is_explained",
                violation_error_message=_("Explain what differs from the catalogue."),
            ),
            models.CheckConstraint(
                condition=~Q(outcome="LEFT_OUT") | ~Q(note="") | ~Q(said=[]), name="what_is_left_out_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier} {self.get_outcome_display()}"

    @property
    def why(self) -> str:
        """Why it does not go along, in the reader's language."""
        return " ".join(told([one]) for one in self.said) or reason(self.note)

    @property
    def person_id(self) -> int:
        """Whose dossier it is, for the audit log."""
        return self.dossier.person_id
