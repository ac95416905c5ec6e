"""Whistles (吹哨报到): the only module that writes their state (domain.md 2.7).

Raising and every move are one transaction: the row is locked, the table of moves is asked under the lock, and the
whistle, its units' rows, its history, the note in the case's history and the notices are written together or not at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Grid, Organization
from grid.querysets import OrganizationQuerySet
from grid.scope import scope_of
from incidents import lifecycle
from incidents.calendars import DbCalendar
from incidents.models import Incident, IncidentEvent, Whistle, WhistleEvent, WhistleLevel, WhistleTask
from incidents.numbers import next_number
from incidents.people import name_with_post, on_the_way
from incidents.whistle_moves import LABELS, MOVE_BY_NAME, WhistleMove, check_right, check_state, reached, why_not_yet
from incidents.whistle_news import announce
from incidents.worktime import TimeUnit, add_time

State = Whistle.State

NUMBER_BOOK: Final = "whistle"
SAME_AGAIN: Final = timedelta(minutes=5)
"""The same words of the same caller within this time are one whistle, sent twice."""
MOST_UNITS: Final = 20
LENGTHS: Final = {"title": 100, "text": 2000, "address": 200, "reason": 500, "result": 2000, "task": 500, "attendee": 60}


@dataclass(frozen=True, slots=True)
class Call:
    """One unit that is called, and what it is to do."""

    organization: Organization
    task: str
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class NewWhistle:
    """What the caller says. Without a grid it is the community (else the grid) of the case."""

    title: str
    text: str
    ground: str
    level: str
    calls: Sequence[Call]
    grid: Grid | None = None
    address: str = ""
    incident: Incident | None = None
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Rating:
    """How well one unit responded, 1 to 5, with words."""

    stars: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a move needs: words; the unit's row; who attended; one rating per unit's row."""

    text: str = ""
    task: int | None = None
    attendee: str = ""
    rank: int | None = None
    ratings: Mapping[int, Rating] = field(default_factory=dict)


NOTHING: Final = Given()


# --- raising ----------------------------------------------------------------------------------------------------------


def raise_whistle(new: NewWhistle, *, actor: User, now: datetime) -> Whistle:
    """Write a whistle that waits for the approval of the responsible person; the same one sent twice is one.

    Raises NotValid with messages by field, NotAllowed when the actor may not whistle at that place.
    """
    grid = new.grid or _grid_of(new.incident, actor)
    _check_new(new, grid, actor)
    assert grid is not None
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # two sends of one caller wait for each other
        if (first := _sent_before(new, grid, actor, now)) is not None:
            return first
        whistle = _insert(new, grid, actor, now)
        _write_down(whistle, "raise", "", actor=actor, now=now, text=whistle.text)
    return whistle


def callable_units(grid_code: str) -> OrganizationQuerySet:
    """Active units that may be called from the place: those of its street and those above it, of every kind."""
    near = Q(grid__code__startswith=grid_code[:9]) | Q(grid__code__in=on_the_way(grid_code))
    return Organization.objects.active().filter(near)


def _grid_of(incident: Incident | None, actor: User) -> Grid | None:
    if incident is None:
        return None
    community = Grid.objects.defer("boundary").filter(code=incident.grid_code[:12]).first()
    if community and scope_of(actor).can("whistle.blow", community.code):
        return community
    return Grid.objects.defer("boundary").get(pk=incident.grid_id)


def _check_new(new: NewWhistle, grid: Grid | None, actor: User) -> None:
    if grid is None:
        raise NotValid(_("Please correct the marked fields."), {"grid": [_("Choose the place that whistles.")]})
    if not scope_of(actor).can("whistle.blow", grid.code):
        raise NotAllowed(_("You may not whistle here."))
    wrong = {**_wrong_words(new), **_wrong_choices(new), **_wrong_calls(new, grid.code)}
    if new.incident and not Incident.objects.visible_to(actor).filter(pk=new.incident.pk).exists():
        wrong["incident"] = [_("There is no such case.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


def _wrong_words(new: NewWhistle) -> dict[str, list[str]]:
    wrong = {name: said for name in ("title", "text", "address") if (said := _too_long(getattr(new, name), name))}
    for name in ("title", "text"):
        if not getattr(new, name).strip():
            wrong[name] = [_("This field is needed.")]
    return wrong


def _too_long(words: str, name: str) -> list[str]:
    most = LENGTHS[name]
    return [_("At most %(count)s characters.") % {"count": most}] if len(words.strip()) > most else []


def _wrong_choices(new: NewWhistle) -> dict[str, list[str]]:
    wrong = {}
    if new.ground not in Whistle.Ground.values:
        wrong["ground"] = [_("Choose the ground.")]
    if not WhistleLevel.objects.filter(colour=new.level).exists():
        wrong["level"] = [_("This level is not set up.")]
    return wrong


def _wrong_calls(new: NewWhistle, grid_code: str) -> dict[str, list[str]]:
    units = [call.organization.pk for call in new.calls]
    said = ""
    if not units or len(units) > MOST_UNITS:
        said = _("Call one to %(most)s units.") % {"most": MOST_UNITS}
    elif len(set(units)) < len(units):
        said = _("A unit is called twice.")
    elif sum(call.is_lead for call in new.calls) != 1:
        said = _("Exactly one unit leads.")
    elif any(not call.task.strip() or _too_long(call.task, "task") for call in new.calls):
        said = _("Say for each unit what it is to do, in at most %(count)s characters.") % {"count": LENGTHS["task"]}
    elif callable_units(grid_code).filter(pk__in=units).count() < len(units):
        said = _("A unit does not serve this place or is not active.")
    return {"calls": [said]} if said else {}


def _sent_before(new: NewWhistle, grid: Grid, actor: User, now: datetime) -> Whistle | None:
    same = Whistle.objects.filter(caller=actor, grid=grid, title=new.title.strip(), text=new.text.strip())
    return same.filter(raised_at__gt=now - SAME_AGAIN, state=State.RAISED).first()


def _insert(new: NewWhistle, grid: Grid, actor: User, now: datetime) -> Whistle:
    year, number = next_number(NUMBER_BOOK, now=now)
    whistle = Whistle(
        number=f"W{year}-{number:04d}",
        incident=new.incident,
        grid=grid,
        grid_code=grid.code,
        title=new.title.strip(),
        text=new.text.strip(),
        ground=new.ground,
        level=new.level,
        address=new.address.strip() or (new.incident.address if new.incident else ""),
        caller=actor,
        raised_at=now,
        is_demo=new.is_demo,
    )
    whistle.save(force_insert=True)
    WhistleTask.objects.bulk_create(
        WhistleTask(whistle=whistle, organization=call.organization, task=call.task.strip(), is_lead=call.is_lead)
        for call in new.calls
    )
    return whistle


# --- moves ------------------------------------------------------------------------------------------------------------


@dataclass
class _Act:
    """One move under the lock: what it changes is collected, then written."""

    whistle: Whistle
    tasks: list[WhistleTask]
    move: WhistleMove
    actor: User
    now: datetime
    given: Given
    task: WhistleTask | None = None
    words: str = ""
    """What the history shows."""


def perform(
    whistle_pk: int, move: str, *, actor: User, now: datetime, version: int | None = None, given: Given = NOTHING
) -> Whistle:
    """Make one move and give back the whistle as it is then.

    A `version` is compared when it is given; steps of units may go without one, because each unit's own row says whether
    the step was made already. Raises NotAllowed, NotNow (state, version or the order of the steps), NotValid.
    """
    with transaction.atomic():
        whistle = lock(whistle_pk)
        tasks = list(whistle.tasks.select_related("organization"))
        act = _Act(whistle, tasks, MOVE_BY_NAME[move], actor, now, given)
        act.task = _task_of(act)
        check_right(whistle, act.move, actor, act.task)
        if version is not None and version != whistle.version:
            raise NotNow(_("Somebody has changed this whistle meanwhile: look at it again, then decide."))
        check_state(whistle, act.move)
        _check_order(act)
        _check_needs(act)
        before = whistle.state
        _EFFECTS[move](act)
        _save(act)
        _write_down(whistle, move, before, actor=actor, now=now, text=act.words, task=act.task)
    return whistle


def lock(whistle_pk: int) -> Whistle:
    """The whistle's row, locked until the transaction ends."""
    rows = Whistle.objects.select_for_update(of=("self",), no_key=True).select_related("caller", "incident")
    rows = rows.defer("incident__contact_name", "incident__contact_phone")
    whistle: Whistle = rows.get(pk=whistle_pk)
    return whistle


def _task_of(act: _Act) -> WhistleTask | None:
    if not act.move.per_unit:
        return None
    task = next((task for task in act.tasks if task.pk == act.given.task), None)
    if task is None:
        raise NotValid(_("Say which unit it is about."), {"task": [_("This whistle calls no such unit.")]})
    return task


def _check_order(act: _Act) -> None:
    if act.task and (said := why_not_yet(act.whistle, act.move, act.task, act.tasks)):
        raise NotNow(said)


def _check_needs(act: _Act) -> None:
    wrong = {}
    for need in act.move.needs:
        wrong |= _NEEDS[need](act)
    if not act.move.needs:
        wrong |= _words(act, "reason", needed="")
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


def _words(act: _Act, length: str, *, needed: str) -> dict[str, list[str]]:
    words = act.given.text.strip()
    if needed and not words:
        return {"text": [needed]}
    said = _too_long(words, length)
    return {"text": said} if said else {}


def _need_reason(act: _Act) -> dict[str, list[str]]:
    return _words(act, "reason", needed=_("A reason is needed."))


def _need_text(act: _Act) -> dict[str, list[str]]:
    return _words(act, "result", needed=_("Say in a few words what was done."))


def _need_attendee(act: _Act) -> dict[str, list[str]]:
    wrong = {}
    name = act.given.attendee.strip()
    if not name or _too_long(name, "attendee"):
        wrong["attendee"] = [_("Write the name of who attended, in at most %(count)s characters.") % {"count": 60}]
    if act.given.rank not in WhistleLevel.Rank.values:
        wrong["rank"] = [_("Choose the rank.")]
    elif act.task and act.task.attendee_rank is not None and (act.given.rank or 0) <= act.task.attendee_rank:
        wrong["rank"] = [_("Somebody of this rank attended already.")]
    return wrong


def _need_ratings(act: _Act) -> dict[str, list[str]]:
    if set(act.given.ratings) != {task.pk for task in act.tasks}:
        return {"ratings": [_("Rate every unit from 1 to 5.")]}
    if any(not 1 <= rating.stars <= 5 for rating in act.given.ratings.values()):
        return {"ratings": [_("A rating is a whole number from 1 to 5.")]}
    if any(_too_long(rating.words, "reason") for rating in act.given.ratings.values()):
        return {"ratings": _too_long("x" * 501, "reason")}
    return {}


_NEEDS: Final[dict[str, Callable[[_Act], dict[str, list[str]]]]] = {
    "reason": _need_reason,
    "text": _need_text,
    "attendee": _need_attendee,
    "ratings": _need_ratings,
}


# --- what a move does -------------------------------------------------------------------------------------------------


def _approve(act: _Act) -> None:
    """From now on both clocks of every unit run; they are reckoned once, from the level as it stands."""
    level = WhistleLevel.objects.filter(colour=act.whistle.level).first()
    if level is None:
        raise NotNow(_("This level is not set up."))
    _decide(act)
    act.whistle.blown_at, act.whistle.rank = act.now, level.rank
    calendar = DbCalendar()
    for task in act.tasks:
        task.respond_due_at = add_time(act.now, level.respond_amount, TimeUnit(level.respond_unit), calendar)
        task.due_at = add_time(act.now, level.handle_amount, TimeUnit(level.handle_unit), calendar)
    WhistleTask.objects.bulk_update(act.tasks, ["respond_due_at", "due_at"])


def _decide(act: _Act) -> None:
    act.whistle.approver, act.whistle.approval_reason = act.actor, act.given.text.strip()
    act.words = act.given.text.strip()


def _withdraw(act: _Act) -> None:
    act.words = act.given.text.strip()


def _respond(act: _Act) -> None:
    assert act.task is not None
    act.task.responded_at, act.task.responded_by = act.now, act.actor
    act.words = act.given.text.strip()
    act.task.save(update_fields=["responded_at", "responded_by"])


def _attend(act: _Act) -> None:
    """The first arrival counts as the time; a higher rank that comes later takes the place of the lower one."""
    assert act.task is not None
    task = act.task
    task.attended_at = task.attended_at or act.now
    task.attendee, task.attendee_rank = act.given.attendee.strip(), act.given.rank
    task.save(update_fields=["attended_at", "attendee", "attendee_rank"])
    act.words = attendance(act.whistle, task)


def attendance(whistle: Whistle, task: WhistleTask) -> str:
    """Who attended, in the platform's own language, with the remark when the rank is not up to the level."""
    with translation.override(settings.LANGUAGE_CODE):
        words = _("%(name)s (%(rank)s)") % {"name": task.attendee, "rank": task.get_attendee_rank_display()}
        return words if reached(whistle, task) else _("%(who)s, not up to the level") % {"who": words}


def _finish(act: _Act) -> None:
    assert act.task is not None
    act.task.done_at, act.task.done_by, act.task.result = act.now, act.actor, act.given.text.strip()
    act.words = act.task.result
    act.task.save(update_fields=["done_at", "done_by", "result"])


def _conclude(act: _Act) -> None:
    _finish(act)
    act.whistle.handled_at = act.now


def _evaluate(act: _Act) -> None:
    for task in act.tasks:
        rating = act.given.ratings[task.pk]
        task.rating, task.rating_text, task.rated_at = rating.stars, rating.words.strip(), act.now
        _note(act.whistle, "rate", act.whistle.state, act.actor, act.now, f"{task.rating}/5 {task.rating_text}", task)
    WhistleTask.objects.bulk_update(act.tasks, ["rating", "rating_text", "rated_at"])
    act.whistle.closed_at = act.now
    act.words = act.given.text.strip()


_EFFECTS: Final[dict[str, Callable[[_Act], None]]] = {
    "approve": _approve,
    "refuse": _decide,
    "withdraw": _withdraw,
    "respond": _respond,
    "attend": _attend,
    "finish": _finish,
    "conclude": _conclude,
    "evaluate": _evaluate,
}


def _save(act: _Act) -> None:
    whistle = act.whistle
    whistle.state = act.move.target or whistle.state
    whistle.version += 1
    fields = ["state", "version", "approver", "approval_reason", "rank", "blown_at", "handled_at", "closed_at"]
    whistle.save(update_fields=fields)


# --- history ----------------------------------------------------------------------------------------------------------


def _write_down(
    whistle: Whistle,
    move: str,
    before: str,
    *,
    actor: User,
    now: datetime,
    text: str,
    task: WhistleTask | None = None,
) -> None:
    """The event, the note in the history of the case when the state changed, and the notices."""
    event = _note(whistle, move, before, actor, now, text, task)
    if whistle.incident_id and before != whistle.state:
        _tell_case(whistle, event, actor, now)
    announce(event, actor=actor, now=now)


def _note(  # noqa: PLR0917, PLR0913 - one argument per column
    whistle: Whistle, move: str, before: str, actor: User, now: datetime, text: str, task: WhistleTask | None
) -> WhistleEvent:
    return WhistleEvent.objects.create(
        whistle=whistle,
        move=move,
        from_state=before,
        to_state=whistle.state,
        organization=task.organization if task else None,
        actor=actor,
        actor_name=name_with_post(actor, whistle.grid_code, now=now),
        text=text,
        at=now,
    )


def _tell_case(whistle: Whistle, event: WhistleEvent, actor: User, now: datetime) -> None:
    assert whistle.incident_id is not None
    with translation.override(settings.LANGUAGE_CODE):
        words = f"{whistle.number} {whistle.title}：{LABELS[event.move]}"
    if event.move == "conclude":
        words = f"{words}。{event.text}"
    data = {"whistle": whistle.number, "move": event.move, "state": whistle.state}
    kind = IncidentEvent.Kind.WHISTLED
    lifecycle.note(whistle.incident_id, kind, actor=actor, now=now, text=words, data=data)
