"""Whatever anybody does in whatever order, the promises of the system hold: a random walk through the business.

One person, one dossier, one keeper; a dossier is always somewhere; nothing changes without its trace, and what is
refused changes nothing (ARCHITECTURE.md). Three institutions, everybody's roles, three people's dossiers.
"""

from collections import Counter
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from rendang.circulation.household import actions as household
from rendang.circulation.intake import actions as intake
from rendang.circulation.party import actions as party
from rendang.circulation.transfers import actions as transfers
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.models import Role
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.workflow import actions as workflow
from rendang.kernel.workflow.models import Case, kind_of, kinds
from rendang.kernel.workflow.queries import main_path
from rendang.kernel.workflow.steps import STEPS, may_take, steps_open_to
from rendang.people.models import Person
from rendang.services.certificates import actions as certificates
from rendang.storage import actions as storage
from rendang.supervision import actions as supervision
from tests.factories import CitizenFactory, InstitutionFactory, SlotFactory, staff
from tests.one_of_each import COUNTED, applied_for, fresh_number, keeper_outside
from tests.promises import NAME, PROMISES, all_there_is, holders
from tests.what_begins import BEGINS
from tests.what_steps_take import ALSO, GIVEN, HANDS_OVER, INSTEAD, OF_SEVERAL, PERHAPS, TAKE, WRONG, given

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_copy_of_each_paper")]


def way_on(case) -> str | None:
    """The step that leads on when all goes well."""
    kind = kind_of(case.kind)
    case = kind._default_manager.get(pk=case.pk)
    path = main_path(kind, case)
    if case.closed_at or case.state not in path:
        return None
    following = path[path.index(case.state) + 1]
    rules = {name: rule for name, rule in STEPS[kind].items() if rule.applies(case)}
    return next(name for name, rule in rules.items() if case.state in rule.sources and rule.target == following)


WHO = st.integers(0, 67)


class Business(RuleBasedStateMachine):
    """The rules draw small numbers and let them wrap around, so that every example means something."""

    def __init__(self, city):
        super().__init__()
        self.city = city
        self.example = transaction.atomic()
        self.example.__enter__()

    def teardown(self):
        """The next example begins with an empty record again."""
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def any_of(self, rows, number):
        rows = list(rows)
        return rows[number % len(rows)] if rows else None

    def actor(self, number, rightful=None):
        """Mostly somebody who may; anybody at all for every fourth number."""
        people = self.city.people
        if number % 4 < 3 and rightful is not None:
            people = [person for person in people if rightful(person)] or people
        return people[number // 4 % len(people)]

    def clerk_of_the_keeper(self, dossier):
        office = self.city.of.get(holders()[dossier.pk], [])
        return lambda one: one in office and self.city.role[one.pk] == Role.CLERK

    def attempt(self, verb, act, by, case=None):
        before, held, last = all_there_is(), holders(), AuditEvent.objects.order_by("pk").last()
        try:
            done = act()
        except (ValidationError, PermissionDenied) as refused:
            assert isinstance(refused, PermissionDenied) or refused.messages
            assert all_there_is() == before, f"{verb} was refused and left something behind"
            return None
        left = AuditEvent.objects.filter(pk__gt=last.pk if last else 0)
        verbs = Counter(left.values_list("verb", flat=True))
        # What follows elsewhere, the system does.
        assert by.pk in {event.actor_id for event in left} <= {by.pk, self.city.system.pk}
        expected = Counter([verb, *ALSO.get(verb, [])])
        if verb not in verbs and verbs.keys() & INSTEAD.get(verb, set()):
            del expected[verb]
        more = Counter((verbs - expected).keys()) if verb in OF_SEVERAL else verbs - expected
        assert more == Counter(more.keys() & PERHAPS.get(verb, set())), verb
        assert not expected - verbs, verb
        now = holders()
        for pk in now:
            if now[pk] != held.get(pk):
                assert (held.get(pk), now[pk]) == HANDS_OVER[verb](case or done, held.get(pk)), verb
        for promise in PROMISES:
            promise()
        return done

    def take(self, case, name, number, wrong=False):
        kind = kind_of(case.kind)
        case = kind._default_manager.get(pk=case.pk)
        inputs = given(case, name) | (WRONG.get(f"{case.kind}.{name}", {}) if wrong else {})
        by = self.actor(number, lambda person: may_take(person, STEPS[kind][name], case))
        act = lambda: TAKE[case.kind][name](case, by=by, **inputs)  # noqa: E731
        return self.attempt(f"{case.kind}.{name}", act, by, case)

    @rule(person=st.integers(0, 2), where=st.integers(0, 2), who=WHO)
    def apply(self, person, where, who):
        place = self.city.institutions[where]
        by = self.actor(who, lambda one: one in self.city.at[where] and self.city.role[one.pk] == Role.CLERK)
        act = lambda: intake.apply(  # noqa: E731
            place,
            by=by,
            name=NAME,
            id_number=self.city.numbers[person],
            reason="graduation",
            sender="虚构大学",
        )
        self.attempt("intake.open", act, by)

    @rule(which=st.integers(0, 20), steps=st.integers(1, 7), who=WHO)
    def a_case_goes_its_way(self, which, steps, who):
        """As a rule things go well; without this the walk would never come far."""
        if case := self.any_of(Case.objects.open().order_by("pk"), which):
            self.goes_on(case, steps, who)

    def goes_on(self, case, steps, who):
        for turn in range(steps):
            case.refresh_from_db()
            if name := way_on(case):
                self.take(case, name, 4 * (who + turn))

    @rule(which=st.integers(0, 20), step=st.integers(0, 20), who=WHO, wrong=st.booleans())
    def a_step_is_tried(self, which, step, who, wrong):
        cases = Case.objects.open() if step % 3 else Case.objects.all()
        if case := self.any_of(cases.order_by("pk"), which):
            rules = STEPS[kind_of(case.kind)]
            possible = [name for name, rule in rules.items() if case.state in rule.sources]
            self.take(case, self.any_of((step % 3 and possible) or rules, step), who, wrong)

    @rule(which=st.integers(0, 2), to=st.integers(0, 2), who=WHO)
    def offer(self, which, to, who):
        if dossier := self.any_of(Dossier.objects.order_by("pk"), which):
            by = self.actor(who, self.clerk_of_the_keeper(dossier))
            to = self.city.institutions[to]
            self.attempt("transfer.open", lambda: transfers.offer(dossier, to, by=by, reason="internal"), by)

    @rule(which=st.integers(0, 2), use=st.sampled_from(["CONSULTATION", "LOAN", "DIGITAL"]), unit=WHO, who=WHO)
    def a_unit_asks(self, which, use, unit, who):
        if dossier := self.any_of(Dossier.objects.order_by("pk"), which):
            by = self.actor(who, self.clerk_of_the_keeper(dossier))
            asked = {"use": use, "unit": f"虚构单位{unit % 4}", "days": 1 if use == "DIGITAL" else None}
            self.attempt("loan.open", lambda: applied_for(dossier, {Role.CLERK: by}, **asked), by)

    @rule(which=st.integers(0, 2), who=WHO)
    def let_it_leave_the_city(self, which, who):
        if dossier := self.any_of(Dossier.objects.order_by("pk"), which):
            by = self.actor(who, self.clerk_of_the_keeper(dossier))
            letter = {"letter_number": "海1号", "letter_date": timezone.localdate(), "reason": "employed"}
            act = lambda: transfers.apply([dossier], by=by, to=self.city.outside, **letter)  # noqa: E731
            self.attempt("departure.open", act, by)

    @rule(what=st.sampled_from(BEGINS), which=st.integers(0, 2), number=WHO, who=WHO, steps=st.integers(0, 4))
    def something_begins(self, what, which, number, who, steps):
        """And mostly goes on by its steps, where it is a case."""
        if dossier := self.any_of(Dossier.objects.order_by("pk"), which):
            keeper = self.any_of([one for one in self.city.institutions if one.pk == holders()[dossier.pk]], 0)
            verb, act, rightful = what(dossier, keeper or self.city.institutions[number % 3], number)
            by = self.city.system if verb == "chase.answer" else self.actor(who, rightful)
            done = self.attempt(verb, lambda: act(by), by)
            if isinstance(done, Case):
                self.goes_on(done, steps, who)

    @rule(which=st.integers(0, 2), who=WHO)
    def draft(self, which, who):
        if dossier := self.any_of(Dossier.objects.order_by("pk"), which):
            by = self.actor(who, self.clerk_of_the_keeper(dossier))
            self.attempt("certificate.open", lambda: certificates.draft(dossier, by=by), by)

    @rule(which=st.integers(0, 2), somebody_else=st.integers(0, 5))
    def a_citizen_applies(self, which, somebody_else):
        if dossier := self.any_of(Dossier.objects.order_by("pk"), which):
            rightful = lambda one: bytes(one.id_index) == bytes(dossier.person.id_index)  # noqa: E731
            owner = next(one for one in self.city.citizens if rightful(one))
            by = owner if somebody_else else self.city.citizens[0]
            self.attempt("certificate.issue", lambda: certificates.apply_online(dossier, by=by), by)

    @rule(which=st.integers(0, 2), where=st.integers(0, 2))
    def another_institution_says_it_holds_the_dossier(self, which, where):
        if dossier := self.any_of(Dossier.objects.order_by("pk"), which):
            by, number = self.city.at[where][0], f"NO-{Custody.objects.count()}"
            place = self.city.institutions[where]
            act = lambda: dossiers.claim_custody(dossier, place, by=by, archive_number=number)  # noqa: E731
            self.attempt("custodyconflict.open", act, by)

    @rule(which=st.integers(0, 5), for_the_claim=st.booleans())
    def supervision_settles_a_conflict(self, which, for_the_claim):
        if case := self.any_of(Case.objects.open().filter(kind="custodyconflict").order_by("pk"), which):
            self.take(case, "move" if for_the_claim else "keep", 0)

    @rule(
        how=st.sampled_from(["place", "move", "take_out", "put_back"]),
        which=st.integers(0, 2),
        slot=st.integers(0, 5),
        who=WHO,
    )
    def the_keeper_moves_it(self, how, which, slot, who):
        if dossier := self.any_of(Dossier.objects.order_by("pk"), which):
            at = holders()[dossier.pk]
            slots = [one for one in self.city.slots if slot % 3 or one.institution_id == at] or self.city.slots
            by = self.actor(who, lambda one: self.city.role[one.pk] == Role.KEEPER and one in self.city.of.get(at, []))
            given = {"place": [slots[slot % len(slots)]], "move": [slots[slot % len(slots)]]}.get(how, [])
            named = {"detail": "阅档室"} if how == "take_out" else {}
            act = getattr(storage, how)
            self.attempt(f"placement.{how}", lambda: act(dossier, *given, by=by, **named), by)

    @rule(which=st.integers(0, 20), who=WHO, resume=st.booleans())
    def the_clock_stops_or_goes_on(self, which, who, resume):
        if case := self.any_of(Case.objects.order_by("pk"), which):
            by = self.actor(who, lambda one: one in self.city.of[case.institution_id])
            if resume:
                self.attempt("case.resume", lambda: workflow.resume(case, by=by), by)
            else:
                self.attempt("case.pause", lambda: workflow.pause(case, by=by, reason="等材料"), by)


@pytest.fixture
def city():
    institutions = [InstitutionFactory() for _which in range(3)]
    roles = (Role.CLERK, Role.REVIEWER, Role.APPROVER, Role.KEEPER, Role.HEAD)
    at = [[staff(place, role) for role in roles] for place in institutions]
    authorities = [staff(None, role) for role in (Role.SUPERVISOR, Role.AUDIT_ADMINISTRATOR)]
    numbers = [fresh_number() for _which in range(3)]
    people = [person for office in at for person in office] + authorities
    city = SimpleNamespace(
        institutions=institutions,
        at=at,
        of={place.pk: office for place, office in zip(institutions, at, strict=True)},
        people=people,
        role={person.pk: person.memberships.get().role for person in people},
        numbers=numbers,
        system=system_actor(),
        outside=keeper_outside(dict(zip(roles, at[0], strict=False))),
        citizens=[CitizenFactory(name=NAME, id_number=number) for number in numbers],
        slots=[SlotFactory(institution=place, capacity=room) for place in institutions for room in (1, 2)],
    )
    # The walk begins in the middle of a day: an intake is reviewed, a dossier lies in its slot, another is on its way.
    for number, until in zip(numbers, ("REVIEWED", "ACCEPTED", "ACCEPTED"), strict=True):
        goes_on(applied(city, 0, number), until, city)
    Person.objects.update(political_status="01")
    for place, office in zip(institutions, at, strict=True):
        party.found_branch(place, by=office[0], name="流动党员支部")
        book = {"number": f"J{place.pk}", "address": "虚构路1号", "police_station": "虚构派出所"}
        household.found_household(place, by=office[0], **book)
    shelved, moving = Dossier.objects.order_by("pk")
    for dossier, slot in ((shelved, city.slots[0]), (moving, city.slots[1])):
        storage.place(dossier, slot, by=at[0][3])
    goes_on(transfers.offer(moving, institutions[1], by=at[0][0], reason="internal"), "IN_TRANSIT", city)
    return city


def applied(city, where, number):
    return intake.apply(
        city.institutions[where],
        by=city.at[where][0],
        name=NAME,
        id_number=number,
        reason="graduation",
        sender="虚构大学",
    )


def goes_on(case, until, city):
    """The usual way, each step by the first to whom it is open."""
    while case.state != until:
        name = way_on(case)
        by = next(one for one in city.people if name in {rule.name for rule in steps_open_to(one, case)})
        case = TAKE[case.kind][name](case, by=by, **given(case, name))
    return case


def test_the_promises_hold_whatever_anybody_does(city):
    bounds = settings(max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(lambda: Business(city), settings=bounds)


def test_nobody_hands_over_what_is_no_longer_theirs(city):
    """While the dossier travels from the first institution to the second, it is found to be the third's."""
    transfer = kinds()["transfer"].objects.get(state="IN_TRANSIT")
    claimant = city.institutions[2]
    conflict = dossiers.claim_custody(transfer.dossier, claimant, by=city.at[2][0], archive_number="C1")
    supervision.STEPS["move"](conflict, by=city.people[-2], finding="在第三家库房")
    events = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="no longer keeps this dossier"):
        transfers.receive(transfer, by=city.at[1][3], seal_intact=True, **COUNTED)

    assert AuditEvent.objects.count() == events
    assert holders()[transfer.dossier_id] == claimant.pk
    transfer = transfers.refuse(transfer, by=city.at[1][3], **GIVEN["refuse"])
    transfer = transfers.take_back(transfer, by=city.at[0][3])
    assert transfer.state == "RETURNED"
    place = transfer.dossier.placements.get(until=None)
    assert (place.kind, place.institution) == ("DESK", claimant)
