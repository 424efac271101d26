"""What each step of a loan asks."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.loans import queries
from rendang.circulation.loans.actions import may_be_asked_until, renewed_until
from rendang.circulation.loans.forms.applying import PapersField
from rendang.circulation.loans.forms.signing import CountRemarkField, OptionallySignedForm, PagesField, SignerField
from rendang.circulation.loans.models import Loan
from rendang.kernel.core.language import listed
from rendang.kernel.files.forms import PICTURES
from rendang.kernel.workflow.forms import ReasonForm


class OpinionForm(forms.Form):
    FOR_MANY = True  # one opinion for the applications of a day

    opinion = forms.CharField(
        label=gettext_lazy("Opinion"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Stands on the form; empty: agreed."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class IdentityForm(forms.Form):
    identity_checked = forms.BooleanField(
        label=gettext_lazy("Letter and identity cards are compared with the people who are here"), required=False
    )


def name_papers_form(loan: Loan) -> type[forms.Form]:
    """Tick boxes for the papers of this dossier; those named already are ticked."""

    class NamePapersForm(forms.Form):
        materials = PapersField(
            loan.dossier,
            label=gettext_lazy("Papers that may be read"),
            initial=[paper.pk for paper in loan.materials.all()],
            help_text=gettext_lazy("None ticked: what the classes below say."),
        )
        whole_classes = forms.BooleanField(
            label=gettext_lazy("The classes asked for stay open as a whole beside them"),
            initial=bool(loan.class_marks),
            required=False,
        )

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if loan.class_marks:
                named = listed(loan.class_marks)
                self.fields["whole_classes"].help_text = _("Asked for: %(classes)s.") % {"classes": named}
            else:
                del self.fields["whole_classes"]

    return NamePapersForm


def hand_over_form(loan: Loan) -> type[forms.Form]:
    """Counted and signed: by whom of the people of this loan."""
    expected = queries.pages_of(loan.dossier) if loan.dossier else None

    class HandOverForm(OptionallySignedForm, IdentityForm):
        pages = PagesField(initial=expected)
        signed_by = SignerField(loan)
        count_remark = CountRemarkField()
        field_order = ("pages", "count_remark", "signed_by", "identity_checked", "signed")

    return HandOverForm


def receive_back_form(loan: Loan) -> type[forms.Form]:
    class ReceiveBackForm(OptionallySignedForm):
        pages = PagesField(initial=loan.pages_out)

    return ReceiveBackForm


class DiscrepancyForm(OptionallySignedForm):
    pages = PagesField()
    discrepancy = forms.CharField(
        label=gettext_lazy("What is missing, too much or damaged"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FindingForm(forms.Form):
    finding = forms.CharField(
        label=gettext_lazy("What came of it"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


def _last_day(loan: Loan, rule: Callable[[Loan], tuple[dt.date, str]]) -> tuple[dt.date | None, str]:
    """The last day to which it may be renewed, or in words why there is none."""
    if loan.state != Loan.State.LENT:
        return None, ""  # said of every step
    try:
        return rule(loan)[0], ""
    except ValidationError as refused:
        return None, " ".join(refused.messages)


def _until(day: dt.date | None, last: dt.date | None) -> forms.DateField:
    asked = forms.DateField(
        label=gettext_lazy("Renewed until"),
        initial=day,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    if last:
        asked.help_text = _("%(day)s at the latest, by the rules.") % {"day": last}
        asked.widget.attrs["max"] = f"{last}"
    return asked


def ask_renewal_form(loan: Loan) -> type[forms.Form]:
    last, refusal = _last_day(loan, may_be_asked_until)

    class AskRenewalForm(forms.Form):
        in_the_way = refusal
        until = _until(last, last)
        reason = forms.CharField(
            label=gettext_lazy("Why the unit needs it longer"),
            max_length=200,
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    return AskRenewalForm


def renew_form(loan: Loan) -> type[forms.Form]:
    last, refusal = _last_day(loan, renewed_until)

    class RenewForm(forms.Form):
        in_the_way = refusal
        until = _until(loan.renewal_wished, last)

    return RenewForm


class TellForm(forms.Form):
    how = forms.ChoiceField(label=gettext_lazy("How the unit was told"), choices=Loan.Way.choices)
    whom = forms.CharField(
        label=gettext_lazy("Who was told"), max_length=60, help_text=gettext_lazy("Name and post at the unit.")
    )


class SearchForm(forms.Form):
    done = forms.CharField(
        label=gettext_lazy("What was done"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Whom you have asked, what they answered. It is added with day and name."),
    )


class StatementForm(forms.Form):
    statement = forms.CharField(
        label=gettext_lazy("What the unit says"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("How it was lost and what the unit does about it; or that it gives no statement."),
    )
    answerable = forms.CharField(label=gettext_lazy("Who answers for it"), max_length=60)
    statement_file = forms.FileField(
        label=gettext_lazy("Statement with the unit's stamp, scanned"),
        required=False,
        widget=forms.FileInput(attrs={"accept": PICTURES}),
    )


def found_form(loan: Loan) -> type[forms.Form]:
    class FoundForm(SearchForm):
        pages = PagesField(initial=loan.pages_out)
        field_order = ("pages", "done")

    return FoundForm


class RebuiltForm(SearchForm):
    pages = PagesField()
    field_order = ("pages", "done")


class DecisionForm(forms.Form):
    decision = forms.CharField(
        label=gettext_lazy("Decision"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What is reconstructed from where, who is told, who is held to account."),
    )


FORMS: dict[str, Any] = {
    "tell_unit": TellForm,
    "report_lost": SearchForm,
    "report_pages_lost": SearchForm,
    "note_search": SearchForm,
    "take_statement": StatementForm,
    "find": found_form,
    "order_reconstruction": DecisionForm,
    "finish_reconstruction": RebuiltForm,
    "name_papers": name_papers_form,
    "approve": OpinionForm,
    "endorse": OpinionForm,
    "approve_finally": OpinionForm,
    "lend": hand_over_form,
    "lay_out": hand_over_form,
    "grant": IdentityForm,
    "receive_back": receive_back_form,
    "report_discrepancy": DiscrepancyForm,
    "settle": FindingForm,
    "ask_renewal": ask_renewal_form,
    "renew": renew_form,
    "refuse_renewal": ReasonForm,
    "recall": ReasonForm,
    "refuse": ReasonForm,
    "withdraw": ReasonForm,
}
