"""Who may borrow: two people, no relative, nobody barred or late; agencies within their agreement."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from rendang.circulation.loans import actions, queries
from rendang.circulation.loans.models import Agency, Bar, Borrower, Loan
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.people import actions as people
from tests.factories import PlacementFactory, staff
from tests.one_of_each import applied_for, two_people

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def agency(ours, institution, **given):
    usual = {
        "name": "虚构社会保险中心", "kind": "PENSION", "agreement_number": "社档协2026-1", "valid_from": TODAY(),
        "valid_to": TODAY() + dt.timedelta(100), "reasons": ["retirement", "insurance"], "most_out": 2,
        "contacts": "李主任 0571-00000001",
    }  # fmt: skip
    return actions.add_agency(institution, by=ours[Role.APPROVER], **usual | given)


def refused(act, traces=0):
    before = AuditEvent.objects.count()
    with pytest.raises(ValidationError) as refusal:
        act()
    assert AuditEvent.objects.count() == before + traces
    return refusal.value


def test_the_people_are_kept_encrypted_and_shown_masked(ours, shelved):
    someone, other = two_people()

    case = applied_for(shelved, ours, borrowers=[someone, other])

    one = Borrower.objects.get(loan=case, name=someone["name"])
    assert (one.id_number, one.is_party_member) == (someone["id_number"], True)
    assert one.id_masked.startswith(one.id_number[:4])
    assert "*" in one.id_masked
    for event in AuditEvent.objects.all():
        assert someone["id_number"] not in str(event.changes)


def test_one_person_alone_is_too_few(ours, shelved):
    wrong = refused(lambda: applied_for(shelved, ours, borrowers=two_people()[:1]))

    assert wrong.messages == ["The unit sends at least 2 people."]
    assert Loan.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "curiosity"}, "reason"),
        ({"unit": " "}, "unit"),
        ({"letter_number": ""}, "letter_number"),
        ({"use": "PHOTOCOPY"}, "use"),
        ({"use": "DIGITAL", "days": 30}, "days"),
        ({"use": "DIGITAL", "days": 1, "class_marks": ["77"]}, "class_marks"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(given, field, ours, shelved):
    wrong = refused(lambda: applied_for(shelved, ours, **given))

    assert set(wrong.message_dict) == {field}


def test_a_number_that_cannot_be_is_refused_beside_the_person(ours, shelved):
    one, other = two_people()

    wrong = refused(lambda: applied_for(shelved, ours, borrowers=[one, other | {"id_number": "110101199003074515"}]))
    assert set(wrong.message_dict) == {"id_number_2"}
    wrong = refused(lambda: applied_for(shelved, ours, borrowers=[one, other | {"id_number": one["id_number"]}]))
    assert set(wrong.message_dict) == {"id_number_2"}


def test_nobody_reads_their_own_dossier_and_the_attempt_is_noted(ours, shelved):
    one, other = two_people()
    own = other | {"name": shelved.person.name, "id_number": shelved.person.id_number}

    wrong = refused(lambda: applied_for(shelved, ours, borrowers=[one, own]), traces=1)

    assert "Nobody reads their own" in wrong.message_dict["id_number_2"][0]
    event = AuditEvent.objects.get(verb="loan.refuse_relative")
    assert (event.person_id, event.institution_id, event.reason) == (
        shelved.person_id, ours[Role.CLERK].memberships.get().institution_id, "OWN",
    )  # fmt: skip
    assert event.changes == {}


def test_a_namesake_in_the_family_records_is_refused_until_the_cards_were_compared(ours, shelved):
    people.add_record(shelved.person, "familymember", by=ours[Role.CLERK], name="赵一", relation="10")
    someone = two_people()

    wrong = refused(lambda: applied_for(shelved, ours, borrowers=someone), traces=1)
    assert set(wrong.message_dict) == {"name_1"}

    assert applied_for(shelved, ours, borrowers=someone, namesake_compared=True).namesake_compared is True


def test_a_borrower_who_has_declared_the_person_a_relative_is_refused_and_no_comparison_helps(
    ours, shelved, other_institution
):
    someone, elsewhere = two_people(), staff(other_institution, Role.CLERK)
    declare = {"by": elsewhere, "relation": "self"} | {name: someone[1][name] for name in ("name", "id_number")}
    people.declare_kinship(**declare)
    assert applied_for(shelved, ours, borrowers=someone).state == "APPLIED"

    relative = {"name": shelved.person.name, "id_number": shelved.person.id_number}
    kinship = people.declare_kinship(by=elsewhere, relation="spouse", **relative)
    again = {"borrowers": someone, "unit": "虚构区审计局", "namesake_compared": True}
    wrong = refused(lambda: applied_for(shelved, ours, **again), traces=1)
    assert wrong.message_dict == {
        "id_number_2": [
            "The rule of avoidance forbids this person to read this dossier. The unit sends somebody else."
        ]
    }, "not a word of who has declared what"
    assert AuditEvent.objects.get(verb="loan.refuse_relative").reason == "RELATIVE"

    people.end_kinship(kinship, by=elsewhere, reason="离婚")
    assert applied_for(shelved, ours, **again).state == "APPLIED"


def test_whom_the_person_of_the_dossier_has_declared_a_relative_is_refused_and_a_namesake_of_theirs_is_not(
    ours, shelved, other_institution
):
    someone, owner = two_people(), staff(other_institution, Role.CLERK)
    own = {"name": shelved.person.name, "id_number": shelved.person.id_number}
    people.declare_kinship(by=owner, relation="self", **own)
    people.declare_kinship(by=owner, relation="spouse", name=someone[0]["name"], id_number=someone[0]["id_number"])

    wrong = refused(lambda: applied_for(shelved, ours, borrowers=someone, namesake_compared=True), traces=1)
    assert set(wrong.message_dict) == {"id_number_1"}

    namesakes = two_people()
    assert namesakes[0]["name"] == someone[0]["name"]
    assert applied_for(shelved, ours, borrowers=namesakes).state == "APPLIED"


def test_a_barred_unit_and_a_barred_person_are_refused_until_the_day(ours, shelved, institution):
    someone = two_people()
    by = ours[Role.APPROVER]
    actions.bar(institution, by=by, name="虚构调查公司", reason="擅自拍照", until=TODAY() + dt.timedelta(5))
    actions.bar(
        institution, by=by, name="赵一", id_number=someone[0]["id_number"], reason="转借档案",
        until=TODAY() + dt.timedelta(5),
    )  # fmt: skip

    assert "擅自拍照" in refused(lambda: applied_for(shelved, ours, unit="虚构调查公司")).messages[0]
    assert "转借档案" in refused(lambda: applied_for(shelved, ours, borrowers=someone)).messages[0]
    with time_machine.travel(timezone.now() + dt.timedelta(6), tick=False):
        assert applied_for(shelved, ours, unit="虚构调查公司", borrowers=someone).state == "APPLIED"


def test_a_bar_is_lifted_with_a_reason(ours, shelved, institution):
    row = actions.bar(institution, by=ours[Role.APPROVER], name="某单位", reason="拍照", until=TODAY())
    refused(lambda: actions.lift_bar(row, by=ours[Role.APPROVER], reason=""))
    with pytest.raises(PermissionDenied):
        actions.lift_bar(row, by=ours[Role.CLERK], reason="误登")

    actions.lift_bar(row, by=ours[Role.HEAD], reason="误登")

    assert Bar.objects.get().lifted_on == TODAY()
    assert applied_for(shelved, ours, unit="某单位").state == "APPLIED"


def test_who_is_late_borrows_nothing_more(loan, ours, institution):
    someone = two_people()
    case = loan("LENT", unit="虚构街道办", borrowers=someone)
    another = PlacementFactory(institution=institution).dossier
    with time_machine.travel(timezone.now() + dt.timedelta(8), tick=False):
        assert case.number in refused(lambda: applied_for(another, ours, unit="虚构街道办")).messages[0]
        assert case.number in refused(lambda: applied_for(another, ours, borrowers=someone)).messages[0]

        actions.receive_back(case, by=ours[Role.KEEPER], pages=30)
        assert applied_for(another, ours, unit="虚构街道办", borrowers=someone).state == "APPLIED"


def test_a_unit_applies_for_a_dossier_once(ours, shelved):
    first = applied_for(shelved, ours, unit="虚构街道办")

    assert first.number in refused(lambda: applied_for(shelved, ours, unit="虚构街道办")).messages[0]
    assert Loan.objects.count() == 1


def test_an_agency_borrows_under_its_agreement_without_letter_and_head(ours, shelved, institution):
    partner = agency(ours, institution)

    case = applied_for(shelved, ours, use="LOAN", reason="retirement", agency=partner, unit="", letter_number="")

    assert (case.unit, case.letter_number) == ("虚构社会保险中心", "社档协2026-1")
    assert case.needs_head is False


def test_an_agency_stays_within_its_agreement(ours, institution):
    partner = agency(ours, institution, most_out=1)
    dossiers = [PlacementFactory(institution=institution).dossier for _which in range(2)]
    ask = {"use": "LOAN", "agency": partner, "unit": "", "letter_number": ""}

    refused(lambda: applied_for(dossiers[0], ours, reason="vetting", **ask))
    applied_for(dossiers[0], ours, reason="retirement", **ask)
    assert (
        "1 dossiers at a time"
        in refused(lambda: applied_for(dossiers[1], ours, reason="retirement", **ask)).messages[0]
    )
    actions.end_agency(partner, by=ours[Role.APPROVER])
    messages = refused(lambda: applied_for(dossiers[1], ours, reason="retirement", **ask)).messages
    assert any("valid from" in message for message in messages)


def test_an_agreement_is_entered_once_and_ends_after_it_begins(ours, institution):
    agency(ours, institution)

    refused(lambda: agency(ours, institution))
    refused(lambda: agency(ours, institution, agreement_number="2", valid_to=TODAY() - dt.timedelta(1)))
    refused(lambda: agency(ours, institution, agreement_number="2", reasons=["curiosity"]))
    with pytest.raises(PermissionDenied):
        actions.add_agency(institution, by=ours[Role.CLERK], name="甲")
    assert Agency.objects.count() == 1


def test_an_agreement_is_changed_and_its_contacts_are_not_written_into_the_log(ours, institution):
    partner = agency(ours, institution)
    facts = {name: getattr(partner, name) for name in ("name", "kind", "agreement_number", "valid_from", "valid_to")}

    actions.change_agency(
        partner, by=ours[Role.APPROVER], **facts, reasons=["retirement"], most_out=9, contacts="王主任 0571-9"
    )

    event = AuditEvent.objects.get(verb="agency.change")
    assert event.changes["most_out"] == [2, 9]
    assert "王主任" not in str(AuditEvent.objects.filter(verb__startswith="agency.").values_list("changes", flat=True))


def test_the_introduction_letter_is_kept_with_the_case(ours, shelved):
    letter = SimpleUploadedFile("介绍信.pdf", b"%PDF-1.7\n%fiction\n")

    case = applied_for(shelved, ours, letter_file=letter)

    assert case.letter_file.kind == "ATTACHMENT"


def test_a_dossier_that_is_out_is_waited_for(loan, ours):
    out = loan("LENT")

    case = applied_for(out.dossier, ours)

    assert (case.state, queries.holder_of(out.dossier)) == ("APPLIED", out)
