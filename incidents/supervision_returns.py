"""Who returned cases to whom (推诿): the way of a case through units, and figures per pair of units. Reads only.

首接负责: the first receiver stays responsible until another takes it; a case that ends where it was returned from was
sent round for nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Case, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from accounts.models import User
from grid.models import Organization
from incidents.models import Assignment, Incident

RETURN: Final = "return"
MOST_PAIRS: Final = 200
UNIT, PERSON = "unit", "person"

_KEY: Final = Case(
    When(organization__isnull=False, then=Concat(Value("unit:"), Cast("organization_id", CharField()))),
    default=Concat(Value("person:"), Cast("user_id", CharField())),
    output_field=CharField(),
)
"""A unit, else the person: the value that forms use for a handler."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One stretch of a case's way: with whom, and how it left."""

    name: str
    was_returned: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Cases that `giver` returned, that went to `taker` next, and that are or ended with `holder`; "" is nobody yet."""

    giver: str
    taker: str
    holder: str
    giver_key: str
    taker_key: str
    holder_key: str
    returns: int
    cases: int
    is_mutual: bool

    @property
    def came_back(self) -> bool:
        """It ended where it was returned from: sent round for nothing."""
        return self.giver_key == self.holder_key


def ways(incidents: Iterable[int]) -> dict[int, list[Leg]]:
    """The way of each case, oldest leg first; one query for all."""
    rows = Assignment.objects.filter(incident__in=list(incidents)).select_related("organization", "user").order_by("pk")
    found: dict[int, list[Leg]] = defaultdict(list)
    for row in rows:
        name, legs = str(row.organization or row.user), found[row.incident_id]
        if legs and legs[-1].name == name and not legs[-1].was_returned:
            legs.pop()  # handed on inside the unit
        legs.append(Leg(name, row.outcome == RETURN))
    return dict(found)


def pairs_of(legs: Iterable[Leg]) -> list[tuple[str, str]]:
    """(who returned it, to whom it went next) of one way; "" while it waits."""
    way = list(legs)
    names = [*(leg.name for leg in way[1:]), ""]
    return [(leg.name, name) for leg, name in zip(way, names, strict=False) if leg.was_returned]


def returns_between(user: Any, start: datetime, end: datetime, code: str = "") -> QuerySet[Assignment]:
    """Tasks returned in the period (end excluded) in cases that `user` sees, with the keys of giver, taker, holder."""
    later = Assignment.objects.filter(incident=OuterRef("incident"), pk__gt=OuterRef("pk"))
    taker = later.order_by("pk").annotate(key=_KEY).values("key")[:1]
    where = Case(When(outcome=RETURN, then=Value("")), default=_KEY, output_field=CharField())
    holder = later.order_by("-pk").annotate(key=where).values("key")[:1]
    cases = Incident.objects.visible_to(user).under(code)
    rows = Assignment.objects.filter(outcome=RETURN, ends_at__gte=start, ends_at__lt=end, incident__in=cases)
    found: QuerySet[Assignment] = rows.annotate(
        giver=_KEY, taker=Coalesce(Subquery(taker), Value("")), holder=Coalesce(Subquery(holder), Value(""))
    )
    return found


def pair_figures(returned: QuerySet[Any]) -> list[Pair]:
    """Figures per giver, taker and holder, the most frequent first, at most 200; three queries."""
    rows = returned.order_by().values("giver", "taker", "holder")
    rows = rows.annotate(n=Count("pk"), cases=Count("incident", distinct=True)).order_by(
        "-n", "giver", "taker", "holder"
    )
    found = list(rows[:MOST_PAIRS])
    names = names_of({row[side] for row in found for side in ("giver", "taker", "holder")})
    both = {(row["giver"], row["taker"]) for row in found}
    return [
        Pair(
            names.get(row["giver"], ""),
            names.get(row["taker"], ""),
            names.get(row["holder"], ""),
            row["giver"],
            row["taker"],
            row["holder"],
            row["n"],
            row["cases"],
            row["taker"] not in ("", row["giver"]) and (row["taker"], row["giver"]) in both,
        )
        for row in found
    ]


def totals(returned: QuerySet[Assignment]) -> dict[str, int]:
    """Returns, cases returned, cases returned twice or more, and returns that came back; two queries."""
    counted = returned.order_by().aggregate(
        returns=Count("pk"), cases=Count("incident", distinct=True), back=Count("pk", filter=Q(holder=F("giver")))
    )
    often = returned.order_by().values("incident").annotate(n=Count("pk")).filter(n__gte=2).count()
    return {**counted, "often": often}


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """The names behind keys like unit:5 and person:7; two queries."""
    by_kind: dict[str, set[int]] = {UNIT: set(), PERSON: set()}
    for key in keys:
        kind, _colon, pk = key.partition(":")
        if kind in by_kind and pk.isascii() and pk.isdigit() and len(pk) <= 18:
            by_kind[kind].add(int(pk))
    units = Organization.objects.filter(pk__in=by_kind[UNIT]).values_list("pk", "name")
    people = User.objects.filter(pk__in=by_kind[PERSON]).values_list("pk", "real_name")
    return {f"{UNIT}:{pk}": name for pk, name in units} | {f"{PERSON}:{pk}": name for pk, name in people}
