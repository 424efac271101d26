"""Two people, one dossier, the same moment: one wins, the other is told so in words, and nothing is doubled."""

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone, translation

from rendang.circulation.intake import actions as intake
from rendang.circulation.transfers import actions as transfers
from rendang.circulation.transfers.models import Transfer
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.workflow.actions import next_case_numbers, next_in_series
from rendang.kernel.workflow.models import Case
from rendang.people.models import Person
from rendang.services.certificates import actions as certificates
from rendang.services.certificates.models import Certificate
from rendang.services.certificates.queries import status_of
from rendang.storage import actions as storage
from rendang.storage.models import Placement, Slot
from rendang.supervision import actions as supervision
from tests import factories
from tests.one_of_each import COUNTED, city_staff, dossier_in_stock, fresh_number, one_of_each, staff_of

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30  # seconds


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Each in a thread and with a connection of its own, all let go together: what each returned or raised."""
    outcomes: list[Any] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    def run(place: int) -> None:
        try:
            with translation.override("en"):
                connection.ensure_connection()
                ready.wait(PATIENCE)
                outcomes[place] = acts[place]()
        except Exception as raised:
            outcomes[place] = raised
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    return outcomes


def one_wins(outcomes: list[Any], told: str) -> Any:
    """The result of the one; every other was refused in words that say ``told``."""
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(refused) == len(outcomes) - 1, outcomes
    for refusal in refused:
        assert isinstance(refusal, ValidationError), repr(refusal)
        assert told in " ".join(refusal.messages)
    return next(outcome for outcome in outcomes if not isinstance(outcome, Exception))


@pytest.fixture
def here() -> SimpleNamespace:
    return one_of_each(factories.InstitutionFactory(), factories.InstitutionFactory(), city_staff())


def test_two_clerks_take_the_same_step(here):
    """Of every kind of case one, in the state in which a step is due."""
    ours, city = here.people, here.city
    drafted = certificates.draft(here.dossier, by=ours[Role.CLERK])
    second = {role: factories.staff(here.institution, role) for role in (Role.CLERK, Role.APPROVER, Role.HEAD)}
    applied = intake.apply(
        here.institution,
        by=ours[Role.CLERK],
        name="韩梅",
        id_number=fresh_number(),
        reason="graduation",
        sender="某处",
    )
    for case, step, first, other in (
        (here.incoming, transfers.agree, ours[Role.APPROVER], second[Role.APPROVER]),
        (applied, intake.issue_letter, ours[Role.APPROVER], second[Role.HEAD]),
        (drafted, certificates.issue, ours[Role.APPROVER], second[Role.APPROVER]),
        (here.removal, dossiers.REMOVAL_STEPS["approve"], ours[Role.APPROVER], second[Role.HEAD]),
        (here.conflict, finding(supervision.STEPS["move"]), city[Role.SUPERVISOR], city[Role.SUPERVISOR]),
    ):
        events = AuditEvent.objects.filter(verb=f"{case.kind}.{step.__name__}")
        before = events.count()

        both = [partial(step, case, by=by) for by in (first, other)]
        done = one_wins(at_once(*both), "is not possible while")

        assert events.count() == before + 1
        assert Case.objects.get(pk=case.pk).state == done.state
    assert Certificate.objects.exclude(certificate_number="").filter(superseded_by=None).count() == 1


def finding(step: Callable[..., Any]) -> Callable[..., Any]:
    def take(case: Any, *, by: Any) -> Any:
        return step(case, by=by, finding="现场核查")

    take.__name__ = step.__name__
    return take


def test_a_citizen_presses_the_button_twice(here):
    """Both certificates are good papers, and the public is told of one only that it is valid."""
    apply = partial(certificates.apply_online, here.dossier, by=here.citizen)

    assert all(outcome.state == "ISSUED" for outcome in at_once(apply, apply))

    told = Counter(status_of(paper) for paper in Certificate.objects.filter(issued_at__isnull=False))
    assert told == {"VALID": 1, "SUPERSEDED": 2}


def test_a_dossier_is_offered_to_two_institutions(here):
    dossier = dossier_in_stock(here.institution)
    others = [here.partner, factories.InstitutionFactory()]
    by = here.people[Role.CLERK]

    one_wins(
        at_once(*(lambda to=to: transfers.offer(dossier, to, by=by, reason="internal") for to in others)),
        "already under way",
    )

    assert Transfer.objects.filter(dossier=dossier).count() == 1


def test_a_parcel_is_received_while_supervision_finds_the_dossier_elsewhere(here):
    theirs = here.partners
    transfer = transfers.dispatch(here.outgoing, by=here.people[Role.APPROVER], carrier="hand")
    claimant = factories.InstitutionFactory()
    conflict = dossiers.claim_custody(transfer.dossier, claimant, by=theirs[Role.CLERK], archive_number="C9")
    by = here.city[Role.SUPERVISOR]

    at_once(
        lambda: transfers.receive(transfer, by=theirs[Role.KEEPER], seal_intact=True, **COUNTED),
        lambda: supervision.STEPS["move"](conflict, by=by, finding="在第三家"),
    )

    holder = Custody.objects.get(dossier=transfer.dossier, status="HELD").institution
    place = Placement.objects.get(dossier=transfer.dossier, until=None)
    assert holder == claimant == place.institution


def test_two_institutions_accept_the_same_person():
    offices = [(place, staff_of(place)) for place in (factories.InstitutionFactory(), factories.InstitutionFactory())]
    number, today = fresh_number(), timezone.localdate()
    parcel = {"carrier": "ems", "waybill": "EA1", "parcel_sender": "某处", "seal": "INTACT", "arrived_on": today}
    waiting = []
    for place, people in offices:
        case = intake.apply(
            place, by=people[Role.CLERK], name="韩梅", id_number=number, reason="graduation", sender="某处"
        )
        case = intake.issue_letter(case, by=people[Role.APPROVER])
        case = intake.register_parcel(case, by=people[Role.CLERK], **parcel)
        case = intake.open_parcel(case, by=people[Role.CLERK], **COUNTED)
        case = intake.witness_opening(case, by=people[Role.REVIEWER])
        agrees = {"notice_agrees": True, "list_agrees": True, "right_person": True}
        case = intake.compare(case, by=people[Role.REVIEWER], **agrees)
        waiting.append((intake.review(case, by=people[Role.REVIEWER], review="齐全"), people[Role.APPROVER]))

    accepted = one_wins(at_once(*(lambda c=c, by=by: intake.accept(c, by=by) for c, by in waiting)), "holds this")

    assert Custody.objects.get().institution == accepted.institution
    assert Placement.objects.get().institution == accepted.institution


def test_somebody_applies_at_two_windows(here):
    number, window = fresh_number(), here.people[Role.CLERK]

    def apply() -> Any:
        return intake.apply(
            here.institution, by=window, name="韩梅", id_number=number, reason="graduation", sender="某处"
        )

    one_wins(at_once(apply, apply), "already")

    assert Person.objects.filter(name="韩梅").count() == 1
    assert Case.objects.filter(person__name="韩梅").count() == 1


def test_the_last_place_in_a_slot():
    place = factories.InstitutionFactory()
    slot = factories.SlotFactory(institution=place, capacity=2)
    keepers = [factories.staff(place, Role.KEEPER) for _which in range(4)]
    waiting = [factories.held_dossier(place) for _keeper in keepers]
    storage.place(waiting.pop(), slot, by=keepers.pop())

    pairs = zip(waiting, keepers, strict=True)
    one_wins(at_once(*(lambda d=d, by=by: storage.place(d, slot, by=by) for d, by in pairs)), "is full")

    slot.refresh_from_db()
    assert slot.occupied == Placement.objects.filter(slot=slot, until=None).count() == 2


def test_two_keepers_place_one_dossier():
    place = factories.InstitutionFactory()
    dossier, keeper = factories.held_dossier(place), factories.staff(place, Role.KEEPER)
    slots = [factories.SlotFactory(institution=place) for _which in range(2)]

    one_wins(at_once(*(lambda slot=slot: storage.place(dossier, slot, by=keeper) for slot in slots)), "already lies")

    assert sum(Slot.objects.values_list("occupied", flat=True)) == 1
    assert AuditEvent.objects.filter(verb="placement.place").count() == 1


def test_two_dossiers_change_places_without_waiting_for_each_other_for_ever():
    place = factories.InstitutionFactory()
    keeper = factories.staff(place, Role.KEEPER)
    slots = [factories.SlotFactory(institution=place, capacity=2) for _which in range(2)]
    both = [factories.held_dossier(place) for _which in range(2)]
    for dossier, slot in zip(both, slots, strict=True):
        storage.place(dossier, slot, by=keeper)

    for _turn in range(4):
        outcomes = at_once(*(lambda d=d: storage.move(d, other(d, slots), by=keeper) for d in both))
        assert all(isinstance(outcome, Placement) for outcome in outcomes), outcomes

    assert Counter(Slot.objects.values_list("occupied", flat=True)) == {1: 2}


def other(dossier: Any, slots: list[Slot]) -> Slot:
    lies_in = Placement.objects.get(dossier=dossier, until=None).slot_id
    return next(slot for slot in slots if slot.pk != lies_in)


def test_numbers_are_given_once_by_eight_at_a_time():
    place, today = factories.InstitutionFactory(), timezone.localdate()

    def take() -> tuple[list[str], list[str], list[int]]:
        cases = [number for _turn in range(10) for number in next_case_numbers(place, today)]
        archive = [dossiers.next_archive_number(place) for _turn in range(10)]
        letters = [number for _turn in range(5) for number in next_in_series("recall_letter", place, "2026", 2)]
        return cases, archive, letters

    taken = at_once(*[take] * 8)

    cases, archive, letters = (sorted(number for one in each for number in one) for each in zip(*taken, strict=True))
    assert cases == [f"{place.code}-{today:%Y%m%d}-{number:04d}" for number in range(1, 81)]
    assert archive == [f"{place.code}{today:%Y}{number:06d}" for number in range(1, 81)]
    assert letters == list(range(1, 81))
