"""Twelve disputes of the demo street in all states, made step by step by the functions that the pages use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone, translation

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.models import Grid
from incidents.demo.cast import Cast, gather_cast
from incidents.demo.openwork import HOME
from incidents.dispute_parties import NewParty
from incidents.disputes import Given, NewDispute, act, enter
from incidents.models import Dispute, Incident

Step = tuple[str, str]
ROOM: Final = "社区人民调解室"
PRESENT: Final = "双方当事人、网格长、社区法律顾问"


@dataclass(frozen=True, slots=True)
class Tale:
    """One dispute: who quarrels about what, and the steps made since (name, words)."""

    kind: str
    risk: str
    title: str
    text: str
    first: tuple[str, str]
    second: tuple[str, str]
    days: int
    steps: tuple[Step, ...] = ()
    visit: int = 30
    source: str = "found"


TAKEN: Final = ("name_mediator", "请先分别听取双方意见。")
UP: Final = "report_up"
TALES: Final = (
    Tale(
        "neighbours", "medium", "楼上卫生间渗水，两家为赔偿争执", "楼上卫生间防水老化，楼下厨房顶棚反复渗水、墙皮脱落，双方对维修和赔偿金额谈不拢。",
        ("演示王秀兰", "19900020001"), ("演示李国强", "19900020002"), 21,
        (TAKEN, ("session", "到现场看了漏点，请物业估了修缮价：防水1800元、墙面600元。楼上愿修防水，不愿赔墙面。"),
         ("session", "社区法律顾问说明相邻关系的规定，双方同意各让一步。"),
         ("settle", "一、楼上住户于十日内重做卫生间防水，费用自理；二、楼上住户一次性补偿楼下墙面修缮款400元；三、修好后双方共同验看。")),
        visit=9,
    ),
    Tale(
        "neighbours", "high", "遛狗不拴绳吓哭孩子，两家多次争吵", "一方养大型犬早晚不拴绳，另一方孩子被吓哭后双方在单元门口推搡，微信群里互相指责。",
        ("演示赵敏", "19900020003"), ("演示孙志刚", "19900020004"), 6,
        (TAKEN, ("session", "单独谈话，双方情绪激动；养犬人承认没有拴绳，未办养犬登记。已请社区民警一同上门。")),
    ),
    Tale(
        "labour", "high", "装修队拖欠三名工人两个月工资", "沿街门店装修完工后，包工头以尾款未结为由拖欠三名工人工资共2.7万元，工人在门店门口聚集。",
        ("演示陈大伟", "19900020005"), ("演示某装饰工程队", ""), 12,
        (TAKEN, ("session", "包工头认账，称店主尾款未付；店主称有两处质量问题未整改。"), (UP, "涉及工人人数多、金额大，网格和社区没有劳动监察职权，报请社区、街道协调。"), (UP, "需劳动监察和司法所一并到场。")),
    ),
    Tale(
        "labour", "medium", "家政服务员与雇主为误工费争执", "家政服务员称雇主临时取消服务一周未付误工费，雇主称提前通知过。",
        ("演示周桂芳", "19900020006"), ("演示吴先生", "19900020007"), 30,
        (TAKEN, ("session", "核对聊天记录，双方对通知时间各执一词。"), ("fail", "双方差距过大，告知可向劳动人事争议仲裁或人民法院主张权利，并给了12348法律援助热线。")),
    ),
    Tale(
        "property", "medium", "物业停车费涨价，业主集体拒交", "地面车位由每月80元涨到150元，二十余户业主认为没有征求意见，拒交并堵过一次大门。",
        ("演示业主代表刘芳", "19900020008"), ("演示某物业服务公司", ""), 18,
        (TAKEN, ("session", "物业出示成本测算，业主代表要求公示公共收益。"), (UP, "涉及全小区业主，网格难以协调，报社区党委牵头召开议事会。")),
    ),
    Tale(
        "property", "low", "楼道灯长期不亮，业主拒交物业费", "三单元楼道灯三个月不亮，业主以此拒交物业费，物业要起诉。",
        ("演示马玉梅", "19900020009"), ("演示某物业服务公司", ""), 40,
        (TAKEN, ("settle", "一、物业三日内修复楼道灯；二、业主在灯修好后一周内交清所欠物业费；三、双方互不追究滞纳金。"), ("visit", "回访：灯已修好，业主已交费。")),
        visit=-2,
    ),
    Tale(
        "family", "medium", "三兄妹为老人赡养轮流照料起争执", "老人八十二岁，三名子女对轮流照料时间和费用分摊意见不一，老人到社区哭诉。",
        ("演示韩建军", "19900020010"), ("演示韩丽", "19900020011"), 25,
        (TAKEN, ("session", "三子女到齐，老人表示愿住大儿子家。"), ("settle", "一、老人随大儿子居住；二、另两名子女每人每月付赡养费600元；三、周末轮流看望。")),
        visit=0,
        source="visit",
    ),
    Tale(
        "family", "high", "夫妻争吵升级，邻居担心出事", "夫妻因打牌输钱多次深夜争吵、摔东西，邻居反映孩子被吓得不敢回家。",
        ("演示何某", ""), ("演示胡某", ""), 4,
        (("watch", "双方暂时分开居住，妇联已上门谈话，列为重点关注，每周上门一次。"),),
        visit=1,
    ),
    Tale(
        "neighbours", "low", "楼道堆放杂物堵住邻居家门", "一户在楼道堆放纸箱和旧家具，挡住对门出入，对门老人差点绊倒。",
        ("演示郭凤英", "19900020012"), ("演示冯老太", "19900020013"), 50,
        (TAKEN, ("settle", "当场清走杂物，承诺不再堆放。"), ("visit", "回访：楼道保持畅通。"), ("reopen", "又堆上了，两家在楼道里吵了起来。")),
    ),
    Tale(
        "neighbours", "low", "广场舞音响太大，影响学生写作业", "晚上七点到九点半楼下广场舞音响声音大，家长多次交涉无果。",
        ("演示家长代表许静", "19900020014"), ("演示舞队领队", "19900020015"), 2,
        (TAKEN,),
    ),
    Tale(
        "other", "medium", "沿街饭店油烟直排，与楼上住户争吵", "饭店油烟管道通到二楼窗下，住户不敢开窗，双方在店门口争吵。",
        ("演示住户曹丽", "19900020016"), ("演示小吃店店主", "19900020017"), 1,
    ),
    Tale(
        "other", "low", "快递代收点丢件，赔偿谈不拢", "居民称代收点丢了价值260元的快件，代收点只愿赔50元。",
        ("演示彭超", "19900020018"), ("演示代收点", ""), 15,
        (TAKEN, ("settle", "代收点赔偿180元，当场付清。")),
        visit=12,
    ),
)  # fmt: skip


def build_disputes(now: datetime) -> int:
    """Enter and mediate the disputes of the demo; returns how many."""
    cast = gather_cast()
    grids = list(Grid.objects.filter(code__startswith=JIANZHONG, level=Grid.Level.GRID).order_by("code"))
    with translation.override("zh-hans"):
        rows = [_tell(cast, tale, grids[n * 7 % len(grids)], now) for n, tale in enumerate(TALES)]
        if (dispute := _from_case(cast, now)) is not None:
            rows.append(dispute)
    Dispute.objects.filter(pk__in=[row.pk for row in rows]).update(is_demo=True)
    return len(rows)


def _tell(cast: Cast, tale: Tale, grid: Grid, now: datetime) -> Dispute:
    leader, at = cast.leader_of(grid.code), now - timedelta(days=tale.days)
    sides = [_party("first", *tale.first, grid), _party("second", *tale.second, grid)]
    new = NewDispute(tale.kind, tale.risk, tale.title, tale.text, sides, source=tale.source, grid=grid)
    dispute = enter(new, actor=leader, now=at)
    pace = timedelta(days=tale.days) / (len(tale.steps) + 1)
    for number, (name, words) in enumerate(tale.steps, 1):
        dispute = _step(cast, dispute, name, words, at + pace * number, tale)
    if dispute.next_visit_on:
        # chosen against today, so that the demo always has visits that are due and visits to come
        visit = timezone.localdate(now) + timedelta(days=tale.visit)
        Dispute.objects.filter(pk=dispute.pk).update(next_visit_on=visit)
    return dispute


def _step(cast: Cast, dispute: Dispute, name: str, words: str, at: datetime, tale: Tale) -> Dispute:
    actor = _actor(cast, dispute)
    more = {"place": ROOM, "present": PRESENT} if name == "session" else {}
    given = Given(
        text=words,
        mediator=actor if name == "name_mediator" else None,
        happened_at=at,
        is_kept=True if name == "visit" else None,
        next_visit_on=timezone.localdate(at) + timedelta(days=30) if name in ("settle", "watch") else None,
        **more,
    )
    return act(dispute.pk, name, actor=actor, now=at, given=given)


def _actor(cast: Cast, dispute: Dispute) -> User:
    """Who is in charge of the level that mediates."""
    return cast.leader_of(dispute.grid_code[: 9 + 3 * (dispute.level - Grid.Level.STREET)])


def _party(side: str, name: str, phone: str, grid: Grid) -> NewParty:
    is_unit = any(mark in name for mark in ("公司", "工程队", "代收点"))
    address = f"{grid.name}{3 if side == 'first' else 5}号楼2单元{'301' if side == 'first' else '401'}"
    return NewParty(side, name, kind="organization" if is_unit else "resident", phone=phone, address=address)


def _from_case(cast: Cast, now: datetime) -> Dispute | None:
    """The quarrel among the open tasks of the demo's grid leader becomes a dispute of its own."""
    rows = Incident.objects.open().filter(is_demo=True, grid_code__startswith=HOME, category__name="邻里矛盾")
    case = rows.select_related("grid").order_by("-id").first()
    if case is None:
        return None
    sides = [NewParty("first", "演示郑女士", phone="19900020021"), NewParty("second", "演示楼上住户")]
    new = NewDispute("neighbours", "low", "楼上漏水引起的赔偿争吵", case.text, sides, incident=case)
    leader = cast.leaders[HOME]
    dispute = enter(new, actor=leader, now=now - timedelta(minutes=50))
    given = Given(mediator=leader, text="今晚七点到现场看。")
    return act(dispute.pk, "name_mediator", actor=leader, now=now - timedelta(minutes=45), given=given)
