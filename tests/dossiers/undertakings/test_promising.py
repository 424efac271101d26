"""告知承诺: told once, promised by hand or online, followed up, settled paper by paper."""

import datetime as dt
import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from rendang.dossiers import actions
from rendang.dossiers.actions import letting_go
from rendang.dossiers.models import Material, Undertaking, UndertakingItem
from rendang.kernel.access.models import Role
from rendang.kernel.accounts.actions import system_actor
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.models import StoredFile
from rendang.kernel.workflow import actions as case_actions
from rendang.people.models import Message
from tests.factories import CitizenFactory, PersonFactory, held_dossier, staff
from tests.told import chinese

pytestmark = pytest.mark.django_db
CONFIRM, END = actions.UNDERTAKING_STEPS["confirm"], actions.UNDERTAKING_STEPS["end"]
FOLLOW_UP, SUPPLEMENT = actions.UNDERTAKING_STEPS["follow_up"], actions.UNDERTAKING_STEPS["supplement"]
TODAY = dt.date(2026, 11, 26)


def scan() -> SimpleUploadedFile:
    picture = io.BytesIO()
    Image.new("L", (20, 20), 200).save(picture, "PNG")
    return SimpleUploadedFile("IMG_0001.PNG", picture.getvalue())


def outcomes(undertaking) -> dict[str, str]:
    return dict(UndertakingItem.objects.filter(undertaking=undertaking).values_list("name", "outcome"))


def nothing_happened(before) -> bool:
    return before == (AuditEvent.objects.count(), StoredFile.objects.count(), Message.objects.count())


def trace() -> tuple[int, int, int]:
    return AuditEvent.objects.count(), StoredFile.objects.count(), Message.objects.count()


def test_the_person_is_told_everything_at_once_with_effects_issuer_and_the_last_day_of_the_policy(told, dossier):
    first, second = told.items.all()
    assert (first.code, first.name, first.class_mark, first.period) == ("ED-04", "毕业生登记表", "4-1", "毕业当年")
    assert (first.effects, first.issuer) == ("学历认定、连续工龄认定、政治审查", "毕业院校")
    assert (second.code, second.name, second.class_mark) == ("", "体检表", "10")
    assert told.effects == "学历认定、连续工龄认定、政治审查"
    assert (told.state, told.dossier) == ("TOLD", dossier)
    assert told.promised_on == told.due_date == dt.date(2027, 5, 26)
    assert told.due_basis.startswith("人社部发〔2021〕112号")
    message = Message.objects.get()
    assert message.person == dossier.person
    assert chinese(message) == (
        "您的档案缺少2份关键材料：毕业生登记表、体检表。请在2027年5月26日前补充，或登录后确认承诺书。"
    )
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))[-3:] == [
        "undertaking.open",
        "file.store",
        "message.send",
    ]


def test_told_once_means_once_while_it_is_open(told, dossier, institution, clerk):
    before = trace()
    with pytest.raises(ValidationError, match=rf"told already, on 2026-11-26 \({told.number}\)"):
        actions.tell_once(dossier.person, institution, by=clerk, missing=[{"code": "PT-01"}])
    assert nothing_happened(before)
    assert Undertaking.objects.count() == 1
    END(told, by=clerk, outcome="WAIVED", reason="材料已无必要")
    again = actions.tell_once(dossier.person, institution, by=clerk, missing=[{"code": "PT-01"}])
    assert again.items.get().name == "入党志愿书"


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ([], "at least one paper"),
        ([{"code": "XX-99"}], "no key material “XX-99”"),
        ([{"code": "GR-02"}], "no key material “GR-02”"),
        ([{"name": " "}], "Name every paper"),
        ([{"name": "体检表"}, {"name": "体检表"}], "named twice"),
        (
            [{"name": "毕业生就业报到证"}],
            r"must not be asked of this person: General Office of the State Council \[2022\] No\. 13",
        ),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_words(dossier, institution, clerk, missing, words):
    dossier.person.graduated = "2024-06"
    dossier.person.save()
    before = trace()
    with pytest.raises(ValidationError, match=words):
        actions.tell_once(dossier.person, institution, by=clerk, missing=missing)
    assert nothing_happened(before)
    assert not Undertaking.objects.exists()


@pytest.mark.parametrize(
    ("day", "words"),
    [(dt.date(2026, 11, 25), "lies in the past"), (dt.date(2027, 5, 27), "until 2027-05-26 at most")],
)
def test_the_promised_day_lies_within_the_policy(dossier, institution, clerk, day, words):
    with pytest.raises(ValidationError, match=words):
        actions.tell_once(dossier.person, institution, by=clerk, missing=[{"code": "ED-04"}], promised_on=day)
    assert not Undertaking.objects.exists()


def test_only_who_may_at_an_institution_that_has_to_do_with_the_person(dossier, institution, clerk):
    keeper = staff(institution, Role.KEEPER)
    with pytest.raises(PermissionDenied):
        actions.tell_once(dossier.person, institution, by=keeper, missing=[{"code": "ED-04"}])
    with pytest.raises(ValidationError, match="neither holds the dossier"):
        actions.tell_once(PersonFactory(), institution, by=clerk, missing=[{"code": "ED-04"}])
    assert not Undertaking.objects.exists()


def test_signed_by_hand_it_needs_the_scan(told, clerk):
    with pytest.raises(ValidationError, match="Choose the scan"):
        CONFIRM(told, by=clerk)
    promised = CONFIRM(told, by=clerk, signed=scan(), statement="已联系学校")
    assert (promised.state, promised.channel, promised.statement) == ("PROMISED", "WINDOW", "已联系学校")
    assert promised.signed_file.name == f"承诺书已签-{told.number}.PNG"
    assert promised.due_date == dt.date(2027, 5, 26)


def test_the_person_confirms_online_and_nobody_else_does(told, dossier):
    stranger = CitizenFactory()
    with pytest.raises(PermissionDenied):
        actions.confirm_online(told, by=stranger)
    told.refresh_from_db()
    assert (told.state, told.applicant) == ("TOLD", None)
    owner = CitizenFactory(name=dossier.person.name, id_number=dossier.person.id_number)
    promised = actions.confirm_online(told, by=owner)
    assert (promised.state, promised.channel, promised.applicant) == ("PROMISED", "ONLINE", owner)
    assert promised.signed_file is None and promised.promised_at == timezone.now()
    with pytest.raises(ValidationError, match="not possible"):
        actions.confirm_online(told, by=owner)


def test_a_follow_up_is_dated_and_may_agree_another_day(told, clerk):
    CONFIRM(told, by=clerk, signed=scan())
    FOLLOW_UP(told, by=clerk, done_on=dt.date(2026, 11, 25), note="电话联系，学校已受理")
    later = FOLLOW_UP(told, by=clerk, done_on=TODAY, note="同意改期", promised_on=dt.date(2026, 12, 31))
    assert (later.state, later.promised_on, later.due_date) == ("PROMISED",) + (dt.date(2026, 12, 31),) * 2
    assert [(str(one.done_on), one.note) for one in later.follow_ups.all()] == [
        ("2026-11-26", "同意改期"),
        ("2026-11-25", "电话联系，学校已受理"),
    ]
    with pytest.raises(ValidationError, match="future"):
        FOLLOW_UP(told, by=clerk, done_on=dt.date(2026, 11, 27), note="明天")


def test_a_paper_that_is_listed_settles_its_promise_and_the_last_one_ends_it(told, dossier, reviewer, clerk):
    CONFIRM(told, by=clerk, signed=scan())
    actions.add_material(dossier, by=reviewer, class_mark="4-1", title="高等学校毕业生登记表", formed_on="2008-06")
    told.refresh_from_db()
    assert (told.state, outcomes(told)) == ("PROMISED", {"毕业生登记表": "SUPPLEMENTED", "体检表": ""})
    item = told.items.get(code="ED-04")
    assert (item.material, item.settled_on, item.settled_by) == (Material.objects.get(), TODAY, reviewer)
    actions.add_materials(dossier, [{"class_mark": "10", "title": "毕业生体检表"}], by=reviewer)
    told.refresh_from_db()
    assert (told.state, told.due_date, told.closed_at) == ("SUPPLEMENTED", None, timezone.now())
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))[-3:] == [
        "material.add_many",
        "undertaking.settle",
        "undertaking.supplement",
    ]


def test_whoever_lists_the_paper_need_not_have_the_right_to_end_undertakings(told, dossier, institution):
    digitiser = staff(institution, Role.DIGITISER)
    rows = [{"class_mark": "4-1", "title": "毕业生登记表"}, {"class_mark": "10", "title": "体检表"}]
    actions.add_materials(dossier, rows, by=digitiser)
    told.refresh_from_db()
    assert told.state == "SUPPLEMENTED"
    settled, ended = AuditEvent.objects.filter(verb__startswith="undertaking.").order_by("pk")[1:]
    assert (settled.verb, settled.actor_id) == ("undertaking.settle", digitiser.pk)
    assert (ended.verb, ended.actor_name) == ("undertaking.supplement", "系统")


def test_a_paper_of_somebody_else_or_of_another_category_settles_nothing(told, dossier, institution, reviewer):
    actions.add_material(held_dossier(institution), by=reviewer, class_mark="4-1", title="毕业生登记表")
    actions.add_material(dossier, by=reviewer, class_mark="9-2", title="毕业生登记表")
    assert set(outcomes(told).values()) == {""}


def test_what_will_not_come_is_closed_with_a_reason(told, clerk):
    school, health = told.items.all()
    for outcome in ("CANNOT_BE_OBTAINED", "WAIVED"):
        with pytest.raises(ValidationError, match="Say why"):
            actions.settle_item(school, by=clerk, outcome=outcome)
    with pytest.raises(ValidationError, match="what became"):
        actions.settle_item(school, by=clerk, outcome="LOST")
    assert set(outcomes(told).values()) == {""}
    left = actions.settle_item(school, by=clerk, outcome="CANNOT_BE_OBTAINED", reason="学校已撤销，无存根")
    assert left.state == "TOLD"
    with pytest.raises(ValidationError, match="settled already"):
        actions.settle_item(school, by=clerk, outcome="SUPPLEMENTED")
    with pytest.raises(ValidationError, match="Not every paper has come"):
        SUPPLEMENT(told, by=clerk)
    ended = actions.settle_item(health, by=clerk, outcome="SUPPLEMENTED")
    assert (ended.state, ended.due_date) == ("ENDED", None)


def test_the_rest_can_be_ended_together(told, clerk):
    actions.settle_item(told.items.first(), by=clerk, outcome="SUPPLEMENTED")
    with pytest.raises(ValidationError, match="cannot be obtained or are waived"):
        END(told, by=clerk, outcome="SUPPLEMENTED", reason="全了")
    ended = END(told, by=clerk, outcome="WAIVED", reason="本人放弃")
    assert (ended.state, outcomes(told)) == ("ENDED", {"毕业生登记表": "SUPPLEMENTED", "体检表": "WAIVED"})


def test_when_the_dossier_has_gone_to_another_keeper_nothing_more_is_promised_here(told, dossier, clerk, signed_in):
    custody = dossier.custodies.get()
    elsewhere = actions.tell_once(
        held_dossier(told.institution).person, told.institution, by=clerk, missing=[{"name": "体检表"}]
    )
    CONFIRM(told, by=clerk, signed=scan())
    case_actions.pause(told, by=clerk, reason="等待学校答复")
    letting_go.let_go(custodies=[custody.pk])
    told.refresh_from_db()
    assert told.is_open  # it is kept here
    actions.end_custody(custody, by=clerk, reason="employed", sent_to="海州市人才服务中心")
    said = list(Message.objects.values_list("pk", flat=True))

    for _twice in range(2):
        letting_go.let_go(custodies=[custody.pk])

    told.refresh_from_db()
    assert (told.state, told.closed_at is not None, told.paused_at) == ("ENDED", True, None)
    assert set(told.items.values_list("outcome", "reason")) == {("WAIVED", Undertaking.HAS_LEFT)}
    message = Message.objects.exclude(pk__in=said).get()
    assert message.person == dossier.person
    assert chinese(message).startswith(f"您的档案已转出{told.institution.name}。此前要求补充的材料不必再交到该机构")
    ended = AuditEvent.objects.get(verb="undertaking.end")
    assert (ended.actor_id, ended.reason) == (system_actor().pk, Undertaking.HAS_LEFT)
    elsewhere.refresh_from_db()
    assert elsewhere.is_open
    page = signed_in(clerk, "zh-hans").get(reverse("dossiers:undertaking", args=[told.pk])).content.decode()
    assert "档案已转由其他单位保管" in page
    assert Undertaking.HAS_LEFT not in page


def test_the_end_of_a_custody_is_followed_by_the_job_that_lets_go(dossier, clerk):
    (custody,) = dossier.custodies.all()
    actions.end_custodies([custody.pk], by=clerk, reason="employed", sent_to="海州市人才服务中心")
    (job,) = ProcrastinateJob.objects.filter(task_name="dossiers.let_go")
    assert job.args == {"custodies": [custody.pk]}


def test_who_keeps_the_dossier_again_may_go_on_asking(told, dossier, clerk, institution):
    (custody,) = dossier.custodies.all()
    actions.end_custody(custody, by=clerk)
    actions.take_custody(dossier, institution, by=clerk)
    letting_go.let_go(custodies=[custody.pk])
    told.refresh_from_db()
    assert told.is_open


@pytest.mark.parametrize(
    ("step", "typed", "state"),
    [
        ("supplement", {}, "SUPPLEMENTED"),
        ("end", {"outcome": "CANNOT_BE_OBTAINED", "reason": "原单位已撤销"}, "ENDED"),
        ("follow_up", {"done_on": "2026-11-26", "note": "电话催办"}, "PROMISED"),
    ],
)
def test_many_that_are_ticked_in_the_list_are_closed_or_followed_up_at_once(
    step, typed, state, institution, clerk, signed_in
):
    made = [
        CONFIRM(
            actions.tell_once(one.person, institution, by=clerk, missing=[{"code": "ED-04"}]), by=clerk, signed=scan()
        )
        for one in (held_dossier(institution), held_dossier(institution))
    ]
    browser, page = signed_in(clerk), reverse("workflow:many", args=["undertaking", step])
    listed = browser.get(reverse("dossiers:undertakings")).content.decode()

    answer = browser.post(page, {"case": [one.pk for one in made]} | typed)

    assert page in listed
    assert (answer.context["done"], answer.context["refused"]) == (2, 0)
    assert set(Undertaking.objects.values_list("state", flat=True)) == {state}
    assert AuditEvent.objects.filter(verb=f"undertaking.{step}").count() == 2
