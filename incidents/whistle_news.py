"""Who is told of a whistle, and in which words; written in the transaction of the move.

Words are in the platform's own language, as in `announcing`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from incidents.models import Whistle, WhistleEvent, WhistleLevel, WhistleTask
from incidents.people import actors_of, holders
from notices.models import Notice
from notices.writing import Message, notify_all

Writer = Callable[[Whistle, WhistleEvent, datetime], Iterable[Message]]


def announce(event: WhistleEvent, *, actor: User, now: datetime) -> None:
    """Tell everybody concerned about an event just written; whoever did it is not told."""
    write = _WRITERS.get(event.move)
    if write is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        messages = [_without(message, actor) for message in write(event.whistle, event, now)]
        notify_all(messages, now=now)


def reminder(task: WhistleTask, event: WhistleEvent, *, now: datetime) -> Message:
    """What is said when a unit is late: to the unit, the caller and the supervisors."""
    whistle = task.whistle
    late = task.due_at if event.move == "remind_done" else task.respond_due_at
    heading = (
        _("Whistle, task late: %(title)s") if event.move == "remind_done" else _("Whistle, no response: %(title)s")
    )
    people = {*actors_of([task.organization_id], timezone.localdate(now)), whistle.caller}
    people |= set(holders("incident.supervise", whistle.grid_code, now=now, leaders=False))
    body = [str(task.organization), task.task, str(_("Due %(moment)s") % {"moment": _moment(late)})]
    return _message(whistle, event, Notice.Level.URGENT, heading, people, body, key=f":{task.pk}")


def _without(message: Message, actor: User) -> Message:
    return replace(message, recipients=[user for user in message.recipients if user.pk != actor.pk])


# --- by move ----------------------------------------------------------------------------------------------------------


def _raised(whistle: Whistle, event: WhistleEvent, now: datetime) -> Iterable[Message]:
    people = holders("whistle.approve", whistle.grid_code, now=now)
    yield _message(whistle, event, Notice.Level.TASK, _("Whistle to be approved: %(title)s"), people, [whistle.text])


def _blown(whistle: Whistle, event: WhistleEvent, now: datetime) -> Iterable[Message]:
    """Each unit gets its own task with its own times; the caller hears that it was approved."""
    urgent = whistle.level == WhistleLevel.Colour.RED
    for task in whistle.tasks.select_related("organization"):
        people = actors_of([task.organization_id], timezone.localdate(now))
        level = Notice.Level.URGENT if urgent else Notice.Level.TASK
        yield _message(
            whistle, event, level, _("Whistle for your unit: %(title)s"), people, _calling(task), key=f":{task.pk}"
        )
    yield _to_caller(whistle, event, Notice.Level.INFO, _("Whistle approved and blown: %(title)s"))


def _calling(task: WhistleTask) -> list[str]:
    lead = _("Your unit leads.") if task.is_lead else _("Your unit assists.")
    respond, due = _moment(task.respond_due_at), _moment(task.due_at)
    times = _("Respond by %(respond)s, done by %(due)s") % {"respond": respond, "due": due}
    return [task.task, str(lead), str(times)]


def _refused(whistle: Whistle, event: WhistleEvent, now: datetime) -> Iterable[Message]:
    yield _to_caller(whistle, event, Notice.Level.INFO, _("Whistle refused: %(title)s"))


def _withdrawn(whistle: Whistle, event: WhistleEvent, now: datetime) -> Iterable[Message]:
    heading = _("Whistle withdrawn: %(title)s")
    if event.from_state == Whistle.State.RAISED:
        people: Iterable[User] = holders("whistle.approve", whistle.grid_code, now=now)
    else:
        people = _everybody(whistle, now)
    yield _message(whistle, event, Notice.Level.INFO, heading, people, [event.text])


def _responded(whistle: Whistle, event: WhistleEvent, now: datetime) -> Iterable[Message]:
    yield _to_caller(whistle, event, Notice.Level.INFO, _("A unit responds: %(title)s"))


def _attended(whistle: Whistle, event: WhistleEvent, now: datetime) -> Iterable[Message]:
    yield _to_caller(whistle, event, Notice.Level.INFO, _("A unit is on site: %(title)s"))


def _finished(whistle: Whistle, event: WhistleEvent, now: datetime) -> Iterable[Message]:
    """The caller hears of each unit; the lead unit hears when it may finish."""
    yield _to_caller(whistle, event, Notice.Level.INFO, _("A unit has done its task: %(title)s"))
    if not whistle.tasks.filter(is_lead=False, done_at__isnull=True).exists():
        lead = whistle.tasks.filter(is_lead=True).values_list("organization", flat=True)
        people = actors_of(list(lead), timezone.localdate(now))
        heading = _("All assisting units are done, yours finishes last: %(title)s")
        yield _message(whistle, event, Notice.Level.TASK, heading, people, [], key=":lead")


def _handled(whistle: Whistle, event: WhistleEvent, now: datetime) -> Iterable[Message]:
    yield _to_caller(whistle, event, Notice.Level.TASK, _("Whistle handled, to be evaluated: %(title)s"))


def _closed(whistle: Whistle, event: WhistleEvent, now: datetime) -> Iterable[Message]:
    for task in whistle.tasks.select_related("organization"):
        people = actors_of([task.organization_id], timezone.localdate(now))
        body = [str(_("Rating: %(stars)s of 5") % {"stars": task.rating}), task.rating_text]
        heading = _("Whistle closed, your unit is rated: %(title)s")
        yield _message(whistle, event, Notice.Level.INFO, heading, people, body, key=f":{task.pk}")


_WRITERS: Final[dict[str, Writer]] = {
    "raise": _raised,
    "approve": _blown,
    "refuse": _refused,
    "withdraw": _withdrawn,
    "respond": _responded,
    "attend": _attended,
    "finish": _finished,
    "conclude": _handled,
    "evaluate": _closed,
}


def _everybody(whistle: Whistle, now: datetime) -> Iterable[User]:
    units = list(whistle.tasks.values_list("organization", flat=True))
    approver = [whistle.approver] if whistle.approver else []
    return {*actors_of(units, timezone.localdate(now)), *approver}


def _to_caller(whistle: Whistle, event: WhistleEvent, level: str, heading: Promise | str) -> Message:
    unit = str(event.organization) if event.organization else ""
    return _message(whistle, event, level, heading, [whistle.caller], [unit, event.text], key=":caller")


def _message(
    whistle: Whistle,
    event: WhistleEvent,
    level: str,
    heading: Promise | str,
    people: Iterable[User],
    body: Iterable[str],
    *,
    key: str = "",
) -> Message:
    lines = [whistle.number, str(whistle.get_level_display()), whistle.address, *body]
    return Message(
        recipients=[user for user in people if not user.is_service],
        kind=f"whistle.{event.move}",
        level=level,
        title=str(heading % {"title": whistle.title}),
        body="\n".join(line for line in lines if line),
        url=reverse("incidents:whistle", args=[whistle.number]),
        dedupe_key=f"whistle:{whistle.pk}:{event.pk}{key}",
        grid_code=whistle.grid_code,
        payload=_payload(whistle, event),
    )


def _payload(whistle: Whistle, event: WhistleEvent) -> dict[str, Any]:
    """What another system gets: no words, no names."""
    return {
        "number": whistle.number,
        "event": event.move,
        "state": event.to_state,
        "level": whistle.level,
        "unit": event.organization_id,
        "grid_code": whistle.grid_code,
        "at": event.at.isoformat(),
    }


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else "—"
