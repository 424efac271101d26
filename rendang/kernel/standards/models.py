"""Rules as data: code tables, classification schemes, policies, the service catalogue and the working calendar.

Every rule has a period of validity and says where it comes from; a past case keeps the rule that was in force.
"""

import datetime as dt
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.core.language import in_chinese, in_words_of_the_reader
from rendang.kernel.standards.english import class_in_english, in_english, in_words

# Both days belong to the period; an empty one leaves it open.
PERIOD = Func("valid_from", "valid_to", Value("[]"), function="DATERANGE", output_field=DateRangeField())


class Source(models.TextChoices):
    """Who said it last: the data files, which a reload may change, or a person on screen, whom it never overrules."""

    FILE = "FILE", _("Data file")
    SCREEN = "SCREEN", _("Entered on screen")


class ValidQuerySet(models.QuerySet):
    """Rows that are valid for a period; an empty bound is open."""

    def in_force(self, on: dt.date) -> Self:
        return self.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=on)).filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=on)
        )


def last_not_before_first(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
        name=name,
        violation_error_message=_("The last day lies before the first."),
    )


class CodeTable(models.Model):
    """代码表 — one code table, usually a national standard (GB/T)."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    english_name = models.CharField(_("English name"), max_length=60)
    standard = models.CharField(_("standard"), max_length=60, blank=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("code table")
        ordering = ("order", "code")

    def __str__(self) -> str:
        return in_words_of_the_reader(self.name, self.english_name)


class Code(models.Model):
    """代码 — one value of a code table, for as long as it is or was in use."""

    table = models.ForeignKey(CodeTable, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    parent = models.CharField(_("belongs to"), max_length=40, blank=True)
    order = models.PositiveIntegerField(default=0)
    note = models.CharField(_("note"), max_length=200, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.SCREEN)

    objects = ValidQuerySet.as_manager()

    class Meta:
        verbose_name = _("code")
        ordering = ("table", "order", "code")
        indexes = [models.Index(fields=["table", "order", "id"], name="code_by_table")]
        constraints = [
            ExclusionConstraint(
                name="a_code_means_one_thing_at_a_time",
                expressions=[
                    ("table", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This code already has a meaning in that period."),
            ),
            last_not_before_first("a_code_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def english_name(self) -> str:
        """Its English name, to who reads English; empty where it has none."""
        return in_english(self.table.code, self.code)

    @property
    def label(self) -> str:
        """The everyday name where the standard's is long: 男 for 男性, 大学本科 for 大学本科毕业."""
        return self.short_name or self.name


class CodeSynonym(models.Model):
    """同义词 — a text that rosters really contain, and the code it means."""

    table = models.ForeignKey(CodeTable, on_delete=models.PROTECT, related_name="synonyms")
    text = models.CharField(_("text"), max_length=80)
    normalised = models.CharField(max_length=80, editable=False)
    code = models.CharField(_("code"), max_length=40)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.SCREEN)

    class Meta:
        verbose_name = _("synonym")
        ordering = ("table", "code", "text")
        constraints = [
            models.UniqueConstraint(
                fields=["table", "normalised"],
                name="a_text_means_one_code",
                violation_error_message=_("This text already stands for a code of the table."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.text} → {self.code}"


class ClassificationScheme(models.Model):
    """分类方案 — how the materials of a dossier are classified; each catalogue entry keeps its scheme."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    basis = models.CharField(_("basis"), max_length=200)
    valid_from = models.DateField(_("valid from"), null=True)
    valid_to = models.DateField(_("valid to"), null=True)

    objects = ValidQuerySet.as_manager()

    class Meta:
        verbose_name = _("classification scheme")
        constraints = [last_not_before_first("a_scheme_ends_after_it_begins")]

    def __str__(self) -> str:
        return in_words(self.name)


class ClassMark(models.Model):
    """类号 — a category (6) or sub-class (4-1) of a scheme, and how materials are ordered inside it."""

    class Ordering(models.TextChoices):
        TIME = "time", _("By date of formation")
        RESULT = "result", _("Conclusion first, then what it rests on")
        PARTY = "party", _("League, Party, democratic parties; application papers in sequence")
        SUBCLASS = "subclass", _("By sub-class, then by date")

    scheme = models.ForeignKey(ClassificationScheme, on_delete=models.PROTECT, related_name="marks")
    mark = models.CharField(_("class mark"), max_length=8)
    parent = models.CharField(max_length=8, blank=True)
    numeral = models.CharField(max_length=4, blank=True)
    code = models.CharField(_("code"), max_length=4)
    name = models.CharField(_("name"), max_length=120)
    ordering = models.CharField(_("order of materials"), max_length=10, choices=Ordering.choices)
    sequence = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    materials = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("class mark")
        ordering = ("scheme", "order")
        constraints = [models.UniqueConstraint(fields=["scheme", "mark"], name="a_mark_once_in_a_scheme")]

    def __str__(self) -> str:
        return f"{self.mark} {self.label}"

    @property
    def label(self) -> str:
        """What it is called on the page; papers say ``name``."""
        return class_in_english(self.scheme.code, self.mark) or self.name

    @property
    def ordinal(self) -> str:
        """一、二… of a category, on Chinese pages."""
        return self.numeral or self.mark if in_chinese() else self.mark

    @property
    def takes_materials(self) -> bool:
        """Whether materials are filed here; a category with sub-classes only groups them."""
        return self.ordering != self.Ordering.SUBCLASS


class KeyMaterial(models.Model):
    """关键材料 — a paper whose absence matters to some people: whom it is expected of and how it is recognised.

    Its absence is told once and promised to be made good; it is never a reason to refuse a dossier (domain.md §1.9).
    """

    class Level(models.TextChoices):
        KEY = "KEY", _("Asked for when missing")
        NEVER = "NEVER", _("Never asked for")

    code = models.CharField(_("code"), max_length=12)
    name = models.CharField(_("name"), max_length=60)
    english_name = models.CharField(_("English name"), max_length=80)
    level = models.CharField(_("level"), max_length=5, choices=Level.choices, default=Level.KEY)
    # Whom it is expected of; a list that names nothing, or a day left open, excludes nobody.
    person_types = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    education = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    political_status = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    circumstance = models.CharField(_("circumstance"), max_length=40, blank=True)
    graduated_from = models.DateField(null=True, blank=True)
    graduated_to = models.DateField(null=True, blank=True)
    work_start_from = models.DateField(null=True, blank=True)
    work_start_to = models.DateField(null=True, blank=True)
    # Where it stands, and how its title is recognised: all words of one alternative and none of `unless`.
    class_marks = ArrayField(models.CharField(max_length=8))
    titles = ArrayField(models.CharField(max_length=40))
    unless = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    period = models.CharField(_("period it covers"), max_length=60, blank=True)
    effects = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    issuer = models.CharField(_("who can issue it"), max_length=60, blank=True)
    basis = models.CharField(_("basis"), max_length=200)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.SCREEN)
    order = models.PositiveIntegerField(default=0)

    objects = ValidQuerySet.as_manager()

    class Meta:
        verbose_name = _("key material")
        ordering = ("order", "code")
        constraints = [
            ExclusionConstraint(
                name="one_key_material_of_a_code_at_a_time",
                expressions=[("code", RangeOperators.EQUAL), (PERIOD, RangeOperators.OVERLAPS)],
                violation_error_message=_("This key material already has a version in that period."),
            ),
            last_not_before_first("a_key_material_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return in_words_of_the_reader(self.name, self.english_name)


class SlotRule(models.TextChoices):
    """上架建议规则 — beside what a dossier is put, where its last slot has no room."""

    NUMBER = "number", _("beside its neighbour by archive number")
    EMPLOYER = "employer", _("beside the dossiers of its employer")
    FIRST_FREE = "first_free", _("the first free slot")


class Policy(models.Model):
    """政策 — a rule that is a number, a word or a list, for a period; an institution may have its own value."""

    class Unit(models.TextChoices):
        WORKDAY = "workday", _("working days")
        DAY = "day", _("days")
        MONTH = "month", _("months")
        HOUR = "hour", _("hours")
        MINUTE = "minute", _("minutes")
        COUNT = "count", _("times")
        PERSON = "person", _("people")
        MEGABYTE = "megabyte", _("megabytes")
        MILLIMETRE = "millimetre", _("millimetres")
        DPI = "dpi", _("dots per inch")
        CELSIUS = "celsius", _("degrees Celsius")
        PERCENT = "percent", _("per cent")
        CARRIER = "carrier", _("carriers")
        PERSONAL_IDENTITY = "personal_identity", _("personal identities")
        EMPLOYER_KIND = "employer_kind", _("kinds of employer")
        SLOT_RULE = "slot_rule", _("rule for slots")
        TEXT = "text", _("words")

    class Confidence(models.TextChoices):
        FOUND = "F", _("read in a published source")
        HIGH = "H", _("known, high confidence")
        MEDIUM = "M", _("known, to be checked")
        LOW = "L", _("known, low confidence")
        DEFAULT = "D", _("our own default")

    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    english_name = models.CharField(_("English name"), max_length=80)
    value = models.JSONField(_("value"))
    unit = models.CharField(_("unit"), max_length=20, choices=Unit.choices)
    basis = models.CharField(_("basis"), max_length=200)
    confidence = models.CharField(_("confidence"), max_length=1, choices=Confidence.choices)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("institution")
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.SCREEN)
    order = models.PositiveIntegerField(default=0)

    objects = ValidQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy")
        ordering = ("order", "code", "institution", "valid_from")
        constraints = [
            ExclusionConstraint(
                name="one_policy_at_a_time",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (Coalesce("institution", Value(0), output_field=models.BigIntegerField()), RangeOperators.EQUAL),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This policy already has a value in that period."),
            ),
            last_not_before_first("a_policy_ends_after_it_begins"),
            models.CheckConstraint(
                condition=~Q(code="slot_rule") | Q(unit="slot_rule", value__in=SlotRule.values),
                name="a_slot_rule_is_one_that_is_known",
                violation_error_message=_("Choose one of the rules for slots."),
            ),
        ]

    def __str__(self) -> str:
        return in_words_of_the_reader(self.name, self.english_name)


TIME_UNITS = (Policy.Unit.WORKDAY, Policy.Unit.DAY, Policy.Unit.MONTH)
# Units whose values are codes of the code table of the same name.
CODED_UNITS = (Policy.Unit.CARRIER, Policy.Unit.PERSONAL_IDENTITY, Policy.Unit.EMPLOYER_KIND)
# Units whose value is one of a few that the program knows.
CHOSEN_UNITS: dict[str, type[models.TextChoices]] = {Policy.Unit.SLOT_RULE: SlotRule}


class ServiceItem(models.Model):
    """事项 — what may be asked for: basis, papers, time limit, who may apply. All of it is free (112号 art. 8)."""

    class Channel(models.TextChoices):
        WINDOW = "WINDOW", _("At the counter")
        ONLINE = "ONLINE", _("Online")
        TERMINAL = "TERMINAL", _("Self-service terminal")
        PHONE = "PHONE", _("By telephone")
        POST = "POST", _("By post")
        INTERNAL = "INTERNAL", _("Internal")

    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    english_name = models.CharField(_("English name"), max_length=80)
    basis = models.CharField(_("basis"), max_length=200)
    time_limit = models.CharField(_("time limit (policy)"), max_length=40, blank=True)
    applicants = models.CharField(_("who may apply"), max_length=200)
    applicants_english = models.CharField(_("who may apply (English)"), max_length=200)
    channels = ArrayField(models.CharField(max_length=10, choices=Channel.choices), verbose_name=_("channels"))
    papers = ArrayField(models.CharField(max_length=200), default=list, blank=True, verbose_name=_("papers"))
    papers_english = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, verbose_name=_("papers (English)")
    )
    steps = ArrayField(models.CharField(max_length=200), default=list, blank=True, verbose_name=_("steps"))
    steps_english = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, verbose_name=_("steps (English)")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    note_english = models.CharField(_("note (English)"), max_length=200, blank=True)
    free_of_charge = models.BooleanField(default=True, editable=False)
    is_public = models.BooleanField(_("shown to the public"), default=True)
    # Empty: every kind of institution offers it.
    institution_kinds = ArrayField(
        models.CharField(max_length=12, choices=Institution.Kind.choices),
        default=list,
        blank=True,
        verbose_name=_("offered by"),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.SCREEN)
    order = models.PositiveIntegerField(default=0)

    objects = ValidQuerySet.as_manager()

    class Meta:
        verbose_name = _("service item")
        ordering = ("order", "code", "valid_from")
        constraints = [
            ExclusionConstraint(
                name="one_version_of_a_service_item_at_a_time",
                expressions=[("code", RangeOperators.EQUAL), (PERIOD, RangeOperators.OVERLAPS)],
                violation_error_message=_("This item already has a version in that period."),
            ),
            last_not_before_first("a_service_item_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(free_of_charge=True), name="a_public_service_is_free"),
        ]

    def __str__(self) -> str:
        return in_words_of_the_reader(self.name, self.english_name)

    def channel_labels(self) -> list[str]:
        return [str(self.Channel(channel).label) for channel in self.channels]

    def kind_labels(self) -> list[str]:
        return [str(Institution.Kind(kind).label) for kind in self.institution_kinds]

    def text(self, field: str) -> Any:
        """``papers``, ``steps``, ``applicants`` or ``note`` in the language on screen; Chinese where English lacks."""
        return in_words_of_the_reader(getattr(self, field), getattr(self, f"{field}_english"))

    def papers_of_everybody(self) -> list[str]:
        """Those asked of every applicant; one asked only of some says of whom before a colon (单位办理：…)."""
        return [paper for paper in self.papers if "：" not in paper]

    def shown_papers(self) -> list[str]:
        return self.text("papers")

    def shown_steps(self) -> list[str]:
        return self.text("steps")

    def shown_applicants(self) -> str:
        return self.text("applicants")

    def shown_note(self) -> str:
        return self.text("note")


class CalendarDay(models.Model):
    """工作日历 — one day: worked or not, by the State Council's notice or, before that is out, by calculation."""

    date = models.DateField(_("date"), unique=True)
    is_working = models.BooleanField(_("working day"))
    name = models.CharField(_("holiday"), max_length=40, blank=True)
    provisional = models.BooleanField(_("provisional"), default=False)
    basis = models.CharField(_("basis"), max_length=120)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.SCREEN)

    class Meta:
        verbose_name = _("day of the calendar")
        ordering = ("date",)

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d}"


class StandardsVersion(models.Model):
    """The number that changes with every change of a standard, so that each process knows when to read again.

    Triggers on the tables above write it, from a sequence: a number that was rolled back never comes again.
    """

    number = models.BigIntegerField()

    class Meta:
        verbose_name = _("version of the standards")

    def __str__(self) -> str:
        return str(self.number)
