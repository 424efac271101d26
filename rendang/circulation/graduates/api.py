import csv
import io
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Path, Query, Router, Schema, Status

from rendang.circulation.graduates import actions, queries
from rendang.circulation.graduates.models import Graduate, GraduateList
from rendang.circulation.parcels.models import Parcel
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404, institutions_where
from rendang.kernel.audit.actions import record_view
from rendang.kernel.core.pagination import rows_after
from rendang.kernel.workflow.api import MAX_KEY

router = Router(tags=["graduates"])
Key = Annotated[int, Path(ge=1, le=MAX_KEY)]
# The heading under which the rows of the interface are judged, as if the school had sent a file.
HEADING = {"name": "姓名", "id_number": "身份证号", "student_number": "学号", "education": "学历", "major": "专业"}


class RowIn(Schema):
    name: str = Field(max_length=60)
    id_number: str = Field(max_length=24)
    student_number: str = Field("", max_length=30)
    education: str = Field("", max_length=40)
    major: str = Field("", max_length=80)


class ListIn(Schema):
    """The list of a school; ``institution`` is the code of who expects the dossiers."""

    institution: str
    school: str = Field(min_length=1, max_length=120)
    year: int = Field(ge=1950, le=2100)
    graduates: list[RowIn] = Field(min_length=1, max_length=queries.MOST)


class RejectedOut(Schema):
    row: int
    reason: str


class ListOut(Schema):
    """How a list stands; ``rejected`` are the rows that could not be expected (the first row is 2)."""

    id: int
    institution: str
    school: str
    year: int
    announced: int
    arrived: int
    expected: int
    rejected: list[RejectedOut]


class GraduateOut(Schema):
    """``intake`` is the number of the case, once the dossier has come; identity numbers are masked."""

    id: int
    name: str
    id_masked: str
    student_number: str
    education: str
    major: str
    intake: str | None
    struck_off: str


class GraduatePage(Schema):
    items: list[GraduateOut]
    next: int | None


class GraduateFilter(Schema):
    """``show``: expected, arrived or struck_off; ``after`` and ``limit`` page through."""

    show: Literal["", "expected", "arrived", "struck_off"] = ""
    after: int | None = Field(None, ge=1, le=MAX_KEY)
    limit: int = Field(100, ge=1, le=500)


class ArrivalsIn(Schema):
    """The dossiers in a parcel, each by identity number, student number or name."""

    lines: list[str] = Field(min_length=1, max_length=actions.MOST_LINES)


class OutcomeOut(Schema):
    """What became of a line; an identity number comes back masked."""

    line: str
    done: bool
    text: str
    intake: str | None


class UnmatchedOut(Schema):
    """A dossier that has come and belongs to nothing yet."""

    name: str
    parcel: str
    institution: str


class StrikeOffIn(Schema):
    reason: str = Field(min_length=1, max_length=120)


def list_out(one: Any) -> dict[str, Any]:
    return {
        "id": one.pk,
        "institution": one.institution.code,
        "school": one.school,
        "year": one.year,
        "announced": one.announced,
        "arrived": one.come,
        "expected": one.awaited,
        "rejected": one.rejected,
    }


def graduate_out(one: Graduate) -> dict[str, Any]:
    return {
        "id": one.pk,
        "name": one.name,
        "id_masked": one.id_masked,
        "student_number": one.student_number,
        "education": one.education,
        "major": one.major,
        "intake": one.intake.number if one.intake else None,
        "struck_off": one.struck_off,
    }


@router.get("", response=list[ListOut], operation_id="list_graduate_lists")
def lists(request: HttpRequest) -> list[dict[str, Any]]:
    """The lists of the caller's institution, newest first."""
    return [list_out(one) for one in queries.lists(request.user).order_by("-pk")[:200]]


@router.post("", response={201: ListOut}, operation_id="import_graduate_list")
def import_list(request: HttpRequest, data: ListIn) -> Status[dict[str, Any]]:
    """Expect everybody on the list; rows that cannot be expected come back with their reason. 409: nobody can be."""
    institution = institutions_where(request.user, Permission.GRADUATE_EDIT).filter(code=data.institution).first()
    if institution is None:
        raise Http404
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(HEADING.values())
    writer.writerows([getattr(row, name) for name in HEADING] for row in data.graduates)
    content = io.BytesIO(table.getvalue().encode())
    made = actions.import_list(
        content, institution=institution, by=request.user, school=data.school, year=data.year, file_name="interface"
    )
    return Status(201, list_out(queries.lists(request.user).get(pk=made.pk)))


@router.get("/unmatched", response=list[UnmatchedOut], operation_id="list_unmatched_dossiers")
def unmatched(request: HttpRequest) -> list[dict[str, Any]]:
    """到件未匹配: what has come and belongs to nobody who is expected."""
    rows = queries.unmatched(request.user).select_related("parcel__institution").order_by("pk")[:500]
    return [
        {"name": one.name, "parcel": one.parcel.number, "institution": one.parcel.institution.code} for one in rows
    ]


@router.post("/arrivals/{parcel}", response=list[OutcomeOut], operation_id="take_arrivals_of_graduates")
def arrivals(request: HttpRequest, parcel: str, data: ArrivalsIn) -> list[dict[str, Any]]:
    """逐份登记: who is expected gets an intake and is told; whoever is not, waits on the parcel. Each by itself."""
    found: Parcel = get_visible_or_404(
        Parcel.objects.select_related("institution"), request.user, Permission.GRADUATE_EDIT, number=parcel
    )
    outcomes = actions.take_arrivals(found, data.lines, by=request.user)
    return [
        {"line": one.line, "done": one.done, "text": one.text, "intake": one.intake.number if one.intake else None}
        for one in outcomes
    ]


@router.post("/graduates/{key}/strike-off", response=GraduateOut, operation_id="strike_off_graduate")
def strike_off(request: HttpRequest, key: Key, data: StrikeOffIn) -> dict[str, Any]:
    """The dossier will not come after all. 409 when it has come."""
    rows = Graduate.objects.select_related("intake")
    graduate = get_visible_or_404(rows, request.user, Permission.GRADUATE_EDIT, pk=key)
    return graduate_out(actions.strike_off(graduate, by=request.user, reason=data.reason))


@router.get("/{key}", response=ListOut, operation_id="get_graduate_list")
def one_list(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One list and how it stands."""
    get_visible_or_404(GraduateList.objects.all(), request.user, Permission.GRADUATE_VIEW, pk=key)
    return list_out(queries.lists(request.user).get(pk=key))


@router.get("/{key}/graduates", response=GraduatePage, operation_id="list_graduates")
def graduates(request: HttpRequest, key: Key, asked: Query[GraduateFilter]) -> dict[str, Any]:
    """Who is on a list: expected and not come (应到未到), arrived, struck off. The look is noted."""
    found = get_visible_or_404(GraduateList.objects.all(), request.user, Permission.GRADUATE_VIEW, pk=key)
    record_view("graduatelist.view", found, by=request.user)
    rows = queries.graduates_shown(found, asked.show)
    page, following = rows_after(rows, asked.after, asked.limit, oldest_first=True)
    return {"items": [graduate_out(one) for one in page], "next": following}
