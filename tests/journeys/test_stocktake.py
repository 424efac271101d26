from contextlib import suppress

import pytest
from django.utils import timezone
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from rendang.kernel.access.models import Role
from rendang.storage.stocktakes import actions
from rendang.storage.stocktakes.models import Scan
from tests.factories import PlacementFactory, staff
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def phone(transactional_db, institution, at_desk):
    """A keeper's telephone on the scanning page of a running count, and what stands on the shelf."""
    keeper = staff(institution, Role.KEEPER, with_password=True)
    places = [PlacementFactory(institution=institution) for _place in range(3)]
    planned = actions.plan(institution, by=keeper, occasion="YEARLY", planned_for=timezone.localdate())
    case = actions.start(planned, by=keeper)
    own = at_desk(keeper)
    own.page.set_viewport_size(PHONE)
    own.open(f"/desk/stocktakes/{case.pk}/scan/")
    return own, places


def read(own, label):
    own.type(str(label))
    own.key("Enter")


def waiting(own, number):
    expect(own.page.locator("[data-waiting]")).to_have_text(str(number))


def test_labels_read_without_a_connection_are_uploaded_later(phone):
    own, (first, second, _third) = phone
    read(own, first.slot)
    read(own, first.dossier)
    waiting(own, 0)
    own.page.context.set_offline(True)
    read(own, second.slot)
    read(own, second.dossier)
    waiting(own, 2)
    own.shows("没有网络")
    own.page.context.set_offline(False)
    waiting(own, 0)
    assert list(Scan.objects.order_by("number").values_list("slot", "dossier")) == [
        (first.slot_id, None),
        (None, first.dossier_id),
        (second.slot_id, None),
        (None, second.dossier_id),
    ]


def test_an_upload_whose_answer_is_lost_counts_once_even_after_the_page_was_opened_anew(phone):
    own, (first, _second, third) = phone

    def lose_the_answer(route):
        with suppress(PlaywrightError):  # the page may have given up on the answer by itself
            route.fetch()
            route.abort()

    own.page.route("**/upload/", lose_the_answer)
    read(own, first.dossier)
    read(own, "what is this")
    own.shows("没有网络")
    own.page.unroute("**/upload/")
    own.troubles.clear()
    own.open(own.page.url.removeprefix(own.server))
    waiting(own, 0)
    read(own, third.dossier)
    waiting(own, 0)
    assert set(Scan.objects.values_list("text", "dossier")) == {
        ("", first.dossier_id),
        ("what is this", None),
        ("", third.dossier_id),
    }
    assert Scan.objects.count() == 3
