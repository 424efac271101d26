"""标签打印登记: which labels were printed, by whom, on what sheet, and why again."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet


class LabelPrint(models.Model):
    """标签打印 — one go of printing. A label printed before is printed again only with a reason."""

    class Subject(models.TextChoices):
        DOSSIER = "DOSSIER", _("Dossiers")
        BOX = "BOX", _("Boxes")
        SLOT = "SLOT", _("Slots")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField(_("labels for"), max_length=8, choices=Subject.choices)
    # Ids of the dossiers, or of the slots.
    keys = ArrayField(models.BigIntegerField())
    stock = models.CharField(_("label stock"), max_length=20)
    symbol = models.CharField(_("symbol"), max_length=8)
    is_reprint = models.BooleanField(_("printed again"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("printed"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("printed label")
        indexes = [
            models.Index(fields=["institution", "at"], name="label_print_by_day"),
            GinIndex(fields=["keys"], name="label_print_of"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_reprint=False) | ~Q(reason=""), name="a_label_is_printed_again_for_a_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {len(self.keys)}"
