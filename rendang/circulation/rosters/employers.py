"""The employer that a sheet, a line above the people or a row between them names, where no column says it."""

import re

_EMPLOYER = re.compile(
    "[\u4e00-\u9fff]{2}(?:公司|集团|厂|医院|学校|大学|学院|中学|小学|幼儿园|银行|研究院|研究所|设计院|事务所|酒店|商场|报社|电视台|委员会|[^全各当]局)$"
)
_OF_THE_LIST = re.compile("档案|人才|存档|名册|名单|人员|退休|在职|离职|花名|外地|本市|其他|各|毕业")
# Who keeps such lists of other people's people.
_AUTHORITY = re.compile("人力资源|社会保障|人社|劳动|就业|服务")
_BRACKETS = re.compile(r"[(（\[【].*$")
_COUNTED = re.compile(
    r"^[(（]?(?:[一二三四五六七八九十]{1,3}|\d{1,3})[)）]?[、.．\s]\s*|^[(（][一二三四五六七八九十\d]{1,3}[)）]\s*"
)
_LABEL = re.compile(
    r"^(?:(?:委托|存档|用人|工作|派遣|参保|所在)?单位(?:名称|全称)?|(?:企业|公司)名称)\s*[:：]\s*(.+)$"
)


def employer_named(text: str) -> str:
    """The employer that a text names and nothing else (某机械厂, 二、某机械厂（3人）), "" for 2025年, 在职, Sheet1."""
    name = _BRACKETS.sub("", _COUNTED.sub("", text.strip())).rstrip(":： ")
    if found := _LABEL.match(name):
        name = found[1].strip()
    return name if _EMPLOYER.search(name) and not _OF_THE_LIST.search(name) else ""


def employer_labelled(text: str) -> str:
    """The employer behind a label above a list: 单位名称：某机械厂."""
    return employer_named(text) if _LABEL.match(text.strip()) and not _AUTHORITY.search(text) else ""


def begins_another_part(text: str) -> bool:
    """Whether a row of its own begins a part of the list: 三、个人存档."""
    return bool(_COUNTED.match(text.strip()))
