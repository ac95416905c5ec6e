"""Who is told of urgings and supervision notices, and in which words; written in the transaction of the change.

Words are in the platform's own language, as in `announcing`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from incidents.models import Incident, Supervision
from incidents.moments import iso
from incidents.people import actors_of, heads_of, supervisors, whose_turn
from incidents.states import OPEN_STATES
from notices.models import Notice
from notices.writing import Message, notify_all


def tell_urged(notice: Supervision, *, actor: User | None, now: datetime) -> None:
    """Tell those whose turn it is."""
    heading = _("Urged: %(title)s")
    _send(
        [_message(notice, "urged", Notice.Level.URGENT, heading, _turn(notice.incident, now), [notice.text])],
        actor,
        now,
    )


def tell_issued(notices: Iterable[Supervision], *, actor: User | None, now: datetime) -> None:
    """Tell the unit or person that answers for each case, and whoever has it now."""
    heading = _("Under supervision, reply: %(title)s")
    messages = []
    for notice in notices:
        people = {*_addressed(notice, now), *_turn(notice.incident, now)}
        words = [notice.text, _reply_by(notice)]
        messages.append(_message(notice, "supervised", Notice.Level.URGENT, heading, people, words))
    _send(messages, actor, now)


def _reply_by(notice: Supervision) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _("Reply by %(moment)s") % {"moment": _moment(notice.reply_due_at)}


def tell_replied(notice: Supervision, *, actor: User | None, now: datetime) -> None:
    """Tell who issued the notice; for one that a rule wrote, those who supervise the place."""
    people = [notice.issued_by] if notice.issued_by else supervisors(notice.incident, now=now)
    heading = _("Supervision answered, to be lifted or followed: %(title)s")
    _send([_message(notice, "replied", Notice.Level.TASK, heading, people, [notice.reply])], actor, now)


def tell_lifted(notice: Supervision, *, actor: User | None, now: datetime) -> None:
    """Tell the unit or person that had to answer."""
    heading = _("Supervision lifted: %(title)s")
    words = [notice.lift_reason]
    _send([_message(notice, "lifted", Notice.Level.INFO, heading, _addressed(notice, now), words)], actor, now)


def _turn(incident: Incident, now: datetime) -> Iterable[User]:
    return whose_turn(incident, now=now) if incident.state in OPEN_STATES else ()


def _addressed(notice: Supervision, now: datetime) -> Iterable[User]:
    """Who acts for the unit with its heads, or the one person."""
    if notice.user_id:
        return User.objects.filter(pk=notice.user_id, is_active=True)
    day = timezone.localdate(now)
    return {*actors_of([notice.organization_id], day), *heads_of(notice.organization_id, day)}


def _send(messages: list[Message], actor: User | None, now: datetime) -> None:
    """Whoever did it is not told."""
    left_out = actor.pk if actor else None
    told = [
        replace(one, recipients=[user for user in one.recipients if not user.is_service and user.pk != left_out])
        for one in messages
    ]
    notify_all(told, now=now)


def _message(
    notice: Supervision, what: str, level: str, heading: Promise | str, people: Iterable[User], body: Iterable[Any]
) -> Message:
    incident = notice.incident
    with translation.override(settings.LANGUAGE_CODE):
        return Message(
            recipients=list(people),
            kind=f"supervision.{what}",
            level=level,
            title=str(heading % {"title": incident.title}),
            body="\n".join(str(line) for line in (notice.number, incident.number, incident.address, *body) if line),
            url=address_of(notice),
            dedupe_key=f"supervision:{notice.pk}:{what}",
            grid_code=incident.grid_code,
            payload=_payload(notice, what),
        )


def address_of(notice: Supervision) -> str:
    """The page of a numbered notice; that of the case for an urging."""
    if notice.number:
        return reverse("incidents:supervision_paper", args=[notice.number])
    return reverse("incidents:detail", args=[notice.incident.number])


def _payload(notice: Supervision, what: str) -> dict[str, Any]:
    """What another system gets: no words, no names."""
    return {
        "number": notice.incident.number,
        "notice": notice.number,
        "event": what,
        "kind": notice.kind,
        "trigger": notice.trigger,
        "state": notice.state,
        "unit": notice.organization_id,
        "grid_code": notice.incident.grid_code,
        "reply_due_at": iso(notice.reply_due_at),
    }


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else "—"
