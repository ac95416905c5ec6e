"""Adjectives of reports and of what belongs to the office of one grid."""

from datetime import date
from typing import Any, Final, Self

from django.db import models
from django.db.models import Q

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


ANSWERED_KINDS: Final = ("rectification", "supervision")
"""Papers that a unit has to answer."""


class PaperQuerySet(InGridQuerySet):
    """Bulletins, notices and decisions."""

    def visible_to(self, user: Any) -> Self:
        """In grids where `user` sees reports; and what was issued to a unit that she acts for."""
        scope = scope_of(user)
        if "" in scope.prefixes("report.view"):
            return self
        issued_to = Q(organization__in=scope.organizations, number__isnull=False)
        return self.filter(scope.q("report.view", "grid_code") | issued_to)

    def unanswered(self) -> Self:
        """Issued notices that wait for an answer."""
        return self.filter(kind__in=ANSWERED_KINDS, status="issued")

    def overdue(self, today: date) -> Self:
        """Unanswered past their day."""
        return self.unanswered().filter(due_on__lt=today)
