"""集体户: collective households of the institutions, who is registered in them, and their member pages (§5.8)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.models import Case
from rendang.people.models import Person


class CollectiveHousehold(models.Model):
    """集体户 — a household book that an institution keeps for people without a household of their own in the city."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="collective_households")
    number = models.CharField(_("household number"), max_length=30)
    address = models.CharField(_("address"), max_length=200)
    police_station = models.CharField(_("police station"), max_length=80)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("collective household")
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                name="household_number_once",
                violation_error_message=_("There is a household with this number already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.address}"


class HouseholdMember(models.Model):
    """户成员 — an episode: somebody is registered in the household, on a page of the book, from when to when."""

    class PageReason(models.TextChoices):
        """Why the police have issued another page."""

        LOSS = "LOSS", _("the former page was lost")
        CHANGE = "CHANGE", _("an entry has changed")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="household_memberships")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(CollectiveHousehold, on_delete=models.PROTECT, related_name="members")
    page = models.CharField(_("number of the member page"), max_length=20)
    # 补发、换发: the page in use is not the first; from when, why, and since when we know of it.
    page_issued_on = models.DateField(_("new member page issued"), null=True, blank=True)
    page_reason = models.CharField(_("why a new one"), max_length=8, choices=PageReason.choices, blank=True)
    page_noted_at = models.DateTimeField(_("new member page noted"), null=True, blank=True)
    # 人档户分离: the dossier has left or is leaving, the registration stays.
    told_parted_on = models.DateField(_("told that dossier and household part"), null=True, blank=True)
    told_parted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    since = models.DateField(_("moved in"))
    until = models.DateField(_("moved out"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a collective household")
        indexes = [
            models.Index(fields=["institution", "id"], condition=Q(until__isnull=True), name="household_member_open"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(until__isnull=True),
                name="one_household_a_person",
                violation_error_message=_("This person is registered in a collective household already."),
            ),
            models.UniqueConstraint(
                fields=["household", "page"],
                condition=Q(until__isnull=True),
                name="a_member_page_is_one_persons",
                violation_error_message=_("This page of the household book is another member's."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="a_member_leaves_after_moving_in"
            ),
            models.CheckConstraint(
                condition=Q(page_issued_on__isnull=True, page_noted_at__isnull=True, page_reason="")
                | Q(page_issued_on__gte=F("since"), page_noted_at__isnull=False) & ~Q(page_reason=""),
                name="a_new_member_page_has_day_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(told_parted_on__isnull=True) | Q(told_parted_by__isnull=False),
                name="who_is_told_of_the_parting_is_told_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household.number} {self.page}"

    def get_absolute_url(self) -> str:
        return reverse("household:member", args=[self.pk])


class HouseholdMove(Case):
    """落户、迁出 — somebody is to be registered in a collective household, or to leave it.

    The institution agrees; public security registers. Only what the police have done changes the household book.
    """

    class State(models.TextChoices):
        APPLIED = "APPLIED", _("Applied for")
        APPROVED = "APPROVED", _("Agreed, to be registered by the police")
        REGISTERED = "REGISTERED", _("Registered by the police")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    class Direction(models.TextChoices):
        IN = "IN", _("Into our household")
        OUT = "OUT", _("Out of our household")

    SERVICE_ITEM = "household"
    PAGE = "household:move"
    CLOSED = frozenset({State.REGISTERED, State.WITHDRAWN})

    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices)
    household = models.ForeignKey(CollectiveHousehold, on_delete=models.PROTECT, related_name="moves")
    member = models.ForeignKey(HouseholdMember, on_delete=models.PROTECT, null=True, blank=True, related_name="moves")
    other_address = models.CharField(_("address of the other household"), max_length=200)
    # 准予迁入证明 or 户口迁移证: what the police issue, valid for a time.
    permit_number = models.CharField(_("number of the permit or migration paper"), max_length=40, blank=True)
    permit_date = models.DateField(_("date of the permit"), null=True, blank=True)
    permit_valid_until = models.DateField(_("permit valid until"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    registered_on = models.DateField(_("registered by the police on"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("move of household registration")
        constraints = [
            models.CheckConstraint(
                condition=Q(direction="IN") | Q(member__isnull=False), name="only_a_member_leaves_the_household"
            ),
        ]


class PageLoan(Case):
    """户口页借用 — a member's page of the household book is lent, for a purpose and a time."""

    class State(models.TextChoices):
        LENT = "LENT", _("Lent")
        RETURNED = "RETURNED", pgettext_lazy("lent", "Returned")
        LOST = "LOST", _("Reported lost")

    SERVICE_ITEM = "household"
    PAGE = "household:page_loan"
    STEP_PAGE = "household:page_loan_step"
    CLOSED = frozenset({State.RETURNED, State.LOST})

    member = models.ForeignKey(HouseholdMember, on_delete=models.PROTECT, related_name="page_loans")
    purpose = models.CharField(_("purpose"), max_length=100)
    with_head_page = models.BooleanField(_("with a copy of the head page"), default=False)
    slip_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    returned_on = models.DateField(_("returned"), null=True, blank=True)
    is_lost = models.BooleanField(_("reported lost"), default=False)
    reason = models.CharField(_("remarks"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("loan of a member page")
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(returned_on__isnull=True, is_lost=False),
                name="a_member_page_is_lent_once",
                violation_error_message=_("This page is lent already."),
            )
        ]
