"""Which rows a person may reach: the queryset every institution-owned model uses, and nothing else."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Q

from rendang.kernel.access.permissions import GRANTS, Permission


def memberships_of(user: Any) -> list[tuple[int | None, str]]:
    """(institution id or None for the city, role) of a signed-in person; read once a request."""
    if not getattr(user, "is_authenticated", False):
        return []
    if not hasattr(user, "_membership_rows"):
        user._membership_rows = list(user.memberships.values_list("institution_id", "role"))
    return user._membership_rows


def within_scopes(user: Any, permission: Permission) -> bool:
    """Whether the token of an interface covers the permission; a person has no token and no such limit."""
    scopes = getattr(user, "scopes", None)
    return scopes is None or permission in scopes


def institution_ids_where(user: Any, permission: Permission) -> frozenset[int] | None:
    """The institutions at which the person holds the permission; ``None`` means all of them."""
    if not within_scopes(user, permission):
        return frozenset()
    held = [where for where, role in memberships_of(user) if permission in GRANTS[role]]
    return None if None in held else frozenset(where for where in held if where is not None)


class ScopedQuerySet(models.QuerySet):
    """Rows that each belong to an institution. ``visible_to`` is the only road to them."""

    # Fields that name an institution; a row with two (a move between two) is seen from both.
    scope_fields: Iterable[str] = ("institution",)

    def at(self, institution_ids: Iterable[int] | None) -> Self:
        if institution_ids is None:
            return self
        condition = Q()
        for field in self.scope_fields:
            condition |= Q(**{f"{field}__in": list(institution_ids)})
        return self.filter(condition)

    def visible_to(self, user: Any, permission: Permission) -> Self:
        """One indexed predicate on institution ids (none at all for the city authority)."""
        return self.at(institution_ids_where(user, permission))

    def reachable_by(self, user: Any) -> Self:
        """Rows of any institution the person works for, whatever they may do there: decides 404 against 403."""
        where = [institution for institution, _ in memberships_of(user)]
        return self.at(None if None in where else [institution for institution in where if institution is not None])
