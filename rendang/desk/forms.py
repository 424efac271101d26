from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.forms import InstitutionChoice
from rendang.kernel.access.queries import institutions_where
from rendang.kernel.documents.registers import Register


class RangeForm(InstitutionChoice):
    """Of which institution, and of which days; at first the present month of the person's own institution."""

    first = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, book: Register, user: Any, data: Any = None) -> None:
        today = timezone.localdate()
        here = institutions_where(user, book.permission)
        begin = {
            "institution": here.values_list("pk", flat=True).first(),
            "first": today.replace(day=1),
            "last": today,
        }
        given = {name: str(value) for name, value in begin.items()} | (data.dict() if data else {})
        super().__init__(given, institutions=here)
