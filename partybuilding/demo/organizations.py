"""The party organizations of the demo: the trees of the streets, their posts, profiles and stars.

The numbers are those of the founding documents: 阳光花苑 with 13 grid branches and 58 building groups (row 2.30), 政通路
with 12 compounds and 30 leaders of groups (0.38), a branch of a non-public unit in a dedicated grid (2.3). A few grids
have no branch, a few branches no secretary, so that the coverage page has something to say.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.utils import timezone

from accounts.models import User
from grid.demo.divisions import JIANZHONG, SONGSHAN, ZHENGTONG
from grid.demo.names import person_name
from grid.models import Building, Compound, Grid, Organization, Post
from grid.posts import PostKind
from partybuilding.demo.profiles import build_awards, build_profiles
from partybuilding.models import PartyOrganization, PartyPost
from partybuilding.organizations import path_of

Kind = PartyOrganization.Kind
Title = PartyPost.Title
Level = Grid.Level
FOUNDED: Final = date(2021, 7, 1)
SINCE: Final = date(2024, 1, 1)
SUNNY: Final = f"{JIANZHONG}009"
SUNNY_NAME: Final = "阳光花苑"
SUNNY_BRANCHES, SUNNY_GROUPS = 13, 58
COURTYARDS, COURTYARD_GROUPS = 12, 30
BARE_EVERY, HEADLESS_EVERY = 31, 37
"""Every so-manieth grid has no branch, every so-manieth branch no secretary."""
NON_PUBLIC: Final = (
    (f"{SONGSHAN}", "海一云商非公企业党支部"),
    (f"{JIANZHONG}005", "升龙商圈非公企业联合党支部"),
    (f"{JIANZHONG}011", "淮南商贸非公企业党支部"),
    (f"{JIANZHONG}015", "童年时光商场党支部"),
)
JOINT: Final = ((f"{JIANZHONG}013", "人和社区·市政设施中心联合党支部"),)


People = dict[str, list[User | None]]
"""Who holds which post; None is somebody with a made-up name and no account."""


@dataclass
class _Seat:
    """An organization to be made, below the one with the key `above`."""

    key: str
    above: str
    kind: str
    grid: Grid
    name: str
    people: People = field(default_factory=dict)
    buildings: list[Building] = field(default_factory=list)
    grand: bool = False


@dataclass
class _Street:
    """What the demo has: grids by code, people by post and grid, buildings by micro-grid."""

    grids: dict[str, Grid]
    posts: dict[tuple[str, str], list[User]]
    heads: dict[int, User]
    buildings: dict[str, list[Building]]

    def users(self, kind: str, code: str) -> list[User | None]:
        """Who holds a post in this grid."""
        return list(self.posts.get((kind, code), []))


def build_organizations(now: datetime) -> dict[str, PartyOrganization]:
    """The trees of all demo streets; gives them by key (the code of the grid, with a number where it has several)."""
    street = _read(timezone.localdate(now))
    seats = [*_upper(street), *_branches(street), *_others(street), *_groups(street), *_courtyards(street)]
    made = _write(seats)
    _write_posts(seats, made)
    build_profiles(street.grids)
    build_awards(made, now)
    return made


def _read(today: date) -> _Street:
    current = Grid.objects.current(today).filter(level__gte=Level.STREET).defer("boundary")
    grids = {grid.code: grid for grid in current.order_by("code")}
    posts: dict[tuple[str, str], list[User]] = defaultdict(list)
    heads: dict[int, User] = {}
    rows = Post.objects.on(today).filter(grid__in=[grid.pk for grid in grids.values()]).select_related("user", "grid")
    for post in rows.defer("grid__boundary").order_by("grid__code", "id"):
        assert post.grid is not None
        posts[post.kind, post.grid.code].append(post.user)
        if post.kind == PostKind.BUILDING_HEAD and post.building_id:
            heads[post.building_id] = post.user
    buildings: dict[str, list[Building]] = defaultdict(list)
    for building in Building.objects.select_related("grid").defer("grid__boundary").order_by("id"):
        buildings[building.grid.code].append(building)
    return _Street(grids, posts, heads, buildings)


# --- what there is to be ---


def _upper(street: _Street) -> Iterator[_Seat]:
    """Working committees of the streets, committees of the communities."""
    for code, grid in street.grids.items():
        if grid.is_dedicated:
            continue
        if grid.level == Level.STREET:
            people: People = {
                Title.SECRETARY: street.users(PostKind.STREET_SECRETARY, code),
                Title.DEPUTY: street.users(PostKind.DEPUTY_SECRETARY, code),
                Title.ORGANIZER: street.users(PostKind.PARTY_OFFICER, code),
                Title.PUBLICITY: [None],
            }
            yield _Seat(code, "", Kind.WORK_COMMITTEE, grid, f"{grid.name}党工委", people)
        elif grid.level == Level.COMMUNITY:
            members = _committee(street, code)
            titles = (Title.DEPUTY, Title.ORGANIZER, Title.PUBLICITY, Title.DISCIPLINE)
            people = {title: members[n : n + 1] for n, title in enumerate(titles)}
            people[Title.SECRETARY] = street.users(PostKind.COMMUNITY_HEAD, code)
            name = f"{grid.name}党委" if int(code[-3:]) % 4 else f"{grid.name}党总支"
            grand = code.startswith(JIANZHONG) or code == ZHENGTONG
            yield _Seat(code, code[:9], Kind.COMMUNITY, grid, name, people, grand=grand)


def _committee(street: _Street, code: str) -> list[User | None]:
    """Members of the community committee: those with a post, or made-up names in the smaller streets."""
    found = [user for (kind, at), users in street.posts.items() if kind == PostKind.COMMITTEE_MEMBER
             and at.startswith(code) for user in users]  # fmt: skip
    return [*found[:4]] if found else [None, None, None]


def _branches(street: _Street) -> Iterator[_Seat]:
    """One branch in each territorial grid; 阳光花苑 has 13; a few grids have none."""
    number = 0
    for code, grid in street.grids.items():
        if grid.is_dedicated or grid.level != Level.GRID or code.startswith(ZHENGTONG):
            continue
        number += 1
        if code.startswith(SUNNY):
            yield from _sunny_branches(street, grid)
        elif number % BARE_EVERY:
            name = f"{grid.name}党支部"
            yield _Seat(code, code[:12], Kind.GRID_BRANCH, grid, name, _branch_people(street, grid, number))


def _branch_people(street: _Street, grid: Grid, number: int) -> People:
    secretary = street.users(PostKind.GRID_LEADER, grid.code) if number % HEADLESS_EVERY else []
    members = street.users(PostKind.COMMITTEE_MEMBER, grid.code)
    micro = street.users(PostKind.MICRO_LEADER, f"{grid.code}001")
    publicity = micro[:1] if number % 15 else []
    return {Title.SECRETARY: secretary, Title.ORGANIZER: members[:1] or [None], Title.PUBLICITY: publicity}


def _sunny_branches(street: _Street, grid: Grid) -> Iterator[_Seat]:
    """The grids of 阳光花苑 share 13 branches among them: the first have two."""
    codes = [code for code, one in street.grids.items() if code.startswith(SUNNY) and one.level == Level.GRID]
    place = codes.index(grid.code)
    twice = SUNNY_BRANCHES - len(codes)
    for part in range(2 if place < twice else 1):
        number = place + 1 if part == 0 else len(codes) + place + 1
        people = _branch_people(street, grid, number)
        if part:
            people[Title.SECRETARY] = [None]
        key = grid.code if part == 0 else f"{grid.code}/2"
        yield _Seat(key, SUNNY, Kind.GRID_BRANCH, grid, f"{SUNNY_NAME}第{number}网格党支部", people)


def _groups(street: _Street) -> Iterator[_Seat]:
    """A building group in the micro-grids of 建中街 that have a branch above them; 58 in 阳光花苑, one a building."""
    yield from _sunny_groups(street)
    number = 0
    for code, grid in street.grids.items():
        if grid.level != Level.MICRO or not code.startswith(JIANZHONG) or code.startswith(SUNNY):
            continue
        number += 1
        if number % 23 == 0:
            continue
        buildings = street.buildings.get(code, [])
        head = street.heads.get(buildings[0].pk) if buildings else None
        leader: list[User | None] = [head] if head else street.users(PostKind.MICRO_LEADER, code)
        people: People = {Title.GROUP_LEADER: leader if number % 41 else []}
        yield _Seat(code, code[:15], Kind.GROUP, grid, f"{grid.name}楼栋党小组", people, buildings)


def _sunny_groups(street: _Street) -> Iterator[_Seat]:
    all_ = [one for code, found in street.buildings.items() if code.startswith(SUNNY) for one in found]
    for number, building in enumerate(all_[:SUNNY_GROUPS], 1):
        code = building.grid.code
        head: list[User | None] = [street.heads.get(building.pk)]
        name = f"{SUNNY_NAME}{building.name}党小组（第{number}组）"
        yield _Seat(
            f"{code}/b{number}", code[:15], Kind.GROUP, building.grid, name, {Title.GROUP_LEADER: head}, [building]
        )


def _others(street: _Street) -> Iterator[_Seat]:
    """Branches of dedicated grids, of non-public units, of units together."""
    dedicated = [grid for grid in street.grids.values() if grid.is_dedicated]
    for number, grid in enumerate(dedicated, 1):
        if number % 12:
            above = grid.code[:12] if grid.code[:12] in street.grids and len(grid.code) > 12 else grid.code[:9]
            people: People = {Title.SECRETARY: street.users(PostKind.GRID_LEADER, grid.code)}
            yield _Seat(grid.code, above, Kind.DEDICATED, grid, f"{grid.name}党支部", people)
    for code, name in NON_PUBLIC:
        place = dedicated[0] if len(code) == 9 and dedicated else street.grids.get(code)
        if place is not None:
            yield _Seat(f"{code}/np", code, Kind.NON_PUBLIC, place, name, {Title.SECRETARY: [None]})
    for code, name in JOINT:
        if code in street.grids:
            yield _Seat(f"{code}/joint", code, Kind.JOINT, street.grids[code], name, {Title.SECRETARY: [None]})


def _courtyards(street: _Street) -> Iterator[_Seat]:
    """政通路: 社区党委 — 12 楼院党支部 — 30 楼栋党小组, whose leaders have a building each (rows 0.37, 0.38)."""
    for place, compound in enumerate(_spread(ZHENGTONG)):
        grid = street.grids[compound.grid.code]
        people: People = {Title.SECRETARY: street.users(PostKind.MICRO_LEADER, grid.code)[:1] or [None]}
        key = f"{ZHENGTONG}/c{place}"
        yield _Seat(key, ZHENGTONG, Kind.GRID_BRANCH, grid, f"{compound.name}楼院党支部", people)
        for number in range(_groups_of(place)):
            building, _made = Building.objects.get_or_create(
                compound=compound,
                name=f"{number + 1}号楼",
                defaults={"grid": compound.grid, "units": 3, "floors": 6, "households": 36, "point": compound.point},
            )
            name = f"{compound.name}{building.name}党小组"
            leader: People = {Title.GROUP_LEADER: [None]}
            yield _Seat(f"{key}/{number}", key, Kind.GROUP, grid, name, leader, [building])


def _groups_of(place: int) -> int:
    """30 groups in 12 courtyards: three and two by turns."""
    return COURTYARD_GROUPS // COURTYARDS + (place < COURTYARD_GROUPS % COURTYARDS)


def _spread(code: str) -> list[Compound]:
    """Twelve compounds of the community, each grid first once."""
    rows = list(
        Compound.objects.filter(grid__code__startswith=code).select_related("grid").order_by("grid__code", "id")
    )
    first: dict[str, Compound] = {}
    for compound in rows:
        first.setdefault(compound.grid.code[:15], compound)
    rest = [compound for compound in rows if first[compound.grid.code[:15]] is not compound]
    return [*first.values(), *rest][:COURTYARDS]


# --- writing ---


def _write(seats: list[_Seat]) -> dict[str, PartyOrganization]:
    """Organizations, a rank at a time, so that those above are there; then their buildings."""
    bodies = Organization.objects.bulk_create((_body(n, seat) for n, seat in enumerate(seats)), batch_size=500)
    made: dict[str, PartyOrganization] = {}
    by_key = dict(zip([seat.key for seat in seats], bodies, strict=True))
    waiting = seats
    while waiting:
        ready = [seat for seat in waiting if not seat.above or seat.above in made]
        if not ready:  # a grid above has no branch: they stand below the community
            ready = waiting
        parties = [_party(seat, by_key[seat.key], _above(seat, made)) for seat in ready]
        for seat, party in zip(ready, PartyOrganization.objects.bulk_create(parties, batch_size=500), strict=True):
            party.path = path_of(party, party.parent)
            made[seat.key] = party
        waiting = [seat for seat in waiting if seat.key not in made]
    PartyOrganization.objects.bulk_update(made.values(), ["path"], batch_size=500)
    through = PartyOrganization.buildings.through
    links = (
        through(partyorganization_id=made[seat.key].pk, building_id=building.pk)
        for seat in seats
        for building in seat.buildings
    )
    through.objects.bulk_create(links, batch_size=500)
    return made


def _above(seat: _Seat, made: dict[str, PartyOrganization]) -> PartyOrganization | None:
    """The one named, or the nearest of a wider grid."""
    if seat.above in made:
        return made[seat.above]
    codes = (seat.grid.code[:n] for n in range(len(seat.grid.code) - 1, 8, -1))
    return next((made[code] for code in codes if code in made), None)


def _body(number: int, seat: _Seat) -> Organization:
    return Organization(
        grid=seat.grid, kind=Organization.Kind.PARTY, code=f"party-{seat.kind}-{number}", name=seat.name, is_demo=True
    )


def _party(seat: _Seat, body: Organization, parent: PartyOrganization | None) -> PartyOrganization:
    return PartyOrganization(
        organization=body,
        kind=seat.kind,
        parent=parent,
        grid=seat.grid,
        grid_code=seat.grid.code,
        founded_on=FOUNDED,
        is_grand=seat.grand,
        is_demo=True,
    )


def _write_posts(seats: Iterable[_Seat], made: dict[str, PartyOrganization]) -> None:
    """People with an account, and made-up names for posts whose holder has none."""
    posts: list[PartyPost] = []
    for seat in seats:
        for title, users in seat.people.items():
            for user in users[:1]:
                name = user.real_name if user else person_name(7000 + len(posts))
                posts.append(PartyPost(party=made[seat.key], title=title, user=user, name=name, since=SINCE))
    PartyPost.objects.bulk_create(posts, batch_size=500)
