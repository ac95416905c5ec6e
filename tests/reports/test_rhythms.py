"""Weekly, monthly and quarterly reports: their numbers, text, lists and files."""

import io
import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import docx
import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from grid.models import Grid
from incidents.models import CallBack, GridTask, GridTaskPart, Incident, TaskKind
from reports import writing
from reports.assembly import Names
from reports.chapters.scene import Scene
from reports.metrics import Counts, Extent, Tally
from reports.models import Decision, HonourRound, Matter, Meeting, Tour, TourItem, TypicalCase
from reports.periods import period_of, previous_period, year_ago_period
from reports.rhythms import BUILDERS, documents, examples, ranking
from reports.rhythms.compare import difference
from tests import street
from tests.reports import recount
from tests.reports.conftest import DAY, at
from tests.reports.histories import CLOSED, Step, Walk, moves, write
from tests.reports.test_metrics import undone

KINDS = ("weekly", "monthly", "quarterly")
LATER = at("08:00", date(2027, 2, 1))
STEPS = st.lists(st.builds(Step, st.integers(0, 11), st.integers(1, 9000)), max_size=10)
PLANS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(-270_000, 20_000), STEPS), max_size=12)
NONSENSE = re.compile(r"None|nan|[{}]|增加0|减少0|增长0\.0%|下降0\.0%|（）|，，|。。|；；|，。|[^0-9]-0\.0|——")


def text_of(snapshot: dict[str, Any]) -> str:
    return "\n".join(paragraph for section in snapshot["text"]["sections"] for paragraph in section["paragraphs"])


def table_of(snapshot: dict[str, Any], name: str) -> list[list[Any]]:
    """The values of a table, line by line; [] when it is left out."""
    tables = [table for table in snapshot["tables"] if table["name"] == name]
    return [[cell["value"] for cell in row["cells"]] for table in tables for row in table["rows"]]


def build(kind: str, grid: Grid, now: datetime = LATER) -> dict[str, Any]:
    return BUILDERS[kind](grid, period_of(kind, DAY), now=now)


@pytest.fixture
def home(busy_day: Grid, grids: dict[str, Grid]) -> Grid:
    """The busy street, in use since the year before."""
    old = at("09:00", date(2025, 9, 1))
    write([Walk(grids[street.MICRO], old, moves(*CLOSED), None, street.make_organization(busy_day, "old"))])
    return busy_day


# --- numbers ----------------------------------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PLANS)
def test_every_number_equals_the_recount_and_no_sentence_is_nonsense(
    grids: dict[str, Grid], categories: list, units: list, plans: list
) -> None:
    places = [grids[code] for code in (street.MICRO, street.MICRO_EAST, street.SISTER, street.STREET)]
    with undone():
        for place, category, minutes, steps in plans:
            started = at("00:00") + timedelta(minutes=minutes)
            walk = Walk(places[place], started, [Step(0, 0), *steps], [*categories, None][category], units[place % 2])
            write([walk])
        for kind in KINDS:
            check(build(kind, grids[street.STREET]), kind)


def check(snapshot: dict[str, Any], kind: str) -> None:
    """Total, past, areas and categories against the plain count; the text."""
    period = period_of(kind, DAY)
    lives = recount.lives(street.STREET, period.start, period.end)
    assert snapshot["numbers"]["total"]["numbers"] == recount.numbers(lives)
    counted = {name: (rate["above"], rate["below"]) for name, rate in snapshot["numbers"]["total"]["rates"].items()}
    assert counted == recount.ratios(lives)
    check_past(snapshot["numbers"]["previous"], previous_period(kind, period))
    check_past(snapshot["numbers"]["year_ago"], year_ago_period(kind, period))
    sums = [[row["cells"][2]["value"], row["key"]] for row in ranking_rows(snapshot)]
    areas = recount.by(lives, lambda life: life.incident.grid_code[:12])
    for reported, code in sums:
        assert reported == recount.numbers(areas.get(code, lives if not code else []))["reported"]
    assert not NONSENSE.search(text_of(snapshot)), text_of(snapshot)


def ranking_rows(snapshot: dict[str, Any]) -> list[Any]:
    return next(table["rows"] for table in snapshot["tables"] if table["name"] == "ranking")


def check_past(told: dict[str, Any] | None, period: Any) -> None:
    if told is not None:
        assert told["numbers"] == recount.numbers(recount.lives(street.STREET, period.start, period.end))


def test_the_same_input_gives_the_same_bytes(home: Grid) -> None:
    for kind in KINDS:
        first, again = build(kind, home), build(kind, home, LATER + timedelta(days=3))
        assert json.dumps(first, ensure_ascii=False) == json.dumps(again, ensure_ascii=False)
    kept = json.loads(json.dumps(first))
    assert documents.word(first) == documents.word(kept)
    assert documents.excel(first) == documents.excel(kept)


def test_a_kept_report_is_recounted_to_the_same_hash_and_another_record_gives_another(home: Grid) -> None:
    report, created = writing.write("quarterly", home, DAY, now=LATER)
    assert created
    assert writing.recount(report) == {"snapshot": report.snapshot, "input_hash": report.input_hash}
    Matter.objects.create(grid=home, grid_code=home.code, topic="停车", title="新增车位", status="doing")
    assert writing.recount(report)["input_hash"] != report.input_hash


# --- comparisons ------------------------------------------------------------------------------------------------------


def test_a_past_that_the_street_did_not_spend_here_is_a_dash_and_never_a_zero(busy_day: Grid) -> None:
    week = build("weekly", busy_day)  # the oldest case is of the Sunday before: last week is not whole
    assert week["numbers"]["previous"] is None
    assert "上周平台尚无完整数据，不作比较" in text_of(week)
    assert "较上周" not in text_of(week)
    assert [row[2:] for row in table_of(week, "summary")] == [[None, None, None]] * 19


def test_a_quiet_past_is_a_zero_and_a_year_ago_is_compared_from_the_month_on(home: Grid) -> None:
    assert "较上周增加7件" in text_of(build("weekly", home))
    month = build("monthly", home)
    assert "较上月增加9件，较去年同月增加9件" in text_of(month)
    assert month["numbers"]["year_ago"]["numbers"]["reported"] == 0


def test_a_change_is_said_with_its_rate_only_where_that_says_something() -> None:
    said = [
        difference(*pair, than="上周", word="环比") for pair in ((15, 10), (5, 10), (10, 10), (5, 0), (0, 3), (900, 10))
    ]
    assert said == [
        "较上周增加5件，环比增长50.0%",
        "较上周减少5件，环比下降50.0%",
        "与上周持平",
        "较上周增加5件",
        "较上周减少3件",
        "较上周增加890件",
    ]


def test_a_running_week_is_compared_with_as_much_of_the_last_one(home: Grid, grids: dict[str, Grid]) -> None:
    last_week = DAY - timedelta(days=7)
    write([Walk(grids[street.MICRO], at(clock, last_week), moves(("report", 0))) for clock in ("08:30", "23:00")])
    week = build("weekly", home, at("12:00"))
    assert week["interim"]
    assert week["numbers"]["previous"]["numbers"]["reported"] == 1
    assert "较上周同期" in text_of(week)
    assert len(table_of(week, "days")) == 3


# --- areas ------------------------------------------------------------------------------------------------------------


def scene_of(grid: Grid, now: dict[str, tuple[int, int]], before: dict[str, tuple[int, int]]) -> Scene:
    """A week in which each area has so many cases handled on time of so many."""
    period = period_of("weekly", DAY)
    extent = Extent.of(grid.code, period)

    def counts(areas: dict[str, tuple[int, int]]) -> Counts:
        made = {
            code: replace(ranking.NOTHING, ratios={**ranking.NOTHING.ratios, ranking.BY: pair})
            for code, pair in areas.items()
        }
        return Counts(Tally(ranking.NOTHING.numbers, ranking.NOTHING.ratios), made)

    names = Names({code: f"社区{code[-1]}" for code in now}, {}, {})
    return Scene("weekly", grid, period, extent, counts(now), names, extent, extent, counts(before), areas=tuple(now))


def area(n: int) -> str:
    return f"{street.STREET}00{n}"


def test_areas_under_twenty_cases_have_no_rank_and_equal_rates_share_one() -> None:
    grid = Grid(code=street.STREET, name="建中街街道", level=3)
    now = {area(1): (19, 19), area(2): (18, 20), area(3): (20, 20), area(4): (40, 40), area(5): (30, 40)}
    scene = scene_of(grid, now, {})
    assert ranking.ranks(scene) == {area(3): 1, area(4): 1, area(2): 3, area(5): 4}
    rows = ranking.table(scene)["rows"]
    assert [row["key"][-1:] for row in rows] == ["3", "4", "2", "5", "1", ""]
    said = "".join(ranking.told(scene))
    assert (
        "居前的是社区3100.0%（20/20）、社区4100.0%（40/40），靠后的是社区290.0%（18/20）、社区575.0%（30/40）" in said
    )
    assert "另有1个社区应处置事件不足20件，只列数据、不作排名" in said


def test_few_cases_are_never_ranked_and_one_area_is_no_ranking() -> None:
    grid = Grid(code=street.STREET, name="建中街街道", level=3)
    few = scene_of(grid, {area(1): (5, 10), area(2): (3, 19)}, {})
    assert ranking.ranks(few) == {}
    assert "各社区本周应处置事件均不足20件" in "".join(ranking.told(few))
    one = scene_of(grid, {area(1): (10, 20), area(2): (3, 19)}, {})
    assert ranking.ranks(one) == {}
    assert "只列数据、不作排名" in "".join(ranking.told(one))


def test_the_last_three_two_weeks_running_are_told() -> None:
    grid = Grid(code=street.STREET, name="建中街街道", level=3)
    now = {area(n): (40 - n, 40) for n in range(1, 8)}
    before = {area(n): (30 + n if n != 7 else 30, 40) for n in range(1, 8)}
    assert ranking.last_twice(scene_of(grid, now, before)) == [area(7)]
    assert ranking.last_twice(scene_of(grid, dict(list(now.items())[:5]), before)) == []


# --- lists ------------------------------------------------------------------------------------------------------------


def praise(incident: Incident, answer: str, by: User) -> None:
    CallBack.objects.create(
        incident=incident,
        contact="reached",
        solved=True,
        responded=True,
        satisfaction=answer,
        called_at=at("20:00"),
        due_at=at("20:00"),
        checker=by,
    )


def test_red_are_praised_cases_and_black_overdue_ones_and_no_person_is_named(
    home: Grid, roles: dict[str, User]
) -> None:
    good = Incident.objects.filter(closed_at__gte=at("08:00"), rework_count=0, state="closed").order_by("pk")
    praise(good[0], "satisfied", roles["operator"])
    praise(good[1], "very", roles["operator"])
    praise(good[2], "unsatisfied", roles["operator"])
    week = build("weekly", home)
    assert [row[0] for row in table_of(week, "red")] == [good[1].number, good[0].number]
    black = table_of(week, "black")
    assert 0 < len(black) <= examples.LIMIT
    assert black[0][1] == "积存垃圾无人清运"
    assert black[0][4].startswith("超期")
    assert not [name for name in (user.real_name for user in roles.values()) if name in text_of(week)]


def test_what_was_handed_out_stands_with_owner_time_and_state(home: Grid, roles: dict[str, User]) -> None:
    meeting = Meeting.objects.create(grid=home, grid_code=home.code, held_on=DAY, kind="dispatch")
    given = {"meeting": meeting, "grid_code": home.code, "owner": "综合执法队"}
    Decision.objects.create(**given, text="=清理卡点", due_on=DAY, decided_at=at("09:00"))
    ended = {"done_at": at("18:00"), "result": "已清运", "due_on": DAY}
    Decision.objects.create(**given, text="清运渣土", decided_at=at("09:00"), **ended)
    old = at("09:00", DAY - timedelta(days=30))
    Decision.objects.create(**given, text="早已办结", decided_at=old, done_at=old, result="好")
    kind = TaskKind.objects.create(code="x", name="安全隐患联排")
    more = {"kind": kind, "text": "查", "grid": home, "grid_code": home.code, "created_by": roles["operator"]}
    task = GridTask.objects.create(
        title="查消防通道",
        due_on=DAY + timedelta(days=30),
        state="issued",
        created_at=old,
        issued_at=at("10:00"),
        **more,
    )
    GridTaskPart.objects.create(task=task, grid=home, grid_code=home.code)
    week = build("weekly", home)
    assert [[row[2], row[5]] for row in table_of(week, "handed")] == [
        ["=清理卡点", "已过时限"],
        ["清运渣土", "已完成"],
        ["安全隐患联排：查消防通道", "办理中"],
    ]
    assert "本周交办工作3项，完成1项，完成率33.3%；期末在办2项，其中已过完成时限1项" in text_of(week)
    book = openpyxl.load_workbook(io.BytesIO(documents.excel(week)))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_quarter_tells_tours_cases_matters_and_honours(home: Grid) -> None:
    place = {"grid": home, "grid_code": home.code}
    tour = Tour.objects.create(**place, title="建中街社区观摩", held_on=DAY, is_done=True, summary="看了三处。")
    TourItem.objects.create(tour=tour, topic="微网格议事点", finding="每周议事", is_good=True)
    TypicalCase.objects.create(
        **place,
        title="一条下水道",
        status="adopted",
        submitted_to="区委",
        submitted_at=at("09:00"),
        answered_at=at("10:00"),
        created_at=at("08:00"),
    )
    Matter.objects.create(**place, topic="停车", title="车位", status="done", done_on=DAY, households=120)
    first = {"period_start": DAY, "period_end": DAY}
    HonourRound.objects.create(**place, name="上半年表彰", status="decided", decided_on=DAY, **first)
    text = text_of(build("quarterly", home))
    assert "本季度组织观摩、交流1次：11月18日建中街社区观摩（建中街街道承办，季观摩）" in text
    assert "值得推广1项：微网格议事点" in text
    assert "本季度报送典型案例1篇，获采用1篇" in text
    assert "本季度办成民生实事1件，惠及居民120户，在办0件" in text


def test_the_quarter_has_a_block_for_the_secretaries_duty_report(home: Grid) -> None:
    sections = {each["key"]: each for each in build("quarterly", home)["text"]["sections"]}
    duty = sections["duty"]
    assert duty["heading"] == "网格运转情况（供书记季度述职使用）"
    assert "2026年第四季度，建中街街道网格共上报事件9件，办结4件，办结率44.4%" in duty["paragraphs"][1]
    assert "现有社区2个、三级网格1个、微网格2个" in duty["paragraphs"][1]


# --- pages and files --------------------------------------------------------------------------------------------------


def test_page_word_and_excel_of_a_week_are_shown_and_its_numbers_open_their_cases(
    home: Grid, roles: dict[str, User], client: Client
) -> None:
    report, _created = writing.write("weekly", home, DAY, now=LATER)
    client.force_login(roles["operator"])
    page = client.get(reverse("reports:detail", args=[report.pk])).content.decode()
    assert "一、总体情况" in page
    links = dict.fromkeys(re.findall(r'<td class="num text-end"[^>]*><a href="([^"]+)">(\d+)</a>', page))
    assert len(links) > 25
    for url, number in list(links)[::6]:
        assert client.get(url.replace("&amp;", "&")).context["found"] == int(number), url
    word = docx.Document(io.BytesIO(client.get(reverse("reports:word", args=[report.pk])).content))
    assert [table.cell(0, 0).text for table in word.tables][:3] == ["项目", "指标", "区域"]
    book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("reports:excel", args=[report.pk])).content))
    assert {"报告正文", "主要数据", "分区域成效", "口径说明"} <= set(book.sheetnames)
    assert book["每日上报与办结"]._charts


def test_a_quiet_grid_has_a_report_of_every_kind(grids: dict[str, Grid]) -> None:
    for kind in KINDS:
        snapshot = build(kind, grids[street.MICRO])
        assert "无新增上报事件" in text_of(snapshot)
        assert not NONSENSE.search(text_of(snapshot)), text_of(snapshot)
        documents.excel(snapshot)
    assert documents.word(snapshot)


@pytest.mark.parametrize(("kind", "most"), [("weekly", 54), ("monthly", 85), ("quarterly", 90)])
def test_the_number_of_queries_does_not_grow(
    home: Grid, kind: str, most: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(most):
        build(kind, home)
