"""档案: the physical file of one person, who holds it, and what is in it."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.core.fields import PartialDateField
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.models import Case
from rendang.people.models import Employer, NameGrams, Person


class DossierQuerySet(ScopedQuerySet):
    def at(self, institution_ids: Any) -> Self:
        """Dossiers that the institutions hold, or for which they have an open case (as sender or receiver).

        The receiver of a move may read from the offer on: the offer is the keeper's own act, made for the receiver to
        decide. It ends with the offer, and every look is an audit event that the owner reads.
        """
        if institution_ids is None:
            return self
        ids = list(institution_ids)
        held = Custody.objects.filter(dossier=OuterRef("pk"), status=Custody.Status.HELD, institution__in=ids)
        in_hand = Case.objects.open().filter(Q(institution__in=ids) | Q(counterpart__in=ids), dossier=OuterRef("pk"))
        return self.filter(Exists(held) | Exists(in_hand))


class Dossier(models.Model):
    """档案 — the physical file of one person. Who holds it is its custody, where it lies its placement."""

    # Checked by a trigger once a statement, like those of Custody and Placement (docs/adr/0031).
    person = models.OneToOneField(
        Person,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="dossier",
        error_messages={"unique": _("This person already has a dossier.")},
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("dossier")

    def __str__(self) -> str:
        return self.barcode

    def get_absolute_url(self) -> str:
        return reverse("dossiers:detail", args=[self.pk])

    @property
    def barcode(self) -> str:
        """What the label's QR code says; typed or scanned into the search box it opens the dossier."""
        return f"RD{self.pk:09d}"


class Custody(models.Model):
    """保管 — an episode: which institution holds the dossier, under which archive number, from when to when.

    New archive numbers come from ``workflow.actions.next_in_series("archive", institution, year)``.
    """

    # Why it ended where supervision found the dossier with another institution.
    BY_A_FINDING = "conflict_settled"

    class Status(models.TextChoices):
        HELD = "HELD", _("Held")
        CLAIMED = "CLAIMED", _("Claimed, held elsewhere")
        ENDED = "ENDED", _("Ended")
        REFUTED = "REFUTED", _("Claim not confirmed")

    class ArchiveType(models.TextChoices):
        PERSONAL = "personal", _("Entrusted by the person")
        UNIT = "unit", _("Entrusted by the employer")

    # Served by the unique constraints below; indexes of their own would cost every import.
    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, db_constraint=False, related_name="custodies", db_index=False
    )
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, db_constraint=False, related_name="custodies", db_index=False
    )
    # Sorted by code points in every database, so that the index of the unique constraint also finds a beginning.
    archive_number = models.CharField(_("archive number"), max_length=40, db_collation="C")
    status = models.CharField(_("custody"), max_length=8, choices=Status.choices, default=Status.HELD)
    archive_type = models.CharField(
        _("kind of custody"), max_length=8, choices=ArchiveType.choices, default=ArchiveType.PERSONAL
    )
    # Most custodies have none: indexed below where there is one.
    employer = models.ForeignKey(
        Employer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="custodies",
        db_index=False,
    )
    received_on = PartialDateField(_("received"))
    received_reason = models.CharField(_("reason of receipt"), max_length=60, blank=True)
    received_from = models.CharField(_("received from"), max_length=120, blank=True)
    ended_on = PartialDateField(_("left"))
    # A code of the table transfer_reason, or BY_A_FINDING (queries/leaving.py says it in words).
    ended_reason = models.CharField(_("reason of leaving"), max_length=60, blank=True)
    sent_to = models.CharField(_("sent to"), max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # The person's name and its readings again, kept by triggers, so that who is looked for and at whose office lie in
    # one row and a clerk's search is as fast as the city's (docs/adr/0004). A bulk import may bring them along; an
    # empty name is filled in.
    name = models.CharField(max_length=60, default="", db_default="", editable=False)
    name_pinyin = models.CharField(max_length=120, default="", db_default="", editable=False)
    name_initials = models.CharField(max_length=30, default="", db_default="", editable=False)
    name_pinyin_other = models.CharField(max_length=120, default="", db_default="", editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("custody")
        indexes = [
            # All begin with the institution: a search is scoped by the same index that finds.
            GinIndex(F("institution"), NameGrams(F("name")), name="custody_by_name_grams"),
            models.Index(
                fields=["institution", "name_pinyin"],
                name="custody_by_pinyin",
                opclasses=["int8_ops", "text_pattern_ops"],
            ),
            models.Index(fields=["institution", "name_initials"], name="custody_by_initials"),
            models.Index(
                fields=["institution", "name_pinyin_other"],
                condition=~Q(name_pinyin_other=""),
                name="custody_by_other_pinyin",
                opclasses=["int8_ops", "text_pattern_ops"],
            ),
            # An institution's list of what it holds, page by page.
            models.Index(fields=["institution", "id"], condition=Q(status="HELD"), name="custody_held"),
            models.Index(fields=["employer"], condition=Q(employer__isnull=False), name="custody_by_employer"),
        ]
        constraints = [
            # What is held counts as one and the same, everything else as itself; also the index by dossier.
            models.UniqueConstraint(
                "dossier",
                models.Case(
                    models.When(status="HELD", then=0), default=F("id"), output_field=models.BigIntegerField()
                ),
                name="one_keeper_per_dossier",
                violation_error_message=_("Another institution holds this dossier."),
            ),
            models.UniqueConstraint(
                fields=["institution", "archive_number"],
                name="an_archive_number_is_given_once",
                violation_error_message=_("This archive number has been given before; a number is never used again."),
            ),
            models.CheckConstraint(condition=~Q(archive_number=""), name="custody_has_an_archive_number"),
            models.CheckConstraint(
                condition=Q(status="ENDED") | Q(ended_on=""), name="only_an_ended_custody_has_an_end"
            ),
        ]

    def __str__(self) -> str:
        return self.archive_number

    @property
    def person_id(self) -> int:
        """Whose dossier it is, for the audit log."""
        return self.dossier.person_id


class CustodyConflict(Case):
    """保管争议 — a second institution says it holds the dossier. Supervision finds out where it really is."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("To be settled")
        KEPT = "KEPT", _("Holder confirmed")
        MOVED = "MOVED", _("Claim confirmed")

    SERVICE_ITEM = "custody_conflict"
    PAGE = "supervision:conflict"
    CLOSED = frozenset({State.KEPT, State.MOVED})
    GOOD_ENDS = frozenset({State.MOVED})
    ENDS = (_("Claimed by / held by"), "/")

    # `institution` is the one that claims, `counterpart` the one that holds.
    claim = models.OneToOneField(Custody, on_delete=models.PROTECT, related_name="conflict")
    holding = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="contested_by")
    finding = models.CharField(_("finding"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("custody conflict")
        constraints = [
            models.CheckConstraint(condition=~Q(claim=F("holding")), name="a_conflict_has_two_sides"),
        ]


class Volume(models.Model):
    """卷 — a physical part of a dossier: principal 正本, duplicate 副本 or loose papers 散材料."""

    class Kind(models.TextChoices):
        PRINCIPAL = "PRINCIPAL", _("Principal")
        DUPLICATE = "DUPLICATE", _("Duplicate")
        LOOSE = "LOOSE", _("Loose papers")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="volumes")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PRINCIPAL)
    number = models.PositiveSmallIntegerField(_("number"), default=1)

    class Meta:
        verbose_name = _("volume")
        constraints = [models.UniqueConstraint(fields=["dossier", "kind", "number"], name="volume_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class Material(models.Model):
    """材料 — one paper of a dossier, listed in its catalogue under a class mark."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="materials")
    volume = models.ForeignKey(Volume, on_delete=models.PROTECT, null=True, blank=True, related_name="materials")
    scheme = models.CharField(_("classification scheme"), max_length=20, default="2018")
    class_mark = models.CharField(_("class mark"), max_length=4)
    # Place inside the class: the catalogue number is class mark + position (4-1-1).
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title of the paper"), max_length=200)
    formed_on = PartialDateField(_("formed on"))
    pages = models.PositiveSmallIntegerField(_("pages"), default=1)
    copies = models.PositiveSmallIntegerField(_("copies"), default=1)
    remarks = models.CharField(_("remarks"), max_length=100, blank=True)
    # Removed papers stay on record with who asked, who approved and why (2018 regulations: no paper is taken out
    # on one person's word).
    removed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("material")
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "scheme", "class_mark", "position"],
                condition=Q(removed_at__isnull=True),
                name="one_paper_per_catalogue_number",
                violation_error_message=_("Another paper already has this number."),
            ),
            models.CheckConstraint(condition=~Q(title=""), name="a_paper_has_a_title"),
            models.CheckConstraint(condition=Q(position__gte=1), name="positions_begin_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        return f"{self.class_mark}-{self.position}"

    @property
    def person_id(self) -> int:
        """Whose paper it is, for the audit log."""
        return self.dossier.person_id


class RecordedValue(models.Model):
    """记载值 — what one paper says of a contested fact. All values are kept; the system decides nothing (§1.8)."""

    class Fact(models.TextChoices):
        BIRTH = "BIRTH", _("Date of birth")
        WORK_START = "WORK_START", _("Started work")
        PARTY = "PARTY", _("Joined the Party")

    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="recorded_values")
    fact = models.CharField(_("fact"), max_length=12, choices=Fact.choices)
    value = PartialDateField(_("recorded value"), blank=False)

    class Meta:
        verbose_name = _("recorded value")
        constraints = [models.UniqueConstraint(fields=["material", "fact"], name="a_paper_records_a_fact_once")]

    def __str__(self) -> str:
        return f"{self.fact} {self.value}"


class MaterialRemoval(Case):
    """材料撤出 — a paper is to leave a dossier: one person asks with a reason, a second approves."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("Proposed")
        APPROVED = "APPROVED", _("Removed")
        REFUSED = "REFUSED", _("Refused")

    SERVICE_ITEM = "material_removal"
    PAGE = "dossiers:removal"
    CLOSED = frozenset({State.APPROVED, State.REFUSED})

    material = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="removals")
    reason = models.CharField(_("reason"), max_length=200)
    decision_reason = models.CharField(_("reason of the decision"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("removal of a paper")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_removal_has_a_reason")]


class Undertaking(Case):
    """告知承诺 — the person is told once which papers are missing and what that may mean, and promises them (§1.9)."""

    class State(models.TextChoices):
        TOLD = "TOLD", _("Told, not yet promised")
        PROMISED = "PROMISED", _("Promised")
        SUPPLEMENTED = "SUPPLEMENTED", _("Supplemented")
        ENDED = "ENDED", _("Ended without all papers")

    # Why its papers are waived when the dossier has gone to another keeper; read through ``audit.sentences.reason``.
    HAS_LEFT = "dossier_has_left"
    # Why a letter about it ends without an answer.
    IS_SETTLED = "undertaking_settled"

    SERVICE_ITEM = "undertaking"
    PAGE = "dossiers:undertaking"
    STEP_PAGE = "dossiers:undertaking_step"
    CLOSED = frozenset({State.SUPPLEMENTED, State.ENDED})

    effects = models.CharField(_("possible effects"), max_length=400)
    promised_on = models.DateField(_("promised for"))
    # The business in which it came to light.
    origin = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="undertakings")
    notice_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Signed by hand and scanned; empty when the person has confirmed online.
    signed_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    promised_at = models.DateTimeField(_("promised"), null=True, blank=True)
    statement = models.CharField(_("statement of the person"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("undertaking")
        constraints = [
            models.CheckConstraint(condition=~Q(effects=""), name="an_undertaking_says_what_the_lack_may_mean"),
            models.CheckConstraint(
                condition=Q(signed_file__isnull=True) | Q(promised_at__isnull=False),
                name="what_is_signed_is_promised",
            ),
        ]

    def main_step(self, today: dt.date) -> str:
        """The promise, then following it up: that all papers have come happens of itself when they are listed."""
        return "confirm" if self.state == self.State.TOLD else "follow_up"

    def attested(self, step: str) -> str:
        """Who notes all papers as come knows that this lists none of them."""
        if step != "supplement":
            return ""
        return gettext(
            "Only for papers that are in the dossier already: this lists nothing in the catalogue. Register a paper"
            " that has just been brought; once it is filed it stands in the catalogue, and its promise is settled."
        )


class UndertakingItem(models.Model):
    """缺少的材料 — one paper that the person has promised, and what became of the promise."""

    class Outcome(models.TextChoices):
        SUPPLEMENTED = "SUPPLEMENTED", _("Has come")
        CANNOT_BE_OBTAINED = "CANNOT_BE_OBTAINED", _("Cannot be obtained")
        WAIVED = "WAIVED", _("Waived")

    undertaking = models.ForeignKey(Undertaking, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(_("key material"), max_length=12, blank=True)
    name = models.CharField(_("name"), max_length=60)
    class_mark = models.CharField(_("class mark"), max_length=8, blank=True)
    period = models.CharField(_("period it covers"), max_length=60, blank=True)
    issuer = models.CharField(_("who can issue it"), max_length=60, blank=True)
    effects = models.CharField(_("possible effects"), max_length=200, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    material = models.ForeignKey(Material, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_on = models.DateField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("paper of an undertaking")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["undertaking", "name"], name="a_paper_is_promised_once"),
            models.CheckConstraint(
                condition=Q(outcome="", settled_on__isnull=True) | (~Q(outcome="") & Q(settled_on__isnull=False)),
                name="what_is_settled_has_an_outcome_and_a_day",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "SUPPLEMENTED"]) | ~Q(reason=""),
                name="a_paper_that_will_not_come_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FollowUp(models.Model):
    """跟踪记录 — what an institution did, on which day, so that a promise is kept."""

    undertaking = models.ForeignKey(Undertaking, on_delete=models.PROTECT, related_name="follow_ups")
    done_on = models.DateField(_("day"))
    note = models.CharField(_("note"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("follow-up of an undertaking")
        ordering = ("-done_on", "-pk")
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="a_follow_up_says_what_was_done")]

    def __str__(self) -> str:
        return f"{self.done_on} {self.note}"
