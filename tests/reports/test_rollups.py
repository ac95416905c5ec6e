"""The cells hold exactly what a recount from the events gives: after every step, correction and passing hour."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grid.models import Grid, Organization
from incidents.models import Category, Incident, IncidentEvent
from reports.models import RollupCell, RollupCheck, RollupMark
from reports.periods import local_day
from reports.rollups import counting, keeping, live, reading, reconciling
from reports.rollups.names import FINGERPRINT, first_day, next_first
from tests import street
from tests.reports import histories
from tests.reports.conftest import DAY, at
from tests.reports.histories import CLOSED, Walk, moves
from tests.reports.test_metrics import STEPS, undone, write

NOW = at("23:00") + timedelta(days=3)
CODES = (street.STREET, street.COMMUNITY)
WALKS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2), st.integers(-60_000, 1500), STEPS),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def cast(grids: dict[str, Grid], categories: list[Category], units: list[Organization]) -> dict[str, list]:
    """What a made-up history chooses from."""
    places = [grids[code] for code in (street.MICRO, street.MICRO_EAST, street.SISTER, street.STREET)]
    return {"grids": places, "categories": [*categories, None], "handlers": [*units, street.make_person("leader")]}


@pytest.fixture
def closed(grids: dict[str, Grid], categories: list[Category], units: list[Organization]) -> list[Incident]:
    """Three closed incidents of the day and one open one."""
    steps = moves(*CLOSED)
    walks = [Walk(grids[street.MICRO], at(f"0{hour}:00"), steps, categories[0], units[0]) for hour in (1, 2, 3)]
    return histories.write([*walks, Walk(grids[street.SISTER], at("09:00"), moves(("report", 0)), categories[1])])


def count_up_to(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count all incidents as if what lies after `moment` had not happened yet."""
    with monkeypatch.context() as patch:
        patch.setattr(counting, "_EVENTS", counting._EVENTS.replace("WHERE", f"WHERE e.at < '{moment}' AND"))
        patch.setattr(counting, "_ENTRIES", counting._ENTRIES.replace("WHERE k", f"WHERE k.at < '{moment}' AND k"))
        counting.count_some(list(Incident.objects.values_list("pk", flat=True)), now=moment)
    RollupMark.objects.update_or_create(pk=1, defaults={"as_of": moment, "names": FINGERPRINT})


def differences(moment: datetime) -> Iterator[str]:
    """What differs from a recount at `moment`: some codes, all lengths of periods, every break-down."""
    today = local_day(moment)
    for grain in RollupCell.Grain.values:
        for day in {today, DAY, DAY - timedelta(days=40)}:
            first = first_day(grain, day)
            for code in CODES:
                for by in ("", "area", "category", "source"):
                    counted = live.tallies(code, grain, first, by, categories=(), source="", until=moment)
                    yield from (
                        f"{code} {grain} {first} {by} {each}"
                        for each in reading.same(kept(code, grain, first, by), counted)
                    )


def kept(code: str, grain: str, first: date, by: str) -> dict[str, Any]:
    """The same as the cells say."""
    if by:
        return reading.breakdown(code, grain, first, by, now=NOW)
    return {"": reading.tally(code, grain, first, now=NOW)}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plans=WALKS, pauses=st.lists(st.integers(1, 40_000), max_size=3), moved=st.integers(0, 5))
def test_every_cell_equals_the_recount_after_every_pause(
    cast: dict[str, list], monkeypatch: pytest.MonkeyPatch, plans: list, pauses: list[int], moved: int
) -> None:
    with undone():
        write(cast, plans)
        for minutes in sorted(pauses, reverse=True):
            count_up_to(NOW - timedelta(minutes=minutes), monkeypatch)
        victim = Incident.objects.order_by("pk")[moved % len(plans)]
        Incident.objects.filter(pk=victim.pk).update(
            category=cast["categories"][moved % 4], grid_code=street.OTHER_GRID
        )
        count_up_to(NOW, monkeypatch)
        assert list(differences(NOW)) == []


def test_the_worker_counts_what_is_new_and_then_nothing(closed: list[Incident]) -> None:
    assert keeping.catch_up(now=NOW) == 4
    assert keeping.catch_up(now=NOW) == 0
    assert reading.tally(street.STREET, "d", DAY, now=NOW).numbers["closed"] == 3
    assert list(differences(NOW)) == []


def test_an_hour_that_runs_over_a_limit_is_counted_without_any_event(
    grids: dict[str, Grid], categories: list[Category]
) -> None:
    histories.write([Walk(grids[street.MICRO], at("09:00"), moves(("report", 0)), categories[0])])
    soon, later = at("09:01"), NOW
    keeping.catch_up(now=soon)
    assert reading.tally(street.STREET, "d", DAY, now=soon).numbers["overdue_open"] == 0
    Incident.objects.update(due_at=Incident.objects.get().clock_entries.order_by("sequence")[0].due_at)
    keeping.catch_up(now=later)
    assert reading.tally(street.STREET, "d", DAY, now=later).numbers["newly_overdue"] == 1
    assert list(differences(later)) == []


def test_a_correction_moves_what_was_counted_long_ago(closed: list[Incident], categories: list[Category]) -> None:
    keeping.catch_up(now=NOW)
    first = closed[0]
    Incident.objects.filter(pk=first.pk).update(category=categories[1])
    event = IncidentEvent.objects.filter(incident=first).latest("sequence")
    event.pk, event.sequence, event.kind, event.move, event.at = None, event.sequence + 1, "classified", "", NOW
    event.from_state = event.to_state
    event.save(force_insert=True)
    assert keeping.catch_up(now=NOW + timedelta(minutes=1)) == 1
    found = reading.breakdown(street.STREET, "m", DAY, "category", now=NOW)
    assert {key: tally.numbers["reported"] for key, tally in found.items()} == {
        str(categories[0].pk): 2,
        str(categories[1].pk): 2,
    }


def test_a_worker_that_dies_in_the_middle_leaves_nothing_half_counted(
    closed: list[Incident], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_args: Any, **_more: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(counting, "_keep", die)
        with pytest.raises(KeyboardInterrupt):
            keeping.catch_up(now=NOW)
    assert not RollupCell.objects.exists()
    assert keeping.catch_up(now=NOW) == 4
    assert list(differences(NOW)) == []


def test_other_definitions_start_everything_over(closed: list[Incident]) -> None:
    keeping.catch_up(now=NOW)
    RollupMark.objects.update(names="older definitions")
    assert reading.as_of() is None
    assert reading.tally(street.STREET, "d", DAY, now=NOW).numbers["closed"] == 3, "counted live meanwhile"
    assert keeping.catch_up(now=NOW) == 4
    assert reading.as_of() == NOW
    assert list(differences(NOW)) == []


def test_nothing_is_called_complete_while_an_older_step_may_still_appear(
    closed: list[Incident], monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.catch_up(now=NOW)
    monkeypatch.setattr(keeping, "_settled_top", lambda: None)
    assert keeping.catch_up(now=NOW + timedelta(hours=1)) == 0
    assert reading.as_of() == NOW


@pytest.mark.django_db(transaction=True)
def test_an_open_transaction_may_still_bring_a_lower_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LOOKS", 2)
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        assert keeping._settled_top() is None
        other.rollback()
        # Transactions of the tests beside this one are in the same cluster and count too: wait for their end.
        monkeypatch.setattr(keeping, "LOOKS", 6_000)
        assert keeping._settled_top() == 0
    finally:
        other.close()


def test_a_series_is_the_same_as_its_periods_one_by_one(closed: list[Incident]) -> None:
    keeping.catch_up(now=NOW)
    first, last = DAY - timedelta(days=3), DAY + timedelta(days=3)
    found = reading.series(street.STREET, "d", first, last, now=NOW)
    assert [day for day, _tally in found] == [first + timedelta(days=n) for n in range(7)]
    assert [tally for _day, tally in found] == [reading.tally(street.STREET, "d", day, now=NOW) for day, _t in found]


def test_category_and_source_together_are_counted_too(closed: list[Incident], categories: list[Category]) -> None:
    keeping.catch_up(now=NOW)
    source = closed[0].source
    chosen = {"category": str(categories[0].pk), "source": source, "now": NOW}
    assert reading.tally(street.STREET, "m", DAY, **chosen).numbers["reported"] == 3
    assert reading.tally(street.COMMUNITY, "d", DAY, **chosen).numbers["reported"] == 3, "has no cell: counted live"
    assert reading.tally(street.STREET, "m", DAY, **(chosen | {"source": "hotline"})).numbers["reported"] == 0


def test_hours_and_waits_add_up_over_the_steps(closed: list[Incident]) -> None:
    keeping.catch_up(now=NOW)
    found = reading.hours(street.STREET, DAY, DAY)
    assert {hour: each["reported"] for (_weekday, hour), each in found.items() if each["reported"]} == {
        1: 1,
        2: 1,
        3: 1,
        9: 1,
    }
    wait = reading.waits(street.STREET, DAY, DAY)["handling"]
    assert (wait.left, wait.seconds, wait.median_band) == (3, 3 * 30 * 60, (0, 3600))


def test_a_wrong_cell_is_found_and_everything_is_counted_anew(closed: list[Incident]) -> None:
    keeping.catch_up(now=NOW)
    assert reconciling.reconcile(now=NOW) == 0
    cell = RollupCell.objects.filter(code=street.STREET, cut="a", grain="d", starts_on=DAY).get()
    RollupCell.objects.filter(pk=cell.pk).update(flow=[99])
    later = NOW - timedelta(days=2)
    assert reconciling.check(reconciling.Sample(street.STREET, "d", DAY), now=NOW, until=NOW).differences > 0
    keeping.rebuild(now=later)
    keeping.catch_up(now=NOW)
    assert list(differences(NOW)) == []
    assert RollupCheck.objects.filter(differences__gt=0).count() == 1


def test_reading_costs_as_many_queries_for_a_year_as_for_a_day(closed: list[Incident]) -> None:
    keeping.catch_up(now=NOW)
    spent = []
    for grain in ("d", "y"):
        with CaptureQueriesContext(connection) as captured:
            reading.breakdown(street.STREET, grain, DAY, "area", now=NOW)
        spent.append(len(captured))
    assert spent == [4, 4]


@pytest.mark.parametrize(
    ("grain", "day", "first", "following"),
    [
        ("w", "2025-01-01", "2024-12-30", "2025-01-06"),
        ("m", "2024-02-29", "2024-02-01", "2024-03-01"),
        ("q", "2024-11-30", "2024-10-01", "2025-01-01"),
        ("y", "2024-12-31", "2024-01-01", "2025-01-01"),
        ("d", "2024-02-28", "2024-02-28", "2024-02-29"),
    ],
)
def test_periods_begin_and_end_where_people_expect(grain: str, day: str, first: str, following: str) -> None:
    begins = first_day(grain, date.fromisoformat(day))
    assert (begins.isoformat(), next_first(grain, begins).isoformat()) == (first, following)
