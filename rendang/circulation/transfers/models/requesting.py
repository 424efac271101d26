"""Employers, keepers outside and other institutions of the city ask for a dossier, and who was asked before."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rendang.circulation.transfers.models.leaving import Departure
from rendang.circulation.transfers.models.moving import Transfer
from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.core.fields import EncryptedTextField
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.models import Case


class DepartureRequest(Case):
    """外来调档申请 — an employer or a keeper outside asks for a dossier on the portal, or an institution of the city.

    The latter's request comes by itself with its recall letter and names the dossier. Of the others ``institution`` is
    who keeps the dossier, or whom the sender addressed when nobody does: the sender is not told which; `person` and
    `dossier` are named when the clerk has decided whose are meant.
    """

    class State(models.TextChoices):
        RECEIVED = "RECEIVED", _("Arrived, to be looked at")
        GRANTED = "GRANTED", _("Taken up")
        ANSWERED = "ANSWERED", _("Answered")
        WITHDRAWN = "WITHDRAWN", _("Taken back by the sender")

    class From(models.TextChoices):
        EMPLOYER = "EMPLOYER", _("Employer")
        RECEIVER = "RECEIVER", _("Receiving institution")
        CITY = "CITY", _("Institution of the city")

    SERVICE_ITEM = "transfer"
    PAGE = "requests:detail"
    CLOSED = frozenset({State.GRANTED, State.ANSWERED, State.WITHDRAWN})

    # With it and the telephone number the sender follows how it goes; it tells nothing about where it lies.
    receipt_number = models.CharField(_("receipt number"), max_length=16, unique=True, editable=False)
    sent_by = models.CharField(_("sender"), max_length=8, choices=From.choices)
    sender = models.CharField(_("name of the sender"), max_length=120)
    contact = EncryptedTextField(_("contact"), editable=False)
    phone = EncryptedTextField(_("telephone"), editable=False, blank=True)
    receiver_named = models.CharField(_("receiver as named by the sender"), max_length=120, blank=True)
    # The person asked for, as the sender has written it.
    asked_name = EncryptedTextField(_("full name"), editable=False)
    id_number = EncryptedTextField(editable=False)
    id_masked = models.CharField(max_length=24, editable=False)
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)
    letter_number = models.CharField(_("number of the recall letter"), max_length=60, blank=True)
    letter_date = models.DateField(_("date of the recall letter"), null=True, blank=True)
    letter_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    letter_read = models.CharField(max_length=60, blank=True, editable=False)
    # The institution of this system whose recall letter it is: then the dossier moves inside the city.
    has_letter_of_ours = models.BooleanField(default=False, editable=False)
    letter_of = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answer_code = models.CharField(_("reply"), max_length=20, blank=True)
    answer_detail = models.CharField(_("explanation"), max_length=200, blank=True)
    departure_opened = models.OneToOneField(
        Departure, on_delete=models.PROTECT, null=True, blank=True, related_name="request"
    )
    # One move answers all who asked for it.
    transfer_offered = models.ForeignKey(
        Transfer, on_delete=models.PROTECT, null=True, blank=True, related_name="requests"
    )
    # By the institution of the city that had asked.
    is_called_off = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("request for a dossier")
        constraints = [
            models.CheckConstraint(
                condition=Q(departure_opened__isnull=True) | Q(transfer_offered__isnull=True),
                name="a_request_leads_to_one_case",
            ),
            models.CheckConstraint(
                condition=Q(has_letter_of_ours=True, letter_of__isnull=False)
                | Q(has_letter_of_ours=False, letter_of__isnull=True),
                name="a_letter_of_ours_has_its_institution",
            ),
            models.CheckConstraint(
                condition=Q(answer_code="") | Q(departure_opened__isnull=True, transfer_offered__isnull=True),
                name="what_is_answered_was_not_taken_up",
            ),
            models.CheckConstraint(
                condition=~Q(sent_by="CITY") | Q(has_letter_of_ours=True),
                name="an_institution_of_the_city_asks_by_its_letter",
            ),
            models.UniqueConstraint(
                fields=["letter_number"],
                condition=Q(sent_by="CITY", answer_code="", transfer_offered=None, is_called_off=False),
                name="a_letter_asks_once_at_a_time",
                violation_error_message=_("The keeper has been asked already."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["letter_number"], condition=Q(has_letter_of_ours=True), name="request_by_letter_of_ours"
            )
        ]

    @property
    def whom(self) -> str:
        return self.asked_name


class PassedOn(models.Model):
    """转办 — a request that was sent to the wrong institution went on to another; nothing personal stands here.

    It is what the institution that passed it on keeps of it, and what the sender may know of its way.
    """

    request = models.ForeignKey(DepartureRequest, on_delete=models.PROTECT, related_name="passed_on")
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("passed on by")
    )
    to = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("passed on to"))
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("passed on"), auto_now_add=True)
    passed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("request that was passed on")
        constraints = [
            models.CheckConstraint(condition=~Q(institution=F("to")), name="a_request_is_passed_on_to_somebody_else"),
            models.CheckConstraint(condition=~Q(reason=""), name="what_is_passed_on_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.request} → {self.to}"
