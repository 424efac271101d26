import pytest

from rendang.dossiers.search_text import Shape, read_search_text, readings


@pytest.mark.parametrize(
    ("typed", "shape", "value"),
    [
        ("", Shape.NOTHING, ""),
        ("  　 ", Shape.NOTHING, ""),
        ("RD000000012", Shape.BARCODE, "12"),
        ("rd000000012", Shape.BARCODE, "12"),
        ("RD12", Shape.NUMBER, "RD12"),
        ("11010519491231002x", Shape.ID_NUMBER, "11010519491231002X"),
        ("110105 19491231 002X", Shape.ID_NUMBER, "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", Shape.ID_NUMBER, "11010519491231002X"),
        ("110105491231002", Shape.ID_NUMBER, "110105491231002"),
        ("RCSC2026000123", Shape.NUMBER, "RCSC2026000123"),
        ("青人2015-001", Shape.NUMBER, "青人2015-001"),
        ("2015", Shape.NUMBER, "2015"),
        ("王小明", Shape.NAME, "王小明"),
        ("王 芳", Shape.NAME, "王芳"),
        ("明", Shape.NAME, "明"),
        ("𬱖", Shape.NAME, "𬱖"),
        ("买买提•艾力", Shape.NAME, "买买提·艾力"),
        ("wangxm", Shape.PINYIN, "wangxm"),
        ("Wang Xiao Ming", Shape.PINYIN, "wangxiaoming"),
        ("xi'an", Shape.PINYIN, "xian"),
        ("lü wei", Shape.PINYIN, "lvwei"),
        ("O", Shape.PINYIN, "o"),
        ("%_", Shape.NAME, "%_"),
    ],
)
def test_a_text_is_read_by_its_shape(typed, shape, value):
    read = read_search_text(typed)
    assert (read.shape, read.value) == (shape, value)


def test_only_some_numbers_may_be_identity_numbers():
    assert [read_search_text(text).may_identify for text in ("E12345678", "RCSC2026000123", "110105491231002")] == [
        True,
        False,
        True,
    ]


def test_lu_is_also_lv():
    assert readings("luwei") == ["luwei", "lvwei"]
    assert readings("wang") == ["wang"]
