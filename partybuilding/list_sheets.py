"""The three lists as Excel files; who takes one is recorded (architecture.md law 11)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exports import attachment, note_rows
from accounts.models import User
from accounts.protect import mask_numbers
from grid.sheets import XLSX, write_xlsx
from partybuilding.models import Need, Project, Resource

CHUNK = 1000


def needs_file(rows: QuerySet[Any], *, actor: User, now: datetime, request: HttpRequest) -> HttpResponse:
    """The list of needs."""
    header = [_("Number"), _("What is needed"), _("Kind"), _("Grid"), _("Grid code"), _("Raised by"), _("Status")]
    header += [_("Raised at"), _("Waits at the grid"), _("Ended at"), _("Where"), _("More words")]
    return _file(_("List of needs"), "need", header, rows, _need_lines, actor=actor, now=now, request=request)


def _need_lines(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    found = rows.select_related("kind", "grid").defer("grid__boundary").order_by("-at", "-id")
    need: Need
    for need in found.iterator(chunk_size=CHUNK):
        yield [
            *(need.number, need.title, need.kind.name, need.grid.name, need.grid_code, need.get_source_display()),
            *(need.get_status_display(), need.at, need.level_code, need.ended_at or "", need.place),
            mask_numbers(need.text),
        ]


def resources_file(rows: QuerySet[Any], *, actor: User, now: datetime, request: HttpRequest) -> HttpResponse:
    """The list of resources."""
    header = [_("Partner unit"), _("What is offered"), _("Kind"), _("Serves the grid"), _("Weekdays")]
    header += [_("From"), _("Until"), _("Times in half a year"), _("Status"), _("More words")]
    return _file(
        _("List of resources"), "resource", header, rows, _resource_lines, actor=actor, now=now, request=request
    )


def _resource_lines(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    found = rows.select_related("kind", "unit__organization").order_by("unit__organization__name", "id")
    row: Resource
    for row in found.iterator(chunk_size=CHUNK):
        days = "、".join("一二三四五六日"[day - 1] for day in row.weekdays)
        yield [
            *(row.unit.organization.name, row.title, row.kind.name, row.serves_code, days, row.from_on or ""),
            *(row.until_on or "", row.capacity or "", row.get_status_display(), mask_numbers(row.text)),
        ]


def projects_file(rows: QuerySet[Any], *, actor: User, now: datetime, request: HttpRequest) -> HttpResponse:
    """The list of projects."""
    header = [_("Number"), _("Title"), _("Type of project"), _("Partner unit"), _("Grid"), _("Need"), _("Status")]
    header += [
        _("Promised for"),
        _("Done at"),
        _("Members"),
        _("Hours"),
        _("People who gained"),
        _("Grade"),
        _("Result"),
    ]
    return _file(_("List of projects"), "project", header, rows, _project_lines, actor=actor, now=now, request=request)


def _project_lines(rows: QuerySet[Any]) -> Iterator[list[Any]]:
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


def _file(
    title: str,
    kind: str,
    header: list[str],
    rows: QuerySet[Any],
    lines: Any,
    *,
    actor: User,
    now: datetime,
    request: HttpRequest,
) -> HttpResponse:
    too_many = _("At most %(count)s lines at a time: narrow the selection.")
    note_rows(rows.count(), too_many=too_many, actor=actor, object_type=kind, now=now, request=request)
    content = write_xlsx(header, lines(rows), as_of=now, title=title, author=actor.real_name)
    return attachment(content, XLSX, f"{title}-{timezone.localdate(now):%Y%m%d}.xlsx")
