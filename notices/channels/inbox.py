"""Into the inbox of a person: the notice becomes visible."""

from collections.abc import Iterable
from datetime import datetime

from notices.models import Delivery, Notice


def send(delivery: Delivery, *, now: datetime) -> None:
    """Show the notice to its recipient."""
    send_all([delivery], now=now)


def send_all(deliveries: Iterable[Delivery], *, now: datetime) -> None:
    """The same for many, in one statement."""
    fresh = Notice.objects.filter(pk__in=[one.notice_id for one in deliveries], delivered_at__isnull=True)
    fresh.update(delivered_at=now)
