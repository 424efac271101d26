import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from rendang.dossiers.actions import (
    add_material,
    claim_custody,
    ensure_dossier,
    hand_over_custody,
    propose_removal,
    record_value,
    take_custody,
)
from rendang.dossiers.models import MaterialRemoval
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.models import Policy
from tests.factories import (
    CustodyFactory,
    InstitutionFactory,
    MaterialFactory,
    PersonFactory,
    PlacementFactory,
    held_dossier,
    staff,
)

pytestmark = pytest.mark.django_db
NUMBER = "110101199003074514"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def dossier(institution):
    return held_dossier(institution, name="王小明", id_number=NUMBER, custody={"archive_number": "A20150001"})


def content(response):
    """The file of a streamed response, closed as a server would; response.close() would close the connection."""
    found = response.getvalue()
    for close in response._resource_closers:
        close()
    return found


def cost(client, url):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


class TestTheList:
    url = "/desk/dossiers/"

    def test_where_only_something_that_has_left_fits_the_list_leads_there(
        self, dossier, other_institution, keeper, clerk, signed_in
    ):
        client = signed_in(clerk)
        assert client.get(self.url, {"q": "王小明"}).context["left"] == ""
        hand_over_custody(dossier, other_institution, by=staff(other_institution, Role.KEEPER), reason="internal")

        page = client.get(self.url, {"q": "王小明"})

        assert (page.context["entries"], "kept here no longer" in page.text) == ([], True)
        assert "A20150001" in client.get(page.context["left"]).text
        assert client.get(self.url, {"q": "李雷"}).context["left"] == ""

    def test_shows_what_we_hold_with_masked_numbers(self, signed_in, clerk, dossier, other_institution):
        held_dossier(other_institution, name="赵云")
        page = signed_in(clerk).get(self.url).text
        assert "王小明" in page
        assert "1101**********4514" in page
        assert NUMBER not in page
        assert "赵云" not in page

    def test_leaves_a_trace_of_what_was_looked_for(self, signed_in, clerk, dossier):
        signed_in(clerk).get(self.url, {"q": "小明", "archive_type": "personal"})
        event = AuditEvent.objects.get(verb="dossier.search")
        assert event.changes == {"filter": {"archive_type": "personal", "text": "小明"}, "rows": 1}

    def test_costs_the_same_however_long(self, signed_in, clerk, institution, dossier):
        client = signed_in(clerk)
        cost(client, self.url)
        one = cost(client, self.url)
        for _ in range(5):
            held_dossier(institution)
        assert cost(client, self.url) == one <= 40

    def test_htmx_gets_rows_only(self, signed_in, clerk, dossier):
        response = signed_in(clerk).get(self.url, headers={"HX-Request": "true"})
        assert "<html" not in response.text
        assert "王小明" in response.text

    def test_pages_are_stable_while_rows_are_added(self, signed_in, clerk, institution):
        names = [held_dossier(institution, name=f"甲{at:02}").person.name for at in range(60)]
        client = signed_in(clerk)
        first = client.get(self.url)
        held_dossier(institution, name="后来")
        second = client.get(self.url, {"after": first.context["page"].next_key})
        seen = [row.name for page in (first, second) for row in page.context["page"].rows]
        assert seen == names[::-1]
        assert second.context["page"].next_key is None

    @pytest.mark.parametrize("sort", ["number", "-number"])
    def test_sorts_by_archive_number_page_by_page_and_back(self, signed_in, clerk, institution, sort):
        for at in range(120):
            held_dossier(institution, custody={"archive_number": f"C{at * 7 % 120:03}"})
        client = signed_in(clerk)
        pages = [client.get(self.url, {"sort": sort})]
        while key := pages[-1].context["page"].next_key:
            pages.append(client.get(self.url, {"sort": sort, "after": key}))
        numbers = [row.archive_number for page in pages for row in page.context["page"].rows]
        assert numbers == sorted((f"C{at:03}" for at in range(120)), reverse=sort == "-number")
        back = client.get(self.url, {"sort": sort, "before": pages[2].context["page"].previous_key})
        assert back.context["page"].rows == pages[1].context["page"].rows

    def test_an_identity_number_leads_to_the_dossier_and_never_into_an_address(self, signed_in, clerk, dossier):
        response = signed_in(clerk).post(self.url, {"q": NUMBER})
        assert response.url == reverse("dossiers:detail", args=[dossier.pk])

    def test_other_texts_go_on_as_an_address_with_the_filters(self, signed_in, clerk):
        response = signed_in(clerk).post(f"{self.url}?archive_type=unit&after=5", {"q": "小明"})
        assert response.url == f"{self.url}?archive_type=unit&q=%E5%B0%8F%E6%98%8E"

    def test_of_a_dossier_elsewhere_one_learns_where(self, signed_in, clerk, other_institution):
        held_dossier(other_institution, name="赵云", id_number=NUMBER)
        page = signed_in(clerk).post(self.url, {"q": NUMBER}, follow=True).text
        assert f"held by {other_institution}" in page
        assert "赵云" not in page
        assert AuditEvent.objects.filter(verb="dossier.locate").count() == 1

    def test_of_a_number_nobody_has_it_says_so(self, signed_in, clerk):
        response = signed_in(clerk).post(self.url, {"q": NUMBER}, follow=True)
        assert "No dossier is on record" in response.text
        assert NUMBER not in str(response.redirect_chain)

    def test_says_what_to_do_when_nothing_is_found(self, signed_in, clerk, dossier):
        assert "Show all dossiers" in signed_in(clerk).get(self.url, {"q": "没有"}).text

    def test_is_closed_to_administrators(self, signed_in, system_administrator, security_administrator):
        for user in (system_administrator, security_administrator):
            assert signed_in(user).get(self.url).status_code == 403


class TestExport:
    url = "/desk/dossiers/export/"

    def rows(self, response):
        book = load_workbook(io.BytesIO(content(response)))
        return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]

    def test_the_page_says_the_filter_in_words(self, signed_in, approver, dossier):
        page = signed_in(approver).get(f"{self.url}?q=王")

        assert page.context["said"] == [("Find", "王")]

    def test_holds_what_the_filter_shows_masked(self, signed_in, approver, dossier, institution, other_institution):
        held_dossier(institution, name="李雷", custody={"archive_type": "unit"})
        held_dossier(other_institution)
        PlacementFactory(dossier=dossier, institution=institution, slot__code="K01-A-01")
        response = signed_in(approver).post(f"{self.url}?archive_type=personal", {"reason": "年度统计"})

        assert response["Content-Type"] == XLSX
        heading, *rows = self.rows(response)
        assert [row[:5] for row in rows] == [
            ["A20150001", institution.name, "王小明", "男", "1101**********4514"],
        ]
        assert dict(zip(heading, rows[0], strict=True))["Slot"] == "K01-A-01"
        event = AuditEvent.objects.get(verb="dossier.export")
        assert event.reason == "年度统计"
        assert event.changes == {"filter": {"archive_type": "personal"}, "rows": 1, "whole_numbers": False}

    def test_holds_whole_numbers_as_text_when_asked_for(self, signed_in, approver, dossier):
        response = signed_in(approver).post(self.url, {"reason": "报送", "whole_numbers": "on"})
        assert self.rows(response)[1][4] == NUMBER
        assert AuditEvent.objects.get(verb="dossier.export").changes["whole_numbers"] is True

    def test_is_not_made_without_a_reason(self, signed_in, approver, dossier):
        response = signed_in(approver).post(self.url, {"reason": " "})
        assert response["Content-Type"].startswith("text/html")
        assert not AuditEvent.objects.filter(verb="dossier.export").exists()

    def test_does_not_write_down_an_identity_number_that_was_looked_for(self, signed_in, approver, dossier):
        content(signed_in(approver).post(f"{self.url}?q={NUMBER}", {"reason": "核对"}))
        assert AuditEvent.objects.get(verb="dossier.export").changes["filter"] == {"text": "***"}

    def test_stops_at_the_limit_of_the_policy(self, signed_in, approver, institution, dossier, changed_policy):
        changed_policy("export_rows", 1)
        held_dossier(institution)
        response = signed_in(approver).post(self.url, {"reason": "统计"})
        assert "Narrow the filter" in response.text

    def test_is_closed_to_clerks(self, signed_in, clerk, dossier):
        assert signed_in(clerk).post(self.url, {"reason": "好奇"}).status_code == 403


@pytest.fixture
def changed_policy():
    """``changed_policy("export_rows", 1)``: the policy has this value from now on."""

    def change(code, value):
        Policy.objects.filter(code=code).update(value=value)
        standards.forget()

    yield change
    standards.forget()


class TestTheDossierPage:
    def url(self, dossier):
        return reverse("dossiers:detail", args=[dossier.pk])

    def test_answers_who_where_whose_what_is_open_and_missing(self, signed_in, reviewer, dossier, institution):
        PlacementFactory(dossier=dossier, institution=institution, slot__code="K01-A-02")
        paper = add_material(dossier, by=reviewer, class_mark="4-1", title="成绩表", formed_on="2012")
        other = add_material(dossier, by=reviewer, class_mark="9-2", title="审批表", formed_on="2013")
        record_value(paper, by=reviewer, fact="BIRTH", value="1990")
        record_value(other, by=reviewer, fact="BIRTH", value="1991")
        propose_removal(other, by=reviewer, reason="他人材料")

        page = signed_in(reviewer).get(self.url(dossier)).text
        for text in (
            "王小明",
            "1101**********4514",
            "A20150001",
            institution.label,
            "K01-A-02",
            "Removal of a paper",
            "Dates contradict each other",
            "Missing for the full collection",
            "2 papers",
        ):
            assert text in page
        assert NUMBER not in page

    def test_offers_the_next_steps_to_those_who_may_take_them(self, signed_in, reviewer, approver, dossier):
        paper = add_material(dossier, by=reviewer, class_mark="1", title="履历表")
        removal = propose_removal(paper, by=reviewer, reason="重复")
        step = reverse("dossiers:step", args=[removal.pk, "approve"])
        assert step in signed_in(approver).get(self.url(dossier)).text
        assert step not in signed_in(reviewer).get(self.url(dossier)).text

    def test_every_look_is_noted(self, signed_in, clerk, dossier, institution):
        signed_in(clerk).get(self.url(dossier))
        event = AuditEvent.objects.get(verb="dossier.view")
        assert (event.actor_id, event.person_id, event.institution_id, event.subject_id) == (
            clerk.pk,
            dossier.person_id,
            institution.pk,
            dossier.pk,
        )

    def test_costs_the_same_however_much_there_is(self, signed_in, reviewer, dossier, institution):
        client, url = signed_in(reviewer), self.url(dossier)
        propose_removal(MaterialFactory(dossier=dossier), by=reviewer, reason="一")
        PlacementFactory(dossier=dossier, institution=institution)
        cost(client, url)
        one = cost(client, url)
        for _ in range(4):
            propose_removal(MaterialFactory(dossier=dossier), by=reviewer, reason="一")
            CustodyFactory(dossier=dossier, institution=InstitutionFactory(), status="ENDED", ended_on="2001")
        assert cost(client, url) == one <= 40

    def test_is_another_institutions_secret(self, signed_in, clerk, other_institution):
        dossier = held_dossier(other_institution)
        assert signed_in(clerk).get(self.url(dossier)).status_code == 404
        assert not AuditEvent.objects.filter(verb="dossier.view").exists()

    def test_when_it_has_left_its_former_keeper_sees_its_own_time_and_nothing_else(
        self, signed_in, clerk, reviewer, dossier, other_institution
    ):
        before = dossier.custodies.get()
        now = hand_over_custody(dossier, other_institution, by=clerk, reason="internal")
        events = AuditEvent.objects.count()

        answer = signed_in(clerk).get(self.url(dossier))

        shown = answer.content.decode()
        assert answer.status_code == 200
        assert f"Left on {timezone.localdate():%Y-%m-%d} to {other_institution.english_name}" in shown
        assert before.archive_number in shown
        assert now.archive_number not in shown
        assert dossier.person.id_masked not in shown
        assert f"{self.url(dossier)}catalogue/" not in shown
        (event,) = AuditEvent.objects.order_by("-pk")[: AuditEvent.objects.count() - events]
        assert (event.verb, event.actor_id) == ("custody.view", clerk.pk)
        assert event.institution_id == before.institution_id
        assert signed_in(reviewer).get(reverse("dossiers:catalogue", args=[dossier.pk])).status_code == 404

    def test_when_it_has_left_nobody_else_learns_that_it_was_there(self, signed_in, clerk, dossier, other_institution):
        hand_over_custody(dossier, other_institution, by=clerk)
        stranger = staff(InstitutionFactory(), Role.CLERK)
        assert signed_in(stranger).get(self.url(dossier)).status_code == 404

    def test_is_closed_to_administrators(self, signed_in, system_administrator, audit_administrator, dossier):
        for user in (system_administrator, audit_administrator):
            assert signed_in(user).get(self.url(dossier)).status_code == 403

    def test_shows_a_conflict_of_custody(self, signed_in, clerk, dossier, other_institution):
        claim_custody(dossier, other_institution, by=clerk, archive_number="Z1")
        page = signed_in(clerk).get(self.url(dossier)).text
        assert f"{other_institution.english_name or other_institution.name} says it holds this dossier" in page

    def test_tells_nothing_of_what_others_did_before(self, signed_in, clerk, institution, other_institution):
        stranger = staff(other_institution, Role.CLERK, name="外单位某某")
        dossier = ensure_dossier(PersonFactory(), by=clerk)
        take_custody(dossier, other_institution, by=stranger)
        hand_over_custody(dossier, institution, by=clerk)
        page = signed_in(clerk).get(self.url(dossier)).text
        assert other_institution.label in page  # the custody itself is known
        assert "外单位某某" not in page

    def test_shows_rare_characters(self, signed_in, clerk, institution):
        dossier = held_dossier(institution, name="𬱖㐂䶮")
        assert "𬱖㐂䶮" in signed_in(clerk).get(self.url(dossier)).text


class TestTheCatalogue:
    def url(self, dossier, page="catalogue", *more):
        return reverse(f"dossiers:{page}", args=[dossier.pk, *more])

    def grid(self, *rows, do="save", pasted=""):
        data = {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": "0", "do": do, "pasted": pasted}
        names = ("class_mark", "title", "formed_on", "pages", "remarks")
        for at, row in enumerate(rows):
            data |= {f"form-{at}-{name}": value for name, value in zip(names, row, strict=True)}
        return data

    def test_shows_classes_papers_and_warnings(self, signed_in, reviewer, dossier):
        for _ in range(2):
            add_material(dossier, by=reviewer, class_mark="4-1", title="成绩表", formed_on="2012-06")
        page = signed_in(reviewer).get(self.url(dossier)).text
        for text in ("4-1-1", "4-1-2", "Education and degrees", "Listed twice?"):
            assert text in page
        assert AuditEvent.objects.filter(verb="catalogue.view").count() == 1

    def test_costs_the_same_however_long(self, signed_in, reviewer, dossier):
        MaterialFactory(dossier=dossier)
        client = signed_in(reviewer)
        cost(client, self.url(dossier))
        one = cost(client, self.url(dossier))
        for mark in ("1", "4-1", "9-2", "10"):
            MaterialFactory(dossier=dossier, class_mark=mark)
        assert cost(client, self.url(dossier)) == one <= 40

    def test_the_grid_lists_papers_and_carries_the_class_down(self, signed_in, digitiser, dossier):
        rows = [
            ("4-1", "录取登记表", "2008.8", "2", ""),
            ("", "成绩表", "20120630", "1", "复印件"),
            ("", "", "", "1", ""),
        ]
        response = signed_in(digitiser).post(self.url(dossier, "catalogue_add"), self.grid(*rows))
        assert response.url == self.url(dossier)
        papers = dossier.materials.order_by("position").values_list("class_mark", "title", "formed_on", "pages")
        assert list(papers) == [("4-1", "录取登记表", "2008-08", 2), ("4-1", "成绩表", "2012-06-30", 1)]

    def test_a_wrong_row_is_named_and_all_that_was_typed_is_kept(self, signed_in, digitiser, dossier):
        rows = [("1", "履历表", "2001", "4", ""), ("4-1", "成绩表", "2012-13", "1", "复印件")]
        page = signed_in(digitiser).post(self.url(dossier, "catalogue_add"), self.grid(*rows)).text
        assert "Write the date as 1986" in page
        for typed in ("履历表", "成绩表", "2012-13", "复印件"):
            assert typed in page
        assert not dossier.materials.exists()

    def test_a_row_the_rules_refuse_is_marked(self, signed_in, digitiser, dossier):
        rows = [("1", "履历表", "2001", "4", ""), ("3", "鉴定表", "1950", "1", "")]
        page = signed_in(digitiser).post(self.url(dossier, "catalogue_add"), self.grid(*rows)).text
        assert "Row 2: The date lies before the person&#x27;s birth." in page
        assert not dossier.materials.exists()

    def test_a_pasted_class_that_nobody_knows_is_asked_for_and_does_not_join_the_class_above(
        self, signed_in, digitiser, dossier
    ):
        grid = {"do": "paste", "form-TOTAL_FORMS": "0", "pasted": "3\t考核登记表\t2011\t2\n十七\t奇怪材料\t2011\t1"}
        page = signed_in(digitiser).post(self.url(dossier, "catalogue_add"), grid)
        known, unknown = page.context["grid"].forms
        assert "required" not in str(known["class_mark"])
        assert "required" in str(unknown["class_mark"])
        assert not dossier.materials.exists()

    def test_pasted_rows_fill_the_grid_before_anything_is_saved(self, signed_in, digitiser, dossier):
        pasted = "类号\t材料名称\t形成时间\t页数\n4-1-1\t成绩表\t2012年6月\t3"
        page = signed_in(digitiser).post(
            self.url(dossier, "catalogue_add"),
            self.grid(("1", "履历表", "2001", "4", ""), ("", "", "", "1", ""), do="paste", pasted=pasted),
        )
        grid = page.context["grid"]
        assert [(form["title"].value(), form["formed_on"].value()) for form in grid] == [
            ("履历表", "2001"),
            ("成绩表", "2012-06"),
        ]
        assert not dossier.materials.exists()

    def test_more_rows_can_be_had_without_javascript(self, signed_in, digitiser, dossier):
        response = signed_in(digitiser).post(
            self.url(dossier, "catalogue_add"), self.grid(("1", "履历表", "", "1", ""), do="more")
        )
        assert len(response.context["grid"].forms) == 6

    def test_an_empty_grid_says_so(self, signed_in, digitiser, dossier):
        response = signed_in(digitiser).post(self.url(dossier, "catalogue_add"), self.grid(("", "", "", "1", "")))
        assert "No row is filled in yet" in response.text

    def test_a_paper_is_corrected_and_moved(self, signed_in, digitiser, dossier):
        paper = MaterialFactory(dossier=dossier, class_mark="1", title="履历表")
        client = signed_in(digitiser)
        data = {"title": "干部履历表", "formed_on": "1999", "pages": "4", "copies": "1", "remarks": ""}
        client.post(self.url(dossier, "material", paper.pk), data)
        client.post(self.url(dossier, "material_move", paper.pk), {"class_mark": "3", "position": ""})
        paper.refresh_from_db()
        assert (paper.title, paper.number) == ("干部履历表", "3-1")

    def test_a_paper_of_another_dossier_is_not_found(self, signed_in, digitiser, dossier, institution):
        other = MaterialFactory(dossier=held_dossier(institution))
        assert signed_in(digitiser).get(self.url(dossier, "material", other.pk)).status_code == 404

    def test_a_class_is_put_in_order(self, signed_in, digitiser, dossier):
        MaterialFactory(dossier=dossier, title="后", formed_on="2009")
        MaterialFactory(dossier=dossier, title="先", formed_on="2001")
        signed_in(digitiser).post(self.url(dossier, "catalogue_sort"), {"class_mark": "4-1"})
        assert list(dossier.materials.order_by("position").values_list("title", flat=True)) == ["先", "后"]

    def test_is_printed_in_the_form_of_2012(self, signed_in, reviewer, dossier):
        add_material(dossier, by=reviewer, class_mark="4-1", title="高等学校学生成绩表", formed_on="2012-06", pages=3)
        response = signed_in(reviewer).get(self.url(dossier, "catalogue_print"))
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
        assert response["Content-Type"] == "application/pdf"
        assert "高等学校学生成绩表" in text
        assert "王小明" in text
        assert AuditEvent.objects.filter(verb="catalogue.print").count() == 1

    def test_recorded_values_are_noted_and_taken_out(self, signed_in, digitiser, dossier):
        paper = MaterialFactory(dossier=dossier)
        client = signed_in(digitiser)
        client.post(self.url(dossier, "value_add"), {"material": paper.pk, "fact": "BIRTH", "value": "1991年3月"})
        value = paper.recorded_values.get()
        assert value.value == "1991-03"
        client.post(self.url(dossier, "value_remove", value.pk))
        assert not paper.recorded_values.exists()

    def test_is_not_shown_to_clerks_nor_to_others(self, signed_in, clerk, reviewer, dossier, other_institution):
        assert signed_in(clerk).get(self.url(dossier)).status_code == 403
        theirs = held_dossier(other_institution)
        for page in ("catalogue", "catalogue_add", "catalogue_print"):
            assert signed_in(reviewer).get(self.url(theirs, page)).status_code == 404

    def test_may_be_read_but_not_written_by_a_head(self, signed_in, head, dossier):
        client = signed_in(head)
        assert client.get(self.url(dossier)).status_code == 200
        assert client.get(self.url(dossier, "catalogue_add")).status_code == 403


class TestRemovals:
    def test_go_from_proposal_to_approval_on_screen(self, signed_in, reviewer, approver, dossier):
        paper = MaterialFactory(dossier=dossier, title="他人成绩表")
        client = signed_in(reviewer)
        client.post(reverse("dossiers:material_remove", args=[dossier.pk, paper.pk]), {"reason": "他人材料"})
        removal = MaterialRemoval.objects.get()
        assert "他人材料" in client.get(reverse("dossiers:removal", args=[removal.pk])).text
        step = reverse("dossiers:step", args=[removal.pk, "approve"])
        assert client.get(step).status_code == 403

        second = signed_in(approver)
        assert "他人成绩表" in second.get(reverse("dossiers:removal", args=[removal.pk])).text
        assert removal.number in second.get(reverse("dossiers:removals")).text
        second.post(step, {"decision_reason": "属实"})
        paper.refresh_from_db()
        assert paper.removed_at is not None

    def test_of_another_institution_are_not_found(self, signed_in, approver, other_institution):
        dossier = held_dossier(other_institution)
        by = staff(other_institution, Role.REVIEWER)
        removal = propose_removal(MaterialFactory(dossier=dossier), by=by, reason="重复")
        assert signed_in(approver).get(reverse("dossiers:removal", args=[removal.pk])).status_code == 404

    def test_an_empty_list_says_where_removals_come_from(self, signed_in, approver):
        assert "proposed on the page of the paper" in signed_in(approver).get(reverse("dossiers:removals")).text
