"""What is kept as a file, how big it may be, and of which types."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MIB = 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
PDF = "application/pdf"
TEXT = "text/plain"
PICTURES = ("image/jpeg", "image/png", "image/tiff", "image/jp2")

# How a type is called in a message to the person who chose the file.
TYPE_NAMES = {
    XLSX: "XLSX",
    XLS: "XLS",
    PDF: "PDF",
    TEXT: "CSV",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/tiff": "TIFF",
    "image/jp2": "JPEG 2000",
    "application/json": "JSON",
}


class Kind(TextChoices):
    """What the file is for."""

    ROSTER = "ROSTER", _("Roster")
    PAPER = "PAPER", _("Issued paper")
    ATTACHMENT = "ATTACHMENT", _("Attachment")
    SCAN = "SCAN", _("Scan")
    EXPORT = "EXPORT", _("Export")


@dataclass(frozen=True)
class Limits:
    size: int  # bytes
    media_types: tuple[str, ...]


LIMITS: dict[str, Limits] = {
    Kind.ROSTER: Limits(200 * MIB, (XLSX, XLS, TEXT)),
    Kind.PAPER: Limits(20 * MIB, (PDF,)),
    Kind.ATTACHMENT: Limits(20 * MIB, (PDF, *PICTURES)),
    Kind.SCAN: Limits(300 * MIB, (PDF, *PICTURES)),
    Kind.EXPORT: Limits(500 * MIB, (XLSX, PDF, TEXT)),
}
