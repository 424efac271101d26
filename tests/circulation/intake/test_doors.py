"""Who asks, how the dossier may travel, and what happens when another institution has one, too."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.intake import actions
from rendang.circulation.intake.models import Intake
from rendang.circulation.intake.queries import carriage_for, stands_against
from rendang.circulation.parcels import actions as parcels
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Custody, CustodyConflict, Undertaking
from rendang.dossiers.queries.completeness import key_materials_for
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.queries import read_file
from rendang.kernel.standards import queries as standards
from rendang.people.models import Message, Person
from rendang.storage.queries import current_placement
from rendang.supervision import actions as supervision
from rendang.supervision.queries import sides
from tests import factories
from tests.circulation.intake.conftest import make_number
from tests.factories import CitizenFactory
from tests.golden import text_of

pytestmark = pytest.mark.django_db


def applied(institution, by, **more):
    given = {"name": "王小明", "id_number": make_number(), "reason": "graduation", "sender": "虚构大学"}
    return actions.apply(institution, by=by, **given | more)


@pytest.mark.parametrize(
    ("identity", "tier", "carriers"),
    [
        ("11", "A", ("confidential", "hand")),
        ("13", "A", ("confidential", "hand")),
        ("70", "B", ("ems", "hand", "confidential")),
        ("", "B", ("ems", "hand", "confidential")),
    ],
)
def test_who_somebody_is_decides_how_the_dossier_travels(institution, clerk, identity, tier, carriers):
    intake = applied(institution, clerk, personal_identity=identity)

    rule = carriage_for(intake)

    assert (rule.tier, rule.carriers) == (tier, carriers)
    assert "No. 64" in rule.reason


def test_the_recall_letter_names_only_the_carriers_allowed_for_this_person(institution, clerk, approver):
    letter = actions.issue_letter(applied(institution, clerk, personal_identity="11"), by=approver).letter_file

    said = text_of(read_file(letter))

    assert "机要通信" in said
    assert "特快专递" not in said


def test_no_letter_is_issued_while_nobody_has_shown_who_applies(institution, clerk, approver):
    parcel = parcels.register(
        institution, by=clerk, arrived_on=timezone.localdate(), carrier="ems", sender="虚构大学", seal="INTACT"
    )
    intake = actions.open_for_parcel(parcel, by=clerk, name="王小明", id_number=make_number(), reason="graduation")
    assert intake.identity_check == "NONE"
    Intake.objects.filter(pk=intake.pk).update(state="APPLIED")

    with pytest.raises(ValidationError, match="Nobody has shown who applies"):
        actions.issue_letter(intake, by=approver)


def test_a_citizen_applies_online_follows_it_and_may_take_it_back(institution, approver, signed_in):
    citizen = CitizenFactory(name="王小明", id_number=make_number())
    browser = signed_in(citizen)
    sent = {"institution": institution.pk, "reason": "flexible", "sender": "虚构大学", "mobile": "13800000000"}

    assert browser.post(reverse("portal:intake"), sent).status_code == 302

    intake = Intake.objects.get()
    assert (intake.state, intake.channel, intake.applicant, intake.identity_check) == (
        "APPLIED", "ONLINE", citizen, "ONLINE",
    )  # fmt: skip
    shown = browser.get(reverse("portal:me")).content.decode()
    assert intake.number in shown
    actions.issue_letter(intake, by=approver)
    letter = browser.get(reverse("portal:intake_letter", args=[intake.pk]))
    assert b"".join(letter.streaming_content).startswith(b"%PDF")
    browser.post(reverse("portal:intake_withdraw", args=[intake.pk]))
    intake.refresh_from_db()
    assert intake.state == "WITHDRAWN"


def test_nobody_reaches_another_citizen_s_letter(institution, clerk, approver, signed_in):
    intake = actions.issue_letter(applied(institution, clerk), by=approver)
    browser = signed_in(CitizenFactory(name="李雷", id_number=make_number()))

    assert browser.get(reverse("portal:intake_letter", args=[intake.pk])).status_code == 404
    assert browser.post(reverse("portal:intake_withdraw", args=[intake.pk])).status_code == 404
    intake.refresh_from_db()
    assert intake.state == "CALLED"


def test_staff_do_not_apply_online(institution, clerk):
    with pytest.raises(PermissionDenied):
        actions.apply_online(institution, by=clerk, reason="flexible", sender="虚构大学")
    assert not Intake.objects.exists()


@pytest.fixture
def second(walk, institution, other_institution):
    """A dossier came here of somebody whose dossier another institution holds; it has been reviewed."""
    people = walk.people
    held = factories.held_dossier(other_institution, name="王小明")
    parcel = parcels.register(
        institution, by=people[Role.CLERK], arrived_on=timezone.localdate(), carrier="ems", sender="旧单位",
        seal="INTACT",
    )  # fmt: skip
    intake = actions.open_for_parcel(
        parcel, by=people[Role.CLERK], name="王小明", id_number=held.person.id_number, reason="relocation"
    )
    intake = actions.open_parcel(
        intake, by=people[Role.REVIEWER], principal_volumes=1, duplicate_volumes=0, papers_counted=3
    )
    intake = actions.witness_opening(intake, by=people["SECOND"])
    intake = actions.compare(intake, by=people[Role.REVIEWER], notice_agrees=True, list_agrees=True, right_person=True)
    return actions.review(intake, by=people[Role.REVIEWER], review="材料齐全")


def test_a_dossier_held_elsewhere_is_not_accepted_but_given_to_supervision(walk, second, other_institution):
    assert stands_against(second) == [
        f"{other_institution} keeps a dossier of this person. After the review it is given to supervision."
    ]
    with pytest.raises(ValidationError, match="holds this dossier"):
        actions.accept(second, by=walk.people[Role.APPROVER])

    intake = actions.claim(second, by=walk.people[Role.APPROVER])

    conflict = CustodyConflict.objects.get()
    assert (intake.state, intake.custody, conflict.counterpart) == ("CONTESTED", conflict.claim, other_institution)
    assert Custody.objects.get(status="HELD").institution == other_institution
    with pytest.raises(ValidationError, match="not settled yet"):
        actions.return_parcel(
            intake, by=walk.people[Role.APPROVER], return_reason="out_of_scope", return_detail="另一机构保管"
        )
    with pytest.raises(ValidationError, match="supervision has confirmed"):
        actions.accept_settled(intake, by=walk.people[Role.APPROVER])


def test_when_supervision_finds_for_us_the_intake_goes_on_with_catalogue_and_receipt(
    walk, second, institution, supervisor
):
    intake = actions.claim(second, by=walk.people[Role.APPROVER])
    supervision.STEPS["move"](CustodyConflict.objects.get(), by=supervisor, finding="实体在申报机构")

    intake = actions.accept_settled(intake, by=walk.people[Role.APPROVER])

    assert (intake.state, intake.custody.status, intake.receipt_file is not None) == ("ACCEPTED", "HELD", True)
    assert current_placement(intake.dossier).institution == institution
    assert intake.dossier.volumes.count() == 1


def test_when_supervision_finds_against_us_the_parcel_goes_back(walk, second, supervisor):
    intake = actions.claim(second, by=walk.people[Role.APPROVER])
    supervision.STEPS["keep"](CustodyConflict.objects.get(), by=supervisor, finding="在原机构库房")

    intake = actions.return_parcel(
        intake, by=walk.people[Role.APPROVER], return_reason="out_of_scope", return_detail="另一机构保管"
    )

    assert intake.state == "TO_RETURN"


def test_supervision_sees_both_sides_with_their_evidence(walk, second, supervisor, signed_in, other_institution):
    actions.claim(second, by=walk.people[Role.APPROVER])
    conflict = CustodyConflict.objects.select_related("institution", "counterpart", "claim", "holding").get()

    holder, claimant = sides(conflict)

    assert (holder.institution, claimant.institution) == (other_institution, second.institution)
    assert [str(one.label) for one in claimant.evidence] == ["Intake", "Arrival"]
    assert holder.evidence == []
    shown = signed_in(supervisor).get(conflict.get_absolute_url()).content.decode()
    assert second.parcel.number in shown
    assert "Gave the matter to supervision" in shown


def test_what_is_kept_here_already_belongs_to_the_accruals(institution, clerk):
    person = factories.held_dossier(institution).person
    parcel = parcels.register(
        institution, by=clerk, arrived_on=timezone.localdate(), carrier="ems", sender="虚构大学", seal="INTACT"
    )
    before = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="keeps this dossier already"):
        actions.open_for_parcel(parcel, by=clerk, name=person.name, id_number=person.id_number, reason="graduation")

    assert not Intake.objects.exists()
    assert AuditEvent.objects.count() == before


def test_a_prepared_parcel_is_received_in_six_interactions(institution, clerk, approver, signed_in):
    """Scans and buttons of the two people, from the letter that was scanned to the opening that both have signed."""
    intake = actions.issue_letter(applied(institution, clerk), by=approver)
    first, second = signed_in(clerk), signed_in(factories.staff(institution, Role.CLERK))
    today = f"{timezone.localdate():%Y-%m-%d}"
    seen = []

    def interaction(browser, address, data):
        seen.append(address)
        return browser.post(address, data)["Location"]

    form = interaction(first, reverse("intake:scan"), {"text": intake.letter_number})
    filled = first.get(form).context["form"]
    parcel = {name: filled.get_initial_for_field(field, name) or "" for name, field in filled.fields.items()}
    del parcel["photos"]
    assert (parcel["parcel_sender"], parcel["carrier"]) == ("虚构大学", "ems")
    interaction(first, form, parcel | {"waybill": "EA1", "seal": "INTACT", "arrived_on": today})
    opening = interaction(first, reverse("intake:scan"), {"text": intake.letter_number})
    interaction(first, opening, {"principal_volumes": 1, "duplicate_volumes": 0, "papers_counted": 12})
    signing = interaction(second, reverse("intake:scan"), {"text": intake.letter_number})
    interaction(second, signing, {"confirmed": "1"})

    intake.refresh_from_db()
    assert intake.state == "OPENED"
    assert len(seen) == 6


def test_what_is_lacking_is_told_once_promised_and_the_dossier_accepted(walk):
    intake = walk("COMPARED")
    codes = [rule.code for rule in standards.key_materials() if rule.level == "KEY"][:2]
    reviewer, approver = walk.people[Role.REVIEWER], walk.people[Role.APPROVER]

    intake = actions.review(intake, by=reviewer, review="缺件", person_types=["G"], lacking=codes)

    undertaking = Undertaking.objects.get(origin=intake)
    assert [item.code for item in undertaking.items.order_by("pk")] == codes
    assert Message.objects.filter(person=intake.person, case=undertaking).count() == 1
    with pytest.raises(ValidationError, match="Accept when the promise is signed"):
        actions.accept(intake, by=approver)
    dossiers.UNDERTAKING_STEPS["confirm"](undertaking, by=reviewer, signed=factories.picture())
    assert actions.accept(intake, by=approver).state == "ACCEPTED"


def test_the_review_offers_the_check_list_of_this_person(walk, signed_in):
    intake = walk("COMPARED")
    Person.objects.filter(pk=intake.person_id).update(graduated="2008-06")
    expected = {rule.name for rule in key_materials_for(Person.objects.get(pk=intake.person_id), ["G"])}

    page = signed_in(walk.people[Role.REVIEWER]).get(reverse("intake:step", args=[intake.pk, "review"]))

    offered = dict(page.context["form"].fields["lacking"].choices)
    assert expected <= set(offered.values())
