"""What an institution has asked for ends when it no longer keeps the dossier: it could not put it in any more.

The keeper after it looks for itself what is missing, and tells the person anew.
"""

from collections.abc import Callable, Collection

from django.db.models import Exists, OuterRef

from rendang.dossiers.actions.undertakings import let_go as let_go_of_promise
from rendang.dossiers.models import Custody, Undertaking
from rendang.kernel.access.models import Institution
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.core.jobs import job
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.actions import follow_up_each
from rendang.kernel.workflow.models import CaseQuerySet
from rendang.people import actions as people
from rendang.people.models import Person

Status = Custody.Status
# Persons and institutions, as pairs of ids, whose request has ended.
Asked = set[tuple[int, int]]
ENDERS: list[Callable[[Collection[int]], Asked]] = []


def when_it_has_left(end: Callable[[Collection[int]], Asked]) -> Callable[[Collection[int]], Asked]:
    """Call ``end(custodies)`` soon after they have ended; it ends what was asked of the persons, and returns of whom.

    The module that declares it is imported by ``ready()`` of its app: a job asks it.
    """
    ENDERS.append(end)
    return end


@job(name="dossiers.let_go", retry=5)
def let_go(*, custodies: list[int]) -> None:
    """After the custodies have ended, in transactions of its own: a case is locked before its dossier, never after."""
    asked = set().union(*(end(custodies) for end in ENDERS))
    by = system_actor()
    for person, institution in sorted(asked):
        there = Institution.objects.get(pk=institution)
        said = say("undertaking.let_go", institution=there)
        people.tell(Person.objects.get(pk=person), said, institution=there, by=by)


def left_behind(cases: CaseQuerySet, custodies: Collection[int]) -> CaseQuerySet:
    """Those of the open cases whose institution kept the dossier by one of these custodies, and does no longer."""
    here = Custody.objects.filter(dossier=OuterRef("dossier"), institution=OuterRef("institution"))
    ended = here.filter(pk__in=custodies, status=Status.ENDED)
    return cases.open().filter(Exists(ended), ~Exists(here.filter(status=Status.HELD)))


@when_it_has_left
def promises(custodies: Collection[int]) -> Asked:
    """Who has promised papers is released from it."""
    told = Undertaking.objects.exclude(person=None)
    released = follow_up_each(let_go_of_promise, left_behind(told, custodies))
    return {(one.person_id, one.institution_id) for one in released}
