"""查（借）阅: a dossier is read in the house, lent out of it, or its images are opened for a time."""

from rendang.circulation.loans.models.agencies import Agency, Bar
from rendang.circulation.loans.models.lending import PAPERS, Borrower, Loan, OverdueNotice

__all__ = ["PAPERS", "Agency", "Bar", "Borrower", "Loan", "OverdueNotice"]
