"""Where each dossier is, was, belongs and was last seen."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.workflow.models import Case
from rendang.storage.models.stores import Slot, Store


class PlacementQuerySet(ScopedQuerySet):
    def current(self) -> Self:
        return self.filter(until__isnull=True)


class Placement(models.Model):
    """上架 and every other whereabouts of a dossier, one after the other: its place history.

    A trigger refuses to delete a placement or to change anything but its end, once.
    """

    class Kind(models.TextChoices):
        SLOT = "SLOT", _("In its slot")
        AS_WRITTEN = "AS_WRITTEN", _("As the roster says, not yet placed")
        DESK = "DESK", _("At the desk")
        COURIER = "COURIER", _("On its way")
        READING_ROOM = "READING_ROOM", _("In the reading room")
        BORROWER = "BORROWER", _("With a borrower")
        ELSEWHERE = "ELSEWHERE", _("Outside the city's system")
        MISSING = "MISSING", _("Missing, being looked for")
        LOST = "LOST", _("Lost for good")

    DETAIL_LENGTH = 120
    # Out of the house: it has to come back, and be registered, before it is placed.
    AWAY = frozenset({Kind.COURIER, Kind.BORROWER, Kind.ELSEWHERE})
    # Nobody knows where it is: being looked for, or given up by decision.
    NOWHERE = frozenset({Kind.MISSING, Kind.LOST})
    # With somebody who has signed for it.
    IN_HAND = frozenset({Kind.READING_ROOM, Kind.BORROWER})
    # In the house but in nobody's slot: it can be put back.
    AT_HAND = frozenset({Kind.DESK, Kind.READING_ROOM})

    # Served by the unique constraint below; an index of its own would cost every import.
    dossier = models.ForeignKey(
        Dossier, on_delete=models.PROTECT, db_constraint=False, related_name="placements", db_index=False
    )
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    kind = models.CharField(_("place"), max_length=12, choices=Kind.choices)
    # Indexed below where there is one.
    slot = models.ForeignKey(
        Slot,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="placements",
        db_index=False,
    )
    # What it takes of its slot's width, in millimetres; it grows and shrinks with the dossier while it lies there.
    thickness = models.PositiveSmallIntegerField(_("thickness"), default=0, db_default=0)
    # The roster's own words, the desk, or the carrier and its number.
    detail = models.CharField(_("detail"), max_length=DETAIL_LENGTH, blank=True)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )
    case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        indexes = [
            models.Index(
                fields=["institution", "kind", "id"],
                condition=Q(until__isnull=True),
                name="placement_current",
            ),
            models.Index(fields=["slot"], condition=Q(slot__isnull=False), name="placement_by_slot"),
        ]
        constraints = [
            # Where it is now counts as one and the same, every former place as itself; also the index by dossier.
            models.UniqueConstraint(
                "dossier",
                models.Case(
                    models.When(until__isnull=True, then=0), default=F("id"), output_field=models.BigIntegerField()
                ),
                name="a_dossier_is_in_one_place",
                violation_error_message=_("The dossier is already somewhere else."),
            ),
            models.CheckConstraint(
                condition=Q(kind="SLOT", slot__isnull=False) | (~Q(kind="SLOT") & Q(slot__isnull=True)),
                name="in_its_slot_means_a_slot",
            ),
            models.CheckConstraint(
                condition=Q(kind="SLOT", thickness__gte=1) | (~Q(kind="SLOT") & Q(thickness=0)),
                name="what_lies_in_a_slot_takes_its_room",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="a_placement_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Where it is, in words for the screen."""
        if self.slot:
            return self.slot.code
        kind = self.get_kind_display()
        return gettext("%(kind)s: %(detail)s") % {"kind": kind, "detail": self.detail} if self.detail else kind

    @property
    def record(self) -> str:
        """Where it is, in the same words whatever the language: for the audit log."""
        return f"{self.kind} {self.slot.code if self.slot else self.detail}".strip()


class Keeping(models.Model):
    """存放要求 — how a dossier is to be kept, where somebody has said it: how thick it is, in what store it belongs.

    What nobody has said follows the policy ``dossier_thickness``, and whether the person has died.
    """

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, primary_key=True, related_name="keeping")
    thickness = models.PositiveSmallIntegerField(_("thickness"), null=True, blank=True)  # millimetres
    purpose = models.CharField(
        _("store in which it belongs"), max_length=12, choices=Store.Purpose.choices, blank=True
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("said on"))

    class Meta:
        verbose_name = _("keeping requirements")
        constraints = [
            models.CheckConstraint(
                condition=Q(thickness__isnull=True) | Q(thickness__gte=1),
                name="a_dossier_is_at_least_a_millimetre_thick",
                violation_error_message=_("A dossier is at least one millimetre thick."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.thickness or ''} {self.purpose}".strip()


class Sighting(models.Model):
    """最近见档 — when, where and by whom a dossier was last in somebody's hands: placed, taken, scanned, counted."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, primary_key=True, related_name="sighting")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("last seen"))
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    # In the words of the place where it was no slot: a desk, the reading room, a stocktake.
    detail = models.CharField(_("place"), max_length=Placement.DETAIL_LENGTH, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("last sighting")

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.at:%Y-%m-%d %H:%M}"
