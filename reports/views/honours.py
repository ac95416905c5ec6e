"""Pages of honours: rounds, nominations, their steps; lists, certificates and history are in `certificates`."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import NotValid
from accounts.keyset import keyset_page
from accounts.numbers import strict_int
from accounts.rules import form_page
from grid.access import requires
from grid.chosen import chosen_of
from grid.models import Grid
from grid.scope import scope_of
from incidents.views.finding import person
from reports.assessment import ledger
from reports.forms.honours import NominationForm, RoundForm, StepForm
from reports.honours import deciding, nominating, rounds
from reports.honours.reading import honours_of, nominations_for, places_of, rounds_for, shown_since
from reports.indicators import INDICATOR_BY_NAME, MEASURE_BY_NAME
from reports.metrics import Extent, totals
from reports.models import HonourPlace, HonourRound, Nomination
from reports.periods import Period
from reports.stages import open_to, story
from reports.views.asking import offices, version_of

PAGE_SIZE: Final = 50
SHOWN_FIGURES: Final = ("reported", "completed", "overdue_open")
SHOWN_RATES: Final = ("same_day_rate", "on_time_handling_rate", "on_time_closing_rate")


def find_round(request: HttpRequest, pk: int) -> HonourRound:
    """The round if the reader may see it; 404 otherwise."""
    found: HonourRound = get_object_or_404(rounds_for(request.user), pk=pk)
    return found


def find_nomination(request: HttpRequest, pk: int) -> Nomination:
    """The nomination if the reader may see it; 404 otherwise."""
    found: Nomination = get_object_or_404(nominations_for(request.user), pk=pk)
    return found


@requires("report.view", "honour.nominate")
@require_safe
def honour_list(request: HttpRequest) -> HttpResponse:
    """Rounds in reach, newest first."""
    context = {
        "page": keyset_page(rounds_for(request.user), request.GET, size=PAGE_SIZE),
        "may_open": scope_of(request.user).can("honour.decide"),
    }
    return render(request, "reports/honours/list.html", context)


@form_page
@requires("honour.decide")
def honour_new(request: HttpRequest) -> HttpResponse:
    """Open a round with its headings and places."""
    form = RoundForm(request.POST or None, grids=offices(request.user, "honour.decide"))

    def write() -> HonourRound:
        given = form.cleaned_data
        return rounds.open_round(
            given["grid"],
            name=given["name"],
            first=given["period_start"],
            last=given["period_end"],
            places=form.specs(),
            actor=person(request),
            now=timezone.now(),
        )

    if form.is_bound and form.is_valid() and (one := form.attempt(write)):
        messages.success(request, _("The round is open to nominations."))
        return redirect("reports:honour", pk=one.pk)
    return render(request, "reports/honours/new.html", {"form": form}, status=422 if form.is_bound else 200)


@requires("report.view", "honour.nominate")
@require_safe
def honour_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: places, nominations, what may be done next, what was done."""
    one = find_round(request, pk)
    nominations = nominations_for(request.user).filter(place__round=one).order_by("-id")
    if request.GET.get("status") in Nomination.Status.values:
        nominations = nominations.filter(status=request.GET["status"])
    scope = scope_of(request.user)
    context = {
        "round": one,
        "places": places_of(one),
        "page": keyset_page(nominations, request.GET, size=PAGE_SIZE),
        "status": request.GET.get("status", ""),
        "statuses": Nomination.Status.choices,
        "stages": open_to(one, request.user),
        "steps": story(one),
        "since": shown_since(one) if one.public_until else None,
        "may_nominate": one.status == HonourRound.Status.OPEN and scope.can("honour.nominate"),
        "sees_paper": one.paper_id and scope.can("report.view", one.grid_code),
    }
    return render(request, "reports/honours/detail.html", context)


@requires("honour.decide")
@require_POST
def honour_step(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take the round one step further."""
    one, form = find_round(request, pk), _step(request)
    given: dict[str, Any] = {"actor": person(request), "now": timezone.now(), "version": version_of(request)}
    match request.POST.get("stage", ""):
        case "review":
            rounds.close_nominations(one, **given)
        case "show":
            rounds.show(one, days=form.cleaned_data["days"] or 0, **given)
        case "decide":
            deciding.decide(one, **given)
        case "cancel":
            rounds.cancel(one, text=form.cleaned_data["text"], **given)
        case _:
            raise NotValid(_("There is no such step."), {"stage": [_("Choose one of the steps shown.")]})
    messages.success(request, _("Done."))
    return redirect("reports:honour", pk=pk)


def _step(request: HttpRequest) -> StepForm:
    form = StepForm(request.POST)
    if not form.is_valid():
        fields = {name: [str(message) for message in found] for name, found in form.errors.items()}
        raise NotValid(_("Please correct the marked fields."), fields)
    return form


# --- nominations ------------------------------------------------------------------------------------------------------


@form_page
@requires("honour.nominate")
def honour_nominate(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the place and the grid first; then whom, out of the register of posts."""
    one = find_round(request, pk)
    grids = offices(request.user, "honour.nominate", level=Grid.Level.GRID).filter(code__startswith=one.grid_code)
    place, grid = _chosen_place(request, one), chosen_of(request, grids)
    now = timezone.now()
    form = NominationForm(request.POST or None, place=place, one=one, grid=grid, today=timezone.localdate(now))

    def write() -> Nomination:
        return nominating.nominate(
            place, form.candidate(), reason=form.cleaned_data["reason"], actor=person(request), now=now
        )

    if form.is_bound and form.is_valid() and (row := form.attempt(write)):
        messages.success(request, _("Put forward: %(name)s.") % {"name": row.name})
        return redirect("reports:honour", pk=one.pk)
    context = {"form": form, "round": one, "places": one.places.all(), "place": place, "grids": grids, "grid": grid}
    return render(request, "reports/honours/nominate.html", context, status=422 if form.is_bound else 200)


def _chosen_place(request: HttpRequest, one: HonourRound) -> HonourPlace:
    rows = one.places.select_related("title").order_by("id")
    given = request.GET.get("place", "")
    found: HonourPlace | None = rows.filter(pk=strict_int(given, name="place")).first() if given else rows.first()
    if found is None:
        raise Http404
    return found


@requires("report.view", "honour.nominate")
@require_safe
def nomination(request: HttpRequest, pk: int) -> HttpResponse:
    """One nomination: deeds, the figures of its grid beside, opinions; never a person's own count.

    Who sees it on the public list only reads whom and what for: opinions, objections and figures stay with the office
    and with those who put it forward.
    """
    row = find_nomination(request, pk)
    one, is_ours = row.place.round, _is_ours(request.user, row)
    context = {
        "row": row,
        "round": one,
        "is_ours": is_ours,
        "figures": _figures(row) if is_ours else None,
        "stages": [stage for stage in open_to(row, request.user) if stage.name in _offered(one)],
        "steps": story(row) if is_ours else [],
        "earlier": honours_of(person=row.person).exclude(pk=row.pk)[:20] if row.person else (),
    }
    return render(request, "reports/honours/nomination.html", context)


def _is_ours(user: Any, row: Nomination) -> bool:
    scope = scope_of(user)
    nominates = row.grid is not None and scope.can("honour.nominate", row.grid.code)
    return nominates or scope.can("report.view", row.place.round.grid_code)


def _offered(one: HonourRound) -> tuple[str, ...]:
    return {
        HonourRound.Status.OPEN.value: ("withdraw",),
        HonourRound.Status.REVIEW.value: ("support", "decline", "withdraw"),
        HonourRound.Status.PUBLIC.value: ("support", "decline", "object"),
    }.get(one.status, ())


def _figures(row: Nomination) -> dict[str, Any] | None:
    """The grid's own outcomes in the period of the round, with their denominators (law 14: of the grid, of nobody)."""
    if row.grid is None:
        return None
    one = row.place.round
    counted = totals(Extent.of(row.grid.code, Period(one.period_start, one.period_end)))
    return {
        "numbers": [(MEASURE_BY_NAME[name].label, counted.numbers[name]) for name in SHOWN_FIGURES],
        "rates": [_rate(name, *counted.ratios[name]) for name in SHOWN_RATES],
        "work": _work(row.grid, one),
    }


def _work(grid: Grid, one: HonourRound) -> list[tuple[str, int]]:
    """The work ledger of the grid in kinds; not for whole communities, whose ledger is thousands of lines."""
    if grid.level < Grid.Level.GRID:
        return []
    counted = ledger.summary(grid, one.period_start, one.period_end)
    return [(str(label), counted[kind]) for kind, label in ledger.KINDS.items()]


def _rate(name: str, above: int, below: int) -> tuple[str, int, int, float | None]:
    return INDICATOR_BY_NAME[name].label, above, below, above / below if below else None


@requires("honour.decide", "honour.nominate", "report.write")
@require_POST
def nomination_step(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Pass, decline, enter an objection, withdraw."""
    row, form = find_nomination(request, pk), _step(request)
    step = nominating.STEPS.get(request.POST.get("stage", ""))
    if step is None:
        raise NotValid(_("There is no such step."), {"stage": [_("Choose one of the steps shown.")]})
    step(
        row,
        text=form.cleaned_data["text"],
        actor=person(request),
        now=timezone.now(),
        version=version_of(request),
    )
    messages.success(request, _("Done."))
    return redirect("reports:nomination", pk=pk)
