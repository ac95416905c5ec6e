"""Who wears which role badge (四员, 五员) in which grid."""

from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.narrowing import narrowed
from fieldwork import badges
from fieldwork.filters.patrols import BadgeFilter
from fieldwork.forms.policies import BadgeForm
from fieldwork.models import BadgeHolding, RoleSet
from grid.access import requires
from grid.scope import scope_of
from incidents.views.cases import grid_choices
from incidents.views.finding import person

PAGE_SIZE: Final = 100


@requires("grid.view")
@never_cache
@require_safe
def badge_list(request: HttpRequest) -> HttpResponse:
    """The wearers of today by grid, and the sets with their meanings."""
    today = timezone.localdate()
    worn = badges.worn_on(BadgeHolding.objects.visible_to(request.user), today)
    chosen = BadgeFilter(request.GET, queryset=worn, request=request)
    rows = narrowed(chosen).qs.select_related("badge__role_set", "user", "grid").defer("grid__boundary")
    pages = Paginator(rows.order_by("grid_code", "badge__role_set__position", "badge__position", "id"), PAGE_SIZE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "grids": badges.by_grid(page.object_list),
        "total": pages.count,
        "sets": RoleSet.objects.filter(is_active=True).prefetch_related("badges"),
        "previous_url": _link(request, page.number - 1) if page.has_previous() else "",
        "next_url": _link(request, page.number + 1) if page.has_next() else "",
        "may_give": scope_of(request.user).can(badges.GIVES),
        "prefixes": scope_of(request.user).prefixes(badges.GIVES),
    }
    return render(request, "fieldwork/badges.html", context)


def _link(request: HttpRequest, number: int) -> str:
    kept: dict[str, Any] = {name: value for name, value in request.GET.items() if name != "page"}
    return f"?{urlencode({**kept, 'page': number})}"


@requires("field.plan")
@never_cache
@require_http_methods(["GET", "POST"])
def badge_give(request: HttpRequest) -> HttpResponse:
    """Give a badge; the grid is that of the person's post."""
    form = BadgeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        given, today = form.cleaned_data, timezone.localdate()
        told: dict[str, Any] = {"since": given["since"], "actor": person(request), "today": today}
        if form.attempt(lambda: badges.give_to_holder(given["badge"], given["person"], **told)):
            messages.success(request, _("Saved."))
            return redirect("fieldwork:badges")
    return render(request, "fieldwork/badge_give.html", {"form": form}, status=422 if form.is_bound else 200)


@requires("field.plan")
@require_POST
def badge_take(request: HttpRequest, pk: int) -> HttpResponse:
    """End it with today."""
    holding = get_object_or_404(BadgeHolding.objects.visible_to(request.user), pk=pk)
    badges.take_badge(holding, actor=person(request), today=timezone.localdate())
    messages.success(request, _("Saved."))
    return redirect("fieldwork:badges")
