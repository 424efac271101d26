"""补充材料: registered singly and by the hundred, identified, filed, or sent back with a reason."""

import datetime as dt
import io
import time

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from rendang.circulation.accruals import actions, judging
from rendang.circulation.accruals.models import Accrual, AccrualItem
from rendang.dossiers import actions as dossiers
from rendang.dossiers.models import Material, Undertaking
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.documents import registers
from rendang.kernel.standards import queries as standards
from rendang.people.models import Message
from rendang.storage import actions as storage
from rendang.storage.models import Retrieval
from rendang.storage.queries import lying_about
from tests.factories import InstitutionFactory, PlacementFactory, held_dossier, staff
from tests.told import chinese

pytestmark = pytest.mark.django_db
IDENTIFY, FILE = actions.STEPS["identify"], actions.STEPS["file"]
TODAY = dt.date(2026, 11, 26)


@pytest.fixture(autouse=True)
def _today(time_machine) -> None:
    time_machine.move_to(dt.datetime(2026, 11, 26, 2, tzinfo=dt.UTC), tick=False)


def shelved(institution, count=1):
    return [PlacementFactory(institution=institution).dossier for _one in range(count)]


def paper(title="2025年度考核登记表", **facts):
    return {"title": title, "class_mark": "3", "formed_on": "2025-12", "pages": 2, **facts}


def register(institution, clerk, *rows, **more):
    given = [(dossier.pk, facts) for dossier, facts in rows]
    return actions.register(institution, by=clerk, sender="虚构实业有限公司", rows=given, **more)


def outcomes(accrual) -> list[str]:
    return list(AccrualItem.objects.filter(accrual=accrual).order_by("pk").values_list("outcome", flat=True))


def row(dossier, title="2025年度考核登记表", **said):
    person = dossier.person
    return {"name": person.name, "id_number": person.id_number, "title": title, "formed_on": "2025-12", **said}


def test_a_delivery_is_due_a_month_after_its_receipt_and_gets_a_list_to_sign(institution, clerk):
    (dossier,) = shelved(institution)
    accrual = register(institution, clerk, (dossier, paper()), received_on=dt.date(2026, 11, 10), deliverer="李送件")
    assert (accrual.state, accrual.due_date) == ("REGISTERED", dt.date(2026, 12, 10))
    assert accrual.due_basis == "中组发〔2009〕12号"
    assert (accrual.dossier, accrual.person) == (dossier, dossier.person)
    assert accrual.receipt_file.name == f"材料接收清单-{accrual.number}.pdf"
    assert list(AuditEvent.objects.values_list("verb", flat=True).order_by("pk"))[-2:] == [
        "accrual.open",
        "file.store",
    ]


def test_papers_of_many_people_are_one_delivery_of_nobody_in_particular(institution, clerk):
    one, other = shelved(institution, 2)
    accrual = register(institution, clerk, (one, paper()), (other, paper()))
    assert (accrual.person, accrual.dossier, accrual.items.count()) == (None, None, 2)


def test_what_is_not_held_here_is_not_registered(institution, clerk):
    elsewhere = held_dossier(InstitutionFactory())
    before = AuditEvent.objects.count()
    with pytest.raises(ValidationError, match="dossiers that this institution holds"):
        register(institution, clerk, (elsewhere, paper()))
    with pytest.raises(ValidationError, match="future"):
        register(institution, clerk, (shelved(institution)[0], paper()), received_on=dt.date(2026, 11, 27))
    with pytest.raises(ValidationError, match="no paper"):
        register(institution, clerk)
    with pytest.raises(PermissionDenied):
        register(institution, staff(institution, Role.KEEPER), (shelved(institution)[0], paper()))
    assert (Accrual.objects.count(), AuditEvent.objects.count()) == (0, before)


def test_each_paper_is_accepted_with_its_class_or_refused_with_a_coded_reason(institution, clerk, reviewer):
    (dossier,) = shelved(institution)
    accrual = register(
        institution,
        clerk,
        (dossier, paper()),
        (dossier, paper("专业技术职务评审表", class_mark="")),
        (dossier, paper("奖状")),
    )
    first, _second, third = accrual.items.all()
    verdicts = {str(third.pk): {"refusal": "formalities", "detail": "缺公章"}, str(first.pk): {"class_mark": "3"}}
    done = IDENTIFY(accrual, by=reviewer, verdicts=verdicts)
    assert (done.state, done.slip_file.name) == ("IDENTIFIED", f"材料退回单-{accrual.number}.pdf")
    rows = done.items.values_list("outcome", "class_mark", "refusal", "refusal_detail")
    assert list(rows) == [
        ("ACCEPTED", "3", "", ""),
        ("ACCEPTED", "4-2", "", ""),
        ("REFUSED", "3", "formalities", "缺公章"),
    ]


@pytest.mark.parametrize(
    ("facts", "verdict", "words"),
    [
        ({}, {"refusal": "ugly"}, "not a reason for which a paper may be refused"),
        ({"form": "copy"}, {}, "Only an original"),
        ({"form": "digital"}, {}, "Only an original"),
        ({}, {"form": "parchment"}, "no form of a paper"),
        ({"title": "若干事项", "class_mark": ""}, {}, "Choose the class"),
        ({"class_mark": "4"}, {}, "Choose the class"),
    ],
)
def test_a_wrong_verdict_changes_nothing(institution, clerk, reviewer, facts, verdict, words):
    (dossier,) = shelved(institution)
    accrual = register(institution, clerk, (dossier, paper(**facts)))
    before = AuditEvent.objects.count()
    with pytest.raises(ValidationError, match=words):
        IDENTIFY(accrual, by=reviewer, verdicts={str(accrual.items.get().pk): verdict})
    accrual.refresh_from_db()
    assert (accrual.state, outcomes(accrual), AuditEvent.objects.count()) == ("REGISTERED", [""], before)


def test_when_nothing_is_accepted_everything_goes_back(institution, clerk, reviewer):
    (dossier,) = shelved(institution)
    accrual = register(institution, clerk, (dossier, paper(form="copy")))
    done = IDENTIFY(accrual, by=reviewer, verdicts={str(accrual.items.get().pk): {"refusal": "not_original"}})
    assert (done.state, done.due_date, done.closed_at) == ("RETURNED", None, timezone.now())


def test_filing_lists_the_paper_tells_the_person_and_ends_the_delivery(institution, clerk, reviewer, keeper):
    (dossier,) = shelved(institution)
    dossiers.add_material(dossier, by=reviewer, class_mark="3", title="2026年度考核登记表", formed_on="2026-01")
    accrual = IDENTIFY(register(institution, clerk, (dossier, paper())), by=reviewer)
    done = FILE(accrual, by=keeper)
    assert (done.state, done.due_date) == ("FILED", None)
    item = done.items.get()
    assert (item.outcome, item.material.number, item.filed_on) == ("FILED", "3-1", TODAY)
    assert list(Material.objects.order_by("position").values_list("title", "position", "pages")) == [
        ("2025年度考核登记表", 1, 2),
        ("2026年度考核登记表", 2, 1),
    ]
    assert chinese(Message.objects.get()) == "您的档案补充了1份材料，已归入档案：2025年度考核登记表。"
    assert list(AuditEvent.objects.values_list("verb", flat=True).order_by("pk"))[-4:] == [
        "material.add",
        "accrual.put_in",
        "message.send",
        "accrual.file",
    ]


def test_a_paper_that_was_promised_settles_the_promise(institution, clerk, reviewer, keeper):
    (dossier,) = shelved(institution)
    dossiers.tell_once(dossier.person, institution, by=clerk, missing=[{"code": "ED-04"}])
    facts = paper("高等学校毕业生登记表", class_mark="4-1", formed_on="2008-06")
    FILE(IDENTIFY(register(institution, clerk, (dossier, facts)), by=reviewer), by=keeper)
    assert Undertaking.objects.get().state == "SUPPLEMENTED"


def test_a_paper_waits_for_a_dossier_that_is_out_and_is_put_in_when_it_is_back(institution, clerk, reviewer, keeper):
    here, out = shelved(institution, 2)
    storage.lend(out, by=keeper, detail="虚构市社保局")
    accrual = IDENTIFY(register(institution, clerk, (here, paper()), (out, paper())), by=reviewer)
    assert list(Retrieval.objects.waiting().values_list("dossier", flat=True)) == [out.pk]
    done = FILE(accrual, by=keeper)
    assert (done.state, outcomes(done)) == ("IDENTIFIED", ["FILED", "ACCEPTED"])
    before = AuditEvent.objects.count()
    with pytest.raises(ValidationError, match="All dossiers are out"):
        FILE(done, by=keeper)
    assert AuditEvent.objects.count() == before
    storage.put_on_desk(out, institution, by=keeper, detail="归还")
    done = FILE(done, by=keeper)
    assert (done.state, outcomes(done)) == ("FILED", ["FILED", "FILED"])
    assert not Retrieval.objects.waiting().exists()


def test_a_dossier_that_has_its_paper_goes_back_while_the_delivery_waits_for_another(
    institution, clerk, reviewer, keeper
):
    first, second, third = shelved(institution, 3)
    over = FILE(IDENTIFY(register(institution, clerk, (third, paper())), by=reviewer), by=keeper)
    for dossier in (first, second):
        storage.lend(dossier, by=keeper, detail="虚构市社保局")
    accrual = IDENTIFY(register(institution, clerk, (first, paper()), (second, paper())), by=reviewer)
    # Back from a case that is over, whatever kind it is.
    storage.put_on_desk(first, institution, by=keeper, detail="归还", case=over.case_ptr)
    assert not lying_about(institution).exists()

    done = FILE(accrual, by=keeper)

    assert (done.state, outcomes(done)) == ("IDENTIFIED", ["FILED", "ACCEPTED"])
    assert list(Retrieval.objects.waiting().values_list("dossier", flat=True)) == [second.pk]
    assert [placement.dossier for placement in lying_about(institution)] == [first]


def test_a_paper_follows_its_dossier_that_has_left_meanwhile(institution, clerk, reviewer, keeper):
    stays, leaves = shelved(institution, 2)
    accrual = IDENTIFY(register(institution, clerk, (stays, paper()), (leaves, paper())), by=reviewer)
    new_keeper = InstitutionFactory()
    dossiers.hand_over_custody(leaves, new_keeper, by=clerk)
    done = FILE(accrual, by=keeper)
    assert (done.state, outcomes(done)) == ("FILED", ["FILED", "REFUSED"])
    gone = done.items.get(outcome="REFUSED")
    assert (gone.refusal, gone.refusal_detail) == ("moved", new_keeper.name)
    assert not Material.objects.filter(dossier=leaves).exists()
    assert done.slip_file is not None


def test_only_who_may_takes_each_step(institution, clerk, reviewer, keeper):
    (dossier,) = shelved(institution)
    accrual = register(institution, clerk, (dossier, paper()))
    for someone in (clerk, keeper):
        with pytest.raises(PermissionDenied):
            IDENTIFY(accrual, by=someone)
    with pytest.raises(ValidationError, match="not possible while"):
        FILE(accrual, by=keeper)
    with pytest.raises(PermissionDenied):
        FILE(IDENTIFY(accrual, by=reviewer), by=clerk)
    with pytest.raises(ValidationError, match="have been accepted"):
        actions.STEPS["send_back"](accrual, by=reviewer)


def workbook(rows) -> SimpleUploadedFile:
    book, out = Workbook(), io.BytesIO()
    book.active.append(["2025年度考核材料移交清单"])
    book.active.append(["序号", "姓名", "身份证号", "材料名称", "形成时间", "页数"])
    for number, cells in enumerate(rows, start=1):
        book.active.append([number, *cells])
    book.save(out)
    return SimpleUploadedFile("考核.xlsx", out.getvalue())


def test_a_list_is_judged_row_by_row_with_reasons(institution):
    one, other, born_later = shelved(institution, 3)
    elsewhere = held_dossier(InstitutionFactory())
    listed = paper("入党志愿书")
    reviewer = staff(institution, Role.REVIEWER)
    dossiers.add_material(one, by=reviewer, class_mark="6", title=listed["title"], formed_on="1999-05")
    rows = [
        row(one, pages="3"),
        row(other, name="另一个人"),
        row(elsewhere),
        row(one, id_number="330102198001010000"),
        row(one, id_number=""),
        row(one, title=" "),
        row(one, title="奖状", formed_on="2027-01"),
        row(born_later, title="出生证明", formed_on="1905"),
        row(one, title="工资表", pages="几"),
        row(one, title="入党志愿书", formed_on="1999年5月"),
        row(other, title="重复"),
        row(other, title="重复"),
        row(one, title="证明", form="羊皮纸"),
        row(one, title="若干", class_mark="11"),
    ]
    verdicts = judging.judge(rows, institution)
    assert verdicts[0].is_good
    assert verdicts[0].facts == {
        "title": "2025年度考核登记表",
        "class_mark": "3",
        "formed_on": "2025-12",
        "pages": 3,
        "copies": 1,
        "form": "original",
    }
    assert [one.reasons[0][:38] for one in verdicts[1:]] == [
        "The record of this ID number has anoth",
        "This institution holds no dossier of a",
        "This ID number contains a mistake.",
        "The ID number is missing.",
        "The title of the paper is missing.",
        "The date lies in the future.",
        "The date lies before the person's birt",
        "The number of pages is no number from ",
        "The catalogue lists this paper already",
        "This paper stands more than once in th",
        "This paper stands more than once in th",
        "“羊皮纸” is no form of a paper.",
        "There is no class “11” for papers.",
    ]


def test_an_uploaded_list_is_looked_at_first_corrected_in_place_and_registered(signed_in, institution, clerk):
    good, bad = shelved(institution, 2)
    browser, address = signed_in(clerk), reverse("accruals:register_list")
    delivery = {"institution": institution.pk, "sender": "虚构实业有限公司", "received_on": "2026-11-26"}
    cells = [
        (good.person.name, good.person.id_number, "2025年度考核登记表", "2025-12-31", 2),
        ("错名", bad.person.id_number, "2025年度考核登记表", "2025-12-31", 2),
    ]
    page = browser.post(address, delivery | {"file": workbook(cells), "register": "1"}).content.decode()
    assert "1 rows can be registered, 1 cannot" in page and "has another name" in page
    assert not Accrual.objects.exists()
    rows = [row(good, formed_on="2025-12-31"), row(bad, name="错名", formed_on="2025-12-31")]
    pasted = judging.as_text(rows)
    page = browser.post(address, delivery | {"pasted": pasted, "register": "1"}).content.decode()
    assert "1 paper is registered under" in page and "错名" in page
    assert Accrual.objects.get().items.get().dossier == good
    answer = browser.post(address, delivery | {"pasted": judging.as_text([row(bad)]), "register": "1"})
    assert answer["Location"] == reverse("accruals:detail", args=[Accrual.objects.latest("pk").pk])


def test_two_hundred_people_in_less_than_two_seconds_and_in_queries_that_do_not_grow(
    institution, clerk, reviewer, keeper
):
    everyone = shelved(institution, 205)
    spent = {}
    for count in (5, 200):
        chosen, everyone = everyone[:count], everyone[count:]
        begun = time.perf_counter()
        # As in a request, in which the number of the standards is read once.
        with standards.steady(), CaptureQueriesContext(connection) as asked:
            verdicts = judging.judge([row(dossier) for dossier in chosen], institution)
            given = [(one.dossier_id, one.facts) for one in verdicts]
            accrual = actions.register(institution, by=clerk, sender="虚构公司", rows=given)
            done = FILE(IDENTIFY(accrual, by=reviewer), by=keeper)
        spent[count] = (time.perf_counter() - begun, len(asked))
        assert (done.state, outcomes(done)) == ("FILED", ["FILED"] * count)
    assert Material.objects.count() == Message.objects.count() == 205
    assert AuditEvent.objects.filter(verb="material.add").count() == 205
    assert spent[200][1] - spent[5][1] <= 2, spent
    assert spent[200][0] < 10, spent  # two seconds on a machine that does nothing else


def test_the_pages_show_identify_and_file(signed_in, institution, clerk, reviewer, keeper):
    (dossier,) = shelved(institution)
    address = reverse("accruals:register", args=[dossier.pk])
    facts = {"title": "2025年度考核登记表", "formed_on": "2025.12", "pages": 2, "copies": 1, "form": "original"}
    browser = signed_in(clerk)
    answer = browser.post(address, facts | {"sender": "本人", "received_on": "2026-11-26"})
    accrual = Accrual.objects.get()
    assert answer["Location"] == reverse("accruals:detail", args=[accrual.pk])
    assert accrual.items.get().class_mark == "3"
    assert "To be identified" in browser.get(answer["Location"]).content.decode()
    key = accrual.items.get().pk
    page = reverse("accruals:step", args=[accrual.pk, "identify"])
    refused = signed_in(reviewer).post(page, {f"form-{key}": "copy", f"detail-{key}": "再看看"}).content.decode()
    assert "Only an original" in refused and "再看看" in refused
    signed_in(reviewer).post(page, {f"form-{key}": "original", f"class_mark-{key}": "3"})
    signed_in(keeper).post(reverse("accruals:step", args=[accrual.pk, "file"]), {"sure": "1"})
    shown = signed_in(keeper).get(reverse("accruals:detail", args=[accrual.pk])).content.decode()
    assert "3-1" in shown and "2026-11-26" in shown
    assert signed_in(keeper).get(reverse("accruals:paper", args=[accrual.pk, "receipt"])).status_code == 200
    assert accrual.number in signed_in(clerk).get(reverse("accruals:list")).content.decode()


def test_another_institution_sees_nothing_of_it(signed_in, institution, clerk):
    accrual = register(institution, clerk, (shelved(institution)[0], paper()))
    stranger = signed_in(staff(InstitutionFactory(), Role.REVIEWER))
    for name, args in (("detail", []), ("paper", ["receipt"]), ("step", ["identify"]), ("step", ["file"])):
        assert stranger.get(reverse(f"accruals:{name}", args=[accrual.pk, *args])).status_code == 404


def test_the_register_tells_what_became_of_every_paper(institution, clerk, reviewer, keeper):
    one, other = shelved(institution, 2)
    accrual = register(institution, clerk, (one, paper()), (other, paper("奖状", class_mark="7")), deliverer="李送件")
    refused = str(accrual.items.last().pk)
    FILE(IDENTIFY(accrual, by=reviewer, verdicts={refused: {"refusal": "illegible"}}), by=keeper)
    book = registers.REGISTERS["accruals"]
    lines = registers.entries(book, institution, TODAY, TODAY, by=clerk)
    start = ["2026-11-26", "虚构实业有限公司", "李送件"]
    assert lines == [
        [
            "1",
            *start,
            one.person.name,
            "3",
            "2025年度考核登记表",
            "2025-12",
            "2",
            "1",
            "已受理",
            "2026-11-26",
            clerk.name,
            "299天",
        ],
        [
            "2",
            *start,
            other.person.name,
            "7",
            "奖状",
            "2025-12",
            "2",
            "1",
            "不予受理：不清楚",
            "",
            clerk.name,
            "299天",
        ],
    ]
    assert registers.entries(book, institution, dt.date(2026, 1, 1), dt.date(2026, 1, 31), by=clerk) == []
