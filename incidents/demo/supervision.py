"""Supervision of the demo street: cases sent round by units, one that waits for arbitration, notices in every state."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from django.utils import translation

from accounts.errors import NotNow
from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.models import Compound
from grid.posts import PostKind
from incidents import supervision, supervision_rules
from incidents.clocks import Limit
from incidents.demo.cast import Cast, gather_cast
from incidents.demo.pictures import sample_picture
from incidents.intake import NewIncident, report_incident
from incidents.lifecycle import perform
from incidents.models import Category, Incident, Supervision
from incidents.models.incident import Source
from incidents.people import handlers
from incidents.states import WITH_HANDLER
from incidents.worktime import TimeUnit


@dataclass(frozen=True, slots=True)
class Round:
    """A case that units sent round: (unit, why it returned it), and who took it in the end ("" is nobody yet)."""

    category: str
    text: str
    days: float
    returns: tuple[tuple[str, str], ...]
    taker: str = ""


ROUNDS: Final = (
    Round(
        "油烟污染",
        "{place}东侧临街餐馆油烟直排，居民反映多次，晚饭时段不敢开窗。",
        2.2,
        (
            ("enforcement", "油烟监测数据应由生态环境部门出具，本中队无检测资质，建议转生态环境工作站。"),
            ("environment", "该店无独立烟道，属规划经营许可问题，且查处权限在综合行政执法中队。"),
            ("enforcement", "店铺证照由市场监管所核发，未取得许可应由市场监管所先行查处。"),
        ),
    ),
    Round(
        "无照经营游商",
        "{place}北门早市摊贩占道，堵住消防通道。",
        3.1,
        (
            ("market", "流动摊贩占道属综合行政执法中队职责，本所只管证照。"),
            ("enforcement", "摊贩已固定经营半年，属无照经营，请市场监管所先行取缔。"),
        ),
        "enforcement",
    ),
    Round(
        "施工扰民",
        "{place}南侧工地夜里十一点还在浇筑，噪声很大。",
        1.6,
        (
            ("environment", "夜间施工许可由行政执法部门审批，请转综合行政执法中队核查。"),
            ("police", "建筑施工噪声不属治安管理范围，请转生态环境工作站。"),
        ),
        "environment",
    ),
    Round(
        "架空线缆损坏",
        "{place}2号楼西侧弱电线缆垂落到人行道上，孩子跑过会绊倒。",
        0.4,
        (("power", "现场查看为通信弱电线缆，非供电线路，请转市政设施养护队协调运营商。"),),
        "municipal",
    ),
    Round(
        "店外经营",
        "{place}门前烧烤店桌椅摆到盲道上，夜里吵到凌晨。",
        4.0,
        (("police", "店外经营由综合行政执法中队查处，本所已到场劝阻。"),),
        "enforcement",
    ),
)
"""The first one was returned three times and waits for arbitration."""

DEMANDS: Final = (
    "该件群众反映强烈，请今日内到场处置，明确责任人和完成时限，并书面回复。",
    "请核实反复投诉的原因，拿出根治措施，两个工作日内回复处置情况。",
    "该问题已列入街道周例会督办事项，请按期办结并附处置前后照片说明。",
    "临近重要活动，请加派力量处置，处置期间每日报告进展。",
    "请会同社区现场办公，与投诉人当面沟通后回复。",
)
REPLIES: Final = (
    "已到场处置，现场恢复原状，责任人张队长，后续每日巡查两次，确保不反弹。",
    "已约谈当事单位并限期整改，本周五前完成，期间安排专人值守。",
)
LIFTS: Final = ("经现场复核，问题已解决，投诉人满意。", "责任单位措施到位，按期办结，予以解除。")
URGINGS: Final = ("群众多次来电，请抓紧处置并反馈。", "剩余时间不多，请尽快办理。", "")
NOTICES: Final = (
    # (hours ago, time to reply, replies, is lifted)
    (26, Limit(Decimal(4), TimeUnit.URGENT_HOUR), False, False),
    (22, Limit(Decimal(2), TimeUnit.WORK_DAY), True, False),
    (30, Limit(Decimal(1), TimeUnit.WORK_DAY), True, True),
    (24, Limit(Decimal(1), TimeUnit.WORK_DAY), True, True),
    (1, Limit(Decimal(1), TimeUnit.WORK_DAY), False, False),
)


def build_supervision(now: datetime) -> int:
    """Play everything; how many notices and urgings there are."""
    with translation.override("zh-hans"):
        cast = gather_cast()
        places = Compound.objects.filter(grid__code__startswith=JIANZHONG, point__isnull=False).select_related("grid")
        for number, one in enumerate(ROUNDS):
            _play(cast, one, places.order_by("pk")[number * 7], now)
        cases = list(_cases())
        supervisor = User.objects.get(username="supervisor")
        _notices(cases, supervisor, now)
        _urgings(cases[len(NOTICES) :], supervisor, now)
        supervision_rules.write_due(now=now)
    return Supervision.objects.count()


def _play(cast: Cast, one: Round, place: Compound, now: datetime) -> None:
    at = now - timedelta(days=one.days)
    category = Category.objects.get(name=one.category, parent__isnull=False)
    operator, dispatcher = cast.at_desk(JIANZHONG, PostKind.OPERATOR), cast.at_desk(JIANZHONG, PostKind.DISPATCHER)
    new = NewIncident(
        text=one.text.format(place=place.name),
        source=Source.PATROL,
        compound=place,
        point=place.point,
        address=place.address,
        client_uuid=uuid5(NAMESPACE_URL, f"demo:round:{one.category}:{at}"),
    )
    pk = report_incident(new, actor=cast.leader_of(place.grid.code), now=at).pk
    Incident.objects.filter(pk=pk).update(is_demo=True)
    perform(pk, "file", actor=operator, now=at + timedelta(minutes=5), category=category)
    for turn, (code, reason) in enumerate(one.returns):
        unit = cast.unit(JIANZHONG, code)
        assert unit is not None
        sent = at + timedelta(minutes=12 + 60 * turn)
        perform(pk, "dispatch", actor=dispatcher, now=sent, organization=unit)
        seen = [sample_picture()] if turn % 2 == 0 else []
        returned = sent + timedelta(minutes=40)
        perform(pk, "return", actor=cast.handlers[unit.pk], now=returned, reason=reason, photos=seen)
    if one.taker:
        taker, sent = cast.unit(JIANZHONG, one.taker), at + timedelta(minutes=20 + 60 * len(one.returns))
        assert taker is not None
        perform(pk, "dispatch", actor=dispatcher, now=sent, organization=taker)
        perform(pk, "take", actor=cast.handlers[taker.pk], now=sent + timedelta(minutes=15))


def _cases() -> Iterable[Incident]:
    """Cases with a unit at work, oldest first."""
    rows = Incident.objects.filter(grid_code__startswith=JIANZHONG, state__in=WITH_HANDLER)
    return rows.filter(handler_organization__isnull=False).order_by("state_since", "pk")[: len(NOTICES) + len(URGINGS)]


def _notices(cases: list[Incident], supervisor: User, now: datetime) -> None:
    for number, (case, (hours, within, replies, lifts)) in enumerate(zip(cases, NOTICES, strict=False)):
        at = max(now - timedelta(hours=hours), case.state_since)
        notice = supervision.supervise(case.pk, actor=supervisor, now=at, text=DEMANDS[number], within=within)
        person = handlers(case, now=now).order_by("pk").first()
        if replies and person:
            supervision.reply(notice.pk, actor=person, now=at + (now - at) * 0.4, text=REPLIES[number % 2])
        if lifts:
            supervision.lift(notice.pk, actor=supervisor, now=at + (now - at) * 0.8, reason=LIFTS[number % 2])


def _urgings(cases: list[Incident], supervisor: User, now: datetime) -> None:
    for number, (case, words) in enumerate(zip(cases, URGINGS, strict=False)):
        try:
            supervision.urge(
                case.pk, actor=supervisor, now=max(now - timedelta(hours=2 + number), case.state_since), text=words
            )
        except NotNow:
            continue
