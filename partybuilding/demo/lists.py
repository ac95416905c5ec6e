"""The three lists of the demo street: eight months of needs, resources and projects, and a blocked pipe of today."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.models import Compound, Grid, Organization, Post
from grid.posts import PostKind
from incidents.intake import NewIncident, report_incident
from incidents.models.incident import Source
from incidents.numbers import street_number
from partybuilding import needs
from partybuilding.demo.list_desk import DAYS, Desk, step_of
from partybuilding.demo.list_projects import named, work
from partybuilding.demo.list_texts import WHY_UNMET, WORDS
from partybuilding.match_queries import half_year
from partybuilding.models import (
    ListCall,
    Need,
    NeedWait,
    PartnerUnit,
    PartyStep,
    ProjectType,
    Resource,
    SupportKind,
)

WAITS: Final = ((6, 7), (5, 15), (4, 30))
"""Levels and days: made up for the demo, as the office would write them."""
STATES: Final = ("met",) * 40 + ("open",) * 44 + ("promised",) * 8 + ("running",) * 8 + ("delivered",) * 7
ENDED: Final = ("unmet",) * 8 + ("withdrawn",) * 5
RESOURCES: Final = 90
FITS: Final = {
    "管道疏通与市政维修": ("市政",),
    "环境卫生": ("环卫", "园林", "生态"),
    "矛盾化解与法律服务": ("司法", "律", "法庭", "检察", "派出所"),
    "停车管理": ("交警", "物业", "商"),
    "充电设施": ("供电", "物业"),
    "健康医疗": ("卫生", "医"),
    "助老助残助困": ("民政", "养老"),
    "儿童与教育": ("学", "童"),
    "就业创业": ("人力", "商", "酒店"),
    "安全与消防": ("消防", "燃气"),
}
"""Words in the name of a unit that make it likely to offer a kind."""
NEED_WAY: Final[dict[str, tuple[str, ...]]] = {
    "open": ("open",),
    "promised": ("open", "promised"),
    "running": ("open", "promised", "running"),
    "delivered": ("open", "promised", "running", "delivered"),
    "met": ("open", "promised", "running", "delivered", "met"),
    "unmet": ("open", "unmet"),
    "withdrawn": ("open", "withdrawn"),
}


def build_lists(now: datetime) -> int:
    """Write the lists of the main street; gives the number of needs. Without units only needs are written."""
    leaders = _leaders(timezone.localdate(now))
    if not leaders:
        return 0
    units = PartnerUnit.objects.filter(organization__grid__code__startswith=JIANZHONG, left_on=None)
    if units.exists():
        _join_municipal(timezone.localdate(now))
    desk = Desk(
        now=now,
        kinds=_by_name(SupportKind),
        types=_by_name(ProjectType),
        units=list(units.select_related("organization__grid").defer("organization__grid__boundary").order_by("pk")),
        leaders=leaders,
    )
    for level, days in WAITS:
        NeedWait.objects.get_or_create(level=level, defaults={"days": days})
    _call(desk)
    _offer(desk)
    rows = _raise_all(desk)
    work(desk, rows)
    named(desk)
    _pipe(desk)
    return len(rows)


def _join_municipal(today: date) -> None:
    """The unit of the demo accounts `unithead` and `department` is a partner, so that the pipe can be played."""
    team = Organization.objects.filter(grid__code=JIANZHONG, name__contains="市政设施养护").first()
    if team is not None:
        PartnerUnit.objects.get_or_create(
            organization=team, defaults={"joined_on": today - timedelta(days=DAYS), "is_demo": True}
        )


def _by_name(model: Any) -> dict[str, Any]:
    return {row.name: row for row in model.objects.all()}


def _leaders(today: date) -> list[tuple[Grid, User]]:
    posts = Post.objects.on(today).filter(kind=PostKind.GRID_LEADER, grid__code__startswith=JIANZHONG)
    rows = posts.select_related("grid", "user").defer("grid__boundary").order_by("grid__code")
    return [(post.grid, post.user) for post in rows if post.grid is not None and len(post.grid.code) == 15]


def _call(desk: Desk) -> None:
    """This half-year's call, and the one before."""
    street = Grid.objects.only("id", "code").get(code=JIANZHONG)
    first, _end = half_year(desk.today)
    before, _first = half_year(first - timedelta(days=1))
    officer = Post.objects.filter(kind=PostKind.PARTY_OFFICER, grid=street).select_related("user").first()
    text = "请各社区、各共建单位梳理需求清单和资源清单，共同形成项目清单。"
    desk.calls = ListCall.objects.bulk_create(
        ListCall(
            grid=street,
            grid_code=street.code,
            year=start.year,
            half=1 if start.month == 1 else 2,
            opens_on=start,
            closes_on=start + timedelta(days=170),
            text=text,
            by=officer.user if officer else None,
            is_demo=True,
        )
        for start in (before, first)
    )


def _offer(desk: Desk) -> None:
    """Every unit offers a few things, the municipal one what belongs to pipes and roads."""
    if not desk.units:
        return
    choices = [(name, title) for name, (_wanted, offered) in WORDS.items() for title in offered]
    rows = [_resource(desk, n, *choices[n % len(choices)]) for n in range(RESOURCES)]
    desk.resources = Resource.objects.bulk_create(rows)
    PartyStep.objects.bulk_create(step_of(row, "", row.status, row.by, row.at) for row in desk.resources)


def _resource(desk: Desk, n: int, kind: str, title: str) -> Resource:
    fitting = [unit for unit in desk.units if any(word in unit.organization.name for word in FITS.get(kind, ()))]
    others = [unit for unit in desk.units if "市政" not in unit.organization.name] or desk.units
    unit = fitting[n % len(fitting)] if fitting else others[n % len(others)]
    weekdays: list[int] = [[], [6, 7], [1, 2, 3, 4, 5], [3, 6]][n % 4]
    _grid, user = desk.leaders[n % len(desk.leaders)]
    return Resource(
        unit=unit,
        kind=desk.kinds[kind],
        title=title,
        serves_code=unit.organization.grid.code,
        weekdays=weekdays,
        capacity=None if n % 3 == 0 else 2 + n % 5,
        until_on=desk.today + timedelta(days=200) if n % 5 == 0 else None,
        status=Resource.Status.PAUSED if n % 30 == 17 else Resource.Status.OFFERED,
        call=desk.calls[n % 2],
        by=user,
        at=desk.now - timedelta(days=DAYS + 20 - n),
        client_id=desk.key(),
        is_demo=True,
    )


def _raise_all(desk: Desk) -> list[Need]:
    """Needs over the months; those of long ago are met, those of late wait."""
    states = list(STATES + ENDED)
    desk.random.shuffle(states)
    recent = {"open": 70, "promised": 30, "running": 30, "delivered": 20}
    plan = []
    for state in states:
        span = recent.get(state, DAYS)
        plan.append(
            (desk.now - timedelta(days=desk.random.uniform(6, span), minutes=desk.random.randrange(600)), state)
        )
    plan.sort()
    rows = Need.objects.bulk_create(_need(desk, n, at, state) for n, (at, state) in enumerate(plan))
    PartyStep.objects.bulk_create(step for row in rows for step in _need_steps(desk, row))
    return rows


def _need(desk: Desk, n: int, at: datetime, state: str) -> Need:
    kind = sorted(WORDS)[n % len(WORDS)]
    wanted = WORDS[kind][0]
    grid, user = desk.leaders[desk.random.randrange(len(desk.leaders))]
    level, since = _waits_at(grid.code, at, desk.now) if state == "open" else (grid.code, at)
    ended = state in ("met", "unmet", "withdrawn")
    return Need(
        number=street_number("need", "需求", grid.code, now=at),
        title=wanted[n // len(WORDS) % len(wanted)],
        kind=desk.kinds[kind],
        source=("community", "resident", "visit", "council")[n % 4],
        call=desk.calls[0 if timezone.localdate(at) < desk.calls[1].opens_on else 1] if n % 3 else None,
        place=f"{grid.name}{1 + n % 9}号楼前",
        people=10 + n * 7 % 190,
        status=state,
        grid=grid,
        grid_code=grid.code,
        level_code=level,
        level_since=since,
        by=user,
        at=at,
        ended_at=min(at + timedelta(days=5 + n % 20), desk.now) if ended else None,
        client_id=desk.key(),
        is_demo=True,
        version=len(NEED_WAY[state]),
    )


def _waits_at(code: str, at: datetime, now: datetime) -> tuple[str, datetime]:
    """Where an open need of that age waits by the rules of the demo, and since when."""
    days = dict(WAITS)
    level = 5
    while level in days and at + timedelta(days=days[level]) <= now:
        at, code, level = at + timedelta(days=days[level]), code[:-3], level - 1
    return code, at


def _need_steps(desk: Desk, row: Need) -> Iterator[PartyStep]:
    end = row.ended_at or desk.now
    way, before = NEED_WAY[row.status], ""
    for place, after in enumerate(way):
        text = WHY_UNMET[row.pk % len(WHY_UNMET)] if after == "unmet" else ""
        moment = row.at + (end - row.at) * place / max(len(way) - 1, 1) if place else row.at
        yield step_of(row, before, after, row.by if after in ("open", "unmet", "withdrawn") else None, moment, text)
        before = after


def _pipe(desk: Desk) -> None:
    """Today: a blocked pipe, its need on the list; the rest is there to be played."""
    grid, leader, compound = _courtyard(desk)
    incident = report_incident(
        NewIncident(
            title="院内下水管道堵塞，污水外溢",
            text="楼院下水主管道堵塞，污水漫到路面，请协调疏通。",
            source=Source.PATROL,
            grid=None if compound else grid,
            compound=compound,
            address=compound.address if compound else grid.name,
            external_id=f"demo-pipe-{desk.today:%Y%m%d}",
        ),
        actor=leader,
        now=desk.now - timedelta(minutes=50),
    )
    new = needs.NewNeed(
        title="楼院下水管道疏通",
        kind=desk.kinds["管道疏通与市政维修"],
        text="需要疏通车和人手，尽快。",
        source=Need.Source.INCIDENT,
        incident=incident,
        compound=compound,
        people=120,
    )
    made = needs.raise_need(new, actor=leader, now=desk.now - timedelta(minutes=30), client_id=desk.key())
    Need.objects.filter(pk=made.pk).update(is_demo=True)


def _courtyard(desk: Desk) -> tuple[Grid, User, Compound | None]:
    """A compound without management where the street has one, else one of the grid of the account `gridleader`."""
    rows = Compound.objects.filter(grid__code__startswith=JIANZHONG).order_by("-is_unmanaged", "property_company", "pk")
    some = list(rows.select_related("grid").defer("grid__boundary"))
    for wanted in (True, False):
        for grid, leader in desk.leaders:
            found = [row for row in some if row.grid.code.startswith(grid.code) and row.is_unmanaged in (wanted, True)]
            if found:
                return grid, leader, found[0]
    return (*desk.leaders[0], None)
