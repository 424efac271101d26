"""The REST API: every app's routes, and how a refusal looks over the wire (RFC 9457, problem+json)."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.defaults import page_not_found
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as SchemaError
from ninja.openapi.docs import Swagger

from rendang.circulation.accruals.api import chases
from rendang.circulation.accruals.api import router as accruals
from rendang.circulation.agreements.api import router as agreements
from rendang.circulation.graduates.api import router as graduates
from rendang.circulation.household.api import member_router as household_members
from rendang.circulation.household.api import page_router as member_pages
from rendang.circulation.household.api import router as household
from rendang.circulation.intake.api import router as intake
from rendang.circulation.loans.api import router as loans
from rendang.circulation.parcels.api import router as parcels
from rendang.circulation.party.api import member_router as party_members
from rendang.circulation.party.api import router as party
from rendang.circulation.transfers.api import departures, requests
from rendang.circulation.transfers.api import router as transfers
from rendang.dossiers.api import router as dossiers
from rendang.dossiers.api import undertakings
from rendang.exchange.queries import TokenAuthentication
from rendang.kernel.core.refusals import InvalidInput
from rendang.portal.api import router as portal
from rendang.services.certificates.api import router as certificates
from rendang.storage.api import router as storage
from rendang.storage.protection.api import router as protection
from rendang.storage.stocktakes.api import router as stocktakes


class Documentation(Swagger):
    """The page of the interface within our own frame; its files come from this server, never from elsewhere."""

    template = "exchange/docs.html"


api = NinjaAPI(
    title="Rendang 人档",
    version="1",
    description="Dossiers, cases, certificates and the one-entry query. Writes take an Idempotency-Key header.",
    auth=TokenAuthentication(),
    docs=Documentation(),
    urls_namespace="api",
)
api.add_router("/dossiers", dossiers)
api.add_router("/undertakings", undertakings)
api.add_router("/intake", intake)
api.add_router("/accruals", accruals)
api.add_router("/chases", chases)
api.add_router("/agreements", agreements)
api.add_router("/parcels", parcels)
api.add_router("/graduates", graduates)
api.add_router("/transfers", transfers)
api.add_router("/party", party)
api.add_router("/party-members", party_members)
api.add_router("/departures", departures)
api.add_router("/departure-requests", requests)
api.add_router("/household-moves", household)
api.add_router("/household-members", household_members)
api.add_router("/member-pages", member_pages)
api.add_router("/protection", protection)
api.add_router("/loans", loans)
api.add_router("/certificates", certificates)
api.add_router("/stocktakes", stocktakes)
api.add_router("/storage", storage)
api.add_router("/query", portal)


def problem(status: int, detail: str, **more: Any) -> HttpResponse:
    body = {"status": status, "detail": detail, **more}
    return JsonResponse(body, status=status, content_type="application/problem+json")


@api.exception_handler(ValidationError)
def refused(request: HttpRequest, refusal: ValidationError) -> HttpResponse:
    return problem(409, " ".join(refusal.messages))


@api.exception_handler(InvalidInput)
def invalid(request: HttpRequest, refusal: InvalidInput) -> HttpResponse:
    return problem(422, _("Some fields need attention."), errors=refusal.errors)


@api.exception_handler(SchemaError)
def malformed(request: HttpRequest, refusal: SchemaError) -> HttpResponse:
    errors = {".".join(str(part) for part in error["loc"]): [error["msg"]] for error in refusal.errors}
    return problem(422, _("Some fields need attention."), errors=errors)


@api.exception_handler(PermissionDenied)
def forbidden(request: HttpRequest, refusal: PermissionDenied) -> HttpResponse:
    return problem(403, _("The token does not cover this."))


@api.exception_handler(AuthenticationError)
def unauthenticated(request: HttpRequest, refusal: AuthenticationError) -> HttpResponse:
    response = problem(401, _("A valid token is needed."))
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Http404)
def missing(request: HttpRequest, refusal: Http404) -> HttpResponse:
    return problem(404, _("There is no such thing, or it is not yours."))


@api.exception_handler(HttpError)
def error(request: HttpRequest, refusal: HttpError) -> HttpResponse:
    return problem(refusal.status_code, str(refusal))


def speak_in_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of the interface whose refusal of a method is a problem, too; ninja answers in plain text."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        refused = problem(405, _("This address does not take that method."))
        refused["Allow"] = response["Allow"]
        return refused

    return answer


def no_such_address(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Programs read a problem, people a page."""
    if request.path.startswith("/api/"):
        return problem(404, _("There is no such thing, or it is not yours."))
    return page_not_found(request, exception)
