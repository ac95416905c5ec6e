"""The calendar of duty: which members stand at which post on which day, for a week or a month."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from grid.months import weeks_of
from partybuilding.models import DutyPost, DutyShift
from partybuilding.rosters import days_of
from partybuilding.standing import shown

WEEK: Final = timedelta(days=7)
Status = DutyShift.Status


@dataclass(frozen=True, slots=True)
class Window:
    """The days that are shown: whole weeks from Monday on."""

    first: date
    weeks: int

    @property
    def last(self) -> date:
        """The last day, included."""
        return self.first + self.weeks * WEEK - timedelta(days=1)

    @property
    def days(self) -> list[date]:
        """All days."""
        return [self.first + timedelta(days=n) for n in range(self.weeks * 7)]


@dataclass(frozen=True, slots=True)
class Stand:
    """One member on a roster, as the calendar shows her."""

    shift: DutyShift
    name: str
    post: DutyPost


@dataclass(slots=True)
class Cell:
    """One post on one day, or one day of the month: who stands, and how many are missing."""

    day: date
    stands: list[Stand]
    missing: int = 0


def week_of(day: date) -> Window:
    """The week of a day."""
    return Window(day - timedelta(days=day.weekday()), 1)


def month_of(day: date) -> Window:
    """The weeks that the month of a day touches."""
    weeks = weeks_of(day)
    return Window(weeks[0][0], len(weeks))


def stands_of(posts: Sequence[DutyPost], window: Window) -> dict[tuple[int, date], list[Stand]]:
    """Who stands at these posts in the window, by post and day. One query."""
    by_key = {post.pk: post for post in posts}
    rows = DutyShift.objects.filter(post__in=by_key, on__gte=window.first, on__lte=window.last)
    rows = rows.exclude(status=Status.CALLED_OFF).select_related("member").defer("member__phone").order_by("pk")
    found: dict[tuple[int, date], list[Stand]] = defaultdict(list)
    for row in rows:
        found[row.post_id, row.on].append(Stand(row, shown(row.member), by_key[row.post_id]))
    return found


def by_post(posts: Sequence[DutyPost], window: Window, today: date) -> list[tuple[DutyPost, list[Cell]]]:
    """A line for each post with a cell for each day."""
    stands = stands_of(posts, window)
    lines = []
    for post in posts:
        own = set(days_of(post, window.first, window.last)) if post.is_active else set()
        cells = [_cell(post, day, stands.get((post.pk, day), []), own, today) for day in window.days]
        lines.append((post, cells))
    return lines


def _cell(post: DutyPost, day: date, stands: list[Stand], own: set[date], today: date) -> Cell:
    here = sum(one.shift.status != Status.EXCUSED for one in stands)
    missing = max(0, post.people - here) if day in own and day >= today else 0
    return Cell(day, stands, missing)


def by_day(posts: Sequence[DutyPost], window: Window, today: date) -> list[list[Cell]]:
    """A line for each week with a cell for each day, all posts together."""
    lines = by_post(posts, window, today)
    cells = []
    for place, day in enumerate(window.days):
        of_day = [line[place] for _post, line in lines]
        stands = sorted((one for cell in of_day for one in cell.stands), key=lambda one: (one.post.starts, one.post.pk))
        cells.append(Cell(day, stands, sum(cell.missing for cell in of_day)))
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def figures(shifts: QuerySet[Any], today: date) -> dict[str, int]:
    """Today's and the month's numbers of the shifts that the reader sees, in one query."""
    month = Q(on__gte=today.replace(day=1), on__lte=today)
    found: dict[str, int] = shifts.aggregate(
        today=Count("pk", filter=Q(on=today, status__in=(Status.PLANNED, Status.ATTENDED))),
        to_note=Count("pk", filter=Q(on__lt=today, status=Status.PLANNED)),
        asked=Count("pk", filter=Q(asked__isnull=False)),
        attended=Count("pk", filter=month & Q(status=Status.ATTENDED)),
        told=Count("pk", filter=month & Q(status__in=(Status.ATTENDED, Status.ABSENT, Status.EXCUSED))),
    )
    return found
