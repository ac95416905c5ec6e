"""Reports are written once per (kind, grid, period, issue), frozen, and corrected by a new issue beside the old one."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Grid, Post
from grid.posts import CAPABILITIES_BY_POST
from notices.writing import notify
from reports import listings
from reports.indicators import DEFINITION_VERSION
from reports.metrics import Extent
from reports.models import Report, ReportPaper
from reports.periods import Period, last_finished, local_day, must_be_finished, period_of
from reports.rhythms import BUILDERS
from reports.stages import keep_step

Json = dict[str, Any]

READERS: Final = sorted(kind for kind, held in CAPABILITIES_BY_POST.items() if "report.view" in held)
"""The posts whose holders read reports."""
REASON_LENGTH: Final = 500


def write(
    kind: str, grid: Grid, when: date | Period, *, actor: User | None = None, now: datetime
) -> tuple[Report, bool]:
    """The report of `kind` of `grid` for the period that holds `when`, and whether this call wrote it.

    1. A report that exists is returned as it is (its newest issue); nothing is counted again.
    2. The period must be over, and the actor (None: the system) must hold report.write there.
    3. The numbers are read at one moment, outside the writing transaction.
    4. Report, paper, first step and notices come in one transaction; the unique key decides between writers at the
       same time: the second gets the first one's row.
    """
    if actor is not None:
        demand(actor, "report.write", grid.code)
    period = _checked(kind, grid, when, now)
    kept = newest_issue(kind, grid, period)
    if kept is not None:
        return kept, False
    fields = _content(kind, grid, period, now)
    try:
        with transaction.atomic():
            report = _keep(grid, actor, now, **fields)
            _announce(report, now=now)
    except IntegrityError:
        kept = newest_issue(kind, grid, period)
        if kept is None:
            raise
        return kept, False
    return report, True


def correct(report: Report, *, reason: str, actor: User, now: datetime) -> Report:
    """A new issue of `report`, counted anew, that corrects it; the old one stays as it is.

    The new issue starts as a draft; what the office had written into the old text goes on only when the generated
    text is the same. NotAllowed without report.write, NotValid without a reason, NotNow when it is corrected already.
    """
    demand(actor, "report.write", report.grid_code)
    reason = reason.strip()
    demand_valid(
        [
            ("reason", bool(reason), _("Say why in a few words.")),
            ("reason", len(reason) <= REASON_LENGTH, _("At most 500 characters.")),
        ]
    )
    _must_be_newest(report)
    fields = _content(report.kind, report.grid, Period(report.period_start, report.period_end), now)
    try:
        with transaction.atomic():
            issue = _keep(report.grid, actor, now, **fields, issue=report.issue + 1, corrects=report, reason=reason)
            _announce(issue, now=now)
    except IntegrityError:
        _must_be_newest(report)
        raise
    return issue


def _must_be_newest(report: Report) -> None:
    if Report.objects.filter(corrects=report).exists():
        raise NotNow(_("This report is corrected already: see its newest issue."))


def preview(kind: str, grid: Grid, *, now: datetime) -> Json:
    """The report of the running period up to `now`: the same snapshot, never stored."""
    return builder_of(kind)(grid, period_of(kind, local_day(now)), now=now)


def recount(report: Report) -> Json:
    """Numbers and input hash of a stored report, counted anew from today's events; they must equal the stored ones."""
    period = Period(report.period_start, report.period_end)
    snapshot = builder_of(report.kind)(report.grid, period, now=period.end)
    return {"snapshot": snapshot, "input_hash": _input_hash(report.grid_code, period, snapshot)}


def newest_issue(kind: str, grid: Grid, period: Period) -> Report | None:
    """The report that stands for the period now, if there is one."""
    rows = Report.objects.filter(kind=kind, grid=grid, period_start=period.first)
    kept: Report | None = rows.order_by("-issue").first()
    return kept


def builder_of(kind: str) -> Callable[..., Json]:
    """What makes the snapshot of a kind. NotValid for a kind that nobody writes."""
    builder = BUILDERS.get(kind)
    if builder is None:
        raise NotValid(_("There is no such kind of report."), {"kind": [_("Choose one of the kinds.")]})
    return builder


def existed(grid: Grid, period: Period) -> bool:
    """Whether the grid was valid on some day of the period."""
    return grid.valid_from <= period.last and (grid.valid_to is None or period.first < grid.valid_to)


def readers(codes: list[str], day: date) -> list[User]:
    """Who holds a post with report.view in the grids `codes` themselves on `day`; upper levels find it in the list."""
    posts = Post.objects.on(day).filter(kind__in=READERS, grid__code__in=codes)
    return list(User.objects.filter(is_active=True, pk__in=posts.values("user")).order_by("pk"))


def _checked(kind: str, grid: Grid, when: date | Period, now: datetime) -> Period:
    builder_of(kind)
    period = period_of(kind, when.first if isinstance(when, Period) else when)
    must_be_finished(period, now)
    if not existed(grid, period):
        raise NotValid(_("This grid did not exist on that day."), {"grid": [_("Choose another grid or day.")]})
    return period


def _content(kind: str, grid: Grid, period: Period, now: datetime) -> Json:
    snapshot = builder_of(kind)(grid, period, now=now)
    return {
        "kind": kind,
        "grid_code": grid.code,
        "grid_name": grid.name,
        "period_start": period.first,
        "period_end": period.last,
        "as_of": period.end,
        "snapshot": snapshot,
        "input_hash": _input_hash(grid.code, period, snapshot),
        "definition_version": DEFINITION_VERSION,
    }


def _input_hash(code: str, period: Period, snapshot: Json) -> str:
    """The hash of the counted incidents, joined with that of other chapters' inputs where a snapshot names one."""
    counted = listings.input_hash(Extent.of(code, period))
    more = snapshot.get("inputs", "")
    return hashlib.sha256(f"{counted}{more}".encode()).hexdigest() if more else counted


def _keep(grid: Grid, actor: User | None, now: datetime, **fields: Any) -> Report:
    """The rows of one issue: the report, its paper as a draft, the first step."""
    report = Report.objects.create(grid=grid, written_by=actor, **fields)
    paper = ReportPaper.objects.create(report=report, text=_text_that_goes_on(report))
    keep_step(paper, before="", actor=actor, now=now, text=report.reason)
    return report


def _text_that_goes_on(report: Report) -> Json | None:
    old = report.corrects
    if old is None or old.snapshot["text"] != report.snapshot["text"]:
        return None
    text: Json | None = ReportPaper.objects.filter(report=old).values_list("text", flat=True).first()
    return text


def _announce(report: Report, *, now: datetime) -> None:
    """Tell the readers of the grid itself about the newest report; reports caught up later come silently."""
    if report.period_start < last_finished(report.kind, now).first:
        return
    text = report.snapshot["text"]
    notify(
        recipients=readers([report.grid_code], local_day(now)),
        kind=f"report.{report.kind}",
        level="info",
        title=text["short_title"],
        body=report.reason or text["sections"][0]["paragraphs"][0],
        url=reverse("reports:detail", args=[report.pk]),
        dedupe_key=f"report:{report.kind}:{report.grid_code}:{report.period_start}:{report.issue}",
        grid_code=report.grid_code,
        payload={"report": report.pk, "day": report.period_start.isoformat(), "issue": report.issue},
        now=now,
    )
