from datetime import timedelta

import pytest
from django.utils import timezone

from rendang.dossiers.queries import held_elsewhere, search
from rendang.kernel.access.permissions import Permission
from rendang.kernel.core.crypto import blind_index
from rendang.people.actions import add_identity, correct_person
from rendang.people.models import Person
from tests.factories import (
    CustodyFactory,
    EmployerFactory,
    InstitutionFactory,
    MaterialFactory,
    PlacementFactory,
    held_dossier,
)

pytestmark = pytest.mark.django_db
NUMBERS = {
    "单雄信": "110101199003074514",
    "王小明": "11010519491231002X",
}


@pytest.fixture
def people(institution):
    """Twelve people with names that are hard to find."""
    office = institution
    rows = {}
    names = ["王小明", "王晓明", "明月", "单雄信", "解缙", "曾小贤", "吕布", "欧阳娜娜", "买买提·艾力"]
    names += ["𬱖㐂", "䶮", "仇英"]
    for at, name in enumerate(names, start=1):
        number = {"id_number": NUMBERS[name]} if name in NUMBERS else {}
        rows[name] = held_dossier(office, name=name, custody={"archive_number": f"A2015{at:04}"}, **number)
    return rows


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("王小明", {"王小明"}),
        ("小明", {"王小明"}),
        ("明", {"王小明", "王晓明", "明月"}),
        ("王", {"王小明", "王晓明"}),
        ("王明", set()),
        ("wangxiaoming", {"王小明", "王晓明"}),
        ("wang xiao", {"王小明", "王晓明"}),
        ("wxm", {"王小明", "王晓明"}),
        ("shan", {"单雄信"}),
        ("danxiong", {"单雄信"}),
        ("sxx", {"单雄信"}),
        ("xiejin", {"解缙"}),
        ("jiejin", {"解缙"}),
        ("zeng", {"曾小贤"}),
        ("ceng", {"曾小贤"}),
        ("qiuying", {"仇英"}),
        ("lvbu", {"吕布"}),
        ("lubu", {"吕布"}),
        ("lü bu", {"吕布"}),
        ("ouyang", {"欧阳娜娜"}),
        ("娜娜", {"欧阳娜娜"}),
        ("艾力", {"买买提·艾力"}),
        ("买买提.艾力", {"买买提·艾力"}),
        ("𬱖", {"𬱖㐂"}),
        ("㐂", {"𬱖㐂"}),
        ("䶮", {"䶮"}),
        ("yan", {"䶮"}),
        ("11010519491231002X", {"王小明"}),
        ("110105491231002", {"王小明"}),
        ("002X", set()),
        ("A20150004", {"单雄信"}),
        ("a20150004", {"单雄信"}),
        ("A201500", "everybody"),
        ("%", set()),
        ("", "everybody"),
    ],
)
def test_everybody_is_found_by_what_people_type(people, clerk, typed, found):
    names = {row.name for row in search(clerk, typed)}
    assert names == (set(people) if found == "everybody" else found)


def test_the_label_finds_its_dossier(people, clerk):
    dossier = people["仇英"]
    assert [row.dossier for row in search(clerk, dossier.barcode)] == [dossier]


def test_former_numbers_and_passports_find_the_person(people, reviewer):
    person = people["吕布"].person
    former = person.id_number
    correct_person(person, by=reviewer, id_number="110101199003070011", reason="派出所证明")
    add_identity(Person.objects.get(pk=person.pk), kind="PASSPORT", number="E12345678", by=reviewer)
    for typed in (former, "110101199003070011", "e12345678"):
        assert [row.name for row in search(reviewer, typed)] == ["吕布"]


def test_a_corrected_name_is_found_at_once(people, reviewer):
    correct_person(people["明月"].person, by=reviewer, name="明玥", reason="更正")
    assert [row.name for row in search(reviewer, "玥")] == ["明玥"]
    assert not search(reviewer, "明月").exists()


def test_only_what_ones_institutions_hold_is_found(people, clerk, other_institution):
    held_dossier(other_institution, name="王小明")
    assert [row.institution_id for row in search(clerk, "王小明")] == [clerk.memberships.get().institution_id]


def test_the_city_finds_everything(people, supervisor, other_institution):
    held_dossier(other_institution, name="王小明")
    assert search(supervisor, "王小明").count() == 2
    assert search(supervisor, "wxm").count() == 3
    assert search(supervisor, "A2015").count() == 12


def test_without_the_right_nothing_is_found(people, system_administrator):
    assert not search(system_administrator, "王").exists()
    assert not search(system_administrator, "A2015", permission=Permission.DOSSIER_EXPORT).exists()


def test_for_a_whole_number_one_learns_who_holds_the_dossier_and_no_more(people, clerk, other_institution):
    dossier = held_dossier(other_institution, name="赵云")
    assert held_elsewhere(clerk, dossier.person.id_number).institution == other_institution
    assert held_elsewhere(clerk, people["仇英"].person.id_number) is None
    assert held_elsewhere(clerk, "赵云") is None


class TestFilters:
    def test_of_custody(self, people, clerk, institution):
        CustodyFactory(dossier=people["仇英"], institution=institution, status="ENDED", ended_on="2012-05")
        assert [row.name for row in search(clerk, "", {"status": "ENDED"})] == ["仇英"]
        assert search(clerk, "", {"status": "HELD"}).count() == 12

    def test_of_the_person(self, people, clerk):
        person = people["仇英"].person
        person.education = "21"
        person.save()
        assert [row.name for row in search(clerk, "", {"education": "21"})] == ["仇英"]

    def test_of_the_employer_of_custody_or_person(self, people, clerk):
        employer = EmployerFactory(name="虚构造船有限公司")
        people["仇英"].custodies.update(employer=employer)
        people["明月"].person.employer = employer
        people["明月"].person.save()
        assert {row.name for row in search(clerk, "", {"employer": "造船"})} == {"仇英", "明月"}

    def test_of_the_day_of_receipt_as_well_as_it_is_known(self, people, clerk):
        for name, received in (("仇英", "2019-06"), ("明月", "2019-06-30"), ("吕布", "2019")):
            people[name].custodies.update(received_on=received)
        rows = search(clerk, "", {"received_from": "2019-06", "received_to": "2019-06"})
        assert {row.name for row in rows} == {"仇英", "明月"}
        assert search(clerk, "", {"received_from": "2019", "received_to": "2019"}).count() == 3

    def test_of_the_place_where_it_is_now(self, people, clerk, institution):
        since, until = timezone.now() - timedelta(2), timezone.now() - timedelta(1)
        PlacementFactory(dossier=people["明月"], since=since, until=until)
        PlacementFactory(dossier=people["明月"], kind="DESK", detail="窗口", slot=None)
        PlacementFactory(dossier=people["仇英"], institution=institution)
        assert [row.name for row in search(clerk, "", {"place": "SLOT"})] == ["仇英"]
        assert search(clerk, "", {"place": "NONE"}).count() == 10

    def test_never_catalogued(self, people, clerk):
        MaterialFactory(dossier=people["仇英"])
        assert search(clerk, "", {"never_catalogued": "1"}).count() == 11

    def test_of_the_institution(self, people, supervisor, other_institution):
        held_dossier(other_institution, name="赵云")
        assert [row.name for row in search(supervisor, "", {"institution": str(other_institution.pk)})] == ["赵云"]

    def test_together_with_a_text(self, people, clerk):
        assert {row.name for row in search(clerk, "明", {"archive_type": "personal"})} == {"王小明", "王晓明", "明月"}
        assert not search(clerk, "明", {"archive_type": "unit"}).exists()


def test_reading_a_page_costs_the_same_however_many_are_found(people, clerk, django_assert_num_queries):
    search(clerk, "").first()
    with django_assert_num_queries(2):  # custodies with their institutions, dossiers with their people
        rows = list(search(clerk, ""))
    assert len(rows) == 12
    with django_assert_num_queries(0):
        [(row.institution.label, row.dossier.person.name, row.dossier.person.id_masked) for row in rows]


def test_a_number_in_the_index_is_not_the_number(people):
    person = people["王小明"].person
    assert bytes(person.id_index) == blind_index(person.id_number)
    assert person.id_number.encode() not in bytes(person.id_index)


def test_of_two_institutions_with_the_same_number_each_finds_its_own(clerk, institution):
    held_dossier(institution, name="甲乙", custody={"archive_number": "B1"})
    held_dossier(InstitutionFactory(), name="丙丁", custody={"archive_number": "B1"})
    assert [row.name for row in search(clerk, "B1")] == ["甲乙"]
