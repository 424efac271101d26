from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rendang.dossiers.actions import (
    REMOVAL_STEPS,
    add_material,
    add_materials,
    change_material,
    move_material,
    propose_removal,
    record_value,
    remove_recorded_value,
    sort_class,
)
from rendang.dossiers.models import Dossier, Material, MaterialRemoval
from rendang.dossiers.pasting import class_of, read_pasted
from rendang.dossiers.queries import listed_twice, papers_of, recorded_values, sections
from rendang.dossiers.queries.catalogue import contradict
from rendang.kernel.access.models import Role
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.standards import queries as standards
from tests.factories import InstitutionFactory, MaterialFactory, held_dossier, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossier(institution):
    return held_dossier(institution, id_number="110101199003074514")


def numbers(dossier, class_mark=None):
    papers = papers_of(dossier)
    return [(paper.number, paper.title) for paper in papers if class_mark in {None, paper.class_mark}]


def add(dossier, by, class_mark, title, formed_on="", **facts):
    return add_material(dossier, by=by, class_mark=class_mark, title=title, formed_on=formed_on, **facts)


class TestAddingAPaper:
    def test_puts_it_where_its_date_belongs(self, dossier, reviewer):
        add(dossier, reviewer, "4-1", "毕业生登记表", "2012-06")
        add(dossier, reviewer, "4-1", "成绩表", "2012")
        add(dossier, reviewer, "4-1", "录取登记表", "2008-08-20")
        add(dossier, reviewer, "4-1", "学位证书复印件")
        assert numbers(dossier) == [
            ("4-1-1", "录取登记表"),
            ("4-1-2", "成绩表"),
            ("4-1-3", "毕业生登记表"),
            ("4-1-4", "学位证书复印件"),
        ]

    def test_follows_the_sequence_of_the_class_where_it_has_one(self, dossier, reviewer):
        for title, day in (
            ("党员登记表", "2005"),
            ("转正申请书", "2003"),
            ("入党志愿书", "2002"),
            ("入党申请书", "2000"),
            ("入团志愿书", "1996"),
        ):
            add(dossier, reviewer, "6", title, day)
        assert [title for _number, title in numbers(dossier)] == [
            "入团志愿书",
            "入党志愿书",
            "入党申请书",
            "转正申请书",
            "党员登记表",
        ]

    def test_leaves_a_trace(self, dossier, reviewer, institution):
        paper = add(dossier, reviewer, "1", "  履历   表 ")
        event = AuditEvent.objects.get(verb="material.add")
        assert paper.title == "履历 表"
        assert (event.person_id, event.institution_id, event.subject_id) == (
            dossier.person_id,
            institution.pk,
            paper.pk,
        )

    @pytest.mark.parametrize(
        ("facts", "message"),
        [
            ({"class_mark": "4"}, "sub-classes"),
            ({"class_mark": "11"}, "no class"),
            ({"title": " "}, "title of the paper"),
            ({"title": "表" * 201}, "at most 200"),
            ({"formed_on": "2012-13"}, "1986-07"),
            ({"formed_on": "2999-01"}, "future"),
            ({"formed_on": "1989-12"}, "before the person's birth"),
            ({"pages": 0}, "at least 1"),
            ({"remarks": "长" * 101}, "too long"),
        ],
    )
    def test_is_refused_in_words(self, dossier, reviewer, facts, message):
        with pytest.raises(ValidationError, match=message):
            add_material(dossier, by=reviewer, **{"class_mark": "1", "title": "履历表", **facts})
        assert not dossier.materials.exists()
        assert not AuditEvent.objects.exists()

    def test_needs_the_right_where_the_dossier_is_held(self, dossier, clerk):
        elsewhere = staff(InstitutionFactory(), Role.REVIEWER)
        for user in (clerk, elsewhere):
            with pytest.raises(PermissionDenied):
                add(dossier, user, "1", "履历表")
        assert not dossier.materials.exists()


def test_many_papers_come_all_or_none_and_each_message_names_its_row(dossier, reviewer):
    rows = [
        {"class_mark": "1", "title": "履历表"},
        {"class_mark": "4-9", "title": "成绩表"},
        {"class_mark": "4-1", "title": "", "pages": 0},
    ]
    with pytest.raises(ValidationError) as refused:
        add_materials(dossier, rows, by=reviewer)
    assert [message.split(":")[0] for message in refused.value.messages] == ["Row 2", "Row 3", "Row 3"]
    assert not dossier.materials.exists()

    add_materials(dossier, [rows[0], {"class_mark": "4-1", "title": "成绩表"}], by=reviewer)
    assert numbers(dossier) == [("1-1", "履历表"), ("4-1-1", "成绩表")]
    assert AuditEvent.objects.get().verb == "material.add_many"


def test_a_correction_keeps_the_place(dossier, reviewer):
    first, _second = add(dossier, reviewer, "1", "甲", "2001"), add(dossier, reviewer, "1", "乙", "2002")
    change_material(first, by=reviewer, title="甲表", formed_on="2009", pages=3)
    assert numbers(dossier) == [("1-1", "甲表"), ("1-2", "乙")]
    assert AuditEvent.objects.get(verb="material.change").changes["pages"] == [1, 3]


def test_moving_inside_a_class_and_to_another(dossier, reviewer):
    papers = {title: add(dossier, reviewer, "1", title, "2001") for title in "甲乙丙"}
    move_material(papers["丙"], by=reviewer, position=1)
    assert numbers(dossier) == [("1-1", "丙"), ("1-2", "甲"), ("1-3", "乙")]

    add(dossier, reviewer, "3", "丁", "2000")
    moved = move_material(papers["甲"], by=reviewer, class_mark="3")
    assert moved.number == "3-2"
    assert numbers(dossier) == [("1-1", "丙"), ("1-2", "乙"), ("3-1", "丁"), ("3-2", "甲")]


def test_putting_a_class_in_order(dossier, reviewer):
    for title, day in (("甲", "2003"), ("乙", "2001"), ("丙", "2002")):
        paper = add(dossier, reviewer, "1", title, day)
        move_material(paper, by=reviewer, position=1)
    assert [title for _n, title in numbers(dossier)] == ["丙", "乙", "甲"]
    assert sort_class(dossier, "1", by=reviewer) == 2
    assert [title for _n, title in numbers(dossier)] == ["乙", "丙", "甲"]
    assert sort_class(dossier, "1", by=reviewer) == 0
    assert AuditEvent.objects.filter(verb="catalogue.sort").count() == 1


def test_a_paper_listed_twice_is_shown_not_refused(dossier, reviewer):
    one, two = add(dossier, reviewer, "1", "履历表", "2001"), add(dossier, reviewer, "1", "履历表", "2001")
    add(dossier, reviewer, "1", "履历表", "2002")
    assert listed_twice(papers_of(dossier)) == {one.pk, two.pk}


class TestRemovingAPaper:
    @pytest.fixture
    def papers(self, dossier, reviewer):
        rows = (("甲", "2001"), ("乙", "2002"), ("丙", "2003"))
        return [add(dossier, reviewer, "1", title, day) for title, day in rows]

    def test_needs_a_second_person_and_closes_the_gap(self, dossier, papers, reviewer, approver):
        removal = propose_removal(papers[1], by=reviewer, reason="他人材料")
        assert len(numbers(dossier)) == 3  # until it is approved
        assert removal.due_date is not None

        done = REMOVAL_STEPS["approve"](removal, by=approver)
        assert done.closed_at is not None
        assert numbers(dossier) == [("1-1", "甲"), ("1-2", "丙")]
        assert Material.objects.get(pk=papers[1].pk).removed_at
        assert AuditEvent.objects.get(verb="material.remove").reason == "他人材料"

    def test_is_not_approved_by_who_proposed_it(self, papers, institution):
        both = staff(institution, Role.REVIEWER)
        both.memberships.create(institution=institution, role=Role.APPROVER)
        removal = propose_removal(papers[0], by=both, reason="重复")
        with pytest.raises(ValidationError, match="second person"):
            REMOVAL_STEPS["approve"](removal, by=both)
        assert Material.objects.get(pk=papers[0].pk).removed_at is None

    def test_may_be_refused_with_a_reason(self, dossier, papers, reviewer, approver):
        removal = propose_removal(papers[0], by=reviewer, reason="重复")
        with pytest.raises(ValidationError, match="why the paper stays"):
            REMOVAL_STEPS["refuse"](removal, by=approver, decision_reason=" ")
        assert REMOVAL_STEPS["refuse"](removal, by=approver, decision_reason="并非重复").state == "REFUSED"
        assert len(numbers(dossier)) == 3

    def test_is_proposed_once_with_a_reason_by_who_may(self, papers, reviewer, clerk):
        with pytest.raises(PermissionDenied):
            propose_removal(papers[0], by=clerk, reason="重复")
        with pytest.raises(ValidationError, match="why the paper must leave"):
            propose_removal(papers[0], by=reviewer, reason="")
        propose_removal(papers[0], by=reviewer, reason="重复")
        with pytest.raises(ValidationError, match="already"):
            propose_removal(papers[0], by=reviewer, reason="重复")
        assert MaterialRemoval.objects.count() == 1

    def test_a_removed_paper_cannot_be_moved(self, papers, reviewer, approver):
        REMOVAL_STEPS["approve"](propose_removal(papers[0], by=reviewer, reason="重复"), by=approver)
        with pytest.raises(ValidationError, match="no longer in the dossier"):
            move_material(papers[0], by=reviewer, position=1)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["add", "move", "remove"]),
        st.integers(0, 9),
        st.sampled_from(["1", "4-1"]),
        st.one_of(st.none(), st.integers(1, 12)),
        st.sampled_from(["", "2001", "2001-05", "2010"]),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES)
def test_numbers_run_without_gap_or_double_whatever_is_done(institution, moves):
    dossier = held_dossier(institution)
    one, two = staff(institution, Role.REVIEWER), staff(institution, Role.APPROVER)
    for what, which, mark, position, day in moves:
        papers = papers_of(dossier)
        if what == "add" or not papers:
            add_material(dossier, by=one, class_mark=mark, title=f"表{which}", formed_on=day, position=position)
        elif what == "move":
            move_material(papers[which % len(papers)], by=one, class_mark=mark, position=position)
        else:
            removal = propose_removal(papers[which % len(papers)], by=one, reason="试")
            REMOVAL_STEPS["approve"](removal, by=two)
        by_class: dict[str, list[int]] = {}
        for paper in dossier.materials.filter(removed_at=None).order_by("class_mark", "position"):
            by_class.setdefault(paper.class_mark, []).append(paper.position)
        assert all(positions == list(range(1, len(positions) + 1)) for positions in by_class.values())


class TestRecordedValues:
    def test_all_are_kept_and_a_conflict_is_shown(self, dossier, reviewer):
        first = add(dossier, reviewer, "4-1", "登记表", "2004")
        second = add(dossier, reviewer, "9-2", "审批表", "2010")
        record_value(second, by=reviewer, fact="BIRTH", value="1991-03")
        record_value(first, by=reviewer, fact="BIRTH", value="1990-03")
        record_value(first, by=reviewer, fact="WORK_START", value="2012")

        birth, work = recorded_values(dossier)
        assert [value.value for value in birth.values] == ["1990-03", "1991-03"]
        assert (birth.in_conflict, work.in_conflict) == (True, False)
        assert dossier.person.birth_date == "1990-03-07"  # nothing is decided

    def test_one_can_be_taken_out_and_stays_in_the_log(self, dossier, reviewer):
        recorded = record_value(add(dossier, reviewer, "1", "履历表"), by=reviewer, fact="PARTY", value="2001-07")
        remove_recorded_value(recorded, by=reviewer)
        assert recorded_values(dossier) == []
        assert AuditEvent.objects.get(verb="recorded_value.remove").changes["PARTY"] == ["2001-07", None]

    @pytest.mark.parametrize(
        ("dates", "conflict"),
        [(["1965", "1965-03"], False), (["1965-03", "1966-03"], True), (["1965", "1965-03", "1965-04"], True)],
    )
    def test_dates_agree_as_far_as_they_go(self, dates, conflict):
        assert contradict(dates) is conflict


class TestPasting:
    @pytest.fixture
    def marks(self, db):
        return standards.class_marks("2018")

    def test_reads_the_form_of_2012_with_its_heading(self, marks):
        text = (
            "类号\t材料名称\t材料形成时间\t页数\t备注\n"
            "4-1-1\t高考报名登记表\t2008.6\t2\t\n"
            "\t成绩表\t20120630\t1\t复印件\n"
            "\n"
            "9-2\t劳动合同\t2013年7月\t6\t\n"
        )
        rows = read_pasted(text, marks)
        assert [(row["class_mark"], row["title"], row["formed_on"], row["pages"]) for row in rows] == [
            ("4-1", "高考报名登记表", "2008-06", "2"),
            ("4-1", "成绩表", "2012-06-30", "1"),
            ("9-2", "劳动合同", "2013-07", "6"),
        ]
        assert [row["line"] for row in rows] == [2, 3, 5]

    def test_takes_class_rows_as_headings_and_dates_in_three_columns(self, marks):
        text = "一\t履历类\t\t\t\t\n\t干部履历表\t2001\t5\t\t4\n4-1 学历学位材料\t\t\t\t\t\n\t毕业证\t\t\t\t1"
        rows = read_pasted(text, marks)
        assert [(row["class_mark"], row["title"], row["formed_on"], row["pages"]) for row in rows] == [
            ("1", "干部履历表", "2001-05", "4"),
            ("4-1", "毕业证", "", "1"),
        ]

    @pytest.mark.parametrize(
        ("written", "mark"),
        [
            ("4-1-12", "4-1"),
            ("4-1", "4-1"),
            ("10-3", "10"),
            ("十", "10"),
            ("四", "4"),
            ("学历学位", "4-1"),
            ("x", ""),
            ("十七", ""),
        ],
    )
    def test_understands_how_classes_are_written(self, marks, written, mark):
        assert class_of(written, marks) == mark


def test_sections_show_headings_of_filled_classes_only(dossier, reviewer):
    add(dossier, reviewer, "4-1", "成绩表")
    shown = [section.mark.mark for section in sections(papers_of(dossier), with_empty=False)]
    assert shown == ["4", "4-1"]


def test_a_dossier_stays_in_the_scheme_it_was_catalogued_in(dossier, reviewer):
    MaterialFactory(dossier=dossier, scheme="worker-1992", class_mark="4", title="技能评定表")
    assert add(dossier, reviewer, "9", "劳动合同").scheme == "worker-1992"


@pytest.mark.django_db(transaction=True)
def test_two_clerks_adding_at_once_get_different_numbers():
    office = InstitutionFactory()
    dossier = held_dossier(office)
    people = [staff(office, Role.REVIEWER), staff(office, Role.DIGITISER)]

    def work(user):
        try:
            own = Dossier.objects.get(pk=dossier.pk)
            return [add_material(own, by=user, class_mark="1", title=f"表{at}").pk for at in range(5)]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as clerks:
        list(clerks.map(work, people))
    assert sorted(dossier.materials.values_list("position", flat=True)) == list(range(1, 11))
