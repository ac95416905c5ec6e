"""Adjectives of supervision notices that chain; every door reads through `visible_to`."""

from datetime import datetime
from typing import Any, Final, Self

from django.db import models
from django.db.models import Q

from grid.scope import scope_of

RUNNING: Final = ("issued", "replied")
"""States of a notice that still stands: until it is lifted the case is under supervision."""


class SupervisionQuerySet(models.QuerySet[Any]):
    """Notices: supervisions (督办) and urgings (催办)."""

    def visible_to(self, user: Any) -> Self:
        """About cases in a subtree where `user` sees incidents, or addressed to the user, or to a unit of hers.

        A service account sees only the subtree of its key.
        """
        scope = scope_of(user)
        if "" in scope.prefixes("incident.view"):
            return self
        return self.filter(scope.q("incident.view", "incident__grid_code") | _concerns(user))

    def concerning(self, user: Any) -> Self:
        """Which `user` may answer: addressed to her or a unit of hers, or about a case that she handles."""
        return self.filter(_concerns(user))

    def supervising(self) -> Self:
        """Numbered notices, not mere urgings."""
        return self.filter(kind="supervise")

    def running(self) -> Self:
        """Numbered notices that are not lifted."""
        return self.supervising().filter(state__in=RUNNING)

    def lifted(self) -> Self:
        """Numbered notices that are lifted."""
        return self.supervising().filter(state="lifted")

    def unanswered(self) -> Self:
        """Numbered notices that wait for a reply."""
        return self.supervising().filter(state="issued")

    def late(self, now: datetime) -> Self:
        """Unanswered past the time to reply."""
        return self.unanswered().filter(reply_due_at__lt=now)


def _concerns(user: Any) -> Q:
    scope, condition = scope_of(user), Q(pk__in=())
    if scope.organizations:
        units = scope.organizations
        condition |= Q(organization__in=units) | Q(incident__handler_organization__in=units)
    if getattr(user, "pk", None) and user.is_active and not user.is_service and scope.grants:
        condition |= Q(user=user) | Q(incident__handler_user=user)
    return condition
