"""Policies and the catalogue of services."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from rendang.kernel.access.models import Institution
from rendang.kernel.core.language import in_words_of_the_reader
from rendang.kernel.standards.models.validity import PERIOD, Source, ValidQuerySet, last_not_before_first


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
