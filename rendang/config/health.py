"""Two questions of a load balancer or a monitor: does the process live, and can it do its work.

The answers name parts and say true or false; no version, address, count or error text leaves the house.
"""

import logging
import secrets
import time
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from procrastinate.contrib.django.models import ProcrastinateWorker

from rendang.kernel.access.queries import public

SILENCE = timedelta(minutes=2)  # a worker that has not been heard of for so long counts as gone
RECENT = 10  # seconds for which a look at the storage is remembered: anyone may ask

logger = logging.getLogger(__name__)
_seen: dict[str, tuple[float, bool]] = {}


@public
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers at all."""
    return JsonResponse({"alive": True})


@public
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, is migrated, a worker is at work and files can be stored; otherwise 503."""
    parts = {"database": False, "migrations": False, "worker": False}
    try:
        parts["worker"] = ProcrastinateWorker.objects.filter(last_heartbeat__gte=timezone.now() - SILENCE).exists()
        parts["database"] = True
        parts["migrations"] = is_migrated()
    except DatabaseError:
        # Asked again without a table: an empty database answers too.
        parts["database"] = _answers()
    parts["storage"] = is_storage_writable()
    ready = all(parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def _answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def is_migrated() -> bool:
    """Whether every migration of this version is applied; once true it stays true for the life of the process."""
    if "migrations" not in _seen:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _seen["migrations"] = (time.monotonic(), True)
    return True


def is_storage_writable() -> bool:
    """Whether a file can be written to the storage and taken away again, as seen in the last ten seconds."""
    moment, writable = _seen.get("storage", (-RECENT, False))
    if time.monotonic() - moment >= RECENT:
        try:
            name = default_storage.save(f"readiness/{secrets.token_hex(8)}", ContentFile(b"ready"))
            default_storage.delete(name)
            writable = True
        except Exception:  # whatever the storage is made of, it cannot be written to
            logger.exception("The storage cannot be written to")
            writable = False
        _seen["storage"] = (time.monotonic(), writable)
    return writable
