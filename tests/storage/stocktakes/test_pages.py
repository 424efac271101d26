import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from rendang.storage import actions as storage
from rendang.storage.stocktakes import actions
from rendang.storage.stocktakes.models import Finding, Scan

pytestmark = pytest.mark.django_db


def page(name, case):
    return reverse(f"stocktakes:{name}", args=[case.pk])


def post_json(client, address, body):
    return client.post(address, json.dumps(body), content_type="application/json")


def test_the_list_says_what_is_due_and_what_to_do_next(signed_in, keeper, institution):
    answer = signed_in(keeper).get(reverse("stocktakes:list")).content.decode()
    assert "Never counted yet" in answer
    assert "No stocktake yet" in answer
    assert f"?institution={institution.pk}&amp;occasion=YEARLY" in answer


def test_a_keeper_plans_and_starts_on_the_pages(signed_in, keeper, institution, shelf):
    browser = signed_in(keeper)
    given = {"institution": institution.pk, "occasion": "HALF_YEARLY", "planned_for": timezone.localdate()}
    case_page = browser.post(reverse("stocktakes:plan"), given)["Location"]
    browser.post(f"{case_page}start/", {"confirmed": "yes"})
    answer = browser.get(case_page).content.decode()
    assert "Being counted" in answer
    assert "Progress by rack" in answer


def test_while_it_is_counted_scanning_stands_out_and_ending_the_count_stands_back(signed_in, keeper, counting):
    page_of_it = signed_in(keeper).get(counting.get_absolute_url()).content.decode()
    assert re.findall(r'class="btn btn-primary"\s+href="[^"]*/(\w+)/"', page_of_it) == ["scan"]
    assert counting.address_of("finish_counting") in page_of_it


def test_without_javascript_labels_are_lines(signed_in, keeper, counting, shelf):
    browser = signed_in(keeper)
    given = {"device": "form-1", "codes": f"{shelf.slots[0]}\n\n{shelf.first}\nwhat\n"}
    answer = browser.post(page("scan", counting), given).content.decode()
    assert "3 labels received, 3 of them new." in answer
    assert "Nobody here knows: what" in answer
    again = browser.post(page("scan", counting), given).content.decode()
    assert "3 labels received, 0 of them new." in again
    assert Scan.objects.count() == 3


def test_a_device_uploads_many_at_once_and_again(signed_in, keeper, counting, shelf):
    browser = signed_in(keeper)
    at = timezone.now().isoformat()
    scans = [{"number": 1, "code": str(shelf.slots[0]), "at": at}, {"number": 2, "code": "what", "at": at}]
    for new in (2, 0):
        answer = post_json(browser, page("upload", counting), {"device": "a1", "scans": scans})
        assert (answer.status_code, answer.json()) == (
            200,
            {"received": 2, "new": new, "unknown": ["what"], "counted": 0},
        )


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"device": "a", "scans": [{"number": "1", "code": "x"}]},
        {"device": "a", "scans": [{"number": 1, "code": "x", "at": "2026-13-45T00:00:00Z"}]},
        {"device": "a", "scans": [{"number": 1, "code": "x", "at": "2026-01-01T00:00:00"}]},
        {"device": "a", "scans": 7},
    ],
)
def test_what_is_no_upload_is_refused(signed_in, keeper, counting, body):
    assert post_json(signed_in(keeper), page("upload", counting), body).status_code == 422
    assert Scan.objects.count() == 0


def test_after_the_count_an_upload_is_refused_in_words(signed_in, keeper, counted):
    body = {"device": "a", "scans": [{"number": 1, "code": "x"}]}
    answer = post_json(signed_in(keeper), page("upload", counted), body)
    assert answer.status_code == 409
    assert "stays on it" in answer.json()["detail"]


def test_findings_are_listed_narrowed_and_resolved(signed_in, keeper, counted, shelf):
    browser = signed_in(keeper)
    missing = Finding.objects.get(verdict="MISSING")
    narrowed = browser.get(page("findings", counted), {"verdict": "MISSING"}).content.decode()
    assert shelf.first.barcode in narrowed
    assert "Resolve together" in narrowed
    assert shelf.second.barcode not in narrowed
    address = reverse("stocktakes:finding", args=[missing.pk])
    shown = browser.get(address).content.decode()
    assert '<option value="" selected>—</option>' in shown
    assert "Searched again and found" in shown
    undecided = browser.post(address, {"resolution": "", "reason": "复查两遍未见"})
    assert "This field is required" in undecided.content.decode()
    missing.refresh_from_db()
    assert missing.resolution == ""
    answer = browser.post(address, {"resolution": "REPORTED", "reason": "复查两遍未见"})
    assert answer["Location"] == f"{page('findings', counted)}?standing=waiting"
    missing.refresh_from_db()
    assert (missing.resolution, missing.resolved_by) == ("REPORTED", keeper)
    assert "Resolve together" not in browser.get(page("findings", counted), {"verdict": "MISSING"}).content.decode()


def test_a_cancelled_count_shows_no_verdicts_as_if_nothing_had_been_there(signed_in, keeper, counting):
    browser = signed_in(keeper)
    assert "Verdicts" in browser.get(page("detail", counting)).text
    actions.cancel(counting, by=keeper, reason="与专项盘点重复")
    shown = browser.get(page("detail", counting)).text
    assert "与专项盘点重复" in shown
    assert "Verdicts" not in shown


def test_the_report_is_served_as_signed(signed_in, approver, signed):
    answer = signed_in(approver).get(page("report", signed))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.getvalue().startswith(b"%PDF")


def test_a_finding_of_what_somebody_has_leads_to_the_case_under_which(
    signed_in, keeper, institution, counting, count, shelf
):
    other = actions.plan(institution, by=keeper, occasion="OTHER", planned_for=timezone.localdate())
    storage.lend(shelf.first, by=keeper, detail="虚构单位", case=other.case_ptr)  # whatever kind of case it is
    count(shelf.slots[1], shelf.second)
    actions.finish_counting(counting, by=keeper)
    browser, lent = signed_in(keeper), Finding.objects.get(dossier=shelf.first)
    assert (lent.verdict, lent.resolution) == ("ON_LOAN", "EXPLAINED")
    for address in (page("findings", counting), reverse("stocktakes:finding", args=[lent.pk])):
        assert f'<a href="{other.get_absolute_url()}">Lent on ' in browser.get(address).text
