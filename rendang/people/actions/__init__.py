"""Everything that changes what is on record of a person or an employer, and who must not open whose dossier."""

from rendang.people.actions.kinship import declare_kinship, end_kinship, refuse_own_and_relatives
from rendang.people.actions.persons import (
    IDENTITY_FIELDS,
    RECORDS,
    add_identity,
    add_record,
    change_record,
    checked_number,
    correct_employer,
    correct_person,
    create_person,
    find_or_create_employer,
    find_or_create_person,
    note_read,
    remove_record,
    tell,
    tell_all,
    unmask,
)

__all__ = [
    "IDENTITY_FIELDS",
    "RECORDS",
    "add_identity",
    "add_record",
    "change_record",
    "checked_number",
    "correct_employer",
    "correct_person",
    "create_person",
    "declare_kinship",
    "end_kinship",
    "find_or_create_employer",
    "find_or_create_person",
    "note_read",
    "refuse_own_and_relatives",
    "remove_record",
    "tell",
    "tell_all",
    "unmask",
]
