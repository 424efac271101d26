"""Working days, and the number by which each process knows that a standard has changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from rendang.kernel.standards.models.validity import Source


class CalendarDay(models.Model):
    """工作日历 — one day: worked or not, by the State Council's notice or, before that is out, by calculation."""

    date = models.DateField(_("date"), unique=True)
    is_working = models.BooleanField(_("working day"))
    name = models.CharField(_("holiday"), max_length=40, blank=True)
    provisional = models.BooleanField(_("provisional"), default=False)
    basis = models.CharField(_("basis"), max_length=120)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.SCREEN)

    class Meta:
        verbose_name = _("day of the calendar")
        ordering = ("date",)

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d}"


class StandardsVersion(models.Model):
    """The number that changes with every change of a standard, so that each process knows when to read again.

    Triggers on the tables above write it, from a sequence: a number that was rolled back never comes again.
    """

    number = models.BigIntegerField()

    class Meta:
        verbose_name = _("version of the standards")

    def __str__(self) -> str:
        return str(self.number)
