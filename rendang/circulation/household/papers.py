"""户口页借用登记单: what a member signs who takes the own page away, and again when it is back in the book."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from rendang.circulation.household.models import PageLoan
from rendang.circulation.household.queries import due_back
from rendang.kernel.documents.papers import chinese_date
from rendang.kernel.documents.typesetting import render
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile


@dataclass(frozen=True, kw_only=True)
class PageSlip:
    """What the slip must be told; it stays with the institution, therefore with the masked ID number."""

    number: str
    institution: str
    name: str
    id_masked: str
    household: str
    page: str
    address: str
    police_station: str
    purpose: str
    with_head_page: bool
    lent_on: dt.date
    due_on: dt.date
    lent_by: str
    mobile: str
    phone: str


def render_page_slip(paper: PageSlip) -> bytes:
    days = {"lent_on": chinese_date(paper.lent_on), "due_on": chinese_date(paper.due_on)}
    return render("circulation.household/page_slip", 1, {**asdict(paper), **days})


def page_slip(loan: PageLoan, *, by: Any) -> StoredFile:
    """The slip of a loan as it stands when the page is handed out."""
    person, household = loan.member.person, loan.member.household
    paper = PageSlip(
        number=loan.number,
        institution=loan.institution.name,
        name=person.name,
        id_masked=person.id_masked,
        household=household.number,
        page=loan.member.page,
        address=household.address,
        police_station=household.police_station,
        purpose=loan.purpose,
        with_head_page=loan.with_head_page,
        lent_on=timezone.localdate(loan.opened_at),
        due_on=due_back(loan),
        lent_by=str(by),
        mobile=person.mobile,
        phone=loan.institution.phone,
    )
    name = f"户口页借用登记单-{loan.number}.pdf"
    return files.store(render_page_slip(paper), name=name, kind=Kind.PAPER, institution=loan.institution, by=by)
