"""Whistles of the demo street in every state, made by the business functions (domain.md 2.7, the cases of the press)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import translation

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.models import Grid
from grid.posts import PostKind
from incidents.demo.cast import Cast, gather_cast
from incidents.models import Incident, Whistle, WhistleTask
from incidents.whistle_raising import Call, NewWhistle, raise_whistle
from incidents.whistle_reminders import remind_late
from incidents.whistles import Given, Rating, perform

COMMUNITY: Final = f"{JIANZHONG}001"
ALL_STEPS: Final = ("respond", "attend", "done")


@dataclass(frozen=True, slots=True)
class Unit:
    """One called unit: its short code, its task, how far it came, who attended, in minutes after the blowing."""

    code: str
    task: str
    steps: tuple[str, ...] = ALL_STEPS
    attendee: str = ""
    rank: int = 1
    minutes: tuple[int, int, int] = (20, 60, 600)
    result: str = "任务已完成。"
    stars: int = 5
    words: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """One whistle; the first unit leads. `end`: how it was decided, or "" when its units are still at work."""

    title: str
    text: str
    ground: str
    level: str
    hours: float
    units: tuple[Unit, ...]
    address: str = ""
    by_community: bool = False
    end: str = ""
    reason: str = ""
    from_case: bool = False


PLOTS: Final = (
    Plot(
        "体育场夜间演出噪声扰民，请联合执法",
        "体育场连续三晚演出至二十三点半，周边三个小区 40 余户投诉，社区多次劝阻无效，需多部门联合执法。",
        "enforcement",
        "yellow",
        24 * 20,
        (
            Unit(
                "enforcement",
                "牵头约谈主办方，查处超时经营",
                attendee="周志强",
                rank=2,
                minutes=(25, 80, 900),
                words="连夜到场，当晚停演",
            ),
            Unit(
                "police", "现场维持秩序，固定噪声证据", attendee="韩磊", rank=2, minutes=(15, 45, 300), words="出警及时"
            ),
            Unit(
                "environment",
                "夜间监测边界噪声并出具数据",
                attendee="方敏",
                rank=1,
                minutes=(50, 150, 500),
                stars=4,
                words="数据准确，领导未到",
            ),
            Unit(
                "market",
                "核查演出与售卖资质",
                attendee="孙莉",
                rank=2,
                minutes=(180, 260, 800),
                stars=3,
                words="应哨慢了一小时",
            ),
        ),
        address="体育场北门",
        end="evaluate",
    ),
    Plot(
        "5 号楼商户燃气泄漏，请立即处置",
        "巡查发现一楼餐饮门店燃气软管老化泄漏，楼道气味明显，楼上住有 30 户居民。",
        "emergency",
        "red",
        24 * 9,
        (
            Unit(
                "gas",
                "关阀停气、检漏维修",
                attendee="马建国",
                rank=3,
                minutes=(5, 20, 70),
                result="更换软管，复测无泄漏，恢复供气。",
                words="二十分钟到场",
            ),
            Unit("fire", "警戒疏散、现场处置", attendee="刘洋", rank=3, minutes=(4, 18, 60), words="处置专业"),
            Unit(
                "police",
                "维持秩序、疏散居民",
                attendee="韩磊",
                rank=2,
                minutes=(6, 22, 60),
                stars=4,
                words="主要领导未到",
            ),
            Unit(
                "property1",
                "通知住户、配合入户检查",
                attendee="物业经理赵敏",
                rank=3,
                minutes=(3, 8, 90),
                stars=4,
                words="配合到位",
            ),
        ),
        address="幸福路 12 号院",
        end="evaluate",
    ),
    Plot(
        "老旧楼院阳台下违建拆除整治",
        "一楼住户在阳台下砌墙搭棚，堵占消防通道，社区民警与居委会三次上门劝说无果，需下达整改通知书并拆除。",
        "complaints",
        "blue",
        24 * 6,
        (
            Unit(
                "enforcement",
                "牵头送达整改通知书，组织拆除",
                attendee="周志强",
                rank=1,
                minutes=(300, 1500, 6000),
                result="当天下午拆除完毕，现场清理干净。",
            ),
            Unit("police", "社区民警到场，做好劝导", attendee="社区民警陈涛", rank=1, minutes=(200, 1490, 5000)),
            Unit("housing", "鉴定房屋结构安全", attendee="吴静", rank=1, minutes=(500, 1600, 5200)),
        ),
        by_community=True,
        end="conclude",
    ),
    Plot(
        "地下室私拉电线充电，请联合排查",
        "地下室住户私拉电线为电动车充电，线路老化发热，物业断电后又被接通。",
        "enforcement",
        "yellow",
        27,
        (
            Unit("power", "牵头排查线路，切断私接电源", ("respond", "attend"), "供电班长何伟", 1, (40, 130, 0)),
            Unit("fire", "检查消防通道，责令整改", ALL_STEPS, "刘洋", 2, (30, 100, 700), "下达责令改正通知书。"),
            Unit("property2", "清点车辆，逐户通知", ()),
        ),
        address="康桥悦生活地下室",
    ),
    Plot(
        "无主管楼院下水道反复堵塞，请部门和党员报到",
        "无主管楼院化粪池满溢，下水道一个月堵塞三次，居民意见大，需市政疏通主管并由党员认领清掏。",
        "complaints",
        "blue",
        3,
        (
            Unit("municipal", "牵头疏通主管，查明堵点", ()),
            Unit("sanitation", "清掏化粪池，清运污物", ("respond",), minutes=(40, 0, 0)),
            Unit("civil", "组织志愿者帮扶独居老人清理积水", ()),
        ),
        from_case=True,
    ),
    Plot(
        "背街小巷占道经营集中整治",
        "早市延伸至背街小巷，占道经营堵塞消防通道，社区单独整治容易反弹。",
        "enforcement",
        "blue",
        1.5,
        (
            Unit("enforcement", "牵头清理占道经营"),
            Unit("market", "核查无照摊贩"),
            Unit("traffic", "疏导交通，清理违停"),
        ),
        by_community=True,
        end="wait",
    ),
    Plot(
        "3 单元楼道堆放杂物",
        "楼道内堆放纸箱和旧家具，请执法部门清理。",
        "complaints",
        "blue",
        24 * 4,
        (Unit("enforcement", "清理楼道杂物"),),
        by_community=True,
        end="refuse",
        reason="社区和物业能够自行解决，先由网格长上门清理，不予吹哨。",
    ),
    Plot(
        "下穿通道积水请求抢排",
        "暴雨致下穿通道积水 40 厘米，车辆无法通行。",
        "emergency",
        "red",
        24 * 12,
        (Unit("municipal", "牵头抽排积水", ("respond",), minutes=(6, 0, 0)), Unit("traffic", "封闭交通、引导绕行", ())),
        end="withdraw",
        reason="雨停后积水已退，通行恢复，撤回吹哨。",
    ),
)


def build_whistles(now: datetime) -> int:
    """Play every plot through; returns how many whistles there are."""
    cast = gather_cast()
    with translation.override("zh-hans"):
        for plot in PLOTS:
            _play(cast, plot, now)
        remind_late(now=now - timedelta(minutes=20))
    return Whistle.objects.filter(is_demo=True).count()


def _play(cast: Cast, plot: Plot, now: datetime) -> None:
    at, caller = now - timedelta(hours=plot.hours), _caller(cast, plot)
    whistle = raise_whistle(_new(cast, plot, now), actor=caller, now=at)
    secretary = cast.leaders[JIANZHONG]
    if plot.end == "wait":
        return
    blown = at + timedelta(minutes=12 if plot.level == "red" else 35)
    if plot.end == "refuse":
        perform(whistle.pk, "refuse", actor=secretary, now=blown, given=Given(text=plot.reason))
        return
    perform(whistle.pk, "approve", actor=secretary, now=blown)
    _work(cast, plot, whistle, blown)
    last = blown + timedelta(hours=2)
    if plot.end == "withdraw":
        perform(whistle.pk, "withdraw", actor=caller, now=last, given=Given(text=plot.reason))
    elif plot.end == "evaluate":
        _evaluate(whistle, plot, caller, blown + timedelta(days=1))


def _caller(cast: Cast, plot: Plot) -> User:
    return cast.leaders[COMMUNITY] if plot.by_community else cast.at_desk(JIANZHONG, PostKind.DISPATCHER)


def _new(cast: Cast, plot: Plot, now: datetime) -> NewWhistle:
    """What the caller says, with the units of the street."""
    units = [(cast.unit(JIANZHONG, unit.code), unit) for unit in plot.units]
    calls = [Call(found, unit.task, is_lead=n == 0) for n, (found, unit) in enumerate(units) if found]
    return NewWhistle(
        title=plot.title,
        text=plot.text,
        ground=plot.ground,
        level=plot.level,
        calls=calls,
        grid=Grid.objects.defer("boundary").get(code=COMMUNITY if plot.by_community else JIANZHONG),
        address=plot.address,
        incident=_case(now) if plot.from_case else None,
        is_demo=True,
    )


def _case(now: datetime) -> Incident | None:
    """An open case of the street about a drain, quiet for some hours."""
    quiet = Incident.objects.open().filter(grid_code__startswith=JIANZHONG, state_since__lt=now - timedelta(hours=3))
    return quiet.filter(text__contains="下水道").order_by("-id").first()


def _work(cast: Cast, plot: Plot, whistle: Whistle, blown: datetime) -> None:
    """The units' steps, in the order of their moments; the lead unit's last step waits for the others."""
    tasks = {task.organization.code: task for task in whistle.tasks.select_related("organization")}
    steps = [
        (unit.minutes[n], n == 2 and tasks[unit.code].is_lead, step, unit)
        for unit in plot.units
        for n, step in enumerate(unit.steps)
    ]
    latest = max((minutes for minutes, *_rest in steps), default=0)
    for minutes, is_last, step, unit in sorted(steps, key=lambda row: (row[1], row[0])):
        at = blown + timedelta(minutes=max(minutes, latest) if is_last else minutes)
        _step(cast, whistle, tasks[unit.code], unit, step, at)


def _step(cast: Cast, whistle: Whistle, task: WhistleTask, unit: Unit, step: str, at: datetime) -> None:
    name = {"done": "conclude" if task.is_lead else "finish"}.get(step, step)
    words = unit.result if step == "done" else ""
    given = Given(text=words, task=task.pk, attendee=unit.attendee, rank=unit.rank)
    perform(whistle.pk, name, actor=cast.handlers[task.organization_id], now=at, given=given)


def _evaluate(whistle: Whistle, plot: Plot, caller: User, at: datetime) -> None:
    by_code = {unit.code: unit for unit in plot.units}
    rated = {
        task.pk: Rating(by_code[task.organization.code].stars, by_code[task.organization.code].words)
        for task in whistle.tasks.select_related("organization")
    }
    perform(whistle.pk, "evaluate", actor=caller, now=at, given=Given(ratings=rated))
