"""党员组织关系介绍信: stub, letter and slip on one sheet, in the wording of the form."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from rendang.circulation.party.models import PartyTransfer
from rendang.kernel.documents.papers import chinese_date
from rendang.kernel.documents.typesetting import render
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile
from rendang.kernel.standards import queries as standards


@dataclass(frozen=True, kw_only=True)
class IntroductionLetter:
    """What the letter must be told; the holder carries it, therefore with the whole ID number."""

    number: str
    institution: str
    addressee: str  # the Party committee to which the relation goes
    branch_from: str
    branch_to: str
    name: str
    sex: str
    age: int
    ethnic_group: str
    member_kind: str  # 正式 or 预备
    id_number: str
    dues_paid_to: dt.date | None
    issued_on: dt.date
    valid_days: int
    address: str
    postcode: str
    phone: str
    member_phone: str = ""


def render_introduction_letter(paper: IntroductionLetter) -> bytes:
    paid = f"{paper.dues_paid_to.year}年{paper.dues_paid_to.month}月" if paper.dues_paid_to else ""
    data = {**asdict(paper), "issued_on": chinese_date(paper.issued_on), "dues_paid_to": paid}
    return render("circulation.party/introduction_letter", 1, data)


def introduction_letter(case: PartyTransfer, *, by: Any) -> StoredFile:
    """The letter of a member who leaves, dated, numbered and valid as the case says."""
    person = case.person
    assert person and case.letter_date and case.letter_valid_until
    born = person.birth_date[:4]
    paper = IntroductionLetter(
        number=case.letter_number,
        institution=case.institution.name,
        addressee=case.other_committee,
        branch_from=case.branch.name,
        branch_to=case.other_branch,
        name=person.name,
        sex=standards.code_name("sex", person.sex),
        age=case.letter_date.year - int(born) if born else 0,
        ethnic_group=standards.code_name("ethnic_group", person.ethnic_group) if person.ethnic_group else "",
        member_kind="预备" if case.is_probationary else "正式",
        id_number=person.id_number,
        dues_paid_to=case.dues_paid_to,
        issued_on=case.letter_date,
        valid_days=(case.letter_valid_until - case.letter_date).days,
        address=case.institution.address,
        postcode=case.institution.postcode,
        phone=case.institution.phone,
        member_phone=person.mobile,
    )
    name = f"党员组织关系介绍信-{case.number}.pdf"
    content = render_introduction_letter(paper)
    return files.store(content, name=name, kind=Kind.PAPER, institution=case.institution, by=by)
