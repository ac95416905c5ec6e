"""Micro-projects and service points of the demo: three calls, projects in every stage, points with their board.

Everything a person decides is done by the business functions on the day of the story: bids, advice, points of
reviewers, money, receipts, milestones. Points stand where compounds of their community stand.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.utils import timezone

from accounts.models import User
from grid.demo.divisions import JIANZHONG, XISHU
from grid.models import Compound, Grid, Organization, Post
from grid.posts import PostKind
from incidents.documents import PDF, Upload
from volunteers import micro, micro_calls, micro_money, micro_review, service_points
from volunteers.demo import micro_texts as texts
from volunteers.demo.micro_texts import DemoPoint, DemoProject
from volunteers.models import (
    BudgetLine,
    MicroCall,
    MicroKind,
    MicroProject,
    Opening,
    PointKind,
    Reviewer,
    ServicePoint,
    Team,
)

WAY: Final = ("submitted", "coaching", "review", "funded", "running", "mid_checked", "final", "closed")
REVIEWERS: Final = (PostKind.DEPUTY_SECRETARY, PostKind.STREET_SECRETARY, PostKind.SHIFT_LEADER, PostKind.SUPERVISOR)
BOARD_DAYS: Final = 14
ON_BOARD: Final = 8
"""Points with lines on their board."""


@dataclass
class _Desk:
    """What it is made with."""

    now: datetime
    grids: dict[str, Grid]
    officer: User
    reviewers: list[User]

    def at(self, days: int, hour: int = 10) -> datetime:
        """A working hour so many days ago, never later than now."""
        day = timezone.localtime(self.now).replace(hour=hour, minute=0, second=0, microsecond=0)
        return min(day - timedelta(days=days), self.now)

    def day(self, days: int) -> date:
        """The day so many days ago."""
        return timezone.localdate(self.now) - timedelta(days=days)


def build_micro(now: datetime) -> int:
    """Write points, calls and projects; gives the number of projects. Nothing without a main street and its office."""
    grids = {grid.code: grid for grid in Grid.objects.filter(level__in=(3, 4)).defer("boundary")}
    officer = _holder(PostKind.PARTY_OFFICER, JIANZHONG)
    if officer is None or JIANZHONG not in grids:
        return 0
    reviewers = [user for kind in REVIEWERS if (user := _holder(kind, JIANZHONG)) is not None]
    desk = _Desk(now, grids, officer, reviewers)
    _points(desk)
    _board(desk)
    if reviewers:
        _last_year(desk)
        _this_year(desk)
        _open_now(desk)
    _xishu(desk)
    MicroCall.objects.filter(grid_code__in=(JIANZHONG, XISHU)).update(is_demo=True)
    MicroProject.objects.filter(grid_code__in=(JIANZHONG, XISHU)).update(is_demo=True)
    return MicroProject.objects.filter(is_demo=True).count()


def _holder(kind: str, code: str) -> User | None:
    post = Post.objects.filter(kind=kind, grid__code=code).select_related("user").order_by("pk").first()
    return post.user if post is not None else None


# --- service points ---------------------------------------------------------------------------------------------------


def _points(desk: _Desk) -> None:
    kinds = {kind.name: kind for kind in PointKind.objects.all()}
    places = _places(JIANZHONG)
    rows = [_point(desk, one, kinds, places, JIANZHONG + one.where) for one in texts.POINTS]
    for where in texts.OFFICES:
        grid = desk.grids.get(JIANZHONG + where)
        if grid is not None:
            name = f"{grid.name}党群服务中心"
            office = DemoPoint("政务服务点", name, where, texts.OFFICE, services=texts.HIGH_FREQUENCY, reach=600)
            rows.append(_point(desk, office, kinds, places, grid.code))
    far = _places(XISHU)
    for kind, name, hours, services in texts.STATIONS:
        rows.append(_point(desk, DemoPoint(kind, name, "", hours, services=services), kinds, far, XISHU))
    ServicePoint.objects.bulk_create([row for row in rows if row is not None], ignore_conflicts=True)


def _places(under: str) -> dict[str, list[Point]]:
    """The places of compounds by community; each is used once, from the end."""
    found: dict[str, list[Point]] = {}
    rows = Compound.objects.filter(grid__code__startswith=under).exclude(point=None).order_by("pk")
    for code, place in rows.values_list("grid__code", "point"):
        if place is not None:
            found.setdefault(code[:12], []).append(place)
    return found


def _point(
    desk: _Desk, one: DemoPoint, kinds: dict[str, PointKind], places: dict[str, list[Point]], code: str
) -> ServicePoint | None:
    grid, kind, here = desk.grids.get(code), kinds.get(one.kind), places.get(code)
    if grid is None or kind is None or not here:
        return None
    place = here.pop(len(here) // 2) if len(here) > 1 else here[0]
    return ServicePoint(
        kind=kind,
        name=one.name,
        address=f"{grid.name}院内",
        place=place,
        organization=Organization.objects.filter(grid=grid, kind=Organization.Kind.COMMITTEE).first(),
        hours=one.hours,
        season_from=one.season[0],
        season_until=one.season[1],
        services=one.services,
        reach=one.reach,
        grid=grid,
        grid_code=grid.code,
        is_demo=True,
    )


def _board(desk: _Desk) -> None:
    """Two weeks of lines: opened in the morning, closed in the evening; a notice for a day to come."""
    points = list(ServicePoint.objects.filter(is_demo=True, season_from="").order_by("pk")[:ON_BOARD])
    rows = []
    for number, point in enumerate(points):
        keeper = _holder(PostKind.COMMUNITY_HEAD, point.grid_code[:12]) or desk.officer
        for days in range(1, BOARD_DAYS):
            if (days + number) % 7:
                rows += [_line(point, desk.at(days, hour), keeper, is_open=hour < 12) for hour in (8 + number % 2, 18)]
    Opening.objects.bulk_create(rows)
    for number, point in enumerate(points[:4]):
        keeper = _holder(PostKind.COMMUNITY_HEAD, point.grid_code[:12]) or desk.officer
        service_points.say_open(point, is_open=number != 3, actor=keeper, now=desk.now, text="设备检修" * (number == 3))
    if points:
        keeper = _holder(PostKind.COMMUNITY_HEAD, points[0].grid_code[:12]) or desk.officer
        coming = desk.day(-5)
        service_points.say_open(
            points[0], is_open=False, actor=keeper, now=desk.now, text="全员培训，闭站一天", on=coming
        )


def _line(point: ServicePoint, at: datetime, by: User, *, is_open: bool) -> Opening:
    return Opening(point=point, on=timezone.localdate(at), is_open=is_open, by=by, at=at)


# --- calls and projects -----------------------------------------------------------------------------------------------


def _call(desk: _Desk, name: str, *, opened: int, closed: int, budget: int, grid: str = JIANZHONG) -> MicroCall:
    new = micro_calls.NewCall(
        grid=desk.grids[grid],
        name=name,
        opens_on=desk.day(opened),
        closes_on=desk.day(closed),
        budget=Decimal(budget),
        ceiling=Decimal(min(66_000, budget)),
        criteria=[(str(word), most) for word, most in _CRITERIA],
        text=texts.CALL_TEXT,
    )
    actor = desk.officer if grid == JIANZHONG else _holder(PostKind.COMMUNITY_HEAD, grid)
    assert actor is not None
    return micro_calls.open_call(new, actor=actor, now=desk.at(opened))


_CRITERIA: Final = (
    ("需求性", 20),
    ("在地性", 15),
    ("参与性", 15),
    ("可行性", 15),
    ("创新性", 10),
    ("可持续性", 10),
    ("预算", 15),
)


def _last_year(desk: _Desk) -> None:
    call = _call(desk, "上年度社区微创投", opened=400, closed=370, budget=120_000)
    _hand_in(desk, call, texts.LAST_YEAR, 380, extra=texts.THIS_YEAR[-1])
    for number, one in enumerate(texts.LAST_YEAR):
        _walk(desk, call, one, reviewed=360, pace=40, gap=number)


def _this_year(desk: _Desk) -> None:
    call = _call(desk, "六微工程·社区微创投", opened=200, closed=170, budget=200_000)
    _hand_in(desk, call, texts.THIS_YEAR, 180)
    for number, one in enumerate(texts.THIS_YEAR):
        _walk(desk, call, one, reviewed=160, pace=35, gap=number)


def _open_now(desk: _Desk) -> None:
    call = _call(desk, "冬季心愿墙项目申报", opened=12, closed=-18, budget=80_000)
    _hand_in(desk, call, texts.OPEN_NOW, 6)
    for one in texts.OPEN_NOW:
        if one.until == "coaching":
            project = call.projects.get(title=one.title)
            micro.coach(project, "预算再分细一些；请补一个居民参与的里程碑。", actor=desk.officer, now=desk.at(2))


def _xishu(desk: _Desk) -> None:
    """金雁社区’s story, told in the western demo community: wishes become a project that gets its money."""
    head = _holder(PostKind.COMMUNITY_HEAD, XISHU)
    if head is None or XISHU not in desk.grids:
        return
    call = _call(desk, texts.XISHU_CALL, opened=40, closed=10, budget=20_000, grid=XISHU)
    project = _bid(desk, call, texts.XISHU_PROJECT, head, 20)
    if project is not None:
        micro.coach(project, "建议把理发与磨刀排在同一天，减少场地费。", actor=head, now=desk.at(15))
        micro.step(project, "review", actor=head, now=desk.at(9))


def _hand_in(
    desk: _Desk, call: MicroCall, projects: Sequence[DemoProject], days: int, extra: DemoProject | None = None
) -> None:
    for number, one in enumerate((*projects, extra) if extra else projects):
        assert one is not None
        _bid(desk, call, one, desk.officer, days - number % 4)


def _bid(desk: _Desk, call: MicroCall, one: DemoProject, actor: User, days: int) -> MicroProject | None:
    team, unit = _bidder(call, one)
    if team is None and unit is None:
        return None
    new = micro.NewBid(
        call=call,
        title=one.title,
        text=one.text,
        asked=Decimal(one.asked),
        own_money=Decimal(one.own),
        budget=[(name, Decimal(amount)) for name, amount in one.budget],
        team=team,
        organization=unit,
        kind=MicroKind.objects.filter(name=one.kind).first(),
        milestones=[(text, desk.day(days - 45 * n)) for n, text in enumerate(one.milestones, 1)],
        wishes=list(micro.wishes_offered(actor, call)[: one.wishes]),
    )
    leader = team.leader.user if team is not None and team.leader is not None else None
    return micro.bid(new, actor=leader or actor, now=desk.at(days))


def _bidder(call: MicroCall, one: DemoProject) -> tuple[Team | None, Organization | None]:
    """The team at home in the community, any team of the street, else a unit."""
    teams = Team.objects.filter(grid_code__startswith=call.grid_code).select_related("leader__user")
    team = teams.filter(grid_code__startswith=call.grid_code + one.where).order_by("pk").first()
    team = team or _any_of(list(teams.order_by("pk")), one.title)
    if team is not None:
        return team, None
    units = Organization.objects.active().filter(grid__code__startswith=call.grid_code)
    kinds = (Organization.Kind.SOCIAL, Organization.Kind.COMMITTEE)
    return None, units.filter(kind__in=kinds).order_by("-kind", "pk").first()


def _any_of(teams: list[Team], title: str) -> Team | None:
    return teams[sum(map(ord, title)) % len(teams)] if teams else None


def _walk(desk: _Desk, call: MicroCall, one: DemoProject, *, reviewed: int, pace: int, gap: int) -> None:
    """Take a project as far as its story goes, a stage every `pace` days."""
    project = call.projects.filter(title=one.title).first()
    if project is None:
        return
    if gap % 2 == 0:
        micro.coach(project, "辅导培训：目标要能核验，预算对应里程碑。", actor=desk.officer, now=desk.at(reviewed + 12))
    micro.step(project, "review", actor=desk.officer, now=desk.at(reviewed + 6))
    _review(desk, project, one, reviewed)
    if one.until == "refused":
        micro.step(project, "refuse", actor=desk.officer, now=desk.at(reviewed - 10), text="居民参与不足，与需求不符。")
    if one.until not in WAY[3:]:
        return
    reached = WAY.index(one.until)
    for number, take in enumerate((_fund, _start, _mid, _final, _close), 3):
        if number <= reached:
            take(desk, project, one, reviewed - 10 - pace * (number - 3))


def _review(desk: _Desk, project: MicroProject, one: DemoProject, days: int) -> None:
    project.refresh_from_db()
    micro_review.invite(project, desk.reviewers, actor=desk.officer, now=desk.at(days + 5))
    criteria = list(project.call.criteria.all())
    for number, mine in enumerate(Reviewer.objects.filter(project=project, conflict="").select_related("user")):
        given = {
            row.pk: Decimal(max(0, min(row.most, points - number % 2)))
            for row, points in zip(criteria, one.points, strict=False)
        }
        micro_review.score(mine, given, text="", actor=mine.user, now=desk.at(days))


def _fund(desk: _Desk, project: MicroProject, one: DemoProject, days: int) -> None:
    micro_money.fund(project, Decimal(one.asked), actor=desk.officer, now=desk.at(days), text="评审通过，公示无异议。")


def _start(desk: _Desk, project: MicroProject, one: DemoProject, days: int) -> None:
    micro.step(project, "start", actor=desk.officer, now=desk.at(days))
    _spend(desk, project, days - 10, part=Decimal("0.4"))
    _reach(desk, project, 1, days - 20)


def _mid(desk: _Desk, project: MicroProject, one: DemoProject, days: int) -> None:
    micro.coach(project, "实地督导：现场与台账相符，居民知晓。", actor=desk.officer, now=desk.at(days + 4))
    micro.step(project, "mid_check", actor=desk.officer, now=desk.at(days), text="中期检查通过，进度符合计划。")
    _spend(desk, project, days - 8, part=Decimal("0.4"))


def _final(desk: _Desk, project: MicroProject, one: DemoProject, days: int) -> None:
    _reach(desk, project, len(one.milestones), days + 3)
    micro.finish(project, result=one.result, beneficiaries=one.gained, actor=desk.officer, now=desk.at(days))


def _close(desk: _Desk, project: MicroProject, one: DemoProject, days: int) -> None:
    micro.step(project, "close", actor=desk.officer, now=desk.at(days), text="结项评审通过，票据齐全。")


def _reach(desk: _Desk, project: MicroProject, count: int, days: int) -> None:
    project.refresh_from_db()
    for one in list(project.milestones.filter(done_on=None).select_related("project__team__leader")[:count]):
        micro.reach(one, actor=desk.officer, now=desk.at(days))


def _spend(desk: _Desk, project: MicroProject, days: int, *, part: Decimal) -> None:
    for line in BudgetLine.objects.filter(project=project).select_related("project__team__leader"):
        paid = micro_money.Paid(
            merchant="老街坊五金百货" if line.pk % 2 else "晨光文化用品店",
            text=line.name,
            amount=(line.amount * part).quantize(Decimal("0.01")),
            paid_on=desk.day(days),
            files=[_receipt(line, part)],
        )
        micro_money.spend(line, paid, actor=desk.officer, now=desk.at(days))


def _receipt(line: BudgetLine, part: Any) -> Upload:
    """A small paper without anybody's name."""
    content = f"%PDF-1.4\n% receipt {line.pk} {part}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n".encode()
    return Upload(f"收据-{line.name}.pdf", PDF, content, hashlib.sha256(content).hexdigest())
