"""How verdicts and columns are called on screen."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, str | Promise] = {
    "missing_name": _("Name missing"),
    "missing_id": _("Identity number missing"),
    "unreadable_id": _("Identity number not readable (mostly typed as a number, digits lost)"),
    "bad_id_checksum": _("Identity number wrong (check character)"),
    "impossible_birth_date_in_id": _("Impossible date of birth in the identity number"),
    "duplicate_in_file": _("Person already in an earlier row"),
    "duplicate_archive_number": _("Archive number already in an earlier row"),
    "archive_number_taken": _("Archive number belongs to another dossier"),
    "sex_differs_from_id": _("Sex differs from the identity number"),
    "birth_date_differs_from_id": _("Date of birth differs from the identity number"),
    "unknown_code_text": _("Text without a code"),
    "future_date": _("Date in the future"),
    "uscc_invalid": _("Unified social credit code wrong"),
    "old_id_converted": _("Identity number of 15 digits converted"),
    "held_elsewhere": _("Another institution holds this dossier"),
    "already_held": _("Already on record, unchanged"),
    "differs_from_record": _("Already on record with other particulars"),
    "unreadable_date": _("Date not understood, kept as written"),
    "said_to_have_left": _("By the roster the dossier has left, or never came"),
}
# What to do about it.
REMEDIES: dict[str, str | Promise] = {
    "missing_name": _("Fill in the name."),
    "missing_id": _("Fill in the identity number."),
    "unreadable_id": _(
        "Format the column as text and type the number again from the paper. "
        "For a passport or a permit add a column 证件类型 that names it."
    ),
    "bad_id_checksum": _("Compare the number with the identity card."),
    "impossible_birth_date_in_id": _("Compare the number with the identity card."),
    "duplicate_in_file": _("The earlier row is imported; delete one of the two."),
    "duplicate_archive_number": _("The earlier row is imported; give the later dossier its own number."),
    "archive_number_taken": _("Look up whose number it is; give this dossier its own."),
    "sex_differs_from_id": _("Check the sex; the one of the identity number is recorded."),
    "birth_date_differs_from_id": _("Check the dossier; the date of the identity number is recorded, both are kept."),
    "unknown_code_text": _("The text is kept; choose a code on the person's page."),
    "future_date": _("Check the date; it is recorded as written."),
    "uscc_invalid": _("Ask the employer for the code; the text is kept."),
    "old_id_converted": _("Nothing to do; both numbers find the person."),
    "held_elsewhere": _("Imported as a claim; supervision is told and settles it."),
    "already_held": _("Nothing to do."),
    "differs_from_record": _("Nothing is changed; compare the row with the record."),
    "unreadable_date": _("The text is kept; enter the date on the person's page."),
    "said_to_have_left": _(
        "Imported as held: look for the dossier. If it is gone, take the row out before the import."
    ),
}

FIELDS: dict[str, str | Promise] = {
    "serial": _("Running number"),
    "name": _("Full name"),
    "former_name": _("Former name"),
    "id_number": _("Identity number"),
    "id_kind": _("Kind of identity"),
    "sex": _("Sex"),
    "birth_date": _("Date of birth"),
    "ethnic_group": _("Ethnic group"),
    "political_status": _("Political status"),
    "education": _("Education"),
    "degree": _("Degree"),
    "school": _("School"),
    "major": _("Subject"),
    "graduated": _("Graduated"),
    "work_start": _("Started work"),
    "entrusting_employer": _("Entrusting employer"),
    "employer": _("Employer"),
    "credit_code": _("Unified social credit code"),
    "archive_number": _("Archive number"),
    "archive_type": _("Kind of custody"),
    "left": _("Left, or state of the dossier"),
    "received_on": _("Received"),
    "received_reason": _("Reason of receipt"),
    "received_from": _("Received from"),
    "location": _("Place"),
    "mobile": _("Mobile telephone"),
    "email": _("E-mail"),
    "address": _("Address"),
    "postcode": _("Postcode"),
    "household_address": _("Address of household registration"),
    "native_place": _("Native place"),
    "birth_place": _("Place of birth"),
    "marital_status": _("Marital status"),
    "health": _("Health"),
    "retired": _("Retired"),
    "died": _("Died"),
    "emergency_contact": _("Emergency contact"),
    "remarks": _("Remarks"),
}


def reason_label(reason: str) -> str:
    return str(REASONS.get(reason, reason))
