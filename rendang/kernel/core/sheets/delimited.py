"""CSV in any of the encodings and with any of the delimiters that offices use."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from rendang.kernel.core.chinese import GB18030_HOMES, PRIVATE_USE
from rendang.kernel.core.sheets.cells import Row, Sheet, UnreadableTable, no_table

DELIMITERS = ",;\t|，；"
# Only where none of those divides the lines.
_RARE_DELIMITERS = "^~#¦｜、\x01\x1c\x1d\x1e\x1f!$&@"
_BESIDE_TABS = re.compile("(?<=\t)[,;|，；]|[,;|，；](?=\t)")
# A line of three words or more, one of them an identity number.
_DIVIDED_BY_BLANKS = re.compile(r"^[^\S\n]*(?:\S+[ \u3000]+)+[\d]{15,17}[\dXx]?(?:[ \u3000]|\s*$)", re.MULTILINE)
_CONTROLS = re.compile("[\x00\x02-\x08\x0e-\x1b\x7f-\x9f\ufffd]")
_MOST_CONTROLS = 0.05  # of the characters of a text
_OBJECTS = re.compile(r"\s*(?:\[\s*)?\{\s*\"")  # JSON
_HAN = re.compile("[\u4e00-\u9fff]")
_BLOCK = 1 << 20
_LEARNT = 50  # rows from which is learnt how many cells a row has
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FIELD_LIMIT = 32_767  # characters; what a cell of a spreadsheet can hold


def sheets(path: Path) -> Iterator[Sheet]:
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        beginning = file.read(65536)
    if len(_CONTROLS.findall(beginning)) > len(beginning) * _MOST_CONTROLS or _OBJECTS.match(beginning):
        raise no_table()
    delimiter = delimiter_of(beginning)
    yield Sheet(None, _rows_of(path, encoding, delimiter))


def encoding_of(path: Path) -> str:
    """By byte order mark, else UTF-8 if the whole file is, else GB18030 if the whole file is, else a guess."""
    with path.open("rb") as file:
        beginning = file.read(_BLOCK)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if beginning.startswith(mark):
            return _checked(path, encoding)
    nulls = beginning[:2000].count(0)
    if nulls > len(beginning[:2000]) // 8:
        little = beginning[1:2000:2].count(0) > beginning[:2000:2].count(0)
        return _checked(path, "utf-16-le" if little else "utf-16-be")
    if _decodes(path, "utf-8"):
        return "utf-8"
    if row := _damaged_row(path):
        raise _damaged_text(row)
    if _decodes(path, "gb18030"):
        return "big5hkscs" if _looks_like_big5(beginning) and _decodes(path, "big5hkscs") else "gb18030"
    guess = from_bytes(beginning).best()
    if guess is None or not _decodes(path, guess.encoding):
        raise UnreadableTable(
            _("The encoding of the text is not known. Save the file as UTF-8 or GB18030, or as XLSX.")
        )
    return guess.encoding


def _looks_like_big5(beginning: bytes) -> bool:
    """Whether a text that GB18030 can read too is one in traditional characters: every list of people has a name."""
    return "姓名" in beginning.decode("big5hkscs", "ignore") and "姓名" not in beginning.decode("gb18030", "ignore")


def _checked(path: Path, encoding: str) -> str:
    """The encoding that a text says it has; raises ``UnreadableTable`` when it has another."""
    if not _decodes(path, encoding):
        raise _damaged_text(row) if encoding == "utf-8-sig" and (row := _damaged_row(path)) else no_table()
    return encoding


def _damaged_row(path: Path) -> int | None:
    """The first line that is no UTF-8 in a text that is UTF-8 above it: GB18030 never looks so for a whole heading."""
    told = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                text = line.decode()
            except UnicodeDecodeError:
                return number if told > 3 else None
            told += 0 if told > 3 else len(_HAN.findall(text))
    return None


def _damaged_text(row: int) -> UnreadableTable:
    return UnreadableTable(
        _(
            "Line %(row)s holds a damaged character; the text above it is UTF-8. "
            "Write the line again, or save the list anew as XLSX."
        ),
        params={"row": row},
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def delimiter_of(beginning: str) -> str:
    """The character that divides most of the first lines into the same number of fields, more than one."""
    if beginning[:4].lower() == "sep=":
        return beginning[4]

    def fitness(delimiter: str) -> tuple[int, int]:
        rows = list(csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter, skipinitialspace=True))[:-1][
            :50
        ]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, lines = widths.most_common(1)[0] if widths else (1, 0)
        return lines, width

    # A tab that stands beside another delimiter keeps a spreadsheet from taking a number for an amount.
    beside = _BESIDE_TABS.findall(beginning)
    usual = beside[0] if len(beside) * 2 > beginning.count("\t") > 0 else max(DELIMITERS, key=fitness)
    rare = max(_RARE_DELIMITERS, key=fitness)
    if max(fitness(usual), fitness(rare)) < (2, 2) and _DIVIDED_BY_BLANKS.search(beginning):
        raise UnreadableTable(
            _(
                "The columns are divided by blanks, which also stand inside a name and where a column is empty. "
                "Open the file in a spreadsheet program, divide it there (Data, Text to columns), and save it as XLSX."
            )
        )
    return usual if fitness(usual)[0] * 2 >= fitness(rare)[0] else rare


def _rows_of(path: Path, encoding: str, delimiter: str) -> Callable[[Collection[int] | None], Iterator[Row]]:
    def rows(wanted: Collection[int] | None = None) -> Iterator[Row]:
        with path.open(encoding=encoding, newline="") as file:
            lines = map(_at_home, file) if encoding == "gb18030" else file
            reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
            number = line = usual = 0
            cells: list[str] = []
            try:
                for number, cells in enumerate(reader, 1):
                    if number == 1 and cells and cells[0].lower().startswith("sep="):
                        continue
                    if reader.line_num - line > 1:
                        if number > 1 and _holds_rows(cells, delimiter, usual):
                            raise _unclosed(number)
                    elif number < _LEARNT:
                        usual = max(usual, len(cells))
                    line = reader.line_num
                    if any(cells):
                        yield number, cells  # type: ignore[misc]  # str is a Cell
            except csv.Error:
                raise _unclosed(number + 1) from None
            if cells and cells[-1].endswith(("\n", "\r")) and not _ends_quoted(path):
                raise _unclosed(number)

    return rows


def _holds_rows(cells: list[str], delimiter: str, usual: int) -> bool:
    """Whether a cell of several lines holds whole rows: a quotation mark opened its text and nothing closed it."""
    most = max(line.count(delimiter) for cell in cells for line in cell.split("\n")[1:] or [""])
    return most >= max(2, usual // 2)


def _ends_quoted(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        return file.read().rstrip(b"\r\n\t \0").endswith(b'"')


def _unclosed(row: int) -> UnreadableTable:
    return UnreadableTable(
        _(
            "Row %(row)s: a quotation mark opens a text and nothing closes it. "
            "Add or remove the mark, or save as XLSX."
        ),
        params={"row": row},
    )


def _at_home(line: str) -> str:
    """Characters that the first edition of GB 18030 had no place for, at the places they have now."""
    return line.translate(GB18030_HOMES) if PRIVATE_USE.search(line) else line


csv.field_size_limit(_FIELD_LIMIT * 4)
