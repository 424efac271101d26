"""Keyset paging: a page begins after a row, not after a number of rows, so it neither slips nor slows down."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE = 50


@dataclass(frozen=True)
class KeysetPage:
    """A page of rows, newest first, and the keys from which the pages beside it are asked for."""

    rows: list[Any]
    next_key: int | None
    previous_key: int | None


def _key(text: str | None) -> int | None:
    """A key from the address; anything that is none means the first page."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def keyset_page(rows: QuerySet, request: HttpRequest, size: int = PAGE_SIZE) -> KeysetPage:
    """The page ``?after=key`` (older rows) or ``?before=key`` (newer rows) of rows ordered by descending key."""
    after, before = _key(request.GET.get("after")), _key(request.GET.get("before"))
    if before is not None and after is None:
        found = list(rows.filter(pk__gt=before).order_by("pk")[: size + 1])
        more = len(found) > size
        page = found[:size][::-1]
        return KeysetPage(page, page[-1].pk if page else None, page[0].pk if page and more else None)
    page, next_key = rows_after(rows, after, size)
    return KeysetPage(page, next_key, page[0].pk if page and after is not None else None)


def rows_after(
    rows: QuerySet, after: int | None, most: int, *, oldest_first: bool = False
) -> tuple[list[Any], int | None]:
    """At most so many rows after a key, newest first unless told otherwise, and the key after which more follow."""
    if after is not None:
        rows = rows.filter(pk__gt=after) if oldest_first else rows.filter(pk__lt=after)
    found = list(rows.order_by("pk" if oldest_first else "-pk")[: most + 1])
    page = found[:most]
    return page, page[-1].pk if len(found) > most else None
