import datetime as dt

import pytest
from django.utils import timezone

from rendang.circulation.party import actions
from tests.factories import held_dossier


@pytest.fixture
def branch(institution, clerk):
    return actions.found_branch(institution, by=clerk, name="流动党员第一支部", secretary="赵书记")


@pytest.fixture
def person(institution):
    """A member of the Party whose dossier is kept here."""
    person = held_dossier(institution).person
    person.political_status = "01"
    person.save()
    return person


@pytest.fixture
def letter():
    return {
        "other_committee": "虚构大学党委",
        "letter_number": "虚大组〔2026〕17",
        "letter_date": timezone.localdate() - dt.timedelta(10),
        "stay": "GRADUATE",
    }


@pytest.fixture
def arrived(person, branch, letter, clerk, approver):
    """The relation of the person is kept here."""
    case = actions.register_arrival(person, branch, by=clerk, **letter)
    case = actions.approve(case, by=approver)
    return actions.complete(case, by=clerk, slip_date=timezone.localdate()).membership
