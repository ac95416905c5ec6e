"""Services of the demo street: a year of them with hours, a clean-up of five days, what is planned now, certificates.

15 public services for 400 people and more (domain.md 10, row 2.32), 90 and more of the grids (row 1.32), for the old
and the young (rows 0.6, 3.22), of the five kinds of the micro-wish services (row 3.26).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from django.utils import timezone, translation

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.models import Grid, Post
from incidents.numbers import street_number
from volunteers import services, sign_ups
from volunteers.models import (
    Certificate,
    HourRecord,
    ServiceActivity,
    ServiceKind,
    Shift,
    SignUp,
    Team,
    Volunteer,
    VolunteerStep,
)
from volunteers.services import NewService

SEED: Final = 20261207
PUBLIC: Final = (
    ("一老一小", "免费理发进社区", "社区党群服务中心", 32),
    ("一老一小", "老年人血压血糖义诊", "社区卫生服务站", 41),
    ("一老一小", "四点半课堂·关爱少年儿童", "社区活动室", 26),
    ("缝补", "网格微心愿·缝补日", "小区南门", 24),
    ("理发", "网格微心愿·理发日", "小区凉亭", 30),
    ("文体", "网格坝坝会·邻里文艺汇演", "小区广场", 45),
    ("就业", "网格龙门阵·就业政策咨询", "居民议事亭", 22),
    ("学习", "老年人智能手机课堂", "社区教室", 28),
    ("食品安全监督", "食品安全监督志愿巡查", "农贸市场", 20),
    ("民生底线", "困难家庭入户关怀", "社区各小区", 18),
    ("扶贫帮困", "爱心衣物整理发放", "爱心驿站", 25),
    ("一老一小", "重阳节包饺子送温暖", "社区食堂", 36),
    ("市政进社区", "市政进社区便民服务日", "小区中心花园", 31),
    ("一老一小", "六一儿童节绘本故事会", "社区图书角", 19),
    ("应急服务", "雨后清淤互助", "低洼院落", 17),
)
"""Kind, title, where, people who gained: 15 services for 414 people."""
GRID_SERVICES: Final = 94
GRID_TITLES: Final = (
    ("清洁家园", "楼道清理志愿服务"),
    ("文明劝导", "文明出行劝导"),
    ("清洁家园", "共享单车摆放整理"),
    ("一老一小", "独居老人探望"),
    ("应急服务", "防汛隐患巡查"),
    ("文明劝导", "垃圾分类引导"),
)
CLEAN_DAYS: Final = 5
CLEAN_PEOPLE: Final = 40
"""A day: 200 people in five days."""
SENIORS: Final = ((1510, 1), (1020, 2), (640, 4), (330, 9), (110, 24))
"""Hours that other systems recorded, and for how many volunteers: all five stars stand in the demo."""


@dataclass
class Stage:
    """What the year is built from."""

    random: Random
    now: datetime
    heads: dict[str, User]
    homes: Sequence[Grid]
    grids: Sequence[Grid]
    kinds: dict[str, ServiceKind]
    teams: Sequence[Team]
    people: Sequence[Volunteer]
    rows: list[ServiceActivity] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    crowds: list[int] = field(default_factory=list)

    def by(self, grid: Grid) -> User:
        """Who plans for a grid: its leader, else the next one above."""
        codes = [grid.code[:n] for n in range(len(grid.code), 0, -1)]
        return next(self.heads[code] for code in codes if code in self.heads)

    def add(self, grid: Grid, kind: str, title: str, place: str, starts: Sequence[datetime], **more: Any) -> None:
        """One service that is over, with a shift of two hours at each of `starts`, and `crowd` people in each."""
        crowd = more.pop("crowd")
        team = self.teams[len(self.rows) % len(self.teams)] if self.teams else None
        row = ServiceActivity(
            client_id=uuid.uuid5(uuid.NAMESPACE_URL, f"demo-service-{len(self.rows)}"),
            grid=grid,
            grid_code=grid.code,
            kind=self.kinds[kind],
            team=team,
            title=title,
            place=place,
            status="ended",
            version=2,
            by=self.by(grid),
            at=starts[0] - timedelta(days=7),
            is_demo=True,
            **more,
        )
        self.rows.append(row)
        for start in starts:
            self.shifts.append(Shift(service=row, starts_at=start, ends_at=start + timedelta(hours=2), slots=crowd + 2))
            self.crowds.append(crowd)


def build_services(now: datetime) -> int:
    """Fill the year; returns how many services there are. Nothing without volunteers."""
    stage = _stage(now)
    if not stage.people or not stage.homes:
        return 0
    _public(stage)
    _of_grids(stage)
    _clean_up(stage)
    stage.rows.sort(key=lambda row: row.at)  # lists stand newest first by what was entered last
    ServiceActivity.objects.bulk_create(stage.rows, batch_size=500)
    Shift.objects.bulk_create(stage.shifts, batch_size=500)
    _steps(stage)
    _attendance(stage)
    _seniors(stage)
    with translation.override("zh-hans"):
        planned = _present(stage)
        _certificates(stage)
    return len(stage.rows) + planned


def _stage(now: datetime) -> Stage:
    homes = Grid.objects.filter(parent__code=JIANZHONG, valid_to=None).defer("boundary").order_by("code")
    grids = Grid.objects.filter(code__startswith=JIANZHONG, level=Grid.Level.GRID, valid_to=None).defer("boundary")
    people = Volunteer.objects.filter(grid_code__startswith=JIANZHONG, status="active", is_minor=False)
    return Stage(
        Random(SEED),
        now,
        _heads(),
        list(homes),
        list(grids.order_by("code")[:60]),
        {kind.name: kind for kind in ServiceKind.objects.all()},
        list(Team.objects.filter(grid_code__startswith=JIANZHONG, status="active").order_by("pk")),
        list(people.order_by("pk")),
    )


def _heads() -> dict[str, User]:
    """The one in charge of each grid of the street."""
    posts = Post.objects.leading().filter(grid__code__startswith=JIANZHONG, user__is_active=True, ends_on=None)
    return {post.grid.code: post.user for post in posts.select_related("user", "grid").order_by("-pk") if post.grid}


def _public(stage: Stage) -> None:
    for n, (kind, title, place, gained) in enumerate(PUBLIC):
        home = stage.homes[n % len(stage.homes)]
        start = _at(stage.now - timedelta(days=10 + 22 * n), 9)
        result = f"服务居民{gained}人，现场秩序良好。"
        stage.add(home, kind, title, f"{home.name}{place}", [start], crowd=8, beneficiaries=gained, result=result)


def _of_grids(stage: Stage) -> None:
    for n in range(GRID_SERVICES):
        grid = (stage.grids or stage.homes)[n * 7 % len(stage.grids or stage.homes)]
        kind, title = GRID_TITLES[n % len(GRID_TITLES)]
        start = _at(stage.now - timedelta(days=3 + n * 350 // GRID_SERVICES), 15)
        stage.add(grid, kind, title, f"{grid.name}", [start], crowd=6, beneficiaries=12 + n % 20)


def _clean_up(stage: Stage) -> None:
    home, days = stage.homes[0], [_at(stage.now - timedelta(days=40 - n), 8) for n in range(CLEAN_DAYS)]
    text = "连续五天集中清理楼道、绿化带和背街小巷，每天四十人。"
    more = {"text": text, "result": "清运杂物二十六车，整治卫生死角四十一处。", "beneficiaries": 3200}
    stage.add(home, "清洁家园", "五天清洁家园行动", f"{home.name}各小区", days, crowd=CLEAN_PEOPLE, **more)


def _steps(stage: Stage) -> None:
    steps = []
    for row in stage.rows:
        kept: dict[str, Any] = {"subject": "serviceactivity", "subject_id": row.pk, "by_id": row.by_id}
        steps.append(VolunteerStep(before="", after="planned", at=row.at, **kept))
        steps.append(VolunteerStep(before="planned", after="ended", at=row.at + timedelta(days=13), **kept))
    VolunteerStep.objects.bulk_create(steps, batch_size=1000)


def _attendance(stage: Stage) -> None:
    """Who was there, nearly all with both sides; some forgot to check out, some did not come."""
    rows: list[SignUp] = []
    for shift, crowd in zip(stage.shifts, stage.crowds, strict=True):
        chosen = stage.random.sample(range(len(stage.people)), min(crowd, len(stage.people)))
        rows += [_sign_up(stage, shift, stage.people[k], place) for place, k in enumerate(chosen, 1)]
    SignUp.objects.bulk_create(rows, batch_size=1000)
    HourRecord.objects.bulk_create((_record(row) for row in rows if row.status == "confirmed"), batch_size=1000)


def _sign_up(stage: Stage, shift: Shift, volunteer: Volunteer, place: int) -> SignUp:
    luck, early = stage.random.random(), timedelta(minutes=stage.random.randint(0, 10))
    row = SignUp(shift=shift, volunteer=volunteer, place=place, is_demo=True, version=4)
    row.signed_at = shift.starts_at - timedelta(days=3)
    if luck < 0.04:
        row.status = "no_show"
        return row
    row.status, row.in_at, row.by_volunteer_at = "confirmed", shift.starts_at - early, shift.starts_at - early
    row.is_capped = luck > 0.95
    row.out_at = shift.ends_at if row.is_capped else shift.ends_at - 2 * early
    row.by_leader_id, row.by_leader_at = shift.service.by_id, shift.ends_at + timedelta(hours=3)
    return row


def _record(row: SignUp) -> HourRecord:
    assert row.out_at is not None
    end = min(row.out_at, row.shift.ends_at)
    minutes = int((end - row.shift.starts_at).total_seconds() // 60)
    on, kept = timezone.localdate(row.shift.starts_at), {"by_id": row.by_leader_id, "at": row.by_leader_at}
    return HourRecord(volunteer=row.volunteer, sign_up=row, kind="service", minutes=minutes, on=on, **kept)


def _seniors(stage: Stage) -> None:
    """Hours of earlier years, from the system of the district."""
    rest, made = iter(stage.people[3::5]), []
    on = timezone.localdate(stage.now) - timedelta(days=400)
    for hours, count in SENIORS:
        for volunteer in (one for _n, one in zip(range(count), rest, strict=False)):
            kept = {"by": stage.by(volunteer.grid), "at": stage.now - timedelta(days=200)}
            reason = "全国志愿服务信息系统历史时长"
            made.append(
                HourRecord(volunteer=volunteer, kind="taken_over", minutes=hours * 60, on=on, reason=reason, **kept)
            )
    HourRecord.objects.bulk_create(made)


def _present(stage: Stage) -> int:
    """What is planned now, by the business: one full with people waiting, one of five days, one called off."""
    home, today = stage.homes[0], timezone.localdate(stage.now)
    leader, early = stage.by(home), stage.now - timedelta(days=2)
    plans = (
        ("清洁家园", "冬季清洁家园五天行动", "各小区楼道", today + timedelta(days=2), CLEAN_DAYS, 40),
        ("一老一小", "义诊与理发便民日", "党群服务中心", today + timedelta(days=1), 1, 6),
        ("文明劝导", "路口文明劝导", "政通路口", today, 3, 4),
        ("文体", "露天电影放映引导", "小区广场", today + timedelta(days=4), 1, 8),
    )
    near = [one for one in stage.people if one.grid_code.startswith(home.code)] or list(stage.people)
    for n, (kind, title, place, first, days, slots) in enumerate(plans):
        times = services.daily(first, first + timedelta(days=days - 1), time(8 + 3 * n, 0), time(10 + 3 * n, 0), slots)
        key = uuid.uuid5(uuid.NAMESPACE_URL, f"demo-service-planned-{n}")
        new = NewService(
            title, stage.kinds[kind], f"{home.name}{place}", times, home, text="欢迎志愿者报名。", client_id=key
        )
        service = services.plan(new, actor=leader, now=early)
        for shift in service.shifts.all():
            for volunteer in near[: slots + 3 if slots == 6 else slots // 2]:
                if volunteer.user_id != leader.pk:
                    sign_ups.sign_up(shift, volunteer, actor=leader, now=early)
        if title.startswith("露天"):
            services.call_off(service, text="大风蓝色预警，改期另行通知", actor=leader, now=stage.now)
        ServiceActivity.objects.filter(pk=service.pk).update(is_demo=True)
    return len(plans)


def _certificates(stage: Stage) -> None:
    """Valid, publicised, objected to, revoked, a draft: of those with the most hours."""
    given = HourRecord.objects.filter(kind="taken_over", volunteer__in=[one.pk for one in stage.people])
    people = {row.volunteer_id: row.volunteer for row in given.select_related("volunteer__grid").order_by("pk")}
    states = ("valid", "valid", "publicity", "objected", "revoked", "draft")
    for n, (status, volunteer) in enumerate(zip(states, people.values(), strict=False)):
        _certificate(stage, n, status, volunteer)


def _certificate(stage: Stage, n: int, status: str, volunteer: Volunteer) -> None:
    today = timezone.localdate(stage.now)
    public = today - timedelta(days=30 if status in ("valid", "revoked") else 2)
    leader = stage.by(volunteer.grid)
    written = stage.now - timedelta(days=31)
    starts, ends = today - timedelta(days=800), timezone.localdate(written) - timedelta(days=1)
    row = Certificate.objects.create(
        number=street_number("certificate", "志愿证明", volunteer.grid_code, now=stage.now),
        code=uuid.uuid5(uuid.NAMESPACE_URL, f"demo-certificate-{n}").hex,
        volunteer=volunteer,
        starts_on=starts,
        ends_on=ends,
        minutes=_minutes(volunteer, starts, ends),
        issuer=Grid.objects.get(code=volunteer.grid_code[:12]).name,
        head=leader.real_name,
        handler=leader.real_name,
        contact="0371-68880000",
        status=status,
        public_from=None if status == "draft" else public,
        public_until=None if status == "draft" else public + timedelta(days=7),
        issued_at=stage.now - timedelta(days=22) if status in ("valid", "revoked") else None,
        grid=volunteer.grid,
        grid_code=volunteer.grid_code,
        by=leader,
        at=written,
        is_demo=True,
    )
    VolunteerStep.objects.create(
        subject="certificate", subject_id=row.pk, before="", after=status, by=leader, at=row.at, text="演示数据"
    )


def _minutes(volunteer: Volunteer, starts: date, ends: date) -> int:
    rows = HourRecord.objects.filter(volunteer=volunteer, on__range=(starts, ends))
    return sum(rows.values_list("minutes", flat=True))


def _at(moment: datetime, hour: int) -> datetime:
    return datetime.combine(timezone.localdate(moment), time(hour, 0), timezone.get_default_timezone())
