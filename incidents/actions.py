"""Joint actions (专项行动): planned, begun, written down day by day, ended with a result; cases are gathered into them.

The row is locked by every function that writes; `version` is what the reader saw.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Compound, Grid, Organization, Post
from grid.scope import scope_of
from incidents import lifecycle
from incidents.models import ActionDay, Incident, IncidentEvent, JointAction
from incidents.overview import midnight
from incidents.people import name_with_post
from incidents.querysets import IncidentQuerySet
from notices.models import Notice
from notices.writing import notify

State = JointAction.State

LONGEST: Final = timedelta(days=92)
MOST_PEOPLE: Final = 100_000
MOST_FOUND: Final = 1_000_000
MOST_AT_ONCE: Final = 200
"""Cases that are gathered by one click."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a joint action is planned with."""

    name: str
    purpose: str
    lead: Organization
    starts_on: date
    ends_on: date
    planned_people: int = 0
    units: Sequence[Organization] = ()
    compounds: Sequence[Compound] = ()


@dataclass(frozen=True, slots=True)
class DayEntry:
    """What was done on one day."""

    day: date
    people: int
    text: str
    found: int = 0
    settled: int = 0
    compounds: Sequence[Compound] = ()


# --- planning ---------------------------------------------------------------------------------------------------------


def plan(wish: Plan, *, grid: Grid, actor: User, now: datetime) -> JointAction:
    """A new joint action in the subtree of `grid`. NotAllowed without action.edit there, NotValid for wrong fields."""
    demand(actor, "action.edit", grid.code)
    _check_plan(wish, grid.code)
    with transaction.atomic():
        action = JointAction.objects.create(
            **_columns(wish), grid=grid, grid_code=grid.code, created_by=actor, created_at=now
        )
        action.units.set(wish.units)
        action.compounds.set(wish.compounds)
    return action


def replan(pk: int, wish: Plan, *, version: int, actor: User, now: datetime) -> JointAction:
    """Change a plan. While it runs the first day stays, and so do the compounds that were worked on already."""
    with transaction.atomic():
        action = _locked(pk, version, (State.PLANNED, State.RUNNING), actor)
        _check_plan(wish, action.grid_code)
        _check_running(action, wish)
        _save(action, **_columns(wish))
        action.units.set(wish.units)
        action.compounds.set(wish.compounds)
    return action


def _columns(wish: Plan) -> dict[str, Any]:
    names = ("name", "purpose", "lead", "starts_on", "ends_on", "planned_people")
    return {name: getattr(wish, name) for name in names}


def _check_plan(wish: Plan, code: str) -> None:
    outside = [one for one in wish.compounds if not one.grid.code.startswith(code)]
    strangers = [one for one in (wish.lead, *wish.units) if not _serves(one, code)]
    checks = (
        ("name", bool(wish.name.strip()), _("Give it a name.")),
        ("purpose", bool(wish.purpose.strip()), _("Say what it is for.")),
        ("ends_on", wish.ends_on >= wish.starts_on, _("The last day lies before the first.")),
        ("ends_on", wish.ends_on - wish.starts_on < LONGEST, _("A joint action lasts at most 92 days.")),
        ("planned_people", 0 <= wish.planned_people <= MOST_PEOPLE, _("This number is not possible.")),
        ("compounds", not outside, _("Not in this grid: %(names)s.") % {"names": _names(outside)}),
        ("units", not strangers, _("Do not serve this grid: %(names)s.") % {"names": _names(strangers)}),
    )
    demand_valid(checks)


def _serves(unit: Organization, code: str) -> bool:
    return unit.is_active and (code.startswith(unit.grid.code) or unit.grid.code.startswith(code))


def _names(rows: Iterable[object]) -> str:
    return "、".join(str(row) for row in rows)


def _check_running(action: JointAction, wish: Plan) -> None:
    done = {day.day: {*day.compounds_done.all()} for day in action.days.prefetch_related("compounds_done")}
    lost = set().union(*done.values()) - {*wish.compounds} if done else set()
    outside = [day for day in done if not wish.starts_on <= day <= wish.ends_on]
    moved = action.state == State.RUNNING and wish.starts_on != action.starts_on
    demand_valid(
        (
            ("starts_on", not moved, _("It has begun: the first day stays.")),
            ("ends_on", not outside, _("Days outside this period have been written already.")),
            ("compounds", not lost, _("Worked on already: %(names)s.") % {"names": _names(lost)}),
        )
    )


# --- its life ---------------------------------------------------------------------------------------------------------


def start(pk: int, *, version: int, actor: User, now: datetime) -> JointAction:
    """Begin it, and tell everybody with a post in its units."""
    with transaction.atomic():
        action = _locked(pk, version, (State.PLANNED,), actor)
        _save(action, state=State.RUNNING)
        units = [action.lead_id, *action.units.values_list("pk", flat=True)]
        notify(
            recipients=_people_of(units, timezone.localdate(now)).exclude(pk=actor.pk),
            kind="action.start",
            level=Notice.Level.TASK,
            title=_("Joint action begins: %(name)s") % {"name": action.name},
            body=action.purpose,
            url=reverse("incidents:action", args=[action.pk]),
            dedupe_key=f"action:{action.pk}:start",
            grid_code=action.grid_code,
            payload={"action": action.pk, "state": action.state},
            now=now,
        )
    return action


def _people_of(units: Iterable[int], day: date) -> QuerySet[User]:
    """Active people with any post in the units: members of a task group are not its handlers, but they come too."""
    posts = Post.objects.on(day).filter(organization__in=list(units))
    return User.objects.filter(pk__in=posts.values("user"), is_active=True)


def end(pk: int, *, result: str, version: int, actor: User, now: datetime) -> JointAction:
    """End it with its result. NotNow while no day has been written, NotValid without words."""
    with transaction.atomic():
        action = _locked(pk, version, (State.RUNNING,), actor)
        demand_valid((("result", bool(result.strip()), _("Write what came of it.")),))
        if not action.days.exists():
            raise NotNow(_("No day has been written yet: write the days first, or call the action off."))
        return _save(action, state=State.ENDED, result=result.strip(), ended_at=now)


def call_off(pk: int, *, reason: str, version: int, actor: User, now: datetime) -> JointAction:
    """Call it off, with the reason as its result; the cases stay with it for the record."""
    with transaction.atomic():
        action = _locked(pk, version, (State.PLANNED, State.RUNNING), actor)
        demand_valid((("reason", bool(reason.strip()), _("A reason is needed.")),))
        return _save(action, state=State.CANCELLED, result=reason.strip(), ended_at=now)


def _locked(pk: int, version: int | None, states: Sequence[str], actor: User, *, by_units: bool = False) -> JointAction:
    """The row, locked; NotAllowed (`by_units`: the units that take part may too), NotNow for version or state."""
    action: JointAction = JointAction.objects.select_for_update(no_key=True).get(pk=pk)
    if not by_units:
        demand(actor, "action.edit", action.grid_code)
    elif not may_write_days(action, actor):
        raise NotAllowed(_("Only the units that take part may do this in the joint action."))
    if version is not None and version != action.version:
        raise NotNow(_("Somebody has changed this joint action meanwhile: look at it again, then decide."))
    if action.state not in states:
        raise NotNow(_("This is not possible now: the joint action is “%(state)s”.") % {"state": _state_of(action)})
    return action


def _state_of(action: JointAction) -> str:
    return str(State(action.state).label)


def _save(action: JointAction, **fields: Any) -> JointAction:
    for name, value in fields.items():
        setattr(action, name, value)
    action.version += 1
    action.save(update_fields=[*fields, "version"])
    return action


# --- its days ---------------------------------------------------------------------------------------------------------


def may_write_days(action: JointAction, user: Any) -> bool:
    """Whoever plans joint actions there, and everybody with a post in the leading unit or one that takes part."""
    if scope_of(user).can("action.edit", action.grid_code):
        return True
    if not isinstance(user, User) or user.is_service:
        return False
    units = [action.lead_id, *action.units.values_list("pk", flat=True)]
    return Post.objects.held_by(user).on(timezone.localdate()).filter(organization__in=units).exists()


def write_day(pk: int, entry: DayEntry, *, actor: User, now: datetime, reason: str = "") -> ActionDay:
    """Write down one day, or correct it: the old figures stay with it, with who changed them, when and why.

    NotNow unless the action runs, NotAllowed for people of other units, NotValid for wrong figures, and for a
    correction without a reason.
    """
    with transaction.atomic():
        action = _locked(pk, None, (State.RUNNING,), actor, by_units=True)
        _check_day(action, entry, now)
        kept = ActionDay.objects.filter(action=action, day=entry.day).prefetch_related("compounds_done").first()
        if kept is None:
            day = ActionDay.objects.create(
                action=action, day=entry.day, **_figures(entry), written_by=actor, written_at=now
            )
        else:
            day = _corrected(kept, entry, reason.strip(), actor, now)
        day.compounds_done.set(entry.compounds)
        _save(action)
    return day


def _figures(entry: DayEntry) -> dict[str, Any]:
    return {"people": entry.people, "found": entry.found, "settled": entry.settled, "text": entry.text.strip()}


def _check_day(action: JointAction, entry: DayEntry, now: datetime) -> None:
    strangers = {*entry.compounds} - {*action.compounds.all()} if entry.compounds else set()
    inside = action.starts_on <= entry.day <= action.ends_on
    demand_valid(
        (
            ("day", inside, _("This day is not one of the action.")),
            ("day", entry.day <= timezone.localdate(now), _("This day has not come yet.")),
            ("people", 0 < entry.people <= MOST_PEOPLE, _("How many people were there?")),
            ("found", 0 <= entry.found <= MOST_FOUND, _("This number is not possible.")),
            ("settled", 0 <= entry.settled <= entry.found, _("No more can be settled than were found.")),
            ("text", bool(entry.text.strip()), _("Write in a few words what was done.")),
            ("compounds", not strangers, _("Not in the list of the action: %(names)s.") % {"names": _names(strangers)}),
        )
    )


def _corrected(day: ActionDay, entry: DayEntry, reason: str, actor: User, now: datetime) -> ActionDay:
    before = {name: getattr(day, name) for name in ("people", "found", "settled", "text")}
    before["compounds"] = sorted(compound.name for compound in day.compounds_done.all())
    if before == _figures(entry) | {"compounds": sorted(compound.name for compound in entry.compounds)}:
        return day
    demand_valid((("reason", bool(reason), _("This day was written already: say why you correct it.")),))
    code = day.action.grid_code
    change = {"at": now.isoformat(), "by": name_with_post(actor, code, now=now), "reason": reason, "before": before}
    for name, value in _figures(entry).items():
        setattr(day, name, value)
    day.changes = [*day.changes, change]
    day.save(update_fields=["people", "found", "settled", "text", "changes"])
    return day


# --- its cases --------------------------------------------------------------------------------------------------------


def suggested(action: JointAction, user: Any) -> IncidentQuerySet:
    """Cases of its compounds, reported in its days, that are in no joint action yet; as far as `user` sees them."""
    begins, ends = midnight(action.starts_on), midnight(action.ends_on + timedelta(days=1))
    rows: IncidentQuerySet = Incident.objects.visible_to(user)
    rows = rows.filter(compound__in=action.compounds.values("pk"), joint_action__isnull=True, duplicate_of__isnull=True)
    return rows.filter(reported_at__gte=begins, reported_at__lt=ends)


def gather(pk: int, incidents: Iterable[Incident], *, actor: User, now: datetime) -> int:
    """Take cases into the action; gives the number that were new in it.

    The caller found them inside the actor's scope. NotNow when one of them belongs to another joint action.
    """
    with transaction.atomic():
        action = _locked(pk, None, (State.PLANNED, State.RUNNING), actor, by_units=True)
        chosen = sorted({incident.pk for incident in incidents})[:MOST_AT_ONCE]
        taken = list(Incident.objects.filter(pk__in=chosen).exclude(joint_action=None).order_by("pk"))
        if others := [row.number for row in taken if row.joint_action_id != action.pk]:
            raise NotNow(_("In another joint action already: %(numbers)s.") % {"numbers": _names(others)})
        fresh = [one for one in chosen if one not in {row.pk for row in taken}]
        for incident_pk in fresh:
            _mark(incident_pk, action, _("Joint action: %(name)s"), actor, now, joint_action_id=action.pk)
    return len(fresh)


def release(pk: int, incident: Incident, *, actor: User, now: datetime) -> None:
    """Take a case out again; NotNow when it is not in the action, or the action has ended."""
    with transaction.atomic():
        action = _locked(pk, None, (State.PLANNED, State.RUNNING), actor, by_units=True)
        if not Incident.objects.filter(pk=incident.pk, joint_action=action).exists():
            raise NotNow(_("%(number)s is not in this joint action.") % {"number": incident.number})
        _mark(incident.pk, action, _("Taken out of the joint action: %(name)s"), actor, now, joint_action_id=None)


def _mark(
    incident_pk: int, action: JointAction, words: str, actor: User, now: datetime, *, joint_action_id: int | None
) -> None:
    lifecycle.change(
        incident_pk,
        IncidentEvent.Kind.GATHERED,
        actor=actor,
        now=now,
        text=words % {"name": action.name},
        data={"action": action.pk, "gathered": joint_action_id is not None},
        joint_action_id=joint_action_id,
    )
