import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from rendang.circulation.rosters import actions
from rendang.circulation.rosters.models import Roster
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.people.models import Person
from tests.circulation.rosters.files import HEADINGS, id_number, row
from tests.factories import staff

CONTENT = "\n".join(",".join(cells) for cells in (HEADINGS, row(1), row(2), row(2))).encode()


@pytest.fixture
def judged(institution, clerk):
    roster = actions.receive(CONTENT, name="r.csv", institution=institution, by=clerk)
    actions.judge_roster(roster_id=roster.pk)
    roster.refresh_from_db()
    return roster


def url(name, *args):
    return reverse(f"rosters:{name}", args=args)


def test_an_empty_list_says_what_to_do(clerk, signed_in):
    page = signed_in(clerk).get(url("list")).content.decode()
    assert "No roster yet" in page
    assert url("upload") in page


def test_a_file_is_uploaded_judged_confirmed_and_imported(institution, clerk, signed_in):
    browser = signed_in(clerk)
    file = SimpleUploadedFile("r.csv", CONTENT)
    answer = browser.post(url("upload"), {"institution": institution.pk, "file": file})
    roster = Roster.objects.get()
    assert answer.url == roster.get_absolute_url()
    assert "hx-trigger" in browser.get(answer.url).content.decode()
    actions.judge_roster(roster_id=roster.pk)
    actions.mark_up(roster_id=roster.pk)
    page = browser.get(answer.url).content.decode()
    assert "Import 2 rows" in page
    assert "<dt>Importable</dt><dd><strong>2</strong></dd>" in page
    assert "Person already in an earlier row" in page
    assert "hx-trigger" not in page
    assert id_number(1) not in page
    browser.post(url("confirm", roster.pk))
    actions.import_roster(roster_id=roster.pk)
    assert Person.objects.count() == 2
    assert "<dt>Imported</dt><dd><strong>2</strong></dd>" in browser.get(answer.url).content.decode()
    assert "r.csv" in browser.get(url("list")).content.decode()


def test_what_cannot_be_a_roster_is_refused_beside_the_field(institution, clerk, signed_in):
    file = SimpleUploadedFile("r.csv", b"%PDF-1.4 nothing")
    page = signed_in(clerk).post(url("upload"), {"institution": institution.pk, "file": file})
    assert page.status_code == 200
    assert "XLSX" in page.content.decode()
    assert not Roster.objects.exists()


def test_nobody_uploads_for_another_institution(other_institution, clerk, signed_in):
    file = SimpleUploadedFile("r.csv", CONTENT)
    page = signed_in(clerk).post(url("upload"), {"institution": other_institution.pk, "file": file})
    assert page.status_code == 200
    assert not Roster.objects.exists()


def test_columns_are_corrected_on_screen(judged, clerk, signed_in):
    browser = signed_in(clerk)
    page = browser.get(url("columns", judged.pk)).content.decode()
    assert "公民身份号码" in page
    assert id_number(1) not in page
    chosen = {f"s0c{column}": field for column, field in enumerate(["name", "sex", "id_number", "", "", "location"])}
    answer = browser.post(url("columns", judged.pk), chosen)
    assert answer.url == judged.get_absolute_url()
    judged.refresh_from_db()
    assert judged.state == "READING"
    assert judged.sheets[0]["layout"]["columns"] == {"name": [0], "sex": [1], "id_number": [2], "location": [5]}
    refused = browser.post(url("columns", judged.pk), {"s0c0": "name"})
    assert refused.status_code == 200


def test_it_is_put_aside_on_screen(judged, clerk, signed_in):
    signed_in(clerk).post(url("cancel", judged.pk))
    judged.refresh_from_db()
    assert judged.state == "CANCELLED"


@pytest.mark.parametrize("which", ["original", "marked"])
def test_a_download_is_recorded(judged, clerk, signed_in, which):
    browser = signed_in(clerk)
    if which == "marked":
        assert browser.get(url("download", judged.pk, which)).status_code == 404
        actions.mark_up(roster_id=judged.pk)
    answer = browser.get(url("download", judged.pk, which))
    assert answer.status_code == 200
    assert io.BytesIO(answer.getvalue()).read(2) == (b"PK" if which == "marked" else CONTENT[:2])
    event = AuditEvent.objects.get(verb="roster.download")
    assert (event.actor_id, event.subject_id, event.institution_id) == (clerk.pk, judged.pk, judged.institution_id)


@pytest.mark.parametrize("name", ["detail", "columns"])
def test_another_institutions_roster_does_not_exist(judged, other_institution, keeper, signed_in, name):
    outsider = staff(other_institution, Role.CLERK)
    assert signed_in(outsider).get(url(name, judged.pk)).status_code == 404
    assert signed_in(keeper).get(url(name, judged.pk)).status_code == 403
    assert signed_in(outsider).post(url("confirm", judged.pk)).status_code == 404
    assert signed_in(outsider).get(url("download", judged.pk, "original")).status_code == 404
    assert "r.csv" not in signed_in(outsider).get(url("list")).content.decode()


def test_no_page_asks_more_the_more_rows_there_are(
    judged, institution, clerk, signed_in, django_assert_max_num_queries
):
    for number in range(5):
        actions.receive(CONTENT + b"\n" * number, name=f"{number}.csv", institution=institution, by=clerk)
    browser = signed_in(clerk)
    for address in (url("list"), url("detail", judged.pk), url("columns", judged.pk), url("upload")):
        with django_assert_max_num_queries(12):
            assert browser.get(address).status_code == 200
