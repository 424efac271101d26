"""One dossier for one unit and the people whom it sends, and the letters about what is kept too long."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rendang.circulation.loans.models.agencies import Agency
from rendang.dossiers.models import Custody, Material
from rendang.kernel.core.fields import EncryptedTextField
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.models import Case

# The papers of a loan, by the name in their address → the field that holds the file.
PAPERS = {
    "letter": "letter_file",
    "approval": "approval_file",
    "availability": "availability_file",
    "slip": "slip_file",
    "signed-slip": "signed_slip",
    "renewal": "renewal_file",
    "discrepancy": "discrepancy_file",
    "loss-report": "loss_report_file",
    "loss-notice": "loss_notice_file",
    "statement": "statement_file",
    "signed-return": "signed_return",
}


class Loan(Case):
    """查（借）阅 — one dossier for one unit and its two people (domain.md §1.10, §5.4).

    Approved by the section head, and by the head as well where ``needs_head``; then handed over and counted back, or,
    of a digital consultation, opened until ``granted_until``.
    """

    class State(models.TextChoices):
        APPLIED = "APPLIED", _("To be approved")
        ENDORSED = "ENDORSED", _("Endorsed, before the head")
        APPROVED = "APPROVED", _("Approved, to be handed over")
        LENT = "LENT", _("With the borrower")
        READING = "READING", _("In the reading room")
        GRANTED = "GRANTED", _("Digital consultation open")
        SEARCHED = "SEARCHED", _("Lost by the borrower, being looked for")
        REBUILDING = "REBUILDING", _("Lost, being reconstructed")
        RETURNED = "RETURNED", _("Returned complete")
        DISCREPANT = "DISCREPANT", _("Returned with a discrepancy")
        SETTLED = "SETTLED", _("Discrepancy settled")
        FOUND = "FOUND", _("Lost and found again")
        REBUILT = "REBUILT", _("Lost and reconstructed")
        LAPSED = "LAPSED", _("Not collected in time")
        FINISHED = "FINISHED", _("Digital consultation over")
        RECALLED = "RECALLED", _("Digital consultation recalled")
        REFUSED = "REFUSED", _("Not approved")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    class Use(models.TextChoices):
        CONSULTATION = "CONSULTATION", _("Consultation in the reading room")
        LOAN = "LOAN", _("Loan out of the house")
        DIGITAL = "DIGITAL", _("Digital consultation")

    class Turn(models.TextChoices):
        """Of a loan that had to wait: whether its unit knows that the dossier is there for it."""

        NONE = "", _("not called")
        CALLED = "CALLED", _("called, the unit is to be told")
        TOLD = "TOLD", _("the unit has been told")

    class Way(models.TextChoices):
        """How the unit was told."""

        TELEPHONE = "TELEPHONE", _("By telephone")
        LETTER = "LETTER", _("By letter, with the notice")
        MESSAGE = "MESSAGE", _("By message to the contact")
        IN_PERSON = "IN_PERSON", _("In person, with the notice")

    class Lost(models.TextChoices):
        """What the borrower has lost."""

        NOTHING = "", _("nothing")
        DOSSIER = "DOSSIER", _("the dossier")
        PAGES = "PAGES", _("pages of it")

    class Renewal(models.TextChoices):
        """续借: what became of the last asking."""

        NONE = "", _("not asked for")
        ASKED = "ASKED", _("asked for, to be decided")
        GRANTED = "GRANTED", _("renewed")
        REFUSED = "REFUSED", _("not granted")
        OVERTAKEN = "OVERTAKEN", _("overtaken: the dossier was back or lost before an answer")

    class Because(models.TextChoices):
        """Why the head must approve, too."""

        USE = "USE", _("it leaves the house")
        REASON = "REASON", _("the reason is one for the head")
        EMPLOYER = "EMPLOYER", _("it is a cadre's dossier")
        STORE = "STORE", _("it lies among the secret ones")

    SERVICE_ITEM = "consultation"
    PAGE = "loans:detail"
    CLOSED = frozenset(
        {
            State.RETURNED, State.SETTLED, State.FOUND, State.REBUILT, State.FINISHED, State.RECALLED, State.REFUSED,
            State.WITHDRAWN, State.LAPSED,
        }
    )  # fmt: skip
    GOOD_ENDS = frozenset({State.SETTLED, State.FOUND, State.FINISHED})
    FINDS_WHAT_IT_LOST = True
    ENDS = (_("Kept by / unit that applies"), "→")
    # The dossier itself, not its images.
    PAPER = (Use.CONSULTATION, Use.LOAN)
    IN_HAND = (State.LENT, State.READING)
    LOST = (State.SEARCHED, State.REBUILDING)

    use = models.CharField(_("kind of use"), max_length=12, choices=Use.choices)
    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="loans")
    reason = models.CharField(_("reason of the consultation"), max_length=20)
    scope = models.CharField(_("what is to be read"), max_length=200)
    unit = models.CharField(_("unit that applies"), max_length=80)
    phone = models.CharField(_("telephone of the unit"), max_length=40)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="loans")
    letter_number = models.CharField(_("number of the introduction letter"), max_length=60)
    letter_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)
    # Somebody of the same name stands in the family records; the clerk has compared and it is somebody else.
    namesake_compared = models.BooleanField(_("compared with the family records"), default=False)

    needs_head = models.BooleanField(_("the head approves as well"), default=False)
    head_because = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    endorsed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    endorsed_at = models.DateTimeField(_("endorsed"), null=True, blank=True)
    endorsement = models.CharField(_("opinion of the section"), max_length=200, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    opinion = models.CharField(_("opinion"), max_length=200, blank=True)
    approval_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The dossier is free and this loan is the next in line: it is held for the unit, which is told.
    called_on = models.DateField(_("called"), null=True, blank=True)
    turn = models.CharField(_("turn"), max_length=8, choices=Turn.choices, blank=True)
    held_until = models.DateField(_("held until"), null=True, blank=True)
    availability_file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    told_on = models.DateField(_("told that it is there"), null=True, blank=True)
    told_how = models.CharField(_("how"), max_length=12, choices=Way.choices, blank=True)
    told_whom = models.CharField(_("who was told"), max_length=60, blank=True)
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    pages_out = models.PositiveIntegerField(_("pages handed over"), null=True, blank=True)
    # What differs, where the count at the hand-over is not the one by the record.
    count_remark = models.CharField(_("why the count differs from the record"), max_length=200, blank=True)
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    handed_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_by = models.ForeignKey("Borrower", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    slip_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Signed by both and scanned.
    signed_slip = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_return = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # As told to the borrower; the case's own time limit ends with the return.
    due_back = models.DateField(_("to be returned by"), null=True, blank=True)
    renewals = models.PositiveSmallIntegerField(_("renewals"), default=0)
    # The last asking for a renewal and its answer; those before it stand in the audit log.
    renewal = models.CharField(_("renewal"), max_length=10, choices=Renewal.choices, blank=True)
    renewal_asked_on = models.DateField(_("renewal asked for"), null=True, blank=True)
    renewal_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    renewal_wished = models.DateField(_("wished until"), null=True, blank=True)
    renewal_reason = models.CharField(_("reason of the renewal"), max_length=200, blank=True)
    renewal_answered_on = models.DateField(_("renewal decided"), null=True, blank=True)
    renewal_answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    renewal_refusal = models.CharField(_("why it is not renewed"), max_length=200, blank=True)
    # The last answer, as the unit gets it.
    renewal_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pages_back = models.PositiveIntegerField(_("pages returned"), null=True, blank=True)
    taken_back_at = models.DateTimeField(_("returned"), null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    discrepancy = models.CharField(_("discrepancy"), max_length=400, blank=True)
    discrepancy_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    finding = models.CharField(_("finding"), max_length=400, blank=True)

    # 遗失: what the borrower has lost, what was done to find it, what the unit answers for, what the head decided.
    lost = models.CharField(_("lost"), max_length=8, choices=Lost.choices, blank=True)
    lost_on = models.DateField(_("reported lost"), null=True, blank=True)
    lost_reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    search_log = models.TextField(_("search"), max_length=4000, blank=True)
    loss_report_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    loss_notice_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    statement = models.CharField(_("statement of the unit"), max_length=400, blank=True)
    statement_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answerable = models.CharField(_("who answers for it"), max_length=60, blank=True)
    decision = models.CharField(_("decision"), max_length=400, blank=True)

    # Of a digital consultation: class marks (4, 4-1) and single papers that may be read, neither named: all.
    class_marks = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    materials = models.ManyToManyField(
        Material, blank=True, related_name="+", verbose_name=_("papers that may be read")
    )
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    may_print = models.BooleanField(_("may print"), default=False)
    may_download = models.BooleanField(_("may download"), default=False)
    granted_at = models.DateTimeField(_("opened for reading"), null=True, blank=True)
    granted_until = models.DateTimeField(_("open until"), null=True, blank=True)

    end_reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("consultation or loan")
        indexes = [models.Index(fields=["custody"], name="loan_by_custody")]
        constraints = [
            models.UniqueConstraint(
                fields=["custody"],
                condition=Q(handed_over_at__isnull=False, taken_back_at__isnull=True),
                name="a_dossier_is_in_one_borrower_s_hands",
                violation_error_message=_("Somebody else has this dossier in hand."),
            ),
            models.CheckConstraint(
                condition=Q(handed_over_at__isnull=True)
                | Q(pages_out__isnull=False, handed_over_by__isnull=False, signed_by__isnull=False),
                name="what_is_handed_over_is_counted_and_signed_for",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True)
                | Q(handed_over_at__isnull=False, pages_back__isnull=False, taken_back_by__isnull=False),
                name="what_came_back_was_counted",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) | Q(pages_back=F("pages_out")) | ~Q(discrepancy=""),
                name="a_wrong_count_is_described",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(needs_head=False)
                | (Q(endorsed_by__isnull=False) & ~Q(endorsed_by=F("approved_by"))),
                name="two_approve_what_needs_the_head",
            ),
            models.CheckConstraint(
                condition=Q(granted_until__isnull=True) | Q(use="DIGITAL", days__isnull=False),
                name="only_images_are_opened_for_a_time",
            ),
            models.CheckConstraint(
                condition=Q(handed_over_at__isnull=True) | ~Q(use="DIGITAL"), name="images_are_not_handed_over"
            ),
            models.CheckConstraint(
                condition=~Q(turn="TOLD") | Q(told_on__isnull=False, told_by__isnull=False) & ~Q(told_how=""),
                name="who_is_told_is_told_on_a_day_in_a_way",
            ),
            models.CheckConstraint(
                condition=Q(turn="") | Q(called_on__isnull=False, held_until__isnull=False),
                name="who_is_called_has_it_held_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(renewal="")
                | Q(handed_over_at__isnull=False, renewal_asked_by__isnull=False, renewal_wished__isnull=False)
                & Q(renewal_asked_on__isnull=False)
                & ~Q(renewal_reason=""),
                name="a_renewal_is_asked_for_until_a_day_and_why",
            ),
            models.CheckConstraint(
                condition=Q(renewal__in=["", "ASKED", "OVERTAKEN"])
                | Q(renewal_answered_on__isnull=False, renewal_answered_by__isnull=False)
                & ~Q(renewal_answered_by=F("renewal_asked_by")),
                name="a_second_person_answers_who_asks_for_a_renewal",
            ),
            models.CheckConstraint(
                condition=~Q(renewal="REFUSED") | ~Q(renewal_refusal=""), name="a_refused_renewal_says_why"
            ),
            models.CheckConstraint(
                condition=Q(lost="") | Q(handed_over_at__isnull=False, lost_reported_by__isnull=False),
                name="only_what_was_handed_over_is_lost",
            ),
            models.CheckConstraint(
                condition=Q(decision="") | ~Q(statement=""),
                name="what_is_reconstructed_was_answered_for",
            ),
        ]

    @property
    def is_paper(self) -> bool:
        """Whether the dossier itself is wanted."""
        return self.use in self.PAPER

    @property
    def is_open_for_reading(self) -> bool:
        """Whether its images are open now; which of them, only ``dossiers.actions.ask_to_see`` says."""
        is_granted = self.state == self.State.GRANTED and not self.paused_at
        return is_granted and self.granted_until is not None and timezone.now() < self.granted_until

    @property
    def may_ask_for_renewal(self) -> bool:
        """Whether no asking waits for an answer."""
        return self.renewal != self.Renewal.ASKED

    def attested(self, step: str) -> str:
        """Who decides on a renewal reads what is asked."""
        if step not in {"renew", "refuse_renewal"} or self.renewal != self.Renewal.ASKED:
            return ""
        return gettext("%(unit)s asks to keep the dossier until %(wished)s instead of %(day)s: %(reason)s") % {
            "unit": self.unit,
            "wished": self.renewal_wished,
            "day": self.due_back,
            "reason": self.renewal_reason,
        }

    @property
    def goes_to(self) -> str:
        """Whither, in lists of cases."""
        return self.unit

    @property
    def because(self) -> list[str]:
        """Why the head approves as well, in words."""
        return [str(self.Because(code).label) for code in self.head_because]


class Borrower(models.Model):
    """查阅人、借阅人 — one of the people whom the unit sends; the identity card was seen."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="borrowers")
    name = models.CharField(_("full name"), max_length=60)
    post = models.CharField(_("post"), max_length=60, blank=True)
    id_number = EncryptedTextField(editable=False)
    id_index = models.BinaryField(max_length=16, editable=False)
    id_masked = models.CharField(max_length=24, editable=False)
    is_party_member = models.BooleanField(_("Party member"), default=False)

    class Meta:
        verbose_name = _("person of the unit")
        indexes = [models.Index(fields=["id_index"], name="borrower_by_identity")]
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "id_index"],
                name="two_borrowers_are_two_people",
                violation_error_message=_("The people named are one and the same."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class OverdueNotice(models.Model):
    """催还通知书 — a letter to the unit that keeps a dossier too long; sent by the system or by hand."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="notices")
    number = models.PositiveSmallIntegerField(_("number"))
    issued_on = models.DateField(_("issued"))
    due_date = models.DateField(_("was due"))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("overdue notice")
        constraints = [models.UniqueConstraint(fields=["loan", "number"], name="overdue_notices_are_numbered")]

    def __str__(self) -> str:
        return f"{self.loan} {self.number}"

    @property
    def paper(self) -> str:
        """By which name the letter is opened on the page of the loan."""
        return f"notice-{self.number}"
