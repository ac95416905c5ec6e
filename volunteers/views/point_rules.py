"""Rules of points (积分管理办法) for staff: versions by grid; a new version, one taken back; extra points."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.rules import form_page
from grid.access import demand, requires
from grid.chosen import asked_code, grids_where
from grid.scope import scope_of
from incidents.views.finding import person
from incidents.views.form_pages import one_form
from volunteers import point_rules, points
from volunteers.forms.points import BonusForm, RuleForm
from volunteers.models import PointRule, Volunteer

RIGHT = "shop.edit"


@requires("volunteer.view")
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every version of the rules of the reader's grids and of those above, grid by grid, the newest first."""
    seen: Any = PointRule.objects.visible_to(request.user)
    rows = seen.select_related("grid").defer("grid__boundary").order_by("grid_code", "-starts_on", "-pk")
    scope = scope_of(request.user)
    context = {
        "rows": [(row, scope.can(RIGHT, row.grid_code)) for row in rows],
        "may_edit": scope.can(RIGHT),
        "today": timezone.localdate(),
    }
    return render(request, "volunteers/point_rules.html", context)


@form_page
@requires(RIGHT)
def rule_new(request: HttpRequest) -> HttpResponseBase:
    """A new version from a day on; the one before ends that day."""
    form = RuleForm(request.POST or None, grids=grids_where(request.user, RIGHT), initial={"grid": asked_code(request)})
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
    return one_form(
        request,
        form,
        lambda: point_rules.set_rule(form.new(), grid=form.cleaned_data["grid"], **given),
        title=_("Set a rule of points"),
        back=reverse("volunteers:point_rules"),
        text=_("Hours count by the rule in force on their day. Points that were booked stay as they were booked."),
    )


@require_POST
@requires(RIGHT)
def rule_withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take back a version that has not begun."""
    seen: Any = PointRule.objects.visible_to(request.user)
    row = get_object_or_404(seen, pk=pk)
    demand(request.user, RIGHT, row.grid_code)
    point_rules.withdraw_rule(row, actor=person(request), now=timezone.now())
    messages.success(request, _("Taken back. The version before it goes on."))
    return redirect("volunteers:point_rules")


@form_page
@requires(RIGHT)
def bonus(request: HttpRequest) -> HttpResponseBase:
    """Extra points for a volunteer, by her number."""
    people = Volunteer.objects.visible_to(request.user)
    start = {"volunteer": request.GET.get("number", "")[:20]}
    form = BonusForm(request.POST or None, volunteers=people, initial=start)

    def write() -> Any:
        data = form.cleaned_data
        given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
        return points.bonus(data["volunteer"], data["points"], key=str(data["client_id"]), text=data["text"], **given)

    return one_form(
        request,
        form,
        write,
        title=_("Give extra points"),
        back=reverse("volunteers:counter"),
        button=_("Give"),
        text=_("Only to volunteers who take part in points; every gift stands in the ledger with its reason."),
    )
