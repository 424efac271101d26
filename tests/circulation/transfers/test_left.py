"""What a former keeper still sees: the transfer or departure by which the dossier left, and its receipt."""

import pytest
from django.urls import reverse

from rendang.dossiers.queries.leaving import former_custodies, way_out

pytestmark = pytest.mark.django_db


def test_a_dossier_that_was_transferred_shows_its_case_and_receipt(move, clerk, signed_in):
    case = move("RECEIVED")
    (custody,) = former_custodies(clerk, case.dossier_id)
    found = way_out(custody, clerk)
    assert (found.case, found.receipt) == (case, reverse("transfers:paper", args=[case.pk, "receipt"]))

    browser = signed_in(clerk)
    shown = browser.get(reverse("dossiers:detail", args=[case.dossier_id])).content.decode()
    assert f'href="{case.get_absolute_url()}"' in shown
    assert f"{reverse('dossiers:list')}?status=ENDED" in shown, "the way back to the others that have left"
    assert browser.get(found.receipt).status_code == 200


def test_a_dossier_that_left_the_city_shows_its_departure(leaving, clerk, signed_in):
    case = leaving("CONFIRMED")
    line = case.lines.first()
    (custody,) = former_custodies(clerk, line.dossier_id)
    assert way_out(custody, clerk).case == case
    shown = signed_in(clerk).get(reverse("dossiers:detail", args=[line.dossier_id])).content.decode()
    assert case.goes_to in shown
    assert f'href="{case.get_absolute_url()}"' in shown
