"""Changing code tables and their synonyms on screen."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from rendang.kernel.audit import actions as audit
from rendang.kernel.standards.actions.periods import begins_today_or_later, end, make_room, may_edit
from rendang.kernel.standards.models import Code, CodeSynonym, CodeTable
from rendang.kernel.standards.queries import forget, is_code, normalised


@transaction.atomic
def set_code(
    table: CodeTable,
    *,
    by: Any,
    code: str,
    name: str,
    valid_from: dt.date,
    reason: str,
    short_name: str = "",
    parent: str = "",
    note: str = "",
) -> Code:
    """Enter a code, or a new meaning of one, from a day on; the former meaning ends the day before."""
    may_edit(by)
    begins_today_or_later(valid_from)
    CodeTable.objects.select_for_update().get(pk=table.pk)
    if parent and not is_code(table.code, parent):
        raise ValidationError({"parent": _("There is no such code in this table.")})
    former, last = make_room(Code.objects.filter(table=table, code=code), valid_from)
    order = former.order if former else (table.codes.aggregate(last=Max("order"))["last"] or 0) + 1
    row = Code(
        table=table,
        code=code,
        name=name,
        short_name=short_name,
        parent=parent,
        note=note,
        order=order,
        valid_from=valid_from,
        valid_to=last,
    )
    row.full_clean()
    row.save()
    audit.record(
        "code.set",
        row,
        by=by,
        reason=reason,
        detail={
            "table": table.code,
            "code": code,
            "name": [former.name if former else None, name],
            "valid_from": valid_from,
        },
    )
    forget()
    return row


@transaction.atomic
def end_code(row: Code, *, by: Any, valid_to: dt.date, reason: str) -> Code:
    """Let a code end; records that carry it keep it and its name."""
    may_edit(by)
    row = Code.objects.select_for_update(of=("self",)).get(pk=row.pk)
    before = audit.snapshot(row)
    end(row, valid_to)
    audit.record("code.end", row, by=by, before=before, reason=reason)
    forget()
    return row


@transaction.atomic
def add_synonym(table: CodeTable, *, by: Any, text: str, code: str) -> CodeSynonym:
    """Let rosters say a code in another word from now on."""
    may_edit(by)
    if not is_code(table.code, code):
        raise ValidationError({"code": _("There is no such code in this table.")})
    row = CodeSynonym(table=table, text=text, normalised=normalised(text), code=code)
    if CodeSynonym.objects.filter(table=table, normalised=row.normalised).exists():
        raise ValidationError({"text": _("This text already stands for a code of the table.")})
    row.full_clean()
    row.save()
    audit.record("synonym.add", row, by=by, detail={"table": table.code, "text": text, "code": code})
    forget()
    return row


@transaction.atomic
def remove_synonym(row: CodeSynonym, *, by: Any) -> None:
    """A text entered on screen no longer means the code; what was imported with it stays as it is."""
    may_edit(by)
    if row.source != "SCREEN":
        raise ValidationError(_("This synonym comes from the data files and can only be taken out there."))
    audit.record("synonym.remove", row, by=by, detail={"table": row.table.code, "text": row.text, "code": row.code})
    row.delete()
    forget()
