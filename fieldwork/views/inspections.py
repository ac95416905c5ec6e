"""检查: the phone form, the list, one inspection with its hazards, the ledger of hazards, the statistics, the files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.exports import attachment, note_export
from accounts.keyset import keyset_page
from accounts.narrowing import demand_filters, narrowed
from accounts.offline import HEADER as KEEP
from accounts.rules import form_page
from fieldwork import checklists, hazards, inspection_figures, inspection_tables, inspections, places
from fieldwork.filters.inspections import HazardFilter, InspectionFilter, OrderFilter, PlaceFilter
from fieldwork.forms.inspections import FixForm, InspectForm, OrderForm, PeriodForm
from fieldwork.models import (
    Checklist,
    FieldPhoto,
    Hazard,
    InspectedPlace,
    Inspection,
    InspectionAnswer,
    PlaceKind,
    RectificationNotice,
)
from fieldwork.stages import open_to
from fieldwork.views.answers import conflicting, refused, sent, wants_json
from fieldwork.views.places import find_place
from grid.access import requires
from grid.models import Grid
from grid.once import Conflict
from grid.scope import scope_of
from grid.sheets import XLSX
from incidents.views.finding import person

PAGE_SIZE: Final = 50


# --- one look ---------------------------------------------------------------------------------------------------------


@requires("field.view")
@require_safe
def inspection_new(request: HttpRequest) -> HttpResponse:
    """From the home page of the phone: the places that are due."""
    return redirect(f"{reverse('fieldwork:places')}?due=true")


@requires("field.write")
@never_cache
@form_page
def inspect(request: HttpRequest, pk: int) -> HttpResponse:
    """The phone form: everything is in order until it is tapped. Sent again, the first look is shown.

    The phone keeps it for the time without a network, unless the place is somebody's home (law 11).
    """
    place = find_place(request, pk)
    if not scope_of(request.user).can("field.write", place.grid_code):
        raise NotAllowed(_("You may not do this here."))
    if not place.is_active:
        raise NotNow(_("This place does not exist any more."))
    checklist = _list_shown(request, place)
    if request.method != "POST":
        form = InspectForm(place=place, checklist=checklist)
        response = render(request, "fieldwork/inspect.html", _form_context(form, place))
        if place.kind.group != PlaceKind.Group.SHARED_RENT:
            response[KEEP] = "1"
        return response
    form = InspectForm(request.POST, request.FILES, place=place, checklist=checklist)
    return _take(request, form, place)


def _list_shown(request: HttpRequest, place: InspectedPlace) -> Checklist | None:
    """The list that the page showed, even if it was replaced meanwhile; else the one in force."""
    given = request.POST.get("checklist", "")
    if given.isascii() and given.isdigit() and len(given) < 19:
        kept = Checklist.objects.filter(pk=given, code=place.kind.checklist_code).exclude(released_at=None)
        found = kept.prefetch_related("items").first()
        if found is not None:
            return found
    return checklists.in_force(place.kind)


def _form_context(form: InspectForm, place: InspectedPlace) -> dict[str, Any]:
    return {"form": form, "place": place, "contact": places.contact(place), "hints": places.hints(place)}


def _take(request: HttpRequest, form: InspectForm, place: InspectedPlace) -> HttpResponse:
    made = None
    if form.is_valid():
        now = timezone.now()
        try:
            made = inspections.inspect(form.inspection(now), actor=person(request), now=now)
        except Conflict as error:  # two versions: a person decides, nothing is added to the form
            return _conflict(request, error)
        except (NotNow, NotValid) as error:
            form.add_domain_error(error)
    if made is None:
        return refused(request, form, "fieldwork/inspect.html", _form_context(form, place))
    row, created = made
    said = _("Inspection saved.")
    if created and not wants_json(request):
        messages.success(request, said)
    return sent(request, reverse("fieldwork:inspection", args=[row.pk]), created=created, said=said)


def _conflict(request: HttpRequest, error: Conflict) -> HttpResponse:
    first = error.first
    return conflicting(request, error, reverse("fieldwork:inspection", args=[first.pk]), first.text)


# --- reading ----------------------------------------------------------------------------------------------------------


@requires("field.view")
@require_safe
def inspection_list(request: HttpRequest) -> HttpResponse:
    """The inspections of the filters, newest first."""
    chosen = narrowed(InspectionFilter(request.GET, queryset=_visible(Inspection, request), request=request))
    rows = chosen.qs.select_related("place__kind", "grid", "by").defer("grid__boundary", "place__phone")
    found = Count("hazards"), Count("hazards", filter=Q(hazards__status__in=("open", "ordered")))
    page = keyset_page(rows.annotate(found=found[0], waiting=found[1]), request.GET, size=PAGE_SIZE, by="at")
    return render(request, "fieldwork/inspections.html", {"form": chosen.form, "page": page})


@requires("field.view")
@require_safe
def hazard_list(request: HttpRequest) -> HttpResponse:
    """台账: the hazards of the filters."""
    chosen = narrowed(HazardFilter(request.GET, queryset=_visible(Hazard, request), request=request))
    rows = chosen.qs.select_related("place__kind", "grid", "notice", "inspection").defer(
        "grid__boundary", "place__phone", "notice__demand"
    )
    page = keyset_page(rows.order_by("-id"), request.GET, size=PAGE_SIZE)
    return render(request, "fieldwork/hazards.html", {"form": chosen.form, "page": page})


def find_inspection(request: HttpRequest, pk: int) -> Inspection:
    """The inspection if the reader may see it; 404 otherwise."""
    rows = Inspection.objects.visible_to(request.user).select_related("place__kind", "grid", "by", "checklist")
    found: Inspection = get_object_or_404(rows.defer("grid__boundary", "place__phone"), pk=pk)
    return found


def _visible(model: Any, request: HttpRequest) -> Any:
    return model.objects.visible_to(request.user)


@requires("field.view")
@never_cache
@require_safe
def inspection(request: HttpRequest, pk: int) -> HttpResponse:
    """One look: its answers, what was found, what the reader may do about it."""
    row = find_inspection(request, pk)
    photos = Prefetch("photos", queryset=FieldPhoto.objects.order_by("is_after", "pk"))
    found = list(row.hazards.select_related("notice").prefetch_related(photos).order_by("pk"))
    waiting = [one for one in found if one.status == Hazard.Status.OPEN]
    may_order = bool(waiting) and scope_of(request.user).can("inspection.order", row.grid_code)
    answers = InspectionAnswer.objects.filter(inspection=row).select_related("item").order_by("item__position")
    context = {
        "inspection": row,
        "hazards": [
            (one, FixForm(initial={"version": one.version}) if _may_fix(one, request) else None) for one in found
        ],
        "answers": answers,
        "order_form": OrderForm(inspection=row) if may_order else None,
        "today": timezone.localdate(),
    }
    return render(request, "fieldwork/inspection.html", context)


def _may_fix(hazard: Hazard, request: HttpRequest) -> bool:
    free = hazard.status == Hazard.Status.OPEN
    return free and any(stage.name == "fix" for stage in open_to(hazard, request.user))


@requires("field.view")
@never_cache
@form_page
def hazard_fix(request: HttpRequest, pk: int) -> HttpResponse:
    """A hazard without a notice was put right."""
    row = get_object_or_404(_visible(Hazard, request).select_related("inspection", "place"), pk=pk)
    if not scope_of(request.user).can("field.write", row.grid_code):
        raise NotAllowed(_("You may not do this here."))
    form = FixForm(request.POST or None, request.FILES or None, initial={"version": row.version})
    if form.is_valid():
        actor = person(request)
        if form.attempt(lambda: hazards.fix(row, actor=actor, now=timezone.now(), **form.cleaned_data)) is not None:
            messages.success(request, _("Put right."))
            return sent(request, reverse("fieldwork:inspection", args=[row.inspection_id]))
    context = {"hazard": row, "form": form}
    return render(request, "fieldwork/hazard_fix.html", context, status=422 if form.is_bound else 200)


# --- statistics -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the statistics are of."""

    form: PeriodForm
    first: date
    last: date
    code: str
    name: str


def _chosen(request: HttpRequest) -> Chosen:
    form = PeriodForm(request.GET or {})
    demand_filters(form)
    data, scope = form.cleaned_data, scope_of(request.user)
    own = scope.prefixes("field.view")
    code = data["grid"] or (own[0] if own else "")
    if not scope.can("field.view", code):
        raise Http404
    grid = get_object_or_404(Grid.objects.only("name"), code=code) if code else None
    return Chosen(form, data["first"], data["last"], code, grid.name if grid else "")


@requires("field.view")
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """检查/隐患/现场整改/限期整改/通知书/已整改 in all, per level, area and kind (三级联动)."""
    chosen, today = _chosen(request), timezone.localdate()
    rows = inspection_figures.of_period(request.user, first=chosen.first, last=chosen.last, under=chosen.code)
    context = {
        "chosen": chosen,
        "period": f"first={chosen.first:%Y-%m-%d}&last={chosen.last:%Y-%m-%d}",
        "total": inspection_figures.total(rows, today=today),
        "tables": [
            ("level", _("Who inspected"), inspection_figures.by_level(rows, today=today)),
            ("grid", _("Area"), inspection_figures.by_area(rows, chosen.code, today=today)),
            ("kind", _("Kind of place"), inspection_figures.by_kind(rows, today=today)),
        ],
    }
    return render(request, "fieldwork/inspection_statistics.html", context)


@requires("field.view")
@require_safe
def statistics_excel(request: HttpRequest) -> HttpResponse:
    """The same as a workbook of one sheet."""
    chosen, now = _chosen(request), timezone.now()
    note_export(actor=person(request), object_type="inspectionfigures", fields=chosen.code, now=now, request=request)
    rows = inspection_figures.of_period(request.user, first=chosen.first, last=chosen.last, under=chosen.code)
    content = inspection_tables.statistics(rows, chosen.code, now=now)
    name = f"{_('Statistics of inspections')} {chosen.name} {chosen.first:%Y%m%d}-{chosen.last:%Y%m%d}.xlsx"
    return attachment(content, XLSX, name)


# --- files ------------------------------------------------------------------------------------------------------------

LISTS: Final[dict[str, tuple[Any, Any, Callable[..., inspection_tables.File]]]] = {
    "places": (PlaceFilter, InspectedPlace, inspection_tables.places),
    "inspections": (InspectionFilter, Inspection, inspection_tables.inspections),
    "hazards": (HazardFilter, Hazard, inspection_tables.hazards),
    "notices": (OrderFilter, RectificationNotice, inspection_tables.notices),
}


@requires("field.view")
@require_safe
def list_excel(request: HttpRequest, name: str) -> HttpResponse:
    """One of the lists with its filters, as a workbook; contacts are masked, and the export is recorded."""
    if name not in LISTS:
        raise Http404
    filterset, model, table = LISTS[name]
    rows = narrowed(filterset(request.GET, queryset=_visible(model, request), request=request)).qs
    content, title = table(rows, actor=person(request), now=timezone.now(), request=request)
    return attachment(content, XLSX, f"{title}.xlsx")
