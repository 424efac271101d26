"""The fictional city of 300 people: what is in it."""

from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from rendang.circulation.accruals.models import Chase
from rendang.circulation.intake.models import Intake, ReplacedLetter
from rendang.circulation.loans.models import Loan
from rendang.circulation.rosters.models import Roster, RosterRow
from rendang.circulation.transfers.models import Departure, DepartureRequest, PassedOn, Transfer
from rendang.demo.citizens import CITIZENS
from rendang.demo.city import PASSWORD, staff
from rendang.dossiers.models import Custody, CustodyConflict, Material, MaterialRemoval, RecordedValue
from rendang.kernel.access.models import Institution, Membership, MembershipProposal, Role
from rendang.kernel.accounts.models import User
from rendang.kernel.accounts.queries import authenticator_of
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.workflow.models import Case, Urgency
from rendang.kernel.workflow.queries import to_do
from rendang.people.models import FamilyMember, Kinship, Person
from rendang.portal.queries import own_dossier, where_is
from rendang.services.certificates.models import Certificate
from rendang.services.certificates.queries import status_of, verify
from rendang.storage.models import Compaction, Placement
from rendang.storage.stocktakes.models import Stocktake

# One worker loads it, for all tests of it.
pytestmark = pytest.mark.xdist_group("demonstration")
PEOPLE = 300


def load(people: int) -> str:
    output = StringIO()
    call_command("load_demonstration", people=people, stdout=output)
    return output.getvalue()


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """The city is there for all tests of this module, in a transaction around those of the tests."""
    cheap = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    changed = override_settings(DEMONSTRATION=True, PASSWORD_HASHERS=cheap)
    with django_db_blocker.unblock(), changed, transaction.atomic():  # type: ignore[attr-defined]
        load(PEOPLE)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def city(loaded: None, db: None, settings: object) -> None:
    settings.DEMONSTRATION = True  # type: ignore[attr-defined]


@pytest.mark.usefixtures("city")
class TestTheCity:
    def test_has_five_institutions_and_somebody_for_every_role(self):
        assert list(Institution.objects.order_by("pk").values_list("code", flat=True)) == [
            "RCSC", "WQZX", "JYZX", "LDZX", "TXRY",
        ]  # fmt: skip
        held = set(Membership.objects.values_list("institution__code", "role"))
        at_each = {Role.CLERK, Role.REVIEWER, Role.APPROVER, Role.KEEPER, Role.DIGITISER, Role.HEAD}
        assert {role for code, role in held if code is None} == set(Role) - at_each
        for institution in Institution.objects.all():
            assert {role for code, role in held if code == institution.code} == at_each
        two = Membership.objects.filter(institution__code="RCSC", role__in=[Role.CLERK, Role.REVIEWER, Role.KEEPER])
        assert two.count() == 6

    def test_everybody_signs_in_with_the_printed_password_and_the_administrators_with_a_code(self):
        for worker in staff():
            user = User.objects.get(username=worker.username)
            assert user.check_password(PASSWORD)
            assert not user.must_change_password
            assert (authenticator_of(user) is not None) == worker.role.endswith("_ADMINISTRATOR")

    def test_came_through_rosters_whose_wrong_rows_are_listed(self):
        assert set(Roster.objects.values_list("state", flat=True)) == {Roster.State.DONE}
        imported = RosterRow.objects.filter(verdict=RosterRow.Verdict.IMPORTED)
        assert imported.exclude(reasons__contains=["held_elsewhere"]).count() == PEOPLE
        assert imported.filter(reasons__contains=["held_elsewhere"]).count() == 15
        assert RosterRow.objects.filter(verdict=RosterRow.Verdict.REJECTED).count() >= 4
        from_rosters = Custody.objects.filter(roster_rows__isnull=False)
        assert from_rosters.count() == PEOPLE + 15

    def test_has_stores_in_which_most_dossiers_lie_and_some_that_are_to_be_placed(self):
        for institution in Institution.objects.all():
            here = Placement.objects.current().filter(institution=institution)
            in_slots = here.filter(kind=Placement.Kind.SLOT).count()
            assert in_slots > 0.7 * here.count() > 10
        assert Placement.objects.current().filter(kind=Placement.Kind.AS_WRITTEN).exists()

    @pytest.mark.parametrize("model", [Intake, Transfer, Loan, CustodyConflict, MaterialRemoval, Certificate])
    def test_has_a_case_in_every_state(self, model):
        assert set(model.objects.values_list("state", flat=True)) == set(model.State.values)

    def test_has_an_intake_on_paper_that_was_called_inside_the_city_and_one_where_that_is_to_do(self):
        letter = ReplacedLetter.objects.select_related("intake").get()
        assert (letter.intake.state, letter.intake.moves_inside) == ("CALLED", True)
        assert DepartureRequest.objects.get(letter_number=letter.intake.letter_number).state == "RECEIVED"
        approver = User.objects.get(username="approver.jyzx")
        offered = [case for case in to_do(approver, timezone.localdate()) if "call_inside" in case.next_steps]
        assert [(case.kind, case.state, case.due_date is not None) for case in offered] == [("intake", "CALLED", True)]

    def test_has_cases_in_time_due_soon_overdue_and_paused(self):
        found = Case.objects.open().with_urgency(timezone.localdate()).values_list("urgency", flat=True)
        assert set(found) == set(Urgency)

    def test_has_chasing_letters_to_everybody_who_has_papers_and_one_that_was_sent_again(self):
        assert set(Chase.objects.values_list("addressee_kind", flat=True)) == set(Chase.Addressee)
        assert set(Chase.objects.values_list("state", flat=True)) == set(Chase.State)
        asked = Chase.objects.get(addressee_kind="PERSON")
        in_stock = next(citizen for citizen in CITIZENS if citizen.key == "in_stock")
        assert (asked.person.name, asked.state) == (in_stock.name, "SENT")
        again = Chase.objects.get(addressee_kind="EMPLOYER")
        assert list(again.sendings.order_by("number").values_list("number", flat=True)) == [1, 2]

    def test_has_a_clerk_with_a_relative_on_record_and_a_family_in_a_dossier(self):
        declared = Kinship.objects.get()
        assert Person.objects.filter(id_index=declared.id_index, dossier__isnull=False).exists()
        in_stock = next(citizen for citizen in CITIZENS if citizen.key == "in_stock")
        assert FamilyMember.objects.get(name="林国强").person.name == in_stock.name

    def test_the_talent_market_has_a_counted_room_with_findings_to_resolve_and_moves_half_done(self):
        counted = Stocktake.objects.get(institution__code="RCSC", state=Stocktake.State.COUNTED)
        assert counted.findings.filter(resolution="", verdict="MISSING").exists()
        plan = Compaction.objects.get(institution__code="RCSC", closed_at=None)
        assert plan.moves.filter(done_at__isnull=False).exists()
        assert plan.moves.waiting().exists()

    def test_has_certificates_with_every_public_status(self):
        issued = Certificate.objects.filter(issued_at__isnull=False).select_related("custody")
        assert {status_of(certificate) for certificate in issued} == set(Certificate.Status) - {
            Certificate.Status.UNKNOWN
        }

    def test_has_catalogues_with_dates_that_contradict_each_other(self):
        assert Material.objects.values("dossier").distinct().count() >= 40
        assert Material.objects.filter(removed_at__isnull=False).count() == 1
        births = RecordedValue.objects.filter(fact=RecordedValue.Fact.BIRTH)
        said: dict[int, set[str]] = {}
        for dossier, value in births.values_list("material__dossier", "value"):
            said.setdefault(dossier, set()).add(value)
        assert {len(values) for values in said.values()} == {1, 2}

    def test_has_a_role_waiting_for_its_second_person(self):
        proposal = MembershipProposal.objects.get(state=MembershipProposal.State.PROPOSED)
        assert proposal.user.username == "digitiser.rcsc"

    def test_nothing_happened_after_now_and_everything_has_a_trace(self):
        now = timezone.now()
        assert not AuditEvent.objects.filter(at__gt=now).exists()
        assert not Case.objects.filter(opened_at__gt=now).exists()
        opened = AuditEvent.objects.filter(verb__endswith=".open").values_list("subject_id", flat=True)
        assert set(Case.objects.values_list("pk", flat=True)) <= set(opened)

    def test_is_loaded_only_once(self):
        before = AuditEvent.objects.count()
        with pytest.raises(CommandError, match="already"):
            load(PEOPLE)
        assert AuditEvent.objects.count() == before

    def test_tells_the_accounts_the_people_and_a_certificate(self):
        output = StringIO()
        call_command("demonstration_accounts", stdout=output)
        told = output.getvalue()
        assert PASSWORD in told
        for worker in staff():
            assert f" {worker.username} " in told
        for citizen in CITIZENS:
            assert citizen.name in told
            assert citizen.id_number in told
        certificate = Certificate.objects.get(certificate_number=told.rpartition("number ")[2].partition(",")[0])
        verdict = verify(certificate.certificate_number, told.rpartition("code ")[2].strip())
        assert verdict.status == Certificate.Status.VALID


ANSWERS = {
    "in_stock": ("RCSC", True),
    "rare_name": ("WQZX", True),
    "long_name": ("LDZX", True),
    "retired": ("TXRY", True),
    "on_its_way": ("RCSC", False),
    "contested": ("RCSC", True),
    "arriving": (None, False),
    "unknown": (None, False),
}


def kinds_of_business() -> list[type[Case]]:
    return [model for model in apps.get_models() if issubclass(model, Case) and model is not Case]


@pytest.mark.usefixtures("city")
def test_three_hundred_people_are_enough_to_show_each_kind_of_business_in_every_state():
    missing = {
        model.__name__: states
        for model in kinds_of_business()
        if (states := set(model.State.values) - set(model.objects.values_list("state", flat=True)))
    }
    assert missing == {}
    passed_on = PassedOn.objects.get()
    assert passed_on.request.institution == passed_on.to
    assert Departure.objects.filter(state=Departure.State.MOVED).exclude(transfer_offered=None).count() == 1
    assert Material.objects.filter(dossier__departures__isnull=False).exists()  # there is a list to check against


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize("citizen", CITIZENS, ids=lambda citizen: citizen.key)
def test_a_citizen_by_name_finds_what_was_promised(citizen):
    found = where_is(citizen.name, citizen.id_number)
    code, in_stock = ANSWERS[citizen.key]
    institution = Institution.objects.filter(code=code).first()
    assert (found.institution_id, found.in_stock) == (institution and institution.pk, in_stock)


@pytest.mark.usefixtures("city")
def test_the_one_on_its_way_and_the_contested_one_are_what_they_are_called():
    by_key = {citizen.key: citizen for citizen in CITIZENS}
    way, contested, arriving = (by_key[key] for key in ("on_its_way", "contested", "arriving"))
    assert Transfer.objects.get(person__name=way.name).state == Transfer.State.IN_TRANSIT
    assert CustodyConflict.objects.get(person__name=contested.name).state == CustodyConflict.State.OPEN
    assert Intake.objects.get(person__name=arriving.name).state == Intake.State.ARRIVED


@pytest.mark.usefixtures("city")
def test_a_citizen_who_signs_in_sees_the_own_dossier(citizen_user: Callable[[str], User]):
    mine = own_dossier(citizen_user("on_its_way"))
    assert mine is not None
    assert mine.on_its_way
    assert mine.custody is not None
    assert mine.custody.institution.code == "RCSC"


@pytest.fixture
def citizen_user() -> Callable[[str], User]:
    from rendang.kernel.accounts.actions import citizen_of
    from rendang.kernel.accounts.identity import ConfirmedIdentity

    def find(key: str) -> User:
        citizen = next(citizen for citizen in CITIZENS if citizen.key == key)
        return citizen_of(ConfirmedIdentity(citizen.name, citizen.id_number), by=None)

    return find
