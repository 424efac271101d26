"""The papers of a loan: application, hand-over slip, reports of a discrepancy and a loss, notices to the unit.

Statutory papers are Chinese by nature. Identity numbers stand on them masked.
"""

from rendang.circulation.loans.papers.common import USES, Person, render_paper
from rendang.circulation.loans.papers.lending import (
    Approval,
    ApprovalForm,
    DiscrepancyReport,
    HandOverSlip,
    approval_form,
    digital_in_words,
    discrepancy_report,
    hand_over_slip,
)
from rendang.circulation.loans.papers.letters import (
    AvailabilityNotice,
    OverdueLetter,
    RenewalAnswer,
    availability_notice,
    overdue_letter,
    renewal_answer,
)
from rendang.circulation.loans.papers.losing import LossNotice, LossReport, loss_notice, loss_report

__all__ = [
    "USES",
    "Approval",
    "ApprovalForm",
    "AvailabilityNotice",
    "DiscrepancyReport",
    "HandOverSlip",
    "LossNotice",
    "LossReport",
    "OverdueLetter",
    "Person",
    "RenewalAnswer",
    "approval_form",
    "availability_notice",
    "digital_in_words",
    "discrepancy_report",
    "hand_over_slip",
    "loss_notice",
    "loss_report",
    "overdue_letter",
    "render_paper",
    "renewal_answer",
]
