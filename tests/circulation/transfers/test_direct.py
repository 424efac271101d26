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
from rendang.kernel.files.queries import read_file
from rendang.kernel.workflow.queries import flow, to_do, tone
from rendang.kernel.workflow.steps import steps_open_to
from rendang.people.models import Message
from rendang.storage.queries import current_placement
from tests.circulation.intake.conftest import make_number
from tests.circulation.transfers.leaving import STEPS, a_file, an_address
from tests.golden import assert_says
from tests.told import chinese

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


def noted(leaving, departure, **given):
    facts = {"receivers": two(), "introduction_letter": "海市介〔2026〕5号"}
    return STEPS["name_receivers"](departure, by=given.pop("by", leaving.by[Role.KEEPER]), **{**facts, **given})


def handed_over(leaving, departure, **given):
    departure = noted(leaving, departure, **given)
    return STEPS["hand_over"](departure, by=leaving.by[Role.KEEPER], receipt=a_file("slip.pdf"))


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
    assert (departure.state, departure.carrier, departure.courier) == ("HANDED_OVER", "direct", "赵敏、钱进")
    assert (departure.sent_on, departure.received_on, departure.due_date) == (today, today, None)
    assert [(one.name, one.post) for one in departure.receivers.all()] == [("赵敏", "人事处处长"), ("钱进", "科员")]
    line = departure.lines.get()
    assert (line.outcome, line.custody.status, current_placement(line.dossier).kind) == ("GONE", "ENDED", "ELSEWHERE")
    told = Message.objects.filter(person=departure.person)
    assert ["当面接收" in chinese(message) for message in told].count(True) == 1


def test_offered_only_where_the_rule_allows(leaving, sealed):
    def offered(departure):
        return {rule.name for rule in steps_open_to(leaving.by[Role.KEEPER], departure)}

    assert "name_receivers" in offered(sealed("state_enterprise"))
    private = sealed("archive_institution")
    assert "name_receivers" not in offered(private)
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
            noted(leaving, departure, receivers=receivers)
    with pytest.raises(PermissionDenied):
        noted(leaving, departure, by=leaving.by[Role.CLERK])
    with pytest.raises(ValidationError, match="not part of this case"):
        STEPS["hand_over"](departure, by=leaving.by[Role.KEEPER], receipt=a_file())

    departure.refresh_from_db()
    assert (departure.state, departure.receivers.count(), StoredFile.objects.count()) == ("SEALED", 0, files)
    assert Custody.objects.get(dossier=departure.dossier).status == "HELD"
    assert not AuditEvent.objects.filter(verb__in=["departure.name_receivers", "departure.hand_over"]).exists()


def test_the_slip_names_both_and_no_carrier_is_offered_any_more(leaving, sealed):
    departure = noted(leaving, sealed())

    assert_says(
        read_file(departure.slip_file), ["直接转递交接单", "海市介〔2026〕5号", "赵敏", "钱进", departure.person.name]
    )
    offered = {rule.name for rule in steps_open_to(leaving.by[Role.KEEPER], departure)}
    assert offered == {"hand_over", "name_others", "not_fetched"}
    assert to_do(leaving.by[Role.KEEPER], timezone.localdate()).get(pk=departure.pk).next_steps == ["hand_over"]
    assert [one.code for one in flow(departure)][-2:] == ["SEALED", "HANDED_OVER"]


def test_whoever_is_noted_anew_takes_the_place_of_the_former(leaving, sealed):
    departure = noted(leaving, sealed())
    anew = {"receivers": two(name="孙立"), "introduction_letter": "海市介〔2026〕6号"}

    departure = STEPS["name_others"](departure, by=leaving.by[Role.KEEPER], **anew)

    assert [one.name for one in departure.receivers.all()] == ["孙立", "钱进"]


def test_if_nobody_comes_it_goes_by_a_carrier(leaving, sealed):
    departure = STEPS["not_fetched"](noted(leaving, sealed()), by=leaving.by[Role.KEEPER], reason="对方改为寄递")

    assert (departure.is_fetched, departure.slip_file, departure.receivers.count()) == (False, None, 0)
    assert leaving.take(departure, "dispatch", carrier="confidential", waybill="机要1").state == "IN_TRANSIT"


def test_its_states_say_handed_over_and_never_sent(leaving, sealed):
    departure = handed_over(leaving, sealed())

    assert [str(one.label) for one in flow(departure)] == [
        "Applied for",
        "Approved, to be fetched and checked",
        "Checked page by page",
        "Sealed by two",
        "Handed over directly",
    ]
    assert (tone(departure), {one.status for one in flow(departure)}) == ("green", {"done"})


def test_on_the_page(leaving, sealed, client):
    departure = sealed()
    client.force_login(leaving.by[Role.KEEPER])
    typed = {"introduction_letter": "海市介〔2026〕5号"}
    for at, one in enumerate(two(), start=1):
        typed |= {f"{field}_{at}": value for field, value in one.items()}

    client.post(reverse("departures:step", args=[departure.pk, "name_receivers"]), typed)
    assert client.get(reverse("departures:paper", args=[departure.pk, "slip"])).status_code == 200
    signed = {"receipt": a_file("slip.pdf")}
    answer = client.post(reverse("departures:step", args=[departure.pk, "hand_over"]), signed)
    page = client.get(answer.url).text

    assert "赵敏" in page
    assert "海市介〔2026〕5号" in page
    assert typed["id_number_1"] not in page
