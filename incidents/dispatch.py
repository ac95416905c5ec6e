"""Dispatch: a worker claims reported incidents, classifies them and hands each to whoever must act.

The claim is its own short transaction; the effect and the end of the work are one transaction, so that a killed worker
loses nothing and nothing is dispatched twice (reliability.md 1.4). What the system cannot decide it leaves to a person,
once, with its reasons.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from incidents.announcing import announce
from incidents.deciding import HOLDING, Adviser, Decision
from incidents.lifecycle import Wish, make, take_down
from incidents.models import DispatchDecision, DispatchWork, Incident, IncidentEvent
from incidents.pen import Pen
from incidents.people import name_with_post
from incidents.states import MOVE_BY_NAME, State
from notices.leases import claim, fail, finish_all

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=15)
"""After a worker's death its work is free again this soon (reliability.md 2.4)."""
BATCH: Final = 40
"""Incidents written in one transaction; what two workers can still do well within a lease."""


class LeaseLost(Exception):
    """Another worker has taken the work over: everything of this transaction must go."""


def dispatch_due(*, now: datetime, limit: int = 200) -> int:
    """Classify and dispatch up to `limit` reported incidents; the number of those that were looked at."""
    done = 0
    while done < limit:
        works = claim(DispatchWork.objects.all(), limit=min(BATCH, limit - done), lease=LEASE, now=now)
        if not works:
            break
        done += _work_off(works, now=now)
    return done


def decide(incident: Incident, now: datetime) -> Decision:
    """What the system would do with a reported incident, and why; writes nothing."""
    return Adviser([incident], now=now).decide(incident)


def suggest_handler(incident: Incident, now: datetime) -> Decision:
    """Whom the system would give a filed or returned incident, without those who gave it back. Writes nothing."""
    return Adviser([incident], now=now).suggest(incident)


def _work_off(works: Sequence[DispatchWork], *, now: datetime) -> int:
    """All in one transaction; when that fails, each by itself, so that one bad row cannot hold up the others."""
    try:
        _write(works, now=now)
    except (DomainError, DatabaseError, InterfaceError, LeaseLost, ArithmeticError, LookupError, TypeError, ValueError):
        logger.warning("a batch of %d dispatches failed; doing them one by one", len(works), exc_info=True)
        for work in works:
            _write_alone(work, now=now)
    return len(works)


def _write_alone(work: DispatchWork, *, now: datetime) -> None:
    try:
        _write([work], now=now)
    except LeaseLost:
        logger.info("dispatch work %s was taken over by another worker", work.pk)
    except Exception as error:  # whatever it is, it is written on the row and tried again, or quarantined
        logger.exception("dispatch of incident %s failed", work.incident_id)
        fail(work, f"{type(error).__name__}: {error}", now=now)


@transaction.atomic
def _write(works: Sequence[DispatchWork], *, now: datetime) -> None:
    """Lock, decide, write and finish.

    1. Lock the incidents in the order of their ids. 2. Decide for those that still wait. 3. Write moves and decisions.
    4. Tell people. 5. Finish the work; a lost lease rolls all of it back.
    """
    rows = (
        Incident.objects.select_for_update(of=("self",), no_key=True)
        .select_related("category", "reporter", "handler_organization")
        .order_by("pk")
    )
    rows = rows.defer("contact_name", "contact_phone").filter(pk__in=[work.incident_id for work in works])
    incidents = {row.pk: row for row in rows}
    waiting = [work for work in works if _waits(incidents[work.incident_id])]
    pen = Pen.for_locked(incidents.values(), now=now)
    adviser = Adviser([incidents[one.incident_id] for one in waiting], now=now)
    system, rounds = name_with_post(None, "", now=now), _next_rounds(waiting)
    made = [_carry_out(pen, incidents[one.incident_id], rounds[one.incident_id], adviser, system) for one in waiting]
    pen.write()
    DispatchDecision.objects.bulk_create(made, ignore_conflicts=True)
    announce(pen.events, actor=None, now=now)
    if not finish_all(works, now=now):
        raise LeaseLost


def _waits(incident: Incident) -> bool:
    """Whether the system may still act: not taken in by a person meanwhile, and no member of a cluster."""
    if incident.duplicate_of_id is not None or incident.in_arbitration:
        return False
    return incident.state == State.REPORTED or (incident.state == State.FILED and incident.report_up_count > 0)


def _next_rounds(works: Sequence[DispatchWork]) -> dict[int, int]:
    """The round that each decision gets: those of people count too. One query."""
    rows = DispatchDecision.objects.filter(incident__in=[work.incident_id for work in works]).order_by()
    last = dict(rows.values_list("incident").annotate(Max("round")))
    return {work.incident_id: max(work.round, last.get(work.incident_id, 0) + 1) for work in works}


def _carry_out(pen: Pen, incident: Incident, round_: int, adviser: Adviser, system: str) -> DispatchDecision:
    """Put the moves of one decision into the pen."""
    filed = incident.state == State.FILED
    decision = adviser.suggest(incident) if filed else adviser.decide(incident)
    if decision.verify and not decision.left_to_person:
        make(pen, incident, Wish(MOVE_BY_NAME["verify"], None, user=decision.user), actor_name=system)
    if decision.may_file and not filed:
        facts = {"confidence": decision.category_confidence, "by": "given" if incident.category_id else "words"}
        wish = Wish(MOVE_BY_NAME["file"], None, category=decision.category, data=facts)
        make(pen, incident, wish, actor_name=system)
    if decision.may_dispatch:
        wish = Wish(MOVE_BY_NAME["dispatch"], None, organization=decision.organization, user=decision.user)
        make(pen, incident, wish, actor_name=system)
    if decision.left_to_person:
        take_down(pen, incident, IncidentEvent.Kind.LEFT_TO_PERSON, text=_left_words(decision))
    return decision.as_row(incident, round_, pen.now)


def _left_words(decision: Decision) -> str:
    """Why a person must go on, for the history and the notice: what holds it, else what is missing."""
    if decision.held:
        return str(next(one["text"] for one in reversed(decision.reasons) if one["code"] in HOLDING))
    if decision.verify:
        return _("Nobody was found who could look on site.")
    return _("No category is clear enough.") if decision.category is None else _("Nobody was found for it.")
