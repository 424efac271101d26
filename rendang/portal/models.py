"""公共服务: what the one-entry query must remember to be safe. Nothing here says who was asked for."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PublicRequest(models.Model):
    """One use of a public page, counted against its limits. Addresses, identities and links are keyed digests only.

    ``challenge`` is the number of the arithmetic question that was answered: each answers one query.
    """

    class Kind(models.TextChoices):
        QUERY = "QUERY"
        VERIFICATION = "VERIFICATION"
        UPLOAD = "UPLOAD"
        REQUEST = "REQUEST"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField(auto_now_add=True)
    address = models.BinaryField(max_length=16)
    identity = models.BinaryField(max_length=16, null=True)
    challenge = models.UUIDField(null=True, unique=True)

    class Meta:
        verbose_name = _("public request")
        indexes = [
            models.Index(fields=["address", "kind", "at"], name="public_by_address"),
            models.Index(fields=["identity", "at"], name="public_by_identity"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"
