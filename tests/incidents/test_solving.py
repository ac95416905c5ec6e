"""实质性解决: closed and solved are two facts; the same trouble again takes the second one back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import solving
from incidents.models import Incident, Procedure
from incidents.states import State
from notices.models import Job, Notice
from tests import street
from tests.incidents.conftest import World, make_category

TEXT = "3号楼下垃圾堆了三天没人清，味道很大"


def solved(world: World, **more: Any) -> Incident:
    """A closed case that a check or its reporter found solved."""
    world.garbage.needs_site_check = False
    world.garbage.save()
    incident = world.incident(State.CLOSED, text=TEXT, **more)
    return solving.found_solved(incident.pk, actor=world.people["operator"], now=world.now)


def again(world: World, *, at: datetime, text: str = TEXT, **more: Any) -> Incident:
    """A new report, filed."""
    before, world.now = world.now, at
    try:
        return world.move(world.report(text=text, **more), "file")
    finally:
        world.now = before


def is_solved(incident: Incident) -> bool | None:
    return Incident.objects.get(pk=incident.pk).is_solved


def test_the_same_trouble_again_withdraws_solved_and_tells(world: World, later: Any) -> None:
    old = solved(world)
    fresh = again(world, at=later(days=3))
    assert solving.withdraw_returned(now=later(days=3, minutes=5)) == 1
    old = Incident.objects.get(pk=old.pk)
    assert (old.state, old.is_solved, old.solved_at) == (State.CLOSED, False, None)
    event = old.events.order_by("-sequence").first()
    assert event is not None
    assert (event.kind, event.data) == ("unsolved", {"returned": fresh.number})
    assert Notice.objects.filter(kind="incident.unsolved", recipient=world.people["supervisor"]).exists()


def test_a_second_run_does_nothing_more(world: World, later: Any) -> None:
    old = solved(world)
    again(world, at=later(days=3))
    assert solving.withdraw_returned(now=later(days=3, minutes=5)) == 1
    assert solving.withdraw_returned(now=later(days=3, minutes=6)) == 0
    assert old.events.filter(kind="unsolved").count() == 1


FAR = Point(113.6180, 34.7180, srid=4326)


@pytest.mark.parametrize(
    ("why", "more"),
    [
        ("other words", {"text": "路灯坏了晚上看不见"}),
        ("another place", {"point": FAR}),
        ("too late", {"days": 31}),
    ],
)
def test_what_is_not_the_same_leaves_it_solved(world: World, later: Any, why: str, more: dict[str, Any]) -> None:
    old = solved(world)
    when = later(days=more.pop("days", 3))
    again(world, at=when, **more)
    assert solving.withdraw_returned(now=when + timedelta(minutes=5)) == 0, why
    assert is_solved(old) is True


def test_another_class_leaves_it_solved(world: World, later: Any) -> None:
    old = solved(world)
    world.garbage = make_category("路灯照明", keywords=("灯",))
    again(world, at=later(days=3))
    assert solving.withdraw_returned(now=later(days=3, minutes=5)) == 0
    assert is_solved(old) is True


def test_what_was_found_solved_after_the_report_stays_so(world: World, later: Any) -> None:
    old = solved(world)
    again(world, at=later(days=3))
    solving.found_solved(old.pk, actor=world.people["operator"], now=later(days=3, minutes=2))
    assert solving.withdraw_returned(now=later(days=3, minutes=5)) == 0


def test_the_days_are_the_procedure_s(world: World, later: Any) -> None:
    Procedure.objects.update_or_create(pk=1, defaults={"substantive_days": 2})
    old = solved(world)
    again(world, at=later(days=3))
    assert solving.withdraw_returned(now=later(days=3, minutes=5)) == 0
    assert is_solved(old) is True


def test_a_run_looks_at_what_came_in_since_the_last_one(world: World, later: Any) -> None:
    solved(world)
    again(world, at=later(days=3))
    Job.objects.create(name=solving.JOB, last_finished_at=later(days=4))
    assert solving.withdraw_returned(now=later(days=4, minutes=5)) == 0
    Job.objects.update(last_finished_at=later(days=2))
    assert solving.withdraw_returned(now=later(days=4, minutes=5)) == 1, "after an outage it makes up for it"


def test_the_work_does_not_grow_with_the_closed_cases(world: World, later: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            solving.withdraw_returned(now=later(days=40))
        return len(found)

    Job.objects.create(name=solving.JOB, last_finished_at=later(days=39))
    solved(world)
    few = queries()
    for _ in range(4):
        solved(world, point=street.inside(street.SISTER))
    assert queries() == few
