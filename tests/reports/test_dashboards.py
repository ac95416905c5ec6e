"""The analysis page: every number is that of the report, opens its cases, and costs the same for few cases and many."""

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from accounts.models import AccessEvent, User
from grid.models import Grid, Organization
from incidents.models import Category, Incident
from reports.dashboards import data, flows, outcomes, trends
from reports.dashboards.choice import KINDS, TABS, Choice
from reports.dashboards.figures import LEAST, Change
from reports.dashboards.forecast import Band, Verdict
from reports.metrics import Extent, count
from reports.models import RollupMark
from reports.periods import day_period, period_of
from reports.rollups import counting
from reports.rollups.names import FINGERPRINT
from tests import street
from tests.reports.conftest import DAY, at
from tests.reports.histories import CLOSED, Walk, moves, write

PAGE = "/reports/analysis/"
NOW = at("00:30", DAY + timedelta(days=2))
THE_DAY = {"kind": "daily", "day": DAY.isoformat()}


@pytest.fixture
def operator(busy_day: Grid, roles: dict[str, User], client: Client) -> Client:
    """The operator's browser, two days after the busy day."""
    client.force_login(roles["operator"])
    return client


def roll_up() -> None:
    """Count everything into the cells, as the worker would."""
    counting.count_some(list(Incident.objects.values_list("pk", flat=True)), now=NOW)
    RollupMark.objects.update_or_create(pk=1, defaults={"as_of": NOW, "names": FINGERPRINT})


def asked(client: Client, **query: Any) -> Any:
    """What the page shows: its analysis."""
    with time_machine.travel(NOW):
        answer = client.get(PAGE, query)
    assert answer.status_code == 200, answer.content
    return answer.context["found"]


def table(card: Any) -> dict[str, list[Any]]:
    """The rows of a card by their first cell, as plain values."""
    return {row[0].text: [cell.value for cell in row[1:]] for row in card.rows}


def card(found: Any, name: str) -> Any:
    return next(one for one in found.cards if one.id == f"chart-{name}")


@pytest.mark.parametrize("rolled", [False, True])
def test_the_numbers_are_those_of_the_report_counted_now_or_read_from_the_rollups(
    operator: Client, busy_day: Grid, rolled: bool
) -> None:
    if rolled:
        roll_up()
    found, counted = asked(operator, **THE_DAY), count(Extent.of(busy_day.code, day_period(DAY)))
    assert (found.as_of is not None) is rolled
    assert {one.measure.name: one.value for one in found.numbers} == {
        one.measure.name: counted.total.numbers[one.measure.name] for one in found.numbers
    }
    assert {one.indicator.name: (one.above, one.below) for one in found.rates} == {
        one.indicator.name: counted.total.ratios[one.indicator.name] for one in found.rates
    }
    reported = [values[0] for values in table(card(found, "area")).values()]
    assert sorted(reported) == sorted(tally.numbers["reported"] for tally in counted.areas.values())
    for name in ("area", "category", "source"):
        assert sum(values[0] for values in table(card(found, name)).values()) == counted.total.numbers["reported"]


def test_every_number_opens_as_many_cases_as_it_says(operator: Client) -> None:
    found = asked(operator, **THE_DAY)
    links = {one.url: one.value for one in found.numbers}
    links |= {one.above_url: one.above for one in found.rates} | {one.below_url: one.below for one in found.rates}
    for one in found.cards:
        links |= {cell.url: cell.value for row in one.rows for cell in row[1:] if cell.url}
    assert len(links) > 40
    for url, value in sorted(links.items())[::4]:
        with time_machine.travel(NOW):
            assert operator.get(url).context["found"] == value, url


def test_class_and_source_narrow_everything(operator: Client, categories: list[Category], busy_day: Grid) -> None:
    major = Category.objects.create(standard="测试", code="9", name="市容环境")
    Category.objects.filter(pk__in=[categories[0].pk, categories[1].pk]).update(parent=major)
    whole = asked(operator, **THE_DAY)
    narrowed = asked(operator, **THE_DAY, category=major.pk, source="desk")
    minor = table(card(whole, "category"))
    assert minor["市容环境"][0] == narrowed.numbers[0].value == 6
    assert set(table(card(narrowed, "category"))) == {"暴露垃圾", "店外经营"}
    url = next(row[1].url for row in card(whole, "category").rows if row[0].text == "市容环境")
    with time_machine.travel(NOW):
        assert operator.get(url).context["found"] == 6
    assert table(card(narrowed, "trend"))[DAY.isoformat()][0] == 6
    assert asked(operator, **THE_DAY, source="hotline").numbers[0].value == 0


def test_a_page_costs_as_much_for_many_cases_as_for_few(
    operator: Client, grids: dict[str, Grid], categories: list[Category], units: list[Organization]
) -> None:
    roll_up()

    def queries() -> list[int]:
        counts = []
        for tab in TABS:
            with CaptureQueriesContext(connection) as caught:
                asked(operator, kind="monthly", day=DAY.isoformat(), tab=tab)
            counts.append(len(caught))
        return counts

    asked(operator)
    few = queries()
    start = at("07:00") - timedelta(days=9)
    place, steps = grids[street.SISTER], moves(*CLOSED)
    write([Walk(place, start + timedelta(hours=n), steps, categories[n % 3], units[n % 2]) for n in range(9)])
    roll_up()
    assert queries() == few
    assert max(few) <= 32, few


def test_htmx_gets_the_inner_part_and_a_reader_without_scripts_the_tables(operator: Client) -> None:
    with time_machine.travel(NOW):
        whole = operator.get(PAGE, THE_DAY).content.decode()
        inner = operator.get(PAGE, THE_DAY, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in inner
    assert inner.strip() in whole
    assert "<td>交通路社区</td>" in whole.replace(re.search(r"<td><a [^>]*>交通路社区</a>", whole)[0], "<td>交通路社区")
    assert not re.search(r"<script(?! src| id)[^>]*>|\sstyle=|\son[a-z]+=", inner)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"grid": street.OTHER_STREET}, 404),
        ({"grid": "410103008099"}, 404),
        ({"grid": "'; --"}, 400),
        ({"kind": "hourly"}, 400),
        ({"day": "２０２６-11-18"}, 400),
        ({"day": "1999-01-01"}, 400),
        ({"category": "1 OR 1"}, 400),
        ({"source": "rumour"}, 400),
        ({"tab": "secrets"}, 400),
        ({"category": "999999999"}, 200),
    ],
)
def test_a_question_that_is_none_is_refused(operator: Client, query: dict[str, str], status: int) -> None:
    for address in (PAGE, f"{PAGE}excel/"):
        assert operator.get(address, query).status_code == status


@pytest.mark.parametrize("kind", KINDS)
def test_a_period_of_any_length_has_its_neighbours_and_no_future(operator: Client, kind: str) -> None:
    with time_machine.travel(NOW):
        answer = operator.get(PAGE, {"kind": kind, "day": "2030-01-01"})
    choice = answer.context["choice"]
    assert choice.period == period_of(kind, date(2026, 11, 20))
    assert answer.context["later_url"] == ""
    assert f"day={choice.before.first}" in answer.context["earlier_url"]


def test_a_running_period_is_compared_with_the_same_number_of_days(operator: Client, grids: dict[str, Grid]) -> None:
    october = [Walk(grids[street.MICRO], at("09:00", date(2026, 10, day)), moves(("report", 0))) for day in (3, 20, 28)]
    write(october)
    reported = asked(operator, kind="monthly").numbers[0]
    assert reported.measure.name == "reported"
    assert reported.before.before == 2  # 3 and 20 October; the 28th lies behind the twenty days that November has had
    assert asked(operator, kind="monthly", day="2026-11-01").numbers[0].value == reported.value


def test_a_small_number_is_not_compared_in_percent() -> None:
    assert Change(5, LEAST - 1).share is None
    assert Change(30, LEAST).share == 0.5
    assert Change(5, None).by is None


@pytest.mark.parametrize("rolled", [False, True])
def test_the_heat_of_the_week_and_the_waits_tell_the_walks(operator: Client, rolled: bool) -> None:
    if rolled:
        roll_up()
    heat = card(asked(operator, tab="hours"), "reported")
    wednesday = 3
    assert heat.rows[8][wednesday].value == 3  # three were reported on Wednesday between eight and nine
    assert sum(heat.rows[24][day].value for day in range(1, 8)) == 9
    waits = table(card(asked(operator, tab="waits"), "waits"))
    assert waits["待派遣"][:3] == [0, 8, round((3 * 5 + 5 + 9 + 20 + 5 + 5) / 8 / 60, 2)]


def test_units_that_send_cases_round_stand_in_pairs_and_people_together(
    operator: Client, grids: dict[str, Grid], roles: dict[str, User]
) -> None:
    way = moves(("report", 0), ("file", 5), ("dispatch", 5), ("return", 5), ("dispatch", 5))
    people = (roles["gridleader"], roles["community"])
    write([Walk(grids[street.MICRO], at("11:00"), way, handler=person) for person in people])
    rows = {(row[0].text, row[1].text): row for row in card(asked(operator, tab="bounces"), "bounces").rows}
    unit = "建中街综合执法队"
    assert [cell.value for cell in rows[unit, unit][2:5]] == [1, 1, 1]
    assert [cell.value for cell in rows["网格人员", "网格人员"][2:4]] == [2, 2]
    assert not any("gridleader" in str(key) for key in rows)
    with time_machine.travel(NOW):
        assert len(operator.get(rows["网格人员", "网格人员"][2].url).context["page"].rows) == 2


def test_closed_is_told_from_solved(operator: Client) -> None:
    closed = Incident.objects.filter(state="closed").order_by("pk")
    Incident.objects.filter(pk=closed[0].pk).update(is_solved=True, solved_at=at("20:00"))
    Incident.objects.filter(pk=closed[1].pk).update(is_solved=False)
    lines = table(card(asked(operator, **THE_DAY, tab="solved"), "solved"))
    assert [lines[name][0] for name in ("已结案", "认定实质性解决", "认定未解决", "尚不清楚")] == [3, 1, 1, 1]


def test_fewer_than_five_people_are_not_told(operator: Client) -> None:
    rows = list(Incident.objects.order_by("pk"))
    sister = [row for row in rows if row.grid_code.startswith(street.SISTER)]
    west = [row for row in rows if row.grid_code.startswith(street.COMMUNITY)]
    for number, row in enumerate([*sister, *west]):
        Incident.objects.filter(pk=row.pk).update(contact_index=f"hash{number}")
    shown = {row[0].text: [cell.text for cell in row[1:]] for row in card(asked(operator, tab="people"), "people").rows}
    assert shown["交通路社区"] == ["2", "<5", "—"]
    assert shown["建中街社区"][1] == str(len(west))
    assert len(west) >= 5


def test_the_workbook_holds_the_same_numbers_and_is_recorded(operator: Client, busy_day: Grid) -> None:
    with time_machine.travel(NOW):
        answer = operator.get(f"{PAGE}excel/", THE_DAY)
    book, found = load_workbook(io.BytesIO(answer.content)), asked(operator, **THE_DAY)
    head = [[cell.value for cell in row[:2]] for row in book.worksheets[0].iter_rows(min_row=4, max_row=8)]
    assert head == [[one.measure.label, one.value] for one in found.numbers]
    assert [sheet.title for sheet in book.worksheets[2:]] == [one.title for one in found.cards]
    assert all(len(sheet._charts) == 1 for sheet in book.worksheets[2:])
    event = AccessEvent.objects.get(action=AccessEvent.Action.EXPORT)
    assert (event.object_type, event.object_id) == ("analysis", busy_day.code)


def test_systems_read_the_same_numbers(operator: Client, busy_day: Grid) -> None:
    found = asked(operator, **THE_DAY)
    with time_machine.travel(NOW):
        told = operator.get("/api/v1/analysis/", {"grid": busy_day.code, **THE_DAY}).json()
        refused = operator.get("/api/v1/analysis/", {"grid": street.OTHER_STREET}).status_code
    assert [told["period"]["numbers"][one.measure.name] for one in found.numbers] == [
        one.value for one in found.numbers
    ]
    assert sum(line["numbers"]["reported"] for line in told["areas"]) == told["period"]["numbers"]["reported"]
    assert told["series"][-1] == {
        "first": DAY.isoformat(),
        "reported": 8,
        "completed": 4,
        "open_end": None,
        "overdue_open": None,
    }
    assert refused == 404


def test_a_forecast_is_drawn_only_with_a_band_and_always_explained(grids: dict[str, Grid]) -> None:
    choice = Choice(grids[street.STREET], "weekly", period_of("weekly", DAY))
    shown = [data.Point(DAY - timedelta(days=2 - n), 10 + n, 9) for n in range(3)]
    coming = [DAY, DAY + timedelta(days=1)]
    band = Verdict(28, "season", 5.0, 4.0, Band((11.0, 12.0), (8.0, 9.0), (14.0, 15.0)))
    chart = trends._chart(choice, "d", shown, coming, band)
    assert [row.get("band") for row in chart["series"]] == [None, None, None, "lower", "upper"]
    assert {len(row["values"]) for row in chart["series"]} == {4} == {len(chart["labels"])}
    assert chart["series"][2]["values"] == [None, None, 11.0, 12.0]
    assert "20" in trends.verdict_words("d", band)
    bare = trends._chart(choice, "d", shown, coming, Verdict(28, "last", 5.0, 4.9))
    assert len(bare["series"]) == 2
    assert {len(row["values"]) for row in bare["series"]} == {3}
    assert len({trends.verdict_words("d", one) for one in (band, Verdict(28, "last", 5.0, 4.9), Verdict(3))}) == 3


def test_bands_of_waiting_are_said_in_words() -> None:
    assert [flows.band_words(band) for band in ((0, 3600), (3600, 14400), (2592000, None), None)] == [
        "不足1 小时",
        "1 小时–4 小时",
        "30 天以上",
        "—",
    ]
    assert outcomes.MOST_RETURNS >= 1000
