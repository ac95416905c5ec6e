"""Supervision by rule: a notice by itself when a case is late, comes back, is sent round, or leaves people unhappy.

A rule writes once for a case until its notice is lifted, and again only when the same has happened anew since then.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count, DateTimeField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents import supervision_news
from incidents.calendars import DbCalendar
from incidents.clocks import Limit
from incidents.lifecycle import take_down
from incidents.models import CallBack, Incident, IncidentEvent, Supervision, SupervisionRule
from incidents.models.supervision import Trigger
from incidents.pen import Pen
from incidents.procedure import procedure
from incidents.querysets import IncidentQuerySet
from incidents.states import OPEN_STATES, State
from incidents.supervision import draft, facts, history_words, next_notice_number
from incidents.worktime import TimeUnit

BATCH: Final = 50
"""Cases of one transaction: the book of numbers stays locked as long as it lasts."""
MOST: Final = 500
"""Notices that one run writes at most; the next minute rings again."""
RECENT: Final = timedelta(days=30)
"""Call-backs that are older wake no rule: a rule switched on today does not supervise the past."""

SEED: Final[dict[str, int]] = {Trigger.OVERDUE: 1, Trigger.REWORKED: 2, Trigger.RETURNED: 2, Trigger.UNHAPPY: 1}
"""From how many times on each rule writes; the time to reply is the model's default, for every office to edit."""

TEXTS: Final[dict[str, Promise]] = {
    Trigger.OVERDUE: _(
        "The time of this stage is over. Handle it at once, and say why it is late and when it is done."
    ),
    Trigger.REWORKED: _("It came back from the check %(times)s times. Say what will be done otherwise this time."),
    Trigger.RETURNED: _(
        "It was returned %(times)s times. Who received it first stays responsible until another takes it: settle "
        "with the other unit who handles it, and report."
    ),
    Trigger.UNHAPPY: _(
        "The reporter said on call-back that it is not solved or was not satisfied. Go there and reply."
    ),
}


def load_rules() -> int:
    """Add the rules that are missing; what people have edited stays. The number added."""
    known = set(SupervisionRule.objects.values_list("trigger", flat=True))
    new = [SupervisionRule(trigger=name, threshold=times) for name, times in SEED.items() if name not in known]
    return len(SupervisionRule.objects.bulk_create(new))


def write_due(*, now: datetime, limit: int = MOST) -> int:
    """Write every notice that a rule asks for now; the number written.

    Several workers may run: each takes cases that no other one holds, looks again under the lock, and the database
    allows one standing notice for each case and rule.
    """
    done = 0
    for rule in SupervisionRule.objects.filter(is_active=True).order_by("trigger"):
        while done < limit and (count := _write_batch(rule, min(BATCH, limit - done), now)):
            done += count
    return done


@transaction.atomic
def _write_batch(rule: SupervisionRule, size: int, now: datetime) -> int:
    rows = candidates(rule, now).select_for_update(of=("self",), no_key=True, skip_locked=True)
    rows = rows.select_related("category", "handler_user", "handler_organization", "reporter")
    locked = list(rows.defer("contact_name", "contact_phone").order_by("pk")[:size])
    if not locked:
        return 0
    # another worker may have written between our look and our lock: a fresh look sees its notices
    still = set(candidates(rule, now).filter(pk__in=[row.pk for row in locked]).values_list("pk", flat=True))
    return _write([row for row in locked if row.pk in still], rule, now)


def _write(incidents: list[Incident], rule: SupervisionRule, now: datetime) -> int:
    if not incidents:
        return 0
    pen, calendar = Pen.for_locked(incidents, now=now), DbCalendar()
    within = Limit(Decimal(rule.reply_amount), TimeUnit(rule.reply_unit))
    notices = [
        draft(row, _words(rule, row), within, actor=None, now=now, calendar=calendar, trigger=rule.trigger)
        for row in incidents
    ]
    prefix = procedure().supervision_prefix
    for notice in notices:
        notice.number = next_notice_number(prefix, now=now)
        notice.incident.is_supervised = True
        pen.changed(notice.incident)
        words = history_words(notice)
        take_down(pen, notice.incident, IncidentEvent.Kind.SUPERVISED, text=words, data=facts(notice))
    Supervision.objects.bulk_create(notices)
    pen.write()
    supervision_news.tell_issued(notices, actor=None, now=now)
    return len(notices)


def _words(rule: SupervisionRule, incident: Incident) -> str:
    times = {Trigger.REWORKED: incident.rework_count, Trigger.RETURNED: incident.return_count}
    with translation.override(settings.LANGUAGE_CODE):
        return str(TEXTS[rule.trigger]) % {"times": times.get(Trigger(rule.trigger), 1)}


# --- which cases ------------------------------------------------------------------------------------------------------


def candidates(rule: SupervisionRule, now: datetime) -> QuerySet[Incident]:
    """Cases that the rule is about, for which somebody answers, and which it has no notice for (or a new cause)."""
    answered_for = Q(responsible_organization__isnull=False) | Q(responsible_user__isnull=False)
    answered_for |= Q(handler_organization__isnull=False) | Q(handler_user__isnull=False)
    rows = _CAUSES[rule.trigger](Incident.objects.filter(answered_for), rule.threshold, now)
    mine = Supervision.objects.filter(incident=OuterRef("pk"), trigger=rule.trigger)
    lifted_since = mine.lifted().filter(lifted_at__gte=OuterRef("cause_at"))
    found: QuerySet[Incident] = rows.filter(~Exists(mine.running()), ~Exists(lifted_since))
    return found


def _overdue(rows: IncidentQuerySet, times: int, now: datetime) -> IncidentQuerySet:
    late = rows.filter(state__in=OPEN_STATES, due_at__lt=now, overdue_at__isnull=False)
    if times > 1:
        late = late.annotate(times=_number(_events(kind=IncidentEvent.Kind.OVERDUE))).filter(times__gte=times)
    return late.annotate(cause_at=F("overdue_at"))


def _reworked(rows: IncidentQuerySet, times: int, now: datetime) -> IncidentQuerySet:
    back = _events(move__in=("rework", "refuse_work"))
    return rows.filter(state__in=OPEN_STATES, rework_count__gte=times).annotate(cause_at=_latest(back, "at"))


def _returned(rows: IncidentQuerySet, times: int, now: datetime) -> IncidentQuerySet:
    back = _events(move="return")
    return rows.filter(state__in=OPEN_STATES, return_count__gte=times).annotate(cause_at=_latest(back, "at"))


def _unhappy(rows: IncidentQuerySet, times: int, now: datetime) -> IncidentQuerySet:
    """Whose last counted call-back of the last 30 days was unhappy; somebody who is content by now ends it."""
    rows = unhappy_cases(rows, now)
    if times > 1:
        rows = rows.annotate(times=_number(unhappy_calls().filter(incident=OuterRef("pk")))).filter(times__gte=times)
    return rows.annotate(cause_at=_latest(unhappy_calls().filter(incident=OuterRef("pk")), "called_at"))


_CAUSES: Final[Mapping[str, Callable[[IncidentQuerySet, int, datetime], IncidentQuerySet]]] = {
    Trigger.OVERDUE: _overdue,
    Trigger.REWORKED: _reworked,
    Trigger.RETURNED: _returned,
    Trigger.UNHAPPY: _unhappy,
}


def unhappy_calls() -> Any:
    """Call-backs that found the matter unsolved or the reporter unsatisfied, and that count."""
    unhappy = Q(satisfaction=CallBack.Satisfaction.UNSATISFIED) | Q(solved=False)
    return CallBack.objects.counted().filter(unhappy)


def unhappy_cases(rows: IncidentQuerySet, now: datetime) -> IncidentQuerySet:
    """Cases with such a call-back in the last 30 days, and none after it that was content."""
    recent = unhappy_calls().filter(called_at__gte=now - RECENT)
    newest = CallBack.objects.counted().filter(incident=OuterRef("pk"), contact=CallBack.Contact.REACHED)
    rows = rows.filter(state__in=(*OPEN_STATES, State.CLOSED), pk__in=recent.values("incident"))
    return rows.annotate(last_call=Subquery(newest.order_by("-called_at", "-pk").values("pk")[:1])).filter(
        last_call__in=recent.values("pk")
    )


def _events(**which: Any) -> Any:
    return IncidentEvent.objects.filter(incident=OuterRef("pk"), **which)


def _latest(rows: Any, field: str) -> Subquery:
    return Subquery(rows.order_by(f"-{field}").values(field)[:1], output_field=DateTimeField())


def _number(rows: Any) -> Any:
    counted = rows.order_by().values("incident").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
