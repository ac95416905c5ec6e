"""Patrols (巡查): start, findings on the way, finish or break off. Nobody is made to confirm a place (law 14)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from fieldwork import policies
from fieldwork.models import Checkpoint, DutyKind, Patrol, PatrolFinding, PatrolKind, PatrolPlan, PolicySwitch
from fieldwork.pictures import attach
from fieldwork.stages import advance, keep_step
from grid.access import demand
from grid.models import Grid
from grid.once import Conflict, write_once
from incidents.intake import CLOCK_SKEW, NewIncident, report_incident
from incidents.models.incident import Source
from incidents.photos import ProcessedPhoto
from incidents.photostore import StoredPhoto, save_photos

OLDEST: Final = timedelta(days=14)
"""How long a record may have waited on a phone."""
AFTERWARDS: Final = timedelta(minutes=30)
"""So long after its end a finding may still be written to a round."""
REMARK_LENGTH: Final = 500
FINDING_LENGTH: Final = 1000


@dataclass(frozen=True, slots=True)
class NewPatrol:
    """The beginning of a round: by a plan, or of a grid without one. `at` is when it began, if not now."""

    client_id: UUID
    grid: Grid
    plan: PatrolPlan | None = None
    kind: str = ""
    duty: DutyKind | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewFinding:
    """What was seen; put right on the spot, or else it becomes an incident."""

    client_id: UUID
    text: str
    fixed_on_spot: bool = False
    checkpoint: Checkpoint | None = None
    point: Point | None = None
    at: datetime | None = None
    photos: Sequence[ProcessedPhoto] = field(default=())


def moment_of(given: datetime | None, now: datetime) -> datetime:
    """When it happened by the phone's clock: never in the future. NotValid (field "at") for more than 14 days ago."""
    if given is None or given > now:
        if given is not None and given > now + CLOCK_SKEW:
            raise NotValid(_("The time lies in the future: set the clock of the phone."), {"at": [_("In the future.")]})
        return now
    if given < now - OLDEST:
        said = _("More than 14 days old: ask the office to enter it.")
        raise NotValid(said, {"at": [said]})
    return given


def counted(rows: QuerySet[Patrol]) -> QuerySet[Patrol]:
    """Each with `found` and `cases`: how many findings, how many of them became cases.

    Counted row by row, so that a page of fifty does not add up the findings of all 60,000 rounds of a year.
    """
    findings = PatrolFinding.objects.filter(patrol=OuterRef("pk")).order_by().values("patrol")
    numbers = {"found": Count("pk"), "cases": Count("incident")}
    wanted = {name: Subquery(findings.annotate(n=number).values("n")) for name, number in numbers.items()}
    return rows.annotate(**{name: Coalesce(query, 0) for name, query in wanted.items()})


# --- start ------------------------------------------------------------------------------------------------------------


def under_way(user: Any) -> Patrol | None:
    """The round that `user` is on."""
    rows = Patrol.objects.filter(by=user, status=Patrol.Status.RUNNING).select_related("grid", "plan")
    found: Patrol | None = rows.defer("grid__boundary").first()
    return found


def start_patrol(new: NewPatrol, *, actor: User, now: datetime) -> tuple[Patrol, bool]:
    """Begin a round; gives it and whether it was begun now: the same send again gives the first one.

    NotAllowed without field.write in the grid; NotNow while another round of the actor is under way; Conflict when the
    id stands for another round.
    """
    demand(actor, "field.write", new.grid.code)
    if new.plan is not None and new.plan.grid_id != new.grid.pk:
        raise NotValid(_("The plan is that of another grid."), {"plan": [_("Choose a plan of the grid.")]})
    kind = new.plan.kind if new.plan else new.kind or PatrolKind.DAILY
    given = {"grid": new.grid.code, "plan": new.plan and new.plan.pk, "kind": str(kind)}
    at = moment_of(new.at, now)

    def write(digest: str) -> Patrol:
        if under_way(actor) is not None:
            raise NotNow(_("You are on a patrol already: finish it first."))
        place: dict[str, Any] = {"grid": new.grid, "grid_code": new.grid.code, "plan": new.plan, "kind": kind}
        when: dict[str, Any] = {"by": actor, "at": at, "received_at": now}
        patrol = Patrol.objects.create(client_id=new.client_id, digest=digest, duty=new.duty, **place, **when)
        keep_step(patrol, before="", actor=actor, now=now)
        return patrol

    try:
        return write_once(Patrol, new.client_id, given, actor=actor, write=write)
    except IntegrityError as error:  # two phones of one person at the same moment
        if "patrol_one_under_way" not in str(error):
            raise
        raise NotNow(_("You are on a patrol already: finish it first.")) from error


# --- end --------------------------------------------------------------------------------------------------------------


def finish_patrol(
    patrol: Patrol,
    *,
    actor: User,
    now: datetime,
    text: str = "",
    passed: Iterable[Checkpoint] = (),
    at: datetime | None = None,
    version: int | None = None,
) -> Patrol:
    """End a round. Which checkpoints were passed is told freely, unless a policy switch of the grid asks for all.

    NotAllowed for anybody but who walks; the same send again changes nothing; NotNow when it ended in another way.
    """
    text = clean_text(text, max_length=REMARK_LENGTH, multiline=True)
    _only_walker(patrol, actor)
    if patrol.status == Patrol.Status.FINISHED and patrol.text == text:
        return patrol
    chosen = list(passed)
    _check_passed(patrol, chosen, text, now)
    ended = max(moment_of(at, now), patrol.at)
    with transaction.atomic():
        told: dict[str, Any] = {"actor": actor, "now": now, "version": version, "finished_at": ended}
        done: Patrol = advance(patrol, "finish", **told)
        Patrol.objects.filter(pk=done.pk).update(text=text)
        done.text = text
        done.passed.set(chosen)
    return done


def drop_patrol(patrol: Patrol, *, actor: User, now: datetime, text: str, version: int | None = None) -> Patrol:
    """Break a round off, with the reason."""
    text = clean_text(text, max_length=REMARK_LENGTH, multiline=True)
    _only_walker(patrol, actor)
    ended = max(now, patrol.at)
    dropped: Patrol = advance(patrol, "drop", actor=actor, now=now, text=text, version=version, finished_at=ended)
    return dropped


def _only_walker(patrol: Patrol, actor: User) -> None:
    if patrol.by_id != actor.pk:
        raise NotAllowed(_("Only who walks the patrol writes in it."))


def _check_passed(patrol: Patrol, passed: Sequence[Checkpoint], text: str, now: datetime) -> None:
    """Checkpoints of its own plan only; with the switch on, all of them or a reason."""
    own = set(patrol.plan.checkpoints.values_list("pk", flat=True)) if patrol.plan else set()
    chosen = {point.pk for point in passed}
    if not chosen <= own:
        said = _("These are not checkpoints of this patrol.")
        raise NotValid(said, {"passed": [said]})
    today = timezone.localdate(now)
    if chosen != own and not text and policies.is_on(PolicySwitch.Name.CHECK_IN, patrol.grid_code, today=today):
        said = _("For the time being all checkpoints are to be confirmed here, or say why one was left out.")
        raise NotValid(said, {"passed": [said]})


# --- findings ---------------------------------------------------------------------------------------------------------


def record_finding(patrol: Patrol, new: NewFinding, *, actor: User, now: datetime) -> tuple[PatrolFinding, bool]:
    """Write what was seen: put right on the spot, or made an incident of the patrol's grid in the same transaction.

    Gives the finding and whether it was written now; the same send again gives the first one with its incident.
    NotAllowed for anybody but who walks, NotNow after the round was broken off, NotValid without words.
    """
    _only_walker(patrol, actor)
    demand(actor, "field.write", patrol.grid_code)
    text = clean_text(new.text, max_length=FINDING_LENGTH, multiline=True)
    if not text:
        raise NotValid(_("Please correct the marked fields."), {"text": [_("Say what you found.")]})
    if PatrolFinding.objects.filter(client_id=new.client_id).exclude(patrol=patrol).exists():
        raise NotNow(_("This id is taken. Open the form anew."))
    given = {"text": text, "fixed": new.fixed_on_spot, "photos": sorted(photo.sha256 for photo in new.photos)}
    at = max(moment_of(new.at, now), patrol.at)
    stored = save_photos(new.photos)

    def write(digest: str) -> PatrolFinding:
        _still_of_the_round(patrol, at)
        row = PatrolFinding(patrol=patrol, client_id=new.client_id, digest=digest, at=at, text=text, point=new.point)
        row.checkpoint = _own_checkpoint(patrol, new.checkpoint)
        row.fixed_on_spot = new.fixed_on_spot
        return _keep(row, new, stored, actor=actor, now=now)

    return write_once(PatrolFinding, new.client_id, given, actor=actor, write=write)


def _still_of_the_round(patrol: Patrol, at: datetime) -> None:
    """What the phone sends late belongs to a finished round if it was seen on the way; NotNow otherwise."""
    if patrol.status == Patrol.Status.DROPPED:
        raise NotNow(_("This patrol was broken off: report it as a case."))
    if patrol.finished_at is not None and at > patrol.finished_at + AFTERWARDS:
        raise NotNow(_("This patrol is finished: start a new one, or report it as a case."))


def _keep(
    row: PatrolFinding, new: NewFinding, stored: Sequence[StoredPhoto], *, actor: User, now: datetime
) -> PatrolFinding:
    if not row.fixed_on_spot:
        row.incident = report_incident(_as_incident(row, new), actor=actor, now=now)
    row.save(force_insert=True)
    attach(stored, actor=actor, now=now, finding=row)
    return row


def _as_incident(row: PatrolFinding, new: NewFinding) -> NewIncident:
    """The case of a finding: in the grid of the patrol, unless its place says better."""
    return NewIncident(
        text=row.text,
        source=Source.PATROL,
        point=row.point,
        grid=None if row.point else row.patrol.grid,
        address=row.checkpoint.name if row.checkpoint else "",
        happened_at=row.at,
        client_uuid=row.client_id,
        photos=new.photos,
    )


def _own_checkpoint(patrol: Patrol, point: Checkpoint | None) -> Checkpoint | None:
    if point is not None and point.plan_id != patrol.plan_id:
        said = _("These are not checkpoints of this patrol.")
        raise NotValid(said, {"checkpoint": [said]})
    return point


__all__ = [
    "Conflict",
    "NewFinding",
    "NewPatrol",
    "counted",
    "drop_patrol",
    "finish_patrol",
    "moment_of",
    "record_finding",
    "start_patrol",
    "under_way",
]
