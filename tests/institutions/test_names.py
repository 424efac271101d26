"""What an institution is called."""

import pytest
from django.utils import translation

from rendang.kernel.access.models import Institution, Role
from tests.factories import staff

pytestmark = pytest.mark.django_db


def test_an_institution_is_called_in_the_language_of_the_reader_and_in_chinese_where_it_has_no_english_name():
    office = Institution(name="青岚市人才市场", short_name="人才市场", english_name="Qinglan Talent Market")

    assert (str(office), office.label) == ("Qinglan Talent Market", "人才市场")
    office.english_short_name = "Talent Market"
    assert office.label == "Talent Market"
    with translation.override("zh-hans"):
        assert (str(office), office.label) == ("青岚市人才市场", "人才市场")


def test_the_head_says_what_english_lists_call_the_institution(signed_in, institution):
    office = signed_in(staff(institution, Role.HEAD))
    page = f"/desk/institutions/{institution.pk}/edit/"
    typed = office.get(page).context["form"].initial | {"english_short_name": "Archive North"}

    office.post(page, {name: value for name, value in typed.items() if value not in (None, False)})

    institution.refresh_from_db()
    assert institution.label == "Archive North"
    assert "Archive North" in office.get("/desk/institutions/").content.decode()
