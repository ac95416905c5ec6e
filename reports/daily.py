"""The daily report (日调度): written once per grid and day, frozen, always the same again."""

from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import NotValid
from accounts.models import User
from grid.access import demand
from grid.models import Grid, Post
from grid.posts import CAPABILITIES_BY_POST
from notices.writing import notify
from reports import listings
from reports.assembly import assemble
from reports.indicators import DEFINITION_VERSION
from reports.metrics import Extent
from reports.models import Report
from reports.periods import Period, day_period, last_finished_day, local_day, must_be_finished
from reports.proposals import propose
from reports.prose_daily import write_text

Json = dict[str, Any]

READERS: Final = sorted(kind for kind, held in CAPABILITIES_BY_POST.items() if "report.view" in held)
"""The posts whose holders read reports."""


def write(grid: Grid, day: date, *, actor: User | None = None, now: datetime) -> tuple[Report, bool]:
    """The daily report of `grid` for `day`, and whether this call wrote it.

    1. A report that exists is returned as it is; nothing is counted again.
    2. The day must be over, and the actor (None: the system) must hold report.write there.
    3. The numbers are read at one moment, outside the writing transaction.
    4. The unique key decides between writers at the same time: the second gets the first one's row.
    """
    if actor is not None:
        demand(actor, "report.write", grid.code)
    period = _checked(grid, day, now)
    kept = _kept(grid, period)
    if kept is not None:
        return kept, False
    fields = _content(grid, period, now)
    try:
        with transaction.atomic():
            report = Report.objects.create(grid=grid, written_by=actor, **fields)
            _announce(report, now=now)
    except IntegrityError:
        kept = _kept(grid, period)
        if kept is None:
            raise
        return kept, False
    return report, True


def preview(grid: Grid, *, now: datetime) -> Json:
    """The report of today up to `now`: the same snapshot, never stored."""
    return _snapshot(grid, day_period(local_day(now)), now)


def recount(report: Report) -> Json:
    """Numbers and input hash of a stored report, counted anew from today's events; they must equal the stored ones."""
    period = Period(report.period_start, report.period_end)
    extent = Extent.of(report.grid_code, period)
    return {"snapshot": _snapshot(report.grid, period, period.end), "input_hash": listings.input_hash(extent)}


def _checked(grid: Grid, day: date, now: datetime) -> Period:
    period = day_period(day)
    must_be_finished(period, now)
    if grid.valid_from > day or (grid.valid_to is not None and grid.valid_to <= day):
        raise NotValid(_("This grid did not exist on that day."), {"grid": [_("Choose another grid or day.")]})
    return period


def _kept(grid: Grid, period: Period) -> Report | None:
    kept: Report | None = Report.objects.filter(kind=Report.Kind.DAILY, grid=grid, period_start=period.first).first()
    return kept


def _content(grid: Grid, period: Period, now: datetime) -> Json:
    extent = Extent.of(grid.code, period)
    return {
        "kind": Report.Kind.DAILY,
        "grid_code": grid.code,
        "grid_name": grid.name,
        "period_start": period.first,
        "period_end": period.last,
        "as_of": extent.end,
        "snapshot": _snapshot(grid, period, now),
        "input_hash": listings.input_hash(extent),
        "definition_version": DEFINITION_VERSION,
    }


def _snapshot(grid: Grid, period: Period, now: datetime) -> Json:
    snapshot = assemble(grid, period, now=now)
    snapshot["matters"] = propose(snapshot)
    snapshot["text"] = write_text(snapshot)
    return snapshot


def _announce(report: Report, *, now: datetime) -> None:
    """Tell the readers of the grid itself about the newest report; reports caught up later come silently."""
    if report.period_start < last_finished_day(now):
        return
    notify(
        recipients=readers(report.grid_code, local_day(now)),
        kind="report.daily",
        level="info",
        title=report.snapshot["text"]["short_title"],
        body=report.snapshot["text"]["sections"][0]["paragraphs"][0],
        url=reverse("reports:detail", args=[report.pk]),
        dedupe_key=f"report:daily:{report.grid_code}:{report.period_start}",
        grid_code=report.grid_code,
        payload={"report": report.pk, "day": report.period_start.isoformat()},
        now=now,
    )


def readers(code: str, day: date) -> list[User]:
    """Who holds a post with report.view in the grid `code` itself; upper levels find it in the list."""
    posts = Post.objects.on(day).filter(kind__in=READERS, grid__code=code)
    return list(User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("pk"))
