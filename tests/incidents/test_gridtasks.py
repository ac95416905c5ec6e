"""Tasks through the grids: given out, worked on by each grid, accepted by another, ended; labels on cases."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from grid.models import Grid
from incidents import gridtasks, labels
from incidents.dictionaries import load_dictionaries
from incidents.gridtasks import NewTask
from incidents.models import GridTask, GridTaskEntry, GridTaskPart, Label, ProblemKind, TaskKind
from incidents.states import State
from notices.models import Notice
from tests import street
from tests.incidents.conftest import World
from tests.incidents.pages import client_of


@pytest.fixture
def world(world: World) -> World:
    load_dictionaries()
    return world


def make(world: World, **more: Any) -> GridTask:
    """A draft of the street for its grids."""
    values: dict[str, Any] = {
        "kind": TaskKind.objects.get(code="rollout"),
        "title": "自闭阀安装推广",
        "text": "逐户登记",
        "due_on": timezone.localdate(world.now) + timedelta(days=9),
        "level": Grid.Level.MICRO,
        "target": 30,
    } | more
    actor = world.people["shiftleader"]
    return gridtasks.draft(NewTask(**values), grid=world.grids[street.STREET], actor=actor, now=world.now)


def issued(world: World, **more: Any) -> tuple[GridTask, GridTaskPart]:
    """A running task, and the share of the micro-grid leader."""
    task = make(world, **more)
    task = gridtasks.issue(task.pk, version=task.version, actor=world.people["shiftleader"], now=world.now)
    return task, task.parts.get(grid_code=street.MICRO)


def test_a_share_for_each_grid_of_the_level_below(world: World) -> None:
    task = make(world)
    assert set(task.parts.values_list("grid_code", "target")) == {(street.MICRO, 30), (street.MICRO_EAST, 30)}


def test_giving_out_tells_the_persons_in_charge(world: World) -> None:
    task, _part = issued(world)
    told = set(Notice.objects.filter(kind="gridtask.issue").values_list("recipient__username", flat=True))
    assert (task.state, told) == ("issued", {"microleader"})


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", " "), ("text", ""), ("level", 8), ("target", -1), ("items", ["x"] * 51), ("due_on", None)],
)
def test_what_is_wrong_is_named(world: World, field: str, value: Any) -> None:
    wrong = {field: timezone.localdate(world.now) - timedelta(days=1) if field == "due_on" else value}
    with pytest.raises(NotValid) as caught:
        make(world, **wrong)
    assert list(caught.value.fields) == [field]


def test_only_those_who_give_out_tasks_make_one(world: World) -> None:
    kind = TaskKind.objects.first()
    assert kind is not None
    new = NewTask(kind, "x", "y", timezone.localdate(world.now), Grid.Level.MICRO)
    with pytest.raises(NotAllowed):
        gridtasks.draft(new, grid=world.grids[street.STREET], actor=world.people["gridleader"], now=world.now)


def test_a_draft_is_its_makers_alone(world: World) -> None:
    make(world)
    assert not GridTask.objects.visible_to(world.people["microleader"]).exists()
    assert GridTask.objects.visible_to(world.people["shiftleader"]).exists()


def test_progress_adds_up_and_a_mistake_is_put_right(world: World) -> None:
    _task, part = issued(world)
    leader = world.people["microleader"]
    for amount in (12, 5, -2):
        gridtasks.progress(part.pk, amount=amount, text="", actor=leader, now=world.now)
    with pytest.raises(NotValid):
        gridtasks.progress(part.pk, amount=-16, text="", actor=leader, now=world.now)
    part.refresh_from_db()
    assert part.reached == 15 == sum(part.entries.values_list("amount", flat=True))


def test_nobody_works_on_the_share_of_another_grid(world: World) -> None:
    task, _part = issued(world)
    east = task.parts.get(grid_code=street.MICRO_EAST)
    with pytest.raises(NotAllowed):
        gridtasks.progress(east.pk, amount=1, text="", actor=world.people["microleader"], now=world.now)


def test_whoever_reported_a_share_does_not_accept_it(world: World) -> None:
    _task, part = issued(world)
    chief = world.people["shiftleader"]
    gridtasks.report(part.pk, text="完成", actor=chief, now=world.now)
    with pytest.raises(NotAllowed):
        gridtasks.accept(part.pk, actor=chief, now=world.now)
    assert gridtasks.accept(part.pk, actor=world.people["admin"], now=world.now).state == "accepted"


def test_a_share_that_is_sent_back_goes_on_and_keeps_the_words(world: World) -> None:
    _task, part = issued(world)
    gridtasks.report(part.pk, text="完成", actor=world.people["microleader"], now=world.now)
    part = gridtasks.send_back(part.pk, reason="缺照片", actor=world.people["shiftleader"], now=world.now)
    assert (part.state, part.report) == ("open", "")
    assert part.entries.get().text == "缺照片"
    with pytest.raises(NotNow):
        gridtasks.accept(part.pk, actor=world.people["shiftleader"], now=world.now)


def test_a_stale_version_and_an_ended_task_are_refused(world: World) -> None:
    task, part = issued(world)
    chief = {"actor": world.people["shiftleader"], "now": world.now}
    with pytest.raises(NotNow):
        gridtasks.finish(task.pk, result="完成", version=task.version - 1, **chief)
    gridtasks.finish(task.pk, result="完成", version=task.version, **chief)
    with pytest.raises(NotNow):
        gridtasks.progress(part.pk, amount=1, text="", actor=world.people["microleader"], now=world.now)


def test_progress_is_never_changed(world: World) -> None:
    _task, part = issued(world)
    gridtasks.progress(part.pk, amount=3, text="", actor=world.people["microleader"], now=world.now)
    with pytest.raises(Exception, match="append-only"):
        GridTaskEntry.objects.update(amount=4)


def test_the_checklist_is_ticked_by_those_with_a_share(world: World) -> None:
    task, _part = issued(world, items=["入户", "公示"])
    first = task.items.first()
    assert first is not None
    with pytest.raises(NotAllowed):
        gridtasks.tick(first.pk, done=True, actor=world.people["auditor"], now=world.now)
    assert gridtasks.tick(first.pk, done=True, actor=world.people["microleader"], now=world.now).done_at == world.now


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_task_is_made_given_out_and_worked_on_in_the_browser(world: World) -> None:
    chief, leader = client_of(world, "shiftleader"), client_of(world, "microleader")
    given = {
        "kind": TaskKind.objects.get(code="publicity").pk,
        "title": "防诈骗宣传",
        "text": "入户宣讲",
        "due_on": str(timezone.localdate() + timedelta(days=3)),
        "level": 6,
        "target": 10,
        "items": "发传单\n\n张贴海报",
    }
    assert chief.post(reverse("incidents:grid_task_new"), given).status_code == 302
    task = GridTask.objects.get()
    assert [item.text for item in task.items.all()] == ["发传单", "张贴海报"]
    chief.post(reverse("incidents:grid_task_step", args=[task.pk, "issue"]), {"version": task.version})
    part = task.parts.get(grid_code=street.MICRO)
    leader.post(reverse("incidents:grid_task_part", args=[part.pk]), {"amount": 4, "text": "三号楼"})
    leader.post(reverse("incidents:grid_task_part_step", args=[part.pk, "report"]), {"text": "已完成"})
    assert chief.post(reverse("incidents:grid_task_part_step", args=[part.pk, "accept"])).status_code == 302
    part.refresh_from_db()
    assert (part.reached, part.state) == (4, "accepted")
    page = chief.get(reverse("incidents:grid_task", args=[task.pk])).content.decode()
    assert "4 / 10" in page
    assert "已完成" in page


def test_wrong_input_keeps_what_was_typed(world: World) -> None:
    answer = client_of(world, "shiftleader").post(reverse("incidents:grid_task_new"), {"title": "防诈骗", "level": "x"})
    assert answer.status_code == 422
    assert "防诈骗" in answer.content.decode()


def test_the_list_costs_the_same_for_one_and_for_many(world: World) -> None:
    client: Client = client_of(world, "shiftleader")

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("incidents:grid_tasks"))
        return len(found)

    issued(world)
    count()
    one = count()
    for number in range(5):
        issued(world, title=f"任务{number}")
    assert count() == one


# --- labels and dictionaries ------------------------------------------------------------------------------------------


def test_labels_are_set_by_the_desk_and_stand_in_the_history(world: World) -> None:
    incident = world.incident(State.FILED)
    wanted = Label.objects.get(name="急难愁盼")
    labels.set_labels(incident.pk, [wanted.pk], actor=world.people["operator"], now=world.now)
    labels.set_labels(incident.pk, [wanted.pk], actor=world.people["operator"], now=world.now)
    assert [label.name for label in incident.labels.all()] == ["急难愁盼"]
    assert [event.text for event in incident.events.filter(kind="labelled")] == ["急难愁盼"]
    with pytest.raises(NotAllowed):
        labels.set_labels(incident.pk, [], actor=world.people["department"], now=world.now)


def test_a_label_that_is_put_out_of_use_is_not_given_any_more(world: World) -> None:
    old = Label.objects.create(name="旧标签", is_active=False)
    with pytest.raises(NotValid):
        labels.set_labels(world.report().pk, [old.pk], actor=world.people["operator"], now=world.now)


def test_cases_are_found_by_their_label(world: World) -> None:
    marked, _other = world.report(), world.report()
    wanted = Label.objects.get(name="民生实事")
    client = client_of(world, "operator")
    client.post(reverse("incidents:labels", args=[marked.number]), {"labels": wanted.pk})
    page = client.get(reverse("incidents:list"), {"label": wanted.pk})
    assert [row.number for row in page.context["page"].rows] == [marked.number]
    assert "民生实事" in client.get(reverse("incidents:detail", args=[marked.number])).content.decode()


def test_the_dictionaries_are_filled_once_and_edits_stay(world: World) -> None:
    assert ProblemKind.objects.count() == 6
    ProblemKind.objects.filter(position=1).update(name="环境卫生")
    TaskKind.objects.get(code="rollout").delete()
    load_dictionaries()
    assert ProblemKind.objects.get(position=1).name == "环境卫生"
    assert not TaskKind.objects.filter(code="rollout").exists()
    assert TaskKind.objects.filter(family="五联").count() == 5
