"""Who acts in the demo history: leaders, handlers and desk people, with their scopes read once."""

from collections import defaultdict
from dataclasses import dataclass, field

from accounts.models import User
from grid.models import Organization, Post
from grid.posts import LEADER_KINDS, PostKind
from grid.scope import scope_of_posts

Row = tuple[str, str | None, int | None, str | None]


@dataclass
class Cast:
    """The people of the demo by where they act."""

    leaders: dict[str, User] = field(default_factory=dict)
    handlers: dict[int, User] = field(default_factory=dict)
    desk: dict[tuple[str, str], User] = field(default_factory=dict)
    units: dict[str, Organization] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def leader_of(self, code: str) -> User:
        """The leader of the lowest grid on the way up from `code` that has one."""
        return next(self.leaders[code[:n]] for n in (18, 15, 12, 9) if code[:n] in self.leaders)

    def at_desk(self, code: str, kind: str) -> User:
        """Who holds the desk post `kind` in the street of `code`."""
        return self.desk[code[:9], kind]

    def unit(self, code: str, key: str) -> Organization | None:
        """The unit `key` of the street of `code`, None where the street has none."""
        return self.units.get(f"{code[:9]}/{key}")


def gather_cast() -> Cast:
    """Read everybody who acts, in three queries; their scopes are kept on them."""
    cast = Cast()
    users = {user.pk: user for user in User.objects.filter(is_demo=True)}
    rows: dict[int, list[Row]] = defaultdict(list)
    for post in Post.objects.select_related("grid", "organization__grid").defer(
        "grid__boundary", "organization__grid__boundary"
    ):
        user = users[post.user_id]
        _seat(cast, post, user)
        organization_code = post.organization.grid.code if post.organization else None
        rows[user.pk].append(
            (post.kind, post.grid.code if post.grid else None, post.organization_id, organization_code)
        )
    for pk, held in rows.items():
        users[pk]._scope = scope_of_posts(held)  # type: ignore[attr-defined]
    cast.units = {
        f"{o.grid.code}/{o.code}": o for o in Organization.objects.select_related("grid").defer("grid__boundary")
    }
    return cast


def _seat(cast: Cast, post: Post, user: User) -> None:
    label = str(PostKind(post.kind).label)
    if post.organization:
        label = f"{post.organization.name} · {label}"
    cast.names.setdefault(user.pk, f"{user.real_name}（{label}）")
    if post.grid and post.kind in LEADER_KINDS:
        cast.leaders[post.grid.code] = user
    elif post.grid and post.kind in (PostKind.OPERATOR, PostKind.DISPATCHER, PostKind.SHIFT_LEADER):
        cast.desk[post.grid.code, post.kind] = user
    elif post.organization_id and post.kind == PostKind.HANDLER:
        cast.handlers[post.organization_id] = user
