import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rendang.kernel.audit.models import AuditEvent
from rendang.portal.models import PublicRequest
from rendang.services.certificates import actions as certificates
from tests.factories import CitizenFactory, PlacementFactory, held_dossier

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(institution):
    return PlacementFactory(institution=institution).dossier


@pytest.fixture
def visitor():
    return Client(headers={"accept-language": "en"})


def ask(visitor, name, id_number, **changes):
    page = visitor.get(reverse("portal:query")).text
    first, second = re.search(r"(\d+) (?:plus|加) (\d+)", page).groups()
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    asked = {"name": name, "id_number": id_number, "answer": int(first) + int(second), "token": token} | changes
    return visitor.post(reverse("portal:query"), asked)


def test_one_entry_says_where_the_dossier_is_and_no_more(visitor, dossier, institution):
    response = ask(visitor, dossier.person.name, dossier.person.id_number)

    assert response.status_code == 200
    told = {institution.english_name, institution.phone, institution.address}
    assert told <= set(re.findall(r">([^<>]+)<", response.text))
    assert "In stock" in response.text
    for secret in (dossier.custodies.get().archive_number, dossier.person.id_number, dossier.person.id_masked):
        assert secret not in response.text


@pytest.mark.parametrize("case", ["wrong name", "unknown number", "nobody holds it"])
def test_every_not_found_is_the_same_page(visitor, dossier, case):
    person = dossier.person
    number = person.id_number
    if case == "nobody holds it":
        dossier.custodies.update(status="REFUTED")
    name = "李不是" if case == "wrong name" else person.name
    if case == "unknown number":
        number = "110101199003074514"

    response = ask(visitor, name, number)

    assert response.status_code == 200
    assert "None of the five institutions" in response.text


def test_found_and_not_found_cost_the_same_statements(visitor, dossier, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def statements(name):
        with CaptureQueriesContext(connection) as queries:
            ask(visitor, name, dossier.person.id_number)
        return [re.sub(r"\d+|'[^']*'", "?", query["sql"])[:60] for query in queries]

    statements("暖身")  # the standards are read once
    found, missing = statements(dossier.person.name), statements("李不是")

    assert found == missing


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("words", ["短", "长" * 90])
def test_found_and_not_found_look_the_same_on_the_wire(dossier, institution, language, words):
    """Encryption hides what is said, not how long it is: status, headers and length are the same."""
    institution.address = words
    institution.save()
    visitor = Client(headers={"accept-language": language})

    found, missing = (ask(visitor, name, dossier.person.id_number) for name in (dossier.person.name, "李不是"))

    assert b"answer-valid" in found.content
    assert b"answer-invalid" in missing.content
    assert found.status_code == missing.status_code == 200
    assert found.headers.keys() == missing.headers.keys()
    assert found.cookies.keys() == missing.cookies.keys()
    assert len(found.content) == len(missing.content) == 16 * 1024


def test_a_question_answers_one_query(visitor, dossier):
    first = ask(visitor, dossier.person.name, dossier.person.id_number)
    assert first.status_code == 200
    token = re.search(r'name="token" value="([^"]+)"', visitor.get(reverse("portal:query")).text)[1]

    wrong = ask(visitor, dossier.person.name, dossier.person.id_number, answer="99", token=token)

    assert "not the answer" in wrong.text
    assert dossier.person.name in wrong.text, "what was typed is kept"
    assert PublicRequest.objects.count() == 1


def test_a_query_with_a_mistake_asks_a_new_question_and_keeps_what_was_typed(visitor, dossier):
    shown = visitor.post("/query/", {"name": dossier.person.name, "id_number": "", "answer": "", "token": "x"})

    asked = shown.context["form"]["answer"]
    assert asked.label != "Answer"
    assert f">{asked.label}</label>" in shown.content.decode()
    assert f'value="{dossier.person.name}"' in shown.content.decode()


@pytest.mark.parametrize("mistyped", ["37020219910418926", "3702021991041892655", "370202199104189266"])
def test_a_number_with_a_digit_too_few_too_many_or_wrong_is_not_looked_up(visitor, dossier, mistyped):
    page = ask(visitor, dossier.person.name, mistyped).text

    assert "This ID number contains a mistake" in page
    assert not PublicRequest.objects.exists()


def test_a_travel_permit_is_no_mistyped_number(visitor, dossier):
    assert "None of the" in ask(visitor, dossier.person.name, "H12345678").text


def test_an_identity_is_asked_about_a_few_times_a_day(visitor, dossier):
    for _time in range(5):
        assert "kept here" in ask(visitor, dossier.person.name, dossier.person.id_number).text
    events = AuditEvent.objects.count()

    refused = ask(visitor, dossier.person.name, dossier.person.id_number)

    assert "Too many requests" in refused.text
    assert AuditEvent.objects.count() == events


def test_the_query_leaves_a_trace_without_a_name(visitor, dossier):
    ask(visitor, dossier.person.name, dossier.person.id_number)

    event = AuditEvent.objects.get(verb="query.ask")
    assert (event.person_id, event.actor_id, event.changes) == (dossier.person_id, None, {})


def test_verification_by_number_and_by_file(visitor, dossier, clerk, reviewer):
    certificate = certificates.issue(certificates.draft(dossier, by=clerk), by=reviewer)
    address = reverse("portal:verify")

    valid = visitor.get(address, {"number": certificate.certificate_number, "code": certificate.verification_code})
    unknown = visitor.get(address, {"number": certificate.certificate_number, "code": "WRONGWRONG22"})

    assert "This certificate is valid" in valid.text
    assert dossier.person.name not in valid.text
    assert "No such certificate" in unknown.text


def test_a_file_that_was_not_issued_is_told_in_words_about_files(visitor):
    foreign = SimpleUploadedFile("paper.pdf", b"%PDF-1.7 something else")

    page = visitor.post(reverse("portal:verify_file"), {"file": foreign}).text

    assert "This file is no certificate as it was issued" in page
    assert "No such certificate" not in page


def test_a_citizen_sees_the_own_dossier_and_gets_the_certificate(signed_in, dossier):
    citizen = CitizenFactory(id_number=dossier.person.id_number, name=dossier.person.name)
    browser = signed_in(citizen)

    assert "Your dossier is in stock" in browser.get(reverse("portal:me")).text
    assert browser.post(reverse("portal:apply"), {"purpose": ""}).url == reverse("portal:me")

    page = browser.get(reverse("portal:me")).text
    paper = re.search(r'href="(/me/certificates/\d+/paper/)"', page)[1]
    assert b"".join(browser.get(paper).streaming_content).startswith(b"%PDF")


def test_no_certificate_is_offered_while_the_dossier_is_not_in_its_place(signed_in, institution):
    person = held_dossier(institution).person
    browser = signed_in(CitizenFactory(id_number=person.id_number, name=person.name))

    page = browser.get(reverse("portal:apply")).text

    assert "a certificate cannot be issued at this moment" in page
    assert "Issue the certificate now" not in page


def test_a_citizen_gets_nobody_elses_paper(signed_in, dossier, clerk, reviewer):
    certificate = certificates.issue(certificates.draft(dossier, by=clerk), by=reviewer)

    assert signed_in(CitizenFactory()).get(reverse("portal:paper", args=[certificate.pk])).status_code == 404


def test_staff_have_no_business_on_the_citizens_pages(signed_in, clerk):
    assert signed_in(clerk).get(reverse("portal:me")).status_code == 403


def test_strangers_are_sent_to_sign_in(visitor):
    assert visitor.get(reverse("portal:me")).status_code == 302


@pytest.mark.parametrize("page", ["home", "query", "verify", "guide", "directory"])
def test_public_pages_are_open_in_both_languages(visitor, page, institution):
    for language in ("en", "zh-hans"):
        response = visitor.get(reverse(f"portal:{page}"), headers={"accept-language": language})
        assert response.status_code == 200


@pytest.mark.parametrize("code", ["intake", "transfer", "certificate"])
def test_the_guide_draws_the_course_from_the_steps(visitor, code):
    assert "flow-label" in visitor.get(reverse("portal:service", args=[code])).text


def test_a_recall_letter_is_verified_without_a_name(visitor, db):
    assert visitor.get(reverse("portal:letter", args=["RCSC调〔2026〕0001号"])).status_code == 404
