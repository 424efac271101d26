"""What the benches need before they can measure: five institutions, their staff, and people on record."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any


def start() -> None:
    """Django in this process, on the bench's database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rendang.config.settings")
    django.setup()


def institutions() -> dict[str, Any]:
    from rendang.demo.actions.accounts import found_institutions
    from rendang.kernel.access.models import Institution

    if not Institution.objects.exists():
        from django.db import transaction

        with transaction.atomic():
            return found_institutions()
    return {institution.code: institution for institution in Institution.objects.all()}


def worker(username: str, role: str, institution: Any) -> Any:
    """A member of staff with one role; no password, nobody signs in."""
    from django.db import transaction

    from rendang.kernel.access.actions import grant_first_role
    from rendang.kernel.accounts.models import User

    with transaction.atomic():
        user = User.objects.create(username=username, name=username, password="!")
        grant_first_role(user, role=role, institution=institution, by=None)
    return user


SHARES = (("RCSC", 45), ("JYZX", 20), ("TXRY", 13), ("WQZX", 12), ("LDZX", 10))


def populate(rows: int, shares: tuple[tuple[str, int], ...] = SHARES) -> None:
    """So many people, each institution's through a roster and the real import; then the tables are analysed."""
    from django.db import connection

    from rendang.circulation.rosters import actions as rosters
    from rendang.kernel.accounts.actions import system_actor

    places, by = institutions(), system_actor()
    with TemporaryDirectory() as folder:
        for number, (code, share) in enumerate(shares):
            path = Path(folder) / f"{code}.csv"
            # Another process: its memory and its garbage are its own.
            command = [sys.executable, "-m", "benchmarks.bench_import", "--write", path, "--seed", str(number + 1)]
            subprocess.run([*command, "--rows", str(rows * share // 100)], check=True, stdout=subprocess.DEVNULL)
            roster = rosters.import_file(path, institution=places[code], by=by)
            if roster.state != "DONE":
                raise RuntimeError(roster.problem)
            path.unlink()
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


# Whatever the roster brought lies in the slots of one store, so many in each; as it came, or shuffled.
_SHELVE = (
    """INSERT INTO storage_store (institution_id, code, name, floor, purpose, shelving)
    VALUES (%(place)s, 'BENCH', 'Bench', 1, 'CUSTODY', 'MOBILE')""",
    """CREATE TEMP TABLE lying AS
    SELECT id, dossier_id, (row_number() OVER (ORDER BY
        CASE WHEN %(shuffled)s THEN md5(id::text) ELSE lpad(id::text, 20, '0') END) - 1) / %(each)s AS slot
    FROM storage_placement WHERE institution_id = %(place)s AND until IS NULL""",
    """INSERT INTO storage_slot (store_id, institution_id, code, rack, bay, layer, capacity, occupied, used)
    SELECT store.id, %(place)s, 'BENCH-' || number, 'A-' || number / 50, (number / 10)::text, (number %% 10)::text,
        %(capacity)s, 0, 0
    FROM storage_store store, (SELECT DISTINCT slot AS number FROM lying) numbers WHERE store.code = 'BENCH'""",
    "UPDATE storage_placement SET until = since FROM lying WHERE lying.id = storage_placement.id",
    """INSERT INTO storage_placement (dossier_id, institution_id, kind, slot_id, thickness, detail, since, by_id)
    SELECT dossier_id, %(place)s, 'SLOT', slot.id, 15, '', now(), %(by)s
    FROM lying JOIN storage_slot slot ON slot.code = 'BENCH-' || lying.slot""",
    "ANALYZE storage_placement",
    "ANALYZE storage_slot",
)


def shelve(place: Any, keeper: Any, each: int, *, capacity: int | None = None, shuffled: bool = False) -> Any:
    """Everything of an institution into the slots of one new store; the store."""
    from django.db import connection

    from rendang.storage.models import Store

    told = {"place": place.pk, "by": keeper.pk, "each": each, "capacity": capacity or 2 * each, "shuffled": shuffled}
    with connection.cursor() as cursor:
        for statement in _SHELVE:
            cursor.execute(statement, told)
    return Store.objects.get(code="BENCH")
