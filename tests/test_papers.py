"""Every paper with the longest values that can be met: nothing lies over another, over a line or beyond the margin.

The values are made from the fields of the paper: a new paper is only named in ``PAPERS``.
"""

import dataclasses
import datetime as dt
import itertools
import re
import typing
from collections.abc import Callable
from functools import partial
from typing import Any

import pypdfium2
import pytest
from django.core.exceptions import ValidationError

import rendang.config.urls  # noqa: F401 - loads every register
from rendang.circulation.accruals import papers as accruals
from rendang.circulation.agreements import papers as agreements
from rendang.circulation.household import papers as household
from rendang.circulation.loans import papers as loans
from rendang.circulation.parcels import papers as parcels
from rendang.circulation.party import papers as party
from rendang.circulation.transfers.papers import direct, leaving
from rendang.dossiers import papers as dossiers
from rendang.kernel.access.models import Institution
from rendang.kernel.documents import papers, registers, typesetting
from rendang.storage import papers as storage
from rendang.storage.labels import STOCKS, Label, Stock, label_sheets
from rendang.storage.stocktakes import papers as stocktakes
from tests.legible import MM, Box, faults_of

PAPERS: dict[str, tuple[type, Callable[[Any], bytes]]] = {
    "custody_certificate": (papers.CustodyCertificate, papers.render_custody_certificate),
    "recall_letter": (papers.RecallLetter, papers.render_recall_letter),
    "intake_receipt": (papers.IntakeReceipt, papers.render_intake_receipt),
    "transfer_notice": (papers.TransferNotice, papers.render_transfer_notice),
    "catalogue": (papers.Catalogue, papers.render_catalogue),
    "return_slip": (papers.ReturnSlip, papers.render_return_slip),
    "dossiers/undertaking": (dossiers.UndertakingPaper, dossiers.render_undertaking),
    "circulation.accruals/receipt": (accruals.AccrualReceipt, accruals.render_receipt),
    "circulation.accruals/return_slip": (accruals.AccrualReturnSlip, accruals.render_return_slip),
    "circulation.accruals/chase": (accruals.ChasingLetter, accruals.render_chasing_letter),
    **{
        f"circulation.loans/{name}": (kind, partial(loans.render_paper, name))
        for name, kind in {
            "approval_form": loans.ApprovalForm,
            "hand_over_slip": loans.HandOverSlip,
            "discrepancy_report": loans.DiscrepancyReport,
            "overdue_notice": loans.OverdueLetter,
            "availability_notice": loans.AvailabilityNotice,
            "renewal_answer": loans.RenewalAnswer,
            "loss_report": loans.LossReport,
            "loss_notice": loans.LossNotice,
        }.items()
    },
    "circulation.agreements/agreement": (agreements.AgreementPaper, agreements.render_agreement),
    "circulation.household/page_slip": (household.PageSlip, household.render_page_slip),
    "circulation.party/introduction_letter": (party.IntroductionLetter, party.render_introduction_letter),
    "circulation.parcels/slip": (parcels.ArrivalSlip, parcels.render_arrival_slip),
    "circulation.transfers/material_list": (leaving.MaterialLists, leaving.render_material_lists),
    "circulation.transfers/chasing_letter": (leaving.ChasingLetter, leaving.render_chasing_letter),
    "circulation.transfers/packet": (leaving.Packet, leaving.render_packet),
    "circulation.transfers/hand_over_slip": (direct.HandOverSlip, direct.render_slip),
    "storage.stocktakes/stocktake_report": (stocktakes.StocktakeReport, stocktakes.render_stocktake_report),
    "storage/round_list": (storage.RoundList, storage.render_round_list),
}
WITHOUT_FIELDS = {"register", "storage/label_sheet"}  # tested by their columns and stocks, below

# — the longest of each kind —

PERSON = "买买提·阿卜杜热依木江·吐尔逊阿依·古丽"
UNIT = "青岚市高新技术产业开发区公共就业和人才交流服务中心档案管理部"
ADDRESS = "虚构省青岚市海岱新区高新技术产业开发区" + "人才交流大厦东配楼三层档案接收服务大厅" * 4 + "88号 266000"
TITLE = "关于同意确认" + "普通高等学校毕业生专业技术职务任职资格评审表及学历学位认证材料" * 3 + "复印件的通知（2026）"
SENTENCE = "档案袋封条断裂，骑缝章不完整；经两人当面逐页清点，与转递通知单所列页数不符。" * 3
POST = "高级工程师、享受国务院政府特殊津贴专家、企业人力资源负责人"
ID, MASKED = "370202199001011237", "3702**********123X"
ARCHIVE, CASE, WAYBILL = "RLZY7142026000001", "RLZY7142-20261230-00001", "EE473124829CN-1234567890"
SLOT = "K01-A-03-1-012-00000001"
DAY = dt.date(2026, 12, 30)

# By the name of the field, first match; what is not found here is asked for by the test.
LONGEST: dict[str, str] = {
    r"addressee": UNIT,
    r"^reason_code$": "R02",
    r"id_number|credit_code": ID,
    r"id_masked": MASKED,
    r"archive_number|post_number": ARCHIVE,
    r"given_by|taken_by": PERSON,
    r"page$": "第12页",
    r"sex|member_kind": "男",
    r"names": "、".join([PERSON] * 5),
    r"waybill|letter_number|introduction_letter": WAYBILL,
    r"verification_link|verification_address|upload_link": "https://dangan.qinglan.example.cn/verify/"
    + "K7QM2V9D" * 6,
    r"verification_code": "K7QM-2V9D-XP4T",
    r"number$|household": CASE,
    r"barcode|label": "RD000000123456",
    r"position|to$|recorded|seen": SLOT,
    r"^mark$": "4-2-118",
    r"word": "青岚人力资源和社会保障档调",
    r"institution_address|address|reply_address": ADDRESS,
    r"postcode": "266000",
    r"phone|mobile": "0532-55501012、0532-55501013",
    r"institution|addressee|unit|sender|employer|consignee|branch|police_station|issuer|store$|scope": UNIT,
    r"name$|people|handler|keeper$|second$|agents|checker|sealer|deliverer|_by$|receiver": PERSON,
    r"title": TITLE,
    r"refusal": SENTENCE,
    r"remark|basis|remedy|finding|discrepancy|what|done|opinion|conclusion|explanation|effects|purpose": SENTENCE,
    r"post$|reason|period|about|resolution|form$|digital": POST,
    r"carrier|tier|marking|seal|use|occasion|custody_type|level|valid_to": "机要通信、邮政特快专递（EMS）",
    r"formed_on|custody_since": "2026-12-30",
    r"signed_on|arrived_on|printed_on|^at$|since": "2026年12月30日",
    r"ethnic_group": "维吾尔族",
}
COUNTS = {"bool": True, "int": 1234}
# Lists that never grow long.
FEW = {
    "people": 2, "fetchers": 2, "approvals": 2, "agents": 3, "hands": 6, "carriers": 3,
    "dossiers": 2, "sections": 4, "subsections": 0,
    "remarks": 2, "recorded": 2, "seen": 2,
}  # fmt: skip


def longest(kind: Any, name: str, many: int) -> Any:
    """The longest value of a field, by its type and name; of a list ``many``."""
    arguments = typing.get_args(kind)
    if name in ("formed_on", "custody_since"):
        return "2026-12-30"
    if dt.date in arguments:
        return DAY
    if int in arguments:
        return COUNTS["int"]
    if dataclasses.is_dataclass(kind):
        return stuffed(typing.cast(type, kind), many)
    if kind is dt.date:
        return DAY
    if kind in (int, bool):
        return COUNTS[kind.__name__]
    if kind is str:
        return next(value for pattern, value in LONGEST.items() if re.search(pattern, name))
    if typing.get_origin(kind) is tuple:
        return tuple(longest(each, name, many) for each in arguments)
    count = FEW.get(name, many)
    if not count:
        return []
    return [longest(arguments[0], name, 3 if count == many else many)] * count


# Fields with values of their own, by paper: what is made of ``many``.
OWN: dict[str, Callable[[int], dict[str, Any]]] = {
    "storage.stocktakes/stocktake_report": lambda many: {
        "totals": [(title, 12345) for title in stocktakes.VERDICTS.values()],
        "lists": [
            (title, [stuffed(stocktakes.Line)] * many)
            for title in ("盘亏清单", "盘盈清单", "错位清单", "盘点期间变动清单")
        ],
    },
    "catalogue": lambda many: {"blank_lines": 2},
    "storage/round_list": lambda many: {"columns": ("用途", "移至"), "title": "调卷单"},
}


def stuffed(kind: type, many: int = 30, **given: Any) -> Any:
    """A paper whose every field holds the longest value."""
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind) if field.name not in given]
    return kind(**{name: longest(hints[name], name, many) for name in names}, **given)


def made(name: str, many: int = 30) -> bytes:
    kind, render = PAPERS[name]
    return render(stuffed(kind, many, **OWN.get(name, lambda _: {})(many)))


@pytest.fixture(autouse=True)
def _not_a_demonstration(settings):
    settings.DEMONSTRATION = False


def test_every_template_is_held_against_the_longest_values():
    named = set(PAPERS) | WITHOUT_FIELDS
    files = set(typesetting.ROOT.glob("**/documents/**/v1.typ"))
    assert files == {typesetting.template_path(name, 1) for name in named}


def sides_of(name: str) -> float:
    """The narrowest margin at the sides that the template names, in millimetres."""
    source = typesetting.template_path(name, 1).read_text(encoding="utf-8")
    return min([26.0, *(float(found) for found in re.findall(r"(?:left|right|x): (\d+)mm", source))])


@pytest.mark.parametrize("many", [1, 12])
@pytest.mark.parametrize("name", PAPERS)
def test_the_longest_values_can_be_read(name, many):
    assert faults_of(made(name, many), sides=sides_of(name) - 0.5) == []


LETTERS = [
    "overdue_notice",
    "availability_notice",
    "renewal_answer",
    "loss_notice",
    "loss_report",
    "discrepancy_report",
    "hand_over_slip",
]


@pytest.mark.parametrize(
    "name", [*(f"circulation.loans/{name}" for name in LETTERS), "circulation.transfers/chasing_letter"]
)
def test_a_letter_of_the_longest_values_stays_on_its_sheet(name):
    """The seal never stands alone on a second page."""
    assert len(pypdfium2.PdfDocument(made(name))) == 1


def test_the_head_of_a_list_stands_on_each_of_its_pages():
    pages = list(pypdfium2.PdfDocument(made("circulation.accruals/chase")))
    assert len(pages) > 2
    with_lines = [text for page in pages if "关于同意" in (text := page.get_textpage().get_text_bounded())]
    assert all("短缺材料名称" in text for text in with_lines)


def test_every_page_of_a_packet_of_the_demonstration_says_so(settings):
    settings.DEMONSTRATION = True
    pages = pypdfium2.PdfDocument(made("circulation.transfers/packet", 1))
    assert all("演示数据" in page.get_textpage().get_text_bounded() for page in pages)


@pytest.mark.parametrize("name", ["circulation.transfers/packet", "storage/round_list"])
def test_a_list_of_hundreds_can_be_read(name):
    assert faults_of(made(name, 300), sides=sides_of(name) - 0.5) == []


# — labels: what is too large for its place is cut off by the next one —

POSITION, STORE = "A-03-1-012-00000001", "K01 海岱新区人才交流大厦东配楼档案库房"
LABELS = {
    "dossier": Label(PERSON, [ARCHIVE, SLOT], "RD000000123456"),
    "box": Label(POSITION, [f"{ARCHIVE} — {ARCHIVE}", f"{STORE}　1234 卷"], SLOT),
    "slot": Label(POSITION, [STORE], SLOT),
}  # fmt: skip


def places_of(stock: Stock) -> list[Box]:
    places = []
    for row, column in itertools.product(range(stock.rows), range(stock.columns)):
        left = (stock.left + column * (stock.width + stock.gap)) * MM
        top = (297 - stock.top - row * stock.height) * MM
        places.append(Box(left, top - stock.height * MM, left + stock.width * MM, top))
    return places


@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("symbol", ["qr", "code128"])
@pytest.mark.parametrize("stock", STOCKS.values(), ids=STOCKS)
def test_the_longest_label_stays_in_its_place(stock, symbol, kind):
    try:
        made = label_sheets([LABELS[kind]] * (stock.columns + 1), stock=stock, symbol=symbol)
    except ValidationError:
        assert symbol == "code128"  # lines that do not fit are refused
        return
    assert faults_of(made, sides=0, ends=0, places=places_of(stock)) == []


# — registers: every one that is declared —

CELLS = {
    "编号|档号|户号|（号）|号$|单号|至$|由$": CASE,
    "身份号码": MASKED,
    "信用代码": ID,
    "日期|期限|时间|回执|结果|状态|结论": "2026-12-30",
    "姓名|人$|库房": PERSON,
    "单位|地址|组织|支部": UNIT,
    "正本|副本|材料$|页数|份数|件内|类号": "1234",
}


@pytest.mark.parametrize("code", sorted(registers.REGISTERS))
def test_a_register_of_the_longest_entries_can_be_read(code):
    book = registers.REGISTERS[code]
    cells = [
        next(
            (value for pattern, value in CELLS.items() if re.search(pattern, title)),
            "邮政特快专递（EMS） EE473124829CN",
        )
        for title, _ in book.columns
    ]
    lines = [[str(number), *cells] for number in (1, 12345)]
    made = registers.as_pdf(book, lines, Institution(name=UNIT), DAY, DAY, by=PERSON)
    assert faults_of(made, sides=19.5) == []
