"""Adjectives of field work that chain; every scoped one has `visible_to(user)`."""

from datetime import date
from typing import Any, Self

from django.db.models import Q

from grid.querysets import InGridQuerySet
from grid.scope import scope_of

__all__ = ["CareQuerySet", "DutyQuerySet", "InGridQuerySet"]


class CareQuerySet(InGridQuerySet):
    """Care subjects: those with an ordinary tag for `care.view`, those with a sensitive one for `care.sensitive`."""

    code_field = "grid_code"
    capability = "care.view"

    def visible_to(self, user: Any) -> Self:
        """In grids where `user` may see care at all, and sensitive tags only where she may see those."""
        scope = scope_of(user)
        open_tags = scope.q("care.view", self.code_field) & Q(tag__is_sensitive=False)
        return self.filter(open_tags | scope.q("care.sensitive", self.code_field))

    def current(self) -> Self:
        """Not ended."""
        return self.filter(status="active")


class DutyQuerySet(InGridQuerySet):
    """Rounds of visits that are due; those of sensitive tags only for whoever may see such tags."""

    code_field = "grid_code"
    capability = "field.view"

    def visible_to(self, user: Any) -> Self:
        """In grids where `user` sees field work."""
        scope = scope_of(user)
        open_plans = scope.q("field.view", self.code_field) & Q(plan__is_sensitive=False)
        return self.filter(open_plans | scope.q("care.sensitive", self.code_field))

    def waiting(self) -> Self:
        """Not done yet."""
        return self.filter(done_on__isnull=True, dropped=False)

    def overdue(self, today: date) -> Self:
        """Waiting since before `today`."""
        return self.waiting().filter(due_on__lt=today)
