import pytest

from rendang.kernel.core.identifiers import id_number_problem
from tests.factories import PersonFactory, held_dossier

pytestmark = pytest.mark.django_db


def test_made_people_have_valid_numbers_of_their_own(institution):
    people = [PersonFactory() for _ in range(3)]
    assert len({person.id_number for person in people}) == 3
    assert [id_number_problem(person.id_number) for person in people] == [None] * 3


def test_a_dossier_is_held(institution):
    assert held_dossier(institution, name="李雷").custodies.get().institution == institution
