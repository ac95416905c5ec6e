"""Papers of the demo street: bulletins (the last one No. 64), a rectification notice, supervision notices about cases."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone, translation

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.models import Grid, Organization
from grid.posts import PostKind
from incidents.demo.cast import gather_cast
from incidents.models import Incident
from reports.models import Paper, Report
from reports.papers import prefill, writing

BULLETIN: Final = {
    "masthead": "建中街信息",
    "sent_to": "区县处级领导",
    "passed_to": "各街道办事处、区直各单位负责同志",
    "editor": "孙立新",
}
"""Head and foot in the shape of 上街信息 第64期 (domain.md 10, row 4.1)."""
FIRST_NUMBER: Final = 62
BULLETINS: Final = (
    # days ago, title, text
    (
        20,
        "建中街街道“一格三员”入户走访办实事",
        (
            "一、走访情况\n10月以来，全街道网格长、网格员、微网格长入户走访独居老人、困难家庭、新就业群体，收集诉求随手录入平台，当日分办。\n"
            "二、主要做法\n一是固定走访日，每周三下午干部下沉到楼院；二是诉求不过夜，能办的当场办，办不了的当日上报；三是办结必回访，群众不满意的退回重办。\n"
            "三、下步打算\n继续把走访和民情恳谈结合起来，对反复出现的问题提级研究解决。"
        ),
    ),
    (
        11,
        "建中街街道整治夜市油烟扰民取得阶段成效",
        (
            "一、基本情况\n针对居民反映集中的夜市油烟、占道和噪声问题，街道以“社区吹哨、部门报到”方式组织联合整治。\n"
            "（一）摸清底数\n逐户登记临街餐饮店证照和油烟净化设施情况，建立一店一档。\n"
            "（二）联合执法\n综合行政执法、市场监管、生态环境力量错时上岗，劝导与处罚相结合。\n"
            "二、取得成效\n整治以来同类投诉明显减少，未发生反弹。\n三、存在问题\n个别店铺夜间仍有回潮，需要常态巡查。"
        ),
    ),
    (
        2,
        "建中街街道“三抓三促”推动网格化治理提质增效",
        (
            "今年以来，建中街街道坚持党建引领，抓实网格化治理，推动“大事全网联动、小事一格解决”。\n"
            "一、抓队伍促融合\n一是配齐网格长、网格员、微网格长，下沉职能部门力量到社区报到；二是每日早会商、晚调度，工作交办到人；三是把物业企业、志愿者、新就业群体纳入网格补充力量。\n"
            "二、抓机制促高效\n一是事件分级分类处置，微事不出网格、小事不出小区、一般事不出社区、大事不出街道；二是对超期、反复退回的案件发出督办通知单，限时回复；三是办结案件全部回访。\n"
            "三、抓服务促实效\n聚焦老旧小区改造、背街小巷保洁、飞线充电等民生小事，一件一件解决，群众满意度稳步提升。"
        ),
    ),
)
RECTIFICATION: Final = (
    "关于限期整改中天广场周边店外经营问题的通知",
    (
        "经巡查发现，中天广场周边部分商户长期店外经营，占用盲道和消防通道，居民多次反映。现将有关整改要求通知如下：\n"
        "一、存在问题\n一是早晚高峰占道摆摊，行人绕行机动车道；二是桌椅占压盲道；三是清理后反弹。\n"
        "二、整改要求\n一是三日内清理到位，恢复盲道和消防通道；二是落实定人定岗，早晚高峰不断人；三是与商户逐户签订门前责任书。\n"
        "请于规定时限前将整改情况书面报送我单位。"
    ),
)
ANSWER: Final = (
    "已到场处置完毕：占道物品全部清理，与当事人约谈并签订承诺书，每日早晚各巡查一次；经反映人现场确认，同意办结。"
)


def build_papers(now: datetime) -> int:
    """Write everything through the business functions; how many papers there are."""
    with translation.override("zh-hans"):
        cast, grid = gather_cast(), Grid.objects.get(code=JIANZHONG)
        writer, signer = cast.at_desk(JIANZHONG, PostKind.OPERATOR), cast.leader_of(JIANZHONG)
        for number, (days, title, body) in enumerate(BULLETINS, start=FIRST_NUMBER):
            at = now - timedelta(days=days)
            paper = writing.create(Paper.Kind.BULLETIN, grid, title=title, body=body, actor=writer, now=at, **BULLETIN)
            writing.issue(paper.pk, actor=signer, now=at, first=number)
        _draft_of_a_report(grid, writer, now)
        _rectification(grid, writer, signer, now)
        _supervision(grid, writer, signer, now)
    return Paper.objects.count()


def _draft_of_a_report(grid: Grid, writer: User, now: datetime) -> None:
    report = Report.objects.filter(grid=grid).order_by("-period_end", "-pk").first()
    if report:
        writing.create(Paper.Kind.BULLETIN, grid, **prefill.from_report(report), actor=writer, now=now)


def _rectification(grid: Grid, writer: User, signer: User, now: datetime) -> None:
    unit = Organization.objects.get(grid=grid, code="enforcement")
    title, body = RECTIFICATION
    at = now - timedelta(days=1)
    given: dict[str, Any] = {"organization": unit, "main_to": unit.name, "due_on": _day(at, 3)}
    paper = writing.create(Paper.Kind.RECTIFICATION, grid, title=title, body=body, actor=writer, now=at, **given)
    writing.issue(paper.pk, actor=signer, now=at)


def _supervision(grid: Grid, writer: User, signer: User, now: datetime) -> None:
    """About the two oldest cases of units: one notice is answered, the other one is overdue since yesterday."""
    rows = Incident.objects.open().under(grid.code).filter(handler_organization__isnull=False)
    rows = rows.filter(reported_at__lt=now - timedelta(hours=26)).select_related("category", "grid")
    for number, case in enumerate(rows.order_by("reported_at", "pk")[:2]):
        at = min(max(case.state_since, now - timedelta(days=5)), now - timedelta(days=1))
        given = prefill.from_case(Paper.Kind.SUPERVISION, case, now=at, until=min(_day(at, 3), _day(now, -1)))
        paper = writing.create(Paper.Kind.SUPERVISION, grid, **given, actor=writer, now=at)
        writing.issue(paper.pk, actor=signer, now=at)
        if number == 0:
            writing.answer(paper.pk, actor=writer, now=at + (now - at) / 2, text=ANSWER)


def _day(at: datetime, days: int) -> date:
    return timezone.localdate(at) + timedelta(days=days)
