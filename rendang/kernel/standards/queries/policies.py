"""Policies, the time limits that follow from them, and the service catalogue."""

import calendar
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.kernel.access.models import Institution
from rendang.kernel.core.language import in_words_of_the_reader
from rendang.kernel.standards.models import Policy, ServiceItem
from rendang.kernel.standards.queries.freshness import remembered
from rendang.kernel.standards.queries.workdays import add_working_days, is_provisional_between


class StandardMissing(LookupError):
    """A rule that the software needs is not in the standards for that day."""


class PolicyMissing(StandardMissing):
    pass


class ServiceItemMissing(StandardMissing):
    pass


@dataclass(frozen=True)
class PolicyValue:
    """A policy as it stands on one day for one institution."""

    code: str
    name: str
    english_name: str
    value: Any
    unit: str
    basis: str
    confidence: str
    institution_id: int | None
    valid_from: dt.date
    valid_to: dt.date | None

    @property
    def label(self) -> str:
        """The policy's name in the language of the page."""
        return in_words_of_the_reader(self.name, self.english_name)


@dataclass(frozen=True)
class Deadline:
    """The last day of a time limit; provisional when it runs over days whose calendar is not announced yet."""

    due: dt.date
    provisional: bool
    policy: PolicyValue


def _policies() -> dict[str, list[PolicyValue]]:
    def read() -> dict[str, list[PolicyValue]]:
        fields = list(PolicyValue.__dataclass_fields__)
        found: dict[str, list[PolicyValue]] = defaultdict(list)
        for row in Policy.objects.order_by("valid_from").values_list(*fields):
            found[row[0]].append(PolicyValue(*row))
        return dict(found)

    return remembered("policies", read)


def policy(code: str, *, on: dt.date, institution: Institution | int | None = None) -> PolicyValue:
    """The rule in force on a day: the institution's own where it has one, else the general one."""
    where = institution.pk if isinstance(institution, Institution) else institution
    general = None
    for row in _policies().get(code, []):
        if row.valid_from <= on and (row.valid_to is None or on <= row.valid_to):
            if where is not None and row.institution_id == where:
                return row
            if row.institution_id is None:
                general = row
    if general is None:
        raise PolicyMissing(
            _(
                "No policy “{code}” is in force on {date}. Load the standards or enter it under Standards → Policies."
            ).format(code=code, date=on.isoformat())
        )
    return general


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or its last day (31 January + 1 month = 28 or 29 February)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def deadline(code: str, *, start: dt.date, institution: Institution | int | None = None) -> Deadline:
    """The last day of the time limit that was in force when it began to run; the first day is not counted."""
    rule = policy(code, on=start, institution=institution)
    if rule.unit == Policy.Unit.WORKDAY:
        due = add_working_days(start, int(rule.value))
        return Deadline(due, is_provisional_between(start, due), rule)
    if rule.unit == Policy.Unit.DAY:
        return Deadline(start + dt.timedelta(days=int(rule.value)), False, rule)
    if rule.unit == Policy.Unit.MONTH:
        return Deadline(add_months(start, int(rule.value)), False, rule)
    raise ValueError(f"Policy {code} counts {rule.unit}, which is no time limit in days.")


def service_items(on: dt.date | None = None) -> list[ServiceItem]:
    """The service catalogue in force on a day (today), internal items included."""
    day = on or timezone.localdate()
    every = remembered("service items", lambda: list(ServiceItem.objects.order_by("order", "code")))
    return [
        item
        for item in every
        if (item.valid_from is None or item.valid_from <= day) and (item.valid_to is None or item.valid_to >= day)
    ]


def service_item(code: str, on: dt.date | None = None) -> ServiceItem:
    for item in service_items(on):
        if item.code == code:
            return item
    raise ServiceItemMissing(
        _("No service item “{code}” is in force. Load the standards or enter it under Standards → Services.").format(
            code=code
        )
    )


def time_limit(item: ServiceItem, on: dt.date | None = None) -> PolicyValue | None:
    """The time limit an item promises, as its policy stands; None when it promises none."""
    return policy(item.time_limit, on=on or timezone.localdate()) if item.time_limit else None
