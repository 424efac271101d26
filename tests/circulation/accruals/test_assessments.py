"""One assessment list for two hundred people: pasted as it stands in the spreadsheet, identified page by page."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from rendang.circulation.accruals import actions, judging
from rendang.circulation.accruals.models import Accrual, AccrualItem
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.core.sheets import UnreadableTable
from tests.factories import held_dossier, staff

pytestmark = pytest.mark.django_db
COMMON = {"title": "2025年度考核登记表", "formed_on": "2025-12", "pages": "2"}
PAGE = reverse("accruals:register_list")


@pytest.fixture(autouse=True)
def _today(time_machine) -> None:
    time_machine.move_to(dt.datetime(2026, 11, 26, 2, tzinfo=dt.UTC), tick=False)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "赵一\t110101199003074512\n钱二\t110101199003074520",
            [("赵一", "110101199003074512"), ("钱二", "110101199003074520")],
        ),
        ("110101199003074512 赵一", [("赵一", "110101199003074512")]),
        ("身份证号\t姓名\n110101199003074512\t赵一", [("赵一", "110101199003074512")]),
    ],
)
def test_names_and_numbers_need_no_heading_and_no_title_of_their_own(text, rows):
    read = judging.read_pasted(text, COMMON)

    assert [(one["name"], one["id_number"]) for one in read] == rows
    assert {(one["title"], one["formed_on"], one["pages"]) for one in read} == {tuple(COMMON.values())}


def test_what_a_row_says_itself_goes_before_what_is_said_once():
    text = (
        "姓名\t身份证号\t材料名称\t页数\n赵一\t110101199003074512\t2024年度考核登记表\t\n钱二\t110101199003074520\t\t3"
    )

    first, second = judging.read_pasted(text, COMMON)

    assert (first["title"], first["pages"]) == ("2024年度考核登记表", "2")
    assert (second["title"], second["pages"], second["row"]) == ("2025年度考核登记表", "3", "3")


def test_columns_that_nobody_can_tell_apart_need_their_heading():
    with pytest.raises(UnreadableTable):
        judging.read_pasted("赵一\t110101199003074512\t2\t原件", COMMON)
    with pytest.raises(UnreadableTable):
        judging.read_pasted("赵一\t110101199003074512")


def test_a_list_of_names_is_judged_corrected_and_registered_with_one_title(signed_in, institution, clerk):
    here = [held_dossier(institution, name=name) for name in ("赵一", "钱二")]
    browser = signed_in(clerk)
    pasted = "\n".join(f"{one.person.name}\t{one.person.id_number}" for one in here) + "\n孙三\t11010119900307451X"
    asked = {
        "institution": institution.pk,
        "sender": "虚构公司",
        "received_on": "2026-11-26",
        "pasted": pasted,
    } | COMMON

    judged = browser.post(PAGE, asked)

    assert [one.said["name"] for one in judged.context["verdicts"]] == ["孙三", "赵一", "钱二"]
    assert judged.context["form"]["pasted"].value().splitlines()[1].split("\t")[:3] == [
        "赵一", here[0].person.id_number, "",
    ]  # fmt: skip
    assert not Accrual.objects.exists()
    again = {
        name: judged.context["form"][name].value() or "" for name in judged.context["form"].fields if name != "file"
    }

    browser.post(PAGE, again | {"register": "1"})

    items = AccrualItem.objects.order_by("pk")
    assert [(one.dossier, one.title, one.formed_on, one.pages) for one in items] == [
        (dossier, "2025年度考核登记表", "2025-12", 2) for dossier in here
    ]


@pytest.fixture
def delivery(institution, clerk):
    """Of a hundred and twenty people."""
    rows = [(held_dossier(institution).pk, {"title": "2025年度考核登记表", "class_mark": "3"}) for _one in range(120)]
    return actions.register(institution, by=clerk, sender="虚构公司", rows=rows)


def verdicts(items, **given):
    return {
        f"{name}-{item.pk}": value
        for item in items
        for name, value in ({"class_mark": "3", "form": "original"} | given).items()
    }


def test_a_long_delivery_is_identified_page_by_page_and_nothing_noted_is_lost(signed_in, delivery, reviewer):
    browser, page = signed_in(reviewer), reverse("accruals:identify", args=[delivery.pk])
    items = list(delivery.items.all())
    first = browser.get(page)
    assert (len(first.context["lines"]), first.context["page"].paginator.num_pages) == (50, 3)

    refused = verdicts(items[:1], refusal="illegible", detail="水渍") | verdicts(items[1:50])
    assert browser.post(page, refused | {"onward": "2"})["Location"] == f"{page}?page=2"
    assert browser.post(f"{page}?page=2", verdicts(items[50:100]) | {"onward": "3"})["Location"] == f"{page}?page=3"
    assert Accrual.objects.get().state == "REGISTERED"
    shown = browser.get(page).context["lines"][0].sent
    assert (shown["refusal"], shown["detail"]) == ("illegible", "水渍")

    browser.post(f"{page}?page=3", verdicts(items[100:]))

    assert Accrual.objects.get().state == "IDENTIFIED"
    assert list(AccrualItem.objects.filter(outcome="REFUSED")) == items[:1]
    assert AccrualItem.objects.filter(outcome="ACCEPTED", class_mark="3").count() == 119
    assert AuditEvent.objects.filter(verb="accrual.note_verdicts").count() == 2


def test_a_wrong_verdict_of_a_page_names_its_paper_and_changes_nothing(delivery, reviewer):
    one, other = delivery.items.select_related("dossier__person")[:2]
    before = AuditEvent.objects.count()

    with pytest.raises(ValidationError) as wrong:
        actions.note_verdicts(
            delivery, by=reviewer, verdicts={f"{one.pk}": {"class_mark": "3"}, f"{other.pk}": {"refusal": "ugly"}}
        )

    assert wrong.value.messages[0].startswith(f"{other.dossier.person.name} {other.title}: ")
    assert (AccrualItem.objects.exclude(outcome="").count(), AuditEvent.objects.count()) == (0, before)


def test_a_verdict_is_changed_before_the_delivery_is_identified(delivery, reviewer):
    item = delivery.items.first()
    actions.note_verdicts(delivery, by=reviewer, verdicts={f"{item.pk}": {"refusal": "illegible", "detail": "水渍"}})

    actions.note_verdicts(delivery, by=reviewer, verdicts={f"{item.pk}": {"class_mark": "3"}})

    item.refresh_from_db()
    assert (item.outcome, item.refusal, item.refusal_detail) == ("ACCEPTED", "", "")


def test_only_who_identifies_notes_verdicts(delivery, institution, other_institution):
    for who in (staff(institution, Role.CLERK), staff(other_institution, Role.REVIEWER)):
        with pytest.raises(PermissionDenied):
            actions.note_verdicts(delivery, by=who, verdicts={})
    assert not AuditEvent.objects.filter(verb="accrual.note_verdicts").exists()
