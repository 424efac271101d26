"""The promises of the system (ARCHITECTURE.md), each a sentence that holds at any moment.

The random walk of ``tests/test_promises.py`` asks for all of them after every change.
"""

from collections import Counter, defaultdict
from functools import cache

from django.db import connection
from django.db.models import Count, Q

from rendang.circulation.accruals.models import AccrualItem, Chase
from rendang.circulation.agreements.models import Agreement, Entrusted
from rendang.circulation.household.models import HouseholdMember, HouseholdMove, PageLoan
from rendang.circulation.intake.models import Intake
from rendang.circulation.party.models import PartyMembership, PartyTransfer
from rendang.circulation.transfers.models import DepartureRequest, Transfer
from rendang.dossiers.models import Custody, Dossier, Material
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow.models import Case, kinds
from rendang.people.models import Person
from rendang.portal.queries import where_is
from rendang.services.certificates.models import Certificate
from rendang.services.certificates.queries import status_of
from rendang.storage.models import Placement, Retrieval, Slot
from rendang.storage.queries import in_stock
from rendang.storage.stocktakes.models import Finding, Scan, Stocktake

NAME = "王小明"
HELD = Custody.Status.HELD


def holders() -> dict[int, int | None]:
    held = dict(Custody.objects.filter(status=HELD).values_list("dossier_id", "institution_id"))
    return {pk: held.get(pk) for pk in Dossier.objects.values_list("pk", flat=True)}


@cache
def _everything() -> str:
    """One line for each table of the business: every column of every row, in a word."""
    models = [Case, *kinds().values(), Custody, Placement, Retrieval, Person, Material, PartyMembership]
    models += [HouseholdMember, AccrualItem, Entrusted, Finding, Scan]
    tables = [model._meta.db_table for model in models]
    rows = "SELECT '{0}', md5(string_agg(one::text, '' ORDER BY one::text)) FROM {0} one"
    counted = "SELECT '{0}', count(*)::text FROM {0}"
    made = [model._meta.db_table for model in (AuditEvent, StoredFile)]
    return " UNION ALL ".join([*map(rows.format, tables), *map(counted.format, made)])


def all_there_is() -> list:
    """Whatever a refusal must not have touched."""
    with connection.cursor() as cursor:
        cursor.execute(_everything())
        return sorted(cursor.fetchall())


def one_dossier_one_keeper():
    people = Dossier.objects.values_list("person", flat=True)
    assert len(people) == len(set(people))
    keeping = Custody.objects.filter(status=HELD).values_list("dossier", flat=True)
    assert len(keeping) == len(set(keeping))


def a_dossier_in_custody_is_in_exactly_one_place():
    current = Count("placements", filter=Q(placements__until=None), distinct=True)
    kept = Count("custodies", filter=~Q(custodies__status="CLAIMED"), distinct=True)
    for dossier in Dossier.objects.annotate(current=current, kept=kept):
        assert dossier.current == (1 if dossier.kept else 0)


def slots_count_what_lies_in_them():
    for slot in Slot.objects.annotate(lying=Count("placements", filter=Q(placements__until=None))):
        assert slot.occupied == slot.lying <= slot.capacity


def cases_are_numbered_once_and_in_a_state_that_exists():
    cases = list(Case.objects.all())
    assert len({case.number for case in cases}) == len(cases)
    for case in cases:
        kind = kinds()[case.kind]
        assert case.state in kind.State.values
        assert (case.closed_at is not None) == (case.state in kind.CLOSED)


def every_custody_place_and_case_has_its_event():
    made = Counter(event.verb for event in AuditEvent.objects.all())
    assert made["custody.take"] + made["custody.claim"] == Custody.objects.count()
    placed = sum(number for verb, number in made.items() if verb.startswith("placement."))
    assert placed == Placement.objects.count()
    assert sum(made[f"{kind}.open"] for kind in kinds()) == Case.objects.count()


def what_two_must_do_two_have_done():
    for case in kinds()["intake"].objects.exclude(second_opener=None):
        assert case.first_opener_id != case.second_opener_id
    done = defaultdict(list)
    for verb, subject, actor in AuditEvent.objects.order_by("pk").values_list("verb", "subject_id", "actor_id"):
        done[subject].append((verb, actor))
    for packed, sent in (
        ("intake.review", "intake.accept"),
        ("transfer.pack", "transfer.dispatch"),
        ("departure.check", "departure.seal"),
        ("loan.open", "loan.approve"),
        ("loan.endorse", "loan.approve_finally"),
        ("loan.report_discrepancy", "loan.settle"),
        ("loan.report_lost", "loan.order_reconstruction"),
        ("partytransfer.open", "partytransfer.approve"),
        ("householdmove.open", "householdmove.approve"),
        ("agreement.open", "agreement.put_in_force"),
        ("stocktake.conclude", "stocktake.sign"),
    ):
        for events in done.values():
            last = None
            for verb, actor in events:
                last = actor if verb == packed else last
                assert verb != sent or actor != last


def what_is_lent_is_with_the_borrower_counted_signed_for_and_due():
    places = {"LENT": "BORROWER", "READING": "READING_ROOM"}
    out = kinds()["loan"].objects.filter(state__in=places)
    for loan in out:
        place = Placement.objects.get(dossier=loan.dossier_id, until=None)
        assert (place.kind, place.case_id) == (places[loan.state], loan.pk)
        assert loan.due_back
        assert loan.due_date or loan.paused_at
    in_hand = Placement.objects.filter(until=None, kind__in=places.values())
    assert {place.case_id for place in in_hand} == {loan.pk for loan in out}
    for loan in kinds()["loan"].objects.exclude(handed_over_at=None):
        assert loan.slip_file_id
        assert loan.signed_by.loan_id == loan.pk
        assert loan.state in {*places, "SEARCHED", "REBUILDING"} or loan.pages_back is not None
        assert loan.pages_back in {None, loan.pages_out} or loan.discrepancy_file_id or loan.loss_report_file_id


def the_public_is_told_what_the_record_says():
    for person in Person.objects.select_related("dossier"):
        told, dossier = where_is(NAME, person.id_number), getattr(person, "dossier", None)
        assert told.institution_id == (holders()[dossier.pk] if dossier else None)
        assert told.in_stock == bool(dossier and in_stock(dossier))
    for paper in Certificate.objects.filter(issued_at__isnull=False).select_related("custody"):
        assert (status_of(paper) == "DOSSIER_LEFT") <= (paper.custody.status != HELD)
        assert (status_of(paper) == "VALID") <= (paper.custody.status == HELD)


def every_time_limit_is_accounted_for():
    """Who must do something until a day is told by which rule."""
    for case in Case.objects.open():
        assert bool(case.due_date) <= bool(case.due_basis), case


def every_hand_over_is_evidenced():
    """With a list and a signed notice, or with the receipt of the institution outside the city."""
    for transfer in kinds()["transfer"].objects.filter(state="RECEIVED"):
        assert transfer.notice_file_id
        assert transfer.receipt_file_id
    for departure in kinds()["departure"].objects.filter(state__in=["CONFIRMED", "HANDED_OVER"]):
        assert departure.receipt_file_id


def a_party_relation_comes_with_its_letter_and_leaves_with_its_slip():
    done = PartyTransfer.objects.filter(state__in=["APPROVED", "COMPLETED"])
    for relation in PartyMembership.objects.all():
        assert done.filter(membership=relation, direction="IN").exclude(letter_number="").count() == 1
        left = done.filter(membership=relation, direction="OUT", state="COMPLETED", slip_date__isnull=False)
        assert left.count() == (1 if relation.until else 0)
        assert relation.branch.institution_id == relation.institution_id
    for letter in done.filter(direction="OUT"):
        assert letter.letter_file_id


def a_party_relation_never_stays_behind_its_dossier():
    """It leaves first (domain.md §1.7); only a conflict of two claims may find them apart."""
    settled = set(AuditEvent.objects.filter(verb="custodyconflict.move").values_list("person_id", flat=True))
    for relation in PartyMembership.objects.filter(until=None).exclude(person__in=settled):
        keeper = Custody.objects.filter(dossier__person=relation.person_id, status=HELD).first()
        assert keeper
        assert keeper.institution_id == relation.institution_id


def the_household_book_says_what_the_police_registered():
    done = HouseholdMove.objects.filter(state="REGISTERED").exclude(permit_number="")
    for member in HouseholdMember.objects.all():
        assert done.filter(member=member, direction="IN", registered_on=member.since).count() == 1
        left = done.filter(member=member, direction="OUT", registered_on=member.until)
        assert left.count() == (1 if member.until else 0)
    out = PageLoan.objects.filter(state="LENT")
    assert not out.exclude(member__until=None).exists(), "a page is lent whose member has left"
    assert all(loan.due_date for loan in out)


def every_paper_delivered_is_decided_and_filed_where_it_belongs():
    for paper in AccrualItem.objects.select_related("accrual", "material"):
        assert bool(paper.outcome) == (paper.accrual.state != "REGISTERED")
        assert paper.accrual.closed_at is None or paper.outcome in {"FILED", "REFUSED"}
        if paper.material:
            assert paper.material.dossier_id == paper.dossier_id
        if paper.outcome == "REFUSED":
            assert paper.accrual.slip_file_id


def a_link_takes_papers_only_while_its_letter_waits():
    for letter in Chase.objects.all():
        assert (letter.token_digest is not None) == (letter.state == "SENT")


def an_employers_custody_is_founded_on_its_agreement():
    alive = Agreement.objects.filter(state__in=["DRAFTED", "IN_FORCE"]).values_list("institution", "employer")
    assert len(alive) == len(set(alive))
    over = Agreement.objects.filter(state="ENDED", employer__isnull=False)
    assert not Entrusted.objects.filter(agreement__in=over, left_on=None).exists()
    for custody in Custody.objects.filter(status=HELD, archive_type="unit"):
        assert (custody.institution_id, custody.employer_id) in alive


def a_stocktake_is_signed_by_two_when_nothing_is_left_to_resolve():
    for case in Stocktake.objects.filter(state__in=["CONCLUDED", "SIGNED"]):
        assert not case.findings.filter(resolution="").exists()
    for case in Stocktake.objects.filter(state="SIGNED"):
        assert case.report_id
        assert case.concluded_by_id != case.signed_by_id


def what_is_asked_inside_the_city_waits_on_both_sides_or_on_neither():
    """An open request has the intake that asks; an intake that waits has its request, or the transfer it led to."""
    waiting = Intake.objects.filter(state="CALLED", moves_inside=True)
    waiting = {one.letter_number: (one.person_id, one.institution_id) for one in waiting}
    requests = DepartureRequest.objects.filter(sent_by="CITY", state="RECEIVED")
    asked = {one.letter_number: (one.person_id, one.letter_of_id) for one in requests}
    moving = Transfer.objects.open().values_list("letter_number", "person", "counterpart")
    coming = {letter: (person, whom) for letter, person, whom in moving if letter}
    assert asked.items() <= waiting.items()
    assert waiting.items() <= {**asked, **coming}.items()


PROMISES = [
    what_is_asked_inside_the_city_waits_on_both_sides_or_on_neither,
    one_dossier_one_keeper,
    a_dossier_in_custody_is_in_exactly_one_place,
    slots_count_what_lies_in_them,
    cases_are_numbered_once_and_in_a_state_that_exists,
    every_custody_place_and_case_has_its_event,
    what_two_must_do_two_have_done,
    what_is_lent_is_with_the_borrower_counted_signed_for_and_due,
    the_public_is_told_what_the_record_says,
    every_time_limit_is_accounted_for,
    every_hand_over_is_evidenced,
    a_party_relation_comes_with_its_letter_and_leaves_with_its_slip,
    a_party_relation_never_stays_behind_its_dossier,
    the_household_book_says_what_the_police_registered,
    every_paper_delivered_is_decided_and_filed_where_it_belongs,
    a_link_takes_papers_only_while_its_letter_waits,
    an_employers_custody_is_founded_on_its_agreement,
    a_stocktake_is_signed_by_two_when_nothing_is_left_to_resolve,
]
