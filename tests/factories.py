"""Rows for tests. Each domain adds its own factories at the end."""

import factory
from django.contrib.auth.hashers import make_password

from rendang.kernel.access.models import CITY_ROLES, Institution, Membership, Role
from rendang.kernel.accounts.models import User
from rendang.kernel.core.crypto import blind_index

PASSWORD = "Correct-horse-7"


class InstitutionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Institution
        django_get_or_create = ["code"]

    code = factory.Sequence("T{:03}".format)
    name = factory.Sequence("测试机构第{}号".format)
    short_name = factory.Sequence("测试{}".format)
    english_name = factory.Sequence("Test Institution {}".format)
    kind = Institution.Kind.TALENT
    division = "330100"
    address = "虚构市演示路 1 号"
    phone = "0571-00000000"


class UserFactory(factory.django.DjangoModelFactory):
    """A member of staff whose password is ``PASSWORD`` when ``with_password`` is set, else none."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        with_password = False

    username = factory.Sequence("user-{}".format)
    name = factory.Sequence("员工{}".format)
    password = factory.LazyAttribute(lambda made: make_password(PASSWORD) if made.with_password else "!")


class CitizenFactory(factory.django.DjangoModelFactory):
    """A citizen whose identity a provider has confirmed. The numbers are valid and belong to nobody."""

    class Meta:
        model = User

    kind = User.Kind.CITIZEN
    name = "李雷"
    password = "!"
    id_number = "110101199003074514"
    id_index = factory.LazyAttribute(lambda made: blind_index(made.id_number))
    username = factory.LazyAttribute(lambda made: f"citizen-{made.id_index.hex()}")


def staff(institution: Institution | None, role: Role, **fields: object) -> User:
    """Someone with one role at one institution; a role of the city is held for the city whatever is named."""
    user = UserFactory(**fields)
    Membership.objects.create(user=user, institution=None if role in CITY_ROLES else institution, role=role)
    return user
