"""What the values of a roster's columns tell, where its headings do not."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from rendang.kernel.core.chinese import SURNAME_READINGS
from rendang.kernel.core.identifiers import is_valid_uscc, normalise_id_number
from rendang.kernel.core.sheets import Cell, text_of

# Headings that mean a running number or the dossier's; the content decides.
_ANY_NUMBER = frozenset({"编号", "号", "编码", "流水号", "NO"})
# An identity number in cells of their own, one digit each at the most.
_MOST_PIECES = 18
_SAYS_HOW = re.compile("位|如|例|格式|填")
_NUMBER_AMONG_WORDS = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15})(?![\dXx])")
_LONG_NUMBER = re.compile(r"\d{15}|\d{17}[\dX]")
_HAN_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]{2,15}")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_COMMON_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷"
    "詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司"
    "卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)


def values_of(data: Iterable[Sequence[Cell]], column: int) -> list[str]:
    return [text_of(cells[column]).strip() for cells in data if column < len(cells) and text_of(cells[column]).strip()]


def share_of(values: Sequence[str], test: Any) -> float:
    return sum(bool(test(value)) for value in values) / len(values) if values else 0.0


def is_id(value: str) -> bool:
    return bool(_LONG_NUMBER.fullmatch(normalise_id_number(value)))


def may_be_number(value: str) -> bool:
    digits = sum(map(str.isdecimal, value))
    return (digits > 6 and not _SAYS_HOW.search(value)) or (digits > 4 and not _HAN.search(value))


def is_name(value: str) -> bool:
    """Whether a text may be a person's name, by its surname, its length, its dot."""
    plain = "".join(value.split())
    if not _HAN_NAME.fullmatch(plain):
        return False
    return "·" in plain or (len(plain) < 5 and (plain[0] in _COMMON_SURNAMES or plain[0] in SURNAME_READINGS))


_TESTS = {
    "id_number": is_id,
    "name": is_name,
    "sex": lambda value: value in {"男", "女"},
    "mobile": _MOBILE.fullmatch,
    "credit_code": is_valid_uscc,
}


def by_content(
    columns: dict[str, tuple[int, ...]], pairs: Sequence[tuple[str, str]], data: Sequence[Sequence[Cell]]
) -> dict[str, tuple[int, ...]]:
    """Fill in what the headings left open, and correct an identity column that holds no identity numbers."""
    found = dict(columns)
    width = max([len(pairs), *map(len, data)])
    if "id_number" in found and share_of(values_of(data, found["id_number"][0]), is_id) < 0.2:
        better = [column for column in range(width) if share_of(values_of(data, column), is_id) > 0.6]
        if better:
            found["id_number"] = (better[0],)
            if found.get("name") == found["id_number"]:  # the two headings are exchanged
                del found["name"]
        elif pieces := _in_pieces(found["id_number"][0], pairs, data):
            found["id_number"] = pieces
            found = {
                name: places for name, places in found.items() if name == "id_number" or not {*places} & {*pieces}
            }
    if "credit_code" in found and "信用" not in pairs[found["credit_code"][0]][1]:
        # 单位代码 is mostly the list's own number of an employer.
        codes = values_of(data, found["credit_code"][0])
        if codes and share_of(codes, lambda code: len(code) > 14) < 0.5:
            del found["credit_code"]
    for field, test in _TESTS.items():
        if field not in found:
            taken = {column for columns in found.values() for column in columns}
            free = (column for column in range(width) if column not in taken)
            fits = [column for column in free if share_of(values_of(data, column), test) > 0.7]
            if fits and (field in {"id_number", "name"} or not (fits[0] < len(pairs) and pairs[fits[0]][1])):
                found[field] = (fits[0],)
    if "id_number" not in found and found:
        among = [column for column in range(width) if share_of(values_of(data, column), _among_words) > 0.7]
        if among:
            found["id_number"] = (among[0],)
    if "name" not in found and "id_number" in found:
        beside = values_of(data, found["id_number"][0])
        if share_of(beside, lambda text: is_name(_NUMBER_AMONG_WORDS.sub("", text))) > 0.7:
            found["name"] = found["id_number"]  # 王芳 3702…
    if "archive_number" not in found and "serial" in found and pairs[found["serial"][0]][1] in _ANY_NUMBER:
        # 编号 alone is a running number, or the dossier's.
        numbers = values_of(data, found["serial"][0])
        if numbers and share_of(numbers, lambda number: number.isdecimal() and len(number) < 6) < 0.5:
            found["archive_number"] = found.pop("serial")
    return found


def _among_words(value: str) -> bool:
    """Whether one identity number stands in a text: 身份证3702…"""
    return len(_NUMBER_AMONG_WORDS.findall(value)) == 1


def _in_pieces(first: int, pairs: Sequence[tuple[str, str]], data: Sequence[Sequence[Cell]]) -> tuple[int, ...]:
    """The columns from the first one on, without headings of their own, whose texts together are identity numbers."""
    spans: list[tuple[float, int]] = []
    for last in range(first + 1, first + _MOST_PIECES):
        if last < len(pairs) and pairs[last][1] not in ("", pairs[first][1]):
            break
        joined = ["".join(text_of(cell).strip() for cell in cells[first : last + 1]) for cells in data]
        spans.append((share_of([text for text in joined if text], lambda text: len(text) == 18 and is_id(text)), last))
    share, last = max(spans, default=(0.0, first))
    return tuple(range(first, last + 1)) if share > 0.6 else ()
