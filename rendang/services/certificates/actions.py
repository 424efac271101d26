"""Everything that changes a certificate of custody."""

import secrets
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.workflow.actions import next_in_series, open_case
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step
from rendang.services.certificates import papers
from rendang.services.certificates.models import Certificate
from rendang.storage import actions as storage
from rendang.storage.queries import in_stock

State = Certificate.State
# No 0 O 1 I L: the code is read aloud and typed from paper. 12 characters, 59 bits.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12


def _draft(dossier: Dossier, *, by: Any, purpose: str, channel: str, applicant: Any = None) -> Certificate:
    custody = (
        Custody.objects.filter(dossier=dossier, status=Custody.Status.HELD)
        .select_related("institution", "dossier__person")
        .first()
    )
    if custody is None:
        raise ValidationError(_("No institution of the system holds this dossier."))
    if not (by == applicant or can(by, Permission.CERTIFICATE_DRAFT, at=custody.institution_id)):
        raise PermissionDenied
    storage.refuse_what_is_lost(custody.dossier.person, custody.institution)
    certificate = Certificate(
        institution=custody.institution,
        person=custody.dossier.person,
        dossier=dossier,
        custody=custody,
        state=State.DRAFTED,
        purpose=purpose,
        channel=channel,
        applicant=applicant,
        facts=papers.facts(custody),
    )
    return open_case(certificate, by=by, permission=None, deadline="certificate_issue")


@transaction.atomic
def draft(dossier: Dossier, *, by: Any, purpose: str = "", channel: str = Case.Channel.WINDOW) -> Certificate:
    """Draft a certificate from the record: nothing is typed that the record does not say (依据档案记载)."""
    return _draft(dossier, by=by, purpose=purpose, channel=channel)


@step(
    Certificate,
    label=gettext_lazy("Issue"),
    sources=[State.DRAFTED],
    target=State.ISSUED,
    permission=Permission.CERTIFICATE_ISSUE,
    applicant_may=True,
)
def issue(certificate: Certificate, *, by: Any) -> None:
    """Sign and number it — only while the dossier is in stock, and with the record as it is at this moment."""
    custody = Custody.objects.select_for_update().get(pk=certificate.custody_id)
    assert certificate.dossier
    if custody.status != Custody.Status.HELD or not in_stock(certificate.dossier):
        raise ValidationError(
            _("The dossier is not in stock now, so custody cannot be certified. Try again when it is back in place.")
        )
    now = timezone.now()
    today = timezone.localdate(now)
    (number,) = next_in_series("certificate", certificate.institution, f"{today:%Y}")
    certificate.certificate_number = f"{certificate.institution.code}-CZ-{today:%Y}-{number:06d}"
    certificate.verification_code = "".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_LENGTH))
    certificate.facts = papers.facts(custody)
    certificate.issued_at, certificate.issued_by = now, by
    certificate.file = papers.certificate(certificate, by=by)
    Certificate.objects.filter(custody=custody, state=State.ISSUED, superseded_by__isnull=True).update(
        superseded_by=certificate
    )


@step(
    Certificate,
    label=gettext_lazy("Refuse"),
    sources=[State.DRAFTED],
    target=State.REFUSED,
    permission=Permission.CERTIFICATE_ISSUE,
    way_out=True,
)
def refuse(certificate: Certificate, *, by: Any, reason: str) -> None:
    """Say no, with a reason that the applicant sees."""
    certificate.reason = reason


@step(
    Certificate,
    label=gettext_lazy("Revoke"),
    sources=[State.ISSUED],
    target=State.REVOKED,
    permission=Permission.CERTIFICATE_REVOKE,
    way_out=True,
)
def revoke(certificate: Certificate, *, by: Any, reason: str) -> None:
    """Withdraw an issued certificate; whoever verifies it from now on is told."""
    certificate.reason, certificate.revoked_at = reason, timezone.now()


def apply_online(dossier: Dossier, *, by: Any, purpose: str = "") -> Certificate:
    """A citizen who has signed in with the real name gets the certificate of the own dossier at once.

    Refused with words when the dossier is not in stock; then no case is left behind.
    """
    if not getattr(by, "is_citizen", False) or bytes(by.id_index) != bytes(dossier.person.id_index):
        raise PermissionDenied
    with transaction.atomic():
        certificate = _draft(dossier, by=by, purpose=purpose, channel=Case.Channel.ONLINE, applicant=by)
        return issue(certificate, by=by)


STEPS = {function.__name__: function for function in (issue, refuse, revoke)}
