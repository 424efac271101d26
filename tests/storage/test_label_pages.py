"""Labels on the page: of a rack, of slots, of what is to be placed, of a list."""

import io

import pypdf
import pytest
from django.urls import reverse

from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions
from tests.factories import PlacementFactory, SlotFactory, held_dossier
from tests.storage.conftest import written

pytestmark = pytest.mark.django_db
SHEET = {"stock": "3x8", "symbol": "qr", "start": "1"}


def pdf_text(response):
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf", response.text
    pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
    return len(pages), "\n".join(page.extract_text() for page in pages)


def test_labels_of_the_dossiers_in_a_rack(desk, institution, keeper, slot, dossier):
    actions.place(dossier, slot, by=keeper)
    PlacementFactory(institution=institution)  # elsewhere: not on this sheet

    count, text = pdf_text(
        desk.post(
            reverse("storage:labels"),
            {"institution": institution.pk, "subject": "dossiers", "first": "K01-A-03", **SHEET},
        )
    )

    assert count == 1
    for part in ("李雷", "RC-77", slot.code, dossier.barcode):
        assert part in text
    assert text.count("RD0") == 1
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.changes) == ("label.print_dossiers", {"dossiers": [None, [dossier.pk]]})


def test_labels_of_slots_and_of_what_is_to_be_placed_and_of_a_list(desk, institution, slot, dossier):
    url = reverse("storage:labels")
    waiting = written(institution, "东墙", name="甲某")

    def sheet(**given):
        return pdf_text(desk.post(url, {"institution": institution.pk, **SHEET, **given}))[1]

    assert "K01-A-03-4-012" in sheet(subject="slots", first="K01")
    assert waiting.dossier.barcode in sheet(subject="unplaced")
    listed = sheet(subject="listed", listed=f"{dossier.barcode}\n RC-77 ")
    assert listed.count(dossier.barcode) == 1


def test_labels_that_cannot_be_printed_are_refused_and_leave_no_trace(
    desk, institution, other_institution, slot, monkeypatch
):
    monkeypatch.setattr("rendang.storage.actions.labels.MOST_LABELS", 1)
    url = reverse("storage:labels")
    SlotFactory(institution=institution, store=slot.store, code="K01-A-03-4-013")
    theirs = held_dossier(other_institution)

    for given, words in [
        ({"subject": "slots", "first": "K01"}, "That would be"),
        ({"subject": "slots", "first": "Z"}, "Nothing here"),
        ({"subject": "slots"}, "Say from which position"),
        ({"subject": "listed", "listed": " "}, "at least one"),
        ({"subject": "listed", "listed": f"{theirs.barcode} nothing"}, "No dossier found for"),
        ({"subject": "slots", "first": "K01", "institution": other_institution.pk}, "Select a valid choice"),
    ]:
        page = desk.post(url, {"institution": institution.pk, **SHEET, **given})
        assert page["Content-Type"].startswith("text/html")
        assert words in page.text, given
    assert not AuditEvent.objects.filter(verb__startswith="label.").exists()
