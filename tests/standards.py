"""The standards in the test database: loaded once, kept aside, put back after tests that empty all tables."""

from typing import Any

from rendang.kernel.standards.actions import load_standards

# In an order in which each finds what it refers to.
TABLES = (
    "codetable",
    "code",
    "codesynonym",
    "classificationscheme",
    "classmark",
    "keymaterial",
    "policy",
    "serviceitem",
    "calendarday",
)


def load(cursor: Any) -> None:
    load_standards(by=None)
    cursor.execute("TRUNCATE audit_auditevent")  # a test counts its own events
    cursor.execute("DROP SCHEMA IF EXISTS kept_aside CASCADE; CREATE SCHEMA kept_aside")
    for table in TABLES:
        cursor.execute(f"CREATE TABLE kept_aside.{table} AS TABLE standards_{table}")


def restore(cursor: Any) -> None:
    cursor.execute("SELECT EXISTS (SELECT FROM standards_codetable)")
    if cursor.fetchone()[0]:
        return
    for table in TABLES:
        cursor.execute(f"INSERT INTO standards_{table} SELECT * FROM kept_aside.{table}")
