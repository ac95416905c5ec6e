"""Visits (走访): written once, they end the rounds that were due, open the next ones, and agree on a day."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from fieldwork import duties
from fieldwork.models import (
    CareSubject,
    Household,
    InspectedPlace,
    MustDo,
    Resident,
    Visit,
    VisitDuty,
    VisitPurpose,
)
from fieldwork.no_answer import note_outcome
from fieldwork.pictures import attach
from grid.access import demand
from grid.models import Building, Grid
from grid.once import write_once
from grid.scope import scope_of
from incidents.models import Incident
from incidents.photos import ProcessedPhoto
from incidents.photostore import save_photos

LONGEST: Final = 2000
CLOCKS_DIFFER: Final = timedelta(minutes=5)
OLDEST: Final = timedelta(days=31)
"""How late a visit may be written down: a phone that was without a network, a paper that lay on the desk."""
FARTHEST: Final = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class NewVisit:
    """What was found at a door. One of subject, household, place, building or grid says where.

    `also` are further waiting rounds of the same household that this visit is for; without it those of the household
    itself and of `subject`.
    """

    outcome: str
    household: Household | None = None
    subject: CareSubject | None = None
    resident: Resident | None = None
    building: Building | None = None
    place: InspectedPlace | None = None
    grid: Grid | None = None
    purpose: VisitPurpose | None = None
    text: str = ""
    musts: Sequence[MustDo] = field(default=())
    next_on: date | None = None
    at: datetime | None = None
    also: Sequence[VisitDuty] = field(default=())
    photos: Sequence[ProcessedPhoto] = field(default=())


def record_visit(new: NewVisit, *, actor: User, now: datetime, client_id: UUID | None = None) -> tuple[Visit, bool]:
    """Write a visit; gives it, and whether it was made now (a repeat of the same `client_id` gives the first one).

    In one transaction: the visit with its photos and musts, the rounds that it ends, the next ones, the day agreed, and
    the incident when nobody answered twice running. NotAllowed without `field.write` there, NotValid by field, Conflict
    when the id was used for other words.
    """
    new = _checked(_placed(new), now=now)
    grid = _grid_of(new)
    demand(actor, "field.write", grid.code)
    photos = save_photos(new.photos)

    def write(digest: str) -> Visit:
        visit = Visit(**_columns(new, grid), client_id=client_id or uuid4(), digest=digest)
        visit.by, visit.at, visit.received_at = actor, new.at or now, now
        visit.save(force_insert=True)
        visit.musts.set(new.musts)
        attach(photos, actor=actor, now=now, visit=visit)
        _follow(visit, new, actor=actor, now=now)
        return visit

    return write_once(Visit, client_id or uuid4(), _given(new), actor=actor, write=write)


def _follow(visit: Visit, new: NewVisit, *, actor: User, now: datetime) -> None:
    """What comes of the visit: rounds, the agreed day, the incident of a door that stays shut."""
    day = timezone.localdate(visit.at)
    meant = duties.begun_rounds(day=day, household=visit.household, subject=visit.subject)
    rounds = {duty.pk: duty for duty in (*meant, *new.also)}
    if visit.outcome in duties.REACHED:
        duties.close(rounds.values(), visit, day=day)
    else:
        _look_after(visit, [duty.subject for duty in rounds.values() if duty.subject], actor=actor, now=now)
    if visit.next_on and (visit.subject_id or visit.household_id):
        duties.agree(visit, visit.next_on)


def _look_after(visit: Visit, subjects: list[CareSubject], *, actor: User, now: datetime) -> None:
    """Nobody opened: for each person in care at this door, see whether it was so before."""
    everybody = {subject.pk: subject for subject in (visit.subject, *subjects) if subject}
    where = visit.grid_code if actor.is_service else None
    if not scope_of(actor).can("incident.report", where):
        return
    raised = [(subject, note_outcome(subject, visit, actor=actor, now=now)) for subject in everybody.values()]
    # a visit that everybody reads does not say that somebody under a sensitive tag lives behind its door
    told = (one for subject, one in raised if visit.subject_id or not subject.tag.is_sensitive)
    if found := next((incident for incident in told if incident), None):
        Visit.objects.filter(pk=visit.pk).update(incident=found)
        visit.incident = found


def link_incident(visit: Visit, incident: Incident) -> None:
    """Keep that `incident` came of `visit` (a page made it from there)."""
    Visit.objects.filter(pk=visit.pk, incident__isnull=True).update(incident=incident)


# --- checks -----------------------------------------------------------------------------------------------------------


def _placed(new: NewVisit) -> NewVisit:
    """The visit with everything that follows: the household of a person in care, the building of a household."""
    household = new.household or (new.subject.household if new.subject else None)
    resident = new.resident or (new.subject.resident if new.subject else None)
    building = household.building if household else new.building
    return replace(new, household=household, resident=resident, building=building)


def _checked(new: NewVisit, *, now: datetime) -> NewVisit:
    today = timezone.localdate(now)
    day = timezone.localdate(new.at) if new.at else today
    home = new.household.pk if new.household else None
    somewhere = any((new.household, new.building, new.place, new.grid))
    demand_valid(
        (
            ("outcome", new.outcome in Visit.Outcome.values, _("This outcome is not known.")),
            ("household", somewhere, _("Say where the visit was.")),
            ("subject", new.subject is None or new.subject.household_id == home, _("This person lives elsewhere.")),
            ("resident", new.resident is None or new.resident.household_id == home, _("This person lives elsewhere.")),
            ("also", all(_lives_at(duty, home) for duty in new.also), _("This round is about another household.")),
            ("at", _plausible(new.at, now), _("Give a time of the last 31 days, not one to come.")),
            (
                "next_on",
                new.next_on is None or day < new.next_on <= today + FARTHEST,
                _("The next visit is on a later day, within two years."),
            ),
            (
                "next_on",
                new.next_on is None or home is not None,
                _("A next visit can only be agreed with a household."),
            ),
            ("musts", new.outcome == Visit.Outcome.MET or not new.musts, _("Nobody was met: leave these open.")),
        )
    )
    try:
        return replace(new, text=clean_text(new.text, max_length=LONGEST, multiline=True))
    except NotValid as error:
        raise NotValid(_("Please correct the marked fields."), {"text": [str(error)]}) from error


def _plausible(at: datetime | None, now: datetime) -> bool:
    return at is None or now - OLDEST <= at <= now + CLOCKS_DIFFER


def _lives_at(duty: VisitDuty, household: int | None) -> bool:
    home = duty.subject.household_id if duty.subject else duty.household_id
    return household is not None and home == household


def _grid_of(new: NewVisit) -> Grid:
    """Where the visit counts: the household's grid of today, else that of the place or building, else the given one."""
    for thing in (new.household, new.place, new.building):
        if thing is not None:
            return thing.grid
    assert new.grid is not None
    return new.grid


def _columns(new: NewVisit, grid: Grid) -> dict[str, Any]:
    names = ("household", "subject", "resident", "building", "place", "purpose", "outcome", "text", "next_on")
    return {name: getattr(new, name) for name in names} | {"grid": grid, "grid_code": grid.code}


def _given(new: NewVisit) -> dict[str, Any]:
    """What the digest of a repeated send is made of: words and keys, not what the server adds."""
    keys = {name: getattr(getattr(new, name), "pk", None) for name in ("household", "subject", "building", "place")}
    return {
        **keys,
        "purpose": getattr(new.purpose, "pk", None),
        "outcome": new.outcome,
        "text": new.text,
        "next_on": new.next_on,
        "musts": sorted(must.pk for must in new.musts),
        "also": sorted(duty.pk for duty in new.also),
        "grid": new.grid.code if new.grid else None,
        "photos": sorted(photo.sha256 for photo in new.photos),
    }
