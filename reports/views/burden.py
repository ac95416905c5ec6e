"""Pages of the burden meter (减负): what forms cost the posts of a week, and which questions are asked twice."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import NotValid
from accounts.exports import attachment, note_export
from grid.access import requires
from grid.models import Grid
from grid.sheets import write_xlsx
from reports.burden.questions import known, repeated
from reports.burden.reading import Cost, FormLine, PostLine, Week, week_of, week_period
from reports.daily_document import EXCEL_TYPE
from reports.forms.reports import grids_for
from reports.periods import FIRST_DAY, local_day, parse_day

QUESTIONS_SHOWN: Final = 60


@requires("burden.view")
@require_safe
def burden(request: HttpRequest) -> HttpResponse:
    """One week of a street: per post, per form, beside the week before; questions asked twice."""
    grid, day, week = _asked(request)
    period = week_period(day)
    context = {
        "grid": grid,
        "grids": _grids(request.user),
        "week": week,
        "period": period,
        "earlier": period.before.first,
        "later": date.fromordinal(period.last.toordinal() + 1),
        "is_newest": period.last >= local_day(timezone.now()),
        "repeated": repeated()[:QUESTIONS_SHOWN],
        "known": known()[:QUESTIONS_SHOWN],
    }
    return render(request, "reports/burden.html", context)


@requires("burden.view")
@require_safe
def burden_excel(request: HttpRequest) -> HttpResponse:
    """The same week as an Excel file."""
    grid, day, week = _asked(request)
    actor: Any = request.user
    now = timezone.now()
    note_export(actor=actor, object_type="burden", object_id=grid.code, fields=str(day), now=now, request=request)
    title = f"{grid.name} {week_period(day).first}"
    content = write_xlsx(_header(), _lines(week), as_of=now, title=title, author=actor.real_name)
    return attachment(content, EXCEL_TYPE, f"{grid.name}-{_('Burden of forms')}-{week_period(day).first}.xlsx")


def _asked(request: HttpRequest) -> tuple[Grid, date, Week]:
    """The grid and week of the address: the widest of the reader and the present week when nothing is said."""
    grids = _grids(request.user)
    code = request.GET.get("grid", "")
    if code and not (code.isascii() and code.isalnum() and len(code) <= 24):
        raise Http404
    widest = grids.filter(level=Grid.Level.STREET).first() or grids.first()
    grid = get_object_or_404(grids, code=code) if code else widest
    if grid is None:
        raise Http404
    today = local_day(timezone.now())
    text = request.GET.get("day", "")
    day = parse_day(text) if text else today
    if not FIRST_DAY <= day <= today:
        raise NotValid(_("There is no report of that day."), {"day": [_("Choose a day since 2000.")]})
    return grid, day, week_of(grid.code, day, today=today)


def _grids(user: Any) -> Any:
    """Streets and what is wider; below, a post may be one person."""
    return grids_for(user, "burden.view").filter(level__lte=Grid.Level.STREET)


def _header() -> list[str]:
    return [
        _("What"),
        _("Name"),
        _("People"),
        _("Forms sent"),
        _("Sent back"),
        _("Fields typed"),
        _("Minutes"),
        _("Photos"),
        _("Forms the week before"),
        _("Fields the week before"),
        _("Minutes the week before"),
    ]


def _lines(week: Week) -> Iterator[list[Any]]:
    for post in week.posts:
        yield _hidden(post) if post.hidden else _cells(_("Post"), post.label, post.holders, post)
    for form in week.forms:
        yield _cells(_("Form"), form.label, None, form)


def _hidden(post: PostLine) -> list[Any]:
    return [_("Post"), post.label, _("fewer than 3, not shown"), *[None] * 8]


def _cells(what: str, name: str, people: int | None, line: PostLine | FormLine) -> list[Any]:
    return [what, name, people, *_costs(line.now), line.before.sent, line.before.fields, _rounded(line.before.minutes)]


def _costs(cost: Cost) -> list[Any]:
    return [cost.sent, cost.refused, cost.fields, _rounded(cost.minutes), cost.photos]


def _rounded(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes, 1)
