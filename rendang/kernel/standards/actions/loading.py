"""Bringing the database to what the data files say, without ever overruling a person or forgetting the past."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from rendang.kernel.audit import actions as audit
from rendang.kernel.standards import calendar_days, data_files
from rendang.kernel.standards.models import (
    CalendarDay,
    ClassificationScheme,
    ClassMark,
    Code,
    CodeSynonym,
    CodeTable,
    KeyMaterial,
    Policy,
    ServiceItem,
    Source,
    StandardsVersion,
)
from rendang.kernel.standards.queries import forget, normalised

Row = dict[str, Any]
BATCH = 1000


@dataclass
class Counts:
    """What loading did to one kind of standard."""

    added: int = 0
    corrected: int = 0
    closed: int = 0
    removed: int = 0
    kept_from_screen: int = 0
    unchanged: int = 0

    @property
    def changed(self) -> int:
        return self.added + self.corrected + self.closed + self.removed


@dataclass
class _Plan:
    """The writes for one model, gathered first and carried out in four statements."""

    model: type[models.Model]
    counts: Counts = field(default_factory=Counts)
    add: list[Any] = field(default_factory=list)
    update: list[Any] = field(default_factory=list)
    delete: list[int] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)

    def correct(self, row: Any, values: Row) -> None:
        different = {name for name, value in values.items() if getattr(row, name) != value}
        if not different:
            self.counts.unchanged += 1
            return
        for name in different:
            setattr(row, name, values[name])
        self.fields |= different
        self.update.append(row)
        self.counts.corrected += 1

    def insert(self, row: Any) -> None:
        self.add.append(row)
        self.counts.added += 1

    def carry_out(self) -> Counts:
        manager = self.model._default_manager
        if self.delete:
            manager.filter(pk__in=self.delete).delete()
        if self.update:
            manager.bulk_update(self.update, sorted(self.fields), batch_size=BATCH)
        if len(self.add) > BATCH:
            self.copy_in()
        elif self.add:
            manager.bulk_create(self.add)
        return self.counts

    def copy_in(self) -> None:
        """The first load: thousands of plain rows (codes, days) by COPY, several times as fast as by INSERT."""
        fields = [column for column in self.model._meta.concrete_fields if not column.primary_key]
        names = ", ".join(f'"{column.column}"' for column in fields)
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {self.model._meta.db_table} ({names}) FROM STDIN") as rows,
        ):
            for row in self.add:
                rows.write_row([getattr(row, column.attname) for column in fields])


@transaction.atomic
def load_standards(*, by: Any) -> dict[str, Counts]:
    """Load all data files. Loading twice changes nothing; rows last changed on screen are left alone.

    A value that is gone from the files is closed (valid until yesterday), not deleted: past cases keep their rule.
    """
    today = timezone.localdate()
    tables = _load_tables()
    counts = {
        "code_tables": tables,
        "codes": _load_codes(today),
        "synonyms": _load_synonyms(),
        "classification": _load_schemes(),
        "key_materials": _load_periods(
            KeyMaterial,
            KeyMaterial.objects.all(),
            data_files.key_materials(),
            key=lambda row: row["code"],
            row_key=lambda row: row.code,
            today=today,
        ),
        "policies": _load_periods(
            Policy,
            Policy.objects.filter(institution=None),
            data_files.policies(),
            key=lambda row: row["code"],
            row_key=lambda row: row.code,
            today=today,
        ),
        "services": _load_periods(
            ServiceItem,
            ServiceItem.objects.all(),
            data_files.services(),
            key=lambda row: row["code"],
            row_key=lambda row: row.code,
            today=today,
        ),
        "calendar": _load_calendar(),
    }
    forget()
    if any(part.changed for part in counts.values()):
        detail = {name: vars(part) for name, part in counts.items() if part.changed}
        audit.record("standards.load", StandardsVersion.objects.get(), by=by, detail=detail)
    return counts


def _load_tables() -> Counts:
    plan = _Plan(CodeTable)
    present = {table.code: table for table in CodeTable.objects.all()}
    for row in data_files.tables():
        if table := present.get(row["code"]):
            plan.correct(table, row)
        else:
            plan.insert(CodeTable(**row))
    return plan.carry_out()


def _load_codes(today: dt.date) -> Counts:
    tables = {table.code: table for table in CodeTable.objects.all()}
    wanted = [
        {**row, "table_id": tables[table["code"]].pk}
        for table in data_files.tables()
        for row in data_files.codes(table["code"])
    ]
    return _load_periods(
        Code,
        Code.objects.all(),
        wanted,
        key=lambda row: (row["table_id"], row["code"]),
        row_key=lambda row: (row.table_id, row.code),
        today=today,
    )


def _load_periods(
    model: type[models.Model],
    present: models.QuerySet,
    wanted: Iterable[Row],
    *,
    key: Callable[[Row], Any],
    row_key: Callable[[Any], Any],
    today: dt.date,
) -> Counts:
    """Rows that are valid for periods, grouped by what they are versions of."""
    plan = _Plan(model)
    rows_of: dict[Any, list[Any]] = defaultdict(list)
    for row in present:
        rows_of[row_key(row)].append(row)
    wanted_of: dict[Any, list[Row]] = defaultdict(list)
    for values in wanted:
        wanted_of[key(values)].append(values)
    for group in wanted_of.keys() | rows_of.keys():
        _merge(plan, rows_of.get(group, []), wanted_of.get(group, []), today)
    return plan.carry_out()


def _merge(plan: _Plan, rows: Sequence[Any], wanted: Sequence[Row], today: dt.date) -> None:
    by_screen = [row for row in rows if row.source != Source.FILE]
    from_file = [row for row in rows if row.source == Source.FILE]
    free = [values for values in wanted if not any(_overlap(values, vars(row)) for row in by_screen)]
    plan.counts.kept_from_screen += len(wanted) - len(free)

    by_start = {row.valid_from: row for row in from_file}
    pairs = [(values, by_start.pop(values["valid_from"], None)) for values in free]
    # What is left over was entered under another first day: pair it in order, the file has corrected the day.
    left = sorted(by_start.values(), key=lambda row: row.valid_from or dt.date.min)
    for values, row in pairs:
        if row is None and left:
            row = left.pop(0)
        if row is None:
            plan.insert(plan.model(**values, source=Source.FILE))
        else:
            plan.correct(row, values)
    for row in left:
        if wanted:
            if any(_overlap(values, vars(row)) for values in free):
                plan.delete.append(row.pk)
                plan.counts.removed += 1
        else:
            _close(plan, row, today)


def _close(plan: _Plan, row: Any, today: dt.date) -> None:
    if row.valid_to is not None and row.valid_to < today:
        plan.counts.unchanged += 1
    elif row.valid_from is not None and row.valid_from >= today:  # never came into force
        plan.delete.append(row.pk)
        plan.counts.removed += 1
    else:
        row.valid_to = today - dt.timedelta(days=1)
        plan.fields.add("valid_to")
        plan.update.append(row)
        plan.counts.closed += 1


def _overlap(a: Row, b: Row) -> bool:
    return (a["valid_from"] or dt.date.min) <= (b["valid_to"] or dt.date.max) and (b["valid_from"] or dt.date.min) <= (
        a["valid_to"] or dt.date.max
    )


def _load_synonyms() -> Counts:
    plan = _Plan(CodeSynonym)
    tables = {table.code: table.pk for table in CodeTable.objects.all()}
    present = {(row.table_id, row.normalised): row for row in CodeSynonym.objects.all()}
    for line in data_files.synonyms():
        table, text = tables[line["table"]], normalised(line["text"])
        row = present.pop((table, text), None)
        if row is None:
            plan.insert(
                CodeSynonym(table_id=table, text=line["text"], normalised=text, code=line["code"], source=Source.FILE)
            )
        elif row.source == Source.SCREEN:
            plan.counts.kept_from_screen += 1
        else:
            plan.correct(row, {"text": line["text"], "code": line["code"]})
    for row in present.values():
        if row.source == Source.FILE:
            plan.delete.append(row.pk)
            plan.counts.removed += 1
    return plan.carry_out()


def _load_schemes() -> Counts:
    schemes, marks = _Plan(ClassificationScheme), _Plan(ClassMark)
    present = {scheme.code: scheme for scheme in ClassificationScheme.objects.all()}
    wanted = data_files.schemes()
    for row in wanted:
        values = {name: value for name, value in row.items() if name != "marks"}
        if scheme := present.get(row["code"]):
            schemes.correct(scheme, values)
        else:
            schemes.insert(ClassificationScheme(**values))
    counts = schemes.carry_out()
    ids = dict(ClassificationScheme.objects.values_list("code", "pk"))
    there = {(mark.scheme_id, mark.mark): mark for mark in ClassMark.objects.all()}
    for row in wanted:
        for values in row["marks"]:
            if mark := there.get((ids[row["code"]], values["mark"])):
                marks.correct(mark, values)
            else:
                marks.insert(ClassMark(scheme_id=ids[row["code"]], **values))
    more = marks.carry_out()
    counts.added += more.added
    counts.corrected += more.corrected
    counts.unchanged += more.unchanged
    return counts


def _load_calendar() -> Counts:
    plan = _Plan(CalendarDay)
    present = {row.date: row for row in CalendarDay.objects.all()}
    for values in calendar_days.days():
        row = present.get(values["date"])
        if row is None:
            plan.insert(CalendarDay(**values, source=Source.FILE))
        elif row.source == Source.SCREEN:
            plan.counts.kept_from_screen += 1
        else:
            plan.correct(row, values)
    return plan.carry_out()
