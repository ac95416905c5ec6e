"""考核方案: the list, one scheme, the editor, the examples."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from grid.access import requires
from grid.scope import scope_of
from reports.assessment import schemes, shown
from reports.forms.assessment import SchemeForms
from reports.models import Scheme
from reports.views.asking import chosen_grid
from reports.views.assessment import both, person


@requires("report.view")
@require_safe
def scheme_list(request: HttpRequest) -> HttpResponse:
    """All schemes in reach; those out of use at the end."""
    rows = Scheme.objects.visible_to(request.user).select_related("grid").defer("grid__boundary")
    context = {
        "schemes": list(rows.order_by("-is_active", "grid_code", "name", "-number")),
        "may_edit": scope_of(request.user).can("assessment.edit"),
    }
    return render(request, "reports/assessments/schemes.html", context)


def _find(request: HttpRequest, pk: int) -> Scheme:
    rows = Scheme.objects.visible_to(request.user).select_related("grid").defer("grid__boundary")
    found: Scheme = get_object_or_404(rows, pk=pk)
    return found


@requires("report.view")
@require_safe
def scheme_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One scheme: its items with their formulas, additions, deductions, grades, where it comes from, where it ran."""
    scheme = _find(request, pk)
    context = {
        "scheme": scheme,
        "items": [(one, shown.formula(one.indicator)) for one in scheme.items.all()],
        "rules": list(scheme.rules.all()),
        "grades": list(scheme.grades.all()),
        "is_used": schemes.is_used(scheme),
        "may_edit": scope_of(request.user).can("assessment.edit", scheme.grid_code),
    }
    return render(request, "reports/assessments/scheme.html", context)


@requires("assessment.edit")
@both
def scheme_new(request: HttpRequest) -> HttpResponse:
    """Write a scheme."""
    forms = SchemeForms(request.POST or None, user=request.user)
    if forms.is_bound and forms.is_valid():
        grid = forms.head.cleaned_data["grid"]
        made = forms.head.attempt(lambda: schemes.create(forms.as_scheme(), grid=grid, actor=person(request)))
        if made:
            messages.success(request, _("Saved."))
            return redirect("reports:scheme", pk=made.pk)
    return _editor(request, forms, None)


@requires("assessment.edit")
@both
def scheme_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a scheme; one in use becomes a new version."""
    scheme = _find(request, pk)
    forms = SchemeForms(request.POST or None, user=request.user, scheme=scheme)
    if forms.is_bound and forms.is_valid():
        made = forms.head.attempt(lambda: schemes.change(scheme.pk, forms.as_scheme(), actor=person(request)))
        if made:
            is_new = made.pk != scheme.pk
            messages.success(request, _("Saved as a new version.") if is_new else _("Saved."))
            return redirect("reports:scheme", pk=made.pk)
    return _editor(request, forms, scheme)


def _editor(request: HttpRequest, forms: SchemeForms, scheme: Scheme | None) -> HttpResponse:
    context = {"forms": forms, "scheme": scheme, "is_used": scheme is not None and schemes.is_used(scheme)}
    return render(request, "reports/assessments/scheme_edit.html", context, status=422 if forms.is_bound else 200)


@requires("assessment.edit")
@require_POST
def scheme_examples(request: HttpRequest) -> HttpResponse:
    """Load the published schemes for the own office; those there already stay as they are."""
    loaded = schemes.load_examples(chosen_grid(request, "assessment.edit"), actor=person(request))
    said = ngettext("%(n)s example loaded.", "%(n)s examples loaded.", len(loaded)) % {"n": len(loaded)}
    messages.success(request, said)
    return redirect("reports:schemes")
