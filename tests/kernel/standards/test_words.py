"""Words of our own data on English pages."""

import re

import pytest
from django.utils import translation

from rendang.kernel.documents.registers import NUMBER, REGISTERS
from rendang.kernel.standards import data_files
from rendang.kernel.standards.english import cell_in_words, english_words, in_words
from rendang.kernel.standards.queries import value_text


def test_every_heading_of_a_register_and_every_word_of_a_key_material_has_an_english_name():
    said = {NUMBER[0], *(title for book in REGISTERS.values() for title, _width in book.columns)}
    for row in data_files.key_materials():
        said |= {row["name"], row["issuer"], row["period"], *row["effects"]}
    said |= {row["name"] for row in data_files.schemes()}

    assert said - english_words().keys() - {""} == set()
    assert not [english for english in english_words().values() if re.search(r"[\u3400-\u9fff]", english)]


def test_a_text_of_ours_is_said_in_the_reader_s_language_and_what_people_typed_as_they_typed_it():
    assert in_words("学历认定、政治审查") == "recognition of education, political vetting"
    assert in_words("学历认定、虚构的影响") == "学历认定、虚构的影响"
    assert cell_in_words("转递途中 机要通信 12号") == "on its way Confidential mail 12号"
    assert cell_in_words("阅档室查阅（T001-20260701-0001）") == "consultation (T001-20260701-0001)"
    assert cell_in_words("解除（终止）劳动（聘用）合同证明（已补）、毕业生登记表（免补）") == (
        "Proof that a labour contract has ended (supplemented), Registration form of a graduate (waived)"
    )
    assert cell_in_words("毕业生登记表、虚构的成绩表") == "毕业生登记表、虚构的成绩表"
    assert cell_in_words("遗失；2026-11-19 补发") == "lost; 2026-11-19 issued anew"
    assert (cell_in_words("第2次"), cell_in_words("254天")) == ("no. 2", "254 days")
    assert cell_in_words("虚构大学人事处（第4组）（王颖、吴颖）") == "虚构大学人事处（第4组）（王颖、吴颖）"
    said = cell_in_words("不予受理：手续不完备（缺公章、签名或日期）")
    assert said == "not accepted: Formalities missing (seal, signature or date)"
    assert cell_in_words("虚构（甲）") == "虚构（甲）"
    with translation.override("zh-hans"):
        assert (in_words("毕业院校"), cell_in_words("借出（1）")) == ("毕业院校", "借出（1）")


@pytest.mark.django_db
def test_a_list_of_a_policy_is_said_in_the_reader_s_language():
    assert value_text(["ems", "hand"], "carrier") == "Express mail (EMS), Delivered by hand"
    assert value_text(["欠费", "未参保"], "text") == "fees are owed, no social insurance"
    with translation.override("zh-hans"):
        assert value_text(["ems", "hand"], "carrier") == "邮政特快专递（EMS）、专人送取"
