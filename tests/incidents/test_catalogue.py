"""The catalogue: loaded twice it is the same, people's changes stay, the calendar is the decreed one."""

import csv
from datetime import date
from pathlib import Path

import pytest

from incidents.calendars import DbCalendar
from incidents.catalogue import load_catalogue
from incidents.models import CalendarDay, Category, TimeLimit
from incidents.states import Clock

DECREED = Path(__file__).parents[3] / "shared" / "data" / "calendar" / "china_workdays_2020_2026.csv"
NAMED = (
    "下水道堵塞或破损 乱堆物堆料 门禁 停车/车位规划 充电难 养犬纠纷 噪声扰民/生活噪音 私搭乱建 "
    "消防隐患 健身设施 休息场所排椅 地面漏电 房顶渗水/房屋漏水 道路破损 路灯照明"
).split()
"""The problems that the seed documents name (domain.md 2.6)."""


def test_loading_twice_changes_nothing_and_keeps_what_people_edited(db: None) -> None:
    assert all(load_catalogue().values())
    Category.objects.filter(name="暴露垃圾").update(keywords=["自定"], severity=3)
    assert load_catalogue() == {"categories": 0, "limits": 0, "days": 0}
    assert Category.objects.get(name="暴露垃圾").keywords == ["自定"]


def test_every_problem_of_the_seeds_has_a_class_with_words(db: None) -> None:
    load_catalogue()
    words = dict(Category.objects.filter(name__in=NAMED).values_list("name", "keywords"))
    assert set(words) == set(NAMED)
    assert all(words.values())


def test_every_stage_has_a_limit_and_only_the_dispatch_stage_has_no_source(db: None) -> None:
    load_catalogue()
    general = TimeLimit.objects.filter(category=None, urgency="")
    assert set(general.values_list("clock", flat=True)) == set(Clock.values)
    assert [limit.clock for limit in TimeLimit.objects.filter(source="")] == [Clock.DISPATCH]


def test_holidays_and_make_up_days_have_names(db: None) -> None:
    load_catalogue()
    assert CalendarDay.objects.get(day=date(2026, 10, 1)).name == "国庆节"
    assert CalendarDay.objects.get(day=date(2025, 1, 26)).name == "春节调休"


def test_a_year_without_decree_follows_the_week_and_is_estimated(db: None) -> None:
    load_catalogue()
    calendar = DbCalendar()
    assert calendar.known(date(2026, 12, 31))
    assert not calendar.known(date(2027, 1, 4))
    assert calendar.is_workday(date(2027, 1, 4))
    assert not calendar.is_workday(date(2027, 1, 3))


@pytest.mark.skipif(not DECREED.is_file(), reason="the shared calendar is not here")
def test_the_calendar_equals_the_decreed_one(db: None) -> None:
    load_catalogue()
    with DECREED.open(encoding="utf-8") as file:
        decreed = {date.fromisoformat(row["date"]): row["is_workday"] == "1" for row in csv.DictReader(file)}
    assert dict(CalendarDay.objects.values_list("day", "is_workday")) == decreed
