import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from rendang.circulation.agreements import actions as agreements
from rendang.circulation.intake import actions as intake
from rendang.dossiers import actions as dossiers
from rendang.kernel.access import actions as access
from rendang.kernel.access.models import Role
from rendang.kernel.workflow.actions import pause
from rendang.kernel.workflow.queries import tallies, to_do
from rendang.kernel.workflow.steps import leads_on, steps_open_to
from rendang.services.certificates import actions as certificates
from rendang.storage.protection import actions as protection
from tests.factories import PlacementFactory, held_dossier, staff
from tests.one_of_each import city_staff, fresh_number, one_of_each

pytestmark = pytest.mark.django_db
COUNTED = {"principal_volumes": 1, "duplicate_volumes": 0, "papers_counted": 12}


def applied(institution, by):
    return intake.apply(
        institution, by=by, name="李雷", id_number=fresh_number(), reason="graduation", sender="虚构大学"
    )


def mine(user):
    return [case.pk for case in to_do(user, timezone.localdate()) if case.is_mine]


def others(user):
    return [case.pk for case in to_do(user, timezone.localdate()) if not case.is_mine]


def test_what_i_can_lead_on_is_mine_and_the_rest_waits_for_others(institution, clerk, reviewer, approver):
    case = applied(institution, clerk)
    assert (mine(reviewer), others(reviewer)) == ([], [case.pk])
    assert (mine(approver), others(approver)) == ([case.pk], [])
    ours = to_do(clerk, timezone.localdate()).get()
    assert "withdraw" not in ours.next_steps, "that a clerk may withdraw it makes it no work of theirs"

    intake.issue_letter(case, by=approver)
    assert (mine(clerk), mine(approver)) == ([case.pk], [])


def test_who_opened_the_parcel_does_not_wait_for_themselves(institution, clerk, reviewer, approver):
    case = intake.issue_letter(applied(institution, clerk), by=approver)
    case = intake.register_parcel(
        case, by=clerk, carrier="ems", parcel_sender="虚构大学", seal="INTACT", arrived_on=timezone.localdate()
    )
    intake.open_parcel(case, by=reviewer, **COUNTED)

    assert (mine(reviewer), others(reviewer)) == ([], [case.pk])
    assert mine(clerk) == [case.pk]
    assert to_do(clerk, timezone.localdate()).get().next_steps == ["witness_opening"]


def test_a_paused_case_waits_for_nobody_and_stands_last(institution, clerk, reviewer):
    first, second = (certificates.draft(PlacementFactory(institution=institution).dossier, by=clerk) for _ in "ab")
    pause(first, by=clerk, reason="等待补件")

    assert [case.pk for case in to_do(reviewer, timezone.localdate())] == [second.pk, first.pk]
    assert mine(reviewer) == [second.pk]


def test_the_list_agrees_with_the_buttons_of_every_case(institution, other_institution):
    """The steps asked of all cases in the database are those that each case's own page offers."""
    city = city_staff()
    here = one_of_each(institution, other_institution, city)
    for user in [*here.people.values(), *here.partners.values(), *city.values()]:
        for row in to_do(user, timezone.localdate()):
            case = getattr(row, row.kind)
            offered = {rule.name for rule in steps_open_to(user, case) if leads_on(rule, type(case), case.state)}
            assert (set(row.next_steps), row.is_mine) == (offered, bool(offered)), (row.kind, user)


def test_a_kind_whose_pages_one_may_not_open_is_no_work(institution, clerk, digitiser):
    applied(institution, clerk)

    assert not to_do(digitiser, timezone.localdate()).exists()
    assert tallies(digitiser, timezone.localdate()) == []


@pytest.fixture
def home(institution, clerk, reviewer, signed_in):
    """The reviewer's home with two certificates to issue, one of them overdue, and an intake that waits for others."""
    with time_machine.travel(timezone.now() - dt.timedelta(days=21), tick=False):
        certificates.draft(PlacementFactory(institution=institution).dossier, by=clerk)
    certificates.draft(PlacementFactory(institution=institution).dossier, by=clerk)
    applied(institution, clerk)
    browser = signed_in(reviewer)
    return lambda address="": browser.get(f"/desk/{address}")


def counts(choices):
    return {str(choice["label"]): (choice["mine"], choice["cases"]) for choice in choices if choice["cases"]}


def test_the_counts_are_by_kind_and_by_urgency(home):
    shown = home().context
    tiles = counts(shown["tiles"])

    assert counts(shown["kinds"]) == {"Intake": (0, 1), "Certificate of custody": (2, 2)}
    assert (tiles[""], tiles["Overdue"]) == ((2, 3), (1, 1))
    assert (shown["mine_count"], shown["others_count"]) == (2, 1)
    assert [case.kind for case, *_rest in shown["mine"]] == ["certificate"] * 2
    assert [case.kind for case, *_rest in shown["others"]] == ["intake"]


def test_kind_and_urgency_narrow_together_and_stay_in_the_address(home):
    shown = home("?kind=certificate&urgency=OVERDUE").context

    assert (len(shown["mine"]), len(shown["others"])) == (1, 0)
    by_kind = {choice["label"]: choice["url"] for choice in shown["kinds"]}
    assert by_kind["Intake"] == "?kind=intake&urgency=OVERDUE"
    assert shown["tiles"][0]["url"] == "?kind=certificate"
    assert counts(shown["kinds"]) == {"Certificate of custody": (1, 1)}, "the other kinds have nothing overdue"
    assert by_kind.keys() == {"Intake", "Certificate of custody"}, "but they stay to be chosen"


def test_what_nobody_knows_narrows_nothing(home):
    shown = home("?kind=nothing&urgency=NEVER").context

    assert (len(shown["mine"]), len(shown["others"])) == (2, 1)


def test_rows_of_one_kind_can_be_ticked(home):
    assert home().context["many"] is None
    assert [step["name"] for step in home("?kind=certificate").context["many"]["steps"]] == ["issue"]


def test_each_row_offers_its_next_step(home):
    case, _standing, steps = home().context["mine"][0]

    assert [(str(step["label"]), step["url"]) for step in steps] == [("Issue", f"/desk/certificates/{case.pk}/issue/")]


def test_a_case_without_a_person_says_what_it_is_about(institution, clerk, keeper, signed_in):
    slot = PlacementFactory(institution=institution).slot
    protection.inspect(slot.store, by=keeper, made_on=timezone.localdate(), found={"FIRE": "灭火器过期"})
    agreements.draft(
        institution,
        by=clerk,
        employer="虚构机电有限公司",
        credit_code="91370200MA3ABC12XU",
        contact_name="孙经办",
        contact_phone="13900000000",
    )

    shown = signed_in(keeper).get("/desk/").context

    assert [case.about for case, *_rest in [*shown["mine"], *shown["others"]] if not case.person_id] == [
        f"{slot.store} · Fire", "虚构机电有限公司"
    ]  # fmt: skip


def test_nothing_to_do_says_where_business_begins(keeper, signed_in):
    assert "New business begins with an intake" in signed_in(keeper).get("/desk/").content.decode()


def test_a_conflict_is_the_work_of_supervision(institution, other_institution, supervisor, head, clerk):
    contested = held_dossier(other_institution)
    number = dossiers.next_archive_number(institution)
    conflict = dossiers.claim_custody(contested, institution, by=clerk, archive_number=number)

    assert mine(supervisor) == [conflict.pk]
    assert others(head) == [conflict.pk]
    assert others(staff(institution, Role.CLERK)) == []


def test_who_confirms_roles_is_told_of_proposals(institution, digitiser, head, security_administrator, signed_in):
    access.propose_role(digitiser, role=Role.KEEPER, institution=institution, reason="新任", by=security_administrator)

    assert "1 role proposal waits for a decision" in signed_in(head).get("/desk/").content.decode()
    assert "role proposal" not in signed_in(security_administrator).get("/desk/").content.decode()


def test_no_link_leads_to_a_page_one_may_not_open(institution, clerk, digitiser, signed_in):
    dossier = PlacementFactory(institution=institution).dossier
    draft = certificates.draft(dossier, by=clerk)

    def shown(user):
        page = signed_in(user).get(dossier.get_absolute_url()).content.decode()
        return draft.number in page, f'href="{draft.get_absolute_url()}"' in page

    assert (shown(clerk), shown(digitiser)) == ((True, True), (True, False))


def test_administrators_have_no_search_box(security_administrator, clerk, signed_in):
    assert 'id="search-box"' not in signed_in(security_administrator).get("/desk/").content.decode()
    assert 'id="search-box"' in signed_in(clerk).get("/desk/").content.decode()
