import pytest

from rendang.circulation.loans import actions
from rendang.circulation.loans.queries import pages_of
from rendang.kernel.access.models import Role
from tests.factories import PlacementFactory, staff
from tests.one_of_each import applied_for

HAND_OVER = {"LOAN": "lend", "CONSULTATION": "lay_out", "DIGITAL": "grant"}


@pytest.fixture
def ours(institution):
    """Somebody for every role that has a hand in loans."""
    roles = (Role.CLERK, Role.APPROVER, Role.KEEPER, Role.HEAD, Role.REVIEWER)
    return {role: staff(institution, role) for role in roles}


@pytest.fixture
def shelved(institution):
    """A dossier in its slot."""
    return PlacementFactory(institution=institution).dossier


@pytest.fixture
def loan(ours, institution):
    """``loan("LENT")`` applies for a dossier in stock and takes the usual steps up to that state."""

    def to(state: str, dossier=None, **given):
        use = {"READING": "CONSULTATION", "GRANTED": "DIGITAL"}.get(state, "LOAN")
        if (given := {"use": use} | given)["use"] == "DIGITAL":
            given = {"days": 2} | given
        dossier = dossier or PlacementFactory(institution=institution).dossier
        case = applied_for(dossier, ours, **given)
        while case.state != state:
            case = onward(case, ours)
        return case

    return to


def onward(case, ours):
    """The next usual step, by whoever takes it."""
    if case.state == "APPLIED":
        step = actions.endorse if case.needs_head else actions.approve
        return step(case, by=ours[Role.APPROVER])
    if case.state == "ENDORSED":
        return actions.approve_finally(case, by=ours[Role.HEAD])
    if case.state == "APPROVED":
        expected = pages_of(case.dossier)
        counted = {"pages": 30 if expected is None else expected, "signed_by": case.borrowers.first()}
        given = {} if case.use == "DIGITAL" else counted
        return actions.STEPS[HAND_OVER[case.use]](case, by=ours[Role.KEEPER], **given)
    assert case.state in {"LENT", "READING"}, case.state
    return actions.receive_back(case, by=ours[Role.KEEPER], pages=case.pages_out)
