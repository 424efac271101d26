"""一体化: programs of neighbouring agencies and institutions that use the interface."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet


class ApiClient(models.Model):
    """A program that may use the interface for one institution, with a token and the rights (scopes) it was given."""

    name = models.CharField(_("name"), max_length=80)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="api_clients")
    actor = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_client")
    # SHA-256 of the token: 256 random bits need no salt, and the token itself is shown once and kept nowhere.
    token_digest = models.BinaryField(max_length=32, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateField(_("expires"))
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("API client")
        constraints = [
            models.CheckConstraint(condition=~Q(scopes=[]), name="a_client_has_a_scope"),
        ]

    def __str__(self) -> str:
        return self.name


class IdempotentRequest(models.Model):
    """A write that a client may send again without doing it again: its key, what was asked, what was answered."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    request_digest = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("request with an idempotency key")
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="an_idempotency_key_is_used_once")]

    def __str__(self) -> str:
        return self.key
