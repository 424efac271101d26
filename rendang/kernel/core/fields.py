"""Database fields that every domain uses: encrypted text and partial dates."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from rendang.kernel.core import crypto

PARTIAL_DATE = re.compile(r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")


def validate_partial_date(value: str) -> None:
    if not PARTIAL_DATE.match(value):
        raise ValidationError(_("Write the date as 1986, 1986-07 or 1986-07-15."))


def plain_partial_date(text: str) -> str:
    """``1986.7.5``, ``1986年7月``, ``198607`` and ``19860705`` as ``1986-07-05`` and so on; else as it was typed."""
    plain = text.strip()
    if plain.isascii() and plain.isdecimal() and len(plain) in {6, 8}:
        return "-".join(filter(None, [plain[:4], plain[4:6], plain[6:]]))
    for mark in "年月./":
        plain = plain.replace(mark, "-")
    parts = plain.replace("日", "").strip("-").split("-")
    if 1 <= len(parts) <= 3 and all(part.isascii() and part.isdecimal() for part in parts):
        return "-".join([parts[0], *(part.zfill(2) for part in parts[1:])])
    return text.strip()


class PartialDateField(models.CharField):
    """A date as well as it is known: ``1986``, ``1986-07`` or ``1986-07-15``.

    Stored as text, which sorts as dates sort; a missing month or day is never made up (reference: GB/T 7408).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)
        self.validators = [*self.validators, validate_partial_date]

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs


class EncryptedTextField(models.BinaryField):
    """Text that rests encrypted (AES-256-GCM). Found again only through a blind index beside it."""

    _pyi_private_set_type: str | bytes  # what mypy is told (django-stubs)
    _pyi_private_get_type: str  # type: ignore[assignment]

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return crypto.decrypt(bytes(value)).decode() if value else ""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or isinstance(value, (bytes, memoryview)):
            return super().get_db_prep_value(value, connection, prepared)
        return super().get_db_prep_value(crypto.encrypt(value.encode()) if value else b"", connection, prepared)

    def to_python(self, value: Any) -> Any:
        return value  # text as it is; a BinaryField would read it as base64 when a form or a model is validated

    def value_to_string(self, obj: Any) -> str:
        return "***"  # never into fixtures, snapshots or logs
