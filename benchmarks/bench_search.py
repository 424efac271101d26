"""Finding a dossier: each kind of text, for a clerk of the largest institution and for the city's authority.

Ours is all of it on the server's side: what was typed is read, scoped and found, and the first page of fifty rows is
made ready with institution, employer and person. Beside it the bare engine: one row by its primary key, two joins.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.city import institutions, populate, start, worker
from benchmarks.measuring import percentile, result, times

ROWS, SAMPLES = 100_000, 400
PAGE = 50
BARE = """
SELECT c.archive_number, c.received_on, p.name, p.id_masked, p.birth_date
FROM dossiers_custody c JOIN dossiers_dossier d ON d.id = c.dossier_id JOIN people_person p ON p.id = d.person_id
WHERE c.id = %s
"""


def bench(rows: int | None = None) -> Iterator[dict[str, Any]]:
    start()
    from rendang.dossiers.queries.search import search

    rows = rows or ROWS
    populate(rows)
    places = institutions()
    people = {
        "clerk": worker("bench.clerk", "CLERK", places["RCSC"]),
        "city": worker("bench.supervisor", "SUPERVISOR", None),
    }
    bare = _bare(rows)
    for case, texts in _texts(places["RCSC"].pk).items():
        # Turn and turn about, so that both meet the same caches and the same neighbours.
        found: dict[str, list[float]] = {who: [] for who in people}
        for number, text in enumerate([*texts[:20], *texts]):
            for who in sorted(people, reverse=bool(number % 2)):
                milliseconds = times(lambda user: len(list(search(user, text)[: PAGE + 1])), [people[who]])  # noqa: B023
                found[who] += milliseconds if number >= 20 else []
        for who, milliseconds in found.items():
            yield result(
                "search",
                f"{case}, {who}, {rows:,} people",
                "queries/s",
                1000 * len(milliseconds) / sum(milliseconds),
                bare,
                "one row by primary key, bare SQL",
                p50_ms=percentile(milliseconds, 50),
                p95_ms=percentile(milliseconds, 95),
            )


def _bare(rows: int) -> float:
    """Queries a second for one row by its key."""
    from django.db import connection

    from rendang.dossiers.models import Custody

    keys = list(Custody.objects.order_by("pk").values_list("pk", flat=True)[:: max(rows // SAMPLES, 1)][:SAMPLES])
    random.Random(1).shuffle(keys)
    with connection.cursor() as cursor:

        def look(key: int) -> None:
            cursor.execute(BARE, [key])
            cursor.fetchall()

        times(look, keys[:40])
        milliseconds = times(look, keys)
    return 1000 * len(milliseconds) / sum(milliseconds)


def _texts(institution: int) -> dict[str, list[str]]:
    """What is typed: of people whose dossiers lie at the institution of the clerk, drawn at random."""
    from rendang.dossiers.models import Custody

    chance = random.Random(2)
    keys = list(Custody.objects.filter(institution=institution).order_by("pk").values_list("pk", flat=True))
    sampled = Custody.objects.select_related("dossier__person").in_bulk(chance.sample(keys, min(SAMPLES, len(keys))))
    drawn = list(sampled.values())
    chance.shuffle(drawn)
    kinds: dict[str, Callable[[Any], str]] = {
        "ID number": lambda row: row.dossier.person.id_number,
        "archive number": lambda row: row.archive_number,
        "name": lambda row: row.name,
        "two characters of a name": lambda row: row.name[-2:],
        "pinyin": lambda row: row.name_pinyin,
        "beginning of the pinyin": lambda row: row.name_pinyin[:5],
        "initials": lambda row: row.name_initials,
    }
    return {kind: [text(row) for row in drawn] for kind, text in kinds.items()}
