from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja import Field, Router, Schema

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.portal import actions

router = Router(tags=["one-entry query"])


class QueryIn(Schema):
    """Both must belong to one person, or nothing is told."""

    name: str = Field(min_length=1, max_length=60)
    id_number: str = Field(min_length=1, max_length=24)


class WhereaboutsOut(Schema):
    """Which institution holds the dossier, since when, in stock or not, and how to reach it."""

    is_found: bool
    institution: str
    since: str
    in_stock: bool
    address: str
    phone: str


@router.post("", response=WhereaboutsOut, operation_id="query_whereabouts")
def query(request: HttpRequest, data: QueryIn) -> Any:
    """One entry, answers from all institutions. Limited per identity and day."""
    if not can(request.user, Permission.DOSSIER_FIND):
        raise PermissionDenied
    return actions.ask_for_client(name=data.name, id_number=data.id_number, by=request.user)
