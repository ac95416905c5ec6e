"""工作交办清单: what was handed out in the period or is still open, with owner and time (domain.md 6.1, W39).

From the decisions of meetings and the tasks given out through the grids, as it all stood at the end of the period.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Count, Q

from grid.models import Grid
from incidents.models import GridTask, GridTaskPart
from reports import cells
from reports.cells import cell, row
from reports.chapters.scene import Scene
from reports.documents.prose import points
from reports.metrics import Extent
from reports.models import Decision
from reports.periods import Period, local_day
from reports.rhythms.compare import said_by, shared
from reports.rhythms.tables import head, title
from reports.words import percent

Json = dict[str, Any]

LIMIT: Final = 100
ACCEPTED: Final = Count("parts", filter=Q(parts__state=GridTaskPart.State.ACCEPTED))


def handed(extent: Extent, _grid: Grid, _period: Period) -> list[Json]:
    """Decisions and tasks given in the period or open when it began, the earliest time first."""
    rows = [*_decisions(extent), *_tasks(extent)]
    return sorted(rows, key=lambda each: (each["due_on"] or "9999", each["source"], each["id"]))


def _decisions(extent: Extent) -> Iterator[Json]:
    rows = Decision.objects.filter(grid_code__startswith=extent.code, decided_at__lt=extent.end)
    rows = rows.filter(Q(done_at__isnull=True) | Q(done_at__gte=extent.start)).select_related("meeting")
    for each in rows.order_by("id"):
        ended = each.done_at is not None and each.done_at < extent.end
        yield {
            "id": each.pk,
            "source": shared()["tasks"]["kinds"][each.meeting.kind],
            "text": each.text,
            "owner": each.owner,
            "due_on": each.due_on.isoformat() if each.due_on else "",
            "is_new": each.decided_at >= extent.start,
            "state": _state(each.due_on, extent, done=ended),
            "result": each.result if ended else "",
        }


def _tasks(extent: Extent) -> Iterator[Json]:
    rows = GridTask.objects.filter(grid_code__startswith=extent.code, issued_at__lt=extent.end)
    rows = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=extent.start)).select_related("grid", "kind")
    for each in rows.annotate(shares=Count("parts"), accepted=ACCEPTED).order_by("id"):
        ended = each.ended_at is not None and each.ended_at < extent.end
        called_off = ended and each.state == GridTask.State.CALLED_OFF
        yield {
            "id": each.pk,
            "source": shared()["tasks"]["task"],
            "text": f"{each.kind.name}：{each.title}",
            "owner": _owner(each),
            "due_on": each.due_on.isoformat(),
            "is_new": each.issued_at is not None and each.issued_at >= extent.start,
            "state": "called_off" if called_off else _state(each.due_on, extent, done=ended),
            "result": f"{each.accepted}/{each.shares}" if each.shares else "",
        }


def _owner(task: Any) -> str:
    return (
        str(shared()["tasks"]["parts"].format(name=task.grid.name, count=task.shares))
        if task.shares
        else task.grid.name
    )


def _state(due_on: Any, extent: Extent, *, done: bool) -> str:
    if done:
        return "done"
    # the last day that has passed whole at the end of the period
    return "late" if due_on and due_on < local_day(extent.end) else "open"


def counts(scene: Scene) -> dict[str, int]:
    """How many were given in the period, done, open, late; what was called off counts nowhere."""
    rows = [each for each in scene.lists["handed"] if each["state"] != "called_off"]
    states = Counter(each["state"] for each in rows)
    return {
        "given": sum(each["is_new"] for each in rows),
        "done": states["done"],
        "open": states["open"] + states["late"],
        "overdue": states["late"],
    }


def told(scene: Scene) -> list[str]:
    """How much was handed out and done, and what is late."""
    words, said, n = shared()["tasks"], said_by(scene), counts(scene)
    if not any(n.values()):
        return [words["none"].format(**said)]
    share = words["rate"].format(rate=percent(n["done"] / (n["done"] + n["open"]))) if n["done"] or n["open"] else ""
    name = "summary" if n["given"] or n["done"] else "only_open"
    late = words["overdue"].format(overdue=n["overdue"]) if n["overdue"] else ""
    return [points(["，".join(part for part in (words[name].format(**said | n, rate=share), late) if part)])]


def table(scene: Scene) -> Json:
    """The list with source, matter, time, owner, state and result."""
    states, listed_rows = shared()["tasks"]["states"], scene.lists["handed"]
    rows = [
        row(
            [
                cell(number, "rank"),
                cell(each["source"]),
                cell(each["text"]),
                cell(each["owner"]),
                cell(each["due_on"] or None, "day"),
                cell(states[each["state"]]),
                cell(each["result"] or None),
            ]
        )
        for number, each in enumerate(listed_rows[:LIMIT], 1)
    ]
    header = head(scene, "order", "source", "matter", "owner", "due_on", "state", "result")
    note = shared()["rest"].format(n=len(listed_rows) - LIMIT) if len(listed_rows) > LIMIT else ""
    return cells.table("handed", title("handed"), header, rows, unit="项", widths=(3, 5, 12, 8, 6, 5, 6), note=note)
