"""A council of residents through its pages: two topics, a meeting, two decisions that end as closed cases (4.4)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from incidents.models import Incident
from partybuilding import tasks
from partybuilding.models import Forum, ForumMeeting, Resolution, Topic
from tests import street
from tests.incidents.conftest import World, build_world
from tests.incidents.pages import make_move, photo

MONDAY = datetime.fromisoformat("2026-11-16T09:00:00+08:00")


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def send(world: World, role: str, page: str, /, *args: Any, **given: Any) -> HttpResponse:
    """Send a form of a page as its reader would; it must be taken."""
    client = Client()
    client.force_login(world.people[role])
    answer = client.post(reverse(f"partybuilding:{page}", args=args), given)
    errors = getattr(answer.context.get("form"), "errors", "") if answer.context else ""
    assert answer.status_code == 302, errors
    return answer  # type: ignore[return-value]


def page(world: World, role: str, name: str, *args: Any) -> str:
    client = Client()
    client.force_login(world.people[role])
    answer = client.get(reverse(f"partybuilding:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def collect(world: World, title: str) -> Topic:
    send(world, "gridleader", "topic_new", grid=street.GRID, title=title, principle="hard", client_id=uuid4())
    return Topic.objects.get(title=title)


def plan(world: World, forum: Forum, title: str, moment: datetime) -> ForumMeeting:
    at = timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")
    send(world, "community", "meeting_new", forum=forum.pk, title=title, starts_at=at, client_id=uuid4())
    return ForumMeeting.objects.get(title=title)


def decide(world: World, topic: Topic, text: str) -> Resolution:
    given = {"text": text, "owner": "社区居委会", "organization": world.unit.pk, "due_on": "2026-11-30"}
    send(world, "community", "topic_opinion", topic.pk, opinion="居民都同意")
    send(world, "community", "topic_decide", topic.pk, client_id=uuid4(), **given)
    decision = Resolution.objects.get(text=text)
    send(world, "community", "decision_lead", decision.pk, "incident")
    return decision


def work_off(world: World, case: Incident) -> None:
    """The way of every case, each step on the page of whoever makes it."""
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("file", "operator", {"category": world.garbage.pk}),
        ("dispatch", "dispatcher", {"handler": f"unit:{world.unit.pk}"}),
        ("take", "department", {}),
        ("feedback", "department", {"text": "已处理完毕", "photos": photo()}),
        ("close", "operator", {"text": "现场核查无误"}),
    ]
    for name, role, given in steps:
        case.refresh_from_db()
        assert make_move(world, case, name, by=role, **given).status_code == 302, name


def test_two_decisions_of_a_council_end_as_closed_cases(clock: time_machine.Traveller) -> None:
    world = build_world()
    parking, lamps = collect(world, "小区停车难"), collect(world, "东门路灯不亮")
    founded = {"grid": street.COMMUNITY, "name": "小板凳议事会", "kind": "council", "every_days": 15, "child_days": 7}
    send(world, "community", "forum_new", venue="清风睦邻亭", is_active="on", **founded)
    first = plan(world, Forum.objects.get(), "小板凳议事会（十一月上）", MONDAY + timedelta(hours=6))
    send(world, "community", "meeting_agenda", first.pk, topics=[parking.pk, lamps.pk])
    send(world, "community", "meeting_invite", first.pk, person="supervisor")

    clock.move_to(MONDAY + timedelta(hours=7))
    guest = first.guests.get()
    send(world, "community", "meeting_presence", first.pk, **{f"g{guest.pk}-presence": "present"})
    decisions = [decide(world, parking, "重新划设车位"), decide(world, lamps, "修复东门路灯")]
    assert "重新划设车位" in page(world, "community", "meeting_hold", first.pk)
    send(world, "community", "meeting_hold", first.pk, minutes="议定两项", residents=21)
    cases = list(Incident.objects.filter(resolutions__in=decisions).order_by("pk"))
    assert [case.state for case in cases] == ["reported", "reported"]

    clock.move_to(MONDAY + timedelta(days=3))
    for case in cases:
        work_off(world, case)
    assert {case.state for case in Incident.objects.all()} == {"closed"}
    assert tasks.settle_decisions() == 2
    assert set(Resolution.objects.values_list("status", flat=True)) == {"done"}

    second = plan(world, Forum.objects.get(), "小板凳议事会（十二月上）", MONDAY + timedelta(days=15))
    shown = page(world, "community", "meeting", second.pk)
    assert all(case.number in shown for case in cases)
    assert "重新划设车位" in shown
    forum = page(world, "community", "forum", Forum.objects.get().pk)
    assert "小板凳议事会（十一月上）" in forum
