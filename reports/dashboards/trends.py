"""The trend inside a period, and what is expected of the days that are still to come."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from reports.dashboards import data
from reports.dashboards.cards import Card, count, words
from reports.dashboards.choice import INSIDE, Choice
from reports.dashboards.data import Point
from reports.dashboards.forecast import SEASON, Verdict, judge
from reports.indicators import MEASURE_BY_NAME
from reports.periods import Period, local_day
from reports.rollups import names

BACK: Final = {"d": timedelta(days=119), "w": timedelta(weeks=156), "m": timedelta(days=72 * 30)}
"""What the forecast looks at."""
SEASONS: Final = {"d": 7, "w": 52, "m": 12}
AROUND_A_DAY: Final = timedelta(days=29)
"""A single day is shown as the last of thirty."""
AHEAD: Final = 7
"""At most so many steps are foretold."""


def trend(choice: Choice, now: datetime) -> Card:
    """Reported and completed per step, with a band of expectation where it has proved itself; one series of queries."""
    grain, today = INSIDE[choice.kind], local_day(now)
    first = choice.period.first - (AROUND_A_DAY if choice.kind == "daily" else timedelta(0))
    is_open = choice.is_running(now)
    begin = min(first, today - BACK[grain]) if is_open else first
    points = data.trend(choice, grain, Period(begin, choice.shown_last(now)), now)
    shown = [point for point in points if point.day >= names.first_day(grain, first)]
    coming = _coming(choice, grain, today) if is_open else []
    verdict = judge(_known(points), len(coming), SEASONS[grain]) if coming else Verdict()
    return _card(choice, grain, shown, coming, verdict, is_open=is_open)


def _coming(choice: Choice, grain: str, today: date) -> list[date]:
    """The steps to foretell: the present one, which is not over, and those after it inside the period."""
    last = today + timedelta(days=AHEAD - 1) if choice.kind == "daily" else choice.period.last
    return data.firsts(grain, Period(today, last))[:AHEAD]


def _known(points: Sequence[Point]) -> list[float]:
    """The finished steps, from the first report on."""
    values = [float(point.reported) for point in points[:-1]]
    begun = next((at for at, value in enumerate(values) if value), len(values))
    return values[begun:]


def _card(
    choice: Choice, grain: str, shown: Sequence[Point], coming: Sequence[date], verdict: Verdict, *, is_open: bool
) -> Card:
    spans = [_span(choice, grain, point.day) for point in shown]
    return Card(
        id="chart-trend",
        title=_("Reported and completed"),
        unit=_("cases (unit)"),
        period=period_words(spans[0].first, spans[-1].last) + (f" · {_('by whole weeks')}" if grain == "w" else ""),
        url=choice.cases_url("reported"),
        chart=_chart(choice, grain, shown, coming, verdict),
        header=[_("Time"), *(MEASURE_BY_NAME[name].label for name in _columns(shown))],
        rows=[_row(choice, point, span, _columns(shown)) for point, span in zip(shown, spans, strict=True)],
        note=verdict_words(grain, verdict) if is_open and coming else "",
        in_excel="line",
        drawn=(1, 2),
    )


def _columns(shown: Sequence[Point]) -> list[str]:
    more = ["open_end", "overdue_open"] if shown and shown[0].open_end is not None else []
    return ["reported", "completed", *more]


def _row(choice: Choice, point: Point, span: Period, columns: Sequence[str]) -> list[Any]:
    cells = [count(getattr(point, name), choice.cases_url(name, period=span)) for name in columns]
    return [words(step_words(span.first, span.last)), *cells]


def _span(choice: Choice, grain: str, first: date) -> Period:
    return Period(first, names.next_first(grain, first) - timedelta(days=1))


def _chart(
    choice: Choice, grain: str, shown: Sequence[Point], coming: Sequence[date], verdict: Verdict
) -> dict[str, Any]:
    band = verdict.band
    later = [day for day in coming if day > shown[-1].day] if band else []
    days = [point.day for point in shown] + later
    series: list[dict[str, Any]] = [
        {"name": MEASURE_BY_NAME[name].label, "values": [getattr(point, name) for point in shown], "tone": tone}
        for name, tone in (("reported", "primary"), ("completed", "success"))
    ]
    for row in series:
        row["values"] += [None] * len(later)
    if band:
        empty: list[float | None] = [None] * (len(days) - len(coming))
        for name, values, more in (
            (_("expected"), band.values, {"dashed": True}),
            (_("at least"), band.lower, {"band": "lower"}),
            (_("at most"), band.upper, {"band": "upper"}),
        ):
            rounded = [round(value, 1) for value in values]
            series.append({"name": name, "values": [*empty, *rounded], "tone": "secondary", **more})
    spans = [_span(choice, grain, point.day) for point in shown]
    return {
        "kind": "line",
        "labels": [f"{day.year}/{day.month}" if grain == "m" else f"{day.month}/{day.day}" for day in days],
        "series": series,
        "links": [choice.cases_url("reported", period=span) for span in spans],
    }


def verdict_words(grain: str, verdict: Verdict) -> str:
    """What the back-test has found, in one sentence; never silent about why there is no band."""
    if verdict.naive_error is None or verdict.model_error is None:
        return _("No forecast: the history is too short to test one.")
    naive = {"d": _("the same day of the week before"), "w": _("the same week of the year before")}.get(
        grain, _("the same month of the year before")
    )
    facts = {
        "n": verdict.tested,
        "ours": f"{verdict.model_error:.1f}",
        "naive": naive if verdict.naive == SEASON else _("the last value"),
        "theirs": f"{verdict.naive_error:.1f}",
        "gain": f"{(verdict.gain or 0) * 100:.0f}",
    }
    if verdict.band is None:
        return (
            _(
                "No forecast: in a test on the last %(n)s steps the model was off by %(ours)s on average, the best "
                "simple guess (%(naive)s) by %(theirs)s. A forecast is shown only when it is at least 5%% better."
            )
            % facts
        )
    return (
        _(
            "Grey band: four of five values are expected there. In a test on the last %(n)s steps the model (recent "
            "level × usual shape) was off by %(ours)s on average, the best simple guess (%(naive)s) by %(theirs)s: "
            "%(gain)s%% better."
        )
        % facts
    )


def period_words(first: date, last: date) -> str:
    """A span of days for the head of a card."""
    return f"{_day(first)}" if first == last else f"{_day(first)}–{_day(last)}"


def step_words(first: date, last: date) -> str:
    """A step of a table: a day, a week or a month."""
    if first == last:
        return _day(first)
    whole_month = first.day == 1 and (last + timedelta(days=1)).day == 1
    return f"{first:%Y-%m}" if whole_month else f"{_day(first)}–{_day(last)}"


def _day(day: date) -> str:
    return day.isoformat()
