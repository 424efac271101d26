"""English names of codes: on pages for who reads English, never on papers."""

import pytest
from django.utils import translation

from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.queries.codes import english_names

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("table", english_names())
def test_a_table_with_english_names_has_one_for_every_code(table):
    known = {row.code for row in standards.codes(table)}
    named = english_names()[table]
    assert set(named) - known == set()
    assert known - set(named) == set()
    assert not [name for name in named.values() if any("\u4e00" <= letter <= "\u9fff" for letter in name)]


def test_a_page_says_it_in_the_language_of_the_reader_and_a_paper_in_chinese():
    with translation.override("en"):
        assert standards.code_label("sex", "2") == "Female"
        assert standards.code_label("ethnic_group", "02") == standards.code_name("ethnic_group", "02", short=True)
        assert ("ems", "Express mail (EMS)") in standards.choices("carrier")()
        assert standards.code_name("sex", "2") == "女性"
    with translation.override("zh-hans"):
        assert standards.code_label("sex", "2") == "女"
        assert standards.code_label("sex", "2", short=False) == "女性"
        assert ("ems", "邮政特快专递（EMS）") in standards.choices("carrier")()
