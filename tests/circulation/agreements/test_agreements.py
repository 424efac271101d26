import datetime as dt
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.agreements import actions, papers
from rendang.circulation.agreements.models import Agreement, Entrusted
from rendang.circulation.agreements.queries import register_of_agreements, status_list, tallies, with_status
from rendang.circulation.intake import actions as intakes
from rendang.circulation.intake.models import Intake
from rendang.circulation.parcels import actions as parcels
from rendang.dossiers.models import Custody
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from rendang.kernel.files.queries import read_file
from rendang.kernel.standards import queries as standards
from rendang.people.models import Message
from tests import factories
from tests.golden import assert_looks_as_approved, assert_says
from tests.one_of_each import COUNTED, fresh_number
from tests.told import chinese

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden"
CODE = "91350100M000100Y43"


def drafted(institution, by, **more):
    given = {"employer": "虚构软件有限公司", "credit_code": CODE, "contact_name": "钱经办", "contact_phone": "0571-1"}
    return actions.draft(institution, by=by, **given | more)


@pytest.fixture
def agreement(institution, clerk, approver):
    """In force since today, with nobody on its roster."""
    return actions.put_in_force(drafted(institution, clerk), by=approver, signed_on=timezone.localdate())


def rows(*names):
    return [{"name": name, "id_number": fresh_number(), "contract_from": "2026.3"} for name in names]


def statuses(agreement):
    return {entry.person.name: entry.status for entry in with_status(agreement.people.select_related("person"))}


def test_an_agreement_is_drafted_by_one_and_put_into_force_by_another(institution, clerk, approver):
    agreement = drafted(institution, clerk)
    assert (agreement.state, agreement.employer.credit_code) == ("DRAFTED", CODE)
    assert [agent.name for agent in agreement.agents.all()] == ["钱经办"]

    agreement = actions.put_in_force(agreement, by=approver, signed_on=timezone.localdate())

    year = timezone.localdate().year
    assert (agreement.state, agreement.agreement_number) == ("IN_FORCE", f"{institution.code}-DW-{year}-0001")
    assert read_file(agreement.file).startswith(b"%PDF")


def test_who_drafted_does_not_put_into_force(institution):
    both = factories.staff(institution, Role.CLERK)
    both.memberships.create(institution=institution, role=Role.APPROVER)
    agreement = drafted(institution, both)

    with pytest.raises(ValidationError, match="second person"):
        actions.put_in_force(agreement, by=both, signed_on=timezone.localdate())

    agreement.refresh_from_db()
    assert (agreement.state, agreement.file) == ("DRAFTED", None)


def test_an_employer_has_one_agreement_at_an_institution(institution, other_institution, clerk, agreement):
    before = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="agreement with this institution already"):
        drafted(institution, clerk)

    assert (Agreement.objects.count(), AuditEvent.objects.count()) == (1, before)
    assert drafted(other_institution, factories.staff(other_institution, Role.CLERK))


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.KEEPER, Role.DIGITISER])
def test_drafting_needs_the_right(institution, role):
    with pytest.raises(PermissionDenied):
        drafted(institution, factories.staff(institution, role))
    assert not Agreement.objects.exists()


def test_a_roster_is_taken_whole_or_not_at_all(agreement, clerk):
    wrong = [*rows("李雷"), {"name": "韩梅梅", "id_number": "330102198507150019", "row": 7}]

    with pytest.raises(ValidationError, match="Row 7: The last character does not fit"):
        actions.add_people(agreement, wrong, by=clerk)
    assert not agreement.people.exists()

    good = rows("李雷", "韩梅梅")
    assert actions.add_people(agreement, good, by=clerk) == 2
    assert actions.add_people(agreement, good, by=clerk) == 0
    assert list(agreement.people.order_by("pk").values_list("contract_from", flat=True)) == ["2026-03", "2026-03"]


def test_intakes_are_opened_for_all_who_are_expected_in_one_go(
    agreement, clerk, other_institution, django_assert_max_num_queries
):
    actions.add_people(agreement, rows(*[f"职工{number}" for number in range(40)]), by=clerk)
    elsewhere = factories.held_dossier(other_institution, name="李雷").person
    actions.add_people(agreement, [{"name": "李雷", "id_number": elsewhere.id_number}], by=clerk)

    with django_assert_max_num_queries(40 + 25):  # one audit event each, the rest is set by set
        assert actions.open_intakes(agreement, by=clerk) == 40

    intake = Intake.objects.order_by("pk").first()
    assert (intake.state, intake.archive_type, intake.employer, intake.identity_check) == (
        "CALLED", "unit", agreement.employer, "EMPLOYER",
    )  # fmt: skip
    assert intake.due_date == standards.deadline("recall_wait", start=timezone.localdate()).due
    numbers = set(Intake.objects.values_list("number", flat=True))
    assert len(numbers) == 40
    assert tallies(agreement) == {
        "EXPECTED": 40, "ARRIVED": 0, "HELD": 0, "INDIVIDUAL": 0, "ELSEWHERE": 1, "LEFT": 0,
    }  # fmt: skip
    with pytest.raises(ValidationError, match="Nobody on the roster waits"):
        actions.open_intakes(agreement, by=clerk)


def accepted(intake, clerk, reviewer, approver):
    intake = intakes.open_parcel(intake, by=clerk, **COUNTED)
    intake = intakes.witness_opening(intake, by=reviewer)
    intake = intakes.compare(intake, by=reviewer, notice_agrees=True, list_agrees=True, right_person=True)
    intake = intakes.review(intake, by=reviewer, review="材料齐全")
    return intakes.accept(intake, by=approver)


def test_the_employer_s_parcel_brings_everybody_from_expected_to_held(agreement, clerk, reviewer, approver):
    actions.add_people(agreement, rows("李雷", "韩梅梅"), by=clerk)
    actions.open_intakes(agreement, by=clerk)
    parcel = parcels.register(
        agreement.institution, by=clerk, arrived_on=timezone.localdate(), carrier="hand",
        sender=agreement.employer.name, seal="INTACT", announced=2,
    )  # fmt: skip
    cases = list(Intake.objects.order_by("pk"))

    intakes.match_many(parcel, cases, by=clerk)
    assert statuses(agreement) == {"李雷": "ARRIVED", "韩梅梅": "ARRIVED"}
    intake = accepted(cases[0], clerk, reviewer, approver)

    assert statuses(agreement) == {"李雷": "HELD", "韩梅梅": "ARRIVED"}
    assert (intake.custody.archive_type, intake.custody.employer) == ("unit", agreement.employer)


def proof():
    return factories.picture(name="证明.png")


def held_for(agreement, by, name="李雷"):
    custody = {"archive_type": "unit", "employer": agreement.employer}
    person = factories.held_dossier(agreement.institution, name=name, custody=custody).person
    actions.add_held(agreement, by=by)
    return with_status(agreement.people.all()).get(person=person)


def test_who_leaves_becomes_individual_custody_on_proof_and_is_told(agreement, clerk):
    entry = held_for(agreement, clerk)
    assert entry.status == "HELD"

    actions.leave(entry, by=clerk, left_on=timezone.localdate(), reason="合同期满", proof=proof())

    custody = Custody.objects.get(dossier__person=entry.person)
    assert (custody.status, custody.archive_type, custody.employer) == ("HELD", "personal", None)
    assert statuses(agreement) == {"李雷": "LEFT"}
    assert "个人存档" in chinese(Message.objects.get(person=entry.person))
    assert AuditEvent.objects.filter(verb="custody.change_type", person_id=entry.person_id).count() == 1


def test_the_list_names_the_employer_and_has_no_column_of_people(agreement, clerk, signed_in):
    page = signed_in(clerk).get("/desk/agreements/").content.decode()

    assert f"<td>{agreement.employer.name}</td>" in page
    assert '<th scope="col">Employer</th>' in page
    assert '<th scope="col">Person</th>' not in page


def test_the_intake_of_whoever_left_says_how_it_ends(agreement, clerk, signed_in):
    actions.add_people(agreement, rows("李雷"), by=clerk)
    actions.open_intakes(agreement, by=clerk)
    entry = with_status(agreement.people.all()).get()
    number, what_now = entry.intake.number, "individual custody, or the intake is withdrawn"
    browser = signed_in(clerk)

    def pages():
        addresses = (agreement.get_absolute_url(), entry.get_absolute_url(), entry.intake.get_absolute_url())
        return [browser.get(address).content.decode() for address in addresses]

    assert not any(what_now in page for page in pages())
    actions.leave(entry, by=clerk, left_on=timezone.localdate(), reason="合同期满", proof=proof())

    roster, person, of_intake = pages()
    link = f'<a href="{entry.intake.get_absolute_url()}">{number}</a>'
    assert [(link in page, what_now in page) for page in (roster, person)] == [(True, True)] * 2
    assert what_now in of_intake
    assert f"left {agreement.employer}" in of_intake


def test_who_leaves_while_the_dossier_is_on_its_way_is_told_that_the_intake_goes_on(agreement, clerk):
    actions.add_people(agreement, rows("李雷", "韩梅梅"), by=clerk)
    actions.open_intakes(agreement, by=clerk)
    entry, other = with_status(agreement.people.select_related("person").order_by("pk"))

    actions.leave(entry, by=clerk, left_on=timezone.localdate(), reason="合同期满", proof=proof())

    entry.intake.refresh_from_db()
    assert (entry.intake.archive_type, entry.intake.employer, entry.intake.closed_at) == ("personal", None, None)
    told = Message.objects.filter(person=entry.person).latest("pk")
    assert (
        chinese(told) == "虚构软件有限公司不再委托存放您的档案，档案尚未接收。接收继续办理，由本机构按个人存档接收。"
    )
    assert told.case_id == agreement.pk
    assert "不再委托" not in "".join(map(chinese, Message.objects.filter(person=other.person)))


def test_when_the_agreement_ends_those_under_way_are_told_too_and_nobody_twice(agreement, clerk, approver):
    held = held_for(agreement, clerk)
    actions.add_people(agreement, rows("韩梅梅"), by=clerk)
    actions.open_intakes(agreement, by=clerk)
    coming = agreement.people.get(person__name="韩梅梅")

    actions.end(agreement, by=approver, ended_on=timezone.localdate(), reason="协议期满")

    for person, said in ((held.person, "agreement.left"), (coming.person, "agreement.left_under_way")):
        told = [message.said[0][0] for message in Message.objects.filter(person=person, case=agreement)]
        assert told == [said]


def test_without_its_proof_nothing_changes(agreement, clerk):
    entry = held_for(agreement, clerk)
    before = AuditEvent.objects.count()

    with pytest.raises(ValidationError, match="needs its proof"):
        actions.leave(entry, by=clerk, left_on=timezone.localdate(), reason="合同期满", proof=None)
    with pytest.raises(ValidationError, match="future"):
        actions.leave(
            entry, by=clerk, left_on=timezone.localdate() + dt.timedelta(1), reason="合同期满", proof=proof()
        )

    assert statuses(agreement) == {"李雷": "HELD"}
    assert (AuditEvent.objects.count(), StoredFile.objects.filter(kind="ATTACHMENT").count()) == (before, 0)


def test_who_joins_on_the_contract_becomes_the_employer_s(agreement, clerk):
    person = factories.held_dossier(agreement.institution, name="李雷").person
    actions.add_people(agreement, [{"name": "李雷", "id_number": person.id_number}], by=clerk)
    entry = with_status(agreement.people.all()).get()
    assert entry.status == "INDIVIDUAL"

    actions.join(entry, by=clerk, proof=proof())

    custody = Custody.objects.get(dossier__person=person)
    assert (custody.archive_type, custody.employer) == ("unit", agreement.employer)
    assert statuses(agreement) == {"李雷": "HELD"}
    with pytest.raises(ValidationError, match="held here for the person"):
        actions.join(entry, by=clerk, proof=proof())


def test_when_the_agreement_ends_everybody_becomes_individual(agreement, clerk, approver):
    held = [held_for(agreement, clerk, name) for name in ("李雷", "韩梅梅")]
    actions.add_people(agreement, rows("王五"), by=clerk)
    actions.open_intakes(agreement, by=clerk)

    ended = actions.end(agreement, by=approver, ended_on=timezone.localdate(), reason="单位注销")

    assert (ended.state, ended.end_reason) == ("ENDED", "单位注销")
    types = set(Custody.objects.values_list("archive_type", "employer"))
    assert types == {("personal", None)}
    assert set(statuses(agreement).values()) == {"LEFT"}
    assert Message.objects.filter(person__in=[entry.person_id for entry in held]).count() == 2
    intake = Intake.objects.get()
    assert (intake.archive_type, intake.employer) == ("personal", None)
    with pytest.raises(ValidationError, match="its roster is closed"):
        actions.add_people(agreement, rows("赵六"), by=clerk)


def test_somebody_always_acts_for_the_employer(agreement, clerk):
    first = agreement.agents.get()
    with pytest.raises(ValidationError, match="Name another agent first"):
        actions.end_agent(first, by=clerk)

    actions.add_agent(agreement, by=clerk, name="孙经办", phone="0571-2")
    actions.end_agent(first, by=clerk)

    assert [(agent.name, agent.until) for agent in agreement.agents.order_by("pk")] == [
        ("钱经办", timezone.localdate()),
        ("孙经办", None),
    ]


def test_the_employer_is_told_where_each_dossier_stands_and_nothing_else(agreement, clerk):
    entry = held_for(agreement, clerk)

    (line,) = status_list(agreement)

    assert line == ["李雷", entry.person.id_masked, "Held for the employer", "", "", "", ""]


def test_the_register_of_agreements(agreement, clerk, institution):
    held_for(agreement, clerk)
    today = timezone.localdate()

    assert list(register_of_agreements(institution, today, today)) == [
        [f"{today:%Y-%m-%d}", agreement.agreement_number, "虚构软件有限公司", CODE, "钱经办", "长期", "1", "有效"]
    ]


def test_the_agreement_looks_as_approved(settings):
    settings.DEMONSTRATION = False
    pdf = papers.render_agreement(
        papers.AgreementPaper(
            number="LDZX-DW-2026-0003",
            institution="虚构市劳动事务代理中心",
            institution_address="虚构市演示路 3 号",
            institution_phone="0571-00000003",
            employer="岱东软件股份有限公司",
            credit_code=CODE,
            employer_address="虚构市演示路 21 号",
            agents=["钱经办　0571-00000021"],
            signed_on="2026年7月1日",
            valid_to="2029年6月30日",
            remarks="名册每季度核对一次。",
        )
    )
    assert_looks_as_approved("agreement", pdf, GOLDEN)
    assert_says(pdf, ["单位委托存档协议", "不提供档案内容", "转为个人存档", "有效期至2029年6月30日"])


def test_the_roster_is_uploaded_on_the_page_and_refused_row_by_row(agreement, clerk, signed_in):
    browser = signed_in(clerk)
    address = reverse("agreements:roster", args=[agreement.pk])

    def upload(lines):
        table = "姓名,身份证号码,合同起始日期,合同终止日期\n" + "\n".join(lines)
        return browser.post(address, {"file": SimpleUploadedFile("名册.csv", table.encode())})

    refused = upload(["李雷,123,2026-01,"]).content.decode()
    assert "Row 2: An identity card number has 18 characters" in refused
    assert upload([f"李雷,{fresh_number()},2026-01,2028-12"]).status_code == 302
    page = browser.get(reverse("agreements:detail", args=[agreement.pk])).content.decode()
    assert "李雷" in page
    assert "Open 1 intake" in page
    browser.post(reverse("agreements:open_intakes", args=[agreement.pk]))
    assert Entrusted.objects.get().intake.state == "CALLED"


def test_another_institution_sees_nothing_of_it(agreement, other_institution, signed_in, clerk):
    entry = held_for(agreement, clerk)
    stranger = signed_in(factories.staff(other_institution, Role.CLERK))

    for address in (
        agreement.get_absolute_url(),
        entry.get_absolute_url(),
        reverse("agreements:status", args=[agreement.pk]),
    ):
        assert stranger.get(address).status_code == 404
    agent = agreement.agents.get()
    assert stranger.post(reverse("agreements:end_agent", args=[agent.pk])).status_code == 404
