"""Checklists with their versions: to read for all, to change for whoever decides."""

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.numbers import strict_int
from fieldwork import checklists
from fieldwork.forms.inspections import ItemForm
from fieldwork.models import Checklist, PlaceKind
from grid.access import requires
from grid.scope import scope_of
from incidents.views.finding import person


@requires("field.view")
@require_safe
def checklist_list(request: HttpRequest) -> HttpResponse:
    """All lists with their versions, and the kinds of places with their thresholds."""
    context = {
        "lists": Checklist.objects.annotate(size=Count("items")),
        "kinds": PlaceKind.objects.filter(is_active=True).order_by("position"),
    }
    return render(request, "fieldwork/checklists.html", context)


@requires("field.view")
@never_cache
@require_safe
def checklist(request: HttpRequest, pk: int) -> HttpResponse:
    """One version with its items."""
    return _show(request, _found(pk), ItemForm())


def _found(pk: int) -> Checklist:
    return get_object_or_404(Checklist.objects.prefetch_related("items"), pk=pk)


def _show(request: HttpRequest, row: Checklist, form: ItemForm, *, status: int = 200) -> HttpResponse:
    may = scope_of(request.user).can(checklists.RIGHT)
    context = {"checklist": row, "parts": checklists.parts_of(row).items(), "form": form, "may_decide": may}
    return render(request, "fieldwork/checklist.html", context, status=status)


@requires(checklists.RIGHT)
@require_POST
def checklist_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one item on a draft."""
    row, form = _found(pk), ItemForm(request.POST)
    if form.is_valid():
        added = form.attempt(lambda: checklists.add_item(row, form.item(), actor=person(request)))
        if added is not None:
            return redirect("fieldwork:checklist", row.pk)
    return _show(request, row, form, status=422)


@requires(checklists.RIGHT)
@require_POST
def checklist_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A new version, the release of a draft, or an item taken off."""
    row, actor = _found(pk), person(request)
    if name == "new-version":
        row = checklists.new_version(row, actor=actor)
    elif name == "release":
        checklists.release(row, actor=actor, now=timezone.now())
        messages.success(request, _("%(name)s is in force.") % {"name": row})
    elif name == "drop":
        checklists.drop_item(row, strict_int(request.POST.get("item", ""), name="item"), actor=actor)
    else:
        raise Http404
    return redirect("fieldwork:checklist", row.pk)
