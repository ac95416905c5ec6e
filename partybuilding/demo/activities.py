"""Activities of the demo street: a year of them as the press counts them, stories with votes, what is planned now.

17 of the street and 166 of communities were held (domain.md 10, row 0.2); those of grids are counted beside them.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Final

from django.utils import timezone, translation

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.models import Grid, Post
from grid.posts import PostKind
from incidents.demo.cast import Cast, gather_cast
from incidents.models import Incident
from partybuilding import activities, signups
from partybuilding.activities import NewActivity
from partybuilding.demo.activity_texts import (
    BY_POLICE,
    COMMUNITY_TITLES,
    GRID_TITLES,
    MUNICIPAL,
    NAMED,
    NEIGHBOURS,
    PLANNED,
    SERIES,
    STORIES,
    STREET_TITLES,
    Named,
)
from partybuilding.models import (
    Activity,
    ActivityKind,
    ActivityPerson,
    ActivitySeries,
    Alliance,
    Label,
    PartyStep,
    Story,
    StoryVote,
)

SEED: Final = 20261129
STREET_HELD: Final = 17
COMMUNITY_HELD: Final = 166
MEMBER_ACTIVITIES: Final = 32
"""“30余次” and “90余次” of the smart platform (row 1.32)."""
VOLUNTEER_ACTIVITIES: Final = 94
SPAN: Final = 350
FULL: Final = 20
"""The places of the activity that has a waiting list."""
HOURS: Final = (9, 10, 14, 15, 19)
FIELD_POSTS: Final = (
    PostKind.COMMUNITY_HEAD,
    PostKind.COMMITTEE_MEMBER,
    PostKind.GRID_LEADER,
    PostKind.GRID_WORKER,
    PostKind.MICRO_LEADER,
    PostKind.BUILDING_HEAD,
)


@dataclass
class Stage:
    """What the year is built from."""

    random: Random
    now: datetime
    cast: Cast
    street: Grid
    homes: Sequence[Grid]
    grids: Sequence[Grid]
    kinds: dict[str, ActivityKind]
    series: dict[str, ActivitySeries]
    rows: list[Activity] = field(default_factory=list)

    def by(self, grid: Grid) -> User:
        """Who plans for a grid: its leader, else the next one above."""
        return self.cast.leader_of(grid.code)

    def add(self, level: str, grid: Grid, kind: str, title: str, days: int, place: str, **more: object) -> Activity:
        """One activity that was held so many days ago, with its numbers where none are given."""
        starts = _at(self.now - timedelta(days=days), HOURS[len(self.rows) % len(HOURS)])
        came = self.random.randint(18, 120)
        numbers = {"attended": came, "members_count": came // 5, "beneficiaries": came * 2}
        row = Activity(
            client_id=uuid.uuid5(uuid.NAMESPACE_URL, f"demo-activity-{len(self.rows)}"),
            grid=grid,
            grid_code=grid.code,
            kind=self.kinds[kind],
            level=level,
            title=title,
            place=place,
            starts_at=starts,
            ends_at=starts + timedelta(hours=2),
            status=Activity.Status.HELD,
            version=2,
            by=self.by(grid),
            at=starts - timedelta(days=9),
            is_demo=True,
            **numbers | more,  # type: ignore[arg-type]
        )
        self.rows.append(row)
        return row


def build_activities(now: datetime) -> int:
    """Fill the year; returns how many activities there are."""
    stage = _stage(now)
    _named(stage)
    _of_the_street(stage)
    _of_communities(stage)
    _of_grids(stage)
    Activity.objects.bulk_create(stage.rows, batch_size=500)
    _steps(stage)
    _label(stage)
    _people(stage)
    _stories(stage)
    with translation.override("zh-hans"):
        planned = _present(stage)
    return len(stage.rows) + planned


def _stage(now: datetime) -> Stage:
    cast = gather_cast()
    street = Grid.objects.defer("boundary").get(code=JIANZHONG)
    homes = list(Grid.objects.filter(parent=street, valid_to=None).defer("boundary").order_by("code"))
    grids = Grid.objects.filter(code__startswith=JIANZHONG, level=Grid.Level.GRID, valid_to=None).defer("boundary")
    series = {
        name: ActivitySeries.objects.create(
            name=name, theme=theme, text=text, grid=street, grid_code=street.code, is_demo=True, **_term(now, open_days)
        )
        for name, theme, text, open_days in SERIES
    }
    kinds = {kind.name: kind for kind in ActivityKind.objects.all()}
    return Stage(Random(SEED), now, cast, street, homes, list(grids.order_by("code")[:60]), kinds, series)


def _term(now: datetime, open_days: int) -> dict[str, object]:
    today = timezone.localdate(now)
    return {"starts_on": today - timedelta(days=open_days), "ends_on": today + timedelta(days=40)}


def _named(stage: Stage) -> None:
    """What the press names, with its numbers."""
    for one in NAMED:
        grid = stage.street if one.level == "street" else stage.homes[one.community % len(stage.homes)]
        _add_named(stage, one, grid)
    for n, (title, text) in enumerate(BY_POLICE):
        stage.add("grid", stage.grids[n % 2], "警民活动", title, 20 + 45 * n, "民警苑小区", text=text, result=text)


def _add_named(stage: Stage, one: Named, grid: Grid) -> None:
    row = stage.add(
        one.level, grid, one.kind, one.title, one.days, one.place, text=one.text, result=one.result, **one.numbers
    )
    row.ends_at = row.starts_at + timedelta(hours=one.hours)
    row.series = stage.series.get(one.series)
    if one.series == MUNICIPAL:
        drains = Incident.objects.filter(grid_code__startswith=grid.code, text__contains="下水")
        row.incident = drains.order_by("pk").first()


def _of_the_street(stage: Stage) -> None:
    made = sum(row.level == "street" for row in stage.rows)
    for n in range(STREET_HELD - made):
        kind, title, place = STREET_TITLES[n % len(STREET_TITLES)]
        row = stage.add("street", stage.street, kind, title, 12 + n * SPAN // STREET_HELD, place)
        row.series = stage.series[SERIES[0][0]] if kind == "邻居节活动" else None


def _of_communities(stage: Stage) -> None:
    made = sum(row.level == "community" for row in stage.rows)
    for n in range(COMMUNITY_HELD - made):
        home = stage.homes[n % len(stage.homes)]
        kind, title, place = COMMUNITY_TITLES[(n // len(stage.homes) + n) % len(COMMUNITY_TITLES)]
        row = stage.add("community", home, kind, title, 3 + n * SPAN // COMMUNITY_HELD, f"{home.name}{place}")
        row.series = stage.series[SERIES[0][0]] if kind in ("邻居节活动", "故事分享与评选") else None


def _of_grids(stage: Stage) -> None:
    kinds = ["党员活动"] * MEMBER_ACTIVITIES + ["网格志愿服务"] * VOLUNTEER_ACTIVITIES
    for n, kind in enumerate(kinds):
        grid = stage.grids[n * 7 % len(stage.grids)]
        titles = GRID_TITLES[kind]
        stage.add("grid", grid, kind, titles[n % len(titles)], 2 + n * SPAN // len(kinds), f"{grid.name}红色驿站")


def _steps(stage: Stage) -> None:
    steps = []
    for row in stage.rows:
        kept = {"subject": "activity", "subject_id": row.pk, "by_id": row.by_id}
        steps.append(PartyStep(before="", after="planned", at=row.at, **kept))
        steps.append(PartyStep(before="planned", after="held", at=row.ends_at + timedelta(hours=1), **kept))
    PartyStep.objects.bulk_create(steps, batch_size=1000)


def _label(stage: Stage) -> None:
    """Themes of the year, and the alliance that holds an activity where there is one."""
    themes = {label.name: label for label in Label.objects.filter(family=Label.Family.THEME)}
    chosen = [(row, "营商环境优化" if row.kind.name in ("市集", "招聘会") else "社区治理") for row in stage.rows[::3]]
    chosen += [
        (row, "营商环境优化")
        for row in stage.rows
        if row.kind.name in ("市集", "招聘会") and row not in stage.rows[::3]
    ]
    through = Activity.labels.through
    through.objects.bulk_create(
        through(activity_id=row.pk, label_id=themes[name].pk) for row, name in chosen if name in themes
    )
    alliance = Alliance.objects.filter(grid_code__startswith=JIANZHONG, kind=Alliance.Kind.EDUCATION).first()
    if alliance:
        keys = [row.pk for row in stage.rows if row.kind.name == "联盟活动"]
        Activity.objects.filter(pk__in=keys).update(alliance=alliance)


def _people(stage: Stage) -> None:
    """Who signed up in the last two months."""
    posts = Post.objects.filter(grid__code__startswith=JIANZHONG, kind__in=FIELD_POSTS, user__is_active=True)
    workers: dict[str, list[int]] = {}
    for user, code in posts.order_by("pk").values_list("user", "grid__code"):
        for length in (9, 12, 15):
            workers.setdefault(code[:length], []).append(user)
    recent = [row for row in stage.rows if row.starts_at > stage.now - timedelta(days=60)]
    people = []
    for row in recent:
        known = sorted(set(workers.get(row.grid_code, ())))
        for user in stage.random.sample(known, min(8, len(known))):
            presence = "present" if stage.random.random() < 0.88 else "absent"
            people.append(ActivityPerson(activity=row, user_id=user, presence=presence, at=row.at + timedelta(days=2)))
    ActivityPerson.objects.bulk_create(people, batch_size=500)


def _stories(stage: Stage) -> None:
    first, *later = [row for row in stage.rows if row.kind.name == "故事分享与评选"]
    told = [first, *(row for row in later if row.starts_at < stage.now - timedelta(days=60))]
    voters = sorted(user.pk for user in stage.cast.leaders.values())
    for n, (title, about, text, votes) in enumerate(STORIES):
        row = told[n // 2]
        old = row.starts_at < stage.now - timedelta(days=60)
        story = Story.objects.create(
            activity=row,
            grid=row.grid,
            grid_code=row.grid_code,
            title=title,
            about=about,
            text=text,
            is_chosen=old and n % 2 == 0,
            by_id=row.by_id,
            at=row.ends_at,
            is_demo=True,
        )
        start = 40 * (n % 2)
        StoryVote.objects.bulk_create(
            StoryVote(story=story, activity=row, user_id=user, at=row.ends_at + timedelta(days=1))
            for user in voters[start : start + votes]
        )


def _present(stage: Stage) -> int:
    """What is planned now, by the business: one full with a waiting list, one to be noted, one called off."""
    now, home = stage.now, stage.homes[0]
    for n, (at_street, kind, title, place, days, places) in enumerate(PLANNED):
        grid = stage.street if at_street else home
        actor, starts = stage.by(grid), _at(now + timedelta(days=days), 15) if days else now - timedelta(hours=3)
        new = NewActivity(
            stage.kinds[kind],
            title,
            place,
            starts,
            starts + timedelta(hours=2),
            text="欢迎党员、居民和网格员报名参加。",
            series=stage.series[NEIGHBOURS] if kind == "故事分享与评选" else None,
            places=places,
        )
        signing = places + 4 if places == FULL else 6
        key = uuid.uuid5(uuid.NAMESPACE_URL, f"demo-activity-planned-{n}")
        early = min(now, starts) - timedelta(days=1)
        activity, _made = activities.plan(new, grid=grid, actor=actor, now=early, client_id=key)
        for person in _neighbours(stage, home)[:signing]:
            signups.sign_up(activity, actor=person, now=early)
        if title.startswith("露天"):
            activities.call_off(activity, version=None, text="大风蓝色预警，改期另行通知", actor=actor, now=now)
    Activity.objects.filter(pk__gt=max(row.pk for row in stage.rows)).update(is_demo=True)
    return len(PLANNED)


def _neighbours(stage: Stage, home: Grid) -> list[User]:
    """The leaders of the grids and micro-grids of a community, in the order of the codes."""
    leaders = sorted((code, user.pk, user) for code, user in stage.cast.leaders.items() if code.startswith(home.code))
    return list({pk: user for _code, pk, user in leaders}.values())


def _at(moment: datetime, hour: int) -> datetime:
    day = timezone.localdate(moment)
    return datetime.combine(day, time(hour, 0), timezone.get_default_timezone())
