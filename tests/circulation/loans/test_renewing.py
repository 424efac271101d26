"""续借: a unit asks to keep a dossier longer, a second person answers; what is sure is said before anybody types."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from rendang.circulation.loans import actions, queries
from rendang.circulation.loans.models import Loan
from rendang.kernel.access.models import Membership, Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.documents.registers import REGISTERS
from rendang.kernel.files.queries import read_file
from rendang.kernel.standards.english import cell_in_words
from rendang.kernel.workflow.queries import to_do
from tests.circulation.loans.test_actions import refused
from tests.golden import squeezed, text_of

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 7, 6, 2, tzinfo=dt.UTC)
DUE, LONGEST = dt.date(2026, 7, 13), dt.date(2026, 7, 20)
WHY = "未看完"


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


@pytest.fixture
def asked(loan, ours):
    """``asked()``: a loan that its unit wants to keep for a week more."""
    return lambda until=LONGEST, **given: actions.ask_renewal(
        loan("LENT", **given), by=ours[Role.CLERK], until=until, reason=WHY
    )


def read(signed_in, user, address):
    return signed_in(user).get(address).content.decode()


def next_steps(user):
    return {case.number: case.next_steps for case in to_do(user, timezone.localdate())}


def test_what_the_unit_asks_lies_on_the_desk_of_who_approves_and_of_nobody_else(asked, loan, ours):
    case, quiet = asked(), loan("LENT", unit="虚构档案馆")

    assert (case.state, case.renewal, case.renewal_wished, case.renewal_reason) == ("LENT", "ASKED", LONGEST, WHY)
    assert (case.renewal_asked_by, case.renewal_asked_on) == (ours[Role.CLERK], MONDAY.date())
    assert (case.due_back, case.due_date, case.renewals) == (DUE, DUE, 0)
    assert next_steps(ours[Role.APPROVER])[case.number] == ["renew"]
    assert next_steps(ours[Role.APPROVER])[quiet.number] == []
    assert next_steps(ours[Role.CLERK])[case.number] == []
    assert next_steps(ours[Role.KEEPER])[case.number] == ["receive_back"]
    event = AuditEvent.objects.get(verb="loan.ask_renewal")
    assert (event.actor_id, event.reason) == (ours[Role.CLERK].pk, WHY)


def test_who_approves_grants_the_day_wished_for_or_a_nearer_one_and_none_beyond_the_rules(asked, ours):
    case, nearer = asked(), asked(unit="虚构档案馆")
    refused(
        lambda: actions.renew(case, by=ours[Role.APPROVER], until=LONGEST + dt.timedelta(1)),
        match="Name a day from 2026-07-14 to 2026-07-20",
    )

    case = actions.renew(case, by=ours[Role.APPROVER])
    nearer = actions.renew(nearer, by=ours[Role.HEAD], until=dt.date(2026, 7, 15))

    assert (case.due_back, case.due_date, case.renewals, case.renewal) == (LONGEST, LONGEST, 1, "GRANTED")
    assert (case.renewal_answered_by, case.renewal_answered_on) == (ours[Role.APPROVER], MONDAY.date())
    assert (nearer.due_back, nearer.renewal_wished) == (dt.date(2026, 7, 15), LONGEST)
    assert nearer.renewal_file.name == f"续借答复通知单-{nearer.number}.pdf"
    said = squeezed(text_of(read_file(nearer.renewal_file)))
    assert "申请续借至2026年7月20日" in said and "同意续借，请于2026年7月15日前归还" in said
    refused(lambda: actions.renew(case, by=ours[Role.APPROVER]), match="not part of this case")
    refused(
        lambda: actions.ask_renewal(case, by=ours[Role.CLERK], until=LONGEST, reason=WHY),
        match="1 time at most: the dossier comes back by 2026-07-20",
    )


def test_a_refusal_says_why_leaves_the_day_and_lets_the_unit_ask_again(asked, ours):
    case = asked()
    refused(lambda: actions.refuse_renewal(case, by=ours[Role.APPROVER], reason=" "), match="why it is not renewed")

    case = actions.refuse_renewal(case, by=ours[Role.APPROVER], reason="另有单位急需")

    assert (case.state, case.due_back, case.due_date, case.renewals) == ("LENT", DUE, DUE, 0)
    assert (case.renewal, case.renewal_refusal) == ("REFUSED", "另有单位急需")
    said = squeezed(text_of(read_file(case.renewal_file)))
    assert "不同意续借，请仍于2026年7月13日前归还" in said and "另有单位急需" in said
    again = actions.ask_renewal(case, by=ours[Role.CLERK], until=dt.date(2026, 7, 16), reason="只差两天")
    assert (again.renewal, again.renewal_refusal, again.renewal_answered_by) == ("ASKED", "", None)


def test_one_asking_at_a_time_within_the_rules_and_with_a_reason(asked, loan, ours):
    case, free = asked(), loan("LENT", unit="虚构档案馆")

    def ask(loan, until=LONGEST, reason=WHY):
        return lambda: actions.ask_renewal(loan, by=ours[Role.CLERK], until=until, reason=reason)

    refused(ask(case), match="until 2026-07-20 has been asked for already")
    refused(ask(free, until=DUE), match="Name a day from 2026-07-14 to 2026-07-20")
    refused(ask(free, until=LONGEST + dt.timedelta(1)), match="Name a day from 2026-07-14 to 2026-07-20")
    refused(ask(free, reason=" "), match="why the unit needs it longer")
    with time_machine.travel(MONDAY + dt.timedelta(8), tick=False):
        refused(ask(free), match="overdue")


def test_nobody_grants_what_they_have_asked_for(asked, ours, institution):
    Membership.objects.create(user=ours[Role.CLERK], institution=institution, role=Role.APPROVER)
    case = asked()

    refused(lambda: actions.renew(case, by=ours[Role.CLERK]), match="needs a second person")
    assert next_steps(ours[Role.CLERK])[case.number] == []


def test_while_nobody_answers_the_loan_is_overdue_and_chased_yet_who_asked_in_time_may_still_get_it(asked, ours):
    case = asked()
    with time_machine.travel(MONDAY + dt.timedelta(8), tick=False):
        assert list(queries.overdue(Loan.objects.all(), timezone.localdate())) == [case]
        assert actions.issue_overdue_notice(case, by=ours[Role.KEEPER]).number == 1
        assert actions.renew(case, by=ours[Role.APPROVER]).due_back == LONGEST
        assert not queries.overdue(Loan.objects.all(), timezone.localdate()).exists()


def test_an_answer_that_comes_too_late_or_after_another_waits_can_only_be_no(asked, loan, ours):
    case, awaited = asked(), asked(unit="虚构档案馆")
    waits = loan("APPROVED", dossier=awaited.dossier, unit="虚构街道办")
    refused(lambda: actions.renew(awaited, by=ours[Role.APPROVER]), match=f"{waits.number} waits for this dossier")
    with time_machine.travel(MONDAY + dt.timedelta(15), tick=False):
        refused(lambda: actions.renew(case, by=ours[Role.APPROVER]), match="ends on 2026-07-20")
        assert actions.refuse_renewal(case, by=ours[Role.APPROVER], reason="已超期").renewal == "REFUSED"


def test_a_dossier_that_comes_back_or_is_lost_before_an_answer_needs_none(asked, ours):
    back = actions.receive_back(asked(), by=ours[Role.KEEPER], pages=30)
    short = actions.report_discrepancy(asked(unit="虚构档案馆"), by=ours[Role.KEEPER], pages=29, discrepancy="缺一页")
    lost = actions.report_lost(asked(unit="虚构街道办"), by=ours[Role.KEEPER], done="已电话询问")

    assert [(one.state, one.renewal) for one in (back, short, lost)] == [
        ("RETURNED", "OVERTAKEN"), ("DISCREPANT", "OVERTAKEN"), ("SEARCHED", "OVERTAKEN"),
    ]  # fmt: skip


def test_the_register_of_loans_shows_renewals(asked, ours, institution):
    actions.renew(asked(), by=ours[Role.APPROVER])
    asked(unit="虚构档案馆")
    actions.refuse_renewal(asked(unit="虚构街道办"), by=ours[Role.APPROVER], reason="另有单位急需")
    book = REGISTERS["loans"]
    column = [title for title, _width in book.columns].index("续借")

    lines = [line[column] for line in book.rows(institution, MONDAY.date(), MONDAY.date())]

    name = ours[Role.APPROVER]
    assert lines == [f"1 次；2026-07-06 {name} 批准", "2026-07-06 申请，待批", f"2026-07-06 {name} 不批准"]
    assert [cell_in_words(said) for said in lines] == [
        f"1 time(s); 2026-07-06 {name} granted",
        "2026-07-06 asked for, not answered yet",
        f"2026-07-06 {name} not granted",
    ]


def test_whoever_answers_the_telephone_reads_until_when_a_loan_can_be_renewed_and_why_no_longer(loan, ours, signed_in):
    case = loan("LENT")
    said = lambda: read(signed_in, ours[Role.CLERK], case.get_absolute_url())  # noqa: E731
    assert "Possible until 2026-07-20: enter what the unit asks for; whoever approves loans decides." in said()

    actions.ask_renewal(case, by=ours[Role.CLERK], until=LONGEST, reason=WHY)
    assert "Until whoever approves loans has answered, 2026-07-13 stands." in said()
    actions.renew(case, by=ours[Role.APPROVER])
    assert "A loan is renewed 1 time at most: the dossier comes back by 2026-07-20." in said()
    with time_machine.travel(MONDAY + dt.timedelta(30), tick=False):
        assert "The loan is overdue: the dossier comes back first." in said()


def test_who_decides_reads_what_is_asked_and_a_renewal_that_is_refused_says_so_before_anybody_types(
    asked, loan, ours, signed_in
):
    free, case = asked(unit="虚构档案馆"), asked()
    waits = loan("APPROVED", dossier=case.dossier, unit="虚构街道办")

    page = read(signed_in, ours[Role.APPROVER], case.address_of("renew"))

    assert f"{waits.number} waits for this dossier: it comes back by 2026-07-13." in page
    assert 'id="step-form"' not in page
    page = read(signed_in, ours[Role.APPROVER], free.address_of("renew"))
    assert "虚构档案馆 asks to keep the dossier until 2026-07-20 instead of 2026-07-13: 未看完" in page
    assert 'value="2026-07-20"' in page


def test_the_rule_of_renewals_is_asked_once_for_a_page(asked, ours, signed_in, monkeypatch):
    case, times = asked(), []
    first = queries.first_in_line
    monkeypatch.setattr(queries, "first_in_line", lambda dossier: times.append(dossier) or first(dossier))

    read(signed_in, ours[Role.APPROVER], case.address_of("renew"))

    assert times == [case.dossier]
