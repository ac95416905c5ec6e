"""需求清单: what communities, residents, units and incidents need; unmet it waits, rises, or cannot be met (4.3)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.protect import mask_address, mask_numbers
from accounts.text_guard import clean_fields
from grid.models import Compound, Grid
from grid.once import write_once
from incidents.models import Incident
from incidents.numbers import street_number
from partybuilding.models import ListCall, Need, PartnerUnit, ReportIn, SupportKind
from partybuilding.stages import advance, keep_step
from partybuilding.units import demand_hers

LENGTHS: Final = {"title": 100, "text": 2000, "place": 200}
OPEN: Final = (Need.Status.OPEN,)


@dataclass(frozen=True, slots=True)
class NewNeed:
    """What is needed where. Without `grid` it lies where the compound, the incident or the unit lies, in that order."""

    title: str
    kind: SupportKind
    grid: Grid | None = None
    text: str = ""
    source: str = Need.Source.COMMUNITY
    call: ListCall | None = None
    incident: Incident | None = None
    report_in: ReportIn | None = None
    unit: PartnerUnit | None = None
    compound: Compound | None = None
    point: Point | None = None
    place: str = ""
    from_on: date | None = None
    until_on: date | None = None
    people: int | None = None


def raise_need(new: NewNeed, *, actor: User, now: datetime, client_id: UUID | None = None) -> Need:
    """Put a need on the list; the same `client_id` with the same words gives the first one.

    NotAllowed without `lists.edit` where it lies (people of the unit in need may raise hers); NotValid by field;
    NotNow when the incident has a living need already. Kept without phone and identity numbers: units read it.
    """
    grid = _grid_of(new)
    demand_hers(actor, new.unit, grid.code)
    words = {name: mask_numbers(text) for name, text in clean_fields(new, LENGTHS).items()}
    _check(new, words)
    given = {**words, "kind": new.kind.pk, "grid": grid.code, "from": new.from_on, "until": new.until_on}

    def write(digest: str) -> Need:
        return _write(new, words, grid, actor=actor, now=now, client_id=given_id, digest=digest)

    given_id = client_id or uuid4()
    try:
        row, _made = write_once(Need, given_id, given, actor=actor, write=write)
    except IntegrityError as error:
        if "need_once_per_incident" in str(error):
            raise NotNow(_("There is a need from this incident already.")) from error
        raise
    return row


def place_of(incident: Incident) -> str:
    """Where an incident lies, down to the building: units and members will read it, and no door is theirs to know."""
    shown = mask_address(incident.address).removesuffix("***")
    return shown or (incident.compound.name if incident.compound else "")


def _grid_of(new: NewNeed) -> Grid:
    for holder in (new, new.compound, new.incident, new.report_in, new.unit and new.unit.organization):
        grid: Grid | None = getattr(holder, "grid", None)
        if grid is not None:
            return grid
    raise NotValid(_("Please correct the marked fields."), {"grid": [_("Say where it is needed.")]})


def _check(new: NewNeed, words: dict[str, str]) -> None:
    term = new.from_on is None or new.until_on is None or new.from_on <= new.until_on
    demand_valid(
        [
            ("title", bool(words["title"]), _("Say what is needed.")),
            ("until_on", term, _("The last day is before the first one.")),
            ("kind", new.kind.is_active, _("This kind is not used any more.")),
            ("source", new.source in Need.Source.values, _("This source is not known.")),
        ]
    )


def _write(
    new: NewNeed, words: dict[str, str], grid: Grid, *, actor: User, now: datetime, client_id: UUID, digest: str
) -> Need:
    need = Need.objects.create(
        **words,
        number=street_number("need", "需求", grid.code, now=now),
        kind=new.kind,
        source=new.source,
        call=new.call,
        incident=new.incident,
        report_in=new.report_in,
        unit=new.unit,
        compound=new.compound,
        point=_point_of(new),
        from_on=new.from_on,
        until_on=new.until_on,
        people=new.people,
        grid=grid,
        grid_code=grid.code,
        level_code=grid.code,
        level_since=now,
        by=actor,
        at=now,
        client_id=client_id,
        digest=digest,
    )
    keep_step(need, before="", actor=actor, now=now)
    return need


def _point_of(new: NewNeed) -> Point | None:
    for holder in (new, new.incident, new.compound):
        point: Point | None = getattr(holder, "point", None)
        if point is not None:
            return point
    return None


def give_up(need: Need, *, actor: User, now: datetime, text: str, version: int | None = None) -> Need:
    """It cannot be met; the reason is kept and the need stands in the list of the unmet."""
    return _end(need, "give_up", actor=actor, now=now, text=text, version=version)


def withdraw(need: Need, *, actor: User, now: datetime, text: str, version: int | None = None) -> Need:
    """It is not needed any more."""
    return _end(need, "withdraw", actor=actor, now=now, text=text, version=version)


def _end(need: Need, stage: str, *, actor: User, now: datetime, text: str, version: int | None) -> Need:
    with transaction.atomic():
        locked = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
        if locked.projects.exclude(status="dropped").exists():
            raise NotNow(_("A unit is about to meet this need: drop the project first."))
        ended: Need = advance(locked, stage, actor=actor, now=now, text=text, version=version, ended_at=now)
    return ended


def follow(need_id: int | None, stage: str, *, now: datetime, text: str, **fields: Any) -> None:
    """The need goes the way of its project: the platform takes `stage` for it where the need still stands before it."""
    if need_id is None:
        return
    advance(Need(pk=need_id), stage, actor=None, now=now, text=text, **fields)
