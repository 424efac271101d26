"""A borrower loses the dossier, or pages of it: reported, searched for, answered for, found again or reconstructed."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.loans import actions
from rendang.circulation.loans.models import Loan
from rendang.circulation.loans.queries.registers import register_of_loans
from rendang.dossiers.queries.departure import obstacles
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from rendang.kernel.files.queries import read_file
from rendang.kernel.standards.queries import deadline
from rendang.people.models import Message
from rendang.storage import actions as storage
from rendang.storage.models import Placement
from rendang.storage.queries import current_placement
from tests.factories import PlacementFactory, SlotFactory, staff
from tests.golden import text_of
from tests.one_of_each import applied_for, two_people
from tests.told import chinese

pytestmark = pytest.mark.django_db
DONE = {"done": "已电话询问借阅人，正在查找"}
SAID = {"statement": "搬迁办公室时遗失，已内部通报。", "answerable": "赵科长"}


def counted():
    return AuditEvent.objects.count(), Placement.objects.count(), StoredFile.objects.count(), Message.objects.count()


def refused(act, error=ValidationError, match=None):
    before = counted()
    with pytest.raises(error, match=match) as refusal:
        act()
    assert counted() == before
    return refusal.value


@pytest.fixture
def lost(loan, ours):
    return actions.report_lost(loan("LENT"), by=ours[Role.KEEPER], **DONE)


@pytest.fixture
def short(loan, ours):
    """Come back two pages short, and never made good."""
    case = actions.report_discrepancy(loan("LENT"), by=ours[Role.KEEPER], pages=28, discrepancy="缺4-1-3第2、3页")
    return actions.report_pages_lost(case, by=ours[Role.KEEPER], **DONE)


def test_a_loss_is_written_to_superior_and_unit_and_the_dossier_is_missing(lost, ours):
    today = timezone.localdate()
    assert (lost.state, lost.lost, lost.lost_on, lost.lost_reported_by) == (
        "SEARCHED", "DOSSIER", today, ours[Role.KEEPER],
    )  # fmt: skip
    assert lost.due_date == deadline("loan_lost_search", start=today, institution=lost.institution).due
    assert (current_placement(lost.dossier).kind, current_placement(lost.dossier).case_id) == ("MISSING", lost.pk)
    report = "".join(text_of(read_file(lost.loss_report_file)).split())
    assert "整卷遗失，共30页" in report
    assert "已电话询问借阅人" in report
    notice = "".join(text_of(read_file(lost.loss_notice_file)).split())
    assert lost.unit in notice
    assert "书面说明" in notice
    (hard,) = obstacles([lost.dossier_id])[lost.dossier_id]
    assert (hard.warning, str(hard.text)) == (
        False, "A borrower has lost it or pages of it; it is being looked for.",
    )  # fmt: skip


def test_every_step_of_the_search_stays_with_day_and_name(lost, ours):
    case = actions.note_search(lost, by=ours[Role.KEEPER], done="到借阅单位查找，未见")

    first, second = case.search_log.splitlines()
    assert first.endswith(DONE["done"])
    assert second == f"{timezone.localdate():%Y-%m-%d} {ours[Role.KEEPER]}：到借阅单位查找，未见"
    refused(lambda: actions.note_search(case, by=ours[Role.KEEPER], done=" "))
    refused(lambda: actions.note_search(case, by=ours[Role.KEEPER], done="字" * 4000), match="log of the search")


def test_found_again_complete_it_is_on_the_desk_and_the_next_is_called(lost, loan, ours):
    following = loan("APPROVED", dossier=lost.dossier)
    wrong = refused(lambda: actions.find(lost, by=ours[Role.KEEPER], pages=29, **DONE))
    assert set(wrong.message_dict) == {"pages"}

    case = actions.find(lost, by=ours[Role.KEEPER], pages=30, done="在借阅单位档案柜找到")

    following.refresh_from_db()
    assert (case.state, case.pages_back, case.taken_back_by, case.due_date) == ("FOUND", 30, ours[Role.KEEPER], None)
    assert case.closed_at is not None
    assert current_placement(case.dossier).kind == "DESK"
    assert following.turn == "CALLED"


def test_found_again_short_of_pages_is_a_discrepancy(lost, ours):
    case = actions.report_discrepancy(lost, by=ours[Role.KEEPER], pages=29, discrepancy="缺1页")

    assert (case.state, case.pages_back) == ("DISCREPANT", 29)
    assert current_placement(case.dossier).kind == "DESK"


def test_nobody_finds_it_but_the_case(lost, ours):
    slot = SlotFactory(institution=lost.institution)

    refused(lambda: storage.place(lost.dossier, slot, by=ours[Role.KEEPER]), match=f"being looked for .{lost.number}")
    assert storage.place_all({lost.dossier_id: slot.pk}, by=ours[Role.KEEPER]) == {
        lost.dossier_id: f"{lost.dossier} is being looked for ({lost.number}). Record there that it was found."
    }


def test_the_head_has_it_reconstructed_only_after_the_unit_has_answered_for_it(lost, ours):
    refused(lambda: actions.order_reconstruction(lost, by=ours[Role.HEAD], decision="补建"), match="statement first")
    wrong = refused(lambda: actions.take_statement(lost, by=ours[Role.KEEPER], statement="遗失", answerable=" "))
    assert set(wrong.message_dict) == {"answerable"}
    scan = SimpleUploadedFile("说明.pdf", b"%PDF-1.7\n%fiction\n")
    case = actions.take_statement(lost, by=ours[Role.KEEPER], statement_file=scan, **SAID)
    assert (case.state, case.answerable, case.statement_file.media_type) == (
        "SEARCHED", "赵科长", "application/pdf",
    )  # fmt: skip
    refused(lambda: actions.take_statement(case, by=ours[Role.KEEPER], **SAID), match="not part of this case")
    refused(lambda: actions.order_reconstruction(case, by=ours[Role.APPROVER], decision="补建"), PermissionDenied)
    refused(lambda: actions.order_reconstruction(case, by=ours[Role.HEAD], decision=" "))

    case = actions.order_reconstruction(case, by=ours[Role.HEAD], decision="按目录向原单位补建，通报批评。")

    today = timezone.localdate()
    assert (case.state, case.due_date) == (
        "REBUILDING", deadline("loan_reconstruct", start=today, institution=case.institution).due,
    )  # fmt: skip
    place = current_placement(case.dossier)
    assert (place.kind, place.case_id, place.by) == ("LOST", case.pk, ours[Role.HEAD])
    told = Message.objects.get(person=case.person)
    assert chinese(told) == "您的档案遗失，经查找未果。本机构将依规补建，并与您联系。"
    assert case.unit not in chinese(told)

    case = actions.finish_reconstruction(case, by=ours[Role.KEEPER], pages=12, done="已向原单位、学校补齐")

    assert (case.state, case.pages_back, case.discrepancy) == ("REBUILT", 12, "遗失后补建：已向原单位、学校补齐")
    assert current_placement(case.dossier).kind == "DESK"


def test_what_is_found_while_it_is_reconstructed_ends_the_case_as_well(lost, ours):
    case = actions.take_statement(lost, by=ours[Role.KEEPER], **SAID)
    case = actions.order_reconstruction(case, by=ours[Role.HEAD], decision="补建")

    assert actions.find(case, by=ours[Role.KEEPER], pages=30, done="借阅单位送回").state == "FOUND"


def test_pages_that_are_never_made_good_are_lost_while_the_dossier_stays_here(short, ours):
    assert (short.state, short.lost, current_placement(short.dossier).kind) == ("SEARCHED", "PAGES", "DESK")
    assert "缺2页" in "".join(text_of(read_file(short.loss_report_file)).split())
    refused(
        lambda: actions.report_discrepancy(short, by=ours[Role.KEEPER], pages=28, discrepancy="缺"),
        match="not part of this case",
    )

    case = actions.find(short, by=ours[Role.KEEPER], pages=30, done="借阅单位送回缺页")

    assert (case.state, case.pages_back) == ("FOUND", 30)


def test_a_discrepancy_without_a_missing_page_is_no_loss(loan, ours):
    case = actions.report_discrepancy(loan("LENT"), by=ours[Role.KEEPER], pages=30, discrepancy="第3页破损")

    refused(lambda: actions.report_pages_lost(case, by=ours[Role.KEEPER], **DONE), match="No page is missing")


def test_a_unit_that_has_lost_a_dossier_borrows_nothing_more(lost, ours, institution):
    other = PlacementFactory(institution=institution).dossier
    people = two_people()

    wrong = refused(lambda: applied_for(other, ours, unit=lost.unit, borrowers=people))
    assert wrong.messages == [f"A dossier lent to them is lost: {lost.number}. It is found or reconstructed first."]

    actions.find(lost, by=ours[Role.KEEPER], pages=30, done="找到")
    assert applied_for(other, ours, unit=lost.unit, borrowers=people).state == "APPLIED"


def test_only_who_hands_over_here_reports_a_loss_and_only_of_what_is_out(loan, ours, other_institution):
    lent, approved = loan("LENT"), loan("APPROVED")
    refused(lambda: actions.report_lost(approved, by=ours[Role.KEEPER], **DONE), match="not possible")
    refused(lambda: actions.report_lost(lent, by=ours[Role.CLERK], **DONE), PermissionDenied)
    refused(lambda: actions.report_lost(lent, by=staff(other_institution, Role.KEEPER), **DONE), PermissionDenied)
    refused(lambda: actions.report_lost(lent, by=ours[Role.KEEPER], done=" "))
    with pytest.raises(IntegrityError), transaction.atomic():
        Loan.objects.filter(pk=lent.pk).update(decision="补建")


def test_the_register_says_that_it_is_lost(lost):
    today = timezone.localdate()
    (line,) = register_of_loans(lost.institution, today, today)
    assert line[10] == "遗失"


def test_the_page_shows_the_search_and_its_papers(lost, ours, signed_in):
    browser = signed_in(ours[Role.KEEPER])
    page = lost.get_absolute_url()
    text = browser.get(page).content.decode()
    assert DONE["done"] in text
    for step in ("note_search", "take_statement", "find"):
        assert reverse("loans:step", args=[lost.pk, step]) in text
    for paper in ("loss-report", "loss-notice"):
        assert browser.get(reverse("loans:paper", args=[lost.pk, paper])).status_code == 200

    browser.post(reverse("loans:step", args=[lost.pk, "take_statement"]), SAID)

    text = browser.get(page).content.decode()
    assert SAID["statement"] in text
    assert reverse("loans:step", args=[lost.pk, "take_statement"]) not in text


@pytest.mark.parametrize(("mode", "state"), [("put_back", "LENT"), ("place", "LENT"), ("put_back", "READING")])
def test_a_scan_of_what_is_lent_leads_to_its_case_and_changes_nothing(mode, state, loan, ours, signed_in):
    case = loan(state)
    slot = SlotFactory(institution=case.institution)
    before = counted()

    given = {"dossier": case.dossier.barcode} | ({"slot": slot.code} if mode == "place" else {})
    text = signed_in(ours[Role.KEEPER]).post(reverse("storage:scan", args=[mode]), given).content.decode()

    assert counted() == before
    case.refresh_from_db()
    assert case.state == state
    assert case.number in text
    assert f'href="{case.get_absolute_url()}"' in text


def test_many_scans_name_each_case_that_is_in_the_way(loan, ours, signed_in):
    case = loan("LENT")
    slot = SlotFactory(institution=case.institution)

    answer = signed_in(ours[Role.KEEPER]).post(
        reverse("storage:batch"), {"codes": f"{slot.code}\n{case.dossier.barcode}"}
    )

    assert f'href="{case.get_absolute_url()}"' in answer.content.decode()
    case.refresh_from_db()
    assert (case.state, current_placement(case.dossier).kind) == ("LENT", "BORROWER")
