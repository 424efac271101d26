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
