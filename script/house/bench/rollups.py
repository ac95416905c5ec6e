"""How quickly the rollups follow the event log: what they count per second when every event is another incident's."""

import time
from typing import Final

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from house.bench.load import Timing
from reports.rollups import keeping

BATCH: Final = 1_500
"""Events of three seconds at 500 a second, which is how often the worker looks."""
ROUNDS: Final = 6

# the worst there is: no two events belong together, and each incident must be counted anew
_REMARKS: Final = """
INSERT INTO incidents_incidentevent
    (incident_id, sequence, kind, move, from_state, to_state, actor_name, text, data, at)
SELECT i.id, e.sequence + 1, 'remark', '', i.state, i.state, '', 'bench', '{}', now()
FROM (
    SELECT id, state FROM incidents_incident WHERE id > 1000000 ORDER BY md5(id::text || %(round)s) LIMIT %(batch)s
) i
JOIN LATERAL (
    SELECT max(sequence) AS sequence FROM incidents_incidentevent WHERE incident_id = i.id
) e ON TRUE
"""


def catch_up() -> str:
    """Count everything that is there; what it took, in words."""
    started = time.perf_counter()
    changed = keeping.catch_up(now=timezone.now(), windows=1_000_000)
    took = time.perf_counter() - started
    return f"rollups counted {changed:,} incidents in {took:.1f} s ({changed / took:,.0f}/s)"


def measure() -> tuple[Timing, int]:
    """Rounds of one batch each: the time per event, and the queries of one round."""
    times: list[float] = []
    for number in range(ROUNDS):
        _remark(number)
        began = time.perf_counter()
        keeping.catch_up(now=timezone.now())
        times += [(time.perf_counter() - began) / BATCH] * BATCH
    _remark(ROUNDS)
    with CaptureQueriesContext(connection) as captured:
        keeping.catch_up(now=timezone.now())
    return Timing(times, sum(times)), len(captured)


def _remark(number: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_REMARKS, {"round": str(number), "batch": BATCH})
