"""The way of a loan: who approves, what is counted and signed, and what every refusal leaves as it was."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from rendang.circulation.loans import actions, queries
from rendang.circulation.loans.models import Loan
from rendang.dossiers.queries.departure import obstacles
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from rendang.kernel.files.queries import read_file
from rendang.storage.models import Placement, Retrieval
from rendang.storage.queries import current_placement
from tests.circulation.loans.conftest import onward
from tests.factories import MaterialFactory, staff
from tests.golden import text_of
from tests.one_of_each import applied_for

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 7, 6, 2, tzinfo=dt.UTC)


def counted():
    return AuditEvent.objects.count(), Placement.objects.count(), StoredFile.objects.count(), Retrieval.objects.count()


def refused(act, error=ValidationError, match=None):
    before = counted()
    with pytest.raises(error, match=match) as refusal:
        act()
    assert counted() == before
    return refusal.value


def verbs_of(case):
    return list(AuditEvent.objects.filter(subject_id=case.pk, verb__startswith="loan.").values_list("verb", flat=True))


def test_a_loan_goes_through_section_and_head_out_and_back(loan, ours):
    with time_machine.travel(MONDAY, tick=False):
        case = loan("LENT")
        assert (case.needs_head, case.head_because) == (True, ["USE"])
        assert (case.endorsed_by, case.approved_by) == (ours[Role.APPROVER], ours[Role.HEAD])
        assert (case.pages_out, case.due_date, case.due_back) == (30, dt.date(2026, 7, 13), dt.date(2026, 7, 13))
        assert current_placement(case.dossier).kind == "BORROWER"
        assert not case.dossier.retrievals.waiting().exists()

        case = actions.receive_back(case, by=ours[Role.KEEPER], pages=30)

    assert (case.state, case.pages_back, case.due_date) == ("RETURNED", 30, None)
    assert current_placement(case.dossier).kind == "DESK"
    assert set(verbs_of(case)) == {
        "loan.open", "loan.endorse", "loan.approve_finally", "loan.lend", "loan.receive_back",
    }  # fmt: skip
    assert "共30页" in "".join(text_of(read_file(case.slip_file)).split())


def test_a_consultation_needs_the_section_alone_and_is_back_the_same_day(loan):
    with time_machine.travel(MONDAY, tick=False):
        case = loan("READING")

    assert (case.needs_head, case.endorsed_by, case.due_date) == (False, None, dt.date(2026, 7, 6))
    assert current_placement(case.dossier).kind == "READING_ROOM"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"use": "LOAN"}, ["USE"]),
        ({"reason": "case_investigation"}, ["REASON"]),
        ({"use": "LOAN", "reason": "inspection"}, ["USE", "REASON"]),
        ({}, []),
    ],
)
def test_what_the_policies_name_goes_to_the_head(given, why, ours, shelved):
    assert applied_for(shelved, ours, **given).head_because == why


def test_a_cadre_s_dossier_goes_to_the_head(ours, shelved):
    from tests.factories import EmployerFactory

    shelved.person.employer = EmployerFactory(kind="organ")
    shelved.person.save()

    assert applied_for(shelved, ours).head_because == ["EMPLOYER"]


def test_what_lies_among_the_secret_ones_goes_to_the_head(ours, shelved):
    store = shelved.placements.get().slot.store
    store.purpose = "SECRET"
    store.save()

    assert applied_for(shelved, ours).head_because == ["STORE"]


def test_what_a_reader_has_in_hand_comes_back_only_over_the_counter(loan, ours):
    from rendang.storage import actions as storage

    case = loan("READING")

    refused(lambda: storage.put_back(case.dossier, by=ours[Role.KEEPER]), match="in a reader's hands")
    refused(
        lambda: storage.put_on_desk(case.dossier, case.institution, by=ours[Role.KEEPER], detail="收发室"),
        match="Take it back there first",
    )
    actions.receive_back(case, by=ours[Role.KEEPER], pages=30)
    assert storage.put_back(case.dossier, by=ours[Role.KEEPER]).kind == "SLOT"


def test_what_needs_the_head_is_not_approved_by_the_section(loan, ours):
    case = loan("APPLIED")

    refused(lambda: actions.approve(case, by=ours[Role.APPROVER]), match="not part of this case")
    refused(lambda: actions.approve_finally(case, by=ours[Role.HEAD]), match="not possible while")


def test_two_different_people_endorse_and_approve(loan, ours):
    case = actions.endorse(loan("APPLIED"), by=ours[Role.HEAD])

    refused(lambda: actions.approve_finally(case, by=ours[Role.HEAD]), match="second person")
    with pytest.raises(IntegrityError), transaction.atomic():
        Loan.objects.filter(pk=case.pk).update(approved_by=ours[Role.HEAD], endorsed_by=ours[Role.HEAD])


def test_the_approved_application_is_printed_with_both_opinions(loan, ours):
    case = loan("ENDORSED")

    case = actions.approve_finally(case, by=ours[Role.HEAD], opinion="同意借出，按期归还。")

    text = "".join(text_of(read_file(case.approval_file)).split())
    assert "科室意见" in text
    assert "同意借出，按期归还。" in text
    assert case.borrowers.first().id_masked in text
    assert case.borrowers.first().id_number not in text


def test_an_approved_dossier_is_on_the_pick_list_and_off_it_when_withdrawn(loan, ours):
    case = loan("APPROVED")
    assert case.dossier.retrievals.waiting().get().case_id == case.pk

    actions.withdraw(case, by=ours[Role.CLERK], reason="不再需要")

    assert not case.dossier.retrievals.waiting().exists()


def test_nothing_is_handed_over_before_cards_and_letter_are_compared(loan, ours):
    case = loan("APPROVED")
    give = {"pages": 30, "signed_by": case.borrowers.first()}

    wrong = refused(lambda: actions.lend(case, by=ours[Role.KEEPER], identity_checked=False, **give))
    assert "identity_checked" in wrong.message_dict


def test_only_one_of_the_people_applied_for_signs(loan, ours):
    case, another = loan("APPROVED"), loan("APPROVED")

    wrong = refused(lambda: actions.lend(case, by=ours[Role.KEEPER], pages=30, signed_by=another.borrowers.first()))
    assert "signed_by" in wrong.message_dict


def test_another_count_than_the_record_s_is_explained_before_the_dossier_is_handed_over(loan, ours):
    case = loan("APPROVED")
    MaterialFactory(dossier=case.dossier, pages=31)
    give = {"by": ours[Role.KEEPER], "signed_by": case.borrowers.first(), "pages": 30}

    wrong = refused(lambda: actions.lend(case, **give), match="there are 31 pages, counted were 30")
    assert "count_remark" in wrong.message_dict
    case = actions.lend(case, count_remark="4-1-1 缺末页", **give)

    assert (case.state, case.pages_out, case.count_remark) == ("LENT", 30, "4-1-1 缺末页")
    assert "页数说明4-1-1缺末页" in "".join(text_of(read_file(case.slip_file)).split())
    actions.receive_back(case, by=ours[Role.KEEPER], pages=30)


def test_what_is_put_in_and_taken_out_after_a_return_counts_from_that_return_on(loan, ours):
    case = loan("APPROVED")
    first, second = MaterialFactory(dossier=case.dossier, pages=20), MaterialFactory(dossier=case.dossier, pages=15)
    assert queries.pages_of(case.dossier) == 35
    give = {"signed_by": case.borrowers.first(), "count_remark": "少一页"}
    case = actions.lend(case, by=ours[Role.KEEPER], pages=34, **give)
    actions.receive_back(case, by=ours[Role.KEEPER], pages=34)
    assert queries.pages_of(case.dossier) == 34
    MaterialFactory(dossier=case.dossier, pages=7)
    type(first).objects.filter(pk=second.pk).update(removed_at=timezone.now())
    assert queries.pages_of(case.dossier) == 34 + 7 - 15


def test_a_dossier_is_in_one_borrower_s_hands(loan, ours):
    first = loan("LENT")
    second = loan("APPROVED", dossier=first.dossier)

    give = {"pages": 30, "signed_by": second.borrowers.first()}
    refused(lambda: actions.lend(second, by=ours[Role.KEEPER], **give), match="not at hand")
    with pytest.raises(IntegrityError), transaction.atomic():
        Loan.objects.filter(pk=second.pk).update(
            handed_over_at=timezone.now(), handed_over_by=ours[Role.KEEPER], pages_out=3, signed_by=give["signed_by"]
        )


def test_the_next_in_line_is_called_when_the_dossier_is_back(loan, ours):
    with time_machine.travel(MONDAY, tick=False):
        first = loan("LENT")
        second = loan("APPROVED", dossier=first.dossier)
        third = loan("APPROVED", dossier=first.dossier)
        assert (second.due_date, queries.ahead_of(second), queries.ahead_of(third)) == (None, first, first)

        actions.receive_back(first, by=ours[Role.KEEPER], pages=30)

        second.refresh_from_db()
        third.refresh_from_db()
        assert (second.called_on, second.due_date) == (dt.date(2026, 7, 6), dt.date(2026, 7, 9))
        assert (third.called_on, third.due_date) == (None, None)
        assert "loan.call" in verbs_of(second)
        give = {"pages": 30, "signed_by": third.borrowers.first()}
        refused(lambda: actions.lend(third, by=ours[Role.KEEPER], **give), match="comes before")

        actions.withdraw(second, by=ours[Role.CLERK], reason="不再需要")

    third.refresh_from_db()
    assert third.called_on == dt.date(2026, 7, 6)
    assert onward(third, ours).state == "LENT"


def test_a_wrong_count_is_no_return_but_a_discrepancy(loan, ours):
    case = loan("LENT")

    wrong = refused(lambda: actions.receive_back(case, by=ours[Role.KEEPER], pages=29))
    assert "pages" in wrong.message_dict
    refused(lambda: actions.report_discrepancy(case, by=ours[Role.KEEPER], pages=29, discrepancy=" "))

    case = actions.report_discrepancy(case, by=ours[Role.KEEPER], pages=29, discrepancy="缺1998年考核表1页")

    assert (case.state, case.pages_back, case.closed_at) == ("DISCREPANT", 29, None)
    assert case.due_date is not None
    text = "".join(text_of(read_file(case.discrepancy_file)).split())
    assert "少1页" in text
    assert "缺1998年考核表1页" in text


def test_a_discrepancy_is_settled_by_another_than_who_counted_and_only_then_the_next_is_called(loan, ours):
    first = loan("LENT")
    second = loan("APPROVED", dossier=first.dossier)
    first = actions.report_discrepancy(first, by=ours[Role.KEEPER], pages=29, discrepancy="缺1页")
    second.refresh_from_db()
    assert second.called_on is None
    give = {"pages": 29, "signed_by": second.borrowers.first()}
    refused(lambda: actions.lend(second, by=ours[Role.KEEPER], **give), match="comes before")

    first = actions.settle(first, by=ours[Role.APPROVER], finding="对方已送回，重新归卷")

    second.refresh_from_db()
    assert (first.state, second.called_on) == ("SETTLED", timezone.localdate())


def test_a_loan_that_is_out_holds_a_departure_back_one_applied_for_warns(loan):
    out, asked = loan("LENT"), loan("APPLIED")

    found = obstacles([out.dossier_id, asked.dossier_id])

    (hard,), (soft,) = found[out.dossier_id], found[asked.dossier_id]
    assert (hard.warning, hard.page, hard.key) == (False, "loans:detail", out.pk)
    assert (soft.warning, soft.key) == (True, asked.pk)


@pytest.mark.parametrize("step", ["approve", "refuse"])
def test_another_institution_has_nothing_to_say(step, ours, shelved, other_institution):
    case = applied_for(shelved, ours)
    given = {"reason": "不行"} if step == "refuse" else {}

    refused(lambda: actions.STEPS[step](case, by=staff(other_institution, Role.APPROVER), **given), PermissionDenied)
    refused(lambda: applied_for(shelved, {Role.CLERK: staff(other_institution, Role.CLERK)}), PermissionDenied)


def test_who_registers_does_not_approve(ours, shelved, institution):
    from rendang.kernel.access.models import Membership

    Membership.objects.create(user=ours[Role.CLERK], institution=institution, role=Role.APPROVER)
    case = applied_for(shelved, ours)
    del ours[Role.CLERK]._membership_rows

    refused(lambda: actions.approve(case, by=ours[Role.CLERK]), match="second person")


def test_a_loan_does_not_go_on_when_the_dossier_is_no_longer_ours(loan, ours):
    case = loan("APPROVED")
    case.custody.status = "ENDED"
    case.custody.save()

    give = {"pages": 30, "signed_by": case.borrowers.first()}
    refused(lambda: actions.lend(case, by=ours[Role.KEEPER], **give), match="no longer keeps")
    assert actions.withdraw(case, by=ours[Role.CLERK], reason="已转出").state == "WITHDRAWN"
