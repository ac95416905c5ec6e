"""What a move does to an incident beside its state: handler, category, counters, stamps, kind of closing.

Called by `incidents.lifecycle` on a locked row, after every check; puts rows into the pen and writes nothing itself.
"""

from collections.abc import Callable
from typing import Any, Final

from grid.models import Grid
from incidents.conditions import LEVEL_BY_SEVERITY, level_of
from incidents.models import Incident
from incidents.models.category import Severity, Urgency
from incidents.models.incident import Closing
from incidents.needs import Wish
from incidents.pen import Pen
from incidents.states import ASSIGNED, INSPECTED, OPEN_STATES, RESTING, Clock, State

_STAMPS: Final = {
    "file": "filed_at",
    "dispatch": "dispatched_at",
    "feedback": "handled_at",
    "finish": "handled_at",
    "genuine": "verified_at",
    "not_genuine": "verified_at",
}
_COUNTERS: Final = {
    "return": "return_count",
    "rework": "rework_count",
    "refuse_work": "rework_count",
    "report_up": "report_up_count",
    "reopen": "reopen_count",
}
_CLOSINGS: Final = {
    "force_close": Closing.SPECIAL,
    "approve_self": Closing.SELF,
    "refuse_self": Closing.ERROR,
    "close_with_lead": Closing.WITH_LEAD,
}


def take_urgency(incident: Incident, wish: Wish) -> None:
    """An urgent category makes the report urgent before anything is asked: it does not wait for a look on site."""
    if wish.category is not None and wish.category.urgency == Urgency.URGENT:
        incident.urgency = Urgency.URGENT


def before_clocks(pen: Pen, incident: Incident, wish: Wish) -> None:
    """Everything that the clocks of the move depend on: category, step, handler, level."""
    move = wish.move
    if stamp := _STAMPS.get(move.name):
        setattr(incident, stamp, pen.now)
    if counter := _COUNTERS.get(move.name):
        setattr(incident, counter, getattr(incident, counter) + 1)
    if special := _SPECIAL.get(move.name):
        special(pen, incident, wish)
    _hand_over(pen, incident, wish)
    _look_on_site(incident, wish)


def after_clocks(pen: Pen, incident: Incident, wish: Wish) -> None:
    """What the state reached asks for: the time and kind of the ending, and what a reopening takes back."""
    if incident.state in OPEN_STATES:
        if wish.move.name == "reopen":
            incident.closed_at, incident.closing = None, ""
            incident.is_solved = False if incident.is_solved else incident.is_solved
        return
    incident.closed_at = incident.closed_at or pen.now
    if incident.state == State.CLOSED:
        incident.closing = _CLOSINGS.get(wish.move.name) or _closing(pen, incident)
    elif special := _CLOSINGS.get(wish.move.name):
        incident.closing = special
    incident.in_arbitration = False


def _closing(pen: Pen, incident: Incident) -> str:
    """正常结案 or 超时结案, by the handling clock; an appeal that was granted counts as in time (domain.md 2.3)."""
    late = pen.ledgers.reading(incident, Clock.HANDLE).is_overdue(pen.now)
    return Closing.OVERDUE if late and not incident.was_excused else Closing.NORMAL


# --- moves with an effect of their own --------------------------------------------------------------------------------


def _give_category(pen: Pen, incident: Incident, wish: Wish) -> None:
    """A category brings its severity and urgency; a report that was marked urgent stays urgent."""
    if wish.category is not None:
        incident.category = wish.category
        incident.severity = wish.category.severity
        if incident.urgency != Urgency.URGENT:
            incident.urgency = wish.category.urgency
    incident.level = LEVEL_BY_SEVERITY[Severity(incident.severity)]


def _begin_work(pen: Pen, incident: Incident, wish: Wish) -> None:
    """首接负责: the first receiver is responsible until another takes it on."""
    incident.handler_organization, incident.handler_user = wish.organization, wish.user
    incident.step, incident.steps = 1, pen.ledgers.limits.steps(incident.category, incident.urgency)
    if incident.responsible_organization_id is None and incident.responsible_user_id is None:
        _make_responsible(incident)
    if incident.in_arbitration:
        incident.in_arbitration, incident.was_arbitrated = False, True
    pen.assign(incident, wish.actor)


def _make_responsible(incident: Incident) -> None:
    incident.responsible_organization_id = incident.handler_organization_id
    incident.responsible_user_id = None if incident.handler_organization_id else incident.handler_user_id


def _take(pen: Pen, incident: Incident, wish: Wish) -> None:
    if incident.handler_user_id is None:
        incident.handler_user = wish.actor
        pen.taken(incident, wish.actor)
    _make_responsible(incident)


def _hand_on(pen: Pen, incident: Incident, wish: Wish) -> None:
    incident.handler_user = wish.user
    pen.unassign(incident, wish.move.name)
    pen.assign(incident, wish.actor)


def _return(pen: Pen, incident: Incident, wish: Wish) -> None:
    """The third return is not sent round again: somebody decides (domain.md 2.3, shirking)."""
    if incident.return_count >= pen.rules.procedure.returns_to_arbitration:
        incident.in_arbitration = True


def _report_up(pen: Pen, incident: Incident, wish: Wish) -> None:
    """One level up in the tree; the worker then looks for who leads there."""
    incident.level = max(level_of(incident) - 1, Grid.Level.STREET)
    pen.work(incident)


def _next_step(pen: Pen, incident: Incident, wish: Wish) -> None:
    incident.step += 1


def _found(pen: Pen, incident: Incident, wish: Wish) -> None:
    """The result of a look on site; what is so goes on by itself."""
    incident.is_genuine = wish.move.name == "genuine"
    if incident.is_genuine:
        pen.work(incident)


def _rest(pen: Pen, incident: Incident, wish: Wish) -> None:
    incident.resume_at = wish.until


def _found_solved(pen: Pen, incident: Incident, wish: Wish) -> None:
    """实质性解决 rests on a check on site or on the reporter, never on the closing alone."""
    incident.is_solved, incident.solved_at = True, pen.now


_SPECIAL: Final[dict[str, Callable[[Pen, Incident, Wish], None]]] = {
    "file": _give_category,
    "answer": _give_category,
    "dispatch": _begin_work,
    "take": _take,
    "hand_on": _hand_on,
    "return": _return,
    "report_up": _report_up,
    "next_step": _next_step,
    "genuine": _found,
    "not_genuine": _found,
    "suspend": _rest,
    "defer": _rest,
    "pass_check": _found_solved,
}


# --- handler and inspector --------------------------------------------------------------------------------------------


def _hand_over(pen: Pen, incident: Incident, wish: Wish) -> None:
    """Keep handler and assignment in step with the move."""
    move = wish.move
    if incident.state in ASSIGNED and move.target not in ASSIGNED:
        pen.unassign(incident, move.name)
    if incident.state in RESTING:
        incident.resume_at = None
    if move.target == State.FILED:
        incident.handler_organization = incident.handler_user = None
    elif move.target == State.REWORKING:
        pen.assign(incident, wish.actor)


def _look_on_site(incident: Incident, wish: Wish) -> None:
    """Who is asked to look on site, and only as long as that lasts."""
    incident.inspector = wish.user if wish.move.target in INSPECTED else None


def facts(incident: Incident, wish: Wish) -> dict[str, Any]:
    """What the event keeps beside its words: the category at filing, the handler at dispatch, texts beside a reason."""
    kept = dict(wish.data)
    name = wish.move.name
    if name in ("file", "answer") and incident.category:
        kept |= {"category": incident.category.code, "category_name": incident.category.name}
    if name in ("dispatch", "rework", "hand_on"):
        kept |= {"organization": incident.handler_organization_id, "user": incident.handler_user_id}
    if name in ("dispatch", "hand_on"):
        kept["handler"] = str(wish.organization or wish.user)
    if name in ("verify", "start_check") and wish.user:
        kept |= {"inspector": wish.user.pk, "handler": str(wish.user)}
    if name in ("suspend", "defer") and wish.until:
        kept["until"] = wish.until.isoformat()
    if name in ("next_step", "report_up"):
        kept |= {"step": incident.step, "steps": incident.steps} if name == "next_step" else {"level": incident.level}
    if wish.text and wish.words != wish.text:
        kept["text"] = wish.text
    return kept
