import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.people import profiles
from rendang.people.actions import (
    RECORDS,
    add_identity,
    add_record,
    change_record,
    correct_person,
    create_person,
    find_or_create_employer,
    find_or_create_person,
    remove_record,
    unmask,
)
from rendang.people.models import Person
from rendang.people.queries import find_by_id_number
from tests.factories import EmployerFactory, PersonFactory, held_dossier, staff

pytestmark = pytest.mark.django_db
MAN = "110101199003074514"
WOMAN = "11010519491231002X"


@pytest.fixture
def person(institution):
    return held_dossier(institution, name="王小明", id_number=MAN).person


class TestPuttingSomebodyOnRecord:
    def test_derives_what_the_card_says_and_how_the_name_is_read(self, clerk):
        person = create_person(name=" 单　雄信 ", id_number="1101051949 1231002x", by=clerk, education="21")
        assert (person.name, person.name_pinyin, person.name_pinyin_other, person.name_initials) == (
            "单雄信",
            "shanxiongxin",
            "danxiongxin",
            "sxx",
        )
        assert (person.sex, person.birth_date, person.id_masked) == ("2", "1949-12-31", "1101**********002X")
        assert Person.objects.get().id_number == WOMAN

    def test_keeps_the_old_number_of_15_digits_beside_the_new(self, clerk):
        person = create_person(name="李梅", id_number="110105491231002", by=clerk)
        assert person.id_number == WOMAN
        assert [identity.number for identity in person.other_identities.all()] == ["110105491231002"]
        assert find_by_id_number("110105491231002") == find_by_id_number(WOMAN) == person

    def test_leaves_no_number_in_the_log(self, clerk):
        create_person(name="李梅", id_number=WOMAN, by=clerk)
        event = AuditEvent.objects.get(verb="person.create")
        assert event.changes["id_number"] == ["***", "***"]
        assert WOMAN not in str(event.changes)
        assert event.person_id == event.subject_id

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"name": " "}, "identity card has it"),
            ({"id_number": ""}, "Give the identity number"),
            ({"id_number": "110101199003074515"}, "misread"),
            ({"id_number": "1101011990"}, "18 characters"),
            ({"id_number": "110101199013074516"}, "misread|cannot be"),
            ({"identity_kind": "PASSPORT", "id_number": "护照1"}, "up to 20 letters"),
        ],
    )
    def test_is_refused_in_words(self, clerk, fields, message):
        with pytest.raises(ValidationError, match=message):
            create_person(**{"name": "李雷", "id_number": MAN, "by": clerk, **fields})
        assert not Person.objects.exists()
        assert not AuditEvent.objects.exists()

    def test_twice_is_refused_without_saying_who_it_is(self, clerk, person):
        with pytest.raises(ValidationError, match="already on record") as refused:
            create_person(name="李雷", id_number=MAN, by=clerk)
        assert "王小明" not in str(refused.value)

    def test_with_a_passport_needs_no_card(self, clerk):
        person = create_person(name="John Smith", id_number="e1234567", identity_kind="PASSPORT", by=clerk)
        assert (person.id_number, person.sex, person.name_pinyin) == ("E1234567", "0", "johnsmith")


class TestFindOrCreate:
    def test_fills_gaps_and_overwrites_nothing(self, clerk, person):
        Person.objects.filter(pk=person.pk).update(mobile="13800000000")
        found = find_or_create_person(
            name="王小明", id_number=MAN, mobile="13900000000", email="a@example.com", by=clerk
        )
        assert found == person
        found.refresh_from_db()
        assert (found.mobile, found.email) == ("13800000000", "a@example.com")

    def test_refuses_another_name(self, clerk, person):
        with pytest.raises(ValidationError, match="another name"):
            find_or_create_person(name="王大明", id_number=MAN, by=clerk)

    def test_makes_who_is_new(self, clerk):
        assert find_or_create_person(name="李梅", id_number=WOMAN, by=clerk).name == "李梅"


class TestCorrecting:
    def test_facts_needs_no_reason(self, clerk, person):
        correct_person(person, by=clerk, school="虚构大学", political_status="01")
        assert AuditEvent.objects.get(verb="person.correct").changes["school"] == ["", "虚构大学"]

    def test_the_identity_needs_a_reason(self, clerk, person):
        with pytest.raises(ValidationError, match="by which paper"):
            correct_person(person, by=clerk, birth_date="1991-01-01")
        assert not AuditEvent.objects.exists()
        assert Person.objects.get(pk=person.pk).birth_date == "1990-03-07"

    def test_the_number_keeps_the_former_one_findable(self, clerk, person):
        correct_person(person, by=clerk, id_number=WOMAN, reason="公安机关更正证明")
        assert find_by_id_number(MAN) == find_by_id_number(WOMAN) == person
        (former,) = person.other_identities.all()
        assert (former.number, former.reason) == (MAN, "公安机关更正证明")
        assert Person.objects.get(pk=person.pk).birth_date == "1990-03-07"  # a date is corrected on its own

    def test_back_to_a_former_number_swaps_them(self, clerk, person):
        correct_person(person, by=clerk, id_number=WOMAN, reason="更正")
        correct_person(person, by=clerk, id_number=MAN, reason="再更正")
        assert [identity.number for identity in person.other_identities.all()] == [WOMAN]

    def test_to_somebody_elses_number_is_refused(self, clerk, person):
        PersonFactory(id_number=WOMAN)
        with pytest.raises(ValidationError, match="already on record"):
            correct_person(person, by=clerk, id_number=WOMAN, reason="更正")

    def test_is_for_those_whose_institution_holds_the_dossier(self, other_institution, keeper, person):
        for user in (staff(other_institution, Role.CLERK), keeper):
            with pytest.raises(PermissionDenied):
                correct_person(person, by=user, school="虚构大学")


class TestUnmasking:
    def test_gives_the_number_for_a_reason_and_notes_it(self, clerk, person):
        assert unmask(person, by=clerk, reason="核对身份") == MAN
        event = AuditEvent.objects.get(verb="person.unmask")
        assert (event.reason, event.person_id, event.changes) == ("核对身份", person.pk, {})

    def test_without_a_reason_is_refused(self, clerk, person):
        with pytest.raises(ValidationError, match="needed for"):
            unmask(person, by=clerk, reason="  ")
        assert not AuditEvent.objects.exists()

    def test_is_for_those_with_the_right(self, keeper, other_institution, person):
        for user in (keeper, staff(other_institution, Role.CLERK)):
            with pytest.raises(PermissionDenied):
                unmask(person, by=user, reason="好奇")


class TestRepeatedRecords:
    ROWS = {
        "education": {"school": "虚构大学", "start": "2008-09", "end": "2012-06", "education": "21"},
        "employment": {"employer": "虚构实业", "start": "2012-07"},
        "familymember": {"name": "王父", "relation": "51"},
        "reward": {"name": "先进工作者", "is_sanction": False},
        "languageskill": {"language": "英语"},
        "training": {"name": "岗前培训"},
        "title": {"name": "工程师", "granted_on": "2018"},
    }

    @pytest.mark.parametrize("kind", RECORDS)
    def test_are_added_changed_and_taken_out(self, clerk, person, kind):
        row = add_record(person, kind, by=clerk, **self.ROWS[kind])
        row = change_record(row, by=clerk, remarks="据登记表")
        remove_record(row, by=clerk)
        assert not RECORDS[kind].objects.exists()
        verbs = AuditEvent.objects.order_by("pk").values_list("verb", "person_id")
        assert list(verbs) == [(f"{kind}.{done}", person.pk) for done in ("add", "change", "remove")]

    def test_need_the_right(self, keeper, person):
        with pytest.raises(PermissionDenied):
            add_record(person, "training", by=keeper, name="岗前培训")

    def test_need_what_they_are_about(self, clerk, person):
        with pytest.raises(ValidationError):
            add_record(person, "education", by=clerk, school="")


class TestProfiles:
    def test_name_what_is_missing(self, person):
        person = Person.objects.select_related("employer").get(pk=person.pk)
        simple = [str(label) for label in profiles.missing(person, profiles.SIMPLE)]
        assert simple == ["ethnic group", "political status", "education"]
        assert len(profiles.missing(person)) == 13

    def test_are_content_when_all_is_there(self, institution):
        employer = EmployerFactory(kind="10", economic_type="110", industry="C")
        person = PersonFactory(
            ethnic_group="01",
            political_status="13",
            degree="408",
            education="21",
            school="虚构大学",
            graduated="2012-06",
            major="机械",
            major_kind="工学",
            employer=employer,
            post_kind="专业技术",
        )
        assert profiles.missing(person) == []

    def test_take_sex_unknown_for_missing(self):
        assert "sex" in [str(label) for label in profiles.missing(PersonFactory(sex="9"), profiles.SIMPLE)]


def test_an_employer_is_made_once(clerk):
    first = find_or_create_employer(" 虚构  实业 ", by=clerk)
    assert find_or_create_employer("虚构 实业", by=clerk) == first
    with pytest.raises(ValidationError, match="check character"):
        find_or_create_employer("虚构 实业", credit_code="91350100M000100Y44", by=clerk)


def test_a_further_identity_may_belong_to_one_person_only(clerk, person):
    add_identity(person, kind="PASSPORT", number="E1234567", by=clerk)
    with pytest.raises(ValidationError, match="already on record"):
        add_identity(person, kind="PASSPORT", number="e1234567", by=clerk)
