"""What every page's frame shows: the rail, whose desk it is, the mark of the demonstration."""

from functools import cache, cached_property
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rendang.kernel.access.models import Institution, Role
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import permissions
from rendang.kernel.access.scope import memberships_of
from rendang.kernel.accounts.actions.signing_in import SECOND_FACTOR, SECOND_FACTOR_DUE


class Item(NamedTuple):
    """A page of the rail. The permission is the one the page itself demands."""

    label: Promise | str
    view: str
    icon: str
    also: str = ""  # the beginning of other addresses that belong to it


class Domain(NamedTuple):
    """A part of the rail that opens and closes; ``name`` is how the browser remembers which way it was left."""

    name: str
    label: Promise | str
    items: tuple[Item, ...]
    seldom: bool = False  # begins closed when the rail is long


# Longer than this the rail would have to be scrolled at 1366×768.
LONG_RAIL = 18

RAIL = (
    Domain("", "", (Item(_("To do"), "desk:home", "checklist"),)),
    Domain(
        "circulation",
        _("Circulation"),
        (
            Item(_("Arrivals"), "parcels:list", "package"),
            Item(_("Intake"), "intake:list", "package-import"),
            Item(_("Transfers"), "transfers:list", "transfer"),
            Item(_("Departures"), "departures:list", "package-export", also="/desk/requests/"),
            Item(_("Loans"), "loans:list", "book-upload"),
            Item(_("Accruals"), "accruals:list", "file-plus"),
            Item(_("Rosters"), "rosters:list", "table-import"),
            Item(_("Agreements"), "agreements:list", "file-certificate"),
            Item(_("Graduates"), "graduates:list", "school"),
            Item(_("Party relation"), "party:list", "flag"),
            Item(_("Collective household"), "household:list", "home"),
        ),
    ),
    Domain(
        "content",
        _("Content"),
        (
            Item(_("Dossiers"), "dossiers:list", "folders", also="/desk/people/"),
            Item(_("Undertakings"), "dossiers:undertakings", "writing-sign"),
            Item(_("Removals"), "dossiers:removals", "file-minus"),
        ),
    ),
    Domain(
        "storage",
        _("Storage"),
        (
            Item(_("Stores"), "storage:list", "building-warehouse"),
            Item(_("Pick list"), "storage:pick_list", "list-check"),
            Item(_("Stocktakes"), "stocktakes:list", "clipboard-check"),
            Item(_("Protection"), "protection:list", "shield"),
            Item(_("Registers"), "desk:registers", "book-2"),
        ),
    ),
    Domain("use", _("Use"), (Item(_("Certificates"), "certificates:list", "certificate"),)),
    Domain(
        "institutions",
        pgettext_lazy("domain", "Institutions"),
        (
            Item(_("Institutions"), "institutions:list", "building-bank"),
            Item(_("Address book"), "institutions:keepers", "address-book"),
            Item(_("Staff and roles"), "access:staff", "users"),
            Item(_("Standards"), "standards:list", "book"),
            Item(_("Notices"), "institutions:notices", "speakerphone"),
            Item(_("API clients"), "exchange:clients", "plug-connected"),
            Item(_("Conflicts"), "supervision:conflicts", "arrows-diff"),
            Item(_("Audit"), "audit:list", "shield-check"),
        ),
        seldom=True,
    ),
)


@cache
def page(view: str) -> tuple[str, Any] | None:
    """The address of a page and what it demands of its reader; ``None`` for a page that does not exist."""
    try:
        address = reverse(view)
    except NoReverseMatch:
        return None
    return address, getattr(resolve(address).func, "access", None)


class Desk:
    """The frame of a page for one request. Costs nothing until a template looks at it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user = getattr(request, "user", None)

    @cached_property
    def is_staff(self) -> bool:
        return bool(self.user and self.user.is_authenticated and self.user.is_staff_member)

    @cached_property
    def is_citizen(self) -> bool:
        return bool(self.user and self.user.is_authenticated and self.user.is_citizen)

    @cached_property
    def frame(self) -> str:
        """Around a page that says that something is wrong: the desk for staff, the portal for the public.

        A sheet of its own where neither fits: whoever is only half signed in, or asks for a page of the desk unknown.
        """
        session = getattr(self.request, "session", {})
        half_way = session.get(SECOND_FACTOR_DUE) and not session.get(SECOND_FACTOR)
        if self.is_staff:
            return "plain.html" if half_way else "desk/base.html"
        inside = self.request.path.startswith(("/desk/", "/accounts/")) and not self.is_citizen
        return "plain.html" if inside else "portal/base.html"

    @cached_property
    def back(self) -> str:
        """The page of ours that led here; empty when the browser does not say."""
        came_from = self.request.headers.get("Referer", "")
        address = urlsplit(came_from)
        ours = url_has_allowed_host_and_scheme(came_from, {self.request.get_host()}) and bool(address.netloc)
        return address._replace(scheme="", netloc="").geturl() if ours and address.path != self.request.path else ""

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        return permissions(self.user) if self.is_staff else frozenset()

    @cached_property
    def may_find(self) -> bool:
        """Whether the search box is of use to the person; administrators find no dossier."""
        return Permission.DOSSIER_FIND in self.permissions

    @cached_property
    def rail(self) -> list[dict[str, Any]]:
        """The domains with the pages the person may open; the current one is marked."""
        domains: list[dict[str, Any]] = []
        for domain in RAIL:
            items: list[dict[str, Any]] = [
                {"label": item.label, "url": found[0], "icon": item.icon, "also": item.also}
                for item in domain.items
                if (found := page(item.view)) and (found[1] in self.permissions or found[1] == "public")
            ]
            if items:
                domains.append({"name": domain.name, "label": domain.label, "items": items, "seldom": domain.seldom})
        within = [item for domain in domains for item in domain["items"] if self.is_within(item["url"], item["also"])]
        if within:
            max(within, key=lambda item: len(item["url"]))["current"] = True
        is_long = sum(len(domain["items"]) for domain in domains) > LONG_RAIL
        cookie = self.request.COOKIES.get("rail", "")
        left = dict(part.rpartition("-")[::2] for part in cookie.split(".") if "-" in part)
        for shown in domains:
            is_here = any("current" in item for item in shown["items"])
            is_open = left.get(shown["name"], "0" if is_long and shown["seldom"] else "1") == "1"
            shown["open"] = is_here or is_open
        return domains

    def is_within(self, address: str, also: str = "") -> bool:
        home = page("desk:home")
        below = (home is None or address != home[0]) and self.request.path.startswith(address)
        return self.request.path == address or below or bool(also and self.request.path.startswith(also))

    @cached_property
    def institutions(self) -> list[Institution]:
        """Where the person works; empty for those who work for the whole city."""
        ids = {where for where, _role in memberships_of(self.user) if where is not None} if self.is_staff else set()
        return list(Institution.objects.filter(pk__in=ids).order_by("pk")) if ids else []

    @cached_property
    def roles(self) -> list[str]:
        held = {role for _where, role in memberships_of(self.user)} if self.is_staff else set()
        return [str(role.label) for role in Role if role in held]

    @cached_property
    def topic(self) -> str:
        """The page's name, under which the help finds its rule."""
        match = getattr(self.request, "resolver_match", None)
        return match.view_name if match else ""

    @cached_property
    def other_languages(self) -> list[tuple[str, str]]:
        """Each in its own words: whoever needs the switch cannot read the page."""
        current = getattr(self.request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
        return [(code, name) for code, name in (("zh-hans", "中文"), ("en", "English")) if code != current]


def desk(request: HttpRequest) -> dict[str, Any]:
    return {"desk": Desk(request), "demonstration": settings.DEMONSTRATION}
