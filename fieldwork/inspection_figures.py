"""检查 N 家次, 发现隐患 N, 现场整改 N, 限期整改 N, 发出整改通知书 N 份, 已整改 N (domain.md 3.8, W59).

Everything is counted by the inspections of a period: a hazard belongs to the day on which it was found, whenever it was
put right. Three queries per table, for any number of rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Left

from fieldwork.models import Hazard, Inspection, PlaceKind, RectificationNotice
from grid.models import Grid
from incidents.overview import midnight

DIGITS: Final = {4: 6, 6: 9, 9: 12, 12: 15, 15: 18}
"""Length of a grid's code → that of its children's."""
STREET_DIGITS: Final = 9
DONE: Final = (Hazard.Status.FIXED_AT_ONCE, Hazard.Status.FIXED)
OPEN_NOTICES: Final = (RectificationNotice.Status.ISSUED, RectificationNotice.Status.FIXING)


@dataclass(slots=True)
class Figures:
    """The counts of one line. `places` counts each place once, so that lines of it do not add up."""

    inspections: int = 0
    places: int = 0
    hazards: int = 0
    serious: int = 0
    at_once: int = 0
    ordered: int = 0
    put_right: int = 0
    transferred: int = 0
    notices: int = 0
    notices_open: int = 0
    notices_overdue: int = 0

    @property
    def rate(self) -> float | None:
        """整改率: put right of all hazards found; None without any."""
        return self.put_right / self.hazards if self.hazards else None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its key (for the link), what it is called, and its counts."""

    key: str
    label: str
    figures: Figures


def figures(inspections: QuerySet[Inspection], by: str, *, today: date, width: int = 0) -> dict[Any, Figures]:
    """The counts of `inspections` by "area" (codes of `width` digits), "kind" (id) or "level"; three queries."""
    found: dict[Any, Figures] = {}
    own = inspections.order_by().values(key=_key(by, width))
    for row in own.annotate(**_LOOKS):
        _put(found, dict(row))
    for rows, counts in _behind(inspections, today):
        for row in rows.values(key=_key(by, width, behind=True)).annotate(**counts):
            _put(found, row)
    return found


def total(inspections: QuerySet[Inspection], *, today: date) -> Figures:
    """All of them in one line; three queries."""
    found: dict[Any, Figures] = {}
    _put(found, {"key": "", **inspections.order_by().aggregate(**_LOOKS)})
    for rows, counts in _behind(inspections, today):
        _put(found, {"key": "", **rows.aggregate(**counts)})
    return found[""]


def _behind(inspections: QuerySet[Inspection], today: date) -> tuple[tuple[QuerySet[Any], Mapping[str, Count]], ...]:
    these = inspections.order_by().values("pk")
    notices = RectificationNotice.objects.filter(inspection__in=these).order_by()
    return (
        (Hazard.objects.filter(inspection__in=these).order_by(), _HAZARDS),
        (notices.exclude(status=RectificationNotice.Status.WITHDRAWN), _notices(today)),
    )


def _key(by: str, width: int, *, behind: bool = False) -> Any:
    """What a line is: hazards and notices keep code and place of their inspection, but not who came."""
    if by == "area":
        return Left("grid_code", width)
    if by == "kind":
        return F("place__kind")
    return F("inspection__level" if behind else "level")


def _put(found: dict[Any, Figures], row: dict[str, Any]) -> None:
    line = found.setdefault(row.pop("key"), Figures())
    for name, count in row.items():
        setattr(line, name, count)


_LOOKS: Final[Mapping[str, Count]] = {"inspections": Count("pk"), "places": Count("place", distinct=True)}
_HAZARDS: Final[Mapping[str, Count]] = {
    "hazards": Count("pk"),
    "serious": Count("pk", filter=Q(is_serious=True)),
    "at_once": Count("pk", filter=Q(status=Hazard.Status.FIXED_AT_ONCE)),
    "ordered": Count("pk", filter=Q(notice__isnull=False)),
    "put_right": Count("pk", filter=Q(status__in=DONE)),
    "transferred": Count("pk", filter=Q(status=Hazard.Status.TRANSFERRED)),
}


def _notices(today: date) -> Mapping[str, Count]:
    still = Q(status__in=OPEN_NOTICES)
    return {
        "notices": Count("pk"),
        "notices_open": Count("pk", filter=still),
        "notices_overdue": Count("pk", filter=still & Q(deadline__lt=today)),
    }


# --- the tables of the page -------------------------------------------------------------------------------------------


def of_period(user: Any, *, first: date, last: date, under: str = "") -> QuerySet[Inspection]:
    """The inspections of the days `first` to `last` that `user` sees, in the subtree `under`."""
    rows = Inspection.objects.visible_to(user).filter(
        at__gte=midnight(first), at__lt=midnight(last + timedelta(days=1))
    )
    found: QuerySet[Inspection] = rows.under(under) if under else rows
    return found


def by_area(inspections: QuerySet[Inspection], code: str, *, today: date) -> list[Line]:
    """A line per child of the grid `code` (per street without one), those without a look as well."""
    found = figures(inspections, "area", today=today, width=DIGITS.get(len(code), len(code) or STREET_DIGITS))
    below = Q(parent__code=code) if code else Q(pk__in=())
    grids = Grid.objects.current(today).filter(Q(code__in=[*found]) | below)
    names = dict(grids.values_list("code", "name"))
    return [Line(key, names.get(key, key), found.get(key) or Figures()) for key in sorted({*found, *names})]


def by_kind(inspections: QuerySet[Inspection], *, today: date) -> list[Line]:
    """A line per kind of place that was looked at."""
    found = figures(inspections, "kind", today=today)
    return [Line(kind.code, kind.name, found[kind.pk]) for kind in PlaceKind.objects.filter(pk__in=[*found])]


def by_level(inspections: QuerySet[Inspection], *, today: date) -> list[Line]:
    """Street, community and grid, each with what its people found (三级联动)."""
    found = figures(inspections, "level", today=today)
    levels = reversed(Inspection.Level.choices)
    return [Line(value, str(label), found.get(value) or Figures()) for value, label in levels]
