import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from rendang.kernel.access.models import Institution
from rendang.kernel.accounts.models import User
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.standards import actions, queries
from rendang.kernel.standards.models import Policy, ServiceItem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

TODAY = dt.date(2026, 11, 23)


@pytest.fixture
def november():
    with time_machine.travel(dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC), tick=False):
        yield


def new_value(by: User, **changes: object) -> Policy:
    values = {
        "value": 10,
        "unit": "workday",
        "basis": "试行办法第三条",
        "valid_from": dt.date(2027, 1, 1),
        "reason": "市局通知",
    }
    return actions.set_policy("transfer_dispatch", by=by, **(values | changes))


class TestReading:
    def test_a_policy_says_its_value_unit_and_basis(self) -> None:
        rule = queries.policy("transfer_dispatch", on=TODAY)
        assert (rule.value, rule.unit, rule.confidence) == (15, "workday", "F")
        assert rule.basis == "人社部发〔2021〕112号；人社厅发〔2022〕64号"
        assert rule.valid_from == dt.date(2021, 12, 29)

    def test_a_past_case_keeps_the_rule_that_was_in_force(self) -> None:
        """Until 28 December 2021 it was 15 days (人发〔1996〕118号), since then 15 working days."""
        assert queries.deadline("transfer_dispatch", start=dt.date(2021, 12, 28)).due == dt.date(2022, 1, 12)
        assert queries.deadline("transfer_dispatch", start=dt.date(2021, 12, 29)).due == dt.date(2022, 1, 20)

    def test_months_and_days_are_time_limits_too(self) -> None:
        assert queries.deadline("receipt_chase", start=TODAY).due == dt.date(2026, 12, 23)
        assert queries.deadline("recall_letter_validity", start=TODAY).due == dt.date(2026, 12, 23)

    def test_a_policy_that_is_no_time_limit_has_no_deadline(self) -> None:
        with pytest.raises(ValueError, match="upload_size counts megabyte"):
            queries.deadline("upload_size", start=TODAY)

    def test_a_missing_policy_is_named_with_the_remedy(self) -> None:
        with pytest.raises(queries.PolicyMissing, match=r"“no_such_rule”.*2026-11-23"):
            queries.policy("no_such_rule", on=TODAY)
        with pytest.raises(queries.PolicyMissing):
            queries.policy("transfer_dispatch", on=dt.date(1990, 1, 1))

    def test_the_allowed_carriers_are_data(self) -> None:
        """§1.7: tier A by confidential mail or messenger only, tier B by EMS too, nobody carries their own."""
        tier_a = queries.policy("carriers_tier_a", on=TODAY).value
        tier_b = queries.policy("carriers_tier_b", on=TODAY).value
        forbidden = queries.policy("carriers_forbidden", on=TODAY).value
        assert tier_a == ["confidential", "hand"]
        assert tier_b == ["ems", "hand", "confidential"]
        assert not {*tier_a, *tier_b} & set(forbidden)
        handed_on_the_spot = "direct"  # only to whom ``direct_transfer_receivers`` names
        assert {*tier_a, *tier_b, *forbidden, handed_on_the_spot} == {row.code for row in queries.codes("carrier")}

    def test_values_are_shown_in_words(self) -> None:
        rule = queries.policy("carriers_tier_a", on=TODAY)
        assert queries.value_text(rule.value, rule.unit) == "Confidential mail, Delivered by hand"
        assert queries.value_text([14, 24], "celsius") == "14–24 degrees Celsius"
        assert [queries.value_text(n, "month") for n in (1, 2)] == ["1 month", "2 months"]


class TestChanging:
    def test_a_new_value_closes_the_former_one_from_its_day(self, supervisor: User) -> None:
        made = new_value(supervisor)
        former = Policy.objects.get(code="transfer_dispatch", valid_from=dt.date(2021, 12, 29))
        assert (former.value, former.valid_to) == (15, dt.date(2026, 12, 31))
        assert (made.value, made.valid_to, made.source) == (10, None, "SCREEN")
        assert former.source == "ENDED", "its value is still the one of the data file"
        assert queries.policy("transfer_dispatch", on=dt.date(2026, 12, 31)).value == 15
        assert queries.policy("transfer_dispatch", on=dt.date(2027, 1, 1)).value == 10

    def test_the_change_leaves_one_trace(self, supervisor: User) -> None:
        made = new_value(supervisor)
        event = AuditEvent.objects.get()
        assert (event.verb, event.subject_id, event.actor_id) == ("policy.set", made.pk, supervisor.pk)
        assert event.reason == "市局通知"
        assert event.changes["value"] == [15, 10]
        assert event.changes["valid_from"] == "2027-01-01"

    def test_an_institution_may_have_its_own_value(
        self, supervisor: User, institution: Institution, other_institution: Institution
    ) -> None:
        new_value(supervisor, institution=institution, valid_from=TODAY, value=5)
        assert queries.policy("transfer_dispatch", on=TODAY, institution=institution).value == 5
        assert queries.policy("transfer_dispatch", on=TODAY, institution=institution.pk).value == 5
        assert queries.policy("transfer_dispatch", on=TODAY, institution=other_institution).value == 15
        assert queries.policy("transfer_dispatch", on=TODAY).value == 15

    def test_an_institutions_own_value_ends_and_the_general_one_holds_again(
        self, supervisor: User, institution: Institution
    ) -> None:
        own = new_value(supervisor, institution=institution, valid_from=TODAY, value=5)
        actions.end_policy(own, by=supervisor, valid_to=dt.date(2026, 11, 30), reason="试点结束")
        assert queries.policy("transfer_dispatch", on=dt.date(2026, 11, 30), institution=institution).value == 5
        assert queries.policy("transfer_dispatch", on=dt.date(2026, 12, 1), institution=institution).value == 15

    def test_the_general_value_does_not_end_by_itself(self, supervisor: User) -> None:
        row = Policy.objects.get(code="transfer_dispatch", valid_to=None)
        with pytest.raises(ValidationError, match="does not end by itself"):
            actions.end_policy(row, by=supervisor, valid_to=TODAY, reason="…")
        assert Policy.objects.get(pk=row.pk).valid_to is None
        assert not AuditEvent.objects.exists()

    def test_a_planned_value_can_be_withdrawn_and_the_former_runs_on(self, supervisor: User) -> None:
        made = new_value(supervisor)
        actions.withdraw_policy(made, by=supervisor, reason="通知撤回")
        former = Policy.objects.get(code="transfer_dispatch", valid_from=dt.date(2021, 12, 29))
        assert (former.valid_to, former.source) == (None, "FILE")
        assert queries.policy("transfer_dispatch", on=dt.date(2027, 6, 1)).value == 15
        assert list(AuditEvent.objects.order_by("id").values_list("verb", flat=True)) == [
            "policy.set",
            "policy.withdraw",
        ]

    def test_a_value_in_force_cannot_be_withdrawn(self, supervisor: User) -> None:
        made = new_value(supervisor, valid_from=TODAY)
        AuditEvent.objects.all()
        with pytest.raises(ValidationError, match="already in force"):
            actions.withdraw_policy(made, by=supervisor, reason="…")
        assert Policy.objects.filter(pk=made.pk).exists()
        assert AuditEvent.objects.count() == 1

    def test_a_change_before_a_planned_one_runs_until_that_begins(self, supervisor: User) -> None:
        new_value(supervisor, valid_from=dt.date(2027, 6, 1), value=8)
        between = new_value(supervisor, valid_from=dt.date(2027, 1, 1), value=12)
        assert between.valid_to == dt.date(2027, 5, 31)
        assert [
            queries.policy("transfer_dispatch", on=on).value
            for on in (dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2027, 5, 31), dt.date(2027, 6, 1))
        ] == [15, 12, 12, 8]

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"valid_from": dt.date(2026, 11, 22)}, "today at the earliest"),
            ({"value": 0}, "whole number from 1"),
            ({"value": "15"}, "whole number from 1"),
            ({"value": True}, "whole number from 1"),
            ({"unit": "megabyte"}, "cannot be counted in that unit"),
            ({"basis": ""}, "blank"),
        ],
    )
    def test_a_value_that_makes_no_sense_is_refused(self, supervisor: User, changes: dict, message: str) -> None:
        with pytest.raises(ValidationError, match=message), transaction.atomic():
            new_value(supervisor, **changes)
        assert Policy.objects.filter(code="transfer_dispatch").count() == 2
        assert Policy.objects.get(code="transfer_dispatch", value=15, unit="workday").valid_to is None
        assert not AuditEvent.objects.exists()

    def test_only_codes_of_the_table_go_into_a_list_of_codes(self, supervisor: User) -> None:
        with pytest.raises(ValidationError, match="“drone” is no code of the table carrier"), transaction.atomic():
            actions.set_policy(
                "carriers_tier_b",
                by=supervisor,
                value=["ems", "drone"],
                unit="carrier",
                basis="…",
                valid_from=TODAY,
                reason="…",
            )
        assert queries.policy("carriers_tier_b", on=TODAY).value == ["ems", "hand", "confidential"]

    def test_two_values_from_one_day_are_refused(self, supervisor: User) -> None:
        new_value(supervisor)
        with pytest.raises(ValidationError, match="already begins on"), transaction.atomic():
            new_value(supervisor, value=9)
        assert queries.policy("transfer_dispatch", on=dt.date(2027, 1, 1)).value == 10

    def test_a_value_in_force_since_today_is_changed_from_tomorrow(self, supervisor: User) -> None:
        new_value(supervisor, valid_from=TODAY)
        with (
            pytest.raises(ValidationError, match=rf"in force since {TODAY:%Y-%m-%d}.*later day"),
            transaction.atomic(),
        ):
            new_value(supervisor, valid_from=TODAY, value=9)
        new_value(supervisor, valid_from=TODAY + dt.timedelta(days=1), value=9)
        assert queries.policy("transfer_dispatch", on=TODAY).value == 10

    @pytest.mark.parametrize("who", ["clerk", "head", "system_administrator"])
    def test_only_the_supervisor_changes_policies(self, who: str, request: pytest.FixtureRequest) -> None:
        with pytest.raises(PermissionDenied):
            new_value(request.getfixturevalue(who))
        assert Policy.objects.filter(code="transfer_dispatch").count() == 2
        assert not AuditEvent.objects.exists()

    @pytest.mark.parametrize("own", [False, True])
    def test_the_database_refuses_two_values_at_one_time(self, institution: Institution, own: bool) -> None:
        row = Policy.objects.get(code="transfer_dispatch", valid_to=None)
        row.institution = institution if own else None
        if own:
            row.pk = None
            row.save()
        row.pk = None
        row.valid_from = dt.date(2030, 1, 1)
        with pytest.raises(IntegrityError, match="one_policy_at_a_time"), transaction.atomic():
            row.save()


class TestServices:
    def test_the_catalogue_holds_what_the_regulation_lists(self) -> None:
        assert {"intake", "transfer", "certificate", "query", "material_removal", "custody_conflict"} <= {
            item.code for item in queries.service_items()
        }
        item = queries.service_item("transfer")
        assert item.free_of_charge and item.is_public
        assert queries.time_limit(item).value == 15

    def test_internal_items_are_not_for_the_public(self) -> None:
        assert [item.code for item in queries.service_items() if not item.is_public] == [
            "stocktake",
            "undertaking",
            "store_hazard",
            "material_removal",
            "custody_conflict",
        ]

    def test_every_time_limit_is_a_policy(self) -> None:
        assert all(queries.time_limit(item) for item in queries.service_items() if item.time_limit)

    def test_a_missing_item_is_named(self) -> None:
        with pytest.raises(queries.ServiceItemMissing, match="“dance”"):
            queries.service_item("dance")

    def test_a_new_version_closes_the_former_one(self, supervisor: User) -> None:
        begins = dt.date(2027, 1, 1)
        made = actions.change_service_item(
            "certificate",
            by=supervisor,
            valid_from=begins,
            reason="减证便民",
            papers=["电子社保卡"],
            papers_english=["Card"],
        )
        assert queries.service_item("certificate", on=dt.date(2026, 12, 31)).papers[0].startswith("居民身份证")
        assert queries.service_item("certificate", on=begins).papers == ["电子社保卡"]
        assert ServiceItem.objects.get(code="certificate", valid_to=dt.date(2026, 12, 31)).steps == made.steps
        assert AuditEvent.objects.get().verb == "service_item.change"

    def test_a_fee_is_refused_by_the_database(self) -> None:
        with pytest.raises(IntegrityError, match="a_public_service_is_free"), transaction.atomic():
            ServiceItem.objects.update(free_of_charge=False)
