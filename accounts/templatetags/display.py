"""Filters that show values as people of a street office write them (interface.md, "Look").

All of them answer with "—" for a missing value, so that a template needs no `if`.
"""

from datetime import date, datetime, timedelta
from typing import Protocol

from django import template
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from accounts.protect import mask_phone

register = template.Library()

NOTHING = "—"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


class HasCan(Protocol):
    """What `grid.scope.Scope` offers to templates; named here because accounts is the lowest floor."""

    def can(self, capability: str, /) -> bool: ...


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def day(value: date | datetime | None) -> str:
    """A date: 2026年11月20日, in English 20 Nov 2026."""
    if not value:
        return NOTHING
    local = _local(value)
    if _chinese():
        return f"{local.year}年{local.month}月{local.day}日"
    return f"{local.day} {local:%b %Y}"


@register.filter
def clock(value: datetime | None) -> str:
    """The time of day: 14:05."""
    return f"{_local(value):%H:%M}" if value else NOTHING


@register.filter
def moment(value: datetime | None) -> str:
    """A date and a time: 2026年11月20日 14:05."""
    return f"{day(value)} {clock(value)}" if value else NOTHING


@register.filter
def short_moment(value: datetime | None) -> str:
    """A date and a time without the year, for tables of recent things: 11月20日 14:05."""
    if not value:
        return NOTHING
    local = _local(value)
    date_text = f"{local.month}月{local.day}日" if _chinese() else f"{local.day} {local:%b}"
    return f"{date_text} {local:%H:%M}"


@register.filter
def weekday(value: date | datetime | None) -> str:
    """The day of the week: 周五, in English Fri."""
    if not value:
        return NOTHING
    local = _local(value)
    return "周" + "一二三四五六日"[local.weekday()] if _chinese() else f"{local:%a}"


@register.filter
def duration(value: timedelta | float | None) -> str:
    """A span (timedelta or seconds) in its two largest units: 3 小时 20 分."""
    if value is None:
        return NOTHING
    seconds = int(abs(value.total_seconds() if isinstance(value, timedelta) else value))
    days, hours, minutes = seconds // _DAY, seconds % _DAY // _HOUR, seconds % _HOUR // _MINUTE
    parts = []
    if days:
        parts.append(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    if hours:
        parts.append(ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
    if minutes and not days:
        parts.append(ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes})
    return " ".join(parts) or gettext("under 1 minute")


@register.filter
def minutes_in_hours(value: int | None) -> str:
    """Minutes of service as hours, to the hundredth: 12.5 小时."""
    if value is None:
        return NOTHING
    number = f"{value / 60:,.2f}".rstrip("0").rstrip(".")
    return gettext("%(n)s h") % {"n": number.replace("-", "−")}


@register.filter
def remaining(due: datetime | None, now: datetime | None = None) -> str:
    """Time left to `due`, or time over it: 剩余 3 小时 20 分 / 超时 1 天."""
    if not due:
        return NOTHING
    left = due - (now or timezone.now())
    text = gettext("%(span)s left") if left >= timedelta(0) else gettext("%(span)s overdue")
    return text % {"span": duration(left)}


@register.filter
def ago(value: datetime | None, now: datetime | None = None) -> str:
    """How long ago: 20 分前; older than a week as a date."""
    if not value:
        return NOTHING
    gone = (now or timezone.now()) - value
    if gone < timedelta(minutes=1):
        return gettext("just now")
    if gone >= timedelta(days=7):
        return day(value)
    return gettext("%(span)s ago") % {"span": duration(gone)}


@register.filter
def due_tone(due: datetime | None, now: datetime | None = None) -> str:
    """The tone of a due time: danger when over, warning in the last 4 hours, else secondary."""
    if not due:
        return "secondary"
    left = due - (now or timezone.now())
    if left < timedelta(0):
        return "danger"
    return "warning" if left < timedelta(hours=4) else "secondary"


@register.filter
def thousands(value: float | str | None) -> str:
    """A number with thousands separators: 12,345."""
    if value is None or value == "":
        return NOTHING
    return value if isinstance(value, str) else f"{value:,}"


@register.filter
def percent(ratio: float | None, digits: int = 1) -> str:
    """A ratio of 0..1 as a percentage: 99.9 %; "—" where the denominator was zero (None)."""
    return NOTHING if ratio is None else f"{float(ratio) * 100:.{digits}f}%"


@register.filter
def masked_phone(value: str | None) -> str:
    """A phone number as lists may show it: 138****5678."""
    return mask_phone(value) if value else NOTHING


@register.filter
def initial(name: str | None) -> str:
    """The character that stands for a person in a small round picture: the family name."""
    return name.strip()[:1].upper() if name and name.strip() else "·"


@register.filter
def can(scope: HasCan | None, capability: str) -> bool:
    """`{% if request.scope|can:"incident.dispatch" %}`; False without a scope (not signed in)."""
    return scope is not None and scope.can(capability)
