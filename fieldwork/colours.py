"""九色动态图: the legend of nine colours, and how many people are in care per grid or building and colour.

Counts only, never names. Whoever sees the people of a place (`care.view`) sees exact numbers; whoever sees field work
there (`field.view`) sees steps of five and "<5", and nothing of sensitive tags (domain.md 3.5, reliability.md 4.5).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, When
from django.db.models.functions import Coalesce, Left
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, demand_valid
from accounts.models import User
from accounts.text_guard import clean_field
from fieldwork.models import CareColour, CareSubject, FieldStep
from grid.models import Building, Compound
from grid.scope import Scope, scope_of

STEP: Final = 5
"""Numbers below are not told to those who may not see the people themselves."""
MOST_PLACES: Final = 1500
"""Buildings that a map can show; more are drawn as compounds."""
_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
Places = Mapping[Any, "Counts"]


@dataclass(frozen=True, slots=True)
class Cell:
    """How many people of one colour in one place."""

    count: int
    exact: bool

    @property
    def shown(self) -> str:
        """The number as it may be told: exact, "<5", or rounded down to steps of five with a plus."""
        if self.exact or not self.count:
            return str(self.count)
        return f"<{STEP}" if self.count < STEP else f"{self.count - self.count % STEP}+"

    @property
    def told(self) -> int:
        """A number for machines that says no more than `shown`."""
        return self.count if self.exact else self.count - self.count % STEP

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(self.count + other.count, self.exact and other.exact)


NOBODY: Final = Cell(0, exact=True)


class Counts(dict[int, Cell]):
    """The cells of one place by slot; a slot that is not there has nobody."""

    def add(self, slot: int, cell: Cell) -> None:
        """One more part of the number of a colour."""
        self[slot] = self[slot] + cell if slot in self else cell

    def of(self, slots: Iterable[int]) -> list[Cell]:
        """A cell for every slot, in their order."""
        return [self.get(slot, NOBODY) for slot in slots]

    @property
    def total(self) -> Cell:
        """All colours together; somebody under two colours counts in both."""
        return sum(self.values(), NOBODY)


def legend() -> list[CareColour]:
    """The nine colours in their order."""
    return list(CareColour.objects.order_by("slot"))


def define(slot: int, *, name: str, value: str, meaning: str, source: str, actor: User, now: datetime) -> CareColour:
    """Say what a slot of the legend means; who said it is kept. NotAllowed without `policy.decide`, NotValid."""
    if not scope_of(actor).can("policy.decide"):
        raise NotAllowed(_("You may not change the legend."))
    lengths = {"name": (name, 20), "value": (value, 7), "meaning": (meaning, 100), "source": (source, 100)}
    given = {field: clean_field(field, text, max_length=length) for field, (text, length) in lengths.items()}
    with transaction.atomic():
        colour = CareColour.objects.select_for_update().get(slot=slot)
        for field, text in given.items():
            setattr(colour, field, text)
        taken = CareColour.objects.filter(name=colour.name).exclude(pk=colour.pk).exists()
        demand_valid(
            [
                ("name", bool(colour.name), _("Give the colour a name.")),
                ("name", not taken, _("Another slot has this name.")),
                ("value", bool(_HEX.fullmatch(colour.value)), _("Write it as #d63939.")),
                ("meaning", bool(colour.meaning), _("Say what the colour means.")),
            ]
        )
        colour.save(update_fields=list(given))
        words = f"{colour.name} {colour.value} {colour.meaning}"
        FieldStep.objects.create(
            subject="carecolour", subject_id=colour.pk, after="defined", by=actor, at=now, text=words
        )
    return colour


# --- counting ---------------------------------------------------------------------------------------------------------


def of_grids(user: Any, *, under: str, length: int) -> dict[str, Counts]:
    """Counts by the first `length` signs of the grid code, for the grids below `under`; one query."""
    return _counted(counted_rows(user).filter(grid_code__startswith=under), Left("grid_code", length))


def of_buildings(user: Any, *, under: str = "", buildings: Iterable[int] | None = None) -> dict[int, Counts]:
    """Counts by building (primary key), for a subtree or for the given ones; one query."""
    rows = counted_rows(user).filter(grid_code__startswith=under)
    if buildings is not None:
        rows = rows.filter(household__building__in=list(buildings))
    return _counted(rows, F("household__building_id"))


def of_compounds(user: Any, *, under: str = "") -> dict[int, Counts]:
    """Counts by compound (primary key); one query."""
    rows = counted_rows(user).filter(grid_code__startswith=under)
    return _counted(rows, F("household__building__compound_id"))


def counted_rows(user: Any) -> QuerySet[CareSubject]:
    """The subjects that count for `user`, each with `exact`: whether their number may be told as it is."""
    scope = scope_of(user)
    seen, told = _seen(scope), scope.q("field.view", "grid_code") & Q(tag__is_sensitive=False)
    exact = Case(When(seen, then=True), default=False, output_field=BooleanField())
    return CareSubject.objects.current().filter(seen | told).annotate(exact=exact)


def _seen(scope: Scope) -> Q:
    """The same rule as `CareQuerySet.visible_to`."""
    open_tags = scope.q("care.view", "grid_code") & Q(tag__is_sensitive=False)
    return open_tags | (scope.q("care.sensitive", "grid_code") & Q(tag__is_sensitive=True))


def _counted(rows: QuerySet[CareSubject], key: Any) -> dict[Any, Counts]:
    """People (a household in care counts once) by place and colour."""
    someone = Coalesce(F("resident_id"), -F("household_id"))
    cells = (
        rows.annotate(place=key, slot=F("tag__colour__slot"))
        .order_by()
        .values("place", "slot", "exact")
        .annotate(people=Count(someone, distinct=True))
    )
    found: dict[Any, Counts] = defaultdict(Counts)
    for cell in cells:
        found[cell["place"]].add(cell["slot"], Cell(cell["people"], exact=cell["exact"]))
    return dict(found)


# --- map --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spot:
    """One place on the map with its counts; lon and lat are WGS-84."""

    name: str
    lon: float
    lat: float
    counts: Counts
    code: str


def spots(user: Any, *, under: str = "") -> list[Spot]:
    """Buildings with somebody in care, at their point or that of their compound; compounds when there are too many."""
    by_building = of_buildings(user, under=under)
    if len(by_building) > MOST_PLACES:
        return _compound_spots(of_compounds(user, under=under))
    rows = Building.objects.filter(pk__in=by_building).annotate(at=Coalesce("point", "compound__point"))
    named = rows.filter(at__isnull=False).values_list("pk", "name", "compound__name", "at", "grid__code")
    return [Spot(f"{home}{name}", at.x, at.y, by_building[pk], code) for pk, name, home, at, code in named]


def _compound_spots(found: Places) -> list[Spot]:
    rows = Compound.objects.filter(pk__in=found, point__isnull=False)
    return [
        Spot(name, at.x, at.y, found[pk], code)
        for pk, name, at, code in rows.values_list("pk", "name", "point", "grid__code")
        if at is not None
    ]
