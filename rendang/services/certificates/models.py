"""存档证明: what the record says of custody, signed, and for anyone to verify."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rendang.dossiers.models import Custody
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.models import Case


class Certificate(Case):
    """存档证明 — proof that a dossier is kept, drafted from the record, issued only while it is in stock (§1.11)."""

    class State(models.TextChoices):
        DRAFTED = "DRAFTED", _("Drafted")
        ISSUED = "ISSUED", _("Issued")
        REFUSED = "REFUSED", _("Not issued")
        REVOKED = "REVOKED", _("Revoked")

    class Status(models.TextChoices):
        """What the public is told, computed from the record at the moment of asking."""

        VALID = "VALID", pgettext_lazy("certificate", "Valid")
        DOSSIER_LEFT = "DOSSIER_LEFT", _("The dossier has left the institution since")
        SUPERSEDED = "SUPERSEDED", _("Superseded by a later certificate")
        REVOKED = "REVOKED", _("Revoked")
        UNKNOWN = "UNKNOWN", _("Unknown")

    SERVICE_ITEM = "certificate"
    PAGE = "certificates:detail"
    # Issued is an end of the business; revocation is a step from there, and the case stays closed.
    CLOSED = frozenset({State.ISSUED, State.REFUSED, State.REVOKED})

    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="certificates")
    purpose = models.CharField(_("purpose"), max_length=100, blank=True)
    certificate_number = models.CharField(_("certificate number"), max_length=40, blank=True)
    # Random, printed beside the number and in the QR code: the number alone can be guessed, this cannot.
    verification_code = models.CharField(_("verification code"), max_length=16, blank=True)
    template_version = models.PositiveSmallIntegerField(default=1)
    # The facts as printed, so that what was certified remains known when the record changes.
    facts = models.JSONField(default=dict, blank=True)
    issued_at = models.DateTimeField(_("issued"), null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="supersedes"
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    reason = models.CharField(_("reason of refusal or revocation"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("certificate of custody")
        constraints = [
            models.UniqueConstraint(
                fields=["certificate_number"], condition=~Q(certificate_number=""), name="certificate_number_once"
            ),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True)
                | (~Q(certificate_number="") & ~Q(verification_code="") & Q(file__isnull=False)),
                name="an_issued_certificate_has_number_code_and_file",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | ~Q(reason=""), name="a_revocation_has_a_reason"
            ),
        ]

    @property
    def paper_number(self) -> str:
        return self.certificate_number
