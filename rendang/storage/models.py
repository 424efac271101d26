"""库房: where the dossiers lie."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.workflow.models import Case


class Store(models.Model):
    """库房 — a room of an institution in which dossiers lie on racks."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="stores")
    code = models.CharField(_("code"), max_length=12)
    name = models.CharField(_("name"), max_length=60)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "code"],
                name="store_code_once",
                violation_error_message=_("The institution already has a store with this code."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("storage:store", args=[self.pk])


class SlotQuerySet(ScopedQuerySet):
    def free(self) -> Self:
        return self.filter(occupied__lt=F("capacity"))


class Slot(models.Model):
    """格位 — the smallest place of a store: rack, bay, layer and number, with room for so many dossiers."""

    # Both are served by the indexes below: a roster that fills 5,000 slots writes each index of each of them.
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="slots", db_index=False)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The whole position as it is written on the shelf: K01-A-03-L-05-4-012.
    code = models.CharField(_("slot position"), max_length=40)
    rack = models.CharField(_("rack"), max_length=12)
    bay = models.CharField(_("bay"), max_length=12, blank=True)
    layer = models.CharField(_("layer"), max_length=12, blank=True)
    capacity = models.PositiveSmallIntegerField(_("capacity"), default=1)
    # Kept by a trigger on placements, so that the check below can hold.
    occupied = models.PositiveSmallIntegerField(_("occupied"), default=0, editable=False)

    objects = SlotQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["store", "rack", "layer", "bay"], name="slot_by_position"),
            models.Index(
                fields=["institution", "code"],
                condition=Q(occupied__lt=F("capacity")),
                name="slot_free",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "code"],
                name="slot_code_once",
                violation_error_message=_("The institution already has a slot with this position."),
            ),
            models.CheckConstraint(
                condition=Q(occupied__lte=F("capacity")),
                name="a_slot_holds_no_more_than_fits",
                violation_error_message=_("This slot is full."),
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1),
                name="a_slot_has_room_for_one",
                violation_error_message=_("A slot has room for at least one dossier."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("storage:slot", args=[self.pk])

    @property
    def number(self) -> str:
        """Its last part, by which it is known on its layer."""
        return self.code.rsplit("-", 1)[-1]

    @property
    def room(self) -> int:
        """How many more dossiers fit."""
        return self.capacity - self.occupied


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

    DETAIL_LENGTH = 120
    # Out of the house: it has to come back, and be registered, before it is placed.
    AWAY = frozenset({Kind.COURIER, Kind.BORROWER, Kind.ELSEWHERE})
    # In the house but in nobody's slot: it can be put back.
    AT_HAND = frozenset({Kind.DESK, Kind.READING_ROOM})

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="placements")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("place"), max_length=12, choices=Kind.choices)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, null=True, blank=True, related_name="placements")
    # The roster's own words, the desk, or the carrier and its number.
    detail = models.CharField(_("detail"), max_length=DETAIL_LENGTH, blank=True)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    case = models.ForeignKey(
        Case,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    objects = PlacementQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["institution", "kind", "id"],
                condition=Q(until__isnull=True),
                name="placement_current",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(until__isnull=True),
                name="a_dossier_is_in_one_place",
                violation_error_message=_("The dossier is already somewhere else."),
            ),
            models.CheckConstraint(
                condition=Q(kind="SLOT", slot__isnull=False) | (~Q(kind="SLOT") & Q(slot__isnull=True)),
                name="in_its_slot_means_a_slot",
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


class RetrievalQuerySet(ScopedQuerySet):
    def waiting(self) -> Self:
        return self.filter(fetched_at__isnull=True, dropped_at__isnull=True)


class Retrieval(models.Model):
    """调卷 — a dossier is wanted from its slot, for a case or a stated purpose: a line of the pick list.

    Fetched as soon as the dossier leaves its slot for the case that wants it; one that is out is waited for.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="retrievals")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="retrievals")
    purpose = models.CharField(_("wanted for"), max_length=120)
    needed_on = models.DateField(_("needed on"), null=True, blank=True)
    wanted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    wanted_at = models.DateTimeField(_("wanted since"))
    fetched_at = models.DateTimeField(_("fetched"), null=True, blank=True)
    dropped_at = models.DateTimeField(_("no longer wanted"), null=True, blank=True)

    objects = RetrievalQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["institution", "wanted_at"],
                condition=Q(fetched_at__isnull=True, dropped_at__isnull=True),
                name="retrieval_waiting",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "case"],
                condition=Q(fetched_at__isnull=True, dropped_at__isnull=True),
                nulls_distinct=False,
                name="a_dossier_is_wanted_once_for_a_case",
                violation_error_message=_("This dossier is on the pick list for this already."),
            ),
            models.CheckConstraint(
                condition=Q(fetched_at__isnull=True) | Q(dropped_at__isnull=True),
                name="what_was_fetched_was_not_dropped",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier} {self.purpose}"

    @property
    def person_id(self) -> int:
        """Whose dossier is wanted, for the audit log."""
        return self.dossier.person_id
