"""The papers of an application: handed in, lacking, looked at."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from rendang.circulation.intake import actions
from rendang.circulation.intake.models import Intake
from rendang.kernel.access.models import Role
from rendang.kernel.access.permissions import Permission
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files import actions as files
from rendang.kernel.files.models import StoredFile, SubmittedPaper
from rendang.kernel.files.queries import papers_asked, papers_lacking
from rendang.people.models import Message
from tests.circulation.intake.conftest import make_number
from tests.factories import CitizenFactory, staff
from tests.told import chinese

pytestmark = pytest.mark.django_db
CARD, PROOF = "居民身份证", "劳动合同、就业登记或户口簿（任选其一，用于核对存档地）"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


def scan(name="scan.pdf", content=b"%PDF-1.7\n%%EOF\n"):
    return ContentFile(content, name=name)


def applied(institution, clerk, **given):
    facts = {"name": "王小明", "id_number": make_number(), "reason": "flexible", "sender": "虚构大学"}
    return actions.apply(institution, by=clerk, **{**facts, **given})


def titles(intake):
    return list(intake.submitted.values_list("title", flat=True))


def test_each_file_is_kept_with_what_it_is(institution, clerk):
    intake = applied(institution, clerk, papers=[(CARD, scan()), (CARD, scan("back.png", PNG)), (PROOF, scan())])

    assert titles(intake) == [CARD, CARD, PROOF]
    assert [paper.file.media_type for paper in intake.submitted.all()] == [
        "application/pdf",
        "image/png",
        "application/pdf",
    ]
    events = AuditEvent.objects.filter(verb="submittedpaper.hand_in")
    assert {(event.institution_id, event.person_id) for event in events} == {(institution.pk, intake.person_id)}
    assert papers_lacking(intake) == []


def test_what_is_asked_only_of_some_lacks_in_nobody_s_application(institution, clerk):
    assert papers_lacking(applied(institution, clerk)) == [CARD, PROOF]
    assert [title for title, _shown in papers_asked("intake")][2][:5] == "单位办理："


@pytest.mark.parametrize(
    ("papers", "why"),
    [
        ([(CARD, scan()), (CARD, scan(content=b"MZ not a picture"))], "not one of"),
        ([("病历", scan())], "not asked for"),
        ([(CARD, scan(content=b""))], "empty"),
    ],
)
def test_a_refused_file_leaves_no_application_behind(institution, clerk, papers, why):
    with pytest.raises(ValidationError, match=why):
        applied(institution, clerk, papers=papers)

    assert not Intake.objects.exists()
    assert not StoredFile.objects.exists()
    assert not AuditEvent.objects.filter(verb__in=["intake.open", "submittedpaper.hand_in"]).exists()


def test_size_and_number_are_policies(institution, clerk):
    intake = applied(institution, clerk, papers=[(CARD, scan())] * 20)

    with pytest.raises(ValidationError, match="at most 20 files"):
        files.hand_in(intake, [(CARD, scan())], by=clerk, permission=Permission.INTAKE_REGISTER)
    other = applied(institution, clerk)
    with pytest.raises(ValidationError, match="larger than 20"):
        big = scan(content=b"%PDF-1.7\n" + bytes(20 * 1024 * 1024))
        files.hand_in(other, [(CARD, big)], by=clerk, permission=Permission.INTAKE_REGISTER)

    assert (intake.submitted.count(), other.submitted.count()) == (20, 0)


def test_added_later_by_who_may_register_and_only_while_the_case_is_open(institution, clerk):
    intake = applied(institution, clerk)
    keeper = staff(institution, Role.REVIEWER)

    with pytest.raises(PermissionDenied):
        files.hand_in(intake, [(CARD, scan())], by=keeper, permission=Permission.INTAKE_REGISTER)
    files.hand_in(intake, [(CARD, scan())], by=clerk, permission=Permission.INTAKE_REGISTER)
    intake = actions.withdraw(intake, by=clerk, reason="不再需要")
    with pytest.raises(ValidationError, match="closed"):
        files.hand_in(intake, [(PROOF, scan())], by=clerk, permission=Permission.INTAKE_REGISTER)

    assert titles(intake) == [CARD]


def test_at_the_window_with_the_form_and_later(institution, clerk, client):
    client.force_login(clerk)
    form = {"institution": institution.pk, "name": "王小明", "id_number": make_number(), "identity_check": "CARD",
            "reason": "flexible", "archive_type": "personal", "sender": "虚构大学"}  # fmt: skip
    client.post(reverse("intake:apply"), {**form, "paper_0": [SimpleUploadedFile("a.pdf", b"%PDF-1.7\n%%EOF\n")]})
    intake = Intake.objects.get()
    page = reverse("intake:detail", args=[intake.pk])
    assert titles(intake) == [CARD]
    assert PROOF in client.get(page).content.decode()

    add = reverse("intake:hand_in", args=[intake.pk])
    assert "请至少选择一个文件" in client.post(add, {"paper_0": ""}).content.decode()
    client.post(add, {"paper_1": [SimpleUploadedFile("b.png", PNG)]})

    assert titles(intake) == [CARD, PROOF]


def test_the_reviewer_s_look_is_noted(institution, clerk, client):
    paper = applied(institution, clerk, papers=[(CARD, scan())]).submitted.get()
    reviewer = staff(institution, Role.REVIEWER)
    client.force_login(reviewer)

    answer = client.get(reverse("intake:submitted", args=[paper.case_id, paper.pk]))

    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    event = AuditEvent.objects.get(verb="submittedpaper.view")
    assert (event.actor_id, event.person_id, event.reason) == (reviewer.pk, paper.case.person_id, CARD)


def test_another_institution_s_paper_is_not_there(institution, other_institution, clerk, client):
    paper = applied(institution, clerk, papers=[(CARD, scan())]).submitted.get()
    client.force_login(staff(other_institution, Role.REVIEWER))

    assert client.get(reverse("intake:submitted", args=[paper.case_id, paper.pk])).status_code == 404
    assert not AuditEvent.objects.filter(verb="submittedpaper.view").exists()


class TestOnline:
    @pytest.fixture
    def citizen(self, client):
        user = CitizenFactory()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return user

    def test_what_lacks_is_told_once_and_refuses_nothing(self, institution, citizen):
        intake = actions.apply_online(
            institution, by=citizen, reason="flexible", sender="虚构大学", papers=[(CARD, scan())]
        )

        assert intake.state == "APPLIED"
        assert [chinese(message) for message in Message.objects.all()] == [
            f"您的存档申请已收到。尚缺：{PROOF}。可在“我的档案”补交，或到窗口办理；不因缺材料而不受理。"
        ]

    def test_nothing_is_told_when_nothing_lacks(self, institution, citizen):
        papers = [(CARD, scan()), (PROOF, scan())]
        actions.apply_online(institution, by=citizen, reason="flexible", sender="虚构大学", papers=papers)

        assert not Message.objects.exists()

    def test_sent_with_the_form_and_added_later(self, institution, citizen, client):
        form = {"institution": institution.pk, "reason": "flexible", "sender": "虚构大学"}
        card = SimpleUploadedFile("a.pdf", b"%PDF-1.7\n%%EOF\n")
        client.post(reverse("portal:intake"), {**form, "paper_0": [card]})
        intake = Intake.objects.get()
        page = reverse("portal:papers", args=[intake.pk])
        assert PROOF in client.get(page).content.decode()

        client.post(page, {"paper_1": [SimpleUploadedFile("b.png", PNG)]})

        assert titles(intake) == [CARD, PROOF]
        paper = intake.submitted.first()
        assert client.get(reverse("portal:submitted", args=[paper.pk])).status_code == 200
        assert AuditEvent.objects.get(verb="submittedpaper.view").actor_id == citizen.pk

    def test_of_somebody_else_nothing_is_there(self, institution, clerk, citizen, client):
        other = actions.apply_online(
            institution,
            by=CitizenFactory(id_number=make_number()),
            reason="flexible",
            sender="虚构大学",
            papers=[(CARD, scan())],
        )

        assert client.get(reverse("portal:papers", args=[other.pk])).status_code == 404
        assert client.post(reverse("portal:papers", args=[other.pk]), {"paper_0": [scan()]}).status_code == 404
        assert client.get(reverse("portal:submitted", args=[other.submitted.get().pk])).status_code == 404
        assert SubmittedPaper.objects.count() == 1
