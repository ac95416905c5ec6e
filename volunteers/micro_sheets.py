"""Micro-projects and service points as sheets."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.protect import mask_numbers
from volunteers import micro_review
from volunteers.circle import Cover
from volunteers.models import MicroCall, MicroProject, ServicePoint
from volunteers.practical import KINDS
from volunteers.service_points import standing, with_board

CHUNK = 1000


def projects_header() -> list[str]:
    """The columns of the list of projects."""
    head = [_("Number"), _("Title"), _("Kind"), _("Call of the project"), _("Team or unit"), _("Grid"), _("Status")]
    money = [_("Asked for (yuan)"), _("Own money (yuan)"), _("Granted (yuan)"), _("Spent (yuan)")]
    return [*head, *money, _("People who gained"), _("Handed in at"), _("Result")]


def project_lines(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """One line for each of `rows`."""
    found = rows.select_related("kind", "call", "team", "organization", "grid").defer("grid__boundary")
    found = found.annotate(spent=Sum("budget__spent")).order_by("-at", "-id")
    row: Any
    for row in found.iterator(chunk_size=CHUNK):
        yield [
            *(row.number, row.title, row.kind.name if row.kind else "", row.call.name, bidder(row), row.grid.name),
            *(row.get_status_display(), row.asked, row.own_money, row.granted or "", row.spent or 0),
            *(row.beneficiaries if row.beneficiaries is not None else "", row.at, mask_numbers(row.result)),
        ]


def bidder(project: MicroProject) -> str:
    """The name of the team or unit."""
    return str(project.team or project.organization or "")


def results_header(call: MicroCall) -> list[str]:
    """The columns of the table of the review."""
    head = [_("Place of the project"), _("Number"), _("Title"), _("Team or unit"), _("Mean of points"), _("Reviewers")]
    return [*head, _("Asked for (yuan)"), _("Own money (yuan)"), _("Granted (yuan)"), _("Status")]


def result_lines(call: MicroCall) -> Iterator[list[Any]]:
    """One line for each project of the call, the best first; no reviewer is named."""
    for line in micro_review.results(call):
        row = line.project
        yield [
            *(line.place or "", row.number, row.title, bidder(row), "" if line.mean is None else line.mean, line.count),
            *(row.asked, row.own_money, row.granted or "", row.get_status_display()),
        ]


def points_header() -> list[str]:
    """The columns of the list of service points."""
    head = [_("Name"), _("Kind"), _("Grid"), _("Grid code"), _("Address"), _("Run by"), _("Opening hours"), _("Season")]
    return [*head, _("Services"), _("Walk (m)"), _("Longitude"), _("Latitude"), _("Now")]


def point_lines(rows: QuerySet[ServicePoint], now: datetime) -> Iterator[list[Any]]:
    """One line for each of `rows`, as they stand at `now`."""
    found = with_board(rows, timezone.localdate(now)).order_by("grid_code", "name")
    row: Any
    for row in found.iterator(chunk_size=CHUNK):
        season = f"{row.season_from} – {row.season_until}" if row.season_from else ""
        yield [
            *(row.name, row.kind.name, row.grid.name, row.grid_code, row.address, str(row.organization or "")),
            *(row.hours, season, row.services.replace("\n", "；"), row.reach, row.place.x, row.place.y),
            standing(row, now, row.said_open).label,
        ]


def circle_header() -> list[str]:
    """The columns of the ten-minute circle."""
    head = [_("Grid code"), _("Community"), _("Households on the map"), _("Households within the walk")]
    return [*head, _("Share of households (%)"), _("Households without a place")]


def circle_lines(found: Iterable[Cover]) -> Iterator[list[Any]]:
    """One line for each community; the share in per cent."""
    for one in found:
        share = "" if one.share is None else round(one.share * 100, 1)
        yield [one.code, one.name, one.placed, one.near, share, one.unplaced]


def matters_header() -> list[str]:
    """The columns of the ledger of practical matters."""
    return [_("Day"), _("Kind"), _("Matter done"), _("Grid code"), _("Grid"), _("People who gained")]


def matter_lines(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """One line for each of `rows` (`volunteers.practical.COLUMNS`)."""
    for day, what, title, code, grid, gained, _pk in rows:
        yield [day, str(KINDS[what]), mask_numbers(title), code, grid, gained]
