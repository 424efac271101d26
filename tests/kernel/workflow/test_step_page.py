"""The page of a step: what stands in the way is said before anything is typed, and beside the field it concerns."""

import pytest
from django.utils import timezone

from rendang.circulation.intake import actions as intake
from rendang.dossiers import actions as dossiers
from rendang.kernel.access.models import Role
from rendang.services.certificates import actions as certificates
from tests.factories import PlacementFactory, staff
from tests.one_of_each import fresh_number

pytestmark = pytest.mark.django_db
COUNTED = {"principal_volumes": 1, "duplicate_volumes": 0, "papers_counted": 12}


@pytest.fixture
def half_opened(institution, clerk, reviewer, approver):
    case = intake.apply(
        institution, by=clerk, name="李雷", id_number=fresh_number(), reason="graduation", sender="虚构大学"
    )
    case = intake.issue_letter(case, by=approver)
    case = intake.register_parcel(
        case, by=clerk, carrier="ems", parcel_sender="虚构大学", seal="INTACT", arrived_on=timezone.localdate()
    )
    return intake.open_parcel(case, by=reviewer, **COUNTED)


def test_who_may_not_be_the_second_person_is_told_at_once(half_opened, reviewer, institution, signed_in):
    own = signed_in(reviewer).get(half_opened.address_of("witness_opening")).content.decode()
    second = signed_in(staff(institution, Role.REVIEWER)).get(half_opened.address_of("witness_opening"))

    assert "needs a second person" in own
    assert 'id="step-form"' not in own
    assert 'id="step-form"' in second.content.decode()


def test_who_took_the_step_before_reads_on_the_case_that_a_second_person_goes_on(
    half_opened, reviewer, institution, signed_in
):
    said = "by a second person, because you took the step before it"
    address = half_opened.get_absolute_url()

    assert said in signed_in(reviewer).get(address).text
    assert said not in signed_in(staff(institution, Role.REVIEWER)).get(address).text


def test_a_refusal_stands_beside_the_field_it_concerns(half_opened, reviewer, institution, signed_in):
    case = intake.witness_opening(half_opened, by=staff(institution, Role.REVIEWER))

    shown = signed_in(reviewer).post(case.address_of("compare"), {"comparison": ""})

    assert shown.context["form"].errors == {"comparison": ["Say what differs."]}
    case.refresh_from_db()
    assert case.state == "OPENED"


def test_a_case_leads_to_its_dossier_only_who_may_open_it(institution, other_institution, clerk, reviewer, signed_in):
    dossier = PlacementFactory(institution=institution).dossier
    draft = certificates.draft(dossier, by=clerk)
    link = f'href="{dossier.get_absolute_url()}"'
    assert link in signed_in(reviewer).get(draft.get_absolute_url()).content.decode()

    certificates.refuse(draft, by=reviewer, reason="档案已转出")
    dossiers.hand_over_custody(dossier, other_institution, by=staff(other_institution, Role.KEEPER), reason="internal")
    assert link not in signed_in(reviewer).get(draft.get_absolute_url()).content.decode()
