"""The head of an analysis: five numbers and six rates, each against the period before and the year before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reports.dashboards import data
from reports.dashboards.choice import Choice
from reports.indicators import INDICATOR_BY_NAME, MEASURE_BY_NAME, Indicator, Measure
from reports.metrics import Tally
from reports.periods import Period

NUMBERS: Final = (
    ("reported", "", "plus"),
    ("completed", "success", "circle-check"),
    ("same_day", "success", "bolt"),
    ("open_end", "", "hourglass"),
    ("overdue_open", "danger", "clock-exclamation"),
)
RATES: Final = (
    "same_day_rate",
    "handling_rate",
    "on_time_handling_rate",
    "on_time_closing_rate",
    "rework_rate",
    "extension_rate",
)
LEAST: Final = 20
"""From so many on a change is told in percent."""


@dataclass(frozen=True, slots=True)
class Change:
    """A number then and now; `share` is None where there was nothing before, `before` where it is not known."""

    now: float
    before: float | None

    @property
    def by(self) -> float | None:
        """How much more."""
        return None if self.before is None else self.now - self.before

    @property
    def share(self) -> float | None:
        """How much more, as a share of before; a share of a handful would only startle."""
        return (self.now - self.before) / self.before if self.before and self.before >= LEAST else None


@dataclass(frozen=True, slots=True)
class Number:
    """One of the big numbers."""

    measure: Measure
    value: int
    tone: str
    symbol: str
    url: str
    before: Change
    year_before: Change


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with what is above and below its line."""

    indicator: Indicator
    above: int
    below: int
    before: float | None
    year_before: float | None
    above_url: str
    below_url: str

    @property
    def value(self) -> float | None:
        """The share, None of nothing."""
        return data.share((self.above, self.below))

    @property
    def points(self) -> float | None:
        """Percentage points more than in the period before."""
        return None if self.value is None or self.before is None else (self.value - self.before) * 100

    @property
    def tone(self) -> str:
        """Whether the change is for the better."""
        if self.points is None or abs(self.points) < 0.05:
            return "secondary"
        return "success" if (self.points > 0) == (self.indicator.direction == "up") else "danger"


def compared(choice: Choice, now: datetime) -> tuple[Tally, Tally, Tally]:
    """The period, the one before and the same a year before, each whole."""
    first, second, third = (
        data.total(choice, each, now) for each in (choice.period, choice.before, choice.year_before)
    )
    return first, second, third


def numbers(choice: Choice, tallies: tuple[Tally, Tally, Tally], now: datetime) -> list[Number]:
    """The big numbers. A period that is still running is compared with the same number of days."""
    known = [_known(choice, span, tally, now) for span, tally in zip(_others(choice), tallies[1:], strict=True)]
    found = []
    for name, tone, symbol in NUMBERS:
        value = tallies[0].numbers[name]
        changes = [Change(value, each.get(name)) for each in known]
        shown = tone if value else ""
        found.append(Number(MEASURE_BY_NAME[name], value, shown, symbol, choice.cases_url(name), *changes))
    return found


def _others(choice: Choice) -> tuple[Period, Period]:
    return choice.before, choice.year_before


def _known(choice: Choice, span: Period, tally: Tally, now: datetime) -> Mapping[str, int | None]:
    """The numbers of another period; of one still running only those that sums of days can tell."""
    if not choice.is_running(now) or choice.kind == "daily":
        return tally.numbers
    days = data.trend(choice, "d", Period(span.first, min(span.first + choice.elapsed(now), span.last)), now)
    return {
        "reported": sum(day.reported for day in days),
        "completed": sum(day.completed for day in days),
        "open_end": days[-1].open_end,
        "overdue_open": days[-1].overdue_open,
    }


def rates(choice: Choice, tallies: tuple[Tally, Tally, Tally]) -> list[Rate]:
    """The rates, with those of the other periods."""
    return [_rate(choice, INDICATOR_BY_NAME[name], tallies) for name in RATES]


def _rate(choice: Choice, indicator: Indicator, tallies: tuple[Tally, Tally, Tally]) -> Rate:
    (above, below), before, year_before = (tally.ratios[indicator.name] for tally in tallies)
    urls = choice.cases_url(f"above_{indicator.name}"), choice.cases_url(f"below_{indicator.name}")
    return Rate(indicator, above, below, data.share(before), data.share(year_before), *urls)
