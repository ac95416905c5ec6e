"""Numbers of papers: per kind and year, without gaps, never twice."""

from datetime import datetime
from typing import Final

from django.db import connection
from django.utils import timezone

from grid.models import Grid

STREET_DIGITS: Final = 9
NAME_LENGTH: Final = 12

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


def street_number(book: str, word: str, code: str, *, now: datetime) -> str:
    """建中街消安整改〔2026〕12号: one book (`book`) per street, without gaps; locked until the transaction ends.

    `word` says what kind of paper it is; the street is that of the grid `code`.
    """
    street = code[:STREET_DIGITS]
    name = Grid.objects.filter(code=street).values_list("name", flat=True).first() or street
    year, number = next_number(f"{book}:{street}", now=now)
    return f"{name.removesuffix('街道')[:NAME_LENGTH]}{word}〔{year}〕{number}号"
