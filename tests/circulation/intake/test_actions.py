import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from rendang.circulation.intake import actions
from rendang.circulation.intake.models import Intake
from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.queries import read_file
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.queries import main_path
from rendang.kernel.workflow.steps import steps_open_to
from rendang.people.models import Person
from rendang.storage.queries import current_placement, in_stock
from tests.factories import held_dossier, staff

pytestmark = pytest.mark.django_db
State = Intake.State


def test_applying_opens_a_numbered_case_with_a_time_limit(institution, clerk):
    intake = actions.apply(
        institution, by=clerk, name="王小明", id_number="330102198507150018", reason="graduation", sender="虚构大学"
    )

    today = timezone.localdate()
    assert intake.number == f"{institution.code}-{today:%Y%m%d}-0001"
    assert (intake.state, intake.service_item, intake.kind) == ("APPLIED", "intake", "intake")
    assert intake.due_date == standards.deadline("recall_letter_issue", start=today).due
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == ["person.create", "intake.open"]


def test_a_dossier_that_is_held_here_is_not_taken_in_twice(institution, clerk):
    person = held_dossier(institution).person
    before = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="keeps this dossier already"):
        actions.apply(
            institution, by=clerk, name=person.name, id_number=person.id_number, reason="graduation", sender="某处"
        )

    assert not Case.objects.exists()
    assert AuditEvent.objects.count() == before


def test_a_person_has_one_intake_at_a_time_here(institution, clerk):
    asked = {"name": "王小明", "id_number": "330102198507150018", "reason": "graduation", "sender": "某处"}
    actions.apply(institution, by=clerk, **asked)

    with pytest.raises(ValidationError, match="already under way"):
        actions.apply(institution, by=clerk, **asked)

    assert Intake.objects.count() == 1


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.APPROVER, Role.HEAD, Role.DIGITISER])
def test_applying_needs_the_right(institution, role):
    with pytest.raises(PermissionDenied):
        actions.apply(
            institution,
            by=staff(institution, role),
            name="王小明",
            id_number="330102198507150018",
            reason="graduation",
            sender="某处",
        )

    assert not Person.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_recall_letter_has_a_number_a_validity_and_a_paper(walk, institution):
    intake = walk("CALLED")

    today = timezone.localdate()
    assert intake.letter_number == f"{institution.code}调〔{today:%Y}〕0001号"
    assert intake.letter_valid_until == standards.deadline("recall_letter_validity", start=today).due
    assert read_file(intake.letter_file).startswith(b"%PDF")


def test_the_whole_way_makes_the_dossier_ours(walk, institution):
    intake = walk("ACCEPTED")

    dossier = Dossier.objects.get(person=intake.person)
    custody = dossier.custodies.get()
    assert (custody.institution, custody.status) == (institution, "HELD")
    assert custody.archive_number == f"{institution.code}{timezone.localdate():%Y}000001"
    assert (intake.custody, intake.dossier, intake.closed_at) == (custody, dossier, None)
    assert current_placement(dossier).kind == "DESK"
    assert not in_stock(dossier)
    assert read_file(intake.receipt_file).startswith(b"%PDF")


def test_a_parcel_is_opened_by_two_different_people(walk):
    intake = walk("HALF_OPENED")

    with pytest.raises(ValidationError, match="second person"):
        actions.witness_opening(intake, by=walk.people[Role.REVIEWER])

    intake.refresh_from_db()
    assert (intake.state, intake.second_opener) == ("HALF_OPENED", None)
    assert not AuditEvent.objects.filter(verb="intake.witness_opening").exists()


@pytest.mark.parametrize("parcel", [{"carrier": "self"}, {"carrier": "courier"}, {"seal": "BROKEN"}])
def test_a_parcel_that_came_wrongly_is_not_opened(walk, parcel):
    intake = walk("ARRIVED", parcel=parcel)

    with pytest.raises(ValidationError, match="return it, do not open it"):
        actions.open_parcel(
            intake,
            by=walk.people[Role.REVIEWER],
            principal_volumes=1,
            duplicate_volumes=0,
            papers_counted=3,
        )

    intake.refresh_from_db()
    assert (intake.state, intake.papers) == ("ARRIVED", None)


def test_who_reviewed_does_not_accept(walk, institution):
    intake = walk("REVIEWED")
    both = staff(institution, Role.APPROVER)
    Intake.objects.filter(pk=intake.pk).update(reviewer=both)

    with pytest.raises(ValidationError, match="second person"):
        actions.accept(intake, by=both)

    assert not Custody.objects.exists()


def test_what_does_not_agree_is_not_accepted(walk):
    intake = walk("REVIEWED", compared={"list_agrees": False, "comparison": "少一份登记表"})

    with pytest.raises(ValidationError, match="do not agree"):
        actions.accept(intake, by=walk.people[Role.APPROVER])

    assert not Custody.objects.exists()
    intake.refresh_from_db()
    assert intake.state == "REVIEWED"


def test_a_difference_must_be_described(walk):
    intake = walk("OPENED")

    with pytest.raises(ValidationError, match="Say what differs"):
        actions.compare(
            intake, by=walk.people[Role.REVIEWER], notice_agrees=False, list_agrees=True, right_person=True
        )


def test_a_missing_paper_is_noted_and_the_dossier_accepted(walk):
    intake = walk("COMPARED")
    intake = actions.review(intake, by=walk.people[Role.REVIEWER], review="缺关键材料", missing="毕业生登记表")

    intake = actions.accept(intake, by=walk.people[Role.APPROVER])

    assert (intake.state, intake.missing) == ("ACCEPTED", "毕业生登记表")


@pytest.mark.parametrize("reason", ["missing_paper", "unpaid_fee", "", "缺材料"])
def test_a_missing_paper_is_no_reason_to_return(walk, reason):
    intake = walk("REVIEWED")

    with pytest.raises(ValidationError, match="not a reason"):
        actions.return_parcel(
            intake, by=walk.people[Role.APPROVER], return_reason=reason, return_detail="缺毕业生登记表"
        )

    intake.refresh_from_db()
    assert (intake.state, intake.return_file) == ("REVIEWED", None)


def test_a_parcel_is_returned_with_a_coded_reason_and_a_slip(walk):
    intake = walk("ARRIVED", parcel={"carrier": "self"})

    intake = actions.return_parcel(
        intake, by=walk.people[Role.APPROVER], return_reason="self_carried", return_detail="本人送来"
    )

    assert (intake.state, intake.closed_at) == ("TO_RETURN", None)
    assert read_file(intake.return_file).startswith(b"%PDF")
    assert not Custody.objects.exists()


def test_the_course_of_an_intake_is_the_one_without_ways_out():
    assert main_path(Intake) == [
        "APPLIED", "CALLED", "ARRIVED", "HALF_OPENED", "OPENED", "COMPARED", "REVIEWED", "ACCEPTED", "RECEIPTED",
    ]  # fmt: skip


def test_the_way_on_stands_before_the_ways_out(walk):
    intake = walk("CALLED")

    offered = [rule.name for rule in steps_open_to(walk.people[Role.CLERK], intake)]

    assert offered == ["register_parcel", "match_parcel", "withdraw"]
