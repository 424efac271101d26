import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from rendang.kernel.audit.models import AuditEvent
from rendang.storage.protection import actions, queries
from rendang.storage.protection.forms import ReadingsFileForm, moment
from rendang.storage.protection.models import Hazard, KeyHandover, Reading, Visit
from tests.factories import StoreFactory
from tests.told import chinese

pytestmark = pytest.mark.django_db
GOOD = {"temperature": Decimal("20.0"), "humidity": Decimal("50.0")}


@pytest.fixture
def store(institution):
    return StoreFactory(institution=institution)


@pytest.fixture
def noon():
    return timezone.make_aware(dt.datetime.combine(timezone.localdate() - dt.timedelta(1), dt.time(12)))


def nothing_happened(act, words, exception=ValidationError):
    rows = (AuditEvent, Reading, Hazard, Visit, KeyHandover)
    before = [model.objects.count() for model in rows]
    with pytest.raises(exception, match=words):
        act()
    assert [model.objects.count() for model in rows] == before


def test_a_reading_within_the_limits_is_noted_and_nothing_else(store, keeper):
    reading = actions.record_reading(store, by=keeper, **GOOD)
    assert (reading.temperature, reading.humidity, reading.source) == (Decimal("20.0"), Decimal("50.0"), "TYPED")
    assert not Hazard.objects.exists()


@pytest.mark.parametrize(
    ("temperature", "humidity", "told"),
    [
        ("24.0", "60.0", {}),
        ("14.0", "45.0", {}),
        ("24.1", "50.0", {"HEAT": "温度 24.1℃，超出 14～24℃"}),
        ("20.0", "44.9", {"DAMP": "相对湿度 44.9%，超出 45～60%"}),
        ("13.9", "60.1", {"HEAT": "温度 13.9℃，超出 14～24℃", "DAMP": "相对湿度 60.1%，超出 45～60%"}),
    ],
)
def test_what_is_outside_the_limits_becomes_a_hazard(store, keeper, temperature, humidity, told):
    actions.record_reading(store, by=keeper, temperature=Decimal(temperature), humidity=Decimal(humidity))
    assert {hazard.protection: chinese(hazard) for hazard in Hazard.objects.all()} == told


def test_a_change_of_more_than_two_degrees_in_a_day_is_a_hazard(store, keeper, noon):
    actions.record_reading(store, by=keeper, at=noon, **GOOD)
    actions.record_reading(
        store, by=keeper, at=noon + dt.timedelta(hours=3), temperature=Decimal("22.0"), humidity=Decimal("50")
    )
    assert not Hazard.objects.exists()
    actions.record_reading(
        store, by=keeper, at=noon + dt.timedelta(hours=5), temperature=Decimal("22.1"), humidity=Decimal("50")
    )
    assert chinese(Hazard.objects.get()) == "温度日变化 2.1℃，超过 2℃"


def test_the_climate_tells_of_the_same_once_until_it_is_cleared(store, keeper, approver, noon):
    for hours in range(3):
        at = noon + dt.timedelta(hours=hours)
        actions.record_reading(store, by=keeper, at=at, temperature=Decimal("26"), humidity=Decimal("50"))
    hazard = Hazard.objects.get()
    hazard = actions.note_repair(hazard, by=keeper, repair="检修空调")
    actions.clear(hazard, by=approver)
    actions.record_reading(
        store, by=keeper, at=noon + dt.timedelta(hours=9), temperature=Decimal("27"), humidity=Decimal("50")
    )
    assert Hazard.objects.count() == 2


def test_who_repaired_does_not_clear(store, keeper, approver):
    actions.inspect(store, by=keeper, made_on=timezone.localdate(), found={"FIRE": "灭火器过期"})
    hazard = actions.note_repair(Hazard.objects.get(), by=keeper, repair="已更换")
    nothing_happened(lambda: actions.clear(hazard, by=keeper), "second person")
    hazard = actions.reopen(hazard, by=approver, reason="型号不符")
    assert (hazard.state, hazard.repaired_by) == ("OPEN", None)


def test_a_moment_is_read_once_and_never_in_the_future(store, keeper, noon):
    actions.record_reading(store, by=keeper, at=noon, **GOOD)
    nothing_happened(lambda: actions.record_reading(store, by=keeper, at=noon, **GOOD), "at this moment already")
    later = timezone.now() + dt.timedelta(hours=1)
    nothing_happened(lambda: actions.record_reading(store, by=keeper, at=later, **GOOD), "future")


def test_only_keepers_note_readings(store, clerk):
    nothing_happened(lambda: actions.record_reading(store, by=clerk, **GOOD), None, PermissionDenied)


def file_of(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("记录仪.csv", text.encode())


def test_the_file_of_a_logger_is_read_whole_or_not_at_all(store, keeper):
    form = ReadingsFileForm(
        {}, {"file": file_of("时间,温度,湿度\n2026-11-20 08:00,20.5,51\n2026-11-20 14:00,21,50\n")}
    )
    assert form.is_valid()
    actions.record_readings(store, form.cleaned_data["file"], by=keeper, source="FILE")
    assert [str(one.temperature) for one in Reading.objects.order_by("at")] == ["20.5", "21.0"]
    assert AuditEvent.objects.filter(verb="reading.add").count() == 1
    wrong = ReadingsFileForm({}, {"file": file_of("时间,温度,湿度\n2026-11-20 08:00,暖,51\n某时,21,50\n")})
    assert not wrong.is_valid()
    assert wrong.errors["file"] == [
        "Row 2: time, temperature or humidity is not understood.",
        "Row 3: time, temperature or humidity is not understood.",
    ]


def test_times_are_those_of_the_house():
    assert moment("2026-11-20 08:00").isoformat() == "2026-11-20T08:00:00+08:00"
    assert moment("2026/11/20 08:00:30") == moment("2026-11-20T08:00:30")


def test_a_round_opens_a_hazard_for_each_line(store, keeper):
    today = timezone.localdate()
    inspection = actions.inspect(store, by=keeper, made_on=today, found={"FIRE": "灭火器过期", "LIGHT": " "})
    assert [hazard.protection for hazard in inspection.hazards.all()] == ["FIRE"]
    assert not queries.inspection_due(today, store.institution_id, today)
    assert queries.inspection_due(today - dt.timedelta(7), store.institution_id, today)


def test_visitors_are_accompanied_and_leave_once(store, keeper):
    visit = actions.let_in(store, by=keeper, visitor="张师傅", affiliation="空调公司", purpose="检修")
    assert visit.accompanied_by == keeper
    visit = actions.let_out(visit, by=keeper)
    nothing_happened(lambda: actions.let_out(visit, by=keeper), "left already")


def test_a_key_is_with_one_person(store, keeper):
    handover = actions.take_key(store, by=keeper, key="01")
    nothing_happened(lambda: actions.take_key(store, by=keeper, key="01"), "with somebody already")
    actions.return_key(handover, by=keeper)
    assert actions.take_key(store, by=keeper, key="01").holder == keeper


def test_the_registers_have_what_happened_in_their_days(store, keeper, institution):
    today = timezone.localdate()
    actions.record_reading(store, by=keeper, temperature=Decimal("26"), humidity=Decimal("50"))
    actions.inspect(store, by=keeper, made_on=today, found={"FIRE": "灭火器过期"})
    actions.let_in(store, by=keeper, visitor="张师傅", affiliation="空调公司", purpose="检修")
    actions.take_key(store, by=keeper, key="01")
    assert next(iter(queries.register_of_climate(institution, today, today)))[3:7] == ["26.0", "50.0", "超限", "人工"]
    assert next(iter(queries.register_of_inspections(institution, today, today)))[3:5] == ["灭火器过期", "待处理"]
    assert next(iter(queries.register_of_visits(institution, today, today)))[2:5] == ["张师傅", "空调公司", "检修"]
    assert next(iter(queries.register_of_keys(institution, today, today)))[2] == "01"


def test_the_page_draws_the_last_days_against_the_limits(store, keeper, signed_in):
    actions.record_reading(store, by=keeper, temperature=Decimal("26"), humidity=Decimal("50"))
    page = signed_in(keeper).get(reverse("protection:climate", args=[store.pk])).text
    assert "Temperature 14 to 24 ℃, at most 2 ℃ of change in a day; relative humidity 45 to 60 %, at most 5 %" in page
    assert page.count('class="outside"') == 1
    assert page.count('class="inside"') == 1


def test_a_form_keeps_what_was_typed_when_refused(store, keeper, signed_in):
    address = reverse("protection:climate", args=[store.pk])
    page = signed_in(keeper).post(address, {"temperature": "99", "humidity": "50"}).text
    assert "between −40 and 60" in page
    assert 'value="99"' in page
    assert not Reading.objects.exists()


def test_the_books_show_their_lines_and_end_them_with_a_click(store, keeper, signed_in):
    visit = actions.let_in(store, by=keeper, visitor="张师傅", affiliation="空调公司", purpose="检修")
    key = actions.take_key(store, by=keeper, key="01号")
    browser = signed_in(keeper)
    for page, words, row, button in (
        ("visits", "张师傅", visit, "left"),
        ("keys", "01号", key, "key_returned"),
    ):
        shown = browser.get(reverse(f"protection:{page}")).text
        assert words in shown
        assert reverse(f"protection:{button}", args=[row.pk]) in shown
        browser.post(reverse(f"protection:{button}", args=[row.pk]))
        assert reverse(f"protection:{button}", args=[row.pk]) not in browser.get(reverse(f"protection:{page}")).text


def test_the_page_names_the_days_without_a_reading_and_marks_what_is_outside(store, keeper, noon, signed_in):
    rows = [(noon - dt.timedelta(3), Decimal("25.0"), Decimal("50.0")), (noon - dt.timedelta(1), *GOOD.values())]
    actions.record_readings(store, rows, by=keeper, source=Reading.Source.FILE)
    today = timezone.localdate()
    days = queries.days(store, today - dt.timedelta(29), today)
    assert queries.days_without_reading(days, today) == [
        timezone.localdate(noon - dt.timedelta(2)), timezone.localdate(noon),
    ]  # fmt: skip
    page = signed_in(keeper).get(reverse("protection:climate", args=[store.pk])).text
    assert f"Days without a reading: {noon - dt.timedelta(2):%m-%d}, {noon:%m-%d}" in " ".join(page.split())
    assert page.count("Outside the limits") == 1


def test_a_day_that_changed_too_much_stands_out(store, keeper, noon, signed_in):
    rows = [(noon, Decimal("18.0"), Decimal("50.0")), (noon - dt.timedelta(hours=4), Decimal("20.5"), Decimal("50.0"))]
    actions.record_readings(store, rows, by=keeper, source=Reading.Source.FILE)
    assert signed_in(keeper).get(reverse("protection:climate", args=[store.pk])).text.count('class="outside"') == 1


def test_with_htmx_a_form_is_answered_by_the_way_on_or_by_the_form_alone(store, keeper, signed_in):
    desk = signed_in(keeper)
    for address, good, bad, on in (
        (reverse("protection:climate", args=[store.pk]), {"temperature": "20", "humidity": "50"},
         {"temperature": "99", "humidity": "50"}, reverse("protection:climate", args=[store.pk])),
        (reverse("protection:visits"),
         {"store": store.pk, "visitor": "周师傅", "affiliation": "虚构公司", "purpose": "检修"},
         {"store": store.pk}, reverse("protection:visits")),
        (reverse("protection:keys"), {"store": store.pk, "key": "大门"}, {"store": store.pk},
         reverse("protection:keys")),
        (reverse("protection:inspection", args=[store.pk]), {"made_on": timezone.localdate()}, {"made_on": ""},
         reverse("protection:climate", args=[store.pk])),
    ):  # fmt: skip
        refused = desk.post(address, bad, headers={"HX-Request": "true"}).text
        assert "<html" not in refused, address
        assert 'id="step-form"' in refused, address
        assert desk.post(address, good, headers={"HX-Request": "true"})["HX-Redirect"] == on


def test_the_list_of_hazards_says_where_and_what(store, keeper, signed_in):
    actions.inspect(store, by=keeper, made_on=timezone.localdate(), found={"FIRE": "灭火器过期"})
    page = signed_in(keeper).get(reverse("protection:hazards")).text
    for words in (f"<td>{store}</td>", "<td>Fire</td>", "<td>灭火器过期</td>", "To be repaired"):
        assert words in page


def test_whoever_notes_what_is_outside_the_limits_is_told_so(store, keeper, signed_in):
    desk, address = signed_in(keeper), reverse("protection:climate", args=[store.pk])
    assert "outside the limits. The hazard" not in desk.post(address, GOOD, follow=True).text
    assert (
        "1 reading is outside the limits" in desk.post(address, {"temperature": 29, "humidity": 50}, follow=True).text
    )
    rows = file_of("时间,温度,湿度\n2026-11-20 08:00,29,51\n2026-11-20 14:00,30,50\n")
    handed = desk.post(reverse("protection:readings_file", args=[store.pk]), {"file": rows}, follow=True).text
    assert "2 readings are outside the limits" in handed


def test_a_file_that_is_not_understood_is_told_in_the_readers_language(store, keeper, signed_in):
    wrong = {"file": file_of("时间,温度,湿度\n2026-11-20 08:00,暖,51\n")}
    desk = signed_in(keeper)
    desk.cookies["django_language"] = "zh-hans"
    shown = desk.post(reverse("protection:readings_file", args=[store.pk]), wrong).text
    assert "第 2 行：时间、温度或湿度无法识别。" in shown
    assert "读入文件" in shown
