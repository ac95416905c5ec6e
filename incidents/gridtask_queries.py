"""Adjectives of grid tasks that chain; every door reads through `visible_to`."""

from typing import Any, Self

from django.db import models
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from grid.scope import scope_of


class GridTaskQuerySet(models.QuerySet[Any]):
    """Tasks given out through the grids."""

    def visible_to(self, user: Any) -> Self:
        """Given out in a subtree that `user` sees, or with a share of a grid there. Drafts are their makers' alone."""
        scope = scope_of(user)
        if "" in scope.prefixes("grid.view"):
            return self
        shares = self.model._meta.get_field("parts").related_model._base_manager
        mine = shares.filter(scope.q("grid.view", "grid_code")).values("task")
        seen = (scope.q("grid.view", "grid_code") | Q(pk__in=mine)) & ~Q(state="draft")
        return self.filter(seen | scope.q("task.edit", "grid_code"))

    def running(self) -> Self:
        """Given out and not ended."""
        return self.filter(state="issued")

    def with_figures(self) -> Self:
        """Shares in all, accepted ones, what is to be reached and what is reached; no query more."""
        shares = self.model._meta.get_field("parts").related_model._base_manager.filter(task=OuterRef("pk")).order_by()

        def figure(expression: Any) -> Coalesce:
            found = shares.values("task").annotate(found=expression).values("found")
            return Coalesce(Subquery(found, output_field=IntegerField()), 0)

        return self.annotate(
            shares=figure(Count("pk")),
            accepted=figure(Count("pk", filter=Q(state="accepted"))),
            target_all=figure(Sum("target")),
            reached_all=figure(Sum("reached")),
        )


class GridTaskPartQuerySet(models.QuerySet[Any]):
    """Shares of grid tasks."""

    def workable_by(self, user: Any) -> Self:
        """Shares of running tasks on grids where `user` works."""
        return self.filter(scope_of(user).q("incident.handle", "grid_code"), task__state="issued")
