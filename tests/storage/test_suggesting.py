"""Which slot is suggested: the last one, else by the institution's rule, always in the right sort of store."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.standards import actions as standards
from rendang.kernel.standards.models import Policy
from rendang.storage import actions, queries
from rendang.storage.models import Store
from tests.factories import CustodyFactory, EmployerFactory, PlacementFactory, SlotFactory, StoreFactory, held_dossier

pytestmark = pytest.mark.django_db


def shelf(institution, codes, code="K01", **slot):
    store = StoreFactory(institution=institution, code=code, **slot.pop("of_store", {}))
    return [
        SlotFactory(institution=institution, store=store, code=f"{code}-{one}", rack=one.rsplit("-", 1)[0], **slot)
        for one in codes
    ]


def rule(institution, value, supervisor):
    standards.set_policy(
        "slot_rule",
        value=value,
        unit="slot_rule",
        basis="馆内规定",
        valid_from=timezone.localdate(),
        institution=institution,
        reason="试行",
        by=supervisor,
    )


def suggested(institution, *dossiers):
    found = queries.suggest(institution, [one.pk for one in dossiers])
    return [found[one.pk].code if one.pk in found else None for one in dossiers]


def test_a_dossier_goes_back_to_its_last_slot_while_that_has_room(institution, keeper):
    _first, second = shelf(institution, ["A-01-001", "A-01-002"])
    dossier = held_dossier(institution)
    actions.place(dossier, second, by=keeper)
    actions.take_out(dossier, by=keeper, detail="阅档室")
    assert suggested(institution, dossier) == ["K01-A-01-002"]
    PlacementFactory(institution=institution, slot=second)
    assert suggested(institution, dossier) == ["K01-A-01-001"]


def test_the_first_free_slot_by_default(institution):
    first, _second = shelf(institution, ["A-01-001", "A-01-002"])
    PlacementFactory(institution=institution, slot=first)
    assert suggested(institution, held_dossier(institution)) == ["K01-A-01-002"]


def test_by_archive_number_beside_the_neighbour(institution, supervisor):
    rule(institution, "number", supervisor)
    slots = shelf(institution, ["A-01-001", "A-01-002", "B-01-001", "B-01-002"])
    neighbour = held_dossier(institution, custody={"archive_number": "2020-0100"})
    PlacementFactory(institution=institution, dossier=neighbour, slot=slots[2])
    dossier = held_dossier(institution, custody={"archive_number": "2020-0101"})
    assert suggested(institution, dossier) == ["K01-B-01-002"]


def test_by_employer_beside_the_colleagues(institution, supervisor):
    rule(institution, "employer", supervisor)
    slots = shelf(institution, ["A-01-001", "B-01-001", "B-01-002"])
    employer = EmployerFactory()
    PlacementFactory(
        institution=institution, slot=slots[1], dossier=held_dossier(institution, custody={"employer": employer})
    )
    colleague = held_dossier(institution, custody={"employer": employer})
    assert suggested(institution, colleague, held_dossier(institution)) == ["K01-B-01-002", "K01-A-01-001"]


def test_the_deceased_go_to_their_store_if_there_is_one(institution):
    shelf(institution, ["A-01-001"])
    dead = held_dossier(institution, died="2021-03")
    assert suggested(institution, dead) == ["K01-A-01-001"]
    shelf(institution, ["A-01-001"], code="T02", of_store={"purpose": Store.Purpose.DECEASED})
    assert suggested(institution, dead, held_dossier(institution)) == ["T02-A-01-001", "K01-A-01-001"]


def test_no_slot_is_promised_twice_or_to_what_is_too_thick(institution, keeper):
    shelf(institution, ["A-01-001"], width=40, capacity=9)
    three = [held_dossier(institution) for _ in range(3)]
    assert suggested(institution, *three) == ["K01-A-01-001", "K01-A-01-001", None]
    actions.set_keeping(three[0], thickness=41, by=keeper)
    assert suggested(institution, *three) == [None, "K01-A-01-001", "K01-A-01-001"]


def test_suggesting_costs_the_same_for_many(institution):
    shelf(institution, [f"A-01-{n:03}" for n in range(12)])
    dossiers = [CustodyFactory(institution=institution).dossier_id for _ in range(10)]

    def cost(some):
        with CaptureQueriesContext(connection) as captured:
            assert len(queries.suggest(institution, some)) == len(some)
        return len(captured)

    cost(dossiers)
    assert cost(dossiers[:1]) == cost(dossiers)


def test_a_rule_nobody_knows_is_refused_with_the_rules_there_are(institution, supervisor):
    before = (Policy.objects.count(), AuditEvent.objects.count())
    with pytest.raises(ValidationError, match=r"“numbr” is no rule here.*number \(beside its neighbour.*first_free"):
        rule(institution, "numbr", supervisor)
    assert (Policy.objects.count(), AuditEvent.objects.count()) == before


def test_the_database_holds_no_other_rule(institution, supervisor):
    rule(institution, "employer", supervisor)
    for wrong in ({"value": "emploier"}, {"unit": "text"}):
        with pytest.raises(IntegrityError, match="a_slot_rule_is_one_that_is_known"), transaction.atomic():
            Policy.objects.filter(code="slot_rule", institution=institution).update(**wrong)


def test_on_screen_the_rule_is_chosen(signed_in, supervisor, institution):
    desk = signed_in(supervisor)
    address = reverse("standards:policy_change", args=["slot_rule"])
    page = desk.get(address).text
    assert page.count('type="radio" name="value"') == 3
    assert "beside its neighbour by archive number" in page
    given = {
        "value": "number", "unit": "slot_rule", "institution": institution.pk, "valid_from": timezone.localdate(),
        "basis": "馆内规定", "reason": "试行",
    }  # fmt: skip
    assert "Select a valid choice" in desk.post(address, given | {"value": "numbr"}).text
    desk.post(address, given)
    assert Policy.objects.get(code="slot_rule", institution=institution).value == "number"
    assert "beside its neighbour by archive number" in desk.get(reverse("standards:policy", args=["slot_rule"])).text
