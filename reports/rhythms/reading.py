"""Reads everything a weekly, monthly or quarterly report rests on, at one moment of the database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from grid.models import Grid, Organization
from incidents.models import Category, Incident
from reports import listings, periods
from reports.assembly import Names
from reports.chapters.scene import Scene
from reports.metrics import Counts, Extent, count
from reports.periods import Period

Json = dict[str, Any]
Reader = Callable[[Extent, Grid, Period], Any]


def read_scene(
    kind: str, grid: Grid, period: Period, *, now: datetime, readers: Mapping[str, Reader] | None = None
) -> Scene:
    """All counts and lists of one report; call it inside `assembly.one_reading`. `readers` give its further lists."""
    extent = Extent.of(grid.code, period, until=now)
    before = _as_long(extent, period, periods.previous_period(kind, period))
    year_before = _as_long(extent, period, periods.year_ago_period(kind, period))
    counts, previous = count(extent), _if_any(before)
    year_ago = _if_any(year_before) if kind != "weekly" else None
    lists = {name: reader(extent, grid, period) for name, reader in (STANDARD | dict(readers or {})).items()}
    areas = tuple(
        Grid.objects.current(period.last).under(grid.code).filter(level=grid.level + 1).values_list("code", flat=True)
    )
    return Scene(
        kind=kind,
        grid=grid,
        period=period,
        extent=extent,
        counts=counts,
        names=_names(areas, [each for each in (counts, previous, year_ago) if each], lists),
        before=before,
        year_before=year_before,
        previous=previous,
        year_ago=year_ago,
        areas=tuple(sorted(areas)),
        lists=lists,
    )


def _as_long(extent: Extent, period: Period, earlier: Period) -> Extent:
    """An earlier period, cut off after as much of it as has passed of the running one."""
    if extent.end >= period.end:
        return Extent.of(extent.code, earlier)
    return Extent.of(extent.code, earlier, until=earlier.start + (extent.end - extent.start))


def _if_any(extent: Extent) -> Counts | None:
    """Counts of an earlier period; None unless the street used the platform from its first day on.

    A period in which the street began half-way is no measure for a whole one; a grid without cases in a street that had
    some is a true zero.
    """
    begun = Incident.objects.filter(
        grid_code__startswith=extent.code[:STREET_LENGTH], reported_at__lt=extent.start + timedelta(days=1)
    )
    return count(extent, units=False) if begun.exists() else None


def _overdue(extent: Extent, _grid: Grid, _period: Period) -> list[Json]:
    return listings.overdue_cases(extent)


def _hot(extent: Extent, _grid: Grid, _period: Period) -> list[Json]:
    return listings.hot_issues(extent, since=extent.start)


def _daily(extent: Extent, _grid: Grid, _period: Period) -> list[Json]:
    return listings.days(extent, since=extent.start)


STREET_LENGTH: Final = 9
"""Streets join the platform one by one; this is the length of their codes."""


STANDARD: Final[dict[str, Reader]] = {"overdue": _overdue, "hot": _hot, "daily": _daily}
"""What every rhythm reads beside its counts."""


def _names(areas: Sequence[str], counts: Sequence[Counts], lists: Mapping[str, Any]) -> Names:
    codes, categories, units = set(areas), set(), set()
    for each in counts:
        codes |= {*each.areas} | {key[1:] for key in each.units if key.startswith("a")}
        categories |= {pk for pk in each.categories if pk}
        units |= {int(key[1:]) for key in each.units if key.startswith("o")}
    for row in _rows(lists.values()):
        codes |= {row[name] for name in ("grid_code", "area", "place") if row.get(name)}
    return Names(
        grids=dict(Grid.objects.filter(code__in=codes).values_list("code", "name")),
        categories=dict(Category.objects.filter(pk__in=categories).values_list("pk", "name")),
        units=dict(Organization.objects.filter(pk__in=units).values_list("pk", "name")),
    )


def _rows(lists: Iterable[Any]) -> Iterable[Mapping[str, Any]]:
    for each in lists:
        if isinstance(each, list):
            yield from (row for row in each if isinstance(row, dict))
