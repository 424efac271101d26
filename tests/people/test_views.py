import pytest
from django.urls import reverse

from rendang.kernel.audit.models import AuditEvent
from rendang.people.models import Person
from tests.factories import held_dossier

pytestmark = pytest.mark.django_db
NUMBER = "110101199003074514"
PAGES = ("edit", "identity", "identity_add", "records", "unmask")


@pytest.fixture
def person(institution):
    return held_dossier(institution, name="王小明", id_number=NUMBER).person


def url(page, *keys):
    return reverse(f"people:{page}", args=keys)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_and_none_shows_the_number(signed_in, clerk, person, page):
    response = signed_in(clerk).get(url(page, person.pk))
    assert response.status_code == 200
    assert NUMBER not in response.text


@pytest.mark.parametrize("page", PAGES)
def test_of_another_institutions_people_nothing_is_found(signed_in, clerk, other_institution, page):
    theirs = held_dossier(other_institution).person
    assert signed_in(clerk).get(url(page, theirs.pk)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_keeper_may_not(signed_in, keeper, person, page):
    assert signed_in(keeper).get(url(page, person.pk)).status_code == 403


def test_facts_are_saved_divisions_and_employers_by_name(signed_in, clerk, person):
    data = {
        "education": "21",
        "graduated": "2012年6月",
        "household_division": "青岛市市南区",
        "employer_name": "虚构实业",
    }
    response = signed_in(clerk).post(url("edit", person.pk), data)
    assert not (response.context and response.context["form"].errors)
    assert response.url == url("edit", person.pk)
    saved = Person.objects.select_related("employer").get(pk=person.pk)
    assert (saved.education, saved.graduated, saved.household_division, saved.employer.name) == (
        "21",
        "2012-06",
        "370202",
        "虚构实业",
    )
    assert signed_in(clerk).get(url("employer", person.pk)).status_code == 200


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(signed_in, clerk, person):
    data = {"graduated": "2012-13", "household_division": "不存在的区", "school": "虚构大学"}
    page = signed_in(clerk).post(url("edit", person.pk), data).text
    assert "Write the date as 1986" in page
    assert "No division is called “不存在的区”" in page
    assert "虚构大学" in page
    assert Person.objects.get(pk=person.pk).school == ""


def test_the_whole_number_is_shown_once_for_a_reason(signed_in, clerk, person):
    client = signed_in(clerk)
    refused = client.post(url("unmask", person.pk), {"reason": " "})
    assert NUMBER not in refused.text
    shown = client.post(url("unmask", person.pk), {"reason": "核对身份"})
    assert NUMBER in shown.text
    assert "no-store" in shown["Cache-Control"]
    assert AuditEvent.objects.get(verb="person.unmask").reason == "核对身份"


def test_the_identity_is_corrected_with_a_reason(signed_in, clerk, person):
    data = {"name": "王晓明", "identity_kind": "ID_CARD", "id_number": "", "sex": "1", "birth_date": "1990-03-07"}
    client = signed_in(clerk)
    client.post(url("identity", person.pk), data)
    assert Person.objects.get(pk=person.pk).name == "王小明"
    client.post(url("identity", person.pk), {**data, "reason": "户口簿"})
    saved = Person.objects.get(pk=person.pk)
    assert (saved.name, saved.name_pinyin, saved.id_number) == ("王晓明", "wangxiaoming", NUMBER)


def test_records_are_kept_on_screen(signed_in, clerk, person):
    client = signed_in(clerk)
    client.post(
        url("record_add", person.pk, "education"), {"school": "虚构大学", "start": "2008.9", "education": "21"}
    )
    row = person.educations.get()
    assert row.start == "2008-09"
    assert "虚构大学" in client.get(url("records", person.pk)).text
    client.post(url("record_edit", person.pk, "education", row.pk), {"school": "虚构学院", "education": "31"})
    assert "虚构学院" in client.get(url("record_edit", person.pk, "education", row.pk)).text
    client.post(url("record_remove", person.pk, "education", row.pk))
    assert not person.educations.exists()


def test_a_part_that_does_not_exist_is_not_found(signed_in, clerk, person):
    assert signed_in(clerk).get(url("record_add", person.pk, "secrets")).status_code == 404


def test_looking_at_a_record_is_noted(signed_in, clerk, person):
    signed_in(clerk).get(url("edit", person.pk))
    assert AuditEvent.objects.get(verb="person.view").person_id == person.pk


def test_what_the_roster_says_stands_beside_the_field_it_did_not_fill(signed_in, clerk, person):
    person.unknown_texts = {"education": "神学院<i>", "birth_date": "1990.13"}
    person.save()

    facts, identity = (signed_in(clerk).get(url(page, person.pk)).text for page in ("edit", "identity"))
    assert "The roster says: “神学院&lt;i&gt;”." in facts and "1990.13" not in facts
    assert "The roster says: “1990.13”." in identity
    dossier = signed_in(clerk).get(reverse("dossiers:detail", args=[person.dossier.pk])).text
    assert "Education, as the roster says" in dossier and "神学院&lt;i&gt;" in dossier
