"""A citizen lets the own dossier be sent on, to another city or inside this one, and follows how it goes."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from rendang.circulation.transfers import actions
from rendang.circulation.transfers.models import Departure
from rendang.circulation.transfers.queries.letters import verdict_on
from rendang.kernel.access.queries import citizen
from rendang.kernel.core.forms import show_refusal, told
from rendang.portal import forms
from rendang.portal.queries import own_dossier


@never_cache
@require_http_methods(["GET", "POST"])
@citizen
def leave(request: HttpRequest) -> HttpResponse:
    """Ask for the dossier to be transferred out, with a picture of the recall letter."""
    own = own_dossier(request.user)
    if own is None or own.custody is None or own.lost_on:
        return redirect("portal:me")
    form = forms.LeaveForm(request.POST or None, request.FILES or None, kept_by=own.custody.institution)
    if request.method == "POST" and form.is_valid():
        try:
            departure = actions.apply_online(own.dossier, by=request.user, **form.cleaned_data)
        except ValidationError as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("Your application has arrived. You can follow it here."))
            if verdict := verdict_on(departure.letter_read):
                messages.info(request, verdict.text)
            return redirect("portal:me")
    return render(request, "portal/leave.html", {"form": form, "own": own})


@never_cache
@require_POST
@citizen
def stay(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back the own application."""
    case = get_object_or_404(Departure, pk=pk, applicant=request.user)
    with told(request, _("You have taken your application back. Your dossier stays where it is.")):
        actions.DEPARTURE_STEPS["withdraw"](case, by=request.user, reason="本人撤回申请")
    return redirect("portal:me")
