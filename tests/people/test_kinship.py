"""Nobody opens their own dossier or a relative's: domain.md §1.5, P2."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from rendang.dossiers.actions import export_dossiers
from rendang.kernel.access.permissions import Permission
from rendang.kernel.access.queries import get_visible_or_404
from rendang.kernel.audit.models import AuditEvent
from rendang.people import actions
from rendang.people.models import Kinship, Person
from tests.factories import CitizenFactory, PersonFactory, held_dossier

pytestmark = pytest.mark.django_db


def declare(who, person, relation="spouse"):
    return actions.declare_kinship(by=who, relation=relation, name=person.name, id_number=person.id_number)


def refusals():
    return AuditEvent.objects.filter(verb="person.refuse_relative")


@pytest.mark.parametrize("page", ["dossiers:detail", "dossiers:catalogue", "dossiers:catalogue_print"])
def test_the_page_of_a_relative_is_refused_with_a_sentence_and_noted(page, reviewer, institution, signed_in):
    dossier = held_dossier(institution, name="李雷")
    declare(reviewer, dossier.person)

    answer = signed_in(reviewer).get(reverse(page, args=[dossier.pk]))

    assert answer.status_code == 403
    assert "declared this person as yourself or as a relative" in answer.content.decode()
    (event,) = refusals()
    assert (event.actor_id, event.person_id, event.subject_id) == (reviewer.pk, dossier.person_id, dossier.pk)
    assert not AuditEvent.objects.filter(verb__endswith=".view").exists()


def test_other_people_s_dossiers_open_as_before(reviewer, institution, signed_in):
    declare(reviewer, PersonFactory())
    dossier = held_dossier(institution)

    assert signed_in(reviewer).get(reverse("dossiers:detail", args=[dossier.pk])).status_code == 200
    assert not refusals().exists()


def test_a_relative_is_found_by_a_former_number_too(reviewer, clerk, institution, signed_in):
    dossier = held_dossier(institution)
    former = dossier.person.id_number
    new = PersonFactory.build().id_number
    actions.correct_person(dossier.person, by=clerk, reason="公安机关更正", id_number=new)
    actions.declare_kinship(by=reviewer, relation="direct", name="王小明", id_number=former)

    assert signed_in(reviewer).get(reverse("dossiers:detail", args=[dossier.pk])).status_code == 403


def test_ones_own_number_is_not_unmasked_on_the_page_nor_by_the_action(reviewer, institution, signed_in):
    person = held_dossier(institution).person
    declare(reviewer, person, "self")

    answer = signed_in(reviewer).post(reverse("people:unmask", args=[person.pk]), {"reason": "核对"})

    assert answer.status_code == 403
    assert person.id_number not in answer.content.decode()
    with pytest.raises(PermissionDenied):
        actions.unmask(person, by=reviewer, reason="核对")
    assert not AuditEvent.objects.filter(verb="person.unmask").exists()


def test_a_relative_is_left_out_of_an_export(approver, institution):
    kept, left_out = held_dossier(institution, name="甲"), held_dossier(institution, name="乙")
    declare(approver, left_out.person)

    export_dossiers(by=approver, reason="核对").close()

    assert AuditEvent.objects.get(verb="dossier.export").changes["rows"] == 1
    assert kept.person.name == "甲"


def test_a_declaration_is_kept_encrypted_and_noted_without_the_number(clerk):
    person = PersonFactory.build()

    kinship = declare(clerk, person)

    assert kinship.id_masked == person.id_masked
    assert Kinship.objects.get().id_number == person.id_number
    (event,) = AuditEvent.objects.filter(verb="kinship.declare")
    assert event.changes == {"relation": [None, "spouse"]}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"relation": "cousin"}, "relation"),
        ({"id_number": "110101199003074515"}, "id_number"),
        ({"name": " "}, "name"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused_beside_its_field(clerk, given, field):
    usual = {"relation": "spouse", "name": "李雷", "id_number": PersonFactory.build().id_number}

    with pytest.raises(ValidationError) as refused:
        actions.declare_kinship(by=clerk, **usual | given)

    assert set(refused.value.message_dict) == {field}
    assert (Kinship.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_a_number_is_declared_once(clerk):
    person = PersonFactory.build()
    declare(clerk, person)

    with pytest.raises(ValidationError, match="declared this identity number already"):
        declare(clerk, person, "direct")

    assert Kinship.objects.count() == 1


def test_a_declaration_ends_with_a_reason_and_the_dossier_opens_again(reviewer, institution):
    dossier = held_dossier(institution)
    kinship = declare(reviewer, dossier.person)

    with pytest.raises(ValidationError, match="Say why"):
        actions.end_kinship(kinship, by=reviewer, reason=" ")
    kinship = actions.end_kinship(kinship, by=reviewer, reason="已离婚")

    assert kinship.end_reason == "已离婚"
    assert get_visible_or_404(Person.objects.all(), reviewer, Permission.DOSSIER_VIEW, pk=dossier.person_id)
    with pytest.raises(ValidationError, match="ended already"):
        actions.end_kinship(kinship, by=reviewer, reason="已离婚")


def test_nobody_ends_a_colleague_s_declaration(clerk, reviewer, signed_in):
    kinship = declare(reviewer, PersonFactory.build())

    with pytest.raises(PermissionDenied):
        actions.end_kinship(kinship, by=clerk, reason="我看不必")
    answer = signed_in(clerk).post(reverse("people:kinships"), {"end": kinship.pk, "reason": "我看不必"})

    assert answer.status_code == 404
    assert Kinship.objects.get().ended_at is None


def test_ones_own_page_takes_and_shows_declarations_masked(clerk, signed_in):
    browser, person = signed_in(clerk), PersonFactory.build(name="𠮷明")
    page = reverse("people:kinships")
    assert "Nothing declared yet" in browser.get(page).content.decode()

    answer = browser.post(page, {"relation": "spouse", "name": person.name, "id_number": person.id_number})

    assert answer.status_code == 302
    text = browser.get(page).content.decode()
    assert "𠮷明" in text
    assert person.id_masked in text
    assert person.id_number not in text
    kinship = Kinship.objects.get()
    browser.post(page, {"end": kinship.pk, "reason": "已离婚"})
    assert "已离婚" in browser.get(page).content.decode()


def test_the_head_sees_the_declarations_of_the_own_staff_only(head, clerk, other_institution, signed_in):
    from rendang.kernel.access.models import Role
    from tests.factories import staff

    declare(clerk, PersonFactory.build(name="李雷"))
    declare(staff(other_institution, Role.CLERK), PersonFactory.build(name="韩梅梅"))

    text = signed_in(head).get(reverse("people:kinships_of_staff")).content.decode()

    assert "李雷" in text
    assert "韩梅梅" not in text
    assert AuditEvent.objects.filter(verb="kinship.view", actor_id=head.pk).exists()


def test_a_citizen_has_nothing_to_declare():
    with pytest.raises(PermissionDenied):
        declare(CitizenFactory(), PersonFactory.build())
