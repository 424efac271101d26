"""花名册: a list of people whose dossiers an institution holds, as it was handed over, and what became of each row."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.files.models import StoredFile


class Roster(models.Model):
    """One file of one institution: judged first, imported when somebody has confirmed it."""

    class State(models.TextChoices):
        READING = "READING", _("Being read")
        JUDGED = "JUDGED", _("To be confirmed")
        IMPORTING = "IMPORTING", _("Being imported")
        DONE = "DONE", _("Imported")
        CANCELLED = "CANCELLED", _("Cancelled")
        FAILED = "FAILED", _("Not readable")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    # The same rows with their verdicts, to be downloaded.
    marked = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("file name"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.READING)
    # Future dates are judged against this day, in the dry run and in the import alike.
    judged_on = models.DateField(_("judged on"))
    # [{"name", "header_rows", "headings", "columns": {field: [column]}, "corrected"}] for each sheet.
    sheets = models.JSONField(default=list)
    # The verdicts in the form of ``import_roster --json``.
    report = models.JSONField(default=dict)
    data_rows = models.PositiveIntegerField(_("rows"), default=0)
    importable = models.PositiveIntegerField(_("importable"), default=0)
    # How far the running job is; chunks up to here are committed.
    rows_done = models.PositiveIntegerField(default=0)
    # When the running job last came forward; a job that has not for minutes has died and is started again.
    touched_at = models.DateTimeField(auto_now_add=True)
    cancel_requested = models.BooleanField(default=False)
    problem = models.CharField(max_length=300, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("roster")
        indexes = [models.Index(fields=["institution", "-id"], name="roster_by_institution")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("rosters:detail", args=[self.pk])

    @property
    def problem_in_words(self) -> str:
        """Why the file could not be read, in the reader's language."""
        return gettext(self.problem) % self.report.get("problem", {}) if self.problem else ""

    @property
    def is_running(self) -> bool:
        return self.state in {self.State.READING, self.State.IMPORTING}


class RosterRow(models.Model):
    """Where a record comes from: file, sheet and row. Of a dry run only the rows with something to say are kept.

    A log beside the live data: like the audit log it has no foreign keys in the database, which would cost every row
    of an import two look-ups and find nothing, for rosters and custodies are never deleted.
    """

    class Verdict(models.TextChoices):
        IMPORTED = "IMPORTED", _("Imported")
        REJECTED = "REJECTED", _("Rejected")
        ALREADY_HELD = "ALREADY_HELD", _("Already held, unchanged")
        DIFFERS = "DIFFERS", _("Held already, with other particulars")

    pk = models.CompositePrimaryKey("roster_id", "sheet", "number")
    roster = models.ForeignKey(
        Roster, on_delete=models.PROTECT, related_name="rows", db_index=False, db_constraint=False
    )
    # From 0, in the order of the workbook; the row as a spreadsheet program numbers it.
    sheet = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    # The names of samples' expected.json: missing_name, held_elsewhere …
    reasons = ArrayField(models.CharField(max_length=32), default=list)
    custody = models.ForeignKey(
        Custody,
        on_delete=models.PROTECT,
        null=True,
        related_name="roster_rows",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        verbose_name = _("row of a roster")
        indexes = [
            models.Index(fields=["custody"], condition=Q(custody__isnull=False), name="roster_row_by_custody"),
        ]

    def __str__(self) -> str:
        return f"{self.roster_id}/{self.sheet}/{self.number}"


class RosterLayout(models.Model):
    """What an institution said the columns of a layout mean; the same headings are read the same way next time."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    # {"0": "name", …}: column from 0 → field of headings.yaml.
    columns: Any = models.JSONField(default=dict)
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    corrected_at = models.DateTimeField(auto_now=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("layout of a roster")
        constraints = [models.UniqueConstraint(fields=["institution", "fingerprint"], name="one_reading_per_layout")]

    def __str__(self) -> str:
        return self.fingerprint[:12]
