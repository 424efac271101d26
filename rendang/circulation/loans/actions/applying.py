"""受理: a unit applies to read or to borrow a dossier with an introduction letter and two people."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rendang.circulation.loans import queries
from rendang.circulation.loans.models import Agency, Borrower, Loan
from rendang.dossiers.models import Custody, Dossier, Material
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.chinese import normalise_name
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.identifiers import mask_id_number
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.standards import queries as standards
from rendang.kernel.workflow.actions import open_case
from rendang.kernel.workflow.models import Case
from rendang.people.actions import checked_number
from rendang.people.models import Person
from rendang.people.queries import OWN, RELATIVE, canonical_number, is_declared_relative
from rendang.storage import actions as storage

# The refusal that a comparison of the identity cards can lift.
NAMESAKE = "namesake"


def apply(
    dossier: Dossier,
    *,
    by: Any,
    use: str,
    reason: str,
    scope: str,
    phone: str,
    borrowers: Sequence[Mapping[str, Any]],
    unit: str = "",
    letter_number: str = "",
    letter_file: Any = None,
    agency: Agency | None = None,
    namesake_compared: bool = False,
    class_marks: Sequence[str] = (),
    materials: Sequence[int] = (),
    days: int | None = None,
    may_print: bool = False,
    may_download: bool = False,
    remarks: str = "",
    channel: str = Case.Channel.WINDOW,
) -> Loan:
    """Register the application of a unit and its people; ``borrowers`` have name, id_number, post, is_party_member.

    Under an agreement (``agency``) unit and letter follow from it. A dossier that is out is waited for. Refused in
    words, by field where there is one; who asks for their own dossier or a relative's is refused with a trace.
    """
    custody = Custody.objects.filter(dossier=dossier, status=Custody.Status.HELD).select_related("institution").first()
    if custody is None or not can(by, Permission.LOAN_REGISTER, at=custody.institution_id):
        raise PermissionDenied
    people = [_borrower(number, one) for number, one in enumerate(borrowers, start=1)]
    _refuse_relatives(dossier, people, namesake_compared, by=by, custody=custody)
    with transaction.atomic():
        Dossier.objects.select_for_update(no_key=True).get(pk=dossier.pk)
        storage.refuse_what_is_lost(dossier.person, custody.institution)
        if agency is not None:
            # Two applications under one agreement are counted one after the other.
            agency = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk, institution=custody.institution)
            unit, letter_number = agency.name, agency.agreement_number
        loan = Loan(
            institution=custody.institution, person_id=dossier.person_id, dossier=dossier, custody=custody,
            state=Loan.State.APPLIED, use=use, reason=reason, scope=scope.strip(), unit=" ".join(unit.split()),
            phone=phone.strip(), agency=agency, letter_number=letter_number.strip(), remarks=remarks.strip(),
            namesake_compared=namesake_compared, channel=channel,
        )  # fmt: skip
        _check(loan, people)
        if use == Loan.Use.DIGITAL:
            _limit(loan, class_marks, days, may_print, may_download)
        named = papers_named(dossier, materials) if use == Loan.Use.DIGITAL else []
        today = timezone.localdate()
        loan.head_because = queries.because(
            dossier, custody.institution, use=use, reason=reason, agency=agency, on=today
        )
        loan.needs_head = bool(loan.head_because)
        if letter_file:
            loan.letter_file = files.store(
                letter_file, name=letter_file.name, kind=Kind.ATTACHMENT, institution=custody.institution, by=by
            )
        loan = open_case(loan, by=by, permission=None, deadline="loan_decide")
        loan.materials.set(named)
        for one in people:
            one.loan = loan
            one.full_clean(exclude=["id_number", "id_index"])
            one.save()
        return loan


def _borrower(number: int, facts: Mapping[str, Any]) -> Borrower:
    """One of the people, not saved; a number that cannot be is refused beside its field."""
    try:
        plain = canonical_number(checked_number(Person.IdentityKind.ID_CARD, facts["id_number"]))
    except ValidationError as refused:
        raise ValidationError({f"id_number_{number}": refused.messages}) from None
    one = Borrower(
        name=normalise_name(facts["name"]),
        post=str(facts.get("post", "")).strip(),
        is_party_member=bool(facts.get("is_party_member")),
    )
    one.id_number, one.id_index, one.id_masked = plain, blind_index(plain), mask_id_number(plain)
    if not one.name:
        raise ValidationError({f"name_{number}": _("Give the name as the identity card has it.")})
    return one


def _refuse_relatives(
    dossier: Dossier, people: Sequence[Borrower], namesake_compared: bool, *, by: Any, custody: Custody
) -> None:
    """Nobody reads their own dossier or a relative's (domain.md §1.5, P2): the attempt is noted, though it fails."""
    for number, one in enumerate(people, start=1):
        code = "kinship"
        if queries.is_the_person(bytes(one.id_index), dossier.person):
            kinship, field = OWN, f"id_number_{number}"
            said = _("This is the person whose dossier it is. Nobody reads their own: the unit sends somebody else.")
        elif is_declared_relative(bytes(one.id_index), dossier.person):
            kinship, field = RELATIVE, f"id_number_{number}"
            # Who has declared what stays between them and their own institution: the rule is all that is said here.
            said = _("The rule of avoidance forbids this person to read this dossier. The unit sends somebody else.")
        elif not namesake_compared and queries.is_family_namesake(one.name, dossier.person):
            kinship, field = RELATIVE, f"name_{number}"
            said = _(
                "Somebody of this name stands in the family records of the dossier. Nobody reads a relative's:"
                " compare the identity card, and confirm below only if it is somebody else."
            )
            code = NAMESAKE
        else:
            continue
        with transaction.atomic():
            where = custody.institution
            audit.record("loan.refuse_relative", dossier, by=by, institution=where, reason=kinship, detail={})
        raise ValidationError({field: ValidationError(said, code=code)})


def _check(loan: Loan, people: Sequence[Borrower]) -> None:
    today = timezone.localdate()
    wrong: dict[str, Any] = {}
    if loan.use not in Loan.Use.values:
        wrong["use"] = _("This kind of use is not known.")
    if not standards.is_code("consultation_reason", loan.reason):
        wrong["reason"] = _("This is not a reason for which a dossier may be read.")
    if not loan.unit:
        wrong["unit"] = _("Name the unit as its letter does, or choose an agency.")
    if not loan.letter_number:
        wrong["letter_number"] = _("Give the number of the introduction letter.")
    if len({bytes(one.id_index) for one in people}) < len(people):
        wrong["id_number_2"] = _("The people named are one and the same.")
    if wrong:
        raise ValidationError(wrong)
    needed = queries.people_needed(loan.institution, today)
    if len(people) < needed:
        raise ValidationError(_("The unit sends at least %(count)d people.") % {"count": needed})
    hindrances = queries.hindrances(
        loan.institution,
        unit=loan.unit,
        people={bytes(one.id_index): one.name for one in people},
        reason=loan.reason,
        agency=loan.agency,
        on=today,
    )
    if hindrances:
        raise ValidationError(hindrances)
    if under_way := Loan.objects.open().filter(dossier=loan.dossier, unit=loan.unit).first():
        raise ValidationError(
            _("This unit has an application for this dossier under way already: %(number)s.") % {"number": under_way}
        )


def papers_named(dossier: Dossier, keys: Sequence[int]) -> list[Material]:
    """The papers of the catalogue with these keys; refused when one is not, or no longer, in this dossier."""
    found = list(Material.objects.filter(dossier=dossier, removed_at=None, pk__in=keys))
    if len(found) < len(set(keys)):
        raise ValidationError({"materials": _("One of the papers is not in the catalogue of this dossier.")})
    return found


def _limit(loan: Loan, class_marks: Sequence[str], days: int | None, may_print: bool, may_download: bool) -> None:
    """数字查阅: limited in time, in materials, and whether it may be printed or taken along."""
    most = int(standards.policy("digital_consultation", on=timezone.localdate(), institution=loan.institution).value)
    if days is None or not 1 <= days <= most:
        raise ValidationError({"days": _("Images are opened for 1 to %(most)d days.") % {"most": most}})
    known = {mark.mark for mark in standards.class_marks()}
    if set(class_marks) - known:
        raise ValidationError({"class_marks": _("This class is not in the classification scheme.")})
    loan.class_marks, loan.days = sorted(set(class_marks)), days
    loan.may_print, loan.may_download = may_print, may_download
