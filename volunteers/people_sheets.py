"""Lists of volunteers and teams as sheets: heads and lines, masked (reliability.md 4.5)."""

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from volunteers.models import Membership, Team, Volunteer
from volunteers.standing import masked, shown

CHUNK: Final = 1000
WEEK: Final = "一二三四五六日"


def hours_of(minutes: int) -> float:
    """Hours with one decimal, as the ministry's order wants them."""
    return round(minutes / 60, 1)


def volunteers_header() -> list[str]:
    """The columns of the list of volunteers."""
    head = [_("Volunteer number"), _("Real name"), _("Phone"), _("Grid"), _("Grid code"), _("Status"), _("Under age")]
    return [*head, _("Skills"), _("Free on"), _("Hours of service"), _("Teams"), _("Applied on")]


def volunteer_lines(rows: QuerySet[Volunteer]) -> Iterator[list[Any]]:
    """One line for each of `rows` (`volunteer_rows`), names and phones masked."""
    full: Any = rows.prefetch_related("skills").order_by("grid_code", "id")
    for row in full.iterator(chunk_size=CHUNK):
        one = masked(row)
        days = "、".join(WEEK[day - 1] for day in row.weekdays)
        skills = "、".join(map(str, row.skills.all()))
        words = [row.get_status_display(), _("yes") if row.is_minor else ""]
        at = timezone.localdate(row.at)
        place = [row.grid.name, row.grid_code]
        yield [row.number, one.name, one.phone, *place, *words, skills, days, hours_of(row.minutes), row.in_teams, at]


def teams_header() -> list[str]:
    """The columns of the list of teams."""
    head = [_("Name"), _("What it does"), _("Grid"), _("Leader"), _("Members")]
    return [*head, _("Asked to join"), _("Founded on"), _("Status")]


def team_lines(rows: QuerySet[Team]) -> Iterator[list[Any]]:
    """One line for each of `rows` (`team_rows`); leaders masked."""
    for row in rows.order_by("grid_code", "name").iterator(chunk_size=CHUNK):
        counts = [row.members, row.waiting]  # type: ignore[attr-defined]
        leader = shown(row.leader)
        yield [row.name, row.purpose, row.grid.name, leader, *counts, row.founded_on, row.get_status_display()]


def members_header() -> list[str]:
    """The columns of the list of members of a team."""
    return [_("Volunteer number"), _("Real name"), _("Phone"), _("Grid"), _("Status"), _("Since")]


def member_lines(rows: QuerySet[Membership]) -> Iterator[list[Any]]:
    """One line for each membership, masked."""
    for row in rows.iterator(chunk_size=CHUNK):
        one = masked(row.volunteer)
        place = row.volunteer.grid.name
        yield [row.volunteer.number, one.name, one.phone, place, row.get_status_display(), row.since]
