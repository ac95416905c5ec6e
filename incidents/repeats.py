"""Whether a fresh report says the words of an open case at the same place: a person looks before anybody is sent.

Cheap on purpose: one query for a whole batch, which finds nothing for nearly all of them. Likeness in a wider sense is
the business of `incidents.duplicates`, which proposes and never holds anything up.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from django.contrib.gis.geos import Point
from django.db.models.functions import Left

from incidents.duplicates import PERIOD, RADIUS, SAME_START, metres
from incidents.models import Incident
from incidents.states import OPEN_STATES

LOOKED_AT: Final = 500
"""Open cases with the same words that are compared at most, for a whole batch."""


class _Earlier(NamedTuple):
    pk: int
    number: str
    head: str
    point: Point | None
    grid_code: str
    address: str


def possible_repeats(incidents: Collection[Incident], *, now: datetime) -> dict[int, str]:
    """For those that repeat an earlier open case: primary key → number of that case. One query."""
    heads = {incident.text[:SAME_START] for incident in incidents}
    if not heads:
        return {}
    rows = Incident.objects.filter(state__in=OPEN_STATES, reported_at__gte=now - PERIOD, reported_at__lte=now)
    rows = rows.annotate(head=Left("text", SAME_START)).filter(head__in=heads).order_by("pk")
    by_head: dict[str, list[_Earlier]] = defaultdict(list)
    for row in rows.values_list("pk", "number", "head", "point", "grid_code", "address")[:LOOKED_AT]:
        earlier = _Earlier(*row)
        by_head[earlier.head].append(earlier)
    return {one.pk: found for one in incidents if (found := _first(one, by_head[one.text[:SAME_START]]))}


def _first(incident: Incident, rows: Iterable[_Earlier]) -> str:
    """The number of the oldest of `rows` that lies at the place of the incident and came before it."""
    return next((row.number for row in rows if row.pk < incident.pk and _same_place(incident, row)), "")


def _same_place(incident: Incident, row: _Earlier) -> bool:
    """Near enough on the ground; without a point the same written address in the same grid."""
    if incident.point is not None and row.point is not None:
        return metres(incident.point, row.point) <= RADIUS
    written = incident.address.strip()
    return bool(written) and written == row.address.strip() and incident.grid_code == row.grid_code
