"""批量打印: the papers of many cases as one PDF — which, for whom, and with what trace."""

import io

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.workflow.views import KINDS
from rendang.storage.papers import RoundList, render_round_list
from rendang.storage.stocktakes import actions as stocktakes
from rendang.storage.stocktakes.models import Stocktake
from tests.factories import staff
from tests.golden import squeezed, text_of

pytestmark = pytest.mark.django_db
URL = reverse("desk:print", args=["stocktake"])


def paper_of(words, institution, by, kind=Kind.PAPER):
    """A PDF of one page with these words."""
    told = RoundList(
        title=words, institution=institution.name, columns=("", ""), lines=[], printed_by="甲",
        printed_on=timezone.localdate(), remarks=[],
    )  # fmt: skip
    return files.store(render_round_list(told), name="x.pdf", kind=kind, institution=institution, by=by)


@pytest.fixture
def reported(institution, keeper):
    """``reported("words")``: a stocktake with a report that says so; without words it has none."""

    def make(words="", kind=Kind.PAPER, where=institution, by=keeper):
        case = stocktakes.plan(where, by=by, occasion="OTHER", planned_for=timezone.localdate())
        if words:
            Stocktake.objects.filter(pk=case.pk).update(report=paper_of(words, where, by, kind))
        return case

    return make


def printed():
    events = AuditEvent.objects.filter(verb="stocktake.print").order_by("pk")
    return list(events.values_list("subject_id", "reason"))


def test_the_ticked_cases_papers_come_as_one_pdf_in_their_order_each_with_its_event(signed_in, keeper, reported):
    first, none, second = reported("甲报告"), reported(), reported("乙报告")
    desk = signed_in(keeper)
    ticked = {"case": [second.pk, none.pk, first.pk]}
    page = desk.get(URL, ticked).text
    assert "Stocktake report (2)" in page
    assert "One PDF of 3 cases" in page
    assert "This field is required." in desk.get(URL, ticked | {"chosen": "yes"}).text, "no kind of paper is ticked"
    assert printed() == []

    answer = desk.get(URL, ticked | {"paper": ["report"]})
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "private, no-store")
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 2
    text = squeezed(text_of(answer.content))
    assert text.index("甲报告") < text.index("乙报告")
    assert printed() == [(first.pk, "report"), (second.pk, "report")]


def test_what_somebody_handed_in_or_another_institution_has_is_not_printed(
    signed_in, keeper, reported, other_institution
):
    theirs = reported("他馆报告", where=other_institution, by=staff(other_institution, Role.KEEPER))
    scanned = reported("扫描件", kind=Kind.SCAN)
    page = signed_in(keeper).get(URL, {"case": [theirs.pk, scanned.pk], "paper": ["report"]})
    assert page["Content-Type"].startswith("text/html")
    assert "None of the ticked cases has a paper yet" in page.text
    assert "No case is ticked" in signed_in(keeper).get(URL, {"case": [theirs.pk, "x"]}).text
    assert printed() == []


def test_a_letter_with_a_link_is_printed_only_by_who_may_write_it(signed_in, clerk, keeper):
    chases = reverse("desk:print", args=["chase"])
    assert signed_in(clerk).get(chases).status_code == 200
    assert signed_in(keeper).get(chases).status_code == 403


def test_a_kind_without_papers_has_no_page(signed_in, keeper):
    for kind in ("hazard", "nothing"):
        assert signed_in(keeper).get(reverse("desk:print", args=[kind])).status_code == 404


def test_the_list_offers_it(signed_in, keeper, reported):
    reported("甲报告")
    assert f'formaction="{URL}"' in signed_in(keeper).get(reverse("stocktakes:list")).text


def test_every_paper_that_is_named_is_a_file_of_its_case():
    for model, made_with in KINDS.items():
        for source, _label in made_with.papers.values():
            field = model._meta.get_field(source)
            related = field.related_model
            file = related._meta.get_field("file").related_model if field.one_to_many else related
            assert file._meta.label == "files.StoredFile", (model, source)
