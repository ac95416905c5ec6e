"""Records of the demo street: tours, practical matters, the six steps, figures of other systems (of public reports)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils import translation

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.models import Grid
from grid.posts import PostKind
from incidents.demo.cast import gather_cast
from reports.models import Matter
from reports.periods import local_day
from reports.records import matters, methods, outside, tours
from reports.records.outside import Given

MATTERS: Final = {
    "环境卫生": ("清理楼道堆积杂物", "疏通背街排水沟", "增设分类垃圾亭", "整治绿地毁绿种菜", "清洗外墙小广告"),
    "困难救助": ("为独居老人安装扶手", "临时救助困难家庭", "协助办理低保续期", "为残疾居民送康复器材"),
    "就业帮扶": ("组织招聘信息进网格", "开展家政技能培训", "帮助高校毕业生对接岗位"),
    "基础设施": ("修复破损步道", "更换楼道照明", "增设电动车充电口"),
    "为老服务": ("开设助餐点", "组织上门理发义诊"),
}
DONE: Final = 122
"""120余件 were solved (domain.md 10 row 0.10)."""
UNDER_WAY: Final = 6
PLANNED: Final = 4
FINDINGS: Final = (
    ("值班、交接、回访台账齐全，屏幕常态运行。", True),
    ("事件派遣到人，超期件有督办记录。", True),
    ("网格边界清楚，个别微网格户数偏多。", False),
    ("“随手拍”入口便捷，居民上报占比提高。", True),
)
FIGURES: Final = (
    ("智管中原APP", "上报", "6851", "件", "公开报道（2023年上半年）"),
    ("智管中原APP", "处置", "6851", "件", "公开报道（2023年上半年）"),
    ("网格工作平台", "随手记", "97000", "条", "公开报道"),
    ("网格工作平台", "网格巡查", "58000", "次", "公开报道"),
    ("网格工作平台", "入户走访", "17000", "次", "公开报道"),
    ("街道运行平台", "处置", "28000", "件", "公开报道"),
    ("街道运行平台", "智能派单", "5758", "件", "公开报道"),
)


def build_records(now: datetime) -> int:
    """Write everything through the business functions; the number of matters."""
    with translation.override("zh-hans"), transaction.atomic():
        clerk = gather_cast().at_desk(JIANZHONG, PostKind.OPERATOR)
        office = Grid.objects.defer("boundary").get(code=JIANZHONG)
        methods.load_six_steps(office, actor=clerk)
        methods.load_three_steps(office, actor=clerk)
        methods.load_five_steps(office, actor=clerk)
        _tours(office, clerk, local_day(now))
        _figures(office, clerk, now)
        _matters(clerk, local_day(now))
    return Matter.objects.count()


def _tours(office: Grid, clerk: User, today: date) -> None:
    held = tours.plan(
        office,
        kind="tour",
        title="三季度网格治理观摩",
        held_on=today - timedelta(days=50),
        place="东福民社区、交通路社区",
        actor=clerk,
    )
    for item, (finding, is_good) in zip(held.items.select_related("tour"), FINDINGS, strict=True):
        tours.look(item, finding=finding, is_good=is_good, actor=clerk)
    tours.hold(held, summary="各社区相互学习值守和派遣做法，三项经验在全街道推广。", actor=clerk, today=today)
    tours.plan(office, kind="tour", title="四季度网格治理观摩", held_on=today + timedelta(days=20), actor=clerk)
    visit = tours.plan(
        office,
        kind="visit",
        title="三个兄弟单位来访观摩（示例）",
        held_on=date(2023, 7, 14),
        place="街道社会治理运行中心",
        visitors="兄弟街道一\n兄弟街道二\n兄弟街道三",
        items=tours.usual_items(),
        actor=clerk,
    )
    tours.hold(visit, summary="交流运行中心运维、事件流转、网格设置和特色场景。", actor=clerk, today=today)
    forum = tours.plan(
        office,
        kind="forum",
        title="2023成都党建引领基层治理高峰论坛",
        held_on=date(2023, 2, 28),
        place="成都",
        actor=clerk,
    )
    tours.hold(forum, summary="学习微网实格、社区发展治理经验。", actor=clerk, today=today)


def _figures(office: Grid, clerk: User, now: datetime) -> None:
    for system, measure, value, unit, note in FIGURES:
        last = date(2023, 6, 30) if "上半年" in note else date(2023, 12, 31)
        given = Given(system, measure, date(2023, 1, 1), last, Decimal(value), unit, note)
        outside.keep(given, grid=office, actor=clerk, now=now)
    end = local_day(now).replace(day=1) - timedelta(days=1)
    for measure, amount in (("上报", 842), ("处置", 837)):
        given = Given("智管中原APP", measure, end.replace(day=1), end, Decimal(amount), note="示例数据")
        outside.keep(given, grid=office, actor=clerk, now=now)


def _matters(clerk: User, today: date) -> None:
    """Dealt out to the communities; most are done, some under way or planned."""
    communities = list(Grid.objects.filter(code__startswith=JIANZHONG, level=4).defer("boundary").order_by("code"))
    kinds = [(topic, title) for topic, titles in MATTERS.items() for title in titles]
    for n in range(DONE + UNDER_WAY + PLANNED):
        (topic, title), grid = kinds[n % len(kinds)], communities[n % len(communities)]
        day = today - timedelta(days=300 - 2 * n if n < DONE else -20 - n % 30)
        promise = matters.Promise(topic, f"{grid.name}{title}", f"{grid.name}居委会", day)
        matter = matters.promise(promise, grid=grid, actor=clerk)
        if n < DONE:
            households = 3 + n * 7 % 40
            matters.move(matter, "done", actor=clerk, today=today, done_on=day, households=households)
        elif n < DONE + UNDER_WAY:
            matters.move(matter, "doing", actor=clerk, today=today)
