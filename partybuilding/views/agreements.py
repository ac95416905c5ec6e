"""Pages of agreements with units: those that end soon first in sight, one with its compounds and files."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from grid.scope import scope_of
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import one_form
from partybuilding import agreements
from partybuilding.agreements import ending_soon, lapsed, running, state_of
from partybuilding.files import shown_documents, shown_photos
from partybuilding.filters.units import AgreementFilter
from partybuilding.forms.units import AgreementForm, LeaveForm
from partybuilding.models import Agreement
from partybuilding.units import EDITS, record_of
from partybuilding.views.units import SHOWS, find_unit, unit_address

PAGE_SIZE: Final = 40


def find_agreement(request: HttpRequest, pk: int) -> Agreement:
    """The agreement if the reader may see it; 404 otherwise."""
    rows = Agreement.objects.visible_to(request.user).select_related("unit__organization__grid", "grid")
    found: Agreement = get_object_or_404(rows.defer("grid__boundary", "unit__organization__grid__boundary"), pk=pk)
    return found


def agreement_address(row: Agreement) -> str:
    """The page of an agreement."""
    return reverse("partybuilding:agreement", args=[row.pk])


@requires(*SHOWS)
@require_safe
def agreement_list(request: HttpRequest) -> HttpResponse:
    """The agreements of the filters; above them how many run, end soon, and what they cover."""
    today, rows = timezone.localdate(), Agreement.objects.visible_to(request.user)
    chosen = narrowed(AgreementFilter(request.GET.copy(), queryset=rows))
    shown = chosen.qs.select_related("unit__organization", "grid").defer("grid__boundary")
    page = keyset_page(shown.prefetch_related("compounds"), request.GET, size=PAGE_SIZE)
    for row in page.rows:
        row.phase = state_of(row, today)  # type: ignore[attr-defined]
    context = {
        "form": chosen.form,
        "page": page,
        "figures": {
            "running": rows.filter(running(today)).count(),
            "soon": rows.filter(ending_soon(today)).count(),
            "over": rows.filter(lapsed(today)).count(),
        },
        "cover": agreements.unmanaged_cover(request.user, today),
    }
    return render(request, "partybuilding/agreements.html", context)


@requires(*SHOWS)
@require_safe
def agreement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One agreement."""
    row, today = find_agreement(request, pk), timezone.localdate()
    row.phase = state_of(row, today)  # type: ignore[attr-defined]
    kept = list(row.files.all())
    may_edit = scope_of(request.user).can(EDITS, row.grid_code)
    context = {
        "agreement": row,
        "compounds": list(row.compounds.select_related("grid").defer("grid__boundary").order_by("grid__code", "name")),
        "documents": shown_documents(kept),
        "photos": shown_photos(kept),
        "files": kept,
        "record": record_of(row),
        "may_edit": may_edit,
        "may_end": may_edit and agreements.is_running(row, today),
    }
    return render(request, "partybuilding/agreement.html", context)


@requires("lists.edit")
@form_page
def agreement_new(request: HttpRequest, unit: int) -> HttpResponse:
    """Keep an agreement of a unit."""
    partner = find_unit(request, unit)
    form = AgreementForm(request.POST or None, request.FILES or None, user=request.user, unit=partner)

    def write() -> Agreement:
        files = form.cleaned_data["files"]
        return agreements.sign(form.new(), files=files, actor=person(request), now=timezone.now())

    title = _("Agreement with %(unit)s") % {"unit": partner}
    back = unit_address(partner)
    return one_form(request, form, write, title=title, back=back, goes_to=agreement_address)


@requires("lists.edit")
@form_page
def agreement_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Other words, days, compounds, more files."""
    row = find_agreement(request, pk)
    demand(request.user, EDITS, row.grid_code)
    given: dict[str, Any] = {"user": request.user, "unit": row.unit, "old": row}
    form, version = (
        AgreementForm(request.POST or None, request.FILES or None, **given),
        shown_version(request, row.version),
    )

    def write() -> Agreement:
        said: dict[str, Any] = {"version": version, "actor": person(request), "now": timezone.now()}
        return agreements.change(row, form.new(), files=form.cleaned_data["files"], **said)

    return one_form(request, form, write, title=row.title, back=agreement_address(row), version=row.version)


@requires("lists.edit")
@form_page
def agreement_end(request: HttpRequest, pk: int) -> HttpResponse:
    """It ends before its day."""
    row = find_agreement(request, pk)
    demand(request.user, EDITS, row.grid_code)
    form, version = LeaveForm(request.POST or None), shown_version(request, row.version)

    def write() -> Agreement:
        said: dict[str, Any] = {"version": version, "actor": person(request), "now": timezone.now()}
        return agreements.end_early(row, **form.cleaned_data, **said)

    title = _("End early: %(title)s") % {"title": row.title}
    back = agreement_address(row)
    return one_form(request, form, write, title=title, back=back, version=row.version, danger=True)
