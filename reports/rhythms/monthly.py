"""月总结: against last month and the same month a year ago, categories, places, the tables of a grid bulletin (W34)."""

from datetime import datetime
from typing import Any, Final

from grid.models import Grid
from reports import cells
from reports.assembly import one_reading
from reports.cells import cell, row
from reports.chapters.chapter import Told
from reports.chapters.scene import Scene
from reports.indicators import MEASURE_BY_NAME
from reports.metrics import Extent, part, query
from reports.periods import Period
from reports.rhythms import advice, handed, prose, ranking, tables
from reports.rhythms.reading import Reader, read_scene
from reports.rhythms.snapshot import compose, section

Json = dict[str, Any]

PLACES: Final = 10


def places(extent: Extent, _grid: Grid, _period: Period) -> list[Json]:
    """Where most was reported: compounds, else the grids two levels below."""
    sql = "\n".join([part("facts"), part("places")])
    return [dict(each) | {"grid_code": each["area"]} for each in query(sql, extent, limit=PLACES)]


READERS: Final[dict[str, Reader]] = {"places": places, "handed": handed.handed}


def build(grid: Grid, period: Period, *, now: datetime) -> Json:
    """The snapshot of the month of `grid`, cut off at `now` when it is not over."""
    with one_reading():
        scene = read_scene("monthly", grid, period, now=now, readers=READERS)
        for each in scene.lists["places"]:
            each["name"] = each["compound"] or scene.area(each["place"])
        return compose(scene, told(scene))


def told(scene: Scene) -> Told:
    """The report's own sections and tables; those of the apps come between them by their places."""
    made = Told()
    section(scene, made, 10, "overview", prose.overview(scene))
    section(scene, made, 20, "timeliness", prose.timeliness(scene))
    section(scene, made, 25, "areas", ranking.told(scene))
    section(scene, made, 30, "structure", prose.structure(scene))
    section(scene, made, 55, "focus", prose.focus(scene))
    section(scene, made, 80, "tasks", handed.told(scene))
    section(scene, made, 90, "advice", advice.told(scene))
    made.table(10, tables.summary(scene))
    made.table(20, tables.rates(scene))
    made.table(24, ranking.table(scene))
    made.table(30, tables.categories(scene))
    made.table(31, _places(scene))
    made.table(32, tables.hot(scene))
    made.table(60, tables.units(scene))
    made.table(80, handed.table(scene))
    made.table(90, tables.overdue(scene))
    made.table(95, tables.days(scene))
    return made


def _places(scene: Scene) -> Json:
    """The places that reported most, with the area they lie in."""
    rows = [
        row(
            [
                cell(each["name"]),
                cell(scene.area(each["area"])),
                cell(each["reported"], "count"),
                cell(each["completed"], "count"),
                cell(each["open_end"], "count"),
            ]
        )
        for each in scene.lists["places"]
    ]
    labels = [MEASURE_BY_NAME[name].label for name in ("reported", "completed", "open_end")]
    header = [*tables.head(scene, "place", "area"), *labels]
    return cells.table("places", tables.title("places"), header, rows, unit="件", widths=(7, 6, 3, 3, 3))
