"""Dossiers read, lent out, waited for, overdue, lost and come back short; agencies with agreements; a bar."""

from collections.abc import Iterator

from django.utils import timezone

from rendang.circulation.loans import actions as loans
from rendang.circulation.loans.models import Agency, Loan
from rendang.circulation.loans.queries import pages_of
from rendang.demo.actions.catalogues import catalogue
from rendang.demo.actions.city import City
from rendang.demo.actions.timeline import Scene
from rendang.demo.actions.transfers import shelve_again
from rendang.demo.citizens import IN_STOCK
from rendang.demo.inhabitants import SEED, Registry
from rendang.dossiers.models import Dossier
from rendang.kernel.standards.queries import add_months
from rendang.people import actions as people_actions

State, Use = Loan.State, Loan.Use
_UNITS = ("海岱市虚构区委组织部", "虚构街道办事处", "海岱市某局人事科", "虚构大学人事处", "海岱市虚构公安分局政治处")
_REASONS = ("appointment", "vetting", "recruitment", "title", "case_investigation")
_SCOPES = ("学历学位材料", "履历和工作经历", "考核材料", "政审材料", "全部材料")


def scenes(city: City) -> Iterator[Scene]:
    """Where each loan stands today, and how many working days ago it began."""
    people = Registry(SEED + 7)
    yield from (_agencies(city), _bar(city), _kinship(city))
    cast = [
        (Use.LOAN, State.SEARCHED, 14), (Use.LOAN, State.FOUND, 22), (Use.LOAN, State.REBUILDING, 25),
        (Use.LOAN, State.REBUILT, 40),
        (Use.LOAN, State.APPLIED, 1), (Use.CONSULTATION, State.APPLIED, 0), (Use.LOAN, State.ENDORSED, 2),
        (Use.CONSULTATION, State.APPROVED, 1), (Use.LOAN, State.APPROVED, 3), (Use.LOAN, State.LENT, 4),
        (Use.LOAN, State.LENT, 12), (Use.LOAN, State.LENT, 18), (Use.CONSULTATION, State.READING, 1),
        (Use.DIGITAL, State.GRANTED, 1), (Use.DIGITAL, State.APPROVED, 1), (Use.DIGITAL, State.FINISHED, 15),
        (Use.DIGITAL, State.RECALLED, 16), (Use.LOAN, State.RETURNED, 20), (Use.CONSULTATION, State.RETURNED, 17),
        (Use.LOAN, State.DISCREPANT, 9), (Use.LOAN, State.SETTLED, 30), (Use.LOAN, State.REFUSED, 13),
        (Use.CONSULTATION, State.WITHDRAWN, 10),
    ]  # fmt: skip
    for round_ in range(city.scale):
        # First what takes several to tell: a small city has few dossiers.
        yield _waiting(city, people, 100 + 10 * round_)
        yield _not_collected(city, people, 300 + 10 * round_)
        for number, (use, state, days_ago) in enumerate(cast, start=len(cast) * round_):
            yield _loan(city, people, number, use, state, days_ago)
        yield _pension(city, people, 200 + 10 * round_)


def _agencies(city: City) -> Scene:
    yield 50
    today = timezone.localdate()
    for office in ("RCSC", "JYZX"):
        institution, approver = city.institutions[office], city.by("approver", office)
        common = {"by": approver, "valid_from": today.replace(day=1), "valid_to": add_months(today.replace(day=1), 24)}
        loans.add_agency(
            institution, name="海岱市社会保险事业中心（虚构）", kind="PENSION", agreement_number=f"{office}社档协01",
            reasons=["retirement", "insurance"], most_out=30,
            contacts="郑科长 0530-0000001\n吴干事 0530-0000002", **common,
        )  # fmt: skip
        loans.add_agency(
            institution, name="海岱市征兵办公室（虚构）", kind="VETTING", agreement_number=f"{office}征档协02",
            reasons=["vetting"], most_out=10, contacts="王参谋 0530-0000003", **common,
        )  # fmt: skip


def _bar(city: City) -> Scene:
    yield 21
    today = timezone.localdate()
    loans.bar(
        city.institutions["RCSC"], by=city.by("approver", "RCSC"), name="虚构信息咨询有限公司",
        reason="擅自拍摄档案内容。", until=add_months(today, 6),
    )  # fmt: skip


def _kinship(city: City) -> Scene:
    """A clerk has declared a relative whose dossier is kept here; in a dossier stands the family of the person."""
    yield 30
    clerk, relative, known = city.by("clerk", "RCSC"), city.dossier("RCSC"), city.dossier_of(IN_STOCK)
    if relative is None or known is None:
        return
    person = relative.person
    people_actions.declare_kinship(by=clerk, relation="collateral", name=person.name, id_number=person.id_number)
    people_actions.add_record(
        known.person, "familymember", by=clerk, name="林国强", relation="51", workplace="海岱虚构实业有限公司"
    )


def _apply(
    city: City, people: Registry, number: int, office: str, dossier: Dossier, use: str, **given: object
) -> Loan:
    pair = [people.newcomer(), people.newcomer()]
    usual: dict[str, object] = {
        "unit": f"{_UNITS[number % 5]}（第{number + 1}组）",  # who is late borrows nothing more
        "letter_number": f"介〔{timezone.localdate():%Y}〕{number + 101}号",
        "phone": f"0530-0001{number:03d}",
        "reason": _REASONS[number % 5],
        "scope": _SCOPES[number % 5],
        "borrowers": [
            {"name": one.name, "id_number": one.id_number, "post": post, "is_party_member": post == "科长"}
            for one, post in zip(pair, ("科长", "干事"), strict=True)
        ],
    }
    if use == Use.DIGITAL:
        usual |= {"days": 3, "class_marks": ["1", "4"], "may_print": number % 2 == 0}
    return loans.apply(dossier, by=city.by("clerk", office), use=use, **usual | given)  # type: ignore[arg-type]


def _hand_over(city: City, office: str, case: Loan, pages: int) -> Loan:
    """Counted as the catalogue has it, or, where there is none, as given."""
    assert case.dossier
    expected = pages_of(case.dossier)
    keeper = city.by("keeper", office)
    step = loans.lend if case.use == Use.LOAN else loans.lay_out
    counted = pages if expected is None else expected
    return step(case, by=keeper, pages=counted, signed_by=case.borrowers.order_by("pk").first())


def _loan(city: City, people: Registry, number: int, use: str, state: str, days_ago: int) -> Scene:
    """One loan or consultation from its application to ``state``."""
    office = city.office_known(("RCSC", "RCSC", "JYZX", "WQZX"), days_ago)
    dossier = city.dossier(office)
    if dossier is None:  # a small city has few dossiers; the largest office has some left
        office, dossier = "RCSC", city.dossier("RCSC")
    if dossier is None:
        return
    keeper, pages = city.by("keeper", office), 40 + number
    if use == Use.DIGITAL:
        yield days_ago + 1
        catalogue(city, office, dossier)
    yield days_ago
    case = _apply(city, people, number, office, dossier, use)
    if use == Use.DIGITAL:
        papers = list(dossier.materials.filter(removed_at=None).order_by("pk").values_list("pk", flat=True)[:2])
        case = loans.name_papers(case, by=city.by("approver", office), materials=papers)
    if state == State.APPLIED:
        return
    if state == State.REFUSED:
        yield days_ago - 1
        loans.refuse(case, by=city.by("approver", office), reason="介绍信未写明查阅内容，请补正后重新申请。")
        return
    if case.needs_head:
        yield max(days_ago - 1, 0)
        case = loans.endorse(case, by=city.by("approver", office))
        if state == State.ENDORSED:
            return
        yield max(days_ago - 1, 0)
        case = loans.approve_finally(case, by=city.by("head", office))
    elif state != State.ENDORSED:
        yield max(days_ago - 1, 0)
        case = loans.approve(case, by=city.by("approver", office))
    if state in {State.APPROVED, State.ENDORSED}:
        return
    if state == State.WITHDRAWN:
        yield days_ago - 2
        loans.withdraw(case, by=city.by("clerk", office), reason="单位已改为函询，不再查阅。")
        return
    yield max(days_ago - 2, 0)
    if use == Use.DIGITAL:
        case = loans.grant(case, by=keeper)
        if state == State.FINISHED:
            yield days_ago - 3
            loans.finish(case, by=keeper)
        elif state == State.RECALLED:
            yield days_ago - 3
            loans.recall(case, by=city.by("approver", office), reason="查阅人与介绍信不符。")
        return
    case = _hand_over(city, office, case, pages)
    pages = case.pages_out or 0
    if state == State.LENT and days_ago < 5:  # not overdue yet
        yield 0
        _ask_longer(city, office, case)
        return
    if state in {State.LENT, State.READING}:
        for day in range(days_ago - 8, 0, -5):
            yield day
            if case.due_back and case.due_back < timezone.localdate():
                loans.issue_overdue_notice(case, by=keeper)
        return
    yield max(days_ago - 2 if use == Use.CONSULTATION else days_ago - 6, 0)
    if state in {State.SEARCHED, State.FOUND, State.REBUILDING, State.REBUILT}:
        yield from _lose(city, office, case, state, days_ago)
        return
    if state == State.RETURNED:
        case = loans.receive_back(case, by=keeper, pages=pages)
        yield max(days_ago - 7, 0)
        shelve_again(dossier, keeper, case.institution)
        return
    missing = "四类材料缺1页（1998年度考核登记表第2页），借阅单位正在查找。"
    case = loans.report_discrepancy(case, by=keeper, pages=pages - 1, discrepancy=missing)
    if state == State.SETTLED:
        yield days_ago - 10
        case = loans.settle(case, by=city.by("approver", office), finding="借阅单位送回缺页，已逐页核对归卷。")
        yield days_ago - 10
        shelve_again(dossier, keeper, case.institution)


def _lose(city: City, office: str, case: Loan, state: str, days_ago: int) -> Scene:
    """The borrower has lost it: looked for, answered for, then found again or reconstructed."""
    keeper, dossier = city.by("keeper", office), case.dossier
    pages = case.pages_out or 0
    assert dossier
    case = loans.report_lost(case, by=keeper, done="已电话询问借阅人，借阅单位正在全面查找。")
    yield days_ago - 8
    case = loans.note_search(case, by=keeper, done="派人到借阅单位查找，未见；借阅单位请当事人书面说明。")
    if state == State.SEARCHED:
        return
    yield days_ago - 10
    if state != State.FOUND:
        said = "办公室搬迁时遗失，已内部通报批评。"
        case = loans.take_statement(case, by=keeper, statement=said, answerable="档案管理员孙某")
        yield days_ago - 12
        decision = "按目录向原单位、学校补建；报主管部门备案。"
        case = loans.order_reconstruction(case, by=city.by("head", office), decision=decision)
        if state == State.REBUILDING:
            return
        yield days_ago - 30
        case = loans.finish_reconstruction(case, by=keeper, pages=pages - 9, done="已补齐主要材料。")
    else:
        case = loans.find(case, by=keeper, pages=pages, done="在借阅单位档案柜内找到，逐页清点无误。")
    yield days_ago - 31 if state == State.REBUILT else days_ago - 11
    shelve_again(dossier, keeper, case.institution)


def _waiting(city: City, people: Registry, number: int) -> Scene:
    """One reads it, a second waits, a third has been called: the first is back since yesterday."""
    office = "RCSC"
    lent, called = city.dossier(office), city.dossier(office)
    for dossier, comes_back in ((lent, False), (called, True)):
        if dossier is None:
            return
        yield 5
        first = _apply(city, people, number, office, dossier, Use.CONSULTATION, reason="vetting")
        number += 1
        yield 5
        first = loans.approve(first, by=city.by("approver", office))
        yield 4
        first = _hand_over(city, office, first, 51)
        yield 4
        second = _apply(city, people, number, office, dossier, Use.CONSULTATION, reason="title")
        number += 1
        yield 3
        second = loans.approve(second, by=city.by("approver", office))
        if comes_back:
            yield 2
            third = _apply(city, people, number, office, dossier, Use.CONSULTATION, reason="vetting")
            number += 1
            yield 2
            loans.approve(third, by=city.by("approver", office))
            yield 1
            loans.receive_back(first, by=city.by("keeper", office), pages=first.pages_out or 0)
            yield 0
            second.refresh_from_db()
            loans.tell_unit(second, by=city.by("clerk", office), how="TELEPHONE", whom="赵干事")


def _not_collected(city: City, people: Registry, number: int) -> Scene:
    """Its turn has come, its unit was told and did not come in time."""
    office = "RCSC"
    dossier = city.dossier(office)
    if dossier is None:
        return
    keeper, approver, clerk = (city.by(role, office) for role in ("keeper", "approver", "clerk"))
    yield 15
    first = loans.approve(
        _apply(city, people, number, office, dossier, Use.CONSULTATION, reason="vetting"), by=approver
    )
    first = _hand_over(city, office, first, 37)
    second = _apply(city, people, number + 1, office, dossier, Use.CONSULTATION, reason="title")
    second = loans.approve(second, by=approver)
    yield 14
    loans.receive_back(first, by=keeper, pages=first.pages_out or 0)
    second.refresh_from_db()
    second = loans.tell_unit(second, by=clerk, how="LETTER", whom="钱干事")
    yield 8
    loans.lapse(second, by=clerk)
    yield 7
    shelve_again(dossier, keeper, second.institution)


def _pension(city: City, people: Registry, number: int) -> Scene:
    """The pension agency borrows under its agreement, and asks to renew: granted, refused."""
    office = "RCSC"
    for offset in range(2):
        dossier = city.dossier(office)
        if dossier is None:
            return
        yield 6 - offset
        agency = Agency.objects.get(institution=city.institutions[office], kind="PENSION")
        case = _apply(
            city, people, number, office, dossier, Use.LOAN, agency=agency, unit="", letter_number="",
            reason="retirement", scope="退休审批所需全部材料",
        )  # fmt: skip
        yield 5 - offset
        case = loans.approve(case, by=city.by("approver", office))
        yield 4 - offset
        case = _hand_over(city, office, case, 66)
        yield 1
        case = _ask_longer(city, office, case)
        if offset == 0:
            yield 1
            loans.renew(case, by=city.by("approver", office))
        else:
            yield 0
            reason = "另有单位急需查阅，请按期归还。"
            loans.refuse_renewal(case, by=city.by("approver", office), reason=reason)


def _ask_longer(city: City, office: str, case: Loan) -> Loan:
    """The unit asks by telephone to keep it as long as the rules allow."""
    until, _basis = loans.renewed_until(case)
    return loans.ask_renewal(case, by=city.by("clerk", office), until=until, reason="所办事项尚未办结，还须核对。")
