"""One step for many ticked cases: each by itself, with all its checks, and never all or nothing."""

import pytest
from django.forms import Form
from django.urls import get_resolver, reverse

from rendang.circulation.accruals import actions as accruals
from rendang.circulation.intake import actions as intake
from rendang.circulation.intake.models import Intake
from rendang.circulation.transfers.models import Transfer
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.workflow.actions import pause
from rendang.kernel.workflow.models import kinds
from rendang.kernel.workflow.steps import BEFOREHAND, STEPS
from rendang.kernel.workflow.views import KINDS, form_for_many, steps_for_many
from rendang.services.certificates import actions as certificates
from rendang.services.certificates.models import Certificate
from rendang.storage import actions as storage
from tests.factories import PlacementFactory, staff
from tests.one_of_each import fresh_number

pytestmark = pytest.mark.django_db


def issue(kind="certificate", step="issue"):
    return reverse("workflow:many", args=[kind, step])


@pytest.fixture
def drafts(institution, clerk):
    return [certificates.draft(PlacementFactory(institution=institution).dossier, by=clerk) for _each in range(3)]


def states():
    return list(Certificate.objects.order_by("pk").values_list("state", flat=True))


def outcomes(response):
    return [(outcome.case.number, outcome.refusal) for outcome in response.context["outcomes"]]


def test_each_ticked_case_takes_the_step_by_itself(drafts, reviewer, signed_in):
    answer = signed_in(reviewer).post(issue(), {"case": [drafts[0].pk, drafts[2].pk], "back": "/desk/certificates/"})

    assert outcomes(answer) == [(drafts[0].number, ""), (drafts[2].number, "")]
    assert states() == ["ISSUED", "DRAFTED", "ISSUED"]
    assert AuditEvent.objects.filter(verb="certificate.issue").count() == 2
    assert (answer.context["back"], answer.context["done"]) == ("/desk/certificates/", 2)


def test_what_was_made_of_them_is_printed_from_there(drafts, reviewer, signed_in):
    browser = signed_in(reviewer)

    refused = browser.post(issue(step="refuse"), {"case": [drafts[1].pk], "reason": "档案正在整理"})
    issued = browser.post(issue(), {"case": [drafts[0].pk, drafts[2].pk], "back": "/desk/certificates/"})

    assert refused.context["print_url"] == ""
    assert (
        issued.context["print_url"]
        .partition("&back=")[0]
        .endswith(f"/certificate/?case={drafts[0].pk}&case={drafts[2].pk}")
    )
    assert f'href="{issued.context["print_url"].replace("&", "&amp;")}"' in issued.content.decode()
    assert [case.pk for case in browser.get(issued.context["print_url"]).context["cases"]] == [
        drafts[0].pk,
        drafts[2].pk,
    ]


def test_a_refusal_holds_up_no_other_case_and_stands_beside_its_own(drafts, reviewer, keeper, signed_in):
    storage.take_out(drafts[1].dossier, by=keeper, detail="阅档室")

    answer = signed_in(reviewer).post(issue(), {"case": [draft.pk for draft in drafts]})

    assert [refusal[:12] for _number, refusal in outcomes(answer)] == ["", "The dossier ", ""]
    assert "not in stock" in outcomes(answer)[1][1]
    assert states() == ["ISSUED", "DRAFTED", "ISSUED"]
    assert (answer.context["done"], answer.context["refused"]) == (2, 1)


def test_back_in_the_list_those_are_ticked_with_which_it_was_not_done_and_the_filter_stands(
    drafts, reviewer, keeper, signed_in
):
    storage.take_out(drafts[1].dossier, by=keeper, detail="阅档室")
    browser, back = signed_in(reviewer), "/desk/certificates/?state=DRAFTED&urgency=&q="
    asked = {"case": [draft.pk for draft in drafts], "back": back}

    before, after = browser.get(issue(), asked), browser.post(issue(), asked)

    kept = "".join(f"&case={draft.pk}" for draft in drafts)
    assert before.context["back"] == f"{back}{kept}", "whoever thinks better of it finds all rows ticked"
    assert after.context["back"] == f"{back}&case={drafts[1].pk}"
    listed = browser.get(after.context["back"])
    ticked = [line for line in listed.text.splitlines() if 'name="case"' in line and " checked" in line]
    assert len(ticked) == 1
    assert f'value="{drafts[1].pk}"' in ticked[0]


def test_the_way_back_grows_no_longer_each_time(drafts, reviewer, signed_in):
    back = f"/desk/certificates/?state=DRAFTED&case={drafts[0].pk}&case={drafts[2].pk}"

    answer = signed_in(reviewer).get(issue(), {"case": drafts[1].pk, "back": back})

    assert answer.context["back"] == f"/desk/certificates/?state=DRAFTED&case={drafts[1].pk}"


@pytest.mark.parametrize("key", ["x", "-1", "9" * 30, "1'"])
def test_a_tick_that_is_none_is_left_out(drafts, key, reviewer, signed_in):
    listed = signed_in(reviewer).get("/desk/certificates/", {"case": key})

    assert (listed.status_code, "checked" in listed.text) == (200, False)


def test_before_it_is_taken_the_page_says_with_which_cases_it_cannot(drafts, reviewer, clerk, signed_in):
    pause(drafts[1], by=clerk, reason="等待补件")

    answer = signed_in(reviewer).get(issue(), {"case": [draft.pk for draft in drafts]})

    assert [case.pk for case in answer.context["ready"]] == [drafts[0].pk, drafts[2].pk]
    assert "must wait: the case is paused" in answer.content.decode()
    assert states() == ["DRAFTED"] * 3, "a look changes nothing"


def test_of_a_case_without_a_person_the_page_says_whom_it_is_from_before_and_after(
    institution, clerk, reviewer, keeper, signed_in
):
    paper = {"title": "2025年度考核登记表", "class_mark": "3", "formed_on": "2025-12"}
    given = [(PlacementFactory(institution=institution).dossier_id, paper) for _each in range(2)]
    delivery = accruals.register(institution, by=clerk, sender="虚构实业有限公司", rows=given)
    accruals.identify_all(delivery, by=reviewer)
    browser, asked = signed_in(keeper), {"case": [delivery.pk], "back": "/desk/accruals/"}

    before, after = browser.get(issue("accrual", "file"), asked), browser.post(issue("accrual", "file"), asked)

    for page in (before.text, after.text):
        assert "<td>虚构实业有限公司</td>" in page
        assert "Person or matter" in page
    assert outcomes(after) == [(delivery.number, "")]


def test_what_was_left_out_before_stays_ticked_as_well(drafts, reviewer, clerk, signed_in):
    pause(drafts[1], by=clerk, reason="等待补件")
    browser, ticked = signed_in(reviewer), [draft.pk for draft in drafts]
    before = browser.get(issue(), {"case": ticked, "back": "/desk/certificates/"})

    after = browser.post(issue(), {"case": [drafts[0].pk, drafts[2].pk], "back": before.context["back"]})

    assert states() == ["ISSUED", "DRAFTED", "ISSUED"]
    assert after.context["back"] == f"/desk/certificates/?case={drafts[1].pk}"


def test_what_the_step_asks_is_asked_once_for_all(drafts, reviewer, signed_in):
    browser = signed_in(reviewer)
    ticked = [draft.pk for draft in drafts]

    refused = browser.post(issue(step="refuse"), {"case": ticked})
    assert refused.context["form"].errors == {"reason": ["This field is required."]}
    assert states() == ["DRAFTED"] * 3

    browser.post(issue(step="refuse"), {"case": ticked, "reason": "用途不明"})
    assert list(Certificate.objects.values_list("state", "reason")) == [("REFUSED", "用途不明")] * 3


def test_the_two_person_rule_and_the_permission_are_asked_of_every_case(institution, signed_in, approver, clerk):
    """The head of one institution is a clerk at another: what may be done here may not be done there."""
    mine = intake.apply(
        institution, by=clerk, name="李雷", id_number=fresh_number(), reason="graduation", sender="虚构大学"
    )

    answer = signed_in(clerk).get(issue("intake", "issue_letter"), {"case": mine.pk})
    assert answer.status_code == 403

    done = signed_in(approver).post(issue("intake", "issue_letter"), {"case": mine.pk})
    assert [refusal for _number, refusal in outcomes(done)] == [""]
    assert Intake.objects.get().state == "CALLED"


def test_cases_of_another_institution_are_not_there(drafts, other_institution, signed_in):
    stranger = staff(other_institution, Role.REVIEWER)

    answer = signed_in(stranger).post(issue(), {"case": [draft.pk for draft in drafts]})

    assert outcomes(answer) == []
    assert drafts[0].person.name not in answer.content.decode()
    assert states() == ["DRAFTED"] * 3


@pytest.mark.parametrize(
    ("kind", "step"),
    [("intake", "witness_opening"), ("intake", "open_parcel"), ("intake", "nothing"), ("no", "issue")],
)
def test_what_one_person_attests_of_one_case_is_not_taken_for_many(kind, step, reviewer, signed_in):
    assert signed_in(reviewer).get(issue(kind, step)).status_code == 404


def test_steps_for_many_ask_for_nothing_or_for_the_same(drafts):
    assert set(steps_for_many(Certificate)) == {"issue", "refuse", "revoke"}
    assert {"issue_letter", "accept", "withdraw"} <= set(steps_for_many(Intake)) < set(STEPS[Intake])
    assert not {"open_parcel", "witness_opening", "review"} & set(steps_for_many(Intake))


@pytest.mark.parametrize("kind", kinds().values(), ids=kinds())
def test_what_is_asked_once_differs_from_no_case_to_the_next(kind):
    """A number of a consignment, a proof, a finding belong to one case: such a step is taken for one case only."""
    get_resolver().url_patterns  # noqa: B018 — the pages tell which forms belong to a kind
    for name in steps_for_many(kind):
        asked = form_for_many(KINDS[kind].forms_of[name]) if name in KINDS[kind].forms_of else Form
        assert set(asked.base_fields) <= {"reason", "opinion", "carrier", "outcome", "done_on", "note"}, name


def test_one_courier_takes_many_parcels_along_but_a_waybill_is_one_parcels():
    get_resolver().url_patterns  # noqa: B018 — the pages tell which forms belong to a kind
    assert set(form_for_many(KINDS[Transfer].forms_of["dispatch"]).base_fields) == {"carrier"}
    alone = {"send_receipt", "confirm_return", "accept_settled", "claim", "give_up"}
    assert not alone & set(steps_for_many(Intake))
    assert alone <= set(STEPS[Intake])


def test_what_is_asked_beforehand_belongs_to_a_step_of_its_kind():
    get_resolver().url_patterns  # noqa: B018 — the pages import what their steps are asked beforehand
    assert {name for kind, name in BEFOREHAND if kind.__name__ == "Accrual"} == {"file", "send_back"}
    assert [(kind, name) for kind, name in BEFOREHAND if name not in STEPS[kind]] == []


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_the_way_back_stays_in_the_house(back, reviewer, signed_in):
    answer = signed_in(reviewer).get(issue(), {"back": back})

    assert answer.context["back"] == "/desk/"


def test_nothing_ticked_says_what_to_do(reviewer, signed_in):
    answer = signed_in(reviewer).get(issue(), {"back": "/desk/certificates/?state=open"})

    assert "No case is ticked" in answer.content.decode()
    assert 'href="/desk/certificates/?state=open"' in answer.content.decode()


def test_a_list_offers_the_steps_open_for_its_rows(drafts, reviewer, clerk, keeper, signed_in):
    listed = signed_in(reviewer).get("/desk/certificates/")

    assert [step["name"] for step in listed.context["many"]["steps"]] == ["issue", "refuse"]
    assert listed.context["many"]["rows"] == {draft.pk: "issue refuse" for draft in drafts}
    assert f'name="case" value="{drafts[0].pk}"' in listed.content.decode()
    assert signed_in(clerk).get("/desk/certificates/").context["many"] == {
        "steps": [], "rows": {}, "print_url": "/desk/print/certificate/", "ticked": [],
    }, "a clerk has no step to take, and prints"  # fmt: skip
