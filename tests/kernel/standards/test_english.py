"""English names of codes: on pages for who reads English, never on papers."""

import pytest
from django.utils import translation

from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.english import CLASSES, english_names
from rendang.kernel.standards.models import ClassMark, CodeTable

pytestmark = pytest.mark.django_db
# Chinese on purpose: names of places, and the professional titles of GB/T 8561, of which there is no English edition.
CHINESE_ON_PURPOSE = {"division", "title_series"}


@pytest.mark.parametrize("table", sorted(set(english_names()) - {CLASSES}))
def test_a_table_with_english_names_has_one_for_every_code(table):
    known = {row.code for row in standards.codes(table)}
    named = english_names()[table]
    assert set(named) - known == set()
    assert known - set(named) == set()
    assert not [name for name in named.values() if any("\u4e00" <= letter <= "\u9fff" for letter in name)]


def test_every_table_that_is_not_chinese_on_purpose_has_english_names():
    tables = set(CodeTable.objects.values_list("code", flat=True))
    assert tables - set(english_names()) == CHINESE_ON_PURPOSE


def test_every_class_of_every_scheme_has_an_english_name_on_pages_and_its_own_on_papers():
    marks = list(ClassMark.objects.select_related("scheme"))
    named = {(scheme, mark) for scheme, names in english_names()[CLASSES].items() for mark in names}
    assert {(one.scheme.code, one.mark) for one in marks} == named
    (first,) = [one for one in marks if (one.scheme.code, one.mark) == ("2018", "4-1")]
    with translation.override("en"):
        assert (str(first), first.name) == ("4-1 Education and degrees", "学历学位")
    with translation.override("zh-hans"):
        assert str(first) == "4-1 学历学位"


def test_a_page_says_it_in_the_language_of_the_reader_and_a_paper_in_chinese():
    with translation.override("en"):
        assert standards.code_label("sex", "2") == "Female"
        assert standards.code_label("title_series", "083") == standards.code_name("title_series", "083") == "工程师"
        assert ("ems", "Express mail (EMS)") in standards.choices("carrier")()
        assert standards.code_name("sex", "2") == "女性"
    with translation.override("zh-hans"):
        assert standards.code_label("sex", "2") == "女"
        assert standards.code_label("sex", "2", short=False) == "女性"
        assert ("ems", "邮政特快专递（EMS）") in standards.choices("carrier")()
