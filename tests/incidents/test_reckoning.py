"""A changed calendar moves the due times of open cases, and of open cases only; the ledger says the same as the row."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
import tablib
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents import lifecycle, reckoning
from incidents.admin.tables import CalendarResource
from incidents.clocks import readings
from incidents.models import CalendarDay, ClockEntry, Incident, IncidentEvent, Reckoning, TimeLimit
from incidents.states import Clock, State
from incidents.worktime import TimeUnit
from tests.incidents.conftest import World
from tests.incidents.pages import client_of


@pytest.fixture
def open_case(world: World) -> Incident:
    """Being handled, due after ten working days."""
    TimeLimit.objects.create(category=world.garbage, clock=Clock.HANDLE, amount=10, unit=TimeUnit.WORK_DAY)
    return world.incident(State.HANDLING)


def close_days(first: datetime, count: int) -> None:
    """A holiday of `count` days from the day of `first` on."""
    days = [first.date() + timedelta(days=n) for n in range(count)]
    CalendarDay.objects.bulk_create([CalendarDay(day=day, is_workday=False, name="测试假日") for day in days])


def test_a_holiday_moves_open_cases_and_their_history_says_so(world: World, open_case: Incident) -> None:
    before = open_case.due_at
    assert before
    close_days(world.now + timedelta(days=2), 5)
    row = reckoning.reckon(actor=world.people["admin"], now=world.now)
    open_case.refresh_from_db()
    assert open_case.due_at
    assert open_case.due_at > before
    assert open_case.due_at == readings(open_case)[Clock.HANDLE].due_at
    assert (row.moved, row.looked_at) == (1, 1)
    event = IncidentEvent.objects.get(incident=open_case, kind=IncidentEvent.Kind.RECKONED)
    assert event.data["old"] == before.isoformat()
    assert event.data["new"] == open_case.due_at.isoformat()
    assert ClockEntry.objects.filter(incident=open_case).latest("sequence").due_at == open_case.due_at


def test_ended_and_waiting_cases_are_left_alone(world: World, open_case: Incident) -> None:
    ended, resting = world.incident(State.CLOSED), world.incident(State.SUSPENDED)
    entries = ClockEntry.objects.exclude(incident=open_case).count()
    close_days(world.now + timedelta(days=2), 5)
    assert reckoning.reckon(actor=None, now=world.now).moved == 1
    assert ClockEntry.objects.exclude(incident=open_case).count() == entries
    for case in (ended, resting):
        assert not IncidentEvent.objects.filter(incident=case, kind=IncidentEvent.Kind.RECKONED).exists()


def test_a_second_run_finds_everything_right(world: World, open_case: Incident) -> None:
    close_days(world.now + timedelta(days=2), 5)
    assert reckoning.reckon(actor=None, now=world.now).moved == 1
    assert reckoning.reckon(actor=None, now=world.now).moved == 0


def test_the_worker_reckons_only_after_a_change(world: World, open_case: Incident) -> None:
    reckoning.reckon_if_changed(now=world.now)
    assert reckoning.reckon_if_changed(now=world.now) == 0
    assert Reckoning.objects.count() == 1
    close_days(world.now + timedelta(days=2), 5)
    assert reckoning.reckon_if_changed(now=world.now) == 1


def test_a_mark_of_overdue_is_taken_back_when_the_day_was_a_holiday(world: World, open_case: Incident) -> None:
    assert open_case.due_at
    late = open_case.due_at + timedelta(minutes=1)
    Incident.objects.filter(pk=open_case.pk).update(overdue_at=late, warned_at=late, was_overdue=True)
    lifecycle.note(open_case.pk, IncidentEvent.Kind.OVERDUE, actor=None, now=late)
    close_days(world.now + timedelta(days=1), 9)
    reckoning.reckon(actor=None, now=late)
    open_case.refresh_from_db()
    assert (open_case.overdue_at, open_case.was_overdue) == (None, False)


def test_a_dry_run_says_what_would_move_and_writes_nothing(world: World, open_case: Incident) -> None:
    close_days(world.now + timedelta(days=2), 5)
    out = StringIO()
    call_command("reckon_deadlines", "--dry-run", stdout=out)
    assert open_case.number in out.getvalue()
    assert "1 would move" in out.getvalue()
    assert not Reckoning.objects.exists()
    call_command("reckon_deadlines", stdout=out)
    assert "1 moved" in out.getvalue()


def test_the_clock_inside_a_unit_follows_too(world: World) -> None:
    TimeLimit.objects.create(clock=Clock.INTERNAL, amount=8, unit=TimeUnit.WORK_DAY)
    case = world.move(world.incident(State.HANDLING), "hand_on")
    before = case.unit_due_at
    assert before
    close_days(world.now + timedelta(days=2), 5)
    reckoning.reckon(actor=None, now=world.now)
    case.refresh_from_db()
    assert case.unit_due_at
    assert case.unit_due_at > before


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=12, unique_by=lambda pair: pair[0]),
    st.lists(st.sampled_from(["suspend", "resume", "extend", "reckon"]), max_size=5),
    st.decimals("0.5", 30, places=1),
)
def test_reckoned_is_what_is_stored(
    world: World, days: list[tuple[int, bool]], acts: list[str], amount: Decimal
) -> None:
    """After any moves and any calendar, reckoning anew leaves the row, its newest entry and the ledger equal."""
    TimeLimit.objects.all().delete()
    TimeLimit.objects.create(category=world.garbage, clock=Clock.HANDLE, amount=amount, unit=TimeUnit.WORK_DAY)
    CalendarDay.objects.all().delete()
    case, now = world.incident(State.HANDLING), world.now
    today = date.today()
    CalendarDay.objects.bulk_create([CalendarDay(day=today + timedelta(days=n), is_workday=w) for n, w in days])
    for act in acts:
        now += timedelta(hours=7)
        case.refresh_from_db()
        if act == "extend":
            given = {"amount": Decimal(2), "unit": TimeUnit.WORK_HOUR, "reason": "", "actor": None}
            lifecycle.extend(case.pk, clock=Clock.HANDLE, now=now, **given)
        elif act == "reckon":
            reckoning.reckon(actor=None, now=now)
        elif (act == "suspend") == (case.state != State.SUSPENDED):
            world.move(case, act, now=now, **({"until": now + timedelta(days=9)} if act == "suspend" else {}))
    reckoning.reckon(actor=None, now=now)
    case.refresh_from_db()
    reading = readings(case)[Clock.HANDLE]
    assert reckoning.would_move() == []
    assert case.due_at == (reading.due_at if reading.running else None)


# --- the admin


@pytest.fixture
def office(world: World) -> Client:
    return client_of(world, "admin")


def test_the_admin_reckons_and_lists_what_moved(world: World, office: Client, open_case: Incident) -> None:
    close_days(world.now + timedelta(days=2), 5)
    answer = office.get(reverse("admin:incidents_calendarday_reckon_anew"), follow=True)
    assert answer.status_code == 200
    assert open_case.number in answer.content.decode()
    assert Reckoning.objects.get().by == world.people["admin"]


def test_days_are_imported_with_a_dry_run(world: World) -> None:
    data = tablib.Dataset(("2027-02-06", "否", "否", "春节"), headers=("day", "is_workday", "is_estimated", "name"))
    CalendarResource().import_data(data, dry_run=True)
    assert not CalendarDay.objects.exists()
    CalendarResource().import_data(data, dry_run=False)
    assert CalendarDay.objects.get(day=date(2027, 2, 6)).is_workday is False
