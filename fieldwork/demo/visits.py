"""Visits of the demo street: plans, eight weeks of rounds and visits by the rules of `fieldwork.duties`, two actions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from django.utils import timezone, translation

from accounts.models import User
from fieldwork import duties, knocking, visits
from fieldwork.demo.households import WHOLE
from fieldwork.models import (
    CareSubject,
    Household,
    KnockAction,
    MustDo,
    Visit,
    VisitDuty,
    VisitPlan,
    VisitPurpose,
)
from fieldwork.rounds import first_slot, slot_after
from grid.demo.statistics import take_statistics
from grid.models import Building, Grid
from incidents.demo.cast import Cast, gather_cast
from incidents.demo.rhythm import SHANGHAI

SEED: Final = 20261107
WEEKS: Final = 8
DILIGENCE: Final = 0.94
"""Share of rounds that are done in their slot."""
BUSY: Final = 0.35
"""Share of ordinary households whose turn came so far."""
MUST_SHARE: Final = 0.3
CARE_WORDS: Final = (
    "精神不错，血压平稳，药已备齐。",
    "陪老人聊了一会儿，帮忙充了电费。",
    "家里干净，燃气阀门已检查，提醒睡前关阀。",
    "老人说膝盖疼，已约社区医生周四上门。",
    "子女昨天刚来过，冰箱有菜，一切都好。",
    "代买了大米和油，已送到家。",
    "提醒谨防养老诈骗，老人没有接到可疑电话。",
    "手机不会用，帮忙做了高龄认证。",
    "卫生间湿滑，建议装扶手，已记下。",
    "情绪有些低落，约好周末一起下楼走走。",
)
HOME_WORDS: Final = (
    "人口信息已核对，无变化。",
    "反映楼道灯有时不亮，已告诉物业。",
    "宣传了燃气安全和电动车不进楼。",
    "新住户，已登记并介绍网格联系方式。",
    "建议增加充电车棚，已记下意见。",
    "对楼院卫生比较满意。",
    "孩子上学问题已解答，按片区入学。",
    "提醒楼道不要堆放杂物，当场清理。",
    "",
    "",
)
RENT_WORDS: Final = (
    "租户两人，身份信息已核对，提醒用电安全。",
    "无群租，插线板老化，已请房东更换。",
    "租户说月底搬走，已请房东到期告知。",
    "房屋用途未变，灭火器有效。",
    "",
)
DOORS: Final = (
    # answer, stand, opinion
    ("answered", "for", "晚上九点以后广场舞音响太大，孩子睡不了。"),
    ("answered", "for", "周末比赛的喇叭声能传到六楼，希望限时。"),
    ("not_home", "", ""),
    ("answered", "other", "声音可以接受，主要是停车堵路。"),
    ("answered", "for", "希望约定九点半关大喇叭。"),
    ("refused", "", ""),
    ("answered", "against", "锻炼有个地方不容易，别关了。"),
    ("not_home", "", ""),
)


@dataclass
class Story:
    """What is gathered before it is written in bulk."""

    cast: Cast
    random: Random
    today: date
    purposes: Sequence[VisitPurpose]
    visits: list[Visit] = field(default_factory=list)
    duties: list[VisitDuty] = field(default_factory=list)


def build_visits(now: datetime) -> int:
    """Plans in use for eight weeks, their rounds and visits, today's visits and two actions. Returns the visits."""
    today = timezone.localdate(now)
    VisitPlan.objects.update(starts_on=today - timedelta(weeks=WEEKS))
    story = Story(gather_cast(), Random(SEED), today, list(VisitPurpose.objects.filter(is_active=True)))
    for plan in VisitPlan.objects.filter(is_active=True):
        for target in _targets(plan):
            _live(story, plan, target)
    _write(story)
    with translation.override("zh-hans"):
        _today(story, now)
        _noise(story, now)
        _charging(story, now)
    Visit.objects.update(is_demo=True)
    KnockAction.objects.update(is_demo=True)
    return len(story.visits)


def _targets(plan: VisitPlan) -> Iterator[Any]:
    if plan.target == VisitPlan.Target.CARE:
        rows = CareSubject.objects.current().filter(tag=plan.tag_id).select_related("household")
        yield from rows.defer("reason", "health").order_by("pk")
    else:
        wanted = [plan.tenure] if plan.target == VisitPlan.Target.TENURE else duties.LIVED_IN
        yield from Household.objects.filter(is_active=True, tenure__in=wanted).order_by("pk")


def _live(story: Story, plan: VisitPlan, target: Any) -> None:
    """One household or person under one plan from the plan's first day until today, round by round."""
    slot = first_slot(plan.period, plan.times, plan.starts_on)
    while slot.first <= story.today:
        day = _day_of_visit(story, plan, max(slot.first, plan.starts_on), slot.last)
        if day >= story.today:
            story.duties.append(_duty(plan, target, slot.last))
            return
        visit = _visit(story, plan, target, day)
        story.visits.append(visit)
        done = _duty(plan, target, slot.last)
        done.done_on, done.visit = day, visit
        story.duties.append(done)
        slot = slot_after(plan.period, plan.times, day)
    story.duties.append(_duty(plan, target, slot.last))


def _day_of_visit(story: Story, plan: VisitPlan, first: date, last: date) -> date:
    """Some day of the slot; now and then later than that; for most ordinary households not yet."""
    random, days = story.random, (last - first).days
    if plan.target == VisitPlan.Target.HOUSEHOLD and random.random() > BUSY:
        return last
    late = random.random() > DILIGENCE
    return last + timedelta(days=random.randint(1, 12)) if late else first + timedelta(days=random.randint(0, days))


def _duty(plan: VisitPlan, target: Any, due_on: date) -> VisitDuty:
    which = {"subject" if isinstance(target, CareSubject) else "household": target}
    return VisitDuty(
        plan=plan, grid_id=target.grid_id, grid_code=target.grid_code, due_on=due_on, is_demo=True, **which
    )


def _visit(story: Story, plan: VisitPlan, target: Any, day: date) -> Visit:
    random = story.random
    at = datetime.combine(day, time(random.randrange(9, 18), random.randrange(60)), SHANGHAI).astimezone(UTC)
    subject = target if isinstance(target, CareSubject) else None
    home = subject.household if subject else target
    refused = random.random() < 0.02
    words = CARE_WORDS if subject else RENT_WORDS if plan.target == VisitPlan.Target.TENURE else HOME_WORDS
    return Visit(
        client_id=UUID(int=random.getrandbits(128), version=4),
        household=home,
        subject=subject,
        resident_id=subject.resident_id if subject else None,
        building_id=home.building_id,
        grid_id=target.grid_id,
        grid_code=target.grid_code,
        by=story.cast.leader_of(target.grid_code),
        at=at,
        received_at=at,
        outcome="refused" if refused else "met",
        text="" if refused else random.choice(words),
        purpose=random.choice(story.purposes) if story.purposes and random.random() < 0.6 else None,
        is_demo=True,
    )


def _write(story: Story) -> None:
    story.visits.sort(key=lambda visit: visit.at)
    Visit.objects.bulk_create(story.visits, batch_size=1000)
    for duty in story.duties:
        duty.visit = duty.visit  # the key that bulk_create gave
    VisitDuty.objects.bulk_create(story.duties, batch_size=2000)
    take_statistics("fieldwork_visitduty", "fieldwork_caresubject", "fieldwork_household", "fieldwork_resident")
    musts, link = list(MustDo.objects.values_list("pk", flat=True)), Visit.musts.through
    kept = [visit for visit in story.visits if visit.outcome == "met" and story.random.random() < MUST_SHARE]
    link._default_manager.bulk_create(
        (
            link(visit_id=visit.pk, mustdo_id=must)
            for visit in kept
            for must in story.random.sample(musts, min(2, len(musts)))
        ),
        batch_size=2000,
    )


# --- today ------------------------------------------------------------------------------------------------------------


def _today(story: Story, now: datetime) -> None:
    """What was done since this morning, by the business functions: met, agreed, nobody there."""
    rows = VisitDuty.objects.waiting().filter(grid_code__startswith=WHOLE, subject__tag__is_sensitive=False)
    rows = rows.select_related("subject__household__grid", "subject__tag").order_by("due_on", "pk")
    plots = (("met", "一切都好，约好下周再来。", 7), ("met", "帮忙换了灯泡。", 0), ("not_home", "", 2), ("met", "", 0))
    for n, (duty, (outcome, text, again)) in enumerate(zip(list(rows[: len(plots)]), plots, strict=False)):
        actor, at = story.cast.leader_of(duty.grid_code), _clock(now, 17) - timedelta(minutes=25 * (n + 1))
        again_on = story.today + timedelta(days=again) if again else None
        new = visits.NewVisit(outcome, subject=duty.subject, text=text, next_on=again_on)
        visits.record_visit(new, actor=actor, now=at)


def _clock(now: datetime, hour: int) -> datetime:
    """That hour of today, or `now` when it is earlier: nobody knocks at night."""
    return min(now, datetime.combine(timezone.localdate(now), time(hour, 30), SHANGHAI))


# --- door by door -----------------------------------------------------------------------------------------------------


def _noise(story: Story, now: datetime) -> None:
    """敲门行动 as in domain.md 10 row 2.5: noise of a sports ground; ended, with an incident and what stays."""
    new, grid, leader = _plan(
        story, now, "聚龙花园体育场噪声敲门行动", "体育场晚上的声音影响您家吗？希望几点以后安静？", 9
    )
    begun = _clock(now, 17) - timedelta(days=9)
    action = knocking.make_action(new, grid=grid, actor=leader, now=begun)
    action = knocking.start(action, actor=leader, now=begun + timedelta(hours=1))
    _knock(story, action, 30, begun + timedelta(hours=2))
    text = knocking.summary(action)
    knocking.follow_up(action, text=text, actor=leader, now=now - timedelta(hours=5))
    knocking.end(
        action,
        result=f"{text}\n社区书记带三级网格员、微网格长和物业逐层走访，当场联系体育场，约定 21:00 后不用扩音。",
        lasting="体育场赛事提前三天告知网格群；每季度由社区、物业、体育场和居民代表回访一次。",
        actor=leader,
        now=now - timedelta(hours=1),
    )


def _charging(story: Story, now: datetime) -> None:
    """A second one that is under way."""
    new, grid, leader = _plan(story, now, "楼院充电车棚征求意见", "院内东侧建电动车充电棚，您同意吗？有什么建议？", 1)
    begun = _clock(now, 17) - timedelta(days=1)
    action = knocking.make_action(new, grid=grid, actor=leader, now=begun)
    action = knocking.start(action, actor=leader, now=begun + timedelta(hours=1))
    _knock(story, action, 9, begun + timedelta(hours=1))


def _plan(story: Story, now: datetime, title: str, question: str, days: int) -> tuple[knocking.NewAction, Grid, User]:
    grid = Grid.objects.defer("boundary").get(code=WHOLE)
    buildings = Building.objects.filter(flats__isnull=False, grid__code__startswith=WHOLE).distinct().order_by("pk")
    chosen = list(buildings.select_related("grid", "compound").defer("grid__boundary")[days % 3 : days % 3 + 2])
    first = timezone.localdate(now) - timedelta(days=days)
    new = knocking.NewAction(title, question, chosen, first, first + timedelta(days=14), "三级网格员、微网格长、物业")
    return new, grid, story.cast.leader_of(WHOLE)


def _knock(story: Story, action: KnockAction, many: int, begun: datetime) -> None:
    homes = Household.objects.filter(building__in=action.buildings.all(), is_active=True).select_related(
        "building__grid"
    )
    for n, home in enumerate(homes.defer("building__grid__boundary").order_by("building", "unit", "room")[:many]):
        answer, stand, opinion = DOORS[n % len(DOORS)]
        door = knocking.NewDoor(home.building, home.room, answer, home.unit, stand, opinion)
        knocking.write_door(
            action, door, actor=story.cast.leader_of(home.grid_code), now=begun + timedelta(minutes=6 * n)
        )
