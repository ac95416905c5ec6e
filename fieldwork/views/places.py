"""The register of places: list, one place with its history, entering and changing, the contact in clear."""

from typing import Final

from django.contrib import messages
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotAllowed
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page
from fieldwork import places
from fieldwork.filters.inspections import PlaceFilter
from fieldwork.forms.inspections import PlaceForm
from fieldwork.models import Hazard, InspectedPlace, Inspection, RectificationNotice
from grid.access import requires
from grid.scope import scope_of
from incidents.forms import RevealForm
from incidents.views.finding import person, shown_version

PAGE_SIZE: Final = 50
SHOWN: Final = 20


def with_figures(rows: QuerySet[InspectedPlace]) -> QuerySet[InspectedPlace]:
    """Each place with the day of its last look and its hazards that wait, in the same query."""
    waiting = Hazard.objects.filter(place=OuterRef("pk"), status__in=("open", "ordered")).order_by()
    looks = Inspection.objects.filter(place=OuterRef("pk")).order_by()
    found: QuerySet[InspectedPlace] = rows.select_related("kind", "grid").defer("grid__boundary")
    return found.annotate(
        last_at=Subquery(looks.values("place").annotate(last=Max("at")).values("last")),
        waiting=Coalesce(Subquery(waiting.values("place").annotate(n=Count("pk")).values("n")), 0),
    )


def find_place(request: HttpRequest, pk: int) -> InspectedPlace:
    """The place if the reader may see it; 404 otherwise."""
    rows = InspectedPlace.objects.visible_to(request.user).select_related("kind", "grid", "building__compound")
    found: InspectedPlace = get_object_or_404(rows.defer("grid__boundary"), pk=pk)
    return found


@requires("field.view")
@require_safe
def place_list(request: HttpRequest) -> HttpResponse:
    """The places of the filters."""
    chosen = narrowed(PlaceFilter(request.GET, queryset=InspectedPlace.objects.visible_to(request.user)))
    page = keyset_page(with_figures(chosen.qs.order_by("-id")), request.GET, size=PAGE_SIZE)
    context = {
        "form": chosen.form,
        "page": page,
        "today": timezone.localdate(),
        "may_write": scope_of(request.user).can("field.write"),
    }
    return render(request, "fieldwork/places.html", context)


@requires("field.view")
@never_cache
@require_safe
def place_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One place: what it is, whether the kind fits, what was looked at, what waits."""
    place, scope = find_place(request, pk), scope_of(request.user)
    looks = place.inspections.select_related("by").annotate(found=Count("hazards")).order_by("-at", "-pk")[:SHOWN]
    context = {
        "place": place,
        "contact": places.contact(place),
        "hints": places.hints(place),
        "looks": looks,
        "waiting": place.hazards.filter(status__in=("open", "ordered")).select_related("notice")[:SHOWN],
        "notices": RectificationNotice.objects.filter(place=place)[:SHOWN],
        "today": timezone.localdate(),
        "may_write": scope.can("field.write", place.grid_code),
        "may_reveal": scope.can("care.reveal", place.grid_code) and bool(place.phone or place.responsible),
    }
    return render(request, "fieldwork/place.html", context)


@requires("field.write")
@never_cache
@form_page
def place_new(request: HttpRequest) -> HttpResponse:
    """Enter a place."""
    form = PlaceForm(request.POST or None, user=request.user)
    if form.is_valid():
        place = form.attempt(lambda: places.enter(form.facts(), actor=person(request), now=timezone.now()))
        if place is not None:
            return _kept(request, place)
    return render(request, "fieldwork/place_form.html", {"form": form}, status=422 if form.is_bound else 200)


@requires("field.write")
@never_cache
@form_page
def place_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is known of it."""
    place = find_place(request, pk)
    _demand_writing(request, place)
    form = PlaceForm(request.POST or None, user=request.user, place=place)
    if form.is_valid():
        version = form.cleaned_data["version"]
        changed = form.attempt(
            lambda: places.change(place, form.facts(), actor=person(request), version=version, keep_phone=True)
        )
        if changed is not None:
            return _kept(request, changed)
    context = {"form": form, "place": place}
    return render(request, "fieldwork/place_form.html", context, status=422 if form.is_bound else 200)


@requires("field.write")
@require_POST
def place_close(request: HttpRequest, pk: int) -> HttpResponse:
    """It does not exist any more."""
    place = find_place(request, pk)
    places.close_down(place, actor=person(request), version=shown_version(request, place.version))
    messages.success(request, _("%(name)s is off the register.") % {"name": place.name})
    return redirect("fieldwork:places")


@requires("field.view")
@never_cache
@form_page
def place_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """The person responsible in clear, for a purpose that is kept in the record of access."""
    place = find_place(request, pk)
    if not scope_of(request.user).can("care.reveal", place.grid_code):
        raise NotAllowed(_("You may not see contacts here."))
    form, shown = RevealForm(request.POST or None), None
    if form.is_valid():
        purpose, now = form.cleaned_data["purpose"], timezone.now()
        shown = places.reveal_contact(place, actor=person(request), purpose=purpose, now=now, request=request)
    context = {"place": place, "form": form, "shown": shown}
    status = 422 if form.is_bound and shown is None else 200
    return render(request, "fieldwork/place_contact.html", context, status=status)


def _demand_writing(request: HttpRequest, place: InspectedPlace) -> None:
    if not scope_of(request.user).can("field.write", place.grid_code):
        raise NotAllowed(_("You may not do this here."))


def _kept(request: HttpRequest, place: InspectedPlace) -> HttpResponse:
    for hint in places.hints(place):
        messages.warning(request, hint)
    messages.success(request, _("Saved."))
    return redirect("fieldwork:place", place.pk)
