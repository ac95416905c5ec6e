"""Claiming due work from a table, so that no row is done twice and none is lost (reliability.md 1.4).

A worker claims rows (attempt counted and lease written in one statement of its own), does the work, and finishes each
row in the transaction of the effect. A killed worker's lease runs out and the row comes back; after three such deaths,
or eight failures, it is quarantined for a person to look at.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import uuid4

from django.db import connections, router, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from notices.models import LeasedWork
from notices.models.leased import WorkState

Work = TypeVar("Work", bound=LeasedWork)

MAX_KILLED: Final = 3
MAX_FAILED: Final = 8
WAITS: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 5 * 60, 30 * 60, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
)
"""How long a failed row waits before its next attempt."""


def claim(queryset: QuerySet[Work], *, limit: int, lease: timedelta, now: datetime) -> list[Work]:
    """Take up to `limit` due rows of `queryset` for `lease`, the longest waiting first.

    No two callers ever get the same row. Call it outside a transaction: the claim must be committed before the work
    begins, or a killed worker's attempt would not be counted. A row whose worker has died twice is given out alone:
    if it is what kills, it must not take the rows beside it into quarantine.
    """
    _bury_killed(queryset, now)
    last_chance = queryset.filter(_run_out(now), attempts=MAX_KILLED - 1)
    if last_chance.exists():
        return _take(last_chance, limit=1, lease=lease, now=now)
    due = queryset.filter(Q(work_state=WorkState.DUE, run_at__lte=now) | _run_out(now))
    return _take(due, limit=limit, lease=lease, now=now)


def _take(due: QuerySet[Work], *, limit: int, lease: timedelta, now: datetime) -> list[Work]:
    """Lock, count and lease up to `limit` of the rows `due` in one statement."""
    model = due.model
    assert model._meta.pk is not None
    table, key, using = model._meta.db_table, model._meta.pk.column, router.db_for_write(model)
    ids = due.order_by("run_at", "pk").select_for_update(skip_locked=True, of=("self",)).values(model._meta.pk.name)
    with transaction.atomic(using=using):  # Django compiles FOR UPDATE only inside a transaction
        inner, params = ids[:limit].query.get_compiler(connection=connections[using]).as_sql()
        # MATERIALIZED: the planner must not run the sub-query twice and lock more rows than it gives out.
        sql = f"""
            WITH picked AS MATERIALIZED ({inner})
            UPDATE "{table}" SET work_state = %s, attempts = attempts + 1, lease_until = %s, lease_token = %s
            FROM picked WHERE "{table}"."{key}" = picked."{key}" RETURNING "{table}".*
        """  # noqa: S608 - names of our own table, and Django's own sub-query
        rows = model._base_manager.raw(sql, [*params, WorkState.LEASED, now + lease, uuid4()])
        return sorted(rows, key=lambda row: (row.run_at, row.pk))


def _run_out(now: datetime) -> Q:
    return Q(work_state=WorkState.LEASED, lease_until__lte=now)


def _bury_killed(queryset: QuerySet[Work], now: datetime) -> int:
    """Quarantine rows whose worker died once too often: they may be what kills it."""
    killed = queryset.model._base_manager.filter(_run_out(now), attempts__gte=MAX_KILLED)
    reason = _("The worker died %(n)s times during this work.") % {"n": MAX_KILLED}
    return killed.update(work_state=WorkState.DEAD, last_error=reason, lease_until=None, lease_token=None)


def finish(row: LeasedWork, *, now: datetime) -> bool:
    """Mark the row done. Call it in the transaction of the effect; False: the lease is lost, roll the effect back."""
    return _update(row, work_state=WorkState.DONE, done_at=now, last_error="")


def finish_all(rows: Sequence[LeasedWork], *, now: datetime) -> bool:
    """The same for rows of one claim, in one statement. False when any lease is lost: roll all effects back."""
    tokens = {row.lease_token for row in rows}
    mine = type(rows[0])._base_manager.filter(
        pk__in=[row.pk for row in rows], work_state=WorkState.LEASED, lease_token__in=tokens
    )
    done = mine.update(work_state=WorkState.DONE, done_at=now, last_error="", lease_until=None, lease_token=None)
    return done == len(rows)


def fail(row: LeasedWork, error: object, *, now: datetime, permanent: bool = False) -> bool:
    """Note why it failed and when to try again; quarantine it when that is of no use. False: the lease is lost."""
    if permanent or row.attempts >= MAX_FAILED:
        return _update(row, work_state=WorkState.DEAD, last_error=str(error)[:2000])
    wait = WAITS[min(row.attempts, len(WAITS)) - 1]
    return _update(row, work_state=WorkState.DUE, run_at=now + wait, last_error=str(error)[:2000])


def give_back(row: LeasedWork, *, run_at: datetime) -> bool:
    """Return a claimed row untouched: the attempt does not count."""
    return _update(row, work_state=WorkState.DUE, run_at=run_at, attempts=max(row.attempts - 1, 0))


def _update(row: LeasedWork, **values: object) -> bool:
    """Change the row if it is still leased under the token that it was claimed with."""
    mine = type(row)._base_manager.filter(pk=row.pk, work_state=WorkState.LEASED, lease_token=row.lease_token)
    return mine.update(**values, lease_until=None, lease_token=None) == 1


def retry(row: LeasedWork, *, actor: User, now: datetime) -> None:
    """Give a quarantined row a fresh start. NotNow when it is not in quarantine."""
    note = _("%(who)s has set it going again.") % {"who": actor}
    _release(row, note, work_state=WorkState.DUE, run_at=now, attempts=0)


def discard(row: LeasedWork, *, reason: str, actor: User, now: datetime) -> None:
    """Take a quarantined row out for good. NotValid without a reason, NotNow when it is not in quarantine."""
    if not reason.strip():
        raise NotValid(_("Give a reason."), {"reason": [_("Give a reason.")]})
    note = _("%(who)s has discarded it: %(reason)s") % {"who": actor, "reason": reason.strip()}
    _release(row, note, work_state=WorkState.DISCARDED, done_at=now)


def _release(row: LeasedWork, note: str, **values: object) -> None:
    dead = type(row)._base_manager.filter(pk=row.pk, work_state=WorkState.DEAD)
    if not dead.update(**values, last_error=f"{row.last_error}\n{note}".strip()[:2000]):
        raise NotNow(_("This work is not in quarantine any more."))
