"""专责小组: the street's task groups with their numbers, and the queue of one."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grid.access import requires
from grid.models import Organization
from incidents import groups
from incidents.models import Incident, JointAction
from incidents.overview import by_due_time, midnight
from incidents.querysets import IncidentQuerySet
from incidents.views.cases import LIST_RELATED

LIMIT: Final = 100
ACTIONS: Final = 20
SHOWS: Final = ("open", "overdue", "today")


@requires("grid.view")
@never_cache
@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    """Every group in reach with open, overdue and ended today; each number opens the queue behind it."""
    rows = groups.overview(request.user, now=timezone.now())
    return render(request, "incidents/groups.html", {"rows": rows})


@requires("grid.view")
@never_cache
@require_safe
def group_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The queue of one group, most pressing first, and the joint actions that it leads."""
    now = timezone.now()
    group: Organization = get_object_or_404(groups.groups_for(request.user, now=now), pk=pk)
    members = groups.members_of([group], now=now).get(group.pk, [])
    is_own = group.pk in groups.own_groups(request.user, now=now)
    queue = groups.queue_of(group, members, request.user, is_own=is_own)
    show = request.GET.get("show", "")
    show = show if show in SHOWS else "open"
    cases = list(_chosen(queue, show, now).select_related(*LIST_RELATED)[:LIMIT])
    seen = Incident.objects.visible_to(request.user).filter(pk__in=[case.pk for case in cases])
    led = JointAction.objects.visible_to(request.user).filter(lead=group).order_by("-starts_on", "-pk")
    context = {
        "group": group,
        "members": members,
        "numbers": groups.numbers(queue, now=now),
        "show": show,
        "cases": cases,
        "open_to_me": set(seen.values_list("pk", flat=True)),
        "limit": LIMIT,
        "actions": led[:ACTIONS],
        "now": now,
    }
    return render(request, "incidents/group.html", context)


def _chosen(queue: IncidentQuerySet, show: str, now: Any) -> IncidentQuerySet:
    if show == "today":
        return queue.filter(closed_at__gte=midnight(timezone.localdate(now))).order_by("-closed_at", "-pk")
    rows = queue.open().overdue(now) if show == "overdue" else queue.open()
    return by_due_time(rows)
