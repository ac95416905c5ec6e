"""Adjectives of whistles that chain; every door reads through `visible_to`."""

from datetime import datetime
from typing import Any, Final, Self

from django.db import models
from django.db.models import Q

from grid.scope import scope_of

COUNTED: Final = ("blown", "handled", "closed")
"""States of whistles that units were really called by: neither refused nor withdrawn."""


class WhistleQuerySet(models.QuerySet[Any]):
    """Whistles."""

    def visible_to(self, user: Any) -> Self:
        """In a subtree where `user` sees incidents, raised by her, or calling a unit of hers once it is blown.

        A service account sees only the subtree of its key.
        """
        scope = scope_of(user)
        if "" in scope.prefixes("incident.view"):
            return self
        condition = scope.q("incident.view", "grid_code")
        if scope.organizations:
            condition |= self.called_in(scope.organizations)
        if getattr(user, "pk", None) and user.is_active and not user.is_service:
            condition |= Q(caller=user)
        return self.filter(condition)

    def calling(self, organizations: Any) -> Self:
        """Blown ones that call one of the units."""
        return self.filter(self.called_in(organizations))

    def called_in(self, organizations: Any) -> Q:
        """The condition of `calling`; by a subquery, so that no row comes twice."""
        called = self.model._base_manager.filter(tasks__organization__in=organizations)
        return Q(blown_at__isnull=False, pk__in=called.values("pk"))

    def to_approve_by(self, user: Any) -> Self:
        """Which wait for a decision that `user` may take."""
        return self.filter(scope_of(user).q("whistle.approve", "grid_code"), state="raised").exclude(caller=user)

    def counted(self) -> Self:
        """By which units were really called."""
        return self.filter(state__in=COUNTED)

    def blown_between(self, start: datetime | None, end: datetime | None) -> Self:
        """Blown from `start` on and before `end`; None leaves that side open."""
        rows = self if start is None else self.filter(blown_at__gte=start)
        return rows if end is None else rows.filter(blown_at__lt=end)
