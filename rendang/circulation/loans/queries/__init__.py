"""What is asked about loans and consultations."""

from rendang.circulation.loans.queries.grants import papers_by_class
from rendang.circulation.loans.queries.line import (
    ahead_of,
    first_in_line,
    holder_of,
    holders_of,
    open_loan_of,
    overdue,
    places_in_line,
    waiting,
)
from rendang.circulation.loans.queries.rules import (
    agencies_of,
    agencies_over,
    because,
    hindrances,
    is_family_namesake,
    is_the_person,
    pages_of,
    people_needed,
    unit_in_words,
)

__all__ = [
    "agencies_of",
    "agencies_over",
    "ahead_of",
    "because",
    "first_in_line",
    "hindrances",
    "holder_of",
    "holders_of",
    "is_family_namesake",
    "is_the_person",
    "open_loan_of",
    "overdue",
    "pages_of",
    "papers_by_class",
    "people_needed",
    "places_in_line",
    "unit_in_words",
    "waiting",
]
