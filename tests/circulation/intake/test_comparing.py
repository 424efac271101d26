"""The list against the parcel, paper by paper."""

import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from rendang.circulation.intake import actions
from rendang.circulation.intake.queries import read_list, summary
from rendang.dossiers.models import Material
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
LIST = "4-1\t高等学校毕业生登记表\t2008-06\t4\n4-1\t学生成绩表\t2008\t2\n6-1\t入党志愿书\t2007-11\t8"


def entered(walk, text=LIST):
    intake = walk("OPENED")
    actions.enter_list(intake, read_list(pasted=text), by=walk.people[Role.REVIEWER])
    return intake


def marks(intake):
    return [(paper.class_mark, paper.title, paper.pages_listed, paper.pages_found) for paper in intake.compared.all()]


def test_the_list_is_entered_as_it_was_pasted(walk):
    intake = entered(walk)

    assert marks(intake) == [
        ("4-1", "高等学校毕业生登记表", 4, None),
        ("4-1", "学生成绩表", 2, None),
        ("6", "入党志愿书", 8, None),
    ]
    assert AuditEvent.objects.filter(verb="intake.enter_list").count() == 1


def test_the_list_comes_from_a_file_as_well():
    file = SimpleUploadedFile("目录.csv", "类号,材料名称,形成时间,页数\n4-1-1,毕业生登记表,2008.6,4\n".encode())

    (row,) = read_list(file=file)

    assert (row["class_mark"], row["title"], row["formed_on"], row["pages"]) == ("4-1", "毕业生登记表", "2008-06", "4")


def test_a_file_that_is_no_list_is_refused_in_words():
    with pytest.raises(ValidationError, match="No heading with the columns"):
        read_list(file=io.BytesIO("甲,乙\n1,2\n".encode()))


@pytest.mark.parametrize(
    ("text", "message"),
    [("4-1\t成绩表\t2008\t0", "Row 4"), ("99\t成绩表\t2008\t1", "no class"), ("4\t成绩表\t2008\t1", "sub-classes")],
)
def test_a_row_that_could_not_stand_in_the_catalogue_refuses_the_list(walk, text, message):
    intake = walk("OPENED")

    with pytest.raises(ValidationError, match=message):
        actions.enter_list(intake, read_list(pasted=f"{LIST}\n{text}"), by=walk.people[Role.REVIEWER])

    assert not intake.compared.exists()


def test_only_the_reviewer_compares_and_only_what_lies_open(walk):
    intake = walk("OPENED")
    with pytest.raises(PermissionDenied):
        actions.enter_list(intake, read_list(pasted=LIST), by=walk.people[Role.CLERK])
    closed = walk("ARRIVED")
    with pytest.raises(ValidationError, match="when two people"):
        actions.enter_list(closed, read_list(pasted=LIST), by=walk.people[Role.REVIEWER])
    assert not intake.compared.exists()


def compare(walk, intake, **said):
    given = {"notice_agrees": True, "right_person": True} | said
    return actions.compare(intake, by=walk.people[Role.REVIEWER], **given)


def test_a_list_is_not_agreed_with_before_every_paper_was_looked_at(walk):
    intake = entered(walk)

    with pytest.raises(ValidationError, match="3 papers of the list have not been looked at"):
        compare(walk, intake)

    intake.refresh_from_db()
    assert intake.state == "OPENED"


def test_what_differs_is_said_by_the_comparison_itself(walk):
    intake = entered(walk)
    first, second, third = intake.compared.all()
    found = {first.pk: (4, ""), second.pk: (0, "未见"), third.pk: (7, "")}
    actions.check_list(intake, found, by=walk.people[Role.REVIEWER])
    actions.enter_list(
        intake, read_list(pasted="9-1\t工资审批表\t2010\t1"), by=walk.people[Role.REVIEWER], listed=False
    )

    papers = list(intake.compared.all())
    assert [paper.differs for paper in papers] == [False, True, True, True]
    counted = summary(papers)
    assert (counted.looked_at, counted.differing, counted.pages_listed, counted.pages_found) == (4, 3, 14, 12)
    intake = compare(walk, intake)
    assert (intake.list_agrees, intake.comparison) == (
        False,
        "目录列 3 份，实有 3 份；缺：学生成绩表；目录未列：工资审批表；页数不符：入党志愿书（列 8 页，实 7 页）。",
    )


def test_the_compared_papers_become_the_catalogue(walk):
    intake = entered(walk)
    rest = {paper.pk: (paper.pages_listed, "") for paper in intake.compared.all()}
    actions.check_list(intake, rest, by=walk.people[Role.REVIEWER])
    intake = compare(walk, intake)
    intake = actions.review(intake, by=walk.people[Role.REVIEWER], review="材料齐全")

    intake = actions.accept(intake, by=walk.people[Role.APPROVER])

    papers = Material.objects.filter(dossier=intake.dossier).order_by("class_mark", "position")
    assert [(paper.number, paper.title, paper.pages) for paper in papers] == [
        ("4-1-1", "学生成绩表", 2),
        ("4-1-2", "高等学校毕业生登记表", 4),
        ("6-1", "入党志愿书", 8),
    ]


def test_the_page_takes_the_list_and_what_was_found(walk, signed_in):
    intake = walk("OPENED")
    browser = signed_in(walk.people[Role.REVIEWER])
    address = reverse("intake:comparison", args=[intake.pk])

    assert "Enter the list that came with the dossier" in browser.get(address).content.decode()
    browser.post(address, {"enter": "1", "pasted": LIST})
    browser.post(address, {"all": "1"})

    assert [found for *_rest, found in marks(intake)] == [4, 2, 8]
    keys = [paper.pk for paper in intake.compared.all()]
    sent = {f"paper{key}-found": "1" for key in keys} | {f"paper{keys[0]}-remarks": "复印件", "check": "1"}
    browser.post(address, sent)
    assert [found for *_rest, found in marks(intake)] == [1, 1, 1]
    refused = browser.post(address, {"enter": "1", "pasted": "99\t成绩表\t2008\t1"}).content.decode()
    assert "There is no class" in refused
    assert "99\t成绩表" in refused
