"""Patrols of the demo street: a plan for every grid, night patrols of the business districts, three weeks of rounds.

58,000 patrols in 305 days of one street are 190 a day (domain.md 3.1). Today's rounds go through the business functions.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from django.contrib.gis.geos import Point
from django.db.models import Q
from django.utils import timezone, translation

from accounts.models import User
from fieldwork import patrols
from fieldwork.models import (
    BadgeHolding,
    Checkpoint,
    DutyKind,
    FieldStep,
    Patrol,
    PatrolFinding,
    PatrolKind,
    PatrolPlan,
    PolicySwitch,
    RoleSet,
)
from fieldwork.patrol_plans import span_of, wanted_on
from fieldwork.patrols import NewFinding, NewPatrol
from grid.demo.divisions import JIANZHONG, MINGGONG
from grid.models import Grid, Post
from grid.posts import PostKind
from incidents.demo.cast import Cast, gather_cast
from incidents.models import Incident
from incidents.models.incident import Source

SEED: Final = 20261122
DAYS: Final = 21
BUSINESS: Final = "商圈"
KEPT: Final = 0.94
"""So many of the planned rounds were walked."""
FIXED_SHARE: Final = 0.07
PASSED_SHARE: Final = 0.2
WALKS_TODAY: Final = 12
DAY_POINTS: Final = ("小区东门", "配电房", "电动车棚", "消防通道", "地下车库入口", "沿街门店")
NIGHT_POINTS: Final = ("商圈东门", "夜市街口", "烧烤一条街", "地铁站出口", "地下停车场入口")
FIXED: Final = (
    "楼道堆放纸箱，已和住户一起搬走",
    "飞线充电一处，已劝导拔除",
    "消防通道停放电动车，已挪开",
    "井盖移位，已复位",
    "灭火器压力不足，物业当场更换",
    "共享单车占盲道，已摆放整齐",
    "小广告三处，已清除",
    "楼门口结冰，已撒盐清扫",
)
FIXED_AT_NIGHT: Final = (
    "烧烤摊油烟扰民，已劝导入店经营",
    "外摆桌椅占道，已收回红线内",
    "音响声音过大，已调低",
    "醉酒人员已联系家属接回",
)
REMARKS: Final = ("", "", "", "一切正常", "沿途门店已提醒关好水电气", "走访商户三家，无异常")
BADGES: Final = {
    # set → (street, post of those who wear it)
    "四员（建中街）": (JIANZHONG, PostKind.MICRO_LEADER),
    "五员（二七区）": (JIANZHONG, PostKind.GRID_LEADER),
    "四员（铭功路微网格员）": (MINGGONG, PostKind.MICRO_LEADER),
    "五员（汝河路网格长）": (MINGGONG, PostKind.GRID_LEADER),
}


@dataclass
class _Desk:
    """What the rounds are made with, and the rows that become of it."""

    random: Random
    cast: Cast
    now: datetime
    rounds: list[Patrol] = field(default_factory=list)
    findings: list[PatrolFinding] = field(default_factory=list)


def build_patrols(now: datetime) -> int:
    """Plans, rounds, findings, badges and one switch that is over. Returns the number of rounds."""
    desk = _Desk(Random(SEED), gather_cast(), now)
    with translation.override("zh-hans"):
        plans = _plans(now)
        _history(desk, plans)
        _today(desk, plans)
        _badges(now)
        _old_switch(desk)
    return len(desk.rounds)


# --- plans ------------------------------------------------------------------------------------------------------------


def _plans(now: datetime) -> list[PatrolPlan]:
    since = timezone.localdate(now) - timedelta(days=90)
    here = Q(code__startswith=JIANZHONG) | Q(name__contains=BUSINESS)  # business districts lie in another street
    grids = Grid.objects.filter(here, level=Grid.Level.GRID, valid_to=None)
    rows = [_plan(n, grid, since) for n, grid in enumerate(grids.defer("boundary").order_by("code"))]
    rows += [_community_plan(grid, since) for grid in _communities()]
    plans = PatrolPlan.objects.bulk_create(rows)
    points = [Checkpoint(plan=plan, name=name, position=n) for plan in plans for n, name in enumerate(_points(plan), 1)]
    Checkpoint.objects.bulk_create(points)
    return plans


def _communities() -> Sequence[Grid]:
    rows = Grid.objects.filter(code__startswith=JIANZHONG, level=Grid.Level.COMMUNITY, valid_to=None)
    return list(rows.defer("boundary").order_by("code")[:4])


def _plan(n: int, grid: Grid, since: date) -> PatrolPlan:
    """A business district is walked at night; every other grid by day, every second one twice."""
    given = {"grid": grid, "grid_code": grid.code, "starts_on": since, "is_demo": True}
    if BUSINESS in grid.name:
        hours = {"opens_at": time(19, 30), "closes_at": time(1)}
        days = [1, 2, 3, 4, 5, 6, 7]
        return PatrolPlan(name="夜经济商圈夜间巡查", kind=PatrolKind.NIGHT, weekdays=days, times=3, **hours, **given)
    hours = {"opens_at": time(8), "closes_at": time(19)}
    return PatrolPlan(name="日常巡查", weekdays=[1, 2, 3, 4, 5, 6, 7], times=1 + n % 2, **hours, **given)


def _community_plan(grid: Grid, since: date) -> PatrolPlan:
    given = {"grid": grid, "grid_code": grid.code, "starts_on": since, "is_demo": True}
    hours = {"opens_at": time(21), "closes_at": time(0, 30)}
    return PatrolPlan(name="周末夜间平安巡查", kind=PatrolKind.NIGHT, weekdays=[5, 6], times=1, **hours, **given)


def _points(plan: PatrolPlan) -> Sequence[str]:
    return NIGHT_POINTS if plan.kind == PatrolKind.NIGHT else DAY_POINTS[: 3 + plan.times]


# --- history ----------------------------------------------------------------------------------------------------------


def _history(desk: _Desk, plans: Sequence[PatrolPlan]) -> None:
    today = timezone.localdate(desk.now)
    duty = DutyKind.objects.filter(name="安全巡查").first()
    for days in range(DAYS, 0, -1):
        for plan in plans:
            desk.rounds += _rounds(desk, plan, today - timedelta(days=days), duty)
    Patrol.objects.bulk_create(desk.rounds, batch_size=1000)
    _keep_steps(desk)
    _find(desk)
    _pass(desk, plans)


def _rounds(desk: _Desk, plan: PatrolPlan, day: date, duty: DutyKind | None) -> Iterator[Patrol]:
    opens, closes = span_of(plan, day)
    for n in range(plan.times if wanted_on(plan, day) else 0):
        if desk.random.random() > KEPT:
            continue
        share = (n + desk.random.random() * 0.8) / plan.times
        begun = opens + (closes - opens - timedelta(hours=1)) * share
        ended = begun + timedelta(minutes=desk.random.randrange(22, 58))
        if ended < desk.now:
            yield _round(desk, plan, begun, ended, duty)


def _round(desk: _Desk, plan: PatrolPlan, begun: datetime, ended: datetime, duty: DutyKind | None) -> Patrol:
    return Patrol(
        client_id=uuid.UUID(int=desk.random.getrandbits(128), version=4),
        grid_id=plan.grid_id,
        grid_code=plan.grid_code,
        plan=plan,
        kind=plan.kind,
        duty=duty if plan.kind == PatrolKind.DAILY else None,
        by=desk.cast.leader_of(plan.grid_code),
        at=begun,
        received_at=ended,
        finished_at=ended,
        status=Patrol.Status.FINISHED,
        text=desk.random.choice(REMARKS),
        version=2,
        is_demo=True,
    )


def _keep_steps(desk: _Desk) -> None:
    running, finished = Patrol.Status.RUNNING, Patrol.Status.FINISHED
    steps = [
        FieldStep(
            subject="patrol", subject_id=row.pk, before=running, after=finished, by=row.by, at=row.finished_at or row.at
        )
        for row in desk.rounds
    ]
    FieldStep.objects.bulk_create(steps, batch_size=2000)


def _find(desk: _Desk) -> None:
    """What was put right on the way; and cases of those days and grids that were reported on patrol."""
    for row in desk.rounds:
        if desk.random.random() < FIXED_SHARE:
            night = row.kind == PatrolKind.NIGHT
            words = desk.random.choice(FIXED_AT_NIGHT if night else FIXED)
            desk.findings.append(_finding(desk, row, text=words, fixed_on_spot=True))
    by_day: dict[tuple[str, date], Patrol] = {}
    for row in desk.rounds:
        by_day.setdefault((row.grid_code[:15], timezone.localdate(row.at)), row)
    since = desk.now - timedelta(days=DAYS)
    cases = Incident.objects.filter(source=Source.PATROL, reported_at__gte=since, grid_code__startswith=JIANZHONG)
    for case in cases.only("pk", "title", "grid_code", "reported_at").order_by("pk"):
        walk = by_day.pop((case.grid_code[:15], timezone.localdate(case.reported_at)), None)
        if walk is not None:
            desk.findings.append(_finding(desk, walk, text=case.title, incident=case))
    PatrolFinding.objects.bulk_create(desk.findings, batch_size=1000)


def _finding(desk: _Desk, row: Patrol, **more: object) -> PatrolFinding:
    at = row.at + timedelta(minutes=desk.random.randrange(5, 20))
    return PatrolFinding(patrol=row, client_id=uuid.UUID(int=desk.random.getrandbits(128), version=4), at=at, **more)


def _pass(desk: _Desk, plans: Sequence[PatrolPlan]) -> None:
    """Some tell which points they passed; nobody must."""
    points: dict[int | None, list[int]] = defaultdict(list)
    for pk, plan in Checkpoint.objects.filter(plan__in=plans).values_list("pk", "plan_id"):
        points[plan].append(pk)
    through = Patrol.passed.through
    told = (row for row in desk.rounds if desk.random.random() < PASSED_SHARE)
    rows = [
        through(patrol_id=row.pk, checkpoint_id=point)
        for row in told
        for point in desk.random.sample(points[row.plan_id], max(1, len(points[row.plan_id]) - 1))
    ]
    through._default_manager.bulk_create(rows, batch_size=2000)


# --- today ------------------------------------------------------------------------------------------------------------


def _today(desk: _Desk, plans: Sequence[PatrolPlan]) -> None:
    """The first rounds of this morning, one of them still under way; as the phone would have sent them."""
    by_day = [plan for plan in plans if plan.kind == PatrolKind.DAILY]
    for n, plan in enumerate(by_day[:: max(1, len(by_day) // WALKS_TODAY)][:WALKS_TODAY]):
        actor = desk.cast.leader_of(plan.grid_code)
        begun = desk.now - timedelta(minutes=200 - 12 * n)
        if timezone.localdate(begun) == timezone.localdate(desk.now) and patrols.under_way(actor) is None:
            _walk(desk, plan, actor, begun, last=n == WALKS_TODAY - 1)


def _walk(desk: _Desk, plan: PatrolPlan, actor: User, begun: datetime, *, last: bool) -> None:
    grid = Grid.objects.defer("boundary").get(pk=plan.grid_id)
    new = NewPatrol(uuid.UUID(int=desk.random.getrandbits(128), version=4), grid, plan)
    patrol, _made = patrols.start_patrol(new, actor=actor, now=begun)
    words = desk.random.choice(FIXED)
    found = NewFinding(uuid.UUID(int=desk.random.getrandbits(128), version=4), words, fixed_on_spot=True)
    patrols.record_finding(patrol, found, actor=actor, now=begun + timedelta(minutes=9))
    if last:
        found = NewFinding(
            uuid.UUID(int=desk.random.getrandbits(128), version=4), "单元门口路面塌陷，已先围挡", point=_middle(grid)
        )
        patrols.record_finding(patrol, found, actor=actor, now=begun + timedelta(minutes=14))
    else:
        patrols.finish_patrol(patrol, actor=actor, now=begun + timedelta(minutes=35))
    Patrol.objects.filter(pk=patrol.pk).update(is_demo=True)
    desk.rounds.append(patrol)


def _middle(grid: Grid) -> Point | None:
    area = Grid.objects.only("boundary").get(pk=grid.pk).boundary
    return area.point_on_surface if area is not None else None


# --- badges, a switch that is over ------------------------------------------------------------------------------------


def _badges(now: datetime) -> None:
    """Micro-grid leaders and grid leaders wear the roles of their street's sets, one after the other."""
    since = timezone.localdate(now) - timedelta(days=200)
    rows: list[BadgeHolding] = []
    for role_set in RoleSet.objects.filter(name__in=BADGES).prefetch_related("badges"):
        street, kind = BADGES[role_set.name]
        giver = Post.objects.filter(grid__code=street, kind=PostKind.STREET_SECRETARY).select_related("user").first()
        roles = [badge for badge in role_set.badges.all() if "待街道填写" not in badge.name]
        posts = Post.objects.filter(kind=kind, grid__code__startswith=street).select_related("user", "grid")
        for n, post in enumerate(posts.defer("grid__boundary").order_by("grid__code")):
            told = {"user": post.user, "grid": post.grid, "grid_code": post.grid.code if post.grid else ""}
            by = giver.user if giver else None
            rows.append(BadgeHolding(badge=roles[n % len(roles)], since=since, given_by=by, **told))
    BadgeHolding.objects.bulk_create(rows, batch_size=1000)


def _old_switch(desk: _Desk) -> None:
    """In the rains of July places were confirmed for ten days; it ended by itself."""
    first = desk.cast.leader_of(f"{JIANZHONG}001001")
    secretary = Post.objects.filter(grid__code=JIANZHONG, kind=PostKind.STREET_SECRETARY).first()
    starts = timezone.localdate(desk.now) - timedelta(days=130)
    PolicySwitch.objects.create(
        name=PolicySwitch.Name.CHECK_IN,
        grid=Grid.objects.defer("boundary").get(code=JIANZHONG),
        grid_code=JIANZHONG,
        reason="汛期应急：低洼院落、地下车库逐点确认人员转移情况",
        approved_by=secretary.user if secretary else first,
        starts_on=starts,
        ends_on=starts + timedelta(days=10),
    )
