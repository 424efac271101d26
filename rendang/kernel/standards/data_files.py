"""Reads the data files of the standards: what people edit, as plain rows. Knows no database.

``data/tables.yaml`` names the code tables, ``data/codes/<table>.csv`` holds their rows, ``data/synonyms.csv`` what
rosters say; ``classification.yaml``, ``key_materials.yaml``, ``policies.yaml`` and ``services.yaml`` hold the rest.
"""

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rendang.kernel.core.yaml_file import read_yaml

DATA = Path(__file__).parent / "data"
Row = dict[str, Any]


class BadDataFile(ValueError):
    """A data file that does not say what it must; the message names the file and the entry."""


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(line for line in file if not line.startswith("#"))


def _yaml(name: str) -> Any:
    return read_yaml(DATA / name)


def _date(text: str | dt.date | None, where: str) -> dt.date | None:
    if not text:
        return None
    if isinstance(text, dt.date):
        return text
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BadDataFile(f"{where}: “{text}” is no date; write it as 2021-12-29.") from None


def tables() -> list[Row]:
    return [
        {
            "code": code,
            "name": entry["name"],
            "english_name": entry["english"],
            "standard": entry.get("standard", ""),
            "order": order,
        }
        for order, (code, entry) in enumerate(_yaml("tables.yaml").items(), start=1)
    ]


def codes(table: str) -> list[Row]:
    path = DATA / "codes" / f"{table}.csv"
    return [
        {
            "code": line["code"],
            "name": line["name"],
            "short_name": line.get("short_name", ""),
            "parent": line.get("parent", ""),
            "order": order,
            "note": line.get("note", ""),
            "valid_from": _date(line.get("valid_from"), f"{path.name}, {line['code']}"),
            "valid_to": _date(line.get("valid_to"), f"{path.name}, {line['code']}"),
        }
        for order, line in enumerate(_lines(path), start=1)
    ]


def synonyms() -> list[dict[str, str]]:
    return list(_lines(DATA / "synonyms.csv"))


def schemes() -> list[Row]:
    return [
        {
            "code": entry["code"],
            "name": entry["name"],
            "basis": entry["basis"],
            "valid_from": entry.get("valid_from"),
            "valid_to": entry.get("valid_to"),
            "marks": [
                {
                    "mark": mark["mark"],
                    "parent": mark.get("parent", ""),
                    "numeral": mark.get("numeral", ""),
                    "code": mark["code"],
                    "name": mark["name"],
                    "ordering": mark["ordering"],
                    "sequence": mark.get("sequence", []),
                    "materials": mark.get("materials", []),
                    "order": order,
                }
                for order, mark in enumerate(entry["marks"], start=1)
            ],
        }
        for entry in _yaml("classification.yaml")
    ]


def key_materials() -> list[Row]:
    return [
        {
            "code": code,
            "name": entry["name"],
            "english_name": entry["english"],
            "level": entry.get("level", "KEY"),
            "person_types": entry.get("person_types", []),
            "education": entry.get("education", []),
            "political_status": entry.get("political_status", []),
            "circumstance": entry.get("circumstance", ""),
            "graduated_from": entry.get("graduated", (None, None))[0],
            "graduated_to": entry.get("graduated", (None, None))[1],
            "work_start_from": entry.get("work_start", (None, None))[0],
            "work_start_to": entry.get("work_start", (None, None))[1],
            "class_marks": entry["class_marks"],
            "titles": entry["titles"],
            "unless": entry.get("unless", []),
            "period": entry.get("period", ""),
            "effects": entry.get("effects", []),
            "issuer": entry.get("issuer", ""),
            "basis": entry["basis"],
            "valid_from": entry.get("valid_from"),
            "valid_to": entry.get("valid_to"),
            "order": order,
        }
        for order, (code, entry) in enumerate(_yaml("key_materials.yaml").items(), start=1)
    ]


def policies() -> list[Row]:
    """Every version of every policy; a version that does not say until when ends the day before the next begins."""
    found = []
    for order, (code, entry) in enumerate(_yaml("policies.yaml").items(), start=1):
        versions = sorted(entry["versions"], key=lambda version: version["valid_from"])
        for version, following in zip(versions, [*versions[1:], None], strict=True):
            last = version.get("valid_to")
            if last is None and following:
                last = following["valid_from"] - dt.timedelta(days=1)
            found.append(
                {
                    "code": code,
                    "name": entry["name"],
                    "english_name": entry["english"],
                    "value": version["value"],
                    "unit": version["unit"],
                    "basis": version["basis"],
                    "confidence": version["confidence"],
                    "valid_from": version["valid_from"],
                    "valid_to": last,
                    "order": order,
                }
            )
    return found


def services() -> list[Row]:
    return [
        {
            "code": code,
            "name": entry["name"],
            "english_name": entry["english"],
            "basis": entry["basis"],
            "time_limit": entry["time_limit"],
            "applicants": entry["applicants"],
            "applicants_english": entry["applicants_english"],
            "channels": entry["channels"],
            "papers": entry["papers"],
            "papers_english": entry["papers_english"],
            "steps": entry["steps"],
            "steps_english": entry["steps_english"],
            "note": entry["note"],
            "note_english": entry["note_english"],
            "is_public": entry["is_public"],
            "institution_kinds": entry.get("institution_kinds", []),
            "valid_from": entry.get("valid_from"),
            "valid_to": entry.get("valid_to"),
            "order": order,
        }
        for order, (code, entry) in enumerate(_yaml("services.yaml").items(), start=1)
    ]
