"""毕业生档案: whom a school has announced, and whose dossier has come (domain.md §5.2, graduates)."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rendang.circulation.intake.models import Intake
from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.core.fields import EncryptedTextField
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.english import in_english


class GraduateList(models.Model):
    """毕业生名册 — the list a school sends ahead: whose dossiers it will hand over."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    school = models.CharField(_("school"), max_length=120)
    year = models.PositiveSmallIntegerField(_("year of graduation"))
    file_name = models.CharField(_("file"), max_length=200)
    # [{"row": 3, "reason": "…"}]: what could not be expected, as the clerk was told.
    rejected = models.JSONField(default=list, editable=False)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(_("imported"), auto_now_add=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of graduates")
        constraints = [models.CheckConstraint(condition=~Q(school=""), name="a_list_of_graduates_has_a_school")]

    def __str__(self) -> str:
        return f"{self.school} {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("graduates:detail", args=[self.pk])


class GraduateQuerySet(ScopedQuerySet):
    def expected(self) -> Self:
        """Announced and not come (应到未到)."""
        return self.filter(intake=None, struck_off="")

    def arrived(self) -> Self:
        return self.exclude(intake=None)


class Graduate(models.Model):
    """应到毕业生 — one line of a list. A person of ours only when the dossier has come: then there is an intake."""

    list = models.ForeignKey(GraduateList, on_delete=models.PROTECT, related_name="graduates")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)
    row = models.PositiveIntegerField(_("row of the file"))
    name = models.CharField(_("full name"), max_length=60)
    id_number = EncryptedTextField(editable=False)
    id_index = models.BinaryField(max_length=16, editable=False)
    id_masked = models.CharField(max_length=24, editable=False)
    student_number = models.CharField(_("student number"), max_length=30, blank=True)
    education = models.CharField(_("education"), max_length=40, blank=True)
    major = models.CharField(_("subject"), max_length=80, blank=True)
    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, null=True, blank=True, related_name="graduate")
    # Why the dossier will not come after all: further study, another city.
    struck_off = models.CharField(_("struck off because"), max_length=120, blank=True)

    objects = GraduateQuerySet.as_manager()

    class Meta:
        verbose_name = _("graduate")
        indexes = [
            models.Index(
                fields=["institution", "name"], condition=Q(intake=None, struck_off=""), name="graduate_awaited"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "id_index"],
                condition=Q(struck_off=""),
                name="a_graduate_is_announced_once",
                violation_error_message=_("This graduate is on a list of the institution already."),
            ),
            models.CheckConstraint(condition=Q(intake=None) | Q(struck_off=""), name="who_has_come_is_not_struck_off"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def education_in_words(self) -> str:
        """As the school has written it; in English to who reads English, where the words are known."""
        code = standards.code_of("education", self.education)
        return (code and in_english("education", code)) or self.education
