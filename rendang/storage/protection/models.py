"""库房防护: temperature and humidity, the round of the eight protections, visitors and keys (domain.md §3.4)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.standards.telling import Told
from rendang.kernel.workflow.models import Case
from rendang.storage.models import Store


class Protection(models.TextChoices):
    """八防 — against what a store is protected."""

    FIRE = "FIRE", _("Fire")
    THEFT = "THEFT", _("Theft")
    LIGHT = "LIGHT", _("Light")
    DUST = "DUST", _("Dust")
    DAMP = "DAMP", _("Damp and water")
    HEAT = "HEAT", _("Heat")
    PESTS = "PESTS", _("Insects and rodents")
    GASES = "GASES", _("Harmful gases")


class Reading(models.Model):
    """温湿度记录 — what the climate of a store was at a moment."""

    class Source(models.TextChoices):
        TYPED = "TYPED", _("Typed in")
        FILE = "FILE", _("From a file")
        SENSOR = "SENSOR", _("From a sensor")

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="readings", db_index=False)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("read at"))
    temperature = models.DecimalField(_("temperature (℃)"), max_digits=4, decimal_places=1)
    humidity = models.DecimalField(_("relative humidity (%)"), max_digits=4, decimal_places=1)
    source = models.CharField(_("source"), max_length=6, choices=Source.choices, default=Source.TYPED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading of the climate")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "at"],
                name="one_reading_of_a_store_at_a_moment",
                violation_error_message=_("There is a reading of this store at this moment already."),
            ),
            models.CheckConstraint(
                condition=Q(temperature__range=(-40, 60)) & Q(humidity__range=(0, 100)),
                name="a_reading_is_of_this_world",
                violation_error_message=_(
                    "Temperature lies between −40 and 60 ℃, relative humidity between 0 and 100."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.temperature} ℃ {self.humidity} %"


class Inspection(models.Model):
    """八防检查 — one round through a store."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="inspections")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_on = models.DateField(_("made on"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("round of the eight protections")

    def __str__(self) -> str:
        return f"{self.store} {self.made_on}"


class Hazard(Case, Told):
    """隐患 — what endangers a store: found on a round or told by the climate, repaired, and looked at again."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("To be repaired")
        REPAIRED = "REPAIRED", _("Repaired, to be checked")
        CLEARED = "CLEARED", _("Cleared")

    SERVICE_ITEM = "store_hazard"
    PAGE = "protection:hazard"
    CLOSED = frozenset({State.CLEARED})
    NAMED_BY = ("store",)

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="hazards")
    protection = models.CharField(_("protection"), max_length=6, choices=Protection.choices)
    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, null=True, blank=True, related_name="hazards")
    # The first reading outside the limits; empty when a person found it.
    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    repair = models.CharField(_("what was done"), max_length=400, blank=True)
    repaired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("hazard in a store")
        constraints = [
            models.CheckConstraint(
                condition=Q(inspection__isnull=True) | Q(reading__isnull=True), name="a_hazard_has_one_origin"
            ),
            models.CheckConstraint(condition=~Q(said=[]) | ~Q(written=""), name="a_hazard_says_what_was_found"),
        ]

    @property
    def whom(self) -> str:
        return f"{self.store} · {self.get_protection_display()}"


class Visit(models.Model):
    """出入登记 — somebody who does not work in the store has been in it, accompanied."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="visits")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)
    visitor = models.CharField(_("visitor"), max_length=60)
    affiliation = models.CharField(_("affiliation"), max_length=120)
    purpose = models.CharField(_("purpose"), max_length=120)
    accompanied_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(_("entered"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit to a store")
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("entered_at")),
                name="a_visitor_leaves_after_entering",
            )
        ]

    def __str__(self) -> str:
        return f"{self.visitor} {self.affiliation}"


class KeyHandover(models.Model):
    """钥匙登记 — a key of a store is with somebody, from when to when."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="key_handovers")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(_("key"), max_length=30)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(_("taken"))
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over of keys")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "key"],
                condition=Q(returned_at__isnull=True),
                name="a_key_is_with_one_person",
                violation_error_message=_("This key is with somebody already."),
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(returned_at__gte=F("taken_at")),
                name="a_key_comes_back_after_it_was_taken",
            ),
        ]

    def __str__(self) -> str:
        return self.key
