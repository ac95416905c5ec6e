"""Adjectives of reports."""

from typing import Any, Self

from django.db import models

from grid.scope import scope_of


class ReportQuerySet(models.QuerySet[Any]):
    """Frozen reports."""

    def visible_to(self, user: Any) -> Self:
        """Of grids where `user` may see reports."""
        return self.filter(scope_of(user).q("report.view", "grid_code"))
