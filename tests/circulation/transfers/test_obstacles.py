"""What stands in a dossier's way: shown with the page on which it can be cleared; fees never do."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from rendang.circulation.transfers import actions
from rendang.circulation.transfers.queries.obstacles import open_business
from rendang.dossiers import actions as dossiers
from rendang.dossiers.queries.departure import CHECKS, Obstacle
from rendang.kernel.access.models import Role
from rendang.kernel.standards.telling import say
from rendang.services.certificates import actions as certificates
from rendang.storage.queries import current_placement
from tests.circulation.transfers.conftest import COUNTED
from tests.factories import MaterialFactory, staff

pytestmark = pytest.mark.django_db


def told(dossier):
    return [(str(one.text).split(",")[0], one.page, one.warning) for one in open_business([dossier.pk])[dossier.pk]]


def test_open_business_is_named_with_its_page(leaving, institution, other_institution):
    dossier = leaving.dossier()
    reviewer = staff(institution, Role.REVIEWER)
    conflict = dossiers.claim_custody(dossier, other_institution, by=leaving.by[Role.CLERK], archive_number="C1")
    dossiers.propose_removal(MaterialFactory(dossier=dossier), by=reviewer, reason="重复")
    certificates.draft(dossier, by=leaving.by[Role.CLERK])

    found = open_business([dossier.pk])[dossier.pk]

    assert sorted((one.page, one.warning) for one in found) == [
        ("certificates:detail", True),
        ("dossiers:removal", False),
        ("supervision:conflict", False),
    ]
    assert conflict.pk in {one.key for one in found}


def test_one_of_a_list_is_leaving_too(leaving):
    departure = leaving("APPROVED", leaving.dossier(), leaving.dossier())
    dossier = departure.lines.first().dossier

    assert told(dossier) == [(f"It is leaving the city already: {departure.number}.", "departures:detail", False)]


def test_what_another_business_knows_holds_it_back_at_the_approval(leaving, monkeypatch):
    departure = leaving("APPLIED")
    monkeypatch.setitem(
        CHECKS, "tests", lambda ids: {pk: [Obstacle(say("in_the_way.loan.LENT"), "dossiers:list")] for pk in ids}
    )

    with pytest.raises(ValidationError, match="lent out"):
        leaving.take(departure, "approve")

    monkeypatch.setitem(
        CHECKS,
        "tests",
        lambda ids: {pk: [Obstacle(say("in_the_way.household", number="J1"), warning=True)] for pk in ids},
    )
    assert leaving.take(departure, "approve").state == "APPROVED"


def test_the_page_shows_it_with_the_way_to_clear_it(client, leaving, other_institution):
    dossier = leaving.dossier()
    case = certificates.draft(dossier, by=leaving.by[Role.CLERK])
    client.force_login(leaving.by[Role.CLERK], backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(reverse("departures:apply", args=[dossier.pk])).content.decode()

    assert reverse("certificates:detail", args=[case.pk]) in page


def test_a_note_is_not_said_to_hold_anything_back(leaving, monkeypatch, signed_in):
    address = reverse("departures:apply", args=[leaving.dossier().pk])
    read = lambda: signed_in(leaving.by[Role.CLERK]).get(address).text  # noqa: E731
    held = "it is approved when nothing is in the way any more"

    monkeypatch.setitem(
        CHECKS,
        "tests",
        lambda ids: {pk: [Obstacle(say("in_the_way.household", number="J1"), warning=True)] for pk in ids},
    )
    noted = read()
    assert "collective household J1" in noted and "To bear in mind" in noted
    assert held not in noted and "What stands in the way" not in noted

    monkeypatch.setitem(
        CHECKS,
        "tests",
        lambda ids: {pk: [Obstacle(say("in_the_way.party_relation", branch="第一支部"))] for pk in ids},
    )
    assert held in read()


def test_inside_the_city_it_is_not_packed_either(move, monkeypatch):
    transfer = move("AGREED")
    monkeypatch.setitem(CHECKS, "tests", lambda ids: {pk: [Obstacle(say("in_the_way.loan.LENT"))] for pk in ids})

    with pytest.raises(ValidationError, match="lent out"):
        actions.pack(transfer, by=move.ours[Role.KEEPER], **COUNTED)

    assert current_placement(transfer.dossier).kind == "SLOT"
