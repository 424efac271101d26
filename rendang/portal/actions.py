"""The one-entry query and public verification, counted and limited; both leave a trace, neither a name."""

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.circulation.transfers import actions as transfers
from rendang.kernel.access.models import Institution
from rendang.kernel.audit.actions import record
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.jobs import job, scheduled
from rendang.kernel.standards import queries as standards
from rendang.people.models import Person
from rendang.people.queries import canonical_number
from rendang.portal.models import PublicRequest
from rendang.portal.queries import Whereabouts, where_is

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# In one round trip: how often address and identity have asked, and the request itself unless that is too often.
# What the transaction asks next it asks by key, for which one plan does; making one anew (ADR 0032) would cost more.
COUNTED = """
INSERT INTO portal_publicrequest (kind, at, address, identity, challenge)
SELECT %(kind)s::text, %(now)s, %(address)s, %(identity)s::bytea, %(challenge)s::uuid
WHERE (SELECT count(*) FROM portal_publicrequest
       WHERE address = %(address)s AND kind = %(kind)s::text AND at > %(hour)s) < %(of_address)s
  AND (SELECT count(*) FROM portal_publicrequest
       WHERE identity = %(identity)s::bytea AND at > %(day)s) < %(of_subject)s
RETURNING id, set_config('plan_cache_mode', 'force_generic_plan', true)
"""


class TooMany(ValidationError):
    """The limit of an address or an identity is used up for now."""


# How often an address may ask within the hour, and how often the same identity or link may be asked about in a day.
LIMITS: dict[str, tuple[str, str]] = {
    PublicRequest.Kind.QUERY: ("query_limit_address", "query_limit_identity"),
    PublicRequest.Kind.VERIFICATION: ("verification_limit_address", "query_limit_identity"),
    PublicRequest.Kind.UPLOAD: ("upload_limit_address", "upload_limit_link"),
    PublicRequest.Kind.REQUEST: ("request_limit_address", "query_limit_identity"),
}


def count(
    kind: str,
    *,
    address: str,
    id_number: str | None = None,
    link: str | None = None,
    challenge: uuid.UUID | None = None,
) -> PublicRequest:
    """Count a public request against the limits of its address and of the identity, or the link, it is about.

    Raises ``TooMany``; also when the challenge was used before.
    """
    today = timezone.localdate()
    origin = blind_index(f"address {address}")
    identity = blind_index(f"identity {canonical_number(id_number)}") if id_number is not None else None
    if link is not None:
        identity = blind_index(f"link {link}")
    of_address, of_subject = LIMITS[kind]
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            COUNTED,
            {
                "kind": kind,
                "now": now,
                "address": origin,
                "identity": identity,
                "challenge": challenge,
                "hour": now - HOUR,
                "day": now - DAY,
                "of_address": standards.policy(of_address, on=today).value,
                "of_subject": standards.policy(of_subject, on=today).value,
            },
        )
        counted = cursor.fetchone()
    if counted is None:
        raise TooMany(_("Too many requests. Please try again later, or telephone the institution."))
    return PublicRequest(counted[0], kind, now, origin, identity, challenge)


def ask(*, name: str, id_number: str, address: str, challenge: uuid.UUID) -> Whereabouts:
    """网上查询 — where is this person's dossier? The same work whether it is found or not.

    The look is an event of the audit log in either case; whose it was is noted only when somebody was found.
    """
    try:
        with transaction.atomic():
            request = count(PublicRequest.Kind.QUERY, address=address, id_number=id_number, challenge=challenge)
            found = where_is(name, id_number)
            record("query.ask", request, by=None, person=Person(pk=found.person_id), detail={})
            return found
    except IntegrityError as broken:
        raise refusal_from(broken) from broken


def ask_for_client(*, name: str, id_number: str, by: Any) -> Whereabouts:
    """The same question over the interface: no challenge, the client's own trace and the identity's daily limit."""
    with transaction.atomic():
        request = count(PublicRequest.Kind.QUERY, address=f"client {by.pk} {uuid.uuid4()}", id_number=id_number)
        found = where_is(name, id_number)
        record("query.ask", request, by=by, person=Person(pk=found.person_id), detail={})
        return found


def request_dossier(
    institution: Institution, *, address: str, challenge: uuid.UUID, id_number: str, **asked: Any
) -> tuple[str, str]:
    """An employer or a keeper outside asks for a dossier; the answer is a receipt number, whoever is asked for.

    And what the QR code on the letter says, which is in the sender's own hands.
    """
    try:
        with transaction.atomic():
            count(PublicRequest.Kind.REQUEST, address=address, id_number=id_number, challenge=challenge)
            request = transfers.receive_request(institution, id_number=id_number, **asked)
            return request.receipt_number, request.letter_read
    except IntegrityError as broken:
        raise refusal_from(broken) from broken


@scheduled(cron="41 3 * * *")
@job(queueing_lock="forget_public_requests")
def forget_public_requests(timestamp: int) -> None:
    """Counts are kept two days, longer than any limit looks back (PIPL art. 19: no longer than necessary)."""
    PublicRequest.objects.filter(at__lt=timezone.now() - 2 * DAY).delete()
