"""One step for many ticked deliveries: what is certain is said beforehand, what came of each afterwards."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rendang.circulation.accruals.models import Accrual
from rendang.circulation.accruals.queries import all_are_out, some_are_accepted
from rendang.dossiers import actions as dossiers
from rendang.kernel.audit.models import AuditEvent
from rendang.storage import actions as storage
from tests.circulation.accruals.test_accruals import FILE, IDENTIFY, outcomes, paper, register, shelved
from tests.factories import InstitutionFactory

pytestmark = pytest.mark.django_db
OUT = "All dossiers are out: the papers wait until one is back."


@pytest.fixture
def delivered(institution, clerk, reviewer, keeper):
    """An identified delivery with a paper for each mark: its dossier is here, lent or moved, or it was refused."""

    def deliver(*marks):
        each = dict(zip(shelved(institution, len(marks)), marks, strict=True))
        for dossier, mark in each.items():
            if mark == "lent":
                storage.lend(dossier, by=keeper, detail="虚构市社保局")
        accrual = register(institution, clerk, *((dossier, paper()) for dossier in each))
        refused = {
            str(item.pk): {"refusal": "not_original"}
            for item in accrual.items.all()
            if each[item.dossier] == "refused"
        }
        accrual = IDENTIFY(accrual, by=reviewer, verdicts=refused)
        for dossier, mark in each.items():
            if mark == "moved":
                dossiers.hand_over_custody(dossier, InstitutionFactory(), by=clerk)
        return accrual

    return deliver


def many(step):
    return reverse("workflow:many", args=["accrual", step])


def test_before_papers_are_put_in_it_is_said_of_which_delivery_every_dossier_is_out(delivered, keeper, signed_in):
    whole, part = delivered("here"), delivered("here", "lent")
    none, moved = delivered("lent", "lent"), delivered("lent", "moved")

    answer = signed_in(keeper).get(many("file"), {"case": [whole.pk, part.pk, none.pk, moved.pk]})

    said = [(case.pk, why) for case, why in answer.context["entries"]]
    assert said == [(whole.pk, ""), (part.pk, ""), (none.pk, OUT), (moved.pk, "")]
    assert [case.pk for case in answer.context["ready"]] == [whole.pk, part.pk, moved.pk]
    assert FILE(moved, by=keeper).state == "IDENTIFIED", "what has moved is sent on, what is lent waits"


def test_on_the_page_of_one_delivery_the_same_is_said_before_the_button_is_pressed(delivered, keeper, signed_in):
    page = signed_in(keeper).get(delivered("lent").address_of("file")).text

    assert OUT in page
    assert "Nothing is asked for" not in page


def test_before_everything_goes_back_it_is_said_where_a_paper_was_accepted(delivered, reviewer, signed_in):
    kept = delivered("here", "refused")

    answer = signed_in(reviewer).get(many("send_back"), {"case": kept.pk})

    said = "Some papers have been accepted: put them into the dossiers."
    assert [why for _case, why in answer.context["entries"]] == [said]
    assert "possible with none of the ticked cases" in answer.text


def test_what_is_asked_beforehand_takes_as_many_queries_for_six_deliveries_as_for_two(delivered):
    asked = {}
    for count in (2, 6):
        keys = [delivered("here", "lent").pk for _each in range(count)]
        rows = list(Accrual.objects.filter(pk__in=keys).select_related("institution"))
        with CaptureQueriesContext(connection) as taken:
            assert (all_are_out(rows), len(some_are_accepted(rows))) == ({}, count)
        asked[count] = len(taken)

    assert asked == {2: 5, 6: 5}


def test_of_a_delivery_that_is_filed_in_part_it_is_said_what_is_filed_and_what_waits(delivered, keeper, signed_in):
    whole, part = delivered("here", "here", "refused"), delivered("here", "here", "lent", "moved")

    answer = signed_in(keeper).post(many("file"), {"case": [whole.pk, part.pk]})

    first, second = answer.context["outcomes"]
    assert (first.is_partial, first.came_of) == (False, "2 papers are filed, 1 paper was refused and goes back")
    waits = "1 paper waits until its dossier is back, 1 paper goes on to who keeps the dossier now"
    assert (second.is_partial, second.came_of) == (True, f"2 papers are filed, {waits}")
    assert [answer.context[name] for name in ("done", "part", "refused")] == [1, 1, 0]
    assert "In part" in answer.text and second.came_of in answer.text
    assert "Put into the dossiers: not all of it with 1 case; what came of it stands beside it." in answer.text


def test_on_the_page_of_one_delivery_what_came_of_it_is_said_as_well(delivered, keeper, signed_in):
    part = delivered("here", "lent")

    page = signed_in(keeper).post(part.address_of("file"), {"pressed": "yes"}, follow=True).text

    assert "Put into the dossiers: 1 paper is filed, 1 paper waits until its dossier is back." in page
    assert "Done: Put into the dossiers." not in page


def test_what_was_said_beforehand_is_refused_all_the_same(delivered, keeper):
    none = delivered("lent")
    before = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="All dossiers are out"):
        FILE(none, by=keeper)

    assert (AuditEvent.objects.count(), outcomes(none)) == (before, ["ACCEPTED"])


def test_the_list_says_whose_papers_came_and_of_how_many_people(delivered, clerk, signed_in):
    one, three = delivered("here"), delivered("here", "lent", "here")

    page = signed_in(clerk).get(reverse("accruals:list")).text

    assert f"<td>{one.person.name}</td>" in page
    assert (three.person, "<td>3 people</td>" in page) == (None, True)


def test_a_delivery_of_many_is_found_by_each_of_its_people(delivered, institution, clerk, reviewer, signed_in):
    delivery, other = delivered("here", "here"), delivered("here")
    second = delivery.items.order_by("pk").last().dossier.person
    browser, listed = signed_in(reviewer), reverse("accruals:list")

    def found(text):
        return {case.pk for case, _standing, _tone in browser.get(listed, {"text": text}).context["entries"]}

    assert delivery.person_id is None
    assert delivery.pk in found(second.name)
    assert found(second.name) & {other.pk} == ({other.pk} if other.person.name.startswith(second.name) else set())
    assert found(delivery.number) == {delivery.pk}
    assert found("查无此人") == set()
