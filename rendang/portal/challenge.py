"""The question before a public query: arithmetic in words, which a screen reader reads and a phone keyboard answers.

The page carries the question's number and a keyed digest of its answer, so nothing is stored until it is answered;
the number is then used up (``portal.models.PublicRequest``). It slows machines down; the limits stop them.
"""

import hmac
import secrets
import uuid
from dataclasses import dataclass

from django.core import signing
from django.utils.translation import gettext as _

SALT = "rendang.portal.challenge"


@dataclass(frozen=True)
class Challenge:
    question: str
    token: str


def _proof(number: str, answer: int) -> str:
    return signing.Signer(salt=SALT).signature(f"{number}:{answer}")


def new_challenge() -> Challenge:
    """A fresh question; its token is good for as long as the policy says."""
    first, second = secrets.randbelow(8) + 2, secrets.randbelow(8) + 2
    number = str(uuid.uuid4())
    token = signing.dumps({"n": number, "p": _proof(number, first + second)}, salt=SALT)
    return Challenge(_("What is %(first)s plus %(second)s?") % {"first": first, "second": second}, token)


def answered(token: str, answer: str, *, max_age_seconds: int) -> uuid.UUID | None:
    """The question's number when the answer is right and in time."""
    try:
        asked = signing.loads(token, salt=SALT, max_age=max_age_seconds)
    except signing.BadSignature:
        return None
    text = answer.strip()
    if not (text.isdecimal() and len(text) <= 3):
        return None
    right = hmac.compare_digest(asked["p"], _proof(asked["n"], int(text)))
    return uuid.UUID(asked["n"]) if right else None
