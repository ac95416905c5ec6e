"""The field's own pages: what waits for a leader is said, and a stairwell without a position can be reported."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from incidents.demo.openwork import OWN
from incidents.models import Incident
from incidents.states import State
from tests import street
from tests.incidents.conftest import World
from tests.incidents.pages import client_of, get, report, words

pytestmark = pytest.mark.django_db


def test_without_any_place_a_report_goes_to_the_grid_that_the_form_named(world: World) -> None:
    shown = words(get(world, "microleader", "report"))
    assert "不定位时" in shown
    client_of(world, "microleader").post("/report/", report(lon="", lat=""))
    assert Incident.objects.get().grid_code == street.MICRO


def test_who_has_no_grid_of_her_own_must_say_where(world: World) -> None:
    answer = client_of(world, "operator").post("/report/", report(lon="", lat=""))
    assert answer.status_code == 422
    assert not Incident.objects.exists()


def test_home_counts_a_check_as_work_that_waits(world: World) -> None:
    incident = world.incident(State.HANDLED)
    Incident.objects.filter(pk=incident.pk).update(due_at=timezone.now() - timedelta(hours=1))
    answer = get(world, "gridleader", "phone_home")
    assert (answer.context["today"]["waiting"], answer.context["today"]["overdue"]) == (1, 1)
    assert "待现场核查" in words(answer)
    assert "没有待办任务" not in words(answer)


def test_tasks_do_not_say_that_nothing_waits_above_a_check(world: World) -> None:
    world.incident(State.HANDLED)
    assert "没有待办任务" not in words(get(world, "gridleader", "tasks"))


def test_the_demo_leader_has_work_in_different_states() -> None:
    last = Counter(own.moves[-1] if own.moves else "new" for own in OWN)
    assert last.keys() == {"new", "take", "rework"}
    assert 3 <= len(OWN) <= 5
