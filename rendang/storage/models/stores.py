"""库房: buildings, rooms and the slots of their racks."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet


def floor_name(floor: int) -> str:
    """What people call a floor; those below the ground count downwards."""
    said = gettext("Floor %(floor)d") if floor >= 0 else gettext("Basement level %(floor)d")
    return said % {"floor": abs(floor)}


class Building(models.Model):
    """楼 — a building of an institution with stores in it."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="buildings")
    name = models.CharField(_("name"), max_length=60)
    # Where the keeper begins a round; then floor by floor.
    position = models.PositiveSmallIntegerField(_("order of the round"), default=1)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("building")
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "name"],
                name="building_name_once",
                violation_error_message=_("The institution already has a building with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Store(models.Model):
    """库房 — a room of an institution in which dossiers lie on racks, for dossiers of one sort (domain.md §3.4)."""

    class Purpose(models.TextChoices):
        CUSTODY = "CUSTODY", _("In custody")
        DECEASED = "DECEASED", _("Of the deceased")
        SECRET = "SECRET", _("Secret")
        ARRANGEMENT = "ARRANGEMENT", _("Awaiting arrangement")
        TRANSFER = "TRANSFER", _("Awaiting transfer")
        LOST_CONTACT = "LOST_CONTACT", _("Lost contact")

    class Shelving(models.TextChoices):
        MOBILE = "MOBILE", _("Mobile shelving")
        FIXED = "FIXED", _("Fixed shelving")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="stores")
    code = models.CharField(_("code"), max_length=12)
    name = models.CharField(_("name"), max_length=60)
    building = models.ForeignKey(
        Building, on_delete=models.PROTECT, null=True, blank=True, related_name="stores", verbose_name=_("building")
    )
    floor = models.SmallIntegerField(_("floor"), default=1)  # -1 is the basement
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose.choices, default=Purpose.CUSTODY)
    shelving = models.CharField(_("shelving"), max_length=6, choices=Shelving.choices, default=Shelving.MOBILE)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("store")
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

    @property
    def floor_name(self) -> str:
        return floor_name(self.floor)


class SlotQuerySet(ScopedQuerySet):
    def free(self, thickness: int = 1) -> Self:
        """Slots into which a dossier of so many millimetres still goes."""
        fits = Q(width__isnull=True) | Q(used__lte=F("width") - thickness)
        return self.filter(fits, occupied__lt=F("capacity"))


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
    # Both are kept by a trigger on placements, so that the checks below can hold.
    occupied = models.PositiveSmallIntegerField(_("occupied"), default=0, editable=False)
    # In millimetres; a slot that nobody has measured holds as many dossiers as its capacity says.
    width = models.PositiveSmallIntegerField(_("width"), null=True, blank=True)
    used = models.PositiveIntegerField(_("width used"), default=0, db_default=0, editable=False)

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot")
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
                condition=Q(width__isnull=True) | Q(used__lte=F("width")),
                name="a_slot_holds_no_more_than_its_width",
                violation_error_message=_("This slot is too narrow for it."),
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
        """How many more dossiers its capacity allows."""
        return self.capacity - self.occupied

    @property
    def is_full(self) -> bool:
        """By number or by width."""
        return self.room < 1 or (self.width is not None and self.used >= self.width)

    @property
    def is_measured(self) -> bool:
        return self.width is not None

    @property
    def width_left(self) -> int | None:
        """Millimetres that are still free; ``None`` for a slot that nobody has measured."""
        return None if self.width is None else self.width - self.used

    def fits(self, thickness: int) -> bool:
        """Whether a dossier of so many millimetres goes in, by number and by width."""
        return self.room > 0 and (self.width is None or self.used + thickness <= self.width)
