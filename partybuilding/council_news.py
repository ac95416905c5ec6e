"""Who is told of meetings, decisions and opinions: who is asked, who owes something, who has to see that it happens."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from grid.models import Post
from incidents.people import actors_of, heads_of, holders
from notices.models import Notice
from notices.writing import Message, notify_all, notify_each
from partybuilding.models import DeputyOpinion, ForumMeeting, MeetingGuest, Resolution

HEADINGS: Final = {
    "invited": gettext_lazy("You are asked to a meeting: %(title)s"),
    "moved": gettext_lazy("Meeting moved: %(title)s"),
    "called_off": gettext_lazy("Meeting called off: %(title)s"),
    "soon": gettext_lazy("Meeting tomorrow: %(title)s"),
}
SOON: Final = timedelta(days=2)
"""So long before its day the owner of a decision is reminded."""


# --- meetings ---------------------------------------------------------------------------------------------------------


def tell_guests(
    meeting: ForumMeeting, word: str, *, actor: User | None, now: datetime, only: MeetingGuest | None = None
) -> None:
    """Tell who is asked to a meeting that lies ahead; whoever acts is not told."""
    if meeting.starts_at <= now:
        return
    notify_all([_to_guests(meeting, word, now=now, actor=actor, only=only)], now=now)


def _to_guests(
    meeting: ForumMeeting, word: str, *, now: datetime, actor: User | None = None, only: MeetingGuest | None = None
) -> Message:
    with translation.override(settings.LANGUAGE_CODE):
        people = [one for one in guests(meeting, now, only) if actor is None or one.pk != actor.pk]
        return Message(
            recipients=people,
            kind=f"council.{word}",
            level=Notice.Level.TASK if word == "invited" else Notice.Level.INFO,
            title=str(HEADINGS[word]) % {"title": meeting.title},
            body="\n".join(filter(None, (_moment(meeting.starts_at), meeting.place))),
            url=reverse("partybuilding:meeting", args=[meeting.pk]),
            dedupe_key=f"council:{meeting.pk}:{word}:{meeting.version}",
            grid_code=meeting.grid_code,
            payload={"meeting": meeting.pk, "event": word, "at": meeting.starts_at.isoformat()},
        )


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "Y年n月j日 H:i")


def guests(meeting: ForumMeeting, now: datetime, only: MeetingGuest | None = None) -> QuerySet[User]:
    """The accounts that are asked: named ones, members with an account, the people of units."""
    rows = MeetingGuest.objects.filter(meeting=meeting)
    rows = rows.filter(pk=only.pk) if only else rows
    named = Q(pk__in=rows.values("user")) | Q(pk__in=rows.values("member__user"))
    units = list(rows.filter(unit__isnull=False).values_list("unit__organization", flat=True))
    acting = actors_of(units, timezone.localdate(now)).values("pk")
    return User.objects.filter(named | Q(pk__in=acting), is_active=True)


# --- decisions --------------------------------------------------------------------------------------------------------


def owners(resolution: Resolution, now: datetime) -> QuerySet[User]:
    """Who owes a decision: the person; else the heads of the unit, or its handlers when it has no head."""
    if resolution.person_id:
        return User.objects.filter(pk=resolution.person_id, is_active=True)
    day = timezone.localdate(now)
    heads = heads_of(resolution.organization_id, day) if resolution.organization_id else User.objects.none()
    return heads if heads.exists() else actors_of([resolution.organization_id], day)


def tell_owners(resolution: Resolution, *, actor: User, now: datetime) -> None:
    """Tell who is to carry a decision out."""
    people = [one for one in owners(resolution, now) if one.pk != actor.pk]
    heading = gettext_lazy("A meeting gave you something to do: %(text)s")
    notify_all([_of_decision(resolution, people, "given", heading, Notice.Level.TASK)], now=now)


def _of_decision(resolution: Resolution, people: Iterable[User], word: str, heading: Any, level: str) -> Message:
    with translation.override(settings.LANGUAGE_CODE):
        return Message(
            recipients=list(people),
            kind=f"decision.{word}",
            level=level,
            title=str(heading) % {"text": resolution.text[:120]},
            body=_("%(owner)s, until %(day)s") % {"owner": resolution.owner, "day": _day(resolution.due_on)},
            url=reverse("partybuilding:decision", args=[resolution.pk]),
            dedupe_key=f"resolution:{resolution.pk}:{word}",
            grid_code=resolution.grid_code,
            payload={"decision": resolution.pk, "event": word},
        )


def _day(day: Any) -> str:
    return f"{day.month}月{day.day}日"


def spread(resolution: Resolution, *, actor: User, now: datetime) -> int:
    """Make a decision known to everybody with a post in the grid and below; how many were told."""
    code = resolution.topic.meeting.grid_code if resolution.topic.meeting else resolution.grid_code
    posts = Post.objects.on(timezone.localdate(now)).filter(grid__code__startswith=code)
    people = User.objects.filter(pk__in=posts.values("user"), is_active=True, kind=User.Kind.PERSON)
    heading = gettext_lazy("Decided by the council: %(text)s")
    told = [one for one in people if one.pk != actor.pk]
    notify_all([_of_decision(resolution, told, "known", heading, Notice.Level.INFO)], now=now)
    return len(told)


# --- what the job says ------------------------------------------------------------------------------------------------


def remind(childless: QuerySet[Resolution], *, now: datetime) -> int:
    """Say what is due: meetings of tomorrow, decisions near or past their day, and `childless` ones; each once.

    A decision past its day is said again every week. Returns how many people were told.
    """
    return notify_each(_reminders(childless, now), now=now)


def _reminders(childless: QuerySet[Resolution], now: datetime) -> Iterator[Message]:
    today = timezone.localdate(now)
    for meeting in ForumMeeting.objects.filter(
        status=ForumMeeting.Status.PLANNED, starts_at__gt=now, starts_at__lte=now + timedelta(days=1)
    ):
        yield _to_guests(meeting, "soon", now=now)
    rows = Resolution.objects.filter(status=Resolution.Status.OPEN, due_on__lte=today + SOON)
    for row in rows.select_related("organization", "person").iterator():
        yield _due(row, today, now)
    for row in childless.select_related("topic__meeting").iterator():
        heading = gettext_lazy("A decision has led to nothing yet: %(text)s")
        yield _of_decision(row, _holders_of(row, now), "childless", heading, Notice.Level.WARNING)
    yield from _opinions(today, now)


def _due(row: Resolution, today: Any, now: datetime) -> Message:
    if row.due_on >= today:
        heading, word = gettext_lazy("To be done soon: %(text)s"), f"soon:{row.due_on:%Y%m%d}"
        return _of_decision(row, owners(row, now), word, heading, Notice.Level.TASK)
    people = {*owners(row, now), *_holders_of(row, now)}
    word = f"late:{(today - row.due_on).days // 7}"
    return _of_decision(row, people, word, gettext_lazy("Past its day: %(text)s"), Notice.Level.WARNING)


def _holders_of(row: Resolution, now: datetime) -> QuerySet[User]:
    """Who entered it, while she still holds meetings there; else everybody who does."""
    found = holders("council.edit", row.grid_code, now=now)
    own = found.filter(pk=row.by_id)
    return own if own.exists() else found.filter(pk__in=_nearest(found, row, now))


def _nearest(found: QuerySet[User], row: Resolution, now: datetime) -> list[int]:
    """Those whose post lies nearest to the grid."""
    posts = Post.objects.on(timezone.localdate(now)).filter(user__in=found, grid__isnull=False)
    held = [
        (len(code), user) for user, code in posts.values_list("user", "grid__code") if row.grid_code.startswith(code)
    ]
    longest = max((length for length, _user in held), default=0)
    return [user for length, user in held if length == longest]


def _opinions(today: Any, now: datetime) -> Iterator[Message]:
    statuses = (DeputyOpinion.Status.RECEIVED, DeputyOpinion.Status.WORKING)
    rows = DeputyOpinion.objects.filter(status__in=statuses, due_on__lte=today + SOON)
    for row in rows.select_related("organization").iterator():
        day = timezone.localdate(now)
        people = {
            *actors_of([row.organization_id], day),
            *holders("council.edit", row.grid_code, now=now).filter(pk=row.by_id),
        }
        yield opinion_message(row, people, "due", gettext_lazy("An opinion is to be answered"), Notice.Level.TASK)


def opinion_message(row: DeputyOpinion, people: Iterable[User], word: str, heading: Any, level: str) -> Message:
    """One notice about an opinion; it says neither who holds it nor what it says."""
    with translation.override(settings.LANGUAGE_CODE):
        return Message(
            recipients=list(people),
            kind=f"opinion.{word}",
            level=level,
            title=str(heading),
            body=_("until %(day)s") % {"day": _day(row.due_on)} if row.due_on else "",
            url=reverse("partybuilding:opinion", args=[row.pk]),
            dedupe_key=f"opinion:{row.pk}:{word}:{row.version}"
            if word != "due"
            else f"opinion:{row.pk}:due:{row.due_on}",
            grid_code=row.grid_code,
            payload={"opinion": row.pk, "event": word},
        )
