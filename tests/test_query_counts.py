"""No page takes more than 40 queries, and none takes more of them because there is more to show (ARCHITECTURE.md).

Every page of the permission table is opened twice by the same people: when there is one of everything at their
institution, and again when there are six. What it says is read in passing: an English page holds no Chinese, a Chinese
one nothing that is left in English.
"""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from rendang.dossiers import actions as dossiers
from rendang.institutions import actions as institutions
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditSeal
from rendang.people import actions as people
from rendang.services.certificates import actions as certificates
from rendang.storage import actions as storage
from tests import factories, languages
from tests.one_of_each import city_staff, keeper_outside, one_of_each
from tests.test_permissions import LETTERS, PAGES, ROWS, WHO, address_of, signed_in

# Measured once, by the worker that has them all; two workers would each measure everything.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("query_counts")]
MOST = 40
READ = [page for page in PAGES if page not in {"accounts:citizen_return", "accounts:sandbox"}]


def add(here: SimpleNamespace, number: int) -> None:
    """One more of what lies on one dossier, one person, one rack, one board."""
    ours = here.people
    paper, double = dossiers.add_materials(
        here.dossier,
        [
            {"class_mark": "4-1", "title": f"成绩表{number}", "formed_on": "2008", "pages": 2},
            {"class_mark": f"4-{number % 4 + 1}", "title": "成绩表", "formed_on": "2008", "pages": 2},
        ],
        by=ours[Role.REVIEWER],
    )
    dossiers.record_value(paper, by=ours[Role.REVIEWER], fact="BIRTH", value=f"198{number}")
    dossiers.propose_removal(double, by=ours[Role.REVIEWER], reason="重复")
    for kind, name in (("education", "school"), ("employment", "employer"), ("reward", "name")):
        people.add_record(here.person, kind, by=ours[Role.CLERK], start=f"200{number}", **{name: f"虚构{number}"})
    storage.take_out(here.dossier, by=ours[Role.KEEPER], detail="阅档室")
    storage.put_back(here.dossier, by=ours[Role.KEEPER])
    certificates.issue(certificates.draft(here.dossier, by=ours[Role.CLERK]), by=ours[Role.REVIEWER])
    certificates.draft(here.dossier, by=ours[Role.CLERK])
    factories.SlotFactory(institution=here.institution, store=here.store, rack=here.slot.rack)
    factories.PlacementFactory(institution=here.institution, kind="AS_WRITTEN", slot=None, detail=f"三楼{number}")
    keeper_outside(ours)
    institutions.publish_notice(
        institution=here.institution,
        by=ours[Role.HEAD],
        title=f"通知{number}",
        text="国庆放假",
        published_on=timezone.localdate(),
    )
    AuditSeal.objects.create(  # sealing itself looks only at what is committed
        number=number,
        server=1,
        floor=0,
        after_transaction=number - 1,
        after_id=number - 1,
        up_to_transaction=number,
        up_to_id=number,
        next_transaction=number + 1,
        event_ids=[number],
        leaves=bytes(32),
        root=bytes(32),
        previous=bytes(32),
        sealed_at=timezone.now(),
        signature=bytes(64),
    )


def readers(page: str) -> str:
    """The first and the last of those who may open it; none of a step that only the system takes."""
    allowed = WHO.get(ROWS[page])
    if allowed is None:
        return ROWS[page][:1] + ROWS[page][-1:]
    return "nobody" if "nobody" in allowed else "citizen" if "citizen" in allowed else "C"


def noting(asked: list[str]) -> Callable[..., Any]:
    def ask(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    return ask


def cost(here: SimpleNamespace, page: str, *, cold: bool = False) -> dict[str, int]:
    """The queries of the page by reader; a page that only takes orders has none.

    What a process remembers once it has drawn a page is asked for by a first reader of a ``cold`` one, uncounted; each
    reads it in English as well.
    """
    address, spent = address_of(page, here), {}
    who = readers(page)
    everybody = [who] if who in here.sessions else list(who)
    for reader in everybody:
        browser = Client()
        if here.sessions[reader]:
            browser.cookies[settings.SESSION_COOKIE_NAME] = here.sessions[reader]
        uncounted = ["en", "zh-hans"] if reader == everybody[0] else ["en"]
        for language in [*(uncounted if cold else []), "zh-hans"]:
            asked: list[str] = []
            with transaction.atomic(), connection.execute_wrapper(noting(asked)):
                answer = browser.get(address, headers={"accept-language": language})
                if answer.streaming:
                    answer.getvalue()
                elif cold and answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                    here.pages.setdefault(page, {}).setdefault(language, {})[reader] = answer.text
                transaction.set_rollback(True)
        if answer.status_code != 405:
            spent[reader] = len(asked)
    return spent


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker: Any, one_copy_of_each_paper: None) -> Iterator[SimpleNamespace]:
    """An institution with one of everything; undone when the last test has looked."""
    with django_db_blocker.unblock(), transaction.atomic():
        city = city_staff()
        here = one_of_each(factories.InstitutionFactory(), factories.InstitutionFactory(), city)
        add(here, 1)
        everybody = {letter: (here.people | city)[role] for letter, role in LETTERS.items()}
        here.sessions = {who: signed_in(one) for who, one in (everybody | {"citizen": here.citizen}).items()}
        here.sessions["nobody"] = ""
        here.few, here.costs, here.pages = {}, {}, {}
        yield here
        transaction.set_rollback(True)


@pytest.fixture
def few(office: SimpleNamespace) -> dict[str, dict[str, int]]:
    """What every page costs when there is one of everything; measured by the first who asks."""
    if not office.few:
        office.few = {page: cost(office, page, cold=True) for page in READ}
    return office.few


@pytest.fixture
def costs(office: SimpleNamespace, few: dict[str, dict[str, int]]) -> dict[str, tuple[dict, dict]]:
    """Of every page, when there was one of everything and when there were six; measured by the first who asks."""
    if not office.costs:
        for number in range(2, 7):
            one_of_each(office.institution, office.partner, office.city)
            add(office, number)
        office.costs = {page: (few[page], cost(office, page)) for page in READ}
    return office.costs


@pytest.mark.parametrize("named", READ)
def test_a_page_costs_no_more_when_there_is_more_to_show(named, costs):
    few, many = costs[named]

    assert many == few
    assert all(spent <= MOST for spent in many.values()), many


@pytest.mark.parametrize("named", READ)
@pytest.mark.usefixtures("few")
def test_a_page_speaks_the_language_of_its_reader(named, office):
    drawn = office.pages.get(named, {})
    said = [text for page in drawn.get("en", {}).values() for text in languages.chinese_in(page)]
    said += [text for page in drawn.get("zh-hans", {}).values() for text in languages.english_in(page)]

    assert sorted(set(said)) == []
