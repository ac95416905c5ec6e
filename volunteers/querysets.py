"""Adjectives of volunteers and wishes that chain; every scoped one has `visible_to(user)`."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from grid.querysets import STREET_LENGTH, AroundGridQuerySet, InGridQuerySet
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


class ExchangeQuerySet(InGridQuerySet):
    """Exchanges of points: of one's counters, and one's own; what somebody exchanged is nobody else's to read."""

    code_field = "item__grid_code"
    capability = "shop.edit"

    def visible_to(self, user: Any) -> Self:
        """Where `user` keeps the shop, and her own."""
        return self.filter(scope_of(user).q(self.capability, self.code_field) | Q(volunteer__user=user.pk))


class OwnLedgerQuerySet(models.QuerySet[Any]):
    """Bookings of points: their owner's alone (law 14)."""

    def visible_to(self, user: Any) -> Self:
        """Of one's own account."""
        return self.filter(Q(giver__volunteer__user=user.pk) | Q(taker__volunteer__user=user.pk))


class SharedQuerySet(AroundGridQuerySet):
    """Rows of one's grids and of the grids above: what the street offers is there for everybody below."""

    capability = "volunteer.view"


class ServiceQuerySet(SharedQuerySet):
    """Services of volunteers. `visible_to` is for staff; whoever may sign up sees `offered_to` besides."""

    def offered_to(self, user: Any) -> Self:
        """What staff see, and for a volunteer what lies in her street or belongs to the grids above it."""
        seen, home = self.visible_to(user), _home_of(user)
        if not home:
            return seen
        above = [home[:n] for n in range(1, len(home))]
        near = Q(**{f"{self.code_field}__startswith": home}) | Q(**{f"{self.code_field}__in": above})
        return seen | self.filter(near)


class CertificateQuerySet(VolunteersQuerySet):
    """Certificates: of one's grids, and one's own. What is publicised, all around may read."""

    def in_publicity(self, user: Any) -> Self:
        """What is publicised where `user` sees volunteers, and in the street where she is one."""
        rows, home = self.filter(status="publicity"), _home_of(user)
        seen = rows.visible_to(user)
        return seen | rows.filter(**{f"{self.code_field}__startswith": home}) if home else seen


def _home_of(user: Any) -> str:
    """The street of the volunteer behind an account that may sign up or wait for it; "" for everybody else."""
    volunteer = getattr(user, "volunteer", None)
    if volunteer is None or volunteer.status not in ("applied", "active", "paused"):
        return ""
    return str(volunteer.grid_code[:STREET_LENGTH])


class WishQuerySet(InGridQuerySet):
    """Wishes: of one's grids. What the board shows of them to everybody is `on_board`."""

    capability = "wish.view"

    def on_board(self) -> Self:
        """Published and not yet wholly claimed, those that came back first."""
        return self.filter(status="published").order_by("-returns", "published_at", "id")


class WishClaimQuerySet(InGridQuerySet):
    """Claims: of the wishes of one's grids, and one's own."""

    code_field = "wish__grid_code"
    capability = "wish.view"

    def visible_to(self, user: Any) -> Self:
        """Where `user` sees wishes, and what she claimed herself."""
        return self.filter(scope_of(user).q(self.capability, self.code_field) | Q(user=user.pk))
