"""The number of a recall letter, however it was brought: read from the QR code, scanned or typed."""

import re
from urllib.parse import unquote

# As institutions of this system number their letters: RCSC调〔2026〕0007号. The group is the institution's code.
LETTER_OF_OURS = re.compile(r"^([A-Z][A-Z0-9]{1,7})调〔\d{4}〕\d{4,}号$")


def letter_number(text: str) -> str:
    """The number itself, also from the address in the QR code of our own letters (…/letters/<number>/)."""
    return unquote(text).strip().rstrip("/").rpartition("/letters/")[2].strip()
