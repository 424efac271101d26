"""A company moves: many dossiers leave in one case, each with its own outcome."""

import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from rendang.circulation.transfers import actions
from rendang.circulation.transfers.models import Departure
from rendang.circulation.transfers.queries.listing import find_listed, listed_in, of_employer
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Custody
from rendang.dossiers.queries.departure import CHECKS, Obstacle
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.standards.telling import say
from rendang.storage.queries import current_placement
from tests.circulation.transfers.leaving import COUNTED, STEPS
from tests.factories import EmployerFactory, held_dossier, staff

pytestmark = pytest.mark.django_db


def outcomes(departure):
    return list(departure.lines.order_by("pk").values_list("outcome", flat=True))


def test_one_case_one_list_one_parcel(leaving):
    departure = leaving("CONFIRMED", *(leaving.dossier() for _each in range(3)))

    assert (departure.person, departure.dossier) == (None, None)
    assert outcomes(departure) == ["GONE"] * 3
    assert {custody.status for custody in Custody.objects.all()} == {"ENDED"}
    assert {current_placement(line.dossier).kind for line in departure.lines.all()} == {"ELSEWHERE"}


def test_what_has_an_obstacle_is_left_out_with_its_reason(leaving, other_institution):
    good, contested = leaving.dossier(), leaving.dossier()
    dossiers.claim_custody(contested, other_institution, by=leaving.by[Role.CLERK], archive_number="C1")

    departure = leaving.take(leaving.apply(good, contested), "approve")

    assert sorted(outcomes(departure)) == ["GOING", "LEFT_OUT"]
    line = departure.lines.get(dossier=contested)
    assert (line.note, line.said) == ("", [["in_the_way.custodyconflict", {}]])
    assert line.why == "Another institution says it holds this dossier; supervision is settling the conflict."
    with override("zh-hans"):
        assert line.why == "另一机构主张保管该档案，监管部门正在处理。"
    assert AuditEvent.objects.filter(verb="departure.leave_out", subject_id=line.pk).count() == 1


def test_nothing_is_approved_when_everything_has_an_obstacle(leaving, other_institution):
    both = [leaving.dossier(), leaving.dossier()]
    for number, dossier in enumerate(both):
        dossiers.claim_custody(dossier, other_institution, by=leaving.by[Role.CLERK], archive_number=f"C{number}")
    departure = leaving.apply(*both)

    with pytest.raises(ValidationError, match="every dossier of the list"):
        leaving.take(departure, "approve")

    assert outcomes(departure) == ["GOING", "GOING"]


def test_several_obstacles_are_told_one_after_the_other_with_their_values(leaving, monkeypatch):
    good, held = leaving.dossier(), leaving.dossier()
    said = [say("in_the_way.loan.LENT"), say("in_the_way.party_relation", branch="第一支部")]
    monkeypatch.setitem(CHECKS, "tests", lambda ids: {held.pk: [Obstacle(one) for one in said]})

    departure = leaving.take(leaving.apply(good, held), "approve")

    line = departure.lines.get(dossier=held)
    assert line.why == (
        "It is lent out and has to come back first."
        " The Party relation is still in “第一支部”: it leaves first. Register its departure."
    )


def test_what_somebody_wrote_and_what_was_kept_as_text_before_stays_as_it_is(leaving):
    departure = leaving("APPROVED", leaving.dossier(), leaving.dossier())

    line = actions.leave_out(departure.lines.first(), by=leaving.by[Role.CLERK], reason="本人暂不转出")
    other = departure.lines.last()
    other.note = "It is lent out and has to come back first."

    assert (line.why, other.why) == ("本人暂不转出", "It is lent out and has to come back first.")


def test_the_check_is_closed_when_every_dossier_is_checked(leaving):
    departure = leaving("APPROVED", leaving.dossier(), leaving.dossier())
    first, second = departure.lines.order_by("pk")
    actions.check_dossier(first, by=leaving.by[Role.KEEPER], **COUNTED)

    with pytest.raises(ValidationError, match="1 dossiers of the list are not checked"):
        STEPS["check"](departure, by=leaving.by[Role.KEEPER])
    actions.leave_out(second, by=leaving.by[Role.CLERK], reason="本人要求留下")
    departure = STEPS["check"](departure, by=leaving.by[Role.KEEPER])

    assert (departure.state, outcomes(departure)) == ("CHECKED", ["GOING", "LEFT_OUT"])
    assert current_placement(second.dossier).kind == "SLOT"


def test_the_last_one_is_not_left_out(leaving):
    departure = leaving("APPROVED", leaving.dossier(), leaving.dossier())
    first, second = departure.lines.order_by("pk")
    actions.leave_out(first, by=leaving.by[Role.CLERK], reason="留下")

    with pytest.raises(ValidationError, match="Call the departure off"):
        actions.leave_out(second, by=leaving.by[Role.CLERK], reason="留下")
    with pytest.raises(PermissionDenied):
        actions.leave_out(second, by=leaving.by[Role.KEEPER], reason="留下")

    second.refresh_from_db()
    assert second.outcome == "GOING"


def test_some_come_back_and_the_rest_is_confirmed(leaving):
    departure = leaving("IN_TRANSIT", *(leaving.dossier() for _each in range(3)))
    back = departure.lines.order_by("pk").first()
    refusal = {"refusal_reason": "wrong_person", "refusal_detail": "混入他人材料"}

    departure = STEPS["take_some_back"](departure, by=leaving.by[Role.KEEPER], lines=[back], **refusal)
    assert (departure.state, outcomes(departure)) == ("IN_TRANSIT", ["STAYED", "GOING", "GOING"])
    departure = leaving.take(departure, "confirm")

    assert outcomes(departure) == ["STAYED", "GONE", "GONE"]
    back.refresh_from_db()
    assert (back.note, back.custody.status) == ("", "HELD")
    assert back.why == "Sent back by the receiver: Another person’s dossier, 混入他人材料"
    with override("zh-hans"):
        assert back.why == "对方退回：不是本人档案，混入他人材料"
    assert current_placement(back.dossier).kind == "DESK"


def test_one_dossier_of_tier_a_makes_the_parcel_tier_a(leaving):
    departure = leaving("APPROVED", leaving.dossier(), leaving.dossier())
    for line, identity in zip(departure.lines.order_by("pk"), ("", "37"), strict=True):
        actions.check_dossier(line, by=leaving.by[Role.KEEPER], identity=identity, **COUNTED)

    departure = STEPS["check"](departure, by=leaving.by[Role.KEEPER])

    assert (departure.tier, departure.tier_basis) == ("A", "identity:37")


class TestCheckedTogether:
    def found(self, departure, **given):
        return {line.pk: actions.Found(**{**COUNTED, **given}) for line in departure.lines.all()}

    def test_all_of_a_list_with_an_event_each(self, leaving):
        departure = leaving("APPROVED", *(leaving.dossier() for _each in range(3)))

        lines = actions.check_dossiers(departure, self.found(departure), by=leaving.by[Role.KEEPER])

        assert [(line.papers, line.checked_by) for line in departure.lines.all()] == [
            (20, leaving.by[Role.KEEPER])
        ] * 3
        events = AuditEvent.objects.filter(verb="departure.check_dossier")
        assert sorted(events.values_list("subject_id", flat=True)) == sorted(line.pk for line in lines)
        assert {event.changes["papers"][1] for event in events} == {20}
        places = [current_placement(line.dossier) for line in lines]
        assert {(place.kind, place.case_id, place.detail) for place in places} == {
            ("DESK", departure.pk, departure.number)
        }

    def test_some_now_and_the_rest_later(self, leaving):
        departure = leaving("APPROVED", *(leaving.dossier() for _each in range(3)))
        found = self.found(departure)
        first = {min(found): found.pop(min(found))}

        actions.check_dossiers(departure, first, by=leaving.by[Role.KEEPER])
        actions.check_dossiers(departure, found, by=leaving.by[Role.APPROVER])

        assert STEPS["check"](departure, by=leaving.by[Role.KEEPER]).state == "CHECKED"

    def test_one_that_differs_stops_all_and_is_named(self, leaving):
        one, other = leaving.dossier(), leaving.dossier()
        paper = {"class_mark": "1", "title": "履历表", "formed_on": "2008", "pages": 4}
        dossiers.add_materials(other, [paper], by=staff(leaving.institution, Role.REVIEWER))
        departure = leaving("APPROVED", one, other)
        number = Custody.objects.get(dossier=other).archive_number

        with pytest.raises(ValidationError) as refused:
            actions.check_dossiers(departure, self.found(departure), by=leaving.by[Role.KEEPER])

        said = "What was found differs from the catalogue (1 papers). Explain it."
        assert refused.value.messages == [f"{number}: {said}"]
        assert not departure.lines.exclude(checked_by=None).exists()
        assert not AuditEvent.objects.filter(verb="departure.check_dossier").exists()
        assert current_placement(one).kind == "SLOT"

    def test_refused_for_another_list_a_line_left_out_and_without_the_right(self, leaving):
        departure = leaving("APPROVED", leaving.dossier(), leaving.dossier())
        other = leaving("APPROVED", leaving.dossier(), leaving.dossier())
        found, keeper = self.found(departure), leaving.by[Role.KEEPER]

        with pytest.raises(ValidationError, match="Choose dossiers of this list"):
            actions.check_dossiers(other, found, by=keeper)
        with pytest.raises(ValidationError, match="Choose dossiers of this list"):
            actions.check_dossiers(departure, {}, by=keeper)
        with pytest.raises(PermissionDenied):
            actions.check_dossiers(departure, found, by=leaving.by[Role.CLERK])
        actions.leave_out(departure.lines.first(), by=leaving.by[Role.CLERK], reason="留下")
        with pytest.raises(ValidationError, match="does not go along"):
            actions.check_dossiers(departure, found, by=keeper)

        assert not departure.lines.exclude(checked_by=None).exists()

    def test_ten_take_as_many_statements_as_two(self, leaving):
        costs = []
        for count in (2, 2, 10):
            departure = leaving("APPROVED", *(leaving.dossier() for _each in range(count)))
            lines = departure.lines.values_list("pk", flat=True)
            found = {
                line: actions.Found(**{**COUNTED, "papers_counted": 10 + at}, explanation=f"第{at}份")
                for at, line in enumerate(lines)
            }
            with CaptureQueriesContext(connection) as spent:
                actions.check_dossiers(departure, found, by=leaving.by[Role.KEEPER])
            costs.append(len(spent))

        assert costs[2] == costs[1]

    def test_on_the_page_the_ticked_ones_are_checked(self, leaving, client):
        departure = leaving("APPROVED", leaving.dossier(), leaving.dossier())
        first, second = departure.lines.order_by("pk")
        client.force_login(leaving.by[Role.KEEPER])
        page = f"/desk/departures/{departure.pk}/check-many/"
        count = {"principal_volumes": 1, "duplicate_volumes": 0, "papers_counted": 20, "identity": ""}
        typed = {f"line{first.pk}-{name}": value for name, value in count.items()}

        assert client.get(page).status_code == 200
        answer = client.post(page, {"agree": first.pk, **typed, f"line{second.pk}-papers_counted": ""})

        assert answer.url == page
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.papers, second.checked_by) == (20, None)

    def test_what_was_typed_is_kept_when_refused(self, leaving, client):
        departure = leaving("APPROVED", leaving.dossier(), leaving.dossier())
        line = departure.lines.first()
        client.force_login(leaving.by[Role.KEEPER])

        answer = client.post(
            f"/desk/departures/{departure.pk}/check-many/",
            {
                "agree": line.pk,
                f"line{line.pk}-principal_volumes": 7,
                f"line{line.pk}-duplicate_volumes": 0,
                f"line{line.pk}-papers_counted": "",
            },
        ).content.decode()

        assert 'value="7"' in answer
        assert not departure.lines.exclude(checked_by=None).exists()


@pytest.mark.parametrize("step", ["approve", "seal", "dispatch", "confirm"])
def test_a_step_takes_as_many_statements_for_ten_as_for_two(leaving, step):
    state = {"approve": "APPLIED", "seal": "CHECKED", "dispatch": "SEALED", "confirm": "IN_TRANSIT"}[step]
    costs = []
    for count in (2, 2, 10):
        departure = leaving(state, *(leaving.dossier() for _each in range(count)))
        with CaptureQueriesContext(connection) as spent:
            leaving.take(departure, step)
        costs.append(len(spent))

    assert costs[2] == costs[1]


class TestWhichDossiers:
    def test_by_archive_number_label_and_identity_number(self, leaving):
        one, two, three = leaving.dossier(), leaving.dossier(), leaving.dossier()
        number = Custody.objects.get(dossier=one).archive_number

        found = find_listed(leaving.institution, [number, "", two.barcode, f" {three.person.id_number} ", number])

        assert found == [one, two, three]

    def test_what_is_not_held_here_is_named_and_masked(self, leaving, other_institution):
        elsewhere = held_dossier(other_institution)

        with pytest.raises(ValidationError) as refused:
            find_listed(leaving.institution, [elsewhere.person.id_number, "X-1"])

        assert refused.value.messages == [
            f"2 of the list are not held here: {elsewhere.person.id_masked}, X-1. Nothing was entered."
        ]

    def test_from_a_table(self):
        table = io.BytesIO("名单\n姓名,档案编号,身份证号\n王小明,A1,\n李雷,,110101199003074514\n".encode())

        assert listed_in(table, most=10) == ["A1", "110101199003074514"]

    def test_a_table_without_numbers_is_refused(self):
        with pytest.raises(ValidationError, match="heading"):
            listed_in(io.BytesIO("姓名\n王小明\n".encode()), most=10)

    def test_all_of_an_employer(self, leaving):
        employer = EmployerFactory(name="虚构搬迁有限公司")
        kept = held_dossier(leaving.institution, custody={"employer": employer})
        held_dossier(leaving.institution)

        assert of_employer(leaving.institution, "虚构搬迁有限公司") == [kept]
        with pytest.raises(ValidationError, match="No dossier is held here"):
            of_employer(leaving.institution, "虚构搬迁")

    def test_a_list_belongs_to_one_keeper(self, leaving, other_institution):
        with pytest.raises(ValidationError, match="held by the same institution"):
            leaving.apply(leaving.dossier(), held_dossier(other_institution))

        assert not Departure.objects.exists()
