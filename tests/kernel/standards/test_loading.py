import datetime as dt
import re
from pathlib import Path

import pytest
import time_machine

from rendang.kernel.accounts.models import User
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.standards import actions, calendar_days, data_files, queries
from rendang.kernel.standards.models import CalendarDay, Code, CodeSynonym, CodeTable, Policy, StandardsVersion

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture(autouse=True)
def few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calendar is calculated once; one year of it is enough here."""
    monkeypatch.setattr(calendar_days.days, "__defaults__", (2026, 2026))


def without(monkeypatch: pytest.MonkeyPatch, reader: str, unwanted: object, *args: object) -> None:
    """The data file as if an entry had been taken out of it."""
    read = getattr(data_files, reader)
    monkeypatch.setattr(
        data_files, reader, lambda *given: [row for row in read(*given) if not (given == args and unwanted(row))]
    )


def test_loading_again_changes_nothing() -> None:
    number = StandardsVersion.objects.get().number
    counts = actions.load_standards(by=None)
    assert {name: part.changed for name, part in counts.items()} == dict.fromkeys(counts, 0)
    assert StandardsVersion.objects.get().number == number
    assert not AuditEvent.objects.exists()


def test_a_code_that_left_the_files_is_closed_and_keeps_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "codes", lambda row: row["code"] == "R", "person_type")
    counts = actions.load_standards(by=None)
    assert (counts["codes"].closed, counts["codes"].removed) == (1, 0)
    row = Code.objects.get(table__code="person_type", code="R")
    assert row.valid_to == dt.date(2026, 11, 22)
    assert queries.code_name("person_type", "R") == "退休及临近退休人员"
    assert not queries.is_code("person_type", "R", on=TODAY)
    assert AuditEvent.objects.get().changes == {"codes": vars(counts["codes"])}


def test_a_code_that_came_back_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as gone:
        without(gone, "codes", lambda row: row["code"] == "R", "person_type")
        actions.load_standards(by=None)
    actions.load_standards(by=None)
    assert Code.objects.get(table__code="person_type", code="R").valid_to is None


def test_a_policy_that_left_the_files_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "policies", lambda row: row["code"] == "scan_dpi")
    actions.load_standards(by=None)
    assert queries.policy("scan_dpi", on=dt.date(2026, 11, 22)).value == 300
    with pytest.raises(queries.PolicyMissing):
        queries.policy("scan_dpi", on=TODAY)


def test_a_new_version_in_the_file_closes_the_former(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {
        "name": "扫描分辨率",
        "english": "Resolution of a scan",
        "versions": [
            {"value": 400, "unit": "dpi", "basis": "新规", "confidence": "D", "valid_from": dt.date(2027, 1, 1)},
            {"value": 300, "unit": "dpi", "basis": "旧规", "confidence": "D", "valid_from": dt.date(2017, 7, 1)},
        ],
    }
    whole = data_files._yaml
    monkeypatch.setattr(
        data_files, "_yaml", lambda name: whole(name) | {"scan_dpi": entry} if name == "policies.yaml" else whole(name)
    )
    actions.load_standards(by=None)
    assert queries.policy("scan_dpi", on=dt.date(2026, 12, 31)).value == 300
    assert queries.policy("scan_dpi", on=dt.date(2027, 1, 1)).value == 400


def test_a_value_corrected_in_the_file_is_corrected_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    read = data_files.policies
    monkeypatch.setattr(
        data_files,
        "policies",
        lambda: [row | {"basis": "GB/T 33870"} if row["code"] == "scan_dpi" else row for row in read()],
    )
    before = Policy.objects.get(code="scan_dpi").pk
    assert actions.load_standards(by=None)["policies"].corrected == 1
    row = Policy.objects.get(code="scan_dpi")
    assert (row.pk, row.basis) == (before, "GB/T 33870")


def test_a_first_day_corrected_in_the_file_is_corrected_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    read = data_files.policies
    day = dt.date(2018, 1, 1)
    monkeypatch.setattr(
        data_files,
        "policies",
        lambda: [row | {"valid_from": day} if row["code"] == "scan_dpi" else row for row in read()],
    )
    counts = actions.load_standards(by=None)["policies"]
    assert (counts.corrected, counts.added, counts.closed, counts.removed) == (1, 0, 0, 0)
    assert Policy.objects.get(code="scan_dpi").valid_from == day


def test_a_policy_changed_on_screen_survives_a_reload(supervisor: User) -> None:
    actions.set_policy(
        "scan_dpi", by=supervisor, value=600, unit="dpi", basis="本地规定", valid_from=TODAY, reason="清晰度"
    )
    counts = actions.load_standards(by=None)
    assert (counts["policies"].changed, counts["policies"].kept_from_screen) == (0, 1)
    assert queries.policy("scan_dpi", on=TODAY).value == 600
    assert queries.policy("scan_dpi", on=dt.date(2026, 11, 22)).value == 300


def test_a_policy_changed_on_screen_survives_its_removal_from_the_files(
    supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.set_policy(
        "scan_dpi", by=supervisor, value=600, unit="dpi", basis="本地规定", valid_from=TODAY, reason="清晰度"
    )
    without(monkeypatch, "policies", lambda row: row["code"] == "scan_dpi")
    actions.load_standards(by=None)
    assert queries.policy("scan_dpi", on=TODAY).value == 600


def test_codes_and_synonyms_entered_on_screen_survive_a_reload(supervisor: User) -> None:
    table = CodeTable.objects.get(code="archive_type")
    actions.set_code(table, by=supervisor, code="school", name="学校存档", valid_from=TODAY, reason="试点")
    actions.add_synonym(table, by=supervisor, text="学校代管", code="school")
    assert actions.load_standards(by=None)["codes"].changed == 0
    assert queries.code_of("archive_type", "学校代管") == "school"


def test_a_synonym_that_left_the_file_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "synonyms", lambda row: row["text"] == "大普")
    assert actions.load_standards(by=None)["synonyms"].removed == 1
    assert queries.code_of("education", "大普") is None
    assert not CodeSynonym.objects.filter(text="大普").exists()


def test_a_day_entered_on_screen_survives_a_reload(supervisor: User) -> None:
    day = dt.date(2026, 12, 25)
    actions.set_day(day, by=supervisor, is_working=False, name="本市放假", basis="市政府通知")
    assert actions.load_standards(by=None)["calendar"].kept_from_screen == 1
    assert not CalendarDay.objects.get(date=day).is_working


def test_a_bad_date_in_a_data_file_is_named_with_its_place(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "sex.csv").write_text("code,name,valid_from\n1,男性,1.1.2003\n", encoding="utf-8")
    monkeypatch.setattr(data_files, "DATA", tmp_path)
    with pytest.raises(data_files.BadDataFile, match=r"sex\.csv, 1: “1\.1\.2003” is no date"):
        data_files.codes("sex")


@pytest.mark.parametrize("name", ["policies", "services"])
def test_no_rule_is_written_down_twice(name):
    """YAML keeps the last of two entries of one name without a word."""
    text = (Path(data_files.__file__).parent / "data" / f"{name}.yaml").read_text()
    codes = re.findall(r"^([a-z_]+):", text, re.MULTILINE)
    assert len(codes) == len(set(codes))
