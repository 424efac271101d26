import csv
import datetime as dt
import json
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from rendang.kernel.standards import data_files, queries
from rendang.kernel.standards.models import Code, CodeSynonym, CodeTable

pytestmark = pytest.mark.django_db

SAMPLE = Path(__file__).parents[2] / "samples" / "rosters" / "expected.json"
# The words of the sample's own headings for our tables.
TABLES = {
    "education": "education",
    "politics": "political_status",
    "ethnic": "ethnic_group",
    "sex": "sex",
    "degree": "degree",
    "archive_type": "archive_type",
}


@pytest.fixture(scope="module")
def expected() -> dict:
    return json.loads(SAMPLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("heading", TABLES)
def test_every_word_of_the_sample_rosters_means_its_code(heading: str, expected: dict) -> None:
    entries = expected["synonyms"][heading]["entries"]
    with queries.steady():
        understood = {entry["text"]: queries.code_of(TABLES[heading], entry["text"]) for entry in entries}
    assert understood == {entry["text"]: entry["code"] for entry in entries}


@pytest.mark.parametrize("heading", TABLES)
def test_the_codes_carry_the_names_of_the_standard(heading: str, expected: dict) -> None:
    entries = expected["synonyms"][heading]["entries"]
    with queries.steady():
        names = {entry["code"]: queries.code_name(TABLES[heading], entry["code"]) for entry in entries}
    assert names == {entry["code"]: entry["meaning"] for entry in entries}


@pytest.mark.parametrize("heading", ["education", "politics", "ethnic"])
def test_words_that_nobody_knows_stay_unknown(heading: str, expected: dict) -> None:
    texts = expected["unknown_texts"][heading]
    assert {text: queries.code_of(TABLES[heading], text) for text in texts} == dict.fromkeys(texts)


def test_every_synonym_names_a_code_that_exists() -> None:
    with queries.steady():
        wrong = [
            (row["table"], row["text"], row["code"])
            for row in data_files.synonyms()
            if not queries.is_code(row["table"], row["code"])
        ]
    assert wrong == []


def test_no_data_file_says_one_text_twice() -> None:
    seen = [(row["table"], queries.normalised(row["text"])) for row in data_files.synonyms()]
    assert len(seen) == len(set(seen))


def test_a_text_is_recognised_with_spaces_full_width_letters_and_as_the_code_itself() -> None:
    assert queries.code_of("education", " 大 专　") == "31"
    assert queries.code_of("degree", "ＭＢＡ") == "346"
    assert queries.code_of("ethnic_group", "01") == "01"
    assert queries.code_of("health", "10") == "1"


@pytest.mark.parametrize(
    ("table", "number"),
    [
        ("sex", 4),
        ("marital_status", 8),
        ("ethnic_group", 58),
        ("political_status", 13),
        ("education", 40),
        ("degree", 59),
        ("title_level", 8),
        ("health", 22),
    ],
)
def test_the_small_tables_are_complete(table: str, number: int) -> None:
    assert len(queries.codes(table)) == number


def test_every_code_belongs_to_a_code_of_its_table() -> None:
    with queries.steady():
        lost = [
            (table.code, row.code, row.parent)
            for table in CodeTable.objects.all()
            for row in Code.objects.filter(table=table).exclude(parent="")
            if not queries.is_code(table.code, row.parent)
        ]
    assert lost == []


def test_the_everyday_name_is_used_where_the_standard_has_a_long_one() -> None:
    assert queries.code_name("sex", "1") == "男性"
    assert queries.code_name("sex", "1", short=True) == "男"
    assert queries.code_name("ethnic_group", "05", short=True) == "维吾尔族"


def test_an_unknown_code_stands_for_itself() -> None:
    assert queries.code_name("education", "zz") == "zz"


class TestDivisions:
    def test_the_whole_country_is_there(self) -> None:
        with queries.steady():
            rows = queries.codes("division", on=dt.date(2026, 11, 1))
        counties = [row for row in rows if not row.code.endswith("00") and row.name not in {"市辖区", "县", "市区"}]
        assert len([row for row in rows if row.code.endswith("0000")]) == 35  # 34, and 830000 of residence permits
        assert 2800 <= len(counties) <= 2900

    def test_qingdao_has_the_ten_districts_of_today(self) -> None:
        rows = queries.codes("division", on=dt.date(2026, 11, 1))
        names = {row.code: row.name for row in rows if row.parent == "370200" and row.name != "市辖区"}
        assert names == {
            "370202": "市南区",
            "370203": "市北区",
            "370211": "黄岛区",
            "370212": "崂山区",
            "370213": "李沧区",
            "370214": "城阳区",
            "370215": "即墨区",
            "370281": "胶州市",
            "370283": "平度市",
            "370285": "莱西市",
        }

    @pytest.mark.parametrize(
        ("code", "name", "ended"), [("370205", "四方区", 2012), ("370282", "即墨市", 2017), ("370284", "胶南市", 2012)]
    )
    def test_an_abolished_division_keeps_its_name_and_is_no_choice_any_more(
        self, code: str, name: str, ended: int
    ) -> None:
        assert queries.code_name("division", code) == name
        assert not queries.is_code("division", code, on=dt.date(2026, 1, 1))
        assert queries.is_code("division", code, on=dt.date(ended - 1, 6, 1))

    def test_a_code_that_was_renamed_answers_by_the_day(self) -> None:
        assert queries.code_name("division", "130502", on=dt.date(2019, 1, 1)) == "桥东区"
        assert queries.code_name("division", "130502", on=dt.date(2021, 1, 1)) == "襄都区"

    def test_a_division_is_named_with_those_it_lies_in(self) -> None:
        assert queries.division_path("370202") == "山东省青岛市市南区"
        assert queries.division_path("110101") == "北京市东城区"
        assert queries.division_path("429004") == "湖北省仙桃市"
        assert queries.code_of("division", "山东省青岛市市南区") == "370202"

    def test_the_name_of_two_divisions_is_ambiguous(self) -> None:
        assert queries.code_of("division", "朝阳区") is None


def test_the_database_refuses_a_second_meaning_of_a_code_at_one_time() -> None:
    table = CodeTable.objects.get(code="sex")
    with pytest.raises(IntegrityError, match="a_code_means_one_thing_at_a_time"), transaction.atomic():
        Code.objects.create(table=table, code="1", name="别的", valid_from=dt.date(2026, 1, 1))
    assert Code.objects.filter(table=table, code="1").count() == 1


def test_the_database_refuses_a_second_meaning_of_a_synonym() -> None:
    table = CodeTable.objects.get(code="education")
    with pytest.raises(IntegrityError, match="a_text_means_one_code"), transaction.atomic():
        CodeSynonym.objects.create(table=table, text="大本", normalised="大本", code="31")


MARKS = ["1", "2", "3", "4", "4-1", "4-2", "4-3", "4-4", "5", "6", "7", "8", "9", "9-1", "9-2", "9-3", "9-4", "10"]


class TestClassification:
    def test_the_scheme_of_2018_has_the_ten_categories_and_their_sub_classes(self) -> None:
        marks = queries.class_marks("2018")
        assert [mark.mark for mark in marks] == MARKS
        assert [mark.code for mark in marks if not mark.parent] == [f"0{n}0" for n in range(1, 10)] + ["100"]
        assert [mark.numeral for mark in marks if not mark.parent] == list("一二三四五六七八九十")
        assert [mark.mark for mark in marks if not mark.takes_materials] == ["4", "9"]

    def test_each_class_says_how_its_materials_are_ordered(self) -> None:
        by_mark = {mark.mark: mark for mark in queries.class_marks("2018")}
        assert by_mark["1"].ordering == "time"
        assert by_mark["5"].ordering == by_mark["8"].ordering == "result"
        assert by_mark["6"].ordering == "party"
        assert by_mark["6"].sequence.index("入党志愿书") < by_mark["6"].sequence.index("入党申请书")

    def test_a_catalogue_made_before_2018_follows_the_former_scheme(self) -> None:
        assert queries.class_marks(on=dt.date(2015, 1, 1))[0].scheme.code == "1991"
        assert queries.class_marks(on=dt.date(2026, 1, 1))[0].scheme.code == "2018"
        assert queries.class_marks("worker-1992")[8].name.startswith("招用")


def test_the_data_files_have_no_stray_columns() -> None:
    for path in (data_files.DATA / "codes").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(line for line in file if not line.startswith("#")))
        assert {len(row) for row in rows} == {len(rows[0])}, path.name
        assert set(rows[0]) <= {"code", "name", "short_name", "parent", "valid_from", "valid_to", "note"}
