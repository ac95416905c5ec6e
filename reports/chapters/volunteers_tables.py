"""The tables of the chapter of `volunteers`; each stands only where there is something to show; none has a person."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, F, Min, OuterRef, Q, Subquery, Sum

from reports import cells
from reports.cells import cell, rate_cell, row
from reports.chapters import volunteers_counts as counts
from reports.chapters.area_tables import Areas, AreaTables, Json, Words
from reports.chapters.chapter import Compared
from reports.chapters.counting import days
from reports.chapters.scene import Scene
from reports.chapters.wording import heads
from volunteers.models import BudgetLine, Expense, Milestone, PointKind, ServiceKind, ServicePoint, WishKind

Line = Mapping[str, int]

RATES: Final[Mapping[str, tuple[str, str]]] = {
    "wish_rate": ("wishes_granted", "wishes_due"),
    "wish_contact_rate": ("claims_contacted", "claims_due"),
    "shift_fill_rate": ("service_people", "service_slots"),
    "circle_rate": ("homes_near", "homes"),
}
"""The columns that are rates: what they divide."""
AREAS: Final = AreaTables("volunteer", RATES, people="volunteers")
BY_AREA: Final[Mapping[str, tuple[int, tuple[str, ...]]]] = {
    "wishes": (
        81,
        (
            *("wishes", "wishes_published", "claims", "wishes_granted", "wishes_open"),
            *("wish_rate", "wish_contact_rate"),
        ),
    ),
    "service": (
        83,
        ("volunteers", "teams", "service_shifts", "service_came", "shift_fill_rate", "service_hours", "service_gained"),
    ),
    "circle": (87, ("service_points", "homes", "homes_near", "circle_rate")),
}
"""Tables with a line for each area: where they stand, and their columns."""


def tables(scene: Scene, words: Words, compared: Compared, areas: Areas) -> Iterator[tuple[int, Json | None]]:
    """Wishes by area and kind, service by area and kind, micro-projects, service points, the ten-minute circle."""
    for name, (place, columns) in BY_AREA.items():
        if name != "circle" or compared.now["service_points"]:
            yield place, AREAS.table(scene, words, name, columns, areas, compared.now)
    yield 82, _kinds(scene, words)
    yield 84, _services(scene, words)
    yield 85, _micro(scene, words)
    yield 86, _points(scene, words)


# --- by kind ----------------------------------------------------------------------------------------------------------


def _kinds(scene: Scene, words: Words) -> Json:
    """Wishes by kind, and how long the oldest waits; two queries."""
    rows = counts.wishes(scene.extent).filter(grid_code__startswith=scene.code).order_by()
    oldest = Min("published_at", filter=counts.waiting(scene.extent))
    lines: Any = rows.values("kind").annotate(**counts.wish_counts(scene.extent), oldest=oldest)
    found = {line["kind"]: line for line in lines if line["wishes"] or line["wishes_due"]}
    made = []
    for kind in WishKind.objects.filter(pk__in=found).order_by("position", "pk"):
        line = found[kind.pk]
        waits = (scene.end - line["oldest"]) // timedelta(days=1) if line["oldest"] else None
        figures = [cell(line[name], "count") for name in ("wishes", "wishes_granted", "wishes_open")]
        rate = rate_cell(line["wishes_granted"], line["wishes_due"])
        made.append(row([cell(kind.name), *figures, rate, cell(waits, "count")]))
    header = heads(words, "kind", "wishes", "wishes_granted", "wishes_open", "wish_rate", "longest")
    title, note = words["tables"]["kinds"], words["notes"]["kinds"]
    return cells.table("volunteer_kinds", title, header, made, widths=(7, 3, 3, 3, 3, 4), note=note)


def _services(scene: Scene, words: Words) -> Json:
    """Services by kind: activities, shifts, slots, who came; three queries."""
    shifts = counts.shifts(scene.extent).filter(service__grid_code__startswith=scene.code).order_by()
    held: Any = shifts.values(kind=F("service__kind")).annotate(**counts.shift_counts(scene.extent))
    people = counts.sign_ups(scene.extent).filter(shift__service__grid_code__startswith=scene.code).order_by()
    came: Any = people.values(kind=F("shift__service__kind")).annotate(**counts.sign_up_counts(scene.extent))
    found = {line["kind"]: {"service_came": 0, **line} for line in held}
    for line in came:
        found[line["kind"]].update(line)
    columns = ("services", "service_shifts", "service_slots", "service_came")
    made = [
        row([cell(kind.name), *(cell(found[kind.pk][name], "count") for name in columns)])
        for kind in ServiceKind.objects.filter(pk__in=found).order_by("position", "pk")
    ]
    header, chart = heads(words, "kind", *columns), cells.chart("column", [2, 4])
    title = words["tables"]["services"]
    return cells.table("volunteer_services", title, header, made, widths=(7, 3, 3, 3, 3), chart=chart)


# --- micro-projects and service points --------------------------------------------------------------------------------


def _micro(scene: Scene, words: Words) -> Json:
    """The projects in progress with their money and milestones; one query."""
    projects: Any = counts.projects(scene.extent)
    rows = projects.filter(grid_code__startswith=scene.code, was__in=counts.RUNNING)
    lines = BudgetLine.objects.filter(project=OuterRef("pk")).order_by().values("project")
    last = days(scene.extent)[1]
    paid = Expense.objects.filter(line__project=OuterRef("pk"), at__lt=scene.end, paid_on__lte=last)
    used = paid.order_by().values("line__project").annotate(n=Sum("amount")).values("n")
    goals = Milestone.objects.filter(project=OuterRef("pk")).order_by().values("project")
    reached = Count("pk", filter=Q(done_on__lte=last))
    found: Any = rows.annotate(
        planned=Subquery(lines.annotate(n=Sum("amount")).values("n")),
        used=Subquery(used),
        goals=Subquery(goals.annotate(n=Count("pk")).values("n")),
        reached=Subquery(goals.annotate(n=reached).values("n")),
    )
    made = []
    for one in found.select_related("call").order_by("number"):
        money = [_yuan(one.granted), _yuan(one.planned), _yuan(one.used)]
        texts = [cell(one.title), cell(one.call.name)]
        goal = [cell(one.goals or 0, "count"), cell(one.reached or 0, "count")]
        made.append(row([*texts, *(cell(n, "count") for n in money), rate_cell(money[2], money[1]), *goal]))
    header = heads(
        words, "project", "call", "money", "micro_budget", "micro_used", "micro_money_rate", "milestones", "reached"
    )
    title, note = words["tables"]["micro"], words["notes"]["micro"]
    return cells.table("volunteer_micro", title, header, made, widths=(7, 5, 3, 3, 3, 3, 3, 3), note=note)


def _yuan(amount: Decimal | None) -> int:
    return int(amount or 0)


def _points(scene: Scene, words: Words) -> Json:
    """Service points in use by kind; one query."""
    rows = ServicePoint.objects.filter(is_active=True, grid_code__startswith=scene.code).order_by()
    found: dict[int, int] = dict(rows.values_list("kind").annotate(n=Count("pk")))
    made = [
        row([cell(kind.name), cell(found[kind.pk], "count")])
        for kind in PointKind.objects.filter(pk__in=found).order_by("position", "pk")
    ]
    header = heads(words, "kind", "service_points")
    return cells.table("volunteer_points", words["tables"]["points"], header, made, widths=(8, 4))
