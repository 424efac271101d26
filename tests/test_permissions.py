"""Who may open which page: the whole table, written out a second time, so that a change nobody meant shows.

Every page of the URLconf but the API is opened by somebody of every role, by a member of staff without any role, by a
citizen and by nobody at all; pages of a row with one of the person's own institution and one of another.
"""

import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, get_resolver, resolve, reverse

from rendang.circulation.accruals.models import Accrual, Chase
from rendang.circulation.agreements.models import Agreement
from rendang.circulation.household.models import HouseholdMove, PageLoan
from rendang.circulation.intake.models import Intake
from rendang.circulation.loans.models import Loan
from rendang.circulation.party.models import PartyTransfer
from rendang.circulation.transfers.models import Departure, DepartureRequest, Transfer
from rendang.dossiers.models import CustodyConflict, MaterialRemoval, Undertaking
from rendang.kernel.access.models import CITY_ROLES, Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.standards.models import Code, CodeSynonym, Policy, ServiceItem
from rendang.kernel.workflow.steps import STEPS
from rendang.services.certificates.models import Certificate
from rendang.storage.protection.models import Hazard
from rendang.storage.stocktakes.models import Stocktake
from tests import factories
from tests.one_of_each import city_staff, one_of_each
from tests.test_architecture import views

pytestmark = pytest.mark.django_db
LETTERS = dict(zip("CRAKDHSYEU", Role, strict=True))
STAFF = {*LETTERS, "-"}  # "-" is a member of staff whom nobody gave a role
# Outside the demonstration there is no identity provider to come back from.
NOT_THERE = {"accounts:citizen_return", "accounts:sandbox"}

# Written out in permissions.txt, where the letters are explained.
TABLE = (Path(__file__).parent / "permissions.txt").read_text()
ROW = re.compile(r"^(?P<page>[a-z]\S*(?: [a-z_]+)?) +(?P<who>anyone|citizens|staff|[A-Z.](?: [A-Z.])*)$")
ROWS = {
    row["page"]: row["who"].replace(".", "").replace(" ", "")
    for row in map(ROW.match, TABLE.splitlines())
    if row is not None
}
WHO = {"anyone": {*STAFF, "citizen", "nobody"}, "citizens": {"citizen"}, "staff": STAFF}

# With what a page is opened; ``here`` is what an institution has one of (tests/one_of_each.py).
ARGUMENTS: dict[str, Any] = {
    "portal:letter": lambda here: [here.intake.letter_number],
    "portal:intake_letter": lambda here: [here.own_intake.pk],
    "portal:intake_withdraw": lambda here: [here.own_intake.pk],
    "portal:papers": lambda here: [here.own_departure.pk],
    "portal:submitted": lambda here: [here.own_departure.submitted.get().pk],
    "portal:stay": lambda here: [here.own_departure.pk],
    "portal:service": lambda here: ["certificate"],
    "portal:paper": lambda here: [here.certificate.pk],
    "accounts": lambda here: [here.member.pk],
    "desk:register": lambda here: ["intake"],
    "desk:print": lambda here: ["intake"],
    "workflow:many": lambda here: ["intake", "withdraw"],
    "workflow": lambda here: [here.intake.pk],
    "portal:upload": lambda here: [here.upload_token],
    "accruals:register": lambda here: [here.dossier.pk],
    "accruals:chase_write": lambda here: [here.dossier.pk],
    "accruals:paper": lambda here: [here.accrual.pk, "receipt"],
    "accruals:chase": lambda here: [here.chase.pk],
    "accruals:chase_letter": lambda here: [here.chase.pk],
    "accruals:sent_letter": lambda here: [here.chase.pk, 1],
    "accruals:chase_step": lambda here: [here.chase.pk],
    "accruals": lambda here: [here.accrual.pk],
    "dossiers:undertaking_item": lambda here: [here.undertaking.pk, here.undertaking.items.get().pk],
    "dossiers:undertaking_paper": lambda here: [here.undertaking.pk, "notice"],
    "dossiers:undertaking_tell": lambda here: [here.dossier.pk],
    "dossiers:undertaking": lambda here: [here.undertaking.pk],
    "dossiers:undertaking_step": lambda here: [here.undertaking.pk],
    "portal:undertaking": lambda here: [here.undertaking.pk],
    "portal:asked_for": lambda here: [here.chase.pk],
    "portal:undertaking_paper": lambda here: [here.undertaking.pk],
    "dossiers:removal": lambda here: [here.removal.pk],
    "dossiers:step": lambda here: [here.removal.pk],
    "dossiers:material": lambda here: [here.dossier.pk, here.material.pk],
    "dossiers:material_move": lambda here: [here.dossier.pk, here.material.pk],
    "dossiers:material_remove": lambda here: [here.dossier.pk, here.material.pk],
    "dossiers:value_remove": lambda here: [here.dossier.pk, here.value.pk],
    "dossiers": lambda here: [here.dossier.pk],
    "people:record_add": lambda here: [here.person.pk, "training"],
    "people:record_edit": lambda here: [here.person.pk, "education", here.record.pk],
    "people:record_remove": lambda here: [here.person.pk, "education", here.record.pk],
    "people": lambda here: [here.person.pk],
    "parcels:photo": lambda here: [here.parcel.pk, here.photo.pk],
    "parcels": lambda here: [here.parcel.pk],
    "intake:match": lambda here: [here.parcel.pk],
    "intake:open_for_parcel": lambda here: [here.parcel.pk],
    "intake:paper": lambda here: [here.intake.pk, "letter"],
    "intake:replaced_letter": lambda here: [here.intake.pk, here.replaced_letter.pk],
    "intake:submitted": lambda here: [here.intake.pk, here.intake.submitted.get().pk],
    "intake": lambda here: [here.intake.pk],
    "agreements:end_agent": lambda here: [here.agent.pk],
    "agreements:person": lambda here: [here.entrusted.pk],
    "agreements:join": lambda here: [here.entrusted.pk],
    "agreements:leave": lambda here: [here.entrusted.pk],
    "agreements:proof": lambda here: [here.entrusted.pk, "join"],
    "agreements": lambda here: [here.agreement.pk],
    "transfers:offer": lambda here: [here.dossier.pk],
    "transfers:paper": lambda here: [here.outgoing.pk, "notice"],
    "transfers": lambda here: [here.outgoing.pk],
    "departures:apply": lambda here: [here.dossier.pk],
    "departures:paper": lambda here: [here.departure.pk, "packet"],
    "departures:check_line": lambda here: [here.departure.pk, here.departing.pk],
    "departures:submitted": lambda here: [here.departure.pk, here.departure.submitted.get().pk],
    "departures:leave_out": lambda here: [here.departure.pk, here.departing.pk],
    "departures": lambda here: [here.departure.pk],
    "requests": lambda here: [here.request.pk],
    "institutions:keeper": lambda here: [here.keeper_outside.pk],
    "institutions:keeper_correct": lambda here: [here.keeper_outside.pk],
    "institutions:keeper_verify": lambda here: [here.keeper_outside.pk],
    "loans:apply": lambda here: [here.dossier.pk],
    "loans:paper": lambda here: [here.loan.pk, "approval"],
    "loans:signed": lambda here: [here.loan.pk, "slip"],
    "loans:name_papers": lambda here: [here.loan.pk],
    "loans:agency": lambda here: [here.agency.pk],
    "loans:agency_end": lambda here: [here.agency.pk],
    "loans:bar_lift": lambda here: [here.bar.pk],
    "loans": lambda here: [here.loan.pk],
    "rosters:download": lambda here: [here.roster.pk, "original"],
    "rosters": lambda here: [here.roster.pk],
    "graduates:arrival": lambda here: [here.parcel.pk],
    "graduates:strike_off": lambda here: [here.graduate.pk],
    "graduates": lambda here: [here.graduate.list_id],
    "household:member": lambda here: [here.household_member.pk],
    "household:departure": lambda here: [here.household_member.pk],
    "household:lend": lambda here: [here.household_member.pk],
    "household:new_page": lambda here: [here.household_member.pk],
    "household:tell": lambda here: [here.household_member.pk],
    "household:arrival": lambda here: [here.dossier.pk],
    "household:page_loan": lambda here: [here.page_loan.pk],
    "household:slip": lambda here: [here.page_loan.pk],
    "household:page_loan_step": lambda here: [here.page_loan.pk],
    "household": lambda here: [here.household_move.pk],
    "party:member": lambda here: [here.party_membership.pk],
    "party:departure": lambda here: [here.party_membership.pk],
    "party:arrival": lambda here: [here.dossier.pk],
    "party": lambda here: [here.party_transfer.pk],
    "protection:left": lambda here: [here.visit.pk],
    "protection:key_returned": lambda here: [here.key.pk],
    "protection:climate": lambda here: [here.store.pk],
    "protection:readings_file": lambda here: [here.store.pk],
    "protection:inspection": lambda here: [here.store.pk],
    "protection": lambda here: [here.hazard.pk],
    "stocktakes:finding": lambda here: [here.finding.pk],
    "stocktakes": lambda here: [here.stocktake.pk],
    "storage:rack": lambda here: [here.store.pk, here.slot.rack],
    "storage:rack_capacity": lambda here: [here.store.pk, here.slot.rack],
    "storage:remove_slots": lambda here: [here.store.pk, here.slot.rack],
    "storage:slot": lambda here: [here.slot.pk],
    "storage:scan": lambda here: ["place"],
    "storage:history": lambda here: [here.dossier.pk],
    "storage:keeping": lambda here: [here.dossier.pk],
    "storage:compaction": lambda here: [here.compaction.pk],
    "storage:compaction_paper": lambda here: [here.compaction.pk],
    "storage:stop_compaction": lambda here: [here.compaction.pk],
    "storage": lambda here: [here.store.pk],
    "certificates:draft": lambda here: [here.dossier.pk],
    "certificates": lambda here: [here.certificate.pk],
    "supervision": lambda here: [here.conflict.pk],
    "institutions": lambda here: [here.institution.pk],
    "access:propose_withdrawal": lambda here: [here.member.pk, here.membership.pk],
    "access:decide": lambda here: [here.proposal.pk],
    "access": lambda here: [here.member.pk],
    "exchange": lambda here: [here.client.pk],
    "audit": lambda here: [AuditEvent.objects.first().pk],
    "standards:synonym_remove": lambda here: [CodeSynonym.objects.first().pk],
    "standards:code_change": lambda here: [Code.objects.first().pk],
    "standards:code_end": lambda here: [Code.objects.first().pk],
    "standards:policy": lambda here: ["recall_wait"],
    "standards:policy_change": lambda here: ["recall_wait"],
    "standards:policy_withdraw": lambda here: [Policy.objects.first().pk],
    "standards:policy_end": lambda here: [Policy.objects.first().pk],
    "standards:service": lambda here: ["certificate"],
    "standards:service_change": lambda here: ["certificate"],
    "standards:service_withdraw": lambda here: [ServiceItem.objects.first().pk],
    "standards:calendar": lambda here: [2026],
    "standards:calendar_announce": lambda here: [2026],
    "standards:calendar_day": lambda here: [2026, 10, 1],
    "standards": lambda here: ["sex"],
}
# What the receiver of a transfer does is looked at with one that is on its way to the institution.
INCOMING = {f"transfers:step {rule.name}" for rule in STEPS[Transfer].values() if rule.at == "counterpart"}
CASES_OF = {
    "intake:step": Intake,
    "agreements:step": Agreement,
    "transfers:step": Transfer,
    "departures:step": Departure,
    "requests:step": DepartureRequest,
    "loans:step": Loan,
    "certificates:step": Certificate,
    "dossiers:step": MaterialRemoval,
    "accruals:step": Accrual,
    "accruals:chase_step": Chase,
    "dossiers:undertaking_step": Undertaking,
    "supervision:step": CustodyConflict,
    "household:step": HouseholdMove,
    "household:page_loan_step": PageLoan,
    "party:step": PartyTransfer,
    "protection:step": Hazard,
    "stocktakes:step": Stocktake,
}


def named_pages() -> Iterator[tuple[str, URLPattern]]:
    def walk(patterns: list, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
        for entry in patterns:
            if isinstance(entry, URLPattern):
                yield f"{namespace}{entry.name}", entry
            elif entry.namespace != "api":
                yield from walk(entry.url_patterns, f"{entry.namespace}:" if entry.namespace else namespace)

    for name, entry in walk(get_resolver().url_patterns):
        if name in CASES_OF:
            yield from ((f"{name} {step}", entry) for step in STEPS[CASES_OF[name]])
        else:
            yield name, entry


PAGES = dict(named_pages())


def test_the_table_is_of_all_pages_there_are():
    assert set(ROWS) == set(PAGES)
    assert len(PAGES) == len(list(named_pages())), "two pages of one name"


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any, one_copy_of_each_paper: None) -> Iterator[SimpleNamespace]:
    """Two institutions with one of everything, and a browser for everybody; made once, undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        authorities = city_staff()
        partner = factories.InstitutionFactory()
        ours, theirs = (one_of_each(factories.InstitutionFactory(), partner, authorities) for _which in range(2))
        people = {letter: (ours.people | authorities)[role] for letter, role in LETTERS.items()}
        people |= {"-": factories.UserFactory(), "citizen": ours.citizen}
        sessions = {who: signed_in(person) for who, person in people.items()}
        yield SimpleNamespace(ours=ours, theirs=theirs, sessions={**sessions, "nobody": ""}, browser=Client())
        transaction.set_rollback(True)


def signed_in(person: Any) -> str:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["second_factor"] = True
    # The password was entered again, the session used a moment ago: no look at a page is a reason to write it.
    session.update(dict.fromkeys(("began", "seen", "confirmed"), 2**40))
    session.save()
    return client.cookies[django_settings.SESSION_COOKIE_NAME].value


def outcome(city: SimpleNamespace, who: str, address: str, *, drawn: bool = False) -> str:
    """What the page answers; whatever it changed is undone. Most of the time would go into drawing it."""
    browser = city.browser
    browser.cookies.clear()
    if city.sessions[who]:
        browser.cookies[django_settings.SESSION_COOKIE_NAME] = city.sessions[who]
    drawing = nullcontext() if drawn else mock.patch.object(Template, "render", return_value="")
    with transaction.atomic(), drawing:
        answer = browser.get(address)
        if answer.status_code == 405:
            answer = browser.post(address)
        if answer.streaming:
            answer.getvalue()
        transaction.set_rollback(True)
    if answer.status_code == 302 and "?next=" in answer["Location"]:
        return "sign in"
    # readyz says 503 where no worker runs; it says so to anyone.
    return {200: "open", 302: "open", 422: "open", 503: "open", 403: "refused", 404: "not there"}[answer.status_code]


def address_of(page: str, here: SimpleNamespace) -> str:
    name, _space, step = page.partition(" ")
    arguments = []
    if PAGES[page].pattern.regex.groups:
        find = ARGUMENTS.get(name) or ARGUMENTS[name.partition(":")[0]]
        arguments = [here.incoming.pk] if page in INCOMING else find(here)
    return reverse(name, args=[*arguments, step] if step else arguments)


@pytest.mark.parametrize("named", ROWS)
def test_who_may_open_a_page(named, city):
    allowed = WHO[ROWS[named]] if ROWS[named] in WHO else set(ROWS[named])
    expected = {who: "open" if who in allowed else "refused" for who in city.sessions}
    if named in NOT_THERE:
        expected = dict.fromkeys(expected, "not there")
    elif "nobody" not in allowed:
        expected["nobody"] = "sign in"
    address = address_of(named, city.ours)
    first = next((who for who in city.sessions if expected[who] == "open"), None)

    assert {who: outcome(city, who, address, drawn=who == first) for who in city.sessions} == expected

    elsewhere = address_of(named, city.theirs)
    if elsewhere != address and ROWS[named] != "anyone":
        # Another institution's row is not there for those who may open their own; the city's authorities reach all.
        of_the_city = {letter for letter, role in LETTERS.items() if role in CITY_ROLES}
        assert {who: outcome(city, who, elsewhere) for who in allowed} == {
            who: "open" if who in of_the_city else "not there" for who in allowed
        }


def test_a_row_of_another_institution_is_not_told_from_one_that_may_not_be_touched(city):
    """Who sees a page but may not take its step learns of another institution's case no more than that."""
    address = address_of("intake:step accept", city.theirs)
    assert {who: outcome(city, who, address) for who in "CRK-"} == {
        "C": "not there",
        "R": "not there",
        "K": "not there",
        "-": "refused",
    }


def test_the_walk_sees_what_the_url_configuration_has():
    """The names lead to the same pages that the architecture test finds by address."""
    by_address = {address for address, _view in views(get_resolver().url_patterns) if not address.startswith("api/")}
    assert len({name.partition(" ")[0] for name in PAGES}) == len(by_address)
    assert resolve("/desk/").view_name == "desk:home"
