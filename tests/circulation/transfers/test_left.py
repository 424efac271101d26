"""What a former keeper still sees: the transfer or departure by which the dossier left, and its receipt."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from rendang.dossiers.actions import CONFLICT_STEPS, claim_custody, end_custody
from rendang.dossiers.queries.leaving import former_custodies, way_out, why_it_left
from rendang.kernel.access.models import Role
from rendang.kernel.audit.sentences import reason
from rendang.kernel.standards.actions import set_code
from rendang.kernel.standards.models import CodeTable
from tests.factories import held_dossier, staff

pytestmark = pytest.mark.django_db


def test_a_dossier_that_was_transferred_shows_its_case_and_receipt(move, clerk, signed_in):
    case = move("RECEIVED")
    (custody,) = former_custodies(clerk, case.dossier_id)
    found = way_out(custody)
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
    assert way_out(custody).case == case
    shown = signed_in(clerk).get(reverse("dossiers:detail", args=[line.dossier_id])).content.decode()
    assert case.goes_to in shown
    assert f'href="{case.get_absolute_url()}"' in shown


class TestByAFinding:
    """Supervision found that another institution keeps it: no transfer, no receipt."""

    @pytest.fixture
    def settled(self, clerk, supervisor, institution, other_institution):
        dossier = held_dossier(institution, custody={"archive_number": "A-1"})
        conflict = claim_custody(dossier, other_institution, by=clerk, archive_number="Z-1")
        with override("zh-hans"):
            return CONFLICT_STEPS["move"](conflict, by=supervisor, finding="实体档案在申报机构库房")

    def test_the_former_keeper_reads_why_to_whom_and_by_which_finding(
        self, settled, clerk, other_institution, signed_in
    ):
        browser = signed_in(clerk)
        shown = browser.get(reverse("dossiers:detail", args=[settled.dossier_id]), headers={"accept-language": "en"})

        (episode,) = shown.context["episodes"]
        assert (episode["way_out"].case, episode["way_out"].receipt) == (settled, "")
        assert episode["why"] == "Custody conflict settled: another institution has the dossier"
        assert f"to {other_institution.english_name}" in shown.text
        assert f"Custody conflict {settled.number}" in shown.text
        assert "实体档案在申报机构库房" in shown.text
        assert "Z-1" not in shown.text, "the number there is the new keeper's"
        assert settled.get_absolute_url() not in shown.text, "a clerk does not open conflicts"

    def test_the_timeline_of_the_case_says_it_in_words(self, settled, institution, signed_in):
        page = signed_in(staff(institution, Role.HEAD)).get(
            settled.get_absolute_url(), headers={"accept-language": "en"}
        )

        assert "Custody conflict settled: another institution has the dossier" in page.text
        assert "conflict_settled" not in page.text

    def test_the_head_opens_the_case(self, settled, institution, signed_in):
        head = signed_in(staff(institution, Role.HEAD))

        assert f'href="{settled.get_absolute_url()}"' in head.get(settled.dossier.get_absolute_url()).text
        assert head.get(settled.get_absolute_url()).status_code == 200

    def test_the_list_of_what_has_left_says_it_too(self, settled, clerk, other_institution, signed_in):
        page = signed_in(clerk).get(reverse("dossiers:list"), {"status": "ENDED"}, headers={"accept-language": "en"})

        assert f"{other_institution.english_name} · Custody conflict settled" in page.text

    def test_why_is_told_in_the_language_of_whoever_reads(self, settled, clerk):
        (custody,) = former_custodies(clerk, settled.dossier_id)

        assert custody.ended_reason == "conflict_settled"
        with override("zh-hans"):
            assert why_it_left(custody) == "保管冲突已裁定：档案由其他机构保管"


def test_the_reason_of_a_transfer_is_named_and_what_was_written_stands_as_written(
    move, clerk, institution, supervisor
):
    custody = former_custodies(clerk, move("RECEIVED").dossier_id)[0]
    assert why_it_left(custody) == "Between institutions of this city"

    assert reason("internal") == "Between institutions of this city", "as the timeline says it"

    table = CodeTable.objects.get(code="transfer_reason")
    set_code(table, by=supervisor, code="merged", name="机构合并", valid_from=timezone.localdate(), reason="机构改革")
    assert reason("merged") == "机构合并", "also one that was added on screen"

    written = end_custody(held_dossier(institution).custodies.get(), by=clerk, reason="机构撤并")
    assert (why_it_left(written), way_out(written)) == ("机构撤并", None)
