import json
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from babel.messages.mofile import read_mo
from django.utils import translation
from django.utils.translation import trans_real

from tools import translations as tool


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "rendang"
    (folder / "templates").mkdir(parents=True)
    return folder


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    return tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(dedent(text), encoding="utf-8")


def texts(catalogue: Path) -> dict[tuple[str, str], str]:
    return {key: tool.chinese_of(message) for key, message in tool.entries(tool.read(catalogue)).items()}


def test_every_string_of_the_project_is_translated_in_the_words_of_the_glossary() -> None:
    assert tool.check() == []


def test_texts_are_marked_only_by_names_that_are_collected() -> None:
    root = Path(__file__).parent.parent / "rendang"
    named = re.compile(r"import (n?p?gettext\w*) as (\w+)")
    found = {(path.name, *match) for path in root.rglob("*.py") for match in named.findall(path.read_text("utf-8"))}
    assert {
        (path, name) for path, name, alias in found if alias != "_" or name not in {"gettext", "gettext_lazy"}
    } == set()


def test_the_glossary_binds_the_words_of_the_design() -> None:
    bound = {term.english: term.chinese[0] for term in tool.glossary()}
    assert bound["Dossier"] == "档案"
    assert bound["Recall letter"] == "调档函"
    assert bound["Certificate of custody"] == "存档证明"


def test_chinese_is_the_default_and_english_is_the_source() -> None:
    tool.compile_catalogue()
    trans_real._translations.clear()
    with translation.override("zh-hans"):
        assert translation.gettext("To do") == "待办"
        assert translation.pgettext("domain", "Institutions") == "机构管理"
    with translation.override("en"):
        assert translation.gettext("To do") == "To do"
        assert translation.ngettext("%(left)s working day left", "%(left)s working days left", 2) % {"left": 2} == (
            "2 working days left"
        )


def test_strings_are_found_in_python_and_in_templates(sources: Path) -> None:
    write(
        sources,
        "models.py",
        """
        from django.utils.translation import gettext_lazy as _, ngettext, pgettext
        a = _("Joined " "words")
        b = ngettext("%(n)s day", "%(n)s days", 2)
        c = pgettext("month", "May")
        """,
    )
    write(
        sources / "templates",
        "page.html",
        """
        {% load i18n %}{% translate "It's here" %} {{ x|default:_("Nothing") }} {% translate "May" context "verb" %}
        {% blocktranslate trimmed count n=n %}
            {{ n }} entry
        {% plural %}
            {{ n }} entries
        {% endblocktranslate %}
        """,
    )

    found = {key: message.id for key, message in tool.strings_in_sources(sources).items()}

    assert found == {
        ("", "Joined words"): "Joined words",
        ("", "%(n)s day"): ("%(n)s day", "%(n)s days"),
        ("month", "May"): "May",
        ("", "It's here"): "It's here",
        ("", "Nothing"): "Nothing",
        ("verb", "May"): "May",
        ("", "%(n)s entry"): ("%(n)s entry", "%(n)s entries"),
    }


def test_what_is_added_is_kept_sorted_and_compiled(sources: Path, catalogue: Path) -> None:
    write(sources, "a.py", '_("Second"); _("first"); pgettext("verb", "Open"); ngettext("%(n)s day", "%(n)s days", n)')

    assert tool.add({"Second": "第二", "first": "第一"}, catalogue, sources) == 2
    assert tool.add({"first": "首个", "%(n)s day": "%(n)s 天", "Open": "打开"}, catalogue, sources) == 3

    assert list(texts(catalogue).items()) == [
        (("", "%(n)s day"), "%(n)s 天"),
        (("", "first"), "首个"),
        (("verb", "Open"), "打开"),
        (("", "Second"), "第二"),
    ]
    with catalogue.with_suffix(".mo").open("rb") as file:
        assert read_mo(file).get("first").string == "首个"
    assert tool.check(catalogue, sources, terms=[]) == []


def test_a_translation_may_come_before_its_source(sources: Path, catalogue: Path) -> None:
    tool.add({"%(n)s day": "%(n)s 天"}, catalogue, sources)
    write(sources, "a.py", 'ngettext("%(n)s day", "%(n)s days", n)')
    tool.update(path=catalogue, sources=sources)

    assert tool.check(catalogue, sources, terms=[]) == []


def test_extract_forgets_nothing_until_it_is_told_to_prune(sources: Path, catalogue: Path) -> None:
    write(sources, "a.py", '_("Old")')
    tool.add({"Old": "旧"}, catalogue, sources)
    write(sources, "a.py", '_("New")')

    tool.update(path=catalogue, sources=sources)
    assert texts(catalogue) == {("", "New"): ""}

    write(sources, "a.py", '_("Old")')
    tool.update(path=catalogue, sources=sources)
    assert texts(catalogue) == {("", "Old"): "旧"}

    write(sources, "a.py", '_("New")')
    tool.update(prune=True, path=catalogue, sources=sources)
    write(sources, "a.py", '_("Old")')
    tool.update(path=catalogue, sources=sources)
    assert texts(catalogue) == {("", "Old"): ""}


def test_extract_twice_leaves_the_file_as_it_is(sources: Path, catalogue: Path) -> None:
    write(sources, "a.py", '_("One"); _("Two")')
    tool.update(path=catalogue, sources=sources)
    first = catalogue.read_bytes()
    tool.update(path=catalogue, sources=sources)
    assert catalogue.read_bytes() == first


@pytest.mark.parametrize(
    ("english", "chinese", "fault"),
    [
        ("Save the row", "", "is not translated"),
        ("Save the row", "Save the row", "is not translated (the Chinese is the English)"),
        ("Row %(row)s", "行", "has other placeholders than its translation “行”"),
        ("Row {row}", "第 {line} 行", "has other placeholders than its translation “第 {line} 行”"),
        (
            "The dossiers",
            "这些卷宗",
            "is translated “这些卷宗”, but the glossary says 档案 for “Dossier”",
        ),
    ],
)
def test_check_names_what_is_wrong(sources: Path, catalogue: Path, english: str, chinese: str, fault: str) -> None:
    write(sources, "a.py", f"_({english!r})")
    tool.add({english: chinese}, catalogue, sources)
    assert tool.check(catalogue, sources) == [f"rendang/a.py: “{english}” {fault}"]


def test_check_finds_the_missing_the_stale_and_the_fuzzy(sources: Path, catalogue: Path) -> None:
    write(sources, "a.py", '_("Old"); _("Vague")')
    tool.add({"Old": "旧", "Vague": "含糊"}, catalogue, sources)
    text = catalogue.read_text(encoding="utf-8").replace('msgid "Vague"', '#, fuzzy\nmsgid "Vague"')
    catalogue.write_text(text, encoding="utf-8")
    write(sources, "a.py", '_("New"); _("Vague")')

    assert tool.check(catalogue, sources) == [
        "rendang/a.py: “New” is missing from the catalogue",
        "rendang/a.py: “Vague” is fuzzy",
        "locale: “Old” is stale: no source uses it; run extract",
    ]


def test_a_longer_term_speaks_for_the_shorter_ones_inside_it() -> None:
    terms = tool.glossary()
    assert list(tool.wrong_words("Certificate of custody", "存档证明", terms)) == []
    assert list(tool.wrong_words("%(institution)s is closed", "%(institution)s 已关闭", terms)) == []
    assert list(tool.wrong_words("Recall letters", "商调函", terms)) == [
        "the glossary says 调档函 for “Recall letter”"
    ]


def test_two_who_add_at_the_same_time_both_succeed(tmp_path: Path, sources: Path, catalogue: Path) -> None:
    script = (
        "import json, sys; from pathlib import Path; from tools import translations as tool;"
        "tool.add(json.loads(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))"
    )
    adders = [
        subprocess.Popen(
            [sys.executable, "-c", script, json.dumps({f"Word {n}": f"词 {n}"}), str(catalogue), str(sources)],
            cwd=tool.ROOT,
        )
        for n in range(4)
    ]
    assert [adder.wait() for adder in adders] == [0, 0, 0, 0]
    assert texts(catalogue) == {("", f"Word {n}"): f"词 {n}" for n in range(4)}


def test_compiling_a_fresh_catalogue_does_nothing(sources: Path, catalogue: Path) -> None:
    tool.add({"Word": "词"}, catalogue, sources)
    assert tool.compile_catalogue(catalogue) is False
    catalogue.with_suffix(".mo").unlink()
    assert tool.compile_catalogue(catalogue) is True
