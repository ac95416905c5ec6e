"""Meetings of forums: planned, people asked, held with minutes; the next one hears what became of it (4.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.protect import mask_name
from accounts.text_guard import clean_field
from grid.access import demand
from grid.once import write_once
from grid.stages import check_version
from partybuilding import council_news
from partybuilding.models import (
    FollowUp,
    Forum,
    ForumMeeting,
    MeetingGuest,
    PartnerUnit,
    PartyMember,
    Resolution,
    Topic,
)
from partybuilding.stages import advance, keep_step

Status, Presence = ForumMeeting.Status, MeetingGuest.Presence
OLDEST: Final = timedelta(days=366)
FARTHEST: Final = timedelta(days=366)
MINUTES_LENGTH: Final = 20_000
MOST_GUESTS: Final = 300


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """A meeting as typed."""

    title: str
    starts_at: datetime
    place: str = ""
    chair: str = ""


@dataclass(frozen=True, slots=True)
class NewGuest:
    """Who is asked to come: one of an account, a member, a unit; or a role in words alone (居民代表)."""

    user: User | None = None
    member: PartyMember | None = None
    unit: PartnerUnit | None = None
    role: str = ""


# --- planning ---------------------------------------------------------------------------------------------------------


def plan_meeting(
    new: NewMeeting, *, forum: Forum, client_id: UUID, actor: User, now: datetime
) -> tuple[ForumMeeting, bool]:
    """A planned meeting of `forum`, and whether it is new: the same send again gives the first one.

    NotAllowed without council.edit in the forum's grid; NotValid when the forum meets at that moment already.
    """
    demand(actor, "council.edit", forum.grid_code)
    _check(new, forum, now, None)
    columns = _columns(new)
    place: dict[str, Any] = {"grid_id": forum.grid_id, "grid_code": forum.grid_code, "forum": forum}

    def write(digest: str) -> ForumMeeting:
        meeting = ForumMeeting.objects.create(client_id=client_id, digest=digest, by=actor, at=now, **place, **columns)
        keep_step(meeting, before="", actor=actor, now=now)
        return meeting

    with _one_at_a_time():
        return write_once(ForumMeeting, client_id, {**columns, "forum": forum.pk}, actor=actor, write=write)


def change_meeting(
    meeting: ForumMeeting, new: NewMeeting, *, version: int | None, actor: User, now: datetime
) -> ForumMeeting:
    """Change a planned meeting; whoever was asked is told when time or place change. NotNow after it was held."""
    with _one_at_a_time(), transaction.atomic():
        locked = _locked(meeting)
        demand(actor, "council.edit", locked.grid_code)
        check_version(locked, version)
        _demand_planned(locked)
        _check(new, locked.forum, now, locked)
        columns = _columns(new)
        moved = any(getattr(locked, name) != columns[name] for name in ("starts_at", "place"))
        for name, value in columns.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save(update_fields=["version", *columns])
        if moved:
            council_news.tell_guests(locked, "moved", actor=actor, now=now)
    return locked


class _one_at_a_time:  # noqa: N801 - used as a statement
    """The database allows one meeting of a forum at a moment: its refusal in words beside the field."""

    def __enter__(self) -> None:
        """Nothing to open."""

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, IntegrityError) and "forum_meeting_once" in str(error):
            said = _("The forum has a meeting at this moment already.")
            raise NotValid(said, {"starts_at": [said]}) from error


def _columns(new: NewMeeting) -> dict[str, Any]:
    return {
        "title": clean_field("title", new.title, max_length=100),
        "starts_at": new.starts_at,
        "place": clean_field("place", new.place, max_length=100),
        "chair": clean_field("chair", new.chair, max_length=50),
    }


def _check(new: NewMeeting, forum: Forum, now: datetime, old: ForumMeeting | None) -> None:
    demand_valid(
        (
            ("forum", forum.is_active or old is not None, _("This forum is no longer in use.")),
            ("title", bool(new.title.strip()), _("Give the meeting a title.")),
            ("starts_at", new.starts_at > now - OLDEST, _("This is longer ago than a year.")),
            ("starts_at", new.starts_at < now + FARTHEST, _("This is more than a year ahead.")),
        )
    )


def call_off(meeting: ForumMeeting, *, text: str, version: int | None, actor: User, now: datetime) -> ForumMeeting:
    """Call it off with the reason; its topics go back to the pool, who was asked is told."""
    with transaction.atomic():
        off: ForumMeeting = advance(meeting, "call_off", actor=actor, now=now, version=version, text=text)
        if Resolution.objects.filter(topic__meeting=off).exists():
            raise NotNow(_("The meeting has decided something: write its minutes instead."))
        Topic.objects.filter(meeting=off).update(meeting=None, position=0)
        council_news.tell_guests(off, "called_off", actor=actor, now=now)
    return off


def hold(
    meeting: ForumMeeting,
    *,
    minutes: str,
    residents: int | None,
    version: int | None,
    actor: User,
    now: datetime,
) -> ForumMeeting:
    """It was held: the minutes, and how many residents came. NotNow before it begins or a second time."""
    minutes = clean_field("minutes", minutes, max_length=MINUTES_LENGTH, multiline=True)
    demand_valid(
        (
            ("minutes", bool(minutes), _("Write the minutes.")),
            ("residents", residents is None or 0 <= residents <= 100_000, _("Between 0 and 100,000.")),
        )
    )
    if meeting.starts_at > now:
        raise NotNow(_("The meeting has not begun yet."))
    fields: dict[str, Any] = {"minutes": minutes, "residents": residents, "held_at": now}
    held: ForumMeeting = advance(meeting, "hold", actor=actor, now=now, version=version, **fields)
    return held


def _demand_planned(meeting: ForumMeeting) -> None:
    if meeting.status != Status.PLANNED:
        raise NotNow(
            _("This is not possible now: the meeting is “%(status)s”.") % {"status": meeting.get_status_display()}
        )


def _locked(meeting: ForumMeeting) -> ForumMeeting:
    rows = ForumMeeting.objects.select_for_update(of=("self",)).select_related("forum")
    found: ForumMeeting = rows.get(pk=meeting.pk)
    return found


# --- who comes --------------------------------------------------------------------------------------------------------


def invite(meeting: ForumMeeting, new: NewGuest, *, actor: User, now: datetime) -> MeetingGuest:
    """Ask somebody to a meeting and tell her; who is asked already stays asked once. Also afterwards: who just came."""
    role = clean_field("role", new.role, max_length=60)
    chosen = [given for given in (new.user, new.member, new.unit) if given is not None]
    demand_valid(
        (
            ("role", bool(chosen or role), _("Say who is asked: a person, a member, a unit, or in words.")),
            ("role", len(chosen) < 2, _("One at a time: a person, a member, or a unit.")),
        )
    )
    with transaction.atomic():
        locked = _locked(meeting)
        demand(actor, "council.edit", locked.grid_code)
        if locked.status == Status.CALLED_OFF:
            _demand_planned(locked)
        demand_valid((("role", locked.guests.count() < MOST_GUESTS, _("At most 300 are asked to one meeting.")),))
        who = {"user": new.user, "member": new.member, "unit": new.unit}
        same = {name: one for name, one in who.items() if one is not None} if chosen else {**who, "role": role}
        if first := locked.guests.filter(**same).first():
            return first
        guest = MeetingGuest.objects.create(meeting=locked, role=role, **who)
        if locked.starts_at > now:
            council_news.tell_guests(locked, "invited", actor=actor, now=now, only=guest)
    return guest


def take_back(meeting: ForumMeeting, guest: int, *, actor: User) -> None:
    """Take somebody off the list of a planned meeting."""
    with transaction.atomic():
        locked = _locked(meeting)
        demand(actor, "council.edit", locked.grid_code)
        _demand_planned(locked)
        locked.guests.filter(pk=guest).delete()


def note_presence(meeting: ForumMeeting, marks: Mapping[int, str], *, actor: User, now: datetime) -> int:
    """Who was there, all at once. NotNow before it begins; NotValid for another word."""
    demand_valid((("presence", set(marks.values()) <= set(Presence.values), _("Choose what it was.")),))
    with transaction.atomic():
        locked = _locked(meeting)
        demand(actor, "council.edit", locked.grid_code)
        if locked.starts_at > now:
            raise NotNow(_("The meeting has not begun yet."))
        if locked.status == Status.CALLED_OFF:
            _demand_planned(locked)
        rows = list(locked.guests.filter(pk__in=marks))
        for row in rows:
            row.presence = marks[row.pk]
        MeetingGuest.objects.bulk_update(rows, ["presence"])
    return len(rows)


# --- reading ----------------------------------------------------------------------------------------------------------


def meetings_for(user: Any) -> QuerySet[ForumMeeting]:
    """The meetings that `user` sees or is asked to, each with `came`, `asked`, `talked` (topics), `decided`, `open`."""
    return with_numbers(ForumMeeting.objects.visible_to(user)).select_related("forum", "grid").defer("grid__boundary")


def with_numbers(rows: QuerySet[ForumMeeting]) -> QuerySet[ForumMeeting]:
    """`rows` with their numbers, by one sub-query each."""
    guests = MeetingGuest.objects.filter(meeting=OuterRef("pk")).order_by()
    topics = Topic.objects.filter(meeting=OuterRef("pk")).order_by()
    decided = Resolution.objects.filter(topic__meeting=OuterRef("pk")).order_by()
    return rows.annotate(
        asked=_count(guests, "meeting"),
        came=_count(guests.filter(presence=Presence.PRESENT), "meeting"),
        talked=_count(topics, "meeting"),
        decided=_count(decided, "topic__meeting"),
        open=_count(decided.filter(status=Resolution.Status.OPEN), "topic__meeting"),
    )


def _count(rows: QuerySet[Any], key: str) -> Coalesce:
    return Coalesce(Subquery(rows.values(key).annotate(n=Count("pk")).values("n")), 0)


def agenda_of(meeting: ForumMeeting) -> list[Topic]:
    """The topics of a meeting in their order, with their decisions and what these led to."""
    decided = Resolution.objects.select_related("organization", "person", "incident", "project", "task")
    rows = meeting.topics.select_related("grid", "incident").defer("grid__boundary").order_by("position", "pk")
    return list(rows.prefetch_related(Prefetch("resolutions", decided.order_by("pk"))))


def guests_of(meeting: ForumMeeting) -> list[MeetingGuest]:
    """Who is asked, each with `shown`, the words to name her by: members of the party with the surname alone."""
    rows = meeting.guests.select_related("user", "member", "unit__organization")
    found = list(rows.defer("member__phone", "unit__contact_name", "unit__contact_phone").order_by("pk"))
    for row in found:
        row.shown = _shown(row)  # type: ignore[attr-defined]
    return found


def _shown(guest: MeetingGuest) -> str:
    if guest.user is not None:
        return guest.user.real_name or guest.user.username
    if guest.member is not None:
        return mask_name(guest.member.name)
    return str(guest.unit.organization.name) if guest.unit is not None else guest.role


def followed(meeting: ForumMeeting) -> list[Resolution]:
    """What earlier meetings of the forum decided and this one hears of: open then, or done since the last one.

    Each carries `heard`, what this very meeting heard of it, and `follow_ups`.
    """
    before = ForumMeeting.objects.filter(forum=meeting.forum_id, starts_at__lt=meeting.starts_at, status=Status.HELD)
    last = before.order_by("-starts_at").values("starts_at")[:1]
    rows = Resolution.objects.filter(
        topic__meeting__forum=meeting.forum_id, topic__meeting__starts_at__lt=meeting.starts_at
    ).filter(Q(status=Resolution.Status.OPEN) | Q(ended_at__gte=Subquery(last)))
    rows = rows.select_related("topic__meeting", "organization", "person", "incident", "project", "task")
    said = FollowUp.objects.select_related("by", "meeting").order_by("pk")
    found = (
        rows.defer("topic__meeting__minutes").order_by("due_on", "pk").prefetch_related(Prefetch("follow_ups", said))
    )
    return [_heard(row, meeting) for row in found]


def _heard(row: Resolution, meeting: ForumMeeting) -> Resolution:
    row.heard = [said for said in row.follow_ups.all() if said.meeting_id == meeting.pk]  # type: ignore[attr-defined]
    return row


def following(meeting: ForumMeeting) -> ForumMeeting | None:
    """The next meeting of the forum that is planned."""
    rows = ForumMeeting.objects.filter(forum=meeting.forum_id, starts_at__gt=meeting.starts_at)
    return rows.exclude(status=Status.CALLED_OFF).order_by("starts_at").first()
