from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rendang.kernel.core.fields import EncryptedTextField


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """Whoever acts: a member of staff, a citizen, an API client or the system itself. Nobody is a superuser."""

    class Kind(models.TextChoices):
        STAFF = "STAFF", _("Staff")
        CITIZEN = "CITIZEN", _("Citizen")
        CLIENT = "CLIENT", _("API client")
        SYSTEM = "SYSTEM", _("System")

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.STAFF)
    username = models.CharField(_("user name"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    must_change_password = models.BooleanField(_("must change the password"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Of a citizen: the identity confirmed by the provider at sign-in; ties them to their dossier.
    id_number = EncryptedTextField(editable=False, default=b"")
    id_index = models.BinaryField(max_length=16, null=True, unique=True, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("account")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="CITIZEN", id_index__isnull=False) | (~Q(kind="CITIZEN") & Q(id_index__isnull=True)),
                name="a_citizen_has_a_confirmed_identity",
            ),
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="SYSTEM"), name="one_system_actor"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @property
    def is_citizen(self) -> bool:
        return self.kind == self.Kind.CITIZEN

    @property
    def is_staff_member(self) -> bool:
        return self.kind == self.Kind.STAFF
