"""告知承诺: the person is told once what is missing and promises it (人社部发〔2021〕112号; domain.md §1.9).

An item is settled one by one, by hand or by the paper itself when it is listed in the catalogue; with its last item an
undertaking ends of itself. Locks: person or case first, then the dossier.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rendang.dossiers import papers
from rendang.dossiers.models import Dossier, FollowUp, Material, Undertaking, UndertakingItem
from rendang.dossiers.queries import completeness
from rendang.kernel.access.models import Institution
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import can
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.audit import actions as audit
from rendang.kernel.core.jobs import job
from rendang.kernel.files import actions as files
from rendang.kernel.files.kinds import Kind
from rendang.kernel.standards import queries as standards
from rendang.kernel.standards.citations import basis_in_words
from rendang.kernel.standards.models import KeyMaterial
from rendang.kernel.standards.telling import say
from rendang.kernel.workflow.actions import open_case
from rendang.kernel.workflow.models import Case
from rendang.kernel.workflow.steps import step
from rendang.people import actions as people
from rendang.people.models import Person

State, Outcome = Undertaking.State, UndertakingItem.Outcome
FOLLOWERS: list[Callable[[Undertaking], None]] = []
OPEN = [State.TOLD, State.PROMISED]
PROMISE = "undertaking_promise"


def when_settled(follower: Callable[[Undertaking], None]) -> Callable[[Undertaking], None]:
    """Call ``follower(undertaking)`` soon after a paper of it, or all of it, has been settled.

    The module that declares it is imported by ``ready()`` of its app: a job asks it.
    """
    FOLLOWERS.append(follower)
    return follower


@job(name="dossiers.papers_settled", retry=5)
def papers_settled(*, undertaking: int) -> None:
    """In transactions of its own: other cases are locked here, which those who settle a paper do not wait for."""
    for follow in FOLLOWERS:
        follow(Undertaking.objects.get(pk=undertaking))


@transaction.atomic
def tell_once(
    person: Person,
    institution: Institution,
    *,
    by: Any,
    missing: Sequence[dict[str, str]],
    effects: str = "",
    promised_on: dt.date | None = None,
    dossier: Dossier | None = None,
    case: Case | None = None,
) -> Undertaking:
    """一次性告知 — name everything that is missing, and what that may mean, once; open the undertaking.

    ``missing``: for each paper the ``code`` of a key material, or its ``name``; and ``class_mark``, ``period``,
    ``issuer`` where they differ from the rule. Without a promised day it is the last one that the policy allows.
    ``case`` is the business in which it came to light. Refused while an undertaking of the person is open here.
    """
    if not can(by, Permission.UNDERTAKING_EDIT, at=institution):
        raise PermissionDenied
    Person.objects.select_for_update().get(pk=person.pk)
    if not Person.objects.at([institution.pk]).filter(pk=person.pk).exists():
        raise ValidationError(_("This institution neither holds the dossier nor has an open case of this person."))
    told = Undertaking.objects.open().filter(person=person, institution=institution).first()
    if told is not None:
        raise ValidationError(
            _(
                "The person has been told already, on %(day)s (%(number)s), and is told only once."
                " Note what else there is as a follow-up there."
            )
            % {"day": f"{timezone.localdate(told.opened_at):%Y-%m-%d}", "number": told.number}
        )
    items = _items(person, missing)
    due, basis = _promised_day(promised_on, institution)
    undertaking = Undertaking(
        institution=institution,
        person=person,
        dossier=dossier or Dossier.objects.filter(person=person).first(),
        state=State.TOLD,
        effects=effects.strip() or _effects(items),
        origin=case,
        promised_on=due,
        due_date=due,
        due_basis=basis,
    )
    open_case(undertaking, by=by, permission=None)
    for item in items:
        item.undertaking = undertaking
    UndertakingItem.objects.bulk_create(items)
    undertaking.notice_file = papers.undertaking_pdf(undertaking, items, by=by)
    undertaking.save(update_fields=["notice_file"])
    said = say("undertaking.told", count=len(items), names=[item.name for item in items], day=due)
    people.tell(person, said, institution=institution, by=by, case=undertaking)
    return undertaking


def _items(person: Person, missing: Sequence[dict[str, str]]) -> list[UndertakingItem]:
    rules = {rule.code: rule for rule in standards.key_materials() if rule.level == KeyMaterial.Level.KEY}
    items: list[UndertakingItem] = []
    refused: list[str] = []
    for row in missing:
        rule = rules.get(row.get("code", ""))
        if row.get("code") and rule is None:
            refused.append(_("There is no key material “%(code)s”.") % {"code": row["code"]})
            continue
        item = UndertakingItem(
            code=rule.code if rule else "",
            name=" ".join((row.get("name") or (rule.name if rule else "")).split()),
            class_mark=row.get("class_mark") or (rule.class_marks[0] if rule else ""),
            period=row.get("period") or (rule.period if rule else ""),
            issuer=row.get("issuer") or (rule.issuer if rule else ""),
            effects="、".join(rule.effects) if rule else "",
        )
        if not item.name:
            refused.append(_("Name every paper that is missing."))
        elif never := completeness.never_asked_for(person, item.name):
            refused.append(
                _("%(name)s must not be asked of this person: %(basis)s.")
                % {"name": item.name, "basis": basis_in_words(never.basis)}
            )
        elif item.name in {one.name for one in items}:
            refused.append(_("%(name)s is named twice.") % {"name": item.name})
        else:
            item.clean_fields(exclude=["undertaking"])
            items.append(item)
    if refused:
        raise ValidationError(refused)
    if not items:
        raise ValidationError(_("Name at least one paper that is missing."))
    return items


def _effects(items: Iterable[UndertakingItem]) -> str:
    effects = dict.fromkeys(effect for item in items for effect in item.effects.split("、") if effect)
    return "、".join(effects) or "可能影响今后依据档案办理的有关业务"


def _promised_day(promised_on: dt.date | None, institution: Institution) -> tuple[dt.date, str]:
    today = timezone.localdate()
    limit = standards.deadline(PROMISE, start=today, institution=institution)
    if promised_on is not None and promised_on < today:
        raise ValidationError({"promised_on": _("The promised day lies in the past.")})
    if promised_on is not None and promised_on > limit.due:
        last = {"day": f"{limit.due:%Y-%m-%d}", "basis": basis_in_words(limit.policy.basis)}
        raise ValidationError({"promised_on": _("A promise may run until %(day)s at most (%(basis)s).") % last})
    return promised_on or limit.due, limit.policy.basis[:200]


@step(
    Undertaking,
    label=gettext_lazy("Confirm the promise"),
    sources=[State.TOLD],
    target=State.PROMISED,
    permission=Permission.UNDERTAKING_EDIT,
    applicant_may=True,
)
def confirm(undertaking: Undertaking, *, by: Any, signed: Any = None, statement: str = "") -> None:
    """承诺 — signed by hand at the window and scanned; or by the person, signed in with the real name."""
    if getattr(by, "is_citizen", False):
        undertaking.channel = Case.Channel.ONLINE
    elif signed is None:
        raise ValidationError({"signed": _("Choose the scan of the promise that the person has signed by hand.")})
    else:
        ending = PurePosixPath(getattr(signed, "name", "")).suffix[:8] or ".pdf"
        undertaking.signed_file = files.store(
            signed,
            name=f"承诺书已签-{undertaking.number}{ending}",
            kind=Kind.SCAN,
            institution=undertaking.institution,
            by=by,
        )
    undertaking.statement = statement.strip()
    undertaking.promised_at = timezone.now()


@transaction.atomic
def confirm_online(undertaking: Undertaking, *, by: Any, statement: str = "") -> Undertaking:
    """The person confirms the own undertaking, signed in with the real name (portal)."""
    found = Undertaking.objects.select_related("person").filter(pk=undertaking.pk).first()
    mine = found is not None and found.person is not None and by.is_citizen and by.id_index is not None
    if not mine or bytes(by.id_index) != bytes(found.person.id_index):  # type: ignore[union-attr]
        raise PermissionDenied
    Case.objects.filter(pk=undertaking.pk, applicant=None).update(applicant=by)
    return confirm(undertaking, by=by, statement=statement)


@step(
    Undertaking,
    label=gettext_lazy("Note a follow-up"),
    sources=[State.PROMISED],
    target=State.PROMISED,
    permission=Permission.UNDERTAKING_EDIT,
)
def follow_up(
    undertaking: Undertaking, *, by: Any, done_on: dt.date, note: str, promised_on: dt.date | None = None
) -> None:
    """跟踪 — what was done and when: telephoned, written, offered help; perhaps another day was agreed."""
    if done_on > timezone.localdate():
        raise ValidationError({"done_on": _("The day lies in the future.")})
    if promised_on is not None:
        undertaking.promised_on, undertaking.due_basis = _promised_day(promised_on, undertaking.institution)
        undertaking.due_date = undertaking.promised_on
    FollowUp.objects.create(undertaking=undertaking, done_on=done_on, note=note.strip(), by=by)


@step(
    Undertaking,
    label=gettext_lazy("All papers have come"),
    sources=OPEN,
    target=State.SUPPLEMENTED,
    permission=Permission.UNDERTAKING_EDIT,
    deadline=None,
)
def supplement(undertaking: Undertaking, *, by: Any) -> None:
    """Everything promised lies in the dossier; happens of itself when the last paper is listed in the catalogue."""
    if undertaking.items.exclude(outcome__in=["", Outcome.SUPPLEMENTED]).exists():
        raise ValidationError(_("Not every paper has come: end the undertaking instead."))
    undertaking.items.filter(outcome="").update(
        outcome=Outcome.SUPPLEMENTED, settled_on=timezone.localdate(), settled_by=by
    )
    papers_settled.defer(undertaking=undertaking.pk)


@step(
    Undertaking,
    label=gettext_lazy("End without all papers"),
    sources=OPEN,
    target=State.ENDED,
    permission=Permission.UNDERTAKING_EDIT,
    deadline=None,
    way_out=True,
)
def end(undertaking: Undertaking, *, by: Any, outcome: str, reason: str) -> None:
    """What is still missing cannot be obtained, or is waived: with the reason, which stays on record."""
    if outcome not in (Outcome.CANNOT_BE_OBTAINED, Outcome.WAIVED):
        raise ValidationError({"outcome": _("Say whether the papers cannot be obtained or are waived.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the papers will not come.")})
    undertaking.items.filter(outcome="").update(
        outcome=outcome, reason=reason.strip(), settled_on=timezone.localdate(), settled_by=by
    )
    papers_settled.defer(undertaking=undertaking.pk)


def let_go(undertaking: Undertaking, *, by: Any) -> None:
    """The dossier has gone to another keeper: what is still missing is waived here. The caller has locked the case."""
    awaited = [(item, None) for item in undertaking.items.filter(outcome="")]
    _settle(undertaking, awaited, Outcome.WAIVED, Undertaking.HAS_LEFT, by=by)


@transaction.atomic
def settle_item(
    item: UndertakingItem, *, by: Any, outcome: str, reason: str = "", material: Material | None = None
) -> Undertaking:
    """One paper has come, cannot be obtained, or is waived. With the last one the undertaking ends."""
    undertaking = Undertaking.objects.select_for_update(of=("self", "case_ptr")).get(pk=item.undertaking_id)
    if not can(by, Permission.UNDERTAKING_EDIT, at=undertaking.institution_id):
        raise PermissionDenied
    if outcome not in Outcome.values:
        raise ValidationError({"outcome": _("Say what became of the paper.")})
    if outcome != Outcome.SUPPLEMENTED and not reason.strip():
        raise ValidationError({"reason": _("Say why the paper will not come.")})
    found = undertaking.items.filter(pk=item.pk, outcome="").first()
    if found is None or not undertaking.is_open:
        raise ValidationError(_("This paper has been settled already."))
    _settle(undertaking, [(found, material)], outcome, reason.strip(), by=by)
    return Undertaking.objects.get(pk=undertaking.pk)


def open_undertakings(people_ids: Collection[int]) -> list[Undertaking]:
    """The open undertakings of people, locked; taken before the dossiers whose papers may settle them."""
    rows = Undertaking.objects.select_for_update(of=("self", "case_ptr")).open().filter(person__in=people_ids)
    return list(rows.prefetch_related("items").order_by("pk"))


def settle_by_papers(undertakings: Iterable[Undertaking], materials: Collection[Material], *, by: Any) -> int:
    """Papers that have been listed settle the items that asked for them; returns how many. The caller has locked."""
    count = 0
    for undertaking in undertakings:
        mine = [paper for paper in materials if paper.dossier.person_id == undertaking.person_id]
        fitting = ((item, _paper_for(item, mine)) for item in undertaking.items.all() if not item.outcome)
        if come := [(item, paper) for item, paper in fitting if paper is not None]:
            _settle(undertaking, come, Outcome.SUPPLEMENTED, "", by=by)
            count += len(come)
    return count


def _paper_for(item: UndertakingItem, materials: Iterable[Material]) -> Material | None:
    return next((paper for paper in materials if completeness.fits(item, paper.class_mark, paper.title)), None)


def _settle(
    undertaking: Undertaking,
    items: Sequence[tuple[UndertakingItem, Material | None]],
    outcome: str,
    reason: str,
    *,
    by: Any,
) -> None:
    for item, material in items:
        item.outcome, item.reason, item.material = outcome, reason, material
        item.settled_on, item.settled_by = timezone.localdate(), by
    rows = [item for item, _material in items]
    UndertakingItem.objects.bulk_update(rows, ["outcome", "reason", "material", "settled_on", "settled_by"])
    settled = {"items": [[], [[item.name, item.outcome] for item in rows]]}
    audit.record("undertaking.settle", undertaking, by=by, reason=reason, detail=settled)
    outcomes = set(undertaking.items.order_by().values_list("outcome", flat=True))
    if "" in outcomes:
        papers_settled.defer(undertaking=undertaking.pk)
        return
    # Whoever lists a paper need not have the right to end undertakings: then the system does.
    closer = by if can(by, Permission.UNDERTAKING_EDIT, at=undertaking.institution_id) else system_actor()
    if outcomes == {Outcome.SUPPLEMENTED}:
        supplement(undertaking, by=closer)
    else:
        why = reason or next((item.reason for item in undertaking.items.exclude(reason="")), "")
        end(undertaking, by=closer, outcome=outcome if outcome != Outcome.SUPPLEMENTED else Outcome.WAIVED, reason=why)


UNDERTAKING_STEPS = {"confirm": confirm, "follow_up": follow_up, "supplement": supplement, "end": end}
