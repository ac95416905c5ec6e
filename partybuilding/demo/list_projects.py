"""The projects of the demo's lists: what the needs have come to, and those that the founding documents name."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone

from incidents.numbers import street_number
from partybuilding import projects
from partybuilding.demo.list_desk import Desk, step_of
from partybuilding.demo.list_texts import NAMED, RESULTS
from partybuilding.models import Need, PartyStep, Project, ProjectStep, Resource

MEMBERS, HOURS = 10, Decimal(4)
"""Of the blocked pipe in the founding document (row 1.3)."""
TYPE_OF: Final = {
    "管道疏通与市政维修": "市政进社区",
    "环境卫生": "环境整治",
    "停车管理": "停车与充电",
    "充电设施": "停车与充电",
    "代办服务": "代办服务",
    "就业创业": "创业就业平台",
}
WAY: Final[dict[str, tuple[str, ...]]] = {
    "proposed": ("proposed",),
    "agreed": ("proposed", "agreed"),
    "running": ("proposed", "agreed", "running"),
    "done": ("proposed", "agreed", "running", "done"),
    "confirmed": ("proposed", "agreed", "running", "done", "confirmed"),
    "evaluated": ("proposed", "agreed", "running", "done", "confirmed", "evaluated"),
}
PROJECT_OF: Final = {"promised": "agreed", "running": "running", "delivered": "done", "met": "evaluated"}


def work(desk: Desk, rows: Sequence[Need]) -> None:
    """The projects that the needs have come to, each with a resource of the kind."""
    by_kind: dict[int, list[Resource]] = {}
    for resource in desk.resources:
        if resource.status == Resource.Status.OFFERED:
            by_kind.setdefault(resource.kind_id, []).append(resource)
    taken = [row for row in rows if row.status in PROJECT_OF and by_kind.get(row.kind_id)]
    made = [_project(desk, n, need, by_kind[need.kind_id]) for n, need in enumerate(taken)]
    _write(made)


def _write(made: Sequence[Project]) -> None:
    kept = Project.objects.bulk_create(made)
    steps = []
    for row in kept:
        done = row.status in ("done", "confirmed", "evaluated")
        for step in projects.steps_of_type(row, row.type):
            step.done_on = timezone.localdate(row.done_at) if done and row.done_at else None
            if row.status == "running" and step.position <= 1:
                step.done_on = row.starts_on
            steps.append(step)
    ProjectStep.objects.bulk_create(steps)
    PartyStep.objects.bulk_create(step for row in kept for step in _project_steps(row))


def _project(desk: Desk, n: int, need: Need, offered: Sequence[Resource]) -> Project:
    resource = offered[n % len(offered)]
    state = PROJECT_OF[need.status]
    if state == "evaluated" and n % 4 == 0:
        state = "confirmed"
    end = need.ended_at or desk.now
    at = need.at + (end - need.at) / 5
    kind = desk.types[TYPE_OF.get(need.kind.name, "民生微实事")]
    given = {"need": need, "resource": resource, "unit": resource.unit, "grid": need.grid, "by": need.by}
    return _of_state(desk, n, state, at, end, title=need.title, type=kind, **given)


def _of_state(desk: Desk, n: int, state: str, at: datetime, end: datetime, **given: Any) -> Project:
    """A project that has come as far as `state`; four of five kept their day."""
    done = state in ("done", "confirmed", "evaluated")
    ready = at + (end - at) * 4 / 5
    promised = timezone.localdate(ready) + timedelta(days=3 if n % 5 else -2)
    told: dict[str, Any] = {}
    if done:
        told = {"done_at": ready, "result": RESULTS[n % len(RESULTS)], "members_count": 3 + n % 12}
        told |= {"hours": Decimal(2 + n % 6), "beneficiaries": 20 + n * 13 % 240}
    if state in ("confirmed", "evaluated"):
        told |= {"confirmed_at": end, "confirmed_by": given["by"]}
    return Project(
        number=street_number("project", "项目", given["grid"].code, now=at),
        promised_on=promised if done or state == "proposed" else max(promised, desk.today + timedelta(days=n % 9 - 1)),
        starts_on=timezone.localdate(at + (end - at) / 3) if state not in ("proposed", "agreed") else None,
        status=state,
        grade=(5 if n % 3 else 4) if state == "evaluated" else None,
        is_best=state == "evaluated" and n % 9 == 2,
        grid_code=given["grid"].code,
        at=at,
        client_id=desk.key(),
        is_demo=True,
        version=len(WAY[state]),
        **told,
        **given,
    )


def _project_steps(row: Project) -> Iterator[PartyStep]:
    end, before, way = row.confirmed_at or row.done_at or row.at + timedelta(hours=30), "", WAY[row.status]
    for place, after in enumerate(way):
        moment = row.at + (end - row.at) * place / max(len(way) - 1, 1)
        yield step_of(row, before, after, row.by, moment, row.result if after == "done" else "")
        before = after


def named(desk: Desk) -> None:
    """The projects that the founding documents name."""
    made = []
    for n, (title, kind, text, state) in enumerate(NAMED):
        grid, user = desk.leaders[n * 5 % len(desk.leaders)]
        begun = desk.now - timedelta(days=150 - n * 9)
        end = desk.now - timedelta(days=20 - n) if state in ("confirmed", "evaluated") else desk.now
        unit = desk.units[n % len(desk.units)] if desk.units else None
        given = {"title": title, "type": desk.types[kind], "text": text, "unit": unit, "grid": grid, "by": user}
        row = _of_state(desk, 7 * n + 1, state, begun, end, **given)
        if kind == "市政进社区":
            row.members_count, row.hours = MEMBERS, HOURS
        made.append(row)
    _write(made)
