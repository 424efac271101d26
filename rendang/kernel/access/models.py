from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.core.language import in_words_of_the_reader


class Institution(models.Model):
    """档案管理服务机构 — one of the offices that keep dossiers (人社部发〔2021〕112号 art. 5)."""

    class Kind(models.TextChoices):
        TALENT = "TALENT", _("Talent service")
        FOREIGN = "FOREIGN", _("Foreign enterprise service")
        EMPLOYMENT = "EMPLOYMENT", _("Employment service")
        LABOUR = "LABOUR", _("Labour agency")
        RETIRED = "RETIRED", _("Retirees' dossiers")

    code = models.CharField(_("code"), max_length=8, unique=True)
    name = models.CharField(_("name"), max_length=100, unique=True)
    short_name = models.CharField(_("short name"), max_length=20)
    english_name = models.CharField(_("English name"), max_length=100)
    english_short_name = models.CharField(_("short English name"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    directory_number = models.CharField(_("number in the national directory"), max_length=20, blank=True)
    division = models.CharField(_("division"), max_length=6)
    level = models.CharField(_("level"), max_length=20, default="地市级")
    address = models.CharField(_("address"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=6, blank=True)
    phone = models.CharField(_("telephone"), max_length=40)
    hours = models.CharField(_("opening hours"), max_length=100, blank=True)
    accepts = models.TextField(_("whose dossiers it takes"), blank=True)
    demands_second_factor = models.BooleanField(_("demands a second factor"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("institution")

    def __str__(self) -> str:
        """As it is called in the language of the reader; papers, which are Chinese, take ``name``."""
        return in_words_of_the_reader(self.name, self.english_name)

    @property
    def label(self) -> str:
        """The everyday name, in the language of the reader; papers take ``short_name``."""
        return in_words_of_the_reader(self.short_name, self.english_short_name)


class Role(models.TextChoices):
    """What a person does, after domain.md §5.13. What each may do is in ``permissions.py``."""

    CLERK = "CLERK", _("Window clerk")
    REVIEWER = "REVIEWER", _("Reviewer")
    APPROVER = "APPROVER", _("Approver")
    KEEPER = "KEEPER", _("Keeper")
    DIGITISER = "DIGITISER", _("Digitiser")
    HEAD = "HEAD", _("Head")
    SUPERVISOR = "SUPERVISOR", _("Municipal supervisor")
    SYSTEM_ADMINISTRATOR = "SYSTEM_ADMINISTRATOR", _("System administrator")
    SECURITY_ADMINISTRATOR = "SECURITY_ADMINISTRATOR", _("Security administrator")
    AUDIT_ADMINISTRATOR = "AUDIT_ADMINISTRATOR", _("Audit administrator")


CITY_ROLES = frozenset(
    {
        Role.SUPERVISOR,
        Role.SYSTEM_ADMINISTRATOR,
        Role.SECURITY_ADMINISTRATOR,
        Role.AUDIT_ADMINISTRATOR,
    }
)


class Membership(models.Model):
    """One person's role at one institution, or, for the roles of the city, at all of them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    institution = models.ForeignKey(
        Institution,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
    )
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)

    class Meta:
        verbose_name = _("membership")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "institution", "role"],
                name="membership_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(institution__isnull=True, role__in=sorted(CITY_ROLES))
                | (Q(institution__isnull=False) & ~Q(role__in=sorted(CITY_ROLES))),
                name="city_roles_are_held_for_the_city",
                violation_error_message=_("This role is held for the whole city, the others at one institution."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"


class MembershipProposal(models.Model):
    """A role to be granted or withdrawn: proposed by the security administrator, confirmed by a second person."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("Proposed")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        DECLINED = "DECLINED", _("Declined")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    withdraws = models.BooleanField(_("withdraws the role"), default=False)
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed role")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")),
                name="a_role_is_confirmed_by_a_second_person",
                violation_error_message=_("A second person must decide."),
            ),
            models.CheckConstraint(
                condition=Q(state="PROPOSED", decided_by__isnull=True)
                | (~Q(state="PROPOSED") & Q(decided_by__isnull=False)),
                name="a_decided_proposal_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"
