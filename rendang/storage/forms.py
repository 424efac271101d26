from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rendang.dossiers.models import DossierQuerySet
from rendang.kernel.access.forms import InstitutionChoice
from rendang.storage import queries
from rendang.storage.labels import STOCKS, SYMBOLS
from rendang.storage.models import Building, Compaction, Placement, Slot, SlotQuerySet, Store
from rendang.storage.queries.compacting import Outline
from rendang.storage.ranges import Plan, expand, expand_racks, normalised

MOST_CODES = 1_000


class DossierField(forms.CharField):
    """One dossier, by its label, its archive number or its whole name; ``among`` is where it is looked for."""

    def __init__(self, *, among: DossierQuerySet | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Dossier"))
        kwargs.setdefault("max_length", 60)
        kwargs.setdefault("help_text", gettext_lazy("Scan the label, or type the archive number or the whole name."))
        super().__init__(**kwargs)
        self.among = among
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "data-scan": ""}

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        return queries.the_one_named(self.among, text)


class RangesForm(forms.Form):
    """The slots of a store, as ranges of its parts."""

    racks = forms.CharField(
        label=gettext_lazy("Racks"),
        max_length=120,
        help_text=gettext_lazy("01-12 or A-D; several parts with a space between: A-B 01-06 L,R"),
    )
    bays = forms.CharField(
        label=gettext_lazy("Bays"), max_length=120, required=False, help_text=gettext_lazy("01-08; may stay empty")
    )
    layers = forms.CharField(
        label=gettext_lazy("Layers"), max_length=120, required=False, help_text=gettext_lazy("1-7; may stay empty")
    )
    numbers = forms.CharField(label=gettext_lazy("Slots"), max_length=120, help_text=gettext_lazy("001-040"))
    capacity = forms.IntegerField(
        label=gettext_lazy("Capacity"),
        min_value=1,
        max_value=9999,
        initial=1,
        help_text=gettext_lazy("How many dossiers fit into one slot."),
    )
    width = forms.IntegerField(
        label=gettext_lazy("Width (mm)"),
        min_value=1,
        max_value=9999,
        required=False,
        help_text=gettext_lazy("Of one slot; empty where nobody has measured."),
    )
    store_code = ""

    def clean_racks(self) -> tuple[str, ...]:
        return expand_racks(self.cleaned_data["racks"])

    def clean_bays(self) -> tuple[str, ...]:
        return expand(self.cleaned_data["bays"])

    def clean_layers(self) -> tuple[str, ...]:
        return expand(self.cleaned_data["layers"])

    def clean_numbers(self) -> tuple[str, ...]:
        return expand(self.cleaned_data["numbers"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            plan = Plan(
                store=data.get("code") or self.store_code,
                racks=data["racks"],
                bays=data["bays"],
                layers=data["layers"],
                numbers=data["numbers"],
                capacity=data["capacity"],
                width=data["width"],
            )
            plan.check()
            data["plan"] = plan
        return data


class AboutStoreForm(forms.Form):
    """What a store is called, where it is and for which dossiers."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    building = forms.ModelChoiceField(label=gettext_lazy("Building"), queryset=Building.objects.none(), required=False)
    floor = forms.IntegerField(
        label=gettext_lazy("Floor"), min_value=-9, max_value=199, initial=1, help_text=gettext_lazy("-1: basement")
    )
    purpose = forms.ChoiceField(
        label=gettext_lazy("For dossiers"), choices=Store.Purpose.choices, initial=Store.Purpose.CUSTODY
    )
    shelving = forms.ChoiceField(
        label=gettext_lazy("Shelving"), choices=Store.Shelving.choices, initial=Store.Shelving.MOBILE
    )

    def offer_buildings(self, buildings: Any) -> None:
        field = self.fields["building"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = buildings
        if not buildings:
            field.help_text = _("None yet: add the institution's buildings first if it has several.")


class StoreForm(InstitutionChoice, AboutStoreForm, RangesForm):
    code = forms.CharField(
        label=gettext_lazy("Code of the store"),
        max_length=12,
        help_text=gettext_lazy("Begins every position, for instance K01."),
    )
    field_order = (
        "institution", "code", "name", "building", "floor", "purpose", "shelving",
        "racks", "bays", "layers", "numbers", "capacity", "width",
    )  # fmt: skip

    def clean_code(self) -> str:
        code = normalised(self.cleaned_data["code"])
        if not code.isalnum():
            raise ValidationError(_("Only letters and digits, for instance K01."))
        return code


class BuildingForm(InstitutionChoice):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    position = forms.IntegerField(
        label=gettext_lazy("Order of the round"),
        min_value=1,
        max_value=99,
        initial=1,
        help_text=gettext_lazy("Where the keeper comes by first."),
    )


class KeepingForm(forms.Form):
    """How a dossier is to be kept."""

    thickness = forms.IntegerField(label=gettext_lazy("Thickness (mm)"), min_value=1, max_value=2000, required=False)
    purpose = forms.ChoiceField(
        label=gettext_lazy("Store in which it belongs"),
        choices=[("", gettext_lazy("as usual")), *Store.Purpose.choices],
        required=False,
    )


class CapacityForm(forms.Form):
    capacity = forms.IntegerField(label=gettext_lazy("Capacity"), min_value=1, max_value=9999)
    width = forms.IntegerField(label=gettext_lazy("Width (mm)"), min_value=1, max_value=9999, required=False)


class CompactionForm(forms.Form):
    method = forms.ChoiceField(
        label=gettext_lazy("Method"),
        choices=Compaction.Method.choices,
        widget=forms.RadioSelect,
    )

    def tell(self, outlines: Mapping[str, Outline]) -> None:
        """Beside each method how many moves it takes, or why there are none; which it is to be is chosen."""
        choices = []
        for method, outline in outlines.items():
            moves = len(outline.moves)
            said = outline.problem or ngettext("%(count)d move", "%(count)d moves", moves) % {"count": moves}
            choices.append((method, f"{Compaction.Method(method).label} — {said}"))
        self.fields["method"].choices = choices  # type: ignore[attr-defined]


class WorkOffForm(forms.Form):
    """A dossier that has been carried to the slot that the plan names."""

    dossier = DossierField()

    def __init__(self, *args: Any, dossiers: DossierQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["dossier"]
        assert isinstance(field, DossierField)
        field.among = dossiers
        field.widget.attrs["autofocus"] = True


class StopForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


class ScanForm(forms.Form):
    """For a scanner: the dossier's label, then the slot's."""

    dossier = DossierField()
    slot = forms.CharField(
        label=gettext_lazy("Slot"),
        max_length=60,
        help_text=gettext_lazy("Scan the slot's label or type the position."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-scan": ""}),
    )
    keep_slot = forms.BooleanField(label=gettext_lazy("Next dossier into the same slot"), required=False)
    detail = forms.CharField(
        label=gettext_lazy("Where to"),
        max_length=Placement.DETAIL_LENGTH,
        help_text=gettext_lazy("The desk or room to which it goes."),
    )

    FIELDS = {
        "place": ("dossier", "slot", "keep_slot"),
        "move": ("dossier", "slot", "keep_slot"),
        "take_out": ("detail", "dossier"),
        "put_back": ("dossier",),
    }

    def __init__(self, *args: Any, mode: str, dossiers: DossierQuerySet, slots: SlotQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slots = slots
        field = self.fields["dossier"]
        assert isinstance(field, DossierField)
        field.among = dossiers
        for name in set(self.fields) - set(self.FIELDS[mode]):
            del self.fields[name]
        self.order_fields(self.FIELDS[mode])
        self.fields[self.FIELDS[mode][0]].widget.attrs["autofocus"] = True
        if mode == "place":  # left empty, a slot is suggested
            self.fields["slot"].required = False
            self.fields["slot"].help_text = _("Scan the slot's label, or press Enter to have one suggested.")

    def clean_slot(self) -> Slot | None:
        slot = queries.slot_by_code(self.slots, self.cleaned_data["slot"])
        if slot is None and (self.cleaned_data["slot"] or self.fields["slot"].required):
            raise ValidationError(
                _("There is no slot “%(code)s”. Scan the slot's label.") % {"code": self.cleaned_data["slot"]}
            )
        return slot


class BatchForm(forms.Form):
    """One label after the other: a slot, then the dossiers that go into it."""

    code = forms.CharField(
        label=gettext_lazy("Slot or dossier"),
        max_length=60,
        help_text=gettext_lazy("First the slot's label, then each dossier's; the next slot's label changes the slot."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "data-scan": "", "autofocus": True}
        ),
    )
    slot = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput())
    moving = forms.BooleanField(label=gettext_lazy("Also move what lies in another slot"), required=False)


class CodesForm(forms.Form):
    """What a scanner has kept in its memory, or a list typed by hand."""

    codes = forms.CharField(
        label=gettext_lazy("Codes, one a line"),
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy("A slot, the dossiers that go into it, the next slot, and so on."),
    )
    moving = forms.BooleanField(label=gettext_lazy("Also move what lies in another slot"), required=False)

    def clean_codes(self) -> list[str]:
        codes = self.cleaned_data["codes"].split()
        if len(codes) > MOST_CODES:
            raise ValidationError(
                _("These are %(count)d codes. At most %(most)d are read at once.")
                % {"count": len(codes), "most": MOST_CODES}
            )
        return codes


class FetchForm(forms.Form):
    """Ticks off a line of the pick list."""

    dossier = DossierField()
    detail = forms.CharField(
        label=gettext_lazy("Where to"),
        max_length=Placement.DETAIL_LENGTH,
        help_text=gettext_lazy("The desk or room to which it goes."),
    )

    def __init__(self, *args: Any, dossiers: DossierQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["dossier"]
        assert isinstance(field, DossierField)
        field.among = dossiers
        field.widget.attrs["autofocus"] = True
        self.fields["detail"].initial = _("Retrieval desk")


class LabelForm(InstitutionChoice):
    """Which labels to print: for dossiers or for slots, of a range of positions or a list."""

    class Subject:
        DOSSIERS = "dossiers"
        SLOTS = "slots"
        BOXES = "boxes"
        UNPLACED = "unplaced"
        LISTED = "listed"

    subject = forms.ChoiceField(
        label=gettext_lazy("Labels for"),
        choices=[
            (Subject.DOSSIERS, gettext_lazy("the dossiers in these slots")),
            (Subject.SLOTS, gettext_lazy("these slots")),
            (Subject.BOXES, gettext_lazy("the boxes in these slots")),
            (Subject.UNPLACED, gettext_lazy("the dossiers to be placed")),
            (Subject.LISTED, gettext_lazy("the dossiers listed below")),
        ],
        initial=Subject.DOSSIERS,
        widget=forms.RadioSelect,
    )
    first = forms.CharField(
        label=gettext_lazy("From position"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("The beginning is enough: K01-A-03 is the whole rack."),
    )
    last = forms.CharField(label=gettext_lazy("To position"), max_length=40, required=False)
    listed = forms.CharField(
        label=gettext_lazy("Barcodes or archive numbers"),
        max_length=40_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line."),
    )
    stock = forms.ChoiceField(
        label=gettext_lazy("Label sheet"), choices=[(one.name, one.label) for one in STOCKS.values()], initial="3x8"
    )
    symbol = forms.ChoiceField(label=gettext_lazy("Symbol"), choices=list(SYMBOLS.items()), initial="qr")
    start = forms.IntegerField(
        label=gettext_lazy("First free place of the sheet"),
        min_value=1,
        max_value=65,
        initial=1,
        help_text=gettext_lazy("Counted row by row from the upper left: a sheet that was begun is used up."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason for printing again"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Only for labels that were printed before: damaged, lost, moved …"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        subject = data.get("subject")
        if subject in {self.Subject.DOSSIERS, self.Subject.SLOTS, self.Subject.BOXES} and not data.get("first"):
            self.add_error("first", _("Say from which position."))
        if subject == self.Subject.LISTED and not data.get("listed", "").split():
            self.add_error("listed", _("Scan or type at least one barcode or archive number."))
        return data


class UnplacedFilterForm(InstitutionChoice):
    """The filter of the list of dossiers to be placed; kept in the address."""

    q = forms.CharField(label=gettext_lazy("Place as written"), max_length=60, required=False)
