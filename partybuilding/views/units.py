"""Pages of partner units: the list, one unit with everything it promised and delivered, entering, leaving, contact."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotAllowed
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from grid.scope import scope_of
from incidents.forms import RevealForm
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import one_form
from incidents.views.workbooks import list_workbook
from partybuilding import units
from partybuilding.agreements import running, state_of
from partybuilding.filters.units import UnitFilter
from partybuilding.forms.units import LeaveForm, UnitForm
from partybuilding.models import Agreement, PartnerUnit
from partybuilding.stars import share
from partybuilding.unit_story import unit_figures, unit_parts

PAGE_SIZE: Final = 40
SHOWS: Final = ("party.view", "incident.handle")
"""Staff of party work, and the people of units, who see their own."""


def with_counts(rows: QuerySet[PartnerUnit]) -> QuerySet[PartnerUnit]:
    """Each unit with what it offers, did and claimed, in the same query."""
    found: QuerySet[PartnerUnit] = rows.select_related("organization__grid").defer("organization__grid__boundary")
    done = Q(projects__status__in=("confirmed", "evaluated"))
    in_force = Q(agreements__in=Agreement.objects.filter(running(timezone.localdate())).values("pk"))
    return found.prefetch_related("kinds").annotate(
        offers=Count("resources", filter=Q(resources__status="offered"), distinct=True),
        done=Count("projects", filter=done, distinct=True),
        stars=Count("star_claims", filter=~Q(star_claims__status="dropped"), distinct=True),
        signed=Count("agreements", filter=in_force, distinct=True),
    )


def find_unit(request: HttpRequest, pk: int) -> PartnerUnit:
    """The unit if the reader may see it; 404 otherwise."""
    rows = PartnerUnit.objects.visible_to(request.user).select_related("organization__grid", "party__organization")
    found: PartnerUnit = get_object_or_404(rows.defer("organization__grid__boundary"), pk=pk)
    return found


def unit_address(unit: PartnerUnit) -> str:
    """The page of a unit."""
    return reverse("partybuilding:unit", args=[unit.pk])


@requires(*SHOWS)
@require_safe
def unit_list(request: HttpRequest) -> HttpResponse:
    """The partners of the filters."""
    chosen = narrowed(UnitFilter(request.GET.copy(), queryset=PartnerUnit.objects.visible_to(request.user)))
    context = {
        "form": chosen.form,
        "page": keyset_page(with_counts(chosen.qs.order_by("-id")), request.GET, size=PAGE_SIZE),
        "total": chosen.qs.order_by().count(),
        "may_edit": scope_of(request.user).can(units.EDITS),
        "may_export": scope_of(request.user).can("party.view"),
    }
    return render(request, "partybuilding/units.html", context)


@requires("party.view")
@require_safe
def unit_excel(request: HttpRequest) -> HttpResponse:
    """The list of the filters as an Excel file, contacts masked; the taking is recorded."""
    chosen = narrowed(UnitFilter(request.GET.copy(), queryset=PartnerUnit.objects.visible_to(request.user)))
    header = [_("Name"), _("Kinds of partner"), _("Grid"), _("Contact"), _("What it is good at"), _("Partner since")]
    header += [_("Left on"), _("Agreements in force"), _("Resources offered"), _("Projects done"), _("Stars claimed")]
    lines = map(_cells, with_counts(chosen.qs.order_by("organization__name")))
    count = chosen.qs.order_by().count()
    return list_workbook(request, header, lines, count=count, kind="partnerunit", title=_("Partner units"))


def _cells(unit: Any) -> list[Any]:
    kinds = "、".join(kind.name for kind in unit.kinds.all())
    known = [str(unit), kinds, unit.organization.grid.name, units.contact(unit), unit.strengths]
    return [*known, unit.joined_on, unit.left_on, unit.signed, unit.offers, unit.done, unit.stars]


@requires(*SHOWS)
@never_cache
@require_safe
def unit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one unit that the reader may see; its own people see all of it."""
    unit, today, scope = find_unit(request, pk), timezone.localdate(), scope_of(request.user)
    parts = unit_parts(unit, request.user, today)
    for agreement in parts["agreements"]:
        agreement.phase = state_of(agreement, today)
    for claim in parts["claims"]:
        claim.share = share(claim)
    context = {
        "unit": unit,
        "kinds": list(unit.kinds.all()),
        "contact": units.contact(unit),
        "figures": unit_figures(unit, request.user, today),
        "record": units.record_of(unit)[:10],
        "today": today,
        "is_hers": units.works_for(request.user, unit),
        "may_edit": scope.can(units.EDITS, unit.grid_code),
        "may_claim": unit.left_on is None and (scope.can(units.EDITS) or units.works_for(request.user, unit)),
        "may_reveal": bool(unit.contact_phone) and scope.can("party.reveal", unit.grid_code),
        **parts,
    }
    return render(request, "partybuilding/unit.html", context)


@requires("lists.edit")
@never_cache
@form_page
def unit_new(request: HttpRequest) -> HttpResponse:
    """Make a partner out of an organization, or enter a new one."""
    form = UnitForm(request.POST or None, user=request.user)
    return one_form(
        request,
        form,
        lambda: units.join(form.facts(), actor=person(request), now=timezone.now()),
        title=_("Enter a partner unit"),
        back=reverse("partybuilding:units"),
        goes_to=unit_address,
        draft="partner-unit",
    )


@requires("lists.edit")
@never_cache
@form_page
def unit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is known of it."""
    unit = find_unit(request, pk)
    demand(request.user, units.EDITS, unit.grid_code)
    form = UnitForm(request.POST or None, user=request.user, unit=unit)
    version = shown_version(request, unit.version)

    def write() -> PartnerUnit:
        return units.change(unit, form.facts(), version=version, actor=person(request), now=timezone.now())

    back = unit_address(unit)
    return one_form(request, form, write, title=str(unit), back=back, version=unit.version)


@requires("lists.edit")
@form_page
def unit_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """It is no partner any more."""
    unit = find_unit(request, pk)
    demand(request.user, units.EDITS, unit.grid_code)
    form, version = LeaveForm(request.POST or None), shown_version(request, unit.version)

    def write() -> PartnerUnit:
        given: dict[str, Any] = {"version": version, "actor": person(request), "now": timezone.now()}
        return units.leave(unit, **form.cleaned_data, **given)

    title = _("%(unit)s leaves") % {"unit": unit}
    text = _("What it promised and delivered stays.")
    back = unit_address(unit)
    return one_form(request, form, write, title=title, back=back, version=unit.version, danger=True, text=text)


@requires("lists.edit")
@require_POST
def unit_back(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A unit that left is a partner again."""
    unit = find_unit(request, pk)
    version = shown_version(request, unit.version)
    units.come_back(unit, version=version, actor=person(request), now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("partybuilding:unit", pk)


@requires(*SHOWS)
@never_cache
@form_page
def unit_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """The contact in clear, for a purpose that is kept in the record of access."""
    unit = find_unit(request, pk)
    if not scope_of(request.user).can("party.reveal", unit.grid_code):
        raise NotAllowed(_("You may not see contacts here."))
    form, shown = RevealForm(request.POST or None), None
    if form.is_valid():
        purpose, now = form.cleaned_data["purpose"], timezone.now()
        shown = units.reveal_contact(unit, actor=person(request), purpose=purpose, now=now, request=request)
    status = 422 if form.is_bound and shown is None else 200
    context = {"unit": unit, "form": form, "shown": shown}
    return render(request, "partybuilding/unit_contact.html", context, status=status)
