"""Clocks of incidents: which limit counts, and what the deadline job says, once."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test.utils import CaptureQueriesContext

from grid.posts import PostKind
from incidents import clocks, deadlines
from incidents.calendars import DbCalendar, current_calendar
from incidents.clocks import Limit, Limits
from incidents.models import CalendarDay, Incident, IncidentEvent, TimeLimit
from incidents.states import Clock, State
from incidents.worktime import TimeUnit
from notices.models import Notice
from tests import street
from tests.incidents.conftest import World


def limit(clock: str = "handle", amount: object = 1, unit: str = "work_day", **more: object) -> TimeLimit:
    return TimeLimit.objects.create(clock=clock, amount=amount, unit=unit, **more)


def test_the_own_limit_beats_the_major_class_and_that_beats_everybodys(world: World) -> None:
    own, major = world.garbage, world.garbage.parent
    for owner, amount in ((None, 1), (major, 2), (own, 3)):
        limit(category=owner, amount=amount)
        assert Limits().of(Clock.HANDLE, own, "ordinary").amount == amount
    limit(category=own, urgency="complex", amount=4)
    assert Limits().of(Clock.HANDLE, own, "complex").amount == 4


@pytest.mark.parametrize(
    ("unit", "continuous"), [("work_hour", "urgent_hour"), ("work_day", "natural_day"), ("natural_day", "natural_day")]
)
def test_urgent_always_runs_on_without_a_break(world: World, unit: str, continuous: str) -> None:
    limit(category=world.garbage, unit=unit, amount=2)
    assert Limits().of(Clock.HANDLE, world.garbage, "urgent") == Limit(Decimal(2), TimeUnit(continuous))


def test_an_empty_table_falls_back_to_the_stage_defaults(db: None) -> None:
    amounts = {clock: Limits().of(clock, None, "ordinary") for clock in Clock}
    assert amounts[Clock.ACCEPT] == Limit(Decimal("0.25"), TimeUnit.URGENT_HOUR)
    assert amounts[Clock.CHECK] == Limit(Decimal("0.5"), TimeUnit.URGENT_HOUR)
    assert amounts[Clock.HANDLE] == Limit(Decimal(4), TimeUnit.WORK_HOUR)


def test_due_times_skip_holidays_of_the_table(world: World) -> None:
    limit(amount=4, unit="work_hour")
    CalendarDay.objects.create(day=date(2026, 10, 9), is_workday=False, name="国庆节")
    world.now = datetime(2026, 10, 8, 8, 0, tzinfo=UTC)  # Thursday 16:00 in Beijing: two hours today, Friday is off
    incident = world.incident(State.DISPATCHED)
    assert incident.due_at == datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
    assert incident.due_estimated


def test_the_calendar_is_read_again_when_a_day_changes(db: None) -> None:
    day = date(2026, 10, 1)
    row = CalendarDay.objects.create(day=day, is_workday=False)
    other = CalendarDay.objects.create(day=date(2026, 10, 2), is_workday=True)
    assert not DbCalendar().is_workday(day)
    CalendarDay.objects.filter(pk=row.pk).update(is_workday=True)
    CalendarDay.objects.filter(pk=other.pk).update(is_workday=False)
    assert DbCalendar().is_workday(day)
    assert current_calendar().known(day)


def test_an_unchanged_calendar_costs_one_query(db: None, django_assert_num_queries: CaptureQueriesContext) -> None:
    current_calendar()
    with django_assert_num_queries(1):
        calendar = DbCalendar()
        assert calendar.is_workday(date(2026, 10, 14))
        calendar.known(date(2026, 10, 15))


def test_readings_tell_each_clock_with_its_steps(world: World) -> None:
    found = clocks.readings(world.incident(State.REWORKING))
    assert list(found) == [Clock.ACCEPT, Clock.DISPATCH, Clock.HANDLE, Clock.CHECK]
    assert [step.kind for step in found[Clock.HANDLE].steps] == ["started", "paused", "resumed"]
    assert found[Clock.HANDLE].running
    assert found[Clock.CHECK].stopped_at == world.now


def test_the_ledger_and_the_columns_beside_the_incident_agree(world: World) -> None:
    for state in State.values:
        incident = world.incident(state)
        running = [(clock, r) for clock, r in clocks.readings(incident).items() if r.running]
        shown = [(incident.clock, incident.due_at, incident.warn_at)] if incident.clock else []
        assert [(clock, r.due_at, r.warn_at) for clock, r in running] == shown


def test_warns_at_80_percent_and_marks_overdue_once_each(world: World, later: Callable[..., datetime]) -> None:
    incident = world.report()
    runs = [deadlines.run_clocks(now=later(minutes=minutes)) for minutes in (11, 12, 13, 15, 16, 17, 600)]
    assert runs == [0, 1, 0, 0, 1, 0, 0]
    kinds = list(incident.events.values_list("kind", flat=True))
    assert kinds == ["move", "warned", "overdue"]
    incident.refresh_from_db()
    assert (incident.warned_at, incident.overdue_at) == (later(minutes=12), later(minutes=16))
    assert incident.was_overdue


def test_what_is_found_late_is_marked_overdue_without_a_warning(world: World, later: Callable[..., datetime]) -> None:
    incident = world.report()
    assert deadlines.run_clocks(now=later(hours=2)) == 1
    assert deadlines.run_clocks(now=later(hours=3)) == 0
    assert list(incident.events.values_list("kind", flat=True)) == ["move", "overdue"]


def test_the_mark_does_not_disturb_somebody_who_is_deciding(world: World, later: Callable[..., datetime]) -> None:
    incident = world.report()
    deadlines.run_clocks(now=later(hours=2))
    assert world.move(incident, "file", version=incident.version, now=later(hours=2)).overdue_at is None


@pytest.mark.parametrize(
    ("state", "turn"),
    [
        (State.REPORTED, {"operator", "shiftleader"}),
        (State.FILED, {"dispatcher", "shiftleader"}),
        (State.DISPATCHED, {"department", "head"}),
        (State.HANDLED, {"operator", "shiftleader"}),
    ],
)
def test_whose_turn_it_is_and_the_supervisors_are_told(
    world: World, later: Callable[..., datetime], state: str, turn: set[str]
) -> None:
    secretary = street.make_person("secretary")
    street.give_post(secretary, PostKind.STREET_SECRETARY, world.grids[street.STREET])
    world.incident(state)
    deadlines.run_clocks(now=later(days=30))
    told = set(Notice.objects.filter(kind="incident.overdue").values_list("recipient__username", flat=True))
    assert told == turn | {"supervisor", "shiftleader", "cadre"}


def test_ended_incidents_are_left_alone(world: World, later: Callable[..., datetime]) -> None:
    for state in (State.CLOSED, State.CANCELLED, State.SELF_HANDLED):
        world.incident(state)
    assert deadlines.run_clocks(now=later(days=30)) == 0


def test_a_new_stage_warns_anew(world: World, later: Callable[..., datetime]) -> None:
    incident = world.incident(State.DISPATCHED)
    deadlines.run_clocks(now=later(days=30))
    world.move(incident, "return", now=later(days=31))
    deadlines.run_clocks(now=later(days=32))
    assert IncidentEvent.objects.filter(kind="overdue").count() == 2
    assert Notice.objects.filter(kind="incident.overdue", recipient__username="supervisor").count() == 2


def test_many_are_marked_in_batches(
    world: World, later: Callable[..., datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "BATCH", 2)
    for _turn in range(5):
        world.report()
    assert deadlines.run_clocks(now=later(days=1)) == 5
    assert Incident.objects.filter(was_overdue=True).count() == 5
