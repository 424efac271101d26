from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.institutions.models import OutsideKeeper
from rendang.kernel.access.models import Institution
from rendang.kernel.standards import queries as standards


class InstitutionForm(forms.Form):
    address = forms.CharField(label=_("Address"), max_length=200)
    postcode = forms.RegexField(r"^\d{6}$", label=_("Postcode"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40)
    hours = forms.CharField(label=_("Opening hours"), max_length=100, required=False)
    accepts = forms.CharField(
        label=_("Whose dossiers it takes"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    english_short_name = forms.CharField(
        label=_("Short English name"),
        max_length=40,
        required=False,
        help_text=_("How English pages call it in lists; without it the Chinese short name stands there."),
    )
    demands_second_factor = forms.BooleanField(
        label=_("Every member of staff must sign in with a second factor"), required=False
    )


def keeper_kinds() -> list[tuple[str, str]]:
    allowed = standards.policy("keeper_kinds", on=timezone.localdate()).value
    return [choice for choice in standards.choices("employer_kind")() if choice[0] in allowed]


class KeeperForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind of keeper"), choices=keeper_kinds)
    division = forms.RegexField(r"^\d{6}$", label=_("Division code"), help_text=_("Six digits, as in an ID number"))
    address = forms.CharField(label=_("Address"), max_length=200)
    postcode = forms.RegexField(r"^\d{6}$", label=_("Postcode"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40)
    consignee = forms.CharField(
        label=_("Consignee"), max_length=60, required=False, help_text=_("Department or person who opens the parcel")
    )


class CorrectKeeperForm(KeeperForm):
    is_active = forms.BooleanField(label=_("In use"), required=False)


class KeeperFilterForm(forms.Form):
    """What the address book can be narrowed by."""

    text = forms.CharField(label=_("Name, address or division code"), required=False, max_length=60)
    verified = forms.ChoiceField(
        label=_("Verification"),
        required=False,
        choices=[("", _("All")), ("yes", _("Verified")), ("no", _("To be verified"))],
    )

    def apply(self, rows: QuerySet[OutsideKeeper]) -> QuerySet[OutsideKeeper]:
        self.is_valid()
        asked = self.cleaned_data.get("verified")
        return rows.filter(verified_on__isnull=asked == "no") if asked else rows


class VerifyKeeperForm(forms.Form):
    how = forms.CharField(
        label=_("How it was verified"), max_length=120, help_text=_("The national directory, or a telephone call")
    )


class NoticeForm(forms.Form):
    institution = forms.ModelChoiceField(
        label=_("For whom"), queryset=Institution.objects.none(), required=False, empty_label=_("All institutions")
    )
    title = forms.CharField(label=_("Title"), max_length=100)
    text = forms.CharField(label=_("Text"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    published_on = forms.DateField(label=_("Published"), initial=timezone.localdate, widget=forms.DateInput)
    valid_until = forms.DateField(label=_("Valid until"), required=False, widget=forms.DateInput)
