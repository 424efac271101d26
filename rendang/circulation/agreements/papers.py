"""单位委托存档协议: what the employer and the institution promise each other."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rendang.circulation.agreements.models import Agreement
from rendang.kernel.documents.papers import chinese_date
from rendang.kernel.documents.typesetting import render
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.files.models import StoredFile


@dataclass(frozen=True, kw_only=True)
class AgreementPaper:
    """单位委托存档协议书 with the agents and the duties of both sides (domain.md §5.2, 11)."""

    number: str
    institution: str
    institution_address: str
    institution_phone: str
    employer: str
    credit_code: str
    employer_address: str
    agents: Sequence[str]
    signed_on: str
    valid_to: str
    remarks: str


def render_agreement(paper: AgreementPaper) -> bytes:
    return render("circulation.agreements/agreement", 1, asdict(paper))


def agreement_paper(agreement: Agreement, *, by: object) -> StoredFile:
    institution = agreement.institution
    paper = AgreementPaper(
        number=agreement.agreement_number,
        institution=institution.name,
        institution_address=institution.address,
        institution_phone=institution.phone,
        employer=agreement.employer.name,
        credit_code=agreement.employer.credit_code,
        employer_address=agreement.address,
        agents=[f"{agent.name}　{agent.phone}" for agent in agreement.agents.filter(until=None)],
        signed_on=chinese_date(agreement.signed_on),
        valid_to=chinese_date(agreement.valid_to),
        remarks=agreement.remarks,
    )
    name = f"委托存档协议-{agreement.agreement_number}.pdf"
    return files.store(render_agreement(paper), name=name, kind=Kind.PAPER, institution=institution, by=by)
