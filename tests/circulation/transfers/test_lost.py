"""A parcel is lost on its way: searched for, found again, or by the head's decision lost for good."""

from importlib import import_module

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.transfers import actions
from rendang.dossiers.models import Custody
from rendang.dossiers.queries.departure import obstacles
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.workflow.models import Case
from rendang.people.models import Message
from rendang.portal.queries import where_is
from rendang.services.certificates import actions as certificates
from rendang.storage import actions as storage
from rendang.storage.models import Placement
from rendang.storage.queries import current_placement
from tests.factories import CitizenFactory, SlotFactory, staff
from tests.one_of_each import applied_for
from tests.told import chinese

pytestmark = pytest.mark.django_db


def test_the_search_is_kept_line_by_line(leaving):
    departure = leaving.take(leaving("SEARCHED"), "note_search")

    assert [line.split("：", 1)[1] for line in departure.search_log.splitlines()] == [
        "已电话询问邮局",
        "邮局答复：正在查找",
    ]


def test_found_on_its_way_it_is_awaited_again(leaving):
    departure = leaving.take(leaving("SEARCHED"), "find")

    assert (departure.state, current_placement(departure.dossier).kind) == ("IN_TRANSIT", "COURIER")


def test_what_turns_up_on_a_shelf_is_found_under_its_departure_first(leaving):
    departure = leaving("SEARCHED")
    slot = SlotFactory(institution=departure.institution)

    with pytest.raises(ValidationError, match=departure.number):
        storage.place(departure.dossier, slot, by=leaving.by[Role.KEEPER])

    assert current_placement(departure.dossier).kind == "MISSING"


def test_only_the_head_declares_it_lost(leaving):
    departure = leaving("SEARCHED")

    with pytest.raises(PermissionDenied):
        leaving.take(departure, "declare_lost", by=leaving.by[Role.APPROVER])

    assert leaving.take(departure, "declare_lost").state == "LOST"
    assert Custody.objects.get(dossier=departure.dossier).status == "HELD"


@pytest.fixture
def lost(leaving):
    return leaving("LOST")


def test_what_is_declared_lost_says_so_and_since_when_and_by_which_case(lost, leaving):
    place = current_placement(lost.dossier)

    assert (place.kind, place.detail, place.case_id, place.by) == ("LOST", lost.number, lost.pk, leaving.by[Role.HEAD])
    assert str(place) == f"Lost for good: {lost.number}"
    assert AuditEvent.objects.filter(verb="placement.lost", subject_id=lost.dossier_id).count() == 1
    assert chinese(Message.objects.filter(person=lost.person).latest("pk")).startswith("您的档案在转递途中遗失")


def test_nothing_more_begins_with_what_is_lost(lost, leaving, other_institution):
    clerk, dossier = leaving.by[Role.CLERK], lost.dossier
    before = Case.objects.count(), Placement.objects.count(), AuditEvent.objects.count()

    for begin in (
        lambda: leaving.apply(dossier),
        lambda: actions.offer(dossier, other_institution, by=clerk, reason="internal"),
        lambda: certificates.draft(dossier, by=clerk),
        lambda: applied_for(dossier, leaving.by),
        lambda: storage.report_missing(dossier, by=clerk, detail="盘点"),
    ):
        with pytest.raises(ValidationError, match=r"lost for good .*record that first"):
            begin()

    assert (Case.objects.count(), Placement.objects.count(), AuditEvent.objects.count()) == before
    (hindrance,) = obstacles([dossier.pk])[dossier.pk]
    assert not hindrance.warning
    assert hindrance.text == (
        f"It is lost for good since {timezone.localdate():%Y-%m-%d} ({lost.number}): nothing can be lent, sent or"
        " certified."
    )


def test_what_turns_up_after_all_is_placed_and_is_no_longer_lost(lost, leaving):
    storage.place(lost.dossier, SlotFactory(institution=lost.institution), by=leaving.by[Role.KEEPER])

    assert current_placement(lost.dossier).kind == "SLOT"
    assert obstacles([lost.dossier_id])[lost.dossier_id] == []


def test_its_page_and_the_list_say_that_it_is_lost_and_offer_no_business_that_needs_it(lost, leaving, signed_in):
    browser = signed_in(staff(lost.institution, Role.CLERK))

    page = browser.get(lost.dossier.get_absolute_url()).text

    assert f"Lost for good since {timezone.localdate():%Y-%m-%d}" in page
    link = f'<a href="{lost.get_absolute_url()}">{lost.number}</a>'
    assert f"The decision stands in the case: {link}" in " ".join(page.split())
    assert f"<strong>Lost for good: {lost.number}</strong>" in page
    for name in ("departures:apply", "transfers:offer", "loans:apply", "certificates:draft"):
        assert reverse(name, args=[lost.dossier_id]) not in page
    listed = reverse("dossiers:list")
    assert lost.person.name in browser.get(listed, {"place": "LOST"}).text
    assert lost.person.name not in browser.get(listed, {"place": "MISSING"}).text


def test_the_person_reads_what_happens_now_and_is_offered_nothing_that_cannot_be(lost, signed_in):
    citizen = CitizenFactory(id_number=lost.person.id_number, name=lost.person.name)
    browser = signed_in(citizen)

    page = browser.get(reverse("portal:me")).text

    assert "Your dossier is lost" in page
    assert f"since {timezone.localdate():%Y-%m-%d} it counts as lost" in page
    assert reverse("portal:apply") not in page
    assert reverse("portal:leave") not in page
    assert browser.get(reverse("portal:leave")).url == reverse("portal:me")
    assert "Your dossier is lost, so a certificate cannot be issued" in browser.get(reverse("portal:apply")).text


def test_the_one_entry_query_tells_strangers_only_that_it_is_not_in_its_place(lost):
    told = where_is(lost.person.name, lost.person.id_number)

    assert (told.institution_id, told.in_stock) == (lost.institution_id, False)
    assert "lost" not in str(told).lower()


def test_what_was_declared_lost_before_there_was_a_place_for_it_is_lost_since_the_decision(leaving):
    before = leaving("SEARCHED")
    other = leaving("SEARCHED")
    decided = timezone.now()
    Case.objects.filter(pk=before.pk).update(state="LOST", closed_at=decided)

    with connection.cursor() as cursor:
        for statement in import_module("rendang.storage.migrations.0014_lost_for_good").LOST_SINCE_THE_DECISION:
            cursor.execute(statement)

    place = current_placement(before.dossier)
    assert (place.kind, place.since, place.case_id, place.detail) == ("LOST", decided, before.pk, before.number)
    assert Placement.objects.get(dossier=before.dossier, kind="MISSING").until == decided
    assert current_placement(other.dossier).kind == "MISSING"
