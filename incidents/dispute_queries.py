"""Adjectives of disputes that chain; every door reads through `visible_to`."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from grid.scope import EVERYTHING, scope_of


class DisputeQuerySet(models.QuerySet[Any]):
    """Disputes. Whoever sees cases does not see disputes for that: they are about people."""

    def visible_to(self, user: Any) -> Self:
        """In a subtree where `user` may see disputes, mediated by the user, or entered by the user.

        A service account sees only the subtree of its key.
        """
        scope = scope_of(user)
        if scope == EVERYTHING:
            return self
        condition = scope.q("dispute.view", "grid_code")
        if getattr(user, "pk", None) and user.is_active and not user.is_service:
            condition |= Q(mediator=user) | Q(created_by=user)
        return self.filter(condition)

    def open(self) -> Self:
        """Neither settled nor given up."""
        return self.exclude(state__in=("settled", "failed"))

    def under(self, code: str) -> Self:
        """In the subtree of the grid `code`, as the grids were when the dispute was entered."""
        return self.filter(grid_code__startswith=code)

    def visit_due(self, day: date) -> Self:
        """Whose follow-up visit is due on `day` or was before."""
        return self.filter(next_visit_on__lte=day)
