"""Adjectives of grid data that chain; every scoped one has `visible_to(user)`."""

from datetime import date
from typing import Any, Final, Self

from django.db import models
from django.db.models import Q

from grid.posts import LEADER_KINDS
from grid.scope import scope_of


class GridQuerySet(models.QuerySet[Any]):
    """Grids of the tree."""

    def visible_to(self, user: Any) -> Self:
        """Those in a subtree where `user` may see grids."""
        return self.filter(scope_of(user).q("grid.view", "code"))

    def under(self, code: str) -> Self:
        """The grid `code` and everything below it."""
        return self.filter(code__startswith=code)

    def current(self, today: date) -> Self:
        """Valid on `today`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)

    def territorial(self) -> Self:
        """Without the dedicated grids."""
        return self.filter(kind="territorial")

    def chain_of(self, code: str) -> Self:
        """The grids on the way from the root down to `code`, itself included, lowest first."""
        return self.filter(code__in=[code[:n] for n in range(4, len(code) + 1)]).order_by("-level")


class ScopedByGridQuerySet(models.QuerySet[Any]):
    """Things that lie in a grid."""

    def visible_to(self, user: Any) -> Self:
        """Those in a subtree where `user` may see grids."""
        return self.filter(scope_of(user).q("grid.view", "grid__code"))


class InGridQuerySet(models.QuerySet[Any]):
    """Rows that belong to a grid by its code of the day; seen by whoever holds `capability` there."""

    code_field = "grid_code"
    capability = "grid.view"

    @classmethod
    def of(cls, code_field: str, capability: str) -> type[Self]:
        """The same rule over another path to the code, or for another capability."""
        return type(cls.__name__, (cls,), {"code_field": code_field, "capability": capability})

    def visible_to(self, user: Any) -> Self:
        """In grids where `user` holds the capability."""
        return self.filter(scope_of(user).q(self.capability, self.code_field))

    def under(self, code: str) -> Self:
        """Of the grid `code` and everything below it."""
        return self.filter(**{f"{self.code_field}__startswith": code})


STREET_LENGTH: Final = 9
"""The length of a street's code."""


class AroundGridQuerySet(InGridQuerySet):
    """Rows of one's own grids, and those that the grids above hold for their people."""

    def visible_to(self, user: Any) -> Self:
        """Below and above one's posts, up to the street."""
        scope = scope_of(user)
        prefixes = scope.prefixes(self.capability)
        if "" in prefixes:
            return self
        above = {code[:n] for code in prefixes for n in range(STREET_LENGTH, len(code))}
        return self.filter(scope.q(self.capability, self.code_field) | Q(**{f"{self.code_field}__in": above}))


class OrganizationQuerySet(ScopedByGridQuerySet):
    """Organizations."""

    def active(self) -> Self:
        """Still working."""
        return self.filter(is_active=True)

    def serving(self, code: str) -> Self:
        """Whose territory (the subtree of their grid) holds the grid `code`."""
        return self.filter(grid__code__in=[code[:n] for n in range(4, len(code) + 1)])


class PostQuerySet(models.QuerySet[Any]):
    """Tenures."""

    def visible_to(self, user: Any) -> Self:
        """Posts in visible grids, or of organizations that sit in visible grids."""
        in_grid = scope_of(user).q("grid.view", "grid__code")
        in_organization = scope_of(user).q("grid.view", "organization__grid__code")
        return self.filter(in_grid | in_organization)

    def held_by(self, user: Any) -> Self:
        """Of one person."""
        return self.filter(user=user)

    def on(self, day: date) -> Self:
        """Held on `day` (end excluded)."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day), starts_on__lte=day)

    def leading(self) -> Self:
        """The posts of the one person in charge."""
        return self.filter(kind__in=LEADER_KINDS)
