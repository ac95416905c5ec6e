"""What the wall screen shows of one subtree, as JSON: live numbers, the last thirty days, rates of the month, events.

It hangs where anybody may look: titles stand without phone and identity numbers, and no person is named.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.cache import cache
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.protect import mask_numbers
from grid.models import Grid
from grid.models.grid import LEVEL_BY_LENGTH
from incidents import maps
from incidents.models import Incident, IncidentEvent
from incidents.overview import loads, trend
from incidents.states import MOVE_BY_NAME, State
from reports.dashboards import data
from reports.dashboards.breakdowns import UNCLASSIFIED, Classes
from reports.indicators import INDICATOR_BY_NAME
from reports.metrics import Tally
from reports.periods import local_day, period_of
from reports.rollups import reading

Json = dict[str, Any]

DAYS: Final = 30
DOTS: Final = 400
EVENTS: Final = 14
LOOK_BACK: Final = timedelta(days=3)
LONGEST_TITLE: Final = 30
CATEGORIES: Final = 6
RATES: Final = ("on_time_handling_rate", "on_time_closing_rate", "same_day_rate")
STREET_LENGTH, GRID_LENGTH = 9, 15
KEEP: Final = 10
"""Seconds for which several screens of one account share one answer."""
KEEP_CLASSES: Final = 300


def wall(grid: Grid, *, user: Any, now: datetime) -> Json:
    """All that changes; counted anew every ten seconds at most."""
    found: Json = cache.get_or_set(f"wall:{user.pk}:{grid.code}", lambda: _counted(grid, user, now), KEEP) or {}
    return found


def _counted(grid: Grid, user: Any, now: datetime) -> Json:
    rows = Incident.objects.visible_to(user).under(grid.code)
    days = trend(rows, now=now, days=DAYS)
    load = loads(user, under=grid.code, code_length=_shape_length(grid), now=now)
    return {
        "today": {"reported": days.new[-1], "completed": days.closed[-1]},
        "open": sum(each.open for each in load.values()),
        "overdue": sum(each.overdue for each in load.values()),
        "trend": {
            "days": [f"{day.month}/{day.day}" for day in days.days],
            "reported": days.new,
            "completed": days.closed,
        },
        "grids": {code: [each.open, each.overdue] for code, each in load.items()},
        "dots": _dots(rows, now),
        "events": _events(rows, now),
        **_month(grid, now),
    }


def _shape_length(grid: Grid) -> int:
    """A street or less is drawn by grids, anything wider by streets."""
    return GRID_LENGTH if len(grid.code) >= STREET_LENGTH else STREET_LENGTH


def _dots(rows: Any, now: datetime) -> list[list[Any]]:
    """Open cases as [longitude, latitude, late], the overdue ones first when there are too many."""
    placed = rows.open().filter(point__isnull=False).annotate(x=maps.X("point"), y=maps.Y("point"))
    found = placed.order_by(F("due_at").asc(nulls_last=True)).values_list("x", "y", "due_at")[:DOTS]
    return [[round(x, 5), round(y, 5), int(due_at is not None and due_at < now)] for x, y, due_at in found]


def _events(rows: Any, now: datetime) -> list[Json]:
    """The newest moves: when, what, of which case, where."""
    recent = IncidentEvent.objects.filter(at__gt=now - LOOK_BACK, at__lte=now, kind=IncidentEvent.Kind.MOVE)
    columns = ("at", "move", "to_state", "incident__title", "incident__category__name", "incident__grid__name")
    found = recent.filter(incident__in=rows.order_by()).order_by("-at", "-pk").values_list(*columns)[:EVENTS]
    return [
        {
            "at": at.isoformat(timespec="seconds"),
            "move": str(MOVE_BY_NAME[move].label) if move in MOVE_BY_NAME else move,
            "tone": _tone(state),
            "title": short(mask_numbers(title)),
            "category": category or "",
            "place": place,
        }
        for at, move, state, title, category, place in found
    ]


def short(title: str) -> str:
    """A title that fits one line of the screen."""
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def _tone(state: str) -> str:
    if state in (State.CLOSED, State.SELF_HANDLED, State.ANSWERED):
        return "done"
    if state in (State.REPORTED, State.VERIFYING):
        return "new"
    return "back" if state in (State.REWORKING, State.CANCELLED, State.NOT_ACCEPTED, State.NOT_FILED) else "work"


def _month(grid: Grid, now: datetime) -> Json:
    """Rates with their fractions, and the most frequent classes, of the present month."""
    first = period_of("monthly", local_day(now)).first
    found = reading.breakdown(grid.code, "m", first, "category", now=now)
    whole = data.plus(found.values())
    classes = cache.get_or_set("wall:classes", Classes.read, KEEP_CLASSES) or Classes({})
    return {"month": f"{first:%Y-%m}", "rates": _rates(whole), "categories": _categories(found, classes)}


def _rates(whole: Tally) -> list[Json]:
    return [
        {
            "label": INDICATOR_BY_NAME[name].label,
            "value": data.share(whole.ratios[name]),
            "above": whole.ratios[name][0],
            "below": whole.ratios[name][1],
        }
        for name in RATES
    ]


def _categories(found: Mapping[str, Tally], classes: Classes) -> list[Json]:
    counts: dict[str, int] = defaultdict(int)
    for key, tally in found.items():
        counts[classes.major(key)] += tally.numbers["reported"]
    most = sorted(((n, key) for key, n in counts.items() if n), key=lambda one: (-one[0], one[1]))[:CATEGORIES]
    return [{"name": _("Not classified") if key == UNCLASSIFIED else classes.name(key), "count": n} for n, key in most]


def shapes(grid: Grid, now: datetime) -> str:
    """The boundaries of the areas and of the level above them as GeoJSON text, written by the database; two queries."""
    lowest = LEVEL_BY_LENGTH[_shape_length(grid)]
    rows = Grid.objects.under(grid.code).current(local_day(now)).territorial()
    features = [
        _feature(code, name, shape, level)
        for level in (lowest - 1, lowest)
        for code, name, shape in maps.boundaries(rows, level=level)
        .order_by("code")
        .values_list("code", "name", "shape")
    ]
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


def _feature(code: str, name: str, shape: str, level: int) -> str:
    properties = json.dumps({"code": code, "name": name, "level": level}, ensure_ascii=False)
    return f'{{"type":"Feature","geometry":{shape},"properties":{properties}}}'
