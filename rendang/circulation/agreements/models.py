"""单位集体委托: an employer entrusts the dossiers of its people to an institution (domain.md §1.3, §5.2)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rendang.circulation.intake.models import Intake
from rendang.kernel.core.fields import PartialDateField
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.models import Case
from rendang.people.models import Employer, Person


class Agreement(Case):
    """委托存档协议 — drafted by one, put into force by another, ended with a reason.

    The business is done when it is in force; what it governs goes on until it ends.
    """

    class State(models.TextChoices):
        DRAFTED = "DRAFTED", _("Drafted")
        IN_FORCE = "IN_FORCE", _("In force")
        ENDED = "ENDED", _("Ended")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    SERVICE_ITEM = "agreement"
    PAGE = "agreements:detail"
    CLOSED = frozenset({State.IN_FORCE, State.ENDED, State.WITHDRAWN})
    ABOUT = _("Employer")
    NAMED_BY = ("employer",)

    employer = models.ForeignKey(
        Employer, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("employer")
    )
    agreement_number = models.CharField(_("number of the agreement"), max_length=40, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    signed_on = models.DateField(_("signed"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    remarks = models.CharField(_("remarks"), max_length=400, blank=True)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("agreement")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement_number"],
                condition=~Q(agreement_number=""),
                name="an_agreement_number_is_given_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | ~Q(end_reason=""), name="an_ended_agreement_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(signed_on__isnull=True) | Q(valid_to__gt=F("signed_on")),
                name="an_agreement_ends_after_it_is_signed",
                violation_error_message=_("The agreement must be valid longer than the day it is signed."),
            ),
        ]

    @property
    def whom(self) -> str:
        return self.employer.name

    @property
    def paper_number(self) -> str:
        return self.agreement_number


class Agent(models.Model):
    """经办人 — who acts for the employer, from when to when."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="agents")
    name = models.CharField(_("full name"), max_length=60)
    phone = models.CharField(_("telephone"), max_length=30)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("agent")
        ordering = ["until", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="an_agent_has_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def institution_id(self) -> int:
        """Where the agreement is, for the audit log."""
        return self.agreement.institution_id


class Entrusted(models.Model):
    """名册人员 — a person of the employer's whose dossier the agreement covers, from joining to leaving.

    How far the dossier has come is not kept here: it follows from intake and custody (``queries.with_status``).
    """

    class Status(models.TextChoices):
        EXPECTED = "EXPECTED", _("Expected")
        ARRIVED = "ARRIVED", _("Arrived, being taken in")
        HELD = "HELD", _("Held for the employer")
        INDIVIDUAL = "INDIVIDUAL", _("Held here for the person")
        ELSEWHERE = "ELSEWHERE", _("Held by another institution")
        LEFT = "LEFT", _("Left the employer")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="entrusted")
    contract_from = PartialDateField(_("contract from"))
    contract_to = PartialDateField(_("contract to"))
    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, null=True, blank=True, related_name="entrusted")
    joined_on = models.DateField(_("on the roster since"))
    join_proof = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    left_on = models.DateField(_("left"), null=True, blank=True)
    left_reason = models.CharField(_("reason of leaving"), max_length=200, blank=True)
    left_proof = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("entrusted person")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "person"],
                condition=Q(left_on__isnull=True),
                name="a_person_is_once_on_a_roster",
                violation_error_message=_("This person is on the roster already."),
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | ~Q(left_reason=""), name="who_left_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.person.name

    def get_absolute_url(self) -> str:
        return reverse("agreements:person", args=[self.pk])

    @property
    def institution_id(self) -> int:
        """Where the agreement is, for the audit log."""
        return self.agreement.institution_id
