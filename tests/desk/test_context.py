from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from rendang.desk.context import RAIL, Desk, desk, page
from rendang.kernel.access.models import Institution, Role
from rendang.kernel.accounts.actions.signing_in import SECOND_FACTOR_DUE
from rendang.kernel.accounts.models import User
from tests import factories


def frame(user: object, path: str = "/desk/intake/12/") -> Desk:
    request = RequestFactory().get(path)
    request.user = user  # type: ignore[assignment]
    return Desk(request)


def labels(frame: Desk) -> set[str]:
    return {str(item["label"]) for domain in frame.rail for item in domain["items"]}


@pytest.fixture(autouse=True)
def _english(settings: object) -> None:
    settings.LANGUAGE_CODE = "en"  # type: ignore[attr-defined]


def test_every_page_of_the_rail_exists() -> None:
    assert [item.view for domain in RAIL for item in domain.items if page(item.view) is None] == []


def test_the_rail_shows_what_the_role_may_open(clerk: User, audit_administrator: User) -> None:
    assert {"To do", "Intake", "Dossiers", "Certificates"} <= labels(frame(clerk))
    assert "Audit" not in labels(frame(clerk))
    assert "Audit" in labels(frame(audit_administrator))
    assert not {"Intake", "Dossiers", "Certificates"} & labels(frame(audit_administrator))


def test_one_item_is_marked_as_the_current_one(clerk: User) -> None:
    def current(path: str) -> list[str]:
        rail = frame(clerk, path).rail
        return [str(item["label"]) for domain in rail for item in domain["items"] if item.get("current")]

    assert current("/desk/intake/12/") == ["Intake"]
    assert current("/desk/") == ["To do"]
    assert current("/desk/search/") == []


def test_the_frame_of_a_visitor_costs_no_query(db: None, django_assert_num_queries: Callable[..., object]) -> None:
    with django_assert_num_queries(0):
        visitor = frame(AnonymousUser())
        assert (visitor.rail, visitor.institutions, visitor.roles) == ([], [], [])


def test_the_frame_of_staff_costs_two_queries(
    institution: Institution, django_assert_num_queries: Callable[..., object]
) -> None:
    clerk = factories.staff(institution, Role.CLERK)
    with django_assert_num_queries(2):
        own = frame(clerk)
        assert own.rail
        assert own.institutions == [institution]
        assert own.roles == ["Window clerk"]


def test_a_citizen_has_no_rail(citizen: User) -> None:
    assert frame(citizen).rail == []
    assert frame(citizen).is_citizen


def test_pages_carry_the_mark_of_the_demonstration_when_they_are_one(db: None, settings: object) -> None:
    settings.DEMONSTRATION = True  # type: ignore[attr-defined]
    assert desk(RequestFactory().get("/"))["demonstration"] is True
    assert 'class="demo-mark"' in Client().get("/no-such-page/").content.decode()
    settings.DEMONSTRATION = False  # type: ignore[attr-defined]
    assert 'class="demo-mark"' not in Client().get("/no-such-page/").content.decode()


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "没有这个页面"), ("en", "This page does not exist")])
def test_a_wrong_address_is_answered_in_the_reader_s_language(db: None, language: str, words: str) -> None:
    response = Client(headers={"accept-language": language}).get("/no-such-page/")
    assert response.status_code == 404
    assert words in response.content.decode()


def test_the_public_is_not_sent_to_a_search_box_that_it_does_not_have(
    db: None, clerk: User, signed_in: Callable[..., Client]
) -> None:
    advice = "Search for the name or number instead"

    assert advice not in Client(headers={"accept-language": "en"}).get("/no-such-page/").content.decode()
    assert advice in signed_in(clerk).get("/desk/no-such-page/", headers={"accept-language": "en"}).content.decode()


def failing(*_whatever: object) -> None:
    raise RuntimeError("broken")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("path", "status"), [("/desk/no-such-page/", 404), ("/desk/audit/", 403)])
def test_who_is_signed_in_keeps_the_rail_and_a_way_back(
    clerk: User, signed_in: Callable[..., Client], path: str, status: int, language: str
) -> None:
    client = signed_in(clerk, language)
    response = client.get(path, headers={"referer": "http://testserver/desk/intake/?state=open"})
    shown = response.content.decode()
    assert response.status_code == status
    assert 'id="rail"' in shown
    assert 'href="/desk/intake/?state=open"' in shown

    elsewhere = client.get(path, headers={"referer": "https://elsewhere.example/desk/intake/"})
    assert "elsewhere.example" not in elsewhere.content.decode()


def test_an_error_of_ours_keeps_the_rail_too(
    clerk: User, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(clerk)
    client.raise_request_exception = False
    monkeypatch.setattr("rendang.desk.views.notices_for", failing)
    response = client.get("/desk/")
    assert response.status_code == 500
    assert 'id="rail"' in response.content.decode()
    assert "broken" not in response.content.decode()

    monkeypatch.setattr(Desk, "rail", property(failing))
    response = client.get("/desk/")
    assert response.status_code == 500
    assert "plain-sheet" in response.content.decode()


def test_the_public_keeps_the_frame_of_the_portal_and_a_stranger_learns_nothing_of_the_desk(
    citizen: User, signed_in: Callable[..., Client], db: None
) -> None:
    assert "portal-head" in Client().get("/no-such-page/").content.decode()
    assert "portal-head" in signed_in(citizen).get("/desk/").content.decode()
    assert "plain-sheet" in Client().get("/desk/no-such-page/").content.decode()


def test_whoever_has_not_passed_the_second_factor_has_no_rail(clerk: User, signed_in: Callable[..., Client]) -> None:
    client = signed_in(clerk)
    session = client.session
    session["second_factor"], session[SECOND_FACTOR_DUE] = False, True
    session.save()
    assert "plain-sheet" in client.get("/desk/no-such-page/").content.decode()


def open_domains(user: object, path: str = "/desk/", cookie: str = "") -> list[str]:
    own = frame(user, path)
    own.request.COOKIES["rail"] = cookie
    return [domain["name"] for domain in own.rail if domain["open"]]


def test_a_long_rail_begins_with_what_is_seldom_needed_closed(clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    every = ["", "circulation", "content", "storage", "use", "institutions"]
    monkeypatch.setattr("rendang.desk.context.LONG_RAIL", 99)
    monkeypatch.setattr("rendang.desk.context.LONG_RAIL", 50)
    assert open_domains(clerk) == every

    monkeypatch.setattr("rendang.desk.context.LONG_RAIL", 5)
    assert open_domains(clerk) == every[:-1]
    assert open_domains(clerk, "/desk/standards/") == every, "where one is stands open"


def test_the_rail_stays_as_it_was_left(clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rendang.desk.context.LONG_RAIL", 99)
    monkeypatch.setattr("rendang.desk.context.LONG_RAIL", 50)
    left = "circulation-0.content-1.storage-0.nonsense.-.x-9"

    assert open_domains(clerk, cookie=left) == ["", "content", "use", "institutions"]
    assert "circulation" in open_domains(clerk, "/desk/intake/12/", left)
