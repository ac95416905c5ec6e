"""Pages of those who handle cases: my tasks (desk and phone), and the phone's home."""

from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.rules import signed_in
from grid.scope import scope_of
from incidents.models import Incident
from incidents.overview import SETTLED, by_due_time, midnight
from incidents.querysets import IncidentQuerySet
from incidents.states import INSPECTED, OPEN_STATES, State
from incidents.views.finding import person
from incidents.views.moves import offers
from incidents.whistle_story import waiting_whistles

LIMIT: Final = 100
HOME_LIMIT: Final = 5
HOME_CHECKS: Final = 3
DONE_DAYS: Final = 20
TO_CHECK: Final = (State.HANDLED, State.CHECKED)


def my_tasks(user: Any) -> IncidentQuerySet:
    """What waits for `user` or a unit of hers, the least remaining time first."""
    rows = Incident.objects.visible_to(user).in_hands_of(user)
    return by_due_time(rows).select_related("grid", "category", "compound", "handler_organization", "handler_user")


def my_checks(user: Any) -> IncidentQuerySet:
    """Cases to look at, to check or to close on the grids where `user` checks, oldest first: not her own work."""
    scope = scope_of(user)
    rows = Incident.objects.visible_to(user)
    rows = rows.filter(Q(state__in=TO_CHECK) | Q(state__in=INSPECTED, inspector__isnull=True))
    where = scope.q("incident.check", "grid_code")
    return rows.filter(where).exclude(handler_user=user).order_by("due_at", "id").select_related("grid", "category")


def checks_of(user: Any) -> list[Incident]:
    """The most pressing of `my_checks`; none for those who never check."""
    return list(my_checks(user)[:LIMIT]) if scope_of(user).can("incident.check") else []


@signed_in
@never_cache
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """My tasks, with the moves I may make on each; those done lately below."""
    now = timezone.now()
    found = [{"incident": row, "offers": offers(row, request.user)} for row in my_tasks(request.user)[:LIMIT]]
    done = Incident.objects.visible_to(request.user).handled_by(request.user).exclude(state__in=OPEN_STATES)
    context = {
        "now": now,
        "tasks": found,
        "checks": checks_of(request.user),
        "whistles": waiting_whistles(request.user),
        "done": done.select_related("grid").order_by("-id")[:DONE_DAYS],
        "limit": LIMIT,
    }
    return render(request, "incidents/tasks.html", context)


@signed_in
@never_cache
@require_safe
def phone_home(request: HttpRequest) -> HttpResponse:
    """今天: my tasks by remaining time, and the big buttons of daily work."""
    now, user = timezone.now(), person(request)
    mine = Incident.objects.filter(reporter=user).select_related("grid").order_by("-id")[:3]
    context = {**home_of(user, now), "mine": mine}
    return render(request, "incidents/phone_home.html", context)


def home_of(user: Any, now: datetime) -> dict[str, Any]:
    """What both homes of the phone show of the work of `user` (incidents/parts/home_tasks.html); three queries."""
    checks, today = checks_of(user), today_of(user, now)
    # a check is work that waits for her too: left out, the page says "nothing waits" over a check that is late
    today["waiting"] += len(checks)
    today["overdue"] += sum(1 for case in checks if case.due_at and case.due_at < now)
    return {
        "now": now,
        "tasks": list(my_tasks(user)[:HOME_LIMIT]),
        "checks": checks[:HOME_CHECKS],
        "more_checks": len(checks) > HOME_CHECKS,
        "today": today,
        "settled_url": f"{reverse('incidents:list')}?handler=me&closed_from={timezone.localdate(now)}",
    }


def today_of(user: Any, now: datetime) -> dict[str, int]:
    """How many tasks wait, how many are late, how many were settled today; one query."""
    mine = Incident.objects.visible_to(user).handled_by(user).order_by()
    waiting = Q(state__in=(State.DISPATCHED, State.HANDLING, State.REWORKING))
    found: dict[str, int] = mine.filter(waiting | Q(closed_at__gte=midnight(timezone.localdate(now)))).aggregate(
        waiting=Count("pk", filter=waiting),
        overdue=Count("pk", filter=waiting & Q(due_at__lt=now)),
        settled=Count("pk", filter=Q(state__in=SETTLED)),
    )
    return found
