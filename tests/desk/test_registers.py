"""The registers that used to be paper."""

import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from rendang.circulation.intake.queries import register_of_intakes
from rendang.kernel.audit.models import AuditEvent
from rendang.kernel.documents import registers
from tests.circulation.intake.conftest import walk  # noqa: F401 - a fixture
from tests.golden import squeezed, text_of

pytestmark = pytest.mark.django_db
PAGE = reverse("desk:register", args=["intake"])


@pytest.fixture
def accepted(walk):  # noqa: F811
    return walk("ACCEPTED")


def content(response) -> bytes:
    return b"".join(response.streaming_content)


def test_the_register_of_intakes_has_what_was_accepted_in_its_days(accepted):
    today = timezone.localdate()
    (line,) = register_of_intakes(accepted.institution, today, today)
    assert line[:4] == [
        f"{today}", accepted.person.name, accepted.person.id_masked, accepted.custody.archive_number,
    ]  # fmt: skip
    assert list(register_of_intakes(accepted.institution, today - dt.timedelta(9), today - dt.timedelta(1))) == []


def test_it_prints_with_title_range_and_lines_and_leaves_a_trace(accepted, signed_in, clerk):
    today = timezone.localdate()
    address = f"{PAGE}?institution={accepted.institution.pk}&first={today}&last={today}&form=pdf"
    response = signed_in(clerk).get(address)
    text = squeezed(text_of(content(response)))
    assert "接收登记簿" in text
    assert accepted.custody.archive_number in text
    event = AuditEvent.objects.filter(verb="register.print").get()
    assert event.reason == f"intake {today} {today}"


def test_it_is_a_workbook_too(accepted, signed_in, clerk):
    sheet = load_workbook(io.BytesIO(content(signed_in(clerk).get(f"{PAGE}?form=xlsx")))).worksheets[0]
    assert [cell.value for cell in sheet[1]][:3] == ["序号", "接收日期", "姓名"]
    assert sheet["C2"].value == accepted.person.name


def test_days_the_wrong_way_round_are_refused_and_leave_no_trace(accepted, signed_in, clerk):
    here = accepted.institution.pk
    response = signed_in(clerk).get(f"{PAGE}?institution={here}&first=2026-02-01&last=2026-01-01")
    assert "The last day lies before the first." in response.text
    assert "Nothing to record in these days" not in response.text, "nobody has looked"
    assert not AuditEvent.objects.filter(verb="register.print").exists()


def test_another_institution_cannot_be_chosen(signed_in, clerk, other_institution):
    response = signed_in(clerk).get(f"{PAGE}?institution={other_institution.pk}&first=2026-01-01&last=2026-02-01")
    assert "Select a valid choice" in response.text
    assert registers.REGISTERS["intake"].title == "流动人员人事档案接收登记簿"
