"""The counts behind an assessment, per subject: indicators of incidents, the three rates of call-backs, posts held.

The definitions are those of `reports.indicators`; what differs from `metrics.count` is only that single cases can be
left out (剔除), or counted alone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.db.models import Count, F, Q
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from grid.models import Grid, Organization, Post
from grid.posts import PostKind
from incidents.models import CallBack
from incidents.rates import SATISFIED, with_unit
from reports import chapter_figures
from reports.assessment.score import AREA, POST, UNIT, Facts, Ratio
from reports.indicators import CHAPTER_INDICATORS, INDICATORS, MEASURES, UNIT_MEASURE_BY_NAME, UNIT_MEASURES, Indicator
from reports.metrics import Extent, counting_columns, part, query
from reports.periods import Period

LEAST_PEOPLE: Final = 5
"""Kinds of post with fewer people are not shown: a kind would be a person (law 14)."""


@dataclass(frozen=True, slots=True)
class CallRate:
    """One of the three rates (domain.md 2.5): two counts of finished call-backs."""

    name: str
    label: Any
    formula: Any
    above: Q
    below: Q
    source: str = "W41"
    direction: str = "up"


_REACHED: Final = Q(contact=CallBack.Contact.REACHED)
CALL_RATES: Final = (
    CallRate("response_rate", _("Response rate"), _("contacted ÷ finished call-backs"), Q(responded=True), Q()),
    CallRate("resolution_rate", _("Resolution rate"), _("solved ÷ reached"), _REACHED & Q(solved=True), _REACHED),
    CallRate(
        "satisfaction_rate",
        _("Satisfaction rate"),
        _("satisfied ÷ reached"),
        _REACHED & Q(satisfaction__in=SATISFIED),
        _REACHED,
    ),
)
_COUNTS: Final = {
    f"{side}_{rate.name}": Count("pk", filter=getattr(rate, side)) if getattr(rate, side) else Count("pk")
    for rate in CALL_RATES
    for side in ("above", "below")
}
UNIT_RATES: Final[tuple[Indicator, ...]] = tuple(
    one for one in INDICATORS if {one.numerator, one.denominator} <= set(UNIT_MEASURE_BY_NAME)
)
"""The indicators whose counts are kept for a unit."""


def choices(subject: str) -> list[tuple[str, str]]:
    """(name, label with formula) of every indicator by which such subjects can be assessed."""
    if subject == POST:
        return []
    counted = [(one.name, f"{one.label}（{one.formula}）") for one in _indicators(subject)]
    counted += [(rate.name, f"{rate.label}（{rate.formula}）") for rate in CALL_RATES]
    return counted + [(one.name, f"{one.label}（{one.formula}）") for one in CHAPTER_INDICATORS if subject == AREA]


def _indicators(subject: str) -> tuple[Indicator, ...]:
    return UNIT_RATES if subject == UNIT else INDICATORS


def subjects(subject: str, grid: Grid, period: Period) -> dict[str, str]:
    """Who is assessed there, by key, with the name of that time: areas below, units with cases come by themselves."""
    if subject == AREA:
        rows = Grid.objects.current(period.last).under(grid.code).filter(level=grid.level + 1)
        return dict(rows.order_by("code").values_list("code", "name"))
    if subject == POST:
        return {kind: str(PostKind(kind).label) for kind in sorted(_post_kinds(grid, period))}
    return {}


def _post_kinds(grid: Grid, period: Period) -> dict[str, int]:
    held = Post.objects.on(period.last).filter(grid__code__startswith=grid.code).order_by().values_list("kind")
    return {kind: n for kind, n in held.annotate(n=Count("user", distinct=True)) if n >= LEAST_PEOPLE}


def names_of(subject: str, keys: Iterable[str]) -> dict[str, str]:
    """What the keys are called now."""
    if subject == AREA:
        return dict(Grid.objects.filter(code__in=list(keys)).values_list("code", "name"))
    rows = Organization.objects.filter(pk__in=[int(key[1:]) for key in keys]).values_list("pk", "name")
    return {f"o{pk}": name for pk, name in rows}


def read(
    subject: str,
    grid: Grid,
    period: Period,
    *,
    until: datetime | None = None,
    leave_out: Collection[int] = (),
    only: Collection[int] | None = None,
) -> Facts:
    """All counts of the subjects, in three queries; without the incidents `leave_out`, or of the incidents `only`."""
    if subject == POST:
        held = _post_kinds(grid, period)
        return Facts({kind: {} for kind in sorted(held)}, held)
    extent = Extent.of(grid.code, period, until=until)
    ratios: dict[str, dict[str, Ratio]] = {}
    cases: dict[str, int] = {}
    for row in _counted(subject, extent, leave_out, only):
        ratios[row["subject"]] = {
            one.name: (row[f"above_{one.name}"], row[f"below_{one.name}"]) for one in _indicators(subject)
        }
        cases[row["subject"]] = row["n_dispatched" if subject == UNIT else "n_ever"]
    for key, found in _called(subject, extent, leave_out, only).items():
        ratios.setdefault(key, {}).update(found)
        cases.setdefault(key, 0)
    if subject == AREA and only is None and extent.start < extent.end:  # single cases are no work of chapters
        for key, found in chapter_figures.by_area(extent, *CHAPTER_INDICATORS).items():
            ratios.setdefault(key, {}).update(found)
            cases.setdefault(key, 0)
    kept = sorted(key for key in ratios if _is_subject(subject, key, grid.code))
    return Facts({key: ratios[key] for key in kept}, {key: cases[key] for key in kept})


def _is_subject(subject: str, key: str, own: str) -> bool:
    """Not the grid itself, where cases lie that no area below has; not the staff of an area among the units."""
    return key.startswith("o") if subject == UNIT else key != own


def less(facts: Facts, part_of_it: Facts) -> Facts:
    """The counts without those of single cases."""
    ratios = {
        key: {name: _minus(pair, part_of_it.ratios.get(key, {}).get(name, (0, 0))) for name, pair in row.items()}
        for key, row in facts.ratios.items()
    }
    return Facts(ratios, {key: n - part_of_it.cases.get(key, 0) for key, n in facts.cases.items()})


def _minus(pair: Ratio, taken: Ratio) -> Ratio:
    return max(0, pair[0] - taken[0]), max(0, pair[1] - taken[1])


def _counted(
    subject: str, extent: Extent, leave_out: Collection[int], only: Collection[int] | None
) -> Iterable[Mapping[str, Any]]:
    sql = _sql(subject, alone=only is not None)
    return query(sql, extent, chosen=list(leave_out if only is None else only))


@cache
def _sql(subject: str, *, alone: bool) -> str:
    by_unit = subject == UNIT
    measures = UNIT_MEASURES if by_unit else MEASURES
    columns = [
        f"SELECT {'u.unit' if by_unit else 'f.area'} AS subject",
        *counting_columns(measures, _indicators(subject)),
    ]
    source = "FROM by_unit u JOIN facts f ON f.id = u.incident_id" if by_unit else "FROM facts f"
    choice = f"WHERE {'' if alone else 'NOT '}f.id = ANY(%(chosen)s::bigint[]) GROUP BY 1"
    return "\n".join([part("facts"), *([part("units")] if by_unit else []), ",\n".join(columns), source, choice])


def _called(
    subject: str, extent: Extent, leave_out: Collection[int], only: Collection[int] | None
) -> dict[str, dict[str, Ratio]]:
    rows = CallBack.objects.counted().between(extent.start, extent.end)
    rows = rows.filter(incident__grid_code__startswith=extent.code).exclude(incident__in=list(leave_out))
    if only is not None:
        rows = rows.filter(incident__in=list(only))
    if subject == UNIT:
        rows = with_unit(rows).filter(unit__isnull=False).annotate(subject=F("unit"))
    else:
        rows = rows.annotate(subject=Left("incident__grid_code", extent.area_length))
    found: Iterable[Mapping[str, Any]] = rows.order_by().values("subject").annotate(**_COUNTS)
    return {
        f"o{row['subject']}" if subject == UNIT else row["subject"]: {
            rate.name: (row[f"above_{rate.name}"], row[f"below_{rate.name}"]) for rate in CALL_RATES
        }
        for row in found
    }
