import pytest
from django.utils import translation

from rendang.kernel.access.models import Role
from rendang.kernel.audit import actions as audit
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.audit.queries import events_about, seal_of, timeline
from tests import factories

LIST, SEALS = "/desk/audit/", "/desk/audit/seals/"

pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture
def event(institution, clerk):
    before = audit.snapshot(institution)
    institution.phone = "0571-99999999"
    institution.save()
    return audit.record("institution.correct", institution, by=clerk, before=before, institution=institution)


def test_the_audit_administrator_sees_who_did_what(signed_in, audit_administrator, event, clerk, institution):
    page = signed_in(audit_administrator).get(LIST).content.decode()
    assert clerk.name in page
    assert "Corrected the institution" in page
    assert institution.label in page


def test_what_was_changed_is_named_but_not_shown(signed_in, audit_administrator, event):
    client = signed_in(audit_administrator)
    page = client.get(f"{LIST}events/{event.pk}/").content.decode()
    assert "<code>phone</code>" in page
    assert "0571-99999999" not in page + client.get(LIST).content.decode()
    assert "not sealed yet" in page


@pytest.mark.parametrize("role", [role for role in Role if role != Role.AUDIT_ADMINISTRATOR])
def test_nobody_else_sees_the_log(signed_in, institution, role):
    client = signed_in(factories.staff(institution, role))
    assert {client.get(url).status_code for url in (LIST, SEALS, f"{LIST}events/1/")} == {403}


def test_events_are_found_by_who_what_when_and_about_what(signed_in, audit_administrator, event, clerk, head):
    audit.record("account.sign_in", head, by=head, detail={})
    client = signed_in(audit_administrator)

    def found(**filters):
        return [entry.event for entry in client.get(LIST, filters).context["entries"]]

    assert found(who=clerk.name) == [event]
    assert found(who=clerk.username.upper()) == [event]
    assert found(who="nobody at all") == []
    assert found(verb="institution") == [event]
    assert [one.verb for one in found(verb="account.sign_in")] == ["account.sign_in"]
    assert found(subject_type=event.subject_type, subject_id=event.subject_id) == [event]
    day = event.at.astimezone().strftime("%Y-%m-%d")
    assert event in found(since=day, until=day, verb="institution")
    assert found(since="2001-01-01", until="2001-01-02") == []


def test_looking_for_something_is_an_event_too(signed_in, audit_administrator, event):
    signed_in(audit_administrator).get(LIST, {"person_id": 7})
    looked = AuditEvent.objects.get(verb="audit.search")
    assert (looked.actor_id, looked.reason) == (audit_administrator.pk, "person_id=7")
    signed_in(audit_administrator).get(LIST)
    assert AuditEvent.objects.filter(verb="audit.search").count() == 1


def test_pages_follow_each_other_without_gaps_while_events_arrive(signed_in, audit_administrator, institution):
    for _ in range(60):
        audit.record("institution.view", institution, by=None)
    ids = list(AuditEvent.objects.order_by("-pk").values_list("pk", flat=True))
    client = signed_in(audit_administrator)
    first = client.get(LIST).context["page"]
    audit.record("institution.view", institution, by=None)
    second = client.get(LIST, {"after": first.next_key}).context["page"]
    assert [event.pk for event in [*first.rows, *second.rows]] == ids


def test_the_number_of_queries_does_not_grow(
    signed_in, audit_administrator, institution, django_assert_max_num_queries
):
    for _ in range(50):
        audit.record("institution.view", institution, by=institution.memberships.first())
    client = signed_in(audit_administrator)
    with django_assert_max_num_queries(14):
        client.get(LIST)


def test_nothing_found_says_what_to_do(signed_in, audit_administrator):
    assert "Widen the time" in signed_in(audit_administrator).get(LIST, {"person_id": 7}).content.decode()


def test_the_seals_are_listed_with_the_digest_to_note_down(signed_in, institution):
    administrator = factories.staff(None, Role.AUDIT_ADMINISTRATOR)
    event = audit.record("institution.view", institution, by=None)
    client = signed_in(administrator)
    assert "No seal yet" in client.get(SEALS).content.decode()
    audit.seal_events()
    page = client.get(SEALS)
    assert page.context["page"].rows[0].count == 1
    assert page.context["status"].head in page.content.decode()
    assert seal_of(event).number == 1
    assert audit.verify_log().intact
    assert "intact" in client.get(LIST).content.decode()


def test_a_broken_log_is_said_at_the_top(signed_in, institution, as_owner, caplog):
    administrator = factories.staff(None, Role.AUDIT_ADMINISTRATOR)
    event = audit.record("institution.view", institution, by=None)
    audit.seal_events()
    as_owner("UPDATE audit_auditevent SET reason = 'x' WHERE id = %s", event.pk)
    audit.verify_log()
    page = signed_in(administrator).get(LIST).content.decode()
    assert "The log is not intact." in page
    assert f"event altered: event {event.pk}, seal 1" in page
    assert "not intact" in caplog.text


def test_a_timeline_is_newest_first_with_sentences(institution, clerk):
    audit.record("institution.correct", institution, by=clerk)
    audit.record("certificate.refuse", institution, by=clerk, reason="重复")
    with translation.override("en"):
        first, second = timeline(institution)
    assert (first.actor, first.text, first.detail, first.tone) == (
        clerk.name,
        "Refused the certificate",
        "重复",
        "red",
    )
    assert (second.text, second.icon) == ("Corrected the institution", "point")
    assert timeline() == []


def test_however_many_look_what_was_done_stays_in_the_timeline(institution, clerk):
    audit.record("institution.correct", institution, by=clerk)
    for _look in range(3):
        audit.record("institution.view", institution, by=clerk)
    with translation.override("en"):
        assert [entry.text for entry in timeline(institution, limit=2)] == ["Corrected the institution"]


def test_what_is_noted_often_is_told_once_for_each_person_and_hides_nothing(institution, clerk, head):
    audit.record("stocktake.start", institution, by=clerk)
    for who in (clerk, clerk, clerk, head):
        last = audit.record("stocktake.scan", institution, by=who)
    with translation.override("en"):
        entries = timeline(institution, often=["stocktake.scan"], limit=1)
    assert [(entry.actor, entry.detail[:14]) for entry in entries] == [
        (head.name, ""),
        (clerk.name, "3 times since "),
        (clerk.name, ""),
    ]
    assert entries[0].time == last.at


def test_what_was_done_with_a_person_is_found_by_their_number(institution, clerk):
    audit.record("person.view", institution, by=clerk, person=clerk)
    assert [event.verb for event in events_about(clerk.pk)] == ["person.view"]
    assert list(events_about(clerk.pk + 1)) == []
