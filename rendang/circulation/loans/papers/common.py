"""What every paper of a loan is made with: typeset, stored with the loan, its people and days."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from rendang.circulation.loans.models import Loan
from rendang.kernel.documents.papers import chinese_date
from rendang.kernel.documents.typesetting import render
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile

USES = {Loan.Use.CONSULTATION: "阅档室查阅", Loan.Use.LOAN: "借出", Loan.Use.DIGITAL: "数字档案查阅"}


@dataclass(frozen=True, kw_only=True)
class OfALoan:
    """What every paper of a loan names: the case, both sides, whose dossier it is."""

    number: str
    institution: str
    unit: str
    name: str
    archive_number: str


@dataclass(frozen=True, kw_only=True)
class Letter(OfALoan):
    """A letter to the unit: its day, and where the institution is reached."""

    issued_on: dt.date
    phone: str
    address: str


def named(loan: Loan) -> dict[str, Any]:
    """The fields of ``OfALoan``."""
    assert loan.person
    return {
        "number": loan.number,
        "institution": loan.institution.name,
        "unit": loan.unit,
        "name": loan.person.name,
        "archive_number": loan.custody.archive_number,
    }


def addressed(loan: Loan) -> dict[str, Any]:
    """The fields of a ``Letter`` of today."""
    here = loan.institution
    return named(loan) | {"issued_on": timezone.localdate(), "phone": here.phone, "address": here.address}


@dataclass(frozen=True, kw_only=True)
class Person:
    """One of the two people of the unit."""

    name: str
    post: str
    id_masked: str
    is_party_member: bool


def render_paper(name: str, paper: Any) -> bytes:
    """The paper as PDF; its dates in Chinese."""
    return render(f"circulation.loans/{name}", 1, _printed(asdict(paper)))


def _printed(value: Any) -> Any:
    if isinstance(value, dt.date):
        return chinese_date(value)
    if isinstance(value, dict):
        return {name: _printed(each) for name, each in value.items()}
    return [_printed(each) for each in value] if isinstance(value, (list, tuple)) else value


def day_of(moment: dt.datetime | None) -> dt.date:
    assert moment
    return timezone.localdate(moment)


def people_of(loan: Loan) -> list[Person]:
    return [
        Person(name=one.name, post=one.post, id_masked=one.id_masked, is_party_member=one.is_party_member)
        for one in loan.borrowers.order_by("pk")
    ]


def store(name: str, title: str, paper: Any, loan: Loan, by: Any) -> StoredFile:
    content = render_paper(name, paper)
    return files.store(
        content, name=f"{title}-{loan.number}.pdf", kind=Kind.PAPER, institution=loan.institution, by=by
    )
