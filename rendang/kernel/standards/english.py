"""What codes and classes are called on English pages (``data/english.yaml``); papers stay Chinese."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import get_language

CLASSES = "classification"


def is_english() -> bool:
    return (get_language() or "").startswith("en")


@cache
def english_names() -> dict[str, dict[str, Any]]:
    """By table and code; of the classification by scheme and mark."""
    return yaml.safe_load((Path(__file__).parent / "data" / "english.yaml").read_text())


def in_english(table: str, code: str) -> str:
    """The English name of a code, to who reads English; else nothing."""
    return english_names().get(table, {}).get(code, "") if is_english() else ""


def class_in_english(scheme: str, mark: str) -> str:
    return english_names()[CLASSES].get(scheme, {}).get(mark, "") if is_english() else ""
