"""Adjectives of reports and of what belongs to the office of one grid."""

from typing import Any, Self

from django.db import models

from grid.scope import scope_of


class InGridQuerySet(models.QuerySet[Any]):
    """Rows that belong to a grid by its code; seen by whoever holds `report.view` there."""

    code_field = "grid_code"
    capability = "report.view"

    @classmethod
    def of(cls, code_field: str, capability: str = "report.view") -> type["InGridQuerySet"]:
        """The same rule over another path to the code, or for another capability."""
        return type(cls.__name__, (cls,), {"code_field": code_field, "capability": capability})

    def visible_to(self, user: Any) -> Self:
        """In grids where `user` holds the capability."""
        return self.filter(scope_of(user).q(self.capability, self.code_field))


class ReportQuerySet(InGridQuerySet):
    """Frozen reports."""

    def newest_issues(self) -> Self:
        """Without those that a later issue corrects."""
        return self.filter(corrected_by__isnull=True)
