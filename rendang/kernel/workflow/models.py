"""办件 — one piece of business, whatever its kind."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Value, When
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.standards.queries import CalendarEnds, add_working_days

# A case is shown yellow when so many working days or fewer are left.
SOON = 3


class Urgency(models.TextChoices):
    """How a case stands against its time limit, computed in the database."""

    OVERDUE = "OVERDUE", _("Overdue")
    SOON = "SOON", _("Due soon")
    IN_TIME = "IN_TIME", _("In time")
    PAUSED = "PAUSED", _("Paused")
    NO_LIMIT = "NO_LIMIT", _("No time limit")


def soon_until(today: dt.date) -> dt.date:
    """The last day that is soon: counted as the time limits themselves, over days off."""
    try:
        return add_working_days(today, SOON)
    except CalendarEnds:
        return today + dt.timedelta(days=SOON)


class CaseQuerySet(ScopedQuerySet):
    # A case between two institutions is seen from both.
    scope_fields = ("institution", "counterpart")

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def with_urgency(self, today: dt.date) -> Self:
        return self.annotate(
            urgency=models.Case(
                When(paused_at__isnull=False, then=Value(Urgency.PAUSED)),
                When(due_date__isnull=True, then=Value(Urgency.NO_LIMIT)),
                When(due_date__lt=today, then=Value(Urgency.OVERDUE)),
                When(due_date__lte=soon_until(today), then=Value(Urgency.SOON)),
                default=Value(Urgency.IN_TIME),
                output_field=models.CharField(),
            )
        )

    def overdue(self, today: dt.date) -> Self:
        return self.open().filter(paused_at__isnull=True, due_date__lt=today)


class Case(models.Model):
    """What every kind of business has in common; each kind adds its own by one-to-one inheritance.

    A kind sets ``SERVICE_ITEM`` (its code in the service catalogue), ``PAGE`` (the URL name of its page) and
    ``CLOSED`` (the states in which the business is over), and declares ``State``. The second kind of an app names
    the page of its steps in ``STEP_PAGE``; else it is ``<app>:step``.
    """

    class Channel(models.TextChoices):
        WINDOW = "WINDOW", _("At the window")
        ONLINE = "ONLINE", _("Online")
        INTERFACE = "INTERFACE", _("By interface")
        SYSTEM = "SYSTEM", _("By the system")

    SERVICE_ITEM: ClassVar[str]
    PAGE: ClassVar[str]
    # The URL name of the page of its steps; named only by a kind that shares its app with another.
    STEP_PAGE: ClassVar[str] = ""
    CLOSED: ClassVar[frozenset[str]]
    # Ends beside the usual course that are as good as its own end.
    GOOD_ENDS: ClassVar[frozenset[str]] = frozenset()
    # What is noted so often that the history of a case tells it once for each person.
    OFTEN: ClassVar[tuple[str, ...]] = ()
    # A dossier that was lost under such a case is found under it, too, and by no other way.
    FINDS_WHAT_IT_LOST: ClassVar[bool] = False
    # What the list of the kind calls its two ends, and the sign between them.
    ENDS: ClassVar[tuple[Any, str]] = (_("From / to"), "→")
    # What its lists call the column that says whose case it is, or what it is about.
    ABOUT: ClassVar[Any] = _("Person")
    # What must be read along to say what a case without a person is about (``named``).
    NAMED_BY: ClassVar[tuple[str, ...]] = ()
    State: Any

    number = models.CharField(_("case number"), max_length=32, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=32, editable=False)
    service_item = models.CharField(_("service item"), max_length=32, editable=False)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    counterpart = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # By name: the business stands on the kernel, so the kernel cannot import it (docs/adr/0003).
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="cases")
    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="applications"
    )
    channel = models.CharField(_("channel"), max_length=12, choices=Channel.choices, default=Channel.WINDOW)
    state = models.CharField(_("state"), max_length=24)
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_date = models.DateField(_("due"), null=True, blank=True)
    # The day was reckoned in a year whose working days are not announced yet.
    due_is_provisional = models.BooleanField(default=False)
    due_basis = models.CharField(max_length=200, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(_("reason of the pause"), max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        indexes = [
            models.Index(fields=["institution", "due_date"], condition=Q(closed_at__isnull=True), name="case_to_do"),
            models.Index(
                fields=["counterpart", "due_date"],
                condition=Q(closed_at__isnull=True, counterpart__isnull=False),
                name="case_to_do_of_counterpart",
            ),
            models.Index(fields=["person", "-opened_at"], name="case_by_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | ~Q(pause_reason=""), name="a_paused_case_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(closed_at__isnull=True), name="a_closed_case_is_not_paused"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse(kind_of(self.kind).PAGE, args=[self.pk])

    def address_of(self, step: str) -> str:
        """The page on which a step is taken with this case."""
        kind = kind_of(self.kind)
        return reverse(kind.STEP_PAGE or f"{kind.PAGE.partition(':')[0]}:step", args=[self.pk, step])

    @property
    def whom(self) -> str:
        """Of a case that has no person, whom or what it concerns."""
        return ""

    @property
    def named(self) -> str:
        """The same for the to-do page, where a word says more than none: who delivers, where it goes."""
        return self.whom or getattr(self, "sender", "") or getattr(self, "goes_to", "")

    def main_step(self, today: dt.date) -> str:
        """Where several steps lead on, the name of the one that stands out as things are; empty: each of them."""
        return ""

    def attested(self, step: str) -> str:
        """What whoever takes this step signs for, in words; empty where the step says it all."""
        return ""

    def came_of(self, step: str) -> str:
        """What came of the step just taken, in words, where the state does not tell it: what was done, what waits."""
        return ""

    @property
    def state_label(self) -> str:
        return str(kind_of(self.kind).State(self.state).label)

    @property
    def paper_number(self) -> str:
        """The number of the paper that this kind of business makes, as people quote it; empty while there is none."""
        return ""

    @property
    def kind_label(self) -> str:
        return capfirst(str(kind_of(self.kind)._meta.verbose_name))

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


def kinds() -> dict[str, type[Case]]:
    """Every kind of case by its code, which is its model's name."""
    return {str(model._meta.model_name): model for model in Case.__subclasses__()}


def kind_of(code: str) -> type[Case]:
    return kinds()[code]


class NumberSeries(models.Model):
    """The latest running number of a series at an institution in a period: cases of a day, archive numbers of a year.

    Numbers only go up, so none is given twice (``actions.next_in_series``).
    """

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    series = models.CharField(max_length=32)
    period = models.CharField(max_length=8)
    latest = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("number series")
        constraints = [
            models.UniqueConstraint(fields=["institution", "series", "period"], name="one_latest_number_a_series")
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.period}: {self.latest}"
