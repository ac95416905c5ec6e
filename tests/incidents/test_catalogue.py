"""The catalogue: loaded twice it is the same, people's changes stay, the calendar is the decreed one."""

import csv
from datetime import date
from pathlib import Path

import pytest

from incidents.calendars import DbCalendar
from incidents.catalogue import load_catalogue
from incidents.models import CalendarDay, Category, CategoryVersion, Procedure, TimeLimit
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
    # inside a unit the field knows no limit: its head sets one
    assert set(general.values_list("clock", flat=True)) == set(Clock.values) - {Clock.INTERNAL}
    assert [limit.clock for limit in TimeLimit.objects.filter(source="")] == [Clock.DISPATCH]


MATTERS = {"01": 19, "02": 5, "03": 6, "04": 10, "05": 14, "21": 0}
COMPONENTS = ("公用设施", "交通设施", "市容环境设施", "园林绿化设施", "其他设施", "房屋土地")
SOCIAL = ("矛盾纠纷类", "公共服务类", "应急处置类", "社情敌情类", "治安安全类")
FAMILIES = (
    "烟花燃放 消防隐患 工业废气 油烟扰民 供水故障 拖欠工资 社保就业 消费纠纷 占道经营 垃圾清运 施工噪音 商业噪音 "
    "生活噪音 市政设施 物业纠纷 治安求助 交通设施"
).split()
NEW_STANDARD = "06010 06011 06012 06017 06036 06042 06045 07003 09005 09006".split()
"""Codes of GB/T 47678.5-2026 that are known: classes of their own, or the note of the class that is the same."""


def test_every_class_of_the_field_is_there(db: None) -> None:
    load_catalogue()
    majors = Category.objects.filter(parent=None)
    matters = {row.code: row.children.filter(standard="GB/T 30428.2").count() for row in majors.filter(kind="matter")}
    assert matters == MATTERS
    assert set(majors.filter(kind="component").values_list("name", flat=True)) == set(COMPONENTS)
    assert set(majors.filter(kind="social").values_list("name", flat=True)) == set(SOCIAL)
    assert Category.objects.filter(kind="social", parent__code="S1").count() == 9


def test_the_hotline_families_and_the_new_codes_lead_to_a_class(db: None) -> None:
    load_catalogue()
    notes = "".join(f"{row.note} {row.code};" for row in Category.objects.all())
    assert [word for word in (*FAMILIES, *NEW_STANDARD) if word not in notes] == []


def test_every_minor_class_says_who_is_responsible_and_when_it_is_filed_and_closed(db: None) -> None:
    load_catalogue()
    minor = Category.objects.filter(parent__isnull=False)
    assert not minor.filter(responsible="").exists()
    assert not minor.filter(filing_condition="").exists()
    assert not minor.filter(closing_condition="").exists()
    assert not minor.exclude(kind="social").filter(needs_site_check=False).exists()
    assert not minor.filter(kind="social", needs_site_check=True).exists()


def test_an_illegal_shed_has_three_steps_and_names_the_other_source(db: None) -> None:
    load_catalogue()
    shed = TimeLimit.objects.filter(category__name="私搭乱建", clock="handle").order_by("step")
    steps = [(row.step_name, int(row.amount), row.unit) for row in shed]
    assert steps == [("停止施工", 4, "work_hour"), ("依法处罚", 7, "work_day"), ("拆除", 20, "work_day")]
    assert all("W29" in row.source and "W28" in row.source for row in shed)


def test_a_chain_is_never_added_to_a_limit_that_was_there_before(db: None) -> None:
    shed = Category.objects.create(kind="matter", standard="GB/T 30428.2", code="0101", name="私搭乱建")
    TimeLimit.objects.create(category=shed, clock="handle", amount=15, unit="work_day")
    load_catalogue()
    assert [int(row.amount) for row in shed.limits.all()] == [15]


def test_what_older_catalogues_left_empty_is_filled_until_somebody_edits_it(db: None) -> None:
    Category.objects.create(kind="matter", standard="GB/T 30428.2", code="0102", name="垃圾")
    load_catalogue()
    found = Category.objects.get(kind="matter", code="0102")
    assert (found.name, bool(found.responsible)) == ("垃圾", True)
    Category.objects.filter(pk=found.pk).update(responsible="")
    load_catalogue()
    found.refresh_from_db()
    assert found.responsible == ""


def test_loading_writes_first_versions_and_the_rules_of_procedure(db: None) -> None:
    load_catalogue()
    assert CategoryVersion.objects.count() == Category.objects.count()
    assert Procedure.objects.get().verify_sources == ["desk", "hotline", "public"]
    Procedure.objects.update(verify_sources=[])
    load_catalogue()
    assert Procedure.objects.get().verify_sources == []


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
