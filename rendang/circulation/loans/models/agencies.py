"""Who borrows under an agreement, and who may not borrow for now."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet


class Agency(models.Model):
    """常设借阅单位 — an authority that borrows under an agreement: the pension agency, a vetting organ.

    Its agreement takes the place of an introduction letter and, for loans, of the head's approval of each.
    """

    class Kind(models.TextChoices):
        PENSION = "PENSION", _("Pension and social insurance agency")
        VETTING = "VETTING", _("Vetting organ")
        ORGAN = "ORGAN", _("Organisation or personnel department")
        OTHER = "OTHER", _("Other authority")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    agreement_number = models.CharField(_("number of the agreement"), max_length=40)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    # Codes of the table consultation_reason.
    reasons = ArrayField(models.CharField(max_length=20), verbose_name=_("reasons allowed"))
    most_out = models.PositiveSmallIntegerField(_("dossiers out at a time, at most"))
    contacts = models.CharField(_("contact people"), max_length=400)
    ended_on = models.DateField(_("ended"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "agreement_number"],
                name="an_agreement_is_entered_once",
                violation_error_message=_("An agreement with this number is on record already."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="an_agreement_ends_after_it_begins",
                violation_error_message=_("The agreement ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(most_out__gte=1),
                name="an_agreement_allows_one_dossier",
                violation_error_message=_("An agreement allows at least one dossier."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("loans:agency", args=[self.pk])


class Bar(models.Model):
    """停止借阅 — a unit or a person may not borrow here until a day, for a reason."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("unit or person"), max_length=80)
    # Of a person, who is known by the number; empty: a unit, known by its name.
    id_index = models.BinaryField(max_length=16, null=True, editable=False)
    id_masked = models.CharField(max_length=24, blank=True, editable=False)
    reason = models.CharField(_("reason"), max_length=200)
    until = models.DateField(_("until"))
    barred_on = models.DateField(_("barred"))
    barred_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    lifted_on = models.DateField(_("lifted"), null=True, blank=True)
    lift_reason = models.CharField(_("reason of the lifting"), max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("bar on borrowing")
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_bar_has_a_reason"),
            models.CheckConstraint(
                condition=Q(until__gte=F("barred_on")),
                name="a_bar_lasts",
                violation_error_message=_("The last day lies in the past."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
