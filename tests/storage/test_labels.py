"""Labels on any sheet that is bought, with QR codes or lines, and the register of what was printed."""

import datetime as dt
import io
import re
from pathlib import Path

import pypdf
import pypdfium2
import pytest
import zxingcpp
from django.core.exceptions import ValidationError
from django.urls import reverse

from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.documents.barcode import code128_svg, modules
from rendang.storage import actions
from rendang.storage.labels import STOCKS, Label, label_sheets
from rendang.storage.models import LabelPrint
from rendang.storage.papers import RoundLine, RoundList, render_round_list
from tests.factories import PlacementFactory, SlotFactory, StoreFactory, held_dossier
from tests.golden import assert_looks_as_approved, assert_says, squeezed, text_of
from tests.legible import faults_of

GOLDEN = Path(__file__).parent / "golden"
LABELS = [
    Label(title, ["RC-2019-000123", "K01-A-03-1-012"], f"RD{number:09d}")
    for number, title in enumerate(["王小明", "欧阳清", "买买提江·阿卜杜热合曼", "李雷"] * 7, start=1)
]


# — Code 128: the same modules as another implementation makes of it —


@pytest.mark.parametrize(
    ("text", "bars"),
    [
        ("A", "1101001000010100011000100010110001100011101011"),
        (
            "RD000012345",
            "11010010000110001011101011000100010111011110110110011001101100110010110011100100010110001011110111011011100"
            "100100110100001100011101011",
        ),
        (
            "K01-A-03-1-001",
            "11010010000101100011101001110110010011100110100110111001010001100010011011100100111011001100101110010011011"
            "1001001110011010011011100100111011001001110110010011100110100100110001100011101011",
        ),
    ],
)
def test_code_128_is_the_code_others_make(text, bars):
    assert modules(text) == bars


def test_digits_are_packed_and_what_it_cannot_say_is_refused():
    assert len(modules("12345678")) == 11 * (1 + 4 + 1) + 13
    for text in ("", "档案", "A\n"):
        with pytest.raises(ValueError, match="printable ASCII"):
            modules(text)


def test_the_picture_has_white_on_either_side():
    svg = code128_svg("A")
    assert 'viewBox="0 0 66 10"' in svg
    assert svg.count("M") == modules("A").count("01") + 1
    assert re.search(r'd="M10 0h2v10h-2z', svg)


# — sheets —


@pytest.mark.parametrize("symbol", ["qr", "code128"])
@pytest.mark.parametrize("stock", STOCKS.values(), ids=STOCKS)
def test_every_stock_takes_its_number_on_a_sheet(stock, symbol):
    made = label_sheets(LABELS, stock=stock, symbol=symbol)
    document = pypdfium2.PdfDocument(made)
    assert len(document) == -(-len(LABELS) // stock.per_sheet)
    assert_says(made, ["RD000000001", "RD000000028"])


@pytest.mark.parametrize("stock", STOCKS.values(), ids=STOCKS)
def test_the_labels_of_a_stock_fit_on_the_paper(stock):
    assert stock.left + stock.columns * stock.width + (stock.columns - 1) * stock.gap <= 210
    assert stock.top + stock.rows * stock.height <= 297


@pytest.mark.parametrize(
    ("stock", "symbol"), [("3x8", "qr"), ("3x8", "code128"), ("5x13", "code128"), ("spine", "qr"), ("2x4", "code128")]
)
def test_labels_look_as_they_were_approved(settings, stock, symbol):
    settings.DEMONSTRATION = False
    made = label_sheets(LABELS[:7], stock=STOCKS[stock], symbol=symbol, start=2)
    assert_looks_as_approved(f"labels-{stock}-{symbol}", made, GOLDEN, margin=0)


def test_the_keepers_round_looks_as_it_was_approved(settings):
    settings.DEMONSTRATION = False
    lines = [
        RoundLine(
            store=store, position=f"{store[:3]}-A-01-{n:03}", number=f"RC-2019-{n:06}", name=name, barcode=f"RD{n:09}",
            about="政审查阅：征兵", to=f"{store[:3]}-A-01-{n - 1:03}", urgent=n == 2,
        )
        for n, (store, name) in enumerate(
            [("K01 一号库", "王小明"), ("K01 一号库", "欧阳清"), ("K02 二号库", "买买提江·阿卜杜热合曼")], start=1
        )
    ]  # fmt: skip
    paper = RoundList(
        title="调卷单", institution="青岚市人才市场", columns=("用途", "移至"), lines=lines, printed_by="孙玉珍",
        printed_on=dt.date(2026, 7, 1), remarks=["另有 1 件不在架，待归还后再调。"],
    )  # fmt: skip
    assert_looks_as_approved("round_list", render_round_list(paper), GOLDEN)


def test_a_sheet_that_was_begun_is_used_up():
    first = pypdfium2.PdfDocument(label_sheets(LABELS[:6], stock=STOCKS["3x8"], start=20))
    assert len(first) == 2
    assert "RD000000005" in first[0].get_textpage().get_text_bounded()
    assert "RD000000006" in first[1].get_textpage().get_text_bounded()
    for start in (0, 25):
        with pytest.raises(ValidationError, match="places from 1 to 24"):
            label_sheets(LABELS[:1], stock=STOCKS["3x8"], start=start)


def test_lines_that_no_scanner_could_read_are_not_printed():
    long = Label("格位", [], "K01-A-03-L-05-4-012")
    label_sheets([long], stock=STOCKS["3x8"], symbol="code128")
    with pytest.raises(ValidationError, match="need 62 mm; the label gives 34"):
        label_sheets([long], stock=STOCKS["5x13"], symbol="code128")


# — printing —


@pytest.fixture
def slot(institution):
    store = StoreFactory(institution=institution, code="K01", name="一号库")
    return SlotFactory(institution=institution, store=store, code="K01-A-03-4-012", capacity=5)


@pytest.mark.django_db
def test_printed_again_only_for_a_reason(institution, keeper):
    dossiers = [held_dossier(institution).pk for _ in range(2)]
    actions.print_dossier_labels(dossiers[:1], institution, by=keeper)
    with pytest.raises(ValidationError, match="Some were printed before"):
        actions.print_dossier_labels(dossiers, institution, by=keeper)
    assert LabelPrint.objects.count() == AuditEvent.objects.count() == 1

    actions.print_dossier_labels(dossiers, institution, by=keeper, stock="spine", reason="脊背破损")

    first, again = LabelPrint.objects.order_by("pk")
    assert (first.is_reprint, first.stock, first.keys) == (False, "3x8", dossiers[:1])
    assert (again.is_reprint, again.stock, again.reason, again.by) == (True, "spine", "脊背破损", keeper)
    event = AuditEvent.objects.order_by("pk").last()
    assert (event.verb, event.reason) == ("label.print_dossiers", "脊背破损")


@pytest.mark.django_db
def test_a_box_says_from_which_number_to_which(institution, keeper, slot):
    for number in ("RC-0009", "RC-0002", "RC-0005"):
        PlacementFactory(
            institution=institution, slot=slot, dossier=held_dossier(institution, custody={"archive_number": number})
        )
    empty = SlotFactory(institution=institution, store=slot.store, code="K01-A-03-4-013")
    made = actions.print_box_labels([slot, empty], institution, by=keeper, stock="2x4")
    assert_says(made, ["A-03-4-012", "RC-0002—RC-0009", "3卷", "K01-A-03-4-012"])
    assert LabelPrint.objects.get().keys == [slot.pk]


@pytest.mark.django_db
def test_the_box_of_a_single_dossier_says_its_number_once(institution, keeper, slot):
    held = held_dossier(institution, custody={"archive_number": "RC-0002"})
    PlacementFactory(institution=institution, slot=slot, dossier=held)

    made = actions.print_box_labels([slot], institution, by=keeper, stock="2x4")

    assert text_of(made).count("RC-0002") == 1
    assert "—" not in text_of(made)


@pytest.mark.django_db
def test_the_page_prints_and_the_register_tells(signed_in, institution, keeper, slot):
    desk = signed_in(keeper)
    assert "No label printed yet" in desk.get(reverse("storage:label_log")).text
    asked = {
        "institution": institution.pk, "subject": "slots", "first": "K01", "stock": "2x7", "symbol": "code128",
        "start": "3",
    }  # fmt: skip
    answer = desk.post(reverse("storage:labels"), asked)
    assert answer["Content-Type"] == "application/pdf"
    assert len(pypdf.PdfReader(io.BytesIO(answer.content)).pages) == 1
    refused = desk.post(reverse("storage:labels"), asked).text
    assert "Say why they are printed again" in refused
    desk.post(reverse("storage:labels"), asked | {"reason": "标签褪色"})
    page = desk.get(reverse("storage:label_log")).text
    for text in ("2 × 7 labels of 99.1 × 38.1 mm", "Code 128 (lines)", "标签褪色"):
        assert text in page


@pytest.mark.parametrize("symbol", ["qr", "code128"])
@pytest.mark.parametrize("stock", STOCKS.values(), ids=STOCKS)
def test_in_a_demonstration_every_label_says_so_and_nothing_lies_over_a_full_sheet(settings, stock, symbol):
    settings.DEMONSTRATION = True
    made = label_sheets((LABELS * 3)[: stock.per_sheet], stock=stock, symbol=symbol)
    assert len(pypdfium2.PdfDocument(made)) == 1
    assert text_of(made).count("演示") == stock.per_sheet
    assert faults_of(made, sides=0, ends=0) == []


# — what a scanner reads, and what stays on its label, at the longest texts there are —

LONGEST = [
    Label("阿卜杜热合曼·买买提江·努尔麦麦提", ["SNRCSC-2019-0001234", "K01-A-03-L-05-4-012"], "RD000000001"),
    Label(
        "A-03-L-05-4-012",
        ["SNRCSC-2019-0001234 — SNRCSC-2019-0001299", "K01 待整理档案专用库房（副楼地下一层）　66 卷"],
        "K01-A-03-L-05-4-012",
    ),
    Label("A-12-R-10-6-120", ["K01 待整理档案专用库房（副楼地下一层）"], "K01-A-12-R-10-6-120"),
]  # fmt: skip


def _suits(stock, symbol):
    """The lines of a long position need a wide label; the system says so (see above)."""
    narrow = symbol == "code128" and stock.name in {"5x13", "spine"}
    return [one for one in LONGEST if not narrow or one.code.startswith("RD")]


@pytest.mark.parametrize("demonstration", [False, True])
@pytest.mark.parametrize("symbol", ["qr", "code128"])
@pytest.mark.parametrize("stock", STOCKS.values(), ids=STOCKS)
def test_every_code_of_a_printed_sheet_is_read_by_another_program(settings, stock, symbol, demonstration):
    settings.DEMONSTRATION = demonstration
    wanted = _suits(stock, symbol)
    page = pypdfium2.PdfDocument(label_sheets(wanted, stock=stock, symbol=symbol))[0]
    picture = page.render(scale=300 / 72, grayscale=True).to_pil().convert("L")
    kinds = (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128)
    read = zxingcpp.read_barcodes(picture, formats=kinds)
    assert sorted(one.text for one in read) == sorted(one.code for one in wanted)


@pytest.mark.parametrize("demonstration", [False, True])
@pytest.mark.parametrize("symbol", ["qr", "code128"])
@pytest.mark.parametrize("stock", STOCKS.values(), ids=STOCKS)
def test_nothing_on_a_label_reaches_its_edge(settings, stock, symbol, demonstration):
    settings.DEMONSTRATION = demonstration
    wanted = _suits(stock, symbol)
    document = pypdfium2.PdfDocument(label_sheets(wanted, stock=stock, symbol=symbol))
    assert len(document) == 1
    words = document[0].get_textpage()
    said = squeezed(words.get_text_bounded())
    for one in wanted:
        for text in (one.title, one.code, *one.lines):
            assert squeezed(text) in said or stock.is_upright, text
    point = 72 / 25.4
    places = [
        (
            (stock.left + column * (stock.width + stock.gap)) * point,
            (stock.left + column * (stock.width + stock.gap) + stock.width) * point,
            (297 - stock.top - (row + 1) * stock.height) * point,
            (297 - stock.top - row * stock.height) * point,
        )
        for row in range(stock.rows)
        for column in range(stock.columns)
    ][: len(wanted)]
    margin = 0.8 * point
    for index in range(words.count_chars()):
        if not words.get_text_range(index, 1).strip():
            continue
        left, bottom, right, top = words.get_charbox(index)
        assert any(
            left >= x0 + margin and right <= x1 - margin and bottom >= y0 + margin and top <= y1 - margin
            for x0, x1, y0, y1 in places
        ), (words.get_text_range(index, 1), [round(each / point, 1) for each in (left, bottom, right, top)])
