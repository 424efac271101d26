"""Brings the database and the static files to this version: ``python -m rendang.config.commands.prepare``.

One process for all of it, because loading the applications takes longer than any of the steps.
"""

import argparse
import fcntl
import io
import os
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection, transaction

from rendang.config.commands.database import alone
from rendang.config.commands.environment import digest, say, stop
from rendang.config.commands.installation import ACCOUNTS

LOADING = "demonstration, being loaded"
LOADED = "demonstration of {people} people"


def collect_static() -> None:
    """Collect the static files when one has changed; of several processes one does."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    lock = os.open(settings.STATIC_ROOT, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    found = [(name, Path(storage.path(name))) for finder in get_finders() for name, storage in finder.list([])]
    state = digest(*(f"{name} {path.stat().st_size} {path.stat().st_mtime_ns}\n" for name, path in sorted(found)))
    stamp = settings.HOME / "staticfiles.made-from"
    if not stamp.exists() or stamp.read_text() != state:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(state)
    os.close(lock)


def marker() -> str:
    """What the database says of itself, in a comment on a table that every installation has."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(obj_description(to_regclass('django_migrations')), '')")
        return str(cursor.fetchone()[0])


def mark(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"comment on table django_migrations is '{text}'")


def demonstration(people: int) -> None:
    """Migrate, load the standards and, once, the fictional city; a load that was cut off is taken up again."""
    with alone(os.environ["RENDANG_DATABASE_URL"]):
        call_command("migrate", interactive=False, verbosity=0)
        loaded = marker()
        if not loaded:
            mark(LOADING)
        call_command("load_standards", stdout=io.StringIO())  # its table of what changed is for operators
        if loaded in {"", LOADING}:
            say(f"Loading the fictional city of {people:,} people …" if people else "Loading an empty city …")
            with transaction.atomic():  # the city and the note that it is there: both or none
                call_command("load_demonstration", people=people)
                mark(LOADED.format(people=people))
        elif loaded != LOADED.format(people=people):
            say(f"The database keeps its {loaded}; --fresh starts over.")


def refuse_if_misconfigured() -> None:
    """What a check of the settings calls an error stops the start; else the first visitor would meet it."""
    wrong = [found for found in run_checks() if found.is_serious() and not found.is_silenced()]
    if wrong:
        stop("\n".join(f"{found.msg} {found.hint or ''}".strip() for found in wrong), 2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--demonstration", type=int, metavar="PEOPLE")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rendang.config.settings")
    django.setup()
    if options.demonstration is not None:
        demonstration(options.demonstration)
        with (settings.HOME / ACCOUNTS).open("w") as file:
            call_command("demonstration_accounts", stdout=file)
    else:
        refuse_if_misconfigured()
    collect_static()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("Stopped; the next start takes it up again.", 130)
