"""接收: a dossier is called for, arrives, is opened by two people, compared, reviewed, and accepted or returned."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rendang.circulation.parcels.models import Parcel
from rendang.dossiers.models import Custody
from rendang.kernel.core.fields import PartialDateField
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.models import Case
from rendang.people.models import Employer


def held_by_others(person: Any, institution: Any) -> models.QuerySet[Custody]:
    """The custody of a person's dossier, where it is another institution's of the city."""
    held = Custody.objects.filter(dossier__person=person, status=Custody.Status.HELD)
    return held.exclude(institution=institution)


def kept_elsewhere() -> Exists:
    """Of rows of cases: whether another institution of the city keeps the person's dossier."""
    return Exists(held_by_others(OuterRef("person"), OuterRef("institution")))


class Intake(Case):
    """接收 — one dossier on its way into an institution (人社厅发〔2022〕64号; domain.md §5.2)."""

    class State(models.TextChoices):
        APPLIED = "APPLIED", _("Applied for")
        CALLED = "CALLED", _("Called for")
        REFUSED = "REFUSED", _("Not sent by its keeper")
        ARRIVED = "ARRIVED", _("Parcel registered")
        HALF_OPENED = "HALF_OPENED", _("Opened, second person to sign")
        OPENED = "OPENED", _("Opened by two")
        COMPARED = "COMPARED", _("Compared with notice and list")
        REVIEWED = "REVIEWED", _("Reviewed")
        ACCEPTED = "ACCEPTED", _("Accepted, receipt to be sent")
        RECEIPTED = "RECEIPTED", _("Accepted, receipt sent")
        CONTESTED = "CONTESTED", _("Held elsewhere, supervision decides")
        TO_RETURN = "TO_RETURN", _("To be returned to the sender")
        SENT_BACK = "SENT_BACK", _("On its way back")
        RETURNED = "RETURNED", _("Returned to the sender")
        MISSING = "MISSING", _("Missing on its way back")
        LOST = "LOST", _("Lost on its way back")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")
        MOVED = "MOVED", _("Came by a transfer in the city")

    class IdentityCheck(models.TextChoices):
        """How it was seen that it is this person who asks."""

        CARD = "CARD", _("Identity card shown")
        AGENT = "AGENT", _("Agent: letter of authority and both identity cards")
        EMPLOYER = "EMPLOYER", _("Employer's agent, by the agreement")
        ONLINE = "ONLINE", _("Signed in online with the real name")
        NONE = "NONE", _("Nobody applied")

    SERVICE_ITEM = "intake"
    PAGE = "intake:detail"
    CLOSED = frozenset({State.RECEIPTED, State.RETURNED, State.LOST, State.WITHDRAWN, State.MOVED})
    GOOD_ENDS = frozenset({State.MOVED})

    # What is asked for, and from whom.
    reason = models.CharField(_("reason of receipt"), max_length=40)
    sender = models.CharField(_("present keeper"), max_length=120)
    sender_address = models.CharField(_("address of the present keeper"), max_length=200, blank=True)
    archive_type = models.CharField(
        _("kind of custody"),
        max_length=8,
        choices=Custody.ArchiveType.choices,
        default=Custody.ArchiveType.PERSONAL,
    )
    employer = models.ForeignKey(
        Employer, on_delete=models.PROTECT, null=True, blank=True, related_name="intakes", verbose_name=_("employer")
    )
    # Another institution of the city keeps it: it is asked for there, and comes by a transfer.
    moves_inside = models.BooleanField(_("moves inside the city"), default=False, editable=False)
    identity_check = models.CharField(
        _("identity check"), max_length=8, choices=IdentityCheck.choices, default=IdentityCheck.CARD
    )
    # Decides with which carriers the dossier may travel (code table personal_identity).
    personal_identity = models.CharField(_("personal identity"), max_length=2, blank=True)
    # 调档函
    letter_number = models.CharField(_("number of the recall letter"), max_length=40, blank=True)
    letter_date = models.DateField(_("date of the recall letter"), null=True, blank=True)
    letter_valid_until = models.DateField(_("recall letter valid until"), null=True, blank=True)
    letter_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Registered before it was opened.
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, null=True, blank=True, related_name="intakes")
    # Opened by two people, who both sign.
    first_opener = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_opener = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What was in it, against the transfer notice and the list.
    principal_volumes = models.PositiveSmallIntegerField(_("principal volumes"), null=True, blank=True)
    duplicate_volumes = models.PositiveSmallIntegerField(_("duplicate volumes"), null=True, blank=True)
    papers = models.PositiveSmallIntegerField(_("papers"), null=True, blank=True)
    notice_agrees = models.BooleanField(_("agrees with the transfer notice"), null=True, blank=True)
    list_agrees = models.BooleanField(_("agrees with the list of papers"), null=True, blank=True)
    right_person = models.BooleanField(_("all papers are this person's"), null=True, blank=True)
    comparison = models.CharField(_("differences found"), max_length=400, blank=True)
    # The review: what is missing is noted and told to the person once; it is never a reason to refuse (75号).
    person_types = ArrayField(
        models.CharField(max_length=2), verbose_name=_("types of person"), default=list, blank=True
    )
    lacking = ArrayField(
        models.CharField(max_length=12), verbose_name=_("key materials lacking"), default=list, blank=True
    )
    missing = models.CharField(_("missing key papers"), max_length=400, blank=True)
    review = models.CharField(_("result of the review"), max_length=400, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The end.
    custody = models.OneToOneField(Custody, on_delete=models.PROTECT, null=True, blank=True, related_name="intake")
    receipt_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    receipt_carrier = models.CharField(_("receipt sent by"), max_length=20, blank=True)
    receipt_waybill = models.CharField(_("number of the consignment"), max_length=40, blank=True)
    receipt_sent_on = models.DateField(_("receipt sent"), null=True, blank=True)
    return_reason = models.CharField(_("reason of the return"), max_length=20, blank=True)
    return_detail = models.CharField(_("explanation of the return"), max_length=400, blank=True)
    return_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    return_carrier = models.CharField(_("returned by"), max_length=20, blank=True)
    return_waybill = models.CharField(_("number of the consignment"), max_length=40, blank=True)
    sent_back_on = models.DateField(_("handed to the carrier"), null=True, blank=True)
    returned_on = models.DateField(_("back with the sender"), null=True, blank=True)
    return_finding = models.CharField(_("finding"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("intake")
        constraints = [
            models.CheckConstraint(
                condition=Q(second_opener__isnull=True) | ~Q(second_opener=F("first_opener")),
                name="a_parcel_is_opened_by_two_people",
                violation_error_message=_("A second person must sign the opening."),
            ),
            models.CheckConstraint(
                condition=Q(returned_on__isnull=True) | Q(sent_back_on__lte=F("returned_on")),
                name="a_return_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["letter_number"],
                condition=~Q(letter_number=""),
                name="recall_letter_number_once",
            ),
        ]

    @property
    def without_the_employer(self) -> str:
        """How it ends when the person has left the employer for whom the dossier was called, in words."""
        if self.parcel_id is None:
            return gettext("Now for the person: it goes on as individual custody, or the intake is withdrawn.")
        return gettext("Now for the person: it goes on as individual custody, or goes back to the sender.")

    @property
    def is_kept_elsewhere(self) -> bool:
        """Whether another institution of the city keeps the person's dossier; lists ask it of all rows at once."""
        known: bool | None = getattr(self, "kept_elsewhere", None)  # queries.with_keeper_elsewhere
        if known is not None:
            return known
        return held_by_others(self.person_id, self.institution_id).exists()

    def attested(self, step: str) -> str:
        if step in {"call_inside", "ask_again"}:
            return self._asked_of()
        if step != "witness_opening" or self.papers is None:  # nobody has opened it yet
            return ""
        counted = {
            "who": self.first_opener,
            "principal": self.principal_volumes,
            "duplicate": self.duplicate_volumes,
            "papers": self.papers,
        }
        return (
            gettext(
                "%(who)s counted principal volumes: %(principal)d, duplicate volumes: %(duplicate)d,"
                " papers: %(papers)d. With your signature you say that you were there and counted the same."
            )
            % counted
        )

    def _asked_of(self) -> str:
        """Whom the call goes to, and what becomes of the letter that is out."""
        custody = held_by_others(self.person_id, self.institution_id).select_related("institution").first()
        if custody is None:
            return ""
        said = [gettext("%(institution)s is asked for the dossier and answers here.")]
        if self.letter_number and not self.moves_inside:
            said.append(gettext("A new recall letter is issued; %(letter)s holds no longer, and the person is told."))
        elif self.letter_number and self.letter_has_run_out:
            said.append(gettext("A new recall letter is issued: %(letter)s has run out."))
        return " ".join(said) % {"institution": custody.institution, "letter": self.letter_number}

    @property
    def letter_has_run_out(self) -> bool:
        return self.letter_valid_until is None or self.letter_valid_until < timezone.localdate()


class ReplacedLetter(models.Model):
    """A recall letter in whose place a later one of the same intake has come: nothing is sent on it any more."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="replaced_letters")
    number = models.CharField(_("number of the recall letter"), max_length=40, unique=True)
    issued_on = models.DateField(_("date of the recall letter"))
    valid_until = models.DateField(_("recall letter valid until"))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("replaced recall letter")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.number


class ComparedPaper(models.Model):
    """A paper of the sender's list, or one that lay in the parcel without being on it, as the comparison found it."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="compared")
    position = models.PositiveSmallIntegerField(_("position"))
    class_mark = models.CharField(_("class mark"), max_length=4)
    title = models.CharField(_("title of the paper"), max_length=200)
    formed_on = PartialDateField(_("formed on"))
    pages_listed = models.PositiveSmallIntegerField(_("pages listed"), null=True, blank=True)  # none: not on the list
    pages_found = models.PositiveSmallIntegerField(_("pages found"), null=True, blank=True)  # none: not looked at yet
    remarks = models.CharField(_("remarks"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("compared paper")
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pages_listed__isnull=False) | Q(pages_found__isnull=False),
                name="a_compared_paper_is_listed_or_found",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.class_mark} {self.title}"

    @property
    def differs(self) -> bool:
        """Looked at, and not as the list says."""
        return self.pages_found is not None and self.pages_found != self.pages_listed
