"""How chapters count: many tables in one statement, over an extent in total or by area, as it stood at its end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Aggregate, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Left

from grid.models.staged import StepRecord
from reports.metrics import Extent
from reports.periods import local_day

Counts = Mapping[str, Aggregate | Combinable]
Lines = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Source:
    """One query: its rows, what is counted of them, and where they keep the code of their grid."""

    rows: Callable[[Extent], QuerySet[Any]]
    counts: Callable[[Extent], Counts]
    code: str = "grid_code"

    def lines(self, extent: Extent, width: int, number: int, columns: int) -> QuerySet[Any]:
        """For each area with rows: the number of the source, the area, and as many counts as any source has."""
        rows = self.rows(extent).filter(**{f"{self.code}__startswith": extent.code}).order_by()
        counts = [*self.counts(extent).values(), *[Value(0)] * columns][:columns]
        named = {f"n{n}": count for n, count in enumerate(counts)}
        areas = rows.annotate(nth=Value(number), in_area=Left(self.code, width)).values("nth", "in_area")
        return areas.annotate(**named).values_list("nth", "in_area", *named)


@dataclass(frozen=True, slots=True)
class Sources:
    """All the tables of one app that count; a figure that several of them count is their sum."""

    all: Callable[[], Sequence[Source]]

    def totals(self, extent: Extent, *, only: frozenset[str] = frozenset()) -> dict[str, int]:
        """The figures of the subtree, or `only` some; one query."""
        lines = self._counted(extent, only, len(extent.code))
        return lines[extent.code] if lines else self._nothing(extent, only)

    def by_area(self, extent: Extent, *, only: frozenset[str] = frozenset()) -> Lines:
        """The same by the next level of grids, for areas with any; one query."""
        return self._counted(extent, only, extent.area_length)

    def _counted(self, extent: Extent, only: frozenset[str], width: int) -> Lines:
        """One statement: a line per source and area, its counts in the columns n0, n1 …"""
        some = self._counting(extent, only)
        columns = max(len(source.counts(extent)) for source in some)
        first, *others = [source.lines(extent, width, number, columns) for number, source in enumerate(some)]
        found: Lines = {}
        for number, area, *numbers in first.union(*others, all=True) if others else first:
            line = found.setdefault(area, self._nothing(extent, only))
            for name, more in zip(some[number].counts(extent), map(int, numbers), strict=False):
                line[name] += more
        return found

    def _counting(self, extent: Extent, only: frozenset[str]) -> list[Source]:
        return [source for source in self.all() if not only or only & set(source.counts(extent))]

    def _nothing(self, extent: Extent, only: frozenset[str]) -> dict[str, int]:
        return {name: 0 for source in self._counting(extent, only) for name in source.counts(extent)}


def days(extent: Extent) -> tuple[date, date]:
    """The first and the last day that are counted, both included."""
    return local_day(extent.start), local_day(extent.end - timedelta(microseconds=1))


def moments_in(extent: Extent, path: str) -> Q:
    """The moment at `path` lies in the extent."""
    return Q(**{f"{path}__gte": extent.start, f"{path}__lt": extent.end})


def days_in(extent: Extent, path: str) -> Q:
    """The day at `path` lies in the extent."""
    first, last = days(extent)
    return Q(**{f"{path}__gte": first, f"{path}__lte": last})


def held(extent: Extent, since: str = "since", until: str = "until") -> Q:
    """Held on the last day: from `since` (empty: always) until `until` (excluded)."""
    last = days(extent)[1]
    begun = Q(**{f"{since}__isnull": True}) | Q(**{f"{since}__lte": last})
    return begun & (Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gt": last}))


def rewound(record: type[StepRecord], model: type[Any], extent: Extent, way: str = "pk") -> QuerySet[Any]:
    """The rows of `model` with `was`: the status that the thing at the end of `way` had at the end of the extent.

    `record` keeps the steps: the first one after the end found that status.
    """
    staged, status = model, "status"
    if way != "pk":
        status = f"{way}__status"
        for name in way.split("__"):
            staged = staged._meta.get_field(name).related_model
    steps = record._default_manager.filter(subject=staged._meta.model_name, subject_id=OuterRef(way))
    later = steps.filter(at__gte=extent.end).order_by("id").values("before")
    return model.objects.annotate(was=Coalesce(Subquery(later[:1]), F(status)))  # type: ignore[attr-defined]


def sum_of(field: str, condition: Q | None = None) -> Any:
    """The sum of a column, 0 of nothing."""
    return Coalesce(Sum(field, filter=condition), 0)
