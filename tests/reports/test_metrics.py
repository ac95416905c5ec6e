"""The numbers equal a recount from the events."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.models import Grid, Organization
from incidents.models import Category
from reports.figures import Line, behind, number
from reports.indicators import INDICATORS, MEASURES, UNIT_MEASURES
from reports.metrics import Extent, count
from reports.periods import day_period
from tests import street
from tests.reports import histories, recount
from tests.reports.conftest import DAY, at
from tests.reports.histories import CLOSED, Step, Walk, moves

DAYS = day_period(DAY)
GRANTS = st.sampled_from(["", "", "", "extended", "excused"])
STEPS = st.lists(st.builds(Step, st.integers(0, 11), st.integers(1, 900), GRANTS), max_size=12)
WALKS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2), st.integers(-4000, 1500), STEPS),
    min_size=1,
    max_size=12,
)


@pytest.fixture
def cast(grids: dict[str, Grid], categories: list[Category], units: list[Organization]) -> dict[str, list]:
    """What a made-up history chooses from."""
    places = [grids[code] for code in (street.MICRO, street.MICRO_EAST, street.SISTER, street.STREET)]
    return {"grids": places, "categories": [*categories, None], "handlers": [*units, street.make_person("leader")]}


def write(cast: dict[str, list], plans: list[tuple[int, int, int, int, list[Step]]]) -> None:
    """Write the planned histories around the day."""
    for place, category, handler, minutes, steps in plans:
        started = at("00:00") + timedelta(minutes=minutes)
        walk = Walk(cast["grids"][place], started, [Step(0 if minutes % 7 else 1, 0), *steps])
        walk.category, walk.handler = cast["categories"][category], cast["handlers"][handler]
        histories.write([walk])


class Undo(Exception):
    """Ends a savepoint without keeping it."""


@contextmanager
def undone() -> Iterator[None]:
    """A savepoint that is undone, so that the examples of hypothesis do not pile up."""
    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        return


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WALKS)
def test_every_number_equals_the_recount(cast: dict[str, list], plans: list) -> None:
    with undone():
        write(cast, plans)
        for code in (street.STREET, street.COMMUNITY):
            check_extent(Extent.of(code, DAYS))


def check_extent(extent: Extent) -> None:
    """Totals, areas, categories and units against the plain count."""
    counts, lives = count(extent), recount.lives(extent.code, extent.start, extent.end)
    check_line(counts.total, lives)
    for area, some in recount.by(lives, lambda life: life.incident.grid_code[: extent.area_length]).items():
        check_line(counts.areas.get(area), some)
    for category, some in recount.by(lives, lambda life: life.incident.category_id).items():
        check_line(counts.categories.get(category), some)
    assert {unit: dict(tally.numbers) for unit, tally in counts.units.items()} == recount.units(
        lives, extent.area_length
    )


def check_line(tally: object, lives: list[recount.Life]) -> None:
    wanted = recount.numbers(lives)
    if tally is None:
        assert not any(wanted.values())
        return
    assert tally.numbers == wanted
    assert tally.ratios == recount.ratios(lives)


def numbers_of(code: str = street.STREET) -> dict[str, int]:
    return dict(count(Extent.of(code, DAYS)).total.numbers)


def one(cast: dict[str, list], started: str, *steps: tuple[str, int], **more: object) -> None:
    values = {"category": cast["categories"][0], "handler": cast["handlers"][0]} | more
    histories.write([Walk(cast["grids"][0], at(started), moves(*steps), **values)])


def test_a_late_case_is_newly_overdue_on_the_day_of_its_limit_only(cast: dict[str, list]) -> None:
    late = (*CLOSED[:4], ("feedback", 1500), ("rework", 5), ("take", 5), ("feedback", 5), ("close", 5))
    histories.write([Walk(cast["grids"][0], at("08:00") - timedelta(days=1), moves(*late), None, cast["handlers"][0])])
    today, before = numbers_of(), count(Extent.of(street.STREET, DAYS.before)).total.numbers
    assert (before["newly_overdue"], before["overdue_unhandled"]) == (1, 1)
    assert (today["newly_overdue"], today["overdue_unhandled"], today["handled_on_time"]) == (0, 0, 0)


def test_handled_exactly_at_the_limit_is_on_time(cast: dict[str, list]) -> None:
    limit = ("feedback", 240)  # four work hours from 08:00
    one(cast, "08:00", ("report", 0), ("file", 0), ("dispatch", 0), ("take", 0), limit, ("close", 5))
    assert numbers_of()["handled_on_time"] == 1
    assert numbers_of()["newly_overdue"] == 0


def test_handled_a_minute_later_is_late(cast: dict[str, list]) -> None:
    one(cast, "08:00", ("report", 0), ("file", 0), ("dispatch", 0), ("take", 0), ("feedback", 241), ("close", 5))
    assert numbers_of()["handled_on_time"] == 0
    assert numbers_of()["newly_overdue"] == 1


START = (("report", 0), ("file", 0), ("dispatch", 0), ("take", 0))


def test_an_extended_case_is_in_time_by_its_new_limit_and_counts_as_extended(cast: dict[str, list]) -> None:
    one(cast, "08:00", *START[:3], ("take", 0, "extended"), ("feedback", 600), ("close", 5))
    tally = count(Extent.of(street.STREET, DAYS)).total
    assert (tally.numbers["handled_on_time"], tally.numbers["extended"]) == (1, 1)
    assert tally.ratios["extension_rate"] == (1, 1)


def test_an_appeal_makes_a_late_case_count_as_in_time(cast: dict[str, list]) -> None:
    one(cast, "08:00", *START, ("feedback", 600, "excused"), ("close", 5))
    numbers = numbers_of()
    assert (numbers["handled_on_time"], numbers["closed_on_time"], numbers["newly_overdue"]) == (1, 1, 0)


@pytest.mark.parametrize("rest", ["suspend", "defer"])
def test_a_resting_case_leaves_the_handling_indicators(cast: dict[str, list], rest: str) -> None:
    worked = (*START, ("feedback", 600), ("rework", 5), (rest, 5))
    one(cast, "08:00", *worked)
    tally = count(Extent.of(street.STREET, DAYS)).total
    assert (tally.numbers["resting"], tally.numbers["overdue_unhandled"]) == (1, 0)
    assert tally.ratios["handling_rate"] == tally.ratios["rework_rate"] == (0, 0)


def test_an_extension_while_a_clock_waits_or_after_its_stop_makes_nothing_overdue(cast: dict[str, list]) -> None:
    one(cast, "00:30", *START, ("suspend", 60, "extended"))
    one(cast, "00:30", *START, ("feedback", 60, "extended"), ("close", 5))
    numbers = numbers_of()
    assert (numbers["overdue_unhandled"], numbers["newly_overdue"], numbers["overdue_open"]) == (0, 0, 0)


def test_a_confirmed_case_counts_as_handled_when_the_unit_lets_go_of_it(cast: dict[str, list]) -> None:
    one(cast, "08:00", *START, ("finish", 60), ("confirm", 200))
    numbers = numbers_of()
    assert (numbers["handled"], numbers["handled_on_time"], numbers["to_check"]) == (1, 0, 1)


def test_an_event_at_midnight_belongs_to_the_new_day(cast: dict[str, list]) -> None:
    one(cast, "00:00", ("report", 0))
    histories.write([Walk(cast["grids"][0], DAYS.end, moves(("report", 0)))])
    assert numbers_of()["reported"] == 1


def test_a_case_over_midnight_is_not_same_day(cast: dict[str, list]) -> None:
    histories.write(
        [Walk(cast["grids"][0], at("23:50") - timedelta(days=1), moves(*CLOSED), None, cast["handlers"][0])]
    )
    assert numbers_of()["completed"] == 1
    assert numbers_of()["same_day"] == 0


def test_a_return_is_put_down_to_the_unit_that_returned(cast: dict[str, list], units: list[Organization]) -> None:
    one(cast, "08:00", ("report", 0), ("file", 5), ("dispatch", 5), ("return", 30), handler=units[1])
    tally = count(Extent.of(street.STREET, DAYS)).units[f"o{units[1].pk}"]
    assert (tally.numbers["dispatched"], tally.numbers["returned"], tally.numbers["in_hand"]) == (1, 1, 0)


def test_other_streets_are_not_counted(cast: dict[str, list], grids: dict[str, Grid]) -> None:
    histories.write([Walk(grids[street.OTHER_GRID], at("09:00"), moves(("report", 0)))])
    assert numbers_of()["ever"] == 0
    assert numbers_of("410103")["reported"] == 1


def test_the_incidents_behind_a_number_are_as_many_as_it_says(cast: dict[str, list]) -> None:
    for n in range(6):
        one(cast, f"{8 + n:02d}:00", *CLOSED[: n + 1], handler=cast["handlers"][n % 3])
    extent = Extent.of(street.STREET, DAYS)
    counts = count(extent)
    for measure in MEASURES:
        found = behind(extent, number(measure.name, Line()), Line(), limit=9)
        assert found.total == len(found.ids) == counts.total.numbers[measure.name]
    for unit, tally in counts.units.items():
        line = Line(unit=unit)
        for measure in UNIT_MEASURES:
            found = behind(extent, number(measure.name, line), line, limit=9)
            assert found.total == tally.numbers[measure.name]


def test_every_definition_has_words() -> None:
    assert all(each.label and each.meaning for each in (*MEASURES, *UNIT_MEASURES))
    assert all(each.label and "÷" in each.formula and each.sources for each in INDICATORS)
