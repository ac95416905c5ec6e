"""Pages of tours (季观摩), practical matters (民生实事) and work methods."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.rules import form_page
from grid.access import requires
from grid.scope import scope_of
from incidents.views.finding import person
from reports.forms.records import (
    LookForm,
    MatterForm,
    MatterMoveForm,
    MethodForm,
    NewMatterForm,
    NoteForm,
    SummaryForm,
    TourForm,
)
from reports.models import Matter, Tour, TourItem, WorkMethod, WorkMethodStep
from reports.records import matters, methods, tours
from reports.views.asking import offices

PAGE_SIZE: Final = 50


def _found(model: Any, request: HttpRequest, pk: int) -> Any:
    rows = model.objects.visible_to(request.user).select_related("grid").defer("grid__boundary")
    return get_object_or_404(rows, pk=pk)


def _may_write(request: HttpRequest, code: str | None = None) -> bool:
    return scope_of(request.user).can("report.write", code)


def _today() -> Any:
    return timezone.localdate()


def _page(request: HttpRequest, template: str, context: dict[str, Any], form: Any) -> HttpResponse:
    return render(request, template, {**context, "form": form}, status=422 if form.is_bound else 200)


# --- tours ------------------------------------------------------------------------------------------------------------


@requires("report.view")
@require_safe
def tour_list(request: HttpRequest) -> HttpResponse:
    """Tours, visits and forums, newest first."""
    rows = Tour.objects.visible_to(request.user).select_related("grid").defer("grid__boundary")
    if request.GET.get("kind") in Tour.Kind.values:
        rows = rows.filter(kind=request.GET["kind"])
    context = {
        "page": keyset_page(rows, request.GET, size=PAGE_SIZE),
        "kinds": Tour.Kind.choices,
        "kind": request.GET.get("kind", ""),
        "may_write": _may_write(request),
    }
    return render(request, "reports/records/tours.html", context)


@form_page
@requires("report.write")
def tour_new(request: HttpRequest) -> HttpResponse:
    """Plan one."""
    form = TourForm(request.POST or None, grids=offices(request.user, "report.write"))

    def write() -> Tour:
        given = {name: form.cleaned_data[name] for name in ("kind", "title", "held_on", "place", "visitors")}
        return tours.plan(form.cleaned_data["grid"], **given, items=form.topics(), actor=person(request))

    if form.is_bound and form.is_valid() and (tour := form.attempt(write)):
        return redirect("reports:tour", pk=tour.pk)
    return _page(request, "reports/records/tour_new.html", {}, form)


@requires("report.view")
@require_safe
def tour(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: the checklist with what was seen."""
    return _tour_page(request, _found(Tour, request, pk), None)


def _tour_page(request: HttpRequest, one: Tour, form: SummaryForm | None) -> HttpResponse:
    may_write = _may_write(request, one.grid_code)
    form = form or SummaryForm(initial={"summary": one.summary})
    context = {
        "tour": one,
        "items": [(item, _look_form(item)) for item in one.items.all()],
        "visitors": tours.visitors_of(one),
        "may_write": may_write,
        "may_hold": may_write and one.held_on <= _today(),
    }
    return _page(request, "reports/records/tour.html", context, form)


def _look_form(item: TourItem) -> LookForm:
    mark = "" if item.is_good is None else "yes" if item.is_good else "no"
    return LookForm(initial={"finding": item.finding, "is_good": mark}, auto_id=f"item-{item.pk}-%s")


@requires("report.write")
@require_POST
def tour_look(request: HttpRequest, pk: int, item: int) -> HttpResponseBase:
    """Write down what was seen of one item."""
    one = _found(Tour, request, pk)
    row = get_object_or_404(one.items.select_related("tour"), pk=item)
    form = LookForm(request.POST)
    if form.is_valid():
        tours.look(row, finding=form.cleaned_data["finding"], is_good=form.mark, actor=person(request))
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(str(m) for found in form.errors.values() for m in found))
    return redirect("reports:tour", pk=pk)


@requires("report.write")
@require_POST
def tour_hold(request: HttpRequest, pk: int) -> HttpResponse:
    """It took place."""
    one, form = _found(Tour, request, pk), SummaryForm(request.POST)

    def write() -> Tour:
        return tours.hold(one, summary=form.cleaned_data["summary"], actor=person(request), today=_today())

    if form.is_valid() and form.attempt(write):
        messages.success(request, _("Saved."))
        return redirect("reports:tour", pk=pk)
    return _tour_page(request, one, form)


# --- practical matters ------------------------------------------------------------------------------------------------


@requires("report.view")
@require_safe
def matter_list(request: HttpRequest) -> HttpResponse:
    """The list with its plan: per topic promised and done, then every matter."""
    everything = Matter.objects.visible_to(request.user)
    rows = everything.select_related("grid").defer("grid__boundary")
    chosen = {name: request.GET.get(name, "")[:40].replace("\x00", "") for name in ("topic", "status")}
    rows = rows.filter(**{name: value for name, value in chosen.items() if value})
    by_topic = matters.by_topic(everything)
    sums = {name: sum(row[name] or 0 for row in by_topic) for name in ("wanted", "done", "helped")}
    context = {
        "page": keyset_page(rows, request.GET, size=PAGE_SIZE),
        "topics": by_topic,
        "sums": sums,
        "statuses": Matter.Status.choices,
        "today": _today(),
        "may_write": _may_write(request),
        **chosen,
    }
    return render(request, "reports/records/matters.html", context)


@form_page
@requires("report.write")
def matter_new(request: HttpRequest) -> HttpResponse:
    """Put one on the list."""
    form = NewMatterForm(request.POST or None, grids=offices(request.user, "report.write"))

    def write() -> Matter:
        return matters.promise(form.wish(), grid=form.cleaned_data["grid"], actor=person(request))

    if form.is_bound and form.is_valid() and (matter := form.attempt(write)):
        return redirect("reports:matter", pk=matter.pk)
    return _page(request, "reports/records/matter_new.html", {}, form)


@form_page
@requires("report.view")
def matter(request: HttpRequest, pk: int) -> HttpResponse:
    """One matter; its writers change it and take it further here."""
    one = _found(Matter, request, pk)
    start = {name: getattr(one, name) for name in ("topic", "title", "owner", "planned_on", "households", "note")}
    typed = request.POST if request.method == "POST" else None
    moving = typed is not None and "status" in typed
    form = MatterForm(None if moving else typed, initial=start, topic=one.topic)
    step = MatterMoveForm(typed if moving else None, initial={"households": one.households})
    if typed is not None and _changed(request, one, step if moving else form):
        messages.success(request, _("Saved."))
        return redirect("reports:matter", pk=pk)
    labels = dict(Matter.Status.choices)
    context = {
        "matter": one,
        "form": form,
        "step": step,
        "next": [(status, labels[status]) for status in matters.ARROWS[one.status]],
        "may_write": _may_write(request, one.grid_code),
    }
    return render(request, "reports/records/matter.html", context, status=422 if typed is not None else 200)


def _changed(request: HttpRequest, one: Matter, form: MatterForm | MatterMoveForm) -> bool:
    def write() -> Matter:
        if isinstance(form, MatterForm):
            return matters.change(one, form.wish(), actor=person(request))
        given = dict(form.cleaned_data)
        return matters.move(one, given.pop("status"), actor=person(request), today=_today(), **given)

    return form.is_valid() and form.attempt(write) is not None


# --- methods ----------------------------------------------------------------------------------------------------------


@requires("report.view")
@require_safe
def method_list(request: HttpRequest) -> HttpResponse:
    """Named ways of working with their steps."""
    rows = WorkMethod.objects.visible_to(request.user).select_related("grid").defer("grid__boundary")
    context = {"methods": rows.prefetch_related("steps")[:100], "may_write": _may_write(request)}
    return render(request, "reports/records/methods.html", context)


@form_page
@requires("report.write")
def method_new(request: HttpRequest) -> HttpResponse:
    """Write one down."""
    form = MethodForm(request.POST or None, grids=offices(request.user, "report.write"))

    def write() -> WorkMethod:
        given = {name: form.cleaned_data[name] for name in ("name", "meaning", "source")}
        return methods.write(form.cleaned_data["grid"], **given, steps=form.rows(), actor=person(request))

    if form.is_bound and form.is_valid() and (method := form.attempt(write)):
        return redirect("reports:method", pk=method.pk)
    return _page(request, "reports/records/method_new.html", {}, form)


@requires("report.view")
@require_safe
def method(request: HttpRequest, pk: int) -> HttpResponse:
    """One method: each step with what shows it."""
    one = _found(WorkMethod, request, pk)
    shown = methods.shown(one, now=timezone.now())
    notes = [NoteForm(initial={"note": row.step.note}, auto_id=f"step-{row.step.pk}-%s") for row in shown]
    context = {
        "method": one,
        "shown": list(zip(shown, notes, strict=True)),
        "may_write": _may_write(request, one.grid_code),
    }
    return render(request, "reports/records/method.html", context)


@requires("report.write")
@require_POST
def method_tell(request: HttpRequest, pk: int, step: int) -> HttpResponseBase:
    """Write how far one step is."""
    one = _found(WorkMethod, request, pk)
    rows = WorkMethodStep.objects.filter(method=one).select_related("method")
    row, form = get_object_or_404(rows, pk=step), NoteForm(request.POST)
    if form.is_valid():
        methods.tell(row, note=form.cleaned_data["note"], actor=person(request))
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(str(m) for found in form.errors.values() for m in found))
    return redirect("reports:method", pk=pk)
