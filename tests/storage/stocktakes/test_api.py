"""A counting device over the interface: plan, upload, verdicts, findings, their resolution; and who may not."""

import json

import pytest
from django.utils import timezone

from rendang.kernel.access.permissions import Permission
from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions as storage
from rendang.storage.models import Placement
from rendang.storage.queries import current_placement
from rendang.storage.stocktakes import actions
from rendang.storage.stocktakes.models import Finding, Scan, Stocktake

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/stocktakes"
SCOPES = (Permission.STOCKTAKE_VIEW, Permission.STOCKTAKE_RUN)


@pytest.fixture
def device(client_of):
    return client_of(*SCOPES)


def send(client, path, body, key="k"):
    return client.post(
        f"{ROOT}{path}", json.dumps(body), content_type="application/json", headers={"idempotency-key": key}
    )


def unchanged():
    """All that a refusal must leave as it was."""
    return (
        list(Stocktake.objects.order_by("pk").values_list("state", flat=True)),
        Scan.objects.count(),
        list(Finding.objects.order_by("pk").values_list("resolution", "reason")),
        Placement.objects.count(),
        AuditEvent.objects.exclude(verb="api_client.register").count(),
    )


def test_it_is_planned_for_stores_by_their_codes(device, institution, store):
    today = timezone.localdate()
    body = {"institution": institution.code, "occasion": "OTHER", "planned_for": f"{today}"}
    made = send(device, "", body | {"stores": ["K01"]})
    assert (made.status_code, made.json()["state"], made.json()["due_date"]) == (201, "PLANNED", f"{today}")
    case = Stocktake.objects.get(number=made.json()["number"])
    assert (list(case.stores.all()), case.channel, case.occasion) == ([store], "INTERFACE", "OTHER")

    before = unchanged()
    for wrong, field in (
        ({"stores": ["K99"]}, "stores"), ({"occasion": "NEVER"}, "occasion"), ({"institution": "NONE"}, "institution"),
    ):  # fmt: skip
        refused = send(device, "", body | wrong, key=field)
        assert (refused.status_code, list(refused.json()["errors"])) == (422, [field])
    late = send(device, "", body | {"planned_for": "2020-01-01"}, key="late")
    assert (late.status_code, "today or a later day" in late.json()["detail"]) == (409, True)
    assert unchanged() == before


def test_labels_are_uploaded_judged_and_become_findings(device, counting, shelf):
    path = f"/{counting.number}"
    scans = [{"number": 1, "code": str(shelf.slots[0])}, {"number": 2, "code": str(shelf.first)}]
    for key, new in (("one", 2), ("one", 2), ("again", 0)):  # the same answer to the same key; else nothing new
        sent = send(device, f"{path}/scans", {"device": "pda", "scans": scans}, key=key)
        assert sent.json() == {"received": 2, "new": new, "unknown": []}
    assert Scan.objects.count() == 2
    told = device.get(f"{ROOT}{path}/verdicts").json()
    assert (told["totals"]["FOUND"], told["totals"]["MISSING"], told["totals"]["ON_LOAN"]) == (1, 1, 1)
    assert told["racks"] == [{"store": "K01", "rack": "A-01", "expected": 2, "seen": 1, "found": 1}]
    assert send(device, f"{path}/steps/finish_counting", {}, key="end").json()["state"] == "COUNTED"
    (one,) = device.get(f"{ROOT}{path}/findings", {"verdict": "MISSING"}).json()["items"]
    assert one == {
        "id": Finding.objects.get(verdict="MISSING").pk,
        "verdict": "MISSING",
        "dossier_id": shelf.second.pk,
        "label": shelf.second.barcode,
        "expected": str(shelf.slots[1]),
        "expected_state": "SLOT",
        "seen": [],
        "movement": None,
        "resolution": "",
        "reason": "",
    }


@pytest.mark.parametrize(
    "body",
    [
        {"device": "a b", "scans": [{"number": 1, "code": "x"}]},
        {"device": "a", "scans": []},
        {"device": "a", "scans": [{"number": 0, "code": "x"}]},
        {"device": "a", "scans": [{"number": 1, "code": ""}]},
        {"device": "a", "scans": [{"number": 1, "code": "x", "at": "2026-11-20T08:00:00"}]},
    ],
)
def test_what_is_no_upload_is_refused(device, counting, body):
    before = unchanged()
    assert send(device, f"/{counting.number}/scans", body).status_code == 422
    assert unchanged() == before


def test_after_the_count_an_upload_is_refused_in_words(device, counted):
    before = unchanged()
    answer = send(device, f"/{counted.number}/scans", {"device": "a", "scans": [{"number": 1, "code": "x"}]})
    assert (answer.status_code, "stays on it" in answer.json()["detail"]) == (409, True)
    assert unchanged() == before


def test_findings_are_paged_and_tell_the_movement_that_explains_them(device, counting, count, shelf, keeper):
    storage.lend(shelf.first, by=keeper, detail="虚构单位", case=counting.case_ptr)
    count(shelf.slots[2], shelf.second)
    actions.finish_counting(counting, by=keeper)
    page = device.get(f"{ROOT}/{counting.number}/findings", {"limit": 1}).json()
    (lent,) = page["items"]
    assert (lent["verdict"], lent["resolution"], lent["label"]) == ("ON_LOAN", "EXPLAINED", shelf.first.barcode)
    movement = current_placement(shelf.first)
    assert lent["movement"]["place"] == "BORROWER"
    assert lent["movement"]["case"] == counting.number
    assert lent["movement"]["since"].startswith(f"{movement.since:%Y-%m-%dT%H:%M:%S}")
    rest = device.get(f"{ROOT}/{counting.number}/findings", {"after": page["next"]}).json()
    assert ([one["verdict"] for one in rest["items"]], rest["next"]) == (["MISPLACED", "ON_LOAN"], None)
    assert rest["items"][0]["seen"] == [str(shelf.slots[2])]


def test_findings_of_one_verdict_are_resolved_together_each_by_itself(device, counting, count, shelf, keeper):
    count(shelf.slots[2])
    actions.finish_counting(counting, by=keeper)
    first, second = Finding.objects.filter(verdict="MISSING").order_by("dossier")
    storage.move(shelf.second, shelf.slots[2], by=keeper)  # so that it cannot be found where it was
    body = {"findings": [first.pk, second.pk, 987654], "resolution": "FOUND_AGAIN", "reason": "夹在邻卷中"}
    answer = send(device, f"/{counting.number}/findings/resolve", body)
    assert (answer.status_code, answer.json()["resolved"]) == (200, [first.pk])
    refused = answer.json()["refused"]
    assert refused.keys() == {str(second.pk), "987654"}
    assert "elsewhere by now" in refused[str(second.pk)]
    assert refused["987654"] == "No such finding."
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.resolution, first.reason, second.resolution) == ("FOUND_AGAIN", "夹在邻卷中", "")
    assert AuditEvent.objects.filter(verb="finding.resolve").count() == 1


def test_findings_of_several_verdicts_and_foreign_ones_are_not_resolved(device, counted):
    before = unchanged()
    body = {
        "findings": list(Finding.objects.values_list("pk", flat=True)), "resolution": "LEFT_OPEN", "reason": "待查",
    }  # fmt: skip
    answer = send(device, f"/{counted.number}/findings/resolve", body)
    assert (answer.status_code, "of one verdict" in answer.json()["detail"]) == (409, True)
    for wrong in ({"findings": []}, {"reason": ""}, {"resolution": "X" * 13}):
        assert send(device, f"/{counted.number}/findings/resolve", body | wrong, key=str(wrong)).status_code == 422
    assert unchanged() == before


READS = ("", "/{number}", "/{number}/verdicts", "/{number}/findings")
WRITES = (
    ("/{number}/scans", {"device": "a", "scans": [{"number": 1, "code": "x"}]}),
    ("/{number}/findings/resolve", {"findings": [1], "resolution": "LEFT_OPEN", "reason": "待查"}),
    ("/{number}/steps/conclude", {"conclusion": ""}),
)


def test_another_institutions_stocktake_does_not_exist_for_a_client(client_of, other_institution, counted):
    stranger, before = client_of(*SCOPES, of=other_institution), unchanged()
    for path in READS[1:]:
        assert stranger.get(ROOT + path.format(number=counted.number)).status_code == 404, path
    assert stranger.get(ROOT).json() == {"items": [], "next": None}
    for path, body in WRITES:
        assert send(stranger, path.format(number=counted.number), body, key=path).status_code == 404, path
    planned = {"institution": counted.institution.code, "occasion": "OTHER", "planned_for": f"{timezone.localdate()}"}
    assert send(stranger, "", planned, key="plan").status_code == 422
    assert unchanged() == before


def test_without_the_scope_nothing_is_read_or_done(client_of, institution, counted):
    narrow, onlooker, before = client_of(Permission.DOSSIER_VIEW), client_of(Permission.STOCKTAKE_VIEW), unchanged()
    for path in READS[1:]:
        assert narrow.get(ROOT + path.format(number=counted.number)).status_code == 403, path
    for client in (narrow, onlooker):
        for path, body in WRITES:
            assert send(client, path.format(number=counted.number), body, key=path).status_code == 403, path
        body = {"institution": institution.code, "occasion": "OTHER", "planned_for": f"{timezone.localdate()}"}
        assert send(client, "", body, key="plan").status_code in {403, 422}
    assert unchanged() == before
