"""Code tables with their synonyms, and the classification of papers."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from rendang.kernel.core.language import in_chinese, in_words_of_the_reader
from rendang.kernel.standards.english import class_in_english, in_english, in_words
from rendang.kernel.standards.models.validity import PERIOD, Source, ValidQuerySet, last_not_before_first


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
