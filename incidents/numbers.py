"""Numbers of papers: per kind and year, without gaps, never twice."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

_NEXT = """
INSERT INTO incidents_numberbook (name, year, last) VALUES (%s, %s, 1)
ON CONFLICT (name, year) DO UPDATE SET last = incidents_numberbook.last + 1 RETURNING last
"""


def next_number(name: str, *, now: datetime) -> tuple[int, int]:
    """(year in Beijing, next number of that year) for papers called `name`.

    The book's row stays locked until the caller's transaction ends, so that a paper rolled back
    leaves no gap: ask last.
    """
    year = timezone.localtime(now).year
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [name, year])
        return year, cursor.fetchone()[0]
