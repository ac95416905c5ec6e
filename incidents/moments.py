"""Moments as the facts of an event and the payload of a message keep them: text of ISO 8601, or nothing."""

from datetime import datetime


def iso(moment: datetime | None) -> str | None:
    """The text of `moment`."""
    return moment.isoformat() if moment else None


def from_iso(text: str | None) -> datetime | None:
    """The moment of a text that `iso` gave; ValueError for another one."""
    return datetime.fromisoformat(text) if text else None
