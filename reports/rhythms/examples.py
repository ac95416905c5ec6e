"""红黑榜: good and bad examples of the week, cases and units, never persons (domain.md 6.1, W38; law 14)."""

from collections.abc import Mapping
from typing import Any, Final

from accounts.protect import mask_numbers
from grid.models import Grid
from reports import cells
from reports.cells import cell, row
from reports.chapters.scene import Scene
from reports.metrics import Extent, part, query
from reports.periods import Period
from reports.rhythms.compare import said_by, shared
from reports.rhythms.prose import plain_title
from reports.rhythms.tables import head, title
from reports.words import listed, span, staff_of

Json = dict[str, Any]

LIMIT: Final = 3
RETURNED_OFTEN: Final = 2
_RED: Final = """
WHERE f.moves && ARRAY['close', 'close_checked'] AND f.state_end = 'closed' AND f.handled_in_time
  AND back.returns = 0 AND back.reworks = 0 AND spoken.solved AND spoken.satisfaction IN ('very', 'satisfied')
ORDER BY spoken.satisfaction = 'very' DESC, i.severity DESC, ended.at - f.reported_at, f.id
LIMIT %(limit)s
"""
_BLACK: Final = """
WHERE (f.overdue AND f.state_end = ANY(%(open_states)s)) OR f.moves && ARRAY['rework', 'refuse_work']
   OR ('return' = ANY(f.moves) AND back.returns >= %(often)s)
ORDER BY coalesce(f.overdue AND f.state_end = ANY(%(open_states)s), FALSE) DESC, f.overdue_since NULLS LAST,
         back.reworks DESC, back.returns DESC, f.id
LIMIT %(limit)s
"""


def red(extent: Extent, _grid: Grid, _period: Period) -> list[Json]:
    """Closed in time, never sent back, solved and praised as the reporter says; the best praised, weightiest first."""
    return _cases(_RED, extent)


def black(extent: Extent, _grid: Grid, _period: Period) -> list[Json]:
    """Overdue longest, reworked in the period, or returned twice and more."""
    return _cases(_BLACK, extent)


def _cases(choice: str, extent: Extent) -> list[Json]:
    sql = "\n".join([part("facts"), part("examples"), choice])
    return [_plain(row_, extent) for row_ in query(sql, extent, limit=LIMIT, often=RETURNED_OFTEN)]


def _plain(case: Mapping[str, Any], extent: Extent) -> Json:
    overdue = case["overdue_since"]
    ended = case["ended_at"]
    return {
        **{name: case[name] for name in ("id", "number", "grid_code", "area", "satisfaction", "returns", "reworks")},
        "title": mask_numbers(case["title"]),
        "category": case["category"] or "",
        "unit": case["unit"] or "",
        "state": case["state"],
        "overdue": int((extent.end - overdue).total_seconds()) if overdue else 0,
        "took": int((ended - case["reported_at"]).total_seconds()) if ended else 0,
    }


def told(scene: Scene) -> list[str]:
    """Both lists in words; an empty one says so."""
    words, said = shared()["examples"], said_by(scene)
    good = [words["red_item"].format(**_named(scene, case)) for case in scene.lists["red"]]
    bad = [words["black_item"].format(**_named(scene, case), why=_why(case)) for case in scene.lists["black"]]
    first = words["red"].format(list=listed(good)) if good else words["no_red"].format(**said)
    second = words["black"].format(list=listed(bad)) if bad else words["no_black"].format(**said)
    return [f"{first}。", f"{second}。"]


def _named(scene: Scene, case: Mapping[str, Any]) -> dict[str, str]:
    unit = case["unit"] or staff_of(scene.area(case["area"]))
    return {"number": case["number"], "title": plain_title(case["title"]), "unit": unit}


def _why(case: Mapping[str, Any]) -> str:
    words, parts = shared()["examples"], []
    if case["overdue"]:
        parts.append(words["overdue"].format(span=span(case["overdue"])))
    if case["reworks"]:
        parts.append(words["reworked"].format(n=case["reworks"]))
    if case["returns"]:
        parts.append(words["returned"].format(n=case["returns"]))
    return listed(parts)


def tables(scene: Scene) -> list[Json]:
    """The two lists as tables, those that have lines."""
    words, note = shared()["examples"], shared()["examples"]["note"]
    good = [
        row([*_cells(scene, case), cell(words[case["satisfaction"]]), cell(case["took"], "span")])
        for case in scene.lists["red"]
    ]
    bad = [row([*_cells(scene, case), cell(_why(case))]) for case in scene.lists["black"]]
    names = ("number", "title", "area", "name_unit")
    return [
        cells.table("red", title("red"), head(scene, *names, "verdict", "span"), good, widths=_WIDE, note=note),
        cells.table("black", title("black"), head(scene, *names, "why"), bad, widths=_WIDE[:5], note=note),
    ]


_WIDE: Final = (13, 12, 7, 8, 7, 6)


def _cells(scene: Scene, case: Mapping[str, Any]) -> list[Json]:
    return [
        cell(case["number"], "case"),
        cell(case["title"], hint=case["category"]),
        cell(scene.names.grids.get(case["grid_code"], "") or scene.area(case["area"])),
        cell(case["unit"] or staff_of(scene.area(case["area"]))),
    ]
