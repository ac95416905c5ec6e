"""Made-up people in the posts of the demo streets, and the demo accounts, one per role."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from accounts.models import User
from grid.demo.divisions import JIANZHONG, STREETS
from grid.demo.names import person_name, phone_number
from grid.demo.tree import SINCE
from grid.models import Building, Grid, Organization, Post
from grid.posts import PostKind

CADRES: Final = 13
COMMITTEE_MEMBERS: Final = 131

LOGINS_TEXT: Final = Path(__file__).with_name("logins.txt").read_text(encoding="utf-8")
"""Demo accounts, one per role, with what they are, as they are printed; `script/server` prints the same file."""
LOGINS: Final = frozenset(line.split()[0] for line in LOGINS_TEXT.splitlines())


@dataclass
class _Holder:
    """A post to be filled by a new person."""

    kind: str
    grid: Grid | None = None
    organization: Organization | None = None
    building: Building | None = None
    login: str = ""


def build_people(
    grids: dict[str, Grid], organizations: dict[str, Organization], buildings: Sequence[Building], *, password: str
) -> int:
    """Write users and posts for every seat of the demo; returns the number of people."""
    numbers = count(1)
    holders = [*_street_holders(grids), *_grid_holders(grids), *_organization_holders(organizations)]
    holders += [_Holder(PostKind.BUILDING_HEAD, b.grid, building=b) for b in buildings]
    holders += _party_holders(grids)  # last: the made-up names follow from the place in this list
    users = [_user(next(numbers), holder) for holder in holders]
    resident = _user(next(numbers), _Holder("", login="volunteer"))  # holds no post: a volunteer
    _set_passwords([*users, resident], password)
    User.objects.bulk_create([*users, resident], batch_size=500)
    Post.objects.bulk_create((_post(h, u) for h, u in zip(holders, users, strict=True)), batch_size=500)
    _extra_communities(grids)
    _administrator(password)
    return len(users) + 2


def _street_holders(grids: dict[str, Grid]) -> Iterator[_Holder]:
    for street in STREETS:
        if not street.whole:
            continue
        main = street.code == JIANZHONG
        node = grids[street.code]
        for kind, login in (
            (PostKind.STREET_SECRETARY, "secretary"),
            (PostKind.SHIFT_LEADER, "shiftleader"),
            (PostKind.OPERATOR, "operator"),
            (PostKind.DISPATCHER, "dispatcher"),
            (PostKind.SUPERVISOR, "supervisor"),
            (PostKind.AUDITOR, "auditor"),
            (PostKind.MEDIATOR, "mediator"),
        ):
            yield _Holder(kind, node, login=login if main else "")
    communities = [g for c, g in sorted(grids.items()) if len(c) == 12 and c.startswith(JIANZHONG)]
    for place in range(CADRES):
        yield _Holder(PostKind.LINKED_CADRE, communities[place], login="cadre" if place == 0 else "")


def _grid_holders(grids: dict[str, Grid]) -> Iterator[_Holder]:
    first = f"{JIANZHONG}001"
    for code, node in sorted(grids.items()):
        if node.is_dedicated or node.level == 5:
            yield _Holder(PostKind.GRID_LEADER, node, login="gridleader" if code == first + "001" else "")
        elif node.level == 4:
            yield _Holder(PostKind.COMMUNITY_HEAD, node, login="community" if code == first else "")
        elif node.level == 6:
            yield _Holder(PostKind.MICRO_LEADER, node, login="microleader" if code == first + "001001" else "")
    lower = [g for c, g in sorted(grids.items()) if len(c) == 15 and c.startswith(JIANZHONG)]
    for place in range(COMMITTEE_MEMBERS):
        yield _Holder(PostKind.COMMITTEE_MEMBER, lower[place % len(lower)])


def _party_holders(grids: dict[str, Grid]) -> Iterator[_Holder]:
    """分管副书记 and 党建办 of each street (domain.md 10, row 2.17)."""
    for street in STREETS:
        if street.whole:
            login = "partyofficer" if street.code == JIANZHONG else ""
            yield _Holder(PostKind.DEPUTY_SECRETARY, grids[street.code])
            yield _Holder(PostKind.PARTY_OFFICER, grids[street.code], login=login)


def _organization_holders(organizations: dict[str, Organization]) -> Iterator[_Holder]:
    for key, organization in organizations.items():
        if organization.kind in (Organization.Kind.OFFICE, Organization.Kind.CENTRE, Organization.Kind.COMMITTEE):
            continue
        own = key == f"{JIANZHONG}/municipal"
        yield _Holder(PostKind.ORG_HEAD, organization=organization, login="unithead" if own else "")
        login = "department" if own else ""
        kind = PostKind.MEMBER if organization.kind == Organization.Kind.TASK_GROUP else PostKind.HANDLER
        yield _Holder(kind, organization=organization, login=login)


def _user(number: int, holder: _Holder) -> User:
    user = User(
        username=holder.login or f"demo{number:04d}",
        real_name=person_name(number),
        password="!demo",
        is_demo=True,
        # the shift leader keeps grids and posts in the admin; what is seen there follows from the post
        is_staff=holder.kind == PostKind.SHIFT_LEADER,
    )
    user.set_phone(phone_number(number))  # stored in bulk, past `User.save`
    return user


def _set_passwords(users: Iterable[User], password: str) -> None:
    """Only the demo accounts can sign in; one slow hash serves them all."""
    logins = [user for user in users if user.username in LOGINS]
    logins[0].set_password(password)
    for user in logins[1:]:
        user.password = logins[0].password


def _post(holder: _Holder, user: User) -> Post:
    return Post(
        user=user,
        kind=holder.kind,
        grid=holder.grid,
        organization=holder.organization,
        building=holder.building,
        starts_on=SINCE,
        note="演示数据：人员为虚构",
    )


def _extra_communities(grids: dict[str, Grid]) -> None:
    """13 cadres for 15 communities: the last two hold a second one each."""
    posts = list(Post.objects.filter(kind=PostKind.LINKED_CADRE).order_by("id"))
    for place, post in enumerate(posts[-2:]):
        node = grids[f"{JIANZHONG}{14 + place:03d}"]
        Post.objects.create(user=post.user, kind=post.kind, grid=node, starts_on=SINCE, note=post.note)


def _administrator(password: str) -> None:
    User.objects.create_superuser("admin", password=password, real_name="系统管理员", is_demo=True)


def renew_passwords(password: str) -> None:
    """Give the demo accounts the password of this start; accounts that people made are left alone."""
    accounts = User.objects.filter(is_demo=True, username__in=LOGINS)
    first = accounts.first()
    if first and password and not first.check_password(password):
        first.set_password(password)
        accounts.update(password=first.password)
