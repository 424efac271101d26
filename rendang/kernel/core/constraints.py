"""From a broken database constraint, or a check that refuses, to a sentence for the person at the screen."""

from collections.abc import Callable, Collection
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models.constraints import BaseConstraint
from django.utils.translation import gettext as _


def refusal_from(broken: IntegrityError) -> ValidationError:
    """The ``violation_error_message`` of the constraint that refused, or a general sentence.

    Used where two people act at once: validation saw nothing wrong, the database did.
    """
    name = getattr(getattr(broken.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return ValidationError(_message(constraint))
    return ValidationError(_("Somebody else changed this at the same moment. Look again and repeat."))


def what_refuses(check: Callable[..., None], *of: Any) -> str:
    """What a check says against it, in words, before anybody fills in a form; empty when it says nothing."""
    try:
        check(*of)
    except ValidationError as refused:
        return " ".join(refused.messages)
    return ""


def validate(row: Any, exclude: Collection[str] = ()) -> None:
    """``full_clean`` without asking the database what it says by itself when the row is written (``refusal_from``).

    That are its constraints, and whether the rows at hand to which it refers still exist: the foreign key says so, at
    the latest when the transaction ends.
    """
    row.full_clean(exclude=_at_hand(row).union(exclude), validate_constraints=False)


def _at_hand(row: Any) -> set[str]:
    """The row's references whose row is loaded."""
    return {
        field.name
        for field in row._meta.concrete_fields
        if field.is_relation and field.is_cached(row) and field.get_cached_value(row) is not None
    }


def _message(constraint: BaseConstraint) -> str:
    return str(constraint.get_violation_error_message())
