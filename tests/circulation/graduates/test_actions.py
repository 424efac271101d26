import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from openpyxl import load_workbook

from rendang.circulation.graduates import actions
from rendang.circulation.graduates.models import Graduate, GraduateList
from rendang.circulation.graduates.queries import judge, lists, unmatched
from rendang.circulation.intake.models import Intake
from rendang.circulation.parcels import actions as parcels
from rendang.kernel.audit.models import AuditEvent
from rendang.people.models import Message, Person
from tests.factories import held_dossier
from tests.one_of_each import fresh_number

pytestmark = pytest.mark.django_db


def file_of(*rows: str, heading: str = "姓名,身份证号,学号,专业") -> io.BytesIO:
    return io.BytesIO("\n".join(["虚构大学2026届毕业生名册", heading, *rows, ""]).encode())


@pytest.fixture
def numbers():
    return [fresh_number() for _which in range(3)]


@pytest.fixture
def announced(institution, clerk, numbers):
    rows = [f"韩梅梅,{numbers[0]},S01,会计", f"李雷,{numbers[1]},S02,法学", f"李雷,{numbers[2]},S03,法学"]
    facts = {"institution": institution, "school": "虚构大学", "year": 2026, "file_name": "名册.csv"}
    return actions.import_list(file_of(*rows), by=clerk, **facts)


@pytest.fixture
def parcel(institution, clerk):
    return parcels.register(
        institution,
        by=clerk,
        arrived_on=timezone.localdate(),
        carrier="ems",
        waybill="EA1",
        sender="虚构大学",
        seal="INTACT",
        announced=3,
    )


def test_a_list_says_who_is_expected_and_nobody_becomes_a_person_yet(announced, clerk, institution):
    assert [(one.row, one.name, one.student_number, one.major) for one in announced.graduates.order_by("row")] == [
        (3, "韩梅梅", "S01", "会计"),
        (4, "李雷", "S02", "法学"),
        (5, "李雷", "S03", "法学"),
    ]
    assert Person.objects.count() == 0
    counted = lists(clerk).get()
    assert (counted.announced, counted.come, counted.awaited) == (3, 0, 3)


def test_every_line_that_cannot_be_expected_says_why(institution, clerk, numbers, other_institution):
    here, elsewhere = held_dossier(institution).person, held_dossier(other_institution).person
    rows = [
        f"甲,{numbers[0]}",
        f"乙,{numbers[0]}",
        f",{numbers[1]}",
        "丙,",
        "丁,护照",
        f"戊,{here.id_number}",
        f"己,{elsewhere.id_number}",
    ]
    lines = judge(file_of(*rows, heading="姓名,身份证号码"), institution)
    assert [line.problem for line in lines] == [
        "",
        "The same identity number stands in row 3.",
        "The name is missing.",
        "The identity number is missing.",
        "The identity number cannot be read.",
        "The dossier is kept here already.",
        "",
    ]
    assert lines[-1].remark == f"{other_institution.name} keeps a dossier of this person."


def test_the_same_file_twice_expects_nobody_twice(announced, institution, clerk, numbers):
    before = (Graduate.objects.count(), AuditEvent.objects.count())
    with pytest.raises(ValidationError, match="Nobody on this list"):
        actions.import_list(
            file_of(f"韩梅梅,{numbers[0]},,"),
            institution=institution,
            by=clerk,
            school="虚构大学",
            year=2026,
            file_name="名册.csv",
        )
    assert (Graduate.objects.count(), AuditEvent.objects.count()) == before


def test_a_thousand_lines_cost_a_fixed_number_of_queries(institution, clerk, django_assert_max_num_queries):
    rows = [f"甲{number},{fresh_number()},," for number in range(1000)]
    with django_assert_max_num_queries(14):
        actions.import_list(
            file_of(*rows), institution=institution, by=clerk, school="虚构大学", year=2026, file_name="x.csv"
        )


def test_each_dossier_that_comes_is_matched_told_or_noted(announced, parcel, clerk, numbers):
    outcomes = actions.take_arrivals(parcel, [numbers[0], "S02", "李雷", "王五", fresh_number(), "S02"], by=clerk)
    assert [one.done for one in outcomes] == [True, True, True, False, False]
    assert Intake.objects.filter(parcel=parcel, state="ARRIVED").count() == 3
    assert {one.name for one in Person.objects.all()} == {"韩梅梅", "李雷"}
    assert Message.objects.count() == 3
    assert outcomes[3].text == "Not expected: noted on the parcel, where it waits to be matched."
    assert "*" in outcomes[4].line
    assert [one.name for one in parcel.enclosures.filter(case=None)] == ["王五"]
    assert unmatched(clerk).count() == 1


def test_a_name_that_stood_on_the_outside_is_noted_once(announced, parcel, clerk, signed_in):
    parcels.name_enclosures(parcel, ["韩梅梅", "王五"], by=clerk)

    page = signed_in(clerk).get(f"/desk/graduates/arrival/{parcel.pk}/")
    assert page.context["form"].initial["lines"] == "韩梅梅\n王五"
    outcomes = actions.take_arrivals(parcel, ["韩梅梅", "王五"], by=clerk)

    assert [one.done for one in outcomes] == [True, False]
    assert [(one.name, bool(one.case_id)) for one in parcel.enclosures.order_by("pk")] == [
        ("韩梅梅", True),
        ("王五", False),
    ]
    assert unmatched(clerk).count() == 1


def test_one_of_two_of_the_same_name_is_found_by_number_only(announced, parcel, clerk, numbers):
    (unclear,) = actions.take_arrivals(parcel, ["李雷"], by=clerk)
    assert unclear.text == "Several expected graduates are meant: give the identity number."
    assert not Intake.objects.exists()
    (clear,) = actions.take_arrivals(parcel, [numbers[2]], by=clerk)
    assert clear.intake.person.name == "李雷"


def test_who_will_not_come_is_struck_off_with_a_reason(announced, clerk):
    graduate = announced.graduates.order_by("row")[0]
    actions.strike_off(graduate, by=clerk, reason="升学，档案转录取院校")
    assert announced.graduates.expected().count() == 2
    before = AuditEvent.objects.count()
    with pytest.raises(ValidationError, match="still expected"):
        actions.strike_off(graduate, by=clerk, reason="再次")
    assert AuditEvent.objects.count() == before


def test_only_who_may_imports(institution, reviewer, numbers):
    with pytest.raises(PermissionDenied):
        actions.import_list(
            file_of(f"甲,{numbers[0]},,"), institution=institution, by=reviewer, school="x", year=2026, file_name="x"
        )
    assert not GraduateList.objects.exists()


def test_the_school_gets_a_workbook_of_who_has_not_come(announced, parcel, clerk, numbers, signed_in):
    actions.take_arrivals(parcel, numbers[:1], by=clerk)
    response = signed_in(clerk).get(reverse("graduates:expected", args=[announced.pk]))
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).worksheets[0]
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == ["S02", "S03"]
    assert "*" in sheet["B2"].value


def test_a_list_is_judged_without_importing_when_asked(institution, clerk, numbers, signed_in):
    file = file_of(f"甲,{numbers[0]},,", "乙,,,")
    file.name = "名册.csv"
    typed = {"institution": institution.pk, "school": "虚构大学", "year": 2026, "file": file, "only_judge": "on"}
    page = signed_in(clerk).post(reverse("graduates:upload"), typed).text
    assert "1 of 2 lines can be expected" in page
    assert not GraduateList.objects.exists()


def test_lines_are_scanned_on_the_page_of_the_parcel(announced, parcel, clerk, numbers, signed_in):
    page = signed_in(clerk).post(reverse("graduates:arrival", args=[parcel.pk]), {"lines": f"{numbers[0]}\n王五"}).text
    assert "1 of 2 lines matched" in page
    assert "韩梅梅: intake" in page


def test_an_education_is_read_in_english_where_its_words_are_known():
    graduate = Graduate(education="本科")
    with override("zh-hans"):
        assert graduate.education_in_words == "本科"
    with override("en"):
        assert graduate.education_in_words == "Undergraduate, graduated"
        assert Graduate(education="定向培养班").education_in_words == "定向培养班"
