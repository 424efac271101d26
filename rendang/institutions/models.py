"""机构管理: what institutions tell their staff, and the keepers outside the city.

The registry of the city's institutions itself is kernel.access.Institution.
"""

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet


class NoticeQuerySet(ScopedQuerySet):
    def current(self, today: dt.date) -> Self:
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today), published_on__lte=today)


class Notice(models.Model):
    """通知 — a message to the staff of one institution, or of all when none is named."""

    institution = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("institution"),
    )
    title = models.CharField(_("title"), max_length=100)
    text = models.TextField(_("text"), max_length=4000)
    published_on = models.DateField(_("published"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("published_on")),
                name="a_notice_ends_after_it_begins",
                violation_error_message=_("A notice cannot end before it is published."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class OutsideKeeperQuerySet(models.QuerySet):
    def in_use(self) -> Self:
        return self.filter(is_active=True)

    def verified(self) -> Self:
        return self.in_use().filter(verified_on__isnull=False)


class OutsideKeeper(models.Model):
    """外地存档机构 — who may keep dossiers outside the city's system: a line of the address book of all institutions.

    Another city's institution, or a unit that may keep dossiers itself (organ, public institution, state enterprise,
    military, school). A dossier is sent only to an address that a second person has verified.
    """

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind of keeper"), max_length=20)  # a code of the table employer_kind
    division = models.CharField(_("division"), max_length=6)
    address = models.CharField(_("address"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=6, blank=True)
    phone = models.CharField(_("telephone"), max_length=40)
    consignee = models.CharField(_("consignee"), max_length=60, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_on = models.DateField(_("verified"), null=True, blank=True)
    verified_how = models.CharField(_("how it was verified"), max_length=120, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = OutsideKeeperQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the address book")
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="a_keeper_outside_is_listed_once",
                violation_error_message=_("This keeper is in the address book already."),
            ),
            models.CheckConstraint(
                condition=Q(verified_on__isnull=True, verified_by__isnull=True)
                | Q(verified_on__isnull=False, verified_by__isnull=False) & ~Q(verified_how=""),
                name="a_verified_address_says_by_whom_and_how",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("entered_by")),
                name="an_address_is_verified_by_a_second_person",
                violation_error_message=_("A second person must verify an address."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("institutions:keeper", args=[self.pk])

    @property
    def is_verified(self) -> bool:
        return self.verified_on is not None

    @property
    def whole_address(self) -> str:
        return f"{self.postcode} {self.address}".strip()
