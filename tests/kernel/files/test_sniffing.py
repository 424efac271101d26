"""The type comes from the content."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from PIL import Image

from rendang.kernel.files.sniffing import UNKNOWN, sniff

SAMPLES = Path(__file__).parents[2] / "samples" / "rosters"


def type_of(content: bytes) -> str:
    return sniff(io.BytesIO(content))


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet().write(0, 0, "姓名")
    return out.getvalue()


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("L", (8, 8)).save(out, form)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("note.txt", "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        (workbook(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (archive(), "application/zip"),
        (b"PK\x03\x04 not an archive", UNKNOWN),
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
        (picture("TIFF"), "image/tiff"),
        (picture("JPEG2000"), "image/jp2"),
        ("姓名,身份证号\n张三,1\n".encode(), "text/plain"),
        ("姓名,身份证号\n张三,1\n".encode("utf-8-sig"), "text/plain"),
        ("姓名,身份证号\n张三,1\n".encode("gb18030"), "text/plain"),
        ("姓名\t身份证号\n张三\t1\n".encode("utf-16"), "text/plain"),
        (b"BM,first,last\n1,2,3\n", "text/plain"),
        (b"<html><script>alert(1)</script>", "text/html"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>', "image/svg+xml"),
        ("<html><table><tr><td>姓名".encode("gb18030"), "application/vnd.ms-excel"),
        (b"MZ\x90\x00", "application/vnd.microsoft.portable-executable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), UNKNOWN),
        (bytes(range(256)), UNKNOWN),
    ],
)
def test_the_type_is_read_from_the_content(content, expected):
    assert type_of(content) == expected


def test_a_workbook_of_1997_is_told_from_other_ole_files():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000_000)
    assert type_of(ole + "Workbook".encode("utf-16-le")) == "application/vnd.ms-excel"
    assert type_of(ole + "WordDocument".encode("utf-16-le")) == UNKNOWN


def test_text_cut_in_the_middle_of_a_character_is_still_text():
    assert type_of("档".encode() * 30_000) == "text/plain"


@pytest.mark.parametrize("name", ["foreign-service.csv", "retirees.xlsx", "talent-market.xlsx"])
def test_the_sample_rosters_are_recognised(name):
    sample = SAMPLES / name
    if not sample.exists():
        pytest.skip("the sample rosters are not copied yet")
    assert type_of(sample.read_bytes()) in {
        "text/plain",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
