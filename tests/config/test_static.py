"""Static files: every one that a page names exists, and collecting them succeeds with hashed names."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import override_settings
from whitenoise.storage import CompressedManifestStaticFilesStorage

from rendang.config.commands.environment import ROOT

NAMED = re.compile(r"""{%\s*static\s+["']([^"']+)["']""")


def named_by_templates() -> set[str]:
    templates = (ROOT / "rendang" / "templates").rglob("*.html")
    return {name for template in templates for name in NAMED.findall(template.read_text())}


def test_every_static_file_that_a_page_names_exists() -> None:
    missing = sorted(name for name in named_by_templates() if finders.find(name) is None)
    assert missing == []


def test_static_files_are_collected_under_hashed_names(tmp_path: Path) -> None:
    storages = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
        storage = CompressedManifestStaticFilesStorage()
        for name in named_by_templates():
            assert storage.exists(storage.stored_name(name)), name
    style = next(tmp_path.glob("vendor/icons/*.????????????.css")).read_text()
    font = re.search(r"url\(\"?(?:\./)?(fonts/[^\"?)]+)", style)
    assert font is not None
    assert (tmp_path / "vendor" / "icons" / font[1]).exists(), "the icons find their font under its hashed name"


@pytest.mark.usefixtures("db")
def test_pages_get_the_collected_files_only_once_they_have_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rendang.config.commands import prepare

    collected: list[str] = []
    monkeypatch.setattr(prepare, "call_command", lambda name, **_: collected.append(name))
    with override_settings(STATIC_ROOT=tmp_path / "staticfiles", HOME=tmp_path):
        prepare.collect_static()
        prepare.collect_static()
        assert collected == ["collectstatic"]
        (tmp_path / "staticfiles.made-from").write_text("another version")
        prepare.collect_static()
    assert collected == ["collectstatic", "collectstatic"]
