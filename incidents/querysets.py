"""Adjectives of incidents that chain; every door reads through `visible_to`."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from grid.scope import EVERYTHING, scope_of
from incidents.states import INSPECTED, OPEN_STATES, RESTING, WITH_HANDLER, State


class IncidentQuerySet(models.QuerySet[Any]):
    """Incidents."""

    def visible_to(self, user: Any) -> Self:
        """In a subtree where `user` sees incidents, handled by the user or a unit of hers, or reported by her.

        A service account sees only the subtree of its key.
        """
        scope = scope_of(user)
        if scope == EVERYTHING:
            return self
        condition = scope.q("incident.view", "grid_code")
        if scope.organizations:
            condition |= Q(handler_organization__in=scope.organizations)
        if getattr(user, "pk", None) and user.is_active and not user.is_service:
            condition |= Q(handler_user__in=_hands_of(user)) | Q(inspector=user) | Q(reporter=user)
        return self.filter(condition)

    def handled_by(self, user: Any) -> Self:
        """Whose present handler is `user`, or a unit that `user` acts for."""
        condition = Q(handler_user__in=_hands_of(user))
        organizations = scope_of(user).organizations
        if organizations:
            condition |= Q(handler_organization__in=organizations, handler_user__isnull=True)
        return self.filter(condition)

    def open(self) -> Self:
        """Not ended."""
        return self.filter(state__in=OPEN_STATES)

    def in_hands_of(self, user: Any) -> Self:
        """Open, and waiting for `user`: to handle, to look on site, or to confirm for the unit that she leads."""
        scope = scope_of(user)
        mine = Q(inspector=user, state__in=INSPECTED) | Q(
            handler_user__in=_hands_of(user), state__in=(*WITH_HANDLER, *RESTING)
        )
        if scope.organizations:
            mine |= Q(
                handler_organization__in=scope.organizations,
                handler_user__isnull=True,
                state__in=(*WITH_HANDLER, *RESTING),
            )
        if scope.led:
            mine |= Q(handler_organization__in=scope.led, state=State.CONFIRMING)
        return self.filter(mine)

    def with_handler(self) -> Self:
        """The ball is with the handler."""
        return self.filter(state__in=WITH_HANDLER)

    def under(self, code: str) -> Self:
        """In the subtree of the grid `code`, as the grids were on the day of the report."""
        return self.filter(grid_code__startswith=code)

    def overdue(self, now: datetime) -> Self:
        """Open, and past the due time of the running stage."""
        return self.filter(due_at__lt=now)

    def due_soon(self, now: datetime) -> Self:
        """Past the warning time, but not due yet."""
        return self.filter(warn_at__lte=now, due_at__gte=now)


def _hands_of(user: Any) -> list[int]:
    """The people whose tasks are `user`'s: herself, and those in whose place she is (代理)."""
    return [user.pk, *sorted(scope_of(user).acts_for)]
