"""What begins, or is done besides the steps, in the walk of ``tests/test_promises.py``.

Each line of ``BEGINS`` answers for a dossier and a drawn number: the verb, what is done (``by=``), who is rightful.
Where nobody is there to leave or nothing to resolve, it answers with what must come before.
"""

import itertools
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from rendang.circulation.accruals import actions as accruals
from rendang.circulation.accruals.models import Chase
from rendang.circulation.accruals.queries import digest
from rendang.circulation.agreements import actions as agreements
from rendang.circulation.agreements.models import Agreement, Entrusted
from rendang.circulation.household import actions as household
from rendang.circulation.household.models import CollectiveHousehold, HouseholdMember
from rendang.circulation.intake import actions as intake
from rendang.circulation.intake.models import Intake
from rendang.circulation.party import actions as party
from rendang.circulation.party.models import PartyBranch, PartyMembership
from rendang.circulation.transfers import actions as transfers
from rendang.circulation.transfers.models import DepartureRequest
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission as P
from rendang.kernel.access.queries import can
from rendang.storage.models import Slot
from rendang.storage.stocktakes import actions as stocktakes
from rendang.storage.stocktakes.models import Stocktake
from rendang.storage.stocktakes.queries import choices_for
from tests.circulation.transfers.leaving import a_file
from tests.what_steps_take import given

Beginning = tuple[str, Callable[[Any], Any], Callable[[Any], bool]]
_numbers = itertools.count(1)
STAYS = ("EMPLOYED", "GRADUATE", "ABROAD", "RETIRED")


def whoever_may(permission: P, at: Institution | int) -> Callable[[Any], bool]:
    return lambda one: can(one, permission, at=at)


def pick(rows: Any, number: int) -> Any:
    rows = list(rows)
    return rows[number % len(rows)] if rows else None


def a_member_brings_a_letter(dossier: Any, keeper: Institution, number: int) -> Beginning:
    """Mostly to a branch of the keeper; sometimes to another institution's, which must refuse."""
    branches = PartyBranch.objects.order_by("pk")
    branch = pick(branches.filter(institution=keeper) if number % 4 else branches, 0)
    letter = {"letter_number": f"虚大〔2026〕{next(_numbers)}", "letter_date": timezone.localdate()}
    letter |= {"other_committee": "虚构大学党委", "stay": STAYS[number % 4]}
    act = lambda by: party.register_arrival(dossier.person, branch, by=by, **letter)  # noqa: E731
    return "partytransfer.open", act, whoever_may(P.PARTY_EDIT, branch.institution)


def a_member_leaves(dossier: Any, keeper: Institution, number: int) -> Beginning:
    relation = pick(PartyMembership.objects.order_by("pk"), number)
    if relation is None:
        return a_member_brings_a_letter(dossier, keeper, number)
    act = lambda by: party.register_departure(relation, by=by, other_committee="虚构市委组织部")  # noqa: E731
    return "partytransfer.open", act, whoever_may(P.PARTY_EDIT, relation.institution_id)


def somebody_moves_in(dossier: Any, keeper: Institution, number: int) -> Beginning:
    book = CollectiveHousehold.objects.get(institution=keeper)
    act = lambda by: household.apply_to_move_in(dossier.person, book, by=by, other_address="邻县某村")  # noqa: E731
    return "householdmove.open", act, whoever_may(P.HOUSEHOLD_EDIT, keeper)


def somebody_moves_out(dossier: Any, keeper: Institution, number: int) -> Beginning:
    member = pick(HouseholdMember.objects.order_by("pk"), number)
    if member is None:
        return somebody_moves_in(dossier, keeper, number)
    act = lambda by: household.apply_to_move_out(member, by=by, other_address="邻市某路")  # noqa: E731
    return "householdmove.open", act, whoever_may(P.HOUSEHOLD_EDIT, member.institution_id)


def a_page_is_lent(dossier: Any, keeper: Institution, number: int) -> Beginning:
    member = pick(HouseholdMember.objects.order_by("pk"), number)
    if member is None:
        return somebody_moves_in(dossier, keeper, number)
    act = lambda by: household.lend_page(member, by=by, purpose="办理结婚登记")  # noqa: E731
    return "pageloan.open", act, whoever_may(P.HOUSEHOLD_EDIT, member.institution_id)


def papers_are_delivered(dossier: Any, keeper: Institution, number: int) -> Beginning:
    """For one dossier, or for all that the institution keeps; sometimes a copy, which cannot be accepted."""
    keys = [dossier.pk]
    if number % 3:
        held = Custody.objects.filter(institution=keeper, status=Custody.Status.HELD)
        keys = sorted({*keys, *held.values_list("dossier", flat=True)})
    paper = {"title": "2025年度考核登记表", "class_mark": "3", "form": "copy" if number % 4 == 3 else "original"}
    rows = [(key, paper) for key in keys]
    act = lambda by: accruals.register(keeper, by=by, sender="虚构实业有限公司", rows=rows)  # noqa: E731
    return "accrual.open", act, whoever_may(P.ACCRUAL_REGISTER, keeper)


def papers_are_chased(dossier: Any, keeper: Institution, number: int) -> Beginning:
    whom = ("PERSON", "EMPLOYER", "SCHOOL")[number % 3]
    asked = {"addressee_kind": whom, "addressee": "虚构大学", "titles": ["毕业生登记表"]}
    act = lambda by: accruals.chase(dossier, by=by, **asked)  # noqa: E731
    return "chase.open", act, whoever_may(P.ACCRUAL_REGISTER, keeper)


def papers_come_through_the_link(dossier: Any, keeper: Institution, number: int) -> Beginning:
    """The letter alone knows its link; the walk gives it one that it knows, too. A link is tried again when used."""
    letter = pick(Chase.objects.order_by("pk"), number)
    if letter is None:
        return papers_are_chased(dossier, keeper, number)
    if letter and letter.token_digest:
        Chase.objects.filter(pk=letter.pk).update(token_digest=digest(f"token-{letter.pk}"))
    act = lambda by: accruals.receive_upload(f"token-{letter.pk}", [a_file("answer.pdf")])  # noqa: E731
    return "chase.answer", act, lambda one: one.kind == "SYSTEM"


def an_employer_entrusts(dossier: Any, keeper: Institution, number: int) -> Beginning:
    employer = {"employer": f"虚构实业{number % 2}公司", "credit_code": ("91350100M000100Y43", "")[number % 4 == 3]}
    act = lambda by: agreements.draft(  # noqa: E731
        keeper, by=by, contact_name="钱经办", contact_phone="0571-1", **employer
    )
    return "agreement.open", act, whoever_may(P.AGREEMENT_EDIT, keeper)


def somebody_comes_onto_the_roster(dossier: Any, keeper: Institution, number: int) -> Beginning:
    agreement = pick(Agreement.objects.order_by("pk"), number)
    if agreement is None or agreement.people.filter(person=dossier.person, left_on=None).exists():
        return an_employer_entrusts(dossier, keeper, number)
    row = {"name": dossier.person.name, "id_number": dossier.person.id_number}
    act = lambda by: agreements.add_people(agreement, [row], by=by)  # noqa: E731
    return "agreement.add_people", act, whoever_may(P.AGREEMENT_EDIT, agreement.institution_id)


def custody_becomes_the_employers(dossier: Any, keeper: Institution, number: int) -> Beginning:
    entry = pick(Entrusted.objects.order_by("pk"), number)
    if entry is None:
        return somebody_comes_onto_the_roster(dossier, keeper, number)
    act = lambda by: agreements.join(entry, by=by, proof=a_file("contract.pdf"))  # noqa: E731
    return "agreement.join", act, whoever_may(P.AGREEMENT_EDIT, entry.institution_id)


def somebody_leaves_the_employer(dossier: Any, keeper: Institution, number: int) -> Beginning:
    entry = pick(Entrusted.objects.order_by("pk"), number)
    if entry is None:
        return custody_becomes_the_employers(dossier, keeper, number)
    left = {"left_on": timezone.localdate(), "reason": "离职", "proof": a_file("proof.pdf")}
    act = lambda by: agreements.leave(entry, by=by, **left)  # noqa: E731
    return "agreement.leave", act, whoever_may(P.AGREEMENT_EDIT, entry.institution_id)


def a_count_is_planned(dossier: Any, keeper: Institution, number: int) -> Beginning:
    asked = {"occasion": "YEARLY", "planned_for": timezone.localdate()}
    act = lambda by: stocktakes.plan(keeper, by=by, **asked)  # noqa: E731
    return "stocktake.open", act, whoever_may(P.STOCKTAKE_RUN, keeper)


def labels_are_read(dossier: Any, keeper: Institution, number: int) -> Beginning:
    """A slot of the institution, then the dossier; every third time a label that nobody knows."""
    count = pick(Stocktake.objects.filter(closed_at=None).order_by("-pk"), number // 8)
    if count is None:
        return a_count_is_planned(dossier, keeper, number)
    slot = pick(Slot.objects.filter(institution=count.institution_id).order_by("pk"), number)
    codes = [str(slot), dossier.barcode, *(["RD999999999"] if number % 3 == 0 else [])]
    first = 10 * next(_numbers)
    reads = [stocktakes.Read(first + turn, code) for turn, code in enumerate(codes)]
    act = lambda by: stocktakes.record_scans(count, by=by, device="phone", reads=reads)  # noqa: E731
    return "stocktake.scan", act, whoever_may(P.STOCKTAKE_RUN, count.institution_id)


def a_finding_is_resolved(dossier: Any, keeper: Institution, number: int) -> Beginning:
    count = pick(Stocktake.objects.filter(findings__resolution="").distinct().order_by("-pk"), number // 8)
    if count is None:
        return labels_are_read(dossier, keeper, number)
    finding = pick(count.findings.filter(resolution="").order_by("pk"), number)
    how = pick(choices_for(finding), number)[0]
    act = lambda by: stocktakes.resolve(finding, by=by, resolution=how, reason="盘点发现")  # noqa: E731
    return "finding.resolve", act, whoever_may(P.STOCKTAKE_RUN, count.institution_id)


def another_institution_asks(dossier: Any, keeper: Institution, number: int) -> Beginning:
    """It opens an intake, then issues the letter; whose request waits is answered, in one way or another."""
    asked = pick(DepartureRequest.objects.filter(closed_at=None).order_by("pk"), number // 8)
    if asked and number % 2:
        step = pick(["offer_transfer", "answer", "pass_on", "offer_transfer"], number // 2)
        take = lambda by: transfers.REQUEST_STEPS[step](asked, by=by, **given(asked, step))  # noqa: E731
        return f"departurerequest.{step}", take, whoever_may(P.TRANSFER_OFFER, asked.institution_id)
    applied = pick(Intake.objects.filter(state="APPLIED", moves_inside=True).order_by("pk"), number // 8)
    if applied:
        act = lambda by: intake.issue_letter(applied, by=by)  # noqa: E731
        return "intake.issue_letter", act, whoever_may(P.INTAKE_CALL, applied.institution_id)
    place = pick(Institution.objects.exclude(pk=keeper.pk).order_by("pk"), number)
    whose = {"name": dossier.person.name, "id_number": dossier.person.id_number}
    act = lambda by: intake.apply(place, by=by, reason="relocation", sender="不详", **whose)  # noqa: E731
    return "intake.open", act, whoever_may(P.INTAKE_REGISTER, place)


BEGINS = [
    another_institution_asks,
    a_member_brings_a_letter,
    a_member_leaves,
    somebody_moves_in,
    somebody_moves_out,
    a_page_is_lent,
    papers_are_delivered,
    papers_are_chased,
    papers_come_through_the_link,
    an_employer_entrusts,
    somebody_comes_onto_the_roster,
    custody_becomes_the_employers,
    somebody_leaves_the_employer,
    a_count_is_planned,
    labels_are_read,
    a_finding_is_resolved,
]
