"""总览: the start page of everyone on staff. Every number opens its list."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.rules import signed_in
from grid.models import Grid
from grid.scope import NOTHING, Scope, scope_of
from incidents import overview as numbers
from incidents.models import Incident
from incidents.views.finding import is_field_only, phone_home_of

QUEUE: Final = 8
STREET_DIGITS: Final = 9


@signed_in
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Counts, map, trend and what presses most, inside the reader's grids.

    Who holds only field posts starts at the phone page, who only acts for a unit at the tasks,
    who holds no post at what she does herself.
    """
    scope = scope_of(request.user)
    if is_field_only(scope):
        return redirect(phone_home_of(scope))
    if scope == NOTHING:
        # a volunteer, a member, a guardian: no post, so no number here would ever be hers
        return redirect("incidents:phone_home")
    if not scope.can("incident.view") and scope.can("incident.handle"):
        return redirect("incidents:tasks")
    now = timezone.now()
    rows = Incident.objects.visible_to(request.user)
    level = map_level(scope, request.GET.get("level", ""))
    streets = streets_of(request.user, scope)
    under = chosen_street(request.user, streets, request.GET.get("street", ""), now)
    context = {
        "now": now,
        "counts": numbers.counts(rows, now=now),
        "links": stat_links(timezone.localdate(now)),
        "chart": chart(numbers.trend(rows, now=now)),
        "trend_days": numbers.TREND_DAYS,
        "queue": numbers.most_pressing(rows.open()).select_related("grid", "category")[:QUEUE],
        "level": level,
        "levels": levels_of(scope),
        "streets": streets,
        "street": under,
        **map_links(level, under),
    }
    return render(request, "incidents/overview.html", context)


def map_level(scope: Scope, asked: str) -> int:
    """The level whose grids the map colours: as asked, else communities for a street, grids below that."""
    allowed = levels_of(scope)
    if asked in {str(level) for level in allowed}:
        return int(asked)
    return int(allowed[0])


def levels_of(scope: Scope) -> list[Grid.Level]:
    """The levels worth showing to somebody with `scope`: those below the own grid."""
    own = len(scope.home)
    if own >= 15:
        return [Grid.Level.MICRO]
    return [Grid.Level.GRID, Grid.Level.MICRO] if own == 12 else [Grid.Level.GRID, Grid.Level.COMMUNITY]


def streets_of(user: Any, scope: Scope) -> list[tuple[str, str]]:
    """(code, name) of the streets to choose from, for those who see several; a map of all of them shows nothing."""
    prefixes = scope.prefixes("grid.view")
    if len({prefix[:STREET_DIGITS] for prefix in prefixes}) == 1 and len(prefixes[0]) >= STREET_DIGITS:
        return []
    rows = Grid.objects.visible_to(user).current(timezone.localdate()).filter(level=Grid.Level.STREET)
    return list(rows.order_by("code").values_list("code", "name"))


def chosen_street(user: Any, streets: Sequence[tuple[str, str]], asked: str, now: datetime) -> str:
    """The street asked for, else the one with most open cases; "" where there is no choice."""
    codes = [code for code, _name in streets]
    if not codes or asked in codes:
        return asked if codes else ""
    loads = numbers.loads(user, under="", code_length=STREET_DIGITS, now=now)
    return max(codes, key=lambda code: loads.get(code, numbers.NO_LOAD).open)


def map_links(level: int, under: str) -> dict[str, str]:
    """Addresses of the map's data."""
    part = {"grid": under} if under else {}
    return {
        "loads_url": f"{reverse('incidents:loads')}?{urlencode({'level': level, 'under': under})}",
        "points_url": f"{reverse('incidents:layer')}?{urlencode({'open': 'true', **part})}",
    }


def stat_links(today: date) -> dict[str, str]:
    """The list behind each number, as filters of the case list."""
    filters: dict[str, list[tuple[str, Any]]] = {
        "new_today": [("reported_from", today)],
        "open": [("open", "true")],
        "overdue": [("overdue", "true")],
        "due_soon": [("due_soon", "true")],
        "closed_today": [("closed_from", today), *(("state", state) for state in numbers.SETTLED)],
    }
    return {name: f"{reverse('incidents:list')}?{urlencode(chosen)}" for name, chosen in filters.items()}


def chart(trend: numbers.Trend) -> dict[str, Any]:
    """New and settled cases per day, for parts/chart_box.html; each day opens its list."""
    listed = reverse("incidents:list")
    return {
        "kind": "line",
        "labels": [f"{day.month}/{day.day}" for day in trend.days],
        "series": [
            {"name": _("New"), "values": list(trend.new), "tone": "primary"},
            {"name": _("Settled"), "values": list(trend.closed), "tone": "success"},
        ],
        "links": [f"{listed}?{urlencode({'reported_from': day, 'reported_to': day})}" for day in trend.days],
    }
