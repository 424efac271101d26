"""回避: nobody opens their own dossier or a relative's. Declared by each member of staff, kept at every page."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import before_opening, can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.chinese import normalise_name
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.identifiers import mask_id_number
from rendang.kernel.standards import queries as standards
from rendang.people.actions.persons import checked_number
from rendang.people.models import Kinship, Person
from rendang.people.queries import canonical_number, forget_relatives, kinship_to


def declare_kinship(*, by: Any, relation: str, name: str, id_number: str) -> Kinship:
    """A member of staff declares their own identity or a relative's: whose dossier they must not open.

    ``relation`` is a code of the table kinship. Raises ``ValidationError`` by field.
    """
    if not can(by, Permission.DESK_USE):
        raise PermissionDenied
    if not standards.is_code("kinship", relation):
        raise ValidationError({"relation": _("This is not one of the relations that the rule names.")})
    number = canonical_number(checked_number(Person.IdentityKind.ID_CARD, id_number))
    kinship = Kinship(user=by, relation=relation, name=normalise_name(name))
    kinship.id_number, kinship.id_index = number, blind_index(number)
    kinship.id_masked = mask_id_number(number)
    if not kinship.name:
        raise ValidationError({"name": _("Give the name as the identity card has it.")})
    try:
        with transaction.atomic():
            kinship.save()
            audit.record("kinship.declare", kinship, by=by, detail={"relation": [None, relation]})
    except IntegrityError as broken:
        raise refusal_from(broken) from broken
    forget_relatives(by)
    return kinship


@transaction.atomic
def end_kinship(kinship: Kinship, *, by: Any, reason: str) -> Kinship:
    """The declaration no longer holds, for instance after a divorce; it stays on record with its reason."""
    kinship = Kinship.objects.select_for_update().get(pk=kinship.pk)
    if kinship.user_id != by.pk:
        raise PermissionDenied
    if kinship.ended_at:
        raise ValidationError(_("This declaration has ended already."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the declaration no longer holds.")})
    kinship.ended_at, kinship.end_reason = timezone.now(), reason.strip()
    kinship.save(update_fields=["ended_at", "end_reason"])
    audit.record(
        "kinship.end", kinship, by=by, reason=kinship.end_reason, detail={"relation": [kinship.relation, None]}
    )
    forget_relatives(by)
    return kinship


@before_opening
def refuse_own_and_relatives(row: Any, user: Any) -> None:
    """Refuse, in words and with a trace, to open what belongs to the user's own dossier or a relative's.

    Asked before any page or interface shows a row that is of one person (domain.md §1.5, P2).
    """
    kinship = kinship_to(user, row)
    if not kinship:
        return
    with transaction.atomic():
        audit.record("person.refuse_relative", row, by=user, reason=kinship, detail={})
    raise PermissionDenied(
        _(
            "You have declared this person as yourself or as a relative."
            " Nobody opens their own dossier or a relative's."
        )
        + " "
        + _("A colleague has to do it. That you tried is noted.")
    )
