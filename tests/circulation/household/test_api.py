"""The collective household over the interface: begun, moved on, refused without a trace, hidden."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rendang.circulation.household import actions as household
from rendang.circulation.household.models import HouseholdMember, HouseholdMove, PageLoan
from rendang.dossiers.models import Custody
from rendang.exchange import actions as exchange
from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import API_SCOPES, Permission
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from tests.factories import held_dossier
from tests.one_of_each import household_member, staff_of

pytestmark = pytest.mark.django_db
MOVES, PAGES = "/api/v1/household-moves", "/api/v1/member-pages"
OUT = {"other_address": "邻市某路1号", "reason": "购房落户"}
LENT = {"purpose": "办理结婚登记", "with_head_page": True}


@pytest.fixture
def client_of(system_administrator):
    """``client_of(institution, scopes)``: posts to the interface as a client with these scopes."""

    def of(institution, scopes=API_SCOPES):
        until = timezone.localdate() + dt.timedelta(30)
        _client, token = exchange.register_client(
            institution, by=system_administrator, name="公安接口", scopes=scopes, expires_on=until
        )
        browser = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})
        return lambda address, body: browser.post(address, body, content_type="application/json")

    return of


@pytest.fixture
def ours(institution):
    return staff_of(institution)


@pytest.fixture
def member(institution, ours):
    return household_member(institution, held_dossier(institution).person, ours)


@pytest.fixture
def where(member):
    """How a client names the member: by book and page."""
    return {"household": member.household.number, "page": member.page}


def trace():
    return [model.objects.count() for model in (AuditEvent, HouseholdMove, HouseholdMember, PageLoan, StoredFile)]


def test_somebody_moves_in(institution, ours, member, client_of):
    post, dossier = client_of(institution), held_dossier(institution)
    asked = {"dossier_id": dossier.pk, "household": member.household.number, "other_address": "邻县某村"}
    begun = post(MOVES, asked)
    assert (begun.status_code, begun.json()["state"], begun.json()["channel"]) == (201, "APPLIED", "INTERFACE")
    move = HouseholdMove.objects.get(number=begun.json()["number"])
    assert (move.direction, move.person, move.other_address) == ("IN", dossier.person, "邻县某村")

    # A second person agrees at the desk: no scope lets a program do that.
    assert post(f"{MOVES}/{move.number}/steps/approve", {}).status_code == 403
    household.approve(move, by=ours[Role.APPROVER])
    today = f"{timezone.localdate()}"
    permit = {"permit_number": "准0002", "permit_date": today, "registered_on": today, "page": "002"}
    done = post(f"{MOVES}/{move.number}/steps/register", permit)
    assert (done.status_code, done.json()["state"]) == (200, "REGISTERED"), done.content
    assert HouseholdMember.objects.get(person=dossier.person).page == "002"


def test_a_member_moves_out(institution, member, where, client_of):
    begun = client_of(institution)(f"{MOVES}/departures", where | OUT)
    assert (begun.status_code, begun.json()["state"]) == (201, "APPLIED")
    move = HouseholdMove.objects.get(number=begun.json()["number"])
    assert (move.direction, move.member, move.reason) == ("OUT", member, "购房落户")


def test_a_page_is_lent_with_its_slip_and_taken_back(institution, member, where, client_of):
    post = client_of(institution)
    lent = post(PAGES, where | LENT)
    assert (lent.status_code, lent.json()["state"]) == (201, "LENT")
    loan = PageLoan.objects.get()
    assert (loan.member, loan.with_head_page, loan.channel) == (member, True, "INTERFACE")
    assert loan.slip_file.name == f"户口页借用登记单-{loan.number}.pdf"
    assert lent.json()["due_date"] == f"{loan.due_date}"

    back = post(f"{PAGES}/{loan.number}/steps/take_back_page", {})
    assert (back.status_code, back.json()["state"]) == (200, "RETURNED")


def test_what_the_rules_do_not_allow_is_refused_without_a_trace(institution, member, where, client_of):
    post = client_of(institution)
    post(PAGES, where | LENT)
    post(f"{MOVES}/departures", where | OUT)
    before = trace()
    arrival = {"dossier_id": member.person.dossier.pk, "household": where["household"], "other_address": "某村"}

    assert "lent already" in post(PAGES, where | LENT).json()["detail"]
    assert "already under way" in post(f"{MOVES}/departures", where | OUT).json()["detail"]
    assert "registered in a collective household already" in post(MOVES, arrival).json()["detail"]
    assert post(MOVES, arrival).status_code == 409
    assert post(PAGES, where | {"purpose": ""}).status_code == 422
    assert post(MOVES, arrival | {"household": "no such book"}).status_code == 422
    assert trace() == before


@pytest.mark.parametrize("scopes", [[Permission.DOSSIER_FIND], [Permission.DOSSIER_VIEW, Permission.HOUSEHOLD_VIEW]])
def test_without_the_scope_nothing_begins(institution, member, where, client_of, scopes):
    post = client_of(institution, scopes)
    arrival = {"dossier_id": held_dossier(institution).pk, "household": where["household"], "other_address": "某村"}
    before = trace()
    for address, body in ((MOVES, arrival), (f"{MOVES}/departures", where | OUT), (PAGES, where | LENT)):
        assert post(address, body).status_code == 403
    assert trace() == before


def test_another_institution_s_members_and_dossiers_are_not_there(institution, other_institution, where, client_of):
    post, dossier = client_of(other_institution), held_dossier(institution)
    arrival = {"dossier_id": dossier.pk, "household": where["household"], "other_address": "某村"}
    before = trace()
    for address, body in ((MOVES, arrival), (f"{MOVES}/departures", where | OUT), (PAGES, where | LENT)):
        assert post(address, body).status_code == 404
    assert trace() == before


def test_a_page_nobody_stands_on_any_more_is_not_there(institution, member, where, client_of):
    HouseholdMember.objects.update(until=timezone.localdate())
    assert client_of(institution)(PAGES, where | LENT).status_code == 404


def listed(institution, client, scopes=API_SCOPES):
    """``listed(...)(query)``: what the interface lists of the members of a household."""
    token = client(institution, scopes)
    browser = Client(headers={"authorization": f"Bearer {token}"})
    return lambda query="": browser.get(f"/api/v1/household-members{query}")


@pytest.fixture
def token_of(system_administrator):
    def of(institution, scopes):
        until = timezone.localdate() + dt.timedelta(30)
        return exchange.register_client(
            institution, by=system_administrator, name="公安接口", scopes=scopes, expires_on=until
        )[1]

    return of


def test_the_members_are_listed_with_book_page_and_where_their_dossier_is(institution, member, ours, token_of):
    ask = listed(institution, token_of)
    assert ask().json() == {
        "items": [
            {
                "id": member.pk,
                "institution": institution.code,
                "household": member.household.number,
                "page": "001",
                "name": member.person.name,
                "id_masked": member.person.id_masked,
                "dossier_id": member.person.dossier.pk,
                "since": f"{timezone.localdate()}",
                "dossier_here": True,
                "page_out": False,
                "page_lost": False,
                "page_issued_on": None,
                "told_parted_on": None,
            }
        ],
        "next": None,
    }
    assert (ask("?show=page_out").json()["items"], ask("?show=separated").json()["items"]) == ([], [])
    household.lend_page(member, by=ours[Role.CLERK], purpose="办理结婚登记")
    assert [one["page_out"] for one in ask("?show=page_out").json()["items"]] == [True]
    Custody.objects.update(status=Custody.Status.ENDED, ended_on="2026-11-01")
    assert [one["dossier_here"] for one in ask("?show=separated").json()["items"]] == [False]
    assert ask("?show=everything").status_code == 422


def test_the_list_goes_page_by_page_and_book_by_book_and_without_who_has_left(institution, ours, member, token_of):
    second = household_member(institution, held_dossier(institution).person, ours)
    third = household_member(institution, held_dossier(institution).person, ours)
    ask = listed(institution, token_of)
    first_page = ask("?limit=2").json()
    assert ([one["id"] for one in first_page["items"]], first_page["next"]) == ([third.pk, second.pk], second.pk)
    rest = ask(f"?limit=2&after={second.pk}").json()
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([member.pk], None)
    assert [one["id"] for one in ask(f"?household={second.household.number}").json()["items"]] == [second.pk]
    HouseholdMember.objects.filter(pk=third.pk).update(until=timezone.localdate())
    assert [one["id"] for one in ask().json()["items"]] == [second.pk, member.pk]


def test_the_list_does_not_cost_more_with_more_members(institution, ours, member, token_of):
    ask = listed(institution, token_of)
    ask()
    with CaptureQueriesContext(connection) as one:
        ask()
    for _more in range(3):
        household_member(institution, held_dossier(institution).person, ours)
    with CaptureQueriesContext(connection) as four:
        assert len(ask().json()["items"]) == 4
    assert len(four) == len(one)


def test_members_are_listed_only_to_their_institution_and_with_the_scope(
    institution, other_institution, member, token_of
):
    nothing = {"items": [], "next": None}
    assert listed(other_institution, token_of)().json() == nothing
    assert listed(institution, token_of, [Permission.DOSSIER_FIND])().json() == nothing
    assert Client().get("/api/v1/household-members").status_code == 401


def test_a_new_page_is_noted_and_a_parting_told_over_the_interface(member, where, institution, client_of):
    post, today = client_of(institution), timezone.localdate()
    members = "/api/v1/household-members"
    new = where | {"issued_on": f"{today}", "page_reason": "CHANGE", "new_page": "A99"}
    assert post(f"{members}/new-page", new | {"page_reason": "WHIM"}).status_code == 422
    noted = post(f"{members}/new-page", new).json()
    assert (noted["page"], noted["page_issued_on"], noted["page_lost"]) == ("A99", f"{today}", False)
    where = where | {"page": "A99"}
    before = trace()
    assert post(f"{members}/told-of-parting", where).status_code == 409
    assert trace() == before
    Custody.objects.filter(dossier__person=member.person).update(status="ENDED")
    told = post(f"{members}/told-of-parting", where).json()
    assert (told["dossier_here"], told["told_parted_on"]) == (False, f"{today}")
