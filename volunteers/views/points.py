"""我的积分: a volunteer's own points, her statements, and whether she takes part. Nobody else's page (law 14)."""

from datetime import date
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.rules import signed_in
from incidents.views.finding import person
from volunteers import points, shop, statements
from volunteers.point_lapse import standing
from volunteers.point_rules import rule_for
from volunteers.standing import volunteer_of

PAGE_SIZE: Final = 30


@signed_in
@never_cache
@require_safe
def my_points(request: HttpRequest) -> HttpResponse:
    """The balance, what lapses, what waits at the counter, and every booking."""
    volunteer, today = volunteer_of(request.user), timezone.localdate()
    if volunteer is None:
        return render(request, "volunteers/me_nobody.html")
    account = points.own_account(volunteer)
    page = keyset_page(points.entries_of(account), request.GET, size=PAGE_SIZE) if account.pk else None
    context = {
        "volunteer": volunteer,
        "standing": standing(account, today),
        "rule": rule_for(volunteer.grid_code, today),
        "page": page,
        "lines": [statements.line(one, account) for one in page.rows] if page else [],
        "waiting": shop.waiting(volunteer),
        "months": statements.months_of(account, today),
        "today": today,
    }
    return render(request, "volunteers/my_points.html", context)


@require_POST
@signed_in
def my_points_part(request: HttpRequest) -> HttpResponseBase:
    """Take part in points, or stop: her own choice, any day."""
    volunteer, wants = volunteer_of(request.user), request.POST.get("wants") == "true"
    if volunteer is None:
        return redirect("volunteers:me")
    points.take_part(volunteer, wants, actor=person(request))
    said = (
        _("You take part in points now.") if wants else _("You take no part in points any more. What you have stays.")
    )
    messages.success(request, said)
    return redirect("volunteers:my_points")


@signed_in
@never_cache
@require_safe
def my_statement(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """One month: balance before, what came and went, balance after."""
    volunteer, today = volunteer_of(request.user), timezone.localdate()
    if volunteer is None:
        return render(request, "volunteers/me_nobody.html")
    if not (2000 <= year <= today.year and 1 <= month <= 12) or date(year, month, 1) > today:
        raise Http404
    account = points.own_account(volunteer)
    months = statements.months_of(account, today)
    first = date(year, month, 1)
    context = {
        "volunteer": volunteer,
        "statement": statements.statement(account, first) if account.pk else statements.nothing(first),
        "kinds": statements.KINDS,
        "older": next((one for one in months if one < first), None),
        "newer": next((one for one in reversed(months) if one > first), None),
        "is_running": first == statements.first_of_month(today),
    }
    return render(request, "volunteers/my_statement.html", context)
