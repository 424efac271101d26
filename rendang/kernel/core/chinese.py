"""Chinese personal names: their spelling, their readings, the pieces they are found by."""

import os
import re
from functools import cache
from typing import NamedTuple

# Names are read character by character: the dictionary of phrases would cost every process 40 MB for nothing.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import lazy_pinyin

# Surnames that are not read as the character usually is: surname, reading, and a second reading that is also met.
_SURNAMES = """
万俟 moqi | 尉迟 yuchi | 长孙 zhangsun changsun | 单于 chanyu shanyu | 澹台 tantai | 乐正 yuezheng | 吐谷浑 tuyuhun
单 shan dan | 解 xie jie | 曾 zeng ceng | 仇 qiu chou | 查 zha cha | 区 ou qu | 朴 piao pu | 盖 ge gai | 缪 miao mou
乐 yue le | 员 yun yuan | 种 chong zhong | 折 she zhe | 黑 he hei | 秘 bi mi | 繁 po fan | 覃 qin tan | 谌 chen shen
翟 zhai di | 洗 xian xi | 召 shao zhao | 隗 wei kui | 郇 xun huan | 牟 mu mou | 郗 xi chi | 祭 zhai ji | 么 yao me
句 gou ju | 尉 wei yu | 柏 bai bo | 薄 bo bao | 角 jue jiao | 费 fei bi | 降 jiang xiang | 能 nai neng | 乜 nie mie
宓 mi fu | 粘 nian zhan | 钭 tou dou | 佴 nai er | 莘 shen xin | 啜 chuai chuo | 行 xing hang | 藏 zang cang
宿 su xiu | 隽 juan jun | 那 na nuo | 番 pan fan | 都 du dou | 乘 sheng cheng | 颉 xie jie | 冒 mao mo | 褚 chu zhu
谷 gu yu | 车 che ju | 参 shen can | 适 kuo shi | 晟 cheng sheng | 圈 juan quan | 长 zhang chang | 重 chong zhong
朝 chao zhao | 藉 ji jie | 铅 qian yan | 泷 shuang long | 阚 kan han | 沓 ta da
"""
SURNAME_READINGS: dict[str, tuple[str, str]] = {
    entry.split()[0]: (entry.split()[1], (*entry.split()[2:], "")[0])
    for line in _SURNAMES.strip().splitlines()
    for entry in line.split("|")
}
_LONGEST_SURNAME = max(map(len, SURNAME_READINGS))
# Characters of GB 18030-2022 that the pinyin dictionary does not read.
_FURTHER_READINGS = {
    "㐂": "xi",
    "龺": "gan",
    "㛃": "jie",
    "㮾": "lang",
    "㴔": "lan",
    "𬎆": "ying",
    "𠅤": "cai",
    "𭴚": "zong",
}

# Code points that GB 18030-2000 had parked in the private use area and the editions since have given a home.
# Python's codec still follows the first edition.
GB18030_HOMES = {
    0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8, 0xE843: 0x9FB9, 0xE854: 0x9FBA,
    0xE864: 0x9FBB, 0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE831: 0x215D7, 0xE83B: 0x2298F,
    0xE855: 0x241FE, 0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, 0xE790: 0xFE13, 0xE791: 0xFE14, 0xE792: 0xFE15,
    0xE793: 0xFE16, 0xE794: 0xFE17, 0xE795: 0xFE18, 0xE796: 0xFE19,
}  # fmt: skip
PRIVATE_USE = re.compile("[\ue000-\uf8ff]")

_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\ufaff\U00020000-\U0003ffff"
_PLAIN_NAME = re.compile(f"[{_HAN}]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0b-\x1f\x7f]")
_DOT = re.compile(r"\s*[·‧•・･●∙⋅｡˙﹒⸱▪]\s*")
# A full stop typed for the dot of a name: only between two Chinese characters.
_STOP = re.compile(rf"(?<=[{_HAN}])\s*[.．。]\s*(?=[{_HAN}])")
_SPACE_IN_HAN = re.compile(rf"(?<=[{_HAN}·])\s+(?=[{_HAN}·])")


class NamePinyin(NamedTuple):
    """How a name is read, in lower-case letters without tones or spaces.

    ``other_full`` is the reading with the surname's second reading (单: shan, dan); empty if there is none.
    """

    full: str
    initials: str
    other_full: str


def normalise_name(text: str) -> str:
    """The name as it is recorded: no spreading spaces (王　芳), one kind of dot (阿依古丽·买买提).

    Characters are never exchanged for similar ones, so that a rare character stays the person's own.
    """
    if _PLAIN_NAME.fullmatch(text):
        return text
    name = _INVISIBLE.sub("", text).strip()
    name = _STOP.sub("·", _DOT.sub("·", name))
    return " ".join(_SPACE_IN_HAN.sub("", name).split())


@cache
def _reading(character: str) -> str:
    known = _FURTHER_READINGS.get(character)
    if known:
        return known
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    reading = lazy_pinyin(character)[0].lower()
    # Without a known reading the character stands for itself and is found by itself.
    return reading.replace("ü", "v") if reading != "·" else ""


def _with_surname(reading: str, initials: str, rest: str) -> tuple[str, str]:
    given = [_reading(character) for character in rest]
    return reading + "".join(given), initials + "".join(part[:1] for part in given)


def name_pinyin(name: str) -> NamePinyin:
    """The readings of a normalised name; surnames by the surname table, the longest that fits first."""
    if name[:1] in _SURNAME_BEGINNINGS:
        for length in range(min(_LONGEST_SURNAME, len(name)), 0, -1):
            known = SURNAME_READINGS.get(name[:length])
            if known and (length == 1 or len(name) > length):
                reading, other = known[0].replace("ü", "v"), known[1]
                initials = (
                    reading[0] if length == 1 else "".join(_reading(character)[:1] for character in name[:length])
                )
                if length > 1:
                    initials = reading[0] + initials[1:]
                full, letters = _with_surname(reading, initials, name[length:])
                return NamePinyin(
                    full,
                    letters,
                    _with_surname(other, "", name[length:])[0] if other else "",
                )
    full, letters = _with_surname("", "", name)
    return NamePinyin(full, letters, "")


_SURNAME_BEGINNINGS = frozenset(surname[0] for surname in SURNAME_READINGS)


def name_grams(name: str) -> list[str]:
    """The 1- and 2-character pieces of a name: the same as the database's ``name_grams`` (docs/adr/0004)."""
    return sorted({name[at : at + size] for size in (1, 2) for at in range(len(name) - size + 1)})
