"""催要: a letter with a link that takes one upload and then no more (短缺材料催要通知单; domain.md §2.4)."""

import secrets
from collections.abc import Sequence
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
from rendang.circulation.accruals.models import Accrual, Chase
from rendang.circulation.accruals.queries import digest
from rendang.dossiers.models import Dossier, Undertaking
from rendang.dossiers.queries import custody_of
from rendang.dossiers.queries.classify import suggested_mark
from rendang.dossiers.queries.completeness import never_asked_for
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import MIB, Kind
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.citations import basis_in_words
from rendang.kernel.workflow.actions import open_case
from rendang.kernel.workflow.models import Case
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
    token = _new_link(letter)
    open_case(letter, by=by, permission=None, deadline=LIMIT)
    letter.letter_file = papers.chasing_letter(letter, _address(token), by=by)
    letter.save(update_fields=["letter_file"])
    if addressee_kind == Chase.Addressee.PERSON:
        day = f"{letter.link_until:%Y年%-m月%-d日}"
        text = f"请补充档案材料：{'、'.join(wanted)[:300]}。请于{day}前送交，详见催要通知单。"
        people.tell(dossier.person, text, institution=custody.institution, by=by, case=letter)
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
    token = _new_link(letter)
    letter.letter_file = papers.chasing_letter(letter, _address(token), by=by)


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


@transaction.atomic
def receive_upload(token: str, uploads: Sequence[Any]) -> Accrual:
    """What somebody sends through the link of a letter: once, until its last day. Waits for the clerk as an accrual.

    An upload is a picture, not the paper: it is registered as digital, and what is filed is the original that follows.
    As many files and as large as the policies upload_files and upload_size say. Raises ``ValidationError`` for a link
    that is used, ended, too old or unknown, in one sentence for all of them.
    """
    rows = Chase.objects.select_for_update(of=("self", "case_ptr")).select_related("institution")
    letter = rows.filter(token_digest=digest(token), state=State.SENT, link_until__gte=timezone.localdate()).first()
    if letter is None or letter.dossier_id is None:
        raise ValidationError(_("This link is not valid, or no longer. Please ask the institution that wrote to you."))
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


def _new_link(letter: Chase) -> str:
    """A token of 256 bits that only the letter knows; what is kept is its digest."""
    token = secrets.token_urlsafe(32)
    limit = standards.deadline(LIMIT, start=timezone.localdate(), institution=letter.institution)
    letter.token_digest, letter.link_until = digest(token), limit.due
    return token


def _address(token: str) -> str:
    return f"{settings.PUBLIC_ADDRESS}/upload/{token}/"


CHASE_STEPS = {"answer": answer, "send_again": send_again, "end": end}
