import pytest

from rendang.dossiers.actions import claim_custody
from rendang.dossiers.models import CustodyConflict
from rendang.kernel.access.models import Role
from rendang.storage.actions import place
from rendang.storage.models import Placement
from rendang.supervision.actions import STEPS
from rendang.supervision.queries import sides
from tests.factories import PlacementFactory, SlotFactory, held_dossier, staff

pytestmark = pytest.mark.django_db


def test_a_confirmed_claim_takes_the_dossier_out_of_the_former_keepers_slot(
    clerk, supervisor, institution, other_institution
):
    dossier = held_dossier(institution)
    placed = PlacementFactory(dossier=dossier, institution=institution)
    conflict = claim_custody(dossier, other_institution, by=clerk, archive_number="Z1")

    STEPS["move"](conflict, by=supervisor, finding="对方持有原件")

    now = Placement.objects.current().get(dossier=dossier)
    assert (now.kind, now.institution) == ("DESK", other_institution)
    placed.slot.refresh_from_db()
    assert placed.slot.occupied == 0


def test_a_confirmed_holder_leaves_the_dossier_where_it_lies(clerk, supervisor, institution, other_institution):
    dossier = held_dossier(institution)
    placed = PlacementFactory(dossier=dossier, institution=institution)
    conflict = claim_custody(dossier, other_institution, by=clerk, archive_number="Z1")

    STEPS["keep"](conflict, by=supervisor, finding="在架")

    assert Placement.objects.current().get(dossier=dossier) == placed


def test_of_a_settled_conflict_both_sides_read_what_was_known_then_and_nothing_of_after(
    clerk, supervisor, institution, other_institution
):
    """The former keeper's head may open it: where the dossier lies now and what is done with it is not theirs."""
    dossier = held_dossier(institution)
    PlacementFactory(dossier=dossier, institution=institution)
    conflict = claim_custody(dossier, other_institution, by=clerk, archive_number="Z1")
    conflict = STEPS["move"](conflict, by=supervisor, finding="对方持有原件")
    settled = sides(conflict)

    keeper = staff(other_institution, Role.KEEPER)
    slot = SlotFactory(institution=other_institution)
    place(dossier, slot, by=keeper)

    later = sides(CustodyConflict.objects.get(pk=conflict.pk))
    assert later[1].place == settled[1].place != slot.code
    assert [side.events for side in later] == [side.events for side in settled]
