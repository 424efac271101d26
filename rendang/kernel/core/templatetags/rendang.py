"""What templates need and Django lacks: form widgets in the project's look, masks, partial dates, sorting, pages."""

from datetime import date
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.forms.boundfield import BoundField, BoundWidget
from django.http import HttpRequest
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.formats import date_format
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext

from rendang.kernel.core import language
from rendang.kernel.core.identifiers import mask_id_number

register = template.Library()

# The parameters that say where in a list one is; a new filter or order begins at the beginning.
PLACE = ("page", "after", "before")
# What Django shows for no choice.
BARE = "---------"
TONE_ICONS = {
    "blue": "progress",
    "yellow": "clock-pause",
    "green": "circle-check",
    "red": "circle-x",
    "grey": "circle-minus",
    "info": "info-circle",
    "success": "circle-check",
    "warning": "alert-triangle",
    "error": "alert-circle",
    "debug": "info-circle",
}


@register.simple_tag
def icon(name: str, default: str = "") -> SafeString:
    """A sign of Tabler's icon font, beside words that say the same."""
    return format_html('<i class="ti ti-{}" aria-hidden="true"></i>', name or default)


@register.simple_tag
def tone_icon(tone: str) -> SafeString:
    """The sign of a tone, so that colour never speaks alone."""
    return icon(TONE_ICONS.get(tone, "circle-minus"))


@register.simple_tag(takes_context=True)
def text_of_block(context: Any, name: str) -> SafeString:
    """The words of another block of the page, so that its heading need not be written twice."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    # What the block drew is escaped already.
    return mark_safe(" ".join(strip_tags(block.nodelist.render(context)).split()) if block else "")


@register.filter
def kind(field: BoundField) -> str:
    """The class a field is laid out by: checkbox, choices, file, select, textarea, date or text."""
    widget = field.field.widget
    for name, types in (
        ("choices", (forms.RadioSelect, forms.CheckboxSelectMultiple)),
        ("checkbox", forms.CheckboxInput),
        ("file", forms.FileInput),
        ("select", forms.Select),
        ("textarea", forms.Textarea),
        ("date", forms.DateInput),
    ):
        if isinstance(widget, types):
            return name
    return "text"


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """The field's control with the classes of the look; dates get the browser's own calendar, no choice has words."""
    control = field.field.widget
    look = {"checkbox": "form-check-input", "select": "form-select"}.get(kind(field), "form-control")
    own = control.attrs.get("class", "")
    if type(control) is forms.DateInput:
        # Browsers read and write only ISO dates, whatever the language of the page.
        control.input_type, control.format = "date", "%Y-%m-%d"
    if isinstance(field.field, forms.ModelChoiceField) and field.field.empty_label == BARE:
        field.field.empty_label = gettext("Please choose") if field.field.required else pgettext("choice", "none")
    attributes: dict[str, str | bool] = {
        "class": " ".join(filter(None, [own, look, "is-invalid" if field.errors else ""]))
    }
    if isinstance(control, forms.Textarea) and control.attrs.get("rows") == "10":
        attributes["rows"] = "3"
    return field.as_widget(attrs=attributes)


@register.filter
def choice_input(option: BoundWidget) -> SafeString:
    """The bare radio button or check box of one choice; its label stands beside it."""
    option.data["attrs"]["class"] = "form-check-input"
    return option.tag(wrap_label=False)


@register.filter
def choice_groups(field: BoundField) -> list[tuple[str, list[BoundWidget]]]:
    """The choices of a field under their headings; choices without one stand under an empty one."""
    options = iter(field.subwidgets)
    groups: list[tuple[str, list[BoundWidget]]] = []
    for key, label in getattr(field.field, "choices", ()):
        if isinstance(label, (list, tuple)):
            groups.append((str(key), [next(options) for _one in label]))
        elif groups and not groups[-1][0]:
            groups[-1][1].append(next(options))
        else:
            groups.append(("", [next(options)]))
    return groups


@register.filter
def focus_first(form: forms.BaseForm) -> forms.BaseForm:
    """The form with the cursor in the first field that is wrong or must still be filled in; else that is empty.

    A form may name the field itself with ``autofocus``, as long as it is empty and nothing is wrong.
    """
    fields = [field for field in form.visible_fields() if kind(field) != "choices"]
    wrong = [field for field in fields if field.errors]
    own = [field for field in fields if field.field.widget.attrs.get("autofocus") and not field.value()]
    asked = [field for field in fields if field.field.required and field.value() in (None, "")]
    empty = [field for field in fields if kind(field) == "text" and field.value() in (None, "")]
    for field in fields:
        field.field.widget.attrs.pop("autofocus", None)
    for field in (wrong or own or asked or empty or fields)[:1]:
        field.field.widget.attrs["autofocus"] = True
    return form


@register.simple_tag
def tick_all(name: str) -> SafeString:
    """The heading above a column of ticks; its box ticks the whole page and shows itself only where it works."""
    return format_html(
        '<th scope="col" class="tick"><label><input type="checkbox" class="form-check-input" data-check-all="{}"'
        ' aria-label="{}" hidden></label></th>',
        name,
        gettext("Tick all rows of this page"),
    )


@register.simple_tag
def tick(case: Any, many: Any) -> SafeString:
    """The box with which a row is ticked, still so when one comes back; it knows the steps that are open for it."""
    return format_html(
        '<td class="tick"><label><input type="checkbox" class="form-check-input" name="case" value="{}"'
        ' data-steps="{}" aria-label="{}"{}></label></td>',
        case.pk,
        many["rows"].get(case.pk, ""),
        gettext("Tick %(number)s") % {"number": case.number},
        mark_safe(" checked") if case.pk in many.get("ticked", ()) else "",
    )


@register.filter
def kind_name(model: Any) -> str:
    """What a kind of case is called."""
    return capfirst(str(model._meta.verbose_name))


@register.simple_tag
def comma() -> str:
    """What stands between the parts of a list, in the language of the page."""
    return language.listed(["", ""])


@register.filter
def listed(parts: Any) -> str:
    """The parts of a list in one line."""
    return language.listed(parts)


register.filter("mask_id", mask_id_number)


@register.filter
def mask_name(name: str) -> str:
    """A name of which only the first character is readable: 张*."""
    return f"{name[0]}{'*' * (len(name) - 1)}" if name else ""


@register.filter
def partial_date(value: str) -> str:
    """1986, 1986-07 or 1986-07-15 in the words of the page; anything else as it was written."""
    parts = str(value or "").split("-")
    try:
        numbers = [int(part) for part in parts]
        day = date(*[*numbers, 1, 1][: max(3, len(numbers))])
    except (TypeError, ValueError):
        return str(value or "")
    if len(numbers) == 1:
        return f"{numbers[0]}年" if language.in_chinese() else str(numbers[0])
    return date_format(day, "YEAR_MONTH_FORMAT" if len(numbers) == 2 else "DATE_FORMAT")


def address(request: HttpRequest, **changes: object) -> str:
    """The page's own address with some parameters changed; ``None`` takes one out."""
    query = request.GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/sort_heading.html", takes_context=True)
def sort_heading(context: Any, label: str, field: str, css: str = "") -> dict[str, Any]:
    """A column heading that sorts by ``?sort=field`` or ``?sort=-field`` and keeps the filters."""
    current = context["request"].GET.get("sort", context.get("sort", ""))
    direction = {field: "ascending", f"-{field}": "descending"}.get(current, "")
    wanted = f"-{field}" if current == field else field
    restart: dict[str, object] = dict.fromkeys(PLACE)
    return {
        "label": label,
        "direction": direction,
        "sign": {"ascending": "chevron-up", "descending": "chevron-down"}.get(direction, "selector"),
        "css": css,
        "url": address(context["request"], sort=wanted, **restart),
    }


@register.inclusion_tag("components/pagination.html", takes_context=True)
def paginate(context: Any, page: Any, total: int | None = None) -> dict[str, Any]:
    """The way through a list that keeps its filters: numbered for Django's ``Page``, by keys for a ``KeysetPage``."""
    request = context["request"]
    if isinstance(page, Page):
        paginator = page.paginator
        return {
            "previous_url": address(request, page=page.previous_page_number()) if page.has_previous() else "",
            "next_url": address(request, page=page.next_page_number()) if page.has_next() else "",
            "numbers": [
                (number if isinstance(number, int) else None, number_url(request, page, number))
                for number in paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
            ],
            "total": paginator.count if total is None else total,
        }
    return {
        "previous_url": address(request, before=page.previous_key, after=None) if page.previous_key else "",
        "next_url": address(request, after=page.next_key, before=None) if page.next_key else "",
        "total": total,
    }


def number_url(request: HttpRequest, page: Page, number: int | str) -> str:
    return address(request, page=number) if isinstance(number, int) and number != page.number else ""
