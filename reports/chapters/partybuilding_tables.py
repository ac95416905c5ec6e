"""The tables of the chapter of `partybuilding`; each stands only where there is something to show."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, F, Min

from partybuilding.models import ActivityKind, Star, SupportKind
from reports import cells
from reports.cells import cell, rate_cell, row
from reports.chapters import partybuilding_counts as counts
from reports.chapters.area_tables import Areas, AreaTables, Json, Words
from reports.chapters.chapter import Compared
from reports.chapters.counting import sum_of
from reports.chapters.few import FEWEST, merged
from reports.chapters.scene import Scene
from reports.chapters.wording import heads, total_word

Line = Mapping[str, int]

RATES: Final[Mapping[str, tuple[str, str]]] = {
    "post_rate": ("posts_filled", "posts_planned"),
    "link_rate": ("links_contacted", "links"),
    "duty_rate": ("shifts_attended", "shifts"),
    "order_rate": ("orders_done", "orders"),
    "need_rate": ("needs_met", "needs_due"),
    "project_rate": ("projects_kept", "projects_due"),
    "resolution_rate": ("resolutions_done", "resolutions"),
}
"""The columns that are rates: what they divide."""
AREAS: Final = AreaTables("party", RATES, people="members")
BY_AREA: Final[Mapping[str, tuple[int, tuple[str, ...]]]] = {
    "tree": (
        71,
        (
            *("grids_due", "grids_covered", "organizations"),
            *("posts_planned", "posts_filled", "post_rate", "members", "activities"),
        ),
    ),
    "service": (
        73,
        (
            *("links", "contacts", "link_rate", "shifts", "shifts_attended", "duty_rate"),
            *("orders", "orders_done", "order_rate"),
        ),
    ),
    "lists": (
        74,
        (
            *("needs", "needs_met", "needs_open", "need_rate"),
            *("projects_done", "projects_due", "projects_kept", "project_rate"),
        ),
    ),
    "councils": (
        77,
        (
            *("councils", "council_people", "resolutions", "resolutions_led", "resolutions_done", "resolution_rate"),
            *("opinions", "opinions_answered"),
        ),
    ),
}
"""Tables with a line for each area: where they stand, and their columns."""


def tables(scene: Scene, words: Words, compared: Compared, areas: Areas) -> Iterator[tuple[int, Json | None]]:
    """W34 ① by area, modes of members, service, lists, kinds of needs, stars, councils, forums, activities."""
    for name, (place, columns) in BY_AREA.items():
        yield place, AREAS.table(scene, words, name, columns, areas, compared.now)
    yield 72, _modes(words, compared.now)
    yield 75, _kinds(scene, words)
    yield 76, _stars(scene, words)
    yield 78, _forums(scene, words)
    yield 79, _activities(scene, words)


# --- members ----------------------------------------------------------------------------------------------------------


def _modes(words: Words, now: Line) -> Json:
    """直管, 兼管, 接管, 参管: the modes told, and the rest of the total as one line."""
    told = [{"name": label, "due": now[name], "done": 0} for name, label in words["modes"].items() if now[name]]
    rest = now["members"] - sum(line["due"] for line in told)
    lines = merged([*told, {"name": words["merged"], "due": rest, "done": 0}] if rest > 0 else told, words["merged"])
    rows = [
        row([cell(line["name"]), cell(line["due"], "count"), rate_cell(line["due"], now["members"])]) for line in lines
    ]
    if rows:
        rows.append(row([cell(total_word()), cell(now["members"], "count"), cell(None)], is_total=True))
    header, note = heads(words, "mode", "members", "share"), words["notes"]["modes"]
    shown = rows if now["members"] >= FEWEST else []
    return cells.table("party_modes", words["tables"]["modes"], header, shown, unit="人", widths=(8, 4, 4), note=note)


# --- needs, stars, forums, activities by kind -------------------------------------------------------------------------


def _kinds(scene: Scene, words: Words) -> Json:
    """Needs by kind, and how long the oldest waits; two queries."""
    rows = counts.needs(scene.extent).filter(grid_code__startswith=scene.code).order_by()
    oldest = Min("at", filter=counts.waiting(scene.extent))
    found: Any = rows.values("kind").annotate(**counts.need_counts(scene.extent), oldest=oldest)
    names = dict(SupportKind.objects.values_list("pk", "name"))
    made = []
    for line in sorted(found, key=lambda line: (-line["needs_due"], line["kind"])):
        days = (scene.end - line["oldest"]) // timedelta(days=1) if line["oldest"] else None
        figures = [cell(line[name], "count") for name in ("needs", "needs_met", "needs_open")]
        rate = rate_cell(line["needs_met"], line["needs_due"])
        made.append(row([cell(names[line["kind"]]), *figures, rate, cell(days, "count")]))
    header = heads(words, "kind", "needs", "needs_met", "needs_open", "need_rate", "longest")
    title, note = words["tables"]["kinds"], words["notes"]["kinds"]
    return cells.table("party_kinds", title, header, made, widths=(7, 3, 3, 3, 3, 4), note=note)


def _stars(scene: Scene, words: Words) -> Json:
    """The pledges whose day has come, by star; two queries."""
    rows = counts.pledges(scene.extent).filter(grid_code__startswith=scene.code).order_by()
    lines: Any = rows.values("star").annotate(**counts.pledge_counts(scene.extent))
    found = {line["star"]: line for line in lines}
    made = []
    for star in Star.objects.filter(pk__in=found).order_by("position", "pk"):
        line = found[star.pk]
        figures = [cell(line[name], "count") for name in ("pledges_due", "pledges_kept")]
        made.append(row([cell(star.name), *figures, rate_cell(line["pledges_kept"], line["pledges_due"])]))
    header = heads(words, "star", "pledges_due", "pledges_kept", "pledge_rate")
    return cells.table("party_stars", words["tables"]["stars"], header, made, widths=(8, 4, 4, 4))


def _forums(scene: Scene, words: Words) -> Json:
    """Meetings by kind of forum: 议事会, 联席会议, 恳谈会, 大党委; one query."""
    rows = counts.councils(scene.extent).filter(grid_code__startswith=scene.code).order_by()
    found = rows.values(kind=F("forum__kind")).annotate(n=Count("pk"), people=sum_of("residents"))
    lines = {line["kind"]: line for line in found}
    made = [
        row([cell(label), cell(lines[kind]["n"], "count"), cell(lines[kind]["people"], "count")])
        for kind, label in words["forums"].items()
        if kind in lines
    ]
    header = heads(words, "kind", "councils", "council_people")
    return cells.table("party_forums", words["tables"]["forums"], header, made, widths=(8, 4, 4))


_ACTIVITIES: Final = (
    *("activities", "street_activities", "community_activities"),
    *("activity_people", "activity_gained"),
)


def _activities(scene: Scene, words: Words) -> Json:
    """Activities by kind and level; two queries."""
    rows = counts.activities(scene.extent).filter(grid_code__startswith=scene.code).order_by()
    lines: Any = rows.values("kind").annotate(**counts.activity_counts(scene.extent))
    found = {line["kind"]: line for line in lines}
    made = [
        row([cell(kind.name), *(cell(found[kind.pk][name], "count") for name in _ACTIVITIES)])
        for kind in ActivityKind.objects.filter(pk__in=found).order_by("position", "pk")
    ]
    header = heads(words, "kind", *_ACTIVITIES)
    chart = cells.chart("column", [2, 3])
    return cells.table(
        "party_activities", words["tables"]["activities"], header, made, widths=(7, 3, 3, 3, 3, 3), chart=chart
    )
