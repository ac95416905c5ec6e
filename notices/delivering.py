"""Delivering what is due: into inboxes in one step, to endpoints side by side.

A dead endpoint delays nobody else: each one has its own lane (at most one worker at a time, a few messages in order),
and after a failure it rests, longer each time.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from notices.channels import inbox, webhook, wecom
from notices.leases import WAITS, claim, fail, finish, finish_all, give_back
from notices.models import Delivery, Endpoint
from notices.outgoing import DeliveryError

logger = logging.getLogger(__name__)

INBOX_AT_ONCE: Final = 500
INBOX_LEASE: Final = timedelta(seconds=30)
LANES: Final = 8  # endpoints served at the same time
PER_LANE: Final = 5  # messages of one endpoint in one run: 5 × 10 s fit into the lease
OUTSIDE_LEASE: Final = timedelta(seconds=90)

SENDERS: Final[dict[str, Callable[..., None]]] = {
    Endpoint.Channel.WEBHOOK: webhook.send,
    Endpoint.Channel.WECOM: wecom.send,
}


def deliver_due(*, now: datetime) -> int:
    """Deliver what is due at `now`; gives the number of messages that arrived."""
    return deliver_to_inboxes(now=now) + deliver_outside(now=now)


def deliver_to_inboxes(*, now: datetime) -> int:
    """Make due notices visible to their recipients, in batches until none is left."""
    delivered = 0
    while rows := claim(Delivery.objects.into_inbox(), limit=INBOX_AT_ONCE, lease=INBOX_LEASE, now=now):
        with transaction.atomic():
            inbox.send_all(rows, now=now)
            if not finish_all(rows, now=now):
                transaction.set_rollback(True)
                break
        delivered += len(rows)
    return delivered


def deliver_outside(*, now: datetime) -> int:
    """Serve every endpoint that has something due, is switched on, does not rest, and is served by no other worker."""
    lanes = [lane for endpoint in _waiting_endpoints(now) if (lane := _claim_lane(endpoint, now))]
    if not lanes:
        return 0
    with ThreadPoolExecutor(max_workers=LANES, thread_name_prefix="lane") as threads:
        # Threads only talk HTTP; every row is read and written by this thread.
        running = [(lane, threads.submit(_send_lane, lane)) for lane in lanes]
        return sum(_note_lane(lane, future) for lane, future in running)


def _waiting_endpoints(now: datetime) -> Any:
    due = Delivery.objects.waiting(now).filter(endpoint=OuterRef("pk"))
    served = Delivery.objects.filter(endpoint=OuterRef("pk"), work_state="leased", lease_until__gt=now)
    ready = Endpoint.objects.active().exclude(pk__in=Endpoint.objects.resting(now).values("pk"))
    return ready.filter(Exists(due), ~Exists(served)).order_by("pk")[:LANES]


def _claim_lane(endpoint: Endpoint, now: datetime) -> list[Delivery]:
    """A few messages of one endpoint, in order; a single probe for one that failed last time."""
    limit = 1 if endpoint.failures else PER_LANE
    rows = claim(Delivery.objects.to(endpoint.pk), limit=limit, lease=OUTSIDE_LEASE, now=now)
    texts = Delivery.objects.select_related("notice").in_bulk([row.pk for row in rows])
    for row in rows:
        row.endpoint, row.notice = endpoint, texts[row.pk].notice
    return rows


def _send_lane(lane: list[Delivery]) -> list[DeliveryError | None]:
    """Send in order and stop at the first failure; the outcome of each message that was tried."""
    outcomes: list[DeliveryError | None] = []
    for delivery in lane:
        outcomes.append(_send(delivery))
        if outcomes[-1] is not None:
            break
    return outcomes


def _send(delivery: Delivery) -> DeliveryError | None:
    try:
        SENDERS[delivery.channel](delivery, timestamp=int(timezone.now().timestamp()))
    except DeliveryError as error:
        return error
    except Exception as error:  # a fault of ours must not stop the other lanes; it counts as a failed attempt
        logger.exception("delivery %s failed", delivery.pk)
        return DeliveryError(f"{type(error).__name__}: {error}")
    return None


def _note_lane(lane: list[Delivery], future: "Future[list[DeliveryError | None]]") -> int:
    """Write down what happened in a lane; gives the number of messages that arrived."""
    outcomes = future.result()
    now = timezone.now()
    arrived = 0
    for delivery, error in zip(lane, outcomes, strict=False):
        if error is None:
            arrived += finish(delivery, now=now)
        else:
            fail(delivery, error, now=now, permanent=error.permanent)
            _rest(delivery.endpoint, error, now)  # type: ignore[arg-type]
    for delivery in lane[len(outcomes) :]:
        give_back(delivery, run_at=delivery.run_at)
    if arrived and outcomes[-1] is None:
        Endpoint.objects.filter(deliveries=lane[0].pk).update(failures=0, paused_until=None)
    return arrived


def _rest(endpoint: Endpoint, error: DeliveryError, now: datetime) -> None:
    """Leave the endpoint alone for a while, longer after each failure in a row; for good when it says it is gone."""
    wait = WAITS[min(endpoint.failures, len(WAITS) - 1)]
    gone = {"is_active": False} if isinstance(error, webhook.Gone) else {}
    Endpoint.objects.filter(pk=endpoint.pk).update(failures=F("failures") + 1, paused_until=now + wait, **gone)
