"""What an analysis is about: a subtree, a period, a class, a source. Every address of the pages is made here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from django.urls import reverse
from django.utils.http import urlencode

from grid.models import Grid
from reports.periods import (
    FIRST_DAY,
    GRAINS,
    Period,
    local_day,
    next_period,
    period_of,
    previous_period,
    year_ago_period,
)

KINDS: Final = tuple(GRAINS)
"""daily, weekly, monthly, quarterly, yearly."""
TABS: Final = ("trend", "hours", "waits", "bounces", "solved", "people")
INSIDE: Final[Mapping[str, str]] = {"daily": "d", "weekly": "d", "monthly": "d", "quarterly": "w", "yearly": "m"}
"""The length of the steps that a period of a kind is shown in."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One question; `category` is a primary key, "none" or "", `source` one of `Source` or ""."""

    grid: Grid
    kind: str
    period: Period
    category: str = ""
    source: str = ""
    tab: str = TABS[0]
    rolled: bool = False
    """Whether the rollups are ready to answer; `data.asked` finds out."""

    @property
    def code(self) -> str:
        """The code of the subtree."""
        return str(self.grid.code)

    @property
    def grain(self) -> str:
        """The length of the period, as rollups call it."""
        return GRAINS[self.kind]

    @property
    def filters(self) -> dict[str, str]:
        """Class and source, as rollups and lists take them."""
        return {"category": self.category, "source": self.source}

    @property
    def before(self) -> Period:
        """The period to compare with (环比)."""
        return previous_period(self.kind, self.period)

    @property
    def year_before(self) -> Period:
        """The same period a year earlier (同比)."""
        return year_ago_period(self.kind, self.period)

    @property
    def months(self) -> Period:
        """The whole months that the period touches: hours and waits are kept by month."""
        return Period(period_of("monthly", self.period.first).first, period_of("monthly", self.period.last).last)

    def is_running(self, now: datetime) -> bool:
        """Whether the period is not over yet."""
        return self.period.first <= local_day(now) <= self.period.last

    def shown_last(self, now: datetime) -> date:
        """The last day that has numbers: the period's own, or today."""
        return min(self.period.last, local_day(now))

    def elapsed(self, now: datetime) -> timedelta:
        """How long the days of the period that have begun reach after its first one."""
        return self.shown_last(now) - self.period.first

    def at(self, **changes: Any) -> Self:
        """The same question but for `changes`."""
        return replace(self, **changes)

    # --- addresses ---

    @property
    def query(self) -> str:
        """The question as it stands in an address."""
        values = {
            "grid": self.code,
            "kind": self.kind,
            "day": self.period.first.isoformat(),
            "category": self.category,
            "source": self.source,
            "tab": self.tab if self.tab != TABS[0] else "",
        }
        return urlencode({name: value for name, value in values.items() if value})

    def url(self, **changes: Any) -> str:
        """The address of the page for the same question but for `changes`; a `grid` may be given as a code."""
        code = changes.pop("code", "")
        address = f"{reverse('reports:analysis')}?{self.at(**changes).query}"
        return address.replace(f"grid={self.code}", f"grid={code}", 1) if code else address

    @property
    def earlier_url(self) -> str:
        """The period before, or "" where there is none."""
        return self.url(period=self.before) if self.before.first >= FIRST_DAY else ""

    def later_url(self, now: datetime) -> str:
        """The period after, or "" when it has not begun."""
        after = next_period(self.kind, self.period)
        return self.url(period=after) if after.first <= local_day(now) else ""

    def kind_url(self, kind: str, now: datetime) -> str:
        """The period of another length around the same day; the newest one when this one holds today."""
        day = local_day(now) if self.is_running(now) else self.period.last
        return self.url(kind=kind, period=period_of(kind, day))

    def cases_url(self, measure: str, line: Mapping[str, str] | None = None, *, period: Period | None = None) -> str:
        """The incidents behind one number: those of the question, or of one line of its tables."""
        span = period or self.period
        address = reverse("reports:cases", args=[self.code, span.first.isoformat(), span.last.isoformat(), measure])
        wanted = {name: value for name, value in {**self.filters, **(line or {})}.items() if value}
        return f"{address}?{urlencode(wanted)}" if wanted else address

    def list_url(self, **filters: Any) -> str:
        """The case list of the same subtree, class and source."""
        wanted = {"grid": self.code, **self.filters, **filters}
        if wanted["category"] == "none":
            wanted["category"] = ""
        return f"{reverse('incidents:list')}?{urlencode({name: value for name, value in wanted.items() if value})}"
