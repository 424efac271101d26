"""Finding dossiers: one box for every kind of text, and the filters of the list.

The rows found are custodies: what an institution holds, or held. Each way in is one index; who may see which rows is
one predicate on the custody's institution (measured: docs/benchmarks.md, bench ``search``).
"""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from rendang.dossiers.models import Custody, Dossier, Material
from rendang.dossiers.search_text import Shape, read_search_text, readings
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.scope import ScopedQuerySet, institution_ids_where
from rendang.kernel.core.chinese import name_grams
from rendang.kernel.core.pagination import KeysetPage
from rendang.people.models import Employer, NameGrams
from rendang.people.queries import find_by_id_number

# What a list shows of a person.
SHOWN = ("name", "id_masked", "sex", "birth_date")
# Employers that one filter text may stand for.
MOST_EMPLOYERS = 200


def search(
    user: Any,
    text: str = "",
    filters: dict[str, Any] | None = None,
    *,
    permission: Permission = Permission.DOSSIER_FIND,
) -> ScopedQuerySet:
    """The custodies a person may see whose dossier fits the text and the filters, newest first.

    Institution, employer, dossier and person are read for the rows taken, so slice or page first. Filters are those of
    ``forms.FilterForm``; without a custody status only what is held is shown. Page with ``keyset_page``.
    """
    wanted = dict(filters or {})
    rows = Custody.objects.filter(status=wanted.pop("status", "") or Custody.Status.HELD)
    rows = filtered(matching(rows, text), wanted)
    where = institution_ids_where(user, permission)
    if where is None and read_search_text(text).shape in {Shape.NUMBER, Shape.ID_NUMBER, Shape.PINYIN}:
        # Those indexes begin with the institution; naming every one lets them serve the whole city, too.
        where = frozenset(Institution.objects.values_list("pk", flat=True))
    # The encrypted number is not shown in lists: opening fifty of them would cost more than finding them.
    people = Dossier.objects.select_related("person").only(*(f"person__{fact}" for fact in SHOWN))
    # A handful of institutions is joined for less than a statement of their own costs; the other rows are read only
    # for the page that is taken, not for the thousands that may fit.
    rows = rows.at(where).select_related("institution")
    return rows.prefetch_related("employer", Prefetch("dossier", people)).order_by("-pk")


def matching(rows: ScopedQuerySet, text: str) -> ScopedQuerySet:
    """Custodies whose dossier fits a text of any shape; a text that is none is every row."""
    wanted = read_search_text(text)
    match wanted.shape:
        case Shape.NOTHING:
            return rows
        case Shape.BARCODE:
            return rows.filter(dossier=wanted.dossier_id)
        case Shape.PINYIN:
            return rows.filter(_reads(wanted.value))
        case Shape.NAME:
            return _named(rows, wanted.value)
    person = find_by_id_number(wanted.value) if wanted.may_identify else None
    return rows.filter(dossier__person=person) if person else rows.filter(_number_begins_with(wanted.value))


def _number_begins_with(number: str) -> Q:
    """An archive number or its beginning, as typed or in capitals."""
    found = Q()
    for spelling in {number, number.upper(), number.upper().replace(" ", "")}:
        found |= Q(archive_number__startswith=spelling)
    return found


def _reads(letters: str) -> Q:
    """A name that is read so, from its beginning, or whose syllables begin with these letters."""
    found = Q(name_initials=letters)
    for reading in readings(letters):
        found |= Q(name_pinyin__startswith=reading)
        found |= Q(name_pinyin_other__startswith=reading) & ~Q(name_pinyin_other="")
    return found


def _named(rows: ScopedQuerySet, fragment: str) -> ScopedQuerySet:
    """A name with the fragment anywhere in it, be it one character."""
    pieces = name_grams(fragment)
    longest = max((len(piece) for piece in pieces), default=0)
    wanted = [piece for piece in pieces if len(piece) == longest]
    rows = rows.alias(grams=NameGrams("name")).filter(grams__contains=wanted)
    return rows.filter(name__contains=fragment) if len(wanted) > 1 else rows


def filtered(rows: ScopedQuerySet, filters: dict[str, Any]) -> ScopedQuerySet:
    """Custodies that fit the filters of the list; empty ones say nothing."""
    wanted = {name: value for name, value in filters.items() if value}
    if institution := wanted.get("institution"):
        rows = rows.filter(institution=institution)
    if archive_type := wanted.get("archive_type"):
        rows = rows.filter(archive_type=archive_type)
    for fact in ("sex", "education", "political_status"):
        if code := wanted.get(fact):
            rows = rows.filter(**{f"dossier__person__{fact}": code})
    if since := wanted.get("received_from"):
        rows = rows.filter(received_on__gte=since)
    if until := wanted.get("received_to"):
        # 2015-06 as an end means the whole month: its days sort after it and before the next sign.
        rows = rows.filter(received_on__lte=f"{until}-99", received_on__gt="")
    if employer := wanted.get("employer"):
        named = list(Employer.objects.filter(name__contains=employer).values_list("pk", flat=True)[:MOST_EMPLOYERS])
        rows = rows.filter(Q(employer__in=named) | Q(dossier__person__employer__in=named))
    if place := wanted.get("place"):
        # By name: the place is the business of an app above this one. One filter: both hold of the same place.
        kind = {} if place == "NONE" else {"placements__kind": place}
        now = {"placements__isnull": False, "placements__until__isnull": True, **kind}
        here = Exists(Dossier.objects.filter(pk=OuterRef("dossier"), **now))
        rows = rows.exclude(here) if place == "NONE" else rows.filter(here)
    if wanted.get("never_catalogued"):
        rows = rows.exclude(Exists(Material.objects.filter(dossier=OuterRef("dossier"))))
    return rows


def page_by_number(
    rows: ScopedQuerySet, *, after: int | None, before: int | None, size: int, descending: bool = False
) -> KeysetPage:
    """A page in the order of archive numbers, institution by institution; its keys are those of custodies."""
    edge = Custody.objects.filter(pk=after or before or 0).values_list("institution_id", "archive_number").first()
    backwards = before is not None and after is None
    down = descending != backwards
    if edge is not None:
        here = Tuple("institution_id", "archive_number")
        rows = rows.filter(TupleLessThan(here, edge) if down else TupleGreaterThan(here, edge))
    sign = "-" if down else ""
    found = list(rows.order_by(f"{sign}institution_id", f"{sign}archive_number")[: size + 1])
    more, page = len(found) > size, found[:size]
    if backwards:
        page.reverse()
        return KeysetPage(page, page[-1].pk if page else None, page[0].pk if more else None)
    return KeysetPage(page, page[-1].pk if more else None, page[0].pk if page and edge is not None else None)


def held_elsewhere(user: Any, text: str) -> Custody | None:
    """For a whole identity number: the custody at an institution the person does not work for, where there is one.

    What may be told of it is which institution, nothing more (design: others learn only "held at X").
    """
    if read_search_text(text).shape != Shape.ID_NUMBER:
        return None
    person = find_by_id_number(text)
    if person is None:
        return None
    held = Custody.objects.select_related("institution").filter(dossier__person=person, status=Custody.Status.HELD)
    return held.exclude(pk__in=Custody.objects.visible_to(user, Permission.DOSSIER_FIND).values("pk")).first()
