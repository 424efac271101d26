"""Rows for tests. Each domain adds its own factories at the end."""

import datetime as dt
import io

import factory
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from rendang.dossiers.models import Custody, Dossier, Material
from rendang.kernel.access.models import CITY_ROLES, Institution, Membership, Role
from rendang.kernel.accounts.models import User
from rendang.kernel.core.chinese import name_pinyin
from rendang.kernel.core.crypto import blind_index
from rendang.kernel.core.identifiers import birth_date_of, make_id_number, mask_id_number, sex_of
from rendang.people.models import Employer, Person
from rendang.storage.models import Placement, Slot, Store

PASSWORD = "Correct-horse-7"


class InstitutionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Institution
        django_get_or_create = ["code"]

    code = factory.Sequence("T{:03}".format)
    name = factory.Sequence("测试机构第{}号".format)
    short_name = factory.Sequence("测试{}".format)
    english_name = factory.Sequence("Test Institution {}".format)
    english_short_name = factory.Sequence("Test {}".format)
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


class StoreFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Store

    institution = factory.SubFactory(InstitutionFactory)
    code = factory.Sequence("KF{:03}".format)  # never one that a test writes out
    name = factory.Sequence("第{}库房".format)


class SlotFactory(factory.django.DjangoModelFactory):
    """A free slot of a store; ``institution=`` makes a store of that institution."""

    class Meta:
        model = Slot

    store = factory.SubFactory(StoreFactory, institution=factory.SelfAttribute("..institution"))
    institution = factory.SubFactory(InstitutionFactory)
    rack = "A-01"
    bay = "05"
    layer = "4"
    code = factory.LazyAttributeSequence(
        lambda made, n: f"{made.store.code}-{made.rack}-{made.bay}-{made.layer}-{n:03}"
    )
    capacity = 1


class PlacementFactory(factory.django.DjangoModelFactory):
    """A dossier lying in a slot of the institution that holds it; ``kind="DESK", slot=None`` for another place."""

    class Meta:
        model = Placement

    institution = factory.SubFactory(InstitutionFactory)
    dossier = factory.LazyAttribute(lambda made: held_dossier(made.institution))
    kind = Placement.Kind.SLOT
    slot = factory.SubFactory(SlotFactory, institution=factory.SelfAttribute("..institution"))
    thickness = factory.LazyAttribute(lambda made: 15 if made.slot else 0)
    since = factory.LazyFunction(timezone.now)
    by = factory.SubFactory(UserFactory)


class PersonFactory(factory.django.DjangoModelFactory):
    """A fictional person with a valid identity number; ``id_number=…`` brings sex, birth date and masks with it."""

    class Meta:
        model = Person

    class Params:
        n = factory.Sequence(int)

    name = "王小明"
    name_pinyin = factory.LazyAttribute(lambda made: name_pinyin(made.name).full)
    name_initials = factory.LazyAttribute(lambda made: name_pinyin(made.name).initials)
    name_pinyin_other = factory.LazyAttribute(lambda made: name_pinyin(made.name).other_full)
    id_number = factory.LazyAttribute(
        lambda made: make_id_number(
            "330102", dt.date(1980, 1, 1) + dt.timedelta(made.n // 999 % 7000), made.n % 999 + 1
        )
    )
    id_index = factory.LazyAttribute(lambda made: blind_index(made.id_number))
    id_masked = factory.LazyAttribute(lambda made: mask_id_number(made.id_number))
    sex = factory.LazyAttribute(lambda made: sex_of(made.id_number))
    birth_date = factory.LazyAttribute(lambda made: birth_date_of(made.id_number))


class EmployerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Employer

    name = factory.Sequence("虚构实业第{}有限公司".format)


class DossierFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Dossier

    person = factory.SubFactory(PersonFactory)


class CustodyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Custody

    dossier = factory.SubFactory(DossierFactory)
    institution = factory.SubFactory(InstitutionFactory)
    archive_number = factory.Sequence("OLD{:06}".format)
    received_on = "2015-09-01"


class MaterialFactory(factory.django.DjangoModelFactory):
    """A paper at the end of its class."""

    class Meta:
        model = Material

    dossier = factory.SubFactory(DossierFactory)
    class_mark = "4-1"
    position = factory.LazyAttribute(
        lambda made: made.dossier.materials.filter(class_mark=made.class_mark, removed_at=None).count() + 1
    )
    title = factory.Sequence("高等学校学生成绩表{}".format)
    formed_on = "2008-06"
    created_by = factory.SubFactory(UserFactory)


def held_dossier(institution: Institution, *, custody: dict[str, object] | None = None, **person: object) -> Dossier:
    """A dossier that the institution holds: ``held_dossier(office, name="李雷", custody={"received_on": "2015"})``."""
    held = CustodyFactory(
        institution=institution, dossier=DossierFactory(person=PersonFactory(**person)), **(custody or {})
    )
    return held.dossier


def picture(colour: str = "white", name: str = "件.png") -> SimpleUploadedFile:
    """A small picture, as a browser uploads it."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")
