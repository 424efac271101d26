"""The interface for scanners and gates: many dossiers placed, moved, taken out or only seen, each judged by itself.

Everything is named by what its label says. A refusal of one dossier is a line of the answer, not an error: the others
are done. With an ``Idempotency-Key`` a scanner may send its memory again after a broken connection.
"""

import datetime as dt
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from pydantic import AwareDatetime

from rendang.dossiers.models import Dossier
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import institutions_where
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.refusals import InvalidInput
from rendang.storage import actions, queries
from rendang.storage.models import Slot

router = Router(tags=["storage"])
MOST = 1_000
Printable = Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]
Codes = list[Printable]


class PlaceIn(Schema):
    """``codes``: a slot, the dossiers that go into it, the next slot, and so on, as they were scanned."""

    codes: Codes = Field(min_length=1, max_length=MOST)
    moving: bool = Field(False, description="Also move what lies in another slot.")


class TakeOutIn(Schema):
    """Dossiers that leave their slots for the desk or room named in ``where``."""

    dossiers: Codes = Field(min_length=1, max_length=MOST)
    where: Printable


class SeenIn(Schema):
    """Dossiers that were read somewhere, and nothing else: at ``slot``, or at a place in words such as a gate."""

    dossiers: Codes = Field(min_length=1, max_length=MOST)
    slot: Printable = ""
    where: Printable = ""
    at: AwareDatetime | None = Field(None, description="When; now if empty. An earlier look replaces no later one.")


class LineOut(Schema):
    """One scanned dossier: done, or why not, in words for the person with the scanner."""

    code: str
    dossier_id: int | None
    done: bool
    place: str
    refusal: str


class AnswerOut(Schema):
    done: int
    lines: list[LineOut]


class WantedOut(Schema):
    """A line of the pick list, in walking order of the stores."""

    dossier_id: int
    barcode: str
    archive_number: str
    store: str
    slot: str
    wanted_for: list[str]
    needed_on: dt.date | None


def _line(code: str, dossier: int | None, place: str = "", refusal: str = "") -> dict[str, Any]:
    return {"code": code, "dossier_id": dossier, "done": not refusal, "place": place, "refusal": refusal}


def _unknown(code: str) -> str:
    return _("No dossier found for “%(text)s”. Scan the label or type the archive number.") % {"text": code}


def _answer(lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {"done": sum(line["done"] for line in lines), "lines": lines}


def _institution(request: HttpRequest) -> Institution:
    """The one for which the client works."""
    found = institutions_where(request.user, Permission.STORAGE_MOVE)[:1]
    if not found:
        raise PermissionDenied
    return found[0]


@router.post("/place", response=AnswerOut, operation_id="place_dossiers")
def place(request: HttpRequest, data: PlaceIn) -> dict[str, Any]:
    """Place (and, with ``moving``, move) dossiers; each line is done or refused by itself."""
    slots = Slot.objects.visible_to(request.user, Permission.STORAGE_MOVE)
    dossiers = Dossier.objects.visible_to(request.user, Permission.STORAGE_MOVE)
    scans, _last = queries.read_scans(data.codes, slots, dossiers)
    wanted = {scan.dossier: scan.slot.pk for scan in scans if scan.dossier and scan.slot}
    refused = actions.place_all(wanted, by=request.user, moving=data.moving)
    return _answer(
        [
            _line(
                scan.code,
                scan.dossier,
                scan.slot.code if scan.slot else "",
                scan.problem or refused.get(scan.dossier or 0, ""),
            )
            for scan in scans
        ]
    )


@router.post("/take-out", response=AnswerOut, operation_id="take_out_dossiers")
def take_out(request: HttpRequest, data: TakeOutIn) -> dict[str, Any]:
    """Take dossiers out of their slots; those on the pick list for what needs them first."""
    lines = []
    for code, dossier in _named(request, data.dossiers):
        if dossier is None:
            lines.append(_line(code, None, refusal=_unknown(code)))
            continue
        try:
            placed = actions.take_out(dossier, by=request.user, detail=data.where)
        except ValidationError as refusal:
            lines.append(_line(code, dossier.pk, refusal=" ".join(refusal.messages)))
        else:
            lines.append(_line(code, dossier.pk, placed.detail))
    return _answer(lines)


@router.post("/seen", response=AnswerOut, operation_id="note_dossiers_seen")
def seen(request: HttpRequest, data: SeenIn) -> dict[str, Any]:
    """Note when and where dossiers were last seen. Moves nothing."""
    slot = None
    if data.slot:
        slot = queries.slot_by_code(Slot.objects.visible_to(request.user, Permission.STORAGE_MOVE), data.slot)
        if slot is None:
            raise InvalidInput({"slot": [_("There is no slot “%(code)s”.") % {"code": data.slot}]})
    named = _named(request, data.dossiers)
    found = [dossier for _code, dossier in named if dossier]
    actions.see(found, _institution(request), by=request.user, slot=slot, detail=data.where, at=data.at)
    return _answer(
        [
            _line(code, dossier.pk, slot.code if slot else data.where)
            if dossier
            else _line(code, None, refusal=_unknown(code))
            for code, dossier in named
        ]
    )


@router.get("/pick-list", response=list[WantedOut], operation_id="get_pick_list")
def pick_list(request: HttpRequest) -> list[dict[str, Any]]:
    """What is to be fetched now, in walking order; what is out is left out."""
    institution = _institution(request)
    record_view("retrieval.list", institution, by=request.user, institution=institution)
    return [
        {
            "dossier_id": line.dossier.pk,
            "barcode": line.dossier.barcode,
            "archive_number": line.number,
            "store": str(line.slot.store) if line.slot else "",
            "slot": line.slot.code if line.slot else "",
            "wanted_for": line.purposes,
            "needed_on": line.needed_on,
        }
        for line in queries.pick_list(institution).to_fetch
    ]


def _named(request: HttpRequest, codes: Codes) -> list[tuple[str, Dossier | None]]:
    dossiers = Dossier.objects.visible_to(request.user, Permission.STORAGE_MOVE)
    known = queries.dossiers_by_code(dossiers, codes)
    rows = Dossier.objects.in_bulk(set(known.values()))
    return [(code, rows.get(known.get(code, 0))) for code in codes]
