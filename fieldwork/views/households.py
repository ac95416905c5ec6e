"""住户登记: the register, one household, who lives there (masked), search by an exact number, people in clear."""

from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import NotNow, NotValid
from accounts.exports import attachment
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from fieldwork import household_queries, households, people
from fieldwork.board import buildings_of_register
from fieldwork.filters.households import HouseholdFilter
from fieldwork.forms.households import (
    RELATIONS,
    DoorForm,
    HouseholdForm,
    MoveOutForm,
    NumberForm,
    PersonEditForm,
    PersonForm,
)
from fieldwork.household_exports import export_xlsx
from fieldwork.household_queries import head_name, listed, register_rows
from fieldwork.households import address_of
from fieldwork.models import Household, Resident
from grid.access import demand, requires
from grid.models import Building
from grid.scope import scope_of
from grid.sheets import XLSX
from incidents.forms.small import RevealForm
from incidents.views.finding import person

PAGE_SIZE: Final = 50


@requires("household.view")
@never_cache
@require_safe
def household_list(request: HttpRequest) -> HttpResponse:
    """The register by the filters of the address."""
    chosen = filtered(request)
    page = keyset_page(listed(chosen.qs, request.user), request.GET, size=PAGE_SIZE)
    context = {
        "form": chosen.form,
        "page": page,
        "rows": [(row, address_of(row), head_name(row)) for row in page.rows],
        "may_edit": scope_of(request.user).can("household.edit"),
    }
    return render(request, "fieldwork/households.html", context)


def filtered(request: HttpRequest) -> HouseholdFilter:
    """The filter set of the address over what the reader may see; NotValid for a filter that is not one."""
    return narrowed(HouseholdFilter(request.GET, queryset=register_rows(request.user), request=request))


@requires("household.view")
@never_cache
@require_safe
def household_excel(request: HttpRequest) -> HttpResponse:
    """The filtered register as a masked Excel file."""
    now = timezone.now()
    content = export_xlsx(filtered(request).qs, actor=person(request), now=now, request=request)
    return attachment(content, XLSX, f"{_('Households')}-{timezone.localdate(now)}.xlsx")


def find_household(request: HttpRequest, pk: int) -> Household:
    """The household if the reader may see it; 404 otherwise."""
    found: Household = get_object_or_404(register_rows(request.user), pk=pk)
    return found


@requires("household.view")
@never_cache
@require_safe
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """One household: the door, its people (masked), visits, care (tags only), promises, who changed what."""
    row, user, scope = find_household(request, pk), request.user, scope_of(request.user)
    present, gone = household_queries.people_of(row)
    context = {
        "household": row,
        "address": address_of(row),
        "people": present,
        "gone": gone,
        "visits": household_queries.visits_of(row, user),
        "care": household_queries.care_of(row, user),
        "promises": household_queries.promises_of(row, user),
        "history": households.history(row),
        "today": timezone.localdate(),
        "may_edit": scope.can("household.edit", row.grid_code),
        "may_reveal": scope.can("care.reveal", row.grid_code),
        "may_write": scope.can("field.write", row.grid_code),
        "may_care": scope.can("care.edit", row.grid_code),
    }
    return render(request, "fieldwork/household.html", context)


@requires("household.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def household_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A new door of the building `pk`."""
    building: Building = get_object_or_404(buildings_of_register(request.user), pk=pk)
    demand(request.user, "household.edit", building.grid.code)
    form = DoorForm(request.POST or None)
    if form.is_valid():
        made = form.attempt(
            lambda: households.register(building, form.door(), actor=person(request), now=timezone.now())
        )
        if made is not None:
            messages.success(request, _("Registered. Now enter who lives there."))
            return redirect("fieldwork:household", made.pk)
    context = {"form": form, "building": building}
    return render(request, "fieldwork/household_new.html", context, status=422 if form.is_bound else 200)


@requires("household.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def household_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """How the household is lived in."""
    row = _editable(request, pk)
    first = {name: getattr(row, name) for name in ("version", "tenure", "people", "is_active")}
    form = HouseholdForm(request.POST or None, initial=first)
    status = _attempt(request, form, row, lambda who: households.edit(row, **who, **form.given()))
    if status == 0:
        return redirect("fieldwork:household", row.pk)
    context = {"form": form, "household": row, "address": address_of(row), "title": _("Change the household")}
    return render(request, "fieldwork/household_form.html", context, status=status)


@requires("household.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def resident_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody moves in."""
    row = _editable(request, pk)
    heads = row.residents.filter(is_head=True, moved_out_on=None)
    form = PersonForm(request.POST or None, initial={"version": row.version, "is_head": not heads.exists()})
    status = _attempt(request, form, row, lambda who: households.add_person(row, form.given(), **who))
    return _person_page(request, row, form, status, _("Somebody who lives there"))


@requires("household.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def resident_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of somebody; what is sealed is not shown, an empty field leaves it."""
    resident = find_resident(request, pk)
    row = _editable(request, resident.household_id)
    first = {name: getattr(resident, name) for name in ("relation", "sex", "birth_year", "is_head")}
    form = PersonEditForm(request.POST or None, person=resident, initial={**first, "version": row.version})
    status = _attempt(request, form, row, lambda who: households.edit_person(resident, form.given(), **who))
    return _person_page(request, row, form, status, _("Change what is known"))


@requires("household.edit")
@never_cache
@require_http_methods(["GET", "POST"])
def resident_gone(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody has moved out."""
    resident = find_resident(request, pk)
    row = _editable(request, resident.household_id)
    form = MoveOutForm(request.POST or None, initial={"version": row.version})
    status = _attempt(
        request,
        form,
        row,
        lambda who: households.move_out(resident, form.cleaned_data["on"], **who),
    )
    title = _("%(name)s has moved out") % {"name": people.masked(resident).name}
    return _person_page(request, row, form, status, title)


def _editable(request: HttpRequest, pk: int) -> Household:
    row = find_household(request, pk)
    demand(request.user, "household.edit", row.grid_code)
    return row


def _attempt(request: HttpRequest, form: Any, row: Household, write: Any) -> int:
    """0 when `write` was done, else the status of the page that shows the form again (200 before it was sent)."""
    if not form.is_bound:
        return 200
    if not form.is_valid():
        return 422
    try:
        write({"actor": person(request), "now": timezone.now(), "version": form.cleaned_data["version"]})
    except NotValid as error:
        form.add_domain_error(error)
        return 422
    except NotNow as error:
        form.add_error(None, str(error))
        form.renew("version", str(Household.objects.values_list("version", flat=True).get(pk=row.pk)))
        return 409
    messages.success(request, _("Saved."))
    return 0


def _person_page(request: HttpRequest, row: Household, form: Any, status: int, title: str) -> HttpResponse:
    if status == 0:
        return redirect("fieldwork:household", row.pk)
    context = {"form": form, "household": row, "address": address_of(row), "title": title, "relations": RELATIONS}
    return render(request, "fieldwork/household_form.html", context, status=status)


def find_resident(request: HttpRequest, pk: int) -> Resident:
    """The resident if the reader may see the household; 404 otherwise."""
    rows = Resident.objects.visible_to(request.user).select_related("household__building__compound")
    found: Resident = get_object_or_404(rows, pk=pk)
    return found


@requires("care.reveal")
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.atomic
def resident_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, phone and ID number in clear, for a purpose that is kept in the record of access."""
    resident = find_resident(request, pk)
    demand(request.user, "care.reveal", resident.household.grid_code)
    form, shown = RevealForm(request.POST or None), None
    if form.is_valid():
        purpose = form.cleaned_data["purpose"]
        shown = people.reveal_resident(
            resident, actor=person(request), purpose=purpose, now=timezone.now(), request=request
        )
    context = {
        "resident": people.masked(resident),
        "household": resident.household,
        "address": address_of(resident.household),
        "form": form,
        "shown": shown,
    }
    template = "parts/resident_reveal.html" if getattr(request, "htmx", False) else "resident_reveal.html"
    status = 422 if form.is_bound and shown is None else 200
    return render(request, f"fieldwork/{template}", context, status=status)


@requires("household.view")
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.atomic
def household_search(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: who has exactly this number; it stands in no address and is not shown again."""
    form, found = NumberForm(request.POST or None), None
    if form.is_valid():
        found = form.attempt(
            lambda: people.find_people(
                form.cleaned_data["number"], actor=person(request), now=timezone.now(), request=request
            )
        )
    rows = [(people.masked(one), one.household, address_of(one.household)) for one in found or []]
    context = {"form": NumberForm() if found is not None else form, "found": rows, "asked": found is not None}
    return render(
        request, "fieldwork/household_search.html", context, status=422 if form.is_bound and found is None else 200
    )
