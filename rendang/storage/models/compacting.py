"""压架、倒架、排架: a plan of moves through a store, worked off line by line."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.storage.models.stores import Slot, Store


class CompactionQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)


class Compaction(models.Model):
    """压架、排架 — the gaps of a store are closed, or its dossiers put in order, by a list of moves (倒架单).

    It may be interrupted and taken up again.

    A move is an ordinary one, with its event and its place in the dossier's history; the plan only says which is next.
    """

    class Method(models.TextChoices):
        KEEP_ORDER = "KEEP_ORDER", _("Close up, keeping the order")
        FEWEST = "FEWEST", _("Fill the gaps from the end, with the fewest moves")
        NUMBER = "NUMBER", _("In order of archive number")
        EMPLOYER = "EMPLOYER", _("By employer, then archive number")

    # These put the dossiers in order; the others close gaps.
    SORTING = frozenset({Method.NUMBER, Method.EMPLOYER})

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="compactions")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="compactions")
    method = models.CharField(_("method"), max_length=10, choices=Method.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("planned"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    stop_reason = models.CharField(_("reason of stopping"), max_length=200, blank=True)

    objects = CompactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan of moves")
        constraints = [
            models.UniqueConstraint(
                fields=["store"],
                condition=Q(closed_at__isnull=True),
                name="one_compaction_of_a_store_at_a_time",
                violation_error_message=_("This store has a plan of moves already. Finish or stop it first."),
            ),
            models.CheckConstraint(
                condition=Q(stop_reason="") | Q(closed_at__isnull=False), name="what_is_stopped_is_closed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store} {self.at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("storage:compaction", args=[self.pk])


class CompactionMoveQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        return self.filter(done_at__isnull=True, overtaken=False)


class CompactionMove(models.Model):
    """One line of the plan: which dossier goes from which slot into which.

    A dossier that has to make room goes aside first (腾挪) and has a second line into the slot where it is wanted.
    """

    # Written by the hundred thousand: triggers look once a statement whether these are there (docs/adr/0031).
    compaction = models.ForeignKey(
        Compaction, on_delete=models.PROTECT, related_name="moves", db_index=False, db_constraint=False
    )
    position = models.PositiveIntegerField(_("number"))
    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    origin = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    target = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # The dossier had left its slot for another reason before it was its turn.
    overtaken = models.BooleanField(default=False)

    objects = CompactionMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("move of a plan")
        ordering = ("position",)
        indexes = [
            models.Index(
                fields=["compaction", "position"],
                condition=Q(done_at__isnull=True, overtaken=False),
                name="compaction_move_waiting",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["compaction", "position"], name="compaction_move_position_once"),
            models.UniqueConstraint(
                fields=["compaction", "dossier", "target"], name="a_plan_moves_a_dossier_into_a_slot_once"
            ),
            models.CheckConstraint(condition=~Q(origin=F("target")), name="a_move_goes_somewhere_else"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(overtaken=False, done_by__isnull=False),
                name="a_move_done_was_done_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.dossier_id}"
