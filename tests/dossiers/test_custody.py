from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from rendang.dossiers.actions import (
    CONFLICT_STEPS,
    claim_custody,
    end_custody,
    ensure_dossier,
    ensure_volumes,
    hand_over_custody,
    take_custody,
)
from rendang.dossiers.models import Custody, CustodyConflict, Dossier
from rendang.kernel.audit.models import AuditEvent
from tests.factories import (
    CustodyFactory,
    DossierFactory,
    InstitutionFactory,
    PersonFactory,
    UserFactory,
    held_dossier,
)

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year


def test_a_dossier_is_taken_with_a_number_of_the_institution(clerk):
    office = InstitutionFactory(code="QZZX")
    first = take_custody(DossierFactory(), office, by=clerk, received_reason="毕业")
    second = take_custody(DossierFactory(), office, by=clerk)

    assert [first.archive_number, second.archive_number] == [f"QZZX{YEAR}000001", f"QZZX{YEAR}000002"]
    assert first.received_on == f"{timezone.localdate():%Y-%m-%d}"
    event = AuditEvent.objects.get(verb="custody.take", subject_id=first.pk)
    assert (event.person_id, event.institution_id, event.actor_id) == (first.dossier.person_id, office.pk, clerk.pk)


def test_numbers_that_came_with_a_roster_are_passed_over(clerk):
    office = InstitutionFactory(code="QZZX")
    for number in (1, 2, 700):
        CustodyFactory(institution=office, archive_number=f"QZZX{YEAR}{number:06d}")
    numbers = [take_custody(DossierFactory(), office, by=clerk).archive_number[-6:] for _ in range(2)]
    assert numbers == ["000701", "000702"]


def test_another_keeper_is_named_and_nothing_happens(clerk, institution, other_institution):
    dossier = held_dossier(other_institution)
    with pytest.raises(ValidationError, match=other_institution.english_name):
        take_custody(dossier, institution, by=clerk)
    assert dossier.custodies.count() == 1
    assert not AuditEvent.objects.exists()


def test_a_number_is_never_given_again_even_after_the_dossier_left(clerk, institution):
    custody = held_dossier(institution, custody={"archive_number": "A-1"}).custodies.get()
    end_custody(custody, by=clerk, reason="转出", sent_to="外省人才中心")
    with pytest.raises(ValidationError, match="never used again"):
        take_custody(DossierFactory(), institution, by=clerk, archive_number="A-1")


def test_an_ended_custody_cannot_end_again(clerk, institution):
    custody = held_dossier(institution).custodies.get()
    ended = end_custody(custody, by=clerk)
    assert (ended.status, ended.ended_on) == ("ENDED", f"{timezone.localdate():%Y-%m-%d}")
    with pytest.raises(ValidationError, match="ended already"):
        end_custody(custody, by=clerk)


def test_handing_over_ends_one_custody_and_begins_the_other(clerk, institution, other_institution):
    dossier = held_dossier(institution, custody={"archive_type": "unit"})
    new = hand_over_custody(dossier, other_institution, by=clerk, reason="change_of_employer")

    old = dossier.custodies.get(institution=institution)
    assert (old.status, old.sent_to, old.ended_reason) == ("ENDED", other_institution.name, "change_of_employer")
    assert (new.status, new.received_from, new.archive_type) == ("HELD", institution.name, "unit")
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", "person_id")
    assert list(verbs) == [("custody.end", dossier.person_id), ("custody.take", dossier.person_id)]


def test_handing_over_to_the_holder_itself_is_refused(clerk, institution):
    with pytest.raises(ValidationError, match="holds this dossier"):
        hand_over_custody(held_dossier(institution), institution, by=clerk)


def test_handing_over_what_nobody_holds_is_refused(clerk, institution):
    with pytest.raises(ValidationError, match="No institution holds"):
        hand_over_custody(DossierFactory(), institution, by=clerk)


def test_the_database_itself_refuses_two_keepers(institution, other_institution):
    dossier = held_dossier(institution)
    with pytest.raises(IntegrityError, match="one_keeper_per_dossier"), transaction.atomic():
        CustodyFactory(dossier=dossier, institution=other_institution)


def test_one_dossier_a_person(clerk):
    person = PersonFactory()
    assert ensure_dossier(person, by=clerk) == ensure_dossier(person, by=clerk)
    assert AuditEvent.objects.filter(verb="dossier.create").count() == 1


def test_volumes_are_added_once(clerk, institution):
    dossier = held_dossier(institution)
    ensure_volumes(dossier, principal=2, duplicate=1, by=clerk)
    ensure_volumes(dossier, principal=2, duplicate=0, by=clerk)
    assert [str(volume) for volume in dossier.volumes.order_by("pk")] == ["Principal 1", "Principal 2", "Duplicate 1"]


class TestTheNameBesideTheCustody:
    def test_is_filled_in(self, institution):
        custody = held_dossier(institution, name="单雄信").custodies.get()
        assert (custody.name, custody.name_pinyin, custody.name_initials) == ("单雄信", "shanxiongxin", "sxx")
        assert custody.name_pinyin_other == "danxiongxin"

    def test_follows_the_person(self, institution):
        dossier = held_dossier(institution, name="王小明")
        dossier.person.name, dossier.person.name_pinyin = "王晓明", "wangxiaoming"
        dossier.person.save()
        assert dossier.custodies.get().name == "王晓明"

    def test_may_be_brought_along(self):
        custody = CustodyFactory(name="𬱖", name_pinyin="wei", name_initials="w")
        custody.refresh_from_db()
        assert custody.name == "𬱖"


class TestAClaimByASecondInstitution:
    @pytest.fixture
    def conflict(self, institution, other_institution, clerk):
        dossier = held_dossier(institution)
        return claim_custody(dossier, other_institution, by=clerk, archive_number="X-9", received_on="2020")

    def test_is_neither_dropped_nor_accepted(self, conflict, institution):
        statuses = dict(conflict.dossier.custodies.values_list("institution", "status"))
        assert statuses == {institution.pk: "HELD", conflict.institution_id: "CLAIMED"}
        assert (conflict.state, conflict.due_date is not None) == ("OPEN", True)

    def test_is_refuted_when_the_holder_is_confirmed(self, conflict, supervisor, institution):
        settled = CONFLICT_STEPS["keep"](conflict, by=supervisor, finding="现场核实，档案在架")
        assert settled.closed_at
        assert Custody.objects.get(pk=conflict.claim_id).status == "REFUTED"
        assert conflict.dossier.custodies.get(status="HELD").institution == institution

    def test_becomes_custody_when_confirmed(self, conflict, supervisor, institution, other_institution):
        CONFLICT_STEPS["move"](conflict, by=supervisor, finding="对方持有原件")
        held = conflict.dossier.custodies.get(status="HELD")
        assert (held.institution, held.archive_number) == (other_institution, "X-9")
        assert conflict.dossier.custodies.get(institution=institution).status == "ENDED"

    def test_needs_a_finding(self, conflict, supervisor):
        with pytest.raises(ValidationError, match="where the dossier was found"):
            CONFLICT_STEPS["keep"](conflict, by=supervisor, finding=" ")
        assert CustodyConflict.objects.get().state == "OPEN"

    def test_is_not_for_the_parties_to_settle(self, conflict, head):
        with pytest.raises(PermissionDenied):
            CONFLICT_STEPS["keep"](conflict, by=head, finding="是我们的")


@pytest.mark.django_db(transaction=True)
def test_of_two_clerks_who_take_the_same_dossier_one_is_told():
    dossier, user = DossierFactory(), UserFactory()
    offices = [InstitutionFactory(), InstitutionFactory()]

    def take(office):
        try:
            return take_custody(Dossier.objects.get(pk=dossier.pk), office, by=user).archive_number
        except ValidationError as refused:
            return f"refused: {len(refused.messages)}"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as clerks:
        answers = list(clerks.map(take, offices))
    assert sum(answer.startswith("refused") for answer in answers) == 1
    assert dossier.custodies.count() == 1
