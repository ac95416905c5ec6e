"""Which numbers a cell holds, in which cuts cells are kept, and what periods they are of.

A cell's arrays hold one place per condition of `CONDITIONS`: those of all measures of `reports.indicators`, and those
above and below the line of all its indicators without what they leave out. The order follows the definitions; who
changes them changes `FINGERPRINT`, and the worker counts everything anew.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from reports.indicators import DEFINITION_VERSION, INDICATORS, MEASURE_BY_NAME, MEASURES, Indicator
from reports.metrics import NEXT_LENGTH
from reports.models import RollupCell
from reports.periods import GRAINS, Period, period_of

Grain, Cut = RollupCell.Grain, RollupCell.Cut

ONE_DAY: Final = timedelta(days=1)
LEVELS: Final = (4, 6, 9, 12, 15)
"""Lengths of the codes that have cells: city, district, street, community, grid. Smaller subtrees are counted live."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A cut is kept for codes up to `length` and for the given lengths of periods."""

    cut: str
    length: int
    grains: str


# What is nearly as long as the list of incidents themselves (a category on one day in one community) is not kept: it is
# small enough to be counted when asked for.
KEPT: Final = (
    Kept(Cut.ALL, 15, "dwmqy"),
    Kept(Cut.CATEGORY, 9, "d"),
    Kept(Cut.CATEGORY, 12, "wmqy"),
    Kept(Cut.SOURCE, 9, "d"),
    Kept(Cut.SOURCE, 12, "wmqy"),
    Kept(Cut.BOTH, 9, "mqy"),
)
EVENT_LENGTH: Final = 12
"""Hours and waits are kept down to communities, by month."""


def kept(cut: str, code: str, grain: str) -> bool:
    """Whether cells of this cut, code and length of period exist."""
    return code_has_cells(code) and any(
        each.cut == cut and len(code) <= each.length and grain in each.grains for each in KEPT
    )


def code_has_cells(code: str) -> bool:
    """Whether the code is that of a level with cells of its own."""
    return len(code) in LEVELS


def sides(indicator: Indicator) -> tuple[str, str]:
    """The conditions above and below the line, without what the indicator leaves out."""
    left_out = "".join(f" AND NOT ({MEASURE_BY_NAME[name].condition})" for name in indicator.exclusions)
    above, below = (MEASURE_BY_NAME[name].condition for name in (indicator.numerator, indicator.denominator))
    return f"({above}){left_out}", f"({below}){left_out}"


def _conditions() -> tuple[str, ...]:
    texts = [measure.condition for measure in MEASURES]
    for indicator in INDICATORS:
        texts += sides(indicator)
    return tuple(dict.fromkeys(texts))


CONDITIONS: Final = _conditions()
PLACES: Final = {condition: place for place, condition in enumerate(CONDITIONS)}
FINGERPRINT: Final = hashlib.sha256("\n".join([str(DEFINITION_VERSION), repr(KEPT), *CONDITIONS]).encode()).hexdigest()

REPORTED, COMPLETED = 0, 1
"""Places of a cell of hours."""
LEFT, SECONDS = 0, 1
"""Places of a cell of waits; the bands follow."""
BANDS: Final = (3600, 4 * 3600, 8 * 3600, 86400, 3 * 86400, 7 * 86400, 15 * 86400, 30 * 86400)
"""Upper ends in seconds of the bands of a wait; the last band is open."""


KINDS: Final = {grain: kind for kind, grain in GRAINS.items()}
"""The kind of a period by its grain."""


def first_day(grain: str, day: date) -> date:
    """The first day of the period of that length in which `day` lies; weeks begin on Monday (ISO 8601)."""
    return grain_period(grain, day).first


def next_first(grain: str, first: date) -> date:
    """The first day of the period after the one that begins with `first`."""
    return grain_period(grain, first).last + ONE_DAY


@lru_cache(maxsize=50_000)
def grain_period(grain: str, day: date) -> Period:
    """The whole period of that length in which `day` lies."""
    return period_of(KINDS[str(grain)], day)


def child_length(code: str) -> int:
    """The length of the codes one level below."""
    return NEXT_LENGTH[len(code)]
