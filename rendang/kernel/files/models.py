from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.files.kinds import Kind
from rendang.kernel.workflow.models import Case


class StoredFile(models.Model):
    """One file as somebody gave it to us; its content rests encrypted in the storage, under ``storage_key``.

    The same content at one institution is kept once: a second row shares the blob and its data key.
    """

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("file name"), max_length=200)
    media_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))  # bytes of the plain content
    sha256 = models.CharField(max_length=64)  # hexadecimal, of the plain content
    storage_key = models.CharField(max_length=120, db_index=True)
    data_key = models.BinaryField(editable=False)  # 256 bits, wrapped by the master key
    created_at = models.DateTimeField(_("stored at"), auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(_("checked at"), null=True)
    is_intact = models.BooleanField(_("intact"), null=True)  # verdict of the last fixity check

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("stored file")
        indexes = [
            models.Index(fields=["institution", "sha256"], name="file_by_content"),
            models.Index(fields=["sha256"], name="file_by_digest"),  # a file that somebody brings to be verified
            models.Index(fields=["checked_at"], name="file_by_check"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class SubmittedPaper(models.Model):
    """申请材料 — a picture or PDF of a paper that came with an application, or was handed in later.

    ``title`` is a paper of the case's service item as it was asked for that day, or ``OTHER``.
    """

    OTHER = "其他材料"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="submitted")
    title = models.CharField(_("paper"), max_length=200)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("handed in"), auto_now_add=True)

    class Meta:
        verbose_name = _("paper of an application")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="a_submitted_paper_says_what_it_is")]

    def __str__(self) -> str:
        return self.title

    @property
    def institution_id(self) -> int:
        """Where the application lies, for the audit log."""
        return self.case.institution_id

    @property
    def person_id(self) -> int | None:
        """Whose application it is, for the audit log."""
        return self.case.person_id
