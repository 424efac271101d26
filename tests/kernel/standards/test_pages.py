import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from rendang.kernel.access.models import Institution
from rendang.kernel.accounts.models import User
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.standards import queries
from rendang.kernel.standards.models import CalendarDay, Code, CodeSynonym, CodeTable, Policy, ServiceItem

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)
SignIn = Callable[[User], Client]

READ = [
    ("standards:list", []),
    ("standards:table", ["education"]),
    ("standards:table", ["division"]),
    ("standards:synonyms", ["education"]),
    ("standards:classification", []),
    ("standards:key_materials", []),
    ("standards:policies", []),
    ("standards:policy", ["transfer_dispatch"]),
    ("standards:services", []),
    ("standards:service", ["certificate"]),
    ("standards:calendar", [2026]),
]
CHANGE = [
    ("standards:code_add", ["education"]),
    ("standards:policy_change", ["transfer_dispatch"]),
    ("standards:policy_change", ["carriers_tier_a"]),
    ("standards:service_change", ["certificate"]),
    ("standards:calendar_announce", [2027]),
    ("standards:calendar_day", [2026, 12, 25]),
]


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def desk(supervisor: User, signed_in: SignIn) -> Client:
    return signed_in(supervisor)


def policy_form(**changes: object) -> dict[str, object]:
    return {
        "value": "10",
        "unit": "workday",
        "institution": "",
        "valid_from": "2027-01-01",
        "basis": "试行办法",
        "reason": "市局通知",
    } | changes


@pytest.mark.parametrize("page", READ, ids=lambda page: "-".join([page[0], *map(str, page[1])]))
@pytest.mark.parametrize("who", ["clerk", "digitiser", "supervisor", "audit_administrator"])
def test_everyone_on_the_desk_may_read_the_standards(
    who: str, page: tuple[str, list], request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    response = signed_in(request.getfixturevalue(who)).get(reverse(page[0], args=page[1]))
    assert response.status_code == 200


@pytest.mark.parametrize("page", READ, ids=lambda page: "-".join([page[0], *map(str, page[1])]))
def test_no_page_takes_more_than_twenty_queries(
    page: tuple[str, list], desk: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(20):
        desk.get(reverse(page[0], args=page[1]))


@pytest.mark.parametrize("page", CHANGE, ids=lambda page: "-".join([page[0], *map(str, page[1])]))
@pytest.mark.parametrize(("who", "status"), [("clerk", 403), ("head", 403), ("supervisor", 200)])
def test_only_the_supervisor_may_open_a_form_of_change(
    who: str, status: int, page: tuple[str, list], request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(reverse(page[0], args=page[1])).status_code == status


def test_a_clerk_sees_no_button_of_change(clerk: User, signed_in: SignIn) -> None:
    page = signed_in(clerk).get(reverse("standards:policy", args=["transfer_dispatch"])).content.decode()
    assert reverse("standards:policy_change", args=["transfer_dispatch"]) not in page


def test_what_does_not_exist_is_not_found(desk: Client) -> None:
    for name, args in (
        ("table", ["nothing"]),
        ("policy", ["nothing"]),
        ("service", ["nothing"]),
        ("calendar", [1900]),
        ("calendar_day", [2026, 2, 30]),
    ):
        assert desk.get(reverse(f"standards:{name}", args=args)).status_code == 404


class TestCodes:
    def test_a_code_is_found_by_number_name_and_part_of_the_name(self, desk: Client) -> None:
        for text in ("370202", "市南区", "市南"):
            page = desk.get(reverse("standards:table", args=["division"]), {"q": text})
            assert "370202" in page.content.decode()

    def test_abolished_codes_are_shown_when_asked_for_or_as_of_their_day(self, desk: Client) -> None:
        url = reverse("standards:table", args=["division"])
        assert "四方区" not in desk.get(url, {"q": "370205"}).content.decode()
        assert "四方区" in desk.get(url, {"q": "370205", "ended": "on"}).content.decode()
        assert "四方区" in desk.get(url, {"q": "370205", "on": "2010-01-01"}).content.decode()

    def test_an_empty_result_says_what_to_do(self, desk: Client) -> None:
        page = desk.get(reverse("standards:table", args=["education"]), {"q": "zzz"}).content.decode()
        assert "No code fits." in page
        assert "Clear the filter" in page

    def test_a_new_code_is_entered(self, desk: Client) -> None:
        form = {"code": "school", "name": "学校存档", "valid_from": "2026-11-23", "reason": "试点"}
        response = desk.post(reverse("standards:code_add", args=["archive_type"]), form)
        assert response.status_code == 302
        assert [row.code for row in queries.codes("archive_type")] == ["personal", "unit", "school"]
        event = AuditEvent.objects.get()
        assert (event.verb, event.reason, event.changes["name"]) == ("code.set", "试点", [None, "学校存档"])

    def test_a_code_gets_a_new_name_from_a_day_on(self, desk: Client) -> None:
        row = Code.objects.get(table__code="archive_type", code="unit")
        form = {"name": "单位集体存档", "valid_from": "2027-01-01", "reason": "用语统一"}
        assert desk.post(reverse("standards:code_change", args=[row.pk]), form).status_code == 302
        assert queries.code_name("archive_type", "unit", on=dt.date(2026, 12, 31)) == "单位存档"
        assert queries.code_name("archive_type", "unit", on=dt.date(2027, 1, 1)) == "单位集体存档"

    def test_a_code_ends(self, desk: Client) -> None:
        row = Code.objects.get(table__code="archive_type", code="unit")
        form = {"valid_to": "2026-12-31", "reason": "停用"}
        assert desk.post(reverse("standards:code_end", args=[row.pk]), form).status_code == 302
        assert [code.code for code in queries.codes("archive_type", on=dt.date(2027, 1, 1))] == ["personal"]
        assert AuditEvent.objects.get().changes["valid_to"] == [None, "2026-12-31"]

    def test_a_code_does_not_end_in_the_past(self, desk: Client) -> None:
        row = Code.objects.get(table__code="archive_type", code="unit")
        page = desk.post(reverse("standards:code_end", args=[row.pk]), {"valid_to": "2020-01-01", "reason": "停用"})
        assert "A rule ends yesterday at the earliest." in page.content.decode()
        assert Code.objects.get(pk=row.pk).valid_to is None
        assert not AuditEvent.objects.exists()

    def test_a_parent_must_be_a_code_of_the_table(self, desk: Client) -> None:
        form = {"code": "99", "name": "新", "parent": "55", "valid_from": "2026-11-23", "reason": "…"}
        page = desk.post(reverse("standards:code_add", args=["education"]), form).content.decode()
        assert "There is no such code in this table." in page
        assert 'value="99"' in page  # what was typed stays
        assert not Code.objects.filter(table__code="education", code="99").exists()

    def test_a_synonym_is_entered_and_taken_out(self, desk: Client) -> None:
        url = reverse("standards:synonyms", args=["education"])
        assert desk.post(url, {"text": "专升本（函授）", "code": "21"}).status_code == 302
        assert queries.code_of("education", "专升本(函授)") == "21"
        row = CodeSynonym.objects.get(text="专升本（函授）")
        assert desk.post(reverse("standards:synonym_remove", args=[row.pk])).status_code == 302
        assert queries.code_of("education", "专升本(函授)") is None
        assert [event.verb for event in AuditEvent.objects.order_by("id")] == ["synonym.add", "synonym.remove"]

    def test_a_synonym_of_two_meanings_or_of_no_code_is_refused(self, desk: Client) -> None:
        url = reverse("standards:synonyms", args=["education"])
        before = CodeSynonym.objects.count()
        assert "already stands" in desk.post(url, {"text": "大　本", "code": "31"}).content.decode()
        assert "no such code" in desk.post(url, {"text": "老年大学", "code": "99"}).content.decode()
        assert CodeSynonym.objects.count() == before
        assert not AuditEvent.objects.exists()

    def test_a_clerk_adds_no_synonym(self, clerk: User, signed_in: SignIn) -> None:
        url = reverse("standards:synonyms", args=["education"])
        assert signed_in(clerk).post(url, {"text": "大本科", "code": "21"}).status_code == 403
        assert not CodeSynonym.objects.filter(text="大本科").exists()

    def test_a_synonym_of_the_data_files_stays(self, desk: Client) -> None:
        row = CodeSynonym.objects.get(text="大本")
        page = desk.post(reverse("standards:synonym_remove", args=[row.pk]), follow=True)
        assert "comes from the data files" in page.content.decode()
        assert CodeSynonym.objects.filter(pk=row.pk).exists()


class TestPolicies:
    def test_the_list_shows_what_holds_today(self, desk: Client) -> None:
        page = desk.get(reverse("standards:policies")).content.decode()
        assert "15 working days" in page
        assert "人社厅发〔2022〕64号" in page

    def test_the_list_shows_what_held_on_another_day(self, desk: Client) -> None:
        page = desk.get(reverse("standards:policies"), {"q": "transfer_dispatch", "on": "2020-01-01"}).content.decode()
        assert "15 days" in page

    def test_an_institution_sees_its_own_value(self, desk: Client, institution: Institution) -> None:
        form = policy_form(institution=institution.pk, valid_from="2026-11-23", value="5")
        assert desk.post(reverse("standards:policy_change", args=["transfer_dispatch"]), form).status_code == 302
        asked = {"q": "transfer_dispatch", "institution": institution.pk}
        assert "5 working days" in desk.get(reverse("standards:policies"), asked).content.decode()
        page = desk.get(reverse("standards:policy", args=["transfer_dispatch"])).content.decode()
        assert str(institution) in page

    def test_a_planned_value_is_shown_and_withdrawn(self, desk: Client) -> None:
        desk.post(reverse("standards:policy_change", args=["transfer_dispatch"]), policy_form())
        assert "Change planned" in desk.get(reverse("standards:policies")).content.decode()
        row = Policy.objects.get(code="transfer_dispatch", value=10)
        detail = reverse("standards:policy", args=["transfer_dispatch"])
        assert reverse("standards:policy_withdraw", args=[row.pk]) in desk.get(detail).content.decode()
        response = desk.post(reverse("standards:policy_withdraw", args=[row.pk]), {"reason": "撤回"})
        assert response.status_code == 302
        assert not Policy.objects.filter(pk=row.pk).exists()

    def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(self, desk: Client) -> None:
        url = reverse("standards:policy_change", args=["transfer_dispatch"])
        page = desk.post(url, policy_form(valid_from="2026-11-01")).content.decode()
        assert "A change takes effect today at the earliest." in page
        assert "试行办法" in page
        assert "is no whole number" in desk.post(url, policy_form(value="ten")).content.decode()
        assert Policy.objects.filter(code="transfer_dispatch").count() == 2
        assert not AuditEvent.objects.exists()

    def test_a_list_of_codes_is_ticked(self, desk: Client) -> None:
        url = reverse("standards:policy_change", args=["carriers_tier_b"])
        assert "专人送取 (hand)" in desk.get(url).content.decode()
        assert desk.post(url, policy_form(value=["hand", "confidential"], unit="carrier")).status_code == 302
        assert set(queries.policy("carriers_tier_b", on=dt.date(2027, 1, 1)).value) == {"hand", "confidential"}

    def test_a_list_of_words_or_numbers_is_written_one_a_line(self, desk: Client) -> None:
        url = reverse("standards:policy_change", args=["never_a_return_reason"])
        assert desk.post(url, policy_form(value="缺材料\r\n欠费\r\n", unit="text")).status_code == 302
        url = reverse("standards:policy_change", args=["store_temperature"])
        assert "is no whole number" in desk.post(url, policy_form(value="14\nx", unit="celsius")).content.decode()
        assert desk.post(url, policy_form(value="16\n22", unit="celsius")).status_code == 302
        day = dt.date(2027, 1, 1)
        assert queries.policy("never_a_return_reason", on=day).value == ["缺材料", "欠费"]
        assert queries.policy("store_temperature", on=day).value == [16, 22]

    def test_an_institutions_own_value_ends(self, desk: Client, institution: Institution) -> None:
        url = reverse("standards:policy_change", args=["transfer_dispatch"])
        desk.post(url, policy_form(institution=institution.pk, valid_from="2026-11-23"))
        row = Policy.objects.get(institution=institution)
        form = {"valid_to": "2026-11-30", "reason": "试点结束"}
        assert desk.post(reverse("standards:policy_end", args=[row.pk]), form).status_code == 302
        assert Policy.objects.get(pk=row.pk).valid_to == dt.date(2026, 11, 30)


class TestServices:
    def form(self, **changes: object) -> dict[str, object]:
        row = queries.service_item("certificate")
        plain = {
            name: getattr(row, name)
            for name in ("name", "english_name", "basis", "time_limit", "applicants", "applicants_english", "note")
        }
        listed = {
            name: "\n".join(getattr(row, name)) for name in ("papers", "papers_english", "steps", "steps_english")
        }
        more = {"channels": row.channels, "is_public": "on", "valid_from": "2027-01-01", "reason": "减证便民"}
        return plain | listed | more | changes

    def test_a_new_version_is_entered_and_withdrawn(self, desk: Client) -> None:
        form = self.form(papers="电子社保卡", papers_english="Social security card")
        assert desk.post(reverse("standards:service_change", args=["certificate"]), form).status_code == 302
        made = ServiceItem.objects.get(code="certificate", valid_from=dt.date(2027, 1, 1))
        assert made.papers == ["电子社保卡"]
        assert desk.post(reverse("standards:service_withdraw", args=[made.pk]), {"reason": "撤回"}).status_code == 302
        assert ServiceItem.objects.get(code="certificate").valid_to is None

    def test_both_languages_have_as_many_lines(self, desk: Client) -> None:
        form = self.form(steps="一\n二", steps_english="One")
        page = desk.post(reverse("standards:service_change", args=["certificate"]), form).content.decode()
        assert "As many lines as in Chinese" in page
        assert ServiceItem.objects.filter(code="certificate").count() == 1

    def test_the_page_is_in_the_language_on_screen(self, supervisor: User, signed_in: SignIn) -> None:
        url = reverse("standards:service", args=["certificate"])
        assert "Identity card" in signed_in(supervisor).get(url).content.decode()
        chinese = signed_in(supervisor, "zh-hans").get(url).content.decode()  # type: ignore[call-arg]
        assert "居民身份证" in chinese


class TestCalendar:
    NOTICE = {
        "basis": "国务院办公厅关于2027年部分节假日安排的通知",
        "days_off": "2027-01-01~2027-01-03 元旦\n2027-02-05 至 2027-02-11 春节\n2027年10月1日 国庆节",
        "worked": "2027-02-20 春节",
    }

    def test_the_year_shows_holidays_and_make_up_days(self, desk: Client) -> None:
        page = desk.get(reverse("standards:calendar", args=[2026])).content.decode()
        assert "National Day" in page
        assert "国务院办公厅关于2026年部分节假日安排的通知" in page
        assert "Provisional." not in page
        assert "Provisional." in desk.get(reverse("standards:calendar", args=[2027])).content.decode()

    def test_a_notice_makes_the_year_certain(self, desk: Client) -> None:
        assert queries.deadline("transfer_dispatch", start=dt.date(2026, 12, 25)).provisional
        response = desk.post(reverse("standards:calendar_announce", args=[2027]), self.NOTICE)
        assert response.status_code == 302
        assert not CalendarDay.objects.filter(date__year=2027, provisional=True).exists()
        assert not queries.is_working_day(dt.date(2027, 2, 8))
        assert queries.is_working_day(dt.date(2027, 2, 20))  # a Saturday
        assert queries.is_working_day(dt.date(2027, 10, 5))  # not in this notice
        limit = queries.deadline("transfer_dispatch", start=dt.date(2026, 12, 25))
        assert (limit.due, limit.provisional) == (dt.date(2027, 1, 18), False)
        event = AuditEvent.objects.get()
        assert (event.verb, event.changes["worked"]) == ("calendar.announce", ["2027-02-20"])

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"worked": "2027-02-22 春节"}, "is an ordinary working day"),
            ({"days_off": "2026-12-31 元旦"}, "does not lie in 2027"),
            ({"days_off": "New Year"}, "Line 1: write 2027-02-05"),
            ({"days_off": ""}, "This field is required"),
            ({"worked": "2027-02-06 春节"}, "is both off and worked"),
        ],
    )
    def test_a_notice_that_makes_no_sense_is_refused(self, desk: Client, changes: dict, message: str) -> None:
        page = desk.post(reverse("standards:calendar_announce", args=[2027]), self.NOTICE | changes)
        assert message in page.content.decode()
        assert CalendarDay.objects.filter(date__year=2027, provisional=True).count() == 365
        assert not AuditEvent.objects.exists()

    def test_a_single_day_is_corrected(self, desk: Client) -> None:
        form = {"is_working": "0", "name": "本市放假", "basis": "市政府通知"}
        assert desk.post(reverse("standards:calendar_day", args=[2026, 12, 25]), form).status_code == 302
        assert not queries.is_working_day(dt.date(2026, 12, 25))
        assert AuditEvent.objects.get().changes["is_working"] == [True, False]


def test_every_table_of_the_city_is_listed(desk: Client) -> None:
    page = desk.get(reverse("standards:list")).content.decode()
    for table in CodeTable.objects.all():
        assert reverse("standards:table", args=[table.code]) in page
