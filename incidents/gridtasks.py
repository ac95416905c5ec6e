"""任务通过网格布置、推进、反馈: a task is given out by a grid, each grid below has its share, progress comes back up.

Rollouts with a counter, publicity, follow-ups of cases, projects with a checklist, and the five links (五联) are kinds
of the same thing (domain.md 10: 0.22, 0.30, 0.32, 1.25, 2.6, 4.3, 4.4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Grid, Post
from grid.posts import LEADER_KINDS
from grid.scope import scope_of
from incidents.models import GridTask, GridTaskEntry, GridTaskItem, GridTaskPart, Incident, TaskKind
from notices.models import Notice
from notices.writing import notify

State, Share = GridTask.State, GridTaskPart.State
MOST_TARGET: Final = 1_000_000
MOST_ITEMS: Final = 50
MOST_SHARES: Final = 500


@dataclass(frozen=True, slots=True)
class NewTask:
    """What a task is made with. `level`: each grid of this level below gets a share with the `target`."""

    kind: TaskKind
    title: str
    text: str
    due_on: date
    level: int
    target: int = 0
    items: Sequence[str] = ()
    incident: Incident | None = None


# --- giving out -------------------------------------------------------------------------------------------------------


def draft(new: NewTask, *, grid: Grid, actor: User, now: datetime) -> GridTask:
    """Write a task with a share for each grid of the level below; it is not given out yet.

    NotAllowed without task.edit on the grid; NotValid names what is missing or wrong.
    """
    demand(actor, "task.edit", grid.code)
    shares = list(shares_of(grid, new.level, timezone.localdate(now)))
    _check(new, shares, now)
    with transaction.atomic():
        task = GridTask.objects.create(
            kind=new.kind,
            title=new.title.strip(),
            text=new.text.strip(),
            grid=grid,
            grid_code=grid.code,
            incident=new.incident,
            due_on=new.due_on,
            created_by=actor,
            created_at=now,
        )
        GridTaskPart.objects.bulk_create(
            GridTaskPart(task=task, grid_id=pk, grid_code=code, target=new.target) for pk, code in shares
        )
        GridTaskItem.objects.bulk_create(
            GridTaskItem(task=task, position=n, text=text) for n, text in enumerate(new.items, start=1)
        )
    return task


def shares_of(grid: Grid, level: int, day: date) -> Any:
    """(pk, code) of the territorial grids of `level` in the subtree of `grid`, as they stand on `day`."""
    rows = Grid.objects.current(day).filter(code__startswith=grid.code, level=level, kind=Grid.Kind.TERRITORIAL)
    return rows.order_by("code").values_list("pk", "code")[: MOST_SHARES + 1]


def _check(new: NewTask, shares: Sequence[Any], now: datetime) -> None:
    demand_valid(
        (
            ("title", bool(new.title.strip()), _("Say what it is called.")),
            ("text", bool(new.text.strip()), _("Say what is to be done.")),
            ("due_on", new.due_on >= timezone.localdate(now), _("The day lies in the past.")),
            ("kind", new.kind.is_active, _("This kind of task is not used any more.")),
            ("level", bool(shares), _("There is no grid of this level below.")),
            ("level", len(shares) <= MOST_SHARES, _("Too many grids for one task: choose a smaller place.")),
            ("target", 0 <= new.target <= MOST_TARGET, _("Between 0 and 1,000,000.")),
            ("items", len(new.items) <= MOST_ITEMS, _("At most 50 lines.")),
        )
    )


def issue(pk: int, *, version: int | None, actor: User, now: datetime) -> GridTask:
    """Give it out, and tell the persons in charge of every grid with a share."""
    with transaction.atomic():
        task = _locked(pk, version, (State.DRAFT,), actor)
        _save(task, state=State.ISSUED, issued_at=now)
        leaders = Post.objects.on(timezone.localdate(now)).filter(kind__in=LEADER_KINDS)
        leaders = leaders.filter(grid__in=task.parts.values("grid"))
        notify(
            recipients=User.objects.filter(pk__in=leaders.values("user"), is_active=True).exclude(pk=actor.pk),
            kind="gridtask.issue",
            level=Notice.Level.TASK,
            title=_("New task of the grids: %(title)s") % {"title": task.title},
            body=task.text,
            url=reverse("incidents:grid_task", args=[task.pk]),
            dedupe_key=f"gridtask:{task.pk}:issue",
            grid_code=task.grid_code,
            payload={"task": task.pk, "state": task.state},
            now=now,
        )
    return task


def finish(pk: int, *, result: str, version: int | None, actor: User, now: datetime) -> GridTask:
    """End it with its result; shares that are still open stay as they are, for everybody to see."""
    with transaction.atomic():
        task = _locked(pk, version, (State.ISSUED,), actor)
        demand_valid((("result", bool(result.strip()), _("Write what came of it.")),))
        return _save(task, state=State.DONE, result=result.strip(), ended_at=now)


def call_off(pk: int, *, reason: str, version: int | None, actor: User, now: datetime) -> GridTask:
    """Call it off, with the reason as its result."""
    with transaction.atomic():
        task = _locked(pk, version, (State.DRAFT, State.ISSUED), actor)
        demand_valid((("reason", bool(reason.strip()), _("A reason is needed.")),))
        return _save(task, state=State.CALLED_OFF, result=reason.strip(), ended_at=now)


def tick(item_pk: int, *, done: bool, actor: User, now: datetime) -> GridTaskItem:
    """Tick a line of the checklist, or take the tick back; whoever may change the task, or has a share in it."""
    with transaction.atomic():
        item = GridTaskItem.objects.select_related("task").get(pk=item_pk)
        task = _locked(item.task_id, None, (State.ISSUED,), None)
        if not (may_edit(task, actor) or task.parts.workable_by(actor).exists()):
            raise NotAllowed(_("Only those with a share in the task may tick its lines."))
        item.done_at, item.done_by = (now, actor) if done else (None, None)
        item.save(update_fields=["done_at", "done_by"])
        _save(task)
    return item


# --- the share of one grid --------------------------------------------------------------------------------------------


def may_edit(task: GridTask, user: Any) -> bool:
    """Whether `user` gives out tasks where this one was given out."""
    return scope_of(user).can("task.edit", task.grid_code)


def may_work(part: GridTaskPart, user: Any) -> bool:
    """Whether `user` works in the grid of the share."""
    return scope_of(user).can("incident.handle", part.grid_code)


def progress(part_pk: int, *, amount: int, text: str, actor: User, now: datetime) -> GridTaskEntry:
    """Add what was reached; a mistake is put right by a negative amount, never below nothing."""
    with transaction.atomic():
        part = _locked_part(part_pk, actor, (Share.OPEN,))
        possible = abs(amount) <= MOST_TARGET and part.reached + amount >= 0
        demand_valid(
            (
                ("amount", bool(amount or text.strip()), _("Give a number or some words.")),
                ("amount", possible, _("This would be less than nothing.")),
            )
        )
        entry = GridTaskEntry.objects.create(part=part, amount=amount, text=text.strip()[:500], by=actor, at=now)
        GridTaskPart.objects.filter(pk=part.pk).update(reached=F("reached") + amount)
    return entry


def report(part_pk: int, *, text: str, actor: User, now: datetime) -> GridTaskPart:
    """Report the share as done, with words."""
    with transaction.atomic():
        part = _locked_part(part_pk, actor, (Share.OPEN,))
        demand_valid((("text", bool(text.strip()), _("Say in a few words what was done.")),))
        return _save_part(part, state=Share.REPORTED, report=text.strip()[:2000], reported_by=actor, reported_at=now)


def accept(part_pk: int, *, actor: User, now: datetime) -> GridTaskPart:
    """Accept a reported share; not by whoever reported it."""
    with transaction.atomic():
        part = _locked_part(part_pk, actor, (Share.REPORTED,), by_giver=True)
        if part.reported_by_id == actor.pk:
            raise NotAllowed(_("You reported this share yourself: somebody else must accept it."))
        return _save_part(part, state=Share.ACCEPTED, accepted_by=actor, accepted_at=now)


def send_back(part_pk: int, *, reason: str, actor: User, now: datetime) -> GridTaskPart:
    """Give a reported share back with what is missing; the words stay among its progress."""
    with transaction.atomic():
        part = _locked_part(part_pk, actor, (Share.REPORTED,), by_giver=True)
        demand_valid((("reason", bool(reason.strip()), _("A reason is needed.")),))
        GridTaskEntry.objects.create(part=part, amount=0, text=reason.strip()[:500], by=actor, at=now)
        return _save_part(part, state=Share.OPEN, report="", reported_by=None, reported_at=None)


# --- locks ------------------------------------------------------------------------------------------------------------


def _locked(pk: int, version: int | None, states: Sequence[str], actor: User | None) -> GridTask:
    """The row, locked; NotAllowed, NotNow for version or state. Without an actor the caller has asked for the right."""
    task: GridTask = GridTask.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if actor is not None:
        demand(actor, "task.edit", task.grid_code)
    if version is not None and version != task.version:
        raise NotNow(_("Somebody has changed this task meanwhile: look at it again, then decide."))
    if task.state not in states:
        raise NotNow(_("This is not possible now: the task is “%(state)s”.") % {"state": task.get_state_display()})
    return task


def _locked_part(pk: int, actor: User, states: Sequence[str], *, by_giver: bool = False) -> GridTaskPart:
    """The share, its task locked before it (always in this order)."""
    task_pk = GridTaskPart.objects.values_list("task_id", flat=True).get(pk=pk)
    task = _locked(task_pk, None, (State.ISSUED,), actor if by_giver else None)
    part: GridTaskPart = GridTaskPart.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
    if not by_giver and not (may_work(part, actor) or may_edit(task, actor)):
        raise NotAllowed(_("Only those who work in this grid may do this."))
    if part.state not in states:
        raise NotNow(_("This is not possible now: the share is “%(state)s”.") % {"state": part.get_state_display()})
    return part


def _save(task: GridTask, **fields: Any) -> GridTask:
    for name, value in fields.items():
        setattr(task, name, value)
    task.version += 1
    task.save(update_fields=[*fields, "version"])
    return task


def _save_part(part: GridTaskPart, **fields: Any) -> GridTaskPart:
    for name, value in fields.items():
        setattr(part, name, value)
    part.save(update_fields=list(fields))
    return part
