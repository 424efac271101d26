"""What the visitor of the demonstration is told: accounts, people to play, a certificate to verify."""

from dataclasses import dataclass

from rendang.demo.citizens import CITIZENS, Citizen
from rendang.demo.city import OFFICES, staff
from rendang.kernel.access.models import Role
from rendang.kernel.access.queries import ADMINISTRATORS
from rendang.kernel.accounts.models import User
from rendang.people.queries import find_by_id_number
from rendang.services.certificates.models import Certificate


@dataclass(frozen=True)
class Account:
    role: Role
    username: str
    institution: str
    has_second_factor: bool


def accounts() -> list[Account]:
    """Everybody who was given the printed password; accounts made on screen since have their own."""
    known = set(User.objects.filter(kind=User.Kind.STAFF, is_active=True).values_list("username", flat=True))
    names = {office.code: f"{office.code} {office.short_name}" for office in OFFICES}
    return [
        Account(worker.role, worker.username, names.get(worker.office or "", ""), worker.role in ADMINISTRATORS)
        for worker in staff()
        if worker.username in known
    ]


def citizens() -> list[Citizen]:
    """The people by name; none of them in an empty city, but for the one whom nobody knows."""
    known = [citizen for citizen in CITIZENS if find_by_id_number(citizen.id_number)]
    return known + [citizen for citizen in CITIZENS if citizen not in known and citizen.key == "unknown"]


def certificate_to_verify() -> Certificate | None:
    """A valid one, for trying the public verification at once."""
    issued = Certificate.objects.filter(state=Certificate.State.ISSUED, superseded_by=None, custody__status="HELD")
    return issued.order_by("issued_at").first()
