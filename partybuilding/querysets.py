"""Adjectives of party work that chain; every scoped one has `visible_to(user)`."""

from datetime import date
from typing import Any, Final, Self

from django.db.models import Q

from grid.models import Organization
from grid.querysets import STREET_LENGTH, AroundGridQuerySet, InGridQuerySet
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


class ReportInQuerySet(OfUnitQuerySet):
    """Reports to communities: of one's grids, of one's own unit, or of a member who works there (her employer)."""

    def visible_to(self, user: Any) -> Self:
        """In one's grids, of one's unit, or of a member of one's unit."""
        scope = scope_of(user)
        seen = scope.q(self.capability, self.code_field) | Q(unit__organization__in=scope.organizations)
        return self.filter(seen | Q(member__unit__organization__in=scope.organizations))


class SharedOfUnitQuerySet(UnitQuerySet):
    """Agreements and claimed stars: what the street agreed holds for its communities too; a unit sees its own."""

    code_field = "grid_code"
    organization_field = "unit__organization"


class CallQuerySet(SharedQuerySet):
    """Calls for lists: around one's posts, and where one's partner unit serves."""

    def visible_to(self, user: Any) -> Self:
        """Around one's posts, or above and below the grid of one's unit."""
        units = Organization.objects.filter(
            pk__in=scope_of(user).organizations, partner__isnull=False, partner__left_on=None
        )
        asked = Q(pk__in=())
        for code in units.values_list("grid__code", flat=True):
            asked |= Q(grid_code__startswith=code) | Q(grid_code__in=[code[:n] for n in range(4, len(code))])
        return self.filter(Q(pk__in=super().visible_to(user).values("pk")) | asked)


class ResourceQuerySet(UnitQuerySet):
    """Resources: those that serve the grids around, and those of one's own unit."""

    code_field = "serves_code"
    organization_field = "unit__organization"

    def serving(self, code: str) -> Self:
        """What serves the grid `code`: offered for it, for a part of it, or for a wider grid that holds it."""
        wider = [code[:n] for n in range(STREET_LENGTH, len(code))]
        return self.filter(Q(serves_code__startswith=code) | Q(serves_code__in=wider))


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


class OpenQuerySet(AroundGridQuerySet):
    """Activities and what belongs to them: for everybody around, members where they live, units taking part."""

    units_path = ""

    def visible_to(self, user: Any) -> Self:
        """Around one's posts, around one's home as a member of the party, or with one's own unit."""
        around, more = super().visible_to(user), _home_of(user, self.code_field)
        units = scope_of(user).organizations
        if self.units_path and units:
            taking_part = self.model._default_manager.filter(**{f"{self.units_path}__organization__in": units})
            more |= Q(pk__in=taking_part.values("pk"))
        return self.filter(Q(pk__in=around.values("pk")) | more) if more else around


class OpenToUnitsQuerySet(OpenQuerySet):
    """Activities, which units take part in."""

    units_path = "units"


class MeetingQuerySet(PartyQuerySet):
    """Meetings of forums: of one's grids, and those that one, or one's unit, was asked to."""

    def visible_to(self, user: Any) -> Self:
        """In one's grids, or asked to come."""
        scope = scope_of(user)
        asked = Q(guests__user=user.pk) | Q(guests__member__user=user.pk)
        asked |= Q(guests__unit__organization__in=scope.organizations)
        keys = self.model._default_manager.filter(asked).values("pk") if user.pk else ()
        return self.filter(scope.q(self.capability, self.code_field) | Q(pk__in=keys))


class OwnedQuerySet(PartyQuerySet):
    """Decisions and opinions: of one's grids, and those that one, or one's unit, has to see to."""

    person_field = "person"

    def visible_to(self, user: Any) -> Self:
        """In one's grids, one's own, or of one's unit."""
        scope = scope_of(user)
        own = Q(organization__in=scope.organizations) | Q(**{self.person_field: user.pk})
        return self.filter(scope.q(self.capability, self.code_field) | own) if user.pk else self.none()


class OpinionQuerySet(OwnedQuerySet):
    """Opinions of deputies: the deputy sees her own."""

    person_field = "deputy"


class TenureQuerySet(PartyQuerySet):
    """What holds from `since` until `until` (excluded)."""

    def on(self, day: date) -> Self:
        """Held on `day`."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=day), since__lte=day)


COMMUNITY_LENGTH: Final = 12
"""The length of a community's code."""


def _home_of(user: Any, code_field: str) -> Q:
    """In the community where `user` lives as a member of the party, and in the grids above it; empty for others."""
    member = getattr(user, "party_member", None)
    if member is None or member.left_on is not None:
        return Q()
    code = member.grid_code[:COMMUNITY_LENGTH]
    above = [code[:n] for n in range(STREET_LENGTH, len(code))]
    return Q(**{f"{code_field}__startswith": code}) | Q(**{f"{code_field}__in": above})


def _served(organizations: frozenset[int]) -> Q:
    """Needs that wait in the grids that the resources of these organizations serve."""
    if not organizations:
        return Q(pk__in=())
    codes = Organization.objects.filter(pk__in=organizations, partner__left_on=None, partner__isnull=False)
    served = Q(pk__in=())
    for code in codes.values_list("grid__code", flat=True):
        served |= Q(grid_code__startswith=code, status="open")
    return served
