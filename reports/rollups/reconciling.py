"""Holds the cells against a recount from the events, and has everything counted anew when anything differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection

from grid.models import Grid
from reports.metrics import Tally
from reports.models import RollupCell, RollupCheck
from reports.periods import local_day
from reports.rollups import keeping, live, reading
from reports.rollups.names import CONDITIONS, first_day

Grain = RollupCell.Grain

DETAILS: Final = 50
_CORRECTED: Final = """
SELECT count(*) FROM incidents_incident i JOIN reports_rollupcounted c ON c.incident_id = i.id
WHERE c.code <> left(i.grid_code, 15) OR c.category_id IS DISTINCT FROM i.category_id OR c.source <> i.source
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """What is recounted: one subtree and one period."""

    code: str
    grain: str
    first: date


def reconcile(*, now: datetime) -> int:
    """Recount samples of every street, keep the findings, start over when anything differs; returns the differences."""
    keeping.catch_up(now=now)
    until = reading.as_of()
    if until is None:
        return 0
    found = [check(sample, now=now, until=until) for sample in samples(now)]
    differences = sum(each.differences for each in found) + _corrected_unseen()
    if differences:
        keeping.rebuild(now=now)
        RollupCheck.objects.filter(pk__in=[each.pk for each in found if each.differences]).update(mended=True)
    return differences


def samples(now: datetime) -> Iterator[Sample]:
    """For each street: yesterday, this week, this month and the last, this quarter, this year."""
    today = local_day(now)
    last_month = first_day(Grain.MONTH, first_day(Grain.MONTH, today) - timedelta(days=1))
    streets = Grid.objects.territorial().filter(level=Grid.Level.STREET).order_by("code")
    for code in streets.values_list("code", flat=True):
        yield Sample(code, Grain.DAY, today - timedelta(days=1))
        yield Sample(code, Grain.MONTH, last_month)
        for grain in (Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR):
            yield Sample(code, grain, first_day(grain, today))


def check(sample: Sample, *, now: datetime, until: datetime) -> RollupCheck:
    """Compare one sample in total, by area, category and source; the finding is kept."""
    wrong: list[str] = []
    lines = 0
    for by in ("", "area", "category", "source"):
        counted = live.tallies(sample.code, sample.grain, sample.first, by, categories=(), source="", until=until)
        lines += len(counted)
        wrong += [f"{by} {each}".strip() for each in reading.same(_kept(sample, by, now), counted)]
    return RollupCheck.objects.create(
        at=now,
        code=sample.code,
        grain=sample.grain,
        starts_on=sample.first,
        numbers=lines * len(CONDITIONS),
        differences=len(wrong),
        details=wrong[:DETAILS],
    )


def _kept(sample: Sample, by: str, now: datetime) -> dict[str, Tally]:
    if by:
        return reading.breakdown(sample.code, sample.grain, sample.first, by, now=now)
    return {"": reading.tally(sample.code, sample.grain, sample.first, now=now)}


def _corrected_unseen() -> int:
    """Incidents whose grid, category or source was changed without an event."""
    with connection.cursor() as cursor:
        cursor.execute(_CORRECTED)
        return int(cursor.fetchone()[0])
