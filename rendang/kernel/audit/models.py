from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

# The number of the running transaction: 64 bits, never used twice by one database server.
CURRENT_TRANSACTION = models.Func(
    template="(pg_current_xact_id()::text::bigint)",
    output_field=models.BigIntegerField(),
)


class AuditEvent(models.Model):
    """One thing that happened, a look at personal content included. Append-only by trigger.

    No foreign keys, so that the log never blocks, and is never changed by, the live data.
    """

    at = models.DateTimeField(auto_now_add=True)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    institution_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # Sealing goes by transaction: when a transaction is over, nothing with its number or a lower one can still appear.
    transaction_id = models.BigIntegerField(db_default=CURRENT_TRANSACTION, editable=False)

    class Meta:
        verbose_name = _("audit event")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_by_subject"),
            models.Index(fields=["person_id", "id"], name="audit_by_person"),
            models.Index(fields=["actor_id", "id"], name="audit_by_actor"),
            models.Index(fields=["verb", "id"], name="audit_by_verb"),
            models.Index(fields=["transaction_id", "id"], name="audit_by_transaction"),
            BrinIndex(fields=["at"], name="audit_by_time", pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.verb} {self.subject_type}:{self.subject_id}"


class AuditSeal(models.Model):
    """A closed batch of events: their digests, the root of the Merkle tree over them, chained and signed.

    A seal covers the events with an id above ``floor`` whose (transaction, id) is greater than ``after`` and at most
    ``up_to``. Ranges touch, so that every event belongs to exactly one seal. Append-only by trigger.
    """

    number = models.BigIntegerField(primary_key=True)
    # The database server; another one (a restored dump) counts its transactions anew, above a new floor of ids.
    server = models.BigIntegerField()
    floor = models.BigIntegerField()
    after_transaction = models.BigIntegerField()
    after_id = models.BigIntegerField()
    up_to_transaction = models.BigIntegerField()
    up_to_id = models.BigIntegerField()
    # Transactions with this number or a higher one began after ``sealed_at``.
    next_transaction = models.BigIntegerField()
    event_ids = ArrayField(models.BigIntegerField())
    leaves = models.BinaryField()
    root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()
    signature = models.BinaryField(max_length=64)

    class Meta:
        verbose_name = _("seal of the audit log")

    def __str__(self) -> str:
        return f"seal {self.number}"
