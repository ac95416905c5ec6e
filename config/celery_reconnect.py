"""Worker and beat that are back within two seconds after Redis is back, however long it was away.

Celery waits 2, 4, 6 ... 30 s between two attempts to reach the broker, so after an outage of a minute work lay still
for up to half a minute more. There is no setting for it: both callers leave kombu's `interval_max` at 30.
"""

import logging
from collections.abc import Callable
from typing import Any

from celery.worker.consumer import Consumer
from django_celery_beat.schedulers import DatabaseScheduler

logger = logging.getLogger(__name__)

ATTEMPT_EVERY: dict[str, float] = {"interval_start": 0.5, "interval_step": 0, "interval_max": 0.5}


class PatientConnection:
    """A broker connection whose attempts keep a short, even rhythm; everything else is the connection's own."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def ensure_connection(self, errback: Callable[..., Any], max_retries: int | None, **options: Any) -> Any:
        """Connect, or go on trying twice a second."""
        return self._connection.ensure_connection(errback, max_retries, **ATTEMPT_EVERY, **options)


class QuickConsumer(Consumer):
    """A worker's consumer that looks for a lost broker twice a second."""

    def ensure_connected(self, conn: Any) -> Any:
        """Give the connected broker connection (see `Consumer.ensure_connected`)."""
        return super().ensure_connected(PatientConnection(conn))  # type: ignore[arg-type]


class QuickScheduler(DatabaseScheduler):
    """A beat whose schedule lies in code and in the admin, and which looks for a lost broker twice a second."""

    def update_from_dict(self, mapping: dict[str, Any]) -> None:
        """Add the entries that the database does not have; the others keep what the office has set in the admin."""
        known = set(self.Model.objects.values_list("name", flat=True))
        super().update_from_dict({name: entry for name, entry in mapping.items() if name not in known})

    def _ensure_connected(self) -> Any:
        def report(error: Exception, interval: float) -> None:
            logger.error("beat: no broker: %s; next attempt in %s s", error, interval)

        return self.connection.ensure_connection(report, None, **ATTEMPT_EVERY)
