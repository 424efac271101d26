"""Before many ticked departures are approved: of which it is certain that they are not, and why."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rendang.circulation.transfers.models import Departure
from rendang.circulation.transfers.queries.obstacles import not_to_be_approved
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import CustodyConflict
from rendang.kernel.access.models import Role
from tests.circulation.transfers.leaving import an_address

pytestmark = pytest.mark.django_db
CONTESTED = "Another institution says it holds this dossier; supervision is settling the conflict."


@pytest.fixture
def contested(leaving, other_institution):
    def claim():
        dossier = leaving.dossier()
        dossiers.claim_custody(dossier, other_institution, by=leaving.by[Role.CLERK], archive_number=f"C{dossier.pk}")
        return dossier

    return claim


def test_what_cannot_be_approved_is_said_beside_each_before_anybody_presses_the_button(leaving, contested, signed_in):
    good, listed = leaving.apply(), leaving.apply(leaving.dossier(), contested())
    unknown = an_address(leaving.by[Role.CLERK], name="虚构省山阳市人才中心")
    unverified, one = leaving.apply(to=unknown), leaving.apply(contested())
    every = leaving.apply(contested(), contested())
    cases = [good, listed, unverified, one, every]

    answer = signed_in(leaving.by[Role.APPROVER]).get(
        reverse("workflow:many", args=["departure", "approve"]), {"case": [case.pk for case in cases]}
    )

    assert [why for _case, why in answer.context["entries"]] == [
        "",
        "",
        "The address of 虚构省山阳市人才中心 is not verified. A second person verifies it in the address book.",
        CONTESTED,
        "Something stands in the way of every dossier of the list.",
    ]
    assert [case.pk for case in answer.context["ready"]] == [good.pk, listed.pk]
    assert set(Departure.objects.values_list("state", flat=True)) == {"APPLIED"}, "a look changes nothing"


def test_it_is_asked_in_as_many_queries_for_six_as_for_two(leaving):
    asked = {}
    for count in (2, 6):
        keys = [leaving.apply().pk for _each in range(count)]
        rows = list(Departure.objects.filter(pk__in=keys))
        with CaptureQueriesContext(connection) as taken:
            assert not_to_be_approved(rows) == {}
        asked[count] = len(taken)

    assert asked[2] == asked[6]


def test_on_the_page_of_one_departure_it_stands_instead_of_the_button(leaving, signed_in):
    unknown = an_address(leaving.by[Role.CLERK], name="虚构省山阳市人才中心")
    departure = leaving.apply(to=unknown)

    page = signed_in(leaving.by[Role.APPROVER]).get(departure.address_of("approve")).text

    why = "The address of 虚构省山阳市人才中心 is not verified. A second person verifies it in the address book."
    assert f'<a href="{unknown.get_absolute_url()}">{why}</a>' in page
    assert "Nothing is asked for" not in page


def test_each_obstacle_leads_to_where_it_is_cleared_alone_and_among_many(leaving, contested, signed_in):
    departure, many = leaving.apply(contested()), leaving.apply(contested(), contested())
    conflict = CustodyConflict.objects.get(dossier=departure.dossier)
    browser = signed_in(leaving.by[Role.APPROVER])

    alone = browser.get(departure.address_of("approve")).text
    ticked = browser.get(
        reverse("workflow:many", args=["departure", "approve"]), {"case": [departure.pk, many.pk]}
    ).text

    link = f'<a href="{conflict.get_absolute_url()}">{CONTESTED}</a>'
    assert link in alone
    assert link in ticked
    each = f'<a href="{many.get_absolute_url()}">Something stands in the way of every dossier of the list.</a>'
    assert each in ticked
