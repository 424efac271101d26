"""到件: every parcel that arrives is registered before it is opened, also one that nobody announced."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.models import Case
from rendang.people.models import Person


class Tier(models.TextChoices):
    """转递类别 — decides by which carriers a parcel may travel (``queries.tier_of``)."""

    A = "A", _("Tier A")
    B = "B", _("Tier B")


class ParcelQuerySet(ScopedQuerySet):
    def waiting(self) -> Self:
        """Arrived and not matched: nobody knows yet, of all or of some that is in it, to which business it belongs."""
        enclosed = Enclosure.objects.filter(parcel=OuterRef("pk"))
        unmatched = Q(~Exists(enclosed)) | Q(Exists(enclosed.filter(case=None)))
        return self.filter(unmatched, set_aside="")


class Parcel(models.Model):
    """件 — one consignment as it came to an institution, noted before it is opened (domain.md §5.2, 5).

    What it is for is said by its enclosures: each names a dossier in it and the case that takes it on.
    """

    class Seal(models.TextChoices):
        INTACT = "INTACT", _("Intact")
        BROKEN = "BROKEN", _("Broken")
        MISSING = "MISSING", _("No seal")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("number of the arrival"), max_length=32, unique=True, editable=False)
    arrived_on = models.DateField(_("arrived"))
    carrier = models.CharField(_("carrier"), max_length=20)
    waybill = models.CharField(_("number of the consignment"), max_length=40, blank=True)
    sender = models.CharField(_("sender on the parcel"), max_length=120)
    seal = models.CharField(_("seal"), max_length=8, choices=Seal.choices)
    # As the outside or the transfer notice says; counted only when it is opened.
    announced = models.PositiveSmallIntegerField(_("dossiers announced on it"), default=1)
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)
    # No dossier is in it, and where it went instead.
    set_aside = models.CharField(_("why it was set aside"), max_length=200, blank=True)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(_("registered"), auto_now_add=True)

    objects = ParcelQuerySet.as_manager()

    class Meta:
        verbose_name = _("parcel")
        indexes = [
            models.Index(fields=["institution", "-id"], name="parcel_by_institution"),
            models.Index(fields=["institution", "arrived_on"], name="parcel_by_day"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(sender=""), name="a_parcel_has_a_sender"),
            models.UniqueConstraint(
                fields=["institution", "carrier", "waybill"],
                condition=~Q(waybill=""),
                name="a_consignment_arrives_once",
                violation_error_message=_("A parcel with this number of the consignment has been registered already."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("parcels:detail", args=[self.pk])


class ParcelPhoto(models.Model):
    """到件照片 — how it looked before anybody opened it."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("picture of a parcel")

    def __str__(self) -> str:
        return f"{self.parcel} #{self.pk}"


class HandOver(models.Model):
    """交接 — from whose hands into whose, and when; whoever takes it signs for it."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="hand_overs")
    given_by = models.CharField(_("handed over by"), max_length=60)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("hand-over of a parcel")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.given_by} → {self.taken_by}"


class Enclosure(models.Model):
    """内件 — one dossier in a parcel: whose it is, as far as is known, and which case takes it on.

    Any kind of case may: an intake takes one, a batch of graduates many.
    """

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="enclosures")
    name = models.CharField(_("name on it"), max_length=60)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="enclosures")
    matched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("enclosure")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="an_enclosure_has_a_name"),
            models.UniqueConstraint(
                fields=["parcel", "case", "person"],
                name="an_enclosure_is_matched_once",
                violation_error_message=_("This dossier is matched with this parcel already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def institution_id(self) -> int:
        """Where it arrived, for the audit log."""
        return self.parcel.institution_id
