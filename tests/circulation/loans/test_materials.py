"""A digital consultation names single papers: exactly those are shown, and each answer leaves a trace."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from rendang.circulation.loans import actions, papers
from rendang.dossiers import actions as dossiers
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.files.queries import read_file
from tests.circulation.loans.conftest import onward
from tests.factories import PlacementFactory, staff
from tests.golden import text_of
from tests.one_of_each import applied_for

pytestmark = pytest.mark.django_db
ROWS = [
    {"class_mark": "1", "title": "履历表", "formed_on": "2008", "pages": 4},
    {"class_mark": "3", "title": "2009年度考核登记表", "formed_on": "2009", "pages": 2},
    {"class_mark": "3", "title": "2010年度考核登记表", "formed_on": "2010", "pages": 2},
    {"class_mark": "4-1", "title": "毕业生登记表", "formed_on": "2008", "pages": 3},
]


@pytest.fixture
def catalogued(shelved, ours):
    """The dossier with four papers, by their numbers."""
    dossiers.add_materials(shelved, ROWS, by=ours[Role.REVIEWER])
    return {paper.number: paper for paper in shelved.materials.all()}


@pytest.fixture
def opened(shelved, ours, catalogued):
    """``opened(["3-1"], class_marks=["4"])``: a consultation with these papers named, open for reading."""

    def to(numbers, **given):
        case = applied_for(shelved, ours, use="DIGITAL", days=2, **given)
        keys = [catalogued[number].pk for number in numbers]
        case = actions.name_papers(case, by=ours[Role.APPROVER], materials=keys, whole_classes=True)
        return onward(onward(case, ours), ours)

    return to


@pytest.fixture
def shown(catalogued, ours):
    """``shown(case)``: the numbers of the papers that the consultation shows now."""

    def of(case=None):
        asked = {no: dossiers.ask_to_see(paper, by=ours[Role.KEEPER], case=case) for no, paper in catalogued.items()}
        return {number for number, answer in asked.items() if answer.allowed}

    return of


@pytest.mark.parametrize(
    ("classes", "numbers", "expected"),
    [
        ([], [], {"1-1", "3-1", "3-2", "4-1-1"}),
        ([], ["3-1"], {"3-1"}),
        (["4"], [], {"4-1-1"}),
        (["4"], ["3-2"], {"3-2", "4-1-1"}),
    ],
)
def test_exactly_what_is_named_is_shown(classes, numbers, expected, opened, shown):
    case = opened(numbers, class_marks=classes)

    assert (case.state, shown(case), shown()) == ("GRANTED", expected, expected)


def test_classes_asked_for_can_give_way_to_single_papers(shelved, ours, catalogued, shown):
    case = applied_for(shelved, ours, use="DIGITAL", days=2, class_marks=["3", "4"])

    case = actions.name_papers(case, by=ours[Role.APPROVER], materials=[catalogued["3-2"].pk], whole_classes=False)

    case = onward(onward(case, ours), ours)
    assert (case.class_marks, shown(case)) == ([], {"3-2"})


def test_giving_up_the_classes_without_naming_a_paper_does_not_open_the_whole_dossier(shelved, ours, catalogued):
    case = applied_for(shelved, ours, use="DIGITAL", days=2, class_marks=["3"])
    before = AuditEvent.objects.count()

    with pytest.raises(ValidationError) as wrong:
        actions.name_papers(case, by=ours[Role.APPROVER], materials=[], whole_classes=False)

    assert wrong.value.message_dict == {"materials": ["Name at least one paper, or leave the classes open."]}
    case.refresh_from_db()
    assert (case.class_marks, AuditEvent.objects.count()) == (["3"], before)


def test_each_answer_is_noted_and_what_is_not_named_is_not_shown(opened, catalogued, ours):
    case = opened(["3-1"], may_print=True)

    found = dossiers.ask_to_see(catalogued["3-1"], by=ours[Role.KEEPER], case=case)
    denied = dossiers.ask_to_see(catalogued["3-2"], by=ours[Role.KEEPER], case=case)

    assert (found.denial, found.may_print, found.may_download, denied.denial) == ("", True, False, "NOT_NAMED")
    noted = AuditEvent.objects.filter(subject_id=case.pk, verb__in=["material.show", "material.deny"]).order_by("pk")
    assert list(noted.values_list("verb", "reason", "changes")) == [
        ("material.show", "", {"paper": [None, "3-1"], "wish": [None, "READ"]}),
        ("material.deny", "NOT_NAMED", {"paper": [None, "3-2"], "wish": [None, "READ"]}),
    ]


def test_a_named_paper_is_not_shown_when_the_time_is_over_or_the_paper_was_removed(opened, catalogued, shown):
    case = opened(["3-1", "3-2"])
    catalogued["3-2"].removed_at = timezone.now()
    catalogued["3-2"].save()

    assert shown(case) == {"3-1"}
    with time_machine.travel(timezone.now() + dt.timedelta(3), tick=False):
        assert shown(case) == set()


def test_a_paper_of_another_dossier_is_neither_named_nor_shown(opened, ours, institution, shelved, catalogued):
    other = PlacementFactory(institution=institution).dossier
    dossiers.add_materials(other, ROWS[:1], by=ours[Role.REVIEWER])
    foreign = other.materials.get()
    case = applied_for(shelved, ours, use="DIGITAL", days=2)
    before = AuditEvent.objects.count()

    with pytest.raises(ValidationError) as wrong:
        actions.name_papers(case, by=ours[Role.APPROVER], materials=[foreign.pk])

    assert wrong.value.message_dict == {"materials": ["One of the papers is not in the catalogue of this dossier."]}
    assert (case.materials.count(), AuditEvent.objects.count()) == (0, before)
    granted = onward(onward(case, ours), ours)
    answer = dossiers.ask_to_see(foreign, by=ours[Role.KEEPER], case=granted)
    assert (answer.denial, AuditEvent.objects.latest("pk").reason) == ("OTHER_DOSSIER", "OTHER_DOSSIER")


def test_papers_are_named_before_the_approval_by_who_approves_and_only_for_the_screen(loan, ours, opened):
    approved = opened([])
    paper = loan("APPLIED")
    for case, who, error in (
        (approved, Role.APPROVER, ValidationError),
        (paper, Role.APPROVER, ValidationError),
        (loan("APPLIED", use="DIGITAL"), Role.KEEPER, PermissionDenied),
    ):
        before = AuditEvent.objects.count()
        with pytest.raises(error):
            actions.name_papers(case, by=ours[who], materials=[])
        assert AuditEvent.objects.count() == before


def test_the_form_that_is_approved_names_the_papers(opened):
    case = opened(["3-2", "3-1"], class_marks=["4"], may_print=True)

    assert papers.digital_in_words(case) == "4 类，另 3-1、3-2 号材料；2 天；可打印，不可下载"
    assert "另3-1、3-2号材料" in "".join(text_of(read_file(case.approval_file)).split())


def test_the_page_offers_the_papers_by_class_and_keeps_what_was_ticked(shelved, ours, catalogued, signed_in):
    case = applied_for(shelved, ours, use="DIGITAL", days=2)
    browser, page = signed_in(ours[Role.APPROVER]), reverse("loans:name_papers", args=[case.pk])

    text = browser.get(page).content.decode()
    assert text.index("choices-heading") < text.index("3-1 2009年度考核登记表") < text.index("4-1-1 毕业生登记表")
    assert AuditEvent.objects.filter(verb="catalogue.view", subject_id=shelved.pk).count() == 1

    answer = browser.post(page, {"materials": [catalogued["3-1"].pk, catalogued["1-1"].pk]})

    assert answer["Location"] == case.get_absolute_url()
    assert set(case.materials.all()) == {catalogued["3-1"], catalogued["1-1"]}
    assert "1-1, 3-1" in browser.get(case.get_absolute_url()).content.decode()
    assert browser.get(page).content.decode().count(" checked") == 2


def test_who_may_not_see_the_catalogue_does_not_name_papers(shelved, ours, catalogued, signed_in, other_institution):
    case = applied_for(shelved, ours, use="DIGITAL", days=2)
    page = reverse("loans:name_papers", args=[case.pk])

    assert signed_in(ours[Role.CLERK]).get(page).status_code == 403
    assert signed_in(staff(other_institution, Role.APPROVER)).get(page).status_code == 404
    apply = signed_in(ours[Role.CLERK]).get(reverse("loans:apply", args=[shelved.pk])).content.decode()
    assert "毕业生登记表" not in apply
