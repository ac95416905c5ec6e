"""Applications of the demo: some granted, some waiting, one refused, one appeal; made by the functions of the pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone, translation

from accounts.errors import NotNow
from accounts.models import User
from incidents import applications
from incidents.application_rules import morning_of, reviewer_of
from incidents.models import Application, Incident
from incidents.people import handlers, holders
from incidents.states import State

STREET: Final = "410103008"
Kind = Application.Kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """One application: what, why, for how long, and what became of it."""

    kind: Kind
    reason: str
    days: int = 0
    result: str = ""
    words: str = ""


WANTED: Final = (
    Wanted(
        Kind.SUSPENSION,
        "主管线改造由区市政工程统一施工，已列入本季度计划，开挖许可待批，期间每周巡查一次。",
        75,
        "approved",
        "书面说明和计划已核，属工程性问题，同意挂账。",
    ),
    Wanted(
        Kind.SUSPENSION,
        "树木移植须待休眠期，园林部门建议十二月下旬后实施，现场已围护。",
        40,
        "approved",
        "季节性问题，同意挂账，围护每周复查。",
    ),
    Wanted(
        Kind.DEFERRAL,
        "当事人外出未归，约定下周三到社区当面处理，物业已张贴告知。",
        5,
        "approved",
        "同意缓办至约定日期。",
    ),
    Wanted(
        Kind.EXTENSION,
        "配件已下单，厂家承诺明日到货，今日已临时加固。",
        0,
        "approved",
        "情况属实，同意延期一次。",
    ),
    Wanted(
        Kind.EXTENSION,
        "商户正在补办手续，申请延长时限。",
        0,
        "rejected",
        "不属客观原因，请按时限办理。",
    ),
    Wanted(Kind.EXTENSION, "涉及三家产权单位，协调会定于明日上午召开，现场已设警示。"),
    Wanted(Kind.SUSPENSION, "楼顶防水维修需动用维修资金，业主表决期三十天，已公示。", 60),
    Wanted(Kind.DEFERRAL, "连续降雨无法施工，气象预报三日后转晴。", 4),
)
APPEAL: Final = Wanted(Kind.APPEAL, "派遣时地址有误，单位两次到场未找到，更正地址后两小时内办结，申请不计超时。")


def build_applications(now: datetime) -> int:
    """Apply for open cases of the street and decide some of them; how many applications there are."""
    with translation.override("zh-hans"):
        cases = _open_cases(now)
        made = sum(_apply(next(cases, None), wanted, now) for wanted in WANTED)
        late = Incident.objects.filter(
            grid_code__startswith=STREET, was_overdue=True, handler_organization__isnull=False
        )
        return made + any(_apply(case, APPEAL, now) for case in late.order_by("-pk")[:20])


def _open_cases(now: datetime) -> Iterator[Incident]:
    """Cases with a unit, in time, oldest first; each is used once."""
    rows = Incident.objects.filter(grid_code__startswith=STREET, due_at__gt=now, handler_organization__isnull=False)
    at_work = (State.DISPATCHED, State.HANDLING)
    yield from rows.filter(state__in=at_work).select_related("handler_organization").order_by("-due_at", "pk")[:30]


def _apply(case: Incident | None, wanted: Wanted, now: datetime) -> bool:
    """Whether the case's unit could apply; what was wanted is decided by the first who may."""
    applicant = _first(handlers(case, now=now)) if case else None
    if case is None or applicant is None:
        return False
    until = morning_of(timezone.localdate(now) + timedelta(days=wanted.days)) if wanted.days else None
    try:
        row = applications.apply(case.pk, wanted.kind, actor=applicant, now=now, reason=wanted.reason, until=until)
    except NotNow:
        return False
    able = _first(holders(reviewer_of(row), case.grid_code, now=now, leaders=False).exclude(pk=applicant.pk))
    if wanted.result and able:
        applications.review(row.pk, result=wanted.result, reason=wanted.words, actor=able, now=now)
    return True


def _first(people: QuerySet[User]) -> User | None:
    return people.order_by("pk").first()
