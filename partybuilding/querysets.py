"""Adjectives of party work that chain; every scoped one has `visible_to(user)`."""

from datetime import date
from typing import Any, Self

from django.db.models import Q

from grid.models import Organization
from grid.querysets import AroundGridQuerySet, InGridQuerySet
from grid.scope import scope_of


class PartyQuerySet(InGridQuerySet):
    """Rows of one's own grids, for whoever may see party work there."""

    capability = "party.view"


class SharedQuerySet(AroundGridQuerySet):
    """Rows of one's own grids and of the grids above them: what a street offers is there for its communities."""

    capability = "party.view"


class UnitQuerySet(SharedQuerySet):
    """Partner units: those of the grids around, and the unit one works for."""

    code_field = "organization__grid__code"
    organization_field = "organization"

    def visible_to(self, user: Any) -> Self:
        """Around one's grids, or one's own unit."""
        own = Q(**{f"{self.organization_field}__in": scope_of(user).organizations})
        around = super().visible_to(user).values("pk")
        return self.filter(Q(pk__in=around) | own)


class OfUnitQuerySet(PartyQuerySet):
    """What lies in a grid and belongs to a unit (`unit`): its people see it wherever it lies."""

    unit_path = "unit__organization"

    def visible_to(self, user: Any) -> Self:
        """In one's grids, or of one's own unit."""
        scope = scope_of(user)
        return self.filter(
            scope.q(self.capability, self.code_field) | Q(**{f"{self.unit_path}__in": scope.organizations})
        )


class ResourceQuerySet(UnitQuerySet):
    """Resources: those that serve the grids around, and those of one's own unit."""

    code_field = "serves_code"
    organization_field = "unit__organization"


class NeedQuerySet(OfUnitQuerySet):
    """Needs: of one's grids, raised by one's unit, or waiting for help in the grids that one's unit serves."""

    def visible_to(self, user: Any) -> Self:
        """In one's grids, of one's unit, or open where one's unit serves."""
        scope = scope_of(user)
        seen = scope.q(self.capability, self.code_field) | Q(unit__organization__in=scope.organizations)
        return self.filter(seen | _served(scope.organizations))

    def waiting(self) -> Self:
        """Not ended."""
        return self.filter(status__in=["open", "promised", "running", "delivered"])


class TenureQuerySet(PartyQuerySet):
    """What holds from `since` until `until` (excluded)."""

    def on(self, day: date) -> Self:
        """Held on `day`."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)


def _served(organizations: frozenset[int]) -> Q:
    """Needs that wait in the grids that the resources of these organizations serve."""
    if not organizations:
        return Q(pk__in=())
    codes = Organization.objects.filter(pk__in=organizations, partner__left_on=None, partner__isnull=False)
    served = Q(pk__in=())
    for code in codes.values_list("grid__code", flat=True):
        served |= Q(grid_code__startswith=code, status="open")
    return served
