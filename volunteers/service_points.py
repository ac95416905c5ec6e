"""Service points (清凉驿站, 政务服务点, 日间照料中心 …): entering and changing, the opening board, who is near.

A point is public: its place and hours stand on a sign. Whether it is open follows from season, hours and the last line
of the opening board for the day.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from grid.models import Grid, Organization
from grid.querysets import STREET_LENGTH
from grid.scope import scope_of
from grid.stages import check_version
from volunteers.models import Opening, PointKind, ServicePoint

AHEAD: Final = timedelta(days=92)
"""So far ahead the board takes notices."""
FARTHEST: Final = 20_000
"""Metres of a walk; more is a mistake of typing."""
_SPAN: Final = re.compile(r"([01]?\d|2[0-4])[:：]([0-5]\d)\s*[-—–~～至到]+\s*([01]?\d|2[0-4])[:：]([0-5]\d)")
_DAY_OF_YEAR: Final = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a point; a season without days is the whole year."""

    grid: Grid
    kind: PointKind
    name: str
    place: Point
    address: str = ""
    organization: Organization | None = None
    hours: str = ""
    season_from: str = ""
    season_until: str = ""
    services: str = ""
    reach: int = 800


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a point is open: `code` open, closed, season (out of it), gone or unknown; with words and tone."""

    code: str
    label: str
    tone: str
    symbol: str


# --- who sees ---------------------------------------------------------------------------------------------------------


def points_seen_by(user: Any) -> QuerySet[ServicePoint]:
    """Points of one's grids and those above; of one's unit; for volunteers and party members those of their street."""
    rows = Q(pk__in=ServicePoint.objects.visible_to(user).values("pk"))
    rows |= Q(organization__in=scope_of(user).organizations)
    if street := home_code(user)[:STREET_LENGTH]:
        rows |= Q(grid_code__startswith=street, is_active=True)
    return ServicePoint.objects.filter(rows)


def home_code(user: Any) -> str:
    """The code of the grid where a volunteer or party member lives; "" for others."""
    volunteer = getattr(user, "volunteer", None)
    if volunteer is not None and volunteer.status != "left":
        return str(volunteer.grid_code)
    member = getattr(user, "party_member", None)
    return str(member.grid_code) if member is not None else ""


def with_board(rows: QuerySet[ServicePoint], day: date) -> QuerySet[ServicePoint]:
    """With the last line of the board of `day`: `said_open` (None without one), `said_text`, `said_at`, `said_by`."""
    last = Opening.objects.filter(point=OuterRef("pk"), on=day).order_by("-id")
    found = {f"said_{name}": Subquery(last.values(field)[:1]) for name, field in _SAID.items()}
    return rows.select_related("kind", "grid", "organization").defer("grid__boundary").annotate(**found)


_SAID: Final[Mapping[str, str]] = {"open": "is_open", "text": "text", "at": "at", "by": "by__real_name"}


def near(rows: QuerySet[ServicePoint], place: Point) -> QuerySet[ServicePoint]:
    """The points in use, the nearest first; `away` is the distance."""
    return rows.filter(is_active=True).annotate(away=Distance("place", place)).order_by("away", "pk")


def in_season(day: date) -> Q:
    """A condition on points: their season, which may go over the new year, holds `day`."""
    today = f"{day:%m-%d}"
    inside = Q(season_from__lte=F("season_until")) & Q(season_from__lte=today, season_until__gte=today)
    over = Q(season_from__gt=F("season_until")) & (Q(season_from__lte=today) | Q(season_until__gte=today))
    return Q(season_from="") | inside | over


# --- whether it is open -----------------------------------------------------------------------------------------------


def season_holds(point: ServicePoint, day: date) -> bool:
    """Whether `day` lies in the season of the point."""
    first, last, today = point.season_from, point.season_until, f"{day:%m-%d}"
    if not first or not last:
        return True
    return first <= today <= last if first <= last else today >= first or today <= last


def standing(point: ServicePoint, now: datetime, said: bool | None) -> Standing:
    """How the point stands now; `said` is what the board's last line of today says, None without one.

    The hours decide where they are written as times (09:00-18:00); other words are shown as they are.
    """
    local = timezone.localtime(now)
    if not point.is_active:
        return Standing("gone", str(_("No longer in use")), "secondary", "circle-x")
    if said is not None:
        return _open_now() if said else Standing("closed", str(_("Closed today")), "warning", "circle-x")
    if not season_holds(point, local.date()):
        return Standing("season", str(_("Out of season")), "secondary", "calendar")
    spans = spans_of(point.hours)
    if not spans:
        return Standing("unknown", str(_("See the hours")), "info", "clock")
    if any(start <= local.time() < end for start, end in spans):
        return _open_now()
    return Standing("closed", str(_("Closed now")), "secondary", "clock")


def _open_now() -> Standing:
    return Standing("open", str(_("Open for people")), "success", "circle-check")


def spans_of(hours: str) -> list[tuple[time, time]]:
    """The times in words like "08:30-12:00, 14:30-18:00"; 24:00 is the end of the day."""
    found = []
    for first, first_minute, last, last_minute in _SPAN.findall(hours):
        start, end = _clock(first, first_minute), _clock(last, last_minute)
        if start < end:
            found.append((start, end))
    return found


def _clock(hour: str, minute: str) -> time:
    return time.max if hour == "24" else time(int(hour), int(minute))


# --- entering and changing --------------------------------------------------------------------------------------------


def open_point(facts: Facts, *, actor: User) -> ServicePoint:
    """Enter a point. NotAllowed without `service.edit` there; NotValid by field, also for a name twice in a grid."""
    demand(actor, "service.edit", facts.grid.code)
    return _kept(ServicePoint(), facts)


def change_point(point: ServicePoint, facts: Facts, *, actor: User, version: int) -> ServicePoint:
    """Change what is known of a point; NotNow when somebody else did meanwhile."""
    demand(actor, "service.edit", point.grid_code)
    demand(actor, "service.edit", facts.grid.code)
    with transaction.atomic():
        locked = ServicePoint.objects.select_for_update(of=("self",)).get(pk=point.pk)
        check_version(locked, version)
        locked.version += 1
        return _kept(locked, facts)


def put_out_of_use(point: ServicePoint, *, in_use: bool, actor: User) -> None:
    """Take a point off the map, or put it back."""
    demand(actor, "service.edit", point.grid_code)
    with transaction.atomic():
        locked = ServicePoint.objects.select_for_update(of=("self",)).get(pk=point.pk)
        locked.is_active, locked.version = in_use, locked.version + 1
        locked.save(update_fields=["is_active", "version"])


def _kept(point: ServicePoint, facts: Facts) -> ServicePoint:
    values = {name: value for name, value in asdict_of(facts).items() if name != "grid"}
    limits = {"name": 60, "address": 200, "hours": 100, "services": 2000}
    for name, most in limits.items():
        values[name] = clean_text(values[name], max_length=most, multiline=name == "services")
    days = [day for day in (facts.season_from, facts.season_until) if day]
    demand_valid(
        [
            ("name", bool(values["name"]), _("Give it a name.")),
            ("season_from", len(days) != 1, _("A season has a first and a last day.")),
            ("season_from", all(_DAY_OF_YEAR.fullmatch(day) for day in days), _("Write month and day: 06-15.")),
            ("reach", 0 < facts.reach <= FARTHEST, _("From 1 to %(most)s metres.") % {"most": FARTHEST}),
        ]
    )
    for name, value in values.items():
        setattr(point, name, value)
    point.grid, point.grid_code = facts.grid, facts.grid.code
    try:
        with transaction.atomic():
            point.save()
    except IntegrityError as error:
        said = _("There is a point of this name in the grid.")
        raise NotValid(_("Please correct the marked fields."), {"name": [said]}) from error
    return point


def asdict_of(facts: Facts) -> dict[str, Any]:
    """The fields by name; rows stay rows."""
    return {name: getattr(facts, name) for name in Facts.__slots__}


# --- the opening board ------------------------------------------------------------------------------------------------


def may_write_board(point: ServicePoint, user: Any) -> bool:
    """Whether `user` opens and closes the point: who plans services there, and the people of the unit that runs it."""
    scope = scope_of(user)
    return point.organization_id in scope.organizations or scope.can("service.edit", point.grid_code)


def demand_board(point: ServicePoint, actor: User) -> None:
    """NotAllowed for whoever does not open and close the point."""
    if not may_write_board(point, actor):
        demand(actor, "service.edit", point.grid_code)


def say_open(
    point: ServicePoint, *, is_open: bool, actor: User, now: datetime, text: str = "", on: date | None = None
) -> Opening:
    """Write a line on the board for `on` (today): who opened or closed it when. The same said twice is one line.

    NotAllowed for others than `may_write_board`; NotValid for a day that has passed or lies too far ahead; NotNow for
    a point out of use.
    """
    demand_board(point, actor)
    today = timezone.localdate(now)
    day, words = on or today, clean_text(text, max_length=200)
    demand_valid(
        [
            ("on", day >= today, _("This day has passed.")),
            ("on", day <= today + AHEAD, _("This day is too far ahead.")),
        ]
    )
    with transaction.atomic():
        locked = ServicePoint.objects.select_for_update(of=("self",)).get(pk=point.pk)
        if not locked.is_active:
            raise NotNow(_("This point is no longer in use."))
        last = locked.openings.filter(on=day).order_by("-id").first()
        if last is not None and (last.is_open, last.text) == (is_open, words):
            return last
        return Opening.objects.create(point=locked, on=day, is_open=is_open, text=words, by=actor, at=now)
