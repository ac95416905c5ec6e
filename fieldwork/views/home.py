"""今天: the phone's home of those who work in the field."""

from typing import Any, Final

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fieldwork import patrol_plans
from fieldwork.models import QuickNote, VisitDuty
from grid.access import requires
from grid.scope import Scope, scope_of
from incidents.views.field import home_of
from incidents.views.finding import person

VISITS: Final = 3
ROUNDS: Final = 3
NOTES: Final = 3
TO_WALK: Final = ("running", "open", "later", "missed")


@requires("field.write")
@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits today: tasks by remaining time, visits and patrols that are due, and the four things done daily."""
    now, user = timezone.now(), person(request)
    today = timezone.localdate(now)
    due, plans = due_visits(user).filter(due_on__lte=today), patrol_plans.due_rounds(user, now)
    rounds = [one for one in plans if one.state(now) in TO_WALK]
    visits = _for_home(due, scope_of(user))
    context = {
        **home_of(user, now),
        "day": today,
        "kept": request.GET.get("kept"),
        "visits": visits[:VISITS],
        "visits_due": due.count() if len(visits) > VISITS else len(visits),
        "rounds": rounds[:ROUNDS],
        "rounds_due": len(rounds),
        "has_plans": bool(plans),
        "notes": QuickNote.objects.filter(by=user).only("text", "at", "became").order_by("-at", "-id")[:NOTES],
    }
    return render(request, "fieldwork/home.html", context)


def due_visits(user: Any) -> QuerySet[VisitDuty]:
    """Rounds of visits that wait where `user` writes field work, as far as she may see them; the oldest first."""
    here = scope_of(user).q("field.write", "grid_code")
    rows: QuerySet[VisitDuty] = VisitDuty.objects.visible_to(user).waiting().filter(here)
    return rows.order_by("due_on", "id")


def _for_home(rows: QuerySet[VisitDuty], scope: Scope) -> list[dict[str, Any]]:
    """What a line shows: the plan and the building; the door for those who see households. No names, no reasons."""
    door = {
        f"{name}_": Coalesce(f"household__{path}", f"subject__household__{path}")
        for name, path in (
            ("compound", "building__compound__name"),
            ("building", "building__name"),
            ("unit", "unit"),
            ("room", "room"),
        )
    }
    plain = rows.values("pk", "due_on", "plan__name", "grid__name", "grid_code", **door)
    found: list[dict[str, Any]] = [dict(line) for line in plain[: VISITS + 1]]
    for line in found:
        sees = scope.can("household.view", line["grid_code"])
        line["door"] = f"{line['unit_']}{line['room_']}" if sees else ""
    return found
