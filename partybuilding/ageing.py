"""Needs that nobody meets rise: from the grid to the community, from there to the street (row 1.6, 4.3)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Length
from django.utils import translation
from django.utils.translation import gettext as _

from grid.models.grid import LEVEL_BY_LENGTH, parent_code_of
from partybuilding import list_news
from partybuilding.models import Need, NeedWait, PartyStep

AT_ONCE: Final = 500


def raise_waiting(*, now: datetime) -> int:
    """Put every open need that has waited out its level one level up, tell who keeps the lists there; how many rose.

    Levels without a row in `NeedWait` keep their needs. Two runs at once raise nothing twice: rows are locked.
    """
    with translation.override(settings.LANGUAGE_CODE):
        return sum(_raise_level(rule, now) for rule in NeedWait.objects.filter(is_active=True).order_by("level"))


def _raise_level(rule: NeedWait, now: datetime) -> int:
    risen = 0
    while batch := _raise_batch(rule, now):
        risen += batch
    return risen


def _raise_batch(rule: NeedWait, now: datetime) -> int:
    length = next(size for size, level in LEVEL_BY_LENGTH.items() if level == rule.level)
    due = Need.objects.filter(status=Need.Status.OPEN, level_since__lte=now - timedelta(days=rule.days))
    due = due.annotate(size=Length("level_code")).filter(size=length)
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True).order_by("pk")[:AT_ONCE])
        _rise(rows, now)
    return len(rows)


def _rise(rows: list[Need], now: datetime) -> None:
    for row in rows:
        row.level_code, row.level_since, row.version = parent_code_of(row.level_code), now, row.version + 1
    Need.objects.bulk_update(rows, ["level_code", "level_since", "version"])
    PartyStep.objects.bulk_create(_steps(rows, now))
    list_news.risen(rows, now=now)


def _steps(rows: Iterable[Need], now: datetime) -> list[PartyStep]:
    text = _("Waited out its level: goes up to %(code)s")
    return [
        PartyStep(
            subject="need",
            subject_id=row.pk,
            before=row.status,
            after=row.status,
            at=now,
            text=text % {"code": row.level_code},
        )
        for row in rows
    ]
