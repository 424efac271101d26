"""From a template and its data to PDF/A-2b (ISO 19005-2), with embedded subset fonts.

A template is known by name and version, so that a paper can be printed again as it was. It lives in
``kernel/documents/templates/<name>/v<version>.typ``, or with the app that owns it in
``<app>/documents/<name>/v<version>.typ``, and is then called ``<app>/<name>`` (``services.certificates/career``).
Data reaches it as JSON: a text is only ever a value and can never become source.
"""

import datetime as dt
import json
import re
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import typst
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from rendang.kernel.documents import fonts

ROOT = Path(__file__).resolve().parent.parent.parent  # rendang/: what a template may read
NAME = re.compile(r"^(?:(?P<app>[a-z_]+(?:\.[a-z_]+)*)/)?(?P<name>[a-z][a-z0-9_]*)$")
STANDARD: Literal["a-2b"] = "a-2b"

_compiling = Lock()


@cache
def _compiler() -> typst.Compiler:
    """One for the process: parsed fonts and templates are kept between documents."""
    return typst.Compiler(root=str(ROOT), font_paths=fonts.loaded())


@cache
def template_path(template: str, version: int) -> Path:
    """Where a template lives. Raises ``LookupError`` for one that does not exist."""
    match = NAME.match(template)
    if match:
        app, name = match["app"], match["name"]
        folder = ROOT.joinpath(*app.split("."), "documents") if app else ROOT / "kernel" / "documents" / "templates"
        path = folder / name / f"v{version:d}.typ"
        if path.is_file():
            return path
    raise LookupError(f"There is no template {template!r} in version {version}.")


def _now() -> dt.datetime:
    """Local time to the second, with a fixed offset as Typst wants it."""
    now = timezone.localtime().replace(microsecond=0)
    return now.replace(tzinfo=dt.timezone(now.utcoffset() or dt.timedelta()))


def render(template: str, version: int, data: dict[str, Any]) -> bytes:
    """The paper as PDF/A-2b. Raises ``ValidationError`` if its data holds a character that no font has."""
    path = template_path(template, version)
    fonts.require_characters(data)
    inputs = {
        "data": json.dumps(data, ensure_ascii=False, cls=DjangoJSONEncoder),
        "fonts": json.dumps([family.name for family in fonts.families()]),
        "demonstration": "yes" if settings.DEMONSTRATION else "no",
    }
    with _compiling:
        made = _compiler().compile(
            input=str(path),
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=STANDARD,
            timestamp=_now(),
        )
    assert isinstance(made, bytes)
    return made
