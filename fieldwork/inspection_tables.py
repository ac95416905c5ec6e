"""Places, inspections, hazards, notices and statistics as Excel; contacts masked, every file recorded."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exports import note_rows
from accounts.models import User
from accounts.protect import mask_numbers
from fieldwork import inspection_figures
from fieldwork import places as register
from fieldwork.inspection_figures import Figures, Line
from fieldwork.models import Hazard, InspectedPlace, Inspection
from grid.sheets import write_xlsx

File = tuple[bytes, str]


def _made(
    rows: QuerySet[Any],
    title: str,
    head: Sequence[str],
    cells: Callable[[Any], list[Any]],
    *,
    actor: User,
    now: datetime,
    request: HttpRequest | None,
) -> File:
    """The file and its title. NotValid for more than 20,000 rows, NotNow for too many files in a short time."""
    count = rows.count()
    too_many = _("At most %(count)s rows at a time: narrow the selection.")
    kind = rows.model._meta.model_name
    note_rows(count, too_many=too_many, actor=actor, object_type=str(kind), now=now, request=request)
    body = (cells(row) for row in rows.iterator(chunk_size=1000))
    return write_xlsx(head, body, as_of=now, title=title, author=actor.real_name), title


def places(rows: QuerySet[Any], *, actor: User, now: datetime, request: HttpRequest | None = None) -> File:
    """The register; the person responsible masked."""
    head = [
        *(_("Name"), _("Kind of place"), _("Address"), _("Grid"), _("Grid code"), _("area in m²"), _("beds")),
        *(_("children"), _("Person responsible"), _("Next inspection"), _("Does the kind fit?")),
    ]

    def cells(row: InspectedPlace) -> list[Any]:
        sizes = [row.area, row.beds, row.children]
        fits = "；".join(register.hints(row)) or _("yes")
        own = [row.name, row.kind.name, row.address, row.grid.name, row.grid_code]
        return [*own, *sizes, register.contact(row), row.due_on, fits]

    found = rows.select_related("kind", "grid").defer("grid__boundary").order_by("grid_code", "pk")
    return _made(found, _("Register of places"), head, cells, actor=actor, now=now, request=request)


def inspections(rows: QuerySet[Any], *, actor: User, now: datetime, request: HttpRequest | None = None) -> File:
    """The inspections with their counts."""
    head = [
        *(_("At"), _("Inspected place"), _("Kind of place"), _("Grid"), _("Grid code"), _("Inspected by"), _("Person")),
        *(_("Who came along"), _("Hazards"), _("Put right"), _("Remark")),
    ]

    def cells(row: Any) -> list[Any]:
        who = [row.get_level_display(), row.by.real_name, row.companions]
        own = [row.at, row.place.name, row.place.kind.name, row.grid.name, row.grid_code]
        return [*own, *who, row.found, row.done, mask_numbers(row.text)]

    found = rows.select_related("place__kind", "grid", "by").defer("grid__boundary", "place__phone")
    done = Count("hazards", filter=Q(hazards__status__in=inspection_figures.DONE))
    found = found.annotate(found=Count("hazards"), done=done).order_by("-at", "-id")
    return _made(found, _("Inspections"), head, cells, actor=actor, now=now, request=request)


def hazards(rows: QuerySet[Any], *, actor: User, now: datetime, request: HttpRequest | None = None) -> File:
    """隐患台账."""
    head = [
        *(
            _("Found at"),
            _("Inspected place"),
            _("Kind of place"),
            _("Grid"),
            _("Grid code"),
            _("Hazard"),
            _("Serious"),
        ),
        *(_("Status"), _("Notice to put right"), _("To be put right by"), _("Put right at")),
    ]

    def cells(row: Hazard) -> list[Any]:
        own = [row.inspection.at, row.place.name, row.place.kind.name, row.grid.name, row.grid_code]
        notice = [row.notice.number, row.notice.deadline] if row.notice else ["", ""]
        serious = _("yes") if row.is_serious else ""
        return [*own, mask_numbers(row.text), serious, row.get_status_display(), *notice, row.fixed_at]

    found = rows.select_related("inspection", "place__kind", "grid", "notice").order_by("-id")
    found = found.defer("grid__boundary", "place__phone", "notice__demand")
    return _made(found, _("Ledger of hazards"), head, cells, actor=actor, now=now, request=request)


def notices(rows: QuerySet[Any], *, actor: User, now: datetime, request: HttpRequest | None = None) -> File:
    """整改通知书."""
    head = [
        *(
            _("Number"),
            _("Inspected place"),
            _("Kind of place"),
            _("Grid"),
            _("Grid code"),
            _("Hazards"),
            _("Issued at"),
        ),
        *(_("Issued by"), _("To be put right by"), _("Status"), _("Ended at"), _("Handed to")),
    ]

    def cells(row: Any) -> list[Any]:
        own = [row.number, row.place.name, row.place.kind.name, row.grid.name, row.grid_code, row.found]
        given = [row.issued_at, row.issued_by.real_name, row.deadline, row.get_status_display(), row.ended_at]
        return [*own, *given, row.organization.name if row.organization else ""]

    found = rows.select_related("place__kind", "grid", "issued_by", "organization").annotate(found=Count("hazards"))
    found = found.defer("grid__boundary", "place__phone", "demand").order_by("-issued_at", "-id")
    return _made(found, _("Notices to put right"), head, cells, actor=actor, now=now, request=request)


# --- statistics -------------------------------------------------------------------------------------------------------


def statistics(rows: QuerySet[Inspection], code: str, *, now: datetime) -> bytes:
    """The tables of the page under each other; the caller records the file."""
    today = timezone.localdate(now)
    head = [
        *(
            _("Grouped by"),
            _("What"),
            _("Inspections"),
            _("Inspected places"),
            _("Hazards"),
            _("Serious"),
            _("Put right at once"),
        ),
        *(
            _("Ordered"),
            _("Notices to put right"),
            _("Put right"),
            _("Handed to enforcement"),
            _("Open notices"),
            _("Late"),
        ),
        _("Rate put right"),
    ]
    body = [[_("All"), "", *_numbers(inspection_figures.total(rows, today=today))]]
    for title, lines in (
        (_("Who inspected"), inspection_figures.by_level(rows, today=today)),
        (_("Area"), inspection_figures.by_area(rows, code, today=today)),
        (_("Kind of place"), inspection_figures.by_kind(rows, today=today)),
    ):
        body += _lines(title, lines)
    return write_xlsx(head, body, as_of=now, title=_("Statistics of inspections"))


def _lines(title: str, lines: Iterable[Line]) -> list[list[Any]]:
    return [[title, line.label, *_numbers(line.figures)] for line in lines]


def _numbers(found: Figures) -> list[Any]:
    rate = "" if found.rate is None else f"{found.rate:.1%}"
    own = [found.inspections, found.places, found.hazards, found.serious, found.at_once, found.ordered, found.notices]
    return [*own, found.put_right, found.transferred, found.notices_open, found.notices_overdue, rate]
