"""Who is told of a step of a dispute. No notice says who the parties are or what they quarrel about."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from grid.models import Post
from grid.posts import posts_with
from incidents.models import Dispute, DisputeEvent
from incidents.people import holders
from notices.models import Notice
from notices.writing import Message, notify_all, notify_each

Kind = DisputeEvent.Kind

HEADINGS: Final = {
    Kind.ENTERED: gettext_lazy("New dispute to be settled: %(number)s (%(kind)s)"),
    Kind.ACCEPTED: gettext_lazy("You are to mediate: %(number)s (%(kind)s)"),
    Kind.REPORTED_UP: gettext_lazy("A dispute was reported up: %(number)s (%(kind)s)"),
    Kind.HANDED_DOWN: gettext_lazy("A dispute was handed down: %(number)s (%(kind)s)"),
    Kind.FAILED: gettext_lazy("No agreement: %(number)s (%(kind)s)"),
    Kind.REOPENED: gettext_lazy("Broke out again: %(number)s (%(kind)s)"),
}
"""Steps that somebody is told of."""


def announce(dispute: Dispute, event: DisputeEvent, *, former: User | None, level_code: str, now: datetime) -> None:
    """Tell the mediator, or the people of the level whose turn it is; whoever acted is not told."""
    if event.kind not in HEADINGS:
        return
    people = [person for person in _audience(dispute, event, former, level_code, now) if person.pk != event.actor_id]
    message = Message(
        recipients=people,
        kind=f"dispute.{event.kind}",
        level=_level(dispute, event),
        title=_title(dispute, HEADINGS[Kind(event.kind)]),
        body=_body(dispute),
        url=reverse("incidents:dispute", args=[dispute.number]),
        dedupe_key=f"dispute:{dispute.pk}:{event.pk}",
        grid_code=dispute.grid_code,
        payload={"number": dispute.number, "event": event.kind, "state": dispute.state, "at": event.at.isoformat()},
    )
    notify_all([message], now=now)


def _title(dispute: Dispute, heading: object) -> str:
    return str(heading) % {"number": dispute.number, "kind": dispute.get_kind_display()}


def _body(dispute: Dispute) -> str:
    return "\n".join((dispute.get_risk_display(), dispute.grid.name))


def _level(dispute: Dispute, event: DisputeEvent) -> str:
    if dispute.risk == Dispute.Risk.HIGH:
        return Notice.Level.URGENT
    return Notice.Level.WARNING if event.kind == Kind.FAILED else Notice.Level.TASK


def _audience(
    dispute: Dispute, event: DisputeEvent, former: User | None, level_code: str, now: datetime
) -> Iterable[User]:
    if event.kind == Kind.ACCEPTED:
        return [dispute.mediator] if dispute.mediator else []
    people = set(people_of_level(level_code, now=now))
    if event.kind in (Kind.REOPENED, Kind.HANDED_DOWN) and former:
        people.add(former)
    return people


def people_of_level(level_code: str, *, now: datetime) -> QuerySet[User]:
    """Who mediates at this very grid; where nobody does, whoever mediates above it."""
    kinds = posts_with("dispute.mediate", units=False)
    posts = Post.objects.on(timezone.localdate(now)).filter(kind__in=kinds, grid__code=level_code)
    found = User.objects.filter(pk__in=posts.values("user"), is_active=True)
    return found if found.exists() else holders("dispute.mediate", level_code, now=now)


def remind_of_visits(*, now: datetime) -> int:
    """Tell the mediators of the follow-up visits that are due: once per dispute and day; returns how many were told."""
    today = timezone.localdate(now)
    rows = Dispute.objects.visit_due(today).filter(mediator__is_active=True)
    rows = rows.select_related("mediator", "grid").defer("grid__boundary").order_by("next_visit_on", "pk")
    with translation.override(settings.LANGUAGE_CODE):
        return notify_each((_reminder(dispute, today) for dispute in rows.iterator()), now=now)


def _reminder(dispute: Dispute, today: date) -> Message:
    assert dispute.mediator is not None
    return Message(
        recipients=[dispute.mediator],
        kind="dispute.visit_due",
        level=Notice.Level.TASK,
        title=_title(dispute, _("Follow-up visit due: %(number)s (%(kind)s)")),
        body=_body(dispute),
        url=reverse("incidents:dispute", args=[dispute.number]),
        dedupe_key=f"dispute:{dispute.pk}:visit:{today:%Y%m%d}",
        grid_code=dispute.grid_code,
        payload={"number": dispute.number, "event": "visit_due", "state": dispute.state},
    )
