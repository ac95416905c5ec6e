"""The minutes of a meeting of a forum (会议纪要): who came, what became of the last decisions, what was decided."""

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from partybuilding import meetings
from partybuilding.models import ForumMeeting, Resolution, Topic
from reports.documents.blocks import Block, Heading, Paragraph, Signature, Table, Title
from reports.documents.prose import date_text
from reports.party_papers.kind import PaperKind, issuer, words
from reports.words import listed, moment


def _rows(user: Any) -> QuerySet[ForumMeeting]:
    """Those that were held, and the planned ones, whose paper is the agenda."""
    rows: QuerySet[ForumMeeting] = ForumMeeting.objects.visible_to(user)
    return rows.exclude(status=ForumMeeting.Status.CALLED_OFF).select_related("forum", "grid").defer("grid__boundary")


def blocks(meeting: ForumMeeting, _name: str) -> Iterator[Block]:
    """Title, time and place, who came, what became of earlier decisions, topics, decisions, the minutes themselves."""
    own, is_held = words()["minutes"], meeting.status == ForumMeeting.Status.HELD
    yield Title(own["title" if is_held else "title_planned"].format(title=meeting.title))
    yield Paragraph(own["when"].format(when=moment(meeting.starts_at), place=meeting.place or "—"))
    yield Paragraph(own["forum"].format(forum=meeting.forum.name, grid=meeting.grid.name, chair=meeting.chair or "—"))
    if is_held:
        yield Paragraph(own["present"].format(people=_present(meeting) or "—"))
    yield from _followed(meeting, own)
    agenda = meetings.agenda_of(meeting)
    if agenda:
        yield Heading(1, own["heading_topics"])
        for topic in agenda:
            yield from _topic(topic, own)
    decided = [row for topic in agenda for row in topic.resolutions.all()]
    if decided:
        yield Table(
            own["header"], [_line(n, row) for n, row in enumerate(decided, 1)], own["table"], widths=own["widths"]
        )
    if meeting.minutes:
        yield Heading(1, own["heading_minutes"])
    for line in meeting.minutes.splitlines():
        if line.strip():
            yield Paragraph(line.strip())
    yield Signature(issuer(meeting.grid_code), _day(meeting))


def _present(meeting: ForumMeeting) -> str:
    """Accounts by name, members of the party by the surname alone, units, roles, and how many residents."""
    own = words()["minutes"]
    people = [guest.shown for guest in meetings.guests_of(meeting) if guest.presence == "present"]  # type: ignore[attr-defined]
    if meeting.residents:
        people.append(own["residents"].format(n=meeting.residents))
    return listed(people)


def _followed(meeting: ForumMeeting, own: Any) -> Iterator[Block]:
    """What the meeting heard of the decisions before it."""
    earlier = meetings.followed(meeting)
    if not earlier:
        return
    yield Heading(1, own["heading_followed"])
    rows = []
    for row in earlier:
        heard = listed([said.text for said in row.heard])  # type: ignore[attr-defined]
        rows.append((row.text, row.owner, date_text(row.due_on), heard or row.result or own["status"][row.status]))
    yield Table(own["followed"], rows, widths=(8, 4, 5, 6))


def _topic(topic: Topic, own: Any) -> Iterator[Block]:
    yield Heading(2, own["topic"].format(title=topic.title, principle=own["principles"][topic.principle]))
    for line in (topic.opinion or topic.text).splitlines():
        yield Paragraph(line)


def _line(n: int, row: Resolution) -> tuple[Any, ...]:
    own = words()["minutes"]
    return n, row.text, row.owner, date_text(row.due_on), own["children"][row.child]


def _day(meeting: ForumMeeting) -> Any:
    return timezone.localdate(meeting.held_at or meeting.starts_at)


MINUTES: Final = PaperKind(
    name="forum_minutes",
    word="forum_minutes_word",
    rows=_rows,
    blocks=blocks,
    stem=lambda meeting: words()["minutes"]["file"].format(title=meeting.title.replace("/", "／"), day=_day(meeting)),
    on=_day,
    code=lambda meeting: meeting.grid_code,
    back=lambda meeting: ("partybuilding:meeting", meeting.pk),
)
