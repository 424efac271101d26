"""The address book of keepers outside the city: entered by one, verified by another."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from rendang.institutions import actions
from rendang.institutions.models import OutsideKeeper
from rendang.institutions.queries import find_keepers
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from tests.circulation.transfers.leaving import an_address
from tests.factories import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(institution):
    return staff(institution, Role.CLERK)


@pytest.fixture
def approver(institution):
    return staff(institution, Role.APPROVER)


def test_an_address_is_verified_by_a_second_person(clerk, approver):
    keeper = an_address(clerk)
    own = an_address(approver, name="另一家中心")

    with pytest.raises(ValidationError, match="A second person must verify"):
        actions.verify_keeper(own, by=approver, how="电话核实")
    keeper = actions.verify_keeper(keeper, by=approver, how="电话核实")

    assert (keeper.verified_by, keeper.verified_how) == (approver, "电话核实")
    own.refresh_from_db()
    assert not own.is_verified


def test_a_clerk_does_not_verify(clerk, institution):
    keeper = an_address(staff(institution, Role.CLERK))

    with pytest.raises(PermissionDenied):
        actions.verify_keeper(keeper, by=clerk, how="电话核实")


def test_what_is_corrected_is_verified_again(clerk, approver):
    keeper = an_address(clerk, approver)

    keeper = actions.correct_keeper(keeper, by=clerk, address="虚构省海州市新址 1 号")

    assert (keeper.is_verified, keeper.entered_by) == (False, clerk)
    event = AuditEvent.objects.get(verb="outsidekeeper.correct")
    assert event.changes["address"] == ["虚构省海州市新华路 8 号", "虚构省海州市新址 1 号"]


def test_taken_out_of_use_it_stays_verified_and_is_not_found(clerk, approver):
    keeper = an_address(clerk, approver)

    keeper = actions.correct_keeper(keeper, by=clerk, is_active=False)

    assert keeper.is_verified
    assert not find_keepers("海州").exists()


@pytest.mark.parametrize("kind", ["private_enterprise", "individual", "other", ""])
def test_who_may_not_keep_dossiers_is_not_entered(clerk, kind):
    with pytest.raises(ValidationError, match="may not keep dossiers"):
        an_address(clerk, kind=kind)

    assert not OutsideKeeper.objects.exists()


def test_an_institution_of_the_city_is_not_outside(clerk, institution):
    with pytest.raises(ValidationError, match="an institution of the city"):
        an_address(clerk, name=institution.name)


def test_a_keeper_is_listed_once(clerk):
    an_address(clerk)

    with pytest.raises(ValidationError, match="in the address book already"):
        an_address(clerk)

    assert OutsideKeeper.objects.count() == 1
    assert AuditEvent.objects.filter(verb="outsidekeeper.add").count() == 1


def test_it_is_found_by_words_of_name_and_address_and_by_division(clerk):
    keeper = an_address(clerk)
    an_address(clerk, name="虚构省山阳市人才中心", division="610400", address="人民路 1 号")

    assert list(find_keepers("海州 新华路")) == [keeper]
    assert list(find_keepers("3207")) == [keeper]


def test_the_page_keeps_what_was_typed_when_it_is_refused(client, clerk, institution):
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    typed = {
        "name": institution.name,
        "kind": "archive_institution",
        "division": "320700",
        "address": "虚构路 9 号",
        "phone": "1",
    }

    answer = client.post(reverse("institutions:keeper_add"), typed)

    assert "虚构路 9 号" in answer.content.decode()
    assert not OutsideKeeper.objects.exists()
