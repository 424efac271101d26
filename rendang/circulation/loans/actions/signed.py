"""The slip that both have signed, scanned: with the hand-over or the return, or later, once it is signed."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from rendang.circulation.loans.models import Loan
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind

# What is signed: the field of the scan, how the file is called, and when it can have been signed.
SIGNED = {
    "slip": ("signed_slip", "借阅单（签名）", "handed_over_at"),
    "return": ("signed_return", "归还清点单（签名）", "taken_back_at"),
}


@transaction.atomic
def keep_signed(loan: Loan, *, by: Any, which: str, signed: Any) -> Loan:
    """Put the signed slip (``which`` is ``slip``) or the signed count of the return (``return``) with the loan.

    Once each; refused before the dossier has changed hands.
    """
    loan = Loan.objects.select_for_update(of=("self", "case_ptr")).get(pk=loan.pk)
    if not can(by, Permission.LOAN_HAND_OVER, at=loan.institution_id):
        raise PermissionDenied
    if which not in SIGNED:
        raise ValidationError({"which": _("This is not a paper that both sign.")})
    field, _name, since = SIGNED[which]
    if getattr(loan, since) is None:
        raise ValidationError(_("The dossier has not changed hands yet, so nothing can be signed for it."))
    if getattr(loan, f"{field}_id"):
        raise ValidationError(_("The signed paper is with the case already."))
    before = audit.snapshot(loan)
    take_signed(loan, which, signed, by=by)
    loan.save(update_fields=[field])
    audit.record("loan.keep_signed", loan, by=by, before=before)
    return loan


def take_signed(loan: Loan, which: str, signed: Any, *, by: Any) -> None:
    """Store the scan, if there is one; the caller saves the loan. A file of another type is refused by its field."""
    if not signed:
        return
    field, name, _since = SIGNED[which]
    try:
        stored = files.store(
            signed, name=f"{name}-{loan.number}", kind=Kind.ATTACHMENT, institution=loan.institution, by=by
        )
    except ValidationError as refused:
        raise ValidationError({"signed": refused.messages}) from None
    setattr(loan, field, stored)
