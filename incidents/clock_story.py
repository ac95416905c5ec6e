"""The clocks of a case for its page: each with its runs explained; the running one first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from incidents.calendars import DbCalendar
from incidents.explain import Run, explain
from incidents.models import CalendarDay, ClockEntry
from incidents.states import Clock
from incidents.worktime import PEOPLE_TIME, TimeUnit


@dataclass(frozen=True, slots=True)
class ClockPart:
    """One run of one clock, as the card shows it."""

    label: str
    run: Run
    step_name: str

    @property
    def is_open(self) -> bool:
        """Shown unfolded: it runs or waits."""
        return self.run.is_going


def clock_parts(entries: Iterable[ClockEntry]) -> list[ClockPart]:
    """Every run of every clock, what goes on first, then the newest; two more queries when working time counts."""
    rows = list(entries)
    calendar, names = DbCalendar(), _names(rows)
    parts = []
    for clock in Clock:
        own = [row for row in rows if row.clock == clock]
        starts = [row for row in own if row.kind == ClockEntry.Kind.STARTED]
        chained = len({row.step for row in starts}) > 1
        for number, run in enumerate(explain(own, calendar, names)):
            step = str(starts[number].step) if chained and number < len(starts) else ""
            parts.append(ClockPart(str(clock.label), run, step))
    return sorted(parts, key=_newest_first)


def _newest_first(part: ClockPart) -> tuple[bool, float]:
    started = part.run.reading.started_at
    return not part.is_open, -started.timestamp() if started else 0.0


def _names(rows: Sequence[ClockEntry]) -> dict[date, str]:
    """What the calendar calls the days that may matter; one query, none when only the wall clock counts."""
    working = [row for row in rows if row.unit and not TimeUnit(row.unit).is_continuous]
    if not working:
        return {}
    first = min(row.at for row in working).astimezone(PEOPLE_TIME).date()
    last = max(row.due_at or row.at for row in rows).astimezone(PEOPLE_TIME).date()
    days = CalendarDay.objects.filter(day__range=(first, last)).exclude(name="")
    return dict(days.values_list("day", "name"))
