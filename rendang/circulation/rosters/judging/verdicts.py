"""The verdicts, and what a judged row holds."""

from dataclasses import dataclass, field
from enum import StrEnum


class Rejection(StrEnum):
    """Why a row is not imported; one reason a row."""

    MISSING_NAME = "missing_name"
    MISSING_ID = "missing_id"
    UNREADABLE_ID = "unreadable_id"
    BAD_ID_CHECKSUM = "bad_id_checksum"
    IMPOSSIBLE_BIRTH_DATE_IN_ID = "impossible_birth_date_in_id"
    DUPLICATE_IN_FILE = "duplicate_in_file"
    DUPLICATE_ARCHIVE_NUMBER = "duplicate_archive_number"


class Warning(StrEnum):
    """Why an imported row is flagged for a look."""

    SEX_DIFFERS = "sex_differs_from_id"
    BIRTH_DATE_DIFFERS = "birth_date_differs_from_id"
    UNKNOWN_CODE_TEXT = "unknown_code_text"
    FUTURE_DATE = "future_date"
    USCC_INVALID = "uscc_invalid"
    OLD_ID_CONVERTED = "old_id_converted"


# Not verdicts, but told beside them: a date that could not be read and is kept as written; a dossier that by the
# roster's own words is not in the store.
UNREADABLE_DATE, SAID_TO_HAVE_LEFT = "unreadable_date", "said_to_have_left"
NOTES = (UNREADABLE_DATE, SAID_TO_HAVE_LEFT)

# Kinds of identity, as people.Person names them.
ID_CARD, PASSPORT, RESIDENCE_PERMIT, FOREIGNER_PERMIT = "ID_CARD", "PASSPORT", "RESIDENCE_PERMIT", "FOREIGNER_PERMIT"

# Fields that hold a code of the table of the same name in kernel.standards. Only the first three warn of a text
# that has no code.
CODED = ("ethnic_group", "political_status", "education", "degree", "marital_status", "health")
WARNED_CODES = frozenset(CODED[:3])
# Dates that can only be past.
PAST_DATES = ("work_start", "graduated", "retired", "died", "received_on")
# Texts that are taken over as they are, and how many characters the record has room for.
PLAIN = {
    "former_name": 60, "native_place": 60, "birth_place": 60, "household_address": 200, "school": 80, "major": 80,
    "mobile": 30, "email": 80, "address": 200, "postcode": 10, "emergency_contact": 100, "remarks": 400,
    "employer": 120, "entrusting_employer": 120, "archive_number": 40, "received_reason": 60, "received_from": 120,
}  # fmt: skip
FIELDS = (
    "name", "identity_kind", "sex", "birth_date", *CODED, *PAST_DATES, *PLAIN,
    "credit_code", "archive_type", "location",
)  # fmt: skip
_EMPTY = dict.fromkeys(FIELDS, "") | {"identity_kind": ID_CARD, "sex": "0"}


@dataclass(slots=True)
class Judged:
    """One data row as it must be understood."""

    sheet: int
    number: int
    rejection: str = ""
    warnings: tuple[str, ...] = ()
    # Field → text: codes, partial dates, normalised names; "" where the roster says nothing.
    values: dict[str, str] = field(default_factory=_EMPTY.copy)
    # Field → what the roster says, where that is not what is recorded.
    raw: dict[str, str] = field(default_factory=dict)
    # Of ``NOTES``.
    notes: tuple[str, ...] = ()
    id_number: str = ""
    old_id_number: str = ""
