"""双报到: the list, one report with its three papers, the printed card, the yearly evaluation."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page
from grid.access import demand, requires
from grid.scope import scope_of
from incidents.forms.small import RevealForm
from incidents.views.finding import person
from incidents.views.workbooks import list_workbook
from partybuilding import members, needs, report_ins
from partybuilding.filters.members import ReportInFilter
from partybuilding.forms.members import EndForm, EntryForm, EvaluationForm, NeedForm, ReceiveForm, ReportInForm
from partybuilding.member_queries import report_in_rows
from partybuilding.member_sheets import report_in_lines, reports_in_header, who
from partybuilding.models import Need, ReportIn, YearlyEvaluation
from partybuilding.stages import open_to, story
from partybuilding.views.members import attempt, find_member, offer_grids

PAGE_SIZE: Final = 50
OF_UNITS: Final = ("party.view", "incident.handle")
"""The people of a unit look at what their unit and its members report and do."""
STEPS: Final[dict[str, tuple[Any, Any, str]]] = {
    "receive": (ReceiveForm, gettext_lazy("Receive and place"), "party.edit"),
    "end": (EndForm, gettext_lazy("End the report"), "party.edit"),
    "entry": (EntryForm, gettext_lazy("A line of the card"), "party.edit"),
    "need": (NeedForm, gettext_lazy("A need that comes with the report"), "lists.edit"),
    "evaluate": (EvaluationForm, gettext_lazy("Evaluate a year"), "party.edit"),
}
"""The small forms on a report: the word of the address, the form, the title, the right."""


@requires(*OF_UNITS)
@never_cache
@require_safe
def report_in_list(request: HttpRequest) -> HttpResponse:
    """Reports by the filters of the address; who has no evaluation this year stands one click away."""
    chosen, today = filtered(request), timezone.localdate()
    page = keyset_page(chosen.qs, request.GET, size=PAGE_SIZE)
    seen = ReportIn.objects.visible_to(request.user)
    context = {
        "form": offer_grids(chosen.form, request),
        "page": page,
        "rows": [(row, who(row), report_ins.employer_of(row)) for row in page.rows],
        "year": today.year,
        "missing": report_ins.without_evaluation(seen, today.year).count(),
        "waiting": seen.filter(status=ReportIn.Status.REPORTED).count(),
        "may_edit": scope_of(request.user).can("party.edit"),
    }
    return render(request, "partybuilding/report_ins.html", context)


def filtered(request: HttpRequest) -> ReportInFilter:
    """The filter set of the address over what the reader may see; NotValid for a filter that is not one."""
    return narrowed(ReportInFilter(request.GET, queryset=report_in_rows(request.user), request=request))


@requires(*OF_UNITS)
@never_cache
@require_safe
def report_in_excel(request: HttpRequest) -> HttpResponse:
    """The filtered list as an Excel file, members masked."""
    rows, title = filtered(request).qs, _("Reports to communities")
    header, lines = reports_in_header(), report_in_lines(rows)
    return list_workbook(request, header, lines, count=rows.count(), kind="report_in", title=title)


def find_report(user: Any, pk: int) -> ReportIn:
    """The report if `user` may see it; 404 otherwise."""
    found: ReportIn = get_object_or_404(report_in_rows(user), pk=pk)
    return found


@requires(*OF_UNITS)
@never_cache
@require_safe
def report_in(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: the paper, its needs, the card by lines, the evaluations, what can be done."""
    row, scope = find_report(request.user, pk), scope_of(request.user)
    years = list(row.evaluations.select_related("by"))
    context = {
        "report": row,
        "who": who(row),
        "employer": report_ins.employer_of(row),
        "needs": list(Need.objects.visible_to(request.user).filter(report_in=row).select_related("kind")),
        "entries": list(row.entries.select_related("by")[:50]),
        "evaluations": years,
        "evaluated": {one.year for one in years},
        "year": timezone.localdate().year,
        "stages": [stage.name for stage in open_to(row, request.user)],
        "story": story(row),
        "may_edit": scope.can("party.edit", row.grid_code),
        "may_evaluate": not report_ins.is_her_own(row, request.user),
        "may_need": scope.can("lists.edit", row.grid_code) and row.status != ReportIn.Status.ENDED,
    }
    return render(request, "partybuilding/report_in.html", context)


@requires("party.edit")
@never_cache
@form_page
def report_in_new(request: HttpRequest) -> HttpResponse:
    """A unit reports to a community."""
    return _new(request, ReportInForm(request.POST or None, user=request.user), None)


@requires("party.edit")
@never_cache
@form_page
def report_in_of_member(request: HttpRequest, pk: int) -> HttpResponse:
    """The member `pk` reports to the community where she lives."""
    member = find_member(request.user, pk)
    demand(request.user, "party.edit", member.grid_code)
    first = {"grid": member.grid_code[:12]}
    form = ReportInForm(request.POST or None, user=request.user, member=member, initial=first)
    return _new(request, form, member)


def _new(request: HttpRequest, form: ReportInForm, member: Any) -> HttpResponse:
    if form.is_valid():
        actor, grid = person(request), form.cleaned_data["grid"]
        made = form.attempt(lambda: report_ins.report_in(form.new(), grid=grid, actor=actor, now=timezone.now()))
        if made is not None:
            messages.success(request, _("Reported in: %(number)s") % {"number": made.number})
            return redirect("partybuilding:report_in", made.pk)
    context = {"form": form, "member": member, "title": _("Report to a community")}
    if member is not None:
        context["shown"] = members.masked(member)
    return render(request, "partybuilding/report_in_form.html", context, status=422 if form.is_bound else 200)


@requires("party.edit", "lists.edit")
@never_cache
@form_page
def report_in_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Received, ended, a line of the card, a need, an evaluation."""
    row, (form_class, title, right) = find_report(request.user, pk), STEPS[step]
    demand(request.user, right, row.grid_code)
    first: dict[str, Any] = {"version": row.version, "year": timezone.localdate().year}
    extra = {"user": request.user} if step == "receive" else {}
    form = form_class(request.POST or None, initial=first, **extra)
    status = attempt(request, form, row, lambda given: _take(row, step, form.cleaned_data, given))
    if status == 0:
        return redirect("partybuilding:report_in", row.pk)
    context = {"form": form, "report": row, "who": who(row), "title": title}
    return render(request, "partybuilding/report_in_form.html", context, status=status)


Taken = Callable[[ReportIn, dict[str, Any], dict[str, Any]], Any]


def _receive(row: ReportIn, given: dict[str, Any], actor: dict[str, Any]) -> Any:
    return report_ins.receive(row, given["party"], **actor)


def _end(row: ReportIn, given: dict[str, Any], actor: dict[str, Any]) -> Any:
    return report_ins.end(row, given["text"], **actor)


def _entry(row: ReportIn, given: dict[str, Any], actor: dict[str, Any]) -> Any:
    return report_ins.add_entry(row, given["text"], given["hours"], on=given["on"], **actor)


def _need(row: ReportIn, given: dict[str, Any], actor: dict[str, Any]) -> Any:
    """Needs of a unit are raised for it, needs of a member by the community: no list names her."""
    new = needs.NewNeed(
        title=given["title"], kind=given["kind"], text=given["text"], grid=row.grid, report_in=row, unit=row.unit
    )
    return needs.raise_need(new, client_id=given["client_id"], **actor)


def _evaluate(row: ReportIn, given: dict[str, Any], actor: dict[str, Any]) -> Any:
    return report_ins.evaluate(row, given["year"], given["grade"], given["text"], **actor)


_TAKEN: Final[dict[str, Taken]] = {
    "receive": _receive,
    "end": _end,
    "entry": _entry,
    "need": _need,
    "evaluate": _evaluate,
}


def _take(row: ReportIn, step: str, given: dict[str, Any], actor: dict[str, Any]) -> Any:
    return _TAKEN[step](row, given, actor)


@requires(*OF_UNITS)
@never_cache
@form_page
@transaction.atomic
def report_in_card(request: HttpRequest, pk: int) -> HttpResponse:
    """The 登记卡 to print. A member's name is masked, until a POST with a purpose by whoever may open it."""
    row, clear = find_report(request.user, pk), ""
    may_reveal = row.member is not None and members.may_reveal(row.member, request.user)
    form = RevealForm(request.POST or None)
    if request.method == "POST":
        demand(request.user, "party.reveal", row.grid_code)
        if row.member is not None and form.is_valid():
            purpose, actor = form.cleaned_data["purpose"], person(request)
            shown = members.reveal_member(row.member, actor=actor, purpose=purpose, now=timezone.now(), request=request)
            clear = shown.name
    entries = list(row.entries.order_by("on", "id"))
    context = {
        "report": row,
        "who": clear or who(row),
        "employer": report_ins.employer_of(row),
        "entries": entries,
        "total": row.entries.aggregate(n=Sum("hours"))["n"] or 0,
        "evaluations": list(row.evaluations.all()),
        "form": form,
        "may_reveal": may_reveal and not clear,
        "today": timezone.localdate(),
    }
    return render(request, "partybuilding/report_in_card.html", context, status=422 if form.errors else 200)


@requires("party.edit")
@require_POST
def evaluation_send(request: HttpRequest, pk: int) -> HttpResponse:
    """The evaluation goes to the employer."""
    rows = YearlyEvaluation.objects.visible_to(request.user).select_related(
        "report__grid", "report__unit__organization", "report__member__unit__organization"
    )
    row: YearlyEvaluation = get_object_or_404(rows, pk=pk)
    report_ins.send_evaluation(row, actor=person(request), now=timezone.now())
    messages.success(request, _("Sent to the employer."))
    return redirect("partybuilding:report_in", row.report_id)
