"""What is told is kept as a sentence with its values and drawn for its reader."""

import datetime as dt
import re

import pytest
from django.utils import translation

from rendang.kernel.audit.sentences import TEXTS
from rendang.kernel.standards.queries import freshness
from rendang.kernel.standards.telling import apart, code, institution_in_words, say, short_name, told
from rendang.people.models import Message
from tests.factories import InstitutionFactory, PersonFactory

pytestmark = pytest.mark.django_db
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def in_both(said):
    with translation.override("zh-hans"):
        chinese = told([said])
    with translation.override("en"):
        return chinese, told([said])


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_every_sentence_is_there_in_both_languages_with_the_same_values(key):
    with translation.override("zh-hans"):
        chinese = str(TEXTS[key])
    with translation.override("en"):
        english = str(TEXTS[key])

    assert CHINESE.search(chinese)
    assert not CHINESE.search(english)
    assert sorted(re.findall(r"%\((\w+)\)", chinese)) == sorted(re.findall(r"%\((\w+)\)", english))


def test_institutions_days_codes_and_papers_stand_in_the_language_of_the_reader():
    ours = InstitutionFactory(name="虚构市人才服务中心", english_name="Fictional Talent Centre")
    taken = say("custody.taken", institution=ours, number="A20150001")
    matched = say("parcel.matched", institution=ours, day=dt.date(2026, 7, 1))
    sent = say("departure.sent", carrier=code("carrier", "ems"), number="1234567890123", receiver="外省人才中心")
    filed = say("accrual.filed", count=1, names=["毕业生登记表"])

    assert in_both(taken) == (
        "您的档案已由虚构市人才服务中心接收，档案编号A20150001。",
        "Your dossier has been received by Fictional Talent Centre, archive number A20150001.",
    )
    assert in_both(matched) == (
        "您的档案已于2026年7月1日寄达虚构市人才服务中心，正在办理接收。",
        "Your dossier arrived at Fictional Talent Centre on 2026-07-01 and is being taken in.",
    )
    assert in_both(sent)[1] == (
        "Your dossier is on its way to 外省人才中心 by Express mail (EMS) 1234567890123; its receipt is awaited."
    )
    assert in_both(filed)[0] == "您的档案补充了1份材料，已归入档案：毕业生登记表。"
    assert not CHINESE.search(in_both(filed)[1])


def test_the_short_name_of_an_institution_and_lists_that_are_lists_themselves():
    ours = InstitutionFactory(short_name="人才", english_short_name="Talent")
    moves = say("departure.moves_if_agreed", receiver=short_name(ours))
    lacks = say("intake.lacks", lacks=apart(["毕业生登记表", "虚构证明"]))

    assert in_both(moves)[0].startswith("您的档案将转往人才：已向对方机构提出转递")
    assert in_both(moves)[1].startswith("Your dossier will go to Talent: the transfer has been offered")
    assert "尚缺：毕业生登记表；虚构证明。" in in_both(lacks)[0]


def test_a_long_list_is_cut_in_the_sentence():
    chinese, english = in_both(say("accrual.filed", count=205, names=["考核登记表"] * 205))

    assert chinese.endswith("等。")
    assert len(chinese) < 340
    assert english.endswith(" ….")


def test_a_sentence_nobody_has_declared_is_refused():
    with pytest.raises(KeyError):
        say("custody.taken_away")


def test_a_message_written_before_stays_as_it_is_written():
    written = Message.objects.create(
        person=PersonFactory(), institution=InstitutionFactory(), written="您的档案已接收。"
    )

    assert Message.objects.get(pk=written.pk).text == "您的档案已接收。"


def test_a_name_kept_as_text_is_an_institution_of_the_city_or_stands_as_it_is(django_assert_num_queries):
    InstitutionFactory(name="虚构市人才服务中心", english_name="Fictional Talent Centre")

    with translation.override("zh-hans"), django_assert_num_queries(0):
        assert institution_in_words("虚构市人才服务中心") == "虚构市人才服务中心"
    assert institution_in_words("虚构市人才服务中心") == "Fictional Talent Centre"
    assert institution_in_words("外省人才中心") == "外省人才中心"
    assert institution_in_words("") == ""


def test_a_request_asks_once_for_the_names_of_the_institutions(django_assert_num_queries):
    freshness.begin()
    try:
        with django_assert_num_queries(1):
            assert [institution_in_words(f"外省第{number}中心") for number in range(3)][2] == "外省第2中心"
    finally:
        freshness.end()
