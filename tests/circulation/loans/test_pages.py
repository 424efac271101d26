"""The pages: two things to do at the counter, what each list says, and nothing for a stranger."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.loans import actions
from rendang.circulation.loans.models import Loan
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.people import actions as people
from rendang.storage import actions as storage
from rendang.storage.queries import current_placement
from tests.factories import CitizenFactory, PlacementFactory, held_dossier, staff
from tests.one_of_each import two_people

pytestmark = pytest.mark.django_db


def given(form):
    """What a browser would send: the values that stand in the form."""
    return {name: value for name in form.fields if (value := form[name].value()) not in (None, False, "")}


def application(**more):
    usual = {
        "use": "CONSULTATION", "unit": "虚构街道办", "phone": "0571-1", "letter_number": "介字1号",
        "reason": "vetting", "scope": "学历",
    }  # fmt: skip
    for number, one in enumerate(two_people(), start=1):
        usual |= {f"name_{number}": one["name"], f"id_number_{number}": one["id_number"], f"party_{number}": "on"}
    return usual | more


def test_a_unit_applies_on_the_page_of_the_dossier(shelved, ours, signed_in):
    browser = signed_in(ours[Role.CLERK])
    dossier = browser.get(shelved.get_absolute_url()).content.decode()
    page = reverse("loans:apply", args=[shelved.pk])
    assert page in dossier

    answer = browser.post(page, application())

    loan = Loan.objects.get()
    assert answer["Location"] == loan.get_absolute_url()
    text = browser.get(answer["Location"]).content.decode()
    one = loan.borrowers.first()
    assert one.id_masked in text
    assert one.id_number not in text
    assert loan.borrowers.filter(is_party_member=True).count() == 2


def test_what_was_typed_is_kept_when_refused(shelved, ours, signed_in):
    page = reverse("loans:apply", args=[shelved.pk])

    answer = signed_in(ours[Role.CLERK]).post(page, application(unit="", scope="𠮷田的学历"))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Name the unit as its letter does" in text
    assert "𠮷田的学历" in text
    assert not Loan.objects.exists()


def test_a_loan_returns_in_two_interactions(loan, ours, signed_in):
    case = loan("LENT")
    browser, page = signed_in(ours[Role.KEEPER]), reverse("loans:return")
    scanned = browser.post(page, {"dossier": case.dossier.barcode})
    assert scanned.context["counted"]["pages"].value() == 30
    assert "autofocus" in scanned.content.decode()

    answer = browser.post(page, given(scanned.context["counted"]) | {"loan": case.pk})

    assert answer["Location"] == f"{page}?done={case.pk}"
    case.refresh_from_db()
    assert (case.state, case.pages_back) == ("RETURNED", 30)
    assert current_placement(case.dossier).kind == "DESK"


@pytest.mark.parametrize(("state", "kind"), [("LENT", "BORROWER"), ("READING", "READING_ROOM")])
def test_a_dossier_is_handed_over_in_two_interactions(state, kind, loan, ours, signed_in, institution):
    from rendang.dossiers import actions as dossiers

    dossier = PlacementFactory(institution=institution).dossier
    papers = [{"class_mark": "1", "title": "履历表", "formed_on": "2008", "pages": 17}]
    dossiers.add_materials(dossier, papers, by=ours[Role.REVIEWER])
    case = loan("APPROVED", dossier=dossier, use="LOAN" if state == "LENT" else "CONSULTATION")
    browser, page = signed_in(ours[Role.KEEPER]), reverse("loans:hand_over")
    scanned = browser.post(page, {"dossier": dossier.barcode})
    assert scanned.context["counted"]["pages"].value() == 17
    signs = case.borrowers.order_by("pk").first()

    answer = browser.post(page, {"loan": case.pk, "pages": 17, "signed_by": signs.pk})

    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.pages_out, case.signed_by) == (state, 17, signs)
    assert current_placement(dossier).kind == kind


def test_another_count_asks_what_is_wrong_and_then_reports_it(loan, ours, signed_in):
    case = loan("LENT")
    browser, page = signed_in(ours[Role.KEEPER]), reverse("loans:return")

    answer = browser.post(page, {"loan": case.pk, "pages": 29})
    assert "Write down what is missing" in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "LENT"

    browser.post(page, {"loan": case.pk, "pages": 29, "discrepancy": "缺1页"})
    case.refresh_from_db()
    assert case.state == "DISCREPANT"


def test_the_counter_says_who_is_next(loan, ours, signed_in):
    first = loan("LENT")
    second = loan("APPROVED", dossier=first.dossier)
    browser, page = signed_in(ours[Role.KEEPER]), reverse("loans:return")

    answer = browser.post(page, {"loan": first.pk, "pages": 30}, follow=True)

    assert f"{second.number} is the next in line: tell {second.unit}" in answer.content.decode()
    waiting = browser.get(reverse("loans:waiting")).content.decode()
    assert "tell the unit" in waiting


def test_a_label_that_nothing_waits_for_is_said_so(shelved, ours, signed_in):
    browser = signed_in(ours[Role.KEEPER])

    text = browser.post(reverse("loans:return"), {"dossier": shelved.barcode}).content.decode()
    assert "is not lent out and not being read" in text
    text = browser.post(reverse("loans:hand_over"), {"dossier": "RD999999999"}).content.decode()
    assert "No dossier found" in text


def test_another_institution_s_loan_is_not_at_this_counter(loan, other_institution, signed_in):
    case = loan("LENT")
    browser = signed_in(staff(other_institution, Role.KEEPER))

    assert browser.post(reverse("loans:return"), {"loan": case.pk, "pages": 30}).status_code == 404
    assert (
        "No dossier found" in browser.post(reverse("loans:return"), {"dossier": case.dossier.barcode}).content.decode()
    )
    case.refresh_from_db()
    assert case.state == "LENT"


def test_the_overdue_list_shows_the_letters_and_writes_one_more(loan, ours, signed_in):
    case = loan("LENT")
    browser, page = signed_in(ours[Role.KEEPER]), reverse("loans:overdue")
    assert "Nothing is overdue" in browser.get(page).content.decode()
    with time_machine.travel(timezone.now() + dt.timedelta(8), tick=False):
        browser = signed_in(ours[Role.KEEPER])
        assert "none yet" in browser.get(page).content.decode()
        browser.post(reverse("loans:notice", args=[case.pk]))
        notice = case.notices.get()
        text = browser.get(page).content.decode()
        assert reverse("loans:paper", args=[case.pk, "notice-1"]) in text
        paper = browser.get(reverse("loans:paper", args=[case.pk, "notice-1"]))
        assert paper["Content-Type"] == "application/pdf"
        paper.getvalue()
        assert "barred" in browser.get(reverse("loans:bars")).content.decode().lower()
    assert notice.issued_by == ours[Role.KEEPER]


def test_an_agreement_is_entered_changed_and_ended_on_its_pages(ours, signed_in, institution):
    browser = signed_in(ours[Role.APPROVER])
    facts = {
        "institution": institution.pk, "name": "虚构社会保险中心", "kind": "PENSION", "agreement_number": "协1",
        "valid_from": "2026-01-01", "valid_to": "2027-01-01", "reasons": ["retirement"], "most_out": 5,
        "contacts": "李主任 0571-1",
    }  # fmt: skip
    page = browser.post(reverse("loans:agency_add"), facts)["Location"]

    browser.post(page, facts | {"most_out": 7})
    assert "7" in browser.get(page).content.decode()
    browser.post(f"{page}end/")

    text = browser.get(reverse("loans:agencies")).content.decode()
    assert "No longer in force" in text
    assert signed_in(ours[Role.KEEPER]).post(page, facts).status_code == 403


def test_a_bar_is_entered_and_lifted_on_its_page(ours, signed_in, institution):
    browser = signed_in(ours[Role.APPROVER])
    facts = {"institution": institution.pk, "name": "虚构公司", "reason": "拍照", "until": "2099-01-01"}
    browser.post(reverse("loans:bar_add"), facts)
    text = browser.get(reverse("loans:bars")).content.decode()
    assert "虚构公司" in text

    from rendang.circulation.loans.models import Bar

    browser.post(reverse("loans:bar_lift", args=[Bar.objects.get().pk]), {"reason": "误登"})
    assert "误登" in browser.get(reverse("loans:bars")).content.decode()


def test_a_look_at_a_loan_is_noted_but_not_told_to_the_citizen(loan, ours, signed_in):
    case = loan("LENT")
    signed_in(ours[Role.KEEPER]).get(case.get_absolute_url())
    assert AuditEvent.objects.filter(verb="loan.view", person_id=case.person_id).exists()
    citizen = CitizenFactory(name=case.person.name, id_number=case.person.id_number)

    browser = signed_in(citizen)
    for page in ("portal:me", "portal:looks"):
        text = browser.get(reverse(page)).content.decode()
        assert case.unit not in text
        assert case.number not in text
        assert "loan" not in text.lower()


def test_a_relative_of_the_clerk_is_not_lent_by_that_clerk(shelved, ours, signed_in):
    from rendang.people import actions as people

    person = shelved.person
    people.declare_kinship(by=ours[Role.CLERK], relation="direct", name=person.name, id_number=person.id_number)

    answer = signed_in(ours[Role.CLERK]).post(reverse("loans:apply", args=[shelved.pk]), application())

    assert answer.status_code == 403
    assert not Loan.objects.exists()


def test_at_the_window_one_dossier_goes_straight_on_and_of_several_one_is_chosen(ours, institution, signed_in):
    one, other = (held_dossier(institution, name="欧阳虚") for _each in "ab")
    browser, page = signed_in(ours[Role.CLERK]), reverse("loans:begin")

    for text in (one.barcode, one.person.id_number):
        answer = browser.post(page, {"dossier": text})
        assert answer["Location"] == reverse("loans:apply", args=[one.pk])
    text = browser.post(page, {"dossier": "欧阳虚"}).content.decode()

    assert all(reverse("loans:apply", args=[dossier.pk]) in text for dossier in (one, other))
    assert one.person.id_number not in text
    assert AuditEvent.objects.get(verb="dossier.search").changes["rows"] == 2
    assert "No dossier kept here fits" in browser.post(page, {"dossier": "无此人"}).content.decode()


def test_at_the_window_another_institution_s_dossier_is_not_found(ours, other_institution, signed_in):
    theirs = PlacementFactory(institution=other_institution).dossier

    text = signed_in(ours[Role.CLERK]).post(reverse("loans:begin"), {"dossier": theirs.person.id_number})

    assert text.status_code == 200
    assert "No dossier kept here fits" in text.content.decode()
    assert theirs.person.id_number not in str(AuditEvent.objects.latest("pk").changes)


def test_what_was_done_last_stands_on_the_counter_with_its_paper(loan, ours, signed_in, other_institution):
    case = loan("APPROVED")
    browser, page = signed_in(ours[Role.KEEPER]), reverse("loans:hand_over")

    answer = browser.post(page, {"loan": case.pk, "pages": 30, "signed_by": case.borrowers.first().pk})

    assert answer["Location"] == f"{page}?done={case.pk}"
    text = browser.get(answer["Location"]).content.decode()
    assert reverse("loans:paper", args=[case.pk, "slip"]) in text
    assert reverse("loans:signed", args=[case.pk, "slip"]) in text
    stranger = signed_in(staff(other_institution, Role.KEEPER))
    assert case.number not in stranger.get(answer["Location"]).content.decode()
    assert stranger.get(f"{page}?done=1²").status_code == 200


def test_the_box_for_a_namesake_appears_with_the_refusal_that_asks_for_it(shelved, ours, signed_in):
    people.add_record(shelved.person, "familymember", by=ours[Role.CLERK], name="赵一", relation="10")
    browser, page = signed_in(ours[Role.CLERK]), reverse("loans:apply", args=[shelved.pk])
    box, given = 'name="namesake_compared"', application()

    assert box not in browser.get(page).text, "nobody confirms in advance"
    assert box not in browser.post(page, given | {"unit": ""} | {"name_1": "孙三"}).text
    asked = browser.post(page, given)
    assert box in asked.text and "stands in the family records" in asked.text

    browser.post(page, given | {"namesake_compared": "on"})
    assert Loan.objects.get().namesake_compared is True


def test_an_agreement_that_has_run_out_is_named_where_it_is_looked_for_and_takes_no_application(
    shelved, ours, institution, signed_in
):
    today = timezone.localdate()
    partner = actions.add_agency(
        institution, by=ours[Role.APPROVER], name="虚构社会保险中心", kind="PENSION", agreement_number="社档协2026-1",
        valid_from=today - dt.timedelta(30), valid_to=today, reasons=["retirement"], most_out=2, contacts="李主任",
    )  # fmt: skip
    browser, page = signed_in(ours[Role.CLERK]), reverse("loans:apply", args=[shelved.pk])
    assert "Run out:" not in browser.get(page).text
    assert reverse("loans:begin") in browser.get(partner.get_absolute_url()).text

    with time_machine.travel(timezone.now() + dt.timedelta(1), tick=False):
        browser = signed_in(ours[Role.CLERK])
        assert f"Run out: 虚构社会保险中心 ({today})" in browser.get(page).text
        refused = browser.post(page, application(agency=partner.pk)).text
        assert "This agreement is not in force. Apply with an introduction letter." in refused
        of_the_agency = browser.get(partner.get_absolute_url()).text
        assert f"The agreement ran out on {today}" in of_the_agency
        assert reverse("loans:begin") not in of_the_agency
    assert not Loan.objects.exists()


def test_what_is_to_be_handed_over_says_where_it_lies(loan, ours, signed_in):
    waiting = loan("APPROVED")
    browser = signed_in(ours[Role.KEEPER])
    place = current_placement(waiting.dossier)

    assert f"to be fetched from {place.slot.code}" in " ".join(browser.get("/desk/loans/waiting/").text.split())

    storage.put_on_desk(waiting.dossier, waiting.institution, by=ours[Role.KEEPER], detail="调卷台", case=waiting)

    page = " ".join(browser.get("/desk/loans/waiting/").text.split())
    assert current_placement(waiting.dossier).label in page
    assert "to be fetched" not in page
