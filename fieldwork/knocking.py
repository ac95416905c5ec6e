"""敲门行动: one question, asked door by door; opinions, a result, what follows, what stays (domain.md 3.7).

Nobody is asked for a photo, and a door that does not want to talk is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from fieldwork.models import FieldStep, Household, KnockAction, KnockedDoor
from fieldwork.stages import advance, keep_step
from grid.access import demand
from grid.models import Building, Grid
from grid.once import sealed_key, write_once
from grid.stages import check_version
from incidents.intake import NewIncident, report_incident
from incidents.models import Incident
from incidents.models.incident import Source

MOST_BUILDINGS: Final = 200
LONGEST: Final = timedelta(days=92)
OLDEST: Final = timedelta(days=31)
"""How late a door may be written down: a phone that was without a network."""
MOST_SAID: Final = 12
"""Opinions that a first draft quotes, each once."""
DOOR: Final = "knockeddoor"
"""What the record of tries calls a door."""
TITLE, QUESTION, COMPANIONS, RESULT, LASTING, ROOM, OPINION = 100, 500, 200, 3000, 2000, 20, 500


@dataclass(frozen=True, slots=True)
class NewAction:
    """What a door-knock action asks, where and when."""

    title: str
    question: str
    buildings: Sequence[Building]
    starts_on: date
    ends_on: date
    companions: str = ""
    incident: Incident | None = None


@dataclass(frozen=True, slots=True)
class NewDoor:
    """What was heard at one door."""

    building: Building
    room: str
    answer: str
    unit: str = ""
    stand: str = ""
    opinion: str = ""
    at: datetime | None = field(default=None)


# --- planning ---------------------------------------------------------------------------------------------------------


def make_action(new: NewAction, *, grid: Grid, actor: User, now: datetime) -> KnockAction:
    """Plan an action in `grid`, led by `actor`; all buildings lie there. NotAllowed without `field.plan`."""
    demand(actor, "field.plan", grid.code)
    clean = _checked(new, grid)
    with transaction.atomic():
        action = KnockAction.objects.create(
            title=clean.title,
            question=clean.question,
            companions=clean.companions,
            incident=clean.incident,
            starts_on=clean.starts_on,
            ends_on=clean.ends_on,
            grid=grid,
            grid_code=grid.code,
            led_by=actor,
            created_at=now,
        )
        action.buildings.set(clean.buildings)
        keep_step(action, before="", actor=actor, now=now)
    return action


def change_action(
    action: KnockAction, new: NewAction, *, actor: User, now: datetime, version: int | None = None
) -> KnockAction:
    """Other words, days or buildings while it is planned or under way; a building with doors written stays in."""
    with transaction.atomic():
        locked = KnockAction.objects.select_for_update(of=("self",)).select_related("grid").get(pk=action.pk)
        demand(actor, "field.plan", locked.grid_code)
        check_version(locked, version)
        if locked.status not in (KnockAction.Status.PLANNED, KnockAction.Status.RUNNING):
            raise NotNow(_("The action has ended."))
        clean = _checked(new, locked.grid)
        _keep_written(locked, clean.buildings)
        for name in ("title", "question", "companions", "starts_on", "ends_on"):
            setattr(locked, name, getattr(clean, name))
        locked.version += 1
        locked.save(update_fields=["title", "question", "companions", "starts_on", "ends_on", "version"])
        locked.buildings.set(clean.buildings)
    return locked


def _keep_written(action: KnockAction, buildings: Sequence[Building]) -> None:
    written = Building.objects.filter(pk__in=action.doors.values("building"))
    if missing := written.exclude(pk__in=[building.pk for building in buildings]).first():
        message = _("Doors of %(building)s are written already: it stays.") % {"building": missing}
        raise NotValid(message, {"buildings": [message]})


def _checked(new: NewAction, grid: Grid) -> NewAction:
    inside = all(building.grid.code.startswith(grid.code) for building in new.buildings)
    demand_valid(
        (
            ("title", bool(new.title.strip()), _("Give the action a title.")),
            ("question", bool(new.question.strip()), _("Write the question that is asked at the door.")),
            ("buildings", bool(new.buildings), _("Choose at least one building.")),
            ("buildings", len(new.buildings) <= MOST_BUILDINGS, _("At most 200 buildings.")),
            ("buildings", inside, _("A building lies outside of the grid.")),
            ("ends_on", new.starts_on <= new.ends_on, _("The last day is before the first.")),
            ("ends_on", new.ends_on - new.starts_on <= LONGEST, _("At most three months.")),
        )
    )
    return replace(
        new,
        title=clean_text(new.title, max_length=TITLE),
        question=clean_text(new.question, max_length=QUESTION, multiline=True),
        companions=clean_text(new.companions, max_length=COMPANIONS),
    )


# --- its life ---------------------------------------------------------------------------------------------------------


def start(action: KnockAction, *, actor: User, now: datetime, version: int | None = None) -> KnockAction:
    """Begin to knock."""
    started: KnockAction = advance(action, "start", actor=actor, now=now, version=version)
    return started


def end(
    action: KnockAction, *, result: str, lasting: str, actor: User, now: datetime, version: int | None = None
) -> KnockAction:
    """End with what came of it, and with what stays (长效机制). NotValid without a result."""
    demand_valid([("result", bool(result.strip()), _("Write what came of it."))])
    words = {
        "result": clean_text(result, max_length=RESULT, multiline=True),
        "lasting": clean_text(lasting, max_length=LASTING, multiline=True),
    }
    ended: KnockAction = advance(action, "end", actor=actor, now=now, version=version, **words)
    return ended


def call_off(action: KnockAction, *, text: str, actor: User, now: datetime, version: int | None = None) -> KnockAction:
    """Not done after all, with the reason."""
    off: KnockAction = advance(action, "call_off", actor=actor, now=now, version=version, text=text)
    return off


def follow_up(action: KnockAction, *, text: str, actor: User, now: datetime) -> Incident:
    """Report what the doors said as one incident, to be dispatched to whoever answers for it; the same one again when
    it was reported before. NotNow before the first door, NotAllowed without `field.plan`.
    """
    demand(actor, "field.plan", action.grid_code)
    if action.follow_up is not None:
        return action.follow_up
    if not action.doors.exists():
        raise NotNow(_("No door has been written yet."))
    first = action.buildings.select_related("compound").order_by("pk").first()
    new = NewIncident(
        title=action.title,
        text=text,
        source=Source.PATROL,
        grid=action.grid,
        compound=first.compound if first else None,
        external_id=sealed_key(f"knock-{action.pk}"),
    )
    with transaction.atomic():
        incident = report_incident(new, actor=actor, now=now)
        KnockAction.objects.filter(pk=action.pk, follow_up__isnull=True).update(follow_up=incident)
    return incident


# --- doors ------------------------------------------------------------------------------------------------------------


def write_door(
    action: KnockAction, new: NewDoor, *, actor: User, now: datetime, client_id: UUID | None = None
) -> tuple[KnockedDoor, bool]:
    """What was heard at one door; a door that was tried before is written anew and counts one try more.

    Nobody at home never wipes out an opinion that was given. Gives the door, and whether anything was written now.
    """
    demand(actor, "field.write", new.building.grid.code)
    clean = _door(new, now)
    given = {name: getattr(clean, name) for name in ("unit", "room", "answer", "stand", "opinion")}
    given |= {"action": action.pk, "building": clean.building.pk}
    key, made = client_id or uuid4(), True

    def write(digest: str) -> KnockedDoor:
        nonlocal made
        _demand_open(action, clean.building)
        if (known := _sent_earlier(action, clean, key, actor)) is not None:
            made = False
            return known
        return _upsert(action, clean, actor=actor, now=now, sent=(key, digest))

    door, written = write_once(KnockedDoor, key, given, actor=actor, write=write)
    return door, written and made


def _sent_earlier(action: KnockAction, new: NewDoor, key: UUID, actor: User) -> KnockedDoor | None:
    """The door when `key` was one of its tries before: the door itself remembers the last id only.

    Without this, what the phone sends again after somebody else tried the door would take the place of the newer words.
    """
    where = {"building": new.building, "unit": new.unit, "room": new.room}
    door: KnockedDoor | None = action.doors.select_for_update(of=("self",)).filter(**where).first()
    tries = FieldStep.objects.filter(subject=DOOR, subject_id=door.pk if door else 0, text=str(key), by=actor)
    return door if door is not None and tries.exists() else None


def _door(new: NewDoor, now: datetime) -> NewDoor:
    answers, stands = KnockedDoor.Answer, KnockedDoor.Stand
    answered = new.answer == answers.ANSWERED
    demand_valid(
        (
            ("answer", new.answer in answers.values, _("This answer is not known.")),
            ("stand", not new.stand or new.stand in stands.values, _("This stand is not known.")),
            ("stand", answered or not (new.stand or new.opinion.strip()), _("Only who answers has an opinion.")),
            ("room", bool(new.room.strip()), _("Which door?")),
            ("at", new.at is None or new.at <= now + timedelta(minutes=5), _("This time is still to come.")),
            # a time before the year 1 in UTC can be stored, but never read again
            ("at", new.at is None or new.at >= now - OLDEST, _("Give a time of the last 31 days, not one to come.")),
        )
    )
    return replace(
        new,
        unit=clean_text(new.unit, max_length=10),
        room=clean_text(new.room, max_length=ROOM),
        opinion=clean_text(new.opinion, max_length=OPINION),
        at=new.at or now,
    )


def _demand_open(action: KnockAction, building: Building) -> None:
    """NotNow unless the action runs; the lock lets nobody end it meanwhile."""
    locked = KnockAction.objects.select_for_update(of=("self",), no_key=True).get(pk=action.pk)
    if locked.status != KnockAction.Status.RUNNING:
        raise NotNow(_("The action is not under way: “%(status)s”.") % {"status": locked.get_status_display()})
    if not locked.buildings.filter(pk=building.pk).exists():
        message = _("This building is not part of the action.")
        raise NotValid(message, {"building": [message]})


def _upsert(action: KnockAction, new: NewDoor, *, actor: User, now: datetime, sent: tuple[UUID, str]) -> KnockedDoor:
    where = {"action": action, "building": new.building, "unit": new.unit, "room": new.room}
    client_id, digest = sent
    words: dict[str, Any] = {
        "answer": new.answer,
        "stand": new.stand,
        "opinion": new.opinion,
        "by": actor,
        "at": new.at,
        "client_id": client_id,
        "digest": digest,
    }
    door = KnockedDoor.objects.select_for_update().filter(**where).first()
    if door is None:
        home = Household.objects.filter(building=new.building, unit=new.unit, room=new.room).first()
        door = KnockedDoor.objects.create(**where, **words, household=home)
        _keep_try(door, "", new, client_id, actor=actor, now=now)
        return door
    _keep_try(door, door.answer, new, client_id, actor=actor, now=now)
    door.tries += 1
    if not (door.answer == KnockedDoor.Answer.ANSWERED and new.answer != KnockedDoor.Answer.ANSWERED):
        for name, value in words.items():
            setattr(door, name, value)
    door.save(update_fields=["tries", *words])
    return door


def _keep_try(door: KnockedDoor, before: str, new: NewDoor, key: UUID, *, actor: User, now: datetime) -> None:
    FieldStep.objects.create(
        subject=DOOR, subject_id=door.pk, before=before, after=new.answer, by=actor, at=now, text=str(key)
    )


# --- figures ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BuildingLine:
    """One building of an action: its doors as far as they are known, and what was heard."""

    building: Building
    doors: int
    answered: int
    not_home: int
    refused: int

    @property
    def tried(self) -> int:
        """Doors that were knocked at."""
        return self.answered + self.not_home + self.refused


def lines(action: KnockAction) -> list[BuildingLine]:
    """The buildings of the action with their figures, in three queries; doors from the households, else as built."""
    names = KnockedDoor.Answer
    heard: dict[int, Any] = {
        row["building"]: row
        for row in action.doors.values("building")
        .order_by("building")
        .annotate(**{name: Count("pk", filter=Q(answer=name)) for name in names.values})
    }
    buildings = list(action.buildings.select_related("compound", "grid").defer("grid__boundary").order_by("pk"))
    known = dict(
        Household.objects.filter(building__in=buildings, is_active=True)
        .values("building")
        .order_by("building")
        .annotate(n=Count("pk"))
        .values_list("building", "n")
    )
    return [_line(building, known.get(building.pk, 0), heard.get(building.pk, {})) for building in buildings]


def _line(building: Building, known: int, heard: Any) -> BuildingLine:
    counts = {name: heard.get(name, 0) for name in KnockedDoor.Answer.values}
    doors = max(known or building.households or 0, sum(counts.values()))
    return BuildingLine(building, doors, **counts)


def stands(action: KnockAction) -> list[tuple[str, str, int]]:
    """(stand, label, doors) of those who answered; no stand last."""
    rows = action.doors.filter(answer=KnockedDoor.Answer.ANSWERED).values("stand").order_by("stand")
    counts = dict(rows.annotate(n=Count("pk")).values_list("stand", "n"))
    choices = [*KnockedDoor.Stand.choices, ("", _("No stand"))]
    return [(str(value), str(label), counts.get(value, 0)) for value, label in choices]


def summary(action: KnockAction) -> str:
    """The first draft of a result or of the incident: figures and the opinions given, without doors and names."""
    counted = lines(action)
    heard = action.doors.exclude(opinion="").order_by("at").values_list("opinion", flat=True)
    said = list(dict.fromkeys(heard))[:MOST_SAID]
    text = _("%(question)s Knocked at %(tried)s of %(doors)s doors; %(answered)s answered.") % {
        "question": action.question,
        "tried": sum(line.tried for line in counted),
        "doors": sum(line.doors for line in counted),
        "answered": sum(line.answered for line in counted),
    }
    by_stand = "，".join(f"{label} {n}" for _value, label, n in stands(action) if n)
    return "\n".join([text, by_stand, *(f"· {one}" for one in said)]).strip()


def today_within(action: KnockAction, now: datetime) -> bool:
    """Whether today is one of the days of the action."""
    return action.starts_on <= timezone.localdate(now) <= action.ends_on


def with_doors(rows: Any) -> Any:
    """Each action with `doors_tried` and `doors_answered`."""
    answered = Q(doors__answer=KnockedDoor.Answer.ANSWERED)
    return rows.annotate(
        doors_tried=Count("doors", distinct=True), doors_answered=Count("doors", filter=answered, distinct=True)
    )
