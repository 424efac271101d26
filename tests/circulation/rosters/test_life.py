import datetime as dt

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone, translation
from procrastinate.contrib.django.models import ProcrastinateJob

from rendang.circulation.rosters import actions
from rendang.circulation.rosters.actions import importing
from rendang.circulation.rosters.models import Roster, RosterLayout, RosterRow
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.queries import read_file
from rendang.people.models import Person
from tests.circulation.rosters.files import HEADINGS, csv_file, id_number, roster, row

CONTENT = "\n".join(
    ",".join(cells) for cells in (HEADINGS, row(1), row(2, 性别="男"), row(2), row(3, 姓名=""))
).encode()


def jobs():
    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", flat=True))


@pytest.fixture
def received(institution, clerk):
    return actions.receive(CONTENT, name="名册.csv", institution=institution, by=clerk)


@pytest.fixture
def judged(received):
    actions.judge_roster(roster_id=received.pk)
    received.refresh_from_db()
    return received


def test_a_received_file_is_kept_and_waits_to_be_judged(received, clerk):
    assert (received.state, received.name, received.uploaded_by) == ("READING", "名册.csv", clerk)
    assert read_file(received.file) == CONTENT
    assert jobs() == ["rosters.judge"]


def test_the_dry_run_judges_every_row_and_records_nobody(judged):
    assert (judged.state, judged.data_rows, judged.importable, judged.rows_done) == ("JUDGED", 4, 2, 4)
    assert judged.report["counts"]["rejected"]["duplicate_in_file"] == 1
    rows = RosterRow.objects.order_by("number").values_list("number", "verdict", "reasons")
    assert list(rows) == [
        (3, "IMPORTED", ["sex_differs_from_id"]),
        (4, "REJECTED", ["duplicate_in_file"]),
        (5, "REJECTED", ["missing_name"]),
    ]
    assert not Person.objects.exists()


def test_confirmed_it_is_imported_with_one_event(judged, clerk):
    actions.confirm(judged, by=clerk)
    assert jobs()[-1] == "rosters.import"
    actions.import_roster(roster_id=judged.pk)
    judged.refresh_from_db()
    assert (judged.state, judged.confirmed_by, judged.rows_done) == ("DONE", clerk, 4)
    assert Person.objects.count() == 2
    assert RosterRow.objects.filter(custody__isnull=False).count() == 2
    assert AuditEvent.objects.filter(verb="roster.import").count() == 1


def test_it_is_confirmed_only_once_and_only_when_judged(received, judged, clerk):
    actions.confirm(judged, by=clerk)
    before = (jobs(), AuditEvent.objects.count())
    with pytest.raises(ValidationError, match="only once"):
        actions.confirm(judged, by=clerk)
    assert (jobs(), AuditEvent.objects.count()) == before


def test_nobody_acts_on_another_institutions_roster_or_without_the_right(judged, other_institution, keeper):
    for act in (actions.confirm, actions.cancel):
        with pytest.raises(PermissionDenied):
            act(judged, by=keeper)
    with pytest.raises(PermissionDenied):
        actions.receive(CONTENT, name="x.csv", institution=other_institution, by=keeper)
    judged.refresh_from_db()
    assert (judged.state, Roster.objects.count()) == ("JUDGED", 1)


def test_a_running_import_stops_between_chunks_and_keeps_what_is_written(institution, clerk, tmp_path, monkeypatch):
    monkeypatch.setattr("rendang.circulation.rosters.chunks.CHUNK_ROWS", 2)
    path = roster(tmp_path / "r.csv", range(1, 10))
    judged = actions.receive(path.read_bytes(), name="r.csv", institution=institution, by=clerk)
    actions.judge_roster(roster_id=judged.pk)
    actions.confirm(judged, by=clerk)
    real = importing.write_chunk

    def cancel_meanwhile(roster, chunk, *, by, memory):
        real(roster, chunk, by=by)
        if chunk.first == 3:
            actions.cancel(roster, by=by)

    monkeypatch.setattr(importing, "write_chunk", cancel_meanwhile)
    actions.import_roster(roster_id=judged.pk)
    judged.refresh_from_db()
    assert (judged.state, judged.rows_done) == ("CANCELLED", 3)
    assert Person.objects.count() == 3
    assert judged.finished_at is not None


def test_a_roster_put_aside_stays_aside(judged, clerk):
    actions.cancel(judged, by=clerk)
    with pytest.raises(ValidationError):
        actions.confirm(judged, by=clerk)
    with pytest.raises(ValidationError, match="finished"):
        actions.cancel(judged, by=clerk)
    assert not Person.objects.exists()


def test_corrected_columns_are_remembered_for_the_institution_and_layout(institution, clerk):
    rows = [("甲", "乙", "丙"), ("王芳", id_number(2), "A1"), ("李雷", id_number(3), "A2")]
    content = "\n".join(",".join(cells) for cells in rows).encode()
    first = actions.receive(content, name="a.csv", institution=institution, by=clerk)
    actions.judge_roster(roster_id=first.pk)
    first.refresh_from_db()
    assert first.sheets[0]["layout"]["columns"].keys() == {"name", "id_number"}
    actions.correct_columns(first, {0: {0: "name", 1: "id_number", 2: "archive_number"}}, by=clerk)
    actions.judge_roster(roster_id=first.pk)
    first.refresh_from_db()
    assert first.state == "JUDGED"
    assert first.sheets[0]["layout"]["columns"]["archive_number"] == [2]
    assert RosterLayout.objects.get().corrected_by == clerk
    second = actions.receive(content.replace(b"A1", b"A9"), name="b.csv", institution=institution, by=clerk)
    actions.judge_roster(roster_id=second.pk)
    second.refresh_from_db()
    assert second.sheets[0]["layout"]["columns"]["archive_number"] == [2]


def test_columns_without_name_or_number_are_refused(judged, clerk):
    before = (jobs(), AuditEvent.objects.count())
    with pytest.raises(ValidationError, match="identity number"):
        actions.correct_columns(judged, {0: {0: "name"}}, by=clerk)
    with pytest.raises(ValidationError, match="not understood"):
        actions.correct_columns(judged, {0: {}}, by=clerk)
    with pytest.raises(ValidationError, match="Unknown meaning"):
        actions.correct_columns(judged, {0: {0: "name", 1: "nonsense"}}, by=clerk)
    judged.refresh_from_db()
    assert (judged.state, jobs(), AuditEvent.objects.count()) == ("JUDGED", *before)
    assert not RosterLayout.objects.exists()


def test_a_file_nobody_understands_says_so_and_can_be_corrected(institution, clerk):
    unknown = actions.receive(b"a,b\n1,2\n3,4\n", name="x.csv", institution=institution, by=clerk)
    actions.judge_roster(roster_id=unknown.pk)
    unknown.refresh_from_db()
    assert unknown.state == "FAILED"
    assert "headings" in unknown.problem
    assert unknown.sheets[0]["layout"]["headings"] == ["A", "B"]


def test_why_a_file_cannot_be_read_is_told_in_each_readers_language(institution, clerk):
    content = '姓名,身份证号,备注\n王芳,1,\n李雷,2,"特殊\n韩梅,3,\n'.encode()
    unreadable = actions.receive(content, name="x.csv", institution=institution, by=clerk)
    with translation.override("zh-hans"):
        actions.judge_roster(roster_id=unreadable.pk)
        unreadable.refresh_from_db()
        assert unreadable.problem_in_words.startswith("第3行：引号")
    with translation.override("en"):
        assert unreadable.problem_in_words.startswith("Row 3: a quotation mark")


def test_rows_without_headings_are_not_remembered_as_a_layout(institution, clerk):
    content = f"K1,{id_number(1)}\nK2,{id_number(2)}\n".encode()
    bare = actions.receive(content, name="x.csv", institution=institution, by=clerk)
    actions.judge_roster(roster_id=bare.pk)
    bare.refresh_from_db()
    assert (bare.state, bare.sheets[0]["layout"]["headings"]) == ("FAILED", [])
    assert id_number(1) not in str(bare.sheets)
    actions.correct_columns(bare, {0: {0: "name", 1: "id_number"}}, by=clerk)
    actions.judge_roster(roster_id=bare.pk)
    bare.refresh_from_db()
    assert (bare.state, bare.data_rows) == ("JUDGED", 2)
    assert not RosterLayout.objects.exists()


def test_the_workbook_shows_the_verdict_beside_every_row(judged, tmp_path):
    actions.mark_up(roster_id=judged.pk)
    judged.refresh_from_db()
    path = tmp_path / "marked.xlsx"
    path.write_bytes(read_file(judged.marked))
    sheet = openpyxl.load_workbook(path).active
    assert [cell.value for cell in sheet["A"]] == [
        "Verdict",
        None,
        "Sex differs from the identity number",
        "Person already in an earlier row",
        "Name missing",
    ]
    assert sheet["D2"].value == id_number(1)
    assert sheet["D2"].data_type == "s"
    assert sheet["A4"].fill.fgColor.rgb == "FFF8D7DA"


def test_a_job_that_fell_silent_is_started_again(received, judged, clerk):
    actions.confirm(judged, by=clerk)
    actions.resume_stopped(timestamp=0)
    assert jobs().count("rosters.import") == 1
    Roster.objects.update(touched_at=timezone.now() - dt.timedelta(minutes=10))
    actions.resume_stopped(timestamp=0)
    assert jobs().count("rosters.import") == 2


def test_an_empty_or_foreign_file_is_refused_and_leaves_nothing(institution, clerk):
    for content in (b"", b"%PDF-1.4 x"):
        with pytest.raises(ValidationError):
            actions.receive(content, name="x.csv", institution=institution, by=clerk)
    assert (Roster.objects.count(), jobs()) == (0, [])


def test_an_import_in_the_callers_transaction_belongs_to_it(institution, clerk, tmp_path):
    path = csv_file(tmp_path / "r.csv", [HEADINGS, row(1)])
    cursor = connection.cursor()
    cursor.execute("SET LOCAL synchronous_commit = 'local'")
    assert actions.import_file(path, institution=institution, by=clerk).state == "DONE"
    assert Person.objects.count() == 1
    cursor.execute("SHOW synchronous_commit")
    assert cursor.fetchone() == ("local",), "what the caller confirms is on disk as the caller wants it"
