"""The log book (台账) of a worker or a grid: assembled from what was done, never typed again (domain.md 10, row 4.18).

It lists work: date, matter, result. It ranks nobody (law 14).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from fieldwork.logbook_rows import KINDS, MOST_ROWS, Row, Whose
from fieldwork.logbook_sources import SOURCES
from grid.models import Grid, Post
from grid.scope import scope_of
from grid.sheets import write_xlsx

__all__ = ["KINDS", "MOST_ROWS", "Day", "Row", "Whose", "by_day", "counts", "excel", "people_of", "rows", "summary"]


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Day:
    """The lines of one day."""

    day: date
    rows: list[Row]


def rows(whose: Whose) -> list[Row]:
    """All lines, oldest first; a dozen queries for any number of people and days."""
    found = [row for source in SOURCES for row in source(whose)]
    return sorted(found, key=lambda row: (row.at, row.kind, row.matter))[:MOST_ROWS]


def summary(whose: Grid | User, first: date, last: date) -> dict[str, int]:
    """How much of each kind in these days, by the keys of KINDS: beside nominations, never to compare persons."""
    counted = Counter(row.kind for row in rows(Whose.of(whose, Span(first, last))))
    return {kind: counted[kind] for kind in KINDS}


def counts(found: Iterable[Row]) -> list[tuple[str, int]]:
    """(kind in words, how many) of the kinds that there are."""
    counted = Counter(row.kind for row in found)
    return [(str(label), counted[kind]) for kind, label in KINDS.items() if counted[kind]]


def by_day(found: Iterable[Row]) -> list[Day]:
    """The lines by day, newest day first, each day from morning to evening."""
    days = groupby(found, key=lambda row: timezone.localdate(row.at))
    return [Day(day, list(lines)) for day, lines in days][::-1]


def people_of(reader: Any, today: date) -> QuerySet[Any]:
    """Whose log book `reader` may open: her own, and of those who hold a post where she plans field work."""
    posts = Post.objects.on(today).filter(scope_of(reader).q("field.plan", "grid__code"))
    return User.objects.filter(Q(pk=reader.pk) | Q(pk__in=posts.values("user")), kind=User.Kind.PERSON)


def excel(found: Iterable[Row], *, title: str, as_of: datetime) -> bytes:
    """The lines as a workbook, the same as on the page."""
    header = [_("Date"), _("Work"), _("What it was about"), _("Outcome of the work")]
    lines = ([row.at, row.label, row.matter, row.result] for row in found)
    return write_xlsx(header, lines, as_of=as_of, title=title)
