"""Volunteers and teams of the demo street: 900余名 volunteers (S4), 12 支 teams (S0), training, honours, evaluations.

The account `volunteer` belongs to an active volunteer of 东福民社区 who leads a team there. Some more have accounts, so
that claims, sign-ups and notices have somebody; a few wait for approval, pause, or have left.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.demo.names import person_name
from grid.models import Grid, Post
from grid.posts import PostKind
from incidents.numbers import next_number
from incidents.overview import midnight
from volunteers.models import Membership, Team, Volunteer, VolunteerRecord, VolunteerSkill, VolunteerStep
from volunteers.people_secrets import sealed

WHOLE: Final = JIANZHONG + "001"
"""东福民社区: there the demo accounts of a community, a grid and a micro-grid work."""
ACTIVE: Final = 906
HERE: Final = 150
"""So many live in 东福民社区."""
LATER: Final = ("applied",) * 9 + ("paused",) * 8 + ("left",) * 6
ACCOUNTS: Final = 70
NUMBERS: Final = 80_000
"""Names and phones begin there: before are those of other people of the demo."""
LOGIN: Final = "volunteer"
TEAMS: Final = (
    ("银龄互助志愿服务队", "结对看望独居老人，代购代办、陪聊陪诊", "001"),
    ("党员先锋志愿服务队", "带头参加清洁家园、应急抢险和政策宣讲", ""),
    ("平安巡逻志愿服务队", "早晚巡逻，看护楼院安全，劝导电动车上楼", ""),
    ("文明劝导志愿服务队", "路口和广场文明劝导，垃圾分类指导", ""),
    ("健康义诊志愿服务队", "每月测血压血糖，慢病随访和急救讲座", ""),
    ("便民维修志愿服务队", "水电小家电维修、磨刀、开锁", ""),
    ("巾帼暖心志愿服务队", "理发、缝补，关爱妇女儿童", "002"),
    ("青年突击志愿服务队", "扫雪防汛、搬运物资、活动布置", "003"),
    ("法律援助志愿服务队", "法律咨询、矛盾纠纷劝解", ""),
    ("童心伴读志愿服务队", "四点半课堂辅导作业、暑期看护", "004"),
    ("文艺宣传志愿服务队", "合唱、舞蹈、戏曲进小区", ""),
    ("手机课堂志愿服务队", "教老年人用手机挂号、缴费、防诈骗", "005"),
)
"""Name, what it does, the end of the community's code ("" for the street). The first is led by the demo account."""
TRAININGS: Final = (
    "志愿服务基础知识培训 2 小时", "应急救护（心肺复苏）培训 4 小时", "老年人沟通技巧培训 2 小时", "防汛应急演练",
    "垃圾分类指导员培训 2 小时",
)  # fmt: skip
HONOURS: Final = ("街道优秀志愿者", "社区月度之星", "“睦邻友好·幸福喜树”感谢卡", "学雷锋志愿服务先进个人")
EVALUATIONS: Final = ("热心负责，按时到岗", "服务对象评价好，愿意继续合作", "认真细致，能带新人")


def build_volunteers(now: datetime) -> int:
    """Volunteers with teams and records; the same on every load. Returns the volunteers."""
    heads = _heads()
    volunteers = Volunteer.objects.bulk_create(list(_volunteers(_homes(), now)), batch_size=500)
    if not volunteers:
        return 0
    _skills(volunteers)
    VolunteerStep.objects.bulk_create(_steps(volunteers, heads, now), batch_size=1000)
    _teams([one for one in volunteers if one.status == "active"], heads, now)
    VolunteerRecord.objects.bulk_create(_records(volunteers, heads, now), batch_size=1000)
    return len(volunteers)


def _homes() -> list[Grid]:
    """A grid for every volunteer: the first community has many, all others some."""
    rows = Grid.objects.filter(code__startswith=JIANZHONG, level=Grid.Level.GRID).territorial().order_by("code")
    grids = list(rows.defer("boundary"))
    here = [grid for grid in grids if grid.code.startswith(WHOLE)]
    others = [grid for grid in grids if not grid.code.startswith(WHOLE)] or here
    rest = ACTIVE - HERE + len(LATER)
    return [here[n % len(here)] for n in range(HERE) if here] + [
        (here if n % 12 == 11 else others)[n * 7 % len(here if n % 12 == 11 else others)] for n in range(rest) if here
    ]


def _accounts() -> list[User]:
    """The demo account, and building heads of the street who are volunteers too."""
    posts = Post.objects.filter(
        kind=PostKind.BUILDING_HEAD, grid__code__startswith=JIANZHONG, user__is_demo=True
    ).select_related("user")
    people = list({post.user_id: post.user for post in posts.order_by("id")[: 8 * ACCOUNTS]}.values())
    first = list(User.objects.filter(username=LOGIN, is_demo=True))
    return first + people[:: max(1, len(people) // ACCOUNTS)][: ACCOUNTS - len(first)]


def _volunteers(homes: Sequence[Grid], now: datetime) -> Iterator[Volunteer]:
    accounts, today = _accounts(), timezone.localdate(now)
    first = len(accounts) - LATER.count("applied")
    for number, grid in enumerate(homes):
        status = "active" if number < ACTIVE else LATER[number - ACTIVE]
        at = _applied_at(number, status, now)
        year, count = next_number("volunteer", now=at)
        one = Volunteer(
            number=f"ZY{year}{count:06d}",
            grid=grid,
            grid_code=grid.code,
            status=status,
            client_id=UUID(int=0x766F6C75 << 96 | number),
            consent_at=at,
            at=at,
            is_demo=True,
        )
        _person(one, number, today)
        if number < first or status == "applied":
            user = accounts[number if number < first else first + number - ACTIVE] if accounts else None
            one.user, one.name, one.phone = user, user.real_name if user else one.name, user.phone if user else ""
        yield sealed(one)


def _applied_at(number: int, status: str, now: datetime) -> datetime:
    """In office hours: years ago for most, the last weeks for some, the last days for who waits."""
    back = 1 + number % 5 if status == "applied" else 1000 - number if number < ACTIVE - 40 else 8 + number % 40
    day = timezone.localdate(now) - timedelta(days=back)
    return midnight(day) + timedelta(hours=9 + number % 8, minutes=number * 7 % 60)


def _person(one: Volunteer, number: int, today: date) -> None:
    """Who she is and when she has time; one in thirty is under age, with a guardian's agreement."""
    one.name = person_name(NUMBERS + number * 17)
    one.birth_year = today.year - 22 - number * 13 % 52
    if number % 30 == 29:
        one.birth_year, one.is_minor = today.year - 13 - number % 4, True
        one.guardian_name = one.name[0] + person_name(NUMBERS + number * 17 + 5)[1:]
        one.guardian_phone = f"199000{NUMBERS + number:05d}"
        one.guardian_agreed_on = timezone.localdate(one.at)
    elif one.status != "left":
        one.phone = f"199000{NUMBERS + number:05d}"
    if one.status == "left":
        one.guardian_name = one.guardian_phone = ""
        return
    one.weekdays = ([6, 7], [1, 3, 5], [2, 4], [6], [1, 2, 3, 4, 5], [])[number % 6]
    one.evenings = number % 3 == 0
    one.wants_points = number % 5 != 4


def _skills(volunteers: Sequence[Volunteer]) -> None:
    skills = list(VolunteerSkill.objects.filter(is_active=True).order_by("position"))
    through = Volunteer.skills.through
    pairs = {
        (one.pk, skills[(number + more * 5) % len(skills)].pk)
        for number, one in enumerate(volunteers)
        for more in range(number % 3)
        if skills and one.status != "left"
    }
    through.objects.bulk_create(
        (through(volunteer_id=one, volunteerskill_id=skill) for one, skill in sorted(pairs)), batch_size=1000
    )


def _heads() -> dict[str, User]:
    """The heads of the communities, by code, who approve and write the records."""
    posts = Post.objects.filter(kind=PostKind.COMMUNITY_HEAD, grid__code__startswith=JIANZHONG)
    return {post.grid.code: post.user for post in posts.select_related("user", "grid") if post.grid}


def _steps(volunteers: Sequence[Volunteer], heads: dict[str, User], now: datetime) -> Iterator[VolunteerStep]:
    for number, one in enumerate(volunteers):
        head, later = heads.get(one.grid_code[:12]), min(one.at + timedelta(days=2), now)
        subject = {"subject": "volunteer", "subject_id": one.pk}
        yield VolunteerStep(**subject, after="applied", by=one.user or head, at=one.at)
        if one.status == "applied":
            continue
        yield VolunteerStep(**subject, before="applied", after="active", by=head, at=later)
        if one.status != "active":
            why = "暂时外出" if one.status == "paused" else "搬离本街道"
            at = now - timedelta(days=3 + number % 5)
            yield VolunteerStep(**subject, before="active", after=one.status, by=head, at=at, text=why)


# --- teams ------------------------------------------------------------------------------------------------------------


def _teams(active: Sequence[Volunteer], heads: dict[str, User], now: datetime) -> None:
    """Twelve teams of 40 to 90; the first is led by the demo account, where two ask to join."""
    today = timezone.localdate(now)
    grids = {
        grid.code: grid
        for grid in Grid.objects.filter(code__startswith=JIANZHONG, level__lte=Grid.Level.COMMUNITY).defer("boundary")
    }
    of_age = [one for one in active if not one.is_minor]
    teams = Team.objects.bulk_create(
        Team(
            name=name,
            purpose=purpose,
            grid=grids.get(JIANZHONG + end, grids[JIANZHONG]),
            grid_code=JIANZHONG + end if JIANZHONG + end in grids else JIANZHONG,
            leader=of_age[place] if place == 0 else of_age[(place * 5 + 1) % len(of_age)],
            founded_on=date(today.year - 4 + place % 4, 3 + place % 3, 5),
            on_boards=place % 3 != 2,
            is_demo=True,
        )
        for place, (name, purpose, end) in enumerate(TEAMS)
    )
    head = heads.get(WHOLE)
    VolunteerStep.objects.bulk_create(
        VolunteerStep(subject="team", subject_id=team.pk, after="active", by=head, at=midnight(team.founded_on))
        for team in teams
        if team.founded_on
    )
    Membership.objects.bulk_create(_memberships(teams, active, today), batch_size=1000)


def _memberships(teams: Sequence[Team], active: Sequence[Volunteer], today: date) -> Iterator[Membership]:
    """Four of five are in a team near them, one in seven in two."""
    led = {(team.pk, team.leader_id) for team in teams}
    seen = set(led)
    yield from (
        Membership(team=team, volunteer=team.leader, status="active", since=team.founded_on)
        for team in teams
        if team.leader is not None
    )
    asking = 0
    for number, one in enumerate(active):
        near = [team for team in teams if one.grid_code.startswith(team.grid_code)]
        own = [team for team in near if len(team.grid_code) > len(JIANZHONG)]
        for more in range((number % 5 != 4) + (number % 7 == 6)):
            choice = own if own and (number // 3 + more) % 2 else near
            team = choice[(number * 31 + number // 7 + more * 3) % len(choice)]
            if (team.pk, one.pk) in seen:
                continue
            seen.add((team.pk, one.pk))
            asks = team == teams[0] and asking < 2 and number > 20
            asking += asks
            since = max(timezone.localdate(one.at), team.founded_on or today) + timedelta(days=9)
            yield Membership(
                team=team,
                volunteer=one,
                status="asked" if asks else "active",
                since=None if asks else min(since, today),
            )


def _records(volunteers: Sequence[Volunteer], heads: dict[str, User], now: datetime) -> Iterator[VolunteerRecord]:
    """Training of every third, honours of every twelfth, an evaluation of every ninth; the demo account has them all."""
    kinds = (("training", 3, TRAININGS), ("honour", 12, HONOURS), ("evaluation", 9, EVALUATIONS))
    for number, one in enumerate(volunteers):
        head = heads.get(one.grid_code[:12])
        if head is None or one.status in ("applied", "left"):
            continue
        for kind, every, texts in kinds:
            if number % every == 0:
                at = max(one.at, now - timedelta(days=20 + number % 280))
                text = texts[number // every % len(texts)]
                yield VolunteerRecord(volunteer=one, kind=kind, text=text, on=timezone.localdate(at), by=head, at=at)
