"""Scanning on the pages: one dossier into a slot and the next, moving, taking out, putting back."""

import pytest
from django.urls import reverse

from rendang.storage import actions, queries
from rendang.storage.models import Placement
from tests.factories import PlacementFactory, SlotFactory, held_dossier

pytestmark = pytest.mark.django_db


def test_scanning_a_dossier_into_its_slot_and_the_next(desk, slot, dossier):
    url = reverse("storage:scan", args=["place"])

    half = desk.post(url, {"dossier": dossier.barcode, "slot": ""})
    assert f"Suggested: <strong>{slot.code}</strong>" in half.text
    assert f'value="{dossier.barcode}"' in half.text
    assert not Placement.objects.exists()

    page = desk.post(url, {"dossier": dossier.barcode, "slot": " ｋ01-a-03-4-012 "})

    assert queries.in_stock(dossier)
    for text in (dossier.barcode, "李雷", slot.code, "1 of 1"):
        assert text in page.text
    assert f'value="{dossier.barcode}"' not in page.text  # ready for the next


def test_scanning_by_htmx_answers_with_the_form_and_one_line(desk, slot, dossier):
    url = reverse("storage:scan", args=["place"])

    page = desk.post(url, {"dossier": "RC-77", "slot": slot.code}, headers={"HX-Request": "true"})

    assert "<html" not in page.text
    assert 'hx-swap-oob="afterbegin:#scanned"' in page.text
    assert queries.in_stock(dossier)


def test_the_same_slot_stays_for_the_next_dossier(desk, institution, dossier):
    slot = SlotFactory(institution=institution, capacity=3)
    url = reverse("storage:scan", args=["place"])

    page = desk.post(url, {"dossier": "李雷", "slot": slot.code, "keep_slot": "on"})

    assert f'value="{slot.code}"' in page.text
    assert "1 of 3" in page.text


def test_what_the_scanner_cannot_know_is_said_in_words(desk, institution, slot, dossier):
    url = reverse("storage:scan", args=["place"])
    held_dossier(institution, name="韩梅梅"), held_dossier(institution, name="韩梅梅")

    for given, words in [
        ({"dossier": "RD999999999", "slot": slot.code}, "No dossier found for “RD999999999”"),
        ({"dossier": "韩梅梅", "slot": slot.code}, "Several dossiers have this name"),
        ({"dossier": "RC-77", "slot": "K99-1"}, "There is no slot “K99-1”"),
    ]:
        page = desk.post(url, given)
        assert words in page.text
        assert f'value="{given["dossier"]}"' in page.text
    assert not Placement.objects.exists()


def test_moving_taking_out_and_putting_back_by_scanner(desk, institution, keeper, slot, dossier):
    other = SlotFactory(institution=institution)
    actions.place(dossier, slot, by=keeper)

    def scan(mode, **given):
        page = desk.post(reverse("storage:scan", args=[mode]), {"dossier": dossier.barcode, **given})
        return page, queries.place_label(dossier)

    assert scan("move", slot=other.code)[1] == other.code
    page, place = scan("take_out", detail="阅档室")
    assert place.endswith("阅档室")
    assert 'value="阅档室"' in page.text  # the next goes there, too
    assert scan("put_back")[1] == other.code
    assert "is not at the desk" in scan("put_back")[0].text
    assert desk.get(reverse("storage:scan", args=["burn"])).status_code == 404


def test_what_is_in_the_way_is_said_beside_its_field(desk, institution, keeper, slot, dossier):
    url = reverse("storage:scan", args=["place"])
    PlacementFactory(institution=institution, slot=slot)

    full = desk.post(url, {"dossier": dossier.barcode, "slot": slot.code})
    assert full.context["form"].errors == {"slot": ["K01-A-03-4-012 is full: it holds 1 of 1. Choose another slot."]}

    actions.place(dossier, SlotFactory(institution=institution), by=keeper)
    lying = desk.post(url, {"dossier": dossier.barcode, "slot": slot.code})
    assert list(lying.context["form"].errors) == ["dossier"]
    assert "already lies in" in lying.text


def test_dossiers_of_another_institution_are_not_known_to_the_scanner(desk, other_institution, slot):
    theirs = held_dossier(other_institution)
    foreign = SlotFactory(institution=other_institution)

    page = desk.post(reverse("storage:scan", args=["place"]), {"dossier": theirs.barcode, "slot": foreign.code})

    assert "No dossier found" in page.text
    assert "There is no slot" in page.text
    assert not Placement.objects.exists()
