"""Positions from ranges: nothing here needs a database."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from rendang.storage.ranges import Plan, expand, expand_racks, normalised


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("01-03", ("01", "02", "03")),
        ("9-11", ("9", "10", "11")),
        ("A-D", ("A", "B", "C", "D")),
        ("a-c", ("A", "B", "C")),
        ("L,R", ("L", "R")),
        ("01–02", ("01", "02")),
        ("01~02、05", ("01", "02", "05")),
        ("０１至０３", ("01", "02", "03")),
        ("东，西", ("东", "西")),
        ("4", ("4",)),
        ("", ()),
        ("  ", ()),
    ],
)
def test_a_range_is_understood_as_people_write_it(text, values):
    assert expand(text) == values


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12-01", "runs backwards"),
        ("A-12", "is no range"),
        ("01-2-3", "is no range"),
        ("1--", "is no range"),
        ("A#B", "is no range"),
        (",", "is no range"),
        ("01-120", "same number of digits"),
        ("1-5000", "makes more than 1000"),
        ("1-3,2", "comes up twice"),
    ],
)
def test_what_is_no_range_is_refused_in_words(text, words):
    with pytest.raises(ValidationError, match=words):
        expand(text)


def test_a_rack_of_several_parts():
    assert expand_racks("A-B 01-02 L,R") == (
        "A-01-L",
        "A-01-R",
        "A-02-L",
        "A-02-R",
        "B-01-L",
        "B-01-R",
        "B-02-L",
        "B-02-R",
    )
    assert expand_racks("A – B  01，02") == ("A-01", "A-02", "B-01", "B-02")


def test_a_plan_counts_and_names_its_slots():
    plan = Plan("K01", expand_racks("A 01-12 L,R"), expand("01-05"), expand("1-7"), expand("001-040"), capacity=2)
    plan.check()

    assert (plan.count, plan.room) == (24 * 5 * 7 * 40, 24 * 5 * 7 * 40 * 2)
    assert (plan.first, plan.last) == ("K01-A-01-L-01-1-001", "K01-A-12-R-05-7-040")
    codes = list(plan.codes())
    assert len(codes) == len(set(codes)) == plan.count
    assert (codes[0], codes[-1]) == (plan.first, plan.last)


def test_a_store_without_bays_and_layers_has_short_positions():
    assert list(Plan("K2", ("A",), (), (), ("1", "2")).codes()) == ["K2-A-1", "K2-A-2"]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan("K1", (), (), (), ("1",)), "at least a rack"),
        (Plan("K1", ("A",), (), (), ("1",), capacity=0), "at least one dossier"),
        (Plan("K1", ("A" * 13,), (), (), ("1",)), "too long"),
        (Plan("K1", ("A" * 12,), ("B" * 12,), ("C" * 12,), ("1",)), "too long"),
        (Plan("K1", expand("1-999"), expand("1-999"), (), ("1",)), "At most 200000"),
    ],
)
def test_a_plan_that_cannot_be_made_says_why(plan, words):
    with pytest.raises(ValidationError, match=words):
        plan.check()


@pytest.mark.parametrize(
    "text",
    ["k01-a-03", "Ｋ０１－Ａ－０３", " K01 - A - 03 ", "K01–A–03", "K01/A/03", "K01_A_03", "-K01-A-03-"],
)
def test_a_position_is_known_however_it_is_written(text):
    assert normalised(text) == "K01-A-03"


@given(st.text(max_size=30))
def test_any_text_is_expanded_or_refused_in_words(text):
    try:
        values = expand(text)
    except ValidationError as refused:
        assert refused.messages
    else:
        assert len(values) == len(set(values))
