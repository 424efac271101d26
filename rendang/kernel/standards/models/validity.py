"""What every rule has: a period in which it is valid, and who said it last."""

import datetime as dt
from typing import Self

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

# Both days belong to the period; an empty one leaves it open.
PERIOD = Func("valid_from", "valid_to", Value("[]"), function="DATERANGE", output_field=DateRangeField())


class Source(models.TextChoices):
    """Who said it last: the data files, which a reload may change, or a person on screen, whom it never overrules.

    A version of the data files that a person has let end says what the files said, and the person says until when.
    """

    FILE = "FILE", _("Data file")
    ENDED = "ENDED", _("Data file, ended on screen")
    SCREEN = "SCREEN", _("Entered on screen")

    def ended_on_screen(self) -> "Source":
        """Whose the version is, now that a person has set its last day."""
        return Source.ENDED if self == Source.FILE else self


class ValidQuerySet(models.QuerySet):
    """Rows that are valid for a period; an empty bound is open."""

    def in_force(self, on: dt.date) -> Self:
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=on)).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )


def last_not_before_first(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
        name=name,
        violation_error_message=_("The last day lies before the first."),
    )
