"""考核: the list, a new run, one run with table and chart, what-if, the steps, the Excel ledger."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.exports import attachment, note_export
from accounts.keyset import keyset_page
from accounts.models import User
from grid.access import requires
from grid.scope import scope_of
from reports import stages
from reports.assessment import objections, plans, runs, shown
from reports.daily_document import EXCEL_TYPE
from reports.forms.assessment import NewRunForm, ReasonForm, WhatIfForm
from reports.models import Assessment
from reports.views.asking import offices, version_of

READS: Final = ("report.view", "incident.handle")
"""Whoever sees reports; and the heads of the units that are assessed."""
PAGE_SIZE: Final = 30
AT_ONCE: Final = 30
both = require_http_methods(["GET", "HEAD", "POST"])


def person(request: HttpRequest) -> User:
    """Who is signed in; every view here asks that first."""
    assert isinstance(request.user, User)
    return request.user


def address(row: Assessment) -> str:
    """The page of one run."""
    return reverse("reports:assessment", args=[row.pk])


def find(request: HttpRequest, pk: int) -> Assessment:
    """The run if the reader may see it; 404 otherwise."""
    rows = Assessment.objects.visible_to(request.user).select_related("scheme", "grid", "created_by")
    found: Assessment = get_object_or_404(rows.defer("grid__boundary"), pk=pk)
    return found


@requires(*READS)
@require_safe
def assessment_list(request: HttpRequest) -> HttpResponse:
    """All runs in reach, newest first."""
    rows = Assessment.objects.visible_to(request.user).select_related("scheme", "grid")
    status = request.GET.get("status", "")
    if status in Assessment.Status.values:
        rows = rows.filter(status=status)
    scope = scope_of(request.user)
    context = {
        "page": keyset_page(rows.defer("grid__boundary", "results"), request.GET, size=PAGE_SIZE),
        "statuses": Assessment.Status.choices,
        "status": status,
        "may_edit": scope.can("assessment.edit"),
        "may_see_schemes": scope.can("report.view"),
    }
    return render(request, "reports/assessments/list.html", context)


@requires("assessment.edit")
@both
def assessment_new(request: HttpRequest) -> HttpResponse:
    """Run a scheme over some days: a draft with its first count."""
    form = NewRunForm(request.POST or None, user=request.user, initial=_last_month(request))
    if form.is_bound and form.is_valid():
        row = form.attempt(lambda: runs.create(form.as_run(), actor=person(request), now=timezone.now()))
        if row:
            messages.success(request, _("Counted. Only its office sees it until it is published."))
            return redirect("reports:assessment", pk=row.pk)
    return form_page(request, form, title=_("New assessment"), button=_("Count"), back="reports:assessments")


def _last_month(request: HttpRequest) -> dict[str, Any]:
    last = timezone.localdate().replace(day=1) - timedelta(days=1)
    grid = offices(request.user, "assessment.edit").filter(level__gte=3).first()
    return {
        "first": last.replace(day=1),
        "last": last,
        "grid": grid.code if grid else None,
        "scheme": request.GET.get("scheme", ""),
    }


def form_page(
    request: HttpRequest,
    form: Any,
    *,
    title: str,
    button: str,
    back: Any,
    note: str = "",
    version: int | None = None,
    danger: bool = False,
) -> HttpResponse:
    """One form on a page of its own; 422 when it comes back with errors."""
    address = back if isinstance(back, str) and back.startswith("/") else None
    context = {
        "form": form,
        "title": title,
        "button": button,
        "back": address,
        "back_name": None if address else back,
        "note": note,
        "version": version,
        "danger": danger,
    }
    return render(request, "reports/assessments/form.html", context, status=422 if form.is_bound else 200)


@requires(*READS)
@never_cache
@require_safe
def assessment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: table, chart, entries, cases left out, objections, steps. Ten queries for any number of lines."""
    row, now = find(request, pk), timezone.now()
    results, scope = row.results, scope_of(request.user)
    is_draft = row.status == Assessment.Status.DRAFT
    context = {
        "row": row,
        "results": results,
        "title": shown.title(results),
        "as_of": datetime.fromisoformat(results["as_of"]),
        "items": shown.items(results),
        "lines": shown.lines(results),
        "chart": shown.chart(results),
        "entries": [(one, results["names"].get(one.subject, one.subject)) for one in _entries(row)],
        "objections": [(one, results["names"].get(one.subject, one.subject)) for one in _objections(row)],
        "steps": stages.story(row),
        "stages": stages.open_to(row, request.user),
        "may_edit": is_draft and scope.can("assessment.edit", row.grid_code),
        "may_try": scope.can("assessment.edit", row.grid_code) or scope.can("assessment.decide", row.grid_code),
        "may_answer": scope.can("assessment.decide", row.grid_code),
        "own": objections.open_to(row, request.user, now),
    }
    return render(request, "reports/assessments/detail.html", context)


def _entries(row: Assessment) -> Any:
    return row.entries.select_related("rule", "item", "incident", "by", "withdrawn_by").defer(
        "incident__text", "incident__contact_name", "incident__contact_phone"
    )


def _objections(row: Assessment) -> Any:
    return row.objections.select_related("by")


@requires("assessment.edit", "assessment.decide")
@require_safe
def assessment_what_if(request: HttpRequest, pk: int) -> HttpResponse:
    """Other weights over the same counts, old and new side by side; nothing is kept."""
    row = find(request, pk)
    plan = plans.plan_from(row.results["plan"])
    form = WhatIfForm(request.GET or None, plan=plan)
    lines = runs.what_if(row, form.as_plan() if form.is_valid() else plan)
    context = {
        "row": row,
        "title": shown.title(row.results),
        "form": form,
        "lines": shown.lines(row.results, lines),
        "tried": bool(request.GET),
    }
    return render(request, "reports/assessments/what_if.html", context)


@requires(*READS)
@require_safe
def assessment_excel(request: HttpRequest, pk: int) -> HttpResponse:
    """The ledger of one run; who takes it is recorded."""
    row = find(request, pk)
    note_export(
        actor=person(request),
        object_type="assessment",
        object_id=row.pk,
        fields="xlsx",
        now=timezone.now(),
        request=request,
        at_once=AT_ONCE,
    )
    return attachment(shown.excel(row, list(_entries(row))), EXCEL_TYPE, shown.file_name(row.results))


# --- steps ------------------------------------------------------------------------------------------------------------


@requires("assessment.edit")
@require_POST
def assessment_recount(request: HttpRequest, pk: int) -> HttpResponse:
    """Count a draft anew."""
    row = find(request, pk)
    runs.recount(row.pk, actor=person(request), now=timezone.now())
    messages.success(request, _("Counted anew."))
    return redirect("reports:assessment", pk=row.pk)


@requires("assessment.decide")
@both
def assessment_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Publish, make final, or withdraw with a reason."""
    row = find(request, pk)
    if name not in ("publish", "finish", "withdraw"):
        raise Http404
    if name == "withdraw":
        return _withdraw(request, row)
    if request.method == "POST":
        act = runs.publish if name == "publish" else runs.finish
        act(row.pk, version=version_of(request), actor=person(request), now=timezone.now())
        messages.success(request, _("Published; those assessed were told.") if name == "publish" else _("Final."))
    return redirect("reports:assessment", pk=row.pk)


def _withdraw(request: HttpRequest, row: Assessment) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    given: dict[str, Any] = {"version": version_of(request), "actor": person(request), "now": timezone.now()}
    if form.is_bound and form.is_valid():
        done = form.attempt(lambda: runs.withdraw(row.pk, text=form.cleaned_data["text"], **given))
        if done:
            messages.success(request, _("Withdrawn."))
            return redirect("reports:assessment", pk=row.pk)
    return form_page(
        request, form, title=_("Withdraw"), button=_("Withdraw"), back=address(row), version=row.version, danger=True
    )
