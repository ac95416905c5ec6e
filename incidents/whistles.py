"""The moves of whistles (吹哨报到): the only module that writes their state (domain.md 2.7).

Every move is one transaction: the row is locked, the table of moves is asked under the lock, and the whistle, its
units' rows, its history, the note in the case's history and the notices are written together or not at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from incidents.calendars import DbCalendar
from incidents.models import Whistle, WhistleLevel, WhistleTask
from incidents.whistle_history import note, write_down
from incidents.whistle_moves import (
    LENGTHS,
    MOVE_BY_NAME,
    WhistleMove,
    check_right,
    check_state,
    reached,
    too_long,
    why_not_yet,
)
from incidents.worktime import TimeUnit, add_time


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
LONGEST_NAME: Final = {"count": LENGTHS["attendee"]}


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

    A `version` is compared when it is given; steps of units may go without one, because each unit's own row says
    whether the step was made already. Raises NotAllowed, NotNow (state, version or the order of the steps), NotValid.
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
        write_down(whistle, move, before, actor=actor, now=now, text=act.words, task=act.task)
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
    wrong: dict[str, list[str]] = {}
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
    said = too_long(words, length)
    return {"text": said} if said else {}


def _need_reason(act: _Act) -> dict[str, list[str]]:
    return _words(act, "reason", needed=_("A reason is needed."))


def _need_text(act: _Act) -> dict[str, list[str]]:
    return _words(act, "result", needed=_("Say in a few words what was done."))


def _need_attendee(act: _Act) -> dict[str, list[str]]:
    wrong = {}
    name = act.given.attendee.strip()
    if not name or too_long(name, "attendee"):
        wrong["attendee"] = [_("Write the name of who attended, in at most %(count)s characters.") % LONGEST_NAME]
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
    longest = max((rating.words for rating in act.given.ratings.values()), key=len)
    return {"ratings": said} if (said := too_long(longest, "reason")) else {}


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
        note(act.whistle, "rate", act.whistle.state, act.actor, act.now, f"{task.rating}/5 {task.rating_text}", task)
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
