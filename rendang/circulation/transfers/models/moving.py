"""A dossier that moves between two institutions of the system."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rendang.dossiers.models import Custody
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.models import Case


class Transfer(Case):
    """转递 — from `institution`, which holds the dossier, to `counterpart`, which will (domain.md §5.3).

    Custody changes hands only when the receiver has signed; until then the sender remains the keeper.
    """

    class State(models.TextChoices):
        OFFERED = "OFFERED", _("Offered")
        AGREED = "AGREED", _("Agreed")
        SENT = "SENT", _("Packed and sealed")
        IN_TRANSIT = "IN_TRANSIT", _("In transit")
        RECEIVED = "RECEIVED", _("Received and signed for")
        DECLINED = "DECLINED", _("Declined")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")
        REFUSED = "REFUSED", _("Refused on arrival, on its way back")
        RETURNED = "RETURNED", _("Back with the sender")

    SERVICE_ITEM = "transfer"
    PAGE = "transfers:detail"
    CLOSED = frozenset({State.RECEIVED, State.DECLINED, State.WITHDRAWN, State.RETURNED})

    reason = models.CharField(_("reason of the transfer"), max_length=20)
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)
    # The receiver's own recall letter: with it the receiver has agreed beforehand.
    letter_number = models.CharField(_("number of the recall letter"), max_length=60, blank=True)
    custody = models.ForeignKey(Custody, on_delete=models.PROTECT, related_name="transfers_out")
    decline_reason = models.CharField(_("reason"), max_length=200, blank=True)
    # Packed by two people: one packs, another checks and hands over.
    principal_volumes = models.PositiveSmallIntegerField(_("principal volumes"), null=True, blank=True)
    duplicate_volumes = models.PositiveSmallIntegerField(_("duplicate volumes"), null=True, blank=True)
    papers = models.PositiveSmallIntegerField(_("papers"), null=True, blank=True)
    packed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    carrier = models.CharField(_("carrier"), max_length=20, blank=True)
    waybill = models.CharField(_("number of the consignment"), max_length=40, blank=True)
    sent_on = models.DateField(_("handed to the carrier"), null=True, blank=True)
    notice_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    received_on = models.DateField(_("received"), null=True, blank=True)
    new_custody = models.OneToOneField(
        Custody, on_delete=models.PROTECT, null=True, blank=True, related_name="transfer_in"
    )
    receipt_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    refusal_reason = models.CharField(_("reason of the refusal"), max_length=20, blank=True)
    refusal_detail = models.CharField(_("explanation of the refusal"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("transfer")
        constraints = [
            models.UniqueConstraint(
                fields=["custody"],
                condition=~Q(sent_on__isnull=True) & Q(received_on__isnull=True, refusal_reason=""),
                name="one_consignment_per_custody",
            ),
        ]
        indexes = [models.Index(fields=["custody"], name="transfer_by_custody")]
