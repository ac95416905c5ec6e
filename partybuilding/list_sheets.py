"""The three lists as sheets: heads and lines, phone and identity numbers in free words masked."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.protect import mask_numbers
from partybuilding.models import Need, Project, Resource

CHUNK = 1000


def needs_header() -> list[str]:
    """The columns of the list of needs."""
    head = [_("Number"), _("What is needed"), _("Kind"), _("Grid"), _("Grid code"), _("Raised by"), _("Status")]
    return [*head, *[_("Raised at"), _("Waits at the grid"), _("Ended at"), _("Where"), _("More words")]]


def need_lines(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """One line for each of `rows`."""
    found = rows.select_related("kind", "grid").defer("grid__boundary").order_by("-at", "-id")
    need: Need
    for need in found.iterator(chunk_size=CHUNK):
        yield [
            *(need.number, need.title, need.kind.name, need.grid.name, need.grid_code, need.get_source_display()),
            *(need.get_status_display(), need.at, need.level_code, need.ended_at or "", need.place),
            mask_numbers(need.text),
        ]


def resources_header() -> list[str]:
    """The columns of the list of resources."""
    head = [_("Partner unit"), _("What is offered"), _("Kind"), _("Serves the grid"), _("Weekdays")]
    return [*head, *[_("From"), _("Until"), _("Times in half a year"), _("Status"), _("More words")]]


def resource_lines(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """One line for each of `rows`."""
    found = rows.select_related("kind", "unit__organization").order_by("unit__organization__name", "id")
    row: Resource
    for row in found.iterator(chunk_size=CHUNK):
        days = "、".join("一二三四五六日"[day - 1] for day in row.weekdays)
        yield [
            *(row.unit.organization.name, row.title, row.kind.name, row.serves_code, days, row.from_on or ""),
            *(row.until_on or "", row.capacity or "", row.get_status_display(), mask_numbers(row.text)),
        ]


def projects_header() -> list[str]:
    """The columns of the list of projects."""
    head = [_("Number"), _("Title"), _("Type of project"), _("Partner unit"), _("Grid"), _("Need"), _("Status")]
    return [
        *head,
        *[
            _("Promised for"),
            _("Done at"),
            _("Members"),
            _("Hours"),
            _("People who gained"),
            _("Grade"),
            _("Result"),
        ],
    ]


def project_lines(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """One line for each of `rows`."""
    found = rows.select_related("type", "unit__organization", "grid", "need").defer("grid__boundary")
    row: Project
    for row in found.order_by("-at", "-id").iterator(chunk_size=CHUNK):
        yield [
            *(row.number, row.title, row.type.name, row.unit.organization.name if row.unit else "", row.grid.name),
            *(row.need.number if row.need else "", row.get_status_display(), row.promised_on or "", row.done_at or ""),
            *(_or_empty(row.members_count), _or_empty(row.hours), _or_empty(row.beneficiaries), _or_empty(row.grade)),
            mask_numbers(row.result),
        ]


def _or_empty(value: Any) -> Any:
    return "" if value is None else value
