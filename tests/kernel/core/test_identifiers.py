import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from rendang.kernel.core.identifiers import (
    IdProblem,
    birth_date_of,
    convert_old_id_number,
    id_check_character,
    id_number_problem,
    is_valid_ems_number,
    is_valid_uscc,
    make_id_number,
    mask_id_number,
    normalise_id_number,
    sex_of,
)

DATES = st.dates(dt.date(1900, 1, 1), dt.date(2026, 6, 30))


@pytest.mark.parametrize("number", ["11010519491231002X", "370202199001011237", "370203198802290020"])
def test_a_number_whose_check_character_fits_has_no_problem(number):
    assert id_number_problem(number) is None


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("", IdProblem.MISSING),
        ("370202199001011238", IdProblem.BAD_CHECKSUM),
        ("37020219900101123", IdProblem.BAD_CHECKSUM),
        ("3702021990010112377", IdProblem.BAD_CHECKSUM),
        ("37O202199001011237", IdProblem.BAD_CHECKSUM),
        ("3.70202199001011E+17", IdProblem.UNREADABLE),
        ("待补", IdProblem.UNREADABLE),
        (make_id_number("370202", dt.date(2030, 1, 1), 1), IdProblem.IMPOSSIBLE_BIRTH_DATE),
        ("370202900230123", IdProblem.IMPOSSIBLE_BIRTH_DATE),
    ],
)
def test_each_fault_has_its_name(number, problem):
    assert id_number_problem(number, today=dt.date(2026, 6, 30)) == problem


def test_a_date_that_does_not_exist_is_told_apart_from_a_slip_in_the_last_character():
    first_17 = "37020219900230123"
    assert id_number_problem(first_17 + id_check_character(first_17)) == IdProblem.IMPOSSIBLE_BIRTH_DATE


@pytest.mark.parametrize(
    "typed",
    ["11010519491231002x", " 110105 1949 1231 002X", "'11010519491231002X", "１１０１０５１９４９１２３１００２Ｘ",
     '="11010519491231002X"', "11010519491231002Х", "\t11010519491231002X\u200b"],
)  # fmt: skip
def test_spaces_quotes_and_full_width_digits_are_taken_away(typed):
    assert normalise_id_number(typed) == "11010519491231002X"


@given(DATES, st.integers(0, 999))
def test_a_made_number_is_valid_and_says_birth_and_sex(birth, sequence):
    number = make_id_number("370202", birth, sequence)
    assert id_number_problem(number) is None
    assert birth_date_of(number) == birth.isoformat()
    assert sex_of(number) == ("1" if sequence % 2 else "2")
    assert number[17] == ric.calc_check_digit(number)


@given(DATES, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(birth, sequence, place, change):
    number = make_id_number("370202", birth, sequence)
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    assert id_number_problem(wrong) == IdProblem.BAD_CHECKSUM


@given(st.text(max_size=30))
def test_any_text_gets_a_verdict(text):
    id_number_problem(normalise_id_number(text))


def test_an_old_number_becomes_one_of_eighteen_characters():
    assert id_number_problem("370211381217820") is None
    assert convert_old_id_number("370211381217820") == "370211193812178208"


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000600037341L"])
def test_a_credit_code_that_fits_the_standard(code):
    assert is_valid_uscc(code)


@pytest.mark.parametrize(
    "code", ["91350100M000100Y44", "91350100M000100Y4", "9135O100M000100Y43", "", "913501O0M000100Y43", "９１"]
)
def test_a_credit_code_with_a_wrong_or_lost_character_does_not(code):
    assert not is_valid_uscc(code)


def test_a_village_collective_has_a_credit_code_too():
    assert any(is_valid_uscc("N2370212MF1234567" + check) for check in "0123456789ABCDEFGHJKLMNPQRTUWXY")


@pytest.mark.parametrize(
    ("number", "valid"),
    [("EE473124829CN", True), ("ee 473124829 cn", True), ("EE473124828CN", False), ("1234567890123", False)],
)
def test_a_waybill_number_is_checked_by_upu_s10(number, valid):
    assert is_valid_ems_number(number) is valid


def test_a_masked_number_shows_four_characters_at_each_end():
    assert mask_id_number("370202199001011237") == "3702**********1237"
    assert mask_id_number("G12345678") == "G******78"
