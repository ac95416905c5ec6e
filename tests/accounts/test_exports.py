"""Exports are counted and recorded."""

from datetime import datetime

import pytest

from accounts.errors import NotNow
from accounts.exports import AT_ONCE, WITHIN, note_export
from accounts.models import AccessEvent, User


def export(person: User, now: datetime, kind: str = "incident") -> None:
    note_export(actor=person, object_type=kind, fields="20000", now=now, request=None)


def test_the_eleventh_export_within_ten_minutes_waits(person: User, now: datetime) -> None:
    for _time in range(AT_ONCE):
        export(person, now)
    with pytest.raises(NotNow):
        export(person, now)
    assert AccessEvent.objects.count() == AT_ONCE
    export(person, now + WITHIN)


def test_another_person_and_another_kind_are_counted_apart(person: User, chief: User, now: datetime) -> None:
    for _time in range(AT_ONCE):
        export(person, now)
    export(person, now, kind="report")
    export(chief, now)
