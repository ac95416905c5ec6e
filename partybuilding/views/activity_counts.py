"""街道级 / 社区级: how many activities were held, by level, kind and grid; every number opens its list."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.narrowing import demand_filters
from grid.access import requires
from grid.models import Grid
from grid.profile import children
from grid.scope import scope_of
from incidents.forms.callbacks import PeriodForm
from incidents.views.workbooks import table_workbook
from partybuilding.activities import heading
from partybuilding.activity_counts import LEVELS, OF_UPPER, SUMS, Counts, Tally, counts
from partybuilding.models import Activity

YEAR: Final = timedelta(days=364)
TITLES: Final = (
    gettext_lazy("District-level activities"),
    gettext_lazy("Street-level activities"),
    gettext_lazy("Community-level activities"),
    gettext_lazy("Grid-level activities"),
)
"""In the order of LEVELS."""


@requires("party.view")
@require_safe
def activity_counts(request: HttpRequest) -> HttpResponse:
    """The last year, or the days chosen, of the reader's widest grid or of the one in ?grid=."""
    top, (first, last), found = _counted(request)
    here = {"status": "held", "from_day": first.isoformat(), "to_day": last.isoformat()}
    context = {
        "form": PeriodForm(initial={"first": first, "last": last, "grid": request.GET.get("grid", "")}),
        "top": top,
        "first": first,
        "last": last,
        "heads": [Activity.Level(level).label for level in LEVELS],
        **(_tables(top, found, here) if top and found else {}),
    }
    return render(request, "partybuilding/activity_counts.html", context)


def _tables(top: Grid, found: Counts, here: dict[str, Any]) -> dict[str, Any]:
    """What the page shows of the counts: every number with its list."""
    where = {"grid": top.code, **here}
    below = [(grid, {**where, "grid": grid.code} if grid else where, tally) for grid, tally in found.grids]
    return {
        "total": _titled(_levels(found.total, where)),
        "sums": _sums(found.total),
        "kinds": [(name, _levels(tally, {**where, "kind": pk}), tally) for pk, name, tally in found.kinds],
        "grids": [
            (grid, _levels(tally, place) if grid else _upper(tally, place), tally) for grid, place, tally in below
        ],
    }


@requires("party.view")
@require_safe
def activity_counts_excel(request: HttpRequest) -> HttpResponse:
    """The same table as a workbook; who takes it is recorded."""
    top, (first, last), found = _counted(request)
    sums = [heading(name) for name in SUMS]
    header = [_("Part"), _("Name"), *(str(Activity.Level(level).label) for level in LEVELS), _("Together"), *sums]
    where, title = str(top.name) if top else "", _("Activities by level")
    rows = _table(found, where) if found else []
    export = {"object_type": "activity counts", "fields": "counts"}
    name = f"{where}{title}{first:%Y%m%d}-{last:%Y%m%d}"
    return table_workbook(request, header, rows, title=title, name=name, **export)


def _table(found: Counts, name: str) -> list[list[Any]]:
    lines = [(_("Together"), name, found.total)]
    lines += [(_("Kind"), kind, tally) for _pk, kind, tally in found.kinds]
    lines += [(_("Grid"), grid.name if grid else name, tally) for grid, tally in found.grids]
    return [
        [part, title, *(n for _level, n in tally.by_level), tally.total, *(tally.sums[one] for one in SUMS)]
        for part, title, tally in lines
    ]


def _counted(request: HttpRequest) -> tuple[Grid | None, tuple[date, date], Counts | None]:
    given = request.GET.copy()
    today = timezone.localdate()
    given["last"] = given.get("last") or today.isoformat()
    given["first"] = given.get("first") or (_day(str(given["last"]), today) - YEAR).isoformat()
    form = PeriodForm(given)
    demand_filters(form)
    top, (start, end) = _top(request, form.cleaned_data["grid"]), form.moments
    if top is None:
        return None, form.days, None
    return top, form.days, _found(request, top, form.days[1], start, end)


def _day(text: str, usual: date) -> date:
    """The day that was given; what is no day the form refuses."""
    try:
        return max(date.fromisoformat(text), date(2000, 1, 1))
    except ValueError:
        return usual


def _found(request: HttpRequest, top: Grid, last: date, start: datetime, end: datetime) -> Counts:
    below = list(children(top, today=last)) if top.level < Grid.Level.GRID else []
    return counts(top, below, user=request.user, start=start, end=end)


def _top(request: HttpRequest, code: str) -> Grid | None:
    """The grid of the address, 404 outside the reader's scope; the widest one of hers without."""
    rows = Grid.objects.filter(scope_of(request.user).q("party.view", "code")).defer("boundary")
    if code:
        found: Grid = get_object_or_404(rows, code=code)
        return found
    return rows.filter(valid_to__isnull=True, level__gte=Grid.Level.STREET).order_by("level", "code").first()


def _levels(tally: Tally, where: dict[str, Any]) -> list[tuple[str, int, str]]:
    """(label, how many, where their list is) by level."""
    address = reverse("partybuilding:activities")
    return [
        (str(Activity.Level(level).label), n, f"{address}?{urlencode({**where, 'level': level})}" if n else "")
        for level, n in tally.by_level
    ]


def _upper(tally: Tally, where: dict[str, Any]) -> list[tuple[str, int, str]]:
    """The same for the grid itself: only what the levels above a community held is counted with it in full."""
    lines = zip(LEVELS, _levels(tally, where), strict=True)
    return [(label, n, url if level in OF_UPPER else "") for level, (label, n, url) in lines]


def _titled(lines: list[tuple[str, int, str]]) -> list[tuple[str, int, str]]:
    """The same with the names that the press uses."""
    return [(str(title), n, url) for title, (_label, n, url) in zip(TITLES, lines, strict=True)]


def _sums(tally: Tally) -> list[tuple[str, int]]:
    return [(heading(name), tally.sums[name]) for name in SUMS]
