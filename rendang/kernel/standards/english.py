"""What codes, classes and words of ours are called on English pages (``data/english.yaml``); papers stay Chinese."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from rendang.kernel.core.language import in_chinese
from rendang.kernel.core.yaml_file import read_yaml
from rendang.kernel.standards import data_files

# What stands between the words of a cell: between its parts, in a list, within one of them. A name may hold brackets
# itself; what became of it stands in the last.
_LIST = re.compile(r"(、)")
_APART = (re.compile(r"([；：])"), _LIST, re.compile(r"([ （）])"))
_NAME_AND_BRACKET = re.compile(r"(.+)（([^（）]+)）")
# As our pages set them in English.
_MARKS = str.maketrans({"（": " (", "）": ")", "：": ": ", "；": "; ", "、": ", "})
_NUMBER = re.compile(r"\d+")
CLASSES = "classification"
DATA = Path(__file__).parent / "data"


@cache
def english_names() -> dict[str, dict[str, Any]]:
    """By table and code; of the classification by scheme and mark."""
    return read_yaml(DATA / "english.yaml")


def in_english(table: str, code: str) -> str:
    """The English name of a code, to who reads English; else nothing."""
    return english_names().get(table, {}).get(code, "") if not in_chinese() else ""


def class_in_english(scheme: str, mark: str) -> str:
    return english_names()[CLASSES].get(scheme, {}).get(mark, "") if not in_chinese() else ""


@cache
def english_words() -> dict[str, str]:
    """What our data and registers say in Chinese, and the names of key materials, in English."""
    said = read_yaml(DATA / "words.yaml")
    words = {chinese: english for group in said.values() for chinese, english in group.items()}
    return words | {row["name"]: row["english_name"] for row in data_files.key_materials()}


@cache
def _english_codes() -> dict[str, str]:
    """The names of codes in English, of the tables that registers write out."""
    tables = {
        table: {row["code"]: row for row in data_files.codes(table)} for table in english_names() if table != CLASSES
    }
    return {rows[code]["name"]: english_names()[table][code] for table, rows in tables.items() for code in rows}


def in_words(text: str) -> str:
    """A text of our own data in the reader's language: whole, or part by part where it is a list.

    What people typed is in no list and stays as they typed it.
    """
    if in_chinese() or not text:
        return text
    known = _english_codes() | english_words()
    if text in known:
        return known[text]
    parts = text.split("、")
    return ", ".join(known[part] for part in parts) if all(part in known for part in parts) else text


def cell_in_words(text: str) -> str:
    """A cell of a register: as ``in_words``, also where a carrier or an event stands before its number."""
    if in_chinese():
        return text
    said = _part_by_part(text, _APART)
    return said.translate(_MARKS) if said != text else text


def _part_by_part(text: str, apart: Sequence[re.Pattern[str]]) -> str:
    whole = _with_its_number(text)
    if whole != text or not apart:
        return whole
    held = _NAME_AND_BRACKET.fullmatch(text)
    if held and (name := in_words(held[1])) != held[1]:
        return f"{name}（{_part_by_part(held[2], apart)}）"
    pieces = apart[0].split(text)
    said = [_part_by_part(piece, apart[1:]) for piece in pieces]
    if apart[0] is _LIST and any(map(str.__eq__, pieces[::2], said[::2])):
        return _part_by_part(text, apart[1:])  # half of a list in another language is no list
    return "".join(said)


def _with_its_number(text: str) -> str:
    """Words of ours, also such as count something: 第2次 is 第#次."""
    numbers = _NUMBER.findall(text)
    counted = english_words().get(_NUMBER.sub("#", text)) if len(numbers) == 1 else None
    return counted.replace("#", numbers[0]) if counted else in_words(text)
