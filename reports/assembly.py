"""The snapshot of a report: everything it says, as plain JSON, from one reading of the database."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection, transaction

from grid.models import Grid, Organization
from incidents.models import Category
from reports import listings
from reports.indicators import DEFINITION_VERSION
from reports.metrics import Counts, Extent, Tally, count, totals
from reports.periods import Period, days_until
from reports.words import staff_of

Json = dict[str, Any]

TOP_CATEGORIES: Final = 10
TREND_DAYS: Final = 7
UNCLASSIFIED: Final = "未分类"
ITSELF: Final = "本级（未落到下级网格）"


@contextmanager
def one_reading() -> Iterator[None]:
    """All queries inside see the database at one moment; nothing is written.

    Inside an open transaction (a test, a request) the moment is that of each query: harmless for a finished period,
    whose events cannot change any more.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@dataclass(frozen=True, slots=True)
class Names:
    """What the codes and ids of one report are called."""

    grids: Mapping[str, str]
    categories: Mapping[int, str]
    units: Mapping[int, str]

    def area(self, code: str, own: str) -> str:
        """An area in tables; `own` is the code of the report's grid itself."""
        return ITSELF if code == own else self.grids.get(code, code)

    def category(self, pk: int | None) -> str:
        """A category in tables."""
        return self.categories.get(pk, UNCLASSIFIED) if pk else UNCLASSIFIED

    def unit(self, key: str, own: str) -> str:
        """A handling unit by its key in sql/units.sql."""
        if key.startswith("o"):
            return self.units.get(int(key[1:]), key)
        return staff_of(self.area(key[1:], own))


def assemble(grid: Grid, period: Period, *, now: datetime) -> Json:
    """The whole snapshot without words: numbers, tables, lists. Cut off at `now` when the period is not over."""
    extent = Extent.of(grid.code, period, until=now)
    week = days_until(period.last, TREND_DAYS)
    before = Extent.of(grid.code, period.before)
    with one_reading():
        counts, previous = count(extent), totals(before)
        overdue, waiting = listings.overdue_cases(extent), listings.longest_waiting(extent)
        hot = listings.hot_issues(extent, since=week.start)
        daily = listings.days(extent, since=days_until(period.last, TREND_DAYS + 1).start)
        hours, sent_back = listings.hours(extent), listings.sent_back(extent)
        areas = _child_codes(grid, period.first)
        names = _names(areas, counts, [*overdue, *waiting], hot)
    return {
        "version": DEFINITION_VERSION,
        "grid": {"code": grid.code, "name": grid.name, "level": grid.level},
        "period": {"first": period.first.isoformat(), "last": period.last.isoformat()},
        "as_of": extent.end.isoformat(),
        "interim": extent.end < period.end,
        "total": line("", "", counts.total),
        "previous": dict(previous.numbers),
        "areas": _area_lines(grid, counts, names, areas),
        "categories": _category_lines(counts, names),
        "units": _unit_lines(grid, counts, names),
        "days": listings.totals_by_day(daily, week.days),
        "hours": _hour_lines(hours),
        "hot": [_hot_line(row, names, grid.code) for row in hot],
        "rising": _rising(daily, period.last, names),
        "sent_back": sent_back,
        "overdue": [_named(row, names, grid.code) for row in overdue],
        "waiting": [_named(row, names, grid.code) for row in waiting],
    }


def line(key: str, name: str, tally: Tally) -> Json:
    """One line of a table: numbers, and rates with their numerator and denominator (value None: nothing to divide)."""
    return {
        "key": key,
        "name": name,
        "numbers": dict(tally.numbers),
        "rates": {
            indicator: {"above": above, "below": below, "value": round(above / below, 4) if below else None}
            for indicator, (above, below) in tally.ratios.items()
        },
    }


def _area_lines(grid: Grid, counts: Counts, names: Names, codes: Sequence[str]) -> list[Json]:
    nothing = Tally(dict.fromkeys(counts.total.numbers, 0), dict.fromkeys(counts.total.ratios, (0, 0)))
    wanted = sorted({*codes, *counts.areas}, key=lambda code: (code == grid.code, code))
    return [line(code, names.area(code, grid.code), counts.areas.get(code, nothing)) for code in wanted]


def _category_lines(counts: Counts, names: Names) -> list[Json]:
    """The busiest categories, and one line for all others together, so that the column adds up."""
    order = sorted(
        counts.categories.items(),
        key=lambda item: (-item[1].numbers["reported"], -item[1].numbers["ever"], item[0] or 0),
    )
    lines = [line(str(pk or "none"), names.category(pk), tally) for pk, tally in order[:TOP_CATEGORIES]]
    rest = [tally for _pk, tally in order[TOP_CATEGORIES:]]
    return [*lines, line("", "其他类别合计", _sum(rest))] if rest else lines


def _sum(tallies: Sequence[Tally]) -> Tally:
    numbers = {name: sum(each.numbers[name] for each in tallies) for name in tallies[0].numbers}
    ratios = {
        name: (sum(each.ratios[name][0] for each in tallies), sum(each.ratios[name][1] for each in tallies))
        for name in tallies[0].ratios
    }
    return Tally(numbers, ratios)


def _unit_lines(grid: Grid, counts: Counts, names: Names) -> list[Json]:
    order = sorted(
        counts.units.items(),
        key=lambda item: (-item[1].numbers["dispatched"] - item[1].numbers["in_hand"], item[0]),
    )
    return [line(key, names.unit(key, grid.code), tally) for key, tally in order]


def _hour_lines(hours: Mapping[int, Json]) -> list[Json]:
    empty = {"reported": 0, "completed": 0}
    return [{"hour": hour} | {name: hours.get(hour, empty)[name] for name in empty} for hour in range(24)]


def _hot_line(row: Json, names: Names, own: str) -> Json:
    place = row["compound"] or names.area(row["place"], own)
    return {
        "category_id": row["category_id"],
        "category": row["category"],
        "area": row["area"],
        "area_name": names.area(row["area"], own),
        "place": place,
        "reported": row["reported"],
        "new": row["new"],
    }


def _rising(daily: Sequence[Json], day: date, names: Names) -> list[Json]:
    """Categories with at least five reports on `day` and at least twice their mean of the seven days before."""
    today = {row["category_id"]: row["reported"] for row in daily if row["day"] == day}
    before = [row for row in daily if row["day"] < day]
    earlier = {pk: sum(row["reported"] for row in before if row["category_id"] == pk) for pk in today}
    return [
        {"category_id": pk, "category": names.category(pk), "new": new, "mean": round(earlier[pk] / TREND_DAYS, 1)}
        for pk, new in sorted(today.items(), key=lambda item: (-item[1], item[0] or 0))
        if pk and new >= 5 and new * TREND_DAYS >= 2 * earlier[pk]
    ]


def _named(row: Json, names: Names, own: str) -> Json:
    return {**row, "area_name": names.area(row["area"], own), "grid_name": names.grids.get(row["grid_code"], "")}


def _child_codes(grid: Grid, day: date) -> list[str]:
    children = Grid.objects.current(day).under(grid.code).filter(level=grid.level + 1)
    return list(children.values_list("code", flat=True))


def _names(areas: Sequence[str], counts: Counts, cases: Sequence[Json], hot: Sequence[Json]) -> Names:
    codes = {*counts.areas, *areas}
    codes |= {key[1:] for key in counts.units if key.startswith("a")}
    codes |= {row["grid_code"] for row in cases} | {row["area"] for row in cases}
    codes |= {row["place"] for row in hot} | {row["area"] for row in hot}
    categories = {pk for pk in counts.categories if pk}
    organizations = {int(key[1:]) for key in counts.units if key.startswith("o")}
    return Names(
        grids=dict(Grid.objects.filter(code__in=codes).values_list("code", "name")),
        categories=dict(Category.objects.filter(pk__in=categories).values_list("pk", "name")),
        units=dict(Organization.objects.filter(pk__in=organizations).values_list("pk", "name")),
    )
