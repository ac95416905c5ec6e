"""The decision of a round: every passed nomination is awarded with a certificate, and the document is drawn up."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow
from accounts.models import User
from grid.access import demand
from reports.honours import news
from reports.honours.reading import named_in
from reports.honours.rounds import check_reviewed
from reports.models import HonourRound, HonourTitle, Nomination
from reports.papers.prefill import commendation
from reports.periods import local_day
from reports.stages import advance

TITLE_IN_NUMBER: Final = 28
"""Characters of a title in the number of a certificate (the column takes 40)."""


def decide(one: HonourRound, *, actor: User, now: datetime, version: int | None = None) -> HonourRound:
    """Award all that passed, in one transaction: certificates, document, notices.

    NotNow before the public showing has ended, or while an objection waits for its review.
    """
    demand(actor, "honour.decide", one.grid_code)
    with transaction.atomic():
        locked = HonourRound.objects.select_for_update(of=("self",)).select_related("grid").get(pk=one.pk)
        day = local_day(now)
        if locked.public_until is not None and day <= locked.public_until:
            raise NotNow(_("The list is shown to the public until %(day)s.") % {"day": locked.public_until})
        rows = _award(locked, actor, now) if locked.status == HonourRound.Status.PUBLIC else []
        paper = commendation(locked, actor=actor, now=now) if rows else None
        found: HonourRound = advance(
            locked, "decide", actor=actor, now=now, version=version, decided_on=day, paper=paper
        )
        news.tell_awarded(found, rows, now=now)
    return found


def _award(one: HonourRound, actor: User, now: datetime) -> list[Nomination]:
    check_reviewed(one)
    rows = [row for row in named_in(one) if row.status == Nomination.Status.SUPPORTED]
    numbers = _numbers(one, rows)
    for row in rows:
        row.certificate = numbers[row.pk]
        advance(row, "award", actor=actor, now=now, certificate=row.certificate)
    return rows


def _numbers(one: HonourRound, rows: list[Nomination]) -> dict[int, str]:
    """Year-title-serial; the titles are locked, so that two rounds of one year go on counting where the other ended."""
    titles = HonourTitle.objects.select_for_update().filter(pk__in={row.place.title_id for row in rows}).order_by("pk")
    numbers: dict[int, str] = {}
    for title in titles:
        head = f"{one.period_end.year}-{title.name[:TITLE_IN_NUMBER]}-"
        given = Nomination.objects.filter(certificate__startswith=head).count()
        own = [row for row in rows if row.place.title_id == title.pk]
        numbers |= {row.pk: f"{head}{given + n:04d}" for n, row in enumerate(own, 1)}
    return numbers


def title_words(title: HonourTitle) -> str:
    """“汝河网格先锋”（网格先锋奖）."""
    return f"“{title.name}”" + (f"（{title.prize}）" if title.prize else "")


def office_of(one: HonourRound) -> str:
    """Who honours: the party working committee of a street (domain.md 6.2), else the office by its name."""
    return f"{one.grid.name}党工委" if len(one.grid_code) == 9 else one.grid.name
