"""Reports of the demo street on their way, and a week of dispatch meetings with what they decided."""

from datetime import datetime, time, timedelta
from typing import Final

from django.utils import translation

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.models import Grid, Post
from grid.posts import PostKind
from reports import editing, finished, meetings, signing
from reports.meetings import NewDecision, NewMeeting
from reports.models import Decision, Meeting, Report
from reports.periods import at_time, local_day, period_of, previous_period
from reports.writing import write

RHYTHMS: Final = (("weekly", 3), ("monthly", 2), ("quarterly", 1))
"""Kinds and how many of the newest finished periods are written."""
MEETING_DAYS: Final = 7
TAKEN_OVER: Final = 2
"""Proposals of each daily report that its meeting takes over."""
CHAIR: Final = "街道党工委书记"
PRESENT: Final = "值班长、受理员、派遣员、督查员，各社区网格长，派出所、综合行政执法中队、市政设施养护队、环卫所负责人"
MINUTES: Final = (
    "通报当日事件办理情况，逐件过超期案件，明确责任单位、完成时限；强调接件不过夜、处置要到场、反馈要有照片。"
)
# days ago, words, unit (code of the street's organization) or the owner in words, days to do it, how it ended ("" open)
DECISIONS: Final = (
    (6, "对建中街小学周边早高峰乱停车组织一周错时管控", "traffic", 3, "已安排警力定点值守，早高峰秩序明显好转"),
    (5, "对辖区临街餐饮油烟净化设施逐户检查，建立一店一档", "environment", 2, ""),
    (5, "更换中天广场南侧破损井盖2处，完成前设置围挡", "municipal", 2, "两处井盖均已更换，围挡已撤除"),
    (4, "飞线充电反复的三个小区由社区会同物业增设集中充电点", "各社区网格长", 7, ""),
    (3, "对夜间施工噪声重复投诉点位开展联合夜查", "enforcement", 1, ""),
    (2, "冬季供暖首周，热力服务站每日向运行中心报送停暖点位", "heat", 5, ""),
    (1, "梳理本周退回两次以上的案件，明确主责单位", "值班长", 2, ""),
)
JOINT: Final = ("协调解决金水河沿线绿化带占用问题", "garden", 10)
ADDED: Final = "会后由运行中心逐条跟踪，办结情况在次日调度会上通报。"


def build_meetings(now: datetime) -> int:
    """Longer reports, a week of meetings, and every report of the street some steps on its way; how many decisions."""
    street = Grid.objects.get(code=JIANZHONG)
    with translation.override("zh-hans"):
        _write_rhythms(street, now)
        daily = Report.objects.filter(kind="daily", grid=street).order_by("-period_start")
        for report in reversed(daily[:MEETING_DAYS]):
            _hold(report, now)
        _hold_joint(street, now)
        _send_on_their_way(street, now)
    return Decision.objects.count()


def _holder(kind: str, grid: Grid) -> User:
    return Post.objects.filter(kind=kind, grid=grid).order_by("pk")[0].user


def _write_rhythms(street: Grid, now: datetime) -> None:
    """The longer reports of the street that have ended, as beat would have written them."""
    for kind, count in RHYTHMS:
        period = period_of(kind, local_day(now))
        for _n in range(count):
            period = previous_period(kind, period)
            write(kind, street, period, now=now)


def _hold(report: Report, now: datetime) -> None:
    """The meeting of the morning after: proposals taken over, own decisions, and what was done since."""
    writer = _holder(PostKind.SHIFT_LEADER, report.grid)
    morning = min(at_time(report.period_end + timedelta(days=1), time(8, 30)), now)
    new = NewMeeting("dispatch", report.period_end + timedelta(days=1), CHAIR, PRESENT, MINUTES)
    meetings.hold(report.grid, new, actor=writer, now=now, report=report)
    taken = min(TAKEN_OVER, len(report.snapshot["matters"]))
    made = [meetings.take_over(report, n, actor=writer, now=morning) for n in range(taken)]
    ago = (local_day(now) - report.period_end).days
    for days, text, owner, span, result in DECISIONS:
        if days == ago:
            decision = _decide(meetings.meetings_on(report).get(), text, owner, span, morning, writer)
            if result:
                _finish(decision, result, now)
    for decision in made:
        if ago > meetings.DAYS_FOR_A_PROPOSAL:  # those of the last days are still in hand
            _finish(decision, "已逐件核实，责任单位按要求办理完毕", now)


def _decide(meeting: Meeting, text: str, owner: str, span: int, now: datetime, writer: User) -> Decision:
    unit = meetings.units_of(meeting.grid_code).filter(code=owner).first()
    due_on = meeting.held_on + timedelta(days=span)
    new = NewDecision(text, "" if unit else owner, organization=unit, due_on=due_on)
    return meetings.decide(meeting, new, actor=writer, now=now)


def _finish(decision: Decision, result: str, now: datetime) -> None:
    writer = _holder(PostKind.SHIFT_LEADER, decision.meeting.grid)
    meetings.finish(decision, result, actor=writer, now=min(decision.decided_at + timedelta(days=1, hours=7), now))


def _hold_joint(street: Grid, now: datetime) -> None:
    """A joint meeting of five days ago."""
    writer, day = _holder(PostKind.SHIFT_LEADER, street), local_day(now) - timedelta(days=5)
    new = NewMeeting("joint", day, CHAIR, "街道党工委、区直有关部门、沿线三个社区", "研究金水河沿线共治事项。")
    meeting = meetings.hold(street, new, actor=writer, now=now)
    text, owner, span = JOINT
    _decide(meeting, text, owner, span, at_time(day, time(15)), writer)


def _send_on_their_way(street: Grid, now: datetime) -> None:
    """The newest report of each kind is a draft, the one before is checked, then signed, all older ones are sent."""
    checker, signer = _holder(PostKind.SHIFT_LEADER, street), _holder(PostKind.STREET_SECRETARY, street)
    for kind in ("daily", "weekly", "monthly"):
        for age, report in enumerate(Report.objects.filter(kind=kind, grid=street).order_by("-period_start")):
            _advance(report, age, checker, signer, now)


def _advance(report: Report, age: int, checker: User, signer: User, now: datetime) -> None:
    start = at_time(report.period_end + timedelta(days=1), time(9))
    moments = [min(start + timedelta(minutes=20 * n), now) for n in range(4)]
    paper = finished.paper_of(report)
    if age == 1:
        paper = editing.edit(paper, _with_a_sentence(report), actor=checker, now=moments[0])
    if age >= 1:
        paper = signing.take(paper, "check", actor=checker, now=moments[1])
    if age >= 2:
        paper = signing.take(paper, "sign", actor=signer, now=moments[2])
    if age >= 3:
        signing.send(paper, signing.first_sending(report), actor=signer, now=moments[3])


def _with_a_sentence(report: Report) -> list[editing.Section]:
    """The text with one more sentence at the end of its last section, as somebody would add it."""
    sections = editing.sections_of(report.snapshot["text"])
    last = sections[-1]
    return [*sections[:-1], editing.Section(last.heading, f"{last.body}\n{ADDED}", last.key)]
