"""Pages of 代表委员进网格: the list with its satisfaction, one opinion with its case, answer and rating."""

from collections.abc import Iterator
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from accounts.rules import form_page, signed_in
from grid.access import demand, requires
from grid.models import Grid
from grid.scope import scope_of
from incidents.forms.words import WordsForm
from incidents.views.cases import grid_choices
from incidents.views.finding import person, shown_version
from incidents.views.form_pages import shown_page
from incidents.views.workbooks import list_workbook
from partybuilding import opinions
from partybuilding.filters.councils import OpinionFilter
from partybuilding.forms.choices import grids_where
from partybuilding.forms.decisions import OpinionForm, RateForm, WorkForm
from partybuilding.models import DeputyOpinion
from partybuilding.stages import TABLE, open_to, story
from partybuilding.views.deliberation import find_opinion, may_hold, units_near

PAGE_SIZE: Final = 40
STEP_PAGE: Final = "partybuilding/opinion_step.html"


def _filtered(request: HttpRequest) -> OpinionFilter:
    return narrowed(OpinionFilter(request.GET, queryset=opinions.opinions_for(request.user), request=request))


@requires("party.view", "incident.handle")
@require_safe
def opinion_list(request: HttpRequest) -> HttpResponse:
    """Opinions in reach and those that the reader's unit answers, the latest first."""
    chosen, today = _filtered(request), timezone.localdate()
    context = {
        "form": chosen.form,
        "grid_names": grid_choices(request),
        "page": keyset_page(chosen.qs, request.GET, size=PAGE_SIZE),
        "figures": opinions.figures(DeputyOpinion.objects.visible_to(request.user), today),
        "may_collect": opinions.may_collect(request.user),
        "today": today,
    }
    return render(request, "partybuilding/opinions.html", context)


@requires("party.view")
@require_safe
def opinion_excel(request: HttpRequest) -> HttpResponse:
    """The opinions of the filters as a workbook; who takes it is recorded."""
    rows = _filtered(request).qs.order_by("at", "pk")
    header = [
        *(_("Received on"), _("deputy of"), _("deputy"), _("Grid"), _("opinion"), _("Case"), _("answered by the unit")),
        *(_("answer until"), _("answer"), _("answered at"), _("satisfaction"), _("Status")),
    ]
    title = _("Opinions of deputies")
    return list_workbook(request, header, _lines(rows), count=rows.count(), kind="deputy_opinion", title=title)


def _lines(rows: Any) -> Iterator[list[Any]]:
    for row in rows.iterator():
        answered = timezone.localdate(row.answered_at) if row.answered_at else ""
        yield [
            *(timezone.localdate(row.at), row.get_body_display(), row.deputy_name, row.grid.name, row.text),
            *(row.incident.number if row.incident else "", row.organization.name if row.organization else ""),
            *(row.due_on, row.answer, answered, row.get_satisfaction_display(), row.get_status_display()),
        ]


@form_page
@requires("party.view")
def opinion_new(request: HttpRequest) -> HttpResponse:
    """Take an opinion in; a deputy types her own."""
    if not opinions.may_collect(request.user):
        messages.error(request, _("Opinions are entered by deputies and by who holds meetings here."))
        return redirect("partybuilding:opinions")
    own = opinions.is_only_deputy(request.user)
    grids = grids_where(request.user, "party.view") if own else grids_where(request.user, "council.edit")
    form = OpinionForm(request.POST or None, grids=grids, own=own)

    def write() -> DeputyOpinion:
        grid: Grid = form.cleaned_data["grid"]
        return opinions.collect(form.new(), grid=grid, actor=person(request), now=timezone.now())[0]

    if form.is_bound and form.is_valid() and (made := form.attempt(write)):
        messages.success(request, _("Received."))
        return redirect("partybuilding:opinion", pk=made.pk)
    return shown_page(request, "partybuilding/opinion_edit.html", {"own": own}, form)


@signed_in
@require_safe
def opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """One opinion with its way; the unit that answers it and the deputy see it too."""
    found = find_opinion(request, pk)
    context = {
        "opinion": found,
        "stages": [
            one for one in open_to(found, request.user) if one.name != "rate" or opinions.may_rate(found, request.user)
        ],
        "may_report": _may_report(request, found),
        "sees_case": scope_of(request.user).can("incident.view", found.grid_code),
        "steps": story(found),
        "today": timezone.localdate(),
    }
    return render(request, "partybuilding/opinion.html", context)


def _may_report(request: HttpRequest, found: DeputyOpinion) -> bool:
    open_still = found.incident_id is None and found.status in ("received", "working")
    return open_still and may_hold(request, found.grid_code) and scope_of(request.user).can("incident.report")


@require_POST
@requires("council.edit")
def opinion_incident(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Make it a case."""
    found = find_opinion(request, pk)
    demand(request.user, "council.edit", found.grid_code)
    made = opinions.make_incident(found, actor=person(request), now=timezone.now())
    messages.success(request, _("It is case %(number)s now.") % {"number": made.number})
    return redirect("partybuilding:opinion", pk=pk)


@form_page
@signed_in
def opinion_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take it on, answer it, or evaluate the answer."""
    found = find_opinion(request, pk)
    TABLE.demand_stage(found, TABLE.stage_of(found, name), person(request))
    version = shown_version(request, found.version)
    form = _step_form(request, found, name)
    given: dict[str, Any] = {"version": version, "actor": person(request), "now": timezone.now()}
    if form.is_bound and form.is_valid() and form.attempt(lambda: _take(found, name, form.cleaned_data, given)):
        messages.success(request, _("Saved."))
        return redirect("partybuilding:opinion", pk=pk)
    context = {"opinion": found, "version": version, "step": TABLE.stage_of(found, name)}
    return shown_page(request, STEP_PAGE, context, form)


def _step_form(request: HttpRequest, found: DeputyOpinion, name: str) -> Any:
    typed = request.POST or None
    if name == "work":
        return WorkForm(typed, units=units_near(found.grid_code), initial={"due_on": found.due_on})
    if name == "answer":
        return WordsForm(typed, name="answer", label=_("answer"), longest=opinions.TEXT_LENGTH)
    return RateForm(typed)


def _take(found: DeputyOpinion, name: str, data: dict[str, Any], given: dict[str, Any]) -> DeputyOpinion:
    if name == "work":
        return opinions.work(found, **data, **given)
    if name == "answer":
        return opinions.answer(found, text=data["answer"], **given)
    return opinions.rate(found, **data, **given)
