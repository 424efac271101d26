"""Every kind of case of circulation over the interface: listed, read, moved on, refused without a trace, hidden."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone

from rendang.circulation.accruals import actions as accruals
from rendang.circulation.household import actions as household
from rendang.circulation.party import actions as party
from rendang.exchange import actions as exchange
from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import API_SCOPES, Permission
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.workflow.models import Case
from tests.one_of_each import applied_for, dossier_in_stock, household_member, party_member, staff_of

pytestmark = pytest.mark.django_db
API = "/api/v1"
REASON = {"reason": "申请人撤回"}


def accrual(institution, ours):
    rows = [(dossier_in_stock(institution).pk, {"title": "2025年度考核登记表", "class_mark": "3"})]
    return accruals.register(institution, by=ours[Role.CLERK], sender="虚构公司", rows=rows)


def chase(institution, ours):
    asked = {"addressee_kind": "SCHOOL", "addressee": "虚构大学", "titles": ["毕业生登记表"]}
    return accruals.chase(dossier_in_stock(institution), by=ours[Role.CLERK], **asked)


def relation(institution, ours):
    member = party_member(institution, dossier_in_stock(institution).person, ours)
    return party.register_departure(member, by=ours[Role.CLERK], other_committee="虚构市委组织部")


def move(institution, ours):
    member = household_member(institution, dossier_in_stock(institution).person, ours)
    return household.apply_to_move_out(member, by=ours[Role.CLERK], other_address="邻市某路1号")


def page(institution, ours):
    member = household_member(institution, dossier_in_stock(institution).person, ours)
    return household.lend_page(member, by=ours[Role.CLERK], purpose="办理结婚登记")


# Where it is mounted: how one is begun, the step that a client takes, what it asks for, and where that leads.
KINDS = {
    "loans": (lambda at, ours: applied_for(dossier_in_stock(at), ours), "withdraw", REASON, "WITHDRAWN"),
    "accruals": (accrual, "identify", {"verdicts": {}}, "IDENTIFIED"),
    "chases": (chase, "end", REASON, "ENDED"),
    "party": (relation, "withdraw", REASON, "WITHDRAWN"),
    "household-moves": (move, "withdraw", REASON, "WITHDRAWN"),
    "member-pages": (page, "take_back_page", {}, "RETURNED"),
}


@pytest.fixture
def client_of(system_administrator):
    """``client_of(institution, scopes)``: calls the interface as a client with these scopes."""
    keys = iter(range(1000))

    def of(institution, scopes=API_SCOPES):
        until = timezone.localdate() + dt.timedelta(30)
        _client, token = exchange.register_client(
            institution, by=system_administrator, name="别的系统", scopes=scopes, expires_on=until
        )

        def call(method, address, body=None):
            headers = {"authorization": f"Bearer {token}", "idempotency-key": f"key-{next(keys)}"}
            given = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
            return getattr(Client(headers=headers), method)(f"{API}/{address}", **given)

        return call

    return of


def test_how_often_a_chasing_letter_went_out_is_listed_and_never_its_link(client_of, institution, other_institution):
    ours = staff_of(institution)
    letter = chase(institution, ours)
    accruals.CHASE_STEPS["send_again"](letter, by=ours[Role.CLERK])
    asked, today = f"chases/{letter.number}/sendings", f"{timezone.localdate()}"
    answer = client_of(institution)("get", asked)
    until = f"{type(letter).objects.get().link_until}"
    assert answer.json() == [{"number": n, "sent_on": today, "answer_by": until} for n in (1, 2)]
    assert client_of(institution, [Permission.DOSSIER_FIND])("get", asked).status_code == 403
    assert client_of(other_institution)("get", asked).status_code == 404


@pytest.fixture(params=KINDS)
def kind(request, institution):
    begin, step, inputs, state = KINDS[request.param]
    case = begin(institution, staff_of(institution))
    return request.param, case, f"{request.param}/{case.number}/steps/{step}", inputs, state


def test_a_case_is_listed_read_and_moved_on_and_a_step_out_of_turn_leaves_no_trace(kind, client_of, institution):
    mounted, case, step, inputs, state = kind
    call = client_of(institution)

    assert call("get", mounted).json()["items"][0]["number"] == case.number
    assert call("get", f"{mounted}/{case.number}").json()["state"] == case.state
    answer = call("post", step, inputs)
    assert (answer.status_code, answer.json()["state"]) == (200, state), answer.content

    before = AuditEvent.objects.count()
    assert call("post", step, inputs).status_code == 409
    assert call("post", f"{mounted}/{case.number}/steps/no_such_step", {}).status_code == 404
    assert (Case.objects.get(pk=case.pk).state, AuditEvent.objects.count()) == (state, before)


def test_a_client_without_the_scope_finds_nothing_and_moves_nothing(kind, client_of, institution):
    mounted, case, step, inputs, _state = kind
    call = client_of(institution, [Permission.DOSSIER_FIND])
    before = AuditEvent.objects.count()

    assert call("get", mounted).json() == {"items": [], "next": None}
    assert call("get", f"{mounted}/{case.number}").status_code == 403
    assert call("post", step, inputs).status_code == 403
    assert (Case.objects.get(pk=case.pk).state, AuditEvent.objects.count()) == (case.state, before)


def test_another_institution_s_case_is_not_there(kind, client_of, other_institution):
    mounted, case, step, inputs, _state = kind
    call = client_of(other_institution)
    before = AuditEvent.objects.count()

    assert call("get", mounted).json() == {"items": [], "next": None}
    assert call("get", f"{mounted}/{case.number}").status_code == 404
    assert call("post", step, inputs).status_code == 404
    assert (Case.objects.get(pk=case.pk).state, AuditEvent.objects.count()) == (case.state, before)
