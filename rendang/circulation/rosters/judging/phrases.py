"""What lists write into cells besides a person's particulars: words for nothing, sums, signatures, examples, rules."""

import re
from collections.abc import Callable

from rendang.circulation.rosters.dates import DASHES, read_date
from rendang.circulation.rosters.judging.verdicts import FOREIGNER_PERMIT, ID_CARD, PASSPORT, RESIDENCE_PERMIT
from rendang.kernel.core.sheets import Cell, text_of

MARKS = frozenset("'=’‘`")
NOTHING = DASHES | {"无", "暂无", "没有", "空", "不详", "NULL", "Null", "null", "(null)", "N/A", "n/a", "None"}
NO_DEGREE = DASHES | {"无", "无学位", "没有", "未授", "未取得"}
# Of a dossier that has no number yet.
NO_NUMBER_YET = frozenset(
    {"待编", "待编号", "未编", "未编号", "暂未编号", "无编号", "无号", "待定", "未定", "待补", "暂缺", "缺", "新档"}
)
# As in the row above.
DITTO = frozenset({"同上", "同前", "同上行", "〃", "″", "''", '"', "“", "”"})
_NOT_DATA = (
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|总\s*数|制\s*表|填\s*表|审\s*核|复\s*核|负责人|经办人|单位负责|联系人|说\s*明|注|备\s*注"
    r"|填报|打印|截至|本页|本表|第\s*\d+\s*页|共\s*\d+|以下空白|以上|续表|[接承]上?[上前]页|[转过][下次]页|移交人|接收人|监交|经手人|盖章|公章"
    r"|日\s*期\s*[:：]|联系电话\s*[:：]|汇\s*总|平均|人数)"
)
NOT_DATA = re.compile(_NOT_DATA)
# Beside a person's name only such a word alone: 审核人, but not the employer 注册会计师协会.
NOT_DATA_ALONE = re.compile(_NOT_DATA + r"(?:[人者员]?\s*(?:[:：(（\d]|签|$))")
EXAMPLE = frozenset({"例", "示例", "样例", "举例", "范例", "例如", "例:", "例：", "填写示例"})
EXAMPLE_NAME = re.compile(r"(?:填写)?(?:示例|样例|范例|举例|例如|例)[:：]|[^(（]*[(（](?:示例|样例|范例|例)[)）]")
# A row that shows how to fill in the list says so in any of its cells: 示例行，填报时请删除.
EXAMPLE_TO_DELETE = re.compile(
    r"^(?:示例|样例|范例|举例)(?:行|数据)?$|(?:示例|样例|范例).{0,8}(?:删|勿)|(?:此|该|本)行.{0,6}(?:示例|样例|范例|删除)"
)
# In the place of a name: 移交单位（盖章）, 某机械厂合计, 分管领导：张三.
SIGNATURE = re.compile(r"签字|签名|签章|盖章|公章|[(（]章[)）]|^\s*年\s*月\s*日")
SUM = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|人数|总数)[:：]?$"
    r"|^\d+\s*[人名份]$|[:：]\s*\d+\s*[人名份]$|^(?i:(?:sub)?total)\b"
)
LABEL = re.compile(r"^[^:：]{2,12}[:：]")
COUNT = re.compile(r"[(（]?(?:共|计)?\s*\d+\s*[人名份]?[)）]?")
# A row of its own above those whose dossiers lie there: 第3柜, A区2排.
PLACE = re.compile(
    r"第?[A-Z\d一二三四五六七八九十]{1,6}号?[库室区排列柜架箱盒层](?:[A-Z\d一二三四五六七八九十-]{1,4}号?[排列柜架箱盒层]?)*"
)
# Whether a column must be filled in, row by row of a form.
ANSWER = frozenset({"是", "否", "Y", "N", "√", "×", "*"})
# How a column is to be filled in: 必填, 从下拉框中选择, 格式：YYYY-MM-DD.
RULE = re.compile(
    r"必填|选填|必须|填写|下拉|格式|文本型|[Yy]{4}|保持一致|身份证一致|不要修改|\d+位"
    r"|字符|文本|日期型|数[值字]型|(?i:varchar|char\(|\b[CDN]\(\d)"
)
COLUMN_NUMBER = re.compile(
    r"[(（\[]?(?:第?[\dA-Z甲乙丙丁一二三四五六七八九十]{1,2}[列栏]?|[列栏]\d{1,3}|[A-Z]{1,3}\d{1,4})[)）\]]?"
)
# What is said of a dossier that is not in the store, though it stands on the list of those that are.
_HAS_LEFT = re.compile(
    r"(?<![未不非])(?:转出|转走|转往|已转(?!入)|调出|提走|取走|迁出|移出|寄出|借出|外借|注销|销毁|遗失|丢失|空挂)"
    r"|无档|不在库|不在馆|未到|未转入|未移交|未接收|^(?:否|[×✗✘]|(?i:false|no|n))$"
)
# A remark is any text: only one that says nothing else counts (档案已于2019年7月转出), not 由某厂转出后存入.
_HAS_LEFT_IN_FULL = re.compile(
    r"(?:本人)?(?:人事)?(?:档案)?现?已?于?[\d年月日./\-\s]*(?:已|被)?"
    r"(?:转出|转走|转往|调出|调走|提走|取走|迁出|移出|寄出|借出|外借|注销|销毁|遗失|丢失)"
    r"(?:[至到往].*|[\d年月日./\-\s]*|未还|在外)[。.]?"
)
_BEGINS_LEFT = frozenset("本人档现已于被转调提取迁移寄借外注销遗丢0123456789'‘ \u3000")
# 是否转出: 是
_ASKS_WHETHER_LEFT = re.compile("是否.*[出走]")
_IS_SO = re.compile(r"[是已有√✓✔☑1YyTt]")


def plain(cell: Cell) -> str:
    """A cell's text without surrounding spaces and without the marks that make a spreadsheet see text."""
    text = (cell if isinstance(cell, str) else text_of(cell)).strip()
    if text and text[0] in MARKS:
        if text.startswith('="') and text.endswith('"'):
            return text[2:-1]
        text = text[1:-1] if text[0] == text[-1] == "'" and len(text) > 1 else text.lstrip("'’‘`")
    return text


def leaves_by(heading: str) -> Callable[[Cell], bool]:
    """Whether a cell under this heading (档案状态, 转出时间, 是否转出) says that the dossier is not there."""
    if _ASKS_WHETHER_LEFT.search(heading):
        return lambda cell: bool(_IS_SO.match(plain(cell)))
    return lambda cell: bool(read_date(cell) or _HAS_LEFT.search(plain(cell)))


def leaves_by_remark(cell: Cell) -> bool:
    """Whether a remark says so, and says nothing else; most remarks are told apart by how they begin."""
    return isinstance(cell, str) and cell[0] in _BEGINS_LEFT and bool(_HAS_LEFT_IN_FULL.fullmatch(plain(cell)))


def without_century(number: str) -> str:
    """The 15 characters that an old number shares with the new one of the same person."""
    return number if len(number) == 15 else number[:6] + number[8:17]


def kind_of(text: str) -> str:
    """The kind of identity document a roster's words mean."""
    if "护照" in text or text == "414" or "passport" in text.lower():
        return PASSPORT
    if "外国人" in text or "永久居留" in text:
        return FOREIGNER_PERMIT
    if any(word in text for word in ("港", "澳", "台", "通行证", "居住证")):
        return RESIDENCE_PERMIT
    return ID_CARD
