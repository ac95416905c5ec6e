"""Every rate of domain.md 2.5 equals a recount in plain Python; the pages explain it and open what it is made of."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from accounts.models import AccessEvent, User
from grid.models import Grid, Organization
from grid.sheets import read_table
from incidents.models import CallBack, Category, Incident, IncidentEvent
from incidents.models.category import Urgency
from reports import explaining, figures
from reports.figures import Line
from reports.indicators import ALL_INDICATOR_BY_NAME, ALL_INDICATORS, ALL_MEASURES, INCIDENT_INDICATORS, MORE_INDICATORS
from reports.metrics import Extent, Tally
from reports.periods import Period, day_period
from tests import street
from tests.reports import histories, recount
from tests.reports.conftest import DAY, at
from tests.reports.histories import Walk, moves
from tests.reports.test_metrics import WALKS, undone, write

DAYS = day_period(DAY)


@pytest.fixture
def cast(grids: dict[str, Grid], categories: list[Category], units: list[Organization]) -> dict[str, list]:
    """What a made-up history chooses from; one class of three is urgent."""
    places = [grids[code] for code in (street.MICRO, street.MICRO_EAST, street.SISTER, street.STREET)]
    return {"grids": places, "categories": [*categories, None], "handlers": [*units, street.make_person("leader")]}


def spoil(incidents: list[Incident]) -> None:
    """Make some urgent, some found solved and withdrawn, as the walks do not."""
    for number, incident in enumerate(incidents):
        if number % 3 == 0:
            Incident.objects.filter(pk=incident.pk).update(urgency=Urgency.URGENT)
        if number % 2 == 0:
            last = incident.events.order_by("-sequence").first()
            kind = "solved" if number % 4 else "unsolved"
            IncidentEvent.objects.create(
                incident=incident, sequence=last.sequence + 1, kind=kind,
                from_state=last.to_state, to_state=last.to_state, at=last.at + timedelta(minutes=1),
            )  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WALKS)
def test_every_rate_equals_the_recount_in_total_and_in_every_cut(cast: dict[str, list], plans: list) -> None:
    with undone():
        write(cast, plans)
        spoil(list(Incident.objects.order_by("pk")))
        extent = Extent.of(street.STREET, DAYS)
        lives = recount.lives(street.STREET, extent.start, extent.end)
        check(figures.figures(extent), lives)
        cuts = {
            "area": lambda life: life.incident.grid_code[:12],
            "category": lambda life: str(life.incident.category_id or "none"),
            "source": lambda life: life.incident.source,
        }
        for by, key in cuts.items():
            lines = figures.divided(extent, by)
            for name, some in recount.by(lives, key).items():
                check(lines.get(name, figures.nothing()), some)


def check(tally: Tally, lives: list[recount.Life]) -> None:
    assert tally.numbers == recount.numbers(lives, more=True)
    assert tally.ratios == recount.ratios(lives, more=True)


def one(cast: dict[str, list], *steps: tuple[str, int], started: str = "08:00") -> None:
    histories.write([Walk(cast["grids"][0], at(started), moves(*steps), cast["categories"][0], cast["handlers"][0])])


def ratio(name: str) -> tuple[int, int]:
    return figures.figures(Extent.of(street.STREET, DAYS)).ratios[name]


ON_TIME = (("report", 0), ("file", 5), ("dispatch", 5), ("take", 5), ("feedback", 30))


@pytest.mark.parametrize(
    ("name", "steps", "wanted"),
    [
        ("on_time_acceptance_rate", (("report", 0), ("file", 15)), (1, 1)),
        ("on_time_acceptance_rate", (("report", 0), ("file", 16)), (0, 1)),
        ("on_time_filing_rate", (("report", 0), ("verify", 10), ("genuine", 400), ("file", 5)), (1, 1)),
        ("on_time_verify_rate", (("report", 0), ("verify", 10), ("genuine", 31)), (0, 1)),
        ("on_time_verify_rate", (("report", 0), ("verify", 10)), (0, 1)),
        ("on_time_dispatch_rate", (("report", 0), ("file", 5), ("dispatch", 30)), (1, 1)),
        ("on_time_dispatch_rate", (("report", 0), ("file", 5)), (0, 1)),
        ("accurate_dispatch_rate", (*ON_TIME[:3], ("return", 30), ("dispatch", 20)), (0, 1)),
        ("on_time_check_rate", (*ON_TIME, ("close", 31)), (0, 1)),
        ("on_time_check_rate", (*ON_TIME, ("start_check", 5), ("pass_check", 5), ("rework", 90)), (1, 1)),
        ("substantive_rate", (*ON_TIME, ("start_check", 5), ("pass_check", 5), ("close_checked", 5)), (1, 1)),
        ("substantive_rate", (*ON_TIME, ("close", 5)), (0, 1)),
        ("valid_report_rate", (("report", 0), ("reject", 5)), (0, 1)),
        ("accurate_filing_rate", (("report", 0), ("file", 5), ("cancel", 5)), (0, 1)),
        ("rectification_rate", (*ON_TIME, ("rework", 5), ("take", 5), ("feedback", 5)), (1, 1)),
        ("overdue_closing_rate", (*ON_TIME[:4], ("feedback", 500), ("close", 5)), (1, 1)),
    ],
)
def test_the_edges_of_a_rate(cast: dict[str, list], name: str, steps: tuple, wanted: tuple[int, int]) -> None:
    one(cast, *steps)
    assert ratio(name) == wanted


def test_a_dispatch_by_the_system_is_told_from_one_by_a_person(cast: dict[str, list]) -> None:
    for dispatcher in (None, cast["handlers"][-1]):
        walk = Walk(cast["grids"][0], at("08:00"), moves(*ON_TIME, ("close", 5)), None, cast["handlers"][0])
        walk.dispatcher = dispatcher
        histories.write([walk])
    assert ratio("system_dispatch_share") == (1, 2)
    assert round(explaining.Value(5758, 28_000).ratio, 4) == 0.2056  # domain.md 10, 4.16


def test_a_series_has_the_numbers_of_each_period(cast: dict[str, list]) -> None:
    one(cast, *ON_TIME, ("close", 5))
    periods = [DAYS.before, DAYS, Period(DAY + timedelta(days=1), DAY + timedelta(days=2))]
    wanted = [figures.figures(Extent.of(street.STREET, each)) for each in periods]
    spans = [(each.start, each.end) for each in periods]
    assert figures.series(street.STREET, spans) == wanted
    only = ALL_INDICATOR_BY_NAME["on_time_check_rate"]
    assert [each.ratios for each in figures.series(street.STREET, spans, only=only)] == [
        {"on_time_check_rate": each.ratios["on_time_check_rate"]} for each in wanted
    ]


def test_both_sides_of_every_rate_open_as_many_incidents_as_they_say(cast: dict[str, list]) -> None:
    for steps in (ON_TIME, (*ON_TIME, ("close", 5)), (*ON_TIME, ("rework", 5)), ON_TIME[:2], ON_TIME[:1]):
        one(cast, *steps)
    extent = Extent.of(street.STREET, DAYS)
    tally = figures.figures(extent)
    for indicator in INCIDENT_INDICATORS:
        for side, count in zip(figures.SIDES, tally.ratios[indicator.name], strict=True):
            slug = f"{side}_{indicator.name}"
            assert figures.behind(extent, figures.number(slug, Line()), Line(), limit=2).total == count, slug
    line = Line(source="desk", category=str(cast["categories"][0].pk), area=street.COMMUNITY)
    assert figures.behind(extent, figures.number("reported", line), line, limit=9).total == 5
    major = Category.objects.create(standard="测试", code="9", name="市容环境")
    Category.objects.filter(pk=cast["categories"][0].pk).update(parent=major)
    for category, count in ((str(major.pk), 5), ("none", 0)):
        line = Line(category=category)
        assert figures.behind(extent, figures.number("reported", line), line, limit=9).total == count


def test_every_definition_has_words_a_group_and_a_source() -> None:
    assert all(each.label and each.meaning for each in ALL_MEASURES)
    assert all(each.label and each.group and "÷" in each.formula and each.source_words for each in ALL_INDICATORS)
    assert all(each.note for each in ALL_INDICATORS if each.site_specific)
    assert len({each.name for each in ALL_INDICATORS}) == len(ALL_INDICATORS) == len(MORE_INDICATORS) + 35


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def operator(client: Client, roles: dict[str, User]) -> Client:
    client.force_login(roles["operator"])
    return client


def number_page(client: Client, measure: str, days: int = 7, **query: str) -> Any:
    first = DAY - timedelta(days=days)
    return client.get(f"/reports/{street.STREET}/{first}/{DAY}/{measure}/", query)


def test_a_number_of_a_week_opens_its_cases_and_can_be_narrowed(operator: Client, busy_day: Grid) -> None:
    assert number_page(operator, "reported").context["found"] == 9
    assert number_page(operator, "reported", area=street.COMMUNITY).context["found"] == 6
    assert number_page(operator, "below_on_time_dispatch_rate", source="desk").context["found"] == 7


def test_the_cases_cost_the_same_queries_however_many(operator: Client, busy_day: Grid) -> None:
    number_page(operator, "reported", days=0)
    with CaptureQueriesContext(connection) as few:
        number_page(operator, "not_accepted")
    with CaptureQueriesContext(connection) as many:
        assert number_page(operator, "ever").context["found"] == 9
    assert len(few) <= len(many) <= 16


def test_the_list_leaves_as_excel_and_is_recorded(operator: Client, busy_day: Grid) -> None:
    address = f"/reports/{street.STREET}/{DAY}/{DAY}/above_same_day_rate/excel/"
    rows = read_table(operator.get(address).content, "x.xlsx")
    assert len(rows) == 4
    assert AccessEvent.objects.get(action="export", object_type="incident").purpose.startswith("当日办结率")


def test_the_old_address_of_a_day_leads_to_the_new_one(operator: Client, busy_day: Grid) -> None:
    answer = operator.get(f"/reports/{street.STREET}/2026-11-18/reported/", {"area": street.COMMUNITY})
    assert answer["Location"] == f"/reports/{street.STREET}/2026-11-18/2026-11-18/reported/?area={street.COMMUNITY}"


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("2026-11-18/2026-11-17/reported/", 404),
        ("2024-11-18/2026-11-17/reported/", 404),
        ("1999-12-01/2000-01-17/reported/", 404),
        ("2026-11-18/2026-11-18/above_satisfaction_rate/", 404),
        ("2026-11-18/2026-11-18/above_rework_rate/?unit=o1", 404),
        ("2026-11-18/2026-11-18/reported/?area=x", 400),
        ("2026-11-18/2026-11-18/reported/?unit=%27", 400),
        ("2030-11-18/2030-11-18/reported/", 200),
    ],
)
def test_addresses_that_mean_nothing_open_nothing(operator: Client, busy_day: Grid, path: str, wanted: int) -> None:
    assert operator.get(f"/reports/{street.STREET}/{path}").status_code == wanted


def explained(client: Client, name: str, **query: str) -> Any:
    asked = {"grid": street.STREET, "first": f"{DAY - timedelta(days=7)}", "last": f"{DAY}"} | query
    return client.get(f"/reports/indicators/{name}/", asked)


def test_every_indicator_is_listed_and_explained(operator: Client, busy_day: Grid) -> None:
    page = operator.get("/reports/indicators/").content.decode()
    assert all(each.label in page and each.formula in page for each in ALL_INDICATORS)
    answer = explained(operator, "accurate_dispatch_rate")
    assert (answer.context["total"].above, answer.context["total"].below) == (6, 7)
    assert [side["count"] for side in answer.context["sides"]] == [6, 7]
    assert sum(area["value"].below for area in answer.context["areas"]) == 7
    assert "退回" in answer.content.decode()


def test_every_indicator_has_a_page_of_few_queries(operator: Client, busy_day: Grid) -> None:
    for indicator in ALL_INDICATORS:
        with CaptureQueriesContext(connection) as queries:
            assert explained(operator, indicator.name).status_code == 200
        assert len(queries) <= 20


def test_too_few_people_are_not_shown(operator: Client, busy_day: Grid, roles: dict[str, User]) -> None:
    called(roles["operator"], 4)
    assert explained(operator, "satisfaction_rate").context["total"].hidden
    called(roles["operator"], 2)
    answer = explained(operator, "satisfaction_rate")
    total = answer.context["total"]
    assert (total.above, total.below) == (6, 6)
    assert len(answer.context["sides"][0]["calls"]) == 6


def called(checker: User, count: int) -> None:
    """So many people were reached and are satisfied."""
    for incident in Incident.objects.filter(call_backs__isnull=True).order_by("pk")[:count]:
        CallBack.objects.create(
            incident=incident, checker=checker, due_at=at("20:00"), called_at=at("18:00"), contact="reached",
            responded=True, solved=True, satisfaction="very",
        )  # fmt: skip


API = "/api/v1/indicators/"


def test_systems_read_definitions_and_numbers(operator: Client, busy_day: Grid) -> None:
    assert [row["name"] for row in operator.get(API).json()] == [each.name for each in ALL_INDICATORS]
    asked = {"grid": street.STREET, "first": "2026-11-18", "last": "2026-11-18", "by": "source"}
    told = operator.get(f"{API}values/", asked).json()
    assert told["total"]["numbers"]["reported"] == told["lines"][0]["numbers"]["reported"] == 8
    assert told["lines"][0]["key"] == "desk"
    assert told["total"]["ratios"]["same_day_rate"] == {"above": 4, "below": 8, "value": 0.5}
    units = operator.get(f"{API}values/", asked | {"by": "unit"}).json()["lines"]
    assert sum(line["numbers"]["returned"] for line in units) == 1


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, 400),
        ({"grid": street.STREET, "first": "2025-01-01", "last": "2026-11-18"}, 400),
        ({"grid": street.STREET, "first": "2026-11-18", "last": "2026-11-18", "by": "person"}, 400),
        ({"grid": street.OTHER_STREET, "first": "2026-11-18", "last": "2026-11-18"}, 404),
        ({"grid": street.STREET, "first": "2031-11-18", "last": "2031-11-18"}, 200),
    ],
)
def test_systems_are_answered_within_bounds(operator: Client, busy_day: Grid, query: dict, wanted: int) -> None:
    assert operator.get(f"{API}values/", query).status_code == wanted
