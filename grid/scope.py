"""The one answer to "what may this user see and do, and where?" (architecture.md, law 10).

A scope is read once per request from the posts held today (or from the API
key) and is the same for pages, API, admin, maps, counts and exports.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.models import ApiKey, User
from grid.posts import CAPABILITIES, CAPABILITIES_BY_POST, PostKind

MOST_STEPS: Final = 3
"""How many people may stand in for each other one after the other (A → B → C → D)."""


# Written out: this is asked at the beginning of every request, and to build it from objects cost more than to run it.
_AWAY: Final = """
WITH RECURSIVE steps(id, step) AS (
    SELECT %(user)s::bigint, 0
    UNION
    SELECT absence.user_id, steps.step + 1
    FROM grid_absence absence JOIN steps ON absence.substitute_id = steps.id
    WHERE steps.step < %(most)s AND absence.starts_at <= %(now)s AND absence.ends_at > %(now)s
), away AS (
    SELECT DISTINCT person.id FROM steps JOIN accounts_user person ON person.id = steps.id AND person.is_active
)
"""
_AWAY_IDS: Final = _AWAY % dict.fromkeys(("user", "most", "now"), "%s") + "SELECT id FROM away WHERE id <> %s"  # noqa: S608
_POSTS: Final = f"""{_AWAY}
SELECT post.user_id, post.kind, place.code, post.organization_id, seat.code
FROM away
JOIN grid_post post ON post.user_id = away.id
LEFT JOIN grid_grid place ON place.id = post.grid_id
LEFT JOIN grid_organization unit ON unit.id = post.organization_id
LEFT JOIN grid_grid seat ON seat.id = unit.grid_id
WHERE post.starts_on <= %(today)s AND (post.ends_on IS NULL OR post.ends_on > %(today)s)
ORDER BY post.id
"""  # noqa: S608 - constants of this module


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
    with connection.cursor() as cursor:
        cursor.execute(_POSTS, {"user": user.pk, "now": now, "today": today, "most": MOST_STEPS})
        rows = cursor.fetchall()
    others = frozenset(person for person, *_post in rows) - {user.pk}
    return replace(scope_of_posts(post for _person, *post in rows), acts_for=others)


def absent_people(user: User, now: datetime) -> RawSQL:
    """The people whose posts `user` has until they are back (代理), as a sub-query; chains are followed.

    A substitute who is away too passes them on and keeps them: both may act.
    """
    return RawSQL(_AWAY_IDS, (user.pk, MOST_STEPS, now, now, user.pk))  # noqa: S611 - the text is a constant


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
