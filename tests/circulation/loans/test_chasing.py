"""What is late is chased by letter every morning, and what is over is closed every night."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from rendang.circulation.loans import actions, queries
from rendang.circulation.loans.models import Loan, OverdueNotice
from rendang.dossiers import actions as dossiers
from rendang.kernel.access.models import Role
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.documents.registers import REGISTERS
from rendang.kernel.files.queries import read_file
from tests.golden import text_of

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 7, 6, 2, tzinfo=dt.UTC)


def later(days):
    return time_machine.travel(MONDAY + dt.timedelta(days), tick=False)


def test_a_letter_is_written_on_the_first_day_overdue_and_every_week_after(loan):
    with later(0):
        case = loan("LENT")
    written = {}
    for day in range(6, 17):
        with later(day):
            written[day] = actions.chase_overdue(0)

    assert [day for day, count in written.items() if count] == [8, 15]
    first, second = OverdueNotice.objects.order_by("number")
    assert (first.loan_id, first.due_date, second.number) == (case.pk, dt.date(2026, 7, 13), 2)
    text = "".join(text_of(read_file(second.file)).split())
    assert "现已逾期8天" in text
    assert "第2次" in text
    event = AuditEvent.objects.filter(verb="loan.chase").latest("pk")
    assert (event.actor_id, event.changes) == (system_actor().pk, {"notice": [1, 2]})


def test_the_keeper_writes_one_by_hand_once_a_day(loan, ours):
    with later(0):
        case = loan("LENT")
        with pytest.raises(ValidationError, match="not overdue"):
            actions.issue_overdue_notice(case, by=ours[Role.KEEPER])
    with later(10):
        with pytest.raises(PermissionDenied):
            actions.issue_overdue_notice(case, by=ours[Role.CLERK])
        actions.issue_overdue_notice(case, by=ours[Role.KEEPER])
        with pytest.raises(ValidationError, match="today already"):
            actions.issue_overdue_notice(case, by=ours[Role.KEEPER])

    assert OverdueNotice.objects.count() == 1


def test_what_came_back_is_not_chased(loan, ours):
    with later(0):
        case = loan("LENT")
        actions.receive_back(case, by=ours[Role.KEEPER], pages=30)
    with later(20):
        assert actions.chase_overdue(0) == 0
        assert list(queries.overdue(Loan.objects.all(), timezone.localdate())) == []


@pytest.fixture
def papers(shelved, ours):
    rows = [{"class_mark": mark, "title": f"材料{mark}", "formed_on": "2008", "pages": 4} for mark in ("1", "4-1")]
    return dossiers.add_materials(shelved, rows, by=ours[Role.REVIEWER])


@pytest.fixture
def answer(ours):
    """``answer(paper, case)``: what the consultation says of the paper now."""
    return lambda paper, case=None: dossiers.ask_to_see(paper, by=ours[Role.KEEPER], case=case)


def test_a_grant_opens_only_what_was_asked_for_and_only_for_its_days(loan, shelved, papers, answer):
    first, fourth = papers
    with later(0):
        case = loan("GRANTED", dossier=shelved, class_marks=["4"], days=2, may_print=True)
        found = answer(fourth, case)
        assert (found.may_print, found.may_download) == (True, False)
        assert timezone.localdate(found.until) == dt.date(2026, 7, 8)
        assert answer(first, case).denial == "NOT_NAMED"
        assert answer(fourth).case == case
        assert case.due_date == dt.date(2026, 7, 7)
    with later(1.5):
        assert answer(fourth, case).allowed
    with later(2):
        assert answer(fourth, case).denial == "EXPIRED"
        assert actions.close_expired(0) == 1
    case.refresh_from_db()
    assert case.state == "FINISHED"


def test_a_grant_without_classes_covers_all_and_ends_with_its_recall(loan, ours, shelved, papers, answer):
    case = loan("GRANTED", dossier=shelved)
    assert all(answer(paper, case).allowed for paper in papers)

    actions.recall(case, by=ours[Role.APPROVER], reason="发现越权")

    assert {answer(paper, case).denial for paper in papers} == {"RECALLED"}


def test_a_grant_covers_no_other_dossier_and_moves_nothing(loan, shelved, papers, answer):
    case = loan("GRANTED")

    assert answer(papers[0], case).denial == "OTHER_DOSSIER"
    assert answer(papers[0]).denial == "NO_GRANT"
    assert case.dossier.placements.get().kind == "SLOT"
    assert not case.dossier.retrievals.exists()


def test_the_registers_tell_what_left_and_what_was_read(loan, ours, institution):
    with later(0):
        lent, read, shown = loan("LENT"), loan("READING"), loan("GRANTED")
        actions.receive_back(read, by=ours[Role.KEEPER], pages=30)
    first, last = dt.date(2026, 7, 1), dt.date(2026, 7, 31)

    (line,) = REGISTERS["loans"].rows(institution, first, last)
    assert line[0] == "2026-07-06"
    assert line[3] == f"{lent.unit}（赵一、钱二）"
    assert line[7:] == ["30", "2026-07-13", "", "", ""]
    lines = list(REGISTERS["consultations"].rows(institution, first, last))
    assert [row[7:] for row in lines] == [["30", "2026-07-06", "2026-07-06", "30"], ["", "2026-07-07", "", ""]]
    assert shown.unit in lines[1][3]
    assert list(REGISTERS["loans"].rows(institution, first, dt.date(2026, 7, 5))) == []
