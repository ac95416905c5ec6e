"""Party members of the demo street: four ways of management, hidden members brought in, 党员联户, 双报到.

About 420 members; 80 of one community look after 10 to 12 households each (S0: 党员联户 80 名, 10余户); 30 units and members
have reported to communities, with cards and yearly evaluations.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.demo.names import person_name
from grid.models import Building, Grid, Post
from grid.posts import PostKind
from incidents.numbers import street_number
from incidents.overview import midnight
from partybuilding import report_ins
from partybuilding.members import sealed
from partybuilding.models import (
    CardEntry,
    HouseholdLink,
    LinkContact,
    LinkReview,
    MemberTag,
    PartnerUnit,
    PartyMember,
    PartyOrganization,
    PartyStep,
    ReportIn,
    Skill,
    YearlyEvaluation,
)

WHOLE: Final = JIANZHONG + "001"
"""东福民社区: there the demo accounts of a community, a grid and a micro-grid work."""
HERE: Final = 120
ELSEWHERE: Final = 300
LINKING: Final = 80
REPORTED: Final = 30
OF_UNITS: Final = 12
WITH_ACCOUNT: Final = 8
NUMBERS: Final = 60_000
"""Names and phones begin there: before are those of the demo's accounts and residents."""
PHONES: Final = 70_000
WAYS: Final = ("direct",) * 9 + ("taken_over",) * 5 + ("concurrent",) * 4 + ("participating",) * 2
"""Of twenty members."""
TAGS: Final = ("党代表", "人大代表", "政协委员", "优秀人才", "退休干部", "退役军人", "党员中心户")
FOUND_EVERY: Final = 20
WORDS: Final = (
    "了解近期需求，一切正常", "提醒用电用气安全", "宣传垃圾分类", "征求楼道照明意见", "送上社区活动通知", "帮忙反映水管渗漏",
    "询问老人近况，家中有人照看", "宣传防范电信诈骗",
)  # fmt: skip
WORK: Final = (
    "参加小区环境整治", "值日岗值守半天", "为老人代办医保手续", "参与矛盾纠纷调解", "开展消防安全宣传", "清理楼道堆物", "法律咨询服务",
    "协助人口信息核对",
)  # fmt: skip
BRINGS: Final = ("每月一次义务服务", "提供会议场地", "法律咨询每季一次", "水电维修技术", "健康义诊", "文艺辅导")


GRADED: Final = {
    "excellent": "服务热情，按时到岗，群众评价高",
    "good": "积极参加社区治理和志愿服务",
    "fair": "能够参加活动，次数偏少",
}


def build_members(now: datetime) -> int:
    """Members with their households and reports; the same on every load. Returns the members."""
    today = timezone.localdate(now)
    grids = _homes()
    members = PartyMember.objects.bulk_create(list(_members(grids, today)), batch_size=500)
    _mark(members)
    staff = _staff()
    if staff is not None and members:
        _link([one for one in members if one.grid_code.startswith(WHOLE)][:LINKING], staff, now)
        _report(members, staff, now)
    return len(members)


def _homes() -> list[Grid]:
    """A grid for every member: the first community has many, all others some."""
    rows = Grid.objects.filter(code__startswith=JIANZHONG, level=Grid.Level.GRID).territorial().order_by("code")
    grids = list(rows.defer("boundary"))
    here = [grid for grid in grids if grid.code.startswith(WHOLE)]
    others = [grid for grid in grids if not grid.code.startswith(WHOLE)]
    return [here[n % len(here)] for n in range(HERE) if here] + [
        others[n * 7 % len(others)] for n in range(ELSEWHERE) if others
    ]


def _parties() -> dict[str, PartyOrganization]:
    """By the code of the grid: its branch, else the committee of the community."""
    rows = PartyOrganization.objects.filter(
        grid_code__startswith=JIANZHONG, ended_on=None, kind__in=("branch", "community")
    )
    return {row.grid_code: row for row in rows}


def _members(grids: Sequence[Grid], today: date) -> Iterator[PartyMember]:
    parties, accounts = _parties(), _accounts()
    units = list(PartnerUnit.objects.filter(is_demo=True, left_on=None).order_by("pk"))
    for number, grid in enumerate(grids):
        way = WAYS[number * 7 % len(WAYS)]
        member = PartyMember(
            grid=grid,
            grid_code=grid.code,
            name=person_name(NUMBERS + number * 13),
            phone=f"199000{PHONES + number:05d}" if number % 9 else "",
            management=way,
            party=parties.get(grid.code) or parties.get(grid.code[:12]),
            unit=units[number % len(units)] if units and way == "concurrent" else None,
            joined_year=1968 + number * 11 % 56,
            is_demo=True,
        )
        if number >= LINKING and number % FOUND_EVERY == FOUND_EVERY - 1:
            _found(member, number, today)
        if number < len(accounts):
            member.user, member.name, member.phone = (
                accounts[number],
                accounts[number].real_name,
                accounts[number].phone,
            )
        yield sealed(member)


def _found(member: PartyMember, number: int, today: date) -> None:
    """Found outside; three of four are in an organization by now."""
    member.found = "pocket" if number % 3 else "hidden"
    member.found_on = today - timedelta(days=40 + number % 200)
    if number // FOUND_EVERY % 4 == 3 or member.party is None:
        member.party = None
    else:
        member.brought_in_on = member.found_on + timedelta(days=9 + number % 20)


def _accounts() -> list[User]:
    """People of the first community who are members and sign in: the demo accounts first."""
    posts = Post.objects.filter(kind__in=(PostKind.GRID_LEADER, PostKind.MICRO_LEADER, PostKind.BUILDING_HEAD))
    rows = posts.filter(grid__code__startswith=WHOLE, user__is_demo=True).select_related("user").order_by("id")
    found = {post.user.username: post.user for post in rows}
    named = sorted(found, key=lambda name: (name not in ("gridleader", "microleader"), name))
    return [found[name] for name in named[:WITH_ACCOUNT]]


def _mark(members: Sequence[PartyMember]) -> None:
    """Skills of every second member, tags of every sixth (两委员一代表, 优秀人才, 退休干部)."""
    skills = list(Skill.objects.filter(is_active=True).order_by("position"))
    tags = list(MemberTag.objects.filter(name__in=TAGS).order_by("position"))
    if skills:
        PartyMember.skills.through.objects.bulk_create(
            PartyMember.skills.through(partymember_id=one.pk, skill_id=skills[n % len(skills)].pk)
            for n, one in enumerate(members)
            if n % 2 == 0
        )
    if tags:
        PartyMember.tags.through.objects.bulk_create(
            PartyMember.tags.through(partymember_id=one.pk, membertag_id=tags[n % len(tags)].pk)
            for n, one in enumerate(members)
            if n % 6 == 0
        )


def _staff() -> User | None:
    """The head of the first community, who writes it all down."""
    posts = Post.objects.filter(kind=PostKind.COMMUNITY_HEAD, grid__code=WHOLE).select_related("user")
    post = posts.first()
    return post.user if post else None


# --- 党员联户 ---------------------------------------------------------------------------------------------------------


def _link(members: Sequence[PartyMember], staff: User, now: datetime) -> None:
    """10, 11 or 12 doors for each; contacts of the last three months; reviews."""
    rows = Building.objects.filter(grid__code__startswith=WHOLE).select_related("grid").defer("grid__boundary")
    doors = _doors(list(rows.order_by("grid__code", "id")))
    since = date(timezone.localdate(now).year, 3, 1)
    made: list[HouseholdLink] = []
    for number, member in enumerate(members):
        for building, unit, room in islice(doors, 10 + number % 3):
            here = {"grid": building.grid, "grid_code": building.grid.code, "is_demo": True}
            made.append(HouseholdLink(member=member, building=building, unit=unit, room=room, since=since, **here))
    saved = HouseholdLink.objects.bulk_create(made, batch_size=1000)
    LinkContact.objects.bulk_create(_contacts(saved, staff, now), batch_size=1000)
    LinkReview.objects.bulk_create(_reviews(members, staff, timezone.localdate(now)))


def _doors(buildings: Sequence[Building]) -> Iterator[tuple[Building, str, str]]:
    """The first twelve doors of each building: the nearest neighbours of one member."""
    for building in buildings:
        flats = (
            (building, f"{unit}单元", f"{floor}{flat:02d}")
            for floor in range(1, (building.floors or 6) + 1)
            for unit in range(1, (building.units or 2) + 1)
            for flat in (1, 2)
        )
        yield from islice(flats, 12)


def _contacts(rows: Sequence[HouseholdLink], staff: User, now: datetime) -> Iterator[LinkContact]:
    """Two of three households once a month, by the member where she signs in; some none since long."""
    for number, link in enumerate(rows):
        for back in (6, 37, 68):
            if (number + back) % 3 == 0 or number % 17 == 0:
                continue
            yield LinkContact(
                link=link,
                way=("visit", "phone", "visit", "message")[(number + back) % 4],
                text=WORDS[(number + back) % len(WORDS)] if number % 4 else "",
                by=link.member.user or staff,
                at=now - timedelta(days=back + number % 20, hours=number % 9),
                client_id=UUID(int=0x6D656D62 << 96 | number << 8 | back),
                is_demo=True,
            )


def _reviews(members: Sequence[PartyMember], staff: User, today: date) -> Iterator[LinkReview]:
    """The half-year review of everybody; one in ten is not fully satisfied."""
    on = date(today.year, 7, 5) if today.month > 7 else date(today.year - 1, 7, 5)
    for number, member in enumerate(members):
        result = "not" if number % 40 == 39 else "basically" if number % 10 == 9 else "satisfied"
        text = "" if result == "satisfied" else "联系不够经常" if result == "basically" else "半年没有上门"
        yield LinkReview(member=member, period="half", result=result, text=text, on=on, by=staff)


# --- 双报到 -----------------------------------------------------------------------------------------------------------


def _report(members: Sequence[PartyMember], staff: User, now: datetime) -> None:
    """30 units and members; most are placed, with cards by the month; last year's evaluations, some missing."""
    parties = _parties()
    units = list(
        PartnerUnit.objects.filter(is_demo=True, left_on=None).select_related("organization__grid").order_by("pk")
    )[:OF_UNITS]
    working = [one for one in members if one.management == "concurrent" and one.left_on is None]
    skills = list(Skill.objects.filter(is_active=True).order_by("position"))
    communities = {
        grid.code: grid for grid in Grid.objects.filter(code__startswith=JIANZHONG, level=4).defer("boundary")
    }
    people = working[: REPORTED - len(units)]
    rows = []
    for number, who in enumerate([*units, *people]):
        code = who.grid_code[:12]
        grid = communities.get(code) or communities[WHOLE]
        rows.append(_report_row(number, who, grid, parties.get(grid.code), now))
        rows[-1].skill = skills[number % len(skills)] if skills else None
    saved = ReportIn.objects.bulk_create(rows)
    PartyStep.objects.bulk_create(_steps(saved, staff))
    CardEntry.objects.bulk_create(_entries(saved, staff, now))
    YearlyEvaluation.objects.bulk_create(_evaluations(saved, staff, now))


def _report_row(number: int, who: Any, grid: Grid, party: PartyOrganization | None, now: datetime) -> ReportIn:
    """Every tenth has just reported and waits to be received."""
    waits = number % 10 == 9 or party is None
    at = now - timedelta(days=6 if waits else 420 - number * 3)
    return ReportIn(
        number=street_number("report_in", "报到", grid.code, now=at),
        grid=grid,
        grid_code=grid.code,
        unit=who if isinstance(who, PartnerUnit) else None,
        member=who if isinstance(who, PartyMember) else None,
        party=None if waits else party,
        text=BRINGS[number % len(BRINGS)],
        reported_on=timezone.localdate(at),
        status="reported" if waits else "active",
        is_demo=True,
    )


def _steps(rows: Sequence[ReportIn], staff: User) -> Iterator[PartyStep]:
    for row in rows:
        at = midnight(row.reported_on) + timedelta(hours=10)
        yield PartyStep(subject="reportin", subject_id=row.pk, after="reported", by=staff, at=at)
        if row.status == "active":
            later = at + timedelta(days=2)
            yield PartyStep(
                subject="reportin", subject_id=row.pk, before="reported", after="active", by=staff, at=later
            )


def _entries(rows: Sequence[ReportIn], staff: User, now: datetime) -> Iterator[CardEntry]:
    """A line a month; those of quarters that are over went back to the employer in the first days of the next one."""
    today = timezone.localdate(now)
    quarter = report_ins.quarter_start(today)
    for number, row in enumerate(rows):
        for back in range(12 + number % 20, 330, 31) if row.status == "active" else ():
            on = today - timedelta(days=back)
            yield CardEntry(
                report=row,
                on=on,
                text=WORK[(number + back) % len(WORK)],
                hours=Decimal(2 + (number + back) % 5) / 2,
                by=staff,
                returned_at=midnight(quarter) + timedelta(days=2, hours=9) if on < quarter else None,
            )


def _evaluations(rows: Sequence[ReportIn], staff: User, now: datetime) -> Iterator[YearlyEvaluation]:
    """Last year's of nearly all, this year's of some: the others stand on the list of who has none."""
    year = timezone.localdate(now).year
    for number, row in enumerate(rows):
        years = [year - 1] if row.reported_on.year < year else []
        years += [year] if number % 3 == 0 else []
        for one in years if row.status == "active" else ():
            grade = ("excellent", "good", "good", "fair")[(number + one) % 4]
            at = now - timedelta(days=20) if one == year else midnight(date(one, 12, 20)) + timedelta(hours=15)
            yield YearlyEvaluation(
                report=row,
                year=one,
                grade=grade,
                text=GRADED[grade],
                by=staff,
                at=at,
                sent_at=at if one < year else None,
            )
