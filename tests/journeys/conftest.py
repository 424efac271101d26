"""A real browser for the journeys: Debian's Chromium, in Chinese, and a look at every page for its accessibility."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, Locator, Page, Response, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from rendang.kernel.accounts.models import User
from tests.factories import PASSWORD

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}
# The same browser without windows comes first: it takes a quarter less time.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
TOUCH = {"is_mobile": True, "has_touch": True, "device_scale_factor": 3}

# What is left of a page's violations: rule, and where it was seen. The script goes in past the content policy, which
# stays in force for the page itself.
GRAVE = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.html).join(" | ")}`)"""


class Screen:
    """One person's browser. Each page that is opened, pressed to or followed to is looked at once it stands."""

    def __init__(self, page: Page, server: str) -> None:
        self.page, self.server = page, server
        self.troubles: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.troubles.append(message.text)

    def open(self, address: str) -> Response | None:
        answer = self.page.goto(self.server + address)
        self.look()
        return answer

    def look(self) -> None:
        """Nothing grave to axe-core, nothing beyond the right edge, no script or policy error."""
        page = self.page
        page.wait_for_load_state()
        page.evaluate(AXE.read_text())
        where = page.url
        assert page.evaluate(GRAVE) == [], where
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{where} scrolls sideways"
        assert self.troubles == [], where

    def press(self, name: str, *, to: str = "") -> None:
        """A button by its words; ``to`` is the end of the address it leads to."""
        self._act(self.page.get_by_role("main").get_by_role("button", name=name, exact=True), to)

    def follow(self, name: str, *, to: str = "", exact: bool = False) -> None:
        self._act(self.page.get_by_role("main").get_by_role("link", name=name, exact=exact).first, to)

    def _act(self, what: Locator, to: str) -> None:
        with self.page.expect_navigation():
            what.click()
        if to:
            expect(self.page).to_have_url(re.compile(f"{to}$"))
        self.look()

    def take(self, step: str, came_of: str = "", **typed: str) -> None:
        """A step of the case on the screen: its button, its form, and back at the case, which says what came of it."""
        case = self.page.url
        self.follow(step, exact=True)
        self.fill(**typed)
        self.press(step, to=re.escape(case))
        expect(self.page.get_by_text(f"{step}：{came_of}。" if came_of else f"已办理：{step}。")).to_be_visible()

    def offers(self) -> list[str]:
        """The steps that stand on the case's page for this person."""
        return self.page.get_by_role("main").locator(".page-actions a").all_inner_texts()

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def key(self, name: str) -> None:
        self.page.keyboard.press(name)

    def tab_to(self, words: str) -> None:
        """With the Tab key alone, as who has no mouse."""
        for _pressed in range(80):
            if self.page.evaluate("(document.activeElement.innerText || '').trim()") == words:
                return
            self.key("Tab")
        raise AssertionError(f"Tab does not lead to {words}")

    def fill(self, **typed: str) -> None:
        """``fill(姓名="王小明")``: fields by their labels; what is no text field is chosen or ticked."""
        for label, value in typed.items():
            field = self.page.get_by_role("main").get_by_label(label, exact=True)
            kind = field.evaluate("field => field.type")
            if kind == "checkbox":
                field.check()
            elif kind.startswith("select"):
                field.select_option(value)
            else:
                field.fill(value)

    def shows(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.get_by_role("main")).to_contain_text(text)

    def opens_as_pdf(self, name: str) -> None:
        """The link with these words answers with a PDF."""
        link = self.page.get_by_role("main").get_by_role("link", name=name).first
        kind, head = self.page.evaluate(
            """async address => {
                const answer = await fetch(address);
                return [answer.headers.get("content-type"), (await answer.text()).slice(0, 5)];
            }""",
            link.get_attribute("href"),
        )
        assert (kind, head) == ("application/pdf", "%PDF-")


@pytest.fixture(scope="session")
def live_server(django_db_setup: None) -> Iterator[LiveServer]:
    """pytest-django's server; it is built before the settings of a single test, so its static files are set here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "WHITENOISE_AUTOREFRESH", True, raising=False)
        patch.setattr(settings, "WHITENOISE_USE_FINDERS", True, raising=False)
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture
def launch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Browser]]:
    """``launch("--more-arguments")``: a Chromium of its own."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium-headless-shell, or chromium")
    if not AXE.exists():
        pytest.skip("axe-core is not here: npm ci")
    # Playwright's loop runs in this thread; the rows made beside it are made while the loop waits.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    opened: list[Browser] = []
    with sync_playwright() as playwright:

        def start(*more: str) -> Browser:
            arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", *more]
            opened.append(playwright.chromium.launch(executable_path=program, args=arguments))
            return opened[-1]

        yield start
        for browser in opened:
            browser.close()
        connections.close_all()  # beside a running loop Django keeps others, which would hold the test database


@pytest.fixture
def chromium(launch: Callable[..., Browser]) -> Browser:
    return launch()


@pytest.fixture
def screen(chromium: Browser, live_server: Any) -> Callable[..., Screen]:
    """``screen(PHONE)``: a browser of its own, nobody signed in; ``screen(PHONE, **TOUCH)`` is a real telephone's."""

    def new(size: dict[str, int], **more: Any) -> Screen:
        context = chromium.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", **more)  # type: ignore[arg-type]
        context.set_default_timeout(10_000)
        return Screen(context.new_page(), live_server.url)

    return new


@pytest.fixture
def at_desk(screen: Callable[..., Screen]) -> Callable[..., Screen]:
    """``at_desk(clerk)``, ``at_desk(keeper, PHONE, **TOUCH)``: a person's desk, come to through the sign-in page."""

    def sign_in(user: User, size: dict[str, int] = DESK, **more: Any) -> Screen:
        own = screen(size, **more)
        own.open("/accounts/sign-in/")
        own.fill(用户名=user.username, 密码=PASSWORD)
        own.press("登录", to="/desk/")
        return own

    return sign_in
