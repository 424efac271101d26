"""Who may borrow, who must approve, and who never reads whose dossier."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from rendang.circulation.loans.models import Agency, Bar, Loan
from rendang.dossiers.models import Dossier, Material
from rendang.kernel.access.models import Institution
from rendang.kernel.core.chinese import normalise_name
from rendang.kernel.core.language import listed
from rendang.kernel.standards import queries as standards
from rendang.people.models import FamilyMember, OtherIdentity, Person
from rendang.storage.queries import last_slot


def people_needed(institution: Institution, on: dt.date) -> int:
    """How many people a unit must send: two (查（借）阅规定)."""
    return int(standards.policy("consultation_persons", on=on, institution=institution).value)


def because(
    dossier: Dossier, institution: Institution, *, use: str, reason: str, agency: Agency | None, on: dt.date
) -> list[str]:
    """Why the head must approve as well as the section; empty: the section is enough.

    Lists of the policies loan_head_uses, loan_head_reasons, loan_head_employers and loan_head_stores. A loan under an
    agreement does not need the head for leaving the house: the agreement has said so for all of them.
    """

    def named(policy: str, value: str) -> bool:
        return bool(value) and value in standards.policy(policy, on=on, institution=institution).value

    employer, slot = dossier.person.employer, last_slot(dossier, institution)
    found = {
        Loan.Because.USE: agency is None and named("loan_head_uses", use),
        Loan.Because.REASON: named("loan_head_reasons", reason),
        Loan.Because.EMPLOYER: employer is not None and named("loan_head_employers", employer.kind),
        Loan.Because.STORE: slot is not None and named("loan_head_stores", slot.store.purpose),
    }
    return [why.value for why, applies in found.items() if applies]


def is_the_person(index: bytes, person: Person) -> bool:
    """Whether an identity is the person's own, now or formerly."""
    return bytes(person.id_index) == index or OtherIdentity.objects.filter(person=person, number_index=index).exists()


def is_family_namesake(name: str, person: Person) -> bool:
    """Whether somebody of this name stands among the family on the person's record."""
    return FamilyMember.objects.filter(person=person, name=normalise_name(name)).exists()


def hindrances(
    institution: Institution,
    *,
    unit: str,
    people: Mapping[bytes, str],
    reason: str,
    agency: Agency | None,
    on: dt.date,
) -> list[str]:
    """Why this unit or these people (blind index → name) may not borrow now, in words; empty: they may."""
    found = _barred(institution, unit, people, on) + _late(institution, unit, people, on)
    return found + (_outside_agreement(agency, reason, on) if agency else [])


def _barred(institution: Institution, unit: str, people: Mapping[bytes, str], on: dt.date) -> list[str]:
    by_name, by_number = Q(id_index=None, name=unit), Q(id_index__in=list(people))
    bars = Bar.objects.filter(by_name | by_number, institution=institution, until__gte=on, lifted_on=None)
    return [
        _("%(name)s may not borrow here until %(until)s: %(reason)s")
        % {"name": bar.name, "until": bar.until.isoformat(), "reason": bar.reason}
        for bar in bars.order_by("pk")
    ]


def _late(institution: Institution, unit: str, people: Mapping[bytes, str], on: dt.date) -> list[str]:
    theirs = Q(unit=unit) | Q(borrowers__id_index__in=list(people))
    late = Loan.objects.overdue(on).filter(theirs, institution=institution, state__in=Loan.IN_HAND).distinct()
    lost = Loan.objects.filter(theirs, institution=institution, state__in=Loan.LOST).distinct()
    found = []
    if numbers := list(late.order_by("due_date").values_list("number", flat=True)[:3]):
        said = _("A dossier lent to them is overdue: %(numbers)s. It comes back first.")
        found.append(said % {"numbers": listed(numbers)})
    if numbers := list(lost.order_by("pk").values_list("number", flat=True)[:3]):
        said = _("A dossier lent to them is lost: %(numbers)s. It is found or reconstructed first.")
        found.append(said % {"numbers": listed(numbers)})
    return found


def _outside_agreement(agency: Agency, reason: str, on: dt.date) -> list[str]:
    found = []
    if agency.ended_on or not agency.valid_from <= on <= agency.valid_to:
        found.append(
            _("The agreement %(number)s is valid from %(first)s to %(last)s.")
            % {
                "number": agency.agreement_number,
                "first": agency.valid_from,
                "last": agency.ended_on or agency.valid_to,
            }
        )
    if reason not in agency.reasons:
        found.append(
            _("The agreement names other reasons (%(reasons)s). For this one apply with an introduction letter.")
            % {"reasons": listed(standards.code_label("consultation_reason", code) for code in agency.reasons)}
        )
    under_way = Loan.objects.open().filter(agency=agency).count()
    if under_way >= agency.most_out:
        found.append(
            _("The agreement allows %(most)d dossiers at a time, and so many are under way.")
            % {"most": agency.most_out}
        )
    return found


def agencies_of(institution: Institution | int, on: dt.date) -> Any:
    """The agencies whose agreement with the institution is in force."""
    rows = Agency.objects.filter(institution=institution, ended_on=None, valid_from__lte=on, valid_to__gte=on)
    return rows.order_by("name")


def agencies_over(institution: Institution | int, on: dt.date) -> list[str]:
    """Agencies whose agreement has run out and was not ended on purpose: they are looked for in vain; latest first."""
    rows = Agency.objects.filter(institution=institution, ended_on=None, valid_to__lt=on).order_by("-valid_to", "name")
    return [f"{one.name} ({one.valid_to})" for one in rows[:3]]


def pages_of(dossier: Dossier) -> int | None:
    """How many pages the dossier should have: by its catalogue; or as counted when it came back last, with what has
    been put in and taken out since.
    """
    papers = Material.objects.filter(dossier=dossier)
    last = Loan.objects.filter(dossier=dossier, pages_back__isnull=False).order_by("-taken_back_at").first()
    if last is None or last.pages_back is None:
        return _pages(papers.filter(removed_at=None))
    put_in = papers.filter(created_at__gt=last.taken_back_at, removed_at=None)
    taken_out = papers.filter(created_at__lte=last.taken_back_at, removed_at__gt=last.taken_back_at)
    return last.pages_back + (_pages(put_in) or 0) - (_pages(taken_out) or 0)


def _pages(papers: QuerySet[Material]) -> int | None:
    pages: int | None = papers.aggregate(pages=Sum("pages"))["pages"]
    return pages


def unit_in_words(loan: Loan) -> str:
    """The unit with its people, for papers and lists."""
    return f"{loan.unit}（{'、'.join(str(borrower) for borrower in loan.borrowers.all())}）"
