"""From counts to points, totals, grades and ranks: pure functions over exact decimals, without a database.

The rules, in the order in which they apply (domain.md 2.5 and 6.1, peers.md 4.8):

1. rate = numerator ÷ denominator; a numerator above its denominator counts as the denominator.
2. the common mean of an indicator is the sum of all numerators ÷ the sum of all denominators.
3. the rate is shrunk to the mean: (numerator + k × mean) ÷ (denominator + k), k = `shrink_cases`. A subject without
   any case therefore stands at the mean; k = 0 takes the bare rate (and the mean where there is no case).
4. points of an item, each rounded half up to 0.01, so that what is shown adds up to the total:
   share: points × rate; inverse: points × (1 − rate); bar: all points from the bar on, less `per_percent` for each
   percent point below it, in proportion and never below 0; by hand: what was given, between 0 and the points.
5. an item for which nobody has a case is left out, and the points of the others are scaled up to the full points.
6. additions and deductions: summed per rule and capped by its `most`. A total is never below 0; it may pass the full.
7. the grade goes by the total in percent of the full points (base and items).
8. ranks among subjects whose smallest denominator reaches `least_cases`; equal totals share a rank (1, 1, 3). Kinds of
   post are never ranked (law 14).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

Ratio = tuple[int, int]
SHARE, INVERSE, BAR, HAND = "share", "inverse", "bar", "hand"
AREA, UNIT, POST = "area", "unit", "post"
FEW, NO_RANKS, UNMARKED, NOTHING = "few", "post", "unmarked", "nothing"
"""Why there is no rank: too few cases, kinds of post have none, something by hand is missing, nothing to count."""
ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
CENT: Final = Decimal("0.01")
RATE_STEP: Final = Decimal("0.0001")
Z: Final = Decimal("1.959964")
"""The 97.5 % point of the normal distribution: intervals are those of 95 %."""


@dataclass(frozen=True, slots=True)
class Item:
    """One indicator and how its rate becomes points; `bar` and `per_percent` in percent points."""

    key: str
    label: str
    mode: str
    points: Decimal
    indicator: str = ""
    bar: Decimal | None = None
    per_percent: Decimal = ONE


@dataclass(frozen=True, slots=True)
class Rule:
    """A named addition (or deduction: below 0); `most` caps the sum of one subject, as a positive number."""

    key: str
    label: str
    amount: Decimal
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """Given from `least` percent of the full points on."""

    name: str
    least: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """A scheme as a value."""

    subject: str = AREA
    base: Decimal = ZERO
    least_cases: int = 20
    shrink_cases: int = 20
    items: tuple[Item, ...] = ()
    rules: tuple[Rule, ...] = ()
    grades: tuple[Grade, ...] = ()

    @property
    def full(self) -> Decimal:
        """All points that can be had without additions."""
        return self.base + sum((item.points for item in self.items), ZERO)


@dataclass(frozen=True, slots=True)
class Mark:
    """Points given by hand to one subject, for an item or by a rule."""

    subject: str
    amount: Decimal
    item: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The counts: per subject and indicator (numerator, denominator), and how many cases a subject had at all."""

    ratios: Mapping[str, Mapping[str, Ratio]]
    cases: Mapping[str, int] = field(default_factory=dict)

    def of(self, subject: str, indicator: str) -> Ratio:
        """Numerator and denominator, the former capped by the latter."""
        above, below = self.ratios.get(subject, {}).get(indicator, (0, 0))
        return min(above, below), below


@dataclass(frozen=True, slots=True)
class Cell:
    """One item of one subject. Without a case of its own the rate is None; without points it does not count."""

    above: int = 0
    below: int = 0
    rate: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    shrunk: Decimal | None = None
    points: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The result of one subject; `given` is what each rule gave after its cap."""

    key: str
    cases: int
    cells: tuple[Cell, ...]
    given: Mapping[str, Decimal]
    total: Decimal | None
    percent: Decimal | None
    grade: str = ""
    rank: int | None = None
    why: str = ""


def cents(value: Decimal) -> Decimal:
    """Points as they are shown: two digits, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def wilson(above: int, below: int) -> tuple[Decimal, Decimal]:
    """The Wilson interval (95 %) of a rate; (0, 1) of nothing."""
    if not below:
        return ZERO, ONE
    n, rate = Decimal(below), Decimal(above) / below
    middle = rate + Z * Z / (2 * n)
    half = Z * (rate * (ONE - rate) / n + Z * Z / (4 * n * n)).sqrt()
    whole = ONE + Z * Z / n
    low = ZERO if above == 0 else max(ZERO, (middle - half) / whole)
    high = ONE if above == below else min(ONE, (middle + half) / whole)
    return low, high


def mean_of(ratios: Iterable[Ratio]) -> Decimal | None:
    """The common mean; None when there is no case at all."""
    pairs = list(ratios)
    below = sum(pair[1] for pair in pairs)
    return Decimal(sum(pair[0] for pair in pairs)) / below if below else None


def shrink(above: int, below: int, mean: Decimal, weight: int) -> Decimal:
    """The rate, drawn to `mean` as if `weight` cases of the mean were added."""
    return (above + weight * mean) / (below + weight) if below + weight else mean


def points_of(item: Item, rate: Decimal) -> Decimal:
    """The points that `rate` (0 to 1) earns."""
    match item.mode:
        case "share":
            return cents(item.points * rate)
        case "inverse":
            return cents(item.points * (ONE - rate))
        case "bar":
            missing = max(ZERO, (item.bar or ZERO) - rate * HUNDRED)
            return cents(max(ZERO, item.points - item.per_percent * missing))
    raise ValueError(item.mode)


def means(plan: Plan, facts: Facts) -> dict[str, Decimal | None]:
    """The common mean of each item with an indicator, by the key of the item."""
    return {
        item.key: mean_of(facts.of(subject, item.indicator) for subject in facts.ratios)
        for item in plan.items
        if item.mode != HAND
    }


@dataclass(frozen=True, slots=True)
class _Run:
    """One computation: what every line of it shares."""

    plan: Plan
    facts: Facts
    mean: Mapping[str, Decimal | None]

    @property
    def scale(self) -> Decimal:
        """By what the points are scaled up, because nobody has a case for some item."""
        whole = sum((item.points for item in self.plan.items), ZERO)
        missing = sum((item.points for item in self.plan.items if self.is_missing(item)), ZERO)
        return whole / (whole - missing) if whole > missing else ONE

    def is_missing(self, item: Item) -> bool:
        """Whether nobody has a case for it."""
        return item.mode != HAND and self.mean[item.key] is None


def score(plan: Plan, facts: Facts, marks: Sequence[Mark] = ()) -> list[Line]:
    """A line for every subject of `facts`, best rank first, then those without rank by their key."""
    run = _Run(plan, facts, means(plan, facts))
    lines = [_line(run, key, [one for one in marks if one.subject == key]) for key in facts.ratios]
    return sorted(_ranked(lines), key=lambda line: (line.rank is None, line.rank or 0, line.key))


def _line(run: _Run, key: str, marks: Sequence[Mark]) -> Line:
    plan = run.plan
    cells = tuple(_cell(run, key, item, marks) for item in plan.items)
    given = {rule.key: capped(rule, (one.amount for one in marks if one.rule == rule.key)) for rule in plan.rules}
    total, cases = _total(run, cells, given), _cases(run, key)
    if total is None:
        why = UNMARKED if any(item.mode == HAND for item in plan.items) else NOTHING
        return Line(key, cases, cells, given, None, None, why=why)
    percent = cents(total * HUNDRED / plan.full) if plan.full else ZERO
    why = NO_RANKS if plan.subject == POST else FEW if cases < plan.least_cases else ""
    return Line(key, cases, cells, given, total, percent, "" if why == FEW else grade_of(plan, percent), None, why)


def _cell(run: _Run, key: str, item: Item, marks: Sequence[Mark]) -> Cell:
    if item.mode == HAND:
        given = [one.amount for one in marks if one.item == item.key]
        whole = min(max(sum(given, ZERO), ZERO), item.points)
        return Cell(points=cents(whole * run.scale) if given else None)
    above, below = run.facts.of(key, item.indicator)
    middle = run.mean[item.key]
    if middle is None:
        return Cell()
    rate = Decimal(above) / below if below else None
    low, high = wilson(above, below)
    shrunk = shrink(above, below, middle, run.plan.shrink_cases)
    return Cell(above, below, rate, low, high, shrunk, cents(points_of(item, shrunk) * run.scale))


def capped(rule: Rule, amounts: Iterable[Decimal]) -> Decimal:
    """What a rule gives in all: the sum, no further from 0 than its cap."""
    total = sum(amounts, ZERO)
    return total if rule.most is None else max(-rule.most, min(rule.most, total))


def _cases(run: _Run, key: str) -> int:
    """On how many cases the score stands: the smallest denominator, or all cases where no rate counts."""
    counting = [item for item in run.plan.items if item.mode != HAND and item.points and not run.is_missing(item)]
    return min((run.facts.of(key, item.indicator)[1] for item in counting), default=run.facts.cases.get(key, 0))


def _total(run: _Run, cells: Sequence[Cell], given: Mapping[str, Decimal]) -> Decimal | None:
    """None while something by hand is missing, or when there is nothing to count at all."""
    pairs = list(zip(run.plan.items, cells, strict=True))
    if any(item.mode == HAND and cell.points is None for item, cell in pairs):
        return None
    points = [cell.points for cell in cells if cell.points is not None]
    if pairs and not points and not run.plan.base:
        return None
    return cents(max(ZERO, run.plan.base + sum(points, ZERO) + sum(given.values(), ZERO)))


def grade_of(plan: Plan, percent: Decimal) -> str:
    """The best grade whose bar `percent` reaches; "" below all."""
    reached = [grade for grade in plan.grades if percent >= grade.least]
    return max(reached, key=lambda grade: grade.least).name if reached else ""


def _ranked(lines: Sequence[Line]) -> list[Line]:
    totals = sorted((line.total for line in lines if line.total is not None and not line.why), reverse=True)
    places = {total: totals.index(total) + 1 for total in totals}
    return [line if line.why or line.total is None else replace(line, rank=places[line.total]) for line in lines]
