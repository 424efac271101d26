"""Dossiers that are wanted from their slots, and every place outside one."""

import pytest
from django.core.exceptions import ValidationError

from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions
from rendang.storage.models import Placement, Retrieval
from rendang.storage.queries import current_placement
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(institution):
    slot = factories.SlotFactory(institution=institution)
    return factories.PlacementFactory(institution=institution, slot=slot).dossier


def test_a_dossier_that_is_wanted_is_on_the_list_until_it_leaves_its_slot(dossier, keeper):
    retrieval = actions.want(dossier, by=keeper, purpose="查阅")
    assert list(Retrieval.objects.waiting()) == [retrieval]
    actions.take_out(dossier, by=keeper, detail="查阅")
    retrieval.refresh_from_db()
    assert retrieval.fetched_at == current_placement(dossier).since
    assert not Retrieval.objects.waiting().exists()


def test_it_is_wanted_once_for_the_same_thing(dossier, keeper):
    actions.want(dossier, by=keeper, purpose="查阅")
    before = AuditEvent.objects.count()
    with pytest.raises(ValidationError, match="on the pick list for this already"):
        actions.want(dossier, by=keeper, purpose="借阅")
    assert (Retrieval.objects.count(), AuditEvent.objects.count()) == (1, before)


def test_what_nobody_keeps_is_fetched_by_nobody(keeper):
    dossier = factories.DossierFactory()
    with pytest.raises(ValidationError, match="Nobody keeps"):
        actions.want(dossier, by=keeper, purpose="查阅")
    assert not Retrieval.objects.exists()


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (actions.put_in_reading_room, Placement.Kind.READING_ROOM),
        (actions.lend, Placement.Kind.BORROWER),
        (actions.leave_for_good, Placement.Kind.ELSEWHERE),
        (actions.report_missing, Placement.Kind.MISSING),
    ],
)
def test_each_place_outside_a_slot_is_known(dossier, keeper, act, kind):
    act(dossier, by=keeper, detail="某处")
    now = current_placement(dossier)
    assert (now.kind, now.detail) == (kind, "某处")
    with pytest.raises(ValidationError):
        act(dossier, by=keeper, detail="别处")
    assert current_placement(dossier) == now


def test_what_is_lent_is_placed_only_after_its_return(dossier, keeper):
    slot = current_placement(dossier).slot
    actions.lend(dossier, by=keeper, detail="市社保局")
    with pytest.raises(ValidationError, match="Register its return first"):
        actions.place(dossier, slot, by=keeper)
    actions.put_on_desk(dossier, slot.institution, by=keeper, detail="归还")
    assert actions.place(dossier, slot, by=keeper).slot == slot
