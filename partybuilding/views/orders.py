"""Pages of 三单制: orders of residents, issued, taken, served, evaluated."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.db.models import Avg, Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotAllowed, NotValid
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from grid.chosen import asked_code
from grid.models import Building
from grid.scope import scope_of
from incidents.views.cases import grid_choices
from incidents.views.finding import person
from incidents.views.form_pages import shown_page
from incidents.views.workbooks import list_workbook
from partybuilding import claims, orders
from partybuilding.filters.orders import OrderFilter
from partybuilding.forms.choices import grids_where
from partybuilding.forms.orders import GiveForm, OrderForm, PurposeForm, RatingForm, ReportForm, WhyForm
from partybuilding.models import PartyMember, ServiceOrder
from partybuilding.standing import community_of, living_in, member_of, shown
from partybuilding.views.asking import stages_of, taking

PAGE_SIZE: Final = 40
MOST_BUILDINGS: Final = 400
"""More than these nobody finds in a list of choices; the grid and the door say where then."""
Status = ServiceOrder.Status


def listed(rows: Any) -> Any:
    """With what a line shows."""
    return rows.select_related("kind", "grid", "member", "building__compound").defer(
        "grid__boundary", "member__phone", "building__point", "building__compound__point"
    )


def _filtered(request: HttpRequest) -> OrderFilter:
    rows: Any = ServiceOrder.objects.visible_to(request.user)
    return narrowed(OrderFilter(request.GET, queryset=rows, request=request))


@requires("party.view")
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """Orders, newest first; who ordered is masked."""
    chosen, now = _filtered(request), timezone.now()
    page = keyset_page(listed(chosen.qs), request.GET, size=PAGE_SIZE)
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": page,
        "rows": [(row, orders.masked(row), shown(row.member)) for row in page.rows],
        "figures": _figures(request, now),
        "may_order": scope_of(request.user).can("order.issue"),
        "now": now,
    }
    return render(request, "partybuilding/orders.html", context)


def _figures(request: HttpRequest, now: Any) -> dict[str, Any]:
    rows: Any = ServiceOrder.objects.visible_to(request.user)
    year = Q(at__year=timezone.localtime(now).year)
    found: dict[str, Any] = rows.aggregate(
        ordered=Count("pk", filter=Q(status=Status.ORDERED)),
        pool=Count("pk", filter=Q(status=Status.POOL)),
        taken=Count("pk", filter=Q(status=Status.TAKEN)),
        done=Count("pk", filter=Q(status=Status.DONE)),
        year=Count("pk", filter=year),
        rated=Count("pk", filter=year & Q(status=Status.RATED)),
        rating=Avg("rating", filter=year),
    )
    return found | {"late": orders.late(rows, now).count()}


@requires("party.view")
@require_safe
def order_excel(request: HttpRequest) -> HttpResponse:
    """The list as a workbook, persons masked; who takes it is recorded."""
    rows = _filtered(request).qs
    header = [
        *(_("Number"), _("Kind"), _("What is ordered"), _("Who ordered"), _("Grid"), _("Status"), _("Ordered at")),
        *(_("Taken by"), _("Done at"), _("How it was served"), _("Rating"), _("Times back in the pool")),
    ]
    lines = map(_cells, listed(rows).order_by("-pk").iterator(chunk_size=1000))
    title = _("Service orders")
    return list_workbook(request, header, lines, count=rows.count(), kind="service_order", title=title)


def _cells(row: ServiceOrder) -> list[Any]:
    return [
        *(row.number, row.kind.name, row.text, orders.masked(row).name, row.grid.name, row.get_status_display()),
        *(timezone.localdate(row.at), shown(row.member), timezone.localdate(row.done_at) if row.done_at else ""),
        *(row.report, row.rating or "", row.lapses),
    ]


@form_page
@requires("order.issue")
@never_cache
def order_new(request: HttpRequest) -> HttpResponse:
    """Enter what a resident orders."""
    grids = grids_where(request.user, "order.issue")
    start = {"grid": asked_code(request), "is_agency": "agency" in request.GET}
    choices = {"grids": grids, "kinds": claims.service_list(), "buildings": _buildings(request)}
    form = OrderForm(request.POST or None, initial=start, **choices)

    def write() -> ServiceOrder:
        given: dict[str, Any] = {"actor": person(request), "now": timezone.now()}
        made, new = orders.order(
            form.new(), grid=form.cleaned_data["grid"], client_id=form.cleaned_data["client_id"], **given
        )
        return orders.issue(made, **given) if new and form.cleaned_data["issue"] else made

    if form.is_bound and form.is_valid() and (made := form.attempt(write)):
        messages.success(request, _("Entered as %(number)s.") % {"number": made.number})
        return redirect("partybuilding:order", pk=made.pk)
    return shown_page(request, "partybuilding/order_new.html", {}, form)


def _buildings(request: HttpRequest) -> Any:
    """The buildings of the reader's grids; None when there are too many to choose from."""
    rows = Building.objects.filter(scope_of(request.user).q("order.issue", "grid__code"))
    if rows[MOST_BUILDINGS:].exists():
        return None
    found = rows.select_related("compound", "grid").defer("grid__boundary", "compound__point", "point")
    return found.order_by("compound__name", "name")


def find_order(request: HttpRequest, pk: int) -> ServiceOrder:
    """The order if the reader sees it; 404 otherwise."""
    rows: Any = ServiceOrder.objects.visible_to(request.user)
    found: ServiceOrder = get_object_or_404(listed(rows).select_related("by", "member"), pk=pk)
    return found


@requires("party.view")
@never_cache
@require_safe
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order with its steps; who ordered is masked."""
    return order_page(request, find_order(request, pk))


def order_page(request: HttpRequest, row: ServiceOrder, **more: Any) -> HttpResponse:
    """The page, perhaps with a form that was refused or with the contact in clear."""
    now = timezone.now()
    today = timezone.localdate(now)
    found = stages_of(request, row)
    context = {
        "order": row,
        "contact": orders.masked(row),
        "is_clear": False,
        "member": shown(row.member),
        "now": now,
        "is_late": row.status == Status.TAKEN and row.lapses_at is not None and row.lapses_at <= now,
        "may_see": row.status != Status.TAKEN or scope_of(request.user).can("party.reveal", row.grid_code),
        "may_reveal": orders.may_see_contact(row, request.user),
        "give": _give_form(row, today) if "take" in found["stages"] else None,
        "report": ReportForm(),
        "rating": RatingForm(),
        "why": WhyForm(),
        "purpose": PurposeForm(),
        **found,
        **more,
    }
    bad = any(getattr(one, "is_bound", False) for one in more.values())
    return render(request, "partybuilding/order.html", context, status=422 if bad else 200)


def takers(row: ServiceOrder) -> Any:
    """Members of the order's community, those who claimed its kind of service first."""
    rows: Any = living_in(community_of(row.grid_code))
    claimed = Count("claims", filter=Q(claims__kind=row.kind_id, claims__until=None))
    return rows.annotate(claimed=claimed).order_by("-claimed", "grid_code", "pk")


def _give_form(row: ServiceOrder, today: Any, data: Any = None) -> GiveForm:
    return GiveForm(data, members=takers(row), initial={"until": orders.usual_day(row, today)})


# --- steps ------------------------------------------------------------------------------------------------------------


@require_POST
@requires("order.issue")
def order_step(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """One step of staff: issue, refuse, give to a member, take back, served, evaluated, cancelled."""
    row, given = find_order(request, pk), taking(request)
    demand(request.user, "order.issue", row.grid_code)
    if name == "issue":
        orders.issue(row, **given)
    else:
        slot, form, write = _asked(name, row, request, given)
        if not (form.is_valid() and form.attempt(write)):
            return order_page(request, row, **{slot: form})
    messages.success(request, _("Saved."))
    return redirect("partybuilding:order", pk=pk)


def _asked(name: str, row: ServiceOrder, request: HttpRequest, given: Any) -> tuple[str, Any, Callable[[], Any]]:
    """The form of a step, where its page shows it, and what is written with it."""
    data = request.POST
    if name == "take":
        give = _give_form(row, timezone.localdate(), data)
        return "give", give, lambda: orders.take(row, **give.cleaned_data, **given)
    if name == "finish":
        report = ReportForm(data)
        return "report", report, lambda: orders.finish(row, **report.cleaned_data, **given)
    if name == "rate":
        rating = RatingForm(data)
        return "rating", rating, lambda: orders.rate(row, **rating.cleaned_data, **given)
    reasons = {"refuse": orders.refuse, "give_back": orders.give_back, "cancel": orders.cancel}
    if name not in reasons:
        raise NotValid(_("There is no such step."), {"stage": [_("Choose one of the steps shown.")]})
    why = WhyForm(data)
    return "why", why, lambda: reasons[name](row, **why.cleaned_data, **given)


@require_POST
@requires("party.reveal")
@never_cache
def order_contact(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who ordered, in clear, for a purpose that stands in the record of access."""
    row, form = find_order(request, pk), PurposeForm(request.POST)
    demand(request.user, "party.reveal", row.grid_code)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now(), "request": request}
    if form.is_valid():
        clear = form.attempt(lambda: orders.contact(row, purpose=form.cleaned_data["purpose"], **given))
        if clear:
            return order_page(request, row, contact=clear, is_clear=True)
    return order_page(request, row, purpose=form)


def own_member(request: HttpRequest) -> PartyMember:
    """The member behind the reader's account; NotAllowed without one."""
    member = member_of(request.user)
    if member is None:
        raise NotAllowed(_("No party member is entered for your account. Ask your community."))
    return member
