from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution, Role


class InstitutionChoice(forms.Form):
    """Begins with the institution, which is asked only of those who work at several."""

    institution = forms.ModelChoiceField(label=_("Institution"), queryset=Institution.objects.none())

    def __init__(self, *args: Any, institutions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["institution"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = institutions
        field.empty_label = None
        self.only = list(institutions[:2])
        if len(self.only) == 1:
            field.initial, field.widget = self.only[0].pk, forms.HiddenInput()


class ProposeForm(forms.Form):
    """``held`` are the roles to choose from when one is withdrawn."""

    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Please choose")), *Role.choices])
    institution = forms.ModelChoiceField(
        label=_("Institution"),
        queryset=Institution.objects.filter(is_active=True).order_by("pk"),
        required=False,
        empty_label=_("Whole city"),
        help_text=_("Supervisor and administrators are held for the whole city, all others at one institution."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("For example the decision or the order it follows.")
    )


class DeclineForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class StaffFilter(forms.Form):
    """Filters of the staff list, kept in the address."""

    name = forms.CharField(label=_("Name or user name"), max_length=64, required=False)
    role = forms.ChoiceField(label=_("Role"), required=False)
    institution = forms.ModelChoiceField(
        label=_("Institution"), queryset=Institution.objects.order_by("pk"), required=False, empty_label=_("All")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("All")), *Role.choices]  # type: ignore[attr-defined]
