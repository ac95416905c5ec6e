"""Forums of deliberation (议事会, 坝坝会): where and how often people talk, what came of it (domain.md 4.4)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotValid, demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Grid
from partybuilding.models import Alliance, Forum, ForumMeeting, Resolution

EDITS: Final = "council.edit"
MOST_SERIES: Final = 30
LONGEST_RHYTHM: Final = 366
"""Days between two meetings of a forum, at most."""


@dataclass(frozen=True, slots=True)
class NewForum:
    """A forum as typed. `every_days`: after a meeting the next one is proposed so many days later."""

    name: str
    kind: str
    venue: str = ""
    rhythm: str = ""
    every_days: int | None = None
    child_days: int = 7
    alliance: Alliance | None = None
    is_active: bool = True


def found_forum(new: NewForum, *, grid: Grid, actor: User) -> Forum:
    """A forum of `grid`. NotAllowed without council.edit there; NotValid when the grid has one of this name."""
    demand(actor, EDITS, grid.code)
    return _saved(Forum(grid=grid, grid_code=grid.code), new)


def change_forum(forum: Forum, new: NewForum, *, actor: User) -> Forum:
    """Change what a forum is called, where it meets, how often, and within which days a decision leads to something."""
    demand(actor, EDITS, forum.grid_code)
    return _saved(forum, new)


def _saved(forum: Forum, new: NewForum) -> Forum:
    demand_valid(
        (
            ("name", bool(new.name.strip()), _("Give the forum a name.")),
            ("kind", new.kind in Forum.Kind.values, _("Choose one of the kinds.")),
            ("child_days", 1 <= new.child_days <= LONGEST_RHYTHM, _("Between 1 and 366 days.")),
            (
                "every_days",
                new.every_days is None or 1 <= new.every_days <= LONGEST_RHYTHM,
                _("Between 1 and 366 days."),
            ),
        )
    )
    for name in ("kind", "every_days", "child_days", "alliance", "is_active"):
        setattr(forum, name, getattr(new, name))
    forum.name, forum.venue, forum.rhythm = new.name.strip(), new.venue.strip(), new.rhythm.strip()
    try:
        with transaction.atomic():
            forum.save()
    except IntegrityError as error:
        if "forum_once_per_grid" not in str(error):
            raise
        said = _("There is a forum of this name here already.")
        raise NotValid(said, {"name": [said]}) from error
    return forum


# --- reading ----------------------------------------------------------------------------------------------------------


def forums_for(user: Any, now: datetime) -> QuerySet[Forum]:
    """The forums that `user` sees, each with `held` (meetings of this year), `last_at`, `next_at`, `open`, `done`.

    Meetings and decisions are counted whole: what a forum is worth does not change with who looks.
    """
    return with_numbers(Forum.objects.visible_to(user), now).select_related("grid", "alliance").defer("grid__boundary")


def with_numbers(rows: QuerySet[Forum], now: datetime) -> QuerySet[Forum]:
    """`rows` with their numbers, by one sub-query each."""
    year = timezone.localdate(now).year
    meetings = ForumMeeting.objects.filter(forum=OuterRef("pk")).order_by()
    decided = Resolution.objects.filter(topic__meeting__forum=OuterRef("pk")).order_by()
    held = meetings.filter(status=ForumMeeting.Status.HELD)
    planned = meetings.filter(status=ForumMeeting.Status.PLANNED, starts_at__gte=now)
    return rows.annotate(
        held=_count(held.filter(starts_at__year=year)),
        held_ever=_count(held),
        last_at=Subquery(held.order_by("-starts_at").values("starts_at")[:1]),
        next_at=Subquery(planned.order_by("starts_at").values("starts_at")[:1]),
        open=_count(decided.filter(status=Resolution.Status.OPEN), "topic__meeting__forum"),
        done=_count(decided.filter(status=Resolution.Status.DONE), "topic__meeting__forum"),
    )


def _count(rows: QuerySet[Any], key: str = "forum") -> Coalesce:
    return Coalesce(Subquery(rows.values(key).annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def solved(forum: Forum) -> int:
    """Decisions done, with what the alliance of the forum had solved before this platform (500余件, S4)."""
    before = forum.alliance.solved_before if forum.alliance else 0
    return int(getattr(forum, "done", 0)) + before


@dataclass(frozen=True, slots=True)
class KindCount:
    """Meetings of one kind of forum in a year: held, and still to come."""

    kind: str
    label: str
    held: int
    planned: int


def kinds_of_year(rows: QuerySet[ForumMeeting], year: int) -> list[KindCount]:
    """How many meetings of each kind the year has (党建联席会议, 民情恳谈会, 大党委); one query, every kind a line."""
    grouped = rows.filter(starts_at__year=year).order_by().values("forum__kind")
    found = {
        row["forum__kind"]: row
        for row in grouped.annotate(
            held=Count("pk", filter=Q(status="held")), planned=Count("pk", filter=Q(status="planned"))
        )
    }
    none = {"held": 0, "planned": 0}
    return [
        KindCount(kind, str(label), row["held"], row["planned"])
        for kind, label in Forum.Kind.choices
        for row in [found.get(kind, none)]
    ]


def series_of_year(rows: QuerySet[ForumMeeting], year: int) -> list[dict[str, Any]]:
    """How often each name of a forum met in the year over all grids (小板凳议事会 in 15 communities), most first."""
    grouped = rows.filter(starts_at__year=year, status="held").order_by().values(name=F("forum__name"))
    counted: Any = grouped.annotate(held=Count("pk"), places=Count("grid", distinct=True))
    return list(counted.order_by("-held", "name")[:MOST_SERIES])


def venues(rows: QuerySet[Forum]) -> list[dict[str, Any]]:
    """The places where forums meet (清风睦邻亭), each with its forums and their numbers; `rows` as of `forums_for`."""
    places: dict[tuple[str, str], dict[str, Any]] = {}
    for forum in rows.exclude(venue="").order_by("grid_code", "venue", "name"):
        place = places.setdefault(
            (forum.grid_code, forum.venue),
            {"name": forum.venue, "grid": forum.grid.name, "forums": [], "held": 0, "open": 0, "solved": 0},
        )
        place["forums"].append(forum)
        place["held"] += forum.held_ever  # type: ignore[attr-defined]
        place["open"] += forum.open  # type: ignore[attr-defined]
        place["solved"] += forum.done  # type: ignore[attr-defined]
    return sorted(places.values(), key=lambda place: -place["held"])


def next_day(forum: Forum, after: date) -> date | None:
    """When the forum meets next by its rhythm; None without one."""
    return date.fromordinal(after.toordinal() + forum.every_days) if forum.every_days else None
