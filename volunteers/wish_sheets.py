"""The list of wishes as a sheet: the public words only; who wished stays on the platform."""

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from volunteers.models import Wish

CHUNK: Final = 1000


def wishes_header() -> list[str]:
    """The columns of the list of wishes."""
    head = [_("Number"), _("Shown as"), _("Wish"), _("Kind"), _("Grid"), _("Grid code"), _("Status")]
    more = [
        _("Source of the wish"),
        _("Round of the wish"),
        _("About (yuan)"),
        _("Helpers wanted"),
        _("Collected at"),
        _("Published at"),
    ]
    return [*head, *more, _("Times that it came back"), _("Confirmed at"), _("Rating"), _("Called back at")]


def wish_lines(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """One line for each of `rows`; what is sealed is not even read."""
    found = rows.select_related("kind", "grid", "round").defer("grid__boundary", "name", "phone", "door", "remark")
    row: Wish
    for row in found.order_by("-at", "-id").iterator(chunk_size=CHUNK):
        yield [
            *(row.number, row.display_name, row.title, row.kind.name, row.grid.name, row.grid_code),
            *(row.get_status_display(), row.get_source_display(), row.round.name if row.round else ""),
            *(row.amount or "", row.slots, row.at, row.published_at or "", row.returns, row.confirmed_at or ""),
            *(row.rating or "", row.called_back_at or ""),
        ]
