"""The board of wishes (心愿墙): what everybody who may help sees of them, page by page, and where they lie.

Public in the house are display name, title, words, kind and grid of a published wish (W71); queries of this module
never read what is sealed. Every page costs the same, whether 5,000 wishes wait or 50,000.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.contrib.gis.db.models.functions import Centroid
from django.db.models import Count, Q, QuerySet
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.errors import NotValid
from accounts.numbers import strict_int
from grid.models import Grid
from grid.scope import scope_of
from incidents.maps import X, Y, boundaries, collection, point_feature
from partybuilding.models import PartnerUnit, PartyMember
from partybuilding.standing import member_of
from volunteers.claims import LIVING, units_of
from volunteers.models import Volunteer, Wish, WishClaim
from volunteers.standing import STREET_DIGITS, volunteer_of

SHOWN: Final = ("published", "claimed", "delivered", "confirmed", "archived")
"""Once published, a wish may be looked at, also when somebody has claimed it; a withdrawn one may not."""
PUBLIC: Final = (
    *("number", "display_name", "title", "text", "amount", "slots", "status", "returns", "wanted_on", "published_at"),
    *("grid_code", "version", "thanks", "rating", "kind__name", "kind__is_service", "grid__name", "round__name"),
)
"""The only columns that a page of the board reads."""
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
MOST_RETURNS: Final = 32_767


@dataclass(frozen=True, slots=True)
class Reader:
    """Who stands before the board: what she may claim as, the codes of the streets whose wishes she sees."""

    volunteer: Volunteer | None
    member: PartyMember | None
    units: list[PartnerUnit]
    streets: tuple[str, ...]
    home: str = ""
    """The code of her own grid: what is near is shown first."""

    @property
    def may_claim(self) -> bool:
        """Whether she may claim as somebody; minors help with their teams."""
        mine = self.volunteer
        active = mine is not None and mine.status == "active" and not mine.is_minor
        return active or self.member is not None or bool(self.units)

    def q(self, code_field: str = "grid_code") -> Q:
        """A condition on a grid code column: in one of her streets."""
        condition = Q() if self.streets else Q(pk__in=())
        for code in self.streets:
            condition |= Q(**{f"{code_field}__startswith": code})
        return condition


def reader_of(user: Any) -> Reader:
    """The standing of `user` before the board, in three queries."""
    volunteer, member, scope = volunteer_of(user), member_of(user), scope_of(user)
    units = list(units_of(user).select_related("organization__grid").defer("organization__grid__boundary"))
    own = [one.grid_code for one in (volunteer, member) if one is not None]
    own += [unit.organization.grid.code for unit in units]
    codes = {code[:STREET_DIGITS] for code in (*own, *scope.prefixes("wish.view"))}
    streets = tuple(sorted(code for code in codes if not any(code.startswith(n) and code != n for n in codes)))
    return Reader(volunteer, member, units, streets, next(iter(own), ""))


def shown_to(reader: Reader, user: Any) -> QuerySet[Wish]:
    """Wishes whose public side `user` may look at: of her streets, and those that she claimed herself."""
    own = Q(pk__in=WishClaim.objects.filter(user=user.pk).values("wish"))
    return public(Wish.objects.filter((reader.q() & Q(status__in=SHOWN)) | own))


def public(rows: Any) -> Any:
    """The rows with what the board shows of them and nothing else."""
    return rows.select_related("kind", "grid", "round").only(*PUBLIC)


def open_to(reader: Reader) -> Any:
    """The wishes on the board, those that came back first, then the oldest."""
    return Wish.objects.on_board().filter(reader.q())


# --- pages ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BoardPage:
    """One page of the board; addresses are empty where there is no such page."""

    rows: list[Wish]
    next_url: str
    first_url: str


def board_page(rows: Any, params: Mapping[str, Any], *, size: int) -> BoardPage:
    """Cut one page out of `on_board` rows in one query, two where the returned ones end.

    `params` are the request's (`after`: the key of the last row seen, see `_key`); all others are kept in the links.
    The page goes on by key along the index of the board: page 1,000 costs what page 1 costs. NotValid for a bad key.
    """
    kept = [(name, value) for name, value in params.items() if name != "after"]
    asked = str(params.get("after") or "")
    found = _after(rows, _read_key(asked), size + 1) if asked else list(rows[: size + 1])
    more = len(found) > size
    return BoardPage(
        rows=found[:size],
        next_url=f"?{urlencode([*kept, ('after', _key(found[size - 1]))])}" if more else "",
        first_url=f"?{urlencode(kept)}" if asked else "",
    )


def _after(rows: Any, key: tuple[int, datetime, int], most: int) -> list[Wish]:
    """Rows behind `key`: first those with as many returns, then those with fewer."""
    returns, at, pk = key
    same = rows.filter(returns=returns, published_at__gte=at)
    found = list(same.filter(Q(published_at__gt=at) | Q(pk__gt=pk))[:most])
    if len(found) < most and returns:
        found += rows.filter(returns__lt=returns)[: most - len(found)]
    return found


def _key(row: Wish) -> str:
    assert row.published_at is not None
    return f"{row.returns}-{(row.published_at - _FIRST) // _MICROSECOND}-{row.pk}"


def _read_key(text: str) -> tuple[int, datetime, int]:
    parts = text.split("-")
    if len(parts) != 3:
        raise NotValid(_("This page of the list does not exist."), {"after": [_("Open the list anew.")]})
    returns, moment, pk = (strict_int(part, name="after") for part in parts)
    if returns > MOST_RETURNS or moment > 10**16:
        raise NotValid(_("This page of the list does not exist."), {"after": [_("Open the list anew.")]})
    return returns, _FIRST + moment * _MICROSECOND, pk


def places_left(rows: Iterable[Wish]) -> dict[int, int]:
    """Free slots of the wishes that want several helpers, in one query (none without such)."""
    several = [row for row in rows if row.slots > 1]
    if not several:
        return {}
    taken = WishClaim.objects.filter(wish__in=[row.pk for row in several], status__in=LIVING)
    counts = dict(taken.order_by().values_list("wish").annotate(Count("pk")))
    return {row.pk: row.slots - counts.get(row.pk, 0) for row in several}


# --- map --------------------------------------------------------------------------------------------------------------


def map_of(rows: Any, address: str) -> dict[str, Any]:
    """Open wishes by grid as points at the middle of the grid, never at a door; each opens its part of `address`."""
    counts = dict(rows.order_by().values_list("grid").annotate(Count("pk")))
    grids = Grid.objects.filter(pk__in=counts).exclude(boundary=None).annotate(middle=Centroid("boundary"))
    places = grids.annotate(x=X("middle"), y=Y("middle")).values_list("pk", "code", "name", "x", "y")
    return collection(point_feature(x, y, _spot(code, name, counts[pk], address)) for pk, code, name, x, y in places)


def areas_of(reader: Reader, address: str, *, today: date) -> dict[str, Any]:
    """The communities of the reader's streets as simplified areas; each opens its part of `address`."""
    rows = Grid.objects.current(today).territorial().filter(reader.q("code"))
    found = boundaries(rows, level=Grid.Level.COMMUNITY).values_list("code", "name", "shape")
    return collection(
        {
            "type": "Feature",
            "geometry": json.loads(shape),
            "properties": {"name": name, "code": code, "url": f"{address}?grid={code}"},
        }
        for code, name, shape in found
    )


def _spot(code: str, name: str, count: int, address: str) -> dict[str, Any]:
    words = ngettext("%(name)s: %(count)s wish", "%(name)s: %(count)s wishes", count)
    title = words % {"name": name, "count": count}
    return {"title": title, "number": title, "count": count, "url": f"{address}?grid={code}"}
