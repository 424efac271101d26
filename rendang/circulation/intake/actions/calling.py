"""The letter that calls for the dossier, and how that ends before a parcel has come.

If an institution of the city keeps it, the letter is brought before that one by ``dossiers.call_for``; also when it
turns up there after a letter has gone out on paper to somebody else.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.circulation.intake import papers
from rendang.circulation.intake.actions.applying import Check, kept_by
from rendang.circulation.intake.models import Intake, ReplacedLetter, kept_elsewhere
from rendang.circulation.intake.queries import held_elsewhere
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Custody
from rendang.kernel.access.permissions import Permission
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.actions import follow_up, next_in_series
from rendang.kernel.workflow.steps import step
from rendang.people import actions as people

State = Intake.State
WAITING = (State.APPLIED, State.CALLED, State.REFUSED)


@step(
    Intake,
    label=gettext_lazy("Issue the recall letter"),
    sources=[State.APPLIED],
    target=State.CALLED,
    permission=Permission.INTAKE_CALL,
    deadline="recall_wait",
)
def issue_letter(intake: Intake, *, by: Any) -> None:
    """调档函: numbered, dated, valid as long as the policy says; a keeper in the city has it in the same moment."""
    if intake.identity_check == Check.NONE:
        raise ValidationError(_("Nobody has shown who applies: a recall letter is issued to the person or an agent."))
    custody = held_elsewhere(intake)
    intake.moves_inside = custody is not None
    if custody:
        _called_inside(intake, custody)
    _write_letter(intake, by=by)
    if custody:
        _call(intake, custody, by=by)


def _called_inside(intake: Intake, custody: Custody) -> None:
    """Who keeps it may have changed since the application."""
    for field, value in kept_by(custody.institution).items():
        setattr(intake, field, value)


def _write_letter(intake: Intake, *, by: Any) -> None:
    """A later letter replaces the former one: who asks by its QR code whether that still holds learns that."""
    if intake.letter_number:
        assert intake.letter_date and intake.letter_valid_until and intake.letter_file
        ReplacedLetter.objects.create(
            intake=intake,
            number=intake.letter_number,
            issued_on=intake.letter_date,
            valid_until=intake.letter_valid_until,
            file=intake.letter_file,
        )
    today = timezone.localdate()
    (number,) = next_in_series("recall_letter", intake.institution, f"{today:%Y}")
    validity = standards.deadline("recall_letter_validity", start=today, institution=intake.institution)
    intake.letter_number = f"{intake.institution.code}调〔{today:%Y}〕{number:04d}号"
    intake.letter_date, intake.letter_valid_until = today, validity.due
    intake.letter_file = papers.recall_letter(intake, by=by)


def _call(intake: Intake, custody: Custody, *, by: Any, instead_of: str = "") -> None:
    """The keeper is asked and the person told; ``instead_of`` is the letter that the person may still carry."""
    assert intake.person and intake.letter_date and intake.letter_file
    call = dossiers.Call(
        custody=custody,
        institution=intake.institution,
        letter_number=intake.letter_number,
        letter_date=intake.letter_date,
        letter=intake.letter_file,
        why=standards.code_name("intake_reason", intake.reason),
    )
    dossiers.call_for(call, by=by)
    both = {"institution": intake.institution, "keeper": custody.institution}
    if instead_of:
        said = say("intake.called_inside_instead", **both, letter=instead_of)
    else:
        said = say("intake.called_inside", **both)
    people.tell(intake.person, said, institution=intake.institution, by=by, case=intake)


@step(
    Intake,
    label=gettext_lazy("Call for it inside the city"),
    sources=[State.CALLED],
    target=State.CALLED,
    permission=Permission.INTAKE_CALL,
    deadline="recall_wait",
    singly=True,
    only_for={"moves_inside": [False]},
    offered_if="is_kept_elsewhere",
    offered_where=kept_elsewhere,
)
def call_inside(intake: Intake, *, by: Any) -> None:
    """It waits for a parcel from elsewhere, and the dossier has turned up in the city: asked for there, in this case.

    A letter that went out on paper is replaced: it holds no longer.
    """
    custody = held_elsewhere(intake)
    if custody is None:
        raise ValidationError(_("No other institution of the city keeps this dossier. Wait for the parcel."))
    on_paper = intake.letter_number
    intake.moves_inside = True
    _called_inside(intake, custody)
    _write_letter(intake, by=by)
    _call(intake, custody, by=by, instead_of=on_paper)


@step(
    Intake,
    label=gettext_lazy("Ask the keeper again"),
    sources=[State.REFUSED],
    target=State.CALLED,
    permission=Permission.INTAKE_CALL,
    deadline="recall_wait",
    singly=True,
)
def ask_again(intake: Intake, *, by: Any) -> None:
    """What the keeper found lacking is put right: asked again, by a new letter where the former has run out."""
    custody = held_elsewhere(intake)
    if custody is None:
        raise ValidationError(_("No other institution of the city keeps this dossier any more. Withdraw the intake."))
    _called_inside(intake, custody)
    if intake.letter_has_run_out:
        _write_letter(intake, by=by)
    _call(intake, custody, by=by)


@step(
    Intake,
    label=gettext_lazy("It came by a transfer"),
    sources=WAITING,
    target=State.MOVED,
    permission=Permission.INTAKE_REGISTER,
    at="counterpart",  # an intake has none: nobody presses this, the system takes it when the transfer is received
    deadline=None,
    way_out=True,
    singly=True,
)
def close_as_transferred(intake: Intake, *, by: Any) -> None:
    """Another institution of the city has handed the dossier over: nothing is waited for any more."""
    held = Custody.objects.filter(institution=intake.institution_id, status=Custody.Status.HELD)
    custody = held.filter(dossier__person=intake.person_id).first()
    if custody is None:
        raise ValidationError(_("This institution does not keep the dossier: it has not come yet."))
    intake.dossier_id = custody.dossier_id


@step(
    Intake,
    label=gettext_lazy("Withdraw"),
    sources=WAITING,
    target=State.WITHDRAWN,
    permission=Permission.INTAKE_REGISTER,
    deadline=None,
    applicant_may=True,
    way_out=True,
)
def withdraw(intake: Intake, *, by: Any, reason: str) -> None:
    """The person no longer wants the dossier here, or the letter has run out; a keeper in the city is told."""
    if intake.moves_inside:
        dossiers.call_off(intake.letter_number)


@step(
    Intake,
    label=gettext_lazy("The keeper does not send it"),
    sources=[State.CALLED],
    target=State.REFUSED,
    permission=Permission.INTAKE_REGISTER,
    at="counterpart",  # as above: taken by the system when the keeper has answered
    deadline="recall_letter_issue",
    way_out=True,
    singly=True,
)
def note_refusal(intake: Intake, *, by: Any) -> None:
    """The keeper in the city has said no, or has taken back what was under way: somebody here must look at it."""


@dossiers.when_handed_over
def nothing_is_waited_for(custody: Custody) -> None:
    """The intakes that waited for this dossier end with its transfer. One that somebody works on is left to them."""
    waiting = Intake.objects.filter(
        institution=custody.institution_id, person=custody.dossier.person_id, state__in=WAITING
    )
    for intake in waiting.select_for_update(of=["self", "case_ptr"], skip_locked=True):
        follow_up(close_as_transferred, intake)


@dossiers.when_call_refused
def it_is_not_sent(letter_number: str) -> None:
    """The intake that waits for it is due at once."""
    waiting = Intake.objects.filter(letter_number=letter_number, state=State.CALLED, moves_inside=True)
    for intake in waiting.select_for_update(of=["self", "case_ptr"], skip_locked=True):
        follow_up(note_refusal, intake)
