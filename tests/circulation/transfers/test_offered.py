"""A dossier that is offered may be read by who is to decide, while the offer stands, and the owner sees each look."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from rendang.circulation.transfers import actions
from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import Permission
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.audit.sentences import sentence
from tests.circulation.transfers.leaving import COUNTED
from tests.factories import CitizenFactory, InstitutionFactory, staff

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def offered(leaving, mine, other_institution):
    return actions.offer(mine, other_institution, by=leaving.by[Role.CLERK], reason="internal")


@pytest.fixture
def opens(client, mine):
    """Whether the page of the dossier opens for somebody: the status of the answer."""

    def status(user):
        client.force_login(user)
        return client.get(reverse("dossiers:detail", args=[mine.pk]), headers=ENGLISH).status_code

    return status


def readable(user):
    return list(Dossier.objects.visible_to(user, Permission.DOSSIER_VIEW))


def looks_of(mine):
    return AuditEvent.objects.filter(verb="dossier.view", subject_id=mine.pk)


def test_the_institution_it_is_offered_to_reads_it_from_the_offer_on_and_not_before(
    leaving, mine, theirs, other_institution, opens
):
    assert (opens(theirs[Role.APPROVER]), readable(theirs[Role.APPROVER])) == (404, [])

    actions.offer(mine, other_institution, by=leaving.by[Role.CLERK], reason="internal")

    assert (opens(theirs[Role.APPROVER]), readable(theirs[Role.APPROVER])) == (200, [mine])


def test_no_other_institution_of_the_city_does(offered, opens):
    for role in (Role.CLERK, Role.APPROVER, Role.HEAD):
        stranger = staff(InstitutionFactory(), role)
        assert (opens(stranger), readable(stranger)) == (404, [])
    assert not looks_of(offered.dossier).exists()


def test_a_refused_offer_closes_it_at_once(offered, mine, theirs, opens):
    assert opens(theirs[Role.APPROVER]) == 200

    actions.decline(offered, by=theirs[Role.APPROVER], reason="不属于接收范围")

    assert (opens(theirs[Role.APPROVER]), readable(theirs[Role.APPROVER])) == (404, [])
    assert looks_of(mine).count() == 1, "only the look while the offer stood"


@pytest.mark.parametrize("agreed", [False, True])
def test_an_offer_taken_back_closes_it_at_once(offered, mine, leaving, theirs, opens, agreed):
    if agreed:
        offered = actions.agree(offered, by=theirs[Role.APPROVER])
    assert opens(theirs[Role.CLERK]) == 200

    actions.withdraw(offered, by=leaving.by[Role.CLERK], reason="本人改变主意")

    assert (opens(theirs[Role.CLERK]), readable(theirs[Role.CLERK])) == (404, [])


def test_a_parcel_that_came_back_closes_it_too(offered, mine, leaving, theirs, opens):
    transfer = actions.agree(offered, by=theirs[Role.APPROVER])
    transfer = actions.pack(transfer, by=leaving.by[Role.KEEPER], **COUNTED)
    transfer = actions.dispatch(transfer, by=leaving.by[Role.APPROVER], carrier="hand")
    transfer = actions.refuse(
        transfer, by=theirs[Role.KEEPER], refusal_reason="broken_seal", refusal_detail="封条破损"
    )

    actions.take_back(transfer, by=leaving.by[Role.KEEPER])

    assert opens(theirs[Role.KEEPER]) == 404


def test_each_look_is_an_event_of_its_own_that_the_owner_sees(client, offered, mine, theirs, opens):
    assert [opens(theirs[Role.APPROVER]), opens(theirs[Role.CLERK])] == [200, 200]

    looks = looks_of(mine).order_by("pk")
    assert [look.actor_id for look in looks] == [theirs[Role.APPROVER].pk, theirs[Role.CLERK].pk]
    assert {look.person_id for look in looks} == {mine.person_id}
    citizen = CitizenFactory(name=mine.person.name, id_number=mine.person.id_number)
    client.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get(reverse("portal:looks"), headers=ENGLISH).text
    with override("en"):
        assert shown.count(sentence("dossier.view")) == 2
    assert shown.count(offered.counterpart.english_name) == 2, "who looked, not who keeps it"
    assert offered.institution.english_name not in shown


def test_the_owner_reads_which_paper_was_opened_by_its_name(client, leaving, signed_in):
    departure = leaving("SEALED")
    signed_in(leaving.by[Role.KEEPER]).get(reverse("departures:paper", args=[departure.pk, "packet"]))
    owner = departure.person
    citizen = CitizenFactory(name=owner.name, id_number=owner.id_number)
    client.force_login(citizen, backend="django.contrib.auth.backends.ModelBackend")

    shown = client.get(reverse("portal:looks"), headers=ENGLISH).text

    assert "Notice, cover, seal strips and label" in shown
    assert ">packet<" not in shown
