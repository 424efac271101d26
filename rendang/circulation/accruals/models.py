"""补充材料: papers that come later, and letters that ask for those that do not come."""

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from rendang.dossiers.models import Dossier, Material, Undertaking
from rendang.kernel.core.fields import PartialDateField
from rendang.kernel.core.language import listed
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.models import Case


class Accrual(Case):
    """收件 — one delivery of loose papers, of one person or of many. Each paper has its own outcome.

    ``person`` and ``dossier`` of the case are empty when the papers are of several people.
    """

    class State(models.TextChoices):
        REGISTERED = "REGISTERED", _("To be identified")
        IDENTIFIED = "IDENTIFIED", _("To be filed")
        FILED = "FILED", _("Filed")
        RETURNED = "RETURNED", _("Returned")

    SERVICE_ITEM = "accrual"
    PAGE = "accruals:detail"
    CLOSED = frozenset({State.FILED, State.RETURNED})
    OFTEN = ("accrual.note_verdicts",)
    ENDS = (_("Delivered for / institution"), "→")

    sender = models.CharField(_("delivered for"), max_length=120)
    deliverer = models.CharField(_("handed over by"), max_length=60, blank=True)
    received_on = models.DateField(_("received"))
    # What was uploaded through the link of a chasing letter.
    attachments = models.ManyToManyField(StoredFile, blank=True, related_name="+")
    receipt_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    slip_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("accrual")
        constraints = [models.CheckConstraint(condition=~Q(sender=""), name="an_accrual_says_who_delivers")]

    @property
    def whom(self) -> str:
        """Of papers of many, of how many people, where a query has counted them (``people_count``)."""
        count = getattr(self, "people_count", 0)
        return ngettext("%(count)d person", "%(count)d people", count) % {"count": count} if count else ""

    def came_of(self, step: str) -> str:
        """How many papers are in their dossiers now, how many wait for theirs, and how many go on or back."""
        if step != "file":
            return ""
        filed, refused = Q(outcome=AccrualItem.Outcome.FILED), Q(outcome=AccrualItem.Outcome.REFUSED)
        moved = Q(refusal=AccrualItem.MOVED)
        counts = self.items.aggregate(
            filed=Count("pk", filter=filed),
            waiting=Count("pk", filter=Q(outcome=AccrualItem.Outcome.ACCEPTED)),
            moved=Count("pk", filter=refused & moved),
            refused=Count("pk", filter=refused & ~moved),
        )
        said = {
            "filed": ngettext("%(count)d paper is filed", "%(count)d papers are filed", counts["filed"]),
            "waiting": ngettext(
                "%(count)d paper waits until its dossier is back",
                "%(count)d papers wait until their dossiers are back",
                counts["waiting"],
            ),
            "moved": ngettext(
                "%(count)d paper goes on to who keeps the dossier now",
                "%(count)d papers go on to who keeps the dossiers now",
                counts["moved"],
            ),
            "refused": ngettext(
                "%(count)d paper was refused and goes back",
                "%(count)d papers were refused and go back",
                counts["refused"],
            ),
        }
        return listed(text % {"count": counts[what]} for what, text in said.items() if counts[what])

    @property
    def remark(self) -> str:
        """What the list says beside the state: how many papers came late, where the rows know it."""
        late = getattr(self, "late_count", 0)
        return (
            ngettext("%(count)d paper handed in late", "%(count)d papers handed in late", late) % {"count": late}
            if late
            else ""
        )


class AccrualItem(models.Model):
    """零散材料 — one loose paper of a delivery: whose, what, and whether it was accepted and filed."""

    class Outcome(models.TextChoices):
        ACCEPTED = "ACCEPTED", _("To be filed")
        REFUSED = "REFUSED", pgettext_lazy("paper", "Refused")
        FILED = "FILED", _("Filed")

    # Of the table accrual_refusal, set by filing alone: the dossier has left, its paper follows it.
    MOVED = "moved"

    accrual = models.ForeignKey(Accrual, on_delete=models.PROTECT, related_name="items")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="accrual_items")
    title = models.CharField(_("title of the paper"), max_length=200)
    class_mark = models.CharField(_("class mark"), max_length=4, blank=True)
    formed_on = PartialDateField(_("formed on"))
    pages = models.PositiveSmallIntegerField(_("pages"), default=1)
    copies = models.PositiveSmallIntegerField(_("copies"), default=1)
    # Code table material_copy: only originals, and copies stamped by whoever keeps the original, are filed (§2.4).
    form = models.CharField(_("form"), max_length=20, default="original")
    # By when its producer should have handed it in (§2.4); empty where it bears no date or no rule was in force.
    submit_by = models.DateField(_("to be handed in by"), null=True, blank=True)
    is_late = models.BooleanField(_("handed in late"), default=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    refusal = models.CharField(_("reason of the refusal"), max_length=40, blank=True)
    refusal_detail = models.CharField(_("explanation"), max_length=200, blank=True)
    material = models.OneToOneField(Material, on_delete=models.PROTECT, null=True, blank=True, related_name="accrual")
    filed_on = models.DateField(_("filed"), null=True, blank=True)

    class Meta:
        verbose_name = _("loose paper")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="a_loose_paper_has_a_title"),
            models.CheckConstraint(
                condition=Q(is_late=False) | Q(submit_by__isnull=False), name="what_is_late_had_a_day"
            ),
            models.CheckConstraint(
                condition=Q(outcome="REFUSED") & ~Q(refusal="") | ~Q(outcome="REFUSED") & Q(refusal=""),
                name="what_is_refused_has_a_reason_and_nothing_else_has",
            ),
            models.CheckConstraint(
                condition=Q(outcome="FILED", material__isnull=False, filed_on__isnull=False)
                | ~Q(outcome="FILED") & Q(material__isnull=True, filed_on__isnull=True),
                name="what_is_filed_is_in_the_catalogue",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "REFUSED"])
                | ~Q(class_mark="") & Q(form__in=["original", "stamped_copy"]),
                name="only_classed_originals_are_accepted",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def person_id(self) -> int:
        """Whose paper it is, for the audit log."""
        return self.dossier.person_id

    @property
    def days_late(self) -> int:
        """How many days after its time it was handed in."""
        return (self.accrual.received_on - self.submit_by).days if self.is_late and self.submit_by else 0


class Chase(Case):
    """催要 — a letter asks the person, the employer or the school for papers that a dossier lacks.

    Its link takes one upload until the last day; only the digest of the link's token is kept.
    """

    class State(models.TextChoices):
        SENT = "SENT", _("Sent")
        ANSWERED = "ANSWERED", _("Answered")
        ENDED = "ENDED", _("Ended without an answer")

    class Addressee(models.TextChoices):
        PERSON = "PERSON", _("The person")
        EMPLOYER = "EMPLOYER", _("The employer")
        SCHOOL = "SCHOOL", _("The school")

    SERVICE_ITEM = "accrual"
    PAGE = "accruals:chase"
    STEP_PAGE = "accruals:chase_step"
    CLOSED = frozenset({State.ANSWERED, State.ENDED})
    ENDS = (_("Written by / to"), "→")

    addressee_kind = models.CharField(_("sent to"), max_length=10, choices=Addressee.choices)
    addressee = models.CharField(_("addressee"), max_length=120)
    titles = ArrayField(models.CharField(max_length=60), verbose_name=_("papers asked for"))
    promise = models.ForeignKey(Undertaking, on_delete=models.PROTECT, null=True, blank=True, related_name="chases")
    letter_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # SHA-256 of the link's token; empty once it has been used or the letter has been answered or ended.
    token_digest = models.BinaryField(max_length=32, null=True, blank=True, editable=False)
    # Of the link that was used or replaced last: whoever still has it is told what became of it.
    spent_digest = models.BinaryField(max_length=32, null=True, blank=True, editable=False)
    link_until = models.DateField(_("link valid until"))
    answer = models.OneToOneField(Accrual, on_delete=models.PROTECT, null=True, blank=True, related_name="asked_by")

    # The address that the link opens: known only to what has just made it, kept nowhere.
    link = ""

    class Meta:
        verbose_name = _("chasing letter")
        constraints = [
            models.UniqueConstraint(fields=["token_digest"], name="a_link_belongs_to_one_letter"),
            models.UniqueConstraint(fields=["spent_digest"], name="a_spent_link_belongs_to_one_letter"),
            models.CheckConstraint(condition=~Q(addressee=""), name="a_letter_has_an_addressee"),
            models.CheckConstraint(condition=Q(titles__len__gt=0), name="a_letter_asks_for_a_paper"),
        ]

    @property
    def goes_to(self) -> str:
        """Whom it asks, in lists of cases."""
        return self.addressee

    def main_step(self, today: dt.date) -> str:
        """The papers are awaited until the last day; from then on the letter is sent again."""
        return "send_again" if self.link_until < today else "answer"


class Sending(models.Model):
    """一次催要 — the letter went out, the first time or again: one line of the register each."""

    letter = models.ForeignKey(Chase, on_delete=models.PROTECT, related_name="sendings", db_index=False)
    number = models.PositiveSmallIntegerField(_("which time"))
    sent_on = models.DateField(_("sent"))
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    answer_by = models.DateField(_("to be answered by"))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("sending of a chasing letter")
        constraints = [
            models.UniqueConstraint(fields=["letter", "number"], name="a_letter_goes_out_once_at_a_time"),
        ]
        indexes = [models.Index(fields=["sent_on", "id"], name="sending_by_day")]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.number}"
