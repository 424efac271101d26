"""A database of its own for a bench, on the server that RENDANG_DATABASE_URL names, with a home of its own."""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
VARIABLES = ("RENDANG_DATABASE_URL", "RENDANG_HOME", "RENDANG_DEMONSTRATION", "DJANGO_SETTINGS_MODULE", "PYTHONPATH")


@contextmanager
def thrown_away() -> Iterator[str]:
    """Migrated and with the standards loaded, in the settings of a real installation; dropped afterwards."""
    server = os.environ.get("RENDANG_DATABASE_URL")
    if not server:
        sys.exit("Run it as ./run bench, or set RENDANG_DATABASE_URL to a server on which databases may be created.")
    name = f"rendang_bench_{secrets.token_hex(4)}"
    before = {variable: os.environ.get(variable) for variable in VARIABLES}
    with psycopg.connect(server, autocommit=True) as connection, tempfile.TemporaryDirectory() as home:
        connection.execute(f"CREATE DATABASE {name}")
        url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        os.environ.update(
            RENDANG_DATABASE_URL=url,
            RENDANG_HOME=home,
            RENDANG_DEMONSTRATION="0",
            DJANGO_SETTINGS_MODULE="rendang.config.settings",
            PYTHONPATH=str(ROOT),
        )
        try:
            for command in (["migrate", "-v0"], ["load_standards", "-v0"]):
                subprocess.run([sys.executable, ROOT / "manage.py", *command], check=True, stdout=subprocess.DEVNULL)
            yield url
        finally:
            _let_go()
            _drop(connection, name)
            for variable, value in before.items():
                os.environ.pop(variable, None) if value is None else os.environ.update({variable: value})


def _drop(connection: psycopg.Connection, name: str) -> None:
    """Without FORCE, which would need a right, PostgreSQL stops its own housekeeping that is under way there."""
    try:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
    except psycopg.errors.ObjectInUse:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _let_go() -> None:
    """Close what this process holds open."""
    from django.conf import settings

    if settings.configured:
        from django.db import connection

        connection.close()
        connection.close_pool()
