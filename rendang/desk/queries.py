"""What the search box finds at once, and what the home page counts."""

import re
from typing import Any

from django.db.models import Q

from rendang.circulation.intake.models import Intake
from rendang.circulation.intake.queries import on_letter
from rendang.circulation.parcels.models import Parcel
from rendang.circulation.parcels.queries import LETTER_OF_OURS, letter_number
from rendang.circulation.transfers.models import Departure, Transfer
from rendang.dossiers.models import Custody, Dossier
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can, institutions_where
from rendang.kernel.core.identifiers import normalise_id_number
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.queries import way_on
from rendang.people.queries import find_by_id_number
from rendang.services.certificates.models import Certificate

CASE_NUMBER = re.compile(r"^[A-Z][A-Z0-9]{1,9}-\d{8}-\d{4,}$")
CERTIFICATE_NUMBER = re.compile(r"^[A-Z][A-Z0-9]{1,9}-CZ-\d{4}-\d{6}$")
PARCEL_NUMBER = re.compile(r"^[A-Z][A-Z0-9]{1,9}-DJ-\d{4}-\d{5,}$")
WAYBILL = re.compile(r"^[A-Z]{2}\d{9}[A-Z]{2}$")
BARCODE = re.compile(r"^RD(\d{9})$")
ID_NUMBER = re.compile(r"^(\d{17}[\dX]|\d{15})$")


def looks_like_id_number(text: str) -> bool:
    return bool(ID_NUMBER.match(normalise_id_number(text)))


def exact_hit(user: Any, text: str) -> str | None:
    """The address of the one thing a whole number names, if the person may see it.

    A dossier, a case, a certificate, a parcel; of a recall letter of ours, scanned or typed, what is to be done next;
    of somebody whose dossier is not here yet the intake that waits for it.
    """
    text = text.strip()
    upper = text.upper()
    found: Any = None
    if match := BARCODE.match(upper):
        found = Dossier.objects.visible_to(user, Permission.DOSSIER_VIEW).filter(pk=int(match[1])).first()
    elif CASE_NUMBER.match(upper):
        found = Case.objects.visible_to(user, Permission.CASE_VIEW).filter(number=upper).first()
    elif CERTIFICATE_NUMBER.match(upper) and can(user, Permission.CERTIFICATE_VIEW):
        rows = Certificate.objects.visible_to(user, Permission.CERTIFICATE_VIEW)
        found = rows.filter(certificate_number=upper).first()
    elif PARCEL_NUMBER.match(upper) or WAYBILL.match(upper):
        found = _arrived_under(user, upper) or _sent_under(user, upper)
    elif LETTER_OF_OURS.match(letter := letter_number(text)):
        if can(user, Permission.INTAKE_VIEW):
            called = Intake.objects.visible_to(user, Permission.INTAKE_VIEW)
            intake = called.filter(on_letter(letter)).first()
            return way_on(user, intake) if intake else None
    elif looks_like_id_number(text):
        person = find_by_id_number(text)
        if person is not None:
            found = Dossier.objects.visible_to(user, Permission.DOSSIER_VIEW).filter(person=person).first()
            found = found or _coming(user).filter(person=person).order_by("-pk").first()
    elif any(sign.isdigit() for sign in text):
        found = _held_under(user, text) or _arrived_under(user, upper) or _sent_under(user, upper)
    return found.get_absolute_url() if found else None


def list_of_coming(user: Any, name: str) -> str:
    """The URL name of the list, intakes or transfers, with an open one for somebody of this name; else empty."""
    if _coming(user).open().filter(person__name__startswith=name).exists():
        return "intake:list"
    return "transfers:list" if _offered(user).filter(person__name__startswith=name).exists() else ""


def _coming(user: Any) -> Any:
    if not can(user, Permission.INTAKE_VIEW):
        return Intake.objects.none()
    return Intake.objects.visible_to(user, Permission.INTAKE_VIEW)


def _offered(user: Any) -> Any:
    if not can(user, Permission.TRANSFER_VIEW):
        return Transfer.objects.none()
    return Transfer.objects.visible_to(user, Permission.TRANSFER_VIEW).open()


def _arrived_under(user: Any, number: str) -> Parcel | None:
    """The parcel of this number, or the last one of this consignment: confidential post numbers as it likes."""
    if not can(user, Permission.INTAKE_VIEW):
        return None
    arrived = Parcel.objects.visible_to(user, Permission.INTAKE_VIEW)
    return arrived.filter(Q(number=number) | Q(waybill=number)).order_by("-pk").first()


def _sent_under(user: Any, consignment: str) -> Case | None:
    """What travels, or travelled last, under this number: a transfer inside the city, else a departure."""
    for kind in (Transfer, Departure) if can(user, Permission.TRANSFER_VIEW) else ():
        sent = kind.objects.visible_to(user, Permission.TRANSFER_VIEW).filter(waybill=consignment)
        if found := sent.order_by("-pk").first():
            return found
    return None


def _held_under(user: Any, number: str) -> Dossier | None:
    """The dossier that exactly one institution of the person's keeps under this archive number."""
    keepers = institutions_where(user, Permission.DOSSIER_VIEW)
    rows = Custody.objects.visible_to(user, Permission.DOSSIER_VIEW).filter(institution__in=keepers)
    held = list(rows.filter(archive_number=number, status=Custody.Status.HELD).select_related("dossier")[:2])
    return held[0].dossier if len(held) == 1 else None
