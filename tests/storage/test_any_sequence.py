"""Whatever is done in whatever order: one open placement at most, counts that hold, and in stock as design.md says."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions, queries
from rendang.storage.models import Compaction, Placement, Slot
from tests.factories import InstitutionFactory, SlotFactory, StoreFactory, held_dossier, staff

pytestmark = pytest.mark.django_db
DOSSIERS = st.integers(0, 3)
SLOTS = st.integers(0, 2)
THICKNESS = st.one_of(st.none(), st.integers(1, 45))


class Keeping(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.institution = InstitutionFactory()
        self.elsewhere = InstitutionFactory()
        self.keeper = staff(self.institution, Role.KEEPER)
        self.dossiers = [held_dossier(self.institution) for _ in range(4)]
        store = StoreFactory(institution=self.institution)
        self.slots = [
            SlotFactory(institution=self.institution, store=store, capacity=capacity, width=width)
            for capacity, width in ((1, None), (1, 40), (2, 50))
        ]
        self.plan = None
        self.done = AuditEvent.objects.count()

    def attempt(self, act):
        try:
            act()
        except ValidationError as refused:
            assert refused.messages
        except PermissionDenied:  # it is at another institution
            pass
        else:
            self.done += 1

    @rule(dossier=DOSSIERS, slot=SLOTS)
    def place(self, dossier, slot):
        self.attempt(lambda: actions.place(self.dossiers[dossier], self.slots[slot], by=self.keeper))

    @rule(dossier=DOSSIERS, slot=SLOTS)
    def move(self, dossier, slot):
        self.attempt(lambda: actions.move(self.dossiers[dossier], self.slots[slot], by=self.keeper))

    @rule(dossier=DOSSIERS)
    def take_out(self, dossier):
        self.attempt(lambda: actions.take_out(self.dossiers[dossier], by=self.keeper, detail="桌"))

    @rule(dossier=DOSSIERS)
    def put_back(self, dossier):
        self.attempt(lambda: actions.put_back(self.dossiers[dossier], by=self.keeper))

    @rule(dossier=DOSSIERS)
    def send(self, dossier):
        self.attempt(lambda: actions.hand_to_courier(self.dossiers[dossier], by=self.keeper, detail="机要"))

    @rule(dossier=DOSSIERS, here=st.booleans())
    def arrive(self, dossier, here):
        where = self.institution if here else self.elsewhere
        self.attempt(lambda: actions.put_on_desk(self.dossiers[dossier], where, by=self.keeper, detail="窗口"))

    @rule(chosen=st.dictionaries(DOSSIERS, SLOTS, max_size=4))
    def place_many(self, chosen):
        wanted = {self.dossiers[dossier].pk: self.slots[slot].pk for dossier, slot in chosen.items()}
        self.done += len(wanted) - len(actions.place_all(wanted, by=self.keeper))

    @rule(chosen=st.dictionaries(DOSSIERS, SLOTS, max_size=4))
    def move_many(self, chosen):
        wanted = {self.dossiers[dossier].pk: self.slots[slot].pk for dossier, slot in chosen.items()}
        self.done += len(wanted) - len(actions.place_all(wanted, by=self.keeper, moving=True))

    @rule(dossier=DOSSIERS, thickness=THICKNESS)
    def grow(self, dossier, thickness):
        self.attempt(lambda: actions.set_keeping(self.dossiers[dossier], thickness=thickness, by=self.keeper))

    @rule(method=st.sampled_from(Compaction.Method.values))
    def plan_a_compaction(self, method):
        def plan():
            self.plan = actions.plan_compaction(self.slots[0].store, method=method, by=self.keeper)

        self.attempt(plan)

    @rule(dossier=DOSSIERS)
    def work_off(self, dossier):
        if self.plan is None:
            return
        before, pk = AuditEvent.objects.count(), self.dossiers[dossier].pk
        try:
            refused = actions.work_off(self.plan, [pk], by=self.keeper)
        except ValidationError as closed:
            assert "closed" in str(closed)
            refused = {pk: "closed"}
        self.plan.refresh_from_db()
        finished = self.plan.closed_at is not None and AuditEvent.objects.latest("pk").verb == "compaction.finish"
        events = AuditEvent.objects.count() - before
        assert events == (0 if refused and not events else int(not refused) + int(finished))
        self.done += events

    @invariant()
    def what_is_counted_is_what_lies_there(self):
        now = Q(placements__until=None)
        here = {
            "lying": Count("placements", filter=now),
            "taking": Sum("placements__thickness", filter=now, default=0),
        }
        for slot in Slot.objects.annotate(**here):
            assert slot.occupied == slot.lying <= slot.capacity
            assert slot.used == slot.taking
            assert slot.width is None or slot.used <= slot.width

    @invariant()
    def a_dossier_is_in_one_place_and_its_history_has_no_gaps(self):
        for dossier in self.dossiers:
            history = list(queries.place_history(dossier))[::-1]
            assert sum(row.until is None for row in history) == bool(history)
            assert [row.until for row in history[:-1]] == [row.since for row in history[1:]]
            lies = bool(history) and history[-1].kind == Placement.Kind.SLOT
            assert queries.in_stock(dossier) == lies

    @invariant()
    def each_change_left_one_event(self):
        assert AuditEvent.objects.count() == self.done


class TestKeeping(TestCase, Keeping.TestCase):
    settings = settings(max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
