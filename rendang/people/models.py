"""存档人 and 存档单位: whom the dossiers are about. The person's data set follows domain.md §4.2."""

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, Func, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rendang.kernel.access.models import Institution
from rendang.kernel.access.scope import ScopedQuerySet
from rendang.kernel.core.fields import EncryptedTextField, PartialDateField
from rendang.kernel.standards.telling import Told
from rendang.kernel.workflow.models import Case


class Employer(models.Model):
    """存档单位 — an organisation that entrusts its people's dossiers, or where they work (data set B01)."""

    name = models.CharField(_("name"), max_length=120)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    kind = models.CharField(_("kind of organisation"), max_length=8, blank=True)
    economic_type = models.CharField(_("economic type"), max_length=8, blank=True)
    industry = models.CharField(_("industry"), max_length=8, blank=True)
    division = models.CharField(_("division"), max_length=6, blank=True)

    class Meta:
        verbose_name = _("employer")
        constraints = [
            models.UniqueConstraint(fields=["name", "credit_code"], name="employer_once"),
        ]

    def __str__(self) -> str:
        return self.name


class NameGrams(Func):
    """The 1- and 2-character pieces of a name: what serves infix search in Chinese (docs/adr/0004)."""

    function = "name_grams"
    output_field = ArrayField(models.TextField())


class PersonQuerySet(ScopedQuerySet):
    def at(self, institution_ids: Iterable[int] | None) -> Self:
        """People whose dossier an institution holds, or with whom it has an open case; a person belongs to none."""
        if institution_ids is None:
            return self
        ids = list(institution_ids)
        this = Person.objects.filter(pk=OuterRef("pk"))
        held = this.filter(dossier__custodies__institution__in=ids, dossier__custodies__status="HELD")
        with_us = Q(cases__institution__in=ids) | Q(cases__counterpart__in=ids)
        in_hand = this.filter(with_us, cases__closed_at__isnull=True)
        return self.filter(Exists(held) | Exists(in_hand))


class Person(models.Model):
    """存档人 — somebody whose dossier is, was or will be kept. Belongs to the city, not to an institution."""

    class IdentityKind(models.TextChoices):
        ID_CARD = "ID_CARD", _("Resident identity card")
        PASSPORT = "PASSPORT", _("Passport")
        RESIDENCE_PERMIT = "RESIDENCE_PERMIT", _("Residence permit of Hong Kong, Macao or Taiwan residents")
        FOREIGNER_PERMIT = "FOREIGNER_PERMIT", _("Permanent residence card of foreigners")

    LONGEST_PINYIN, MOST_INITIALS = 120, 30
    # GB/T 4762: member of the Communist Party, probationary member.
    PARTY_MEMBERS = ("01", "02")

    name = models.CharField(_("full name"), max_length=60)
    former_name = models.CharField(_("former name"), max_length=60, blank=True)
    # Readings by the surname table; `other` is a second possible reading of the surname (单: shan, dan).
    name_pinyin = models.CharField(max_length=LONGEST_PINYIN, blank=True, editable=False)
    name_initials = models.CharField(max_length=MOST_INITIALS, blank=True, editable=False)
    name_pinyin_other = models.CharField(max_length=LONGEST_PINYIN, blank=True, editable=False)

    identity_kind = models.CharField(
        _("kind of identity"), max_length=20, choices=IdentityKind.choices, default=IdentityKind.ID_CARD
    )
    id_number = EncryptedTextField(editable=False)
    id_index = models.BinaryField(max_length=16, editable=False)
    # Shown everywhere the number itself is not needed: 3702**********1234.
    id_masked = models.CharField(max_length=24, editable=False)

    # Codes of kernel.standards; GB numbers in domain.md §4.1. Empty: not known.
    sex = models.CharField(_("sex"), max_length=1, default="0")
    birth_date = PartialDateField(_("date of birth"))
    ethnic_group = models.CharField(_("ethnic group"), max_length=2, blank=True)
    political_status = models.CharField(_("political status"), max_length=2, blank=True)
    education = models.CharField(_("education"), max_length=2, blank=True)
    degree = models.CharField(_("degree"), max_length=3, blank=True)
    marital_status = models.CharField(_("marital status"), max_length=2, blank=True)
    health = models.CharField(_("health"), max_length=2, blank=True)
    native_place = models.CharField(_("native place"), max_length=60, blank=True)
    birth_place = models.CharField(_("place of birth"), max_length=60, blank=True)
    household_division = models.CharField(_("division of household registration"), max_length=6, blank=True)
    household_address = models.CharField(_("address of household registration"), max_length=200, blank=True)
    work_start = PartialDateField(_("started work"))
    school = models.CharField(_("school"), max_length=80, blank=True)
    major = models.CharField(_("subject"), max_length=80, blank=True)
    major_kind = models.CharField(_("kind of subject"), max_length=20, blank=True)
    graduated = PartialDateField(_("graduated"))
    # Checked by a trigger once a statement, not by row (docs/adr/0031).
    employer = models.ForeignKey(
        Employer,
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        verbose_name=_("employer"),
        related_name="people",
    )
    post_kind = models.CharField(_("kind of post"), max_length=40, blank=True)
    work_division = models.CharField(_("division of the workplace"), max_length=6, blank=True)
    retired = PartialDateField(_("retired"))
    died = PartialDateField(_("died"))
    mobile = models.CharField(_("mobile telephone"), max_length=30, blank=True)
    email = models.CharField(_("e-mail"), max_length=80, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    emergency_contact = models.CharField(_("emergency contact"), max_length=100, blank=True)
    remarks = models.CharField(_("remarks"), max_length=400, blank=True)
    # What a roster says where no code is known ({"education": "神学院"}): kept, never guessed.
    unknown_texts = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        constraints = [
            models.UniqueConstraint(
                fields=["id_index"],
                name="one_person_per_identity",
                violation_error_message=_("Somebody with this identity number is already on record."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="a_person_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_party_member(self) -> bool:
        """Whether the record says so, full or probationary: only then is there a Party relation (domain.md §5.7)."""
        return self.political_status in self.PARTY_MEMBERS

    @property
    def person_id(self) -> int:
        """What is noted of this row is noted of this person (``rendang.kernel.audit``)."""
        return self.pk


class OtherIdentity(models.Model):
    """An earlier or further identity of a person: the old 15-digit number, a passport, a corrected number."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="other_identities")
    kind = models.CharField(max_length=20, choices=Person.IdentityKind.choices)
    number = EncryptedTextField(editable=False)
    number_index = models.BinaryField(max_length=16, editable=False)
    number_masked = models.CharField(max_length=24, editable=False)
    valid_until = PartialDateField(_("valid until"))
    reason = models.CharField(_("reason of the change"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("other identity")
        constraints = [
            models.UniqueConstraint(
                fields=["number_index"],
                name="other_identity_once",
                violation_error_message=_("Somebody with this identity number is already on record."),
            )
        ]

    def __str__(self) -> str:
        return self.number_masked


class PersonRecord(models.Model):
    """One row of a repeated part of the ministry's data set; where it was read from stays with it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="%(class)ss")
    start = PartialDateField(_("from"))
    end = PartialDateField(_("to"))
    remarks = models.CharField(_("remarks"), max_length=200, blank=True)

    class Meta:
        abstract = True


class Education(PersonRecord):
    """教育经历 (A08)."""

    school = models.CharField(_("school"), max_length=80)
    major = models.CharField(_("subject"), max_length=80, blank=True)
    education = models.CharField(_("education"), max_length=2, blank=True)
    degree = models.CharField(_("degree"), max_length=3, blank=True)
    form = models.CharField(_("form of study"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("period of education")

    def __str__(self) -> str:
        return self.school


class Employment(PersonRecord):
    """工作经历 (A48)."""

    employer = models.CharField(pgettext_lazy("employment", "employer"), max_length=120)
    post = models.CharField(_("post"), max_length=80, blank=True)
    witness = models.CharField(_("witness"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("employment")

    def __str__(self) -> str:
        return self.employer


class FamilyMember(PersonRecord):
    """家庭成员 (A36)."""

    name = models.CharField(_("full name"), max_length=60)
    relation = models.CharField(_("relation"), max_length=2)
    workplace = models.CharField(_("workplace and post"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("family member")

    def __str__(self) -> str:
        return self.name


class Reward(PersonRecord):
    """奖惩 (A14): a distinction or a sanction."""

    is_sanction = models.BooleanField(_("sanction"), default=False)
    name = models.CharField(_("name"), max_length=120)
    granted_by = models.CharField(_("decided by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("reward or punishment")

    def __str__(self) -> str:
        return self.name


class LanguageSkill(PersonRecord):
    """语言能力 (DC0107)."""

    language = models.CharField(_("language"), max_length=40)
    proficiency = models.CharField(_("proficiency"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("language skill")

    def __str__(self) -> str:
        return self.language


class Training(PersonRecord):
    """培训经历 (A11)."""

    name = models.CharField(_("name"), max_length=120)
    organiser = models.CharField(_("organiser"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("training")

    def __str__(self) -> str:
        return self.name


class Title(PersonRecord):
    """专业技术职务与职业资格 (A06)."""

    name = models.CharField(_("title or qualification"), max_length=80)
    series = models.CharField(_("series"), max_length=3, blank=True)
    level = models.CharField(_("level"), max_length=3, blank=True)
    granted_on = PartialDateField(_("granted"))

    class Meta:
        verbose_name = _("professional title")

    def __str__(self) -> str:
        return self.name


class Message(Told):
    """告知 — what an institution has told a person about the dossier; read under "my dossier" on the portal.

    ``case`` is the business it belongs to.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="messages")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        indexes = [models.Index(fields=["person", "-sent_at"], name="message_by_person")]
        constraints = [models.CheckConstraint(condition=~Q(said=[]) | ~Q(written=""), name="a_message_says_something")]

    def __str__(self) -> str:
        return self.text


class Kinship(models.Model):
    """回避声明 — whose dossier a member of staff must not open: their own and their relatives', as they declare them.

    The relative is known by the identity number alone: it need not be anybody on record.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="kinships")
    relation = models.CharField(_("relation"), max_length=20)
    name = models.CharField(_("full name"), max_length=60)
    id_number = EncryptedTextField(editable=False)
    id_index = models.BinaryField(max_length=16, editable=False)
    id_masked = models.CharField(max_length=24, editable=False)
    declared_at = models.DateTimeField(_("declared"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("declaration of kinship")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "id_index"],
                condition=Q(ended_at__isnull=True),
                name="a_relative_is_declared_once",
                violation_error_message=_("You have declared this identity number already."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(end_reason=""), name="an_ended_declaration_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.name
