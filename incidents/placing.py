"""Where an incident lies: the grid by choice, point, compound or address, else the street of the reporter."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.gis.geos import Point
from django.db.models import ExpressionWrapper, F, TextField, Value
from django.db.models.functions import Length
from django.db.models.lookups import Contains
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotValid
from accounts.models import User
from grid.locate import How, Located, locate
from grid.models import Compound, Grid
from grid.scope import scope_of
from incidents.models.incident import Locating

STREET_DIGITS: Final = 9
SHORTEST_NAME: Final = 3
"""Characters of a compound's name that may be looked for in an address."""
SHORTEST_ADDRESS: Final = 5
"""Characters of a compound's own address: a road and a number."""


@dataclass(frozen=True, slots=True)
class Place:
    """The grid of an incident, how it was found, and the compound if one is known."""

    grid: Grid
    how: Locating
    compound: Compound | None = None


def find_place(
    *,
    grid: Grid | None,
    point: Point | None,
    compound: Compound | None,
    address: str,
    actor: User,
    now: datetime,
) -> Place:
    """The first that holds, in this order; at most four queries.

    1. the grid that a person chose; 2. the grid in which the point lies; 3. the compound's grid; 4. the grid next to
    the point; 5. the compound whose name, or else whose road and number, stands in the address; 6. the street of the
    actor's posts ("default").
    """
    if grid is not None:
        return Place(grid, Locating.CHOSEN, compound)
    located = locate(point, today=timezone.localdate(now)) if point else None
    if located and located.how == How.INSIDE:
        return Place(located.grid, Locating.INSIDE, compound)
    if compound is not None:
        return Place(compound.grid, Locating.COMPOUND, compound)
    return _guess(located, address, actor)


def _guess(located: Located | None, address: str, actor: User) -> Place:
    if located:
        return Place(located.grid, Locating.NEAREST)
    street = _street_code(actor)
    if (found := _compound_in(address, street)) is not None:
        return Place(found.grid, Locating.ADDRESS, found)
    return Place(_street(street), Locating.DEFAULT)


def _street_code(actor: User) -> str:
    """The code of the street where the actor reports; shorter for those above the streets."""
    prefixes = scope_of(actor).prefixes("incident.report")
    return prefixes[0][:STREET_DIGITS] if prefixes else ""


def _compound_in(address: str, street: str) -> Compound | None:
    """The compound of the street whose name occurs in the address, the longest first; else the one whose own address.

    Road and number that several compounds share tell of none of them.
    """
    if len(address) < SHORTEST_NAME:
        return None
    if by_name := _named_in(address, street, "name"):
        return by_name[0]
    by_number = _named_in(address, street, "address")
    if len(by_number) > 1 and by_number[0].address == by_number[1].address:
        return None
    return by_number[0] if by_number else None


def _named_in(address: str, street: str, field: str) -> list[Compound]:
    """The two longest of what stands in the address."""
    spellings = f"{address}\n{''.join(address.split())}"
    text = ExpressionWrapper(Value(spellings, output_field=TextField()), TextField())
    shortest = SHORTEST_NAME if field == "name" else SHORTEST_ADDRESS
    named = Compound.objects.filter(grid__code__startswith=street).alias(size=Length(field))
    named = named.filter(Contains(text, F(field)), size__gte=shortest)
    if field == "address":
        named = named.filter(address__regex="[0-9]")  # a road alone is no place
    return list(named.select_related("grid").order_by("-size", "id")[:2])


def _street(code: str) -> Grid:
    streets = Grid.objects.territorial().filter(level=Grid.Level.STREET).defer("boundary")
    found: Grid | None = streets.filter(code__startswith=code).order_by("code").first()
    if found is None:
        message = _("The place could not be found: give a point on the map, a compound or a grid.")
        raise NotValid(message, {"point": [message]})
    return found
