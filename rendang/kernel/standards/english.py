"""What codes and classes are called on English pages (``data/english.yaml``); papers stay Chinese."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rendang.kernel.core.language import in_chinese

CLASSES = "classification"


@cache
def english_names() -> dict[str, dict[str, Any]]:
    """By table and code; of the classification by scheme and mark."""
    return yaml.safe_load((Path(__file__).parent / "data" / "english.yaml").read_text())


def in_english(table: str, code: str) -> str:
    """The English name of a code, to who reads English; else nothing."""
    return english_names().get(table, {}).get(code, "") if not in_chinese() else ""


def class_in_english(scheme: str, mark: str) -> str:
    return english_names()[CLASSES].get(scheme, {}).get(mark, "") if not in_chinese() else ""
