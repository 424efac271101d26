"""Everything that changes the registry of institutions and their notices."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.institutions.models import Notice, OutsideKeeper
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.access.scope import institution_ids_where
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.standards import queries as standards


@transaction.atomic
def correct_institution(institution: Institution, *, by: Any, **fields: Any) -> Institution:
    """Change what the directory says of an institution: address, telephone, hours, whose dossiers it takes."""
    if not can(by, Permission.INSTITUTION_EDIT, at=institution):
        raise PermissionDenied
    institution = Institution.objects.select_for_update().get(pk=institution.pk)
    before = audit.snapshot(institution)
    for name, value in fields.items():
        setattr(institution, name, value)
    institution.full_clean()
    institution.save(update_fields=fields)
    audit.record("institution.correct", institution, by=by, before=before, institution=institution)
    return institution


@transaction.atomic
def publish_notice(
    *,
    by: Any,
    institution: Institution | None,
    title: str,
    text: str,
    published_on: dt.date,
    valid_until: dt.date | None = None,
) -> Notice:
    """Tell the staff of one institution something, or (from the city) the staff of all."""
    where = institution_ids_where(by, Permission.NOTICE_PUBLISH)
    if where is not None and (institution is None or institution.pk not in where):
        raise PermissionDenied
    notice = Notice(
        institution=institution,
        title=title,
        text=text,
        published_on=published_on,
        valid_until=valid_until,
        published_by=by,
    )
    notice.full_clean()
    notice.save()
    audit.record("notice.publish", notice, by=by)
    return notice


def add_keeper(*, by: Any, **facts: str) -> OutsideKeeper:
    """A new line of the address book. Who sends dossiers may enter it; it waits for a second person to verify it.

    Refused in words: a name that is listed already, one of the city's own institutions, or a kind of organisation
    that may not keep dossiers (人社部发〔2021〕112号: authorised institutions, and units with personnel authority).
    """
    if not can(by, Permission.TRANSFER_OFFER):
        raise PermissionDenied
    return _save_keeper(OutsideKeeper(entered_by=by, **facts), "outsidekeeper.add", by=by)


@transaction.atomic
def correct_keeper(keeper: OutsideKeeper, *, by: Any, **facts: Any) -> OutsideKeeper:
    """Change a line of the address book, or take it out of use. Whatever was changed must be verified again."""
    if not can(by, Permission.TRANSFER_OFFER):
        raise PermissionDenied
    keeper = OutsideKeeper.objects.select_for_update().get(pk=keeper.pk)
    before = audit.snapshot(keeper)
    for name, value in facts.items():
        setattr(keeper, name, value)
    if audit.changes(keeper, before).keys() - {"is_active"}:
        keeper.entered_by, keeper.verified_by, keeper.verified_on, keeper.verified_how = by, None, None, ""
    return _save_keeper(keeper, "outsidekeeper.correct", by=by, before=before)


@transaction.atomic
def verify_keeper(keeper: OutsideKeeper, *, by: Any, how: str) -> OutsideKeeper:
    """A second person has compared the address with the national directory or asked the keeper; ``how`` says which."""
    if not can(by, Permission.TRANSFER_DECIDE):
        raise PermissionDenied
    keeper = OutsideKeeper.objects.select_for_update().get(pk=keeper.pk)
    before = audit.snapshot(keeper)
    if keeper.entered_by_id == by.pk:
        raise ValidationError(_("You entered this address. A second person must verify it."))
    keeper.verified_by, keeper.verified_on, keeper.verified_how = by, timezone.localdate(), how.strip()
    return _save_keeper(keeper, "outsidekeeper.verify", by=by, before=before)


def _save_keeper(keeper: OutsideKeeper, verb: str, *, by: Any, before: audit.Snapshot | None = None) -> OutsideKeeper:
    if keeper.kind not in standards.policy("keeper_kinds", on=timezone.localdate()).value:
        raise ValidationError({"kind": _("An organisation of this kind may not keep dossiers.")})
    if Institution.objects.filter(name=keeper.name).exists():
        raise ValidationError({"name": _("This is an institution of the city. Offer it the dossier instead.")})
    try:
        with transaction.atomic():
            keeper.full_clean(validate_unique=False, validate_constraints=False)
            keeper.save()
            audit.record(verb, keeper, by=by, before=before)
    except IntegrityError as broken:
        raise refusal_from(broken) from broken
    return keeper
