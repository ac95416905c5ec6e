"""Lists of members, linked households and reports as Excel files: masked, counted, recorded (reliability.md 4.5)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exports import note_rows
from accounts.models import User
from grid.sheets import write_xlsx
from partybuilding.links import door_of, open_links
from partybuilding.members import masked
from partybuilding.models import HouseholdLink, PartyMember, ReportIn
from partybuilding.report_ins import employer_of


def members_xlsx(
    rows: QuerySet[PartyMember], *, actor: User, now: datetime, request: HttpRequest | None = None
) -> bytes:
    """An XLSX of `rows` (already narrowed to what `actor` sees), names and phones masked. The export is recorded."""
    _note(rows, "party_member", actor, now, request)
    head = [
        _("Grid"),
        _("Grid code"),
        _("Real name"),
        _("Phone"),
        _("Management"),
        _("Organized in"),
        _("Employer"),
        _("Member since (year)"),
        _("Skills"),
        _("Tags"),
        _("Linked households"),
        _("Found as"),
        _("Found on"),
        _("Brought in on"),
        _("Left on"),
    ]
    return write_xlsx(head, _member_lines(rows), as_of=now, title=_("Party members"), author=actor.real_name)


def _member_lines(rows: QuerySet[PartyMember]) -> Iterator[list[Any]]:
    full: Any = rows.select_related("grid", "party__organization", "unit__organization").defer("grid__boundary")
    for row in full.prefetch_related("skills", "tags").order_by("grid_code", "id").iterator(chunk_size=1000):
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


def links_xlsx(
    rows: QuerySet[HouseholdLink], *, actor: User, now: datetime, request: HttpRequest | None = None
) -> bytes:
    """The list of who looks after which door (党员联户名单): the member masked, no names of residents."""
    held = open_links(rows, timezone.localdate(now))
    _note(held, "household_link", actor, now, request)
    head = [_("Grid"), _("Party member"), _("Number"), _("Address"), _("Since"), _("Last contact")]
    lines = held.select_related("member", "grid", "building__compound").order_by("grid_code", "member", "id")
    made = (
        [row.grid.name, masked(row.member).name, row.member_id, door_of(row), row.since, row.last_contact]  # type: ignore[attr-defined]
        for row in lines.defer("grid__boundary").iterator(chunk_size=1000)
    )
    return write_xlsx(head, made, as_of=now, title=_("Linked households"), author=actor.real_name)


def reports_in_xlsx(
    rows: QuerySet[ReportIn], *, actor: User, now: datetime, request: HttpRequest | None = None
) -> bytes:
    """The reports to communities; members masked."""
    _note(rows, "report_in", actor, now, request)
    head = [
        _("Number"),
        _("Grid"),
        _("Unit or member"),
        _("Employer"),
        _("Post that she claims"),
        _("Placed in"),
        _("Reported on"),
        _("Status"),
        _("Hours done"),
    ]
    full: Any = rows.select_related(
        "grid", "unit__organization", "member__unit__organization", "skill", "party__organization"
    )
    made = (
        [
            row.number,
            row.grid.name,
            who(row),
            str(employer_of(row) or ""),
            str(row.skill or ""),
            str(row.party or ""),
            row.reported_on,
            row.get_status_display(),
            row.hours,
        ]
        for row in full.defer("grid__boundary").iterator(chunk_size=1000)
    )
    return write_xlsx(head, made, as_of=now, title=_("Reports to communities"), author=actor.real_name)


def who(row: ReportIn) -> str:
    """The unit, or the masked member."""
    return str(row.unit) if row.unit else masked(row.member).name if row.member else ""


def _note(rows: QuerySet[Any], what: str, actor: User, now: datetime, request: HttpRequest | None) -> None:
    too_many = _("At most %(count)s lines at a time: narrow the selection.")
    note_rows(rows.count(), too_many=too_many, actor=actor, object_type=what, now=now, request=request)
