"""催要: a letter with a link that takes one upload and then no more (短缺材料催要通知单; domain.md §2.4).

The address of the link stands in the letter and, once, before whoever made it (``Chase.link``); the person needs none:
signed in with the real name, they send files under "my dossier". Only digests of tokens are kept.
"""

import secrets
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.accruals import papers
from rendang.circulation.accruals.actions.registering import register
from rendang.circulation.accruals.models import Accrual, Chase, Sending
from rendang.circulation.accruals.queries import digest
from rendang.dossiers.actions import left_behind, when_it_has_left, when_settled
from rendang.dossiers.actions.letting_go import Asked
from rendang.dossiers.models import Dossier, Undertaking, UndertakingItem
from rendang.dossiers.queries import custody_of
from rendang.dossiers.queries.classify import suggested_mark
from rendang.dossiers.queries.completeness import never_asked_for
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.audit import actions as audit
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import MIB, Kind
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.citations import basis_in_words
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.actions import follow_up_each, open_case
from rendang.kernel.workflow.models import Case, CaseQuerySet
from rendang.kernel.workflow.steps import step
from rendang.people import actions as people

State = Chase.State
LIMIT = "material_chase"


@transaction.atomic
def chase(
    dossier: Dossier,
    *,
    by: Any,
    addressee_kind: str,
    addressee: str,
    titles: Sequence[str],
    promise: Undertaking | None = None,
) -> Chase:
    """Write to the person, the employer or the school which papers are missing; print the letter with its link.

    Refused when the letter asks for nothing, or for what must not be asked of the person.
    """
    custody = custody_of(dossier)
    if custody is None:
        raise ValidationError(_("No institution holds this dossier, so nobody can ask for its papers."))
    if not can(by, Permission.ACCRUAL_REGISTER, at=custody.institution_id):
        raise PermissionDenied
    wanted = list(dict.fromkeys(" ".join(title.split()) for title in titles if title.strip()))
    for title in wanted:
        if never := never_asked_for(dossier.person, title):
            named = {"name": title, "basis": basis_in_words(never.basis)}
            raise ValidationError(_("%(name)s must not be asked of this person: %(basis)s.") % named)
    if addressee_kind != Chase.Addressee.PERSON and addressee.strip() == dossier.person.name:
        raise ValidationError({"addressee": _("This is the person. Name the employer or the school to write to.")})
    if promise is not None and promise.person_id != dossier.person_id:
        raise ValidationError(_("This undertaking is another person's."))
    letter = Chase(
        institution=custody.institution,
        person=dossier.person,
        dossier=dossier,
        state=State.SENT,
        addressee_kind=addressee_kind,
        addressee=addressee.strip(),
        titles=wanted,
        promise=promise,
    )
    _new_link(letter)
    open_case(letter, by=by, permission=None, deadline=LIMIT)
    _send(letter, 1, by)
    letter.save(update_fields=["letter_file"])
    return letter


@step(
    Chase,
    label=gettext_lazy("The papers have come"),
    sources=[State.SENT],
    target=State.ANSWERED,
    permission=Permission.ACCRUAL_REGISTER,
    deadline=None,
)
def answer(letter: Chase, *, by: Any, accrual: Accrual | None = None) -> None:
    """What was asked for has been handed in, at the window or through the link; the link is dead from now on."""
    letter.answer = accrual
    _spend(letter)


@step(
    Chase,
    label=gettext_lazy("Send again"),
    sources=[State.SENT],
    target=State.SENT,
    permission=Permission.ACCRUAL_REGISTER,
    deadline=LIMIT,
)
def send_again(letter: Chase, *, by: Any) -> None:
    """再次催要 — a new letter with a new link and a new limit; the former link is dead."""
    _spend(letter)
    _new_link(letter)
    last = letter.sendings.order_by("-number").first()
    _send(letter, last.number + 1 if last else 1, by)


@step(
    Chase,
    label=gettext_lazy("End without an answer"),
    sources=[State.SENT],
    target=State.ENDED,
    permission=Permission.ACCRUAL_REGISTER,
    deadline=None,
    way_out=True,
)
def end(letter: Chase, *, by: Any, reason: str) -> None:
    """No answer is expected any more; the link is dead."""
    _spend(letter)


@when_it_has_left
def let_go(custodies: Collection[int]) -> Asked:
    """Nobody is asked any more for papers of a dossier that has gone to another keeper."""
    ended = follow_up_each(partial(end, reason=Undertaking.HAS_LEFT), left_behind(Chase.objects.all(), custodies))
    asked = (letter for letter in ended if letter.addressee_kind == Chase.Addressee.PERSON and letter.person_id)
    return {(letter.person_id, letter.institution_id) for letter in asked}


@when_settled
def close_what_is_settled(undertaking: Undertaking) -> None:
    """A letter about an undertaking has its answer when its papers have come; none is awaited when they never will."""
    settled = dict(undertaking.items.exclude(outcome="").values_list("name", "outcome"))
    letters = Chase.objects.open().filter(promise=undertaking)
    if undertaking.is_open:
        letters = letters.filter(titles__contained_by=list(settled))

    def close(letter: Chase, *, by: Any) -> None:
        have_come = any(settled.get(title) == UndertakingItem.Outcome.SUPPLEMENTED for title in letter.titles)
        if have_come:
            answer(letter, by=by)
        else:
            end(letter, by=by, reason=Undertaking.IS_SETTLED)

    follow_up_each(close, letters)


@transaction.atomic
def receive_upload(token: str, uploads: Sequence[Any]) -> Accrual:
    """What somebody sends through the link of a letter: once, until its last day. Waits for the clerk as an accrual.

    An upload is a picture, not the paper: it is registered as digital, and what is filed is the original that follows.
    As many files and as large as the policies upload_files and upload_size say. Raises ``ValidationError`` for a link
    that is used, ended, too old or unknown, in one sentence for all of them.
    """
    letter = _awaited().filter(token_digest=digest(token)).first()
    if letter is None:
        raise ValidationError(_("This link is not valid, or no longer. Please ask the institution that wrote to you."))
    return _take_in(letter, uploads)


@transaction.atomic
def receive_from_person(letter: Chase, uploads: Sequence[Any], *, by: Any) -> Accrual:
    """What the person whom the letter is to sends under "my dossier", signed in with the real name: as by its link."""
    theirs = _awaited().filter(pk=letter.pk, addressee_kind=Chase.Addressee.PERSON, person__id_index=by.id_index)
    found = theirs.first() if by.is_citizen else None
    if found is None:
        raise ValidationError(_("Nothing is asked for by this letter any more. Please ask the institution."))
    accrual = _take_in(found, uploads)
    audit.record("chase.upload", found, by=by, detail={"files": [0, len(uploads)]})
    return accrual


def _awaited() -> CaseQuerySet:
    """Letters whose answer is still awaited, locked."""
    rows = Chase.objects.select_for_update(of=("self", "case_ptr")).select_related("institution")
    return rows.filter(state=State.SENT, link_until__gte=timezone.localdate(), dossier__isnull=False)


def _take_in(letter: Chase, uploads: Sequence[Any]) -> Accrual:
    """As an accrual that waits for the clerk; the letter is answered. Whoever sent it is not known to be anybody."""
    assert letter.dossier_id
    by = system_actor()
    _refuse_too_much(uploads, letter.institution)
    stored = [
        files.store(
            upload,
            name=f"催要答复-{letter.number}-{number}{PurePosixPath(getattr(upload, 'name', '')).suffix[:8]}",
            kind=Kind.ATTACHMENT,
            institution=letter.institution,
            by=by,
        )
        for number, upload in enumerate(uploads, start=1)
    ]
    rows_of = [
        (letter.dossier_id, {"title": title, "class_mark": suggested_mark(title), "form": "digital"})
        for title in letter.titles
    ]
    accrual = register(
        letter.institution,
        by=by,
        sender=letter.addressee,
        rows=rows_of,
        channel=Case.Channel.ONLINE,
        attachments=stored,
    )
    answer(letter, by=by, accrual=accrual)
    return accrual


def _refuse_too_much(uploads: Sequence[Any], institution: Any) -> None:
    most, largest = upload_limits(institution)
    if not uploads:
        raise ValidationError(_("Choose a file, or take a photograph."))
    if len(uploads) > most:
        raise ValidationError(
            _("%(count)d files at most. Put several papers into one PDF.") % {"count": most}, code="too_many"
        )
    for number, upload in enumerate(uploads, start=1):
        if upload.size > largest * MIB:
            raise ValidationError(
                _("File %(number)d is larger than %(size)d MB. Save it or photograph it at a lower resolution.")
                % {"number": number, "size": largest},
                code="too_large",
            )


def upload_limits(institution: Any) -> tuple[int, int]:
    """How many files a link takes, and how many megabytes each may have."""
    today = timezone.localdate()
    most = standards.policy("upload_files", on=today, institution=institution).value
    return int(most), int(standards.policy("upload_size", on=today, institution=institution).value)


def _spend(letter: Chase) -> None:
    """The link takes nothing any more; whoever has it is told what became of it."""
    letter.spent_digest, letter.token_digest = letter.token_digest, None


def _new_link(letter: Chase) -> None:
    """A token of 256 bits that only the letter knows; what is kept is its digest."""
    token = secrets.token_urlsafe(32)
    limit = standards.deadline(LIMIT, start=timezone.localdate(), institution=letter.institution)
    letter.token_digest, letter.link_until = digest(token), limit.due
    letter.link = f"{settings.PUBLIC_ADDRESS}/upload/{token}/"


def _send(letter: Chase, number: int, by: Any) -> None:
    """The letter is printed and stands in the register; the person, if it is to them, is told where to answer."""
    letter.letter_file = papers.chasing_letter(letter, letter.link, by=by)
    Sending.objects.create(
        letter=letter,
        number=number,
        sent_on=timezone.localdate(),
        sent_by=by,
        answer_by=letter.link_until,
        file=letter.letter_file,
    )
    if letter.addressee_kind == Chase.Addressee.PERSON:
        assert letter.person
        asked = {"names": letter.titles, "day": letter.link_until}
        said = say("chase.again", number=number, **asked) if number > 1 else say("chase.sent", **asked)
        people.tell(letter.person, said, institution=letter.institution, by=by, case=letter)


CHASE_STEPS = {"answer": answer, "send_again": send_again, "end": end}
