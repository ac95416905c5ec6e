"""Deliberation of the demo: the forums of the press, eight months of meetings, what came of them, and what waits today.

History is written in bulk, its decisions led to closed cases of the same community; what is of today goes through the
business functions.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from django.utils import timezone, translation

from accounts.models import User
from grid.demo.divisions import JIANZHONG
from grid.models import Grid
from incidents.demo.cast import Cast, gather_cast
from incidents.models import Incident
from incidents.states import State
from partybuilding import meetings, opinions, resolution_children, resolutions, topics
from partybuilding.demo.council_texts import EACH, FORUMS, OPINIONS, POOL, TOPICS, Plot
from partybuilding.forums import next_day
from partybuilding.models import (
    Alliance,
    DeputyOpinion,
    Forum,
    ForumMeeting,
    MeetingGuest,
    PartyStep,
    Resolution,
    Topic,
)

SEED: Final = 20261124
MONTHS: Final = timedelta(days=244)
ROLES: Final = ("居民代表", "楼栋长", "物业负责人", "社区民警", "共建单位代表")
OF_THEMSELVES: Final = frozenset(talk for name in ("care", "party", "work") for talk in TOPICS[name])
"""What was decided on these is no matter for a case: it was made known, and done by those who sat there."""
Json = dict[str, Any]


Case = tuple[datetime, int, str, datetime]
"""When it came in, its key, its number, when it was closed."""


@dataclass
class Book:
    """What is collected before it is written, and what it is made from."""

    random: Random
    cast: Cast
    now: datetime
    cases: dict[str, list[Case]] = field(default_factory=dict)
    meetings: list[ForumMeeting] = field(default_factory=list)
    topics: list[Topic] = field(default_factory=list)
    decisions: list[Resolution] = field(default_factory=list)
    guests: list[MeetingGuest] = field(default_factory=list)
    ways: list[tuple[Any, User, list[tuple[str, Any]]]] = field(default_factory=list)

    def key(self) -> UUID:
        """An id that is the same in every load."""
        return UUID(int=self.random.getrandbits(128), version=4)

    def case_after(self, code: str, moment: datetime) -> Case | None:
        """A closed case of the community that came in soon after the meeting; each is given once."""
        waiting = self.cases.get(code[:12], [])
        first = bisect_right(waiting, moment, key=lambda case: case[0])
        if first == len(waiting) or waiting[first][0] > moment + timedelta(days=20):
            return None
        return waiting.pop(first)


def build_councils(now: datetime) -> int:
    """Fill the forums of the street. Returns the number of meetings."""
    book = Book(Random(SEED), gather_cast(), now, _closed_cases())
    with translation.override("zh-hans"):
        for plot in FORUMS:
            for grid in _grids_of(book, plot):
                _history(book, plot, _forum(plot, grid))
        _finish(book)
        _today(book)
        _opinions(book)
    for model in (Forum, ForumMeeting, Topic, Resolution, DeputyOpinion):
        model._default_manager.update(is_demo=True)
    return ForumMeeting.objects.count()


def _closed_cases() -> dict[str, list[Case]]:
    rows = Incident.objects.filter(grid_code__startswith=JIANZHONG, state=State.CLOSED, resolutions=None)
    columns = ("grid_code", "reported_at", "pk", "number", "closed_at")
    found: dict[str, list[Case]] = defaultdict(list)
    for code, *case in rows.order_by("reported_at", "pk").values_list(*columns):
        found[code[:12]].append(tuple(case))
    return found


def _grids_of(book: Book, plot: Plot) -> list[Grid]:
    rows = Grid.objects.current(timezone.localdate()).defer("boundary")
    if plot.codes == (EACH,):
        street = rows.filter(code__startswith=JIANZHONG, level=Grid.Level.COMMUNITY, kind="territorial")
        return list(street.order_by("code"))
    by_code = rows.in_bulk(plot.codes, field_name="code")
    led = [code for code in plot.codes if any(code[:n] in book.cast.leaders for n in (12, 9))]
    return [by_code[code] for code in led if code in by_code][:1]


def _forum(plot: Plot, grid: Grid) -> Forum:
    alliances = Alliance.objects.filter(kind=plot.alliance, grid_code__startswith=JIANZHONG) if plot.alliance else None
    return Forum.objects.create(
        grid=grid,
        grid_code=grid.code,
        name=plot.name,
        kind=plot.kind,
        venue=plot.venue,
        rhythm=plot.rhythm,
        every_days=plot.every,
        child_days=7,
        alliance=alliances.order_by("pk").first() if alliances is not None else None,
    )


# --- eight months -----------------------------------------------------------------------------------------------------


def _history(book: Book, plot: Plot, forum: Forum) -> None:
    """Meetings by the rhythm, each with one or two topics and what was decided on them."""
    talks = [talk for name in plot.topics for talk in TOPICS[name]]
    count = int(MONTHS.days / plot.every)
    for number in range(count):
        begins = book.now - MONTHS + timedelta(days=plot.every * number + book.random.randrange(3))
        if begins > book.now - timedelta(days=12):
            break
        chosen = [talks[(2 * number + n) % len(talks)] for n in range(2 if plot.name != "专题部署推进会" else 1)]
        _held(book, plot, forum, _at(begins, 15 if plot.name != "书南夜话" else 19), chosen)


def _held(book: Book, plot: Plot, forum: Forum, begins: datetime, talks: list[Any]) -> None:
    leader, place = _leader(book, forum.grid_code), {"grid_id": forum.grid_id, "grid_code": forum.grid_code}
    lines = [f"{n}. {title}：{said}议定：{decided}。" for n, (title, _p, said, decided, _o) in enumerate(talks, 1)]
    day = timezone.localtime(begins)
    meeting = ForumMeeting(
        forum=forum,
        title=f"{forum.name}（{day.year}年{day.month}月{day.day}日）",
        starts_at=begins,
        place=forum.venue,
        chair=plot.chair,
        residents=book.random.randrange(8, 36),
        minutes="\n".join(lines),
        status="held",
        held_at=begins + timedelta(hours=2),
        by=leader,
        at=begins - timedelta(days=4),
        client_id=book.key(),
        version=2,
        **place,
    )
    book.meetings.append(meeting)
    book.guests += [
        MeetingGuest(meeting=meeting, role=role, presence="present" if book.random.random() < 0.92 else "absent")
        for role in book.random.sample(ROLES, 3)
    ]
    book.ways.append((meeting, leader, [("planned", meeting.at), ("held", meeting.held_at)]))
    for position, talk in enumerate(talks, 1):
        _talked(book, meeting, talk, position, leader, place)


def _talked(book: Book, meeting: ForumMeeting, talk: Any, position: int, leader: User, place: Json) -> None:
    title, principle, said, decided, owner = talk
    begins = meeting.starts_at
    topic = Topic(
        title=title,
        principle=principle,
        opinion=said,
        raised_by="居民代表",
        meeting=meeting,
        position=position,
        by=leader,
        at=begins - timedelta(days=5),
        client_id=book.key(),
        **place,
    )
    book.topics.append(topic)
    case = None if talk in OF_THEMSELVES else book.case_after(meeting.grid_code, begins)
    ended = case[3] if case else begins + timedelta(days=book.random.randrange(4, 11))
    row = Resolution(
        topic=topic,
        text=decided,
        owner=owner,
        due_on=timezone.localdate(begins) + timedelta(days=14),
        child="incident" if case else "notice" if talk in OF_THEMSELVES else "",
        incident_id=case[1] if case else None,
        status="done",
        decided_at=begins,
        ended_at=ended,
        result=f"案件 {case[2]} 已结案。" if case else "已按议定办结，居民认可。",
        by=leader,
        client_id=book.key(),
        version=2,
        **place,
    )
    book.decisions.append(row)
    book.ways.append((row, leader, [("open", begins), ("done", ended)]))


def _finish(book: Book) -> None:
    """Write what was collected, and then its record, which names the rows by their keys."""
    ForumMeeting.objects.bulk_create(book.meetings)
    Topic.objects.bulk_create(book.topics)
    Resolution.objects.bulk_create(book.decisions)
    MeetingGuest.objects.bulk_create(book.guests)
    PartyStep.objects.bulk_create(step for row, by, way in book.ways for step in _steps(row, by, way))


def _steps(row: Any, by: User, way: list[tuple[str, Any]]) -> Iterator[PartyStep]:
    before = ""
    for after, at in way:
        yield PartyStep(subject=row._meta.model_name, subject_id=row.pk, before=before, after=after, by=by, at=at)
        before = after


# --- today ------------------------------------------------------------------------------------------------------------


def _today(book: Book) -> None:
    """One meeting begun this morning that hears of the last one's decisions; next ones planned; topics in the pool."""
    forum = Forum.objects.filter(grid_code=f"{JIANZHONG}001", kind="council").order_by("pk").first()
    if forum is None:
        return
    leader = _leader(book, forum.grid_code)
    earlier = _begun(book, forum, leader, _at(book.now - timedelta(days=10), 15), "order", hold=True)
    _leave_open(book, earlier, leader)
    _begun(book, forum, leader, _hour_ago(book.now), "home", hold=False)
    for title, principle, who in POOL:
        new = topics.NewTopic(book.key(), title, principle, raised_by=who)
        topics.raise_topic(new, grid=forum.grid, actor=leader, now=book.now - timedelta(days=1))
    for other in Forum.objects.select_related("grid").defer("grid__boundary").order_by("pk"):
        _plan_next(book, other)


def _plan_next(book: Book, forum: Forum) -> None:
    last = forum.meetings.order_by("-starts_at").first()
    begins = timezone.localdate(last.starts_at) if last else timezone.localdate(book.now)
    day = max(next_day(forum, begins) or begins, timezone.localdate(book.now) + timedelta(days=2))
    at = datetime.combine(day, time(15), timezone.get_default_timezone())
    new = meetings.NewMeeting(f"{forum.name}（{day.year}年{day.month}月{day.day}日）", at, forum.venue)
    meetings.plan_meeting(new, forum=forum, client_id=book.key(), actor=_leader(book, forum.grid_code), now=book.now)


def _begun(book: Book, forum: Forum, leader: User, begins: datetime, name: str, *, hold: bool) -> ForumMeeting:
    earlier = begins - timedelta(days=3)
    day = timezone.localtime(begins)
    new = meetings.NewMeeting(f"{forum.name}（{day.month}月{day.day}日）", begins, forum.venue, "社区党组织书记")
    given: Json = {"actor": leader, "now": earlier}
    meeting, _made = meetings.plan_meeting(new, forum=forum, client_id=book.key(), **given)
    made = [
        topics.raise_topic(topics.NewTopic(book.key(), title, principle, said, "居民代表"), grid=forum.grid, **given)[0]
        for title, principle, said, _decided, _owner in TOPICS[name][:3]
    ]
    topics.put_on_agenda(meeting, made, actor=leader)
    for role in ROLES[:4]:
        meetings.invite(meeting, meetings.NewGuest(role=role), **given)
    if hold:
        marks = dict.fromkeys(meeting.guests.values_list("pk", flat=True), "present")
        meetings.note_presence(meeting, marks, actor=leader, now=begins + timedelta(hours=1))
        ended: Json = {"residents": 23, "version": None, "actor": leader, "now": begins + timedelta(hours=2)}
        meetings.hold(meeting, minutes="三项议题逐一讨论，均已议定责任方和期限。", **ended)
    return meeting


def _leave_open(book: Book, meeting: ForumMeeting, leader: User) -> None:
    """Three decisions of ten days ago: a case under way, one past its day, one that led to nothing yet."""
    moment = meeting.starts_at + timedelta(hours=1)
    given: Json = {"actor": leader, "now": moment}
    days = (20, 7, 25)
    rows = []
    for topic, talk, due in zip(meetings.agenda_of(meeting), TOPICS["order"], days, strict=False):
        new = resolutions.NewResolution(
            book.key(),
            talk[3],
            timezone.localdate(moment) + timedelta(days=due),
            talk[4],
            book.cast.unit(JIANZHONG, "municipal"),
        )
        rows.append(resolutions.decide(topic, new, **given)[0])
    resolution_children.lead_to_incident(rows[0], actor=leader, now=moment)
    resolutions.follow_up(rows[1], "已联系施工单位，等待配件。", actor=leader, now=book.now - timedelta(days=2))


def _opinions(book: Book) -> None:
    """Five opinions, answered and all satisfied; one more came in this morning."""
    streets = Grid.objects.filter(code__startswith=JIANZHONG, level=Grid.Level.COMMUNITY).order_by("code")
    grids = list(streets.defer("boundary")[:5])
    for number, (body, name, text, answer) in enumerate(OPINIONS):
        grid, at = grids[number % len(grids)], book.now - timedelta(days=70 - 12 * number)
        leader = _leader(book, grid.code)
        new = opinions.NewOpinion(book.key(), body, name, text, due_on=timezone.localdate(at) + timedelta(days=30))
        row, _made = opinions.collect(new, grid=grid, actor=leader, now=at)
        told: Json = {"version": None, "actor": leader}
        opinions.answer(row, text=answer, now=at + timedelta(days=9), **told)
        opinions.rate(row, satisfaction="satisfied", now=at + timedelta(days=11), **told)
    new = opinions.NewOpinion(book.key(), "congress", "孙代表", "建议在地铁口增设共享单车停放区。")
    opinions.collect(new, grid=grids[0], actor=_leader(book, grids[0].code), now=book.now - timedelta(hours=3))


def _leader(book: Book, code: str) -> User:
    return book.cast.leader_of(code)


def _at(moment: datetime, hour: int) -> datetime:
    return datetime.combine(timezone.localdate(moment), time(hour), timezone.get_default_timezone())


def _hour_ago(now: datetime) -> datetime:
    return (now - timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
