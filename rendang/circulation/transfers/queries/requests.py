"""Requests of employers and keepers without an account: whose dossier is meant, and how a request goes."""

import hmac
import re
import secrets

from rendang.circulation.transfers.models import DepartureRequest
from rendang.dossiers.models import Custody
from rendang.kernel.core.chinese import normalise_name
from rendang.kernel.core.crypto import blind_index
from rendang.people.queries import canonical_number


def held_as(name: str, id_number: str) -> Custody | None:
    """The custody of the dossier of this person; both name and number must be the person's."""
    held = Custody.objects.filter(
        status=Custody.Status.HELD, dossier__person__id_index=blind_index(canonical_number(id_number))
    )
    found = held.select_related("institution", "dossier__person").first()
    person = found.dossier.person if found else None
    return found if person and normalise_name(name) in {person.name, person.former_name} else None


# Without what is mistaken for something else when it is read out or copied by hand.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_receipt_number() -> str:
    """Three groups of four by chance: it tells nothing about the request, and nobody guesses another's."""
    return "-".join("".join(secrets.choice(ALPHABET) for _each in range(4)) for _group in range(3))


def digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)


def request_followed(receipt_number: str, phone: str) -> DepartureRequest | None:
    """The request with this receipt, for who knows the telephone number that was given with it."""
    rows = DepartureRequest.objects.select_related("institution", "departure_opened", "transfer_offered")
    found = rows.filter(receipt_number=receipt_number.strip().upper()).first()
    given = digits(phone)
    if found is None or not given or not hmac.compare_digest(digits(found.phone), given):
        return None
    return found
