"""The queues of the street's task groups (专责小组): cases with the group or its members, joint actions it leads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from grid.models import Organization, Post
from grid.scope import scope_of
from incidents.models import Incident, JointAction
from incidents.overview import midnight
from incidents.querysets import IncidentQuerySet
from incidents.states import OPEN_STATES


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group with its numbers."""

    group: Organization
    members: list[Post]
    open: int = 0
    overdue: int = 0
    today: int = 0
    actions: int = 0


def groups_for(user: Any, *, now: datetime) -> QuerySet[Organization]:
    """The active task groups that `user` belongs to, or in whose grid she sees cases."""
    rows = Organization.objects.active().filter(kind=Organization.Kind.TASK_GROUP)
    scope = scope_of(user)
    if "" not in scope.prefixes("incident.view"):  # an empty condition would not survive the "or"
        rows = rows.filter(scope.q("incident.view", "grid__code") | Q(pk__in=own_groups(user, now=now)))
    return rows.select_related("grid").defer("grid__boundary").order_by("grid__code", "code")


def own_groups(user: Any, *, now: datetime) -> set[int]:
    """The organizations in which `user` holds a post today; none for systems."""
    if not isinstance(user, User) or user.is_service or not user.is_active:
        return set()
    held = Post.objects.held_by(user).on(timezone.localdate(now)).filter(organization__isnull=False)
    return set(held.values_list("organization_id", flat=True))


def members_of(groups: Iterable[Organization], *, now: datetime) -> dict[int, list[Post]]:
    """The posts held in each group today, its head first; one query."""
    held = Post.objects.filter(organization__in=list(groups), user__is_active=True).on(timezone.localdate(now))
    found: dict[int, list[Post]] = {}
    for post in sorted(held.select_related("user"), key=lambda one: (one.kind != "org_head", one.pk)):
        if post.organization_id:
            found.setdefault(post.organization_id, []).append(post)
    return found


def queue_of(group: Organization, members: Iterable[Post], user: Any, *, is_own: bool) -> IncidentQuerySet:
    """Cases with the group or one of its members.

    Whoever belongs to the group (`is_own`) reads its whole queue; others read what they see anyway.
    """
    rows: IncidentQuerySet = Incident.objects.filter(_with(group, members))
    return rows if is_own else rows.visible_to(user)


def _with(group: Organization, members: Iterable[Post]) -> Q:
    return Q(handler_organization=group) | Q(handler_user__in=[post.user_id for post in members])


def numbers(rows: IncidentQuerySet, *, now: datetime) -> dict[str, int]:
    """Open, overdue, and ended today; one query."""
    today = midnight(timezone.localdate(now))
    found: dict[str, int] = rows.order_by().aggregate(
        open=Count("pk", filter=Q(state__in=OPEN_STATES)),
        overdue=Count("pk", filter=Q(state__in=OPEN_STATES, due_at__lt=now)),
        today=Count("pk", filter=Q(closed_at__gte=today, closed_at__lt=today + timedelta(days=1))),
    )
    return found


def overview(user: Any, *, now: datetime) -> list[GroupRow]:
    """Every group that `user` may see, with its numbers; there are five of them in a street, so one query for each."""
    groups = list(groups_for(user, now=now))
    members, leads, own = members_of(groups, now=now), _led(groups, user), own_groups(user, now=now)
    found = []
    for group in groups:
        people = members.get(group.pk, [])
        counted = numbers(queue_of(group, people, user, is_own=group.pk in own), now=now)
        found.append(GroupRow(group, people, actions=leads.get(group.pk, 0), **counted))
    return found


def _led(groups: list[Organization], user: Any) -> dict[int, int]:
    rows = JointAction.objects.visible_to(user).filter(lead__in=groups, state__in=("planned", "running")).order_by()
    return dict(rows.values_list("lead").annotate(Count("pk", distinct=True)))
