"""Role badges (四员, 五员): who wears which in which grid; several sets live side by side (domain.md 3.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from fieldwork.models import BadgeHolding, RoleBadge
from grid.access import demand
from grid.models import Grid, Post
from grid.scope import scope_of

GIVES: Final = "field.plan"


def worn_on(rows: Any, today: date) -> QuerySet[BadgeHolding]:
    """Held on `today` (end excluded)."""
    found: QuerySet[BadgeHolding] = rows.filter(Q(until__isnull=True) | Q(until__gt=today), since__lte=today)
    return found


def give_badge(badge: RoleBadge, user: User, *, grid: Grid, since: date, actor: User, today: date) -> BadgeHolding:
    """Let `user` wear `badge` in `grid` from `since` on.

    NotAllowed without field.plan there; NotValid for somebody without a post on the way up or down from the grid, or a
    badge out of use; NotNow when she wears it already.
    """
    demand(actor, GIVES, grid.code)
    wrong: dict[str, list[str]] = {}
    if not badge.is_active:
        wrong["badge"] = [_("This badge is not used any more.")]
    if not _works_near(user, grid, today):
        wrong["person"] = [_("This person holds no post in the grid, above it or below it.")]
    if since > today + timedelta(days=365):
        wrong["since"] = [_("At most a year ahead.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)
    try:
        with transaction.atomic():
            return BadgeHolding.objects.create(
                badge=badge, user=user, grid=grid, grid_code=grid.code, since=since, given_by=actor
            )
    except IntegrityError as error:
        raise NotNow(_("This person wears this badge here already.")) from error


def give_to_holder(badge: RoleBadge, user: User, *, since: date, actor: User, today: date) -> BadgeHolding:
    """The same in the grid of the person's own post, the lowest one where the actor plans field work.

    NotValid (field "person") for somebody without such a post.
    """
    posts = Post.objects.on(today).held_by(user).filter(scope_of(actor).q(GIVES, "grid__code"))
    post = posts.select_related("grid").defer("grid__boundary").order_by("-grid__level", "grid__code").first()
    if post is None or post.grid is None:
        said = _("This person holds no post in a grid of yours.")
        raise NotValid(said, {"person": [said]})
    return give_badge(badge, user, grid=post.grid, since=since, actor=actor, today=today)


def _works_near(user: User, grid: Grid, today: date) -> bool:
    above = [grid.code[:n] for n in range(4, len(grid.code) + 1)]
    posts = Post.objects.on(today).held_by(user)
    return bool(posts.filter(Q(grid__code__in=above) | Q(grid__code__startswith=grid.code)).exists())


def take_badge(holding: BadgeHolding, *, actor: User, today: date) -> BadgeHolding:
    """End it with today; one given today ends tomorrow, so that the record keeps its day. NotNow when it has ended."""
    demand(actor, GIVES, holding.grid_code)
    with transaction.atomic():
        locked = BadgeHolding.objects.select_for_update(of=("self",)).get(pk=holding.pk)
        if locked.until is not None and locked.until <= today:
            raise NotNow(_("This badge was given back already."))
        locked.until = max(today, locked.since + timedelta(days=1))
        locked.save(update_fields=["until"])
    return locked


@dataclass(frozen=True, slots=True)
class Wearers:
    """The wearers in one grid."""

    grid: Grid
    holdings: list[BadgeHolding]


def by_grid(holdings: Iterable[BadgeHolding]) -> list[Wearers]:
    """Holdings that are ordered by the code of their grid, in lots of one grid."""
    found: list[Wearers] = []
    for holding in holdings:
        if not found or found[-1].grid.pk != holding.grid_id:
            found.append(Wearers(holding.grid, []))
        found[-1].holdings.append(holding)
    return found
