"""What a column's heading means, by the words of headings.yaml."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rendang.kernel.core.yaml_file import read_yaml

_BY_PART = 1000
# Fields whose columns make one value together: 库房, 柜, 层; 档案状态, 转出时间.
SEVERAL_COLUMNS = frozenset({"location", "left"})
_PUNCTUATION = re.compile(r"[\s*:,.。、，：；;·_\-—~'\"“”‘’/\\#＊☆★※▲▼▽△▾▴↓↑◆●]+")
_BRACKETS = re.compile(r"[(\[【〔{<《].*?[)\]】〕}>》]")
# What stands in brackets and says of whom, or which of two, a column is: 档案号（旧）, 姓名（英文）, 时间（入库）.
_QUALIFIER = re.compile(
    r"[(\[【〔{<《]((?:原|旧|曾用|英文|外文|拼音|配偶|父|母|子女|家属|亲属|紧急|联系人|单位|办公|户籍|户口|转出|调出|出库|迁出"
    r"|借出|转入|入库|到期|起|止|新|法人|法定)\S{0,3}?)[)\]】〕}>》]"
)
# How to fill a column in, on lines of their own below its heading.
_HOW_TO_FILL_IN = re.compile(r"(?<=\S\S)\s*\n\s*(?:与|请|格式|填|如|例|须|必须|勿|按|注).*$", re.DOTALL)
# A running number or letter before a heading, and its translation: 3.单位, C 单位, 单位 Company, 电话1.
_ABOUT_THE_WORDS = re.compile(r"^(?:[A-Z\d]+|[一二三四五六七八九十]{1,2})(?=[\u4e00-\u9fff]{2})|[A-Z\d]+$")
# 单位ID holds a database's key.
_OF_A_KEY = re.compile("(?:ID|CODE|NO)$")
_HAN = re.compile("[\u4e00-\u9fff]{2}")
_PARTS_OF_A_DATE = frozenset("年月日")
# What says which of a kind a column holds, and not what: the group above does (学历 / 全日制教育, 出生日期 / 公历).
_OF_A_KIND = frozenset(
    {
        "最高",
        "最终",
        "第一",
        "全日制",
        "全日制教育",
        "在职",
        "在职教育",
        "层次",
        "名称",
        "全称",
        "程度",
        "公历",
        "阳历",
        "本人",
        "实际",
    }
)
_GROUP_FILLER = re.compile("信息|情况|基本|资料|相关|内容|数据|登记|方式")
# Traditional characters of headings, and those they are compared as.
_SIMPLIFIED = str.maketrans(
    "號碼證証檔編別學歷業電話聯繫絡單職時間參歸庫櫃層區狀況齡機構關從備註說類種屬轉態費險貫貌黨團務稱級處郵箱戶內縣鄉鎮東門開終託員經辦審覈簽發給領"
    "漢滿維壯眾漢無離異喪婦醫專科畢農國軍碩預會羣蘇寧從業結論進盟臺導",
    "号码证证档编别学历业电话联系络单职时间参归库柜层区状况龄机构关从备注说类种属转态费险贯貌党团务称级处邮箱户内县乡镇东门开终托员经办审核签发给领"
    "汉满维壮众汉无离异丧妇医专科毕农国军硕预会群苏宁从业结论进盟台导",
)


@dataclass(frozen=True)
class Field:
    """One thing a roster can say, and the headings under which it says it."""

    names: tuple[str, ...]
    parts: tuple[str, ...]
    both: tuple[tuple[str, ...], ...]
    never: tuple[str, ...]


@cache
def fields() -> dict[str, Field]:
    """The fields of headings.yaml, in its order."""
    raw: dict[str, dict[str, list[str]]] = read_yaml(Path(__file__).with_name("headings.yaml"))
    return {
        name: Field(
            tuple(normalise_heading(str(heading)) for heading in entry.get("names", ())),
            tuple(normalise_heading(part) for part in entry.get("parts", ())),
            tuple(map(tuple, entry.get("both", ((), ())))),
            tuple(entry.get("never", ())),
        )
        for name, entry in raw.items()
    }


@cache
def _by_name() -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for field, entry in fields().items():
        for rank, name in enumerate(entry.names):
            found.setdefault(name, (field, rank))
    return found


def simplified(text: str) -> str:
    """A text with its traditional characters as simplified ones; good for comparing, never for names."""
    return text.translate(_SIMPLIFIED)


@cache
def normalise_heading(text: str) -> str:
    plain = simplified(unicodedata.normalize("NFKC", _HOW_TO_FILL_IN.sub("", text))).upper()
    plain = "".join(_QUALIFIER.findall(plain)) + plain.replace("(学位)", "学位")
    plain = _PUNCTUATION.sub("", _BRACKETS.sub("", plain)) or _PUNCTUATION.sub("", plain)
    return plain.strip("()[]【】")


def field_named(text: str) -> str | None:
    """The field of which a text is a whole heading."""
    found = _by_name().get(normalise_heading(text))
    return found[0] if found else None


def meaning_of(upper: str, lower: str) -> tuple[str, int] | None:
    """The field a heading means and how sure that is (smaller is surer); ``upper`` is the group above, if any."""
    if (found := _meaning_of(upper, lower)) or not _HAN.search(lower):
        return found
    alone = lower if _OF_A_KEY.search(lower) else _ABOUT_THE_WORDS.sub("", lower)
    found = _meaning_of(upper, alone) if alone != lower else None
    return (found[0], _BY_PART) if found else None


def _meaning_of(upper: str, lower: str) -> tuple[str, int] | None:
    above = _GROUP_FILLER.sub("", upper)
    joined = above + lower
    if found := _by_name().get(joined):
        return found
    if upper and (group := meaning_of("", upper)) and group[0] in SEVERAL_COLUMNS:
        alone = _by_name().get(lower, group)
        return group if alone[0] == "serial" else alone  # 号 under 存放位置
    if upper and lower in _PARTS_OF_A_DATE and (group := meaning_of("", upper)):
        return group
    if upper and (found := _by_name().get(lower)):
        never = fields()[found[0]].never
        if not any(word in joined and word not in lower for word in never):
            return found
    told_by_group = lower.isdecimal() or lower in _OF_A_KIND
    best = max(
        (
            (length, name)
            for name, entry in fields().items()
            if (length := _piece(joined, entry)) > (0 if told_by_group else _piece(above, entry))
            and not any(word in joined for word in entry.never)
        ),
        default=None,
    )
    return (best[1], _BY_PART) if best and len(joined) <= 24 else None


def _piece(heading: str, field: Field) -> int:
    """How many characters of the heading speak for the field."""
    lengths = [len(part) for part in field.parts if part in heading]
    first, second = ([len(part) for part in parts if part in heading] for parts in field.both)
    if first and second:
        lengths.append(max(first) + max(second))
    return max(lengths, default=0)
