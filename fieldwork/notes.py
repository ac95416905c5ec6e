"""Quick notes (随手记): written in one go, and with one tap made an incident, a visit or a wish (domain.md 3.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from fieldwork import visits
from fieldwork.models import DutyKind, FieldPhoto, FieldStep, QuickNote, Visit
from fieldwork.pictures import attach, processed
from grid.access import demand
from grid.models import Grid
from grid.models.grid import LEVEL_BY_LENGTH
from grid.once import sealed_uuid, write_once
from grid.scope import Scope, scope_of
from incidents.intake import CLOCK_SKEW, NewIncident, report_incident
from incidents.models import Incident
from incidents.models.incident import Source
from incidents.photos import ProcessedPhoto
from incidents.photostore import save_photos

LONGEST: Final = 2000
OLDEST: Final = timedelta(days=31)
"""How long a note may have waited on a phone."""
MOST_GRIDS: Final = 200
DISTRICT: Final = 2
Became = QuickNote.Became


@dataclass(frozen=True, slots=True)
class NewNote:
    """What was typed. Without `grid` it is the writer's own; `at` is when it was written, if not now."""

    client_id: UUID
    text: str
    grid: Grid | None = None
    duty: DutyKind | None = None
    at: datetime | None = None
    photos: Sequence[ProcessedPhoto] = field(default=())


def write_note(new: NewNote, *, actor: User, now: datetime) -> tuple[QuickNote, bool]:
    """Keep a note; gives it, and whether it was made now: the same `client_id` with the same content is the first one.

    NotAllowed without `field.write` in the grid, NotValid by field, Conflict when the id was used for other words.
    """
    new = _checked(new, now=now)
    grid = new.grid or home_grid(actor)
    if grid is None:
        message = _("Choose the grid that this is about.")
        raise NotValid(message, {"grid": [message]})
    demand(actor, "field.write", grid.code)
    photos = save_photos(new.photos)

    def write(digest: str) -> QuickNote:
        note = QuickNote.objects.create(
            client_id=new.client_id,
            digest=digest,
            grid=grid,
            grid_code=grid.code,
            text=new.text,
            duty=new.duty,
            by=actor,
            at=min(new.at or now, now),
            received_at=now,
        )
        attach(photos, actor=actor, now=now, note=note)
        return note

    return write_once(QuickNote, new.client_id, _given(new), actor=actor, write=write)


def _checked(new: NewNote, *, now: datetime) -> NewNote:
    """The note with clean text; NotValid names every wrong field."""
    try:
        text = clean_text(new.text, max_length=LONGEST, multiline=True)
    except NotValid as error:
        raise NotValid(_("Please correct the marked fields."), {"text": [str(error)]}) from error
    at = new.at or now
    demand_valid(
        (
            ("text", bool(text), _("Write what you saw or did.")),
            ("at", now - OLDEST <= at <= now + CLOCK_SKEW, _("Give a time of the last 31 days, not one to come.")),
            ("duty", new.duty is None or new.duty.is_active, _("This duty is not used any more.")),
        )
    )
    return replace(new, text=text)


def _given(new: NewNote) -> dict[str, Any]:
    """What the digest of a repeated send is made of: what was typed, not what the server filled in."""
    return {
        "text": new.text,
        "grid": new.grid.code if new.grid else "",
        "duty": new.duty.pk if new.duty else None,
        "photos": sorted(photo.sha256 for photo in new.photos),
    }


# --- where ------------------------------------------------------------------------------------------------------------


def grids_to_write(user: Any, *, today: Any = None) -> QuerySet[Any]:
    """The grids that a note of `user` may be about: her own ones and those one level below; widest first."""
    prefixes = scope_of(user).prefixes("field.write")
    here = Q(pk__in=())
    for prefix in prefixes:
        here |= Q(code__startswith=prefix, level__lte=_level(prefix) + 1)
    rows = Grid.objects.territorial().current(today or timezone.localdate()).filter(here)
    return rows.defer("boundary").order_by("code")[:MOST_GRIDS]


def _level(code: str) -> int:
    """1 city … 6 micro-grid; whoever writes everywhere chooses among the streets."""
    return LEVEL_BY_LENGTH.get(len(code), DISTRICT)


def home_grid(user: Any) -> Grid | None:
    """The grid that is filled in: that of her last note if she still writes there, else the first of her own."""
    scope = scope_of(user)
    last = QuickNote.objects.filter(by=user).select_related("grid").defer("grid__boundary").order_by("-at").first()
    if last is not None and last.grid.valid_to is None and scope.can("field.write", last.grid_code):
        found: Grid = last.grid
        return found
    return _own_grid(scope)


def _own_grid(scope: Scope) -> Grid | None:
    prefixes = scope.prefixes("field.write")
    rows = Grid.objects.filter(code__in=prefixes, valid_to__isnull=True).defer("boundary")
    found: Grid | None = rows.order_by("-level", "code").first()
    return found


# --- what it becomes --------------------------------------------------------------------------------------------------


def become_incident(pk: int, *, actor: User, now: datetime) -> tuple[QuickNote, Incident]:
    """Report what the note says as an incident of its grid, with its photos; a second tap gives the same incident.

    NotNow when it became something else; NotAllowed without `field.write` there.
    """
    note = _become(pk, Became.INCIDENT, _report, actor=actor, now=now)
    assert note.incident is not None
    return note, note.incident


def become_visit(pk: int, *, actor: User, now: datetime) -> tuple[QuickNote, Visit]:
    """Count the note as a visit in its grid, with its photos; a second tap gives the same visit."""
    note = _become(pk, Became.VISIT, _visit, actor=actor, now=now)
    assert note.visit is not None
    return note, note.visit


def become_wish(pk: int, *, actor: User, now: datetime) -> QuickNote:
    """Hand the note on as a wish of residents (微心愿)."""
    return _become(pk, Became.WISH, lambda note, actor, now: {}, actor=actor, now=now)


def take_back_wish(pk: int, *, actor: User, now: datetime) -> QuickNote:
    """It was no wish: only a note again. What became an incident or a visit has a life of its own and stays."""
    with transaction.atomic():
        note = _locked(pk, actor)
        if note.became != Became.WISH:
            raise NotNow(_("This note is not handed on as a wish."))
        return _keep(note, "", {}, actor=actor, now=now)


Make = Callable[[QuickNote, User, datetime], dict[str, Any]]


def _become(pk: int, kind: str, make: Make, *, actor: User, now: datetime) -> QuickNote:
    with transaction.atomic():
        note = _locked(pk, actor)
        if note.became == kind:
            return note
        if note.became:
            said = {"what": note.get_became_display()}
            raise NotNow(_("This note already has a sequel: “%(what)s”.") % said)
        return _keep(note, kind, make(note, actor, now), actor=actor, now=now)


def _locked(pk: int, actor: User) -> QuickNote:
    rows = QuickNote.objects.select_for_update(of=("self",)).select_related("grid", "incident", "visit")
    note: QuickNote = rows.defer("grid__boundary").get(pk=pk)
    demand(actor, "field.write", note.grid_code)
    return note


def _keep(note: QuickNote, kind: str, made: dict[str, Any], *, actor: User, now: datetime) -> QuickNote:
    before, note.became = note.became, kind
    for name, row in made.items():
        setattr(note, name, row)
    note.save(update_fields=["became", *made])
    FieldStep.objects.create(subject="quicknote", subject_id=note.pk, before=before, after=kind, by=actor, at=now)
    return note


def _report(note: QuickNote, actor: User, now: datetime) -> dict[str, Any]:
    new = NewIncident(
        text=note.text,
        source=Source.PATROL,
        grid=note.grid,
        happened_at=note.at,
        client_uuid=sealed_uuid(note.client_id, "incident"),
        photos=_photos(note),
    )
    return {"incident": report_incident(new, actor=actor, now=now)}


def _visit(note: QuickNote, actor: User, now: datetime) -> dict[str, Any]:
    new = visits.NewVisit(
        outcome=Visit.Outcome.MET, grid=note.grid, text=note.text, at=max(note.at, now - OLDEST), photos=_photos(note)
    )
    visit, _made = visits.record_visit(new, actor=actor, now=now, client_id=sealed_uuid(note.client_id, "visit"))
    return {"visit": visit}


def _photos(note: QuickNote) -> list[ProcessedPhoto]:
    return processed(FieldPhoto.objects.filter(note=note))
