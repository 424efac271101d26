"""The Chinese calendar of working days by year: announced where the State Council has spoken, else calculated."""

import datetime as dt
from typing import Any

import holidays
from chinese_calendar import constants

FIRST_YEAR, LAST_YEAR = 2000, 2035
ANNOUNCED = range(min(constants.holidays).year, max(constants.holidays).year + 1)
CHINESE = {holiday.value: holiday.chinese for holiday in constants.Holiday}
CALCULATED = "《全国年节及纪念日放假办法》推算，调休以国务院办公厅通知为准"


def days(first: int = FIRST_YEAR, last: int = LAST_YEAR) -> list[dict[str, Any]]:
    """One row a day: date, is_working, name, provisional, basis."""
    found = []
    statutory = holidays.country_holidays(
        "CN", years=[year for year in range(first, last + 1) if year not in ANNOUNCED], language="zh_CN"
    )
    day = dt.date(first, 1, 1)
    while day.year <= last:
        is_weekday = day.weekday() < 5
        if day.year in ANNOUNCED:
            is_working = day in constants.workdays or (is_weekday and day not in constants.holidays)
            name = CHINESE.get(constants.holidays.get(day, ""), "")
            if day in constants.workdays:
                name = f"{CHINESE[constants.workdays[day]]}（调休上班）"
            basis = f"国务院办公厅关于{day.year}年部分节假日安排的通知"
        else:
            is_working = is_weekday and day not in statutory
            name = statutory.get(day, "")
            basis = CALCULATED
        found.append(
            {
                "date": day,
                "is_working": is_working,
                "name": name[:40],
                "provisional": day.year not in ANNOUNCED,
                "basis": basis,
            }
        )
        day += dt.timedelta(days=1)
    return found
