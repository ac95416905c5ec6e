"""Adjectives of call-backs that chain; every door reads through `visible_to`."""

from datetime import datetime
from typing import Any, Final, Self

from django.db import models
from django.db.models import Q

from grid.scope import EVERYTHING, scope_of

READERS: Final = ("incident.call_back", "incident.supervise", "incident.approve")
"""Who calls, who watches over the units, and who decides what is left out."""


class CallBackQuerySet(models.QuerySet[Any]):
    """Call-backs."""

    def visible_to(self, user: Any) -> Self:
        """Of cases in a subtree where `user` calls back, supervises or approves."""
        scope = scope_of(user)
        if scope == EVERYTHING:
            return self
        condition = Q()
        for capability in READERS:
            condition |= scope.q(capability, "incident__grid_code")
        return self.filter(condition)

    def waiting(self) -> Self:
        """Still to be called."""
        return self.filter(called_at__isnull=True, is_excluded=False)

    def finished(self) -> Self:
        """Called, or given up."""
        return self.filter(called_at__isnull=False)

    def counted(self) -> Self:
        """Finished and not left out of the rates."""
        return self.finished().filter(is_excluded=False)

    def between(self, start: datetime, end: datetime) -> Self:
        """Called in the period, end excluded."""
        return self.filter(called_at__gte=start, called_at__lt=end)
