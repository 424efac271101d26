"""盘点: what stands in the stores, compared dossier by dossier with what the record says (domain.md §3.4, 三相符)."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from rendang.dossiers.models import Dossier
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.models import Case
from rendang.storage.models import Placement, Slot, Store


class Verdict(models.TextChoices):
    """What the count says of a dossier or of a label."""

    FOUND = "FOUND", pgettext_lazy("stocktake", "Found")
    ON_LOAN = "ON_LOAN", _("On loan")
    IN_TRANSIT = "IN_TRANSIT", _("In transit")
    AT_HAND = "AT_HAND", _("Elsewhere in the house")
    MISSING = "MISSING", _("Missing")
    MISPLACED = "MISPLACED", _("Misplaced")
    TWICE = "TWICE", _("Seen in two slots")
    UNEXPECTED = "UNEXPECTED", _("Unexpected")
    MOVED = "MOVED", _("Moved during the count")


# Not in its slot, and the record says why: listed with its case, nothing to resolve.
OUT = (Verdict.ON_LOAN, Verdict.IN_TRANSIT, Verdict.AT_HAND)
# What somebody has to look into before the stocktake ends.
DISCREPANCIES = (Verdict.MISSING, Verdict.MISPLACED, Verdict.TWICE, Verdict.UNEXPECTED)


class Stocktake(Case):
    """盘点 — planned for a day, counted against what the record expects at its start, resolved, signed by two."""

    class State(models.TextChoices):
        PLANNED = "PLANNED", _("Planned")
        COUNTING = "COUNTING", _("Being counted")
        COUNTED = "COUNTED", _("Counted, being resolved")
        CONCLUDED = "CONCLUDED", _("Awaiting the second signature")
        SIGNED = "SIGNED", pgettext_lazy("stocktake", "Signed")
        CANCELLED = "CANCELLED", _("Cancelled")

    class Occasion(models.TextChoices):
        YEARLY = "YEARLY", _("Yearly full stocktake")
        HALF_YEARLY = "HALF_YEARLY", _("Half-yearly check")
        OTHER = "OTHER", _("Other occasion")

    SERVICE_ITEM = "stocktake"
    PAGE = "stocktakes:detail"
    CLOSED = frozenset({State.SIGNED, State.CANCELLED})
    OFTEN = ("stocktake.scan",)
    ABOUT = _("Occasion")

    occasion = models.CharField(_("occasion"), max_length=12, choices=Occasion.choices)
    planned_for = models.DateField(_("planned for"))
    # None: every store of the institution.
    stores = models.ManyToManyField(Store, blank=True, related_name="+", verbose_name=_("stores"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    counted_at = models.DateTimeField(_("counted"), null=True, blank=True)
    # Verdict → how many, as the count ended.
    totals = models.JSONField(default=dict, blank=True)
    concluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    concluded_at = models.DateTimeField(_("concluded"), null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    report = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    conclusion = models.CharField(_("conclusion"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("stocktake")
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("concluded_by")),
                name="a_stocktake_is_signed_by_two",
                violation_error_message=_("A second person must sign the stocktake."),
            ),
        ]

    @property
    def whom(self) -> str:
        return self.get_occasion_display()

    def main_step(self, today: dt.date) -> str:
        """While it is counted the work is scanning, a page of its own and no step: ending the count stands back."""
        return "scan" if self.state == self.State.COUNTING else ""


class ExpectedDossier(models.Model):
    """账 — one line of what the record said when the count began: this dossier, there."""

    class State(models.TextChoices):
        SLOT = "SLOT", _("In its slot")
        ON_LOAN = "ON_LOAN", _("On loan")
        IN_TRANSIT = "IN_TRANSIT", _("In transit")
        AT_HAND = "AT_HAND", _("Elsewhere in the house")
        UNPLACED = "UNPLACED", _("Not yet placed")
        MISSING = "MISSING", _("Missing, being looked for")

    # Copied by the hundred thousand in one statement from placements, which hold these keys and are never deleted:
    # to check each key once more would take twenty times as long as the copying.
    stocktake = models.ForeignKey(
        Stocktake, on_delete=models.CASCADE, related_name="expected", db_index=False, db_constraint=False
    )
    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    # Where it lies, or lay last before it was taken out.
    slot = models.ForeignKey(
        Slot, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    state = models.CharField(max_length=12, choices=State.choices)
    # The placement that said so: whatever is current later under another number is a movement during the count.
    placement = models.ForeignKey(
        Placement, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        verbose_name = _("expected dossier")
        constraints = [
            models.UniqueConstraint(fields=["stocktake", "dossier"], name="a_dossier_is_expected_once"),
            models.CheckConstraint(
                condition=~Q(state="SLOT") | Q(slot__isnull=False), name="expected_in_its_slot_means_a_slot"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stocktake_id} {self.dossier_id} {self.state}"


class Scan(models.Model):
    """实 — a label read during the count: of a slot, of a dossier, or one that means nothing here.

    A dossier lies in the slot whose label the same device read last before it; the text ``-`` ends the slot (what
    follows lies on no shelf). The number is the device's own, so an upload that comes twice counts once.
    """

    NO_SLOT = "-"
    LONGEST = 60

    # Served by the unique constraint below.
    stocktake = models.ForeignKey(Stocktake, on_delete=models.CASCADE, related_name="scans", db_index=False)
    device = models.CharField(max_length=36)
    number = models.PositiveIntegerField()
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    text = models.CharField(max_length=LONGEST, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("scan")
        constraints = [
            models.UniqueConstraint(fields=["stocktake", "device", "number"], name="a_scan_counts_once"),
            models.CheckConstraint(
                condition=Q(slot__isnull=False, dossier__isnull=True, text="")
                | Q(slot__isnull=True, dossier__isnull=False, text="")
                | (Q(slot__isnull=True, dossier__isnull=True) & ~Q(text="")),
                name="a_scan_is_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device} {self.number}"


_MOVED_HOW = {
    Placement.Kind.SLOT: _("Put into %(place)s on %(day)s"),
    Placement.Kind.AS_WRITTEN: _("Entered from a roster on %(day)s"),
    Placement.Kind.DESK: _("Taken to the desk on %(day)s"),
    Placement.Kind.COURIER: _("Sent off on %(day)s"),
    Placement.Kind.READING_ROOM: _("Taken to the reading room on %(day)s"),
    Placement.Kind.BORROWER: _("Lent on %(day)s"),
    Placement.Kind.ELSEWHERE: _("Left for good on %(day)s"),
    Placement.Kind.MISSING: _("Reported missing on %(day)s"),
    Placement.Kind.LOST: _("Declared lost on %(day)s"),
}


class Finding(models.Model):
    """账实不符 — where record and shelf disagree: to be resolved once, with a reason.

    What is out of its slot on the record, or was moved while it was counted, and disagrees in nothing else, is a
    finding that its movement explains.
    """

    class Resolution(models.TextChoices):
        FOUND_AGAIN = "FOUND_AGAIN", _("Searched again and found in its place")
        REPORTED = "REPORTED", _("Reported missing")
        PUT_BACK = "PUT_BACK", _("Carried to the place the record says")
        ACCEPTED = "ACCEPTED", _("The record follows: it stays where it was seen")
        DESK = "DESK", _("Sent to the desk")
        TO_REGISTER = "TO_REGISTER", _("Handed over to be registered")
        TAKEN_BACK = "TAKEN_BACK", _("Taken back under its case")
        EXPLAINED = "EXPLAINED", _("Explained by a movement")
        LEFT_OPEN = "LEFT_OPEN", _("Left open")

    stocktake = models.ForeignKey(Stocktake, on_delete=models.CASCADE, related_name="findings", db_index=False)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    text = models.CharField(_("label"), max_length=Scan.LONGEST, blank=True)
    expected_state = models.CharField(max_length=12, choices=ExpectedDossier.State.choices, blank=True)
    expected_slot = models.ForeignKey(Slot, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    seen_slot = models.ForeignKey(Slot, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # The other of two slots in which it was seen.
    other_slot = models.ForeignKey(Slot, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # What the record says happened to it: since the count began, or why it is in no slot.
    movement = models.ForeignKey(Placement, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    resolution = models.CharField(_("resolution"), max_length=12, choices=Resolution.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(_("resolved"), null=True)

    class FindingQuerySet(ScopedQuerySet):
        scope_fields = ("stocktake__institution",)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference of a stocktake")
        indexes = [models.Index(fields=["stocktake", "verdict", "id"], name="finding_by_verdict")]
        constraints = [
            models.UniqueConstraint(
                fields=["stocktake", "dossier"], condition=Q(dossier__isnull=False), name="one_finding_a_dossier"
            ),
            models.UniqueConstraint(
                fields=["stocktake", "text"], condition=Q(dossier__isnull=True), name="one_finding_a_label"
            ),
            models.CheckConstraint(
                condition=Q(dossier__isnull=False, text="") | (Q(dossier__isnull=True) & ~Q(text="")),
                name="a_finding_is_of_a_dossier_or_a_label",
            ),
            models.CheckConstraint(
                condition=Q(resolution="", reason="", resolved_by__isnull=True, resolved_at__isnull=True)
                | Q(resolution="EXPLAINED", reason="", resolved_by__isnull=True, movement__isnull=False)
                | (
                    ~Q(resolution__in=("", "EXPLAINED"))
                    & ~Q(reason="")
                    & Q(resolved_by__isnull=False, resolved_at__isnull=False)
                ),
                name="a_resolution_has_reason_and_person",
                violation_error_message=_("Say how it was resolved and why."),
            ),
        ]

    def __str__(self) -> str:
        return self.dossier.barcode if self.dossier else self.text

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return "red" if self.verdict in DISCREPANCIES else "grey"

    @property
    def open_hand(self) -> Case | None:
        """The open case under which a reader or borrower has it, on the record."""
        out = self.movement
        if out is None or out.kind not in Placement.IN_HAND or out.until or not out.case or not out.case.is_open:
            return None
        return out.case

    @property
    def explanation(self) -> str:
        """What the record says happened to it, in words for the screen; empty when it only lay in its slot."""
        out = self.movement
        if out is None:
            return ""
        told = {"day": f"{timezone.localtime(out.since):%Y-%m-%d %H:%M}", "place": out.slot}
        if out.institution_id != self.stocktake.institution_id:
            said = gettext("At %(place)s since %(day)s") % (told | {"place": out.institution})
        else:
            said = str(_MOVED_HOW[Placement.Kind(out.kind)]) % told
        if out.case:
            said = gettext("%(said)s under case %(case)s") % {"said": said, "case": out.case.number}
        if self.open_hand and self.verdict in DISCREPANCIES:
            said = gettext("%(said)s: take it back there") % {"said": said}
        return said
