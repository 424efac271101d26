"""What is asked about institutions and their notices."""

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from rendang.institutions.models import Notice, OutsideKeeper
from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import memberships_of


def notices_for(user: Any, today: dt.date) -> QuerySet[Notice]:
    """The current notices of the person's institutions and of the city, newest first."""
    where = [institution for institution, _role in memberships_of(user)]
    rows = Notice.objects.current(today).select_related("institution", "published_by")
    if None not in where:
        rows = rows.filter(Q(institution__isnull=True) | Q(institution__in=[w for w in where if w is not None]))
    return rows.order_by("-published_on", "-pk")


def directory() -> QuerySet[Institution]:
    """The active institutions as the public sees them (人社厅发〔2016〕75号: the directory must be published)."""
    return Institution.objects.filter(is_active=True).order_by("pk")


def directory_version() -> str:
    """Another text after every change of an institution: for who keeps what was drawn from the directory."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(coalesce(string_agg(one::text, '' ORDER BY id), '')) FROM access_institution AS one"
        )
        version: str = cursor.fetchone()[0]
    return version


def find_keepers(text: str) -> QuerySet[OutsideKeeper]:
    """The lines of the address book with these words in name, address or division code, by name."""
    rows = OutsideKeeper.objects.in_use().order_by("name")
    for word in text.split():
        rows = rows.filter(Q(name__icontains=word) | Q(address__icontains=word) | Q(division__startswith=word))
    return rows
