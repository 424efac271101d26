"""What the page of one dossier answers at a glance: who, where, whose, what is open, what is missing."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rendang.dossiers.models import Custody, CustodyConflict, Dossier
from rendang.dossiers.queries import catalogue
from rendang.dossiers.queries.catalogue import FactRecords
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import permissions
from rendang.kernel.access.scope import institution_ids_where
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.audit.queries import IS_A_LOOK, TimelineEntry, entry_of
from rendang.kernel.core.constraints import what_refuses
from rendang.kernel.workflow.models import Case, kind_of
from rendang.kernel.workflow.steps import steps_open_to
from rendang.people import queries as people
from rendang.people.models import Employer, Person

EVENTS = 60


class Begin(NamedTuple):
    """A business that begins on the page of a dossier we keep; by name: it belongs to an app above this one."""

    label: Promise | str
    page: str
    permission: Permission
    icon: str


Check = Callable[[Person, Institution], None]
CHECKS: dict[str, Check] = {}


def before_beginning(page: str) -> Callable[[Check], Check]:
    """Ask ``check(person, institution)`` before the business that begins on ``page`` is offered; what it refuses
    (``ValidationError``) has no button.

    Declared by the app of the business, beside its actions; imported by ``ready()`` of the app.
    """

    def declare(check: Check) -> Check:
        CHECKS[page] = check
        return check

    return declare


BUSINESS = (
    Begin(_("Tell what is missing"), "dossiers:undertaking_tell", Permission.UNDERTAKING_EDIT, "writing-sign"),
    Begin(_("Register a paper"), "accruals:register", Permission.ACCRUAL_REGISTER, "file-plus"),
    Begin(_("Write a chasing letter"), "accruals:chase_write", Permission.ACCRUAL_REGISTER, "mail-question"),
    Begin(_("Certificate of custody"), "certificates:draft", Permission.CERTIFICATE_DRAFT, "certificate"),
    Begin(_("Transfer out"), "departures:apply", Permission.TRANSFER_OFFER, "package-export"),
    Begin(_("Offer a transfer"), "transfers:offer", Permission.TRANSFER_OFFER, "transfer"),
    Begin(_("Read or borrow"), "loans:apply", Permission.LOAN_REGISTER, "book-upload"),
    Begin(_("Party relation arrives"), "party:arrival", Permission.PARTY_EDIT, "flag"),
    Begin(_("Household registration arrives"), "household:arrival", Permission.HOUSEHOLD_EDIT, "home"),
)


@dataclass(frozen=True)
class OpenCase:
    """A piece of business with the dossier that is not over, and what this user may do with it now."""

    case: Any
    steps: list[dict[str, Any]]


@dataclass(frozen=True)
class DossierPage:
    dossier: Dossier
    person: Person
    custody: Custody | None
    custodies: list[Custody]
    conflict: CustodyConflict | None
    place: Any
    places: list[Any]
    open_cases: list[OpenCase]
    past_cases: list[Case]
    certificates: list[Case]
    missing_full: list[Any]
    missing_simple: list[Any]
    facts: list[FactRecords]
    paper_count: int
    page_count: int
    listed_twice: int
    events: list[TimelineEntry]
    may: frozenset[Permission]

    @property
    def facts_in_conflict(self) -> list[FactRecords]:
        return [fact for fact in self.facts if fact.in_conflict]

    @property
    def as_the_roster_says(self) -> list[tuple[str, str]]:
        """Field and text where the record could not take over what a roster says: kept, never guessed."""
        return [(_label_of(name), text) for name, text in self.person.unknown_texts.items()]


def _label_of(name: str) -> str:
    """What people call a field of the person, the custody or the employer."""
    for model in (Person, Custody, Employer):
        with suppress(FieldDoesNotExist):
            return str(getattr(model._meta.get_field(name.removeprefix("entrusting_")), "verbose_name", name))
    return name


def business(custody: Custody, person: Person, may: frozenset[Permission]) -> list[dict[str, Any]]:
    """What may begin here, with its address: what the user may do, the installation has and nobody refuses."""
    found = []
    refused: dict[Check, str] = {}  # a check of several businesses is asked once
    for one in BUSINESS:
        if one.permission in may:
            with suppress(NoReverseMatch):
                address = reverse(one.page, args=[custody.dossier_id])
                check = CHECKS.get(one.page)
                if check and check not in refused:
                    refused[check] = what_refuses(check, person, custody.institution)
                if not check or not refused[check]:
                    found.append({"label": one.label, "icon": one.icon, "url": address})
    return found


def custody_of(dossier: Dossier) -> Custody | None:
    """Who holds the dossier now, under which number."""
    held = Custody.objects.select_related("institution", "employer")
    return held.filter(dossier=dossier, status=Custody.Status.HELD).first()


def keeper_among(institutions: Any, dossier: Dossier) -> Any:
    """Which of a person's institutions holds the dossier; the first of them when none does."""
    held = Custody.objects.filter(dossier=dossier, status=Custody.Status.HELD).values("institution")
    return institutions.filter(pk__in=held).first() or institutions.first()


def dossier_page(user: Any, dossier: Dossier) -> DossierPage:
    """Everything the page shows, in a number of queries that does not grow with what it shows."""
    custodies = list(dossier.custodies.select_related("institution", "employer").order_by("-pk"))
    custody = next((one for one in custodies if one.status == Custody.Status.HELD), None)
    # By name: places are the business of an app above this one.
    places = list(
        dossier.placements.select_related("slot", "institution", "by", "case").order_by("-since", "-pk")[:EVENTS]
    )
    mine = institution_ids_where(user, Permission.CASE_VIEW)
    cases = list(
        Case.objects.at(mine)
        .filter(dossier=dossier)
        .select_related("institution", "counterpart", "person")
        .order_by("-pk")
    )
    papers = catalogue.papers_of(dossier)
    return DossierPage(
        dossier=dossier,
        person=dossier.person,
        custody=custody,
        custodies=custodies,
        conflict=CustodyConflict.objects.open().filter(dossier=dossier).select_related("institution").first(),
        place=next((place for place in places if place.until is None), None),
        places=places,
        open_cases=_open_cases(user, [case for case in cases if case.is_open]),
        past_cases=[case for case in cases if not case.is_open and case.kind != "certificate"],
        certificates=[case for case in cases if not case.is_open and case.kind == "certificate"],
        missing_full=people.missing(dossier.person, people.FULL),
        missing_simple=people.missing(dossier.person, people.SIMPLE),
        facts=catalogue.recorded_values(dossier),
        paper_count=len(papers),
        page_count=sum(paper.pages for paper in papers),
        listed_twice=len(catalogue.listed_twice(papers)),
        events=_events(user, dossier),
        may=permissions(user, at=custody.institution_id if custody else None),
    )


def _open_cases(user: Any, cases: list[Case]) -> list[OpenCase]:
    """Each with its buttons: the rows of a kind are read together."""
    found = []
    for kind in sorted({case.kind for case in cases}):
        model = kind_of(kind)
        keys = [case.pk for case in cases if case.kind == kind]
        rows = model._default_manager.filter(pk__in=keys).select_related("institution", "counterpart", "person")
        for row in rows.order_by("-pk"):
            steps = [{"label": rule.label, "url": row.address_of(rule.name)} for rule in steps_open_to(user, row)]
            found.append(OpenCase(row, steps))
    return sorted(found, key=lambda one: (one.case.due_date is None, one.case.due_date, -one.case.pk))


def _events(user: Any, dossier: Dossier) -> list[TimelineEntry]:
    """What happened to the dossier and the record of its person, newest first; looks are the auditor's to read.

    Of what other institutions did, nothing is told beyond the custodies themselves.
    """
    events = AuditEvent.objects.filter(person_id=dossier.person_id).exclude(IS_A_LOOK)
    where = institution_ids_where(user, Permission.DOSSIER_VIEW)
    if where is not None:
        events = events.filter(Q(institution_id__in=where) | Q(institution_id=None))
    return [entry_of(event) for event in events.order_by("-pk")[:EVENTS]]
