"""The one answer to "what may this user see and do, and where?" (architecture.md, law 10).

A scope is read once per request from the posts held today (or from the API
key) and is the same for pages, API, admin, maps, counts and exports.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiKey, User
from grid.posts import CAPABILITIES, CAPABILITIES_BY_POST, PostKind

MOST_STEPS: Final = 3
"""How many people may stand in for each other one after the other (A → B → C → D)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Capabilities in the subtree below `prefix` ("" is everywhere)."""

    prefix: str
    capabilities: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """What one actor may do: grants on subtrees, the organizations acted for, and those led."""

    grants: tuple[Grant, ...] = ()
    organizations: frozenset[int] = field(default_factory=frozenset)
    led: frozenset[int] = field(default_factory=frozenset)
    """The organizations whose head the actor is."""
    acts_for: frozenset[int] = field(default_factory=frozenset)
    """The people (primary keys) in whose place the actor is while they are away: their tasks are the actor's too."""

    def can(self, capability: str, code: str | None = None) -> bool:
        """Whether `capability` is held on the grid `code`, or anywhere when no code is given."""
        if capability == "incident.handle" and code is None and self.organizations:
            return True
        return any(
            capability in grant.capabilities and (code is None or code.startswith(grant.prefix))
            for grant in self.grants
        )

    def prefixes(self, capability: str) -> tuple[str, ...]:
        """The shortest codes below which `capability` is held; nested ones are left out."""
        held = sorted({g.prefix for g in self.grants if capability in g.capabilities}, key=len)
        return tuple(p for i, p in enumerate(held) if not any(p.startswith(q) for q in held[:i]))

    def q(self, capability: str, code_field: str = "code") -> Q:
        """A condition on a grid code column: inside the subtrees where `capability` is held."""
        prefixes = self.prefixes(capability)
        if not prefixes:
            return Q(pk__in=())
        if "" in prefixes:
            # always true, and still so beside an "or": an empty Q would be swallowed by the other side
            return ~Q(pk__in=())
        condition = Q()
        for prefix in prefixes:
            condition |= Q(**{f"{code_field}__startswith": prefix})
        return condition

    def covers(self, other: "Scope") -> bool:
        """Whether nothing can be done with `other` that cannot be done with this one."""
        wider = all(self.can(name, grant.prefix) for grant in other.grants for name in grant.capabilities)
        return wider and (other.organizations <= self.organizations or self.can("incident.handle", ""))

    @property
    def home(self) -> str:
        """The code of the widest subtree seen, for start pages; "" when all or nothing."""
        prefixes = self.prefixes("grid.view")
        return prefixes[0] if prefixes else ""


NOTHING = Scope()
EVERYTHING = Scope(grants=(Grant("", frozenset(CAPABILITIES)),))


def scope_of(user: Any, *, today: date | None = None) -> Scope:
    """The scope of `user`, read once and kept on the user object of this request.

    Anonymous and inactive users see nothing. A superuser sees everything. A
    service account sees what the API key of this request grants.
    """
    if not isinstance(user, User) or not user.is_active:
        return NOTHING
    kept: Scope | None = getattr(user, "_scope", None)
    if kept is None:
        now = timezone.now()
        kept = _read_scope(user, today or timezone.localdate(now), now)
        user._scope = kept  # type: ignore[attr-defined]
    return kept


def _read_scope(user: User, today: date, now: datetime) -> Scope:
    if user.is_service:
        key: ApiKey | None = getattr(user, "active_key", None)
        return Scope(grants=(Grant(key.grid_code, frozenset(key.capabilities)),)) if key else NOTHING
    if user.is_superuser:
        return EVERYTHING
    columns = ("user_id", "kind", "grid__code", "organization_id", "organization__grid__code")
    # through the relations, not the models: models stand above this module
    own = user.posts.on(today)  # type: ignore[attr-defined]
    lent = user.posts.model.objects.filter(user__in=absent_people(user, now)).on(today)  # type: ignore[attr-defined]
    rows = list(own.values_list(*columns).order_by().union(lent.values_list(*columns).order_by(), all=True))
    others = frozenset(person for person, *_post in rows) - {user.pk}
    return replace(scope_of_posts(post for _person, *post in rows), acts_for=others)


def absent_people(user: User, now: datetime) -> Any:
    """The people whose posts `user` has until they are back (代理), as a sub-query; chains are followed.

    A substitute who is away too passes them on and keeps them: both may act.
    """
    running = user.substitutions.model.objects.filter(starts_at__lte=now, ends_at__gt=now)  # type: ignore[attr-defined]
    reached, last = Q(substitute=user), running.filter(substitute=user)
    for _step in range(MOST_STEPS - 1):
        reached |= Q(substitute__in=last.values("user"))
        last = running.filter(substitute__in=last.values("user"))
    return running.filter(reached, user__is_active=True).values("user")


def scope_of_posts(posts: Iterable[Sequence[Any]]) -> Scope:
    """The scope that posts give: rows of (kind, grid code, organization id, its grid's code)."""
    grants: list[Grant] = []
    organizations: set[int] = set()
    led: set[int] = set()
    for kind, grid_code, organization_id, organization_code in posts:
        capabilities = CAPABILITIES_BY_POST[kind]
        if grid_code is not None:
            grants.append(Grant(grid_code, capabilities))
        elif organization_id is not None:
            grants.append(Grant(organization_code or "", capabilities - {"incident.handle"}))
            if "incident.handle" in capabilities:
                organizations.add(organization_id)
            if kind == PostKind.ORG_HEAD:
                led.add(organization_id)
    return Scope(tuple(grants), frozenset(organizations), frozenset(led))
