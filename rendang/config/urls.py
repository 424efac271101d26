"""Every address. The public's pages at the root, the desk under /desk/, the interface under /api/v1/."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, include, path
from django.views.i18n import set_language

from rendang.circulation.transfers.urls import departures, requests
from rendang.config.api import api, speak_in_problems
from rendang.config.health import healthz, readyz
from rendang.kernel.access.queries import public

api_urls = api.urls
for route in api_urls[0]:  # the API answers 401 itself; LoginRequiredMiddleware would show the sign-in page
    assert isinstance(route, URLPattern)
    route.callback = login_not_required(speak_in_problems(route.callback))

urlpatterns = [
    path("", include("rendang.portal.urls")),
    path("accounts/", include("rendang.kernel.accounts.urls")),
    path("desk/", include("rendang.desk.urls")),
    path("desk/cases/", include("rendang.kernel.workflow.urls")),
    path("desk/standards/", include("rendang.kernel.standards.urls")),
    path("desk/access/", include("rendang.kernel.access.urls")),
    path("desk/audit/", include("rendang.kernel.audit.urls")),
    path("desk/institutions/", include("rendang.institutions.urls")),
    path("desk/people/", include("rendang.people.urls")),
    path("desk/dossiers/", include("rendang.dossiers.urls")),
    path("desk/storage/", include("rendang.storage.urls")),
    path("desk/parcels/", include("rendang.circulation.parcels.urls")),
    path("desk/intake/", include("rendang.circulation.intake.urls")),
    path("desk/transfers/", include("rendang.circulation.transfers.urls")),
    path("desk/departures/", include(departures)),
    path("desk/requests/", include(requests)),
    path("desk/rosters/", include("rendang.circulation.rosters.urls")),
    path("desk/agreements/", include("rendang.circulation.agreements.urls")),
    path("desk/graduates/", include("rendang.circulation.graduates.urls")),
    path("desk/loans/", include("rendang.circulation.loans.urls")),
    path("desk/accruals/", include("rendang.circulation.accruals.urls")),
    path("desk/party/", include("rendang.circulation.party.urls")),
    path("desk/household/", include("rendang.circulation.household.urls")),
    path("desk/stocktakes/", include("rendang.storage.stocktakes.urls")),
    path("desk/protection/", include("rendang.storage.protection.urls")),
    path("desk/certificates/", include("rendang.services.certificates.urls")),
    path("desk/clients/", include("rendang.exchange.urls")),
    path("desk/supervision/", include("rendang.supervision.urls")),
    path("api/v1/", api_urls),
    path("language/", public(set_language), name="set_language"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]

handler400 = "rendang.desk.errors.bad_request"
handler404 = "rendang.config.api.no_such_address"
handler500 = "rendang.desk.errors.server_error"
