import pytest

from rendang.circulation.intake import actions as intake
from rendang.circulation.transfers import actions
from rendang.circulation.transfers.models import DepartureRequest
from rendang.kernel.access.models import Role
from tests.circulation.transfers.leaving import Leaving
from tests.factories import PlacementFactory, staff

COUNTED = {"principal_volumes": 1, "duplicate_volumes": 0, "papers_counted": 20}


@pytest.fixture
def move(institution, other_institution):
    """``move("SENT")`` offers a dossier in stock and takes the usual steps up to that state."""
    ours = {role: staff(institution, role) for role in (Role.CLERK, Role.APPROVER, Role.KEEPER)}
    theirs = {role: staff(other_institution, role) for role in (Role.APPROVER, Role.KEEPER)}

    def to(state: str):
        dossier = PlacementFactory(institution=institution).dossier
        transfer = actions.offer(dossier, other_institution, by=ours[Role.CLERK], reason="internal")
        for name, by, inputs in (
            ("agree", theirs[Role.APPROVER], {}),
            ("pack", ours[Role.KEEPER], COUNTED),
            ("dispatch", ours[Role.APPROVER], {"carrier": "hand"}),
            ("receive", theirs[Role.KEEPER], {"seal_intact": True, **COUNTED}),
        ):
            if transfer.state == state:
                break
            transfer = actions.STEPS[name](transfer, by=by, **inputs)
        assert transfer.state == state
        return transfer

    to.ours, to.theirs = ours, theirs
    return to


@pytest.fixture
def leaving(institution):
    """``leaving("SEALED")`` lets a dossier of the institution leave up to that state (tests' ``leaving.py``)."""
    return Leaving(institution)


# One institution of the city asks another (test_asking.py).


@pytest.fixture
def theirs(other_institution):
    """Those who ask."""
    roles = (Role.CLERK, Role.APPROVER, Role.KEEPER, Role.REVIEWER)
    return {role: staff(other_institution, role) for role in roles}


@pytest.fixture
def mine(leaving):
    """What they ask for; it lies in our store."""
    return leaving.dossier()


@pytest.fixture
def opened(mine, other_institution, theirs):
    def at(institution=other_institution, by=theirs[Role.CLERK], **given):
        facts = {"name": mine.person.name, "id_number": mine.person.id_number, "reason": "new_employer"}
        return intake.apply(institution, by=by, sender="不知道在哪里", **{**facts, **given})

    return at


@pytest.fixture
def waiting(opened, theirs):
    """Their intake, with the letter issued."""
    return intake.issue_letter(opened(), by=theirs[Role.APPROVER])


@pytest.fixture
def request_here(waiting):
    return DepartureRequest.objects.get()
