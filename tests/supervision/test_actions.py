import pytest

from rendang.dossiers.actions import claim_custody
from rendang.storage.models import Placement
from rendang.supervision.actions import STEPS
from tests.factories import PlacementFactory, held_dossier

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
