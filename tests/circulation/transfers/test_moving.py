import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from rendang.circulation.transfers import actions
from rendang.circulation.transfers.models import Transfer
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import Permission
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.queries import read_file
from rendang.kernel.workflow.models import Case
from rendang.storage.queries import current_placement, in_stock
from tests.circulation.transfers.conftest import COUNTED
from tests.factories import PlacementFactory, staff

pytestmark = pytest.mark.django_db


def held_by(transfer):
    return Custody.objects.get(dossier=transfer.dossier, status="HELD").institution


def test_custody_changes_hands_only_on_receipt(move, institution, other_institution):
    transfer = move("IN_TRANSIT")
    assert held_by(transfer) == institution

    transfer = actions.receive(transfer, by=move.theirs[Role.KEEPER], seal_intact=True, **COUNTED)

    assert held_by(transfer) == other_institution
    former = transfer.custody
    former.refresh_from_db()
    assert (former.status, former.sent_to) == ("ENDED", other_institution.name)
    assert transfer.new_custody.institution == other_institution
    assert current_placement(transfer.dossier).institution == other_institution
    assert read_file(transfer.receipt_file).startswith(b"%PDF")


def test_both_sides_see_the_same_case_at_once(move):
    transfer = move("SENT")

    for keeper in (move.ours[Role.KEEPER], move.theirs[Role.KEEPER]):
        row = Transfer.objects.visible_to(keeper, Permission.TRANSFER_VIEW).get()
        assert (row.pk, row.state) == (transfer.pk, "SENT")


def test_a_third_institution_sees_nothing(move, db):
    from tests.factories import InstitutionFactory

    transfer = move("OFFERED")
    stranger = staff(InstitutionFactory(), Role.KEEPER)

    assert not Transfer.objects.visible_to(stranger, Permission.TRANSFER_VIEW).exists()
    assert not Case.objects.visible_to(stranger, Permission.CASE_VIEW).filter(pk=transfer.pk).exists()


def test_the_dossier_is_always_somewhere(move):
    places = {state: current_placement(move(state).dossier).kind for state in ("OFFERED", "SENT", "IN_TRANSIT")}

    assert places == {"OFFERED": "SLOT", "SENT": "DESK", "IN_TRANSIT": "COURIER"}


def test_only_the_receiver_agrees(move):
    transfer = move("OFFERED")

    with pytest.raises(PermissionDenied):
        actions.agree(transfer, by=move.ours[Role.APPROVER])

    transfer.refresh_from_db()
    assert transfer.state == "OFFERED"


def test_who_packed_does_not_hand_over(move, institution):
    transfer = move("SENT")

    with pytest.raises(ValidationError, match="second person"):
        actions.dispatch(transfer, by=move.ours[Role.KEEPER], carrier="hand")

    assert current_placement(transfer.dossier).kind == "DESK"


@pytest.mark.parametrize("carrier", ["self", "courier", "mail", "ems", ""])
def test_a_dossier_does_not_travel_by_a_forbidden_way(move, carrier):
    transfer = move("SENT")
    events = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="may not travel this way"):
        actions.dispatch(transfer, by=move.ours[Role.APPROVER], carrier=carrier)

    assert AuditEvent.objects.count() == events
    assert current_placement(transfer.dossier).kind == "DESK"


@pytest.mark.parametrize(
    "arrived",
    [COUNTED | {"papers_counted": 19}, COUNTED | {"principal_volumes": 2}, {**COUNTED, "seal_intact": False}],
)
def test_what_does_not_agree_is_not_received(move, institution, arrived):
    transfer = move("IN_TRANSIT")

    with pytest.raises(ValidationError, match="Refuse the parcel instead"):
        actions.receive(transfer, by=move.theirs[Role.KEEPER], **{"seal_intact": True, **arrived})

    assert held_by(transfer) == institution
    assert current_placement(transfer.dossier).kind == "COURIER"


def test_a_refused_parcel_goes_back_and_was_the_senders_all_the_time(move, institution):
    transfer = move("IN_TRANSIT")
    transfer = actions.refuse(
        transfer, by=move.theirs[Role.KEEPER], refusal_reason="broken_seal", refusal_detail="封条破损"
    )
    assert held_by(transfer) == institution

    transfer = actions.take_back(transfer, by=move.ours[Role.KEEPER])

    assert (transfer.state, transfer.closed_at is not None) == ("RETURNED", True)
    place = current_placement(transfer.dossier)
    assert (place.kind, place.institution) == ("DESK", institution)
    assert not in_stock(transfer.dossier)


def test_one_transfer_of_a_dossier_at_a_time(move, other_institution):
    transfer = move("OFFERED")

    with pytest.raises(ValidationError, match="already under way"):
        actions.offer(transfer.dossier, other_institution, by=move.ours[Role.CLERK], reason="internal")

    assert Transfer.objects.count() == 1


def test_only_the_keeper_offers(institution, other_institution):
    dossier = PlacementFactory(institution=institution).dossier

    with pytest.raises(PermissionDenied):
        actions.offer(dossier, institution, by=staff(other_institution, Role.CLERK), reason="internal")

    assert not Case.objects.exists()


def test_a_declined_offer_changes_nothing(move, institution):
    transfer = move("OFFERED")

    transfer = actions.decline(transfer, by=move.theirs[Role.APPROVER], reason="不属于接收范围")

    assert (transfer.state, held_by(transfer)) == ("DECLINED", institution)
    assert in_stock(transfer.dossier)
