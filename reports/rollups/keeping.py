"""Keeps the cells up to date with the event log: what is new, up to where it is safe to read, and starting over."""

import logging
import time
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from reports.models import RollupMark
from reports.rollups.counting import count_some
from reports.rollups.names import FINGERPRINT

logger = logging.getLogger(__name__)

WINDOW: Final = 5_000
"""Events that are looked at in one transaction."""
LONG_AGO: Final = datetime.fromisoformat("2000-01-01T00:00:00+00:00")

# An event that is not visible yet may have a lower number than one that is: numbers are given before the commit. This
# statement takes a transaction id of its own; whatever was begun before it has a lower one (every step locks its
# incident before it takes a number) and is over once the oldest running transaction is not older.
_TOP: Final = "SELECT coalesce(max(id), 0), pg_current_xact_id()::text::bigint FROM incidents_incidentevent"
_OLDEST: Final = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
LOOKS, APART = 20, 0.05
"""How often, and how many seconds apart, it is looked whether older transactions are over."""
_NEW: Final = """
SELECT DISTINCT e.incident_id
FROM incidents_incidentevent e
LEFT JOIN reports_rollupcounted c ON c.incident_id = e.incident_id
WHERE e.id > %s AND e.id <= %s AND (c.incident_id IS NULL OR e.sequence > c.events)
"""
_OVER_LIMIT: Final = "SELECT id FROM incidents_incident WHERE due_at >= %s AND due_at < %s ORDER BY id"
_EMPTY: Final = "TRUNCATE reports_rollupcell, reports_rollupcounted"


def catch_up(*, now: datetime, windows: int = 200) -> int:
    """Count what happened since the last time, in at most `windows` transactions; returns how many incidents changed.

    Of several callers at once one works, the others return 0. A caller that is killed leaves whole transactions only.
    """
    top = _settled_top()
    if top is None:
        return 0  # a long transaction is under way: later
    changed = 0
    for _number in range(windows):
        counted = _one_window(top, now)
        if counted is None:
            return changed
        changed += counted[0]
        if counted[1]:
            break
    return changed


def rebuild(*, now: datetime) -> None:
    """Forget all cells; the next `catch_up` counts everything anew. Until it is through, pages count live."""
    with transaction.atomic():
        mark = _mark(wait=True)
        if mark:
            _start_over(mark, now)


def _one_window(top: int, now: datetime) -> tuple[int, bool] | None:
    """One transaction: (incidents changed, nothing left); None when somebody else is at it."""
    with transaction.atomic():
        mark = _mark()
        if mark is None:
            return None
        if mark.names != FINGERPRINT:
            _start_over(mark, now)
        if mark.last_event < top:
            last = min(mark.last_event + WINDOW, top)
            changed = count_some(_ids(_NEW, mark.last_event, last), now=now)
            mark.last_event = last
            mark.save(update_fields=["last_event"])
            return changed, False
        changed = count_some(_ids(_OVER_LIMIT, mark.as_of, now), now=now)
        mark.as_of = max(now, mark.as_of)
        mark.save(update_fields=["as_of"])
        return changed, True


def _mark(*, wait: bool = False) -> RollupMark | None:
    RollupMark.objects.bulk_create([RollupMark(pk=1, as_of=LONG_AGO, names="")], ignore_conflicts=True)
    return RollupMark.objects.select_for_update(skip_locked=not wait).filter(pk=1).first()


def _start_over(mark: RollupMark, now: datetime) -> None:
    logger.info("the rollups are counted anew")
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY)
    mark.last_event, mark.as_of, mark.names = 0, LONG_AGO, FINGERPRINT
    mark.save()


def _settled_top() -> int | None:
    """The number of the newest event below which none can appear any more; None when that cannot be said now."""
    with connection.cursor() as cursor:
        cursor.execute(_TOP)
        top, after = cursor.fetchone()
        if connection.in_atomic_block:
            return int(top)  # a test or a load: nobody else writes
        for _look in range(LOOKS):
            cursor.execute(_OLDEST)
            if cursor.fetchone()[0] >= after:
                return int(top)
            time.sleep(APART)
    return None


def _ids(sql: str, *between: int | datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, between)
        return [row[0] for row in cursor.fetchall()]
