"""One row per periodic job: when it last ran, what it did, what went wrong. A silent stop is seen."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import F
from django.utils import timezone

from accounts.errors import NotNow
from notices.models import Job

P = ParamSpec("P")
Row = TypeVar("Row")

logger = logging.getLogger(__name__)


def job(name: str) -> Callable[[Callable[P, int]], Callable[P, int]]:
    """Decorate the body of a Celery task that returns how many things it did; keeps the row of `name` up to date."""

    def decorate(body: Callable[P, int]) -> Callable[P, int]:
        @wraps(body)
        def run(*args: P.args, **kwargs: P.kwargs) -> int:
            _note_start(name, timezone.now())
            try:
                count = body(*args, **kwargs)
            except Exception as error:
                _note(name, last_error=f"{type(error).__name__}: {error}"[:2000], failures=F("failures") + 1)
                raise
            _note_end(name, count, timezone.now())
            return count

        return run

    return decorate


def _note_start(name: str, now: datetime) -> None:
    if not _note(name, last_started_at=now, runs=F("runs") + 1):
        _create(name, now)


def _create(name: str, now: datetime) -> None:
    """The first run ever on this database; two workers may be first together."""
    try:
        Job.objects.bulk_create([Job(name=name, last_started_at=now, runs=1)], ignore_conflicts=True)
    except (DatabaseError, InterfaceError):
        logger.warning("the row of job %s could not be made", name, exc_info=True)


def _note_end(name: str, count: int, now: datetime) -> None:
    worked: dict[str, Any] = {"last_worked_at": now} if count else {}
    _note(name, last_finished_at=now, last_count=max(count, 0), last_error="", **worked)


def _note(name: str, **values: Any) -> int:
    """Update the row; never fails the job, which is worth more than its record."""
    try:
        return Job.objects.filter(pk=name).update(**values)
    except (DatabaseError, InterfaceError):
        logger.warning("the row of job %s could not be written", name, exc_info=True)
        return 1


def each(rows: Iterable[Row], do: Callable[[Row], int]) -> int:
    """Do it with each of `rows`; returns the sum of what was done.

    A row that somebody changed meanwhile (NotNow) is passed over. Whatever else goes wrong with one holds up no other:
    it is logged, and the first such error is raised behind the last row, so that the job's own row tells of it.
    """
    done, first = 0, None
    for row in rows:
        try:
            done += do(row)
        except NotNow:
            continue
        except Exception as error:  # whatever it is, the other rows are due as well
            logger.exception("a row of a job failed: %r", row)
            first = first or error
    if first is not None:
        raise first
    return done


@contextmanager
def alone(lock: int) -> Iterator[bool]:
    """Whether nobody else holds this lock; while inside, nobody else gets it. The database lets go when a process dies.

    `lock` is a number of the job's own (an advisory lock of the session). For work that takes long and must not take
    every worker at once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        free = bool(cursor.fetchone()[0])
    try:
        yield free
    finally:
        if free:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
