"""整改通知书 on pages: issue, list, one notice, its re-inspections, hand-over, withdrawal."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.errors import NotAllowed
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.protect import mask_name
from accounts.rules import form_page
from fieldwork import orders, places
from fieldwork.filters.inspections import OrderFilter
from fieldwork.forms.inspections import OrderForm, OrderStepForm, RecheckForm, TransferForm
from fieldwork.models import FieldPhoto, Hazard, RectificationNotice
from fieldwork.stages import open_to, story
from fieldwork.views.inspections import find_inspection
from grid.access import requires
from grid.scope import scope_of
from incidents.models import Incident
from incidents.views.finding import person

PAGE_SIZE: Final = 50
RIGHTS: Final = {
    "recheck": "field.write",
    "begin": "field.write",
    "transfer": "inspection.order",
    "withdraw": "inspection.order",
}
"""Step of an address → the right it needs at the place."""


def find_notice(request: HttpRequest, pk: int) -> RectificationNotice:
    """The notice if the reader may see it; 404 otherwise."""
    rows = RectificationNotice.objects.visible_to(request.user)
    rows = rows.select_related("place__kind", "grid", "inspection__by", "issued_by", "organization", "incident")
    found: RectificationNotice = get_object_or_404(
        rows.defer("grid__boundary", "incident__contact_name", "incident__contact_phone"), pk=pk
    )
    return found


@requires("field.view")
@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """The notices of the filters, newest first."""
    rows = RectificationNotice.objects.visible_to(request.user)
    chosen = narrowed(OrderFilter(request.GET, queryset=rows, request=request))
    found = chosen.qs.select_related("place__kind", "grid").defer("grid__boundary", "place__phone", "demand")
    page = keyset_page(found.annotate(found=Count("hazards")).order_by("-id"), request.GET, size=PAGE_SIZE)
    return render(request, "fieldwork/notices.html", {"form": chosen.form, "page": page, "today": timezone.localdate()})


@requires("field.view")
@never_cache
@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice: what is demanded, where it stands, what the reader may do."""
    row, user = find_notice(request, pk), request.user
    photos = Prefetch("photos", queryset=FieldPhoto.objects.order_by("is_after", "pk"))
    case = row.incident_id and Incident.objects.visible_to(user).filter(pk=row.incident_id).exists()
    context = {
        "notice": row,
        "contact": places.contact(row.place),
        "received_by": mask_name(row.received_by),
        "hazards": row.hazards.prefetch_related(photos).order_by("pk"),
        "rechecks": row.rechecks.select_related("by"),
        "steps": _story(row),
        "forms": _forms(row, request),
        "case_is_visible": case,
        "today": timezone.localdate(),
    }
    return render(request, "fieldwork/notice.html", context)


def _story(row: RectificationNotice) -> list[dict[str, Any]]:
    return [{"at": step.at, "title": label, "actor": step.by, "text": step.text} for step, label in story(row)]


def _forms(row: RectificationNotice, request: HttpRequest) -> dict[str, Any]:
    """The forms of the steps that are open to the reader."""
    names = {stage.name for stage in open_to(row, request.user)}
    open_steps = {"begin": "fix", "recheck": "close", "transfer": "transfer", "withdraw": "withdraw"}
    return {step: _form(step, row) for step, stage in open_steps.items() if stage in names}


def _form(step: str, row: RectificationNotice, data: Any = None) -> Any:
    more: dict[str, Any] = {"initial": {"version": row.version}, "auto_id": f"id_{step}_%s"}
    if step == "recheck":
        waiting = row.hazards.filter(status=Hazard.Status.ORDERED).order_by("pk")
        return RecheckForm(data, waiting=waiting, **more)
    if step == "transfer":
        return TransferForm(data, code=row.grid_code, **more)
    return OrderStepForm(data, **more)


@requires("field.view")
@never_cache
@form_page
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a notice about open hazards of one inspection."""
    row = find_inspection(request, pk)
    if not scope_of(request.user).can("inspection.order", row.grid_code):
        raise NotAllowed(_("You may not issue notices here."))
    form = OrderForm(request.POST or None, inspection=row)
    if form.is_valid():
        actor = person(request)
        made = form.attempt(lambda: orders.issue(row, form.order(), actor=actor, now=timezone.now()))
        if made is not None:
            messages.success(request, _("Notice %(number)s issued.") % {"number": made.number})
            return redirect("fieldwork:rectification", made.pk)
    context = {"inspection": row, "form": form}
    return render(request, "fieldwork/order.html", context, status=422 if form.is_bound else 200)


@requires("field.view")
@never_cache
@form_page
def notice_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Re-inspection, begun, hand-over or withdrawal; what was typed is shown again with every refusal."""
    row = find_notice(request, pk)
    if name not in RIGHTS:
        raise Http404
    if not scope_of(request.user).can(RIGHTS[name], row.grid_code):
        raise NotAllowed(_("You may not do this here."))
    form = _form(name, row, request.POST or None)
    if form.is_valid() and form.attempt(lambda: _DOING[name](row, form, request)) is not None:
        messages.success(request, _("%(number)s: done.") % {"number": row.number})
        return redirect("fieldwork:rectification", row.pk)
    context = {"notice": row, "form": form, "step": name}
    return render(request, "fieldwork/notice_step.html", context, status=422 if form.is_bound else 200)


def _recheck(row: RectificationNotice, form: Any, request: HttpRequest) -> RectificationNotice:
    version = form.cleaned_data["version"]
    return orders.recheck(row, form.look(), actor=person(request), now=timezone.now(), version=version)


def _begin(row: RectificationNotice, form: Any, request: HttpRequest) -> RectificationNotice:
    return orders.begin(row, actor=person(request), now=timezone.now(), **form.cleaned_data)


def _withdraw(row: RectificationNotice, form: Any, request: HttpRequest) -> RectificationNotice:
    return orders.withdraw(row, actor=person(request), now=timezone.now(), **form.cleaned_data)


def _transfer(row: RectificationNotice, form: Any, request: HttpRequest) -> RectificationNotice:
    data = dict(form.cleaned_data)
    unit = data.pop("organization")
    return orders.transfer(row, unit, actor=person(request), now=timezone.now(), **data)


_DOING: Final[dict[str, Callable[[RectificationNotice, Any, HttpRequest], RectificationNotice]]] = {
    "recheck": _recheck,
    "begin": _begin,
    "transfer": _transfer,
    "withdraw": _withdraw,
}
