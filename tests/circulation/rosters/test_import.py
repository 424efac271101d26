import datetime as dt
import io
import json
from itertools import permutations

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from rendang.circulation.rosters import actions
from rendang.circulation.rosters.actions import importing, writing
from rendang.circulation.rosters.models import Roster, RosterRow
from rendang.circulation.rosters.queries import source_of
from rendang.dossiers.models import Custody, CustodyConflict, Dossier
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.core.crypto import blind_index
from rendang.people.models import Employer, OtherIdentity, Person
from rendang.storage.models import Placement
from tests.circulation.rosters.files import HEADINGS, SAMPLES, csv_file, id_number, roster, row
from tests.factories import InstitutionFactory, SlotFactory, held_dossier

TODAY = dt.date(2026, 6, 30)
EXPECTED = json.loads((SAMPLES / "expected.json").read_text())


@pytest.fixture
def import_file(institution, clerk):
    """Import a file for the clerk's institution, or another; the report."""

    def run(path, at=None, by=clerk):
        return actions.import_file(path, institution=at or institution, by=by, today=TODAY).report

    return run


def everything():
    """How many rows of each kind there are."""
    models = (Person, Dossier, Custody, Placement, CustodyConflict, Employer, OtherIdentity)
    return {model.__name__: model.objects.count() for model in models}


@pytest.mark.parametrize("order", list(permutations(EXPECTED["files"])), ids=lambda order: " ".join(order))
def test_the_samples_are_exact_in_any_order(clerk, order):
    """Whichever of two files comes second carries the conflict."""
    institutions = {name: InstitutionFactory(code=of["institution"]) for name, of in EXPECTED["files"].items()}
    come: set[str] = set()
    for name in order:
        report = actions.import_file(SAMPLES / name, institution=institutions[name], by=clerk, today=TODAY).report
        expected = EXPECTED["files"][name]
        come.add(name)
        assert report["file"] == name
        assert report["institution"] == expected["institution"]
        assert report["data_rows"] == expected["data_rows"]
        assert report["importable"] == expected["importable"]
        for got, sheet in zip(report["sheets"], expected["sheets"], strict=True):
            keys = (
                "name",
                "title_rows",
                "header_rows",
                "not_data_rows",
                "data_rows",
                "importable",
                "rejected",
                "warned",
            )
            assert {key: got[key] for key in keys} == {key: sheet[key] for key in keys}
            assert got["held_elsewhere"] == held_elsewhere(name, sheet["name"], come)
            assert got["already_held"] == got["archive_number_taken"] == got["differs_from_record"] == []
    assert CustodyConflict.objects.count() == len(EXPECTED["pairs"])
    assert Custody.objects.filter(status="CLAIMED").count() == len(EXPECTED["pairs"])
    assert Person.objects.count() == sum(of["importable"] for of in EXPECTED["files"].values()) - len(
        EXPECTED["pairs"]
    )


def held_elsewhere(name, sheet, come):
    rows = []
    for pair in EXPECTED["pairs"]:
        sides = {side["file"]: side for side in (pair["first"], pair["second"])}
        if name in sides and set(sides) <= come and sides[name].get("sheet") == sheet:
            rows.append(sides[name]["row"])
    return sorted(rows)


def test_a_row_becomes_person_dossier_custody_place_and_source(institution, clerk, import_file, tmp_path):
    headings = (*HEADINGS, "民族", "学历", "政治面貌", "工作单位", "统一社会信用代码", "存档类型", "转入原因", "手机")
    cells = (
        *row(1, 姓名="单　𬱖"),
        "汉",
        "大本",
        "居士",
        "测试厂",
        "91350100M000100Y43",
        "单位存档",
        "调动",
        "13900000001",
    )
    import_file(csv_file(tmp_path / "r.csv", [headings, cells]))
    person = Person.objects.get()
    assert person.name == "单𬱖"
    assert (person.name_pinyin, person.name_initials, person.name_pinyin_other) == ("shandi", "sd", "dandi")
    assert person.id_number == id_number(1)
    assert bytes(person.id_index) == blind_index(id_number(1))
    assert person.id_masked == f"3702{'*' * 10}{id_number(1)[-4:]}"
    assert (person.sex, person.birth_date) == ("1", "1980-05-17")
    assert (person.ethnic_group, person.education, person.political_status) == ("01", "21", "")
    assert person.unknown_texts == {"political_status": "居士"}
    assert person.mobile == "13900000001"
    assert (person.employer.name, person.employer.credit_code) == ("测试厂", "91350100M000100Y43")
    custody = Custody.objects.get()
    assert custody.dossier.person == person
    assert (custody.institution, custody.status, custody.archive_number) == (institution, "HELD", "A00001")
    assert (custody.received_on, custody.archive_type, custody.received_reason) == ("2019-03", "unit", "调动")
    assert custody.name == person.name
    place = Placement.objects.get()
    assert (place.dossier, place.kind, place.detail, place.by) == (custody.dossier, "AS_WRITTEN", "1号柜1层", clerk)
    source = source_of(custody.pk)
    assert (source.roster.name, source.sheet, source.number, source.reasons) == ("r.csv", 0, 2, ["unknown_code_text"])


def test_importing_the_same_file_twice_changes_nothing(import_file, tmp_path):
    path = roster(tmp_path / "r.csv", [1, 2, 3])
    assert import_file(path)["sheets"][0]["already_held"] == []
    before = everything()
    sheet = import_file(path)["sheets"][0]
    assert sheet["already_held"] == [2, 3, 4]
    assert sheet["differs_from_record"] == sheet["held_elsewhere"] == []
    assert everything() == before


def test_a_second_institution_makes_one_conflict_however_often_it_imports(
    institution, other_institution, import_file, tmp_path
):
    import_file(roster(tmp_path / "ours.csv", [1, 2]))
    theirs = roster(tmp_path / "theirs.csv", [2, 3], 档案编号="", 姓名="别名")
    sheet = import_file(theirs, at=other_institution)["sheets"][0]
    assert sheet["held_elsewhere"] == [2]
    conflict = CustodyConflict.objects.get()
    assert (conflict.institution, conflict.counterpart) == (other_institution, institution)
    assert (conflict.claim.status, conflict.holding.status) == ("CLAIMED", "HELD")
    assert conflict.due_date is not None
    assert conflict.number.startswith(f"{other_institution.code}-")
    assert Person.objects.count() == 3
    before = everything()
    assert import_file(theirs, at=other_institution)["sheets"][0]["already_held"] == [2, 3]
    assert everything() == before


def test_a_number_of_somebody_elses_dossier_is_refused(institution, import_file, tmp_path):
    held_dossier(institution, custody={"archive_number": "A00002"})
    report = import_file(roster(tmp_path / "r.csv", [1, 2]))
    assert report["sheets"][0]["archive_number_taken"] == [3]
    assert report["importable"] == 2
    assert not Person.objects.filter(id_index=blind_index(id_number(2))).exists()
    taken = RosterRow.objects.get(number=3)
    assert (taken.verdict, taken.reasons, taken.custody_id) == ("REJECTED", ["archive_number_taken"], None)


def test_other_particulars_are_shown_and_not_written_over(import_file, tmp_path):
    import_file(roster(tmp_path / "r.csv", [1]))
    sheet = import_file(roster(tmp_path / "s.csv", [1], 接收日期="2020-01"))["sheets"][0]
    assert sheet["differs_from_record"] == [2]
    assert Custody.objects.get().received_on == "2019-03"


def test_somebody_who_left_comes_back_under_a_new_number(institution, import_file, tmp_path):
    import_file(roster(tmp_path / "r.csv", [1]))
    Custody.objects.update(status="ENDED", ended_on="2021")
    assert import_file(roster(tmp_path / "r.csv", [1]))["sheets"][0]["differs_from_record"] == [2]
    import_file(roster(tmp_path / "s.csv", [1], 档案编号="B1"))
    assert list(Custody.objects.order_by("pk").values_list("archive_number", "status")) == [
        ("A00001", "ENDED"),
        ("B1", "HELD"),
    ]
    assert (Person.objects.count(), Dossier.objects.count(), CustodyConflict.objects.count()) == (1, 1, 0)


def test_a_dossier_without_a_number_gets_the_institutions_next_one(institution, import_file, tmp_path):
    path = csv_file(
        tmp_path / "r.csv",
        [
            HEADINGS,
            row(1, 档案编号=""),
            row(2, 档案编号=f"{institution.code}{timezone.localdate().year}000001"),
            row(3, 档案编号=""),
        ],
    )
    import_file(path)
    numbers = [f"{institution.code}{timezone.localdate().year}{number:06d}" for number in (2, 1, 3)]
    assert list(Custody.objects.order_by("roster_rows__number").values_list("archive_number", flat=True)) == numbers
    assert import_file(path)["sheets"][0]["already_held"] == [2, 3, 4]


def test_a_place_that_names_a_slot_with_room_is_that_slot(institution, import_file, tmp_path):
    slot = SlotFactory(institution=institution, capacity=1)
    import_file(roster(tmp_path / "r.csv", [1, 2], 存放位置=slot.code))
    import_file(roster(tmp_path / "s.csv", [3]))
    places = Placement.objects.order_by("dossier__custodies__archive_number")
    assert list(places.values_list("kind", "slot", "detail")) == [
        ("SLOT", slot.pk, ""),
        ("AS_WRITTEN", None, slot.code),
        ("AS_WRITTEN", None, "1号柜3层"),
    ]
    slot.refresh_from_db()
    assert slot.occupied == 1


def test_an_old_number_finds_the_person_too(import_file, tmp_path):
    import_file(roster(tmp_path / "r.csv", [1], 公民身份号码="370211381217820"))
    assert Person.objects.get().id_number == "370211193812178208"
    assert OtherIdentity.objects.get().number == "370211381217820"
    import_file(roster(tmp_path / "s.csv", [1], 公民身份号码="370211193812178208"))
    assert Person.objects.count() == 1


def test_a_number_that_somebody_had_before_finds_the_person(import_file, tmp_path):
    """No constraint tells of it: people have one number, and the ones before stand elsewhere."""
    import_file(roster(tmp_path / "r.csv", [1]))
    person = Person.objects.get()
    number = id_number(2)
    OtherIdentity.objects.create(person=person, kind="ID_CARD", number=number, number_index=blind_index(number))
    import_file(roster(tmp_path / "s.csv", [2, 3]))
    assert (Person.objects.count(), Dossier.objects.count()) == (2, 2)
    assert list(RosterRow.objects.order_by("pk").values_list("verdict", flat=True)) == [
        "IMPORTED",
        "DIFFERS",
        "IMPORTED",
    ]


def test_one_employer_for_one_name_and_code(import_file, tmp_path):
    headings = (*HEADINGS, "委托单位", "信用代码")
    code = "91350100M000100Y43"
    rows = [(*row(1), "甲厂", code), (*row(2), "甲厂", ""), (*row(3), "乙厂", ""), (*row(4), "甲厂", code)]
    import_file(csv_file(tmp_path / "r.csv", [headings, *rows]))
    assert list(Employer.objects.order_by("name", "credit_code").values_list("name", "credit_code")) == [
        ("乙厂", ""), ("甲厂", ""), ("甲厂", code),
    ]  # fmt: skip
    assert set(Custody.objects.values_list("archive_type", flat=True)) == {"unit"}


@pytest.mark.parametrize(
    "text", ["a\tb\\c\nd", "\\N", "\\.", "x\x0cy", "x'; DROP TABLE people_person; --", '{"a": 1}']
)
def test_any_text_of_a_cell_reaches_the_record_whole(import_file, tmp_path, text):
    headings = (*HEADINGS, "备注", "转入原因")
    path = tmp_path / "r.csv"
    quoted = '"' + text.replace('"', '""') + '"'
    path.write_text("\n".join([",".join(headings), ",".join([*row(1), quoted, "x"])]))
    import_file(path)
    assert Person.objects.get().remarks.split() == "".join(" " if c < " " else c for c in text).split()
    assert Custody.objects.get().received_reason == "x"


def test_one_event_tells_of_the_file_and_none_of_its_rows(institution, clerk, import_file, tmp_path):
    import_file(roster(tmp_path / "r.csv", [1, 2, 3]))
    events = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert events == ["file.store", "roster.receive", "roster.import"]
    event = AuditEvent.objects.get(verb="roster.import")
    assert (event.actor_id, event.institution_id) == (clerk.pk, institution.pk)
    assert event.changes["rows"] == 3
    assert id_number(1) not in json.dumps(list(AuditEvent.objects.values_list("changes", flat=True)))


def test_a_chunk_already_written_is_passed_over(institution, clerk, import_file, tmp_path, monkeypatch):
    """What a crash between two chunks leaves is finished without doubling anything."""
    monkeypatch.setattr("rendang.circulation.rosters.chunks.CHUNK_ROWS", 2)
    path = roster(tmp_path / "r.csv", range(1, 8))
    real, written = writing.write_chunk, []

    def crash_after_two(roster, chunk, *, by, memory):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(chunk.first)
        real(roster, chunk, by=by)

    monkeypatch.setattr(importing, "write_chunk", crash_after_two)
    with pytest.raises(KeyboardInterrupt):
        import_file(path)
    stopped = Roster.objects.get()
    # The headings are a row of the first piece.
    assert (stopped.state, stopped.rows_done, Person.objects.count()) == ("IMPORTING", 3, 3)
    monkeypatch.setattr(importing, "write_chunk", real)
    actions.import_roster(roster_id=stopped.pk)
    stopped.refresh_from_db()
    assert (stopped.state, stopped.rows_done, Person.objects.count()) == ("DONE", 7, 7)
    assert RosterRow.objects.count() == 7
    assert stopped.report["sheets"][0]["already_held"] == []


@pytest.mark.parametrize("rows_a_chunk", [1, 3, 5, 100])
def test_rows_already_written_are_passed_over_however_the_file_is_cut_now(
    institution, clerk, import_file, tmp_path, monkeypatch, rows_a_chunk
):
    """Between the crash and the next start the software may have been renewed."""
    monkeypatch.setattr("rendang.circulation.rosters.chunks.CHUNK_ROWS", 4)
    people = [1, 2, 3, 3, 4, 5, 5, 6, 7, 8, 8]
    path = roster(tmp_path / "r.csv", people)
    real, began = writing.write_chunk, []

    def crash_after_one(roster, chunk, *, by, memory):
        if began:
            raise KeyboardInterrupt
        began.append(chunk.first)
        real(roster, chunk, by=by)

    monkeypatch.setattr(importing, "write_chunk", crash_after_one)
    with pytest.raises(KeyboardInterrupt):
        import_file(path)
    stopped = Roster.objects.get()
    assert (stopped.rows_done, Person.objects.count()) == (3, 3)
    monkeypatch.setattr(importing, "write_chunk", real)
    monkeypatch.setattr("rendang.circulation.rosters.chunks.CHUNK_ROWS", rows_a_chunk)
    actions.import_roster(roster_id=stopped.pk)
    stopped.refresh_from_db()
    assert (stopped.state, stopped.rows_done, Person.objects.count()) == ("DONE", len(people), 8)
    rows = list(RosterRow.objects.order_by("number").values_list("number", "verdict"))
    assert rows == [(n + 2, "REJECTED" if n in {3, 6, 10} else "IMPORTED") for n in range(len(people))]
    assert Placement.objects.count() == Custody.objects.count() == 8


def test_the_command_prints_the_verdicts_and_a_dry_run_leaves_nothing(institution, tmp_path):
    path = roster(tmp_path / "r.csv", [1, 1, 2])

    def run(*options):
        out = io.StringIO()
        call_command("import_roster", str(path), "--institution", institution.code, *options, stdout=out)
        return out.getvalue()

    dry = json.loads(run("--dry-run", "--json"))
    assert (Roster.objects.count(), Person.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)
    assert dry["sheets"][0]["rejected"]["duplicate_in_file"] == [3]
    assert json.loads(run("--json")) == dry
    assert Person.objects.count() == 2
    again = json.loads(run("--dry-run", "--json"))
    assert again["sheets"][0]["already_held"] == [2, 4]
    assert "3 rows, 2 importable" in run("--dry-run")


def test_the_command_says_what_is_wrong(institution, tmp_path):
    path = csv_file(tmp_path / "r.csv", [("a", "b"), (1, 2)])
    with pytest.raises(CommandError, match="headings"):
        call_command("import_roster", str(path), "--institution", institution.code)
    with pytest.raises(CommandError, match=institution.code):
        call_command("import_roster", str(path), "--institution", "NONE")
    with pytest.raises(CommandError, match="no file"):
        call_command("import_roster", str(tmp_path / "none.csv"), "--institution", institution.code)
    assert Roster.objects.count() == 0
