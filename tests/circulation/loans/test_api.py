"""The interface to loans: an authority's system applies and asks what is open."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone

from rendang.circulation.loans import actions
from rendang.circulation.loans.models import Loan
from rendang.exchange import actions as exchange
from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import Permission
from tests.factories import staff
from tests.one_of_each import two_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def interface(institution, system_administrator):
    """``interface("post", "/api/v1/loans", {…})`` as a client of the institution."""
    scopes = [Permission.LOAN_VIEW, Permission.LOAN_REGISTER]
    until = timezone.localdate() + dt.timedelta(30)
    _client, token = exchange.register_client(
        institution, by=system_administrator, name="社保系统", scopes=scopes, expires_on=until
    )
    keys = iter(range(100))

    def call(method, address, body=None):
        headers = {"authorization": f"Bearer {token}", "idempotency-key": f"key-{next(keys)}"}
        given = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(Client(headers=headers), method)(address, **given)

    return call


def application(dossier, **more):
    usual = {
        "dossier_id": dossier.pk, "use": "CONSULTATION", "reason": "vetting", "scope": "学历", "phone": "0571-1",
        "unit": "虚构街道办", "letter_number": "介字1号", "borrowers": two_people(),
    }  # fmt: skip
    return usual | more


def test_a_unit_applies_over_the_interface(interface, shelved):
    answer = interface("post", "/api/v1/loans", application(shelved))

    assert answer.status_code == 201, answer.content
    loan = Loan.objects.get()
    assert (answer.json()["number"], answer.json()["state"], loan.channel) == (loan.number, "APPLIED", "INTERFACE")
    assert loan.borrowers.count() == 2


def test_what_is_wrong_comes_back_by_field_or_in_words(interface, shelved):
    answer = interface("post", "/api/v1/loans", application(shelved, reason="curiosity"))
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"reason"})
    answer = interface("post", "/api/v1/loans", application(shelved, agreement="没有的协议"))
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"agency"})
    one, other = two_people()
    own = other | {"id_number": shelved.person.id_number}
    answer = interface("post", "/api/v1/loans", application(shelved, borrowers=[one, own]))
    assert answer.status_code == 409
    assert shelved.person.id_number not in answer.content.decode()
    assert not Loan.objects.exists()


def test_what_a_digital_consultation_allows_is_asked_by_its_number(interface, loan):
    case = loan("GRANTED", may_print=True, class_marks=["4"])

    found = interface("get", f"/api/v1/loans/{case.number}/grant").json()

    assert (found["is_open"], found["class_marks"], found["may_print"], found["may_download"]) == (
        True, ["4"], True, False,
    )  # fmt: skip
    closed = loan("APPLIED", use="DIGITAL")
    assert interface("get", f"/api/v1/loans/{closed.number}/grant").json()["is_open"] is False


def test_another_institution_s_loan_is_not_there(interface, other_institution):
    from tests.factories import PlacementFactory
    from tests.one_of_each import applied_for

    theirs = PlacementFactory(institution=other_institution).dossier
    case = applied_for(theirs, {Role.CLERK: staff(other_institution, Role.CLERK)})

    assert interface("get", f"/api/v1/loans/{case.number}").status_code == 404
    assert interface("get", f"/api/v1/loans/{case.number}/grant").status_code == 404
    assert interface("post", "/api/v1/loans", application(theirs)).status_code == 404


def test_whether_a_paper_may_be_seen_now_is_answered_and_noted(interface, shelved, ours):
    from rendang.circulation.loans import actions
    from rendang.dossiers import actions as dossiers
    from rendang.kernel.audit.models import AuditEvent
    from tests.circulation.loans.conftest import onward

    rows = [{"class_mark": "3", "title": f"{year}年度考核登记表", "pages": 2} for year in (2009, 2010)]
    dossiers.add_materials(shelved, rows, by=ours[Role.REVIEWER])
    named, other = shelved.materials.order_by("position")
    body = application(shelved, use="DIGITAL", days=2, materials=[named.pk])
    assert interface("post", "/api/v1/loans", body).status_code == 201
    case = Loan.objects.get()
    case = actions.grant(onward(case, ours), by=ours[Role.KEEPER])

    assert interface("get", f"/api/v1/loans/{case.number}/grant").json()["materials"] == [named.pk]
    answers = {
        paper.pk: interface("get", f"/api/v1/loans/{case.number}/grant/materials/{paper.pk}").json()["allowed"]
        for paper in (named, other)
    }
    assert answers == {named.pk: True, other.pk: False}
    assert AuditEvent.objects.get(verb="material.deny", subject_id=case.pk).reason == "NOT_NAMED"
    printed = interface("get", f"/api/v1/loans/{case.number}/grant/materials/{named.pk}?wish=PRINT").json()
    assert (printed["allowed"], printed["denial"], printed["until"]) == (False, "NO_PRINTING", None)
    assert interface("get", f"/api/v1/loans/{case.number}/grant/materials/{named.pk}?wish=KEEP").status_code == 422
    assert interface("get", f"/api/v1/loans/{case.number}/grant/materials/{2**70}").status_code == 404


def test_a_paper_of_another_dossier_is_not_named_over_the_interface(interface, shelved):
    body = application(shelved, use="DIGITAL", days=2, materials=[999])

    answer = interface("post", "/api/v1/loans", body)

    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"materials"})
    assert not Loan.objects.exists()


def test_who_waits_and_who_is_late_is_asked_over_the_interface(interface, loan, ours):
    from rendang.circulation.loans import actions

    first = loan("LENT")
    second, third = (loan("APPROVED", dossier=first.dossier) for _each in range(2))
    waiting = interface("get", "/api/v1/loans/waiting").json()
    assert [(one["number"], one["place"], one["turn"]) for one in waiting] == [
        (second.number, 1, ""), (third.number, 2, ""),
    ]  # fmt: skip

    actions.receive_back(first, by=ours[Role.KEEPER], pages=30)

    waiting = interface("get", "/api/v1/loans/waiting").json()
    assert [(one["number"], one["place"], one["turn"]) for one in waiting] == [
        (second.number, 1, "CALLED"), (third.number, 2, ""),
    ]  # fmt: skip
    assert interface("get", "/api/v1/loans/overdue").json() == []
    late = loan("LENT")
    Loan.objects.filter(pk=late.pk).update(due_date=dt.date(2026, 1, 1), due_back=dt.date(2026, 1, 1))
    (found,) = interface("get", "/api/v1/loans/overdue").json()
    assert (found["number"], found["due_back"], found["overdue_notices"]) == (late.number, "2026-01-01", 0)


def test_the_details_and_papers_of_a_loan_are_fetched_with_a_trace(interface, loan):
    from rendang.kernel.audit.models import AuditEvent

    case = loan("LENT")
    found = interface("get", f"/api/v1/loans/{case.number}/details").json()

    assert (found["pages_out"], found["pages_back"], found["papers"]) == (30, None, ["approval", "slip"])
    answer = interface("get", f"/api/v1/loans/{case.number}/papers/slip")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert interface("get", f"/api/v1/loans/{case.number}/papers/statement").status_code == 404
    verbs = AuditEvent.objects.filter(subject_id=case.pk, verb__in=["loan.view", "loan.print"])
    assert sorted(verbs.values_list("verb", flat=True)) == ["loan.print", "loan.view"]


def test_agreements_and_bars_in_force_are_listed(interface, ours, institution):
    from rendang.circulation.loans import actions

    today = timezone.localdate()
    for number, last in (("协1", today), ("协2", today - dt.timedelta(1))):
        actions.add_agency(
            institution, by=ours[Role.APPROVER], name="虚构社保中心", kind="PENSION", agreement_number=number,
            valid_from=today - dt.timedelta(9), valid_to=last, reasons=["retirement"], most_out=5, contacts="李",
        )  # fmt: skip
    actions.bar(institution, by=ours[Role.APPROVER], name="虚构公司", reason="拍照", until=today)

    (agreement,) = interface("get", "/api/v1/loans/agreements").json()
    assert (agreement["agreement_number"], agreement["under_way"], agreement["most_out"]) == ("协1", 0, 5)
    assert interface("get", "/api/v1/loans/bars").json() == [
        {"name": "虚构公司", "id_masked": "", "reason": "拍照", "until": today.isoformat()}
    ]


@pytest.mark.parametrize("asked", ["details", "papers/slip", "grant/materials/1"])
def test_nothing_of_another_institution_s_loan_is_told(asked, interface, other_institution):
    from tests.factories import PlacementFactory
    from tests.one_of_each import applied_for

    theirs = PlacementFactory(institution=other_institution).dossier
    case = applied_for(theirs, {Role.CLERK: staff(other_institution, Role.CLERK)}, use="DIGITAL", days=1)

    assert interface("get", f"/api/v1/loans/{case.number}/{asked}").status_code == 404
    for listed in ("waiting", "overdue", "agreements", "bars"):
        assert interface("get", f"/api/v1/loans/{listed}").json() == []


def test_a_step_that_the_client_may_not_take_is_refused_and_leaves_nothing(interface, loan):
    from rendang.kernel.audit.models import AuditEvent

    case = loan("LENT")
    before = AuditEvent.objects.count()

    answer = interface("post", f"/api/v1/loans/{case.number}/steps/report_lost", {"done": "遗失"})

    assert answer.status_code == 403
    assert AuditEvent.objects.filter(subject_id=case.pk, verb="loan.report_lost").count() == 0
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("asked", ["waiting", "overdue", "agreements", "bars"])
def test_a_client_without_the_scope_finds_nothing_in_a_list(asked, institution, system_administrator):
    until = timezone.localdate() + dt.timedelta(30)
    _client, token = exchange.register_client(
        institution, by=system_administrator, name="别的系统", scopes=[Permission.DOSSIER_FIND], expires_on=until
    )

    answer = Client(headers={"authorization": f"Bearer {token}"}).get(f"/api/v1/loans/{asked}")

    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.parametrize("asked", ["details", "papers/slip", "grant", "grant/materials/1"])
def test_a_client_without_the_scope_is_told_nothing_of_a_loan(asked, loan, institution, system_administrator):
    from rendang.kernel.audit.models import AuditEvent

    case = loan("LENT")
    until = timezone.localdate() + dt.timedelta(30)
    _client, token = exchange.register_client(
        institution, by=system_administrator, name="别的系统", scopes=[Permission.DOSSIER_FIND], expires_on=until
    )
    before = AuditEvent.objects.count()

    answer = Client(headers={"authorization": f"Bearer {token}"}).get(f"/api/v1/loans/{case.number}/{asked}")

    assert (answer.status_code, AuditEvent.objects.count()) == (403, before)


def test_a_unit_asks_over_the_interface_to_keep_it_longer_and_reads_the_answer(interface, loan, ours):
    case = loan("LENT")
    address = f"/api/v1/loans/{case.number}"
    wrong = interface("post", f"{address}/steps/ask_renewal", {"until": "bald", "reason": ""})
    assert (wrong.status_code, set(wrong.json()["errors"])) == (422, {"until", "reason"})
    until = case.due_back + dt.timedelta(2)

    asked = interface("post", f"{address}/steps/ask_renewal", {"until": f"{until}", "reason": "未看完"})

    assert (asked.status_code, asked.json()["state"]) == (200, "LENT")
    again = interface("post", f"{address}/steps/ask_renewal", {"until": f"{until}", "reason": "未看完"})
    assert again.status_code == 409
    assert interface("post", f"{address}/steps/renew", {"until": f"{until}"}).status_code == 403
    actions.refuse_renewal(case, by=ours[Role.APPROVER], reason="另有单位急需")
    told = interface("get", f"{address}/details").json()
    assert (told["renewal"], told["renewal_wished"], told["renewal_refusal"], told["renewals"], told["due_back"]) == (
        "REFUSED", f"{until}", "另有单位急需", 0, f"{case.due_back}",
    )  # fmt: skip
