"""What the keeper has to do: dossiers to be fetched."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.workflow.models import Case


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
        verbose_name = _("line of the pick list")
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
