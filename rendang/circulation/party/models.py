"""党员组织关系: in which Party branch a member's relation is kept, and how it comes and goes (domain.md §5.7)."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.models import Case
from rendang.people.models import Person


class PartyBranch(models.Model):
    """党支部 — of the institution's Party committee for mobile members (流动党委)."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="party_branches")
    name = models.CharField(_("name of the branch"), max_length=80)
    secretary = models.CharField(_("secretary"), max_length=40, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Party branch")
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "name"],
                name="party_branch_once",
                violation_error_message=_("The institution already has a branch with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PartyMembership(models.Model):
    """组织关系 — an episode: the relation of a member is kept by a branch of the institution, from when to when."""

    class Stay(models.TextChoices):
        """Why the relation is kept here; for some the rules set an end."""

        EMPLOYED = "EMPLOYED", _("Employed in the city")
        GRADUATE = "GRADUATE", _("Graduate without employment")
        ABROAD = "ABROAD", _("Abroad for study or private reasons")
        RETIRED = "RETIRED", _("Retired or otherwise here")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="party_memberships")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)
    branch = models.ForeignKey(PartyBranch, on_delete=models.PROTECT, related_name="memberships")
    is_probationary = models.BooleanField(_("probationary member"), default=False)
    stay = models.CharField(_("kept here because"), max_length=10, choices=Stay.choices, default=Stay.EMPLOYED)
    # The last day by the policy of the stay; empty where the rules set none.
    stay_until = models.DateField(_("may stay until"), null=True, blank=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    dues_paid_to = models.DateField(_("dues paid to the end of"), null=True, blank=True)
    floats_to = models.CharField(_("floating member: where"), max_length=80, blank=True)
    floats_since = models.DateField(_("floating since"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Party relation")
        indexes = [
            models.Index(fields=["institution", "id"], condition=Q(until__isnull=True), name="party_membership_open"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(until__isnull=True),
                name="one_party_relation_a_person",
                violation_error_message=_("The Party relation of this person is kept by a branch already."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="a_party_relation_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(floats_to="", floats_since__isnull=True)
                | (~Q(floats_to="") & Q(floats_since__isnull=False)),
                name="a_floating_member_floats_somewhere_since_a_day",
            ),
        ]

    def __str__(self) -> str:
        return str(self.branch)

    def get_absolute_url(self) -> str:
        return reverse("party:member", args=[self.pk])


class PartyTransfer(Case):
    """组织关系接转 — the relation of a member comes to the institution, or leaves it, with a numbered letter.

    In: the letter is registered, a second person admits the member, the slip goes back. Out: applied for, a second
    person signs the letter, the slip that comes back ends the membership here.
    """

    class State(models.TextChoices):
        REGISTERED = "REGISTERED", _("Registered")
        APPROVED = "APPROVED", _("Approved, awaiting the slip")
        COMPLETED = "COMPLETED", _("Completed with the slip")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    class Direction(models.TextChoices):
        IN = "IN", _("To us")
        OUT = "OUT", _("From us")

    SERVICE_ITEM = "party"
    PAGE = "party:detail"
    CLOSED = frozenset({State.COMPLETED, State.WITHDRAWN})

    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices)
    membership = models.ForeignKey(
        PartyMembership, on_delete=models.PROTECT, null=True, blank=True, related_name="transfers"
    )
    branch = models.ForeignKey(PartyBranch, on_delete=models.PROTECT, related_name="+")
    is_probationary = models.BooleanField(_("probationary member"), default=False)
    stay = models.CharField(_("kept here because"), max_length=10, choices=PartyMembership.Stay.choices, blank=True)
    # Whom the letter is from, or to whom it goes: the Party committee and, below it, the branch.
    other_committee = models.CharField(_("Party committee of the other side"), max_length=120)
    other_branch = models.CharField(_("branch of the other side"), max_length=120, blank=True)
    letter_number = models.CharField(_("number of the introduction letter"), max_length=40, blank=True)
    letter_date = models.DateField(_("date of the letter"), null=True, blank=True)
    letter_valid_until = models.DateField(_("letter valid until"), null=True, blank=True)
    letter_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    dues_paid_to = models.DateField(_("dues paid to the end of"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    slip_date = models.DateField(_("date of the slip"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("transfer of the Party relation")
        constraints = [
            models.UniqueConstraint(
                fields=["other_committee", "letter_number"],
                condition=~Q(letter_number=""),
                name="an_introduction_letter_is_used_once",
                violation_error_message=_("This introduction letter is registered already."),
            ),
            models.CheckConstraint(
                condition=Q(direction="IN") | Q(membership__isnull=False), name="only_a_member_of_ours_leaves_us"
            ),
        ]

    @property
    def sender(self) -> str:
        """The committee from which the relation comes to us."""
        return self.other_committee if self.direction == self.Direction.IN else ""

    @property
    def goes_to(self) -> str:
        """The committee to which the relation leaves us."""
        return self.other_committee if self.direction == self.Direction.OUT else ""

    def has_run_out(self, today: dt.date) -> bool:
        """Whether the letter can no longer do what is still to be done: admit who comes, or be accepted there."""
        waits = self.State.REGISTERED if self.direction == self.Direction.IN else self.State.APPROVED
        return self.state == waits and self.letter_valid_until is not None and self.letter_valid_until < today

    def main_step(self, today: dt.date) -> str:
        """A letter that has run out goes back to its sender, or is issued again."""
        if not self.has_run_out(today):
            return ""
        return "withdraw" if self.direction == self.Direction.IN else "renew"
