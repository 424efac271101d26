"""Recall letters of the city's own institutions: whether one that is presented is genuine."""

import datetime as dt
from dataclasses import dataclass
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.circulation.parcels.queries import LETTER_OF_OURS, letter_number
from rendang.kernel.access.models import Institution
from rendang.kernel.core.language import in_words_of_the_reader
from rendang.kernel.documents.reading import qr_codes_in
from rendang.kernel.workflow.models import Case

NOT_OURS = "-"  # there is a code, and it is not that of a letter of ours


@dataclass(frozen=True)
class Letter:
    """A recall letter of this system; it is open while it is neither used nor replaced nor withdrawn."""

    institution: str
    institution_id: int
    person_id: int
    valid_until: dt.date | None
    is_open: bool


def letter_read(letter: BinaryIO | None) -> str:
    """What the QR code on a picture or PDF of a letter says: the number of a letter like ours, or ``NOT_OURS``.

    Empty when no code could be read: that says nothing about the letter.
    """
    codes = [letter_number(text) for text in qr_codes_in(letter)] if letter else []
    return next((number for number in codes if LETTER_OF_OURS.match(number)), NOT_OURS if codes else "")[:60]


def number_given(typed: str, read: str) -> str:
    """The number that counts: what the code on the letter itself says, else what was typed."""
    return read if read not in {"", NOT_OURS} else letter_number(typed)


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a letter by its QR code; ``tone`` is that of an alert."""

    tone: str
    text: str


def verdict_on(read: str) -> Verdict | None:
    """Genuine, run out, used, not one of ours; ``None`` where no code could be read."""
    if not read:
        return None
    if read == NOT_OURS:
        return Verdict("info", _("QR code: not a letter of one of the city's institutions."))
    letter = letter_of_ours(read)
    if letter is None:
        return Verdict("danger", _("QR code: no institution of the city has issued letter %s.") % read)
    told = {"number": read, "institution": letter.institution, "day": letter.valid_until}
    if not letter.is_open:
        return Verdict(
            "warning", _("QR code: letter %(number)s of %(institution)s is used, replaced or withdrawn.") % told
        )
    if letter.valid_until and letter.valid_until < timezone.localdate():
        return Verdict("warning", _("QR code: letter %(number)s of %(institution)s ran out on %(day)s.") % told)
    genuine = _("QR code: genuine letter %(number)s of %(institution)s, valid until %(day)s.")
    return Verdict("success", genuine % told)


def letter_of_ours(number: str) -> Letter | None:
    """The letter with this number, if an institution of this system has issued it.

    By name: intake is a business of its own that transfers do not know.
    """
    if not number:
        return None
    that = Q(intake__letter_number=number) | Q(intake__replaced_letters__number=number)
    rows = Case.objects.filter(that, kind="intake")
    found = rows.values_list(
        "institution__name",
        "institution__english_name",
        "institution",
        "person",
        "intake__letter_valid_until",
        "closed_at",
        "intake__letter_number",
    ).first()
    if found is None:
        return None
    name, english_name, institution, person, valid_until, closed_at, latest = found
    is_open = closed_at is None and latest == number
    return Letter(in_words_of_the_reader(name, english_name), institution, person, valid_until, is_open)


def letters_alike(number: str) -> set[str]:
    """The letter, and those of the same intake that it has replaced or that have replaced it."""
    if not number:
        return {number}
    that = Q(intake__letter_number=number) | Q(intake__replaced_letters__number=number)
    called = Case.objects.filter(that, kind="intake").values("pk")
    rows = Case.objects.filter(pk__in=called).values_list("intake__letter_number", "intake__replaced_letters__number")
    return {number, *(one for pair in rows for one in pair if one)}


def no_longer_holds(number: str) -> Verdict | None:
    """What is to be said of a letter of ours on which nothing is sent any more, also where its code was not read."""
    letter = letter_of_ours(number)
    if letter is None or letter.is_open:
        return None
    return Verdict("warning", _("This letter is used, replaced or withdrawn: nothing is sent on it."))


def letter_calling_for(person: int, to: Institution) -> str:
    """The number of the valid letter by which the institution waits for this person's dossier, or nothing."""
    waiting = Case.objects.open().filter(kind="intake", institution=to, person=person, state="CALLED")
    waiting = waiting.filter(intake__letter_valid_until__gte=timezone.localdate())
    return waiting.values_list("intake__letter_number", flat=True).first() or ""


def refuse_if_forged(number: str) -> Letter | None:
    """The letter of ours with this number; ``None``: somebody else's. Refused when it only looks like one of ours."""
    looks_like_ours = LETTER_OF_OURS.match(number)
    letter = letter_of_ours(number)
    if letter is None and looks_like_ours and Institution.objects.filter(code=looks_like_ours[1]).exists():
        raise ValidationError({"letter_number": _("No institution of the city has issued a letter of this number.")})
    return letter


def refuse_if_run_out(letter: Letter) -> None:
    if not letter.is_open or (letter.valid_until and letter.valid_until < timezone.localdate()):
        raise ValidationError({"letter_number": _("This letter is no longer valid. Ask for a new one.")})


def refuse_if_not_genuine(number: str, *, people: set[int], to: Institution | None) -> Letter | None:
    """The letter, if it is one of ours. Raises ``ValidationError`` if it only looks like one or is for somebody else.

    ``to`` is where the dossier is to go; ``None``: to a keeper outside, who cannot have a letter of ours.
    """
    letter = refuse_if_forged(number)
    if letter is None:
        return None
    if to is None or letter.institution_id != to.pk:
        raise ValidationError(
            {
                "letter_number": _("This letter is from %(institution)s. Offer the dossier to that institution.")
                % {"institution": letter.institution}
            }
        )
    if people != {letter.person_id}:
        raise ValidationError({"letter_number": _("This letter asks for another person's dossier.")})
    refuse_if_run_out(letter)
    return letter
