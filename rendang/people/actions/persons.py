"""Everything that changes what is on record of a person or an employer."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.kernel.audit import actions as audit
from rendang.kernel.core.chinese import name_pinyin, normalise_name
from rendang.kernel.core.constraints import refusal_from
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.identifiers import (
    IdProblem,
    birth_date_of,
    id_number_problem,
    is_valid_uscc,
    mask_id_number,
    normalise_id_number,
    sex_of,
)
from rendang.kernel.files.queries import papers_lacking
from rendang.kernel.standards.telling import Said, apart, say
from rendang.kernel.workflow.models import Case
from rendang.people.models import (
    Education,
    Employer,
    Employment,
    FamilyMember,
    LanguageSkill,
    Message,
    OtherIdentity,
    Person,
    PersonRecord,
    Reward,
    Title,
    Training,
)
from rendang.people.queries import (
    OLD_LENGTH,
    canonical_number,
    find_by_index,
    is_own_or_relative,
    may_edit,
    may_unmask,
)

# Who somebody is: changed only with a reason (《干部人事档案工作条例》; domain.md §1.8).
IDENTITY_FIELDS = frozenset({"name", "identity_kind", "id_number", "sex", "birth_date"})
RECORDS: dict[str, type[PersonRecord]] = {
    str(model._meta.model_name): model
    for model in (Education, Employment, FamilyMember, Reward, LanguageSkill, Training, Title)
}
Kind = Person.IdentityKind
# Why a former number is kept; in words in sentences.py.
GIVEN_WITH_15_DIGITS = "given_with_15_digits"


@transaction.atomic
def create_person(*, name: str, id_number: str, by: Any, identity_kind: str = Kind.ID_CARD, **fields: Any) -> Person:
    """Put somebody on record. The caller has checked that ``by`` may; sex and birth date follow from an ID card.

    Raises ``ValidationError`` by field: no name, an impossible number, or somebody already has it.
    """
    person = Person(identity_kind=identity_kind)
    _set_name(person, name)
    typed = _set_number(person, id_number)
    if existing := find_by_index(bytes(person.id_index)):
        raise _already_on_record(existing)
    _set_fields(person, fields)
    _save(person)
    if typed != person.id_number:
        _keep_identity(person, Kind.ID_CARD, typed, reason=GIVEN_WITH_15_DIGITS)
    audit.record("person.create", person, by=by, person=person)
    return person


def find_or_create_person(
    *, name: str, id_number: str, by: Any, identity_kind: str = Kind.ID_CARD, **fields: Any
) -> Person:
    """The person with this number, or a new one. A different name on record is refused, not overwritten.

    ``fields`` fill in what is not on record yet; what is there stays.
    """
    person = find_by_index(blind_index(canonical_number(id_number)))
    if person is None:
        return create_person(name=name, id_number=id_number, by=by, identity_kind=identity_kind, **fields)
    if normalise_name(name) not in {person.name, person.former_name}:
        raise ValidationError(
            {"name": _("This identity number is on record under another name. Compare it with the identity card.")}
        )
    gaps = {field: value for field, value in fields.items() if value and not getattr(person, field)}
    return _change(person, by=by, reason="", fields=gaps) if gaps else person


def correct_person(person: Person, *, by: Any, reason: str = "", **fields: Any) -> Person:
    """Change what is on record of a person; name, number, sex and birth date only with a reason.

    The former number is kept as an ``OtherIdentity`` and still finds the person.
    """
    if not may_edit(by, person):
        raise PermissionDenied
    return _change(person, by=by, reason=reason.strip(), fields=fields)


@transaction.atomic
def _change(person: Person, *, by: Any, reason: str, fields: dict[str, Any]) -> Person:
    person = Person.objects.select_for_update().get(pk=person.pk)
    before, former_number, former_kind = audit.snapshot(person), person.id_number, person.identity_kind
    person.identity_kind = fields.pop("identity_kind", person.identity_kind)
    number = fields.pop("id_number", None)
    if "name" in fields:
        _set_name(person, fields.pop("name"))
    if number is not None and (canonical_number(number), person.identity_kind) != (former_number, former_kind):
        _set_number(person, number, derive=False)
        existing = find_by_index(bytes(person.id_index))
        if existing and existing.pk != person.pk:
            raise _already_on_record(existing)
    _set_fields(person, fields)
    changed = {name for name in IDENTITY_FIELDS if getattr(person, name) != before[name]}
    if changed and not reason and before["id_number"]:
        raise ValidationError({"reason": _("Say why the identity is corrected, and by which paper.")})
    _save(person)
    if person.id_number != former_number:
        # The person may return to a former number; it is then no longer a former one.
        OtherIdentity.objects.filter(person=person, number_index=person.id_index).delete()
        _keep_identity(person, former_kind, former_number, reason=reason)
    audit.record("person.correct", person, by=by, before=before, reason=reason, person=person)
    return person


@transaction.atomic
def add_identity(person: Person, *, kind: str, number: str, by: Any, valid_until: str = "", reason: str = "") -> Any:
    """A further identity of the person: a passport, a permit, an old number."""
    if not may_edit(by, person):
        raise PermissionDenied
    plain = checked_number(kind, number)
    existing = find_by_index(blind_index(canonical_number(plain)))
    if existing:
        raise _already_on_record(existing)
    identity = _keep_identity(person, kind, plain, reason=reason, valid_until=valid_until)
    audit.record("person.add_identity", identity, by=by, reason=reason)
    return identity


@transaction.atomic
def add_record(person: Person, kind: str, *, by: Any, **fields: Any) -> PersonRecord:
    """Add one row to a repeated part of the data set; ``kind`` is a key of ``RECORDS`` (education, employment …)."""
    if not may_edit(by, person):
        raise PermissionDenied
    row = RECORDS[kind](person=person, **fields)
    row.full_clean()
    row.save()
    audit.record(f"{kind}.add", row, by=by)
    return row


@transaction.atomic
def change_record(row: PersonRecord, *, by: Any, **fields: Any) -> PersonRecord:
    model = type(row)
    row = model._default_manager.select_for_update().get(pk=row.pk)
    if not may_edit(by, row.person):
        raise PermissionDenied
    before = audit.snapshot(row)
    for name, value in fields.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    audit.record(f"{model._meta.model_name}.change", row, by=by, before=before)
    return row


@transaction.atomic
def remove_record(row: PersonRecord, *, by: Any) -> None:
    """Take a row out; what it said remains in the audit log."""
    if not may_edit(by, row.person):
        raise PermissionDenied
    said = {name: [value, None] for name, value in audit.snapshot(row).items()}
    audit.record(f"{row._meta.model_name}.remove", row, by=by, detail=said)
    row.delete()


@transaction.atomic
def unmask(person: Person, *, by: Any, reason: str) -> str:
    """The whole identity number, for a stated reason, which goes into the audit log."""
    if not may_unmask(by, person) or is_own_or_relative(by, person):
        raise PermissionDenied
    if not reason.strip():
        raise ValidationError({"reason": _("Say what the whole number is needed for.")})
    audit.record("person.unmask", person, by=by, reason=reason.strip(), person=person, detail={})
    return person.id_number


@transaction.atomic
def find_or_create_employer(name: str, *, by: Any, credit_code: str = "", **fields: str) -> Employer:
    """The employer of this name (and credit code, where given), or a new one."""
    name, credit_code = " ".join(name.split()), credit_code.strip().upper()
    if not name:
        raise ValidationError({"name": _("Give the employer's name.")})
    if credit_code and not is_valid_uscc(credit_code):
        raise ValidationError(
            {"credit_code": _("The check character of this credit code does not fit. Read it again.")}
        )
    known = Employer.objects.filter(name=name)
    found = known.filter(credit_code=credit_code).first() if credit_code else known.order_by("-credit_code").first()
    if found:
        return found
    employer = Employer(name=name, credit_code=credit_code, **fields)
    employer.full_clean()
    employer.save()
    audit.record("employer.create", employer, by=by)
    return employer


@transaction.atomic
def correct_employer(employer: Employer, *, by: Any, **fields: str) -> Employer:
    employer = Employer.objects.select_for_update().get(pk=employer.pk)
    before = audit.snapshot(employer)
    for name, value in fields.items():
        setattr(employer, name, value)
    employer.full_clean()
    employer.save()
    audit.record("employer.correct", employer, by=by, before=before)
    return employer


def _set_name(person: Person, text: str) -> None:
    person.name = normalise_name(text)
    if not person.name:
        raise ValidationError({"name": _("Give the name as the identity card has it.")})
    reading = name_pinyin(person.name)
    person.name_pinyin = reading.full[: Person.LONGEST_PINYIN]
    person.name_pinyin_other = reading.other_full[: Person.LONGEST_PINYIN]
    person.name_initials = reading.initials[: Person.MOST_INITIALS]


def _set_number(person: Person, text: str, *, derive: bool = True) -> str:
    """Number, index and mask, and from a new person's ID card sex and birth date. Returns the number as typed."""
    typed = checked_number(person.identity_kind, text)
    person.id_number = canonical_number(typed) if person.identity_kind == Kind.ID_CARD else typed
    person.id_index, person.id_masked = blind_index(person.id_number), mask_id_number(person.id_number)
    if derive and person.identity_kind == Kind.ID_CARD:
        person.sex, person.birth_date = sex_of(person.id_number), birth_date_of(person.id_number)
    return typed


def checked_number(kind: str, text: str) -> str:
    """The number of an identity as it is kept. Raises ``ValidationError`` for one that cannot be."""
    number = normalise_id_number(text)
    if not number:
        raise ValidationError({"id_number": _("Give the identity number.")})
    if kind not in Kind.values:
        raise ValidationError({"identity_kind": _("This kind of identity is not known.")})
    if kind == Kind.ID_CARD:
        if problem := id_number_problem(number, today=timezone.localdate()):
            raise ValidationError({"id_number": _id_problem_in_words(problem)})
    elif not (number.isascii() and number.isalnum() and len(number) <= 20):
        raise ValidationError({"id_number": _("A passport or permit has up to 20 letters and digits.")})
    return number


def _id_problem_in_words(problem: IdProblem) -> str:
    return {
        IdProblem.MISSING: _("Give the identity number."),
        IdProblem.UNREADABLE: _("An identity card number has 18 characters (old ones: 15 digits)."),
        IdProblem.BAD_CHECKSUM: _(
            "The last character does not fit the others: one has been misread. Compare the card."
        ),
        IdProblem.IMPOSSIBLE_BIRTH_DATE: _("The date of birth inside this number cannot be. Compare the card."),
    }[problem]


def _already_on_record(existing: Person) -> ValidationError:
    """Says that, not who: the person may be another institution's."""
    del existing
    return ValidationError({"id_number": _("Somebody with this identity number is already on record.")})


def _set_fields(person: Person, fields: dict[str, Any]) -> None:
    allowed = {field.name for field in Person._meta.concrete_fields if field.editable}
    for name, value in fields.items():
        if name not in allowed:
            raise TypeError(f"{name} is not a fact of a person")
        setattr(person, name, normalise_name(value) if name == "former_name" else value)


def _save(person: Person) -> None:
    person.full_clean(exclude=["id_number", "id_index"])
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as broken:  # somebody else put the same person on record at the same moment
        raise refusal_from(broken) from broken


def _keep_identity(person: Person, kind: str, number: str, *, reason: str, valid_until: str = "") -> OtherIdentity:
    """Note an identity that is not, or no longer, the main one. An old number is indexed as it is written."""
    index = blind_index(number if len(number) == OLD_LENGTH else canonical_number(number))
    identity, _made = OtherIdentity.objects.get_or_create(
        number_index=index,
        defaults={
            "person": person,
            "kind": kind,
            "number": number,
            "number_masked": mask_id_number(number),
            "valid_until": valid_until,
            "reason": reason,
        },
    )
    return identity


def tell(person: Person, said: Said, *, institution: Any, by: Any, case: Any = None) -> Message:
    """Tell a person something about the dossier; it is read on the portal. ``said`` holds no number of an identity
    paper. Part of the caller's transaction, who has checked that ``by`` may act for the institution."""
    message = Message.objects.create(person=person, institution=institution, case=case, said=[said])
    audit.record("message.send", message, by=by, detail={})
    return message


@transaction.atomic
def tell_what_lacks(case: Case, text: str, *, by: Any, covered: str = "") -> None:
    """What an application online came without is told once: never a reason to refuse it (75号; 一次性告知).

    ``text`` is the sentence of the business that says so; ``covered`` as in ``files.queries.papers_lacking``.
    """
    if lacking := papers_lacking(case, covered=covered):
        assert case.person
        tell(case.person, say(text, lacks=apart(lacking)), institution=case.institution, by=by, case=case)


@transaction.atomic
def tell_all(people: Iterable[Person], said: Said, *, institution: Any, by: Any, case: Any = None) -> None:
    """Tell many people the same; set-based, one event each. The caller has checked."""
    tell_many([(person, said) for person in people], institution=institution, by=by, case=case)


@transaction.atomic
def tell_many(messages: Sequence[tuple[Person, Said]], *, institution: Any, by: Any, case: Any = None) -> None:
    """``tell_all``, each in their own words."""
    told = [Message(person=person, institution=institution, case=case, said=[said]) for person, said in messages]
    Message.objects.bulk_create(told)
    audit.record_all("message.send", [(message, {}) for message in told], by=by)


@transaction.atomic
def note_read(messages: Any, *, by: Any) -> int:
    """The person has been shown these messages; returns how many were new."""
    return messages.filter(read_at__isnull=True).update(read_at=timezone.now())
