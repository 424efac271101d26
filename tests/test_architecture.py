"""The rules that no single test would notice being broken. Each was seen to fail on a planted violation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation
from django.utils.functional import Promise

from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.workflow.models import kinds
from rendang.kernel.workflow.steps import STEPS

ROOT = Path(__file__).parent.parent
RENDANG = ROOT / "rendang"
TEMPLATES = RENDANG / "templates"
OUR_MODELS = [model for model in apps.get_models() if model.__module__.startswith("rendang.")]
FACE = {"models", "queries", "actions"}
WRITES = {"save", "create", "bulk_create", "get_or_create", "update_or_create", "bulk_update", "delete"}
# `update` is also a dict's; it counts where it ends a chain of queryset calls.
QUERYSET = {"filter", "all", "exclude", "objects"}
CHINESE = re.compile(r"[\u3400-\u9fff]")
WRITERS = {"actions", "steps", "migrations", "commands"}


def views(patterns: list, prefix: str = "") -> Iterator[tuple[str, object]]:
    for entry in patterns:
        if isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback
        elif isinstance(entry, URLResolver):
            yield from views(entry.url_patterns, prefix + str(entry.pattern))


PAGES = [(url, view) for url, view in views(get_resolver().url_patterns) if not url.startswith("api/")]


def modules() -> list[Path]:
    return [path for path in sorted(RENDANG.rglob("*.py")) if "migrations" not in path.parts]


def name(path: Path) -> str:
    return str(path.relative_to(RENDANG))


@pytest.mark.parametrize(("url", "view"), PAGES, ids=[url or "/" for url, _view in PAGES])
def test_every_page_says_who_may_open_it(url, view):
    assert getattr(view, "access", None) in {*Permission, "public", "citizen", "signed in"}


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model.__name__)
def test_every_model_of_an_institution_is_scoped(model):
    """Membership is what scoping stands on, number series are never shown, policies are public rules."""
    owns = any(field.name == "institution" for field in model._meta.fields)
    if owns and model.__name__ not in {"Membership", "NumberSeries", "Policy"}:
        assert isinstance(model._default_manager.all(), ScopedQuerySet)


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model.__name__)
def test_every_model_is_called_something_in_both_languages(model):
    """Pages of the audit log, lists and drawings name any model; Django's own name of it is a class name."""
    called = model._meta.verbose_name
    assert isinstance(called, Promise)
    with translation.override("zh-hans"):
        assert CHINESE.search(str(called)), called


@pytest.mark.parametrize("path", modules(), ids=name)
def test_only_actions_write(path):
    if WRITERS & set(path.relative_to(RENDANG).with_suffix("").parts):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = node.func.attr
            source = ast.unparse(node.func.value)
            on_rows = any(f".{part}" in source for part in QUERYSET)
            # A model's save() is called without positional arguments; a picture's or a storage's is not.
            saves = called == "save" and not node.args
            assert not (saves or (called in WRITES - {"save"} and on_rows)), f"line {node.lineno}: {called}"
            assert not (called == "update" and on_rows), f"line {node.lineno}: update"


@pytest.mark.parametrize("path", modules(), ids=name)
def test_apps_meet_only_face_to_face(path):
    """Another app's models, queries and actions are for everyone; its pages and forms are its own."""
    own = app_of(path.relative_to(RENDANG).parts)
    if own in {"config", "demo", "kernel"}:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rendang."):
            parts = tuple(node.module.split(".")[1:]) + tuple(alias.name for alias in node.names)
            other = app_of(parts)
            if other not in {own, "kernel"}:
                assert FACE & set(parts), f"line {node.lineno}: {node.module}"


def app_of(parts: tuple[str, ...]) -> str:
    """Circulation and services are folders of apps; storage is an app with apps of its own below it."""
    nested = parts[0] in {"circulation", "services"} or parts[:2] in {
        ("storage", "stocktakes"),
        ("storage", "protection"),
    }
    return "/".join(parts[:2]) if nested else parts[0]


@pytest.mark.parametrize("path", modules(), ids=name)
def test_the_day_of_a_moment_is_asked_for_at_the_institution_s_place(path):
    """``timezone.localdate(moment)``: at one in the morning here it is still yesterday where moments are kept."""
    written = re.findall(r"\w_at\.date\(\)|\{[\w.]*_at:%", path.read_text())
    assert written == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_form_that_htmx_replaces_is_a_partial(path):
    """Else the answer, a whole page, is put into the card of the form: a page within the page."""
    text = path.read_text()
    assert "components/form_card.html" not in text or "{% partialdef form " in text


@pytest.mark.parametrize("path", [path for path in modules() if "views" in str(path)], ids=name)
def test_a_page_whose_form_htmx_replaces_goes_on_by_go_to(path):
    """``redirect`` would be followed by htmx, and the next page put into the form."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            body = ast.unparse(node)
            assert "partial='form'" not in body or " redirect(" not in body, node.name


@pytest.mark.parametrize("path", sorted(RENDANG.rglob("migrations/0*.py")), ids=name)
def test_migrations_stand_alone(path):
    """A migration runs years from now, against code that has moved on; field classes it names must stay."""
    tree = ast.parse(path.read_text())
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {module for module in imported if module.startswith("rendang.")}


@pytest.mark.parametrize("model", kinds().values(), ids=kinds())
def test_every_state_of_a_workflow_can_be_reached_and_named(model):
    steps = STEPS[model].values()
    first = next(iter(model.State))
    reached = {first.value, *(rule.target for rule in steps)}
    assert reached == set(model.State.values)
    assert all(rule.sources <= set(model.State.values) for rule in steps)
    assert all(str(state.label) for state in model.State)
    ways_on = {source for rule in steps for source in rule.sources}
    assert set(model.State.values) - ways_on <= model.CLOSED, "an open state with no way on"


@pytest.mark.parametrize("model", kinds().values(), ids=kinds())
def test_which_way_a_case_goes_is_told_by_what_is_stored(model):
    """To-do lists filter on ``only_for``: it names columns, and of a column with choices only its values."""
    stored = {name: field for field in model._meta.concrete_fields for name in (field.name, field.attname)}
    for rule in STEPS[model].values():
        for field, values in rule.only_for:
            assert field in stored, f"{rule.name}: {field}"
            # No list of values holds NULL in the database: a step that leads on would never be anybody's to do.
            assert rule.way_out or None not in values, f"{rule.name}: {field}"
            choices = {value for value, _label in stored[field].flatchoices}
            assert not choices or values <= choices, f"{rule.name}: {field}"


@pytest.mark.parametrize("model", kinds().values(), ids=kinds())
def test_what_is_offered_only_sometimes_can_be_asked_of_all_rows_at_once(model):
    """To-do lists ask it, too: else a step that leads on would be named where its page does not offer it."""
    for rule in STEPS[model].values():
        assert rule.way_out or bool(rule.offered_if) == bool(rule.offered_where), rule.name


@pytest.mark.parametrize("path", [*modules(), *sorted((ROOT / "tests").rglob("*.py"))], ids=lambda path: path.name)
def test_no_module_is_long(path):
    assert len(path.read_text().splitlines()) <= 500


DAY_ALONE = re.compile(r"""<td>(?:<time[^>]*>)?\{\{ [\w.]+\|date:"Y-m-d[^"]*"(?:\|default:"—")? \}\}""")


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=str)
def test_a_day_in_a_cell_of_its_own_stays_on_one_line(path):
    """A browser breaks 2026-11-27 at its hyphens."""
    assert not re.search(DAY_ALONE.pattern + r"(?:</time>)?</td>", path.read_text()), "class=text-nowrap"


def test_no_template_is_unused():
    """Named in a view, by another template, by settings, or by a convention of Django or allauth."""
    text = "\n".join(path.read_text() for path in [*RENDANG.rglob("*.py"), *TEMPLATES.rglob("*.html")])
    by_convention = re.compile(r"^(400|403|403_csrf|404|500)\.html$")
    names = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    assert {used for used in names if used not in text and not by_convention.match(used)} == set()


def test_no_account_can_be_a_superuser_and_the_admin_is_not_there():
    assert not apps.is_installed("django.contrib.admin")
    assert not hasattr(apps.get_model("accounts.User"), "is_superuser")
