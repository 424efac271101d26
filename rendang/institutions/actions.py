"""Everything that changes the registry of institutions and their notices."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from rendang.institutions.models import Notice
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.access.scope import institution_ids_where
from rendang.kernel.audit import actions as audit


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
