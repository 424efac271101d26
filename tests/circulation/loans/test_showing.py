"""One question before an image is shown, and every refusal is an event of the log with its code."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from rendang.circulation.loans import actions
from rendang.circulation.loans.models import Loan
from rendang.dossiers import actions as dossiers
from rendang.dossiers.queries.permits import GRANTORS, Denial
from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.audit.queries import timeline
from rendang.kernel.workflow.actions import pause
from rendang.people import actions as people
from tests.factories import staff
from tests.test_architecture import modules, name

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(shelved, ours):
    """A paper of class 4-1."""
    rows = [{"class_mark": "4-1", "title": "毕业生登记表", "formed_on": "2008", "pages": 3}]
    return dossiers.add_materials(shelved, rows, by=ours[Role.REVIEWER])[0]


def declare(who, person, relation):
    people.declare_kinship(by=who, relation=relation, name=person.name, id_number=person.id_number)


def refused_by(step):
    """``arrange``: a consultation that is open, and then this happens."""
    return lambda loan, ours, paper: step(loan("GRANTED", dossier=paper.dossier), ours, paper)


def wait(loan, ours, paper):
    case = loan("GRANTED", dossier=paper.dossier)
    Loan.objects.filter(pk=case.pk).update(
        granted_at=timezone.now() - dt.timedelta(3), granted_until=timezone.now() - dt.timedelta(1)
    )
    return case


def take_out(case, ours, paper):
    paper.removed_at = timezone.now()
    paper.save()
    return case


def give_away(case, ours, paper):
    dossiers.end_custody(case.custody, by=ours[Role.HEAD])
    return case


def become_the_borrower(case, ours, paper):
    """The record of the person is corrected, and it turns out that one of the two is who the dossier is of."""
    person = paper.dossier.person
    person.id_number, person.id_index = case.borrowers.first().id_number, case.borrowers.first().id_index
    person.save()
    return case


def no_case(loan, ours, paper):
    return None


ARRANGED = {
    "EXPIRED": wait,
    "NOT_NAMED": lambda loan, ours, paper: loan("GRANTED", dossier=paper.dossier, class_marks=["3"]),
    "NOT_OPENED": lambda loan, ours, paper: loan("APPROVED", dossier=paper.dossier, use="DIGITAL"),
    "RECALLED": refused_by(lambda case, ours, paper: actions.recall(case, by=ours[Role.APPROVER], reason="发现越权")),
    "CLOSED": refused_by(lambda case, ours, paper: actions.finish(case, by=ours[Role.KEEPER])),
    "PAUSED": refused_by(lambda case, ours, paper: pause(case, by=ours[Role.APPROVER], reason="核实介绍信")),
    "NOT_GRANTED": lambda loan, ours, paper: loan("READING", dossier=paper.dossier),
    "REMOVED": refused_by(take_out),
    "LEFT": refused_by(give_away),
    "OTHER_DOSSIER": lambda loan, ours, paper: loan("GRANTED"),
    "NO_GRANT": no_case,
    "NO_PRINTING": lambda loan, ours, paper: loan("GRANTED", dossier=paper.dossier, may_download=True),
    "NO_DOWNLOAD": lambda loan, ours, paper: loan("GRANTED", dossier=paper.dossier, may_print=True),
    "OWN": refused_by(lambda case, ours, paper: declare(ours[Role.KEEPER], paper.dossier.person, "self") or case),
    "RELATIVE": refused_by(
        lambda case, ours, paper: declare(ours[Role.KEEPER], paper.dossier.person, "spouse") or case
    ),
}
WISHES = {"NO_PRINTING": "PRINT", "NO_DOWNLOAD": "DOWNLOAD"}


@pytest.mark.parametrize("denial", Denial.values)
def test_every_refusal_is_noted_with_its_code(denial, loan, ours, paper):
    case = ARRANGED[denial](loan, ours, paper)
    paper.refresh_from_db()
    wish = WISHES.get(denial, "READ")
    before = AuditEvent.objects.latest("pk").pk

    answer = dossiers.ask_to_see(paper, by=ours[Role.KEEPER], wish=wish, case=case)

    assert (answer.allowed, answer.denial) == (False, denial)
    (event,) = AuditEvent.objects.filter(pk__gt=before)
    assert (event.verb, event.reason, event.actor_id) == ("material.deny", denial, ours[Role.KEEPER].pk)
    assert (event.subject_id, event.person_id) == (
        (case.pk, case.person_id) if case else (paper.dossier_id, paper.dossier.person_id)
    )
    assert event.changes == {"paper": [None, paper.number], "wish": [None, wish]}
    assert timeline(case or paper.dossier)[0].detail == str(Denial(denial).label)


def test_the_borrower_who_turns_out_to_be_the_person_reads_nothing_more(loan, ours, paper):
    case = become_the_borrower(loan("GRANTED", dossier=paper.dossier), ours, paper)
    paper.refresh_from_db()

    assert dossiers.ask_to_see(paper, by=ours[Role.KEEPER], case=case).denial == "OWN"


def test_who_has_no_right_to_consultations_there_is_told_of_none_and_noted(loan, paper, other_institution):
    loan("GRANTED", dossier=paper.dossier)
    stranger = staff(other_institution, Role.KEEPER)

    answer = dossiers.ask_to_see(paper, by=stranger)

    assert (answer.case, answer.denial) == (None, "NO_GRANT")
    event = AuditEvent.objects.get(verb="material.deny")
    assert (event.actor_id, event.subject_type) == (stranger.pk, "dossiers.dossier")


def test_of_several_consultations_the_one_that_allows_answers(loan, ours, paper):
    loan("GRANTED", dossier=paper.dossier, class_marks=["3"])
    printing = loan("GRANTED", dossier=paper.dossier, class_marks=["4"], may_print=True)
    loan("GRANTED", dossier=paper.dossier)

    answer = dossiers.ask_to_see(paper, by=ours[Role.KEEPER], wish="PRINT")

    assert (answer.case, answer.allowed, answer.until) == (printing, True, printing.granted_until)
    assert dossiers.ask_to_see(paper, by=ours[Role.KEEPER], wish="DOWNLOAD").denial == "NO_DOWNLOAD"


def test_an_answer_is_good_for_its_moment_only(loan, ours, paper):
    case = loan("GRANTED", dossier=paper.dossier, days=1)
    assert dossiers.ask_to_see(paper, by=ours[Role.KEEPER], case=case).allowed

    with time_machine.travel(case.granted_until, tick=False):
        assert dossiers.ask_to_see(paper, by=ours[Role.KEEPER], case=case).denial == "EXPIRED"


@pytest.mark.parametrize(("relation", "code"), [("self", "OWN"), ("in_law", "RELATIVE")])
def test_a_page_that_does_not_open_for_a_relative_is_noted_with_its_code(relation, code, loan, ours):
    case = loan("LENT")
    declare(ours[Role.KEEPER], case.person, relation)

    with pytest.raises(PermissionDenied):
        get_visible_or_404(Loan.objects.all(), ours[Role.KEEPER], Permission.LOAN_VIEW, pk=case.pk)

    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.reason, event.subject_id) == ("person.refuse_relative", code, case.pk)


def test_only_the_question_that_is_logged_reaches_who_grants():
    """``GRANTORS`` is asked in one place, and what stands in it is private to its module."""

    asking = {name(path) for path in modules() if "GRANTORS" in path.read_text()}
    assert asking == {"dossiers/queries/permits.py", "dossiers/actions/showing.py"}
    assert [grantor.__name__[0] for _permission, grantor in GRANTORS] == ["_"]
    grants = {name(path) for path in modules() if "_answers(material" in path.read_text()}
    assert grants == {"circulation/loans/queries/grants.py"}
