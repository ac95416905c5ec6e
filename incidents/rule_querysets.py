"""Adjectives of dispatch rules and of their releases; every door reads through `visible_to`."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from grid.scope import scope_of

SEES = ("rules.edit", "incident.dispatch")
"""Whoever changes rules, and whoever works with what they decide."""


class RuleQuerySet(models.QuerySet[Any]):
    """Dispatch rules."""

    def visible_to(self, user: Any) -> Self:
        """Those of the subtrees in which `user` changes or uses rules, and those from above that count there too."""
        scope = scope_of(user)
        prefixes = {prefix for capability in SEES for prefix in scope.prefixes(capability)}
        if "" in prefixes:
            return self
        condition = Q(pk__in=())
        for prefix in prefixes:
            condition |= Q(grid_code__startswith=prefix) | Q(grid_code__in=way_to(prefix))
        return self.filter(condition)

    def live(self) -> Self:
        """In use."""
        return self.filter(is_active=True)

    def drafts(self) -> Self:
        """Written, not in use yet."""
        return self.filter(is_draft=True)

    def under(self, place: str) -> Self:
        """That belong to the subtree of `place`."""
        return self.filter(grid_code__startswith=place)

    def reaching(self, place: str) -> Self:
        """That decide about cases in the subtree of `place`: its own, and those from above."""
        return self.filter(Q(grid_code__startswith=place) | Q(grid_code__in=way_to(place)))


class ReleaseQuerySet(models.QuerySet[Any]):
    """Releases of rules."""

    def visible_to(self, user: Any) -> Self:
        """Those of the subtrees in which `user` changes rules."""
        return self.filter(scope_of(user).q("rules.edit", "grid_code"))


def way_to(place: str) -> list[str]:
    """The codes above `place`, itself included; the whole platform is ""."""
    return ["", *(place[:length] for length in range(4, len(place) + 1))]
