import pytest
from django.core.exceptions import ValidationError

from rendang.storage import actions as storage
from rendang.storage.models import Slot
from tests.factories import SlotFactory

pytestmark = pytest.mark.django_db


def test_a_slot_whose_label_was_read_in_a_stocktake_stays(counting, count, store, institution, keeper):
    empty = SlotFactory(institution=institution, store=store, rack="Z-09")
    count(empty)
    with pytest.raises(ValidationError, match="its history stays"):
        storage.remove_unused_slots(store, rack="Z-09", by=keeper)
    assert Slot.objects.filter(pk=empty.pk).exists()


def test_a_slot_that_nobody_has_read_goes(counting, store, institution, keeper):
    SlotFactory(institution=institution, store=store, rack="Z-09")
    assert storage.remove_unused_slots(store, rack="Z-09", by=keeper) == 1
