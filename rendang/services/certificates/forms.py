from django import forms
from django.utils.translation import gettext_lazy as _

from rendang.kernel.workflow.forms import ReasonForm


class DraftForm(forms.Form):
    purpose = forms.CharField(
        label=_("Purpose"), max_length=100, required=False, help_text=_("For the register; not printed.")
    )


FORMS = {"refuse": ReasonForm, "revoke": ReasonForm}
