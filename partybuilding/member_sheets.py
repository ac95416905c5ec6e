"""Lists of members, linked households and reports as sheets: heads and lines, masked (reliability.md 4.5)."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from partybuilding.links import door_of
from partybuilding.members import masked
from partybuilding.models import HouseholdLink, PartyMember, ReportIn
from partybuilding.report_ins import employer_of

CHUNK: Final = 1000


def members_header() -> list[str]:
    """The columns of the list of members."""
    head = [_("Grid"), _("Grid code"), _("Real name"), _("Phone"), _("Management"), _("Organized in"), _("Employer")]
    head += [_("Member since (year)"), _("Skills"), _("Tags"), _("Linked households"), _("Found as"), _("Found on")]
    return [*head, _("Brought in on"), _("Left on")]


def member_lines(rows: QuerySet[PartyMember]) -> Iterator[list[Any]]:
    """One line for each of `rows` (`member_rows`), names and phones masked."""
    full: Any = rows.select_related("grid", "party__organization", "unit__organization").defer("grid__boundary")
    for row in full.prefetch_related("skills", "tags").order_by("grid_code", "id").iterator(chunk_size=CHUNK):
        shown = masked(row)
        yield [
            row.grid.name,
            row.grid_code,
            shown.name,
            shown.phone,
            row.get_management_display(),
            str(row.party or ""),
            str(row.unit or ""),
            row.joined_year,
            _joined(row.skills.all()),
            _joined(row.tags.all()),
            row.doors or 0,
            row.get_found_display() if row.found else "",
            row.found_on,
            row.brought_in_on,
            row.left_on,
        ]


def _joined(words: Iterable[object]) -> str:
    return "、".join(map(str, words))


def links_header() -> list[str]:
    """The columns of 党员联户名单."""
    return [_("Grid"), _("Party member"), _("Number"), _("Address"), _("Since"), _("Last contact")]


def link_lines(held: QuerySet[HouseholdLink]) -> Iterator[list[Any]]:
    """Who looks after which door, of `held` (`open_links`): the member masked, no names of residents."""
    full: Any = held.select_related("member", "grid", "building__compound").order_by("grid_code", "member", "id")
    for row in full.defer("grid__boundary").iterator(chunk_size=CHUNK):
        yield [row.grid.name, masked(row.member).name, row.member_id, door_of(row), row.since, row.last_contact]


def reports_in_header() -> list[str]:
    """The columns of the list of reports to communities."""
    head = [_("Number"), _("Grid"), _("Unit or member"), _("Employer"), _("Post that she claims"), _("Placed in")]
    return [*head, _("Reported on"), _("Status"), _("Hours done")]


def report_in_lines(rows: QuerySet[ReportIn]) -> Iterator[list[Any]]:
    """One line for each of `rows` (`report_in_rows`); members masked."""
    for row in rows.iterator(chunk_size=CHUNK):
        asked = [str(employer_of(row) or ""), str(row.skill or ""), str(row.party or "")]
        hours = row.hours  # type: ignore[attr-defined]
        yield [row.number, row.grid.name, who(row), *asked, row.reported_on, row.get_status_display(), hours]


def who(row: ReportIn) -> str:
    """The unit, or the masked member."""
    return str(row.unit) if row.unit else masked(row.member).name if row.member else ""
