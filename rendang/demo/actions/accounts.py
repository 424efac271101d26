"""Institutions, and somebody for every role at each of them."""

import base64
import hashlib

from django.contrib.auth.hashers import make_password

from rendang.demo.city import OFFICES, PASSWORD, Worker, staff
from rendang.kernel.access import actions as access
from rendang.kernel.access.models import Institution, Role
from rendang.kernel.access.queries import ADMINISTRATORS
from rendang.kernel.accounts import actions as accounts
from rendang.kernel.accounts.models import User
from rendang.kernel.audit.actions import record

Staff = dict[str, User]


def found_institutions() -> dict[str, Institution]:
    """The five institutions, by code. On the server itself, as at every new installation: no action makes one."""
    made = {}
    for number, office in enumerate(OFFICES, start=1):
        institution = Institution(
            code=office.code,
            name=office.name,
            short_name=office.short_name,
            english_name=office.english_name,
            english_short_name=office.english_short_name,
            kind=office.kind,
            directory_number=f"37020{number:03d}",
            division="370200",
            address=office.address,
            postcode=office.postcode,
            phone=office.phone,
            hours=office.hours,
            accepts=office.accepts,
        )
        institution.full_clean()
        institution.save()
        record("institution.create", institution, by=None, institution=institution)
        made[office.code] = institution
    return made


def employ(institutions: dict[str, Institution]) -> Staff:
    """Everybody of the staff list by user name, all with the one password of the demonstration."""
    encoded = make_password(PASSWORD)
    return {worker.username: _employ(worker, institutions, encoded) for worker in staff()}


def _employ(worker: Worker, institutions: dict[str, Institution], encoded: str) -> User:
    """With the printed password from the start, hashed once for all: a hash is slow on purpose."""
    user = User(username=worker.username, name=worker.name, password=encoded)
    user.full_clean(exclude=["password"])
    user.save()
    record("account.create", user, by=None, detail={"username": [None, user.username], "kind": [None, user.kind]})
    institution = institutions[worker.office] if worker.office else None
    access.grant_first_role(user, role=worker.role, institution=institution, by=None)
    if worker.role in ADMINISTRATORS:
        accounts.give_second_factor(user, secret=second_factor_secret(worker.username), by=user)
    return user


def second_factor_secret(username: str) -> str:
    """The same at every loading, so that an app once set up keeps working after ``--fresh``."""
    return base64.b32encode(hashlib.sha1(f"demonstration {username}".encode()).digest()).decode()


def propose_roles(workers: Staff, institutions: dict[str, Institution]) -> None:
    """One role waits for its second person, one has been declined: what the heads and the supervisor see."""
    security, supervisor = workers["security.admin"], workers["supervisor"]
    access.propose_role(
        workers["digitiser.rcsc"],
        role=Role.CLERK,
        institution=institutions["RCSC"],
        reason="窗口轮岗（人服〔2026〕7 号）",
        by=security,
    )
    declined = access.propose_role(
        workers["clerk.ldzx"],
        role=Role.APPROVER,
        institution=institutions["LDZX"],
        reason="科长休假期间代理",
        by=security,
    )
    access.decline_role(declined, by=supervisor, reason="已由处室负责人代行，无需另行授权。")
