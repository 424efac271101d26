"""What is typed in on the pages of loans: by who applies, at each step, at the counter, about agencies and bars."""

from rendang.circulation.loans.forms.agencies import AgencyForm, NewAgencyForm, NewBarForm
from rendang.circulation.loans.forms.applying import MOST_PEOPLE, ApplyForm
from rendang.circulation.loans.forms.counter import BeginForm, ReturnForm, ScanForm, hand_over_counted_form
from rendang.circulation.loans.forms.signing import SignedForm
from rendang.circulation.loans.forms.stepping import FORMS

__all__ = [
    "FORMS",
    "MOST_PEOPLE",
    "AgencyForm",
    "ApplyForm",
    "BeginForm",
    "NewAgencyForm",
    "NewBarForm",
    "ReturnForm",
    "ScanForm",
    "SignedForm",
    "hand_over_counted_form",
]
