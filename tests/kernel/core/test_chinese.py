import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendang.kernel.core.chinese import GB18030_HOMES, name_grams, name_pinyin, normalise_name


@pytest.mark.parametrize(
    ("name", "full", "initials", "other"),
    [
        ("张伟", "zhangwei", "zw", ""),
        ("单田芳", "shantianfang", "stf", "dantianfang"),
        ("解晓东", "xiexiaodong", "xxd", "jiexiaodong"),
        ("曾国藩", "zengguofan", "zgf", "cengguofan"),
        ("仇和", "qiuhe", "qh", "chouhe"),
        ("查良镛", "zhaliangyong", "zly", "chaliangyong"),
        ("区伯", "oubo", "ob", "qubo"),
        ("朴树", "piaoshu", "ps", "pushu"),
        ("缪贤", "miaoxian", "mx", "mouxian"),
        ("尉迟恭", "yuchigong", "ycg", ""),
        ("万俟卨", "moqixie", "mqx", ""),
        ("长孙无忌", "zhangsunwuji", "zswj", "changsunwuji"),
        ("欧阳娜娜", "ouyangnana", "oynn", ""),
        ("阿依古丽·买买提", "ayigulimaimaiti", "ayglmmt", ""),
        ("吕布", "lvbu", "lb", ""),
        ("王单", "wangdan", "wd", ""),
    ],
)
def test_a_name_is_read_with_its_surname(name, full, initials, other):
    assert name_pinyin(name) == (full, initials, other)


@pytest.mark.parametrize(
    ("written", "recorded"),
    [
        ("王　芳", "王芳"),
        (" 张 三 ", "张三"),
        ("阿依古丽‧买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("John  Smith", "John Smith"),
        ("J. Smith", "J. Smith"),
        ("张三\u200b", "张三"),
        ("　", ""),
    ],
)
def test_a_name_is_recorded_without_its_layout(written, recorded):
    assert normalise_name(written) == recorded


@pytest.mark.parametrize("name", ["张㐂", "䶮", "田𬱖", "赵𬎆", "孙𠮷", "李\U00031350", "王\uf900", "钱〇"])
def test_a_rare_character_stays_the_persons_own(name):
    assert normalise_name(name) == name
    assert name_pinyin(name).full


@given(st.text(max_size=20))
def test_any_text_can_be_normalised_and_read(text):
    name = normalise_name(text)
    assert normalise_name(name) == name
    name_pinyin(name)


def test_pieces_of_one_and_two_characters():
    assert name_grams("张小明") == sorted(["张", "小", "明", "张小", "小明"])


def test_characters_of_the_first_edition_find_their_home():
    assert bytes.fromhex("fe51").decode("gb18030").translate(GB18030_HOMES) == "\U00020087"
