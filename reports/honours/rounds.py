"""A round from its opening to the public showing; the decision is in `deciding`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Grid
from reports.honours import news
from reports.models import HonourPlace, HonourRound, HonourTitle, Nomination
from reports.periods import local_day
from reports.stages import advance, keep_step

MOST_PLACES: Final = 1000
SHORTEST, LONGEST = 1, 30
"""Days of a public showing."""


@dataclass(frozen=True, slots=True)
class PlaceSpec:
    """So many places of a title under a heading."""

    title: HonourTitle
    heading: str
    places: int


def open_round(
    grid: Grid, *, name: str, first: date, last: date, places: Sequence[PlaceSpec], actor: User, now: datetime
) -> HonourRound:
    """A new round of the office of `grid`. NotAllowed without honour.decide there, NotValid for wrong fields."""
    demand(actor, "honour.decide", grid.code)
    _check(name, first, last, places)
    with transaction.atomic():
        one = HonourRound.objects.create(
            name=name, grid=grid, grid_code=grid.code, period_start=first, period_end=last, created_by=actor
        )
        HonourPlace.objects.bulk_create(
            HonourPlace(round=one, title=spec.title, heading=spec.heading, places=spec.places) for spec in places
        )
        keep_step(one, before="", actor=actor, now=now)
    return one


def _check(name: str, first: date, last: date, places: Sequence[PlaceSpec]) -> None:
    headings = [spec.heading.strip() for spec in places]
    demand_valid(
        (
            ("name", bool(name.strip()), _("Give it a name.")),
            ("period_end", last >= first, _("The last day lies before the first.")),
            ("places", bool(places), _("Give at least one heading with its places.")),
            ("places", all(headings), _("Give every line a heading.")),
            ("places", len({*headings}) == len(headings), _("Every heading stands once.")),
            ("places", all(0 < s.places <= MOST_PLACES for s in places), _("This number is not possible.")),
        )
    )


def close_nominations(one: HonourRound, *, actor: User, now: datetime, version: int | None = None) -> HonourRound:
    """No more nominations: the review begins. NotNow while nobody was put forward."""
    if not Nomination.objects.filter(place__round=one).exclude(status=Nomination.Status.WITHDRAWN).exists():
        raise NotNow(_("Nobody has been put forward yet."))
    found: HonourRound = advance(one, "review", actor=actor, now=now, version=version)
    return found


def show(one: HonourRound, *, days: int, actor: User, now: datetime, version: int | None = None) -> HonourRound:
    """Show the passed ones to the public for `days` days. NotNow while a nomination waits for its review."""
    if not SHORTEST <= days <= LONGEST:
        message = _("Give a whole number of days from %(least)s to %(most)s.") % {"least": SHORTEST, "most": LONGEST}
        raise NotValid(message, {"days": [message]})
    with transaction.atomic():
        until = local_day(now) + timedelta(days=days)
        found: HonourRound = advance(one, "show", actor=actor, now=now, version=version, public_until=until)
        check_reviewed(found)
        news.tell_shown(found, now=now)
    return found


def cancel(one: HonourRound, *, text: str, actor: User, now: datetime, version: int | None = None) -> HonourRound:
    """Call the round off, with the reason."""
    found: HonourRound = advance(one, "cancel", actor=actor, now=now, version=version, text=text)
    return found


def check_reviewed(one: HonourRound) -> None:
    """NotNow while a nomination waits for its review, or when none has passed."""
    rows = Nomination.objects.filter(place__round=one)
    if rows.filter(status=Nomination.Status.NOMINATED).exists():
        raise NotNow(_("A nomination still waits for its review."))
    if not rows.filter(status=Nomination.Status.SUPPORTED).exists():
        raise NotNow(_("No nomination has passed the review."))
