"""Activities (主题党日, 邻居节, 宣讲 …): planned, changed, held with their numbers, called off (domain.md 4.2, 10).

An activity belongs to the office of its level: one of the street that takes place in a community stays the street's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Grid
from grid.once import write_once
from grid.stages import check_version
from incidents.models import Incident
from partybuilding.activity_news import signed_people, tell
from partybuilding.activity_office import DIGITS, demand_office, demand_status, locked_activity
from partybuilding.models import (
    Activity,
    ActivityKind,
    ActivityPerson,
    ActivitySeries,
    Alliance,
    Label,
    PartnerUnit,
    PartyOrganization,
)
from partybuilding.signups import move_up
from partybuilding.stages import advance, keep_step

Level = Activity.Level
Status = Activity.Status
Presence = ActivityPerson.Presence

LONGEST: Final = timedelta(days=92)
"""A summer camp or a market of a season is one activity."""
EARLIEST: Final = timedelta(days=366)
"""What took place may be written down for a year."""
FARTHEST: Final = timedelta(days=366)
"""Planned at most a year ahead: a year that was mistyped."""
MOST_PEOPLE: Final = 2000
LARGEST: Final = 10_000_000
COUNTS: Final = ("attended", "members_count", "beneficiaries", "merchants", "compounds", "jobs")
PLAIN: Final = (
    *("kind", "series", "level", "title", "text", "party", "alliance", "incident"),
    *("place", "starts_at", "ends_at", "places"),
)


@dataclass(frozen=True, slots=True)
class NewActivity:
    """An activity as typed. `places` None: as many as come; `level` empty: that of the grid."""

    kind: ActivityKind
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    level: str = ""
    text: str = ""
    series: ActivitySeries | None = None
    party: PartyOrganization | None = None
    alliance: Alliance | None = None
    units: Sequence[PartnerUnit] = ()
    labels: Sequence[Label] = ()
    incident: Incident | None = None
    places: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an activity; `attended` is everybody who came, with or without signing up."""

    attended: int
    members_count: int | None = None
    beneficiaries: int | None = None
    merchants: int | None = None
    compounds: int | None = None
    jobs: int | None = None
    result: str = ""


# --- reading ----------------------------------------------------------------------------------------------------------


def usual_level(code: str) -> str:
    """The level of an activity of the grid `code`."""
    return next((level for level, digits in DIGITS.items() if len(code) >= digits), Level.DISTRICT)


def heading(name: str) -> str:
    """What a number of an activity is called."""
    field: Any = Activity._meta.get_field(name)
    return str(field.verbose_name)


def in_lists(user: Any) -> QuerySet[Activity]:
    """The activities that `user` sees, with what a line shows."""
    rows: QuerySet[Activity] = Activity.objects.visible_to(user)
    return rows.select_related("kind", "series", "grid").defer("grid__boundary", "text", "result")


def with_counts(rows: Iterable[Activity], user: Any) -> list[Activity]:
    """The rows with `signed`, `waiting`, `came` and `mine` (the reader's own attendance); two queries for all."""
    found = list(rows)
    people = ActivityPerson.objects.filter(activity__in=[row.pk for row in found]).order_by()
    counted = people.values("activity").annotate(
        signed=Count("pk", filter=~Q(presence=Presence.WAITING)),
        waiting=Count("pk", filter=Q(presence=Presence.WAITING)),
        came=Count("pk", filter=Q(presence=Presence.PRESENT)),
    )
    counts: dict[int, dict[str, Any]] = {line["activity"]: dict(line) for line in counted}
    mine = dict(people.filter(user=user.pk).values_list("activity", "presence"))
    for row in found:
        numbers = counts.get(row.pk, {"signed": 0, "waiting": 0, "came": 0})
        for name in ("signed", "waiting", "came"):
            setattr(row, name, numbers[name])
        row.mine = mine.get(row.pk)  # type: ignore[attr-defined]
    return found


# --- planning ---------------------------------------------------------------------------------------------------------


def plan(new: NewActivity, *, grid: Grid, actor: User, now: datetime, client_id: UUID) -> tuple[Activity, bool]:
    """A planned activity in `grid`, and whether it was made now (a second send gives the first).

    NotAllowed without activity.edit at the office of its level; NotValid by field.
    """
    level = new.level or usual_level(grid.code)
    demand_valid((("level", level in DIGITS and len(grid.code) >= DIGITS[level], _("This grid is above it.")),))
    demand(actor, "activity.edit", grid.code[: DIGITS[level]])
    _check(new, now, None)

    def write(digest: str) -> Activity:
        made = {"grid": grid, "grid_code": grid.code, "by": actor, "at": now, "client_id": client_id}
        activity = Activity.objects.create(**made, digest=digest, **_columns(new, level))
        _link(activity, new)
        keep_step(activity, before="", actor=actor, now=now)
        return activity

    return write_once(Activity, client_id, _given(new, grid, level), actor=actor, write=write)


def change(activity: Activity, new: NewActivity, *, version: int | None, actor: User, now: datetime) -> Activity:
    """Change a planned activity; whoever signed up is told when time or place change, and new places are given out.

    NotNow after it was held or when somebody changed it meanwhile.
    """
    with transaction.atomic():
        locked = locked_activity(activity.pk)
        demand_office(locked, actor)
        check_version(locked, version)
        demand_status(locked, Status.PLANNED)
        _check(new, now, locked)
        columns = _columns(new, locked.level)
        moved = any(getattr(locked, name) != columns[name] for name in ("starts_at", "ends_at", "place"))
        for name, value in columns.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save(update_fields=["version", *columns])
        _link(locked, new)
        if moved:
            tell(locked, signed_people(locked), "moved", actor=actor, now=now)
        move_up(locked, actor=actor, now=now)
    return locked


def _columns(new: NewActivity, level: str) -> dict[str, Any]:
    given = {name: getattr(new, name) for name in PLAIN}
    return given | {"level": level, "title": new.title.strip(), "text": new.text.strip(), "place": new.place.strip()}


def _link(activity: Activity, new: NewActivity) -> None:
    activity.units.set(new.units)
    activity.labels.set(new.labels)


def _given(new: NewActivity, grid: Grid, level: str) -> dict[str, Any]:
    """What the digest of a repeated send is made of."""
    plain = {name: value.pk if hasattr(value, "pk") else value for name, value in _columns(new, level).items()}
    lists = {name: sorted(one.pk for one in getattr(new, name)) for name in ("units", "labels")}
    return plain | lists | {"grid": grid.code}


def _check(new: NewActivity, now: datetime, old: Activity | None) -> None:
    taken = old.people.exclude(presence=Presence.WAITING).count() if old and new.places is not None else 0
    kept = old is not None and old.kind_id == new.kind.pk
    demand_valid(
        (
            ("title", bool(new.title.strip()), _("Give it a title.")),
            ("kind", new.kind.is_active or kept, _("This kind is no longer in use.")),
            (
                "ends_at",
                timedelta() < new.ends_at - new.starts_at <= LONGEST,
                _("It ends after it begins, in 92 days."),
            ),
            ("starts_at", new.starts_at > now - EARLIEST, _("This is longer ago than a year.")),
            ("starts_at", new.starts_at < now + FARTHEST, _("This is more than a year ahead.")),
            ("place", bool(new.place.strip()), _("Say where.")),
            ("places", new.places is None or 0 < new.places <= MOST_PEOPLE, _("At least one, at most 2,000.")),
            ("places", new.places is None or new.places >= taken, _("More people have signed up already.")),
        )
    )


# --- what came of it --------------------------------------------------------------------------------------------------


def hold(activity: Activity, outcome: Outcome, *, version: int | None, actor: User, now: datetime) -> Activity:
    """It took place, with its numbers. NotNow before it began; NotValid where the numbers contradict each other."""
    with transaction.atomic():
        locked = locked_activity(activity.pk)
        demand_office(locked, actor)
        if now < locked.starts_at:
            raise NotNow(_("It has not begun yet."))
        check_outcome(locked, outcome)
        held: Activity = advance(locked, "hold", actor=actor, now=now, version=version, **_numbers(outcome))
        return held


def amend(activity: Activity, outcome: Outcome, *, version: int | None, actor: User, now: datetime) -> Activity:
    """Correct the numbers of an activity that was held; the step keeps what stood there before."""
    with transaction.atomic():
        locked = locked_activity(activity.pk)
        demand_office(locked, actor)
        check_version(locked, version)
        demand_status(locked, Status.HELD)
        check_outcome(locked, outcome)
        said = _difference(locked, outcome)
        for name, value in _numbers(outcome).items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save(update_fields=["version", "result", *COUNTS])
        keep_step(locked, before=locked.status, actor=actor, now=now, text=said)
    return locked


def check_outcome(activity: Activity, outcome: Outcome) -> None:
    """NotValid where the numbers contradict each other or the list of those who were there."""
    noted = activity.people.filter(presence=Presence.PRESENT).count()
    fits = [(name, _fits(getattr(outcome, name)), _("At most 10,000,000.")) for name in COUNTS]
    members = outcome.members_count or 0
    demand_valid(
        (
            *fits,
            ("attended", outcome.attended >= max(noted, 1), _("At least those who are noted as present, and one.")),
            ("members_count", members <= outcome.attended, _("No more members than people came.")),
        )
    )


def _fits(value: int | None) -> bool:
    return value is None or 0 <= value <= LARGEST


def _numbers(outcome: Outcome) -> dict[str, Any]:
    return {name: getattr(outcome, name) for name in COUNTS} | {"result": outcome.result.strip()}


def _difference(activity: Activity, outcome: Outcome) -> str:
    """What changed, by the labels of the fields."""
    pairs = ((heading(name), getattr(activity, name), getattr(outcome, name)) for name in COUNTS)
    return "；".join(f"{label} {before} → {after}" for label, before, after in pairs if before != after)


def call_off(activity: Activity, *, version: int | None, text: str, actor: User, now: datetime) -> Activity:
    """Call a planned activity off with a reason; whoever signed up is told."""
    with transaction.atomic():
        locked = locked_activity(activity.pk)
        demand_office(locked, actor)
        off: Activity = advance(locked, "call_off", actor=actor, now=now, version=version, text=text)
        tell(off, signed_people(off), "called_off", actor=actor, now=now, body=text)
        return off
