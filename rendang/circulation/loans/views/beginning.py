"""受理: somebody stands at the window with a letter; whose dossier it names is found first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from rendang.circulation.loans import forms
from rendang.circulation.loans.views.tabs import tabs
from rendang.dossiers import actions as dossiers
from rendang.dossiers.queries import search
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import requires

MOST = 20


@require_http_methods(["GET", "POST"])
@requires(Permission.LOAN_REGISTER)
def begin(request: HttpRequest) -> HttpResponse:
    """The one dossier that the text means goes straight on to the application; of several one is chosen.

    Sent by POST: an identity number is personal data and has no place in an address.
    """
    form = forms.BeginForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["dossier"]
        found = list(search(request.user, text, permission=Permission.LOAN_REGISTER)[: MOST + 1])
        if len(found) == 1:
            return redirect("loans:apply", found[0].dossier_id)
        dossiers.note_search(by=request.user, text=text, filters={}, shown=len(found[:MOST]))
    context = {
        "form": form,
        "found": found[:MOST] if found else found,
        "more": bool(found and len(found) > MOST),
        "tabs": tabs(""),
    }
    return render(request, "loans/begin.html", context)
