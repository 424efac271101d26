import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import timezone

from rendang.dossiers.models import Custody
from rendang.storage import actions as storage
from rendang.storage.stocktakes import actions
from rendang.storage.stocktakes.actions import Read
from rendang.storage.stocktakes.models import Stocktake
from tests.factories import PlacementFactory, SlotFactory, StoreFactory


def reads(*codes, first=1):
    """What a device reads, one after the other."""
    return [Read(number, str(code)) for number, code in enumerate(codes, start=first)]


@pytest.fixture
def store(institution):
    return StoreFactory(institution=institution, code="K01")


@pytest.fixture
def shelf(institution, store):
    """Three slots with room for five, a dossier in each of the first two, and one on loan from the first."""
    slots = [SlotFactory(institution=institution, store=store, rack="A-01", capacity=5) for _slot in range(3)]
    first, second = (PlacementFactory(institution=institution, slot=slot).dossier for slot in slots[:2])
    away = PlacementFactory(institution=institution, slot=slots[0]).dossier
    storage.lend(away, by=PlacementFactory._meta.model.objects.first().by, detail="虚构单位")
    return SimpleNamespace(slots=slots, first=first, second=second, away=away)


@pytest.fixture
def planned(institution, keeper, shelf):
    return actions.plan(institution, by=keeper, occasion="YEARLY", planned_for=timezone.localdate())


@pytest.fixture
def counting(planned, keeper):
    return actions.start(planned, by=keeper)


@pytest.fixture
def count(counting, keeper):
    """``count("K01-…", dossier)``: one device reads these labels."""

    def scan(*codes, device="phone-1", first=1):
        return actions.record_scans(counting, by=keeper, device=device, reads=reads(*codes, first=first))

    return scan


@pytest.fixture
def counted(counting, count, shelf, keeper):
    """The first is missing, the second lies in the third slot, and there is a label nobody knows."""
    count(shelf.slots[2], shelf.second, "RD999999999")
    return actions.finish_counting(counting, by=keeper)


@pytest.fixture
def signed(counted, keeper, approver):
    for finding in counted.findings.filter(resolution=""):
        actions.resolve(finding, by=keeper, resolution="LEFT_OPEN", reason="待查")
    return actions.sign(actions.conclude(counted, by=keeper), by=approver)


@pytest.fixture
def a_year_ago(signed):
    """It was signed a year and a month ago."""
    then = timezone.now() - dt.timedelta(396)
    Stocktake.objects.filter(pk=signed.pk).update(signed_at=then)
    return timezone.localdate(then)


def end_custody(dossier):
    Custody.objects.filter(dossier=dossier).update(status="ENDED", ended_on="2026-01")
