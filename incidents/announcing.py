"""Who is told of a move, and in which words; notices are written in the transaction of the move.

Words are in the platform's own language: one notice goes to many people and to other systems.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from grid.substitutes import substitutes_of
from incidents.models import Incident, IncidentEvent
from incidents.models.category import Urgency
from incidents.moments import iso
from incidents.people import handlers, heads_of, holders, inspectors, supervisors, whose_turn
from notices.models import Notice
from notices.writing import Message, notify_all

Audience = Callable[[Incident, datetime], Iterable[User]]


@dataclass(frozen=True, slots=True)
class News:
    """One kind of notice: its level, its heading, and who gets it."""

    level: str
    heading: Promise | str
    audience: Audience


def _handlers(incident: Incident, now: datetime) -> Iterable[User]:
    return [incident.handler_user] if incident.handler_user else handlers(incident, now=now)


def _reporter(incident: Incident, now: datetime) -> Iterable[User]:
    reporter = incident.reporter
    return [reporter] if reporter and reporter.is_active and not reporter.is_service else []


def _operators(incident: Incident, now: datetime) -> Iterable[User]:
    return holders("incident.accept", incident.grid_code, now=now)


def _dispatchers(incident: Incident, now: datetime) -> Iterable[User]:
    return holders("incident.dispatch", incident.grid_code, now=now)


def _turn(incident: Incident, now: datetime) -> Iterable[User]:
    return whose_turn(incident, now=now)


def _turn_and_supervisors(incident: Incident, now: datetime) -> Iterable[User]:
    return {*whose_turn(incident, now=now), *supervisors(incident, now=now)}


def _inspectors(incident: Incident, now: datetime) -> Iterable[User]:
    return inspectors(incident, now=now)


def _heads(incident: Incident, now: datetime) -> Iterable[User]:
    return heads_of(incident.handler_organization_id, timezone.localdate(now))


def _closers(incident: Incident, now: datetime) -> Iterable[User]:
    return holders("incident.close", incident.grid_code, now=now, leaders=False)


def _approvers(incident: Incident, now: datetime) -> Iterable[User]:
    return holders("incident.approve", incident.grid_code, now=now)


NEWS: Final = {
    "verify": News(Notice.Level.TASK, _("Look on site whether it is so: %(title)s"), _inspectors),
    "genuine": News(Notice.Level.INFO, _("Found to be so: %(title)s"), _operators),
    "not_genuine": News(Notice.Level.TASK, _("Found not to be so: %(title)s"), _operators),
    "answer": News(Notice.Level.INFO, _("Answered: %(title)s"), _reporter),
    "not_file": News(Notice.Level.INFO, _("Not filed: %(title)s"), _reporter),
    "hand_on": News(Notice.Level.TASK, _("New task: %(title)s"), _handlers),
    "finish": News(Notice.Level.TASK, _("Work done, to be confirmed: %(title)s"), _heads),
    "send_back": News(Notice.Level.TASK, _("Not done yet: %(title)s"), _handlers),
    "confirm": News(Notice.Level.TASK, _("To be forwarded to the check: %(title)s"), _dispatchers),
    "refuse_work": News(Notice.Level.TASK, _("Rework: %(title)s"), _handlers),
    "report_up": News(Notice.Level.TASK, _("Reported up: %(title)s"), _dispatchers),
    "resume": News(Notice.Level.TASK, _("The rest is over, go on: %(title)s"), _handlers),
    "start_check": News(Notice.Level.TASK, _("Check on site: %(title)s"), _inspectors),
    "pass_check": News(Notice.Level.TASK, _("Check passed, to be closed: %(title)s"), _closers),
    "close_checked": News(Notice.Level.INFO, _("Closed: %(title)s"), _reporter),
    "force_close": News(Notice.Level.INFO, _("Closed: %(title)s"), _reporter),
    "close_with_lead": News(Notice.Level.INFO, _("Closed: %(title)s"), _reporter),
    "refuse_self": News(Notice.Level.INFO, _("Handled on the spot, but void: %(title)s"), _reporter),
    "reopen": News(Notice.Level.TASK, _("Reopened, to be dispatched anew: %(title)s"), _dispatchers),
    "arbitration": News(Notice.Level.URGENT, _("To be decided by arbitration: %(title)s"), _approvers),
    IncidentEvent.Kind.EXTENDED.value: News(Notice.Level.INFO, _("More time: %(title)s"), _handlers),
    IncidentEvent.Kind.JOINED.value: News(
        Notice.Level.INFO, _("Handled together with a lead case: %(title)s"), _reporter
    ),
    IncidentEvent.Kind.PARTED.value: News(Notice.Level.INFO, _("Handled by itself again: %(title)s"), _reporter),
    IncidentEvent.Kind.HANDED_OVER.value: News(Notice.Level.TASK, _("Handed over to you: %(title)s"), _turn),
    IncidentEvent.Kind.UNIT_OVERDUE.value: News(Notice.Level.WARNING, _("Late inside the unit: %(title)s"), _heads),
    "dispatch": News(Notice.Level.TASK, _("New task: %(title)s"), _handlers),
    "rework": News(Notice.Level.TASK, _("Rework: %(title)s"), _handlers),
    "return": News(Notice.Level.TASK, _("Returned, to be dispatched anew: %(title)s"), _dispatchers),
    "close": News(Notice.Level.INFO, _("Closed: %(title)s"), _reporter),
    "reject": News(Notice.Level.INFO, _("Not accepted: %(title)s"), _reporter),
    "cancel": News(Notice.Level.INFO, _("Cancelled: %(title)s"), _reporter),
    "left_reported": News(Notice.Level.TASK, _("A person must choose the category: %(title)s"), _operators),
    "left_filed": News(Notice.Level.TASK, _("A person must choose the handler: %(title)s"), _dispatchers),
    IncidentEvent.Kind.WARNED.value: News(Notice.Level.WARNING, _("Due soon: %(title)s"), _turn_and_supervisors),
    IncidentEvent.Kind.OVERDUE.value: News(Notice.Level.URGENT, _("Overdue: %(title)s"), _turn_and_supervisors),
}
"""By move, or by the kind of an event that moves nothing."""


def announce(events: Sequence[IncidentEvent], *, actor: User | None, now: datetime) -> None:
    """Tell the people concerned about events just written, which may be of many incidents.

    Four queries, and one for each different audience. Who stands in for somebody away is told too; whoever made the
    move is not.
    """
    known: dict[tuple[object, ...], list[User]] = {}
    with translation.override(settings.LANGUAGE_CODE):
        news = [(event, NEWS[_key(event)]) for event in events if _key(event) in NEWS]
        told = [(event, one, _audience(event.incident, one, known, now)) for event, one in news]
        if not told:
            return
        stand_ins = substitutes_of({user.pk for _event, _one, people in told for user in people}, now=now)
        messages = [_message(event, one, [*people, *_instead(people, stand_ins)], actor) for event, one, people in told]
        notify_all(messages, now=now)


def _instead(people: Iterable[User], stand_ins: Mapping[int, User]) -> Iterable[User]:
    """Who stands in for those of `people` that are away."""
    known = {user.pk for user in people}
    return [stand_ins[pk] for pk in known if pk in stand_ins and stand_ins[pk].pk not in known]


def _audience(incident: Incident, news: News, known: dict[tuple[object, ...], list[User]], now: datetime) -> list[User]:
    """The people for one kind of news about an incident, looked up once for incidents that share them."""
    key = (
        news.audience,
        incident.state,
        incident.grid_code,
        incident.handler_organization_id,
        incident.handler_user_id,
        incident.reporter_id,
    )
    if key not in known:
        known[key] = list(news.audience(incident, now))
    return known[key]


def _message(event: IncidentEvent, news: News, people: Sequence[User], actor: User | None) -> Message:
    incident = event.incident
    return Message(
        recipients=[user for user in people if actor is None or user.pk != actor.pk],
        kind=f"incident.{event.move or event.kind}",
        level=_level(incident, news),
        title=str(news.heading % {"title": incident.title}),
        body=_body(incident, event),
        url=reverse("incidents:detail", args=[incident.number]),
        dedupe_key=f"incident:{incident.pk}:{event.sequence}",
        grid_code=incident.grid_code,
        payload=_payload(incident, event),
    )


def _key(event: IncidentEvent) -> str:
    if event.kind == IncidentEvent.Kind.LEFT_TO_PERSON:
        return f"left_{event.to_state}"
    if event.move == "return" and event.incident.in_arbitration:
        return "arbitration"
    return event.move or event.kind


def _level(incident: Incident, news: News) -> str:
    urgent = incident.urgency == Urgency.URGENT and news.level == Notice.Level.TASK
    return Notice.Level.URGENT if urgent else news.level


def _body(incident: Incident, event: IncidentEvent) -> str:
    lines = [incident.number, incident.address, event.text]
    if incident.due_at:
        due = timezone.localtime(incident.due_at)
        lines.append(_("Due %(moment)s") % {"moment": f"{due:%Y-%m-%d %H:%M}"})
    return "\n".join(str(line) for line in lines if line)


def _payload(incident: Incident, event: IncidentEvent) -> dict[str, Any]:
    """What another system gets: no words of the report, no contact."""
    return {
        "number": incident.number,
        "event": event.move or event.kind,
        "sequence": event.sequence,
        "state": event.to_state,
        "grid_code": incident.grid_code,
        "category": incident.category.code if incident.category else "",
        "due_at": iso(incident.due_at),
        "at": iso(event.at),
    }
