"""From data to PDF/A: no box in place of a character, no data that becomes source."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock

import pypdf
import pypdfium2
import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError

from rendang.kernel.documents import fonts, papers, typesetting
from rendang.kernel.documents.papers import render_custody_certificate
from tests.kernel.documents.sample_papers import CERTIFICATE, NOTICE, PAPERS, RECALL_LETTER

NOWHERE = chr(0x10FFFD)  # private use: no font gives it a shape
_reading = Lock()


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return "".join("".join(page.get_textpage().get_text_bounded().split()) for page in pages)


def certificate_of(name: str) -> bytes:
    return render_custody_certificate(replace(CERTIFICATE, name=name))


def fonts_of(pdf: bytes, tmp_path: Path) -> dict[str, bool]:
    """Base font name → is the font program inside the file."""
    (tmp_path / "paper.pdf").write_bytes(pdf)
    found = {}
    with pypdf.PdfReader(tmp_path / "paper.pdf") as reader:
        for page in reader.pages:
            for font in page["/Resources"]["/Font"].values():
                inner = font.get_object()["/DescendantFonts"][0].get_object()
                descriptor = inner["/FontDescriptor"].get_object()
                found[inner["/BaseFont"]] = any(key.startswith("/FontFile") for key in descriptor)
    return found


@pytest.fixture
def only_packaged_fonts(settings):
    """As on a machine where no font is installed."""
    settings.FONT_FOLDERS = [folder for folder in settings.FONT_FOLDERS if "node_modules" in str(folder)]
    if not any(Path(folder).is_dir() for folder in settings.FONT_FOLDERS):
        pytest.skip("the packaged font is missing: run ./run once to fetch it")
    clear()
    yield
    clear()


def clear():
    fonts.loaded.cache_clear()
    fonts.families.cache_clear()
    typesetting._compiler.cache_clear()


@pytest.mark.parametrize("name", PAPERS)
def test_papers_are_pdf_a_2b_with_embedded_subset_fonts(name, tmp_path):
    pdf = PAPERS[name]()
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf
    embedded = fonts_of(pdf, tmp_path)
    assert embedded
    assert all(embedded.values())
    assert all(font[7] == "+" for font in embedded)  # /ABCDEF+Name: a subset
    assert len(pdf) < 200_000


@pytest.mark.parametrize(
    "hostile",
    [
        '#read("/config/settings.py")',
        '"}); #panic("x") //',
        "*王* _小_ `明` $x^2$ @a <b> = # \\u{41}",
        "#import sys: inputs",
        "]#text(red)[红",
        '\\"#eval("1+1")',
        "<script>alert(1)</script>",
        "{{ name }} {% now %}",
    ],
)
def test_data_is_printed_as_it_is_and_never_run(hostile):
    assert "".join(hostile.split()) in text_of(certificate_of(hostile))


@pytest.mark.parametrize("field", ["institution", "number", "id_number", "verification_address", "custody_type"])
def test_no_field_of_a_paper_becomes_source(field):
    hostile = '#panic("x")'
    text = text_of(render_custody_certificate(replace(CERTIFICATE, **{field: hostile})))
    assert hostile in text


def test_a_character_that_no_font_has_stops_the_paper_and_is_named():
    with pytest.raises(ValidationError) as refusal:
        certificate_of(f"王{NOWHERE}明")
    assert refusal.value.code == "character_without_font"
    assert "(U+10FFFD)" in refusal.value.messages[0]


def test_a_character_only_in_installed_fonts_stops_the_paper_where_they_are_missing(only_packaged_fonts):
    with pytest.raises(ValidationError) as refusal:
        certificate_of("王𠮷𬎆")
    assert "𠮷 (U+20BB7), 𬎆 (U+2C386)" in refusal.value.messages[0]
    assert "王㐂䶮𬱖" in text_of(certificate_of("王㐂䶮𬱖"))


@pytest.mark.parametrize(("char", "package"), [("𠮷", "fonts-noto-cjk or fonts-hanazono"), ("𬎆", "fonts-hanazono")])
def test_a_rare_character_is_printed_from_an_installed_font(char, package, tmp_path):
    if not any(ord(char) in family.characters() for family in fonts.families()):
        pytest.skip(f"no installed font has {char}: apt-get install {package}")
    pdf = certificate_of(f"王{char}")
    assert f"王{char}" in text_of(pdf)
    used = fonts_of(pdf, tmp_path)
    assert any("NotoSerifSC" in name for name in used)
    assert any("NotoSerifSC" not in name for name in used)
    assert all(used.values())


def test_control_characters_and_half_characters_are_refused():
    for char in ("\x00", "\x07", "\u202e", "\ud800"):
        with pytest.raises(ValidationError) as refusal:
            certificate_of(f"王{char}")
        assert f"□ (U+{ord(char):04X})" in refusal.value.messages[0]


def test_a_machine_without_any_font_is_told_what_to_do(settings, tmp_path):
    settings.FONT_FOLDERS = [tmp_path, tmp_path / "nowhere"]
    clear()
    try:
        with pytest.raises(ImproperlyConfigured, match="RENDANG_FONT_FOLDERS"):
            certificate_of("王小明")
    finally:
        clear()


def test_papers_of_a_demonstration_say_so(settings):
    settings.DEMONSTRATION = True
    for paper in PAPERS.values():
        assert "演示数据，不具效力" in text_of(paper())
    settings.DEMONSTRATION = False
    assert "演示" not in text_of(certificate_of("王小明"))


def test_papers_made_at_the_same_time_keep_their_own_data():
    def make(number: int) -> bool:
        return f"王{number:04d}明" in text_of_locked(certificate_of(f"王{number:04d}明"))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(make, range(24)))


def text_of_locked(pdf: bytes) -> str:
    """pypdfium2 is not thread-safe; the lock is the test's, not the product's."""
    with _reading:
        return text_of(pdf)


def test_a_template_of_an_app_lives_with_the_app(tmp_path, monkeypatch):
    monkeypatch.setattr(typesetting, "ROOT", tmp_path)
    template = tmp_path / "services/certificates/documents/career/v2.typ"
    template.parent.mkdir(parents=True)
    template.touch()
    assert typesetting.template_path("services.certificates/career", 2) == template


@pytest.mark.parametrize(
    "name", ["nothing", "../custody_certificate", "/etc/passwd", "a/b/c", "", "services.certificates/", "x.typ"]
)
def test_a_template_that_does_not_exist_is_a_clear_error(name):
    with pytest.raises(LookupError, match="no template"):
        typesetting.render(name, 1, {})
    with pytest.raises(LookupError, match="no template"):
        typesetting.render("custody_certificate", 99, {})


@pytest.mark.parametrize("template", sorted(typesetting.ROOT.glob("**/*.typ")), ids=lambda path: path.parent.name)
def test_templates_use_only_characters_of_the_packaged_font_and_never_eval(template, only_packaged_fonts):
    source = template.read_text()
    fonts.require_characters(source)
    assert "eval(" not in source


def test_long_names_stay_on_their_page():
    long = replace(
        CERTIFICATE,
        institution="琴岛市经济技术开发区人力资源和社会保障公共就业与人才服务中心流动人员档案室",
        name="买买提江·阿卜杜热合曼·吐尔逊尼亚孜·艾合麦提",
        id_number="12345678901234567890",
    )
    assert len(pypdfium2.PdfDocument(render_custody_certificate(long))) == 1


def test_a_letter_with_every_field_full_stays_on_one_sheet():
    long = replace(
        RECALL_LETTER,
        institution="琴岛市经济技术开发区人力资源和社会保障公共就业与人才服务中心",
        addressee="琴岛市高新技术产业开发区公共就业和人才服务中心流动人员人事档案管理科",
        reason="工作单位变动，现单位在本市，需要办理职称申报、退休审批和参保缴费年限核定等手续",
        reply_address="琴岛市经济技术开发区长江中路485号行政服务大厅二楼东侧B区档案接收窗口（邮编266555）",
    )
    assert len(pypdfium2.PdfDocument(papers.render_recall_letter(long))) == 1


def test_a_notice_for_a_few_persons_stays_on_one_sheet_and_for_many_goes_on():
    few, many = replace(NOTICE, rows=NOTICE.rows * 3), replace(NOTICE, rows=NOTICE.rows * 30)
    assert len(pypdfium2.PdfDocument(papers.render_transfer_notice(few))) == 1
    assert "王小明等6名同志" in text_of(papers.render_transfer_notice(few))
    assert len(pypdfium2.PdfDocument(papers.render_transfer_notice(many))) > 1


def test_the_data_of_a_paper_is_plain_json():
    assert json.loads(json.dumps(papers._printed(CERTIFICATE)))["issued_on"] == "2026年7月1日"
