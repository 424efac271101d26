import datetime as dt
import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from rendang.kernel.access.models import Institution
from rendang.kernel.core.pagination import KeysetPage
from rendang.kernel.core.templatetags import rendang as tags


def drawn(source: str, address: str = "/list/?q=wang&page=3", **context: object) -> str:
    request = RequestFactory().get(address)
    return Template("{% load rendang %}" + source).render(Context({"request": request, **context}))


class ParcelForm(forms.Form):
    number = forms.CharField(label="Number", help_text="13 digits")
    carrier = forms.ChoiceField(label="Carrier", choices=[("EMS", "EMS"), ("HAND", "By hand")], required=False)
    arrived = forms.DateField(label="Arrived", required=False)
    seal = forms.ChoiceField(label="Seal", widget=forms.RadioSelect, choices=[("1", "Intact"), ("2", "Broken")])
    remarks = forms.CharField(label="Remarks", widget=forms.Textarea, required=False)
    counted = forms.BooleanField(label="Counted", required=False)


@pytest.fixture(autouse=True)
def _english() -> object:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("number", "masked"),
    [("370202199001011234", "3702**********1234"), ("370202900101123", "3702*******1123")],
)
def test_only_the_ends_of_an_identity_number_are_shown(number: str, masked: str) -> None:
    assert drawn("{{ number|mask_id }}", number=number) == masked


@pytest.mark.parametrize(("name", "masked"), [("张伟", "张*"), ("欧阳修文", "欧***"), ("𬱖", "𬱖"), ("", "")])
def test_only_the_first_character_of_a_name_is_shown(name: str, masked: str) -> None:
    assert tags.mask_name(name) == masked


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        ("1986", "1986年", "1986"),
        ("1986-07", "1986年7月", "July 1986"),
        ("1986-07-15", "1986年7月15日", "July 15, 1986"),
        ("", "", ""),
        ("1986-13", "1986-13", "1986-13"),
        ("not known", "not known", "not known"),
        ("1986-02-30", "1986-02-30", "1986-02-30"),
    ],
)
def test_a_partial_date_is_written_as_well_as_it_is_known(value: str, chinese: str, english: str) -> None:
    assert tags.partial_date(value) == english
    with translation.override("zh-hans"):
        assert tags.partial_date(value) == chinese


def test_a_heading_sorts_turns_round_and_keeps_the_filters_but_not_the_page() -> None:
    unsorted = drawn("{% sort_heading 'Name' 'name' %}")
    assert 'href="?q=wang&amp;sort=name"' in unsorted
    assert "aria-sort" not in unsorted

    sorted_up = drawn("{% sort_heading 'Name' 'name' %}", "/list/?sort=name")
    assert 'href="?sort=-name"' in sorted_up
    assert 'aria-sort="ascending"' in sorted_up

    sorted_down = drawn("{% sort_heading 'Name' 'name' %}", "/list/?sort=-name")
    assert 'href="?sort=name"' in sorted_down
    assert 'aria-sort="descending"' in sorted_down


def test_numbered_pages_keep_the_filters() -> None:
    page = Paginator(range(100), 10).page(3)
    html = drawn("{% paginate page %}", page=page)
    assert 'rel="prev" href="?q=wang&amp;page=2"' in html
    assert 'rel="next" href="?q=wang&amp;page=4"' in html
    assert '<span class="btn current" aria-current="page">3</span>' in html
    assert "100 entries" in " ".join(html.split())


def test_pages_by_key_lead_to_the_rows_before_and_after() -> None:
    html = drawn("{% paginate page %}", "/list/?q=wang&after=90", page=KeysetPage([], 40, 89))
    assert 'rel="next" href="?q=wang&amp;after=40"' in html
    assert 'rel="prev" href="?q=wang&amp;before=89"' in html
    assert "<nav" not in drawn("{% paginate page %}", page=KeysetPage([], None, None))


def test_a_field_keeps_what_was_typed_and_says_beside_it_what_is_wrong() -> None:
    form = ParcelForm({"number": "", "carrier": "HAND", "arrived": "2026-11-20", "remarks": "torn <b>"})
    html = str(form)

    assert 'aria-describedby="id_number_helptext id_number_error"' in html
    assert 'id="id_number_error"' in html
    assert 'id="id_number_helptext">13 digits' in html
    assert html.count("This field is required.") == 2
    assert '<option value="HAND" selected>' in html
    assert "torn &lt;b&gt;" in html
    assert '<fieldset aria-describedby="id_seal_error">' in html
    assert html.count('type="radio"') == 2


def test_a_date_is_given_to_the_browser_in_its_own_form_in_every_language() -> None:
    with translation.override("zh-hans"):
        html = str(ParcelForm(initial={"arrived": dt.date(2026, 11, 20)})["arrived"].as_field_group())
    assert 'type="date"' in html
    assert 'value="2026-11-20"' in html


def test_errors_of_the_whole_form_stand_above_its_fields() -> None:
    form = ParcelForm({"number": "1", "seal": "1"})
    form.add_error(None, "Two people must open it.")
    html = str(form)
    assert html.index('role="alert"') < html.index("Two people must open it.") < html.index("id_number")


@pytest.mark.parametrize(
    ("light", "days", "words"),
    [
        ("green", 8, "8 working days left"),
        ("yellow", 1, "1 working day left"),
        ("red", 0, "Due today"),
        ("red", -1, "1 working day overdue"),
        ("red", -2, "2 working days overdue"),
        ("paused", None, "Paused"),
    ],
)
def test_a_time_limit_says_in_words_what_its_colour_means(light: str, days: int | None, words: str) -> None:
    html = drawn('{% include "components/due_badge.html" %}', light=light, days=days, due=dt.date(2026, 11, 26))
    assert words in html


def test_a_case_without_a_time_limit_has_no_badge() -> None:
    assert drawn('{% include "components/due_badge.html" with light="" only %}').strip() == ""


def test_the_title_of_a_page_is_its_heading_unless_it_says_otherwise() -> None:
    page = '{% extends "base.html" %}{% block page_title %}<small>A &amp; </small>{{ name }}{% endblock %}'
    request = RequestFactory().get("/")
    html = Template(page).render(Context({"request": request, "name": "<Li>"}))
    assert "<title>A &amp; &lt;Li&gt;" in html

    html = Template(page + "{% block title %}Own{% endblock %}").render(Context({"request": request}))
    assert "<title>Own" in html


def test_the_cursor_stands_in_the_first_field_or_in_the_first_that_is_wrong() -> None:
    def where(form: forms.Form) -> list[str]:
        shown = Template("{% load rendang %}{{ form|focus_first }}").render(Context({"form": form}))
        return [name for name in form.fields if "autofocus" in shown.split(f'name="{name}"')[-1].split(">")[0]]

    assert where(ParcelForm()) == ["number"]
    assert where(ParcelForm({"number": "1", "carrier": "EMS", "arrived": "no day", "seal": "1"})) == ["arrived"]


def test_a_list_speaks_the_language_of_the_page() -> None:
    assert drawn("{{ parts|listed }}", parts=["a", "b"]) == "a, b"
    with translation.override("zh-hans"):
        assert drawn("{{ parts|listed }}{% comma %}", parts=["a", "b"]) == "a、b、"


class ChoosingForm(forms.Form):
    kept_by = forms.ModelChoiceField(Institution.objects.none())
    goes_to = forms.ModelChoiceField(Institution.objects.none(), required=False)
    known = forms.ModelChoiceField(Institution.objects.none(), required=False, empty_label="No, to another city")


@pytest.mark.django_db
def test_no_choice_has_words_whatever_the_form() -> None:
    assert re.findall(r'<option value=""[^>]*>([^<]*)<', drawn("{{ form }}", form=ChoosingForm())) == [
        "Please choose",
        "none",
        "No, to another city",
    ]


def test_the_cursor_stands_in_the_field_that_must_still_be_filled_in() -> None:
    class CountForm(forms.Form):
        volumes = forms.IntegerField(initial=1)
        remarks = forms.CharField(required=False)
        papers = forms.IntegerField()

    shown = Template("{% load rendang %}{{ form|focus_first }}").render(Context({"form": CountForm()}))
    assert re.findall(r'name="(\w+)"[^>]*autofocus', shown) == ["papers"]


@pytest.mark.parametrize(("typed", "at"), [(None, "unit"), ({"unit": "虚构区"}, "phone")])
def test_a_form_names_the_field_in_which_the_work_begins(typed, at) -> None:
    class ApplyForm(forms.Form):
        agency = forms.CharField(required=False)
        unit = forms.CharField(required=False, widget=forms.TextInput({"autofocus": True}))
        phone = forms.CharField()

    shown = Template("{% load rendang %}{{ form|focus_first }}").render(Context({"form": ApplyForm(typed)}))
    assert re.findall(r'name="(\w+)"[^>]*autofocus', shown) == [at]


def test_where_nothing_must_be_filled_in_the_cursor_does_not_overwrite_what_is_there() -> None:
    class RoundForm(forms.Form):
        made_on = forms.DateField(initial="2026-11-26")
        fire = forms.CharField(required=False)

    shown = Template("{% load rendang %}{{ form|focus_first }}").render(Context({"form": RoundForm()}))
    assert re.findall(r'name="(\w+)"[^>]*autofocus', shown) == ["fire"]
