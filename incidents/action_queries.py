"""Adjectives of joint actions that chain; every door reads through `visible_to`."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from grid.scope import scope_of


class JointActionQuerySet(models.QuerySet[Any]):
    """Joint actions."""

    def visible_to(self, user: Any) -> Self:
        """In a subtree where `user` sees cases, in one of whose compounds she does, or in which a unit of hers works.

        A unit is hers by any post in it. A service account sees only the subtree of its key.
        """
        scope = scope_of(user)
        if "" in scope.prefixes("incident.view"):
            return self
        everything = self.model._base_manager
        there = everything.filter(scope.q("incident.view", "compounds__grid__code")).values("pk")
        condition = scope.q("incident.view", "grid_code")
        if scope.prefixes("incident.view"):
            condition |= Q(pk__in=there)
        if getattr(user, "pk", None) and not user.is_service:
            units = user.posts.on(timezone.localdate()).filter(organization__isnull=False).values("organization")
            condition |= Q(lead__in=units)
            condition |= Q(pk__in=everything.filter(units__in=units).values("pk"))
        return self.filter(condition)

    def running(self) -> Self:
        """Begun and not ended."""
        return self.filter(state="running")

    def led_by(self, organization: int) -> Self:
        """Of one leading unit."""
        return self.filter(lead=organization)

    def on(self, day: date) -> Self:
        """Whose days include `day`."""
        return self.filter(starts_on__lte=day, ends_on__gte=day)
