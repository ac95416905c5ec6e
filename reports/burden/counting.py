"""What one sent form costs, and the one statement by which it is added to the day's counts.

Kept are: the day, the street, the kind of post, the form, and sums. Whose form it was is asked of the posts inside the
statement and never stored; the grid is cut to the street, where a kind of post is more than one person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from django import forms
from django.db import connection

from grid.posts import PostKind

APPS: Final = ("incidents", "grid", "reports")
"""Namespaces whose pages ask people for work; signing in and messages are none."""
STREET_DIGITS: Final = 9
STEP_NAMES: Final = ("name", "step", "kind")
"""Parts of an address that say which form of several it is."""
BUTTONS_AND_HIDDEN: Final = frozenset(
    {
        "csrfmiddlewaretoken",
        "action",
        "back",
        "client_uuid",
        "confirmed",
        "done",
        "draft_id",
        "include",
        "incident",
        "move",
        "next",
        "open",
        "other",
        "other_version",
        "result",
        "tab",
        "version",
    }
)
"""Names that templates send without anybody typing."""

_ADD: Final = """
INSERT INTO reports_formuse (day, grid_code, post, form, sent, refused, fields, photos, seconds, timed)
SELECT %(day)s, left(coalesce(g.code, seat.code, ''), %(digits)s), p.kind, %(form)s,
       %(sent)s, %(refused)s, %(fields)s, %(photos)s, %(seconds)s, %(timed)s
FROM grid_post p
LEFT JOIN grid_grid g ON g.id = p.grid_id
LEFT JOIN grid_organization o ON o.id = p.organization_id
LEFT JOIN grid_grid seat ON seat.id = o.grid_id
WHERE p.user_id = %(user)s AND p.starts_on <= %(day)s AND (p.ends_on IS NULL OR p.ends_on > %(day)s)
ORDER BY array_position(%(kinds)s::text[], p.kind::text), p.id
LIMIT 1
ON CONFLICT (day, grid_code, post, form) DO UPDATE SET
    sent = reports_formuse.sent + excluded.sent,
    refused = reports_formuse.refused + excluded.refused,
    fields = reports_formuse.fields + excluded.fields,
    photos = reports_formuse.photos + excluded.photos,
    seconds = reports_formuse.seconds + excluded.seconds,
    timed = reports_formuse.timed + excluded.timed
"""


@dataclass(frozen=True, slots=True)
class Use:
    """One form that was sent: taken, or sent back with errors."""

    form: str
    sent: int = 0
    refused: int = 0
    fields: int = 0
    photos: int = 0
    seconds: int = 0
    timed: int = 0


def add(use: Use, *, user_id: int, day: date) -> None:
    """Add one use to the counts of the poster's first post, in one statement; nobody without a post is counted."""
    values = {"day": day, "user": user_id, "digits": STREET_DIGITS, "kinds": list(PostKind.values), **asdict(use)}
    with connection.cursor() as cursor:
        cursor.execute(_ADD, values)


def name_of(view_name: str, values: Mapping[str, Any]) -> str:
    """The form's name: its address, and which step of several it is. At most 60 characters."""
    steps = [str(values[name]) for name in STEP_NAMES if name in values]
    return ":".join((view_name, *steps))[:60]


def fields_typed(posted: Mapping[str, Any]) -> int:
    """How many questions were answered: values that are not empty, without hidden fields and buttons."""
    silent = BUTTONS_AND_HIDDEN | hidden_names()
    return sum(1 for name in posted if _last_part(name) not in silent and str(posted[name]).strip())


def _last_part(name: str) -> str:
    """The field of a row of several: "parties-0-name" is "name"."""
    return name.rsplit("-", 1)[-1]


@cache
def hidden_names() -> frozenset[str]:
    """Fields that some form hides and none shows."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for form in declared_forms():
        for name, field in form.base_fields.items():  # type: ignore[attr-defined]
            found[bool(field.widget.is_hidden)].add(name)
    return frozenset(found[True] - found[False])


def declared_forms() -> list[type[forms.BaseForm]]:
    """Every form class of our apps that is loaded, by name."""
    ours = {each for each in _below(forms.BaseForm) if each.__module__.split(".")[0] in APPS}
    ours = {each for each in ours if hasattr(each, "base_fields")}  # a part of forms has none
    return sorted(ours, key=lambda each: (each.__module__, each.__qualname__))


def _below(base: type) -> Iterable[type[Any]]:
    subclasses: list[type] = base.__subclasses__()
    for each in subclasses:
        yield each
        yield from _below(each)
