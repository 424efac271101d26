"""A legal basis in the language of the reader."""

import pytest
from django.template import Context, Template
from django.utils import translation

from rendang.desk.help import TOPICS
from rendang.kernel.standards import calendar_days, data_files
from rendang.kernel.standards.citations import basis_in_words, basis_parts


@pytest.mark.parametrize(
    ("basis", "english"),
    [
        (
            "人社部发〔2021〕112号 第七条第（一）项；人社厅发〔2022〕64号",
            "Ministry of Human Resources [2021] No. 112 Article 7 (1);"
            " General Office, Ministry of Human Resources [2022] No. 64",
        ),
        ("《档案法》第四十八条；本系统默认", "Archives Law Article 48; Default of this system"),
        ("《公务员法》第七十条、第一百零三条", "Civil Servants Law Article 70, Article 103"),
        ("GB/T 22239-2019 8.1.4.1", "GB/T 22239-2019 8.1.4.1"),
        ("虚构发〔2026〕1号；本系统默认", "虚构发〔2026〕1号; Default of this system"),
    ],
)
def test_a_basis_is_cited_in_english_to_who_reads_it_and_as_it_is_called_to_everybody_else(basis, english):
    assert basis_in_words(basis) == english
    with translation.override("zh-hans"):
        assert basis_in_words(basis) == basis


def test_every_basis_of_ours_has_an_english_name():
    rows = [*data_files.schemes(), *data_files.key_materials(), *data_files.policies(), *data_files.services()]
    cited = {row["basis"] for row in [*rows, *calendar_days.days()]}
    cited |= {basis for topic in TOPICS for basis in topic.basis}

    assert {part.text for basis in cited for part in basis_parts(basis) if part.is_chinese} == set()


def test_a_page_says_behind_the_english_what_the_documents_are_called_and_marks_what_stays_chinese():
    def drawn(basis: str) -> str:
        return Template("{% load standards %}{{ text|basis }}").render(Context({"text": basis}))

    assert drawn("《档案法》") == '<span lang="zh" title="《档案法》"><span lang="en">Archives Law</span></span>'
    assert drawn("试行办法<1>") == '<span lang="zh">试行办法&lt;1&gt;</span>'
    assert drawn("") == ""
    with translation.override("zh-hans"):
        assert drawn("《档案法》") == "《档案法》"
