"""Grid tasks and labels of the demo, made by the business functions."""

from datetime import datetime, timedelta
from random import Random
from typing import Final

from django.utils import timezone, translation

from grid.demo.divisions import JIANZHONG
from grid.models import Grid
from grid.posts import PostKind
from incidents import gridtasks, labels
from incidents.demo.cast import Cast, gather_cast
from incidents.models import GridTask, GridTaskPart, Incident, Label, TaskKind

SEED: Final = 20261105
Plot = tuple[str, str, str, int, int, int, float, tuple[str, ...]]
PLOTS: Final[tuple[Plot, ...]] = (
    # kind, title, text, level, target of a share, due in days, share done, checklist
    ("rollout", "燃气自闭阀安装推广", "逐户宣传并登记安装燃气自闭阀，独居老人家庭优先。", 5, 120, 20, 0.7, ()),
    ("publicity", "普法宣传防诈骗", "入户和楼院宣讲，重点提醒老年人防范养老诈骗。", 4, 300, 9, 0.9, ()),
    ("link_safety", "冬季安全隐患联排", "网格员、民警、物业联合排查楼道、飞线充电和燃气。", 5, 0, 12, 0.5, ()),
    ("link_family", "困难家庭联帮", "走访困难家庭，登记过冬需求并对接共建单位。", 5, 15, 15, 0.4, ()),
    ("follow_up", "邻里矛盾纠纷排查整改跟踪", "对已调解纠纷逐件回访，落实长效机制。", 4, 0, 7, 0.3, ()),
    (
        "project",
        "老旧楼院改造项目清单",
        "按项目化、清单化推进，每项明确责任单位和时限。",
        4,
        0,
        45,
        0.2,
        ("入户征求意见", "公示改造方案", "雨污管网改造", "加装充电桩和车棚", "竣工验收"),
    ),
)


def build_grid_tasks(now: datetime) -> int:
    """Give out the tasks of the plots, with progress; label some cases. Returns the number of tasks."""
    random, cast = Random(SEED), gather_cast()
    street = Grid.objects.defer("boundary").get(code=JIANZHONG)
    with translation.override("zh-hans"):
        for plot in PLOTS:
            _play(random, cast, street, plot, now)
        _label(random, cast, now)
    return GridTask.objects.update(is_demo=True)


def _play(random: Random, cast: Cast, street: Grid, plot: Plot, now: datetime) -> None:
    kind, title, text, level, target, days, share, items = plot
    giver = cast.at_desk(JIANZHONG, PostKind.SHIFT_LEADER)
    begun = now - timedelta(days=10)
    new = gridtasks.NewTask(
        TaskKind.objects.get(code=kind),
        title,
        text,
        timezone.localdate(now) + timedelta(days=days),
        level,
        target,
        items,
    )
    task = gridtasks.draft(new, grid=street, actor=giver, now=begun)
    gridtasks.issue(task.pk, version=None, actor=giver, now=begun)
    for part in task.parts.all():
        if random.random() < share:
            _work(random, cast, part, target, begun)
    for item in task.items.all()[:2]:
        gridtasks.tick(item.pk, done=True, actor=giver, now=begun + timedelta(days=3))


def _work(random: Random, cast: Cast, part: GridTaskPart, target: int, begun: datetime) -> None:
    leader, left = cast.leader_of(part.grid_code), target
    for day in range(1, random.randrange(2, 5)):
        amount = min(left, random.randrange(1, target // 3 + 2)) if target else 0
        left -= amount
        words = random.choice(("入户宣传并登记", "楼院集中开展", "联合物业上门"))
        gridtasks.progress(part.pk, amount=amount, text=words, actor=leader, now=begun + timedelta(days=day, hours=2))
    if random.random() < 0.4:
        gridtasks.report(part.pk, text="本网格已全部完成，资料留存。", actor=leader, now=begun + timedelta(days=6))
        if random.random() < 0.6:
            giver = cast.at_desk(part.grid_code, PostKind.SHIFT_LEADER)
            gridtasks.accept(part.pk, actor=giver, now=begun + timedelta(days=7))


def _label(random: Random, cast: Cast, now: datetime) -> None:
    keys = list(Label.objects.values_list("pk", flat=True))
    cases = Incident.objects.open().filter(grid_code__startswith=JIANZHONG).order_by("-id")
    for incident in cases.values_list("pk", "grid_code")[:24]:
        actor = cast.at_desk(incident[1], PostKind.OPERATOR)
        labels.set_labels(incident[0], random.sample(keys, 1), actor=actor, now=now)
