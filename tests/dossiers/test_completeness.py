"""Which key papers are expected of whom, and which a dossier lacks."""

import pytest

from rendang.dossiers import actions
from rendang.dossiers.queries import completeness
from rendang.kernel.access.models import Role
from rendang.kernel.standards.models import KeyMaterial
from tests.factories import PersonFactory, held_dossier, staff

pytestmark = pytest.mark.django_db


def codes(rows) -> list[str]:
    return [row.code for row in rows]


def expected(person_types, circumstances=(), **facts) -> list[str]:
    return codes(completeness.key_materials_for(PersonFactory(**facts), person_types, circumstances))


def test_a_graduate_and_party_member_is_asked_for_what_proves_both() -> None:
    assert expected(["G"], education="21", graduated="2024-06", political_status="01") == [
        "ED-04",
        "PT-01",
        "PT-02",
        "PT-03",
    ]


def test_a_probationary_member_has_no_letter_of_becoming_a_full_one_yet() -> None:
    assert expected(["G"], political_status="02") == ["PT-01", "PT-02"]


def test_several_types_at_once_are_their_union_and_no_paper_is_named_twice() -> None:
    found = completeness.key_materials_for(PersonFactory(work_start="2001-07"), ["E", "U"])
    assert codes(found) == ["WK-02", "WK-04"]
    assert [row.name for row in found] == ["首次劳动合同", "解除（终止）劳动（聘用）合同证明"]


@pytest.mark.parametrize(
    ("work_start", "code"),
    [("1986-08-01", "WK-01"), ("1994", "WK-01"), ("1995-01-01", "WK-02"), ("2003", "WK-02"), ("", "WK-02")],
)
def test_before_the_labour_contract_there_was_recruitment(work_start: str, code: str) -> None:
    assert expected(["E"], work_start=work_start)[0] == code


def test_what_depends_on_a_circumstance_is_expected_only_when_it_is_stated_or_recorded() -> None:
    assert expected([]) == []
    assert expected([], ["birth_changed", "sanctioned"]) == ["ID-01", "PN-01"]
    assert expected(["R"], retired="2020-03") == ["RT-01", "RT-03"]


@pytest.mark.parametrize("graduated", ["2023", "2023-07", "2026-06-30", ""])
def test_a_graduate_of_2023_or_later_is_never_asked_for_the_abolished_registration_notice(graduated: str) -> None:
    # Even where somebody enters it as a key material of graduates.
    KeyMaterial.objects.create(
        code="GR-01", name="报到证", person_types=["G"], class_marks=["10"], titles=["报到证"], basis="旧规定"
    )
    assert expected(["G"], graduated=graduated) == []
    assert expected(["G"], graduated="2022-07") == ["GR-01"]
    person = PersonFactory(graduated=graduated)
    assert completeness.never_asked_for(person, "全国普通高等学校毕业生就业报到证").code == "GR-02"
    assert completeness.never_asked_for(person, "毕业生登记表") is None
    assert completeness.never_asked_for(PersonFactory(graduated="2022-07"), "报到证") is None


def test_a_key_material_is_recognised_by_its_category_and_the_words_of_its_title(institution) -> None:
    dossier = held_dossier(institution)
    dossier.person.education, dossier.person.political_status = "21", "01"
    dossier.person.save()
    reviewer = staff(institution, Role.REVIEWER)
    papers = [
        {"class_mark": "4-1", "title": "普通高中毕业生登记表"},
        {"class_mark": "6", "title": "中国共产党入党志愿书"},
        {"class_mark": "9-1", "title": "见习期满转正定级申请表"},
        {"class_mark": "10", "title": "入党申请书"},
    ]
    actions.add_materials(dossier, papers, by=reviewer)
    assert codes(completeness.missing_key_materials(dossier, ["G"])) == ["ED-04", "PT-02", "PT-03"]
    actions.add_material(dossier, by=reviewer, class_mark="4-1", title="高等学校 毕业生登记表")
    actions.add_material(dossier, by=reviewer, class_mark="6", title="入党申请书（1998年）")
    assert codes(completeness.missing_key_materials(dossier, ["G"])) == ["PT-03"]


def test_the_end_of_a_contract_is_not_its_beginning() -> None:
    rules = {row.code: row for row in completeness.key_materials_for(PersonFactory(), ["E"])}
    assert completeness.is_paper(rules["WK-02"], "9-2", "劳动合同书")
    assert not completeness.is_paper(rules["WK-02"], "9-2", "解除劳动合同证明书")
    assert completeness.is_paper(rules["WK-04"], "9", "终止（解除）劳动合同证明书")


def test_asking_what_is_missing_costs_two_queries_however_many_papers(institution, django_assert_num_queries) -> None:
    dossier = held_dossier(institution)
    rows = [{"class_mark": "10", "title": f"材料{number}"} for number in range(30)]
    actions.add_materials(dossier, rows, by=staff(institution, Role.REVIEWER))
    completeness.missing_key_materials(dossier, ["G"])  # the standards are read once a process
    with django_assert_num_queries(2):  # the number of the standards, and the titles
        assert codes(completeness.missing_key_materials(dossier, ["E"])) == ["WK-02", "WK-04"]
