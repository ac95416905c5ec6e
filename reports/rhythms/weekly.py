"""周报告: against last week, areas with denominators, tasks handed out, red and black examples (domain.md 6.1)."""

from datetime import datetime
from typing import Any, Final

from grid.models import Grid
from reports.assembly import one_reading
from reports.chapters.chapter import Told
from reports.chapters.scene import Scene
from reports.periods import Period
from reports.rhythms import advice, examples, handed, prose, ranking, tables
from reports.rhythms.reading import Reader, read_scene
from reports.rhythms.snapshot import compose, section

Json = dict[str, Any]

READERS: Final[dict[str, Reader]] = {"red": examples.red, "black": examples.black, "handed": handed.handed}


def build(grid: Grid, period: Period, *, now: datetime) -> Json:
    """The snapshot of the week of `grid`, cut off at `now` when it is not over."""
    with one_reading():
        scene = read_scene("weekly", grid, period, now=now, readers=READERS)
        return compose(scene, told(scene))


def told(scene: Scene) -> Told:
    """The report's own sections and tables; those of the apps come between them by their places."""
    made = Told()
    section(scene, made, 10, "overview", prose.overview(scene))
    section(scene, made, 20, "timeliness", prose.timeliness(scene))
    section(scene, made, 30, "areas", ranking.told(scene))
    section(scene, made, 40, "examples", examples.told(scene))
    section(scene, made, 50, "focus", prose.focus(scene))
    section(scene, made, 80, "tasks", handed.told(scene))
    section(scene, made, 90, "advice", advice.told(scene))
    made.table(10, tables.summary(scene))
    made.table(20, tables.rates(scene))
    made.table(30, ranking.table(scene))
    made.table(35, tables.categories(scene))
    made.table(36, tables.units(scene))
    for table in examples.tables(scene):
        made.table(40, table)
    made.table(50, tables.hot(scene))
    made.table(80, handed.table(scene))
    made.table(90, tables.overdue(scene))
    made.table(95, tables.days(scene))
    return made
