"""Assessments of the demo street: the last quarter final, last month open to objections, this month a draft."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import translation

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.models import Grid
from grid.posts import PostKind
from incidents.demo.cast import Cast, gather_cast
from reports.assessment import entries, method, objections, runs, schemes
from reports.models import Assessment, AssessmentEntry, Scheme
from reports.periods import Period, at_time, local_day

NINE = datetime.min.time().replace(hour=9)


def build_assessments(now: datetime) -> int:
    """Load the example schemes and run one of them three times; returns the number of runs."""
    cast, today = gather_cast(), local_day(now)
    grid = Grid.objects.get(code=JIANZHONG)
    editor = cast.at_desk(JIANZHONG, PostKind.SHIFT_LEADER)
    month = today.replace(day=1)
    with translation.override("zh-hans"):
        loaded = schemes.load_examples(grid, actor=editor)
        scheme = _with_rules(next(one for one in loaded if "金牛" in one.name), editor)
        method.of(grid, actor=editor)
        _quarter(cast, scheme, grid, _quarter_before(today))
        _last_month(cast, scheme, grid, Period(_first_before(month), month - timedelta(days=1)), now)
        runs.create(runs.NewRun(scheme, grid, Period(month, _end_of(month))), actor=editor, now=now)
    return Assessment.objects.count()


def _with_rules(scheme: Scheme, editor: User) -> Scheme:
    """The street adds what it rewards and what it takes points for."""
    items = list(scheme.items.values("label", "indicator", "mode", "points", "bar", "per_percent"))
    rules = [
        {"label": "提前发现重大隐患", "amount": Decimal(3), "most": Decimal(6)},
        {"label": "漏报、迟报重要情况", "amount": Decimal(-5), "most": Decimal(20)},
    ]
    grades = list(scheme.grades.values("name", "least"))
    head = {name: getattr(scheme, name) for name in schemes.HEAD}
    return schemes.change(scheme.pk, schemes.NewScheme(head, items, rules, grades), actor=editor)


def _quarter(cast: Cast, scheme: Scheme, grid: Grid, period: Period) -> None:
    """Final: a deduction was objected to, upheld and withdrawn."""
    day = period.last + timedelta(days=3)
    editor, secretary = cast.at_desk(JIANZHONG, PostKind.SHIFT_LEADER), cast.leader_of(JIANZHONG)
    row = runs.create(runs.NewRun(scheme, grid, period), actor=editor, now=at_time(day, NINE))
    if not _has_scores(row):
        return  # a demo of few days has no quarter
    first, second = [key for key in sorted(row.results["names"]) if key in cast.leaders][:2]
    _entry(row, second, "提前发现", "巡查发现地下车库燃气泄漏隐患，及时处置", "应急值班记录第12号", editor, day)
    wrong = _entry(row, first, "漏报", "迟报一起断水情况", "值班记录9月8日", editor, day)
    runs.publish(row.pk, version=None, actor=secretary, now=at_time(day, NINE))
    head, next_day = cast.leader_of(first), at_time(day + timedelta(days=1), NINE)
    words = "9月8日平台停机检修两小时，社区已电话报告，请核实。"
    raised = objections.raise_objection(row.pk, subject=first, text=words, actor=head, now=next_day)
    upheld, answered = objections.Upheld(entry=wrong.pk), next_day + timedelta(days=1)
    objections.uphold(raised.pk, upheld, text="停机属实，撤销扣分。", version=None, actor=secretary, now=answered)
    runs.finish(row.pk, version=None, actor=secretary, now=at_time(day + timedelta(days=8), NINE))


def _last_month(cast: Cast, scheme: Scheme, grid: Grid, period: Period, now: datetime) -> None:
    """Published two days ago, with an objection still open."""
    day = max(period.last + timedelta(days=1), local_day(now) - timedelta(days=2))
    editor, secretary = cast.at_desk(JIANZHONG, PostKind.SHIFT_LEADER), cast.leader_of(JIANZHONG)
    at = min(at_time(day, NINE), now)
    row = runs.create(runs.NewRun(scheme, grid, period), actor=editor, now=at)
    if not _has_scores(row):
        return
    last = max(key for key in row.results["names"] if key in cast.leaders)
    _entry(row, last, "漏报", "漏报一起沿街商户火情", "消防救援站通报第7号", editor, day)
    runs.publish(row.pk, version=None, actor=secretary, now=at)
    text = "该商户位于相邻社区，请核实点位后撤销扣分。"
    objections.raise_objection(
        row.pk, subject=last, text=text, actor=cast.leader_of(last), now=min(at + timedelta(days=1), now)
    )


def _entry(
    row: Assessment, subject: str, rule: str, reason: str, evidence: str, editor: User, day: date
) -> AssessmentEntry:
    found = row.scheme.rules.get(label__startswith=rule)
    new = entries.NewEntry(subject, found.amount, reason, rule=found, evidence=evidence)
    return entries.add(row.pk, new, actor=editor, now=at_time(day, NINE))


def _has_scores(row: Assessment) -> bool:
    return any(line["total"] is not None for line in row.results["lines"])


def _quarter_before(today: date) -> Period:
    first = today.replace(month=3 * ((today.month - 1) // 3) + 1, day=1)
    last = first - timedelta(days=1)
    return Period(last.replace(month=last.month - 2, day=1), last)


def _first_before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def _end_of(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
