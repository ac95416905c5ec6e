"""Urging (催办) and supervision (督办): the only module that writes notices by hand, replies, and lifts them.

Every act is one transaction: the case is locked first, then its notice; the notice, the mark on the case, the event in
its history and the messages are written together or not at all.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from incidents import lifecycle, supervision_news
from incidents.calendars import DbCalendar
from incidents.clocks import Limit
from incidents.models import Incident, IncidentEvent, Supervision
from incidents.models.supervision import Trigger
from incidents.moments import iso
from incidents.numbers import next_number
from incidents.people import name_with_post
from incidents.procedure import procedure
from incidents.supervision_querysets import RUNNING
from incidents.supervision_rights import (
    addressee,
    answered_by,
    check_addressed,
    holds_supervising,
    holds_urging,
    why_no_notice,
    why_no_urging,
)
from incidents.worktime import TimeUnit, WorkCalendar, add_time

Kind, Status = Supervision.Kind, Supervision.State

NUMBER_BOOK: Final = "supervision"
URGE_AGAIN: Final = timedelta(hours=1)
"""One person urges one case once in this time."""
SAME_AGAIN: Final = timedelta(minutes=5)
"""The same words of the same person about a case within this time are one notice, sent twice."""
LENGTHS: Final = {"text": 2000, "reply": 2000, "reason": 500}
LONGEST_REPLY: Final = Decimal(30)
REPLY_WITHIN: Final = Limit(Decimal(1), TimeUnit.WORK_DAY)
"""The time to reply when nobody says another; no source gives one (domain.md 11), so every notice may."""


# --- by hand ----------------------------------------------------------------------------------------------------------


def urge(incident_pk: int, *, actor: User, now: datetime, text: str = "") -> Supervision:
    """Urge whoever has the case now (催办).

    NotAllowed for whoever neither supervises nor dispatches there; NotNow when it has ended or rests, or when `actor`
    urged it within the hour; NotValid for words that are too long.
    """
    words = _checked("text", text) or _usual_words()
    with transaction.atomic():
        incident = lifecycle.lock(incident_pk)
        if not holds_urging(incident, actor):
            raise NotAllowed(_("Only supervisors and dispatchers urge."))
        if said := why_no_urging(incident):
            raise NotNow(str(said))
        _check_patience(incident, actor, now)
        notice = _blank(incident, Kind.URGE, words, actor=actor, now=now)
        notice.state = Status.SENT
        notice.organization_id, notice.user_id = _holder(incident)
        notice.save(force_insert=True)
        _note(notice, IncidentEvent.Kind.SUPERVISED, history_words(notice), actor=actor, now=now)
        supervision_news.tell_urged(notice, actor=actor, now=now)
    return notice


def _check_patience(incident: Incident, actor: User, now: datetime) -> None:
    mine = Supervision.objects.filter(incident=incident, kind=Kind.URGE, issued_by=actor)
    last = mine.filter(issued_at__gt=now - URGE_AGAIN).order_by("-issued_at").first()
    if last is not None:
        at = timezone.localtime(last.issued_at + URGE_AGAIN)
        raise NotNow(
            _("You have urged this case within the hour: again from %(moment)s on.") % {"moment": f"{at:%H:%M}"}
        )


def _holder(incident: Incident) -> tuple[int | None, int | None]:
    """Who has it now; nobody while it waits at the desk."""
    unit = incident.handler_organization_id
    return (unit, None) if unit else (None, incident.handler_user_id)


def supervise(incident_pk: int, *, actor: User, now: datetime, text: str, within: Limit = REPLY_WITHIN) -> Supervision:
    """Write a numbered notice to whoever answers for the case (督办); the same one sent twice is one.

    NotAllowed for whoever does not supervise there, NotNow when nobody answers for the case, NotValid for missing or
    too long words and for a time to reply that is none.
    """
    words = _checked("text", text, needed=_("Say what is demanded."))
    if not 0 < within.amount <= LONGEST_REPLY:
        raise NotValid(_("Please correct the marked fields."), {"within": [_("Between 0 and 30.")]})
    with transaction.atomic():
        incident = lifecycle.lock(incident_pk)
        if not holds_supervising(incident, actor):
            raise NotAllowed(_("Only supervisors write notices."))
        if (first := _sent_before(incident, words, actor, now)) is not None:
            return first
        if said := why_no_notice(incident):
            raise NotNow(str(said))
        notice = draft(incident, words, within, actor=actor, now=now, calendar=DbCalendar())
        notice.number = next_notice_number(procedure().supervision_prefix, now=now)
        notice.save(force_insert=True)
        lifecycle.change(
            incident.pk,
            IncidentEvent.Kind.SUPERVISED,
            actor=actor,
            now=now,
            text=history_words(notice),
            data=facts(notice),
            is_supervised=True,
        )
        supervision_news.tell_issued([notice], actor=actor, now=now)
    return notice


def _sent_before(incident: Incident, words: str, actor: User, now: datetime) -> Supervision | None:
    same = Supervision.objects.running().filter(incident=incident, issued_by=actor, text=words)
    return same.filter(issued_at__gt=now - SAME_AGAIN).first()


# --- what notices by hand and by rule have in common ------------------------------------------------------------------


def draft(
    incident: Incident,
    words: str,
    within: Limit,
    *,
    actor: User | None,
    now: datetime,
    calendar: WorkCalendar,
    trigger: str = Trigger.HAND,
) -> Supervision:
    """A numbered notice without its number and not saved: to whoever answers for the case, with the time to reply."""
    notice = _blank(incident, Kind.SUPERVISE, words, actor=actor, now=now)
    notice.state, notice.trigger = Status.ISSUED, trigger
    notice.organization_id, notice.user_id = addressee(incident)
    notice.reply_due_at = add_time(now, within.amount, within.unit, calendar)
    return notice


def _blank(incident: Incident, kind: str, words: str, *, actor: User | None, now: datetime) -> Supervision:
    name = name_with_post(actor, incident.grid_code, now=now)
    return Supervision(incident=incident, kind=kind, text=words, issued_by=actor, issuer_name=name, issued_at=now)


def next_notice_number(prefix: str, *, now: datetime) -> str:
    """督办〔2026〕12号. The book stays locked until the transaction ends, so this is asked last."""
    year, number = next_number(NUMBER_BOOK, now=now)
    return f"{prefix.replace('/', '／')}〔{year}〕{number}号"


def facts(notice: Supervision) -> dict[str, Any]:
    """What the event in the case's history keeps beside its words."""
    due = iso(notice.reply_due_at)
    kept = {"kind": notice.kind, "notice": notice.number, "trigger": notice.trigger, "reply_due_at": due}
    return kept | {"organization": notice.organization_id, "user": notice.user_id}


def history_words(notice: Supervision) -> str:
    """The words of the event: the number (or that it is an urging), then what is demanded."""
    with translation.override(settings.LANGUAGE_CODE):
        return f"{notice.number or notice.get_kind_display()}：{notice.text}"


def _note(notice: Supervision, kind: str, words: str, *, actor: User, now: datetime) -> None:
    lifecycle.note(notice.incident_id, kind, actor=actor, now=now, text=words, data=facts(notice))


def _usual_words() -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _("Please handle it at once, and say how far it is.")


def _checked(name: str, words: str, *, needed: str = "") -> str:
    """The words without space around them; NotValid when they are missing or too long."""
    words, most = words.strip(), LENGTHS[name]
    said = needed if not words else _("At most %(count)s characters.") % {"count": most} if len(words) > most else ""
    if said:
        raise NotValid(_("Please correct the marked fields."), {name: [said]})
    return words


# --- answering and lifting --------------------------------------------------------------------------------------------


def reply(notice_pk: int, *, actor: User, now: datetime, text: str) -> Supervision:
    """Answer a notice; the same answer sent twice is one.

    NotAllowed for whoever is neither addressed nor handles the case, NotNow when it is answered or lifted, NotValid
    without words.
    """
    words = _checked("reply", text, needed=_("Say what was done, and until when the rest will be."))
    with transaction.atomic():
        notice = _lock(notice_pk)
        check_addressed(notice, actor)
        if notice.state == Status.REPLIED and notice.replied_by_id == actor.pk and notice.reply == words:
            return notice
        if notice.kind != Kind.SUPERVISE or notice.state != Status.ISSUED:
            raise NotNow(_("This notice does not wait for a reply any more."))
        notice.state, notice.reply, notice.replied_by, notice.replied_at = Status.REPLIED, words, actor, now
        notice.save(update_fields=["state", "reply", "replied_by", "replied_at"])
        _note(notice, IncidentEvent.Kind.REPLIED, f"{notice.number}：{words}", actor=actor, now=now)
        supervision_news.tell_replied(notice, actor=actor, now=now)
    return notice


def lift(notice_pk: int, *, actor: User, now: datetime, reason: str) -> Supervision:
    """Lift a notice with a reason; the case is under supervision as long as another one stands.

    NotAllowed for whoever does not supervise there, or had to answer it; NotNow when it is lifted already.
    """
    words = _checked("reason", reason, needed=_("A reason is needed."))
    with transaction.atomic():
        notice = _lock(notice_pk)
        _check_lifter(notice, actor)
        if notice.state == Status.LIFTED and notice.lifted_by_id == actor.pk and notice.lift_reason == words:
            return notice
        if notice.state not in RUNNING:
            raise NotNow(_("This notice is lifted already."))
        notice.state, notice.lifted_by, notice.lifted_at, notice.lift_reason = Status.LIFTED, actor, now, words
        notice.save(update_fields=["state", "lifted_by", "lifted_at", "lift_reason"])
        lifecycle.change(
            notice.incident_id,
            IncidentEvent.Kind.LIFTED,
            actor=actor,
            now=now,
            text=f"{notice.number}：{words}",
            data=facts(notice),
            is_supervised=Supervision.objects.running().filter(incident=notice.incident_id).exists(),
        )
        supervision_news.tell_lifted(notice, actor=actor, now=now)
    return notice


def _check_lifter(notice: Supervision, actor: User) -> None:
    if not holds_supervising(notice.incident, actor):
        raise NotAllowed(_("Only supervisors lift notices."))
    if answered_by(notice, actor):
        raise NotAllowed(_("Whoever has to answer a notice does not lift it."))


def _lock(notice_pk: int) -> Supervision:
    """The notice with its case, both locked, the case first: in the order in which everybody does it."""
    incident = lifecycle.lock(Supervision.objects.values_list("incident", flat=True).get(pk=notice_pk))
    notice: Supervision = Supervision.objects.select_for_update(no_key=True).get(pk=notice_pk)
    notice.incident = incident
    return notice
