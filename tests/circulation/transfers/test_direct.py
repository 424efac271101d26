"""直接转递: two people of a state unit fetch a dossier with their letter and sign on the spot."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.parcels.queries import may_be_handed_over
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.steps import steps_open_to
from rendang.people.models import Message
from rendang.storage.queries import current_placement
from tests.circulation.intake.conftest import make_number
from tests.circulation.transfers.leaving import STEPS, a_file, an_address

pytestmark = pytest.mark.django_db


def two(**changes):
    first = {"name": "赵敏", "id_number": make_number(), "post": "人事处处长", **changes}
    return [first, {"name": "钱进", "id_number": make_number(), "post": "科员"}]


@pytest.fixture
def sealed(leaving):
    """On its way to an organ of the state."""

    def to(kind="organ"):
        clerk, approver = leaving.by[Role.CLERK], leaving.by[Role.APPROVER]
        leaving.to = an_address(clerk, approver, name=f"虚构省海州市{kind}", kind=kind)
        return leaving("SEALED")

    return to


def handed_over(leaving, departure, **given):
    facts = {"receivers": two(), "introduction_letter": "海市介〔2026〕5号", "receipt": a_file("receipt.pdf")}
    return STEPS["hand_over"](departure, by=given.pop("by", leaving.by[Role.KEEPER]), **{**facts, **given})


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [("organ", True), ("institution", True), ("state_enterprise", True), ("private_enterprise", False),
     ("archive_institution", False), ("", False)],
)  # fmt: skip
def test_the_rule_says_who_may_fetch(kind, allowed):
    assert may_be_handed_over(kind, on=timezone.localdate()) is allowed


def test_signed_on_the_spot_custody_ends_and_nothing_is_awaited(leaving, sealed):
    departure = handed_over(leaving, sealed())

    today = timezone.localdate()
    assert (departure.state, departure.carrier, departure.courier) == ("CONFIRMED", "direct", "赵敏、钱进")
    assert (departure.sent_on, departure.received_on, departure.due_date) == (today, today, None)
    assert [(one.name, one.post) for one in departure.receivers.all()] == [("赵敏", "人事处处长"), ("钱进", "科员")]
    line = departure.lines.get()
    assert (line.outcome, line.custody.status, current_placement(line.dossier).kind) == ("GONE", "ENDED", "ELSEWHERE")
    assert Message.objects.filter(person=departure.person, text__contains="当面接收").count() == 1


def test_offered_only_where_the_rule_allows(leaving, sealed):
    def offered(departure):
        return {rule.name for rule in steps_open_to(leaving.by[Role.KEEPER], departure)}

    assert "hand_over" in offered(sealed("state_enterprise"))
    private = sealed("archive_institution")
    assert "hand_over" not in offered(private)
    with pytest.raises(ValidationError, match="not part of this case"):
        handed_over(leaving, private)
    private.refresh_from_db()
    assert private.state == "SEALED"


def test_refused_with_one_receiver_a_wrong_number_or_the_own_dossier(leaving, sealed):
    departure = sealed()
    files = StoredFile.objects.count()
    same = two()[0]
    own = departure.person.id_number

    for receivers, why in (
        ([same], "name both"),
        ([same, same], "name both"),
        (two(id_number="110101199001010000"), "contains a mistake"),
        (two(id_number=own), "own dossier"),
    ):
        with pytest.raises(ValidationError, match=why):
            handed_over(leaving, departure, receivers=receivers)
    with pytest.raises(PermissionDenied):
        handed_over(leaving, departure, by=leaving.by[Role.CLERK])

    departure.refresh_from_db()
    assert (departure.state, departure.receivers.count(), StoredFile.objects.count()) == ("SEALED", 0, files)
    assert Custody.objects.get(dossier=departure.dossier).status == "HELD"
    assert not AuditEvent.objects.filter(verb="departure.hand_over").exists()


def test_on_the_page(leaving, sealed, client):
    departure = sealed()
    client.force_login(leaving.by[Role.KEEPER])
    typed = {"introduction_letter": "海市介〔2026〕5号", "receipt": a_file("receipt.pdf")}
    for at, one in enumerate(two(), start=1):
        typed |= {f"{field}_{at}": value for field, value in one.items()}

    answer = client.post(reverse("departures:step", args=[departure.pk, "hand_over"]), typed)
    page = client.get(answer.url).text

    assert "赵敏" in page
    assert "海市介〔2026〕5号" in page
    assert typed["id_number_1"] not in page
