"""Adjectives of volunteers and wishes that chain; every scoped one has `visible_to(user)`."""

from typing import Any, Self

from django.db.models import Q

from grid.querysets import AroundGridQuerySet, InGridQuerySet
from grid.scope import scope_of


class VolunteerQuerySet(InGridQuerySet):
    """Volunteers of one's grids, and oneself."""

    capability = "volunteer.view"

    def visible_to(self, user: Any) -> Self:
        """Where `user` sees volunteers, and her own row."""
        return self.filter(scope_of(user).q(self.capability, self.code_field) | Q(user=user.pk))


class VolunteersQuerySet(InGridQuerySet):
    """What belongs to a volunteer (hours, exchanges): of one's grids, and one's own."""

    code_field = "volunteer__grid_code"
    capability = "volunteer.view"

    def visible_to(self, user: Any) -> Self:
        """Where `user` sees volunteers, and her own."""
        return self.filter(scope_of(user).q(self.capability, self.code_field) | Q(volunteer__user=user.pk))


class SharedQuerySet(AroundGridQuerySet):
    """Rows of one's grids and of the grids above: what the street offers is there for everybody below."""

    capability = "volunteer.view"


class WishQuerySet(InGridQuerySet):
    """Wishes: of one's grids. What the board shows of them to everybody is `on_board`."""

    capability = "wish.view"

    def on_board(self) -> Self:
        """Published and not yet wholly claimed, those that came back first."""
        return self.filter(status="published").order_by("-returns", "published_at", "id")
