"""The questions a page asks before it shows anything: may this person, and is this row theirs to see."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from rendang.kernel.access.models import Institution, Membership, MembershipProposal, Role
from rendang.kernel.access.permissions import GRANTS, Permission
from rendang.kernel.access.scope import ScopedQuerySet, institution_ids_where, memberships_of, within_scopes

View = Callable[..., HttpResponseBase]
Guard = Callable[[Any, Any], None]

# Kept apart from each other and from all business (GB/T 22239-2019 8.1.5).
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR})


def permissions(user: Any, *, at: Institution | int | None = None) -> frozenset[Permission]:
    """All rights a person holds at one institution, or anywhere when none is named."""
    where = at.pk if isinstance(at, Institution) else at
    held = frozenset().union(
        *(GRANTS[role] for place, role in memberships_of(user) if where is None or place in (None, where))
    )
    return frozenset(permission for permission in held if within_scopes(user, permission))


def can(user: Any, permission: Permission, *, at: Institution | int | None = None) -> bool:
    return permission in permissions(user, at=at)


def is_the_system(user: Any) -> bool:
    """The system itself at its own jobs, which holds no role: no person signs in as it."""
    return getattr(user, "kind", None) == "SYSTEM"


def institutions_where(user: Any, permission: Permission) -> Any:
    """The active institutions at which the person holds the permission: the choices of a form."""
    where = institution_ids_where(user, permission)
    every = Institution.objects.filter(is_active=True).order_by("pk")
    return every if where is None else every.filter(pk__in=where)


GUARDS: list[Guard] = []


def before_opening(guard: Guard) -> Guard:
    """Ask ``guard(row, user)`` before one row is opened; it raises ``PermissionDenied`` with a sentence.

    For what no permission can say, as that nobody opens a relative's dossier. The module that declares it is imported
    by ``ready()`` of its app.
    """
    GUARDS.append(guard)
    return guard


def get_visible_or_404(rows: ScopedQuerySet, user: Any, permission: Permission, **lookup: Any) -> Any:
    """The row, if the person holds the permission where it belongs.

    404 for another institution's row (its existence is a secret), 403 for one's own without the right, or when
    somebody who was asked (``before_opening``) refuses.
    """
    try:
        row = rows.reachable_by(user).get(**lookup)
    except rows.model.DoesNotExist:
        raise Http404 from None
    if not rows.visible_to(user, permission).filter(pk=row.pk).exists():
        raise PermissionDenied
    for guard in GUARDS:
        guard(row, user)
    return row


def may_decide(user: Any, institution_id: int | None) -> bool:
    """Whether the person confirms roles there; roles of the city only if they do so for the whole city."""
    where = institution_ids_where(user, Permission.ROLE_CONFIRM)
    return where is None or institution_id in where


def proposals(user: Any) -> QuerySet[MembershipProposal]:
    """The proposals a person may see: who confirms, those of their institutions; who proposes, all."""
    permission = Permission.ROLE_PROPOSE if can(user, Permission.ROLE_PROPOSE) else Permission.ROLE_CONFIRM
    rows = MembershipProposal.objects.visible_to(user, permission)
    return rows.select_related("user", "institution", "proposed_by", "decided_by")


def staff(user: Any) -> QuerySet[Any]:
    """The members of staff a person may see: heads those of their institutions, the city's authorities all."""
    where = institution_ids_where(user, Permission.STAFF_VIEW)
    everyone = get_user_model().objects.filter(kind="STAFF").prefetch_related("memberships__institution")
    if where is None:
        return everyone
    return everyone.filter(Exists(Membership.objects.filter(user=OuterRef("pk"), institution__in=where)))


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a page with the permission it needs, and check that the person has it somewhere.

    Which rows they may touch is decided by ``visible_to`` and ``get_visible_or_404``.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not can(request.user, permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        checked.access = permission  # type: ignore[attr-defined]
        return checked

    return decorate


def public(view: View) -> View:
    """Mark a page that anyone may open, signed in or not."""
    view.access = "public"  # type: ignore[attr-defined]
    return login_not_required(view)


def signed_in(view: View) -> View:
    """Mark a page about the person's own account: anyone signed in may open it, with whatever role or none."""
    view.access = "signed in"  # type: ignore[attr-defined]
    return view


def citizen(view: View) -> View:
    """Mark a page of a citizen who has signed in with the real name; staff have no business there."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not getattr(request.user, "is_citizen", False):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    checked.access = "citizen"  # type: ignore[attr-defined]
    checked.login_url = "accounts:citizen_sign_in"  # type: ignore[attr-defined]
    return checked
