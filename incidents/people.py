"""Which people an incident concerns: how they are named in its history, and who is told."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from grid.models import Organization, Post
from grid.posts import LEADER_KINDS, ORGANIZATION_KINDS, PostKind, posts_with
from grid.scope import absent_people
from incidents.models import Incident
from incidents.states import ASSIGNED, INSPECTED, State

_DUTY_BY_STATE: Final = {
    State.REPORTED: "incident.accept",
    State.VERIFYING: "incident.check",
    State.FILED: "incident.dispatch",
    State.FORWARDING: "incident.dispatch",
    State.HANDLED: "incident.close",
    State.CHECKING: "incident.check",
    State.CHECKED: "incident.close",
}
"""Whose turn it is while no handler has the incident."""
NAME_LENGTH: Final = 120
"""Characters of a name in the history, as its column has them."""
Held = tuple[int, int, str, str, str | None, str | None]
"""A post: its key, its holder, the holder's name, its kind, the code of its grid, the name of its unit."""


def name_with_post(user: User | None, grid_code: str, *, now: datetime) -> str:
    """How history names `user` for ever: 张三（网格长）; the system without one; one query for a person.

    The post is the one nearest to the place: the longest code on the way up from `grid_code`, else a post in a unit,
    else any. Whoever acts in the place of somebody who is away is named so: 张三（代 李四 网格长）. It is written in
    the platform's own language, whatever the reader's.
    """
    with translation.override(settings.LANGUAGE_CODE):
        if user is None:
            return _("The system")
        if user.is_service:
            return _("%(name)s (other system)") % {"name": user.real_name}
        best = max(_posts_of(user, now), key=lambda post: _rank(post, user, grid_code), default=None)
        return _named(user, best)[:NAME_LENGTH]


def _posts_of(user: User, now: datetime) -> Iterable[Held]:
    """Own posts and those of the people in whose place `user` is; by name: whole rows would bring boundaries along."""
    held = Post.objects.on(timezone.localdate(now)).order_by()
    columns = ("pk", "user_id", "user__real_name", "kind", "grid__code", "organization__name")
    own, lent = held.filter(user=user), held.filter(user__in=absent_people(user, now))
    return own.values_list(*columns).union(lent.values_list(*columns), all=True)


def _rank(post: Held, user: User, grid_code: str) -> tuple[bool, int, bool, int]:
    """An own post over the place comes first: nobody is said to stand in where he acts in his own right."""
    pk, holder, _name, _kind, code, _unit = post
    near, is_own = _nearness(code, grid_code), holder == user.pk
    return is_own and near > 1, near, is_own, -pk


def _named(user: User, post: Held | None) -> str:
    """张三, 张三（网格长）, or 张三（代 李四 网格长）."""
    if post is None:
        return str(user.real_name)
    _pk, holder, absent, kind, code, unit = post
    values = {"name": user.real_name, "absent": absent, "post": _title((kind, code, unit))}
    if holder != user.pk:
        return _("%(name)s (for %(absent)s, %(post)s)") % values
    return _("%(name)s (%(post)s)") % values


def _nearness(post_code: str | None, grid_code: str) -> int:
    if post_code is None:
        return 1
    return 1 + len(post_code) if grid_code.startswith(post_code) else 0


def _title(post: tuple[str, str | None, str | None]) -> str:
    kind, _code, unit = post
    label = str(PostKind(kind).label)
    return f"{unit} · {label}" if unit else label


def on_the_way(code: str) -> list[str]:
    """The codes of the grids from the city down to `code`, itself included."""
    return [code[:length] for length in range(4, len(code) + 1)]


def holders(capability: str, grid_code: str, *, now: datetime, leaders: bool = True) -> QuerySet[User]:
    """Active people whose post today gives `capability` on the grid; `leaders=False`: without the persons in charge."""
    kinds = [kind for kind in posts_with(capability, units=False) if leaders or kind not in LEADER_KINDS]
    posts = Post.objects.on(timezone.localdate(now)).filter(kind__in=kinds, grid__code__in=on_the_way(grid_code))
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)


def handlers(incident: Incident, *, now: datetime) -> QuerySet[User]:
    """The people with whom the incident is: its handler, else everybody who acts for the handling unit."""
    if incident.handler_user_id:
        return User.objects.filter(pk=incident.handler_user_id, is_active=True)
    return actors_of([incident.handler_organization_id], timezone.localdate(now))


def actors_of(organizations: Iterable[int | None], day: date) -> QuerySet[User]:
    """Active people who act for the units on `day`."""
    kinds = [kind for kind in posts_with("incident.handle") if kind in ORGANIZATION_KINDS]
    posts = Post.objects.on(day).filter(kind__in=kinds, organization__in=[pk for pk in organizations if pk])
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)


def heads_of(organization_id: int | None, day: date) -> QuerySet[User]:
    """The active heads of a unit on `day`."""
    posts = Post.objects.on(day).filter(kind=PostKind.ORG_HEAD, organization=organization_id)
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)


def inspectors(incident: Incident, *, now: datetime) -> QuerySet[User]:
    """Who was asked by name to look on site, else everybody who may."""
    if incident.inspector_id:
        return User.objects.filter(pk=incident.inspector_id, is_active=True)
    return holders("incident.check", incident.grid_code, now=now)


def whose_turn(incident: Incident, *, now: datetime) -> QuerySet[User]:
    """The people who must act next: the handlers, the head of the unit, who looks on site, or the desk."""
    if incident.state in INSPECTED:
        return inspectors(incident, now=now)
    if incident.state == State.CONFIRMING:
        return heads_of(incident.handler_organization_id, timezone.localdate(now))
    if incident.state in ASSIGNED:
        return handlers(incident, now=now)
    return holders(_DUTY_BY_STATE[State(incident.state)], incident.grid_code, now=now, leaders=False)


def supervisors(incident: Incident, *, now: datetime) -> QuerySet[User]:
    """Who watches over the incident's clocks; the persons in charge read it in the reports instead."""
    return holders("incident.supervise", incident.grid_code, now=now, leaders=False)


def possible_handlers(incident: Incident, *, now: datetime) -> QuerySet[User]:
    """Active people of the street, or above on the way to the incident, who may be handed it by the desk."""
    kinds = {*posts_with("incident.handle"), *LEADER_KINDS}
    near = Q(grid__code__startswith=incident.grid_code[:9]) | Q(grid__code__in=on_the_way(incident.grid_code))
    posts = Post.objects.on(timezone.localdate(now)).filter(near, kind__in=kinds)
    return User.objects.filter(pk__in=posts.values("user"), is_active=True, kind=User.Kind.PERSON)


def possible_units(incident: Incident) -> QuerySet[Organization]:
    """Active units of the street, or above on the way to the incident, that may be handed it by the desk."""
    near = Q(grid__code__startswith=incident.grid_code[:9]) | Q(grid__code__in=on_the_way(incident.grid_code))
    return Organization.objects.active().filter(near)
