"""Joint actions, a hand-over and an absence of the demo, made by the business functions.

The first action is that of the press (domain.md 10, row 1.9): the compounds of 铭功路 without a managing unit, five days,
more than 200 people.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone, translation

from accounts.models import User
from grid.demo.divisions import JIANZHONG, MINGGONG
from grid.models import Compound, Grid, Organization, Post
from grid.posts import PostKind
from grid.tenure import appoint, end_post, mark_absent
from incidents import actions
from incidents.demo.cast import Cast, gather_cast
from incidents.handover import hand_over, open_work
from incidents.lifecycle import perform
from incidents.models import Incident, JointAction
from incidents.overview import midnight
from incidents.states import State

EVENING: Final = timedelta(hours=17, minutes=30)
MOST_CASES: Final = 30
FOR_THE_GROUP: Final = 3


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a plot: people, found, settled, and how many compounds were worked on."""

    people: int
    found: int
    settled: int
    compounds: int
    text: str


@dataclass(frozen=True, slots=True)
class Plot:
    """One action; `begins` in days before today. It ends when it has a result."""

    street: str
    name: str
    purpose: str
    lead: str
    units: tuple[str, ...]
    begins: int
    lasts: int
    people: int
    days: tuple[Day, ...]
    result: str = ""


PRESS: Final = Plot(
    MINGGONG,
    "无主管楼院环境卫生治理联合行动",
    "集中五天，对辖区 57 个无主管楼院开展环境卫生治理：清理楼道堆物、积存垃圾、卫生死角和小广告。",
    "sanitation",
    ("enforcement", "police", "market", "municipal"),
    begins=13,
    lasts=5,
    people=200,
    days=(
        Day(46, 96, 81, 13, "动员部署，分五个小组进院入楼，清理楼道堆物和积存垃圾。"),
        Day(44, 88, 79, 12, "清运建筑垃圾 6 车，清除小广告 400 余处。"),
        Day(41, 73, 70, 12, "清理卫生死角，疏通下水口 9 处。"),
        Day(40, 61, 58, 11, "规整非机动车，清理僵尸车 23 辆。"),
        Day(38, 42, 41, 9, "回头看，对未整改到位的点位逐一销号。"),
    ),
    result="五天共出动 209 人次，57 个无主管楼院全部清理一遍，发现问题 360 处，当场解决 329 处，其余 31 处转日常管理。",
)
PRESENT: Final = Plot(
    JIANZHONG,
    "电动自行车进楼入户、飞线充电专项整治",
    "冬季消防安全：入户劝导、清理飞线、核查充电设施。",
    "tg2",
    ("fire", "police", "enforcement", "power"),
    begins=2,
    lasts=5,
    people=60,
    days=(
        Day(58, 47, 39, 6, "清理飞线 31 处，劝离进楼电动车 16 辆。"),
        Day(61, 38, 30, 7, "入户宣传 420 户，联系供电部门加装充电桩 2 处。"),
    ),
)
PLANNED: Final = Plot(
    JIANZHONG,
    "冬季雨污管网集中疏通行动",
    "雨雪来临前，对老旧小区排水管网集中疏通。",
    "municipal",
    ("water", "tg1"),
    begins=-6,
    lasts=4,
    people=30,
    days=(),
)


def build_actions(now: datetime) -> int:
    """One ended, one running and one planned action, cases for a task group, a hand-over; returns the actions."""
    cast = gather_cast()
    with translation.override("zh-hans"):
        for plot in (PRESS, PRESENT, PLANNED):
            _play(cast, plot, now)
        _work_for_the_group(cast, now)
        _change_of_hands(cast, now)
    return JointAction.objects.filter(is_demo=True).count()


def _play(cast: Cast, plot: Plot, now: datetime) -> None:
    begins = timezone.localdate(now) - timedelta(days=plot.begins)
    planner = cast.at_desk(plot.street, PostKind.SHIFT_LEADER)
    grid = Grid.objects.defer("boundary").get(code=plot.street)
    places = _places(plot)
    wish = actions.Plan(
        name=plot.name,
        purpose=plot.purpose,
        lead=_unit(cast, plot.street, plot.lead),
        starts_on=begins,
        ends_on=begins + timedelta(days=plot.lasts - 1),
        planned_people=plot.people,
        units=[_unit(cast, plot.street, key) for key in plot.units],
        compounds=places,
    )
    before = min(now, midnight(begins) - timedelta(days=2))
    action = actions.plan(wish, grid=grid, actor=planner, now=before)
    JointAction.objects.filter(pk=action.pk).update(is_demo=True)
    if plot.days:
        actions.start(action.pk, version=action.version, actor=planner, now=midnight(begins) + timedelta(hours=8))
        _run(plot, action, planner, begins, places)


def _unit(cast: Cast, street: str, key: str) -> Organization:
    unit = cast.unit(street, key)
    assert unit is not None
    return unit


def _places(plot: Plot) -> list[Compound]:
    """The compounds without a managing unit where there are such; else the first of the street."""
    rows = Compound.objects.filter(grid__code__startswith=plot.street).select_related("grid").order_by("pk")
    rows = rows.defer("grid__boundary")
    return list(rows.filter(is_unmanaged=True)) or list(rows[:24])


def _run(plot: Plot, action: JointAction, planner: User, begins: date, places: list[Compound]) -> None:
    done = 0
    for number, one in enumerate(plot.days):
        day = begins + timedelta(days=number)
        part, done = places[done : done + one.compounds], done + one.compounds
        entry = actions.DayEntry(day, one.people, one.text, one.found, one.settled, part)
        last = midnight(day) + EVENING
        actions.write_day(action.pk, entry, actor=planner, now=last)
    cases = actions.suggested(action, planner)
    if plot.result:  # cases that had ended by then, so that their history stays in order
        cases = cases.filter(closed_at__lt=last)
    chosen = list(cases.order_by("pk")[:MOST_CASES])
    last = max([last, *(case.state_since for case in chosen)])
    actions.gather(action.pk, chosen, actor=planner, now=last)
    if plot.result:
        version = JointAction.objects.values_list("version", flat=True).get(pk=action.pk)
        actions.end(action.pk, result=plot.result, version=version, actor=planner, now=last + timedelta(minutes=30))


def _work_for_the_group(cast: Cast, now: datetime) -> None:
    """Some cases that concern several units are recalled and go to 案件处置组."""
    waiting = Incident.objects.filter(state=State.DISPATCHED, grid_code__startswith=JIANZHONG)
    for case in waiting.filter(handler_organization__isnull=False).order_by("-pk")[:FOR_THE_GROUP]:
        perform(
            case.pk,
            "recall",
            reason="涉及多个部门，转案件处置组统筹",
            actor=cast.at_desk(JIANZHONG, PostKind.DISPATCHER),
            now=now,
        )
        perform(
            case.pk,
            "dispatch",
            organization=_unit(cast, JIANZHONG, "tg2"),
            reason="涉及多个部门，由专班统筹处置",
            actor=cast.at_desk(JIANZHONG, PostKind.DISPATCHER),
            now=now,
        )


def _change_of_hands(cast: Cast, now: datetime) -> None:
    """A grid leader leaves and the successor takes the open work; another is on leave, with a substitute."""
    shift, today = cast.at_desk(JIANZHONG, PostKind.SHIFT_LEADER), timezone.localdate(now)
    leaders = Post.objects.filter(kind=PostKind.GRID_LEADER, grid__code__startswith=JIANZHONG, starts_on__lt=today)
    leaders = leaders.filter(user__username__startswith="demo").select_related("user", "grid").order_by("grid__code")
    posts = [post for post in leaders.defer("grid__boundary") if post.grid]
    busy = next((post for post in posts if open_work(post.user)), posts[0])
    successor = Post.objects.filter(kind=PostKind.COMMITTEE_MEMBER, grid=busy.grid).select_related("user").first()
    if successor is not None:
        end_post(busy, ends_on=today, actor=shift)
        appoint(user=successor.user, kind=busy.kind, grid=busy.grid, starts_on=today, actor=shift)
        taker = User.objects.get(pk=successor.user_id)  # a scope is read once
        if open_work(busy.user):
            hand_over(giver=busy.user, taker=taker, reason="岗位调整，工作交接", actor=shift, now=now)
    soon = Post.objects.filter(kind=PostKind.MICRO_LEADER, grid__code__startswith=JIANZHONG).order_by("-grid__code")
    end_post(soon.filter(ends_on=None)[0], ends_on=today + timedelta(days=10), actor=shift)
    away, substitute = [post for post in posts if post.pk != busy.pk][:2]
    mark_absent(
        user=away.user,
        starts_at=now,
        ends_at=midnight(today + timedelta(days=4)),
        reason="年休假",
        actor=shift,
        substitute=substitute.user,
    )
