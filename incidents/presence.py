"""Who has which case open at the desk, so that two do not work on one: a row per person, fresh for half a minute.

It is a hint and no lock: whoever is faster makes the move, the other is told (`incidents.lifecycle`).
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from incidents.models import DeskPresence, Incident

FRESH: Final = timedelta(seconds=30)
"""The desk asks every five seconds; after six silent rounds nobody sits there any more."""
REWRITTEN: Final = timedelta(seconds=10)
"""A row younger than this is not written again."""


def look_at(user: Any, incident: Incident, *, now: datetime) -> None:
    """`user` has the incident open now; one query while nothing changes, one more to write."""
    same = DeskPresence.objects.filter(user=user.pk, incident=incident.pk, seen_at__gt=now - REWRITTEN)
    if not same.exists():
        DeskPresence.objects.update_or_create(user_id=user.pk, defaults={"incident": incident, "seen_at": now})


def others_at(user: Any, incidents: Collection[int], *, now: datetime) -> dict[int, list[str]]:
    """Names of the other people by the incident that they have open; one query."""
    rows = DeskPresence.objects.filter(incident__in=incidents, seen_at__gt=now - FRESH).exclude(user=user.pk)
    found: dict[int, list[str]] = {}
    for pk, name, username in rows.order_by("user__real_name", "user").values_list(
        "incident", "user__real_name", "user__username"
    ):
        found.setdefault(pk, []).append(name or username)
    return found
