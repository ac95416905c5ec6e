"""Adjectives of field work that chain; every scoped one has `visible_to(user)`."""

from datetime import date, datetime
from typing import Any, Self

from django.db.models import Q

from grid.querysets import AroundGridQuerySet, InGridQuerySet
from grid.scope import scope_of

__all__ = [
    "CareQuerySet",
    "DutyQuerySet",
    "InGridQuerySet",
    "KnockQuerySet",
    "PromiseQuerySet",
    "TrainingQuerySet",
    "VisitQuerySet",
]


class CareQuerySet(InGridQuerySet):
    """Care subjects: those with an ordinary tag for `care.view`, those with a sensitive one for `care.sensitive`."""

    code_field = "grid_code"
    capability = "care.view"

    def visible_to(self, user: Any) -> Self:
        """In grids where `user` may see care at all, and sensitive tags only where she may see those."""
        scope = scope_of(user)
        open_tags = scope.q("care.view", self.code_field) & Q(tag__is_sensitive=False)
        return self.filter(open_tags | (scope.q("care.sensitive", self.code_field) & Q(tag__is_sensitive=True)))

    def current(self) -> Self:
        """Not ended."""
        return self.filter(status="active")


class PromiseQuerySet(InGridQuerySet):
    """Promises: those to somebody under a sensitive tag only for whoever may see such tags."""

    code_field = "grid_code"
    capability = "care.view"

    def visible_to(self, user: Any) -> Self:
        """In grids where `user` sees care."""
        scope = scope_of(user)
        plain = scope.q("care.view", self.code_field) & (Q(subject__isnull=True) | Q(subject__tag__is_sensitive=False))
        return self.filter(plain | (scope.q("care.sensitive", self.code_field) & Q(subject__tag__is_sensitive=True)))

    def open(self) -> Self:
        """Neither kept nor given up."""
        return self.filter(status="open")

    def overdue(self, today: date) -> Self:
        """Open after their day."""
        return self.open().filter(due_on__lt=today)


class DutyQuerySet(InGridQuerySet):
    """Rounds of visits that are due; those of sensitive tags only for whoever may see such tags."""

    code_field = "grid_code"
    capability = "field.view"

    def visible_to(self, user: Any) -> Self:
        """Those of households in grids where `user` sees field work, those of people in care where she sees these."""
        return self.filter(unless_in_care(user, self.code_field))

    def waiting(self) -> Self:
        """Not done yet."""
        return self.filter(done_on__isnull=True, dropped=False)

    def overdue(self, today: date) -> Self:
        """Waiting since before `today`."""
        return self.waiting().filter(due_on__lt=today)


class VisitQuerySet(InGridQuerySet):
    """Visits; those to people in care only for whoever may see these people at all."""

    code_field = "grid_code"
    capability = "field.view"

    def visible_to(self, user: Any) -> Self:
        """In grids where `user` sees field work, and care where the visit names a person in care."""
        return self.filter(unless_in_care(user, self.code_field))


class KnockQuerySet(InGridQuerySet):
    """Door-knock actions: of one's own grids, and those of a grid above that knock at doors of one's own."""

    code_field = "grid_code"
    capability = "field.view"

    def visible_to(self, user: Any) -> Self:
        """Where `user` sees field work, at the action itself or at one of its buildings."""
        scope = scope_of(user)
        at_doors = self.model._default_manager.filter(scope.q(self.capability, "buildings__grid__code"))
        return self.filter(scope.q(self.capability, self.code_field) | Q(pk__in=at_doors.values("pk")))


def unless_in_care(user: Any, code_field: str) -> Q:
    """For rows with a `subject`: without one for `field.view`, with one for whoever may see that subject."""
    scope = scope_of(user)
    if "" in scope.prefixes("care.sensitive"):
        return Q()
    plain = scope.q("field.view", code_field) & Q(subject__isnull=True)
    in_care = scope.q("care.view", code_field) & Q(subject__tag__is_sensitive=False)
    return plain | in_care | scope.q("care.sensitive", code_field)


class TrainingQuerySet(AroundGridQuerySet):
    """Training sessions: of one's own grids, and those that the grids above hold for their people."""

    def to_come(self, now: datetime) -> Self:
        """Planned and not begun."""
        return self.filter(status="planned", starts_at__gt=now)

    def waiting_for_marks(self, now: datetime) -> Self:
        """Begun, and nobody said yet who was there."""
        return self.filter(status="planned", starts_at__lte=now)
