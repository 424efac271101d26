"""机构管理: what institutions tell their staff. The registry of institutions itself is kernel.access.Institution."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
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
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("published_on")),
                name="a_notice_ends_after_it_begins",
                violation_error_message=_("A notice cannot end before it is published."),
            )
        ]

    def __str__(self) -> str:
        return self.title
