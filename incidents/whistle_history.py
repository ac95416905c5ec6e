"""The history of a whistle: each step with its note in the case and its notices, in the transaction of the caller."""

from datetime import datetime

from django.conf import settings
from django.utils import translation

from accounts.models import User
from incidents import lifecycle
from incidents.models import IncidentEvent, Whistle, WhistleEvent, WhistleTask
from incidents.people import name_with_post
from incidents.whistle_moves import LABELS
from incidents.whistle_news import announce


def write_down(
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
    event = note(whistle, move, before, actor, now, text, task)
    if whistle.incident_id and before != whistle.state:
        _tell_case(whistle, event, actor, now)
    announce(event, actor=actor, now=now)


def note(
    whistle: Whistle, move: str, before: str, actor: User, now: datetime, text: str, task: WhistleTask | None
) -> WhistleEvent:
    """One step, written."""
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
