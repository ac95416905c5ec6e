"""How much open work each handler has, and who of a unit is there. Read once for a batch."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cached_property

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from grid.models import Absence, Post
from grid.posts import CAPABILITIES_BY_POST, ORGANIZATION_KINDS
from incidents.models import Incident
from incidents.states import WITH_HANDLER

STREET_DIGITS = 9
_HANDLING_KINDS = [kind for kind in ORGANIZATION_KINDS if "incident.handle" in CAPABILITIES_BY_POST[kind]]


class Workload:
    """Open cases and people of the handlers in some streets; one query for each of the two questions."""

    def __init__(self, grid_codes: Iterable[str], units: Collection[int], *, now: datetime) -> None:
        self.streets = sorted({code[:STREET_DIGITS] for code in grid_codes})
        self.units = units
        self.now = now

    @cached_property
    def _open(self) -> tuple[dict[int, int], dict[int, int]]:
        """Open cases by unit, and by person for those that are with no unit."""
        where = Q(pk__in=())
        for street in self.streets:
            where |= Q(grid_code__startswith=street)
        rows = Incident.objects.filter(where, state__in=WITH_HANDLER).order_by()
        of_units: dict[int, int] = defaultdict(int)
        of_people: dict[int, int] = defaultdict(int)
        counted = rows.values_list("handler_organization", "handler_user").annotate(n=Count("pk"))
        for unit, person, number in counted:
            if unit:
                of_units[unit] += number
            elif person:
                of_people[person] += number
        return of_units, of_people

    @cached_property
    def _there(self) -> dict[int, int]:
        """How many people act for each unit and are not away."""
        away = Absence.objects.filter(user=OuterRef("user"), starts_at__lte=self.now, ends_at__gt=self.now)
        posts = Post.objects.on(timezone.localdate(self.now)).filter(
            kind__in=_HANDLING_KINDS, organization__in=self.units, user__is_active=True
        )
        posts = posts.filter(~Exists(away)).order_by()
        return dict(posts.values_list("organization").annotate(n=Count("user", distinct=True)))

    def of_unit(self, unit: int) -> int:
        """Open cases that the unit handles now."""
        return self._open[0].get(unit, 0)

    def of_person(self, person: int) -> int:
        """Open cases that the person handles now, for no unit."""
        return self._open[1].get(person, 0)

    def people_of(self, unit: int) -> int:
        """People who act for the unit and are there."""
        return self._there.get(unit, 0)
