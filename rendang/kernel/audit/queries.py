"""Questions to the audit log: what happened to this, who looked at that person, what is sealed."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Max, Min, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.kernel.audit import canonical, sentences
from rendang.kernel.audit.models import AuditEvent, AuditSeal

# Of events that only looked; on a page that tells what was done they are the auditor's to read.
IS_A_LOOK = Q(verb__regex=rf"\.({'|'.join(sorted(sentences.LOOKS))})$")


class TimelineEntry(NamedTuple):
    """An event as ``components/timeline.html`` draws it."""

    time: dt.datetime
    actor: str
    text: str
    detail: str
    icon: str
    tone: str
    url: str = ""


def timeline(*subjects: Model, often: Collection[str] = (), limit: int = 50) -> list[TimelineEntry]:
    """What was done with these rows, newest first; who only looked is in the log, and hides nothing here.

    A kind of case and the case itself are one and the same.
    ``often`` are verbs that are noted so often that they would hide the rest: told once for each person, with how
    many times and since when.
    """
    done = _about(*subjects).exclude(IS_A_LOOK)
    found = [entry_of(event) for event in done.exclude(verb__in=often).order_by("-pk")[:limit]]
    if not often:
        return found
    return sorted(found + _told_once(done.filter(verb__in=often)), key=lambda entry: entry.time, reverse=True)


def _told_once(events: QuerySet[AuditEvent]) -> list[TimelineEntry]:
    by_person = events.order_by().values("verb", "actor_id", "actor_name")
    told = []
    for group in by_person.annotate(times=Count("pk"), first=Min("at"), last=Max("at")):
        verb, since = group["verb"], timezone.localtime(group["first"])
        said = _("%(count)d times since %(since)s")
        told.append(
            TimelineEntry(
                group["last"],
                sentences.actor(verb, group["actor_id"], group["actor_name"]),
                sentences.sentence(verb),
                said % {"count": group["times"], "since": f"{since:%Y-%m-%d %H:%M}"} if group["times"] > 1 else "",
                sentences.icon(verb),
                sentences.tone(verb, {}),
            )
        )
    return told


def _about(*subjects: Model) -> QuerySet[AuditEvent]:
    about = Q()
    for subject in subjects:
        about |= Q(subject_type__in=_labels(type(subject)), subject_id=subject.pk)
    return AuditEvent.objects.filter(about) if subjects else AuditEvent.objects.none()


def entry_of(event: AuditEvent) -> TimelineEntry:
    """The event in words."""
    return TimelineEntry(
        event.at,
        sentences.actor(event.verb, event.actor_id, event.actor_name),
        sentences.sentence(event.verb),
        sentences.reason(event.reason),
        sentences.icon(event.verb),
        sentences.tone(event.verb, event.changes),
    )


def _labels(model: type[Model]) -> list[str]:
    """The model, what it inherits its table row from, and what inherits from it."""
    family = {model, *model._meta.get_parent_list(), *model.__subclasses__()}
    return sorted(one._meta.label_lower for one in family)


def events_about(person_id: int, limit: int = 50, *, until: dt.datetime | None = None) -> QuerySet[AuditEvent]:
    """What was done with a person's data and who looked at it, newest first (PIPL art. 44, 45)."""
    rows = AuditEvent.objects.filter(person_id=person_id)
    return (rows.filter(at__lte=until) if until else rows).order_by("-pk")[:limit]


@dataclass(frozen=True)
class Filters:
    """What an auditor looks for; empty values do not narrow."""

    actor_ids: tuple[int, ...] | None = None
    verb: str = ""
    subject_type: str = ""
    subject_id: int | None = None
    person_id: int | None = None
    institution_id: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None


def search(filters: Filters) -> QuerySet[AuditEvent]:
    """The events that fit, unordered; a verb may be a whole thing (``account``)."""
    rows = AuditEvent.objects.all()
    if filters.actor_ids is not None:
        rows = rows.filter(actor_id__in=filters.actor_ids)
    if filters.verb:
        rows = (
            rows.filter(verb=filters.verb) if "." in filters.verb else rows.filter(verb__startswith=f"{filters.verb}.")
        )
    for field in ("subject_type", "subject_id", "person_id", "institution_id"):
        if (value := getattr(filters, field)) not in (None, ""):
            rows = rows.filter(**{field: value})
    if filters.since:
        rows = rows.filter(at__gte=_midnight(filters.since))
    if filters.until:
        rows = rows.filter(at__lt=_midnight(filters.until + dt.timedelta(days=1)))
    return rows


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


@dataclass(frozen=True)
class SealStatus:
    """How far the log is closed: the last seal, its digest (worth noting elsewhere), how many events wait."""

    last: AuditSeal | None
    head: str
    waiting: int


def seal_status() -> SealStatus:
    last = AuditSeal.objects.defer("leaves").order_by("-number").first()
    waiting = AuditEvent.objects.all()
    if last is not None:
        younger = Q(transaction_id__gt=last.up_to_transaction) | Q(
            transaction_id=last.up_to_transaction, pk__gt=last.up_to_id
        )
        waiting = waiting.filter(younger)
    return SealStatus(last, canonical.digest(last).hex() if last else "", waiting.count())


class Entry(NamedTuple):
    """An event as the audit administrator sees it: which fields changed, never what they contain."""

    event: AuditEvent
    actor: str
    text: str
    thing: str
    reason: str
    institution: str
    fields: list[str]
    address: str
    icon: str
    tone: str


def describe(event: AuditEvent, institutions: dict[int, str]) -> Entry:
    """``institutions``: short names by id."""
    return Entry(
        event,
        sentences.actor(event.verb, event.actor_id, event.actor_name),
        sentences.sentence(event.verb),
        sentences.thing(event.subject_type),
        sentences.reason(event.reason),
        institutions.get(event.institution_id, "") if event.institution_id else "",
        sorted(name for name in event.changes if name != "address"),
        str(event.changes.get("address", "")),
        sentences.icon(event.verb),
        sentences.tone(event.verb, event.changes),
    )


def seal_of(event: AuditEvent) -> AuditSeal | None:
    """The seal that covers an event; ``None`` while it is too young."""
    beyond = Q(up_to_transaction__gt=event.transaction_id) | Q(
        up_to_transaction=event.transaction_id, up_to_id__gte=event.pk
    )
    seals = AuditSeal.objects.filter(beyond, floor__lt=event.pk).defer("leaves")
    return next((seal for seal in seals.order_by("-floor", "number")[:1] if event.pk in seal.event_ids), None)


def last_verification() -> AuditEvent | None:
    """When the whole log was last recomputed by itself, and what was found (``changes["finding"]``)."""
    return AuditEvent.objects.filter(verb="audit.verify").order_by("-pk").first()
