"""Figures of other systems (智管中原 APP: 上报 6851, 处置 6851): with their source, never mixed with own counts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from grid.models import Grid
from reports.models import OutsideFigure
from reports.words import templates

MOST: Final = Decimal(10) ** 12
CREATED, CHANGED, SAME = "created", "changed", "same"
VALUES: Final = ("value", "unit", "note")


@dataclass(frozen=True, slots=True)
class Given:
    """One figure as it comes in."""

    system: str
    measure: str
    first: date
    last: date
    value: Decimal
    unit: str = "件"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate computed from a pair of figures of the same system, grid and period."""

    name: str
    above: OutsideFigure
    below: OutsideFigure

    @property
    def value(self) -> float | None:
        """Above ÷ below; None over nothing."""
        return float(self.above.value / self.below.value) if self.below.value else None

    @property
    def is_odd(self) -> bool:
        """More above than below: the two were counted in different ways."""
        return self.above.value > self.below.value


def keep(given: Given, *, grid: Grid, actor: User, now: datetime) -> tuple[OutsideFigure, str]:
    """Keep one figure: new, changed, or the same as before. The same key twice is one figure.

    NotAllowed without report.write on the grid, NotValid by field.
    """
    demand(actor, "report.write", grid.code)
    given = _checked(given)
    key = {
        "system": given.system,
        "grid": grid,
        "measure": given.measure,
        "period_start": given.first,
        "period_end": given.last,
    }
    values = {name: getattr(given, name) for name in VALUES}
    with transaction.atomic():
        row, created = OutsideFigure.objects.select_for_update(of=("self",)).get_or_create(
            **key, defaults={**values, "grid_code": grid.code, "entered_by": actor, "entered_at": now}
        )
        if created:
            return row, CREATED
        return row, _changed(row, values, actor, now)


def _changed(row: OutsideFigure, values: dict[str, Any], actor: User, now: datetime) -> str:
    if all(getattr(row, name) == value for name, value in values.items()):
        return SAME
    for name, value in {**values, "entered_by": actor, "entered_at": now}.items():
        setattr(row, name, value)
    row.save(update_fields=[*VALUES, "entered_by", "entered_at"])
    return CHANGED


def _checked(given: Given) -> Given:
    texts = {
        name: clean_text(getattr(given, name), max_length=length)
        for name, length in (("system", 60), ("measure", 60), ("unit", 20), ("note", 200))
    }
    value = given.value
    demand_valid(
        (
            ("system", bool(texts["system"]), _("Say which system it is from.")),
            ("measure", bool(texts["measure"]), _("Say what was counted.")),
            ("last", given.last >= given.first, _("The last day lies before the first.")),
            ("first", given.first.year >= 2000, _("Choose a day since 2000.")),
            ("value", value.is_finite() and 0 <= value < MOST, _("This number is not possible.")),
            ("value", value.is_finite() and value == round(value, 2), _("At most two decimals.")),
        )
    )
    return Given(first=given.first, last=given.last, value=value, **texts)


def rates(rows: Iterable[OutsideFigure]) -> Iterator[Rate]:
    """The rates that the figures give in pairs, in the order of the first figure of each group."""
    groups: dict[tuple[str, int, date, date], dict[str, OutsideFigure]] = {}
    for row in rows:
        groups.setdefault((row.system, row.grid_id, row.period_start, row.period_end), {})[row.measure] = row
    for group in groups.values():
        for pair in templates("records")["pairs"]:
            if pair["above"] in group and pair["below"] in group:
                yield Rate(pair["name"], group[pair["above"]], group[pair["below"]])


def in_period(code: str, first: date, last: date) -> list[OutsideFigure]:
    """Figures of exactly this grid whose period lies inside the given one: what a report page shows beside its own."""
    rows = OutsideFigure.objects.filter(grid_code=code, period_start__gte=first, period_end__lte=last)
    return list(rows.select_related("grid").defer("grid__boundary").order_by("system", "period_start", "id"))
