"""When cases come in, and where they wait: the heat of the week, and the stay in each state."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.templatetags.display import duration
from incidents.models import Incident
from incidents.states import OPEN_STATES, State
from reports.dashboards import data
from reports.dashboards.cards import Card, Cell, count, words
from reports.dashboards.choice import Choice
from reports.dashboards.trends import period_words
from reports.indicators import MEASURE_BY_NAME
from reports.rollups.reading import Wait
from reports.words import percent

WEEKDAYS: Final = range(1, 8)
HOURS: Final = range(24)
HOUR: Final = 3600


def heat(choice: Choice, measure: str, now: datetime) -> Card:
    """Reported or completed cases by weekday and hour, of the whole months of the period."""
    found = data.hours(choice, now)
    days = weekday_names()
    values = {day: [found.get((day, hour), {}).get(measure, 0) for hour in HOURS] for day in WEEKDAYS}
    months = choice.months
    series = [{"name": days[day - 1], "values": values[day]} for day in WEEKDAYS]
    rows = [[words(_hour(hour)), *(count(values[day][hour]) for day in WEEKDAYS)] for hour in HOURS]
    rows.append([words(_("Sum")), *(count(sum(values[day])) for day in WEEKDAYS)])
    label = MEASURE_BY_NAME[measure].label
    return Card(
        id=f"chart-{measure}",
        title=_("%(what)s by weekday and hour") % {"what": label},
        unit=_("cases (unit)"),
        period=period_words(months.first, months.last),
        url=choice.at(category="", source="").cases_url(measure, period=months),
        chart={"kind": "heat", "labels": [str(hour) for hour in HOURS], "series": series},
        header=[_("Hour of the day"), *days],
        rows=rows,
        note=_("Whole months of the period, all categories and sources."),
        in_excel="line",
        drawn=range(1, 8),
    )


def weekday_names() -> list[str]:
    """Monday to Sunday, short."""
    return [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]


def _hour(hour: int) -> str:
    return f"{hour:02d}:00–{hour + 1:02d}:00"


def waiting(choice: Choice, now: datetime) -> Card:
    """How long cases stay in each state, in the order of the way, and how many are there at present."""
    found = data.waits(choice, now)
    present = _present(choice)
    states = [state for state in OPEN_STATES if state in found or present.get(state)]
    whole = sum(found[state].seconds for state in states if state in found)
    months = choice.months
    return Card(
        id="chart-waits",
        title=_("Time in each state"),
        unit=_("hours, mean of a stay"),
        period=period_words(months.first, months.last),
        url=choice.list_url(open="true", category="", source=""),
        chart=_waits_chart(choice, states, found),
        header=[
            _("State"),
            _("There now"),
            _("Left it"),
            _("Mean stay"),
            _("Median lies in"),
            _("Share of all waiting"),
        ],
        rows=[_waits_row(choice, state, found.get(state), present.get(state, 0), whole) for state in states],
        note=_longest(states, found, whole),
        drawn=(1, 2),
    )


def _present(choice: Choice) -> Mapping[str, int]:
    rows = Incident.objects.under(choice.code).filter(state__in=OPEN_STATES).order_by()
    return dict(rows.values_list("state").annotate(n=Count("pk")))


def _waits_row(choice: Choice, state: State, wait: Wait | None, present: int, whole: int) -> list[Cell]:
    here = count(present, choice.list_url(state=str(state), category="", source=""))
    if wait is None:
        return [words(str(state.label)), here, count(0), Cell("—"), Cell("—"), Cell("—")]
    mean = wait.mean or 0
    share = wait.seconds / whole if whole else None
    return [
        words(str(state.label)),
        here,
        count(wait.left),
        Cell(duration(mean), round(mean / HOUR, 2)),
        Cell(band_words(wait.median_band)),
        Cell(percent(share), share),
    ]


def band_words(band: tuple[int, int | None] | None) -> str:
    """A band of stays in words: under 1 hour, 4 hours–8 hours, over 30 days."""
    if band is None:
        return "—"
    low, high = band
    if high is None:
        return _("over %(span)s") % {"span": duration(low)}
    if not low:
        return _("under %(span)s") % {"span": duration(high)}
    return f"{duration(low)}–{duration(high)}"


def _waits_chart(choice: Choice, states: Sequence[State], found: Mapping[str, Wait]) -> dict[str, Any]:
    means = [round((found[state].mean or 0) / HOUR, 1) if state in found else 0 for state in states]
    return {
        "kind": "hbar",
        "decimals": True,
        "labels": [str(state.label) for state in states],
        "series": [{"name": _("Mean stay (hours)"), "values": means, "tone": "warning"}],
        "links": [choice.list_url(state=str(state), category="", source="") for state in states],
    }


def _longest(states: Sequence[State], found: Mapping[str, Wait], whole: int) -> str:
    """The state that holds most of the waiting, in one sentence."""
    known = [state for state in states if state in found]
    if not known or not whole:
        return ""
    worst = max(known, key=lambda state: found[state].seconds)
    facts = {"state": worst.label, "share": percent(found[worst].seconds / whole), "n": found[worst].left}
    return (
        _("Most of the waiting lies in “%(state)s”: %(share)s of all hours. %(n)s stays ended there in these months.")
        % facts
    )
