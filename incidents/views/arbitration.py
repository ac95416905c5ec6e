"""首接负责: cases that wait for arbitration, the decision, and who returned cases to whom."""

from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.keyset import keyset_page
from accounts.narrowing import demand_filters
from grid.access import requires
from grid.scope import scope_of
from incidents import advice, lifecycle, redlist, supervision_returns
from incidents.deciding import Decision
from incidents.forms.supervision import NOBODY, DecideForm, ReturnsForm
from incidents.handlers import Handler, handlers_for
from incidents.models import DispatchDecision, Incident, IncidentEvent
from incidents.overview import midnight
from incidents.states import State
from incidents.story import photo_of, reason_lines
from incidents.supervision_returns import names_of, pair_figures, returns_between, ways
from incidents.views.cases import LIST_RELATED
from incidents.views.finding import find_incident, person
from incidents.views.supervision import CASE_RELATED, SEES

PAGE_SIZE: Final = 20
HEAVY: Final = ("contact_name", "contact_phone", "grid__boundary")


@requires("incident.approve")
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Cases returned too often: each with its returns, reasons, evidence, first receiver and the last suggestion."""
    returned = IncidentEvent.objects.filter(move="return").prefetch_related("attachments").order_by("sequence")
    rows = redlist.arbitrations(request.user).select_related(*CASE_RELATED).defer(*HEAVY)
    rows = rows.prefetch_related(
        Prefetch("events", queryset=returned, to_attr="returns"),
        Prefetch("decisions", queryset=_decisions(), to_attr="suggestions"),
    )
    page = keyset_page(rows, request.GET, size=PAGE_SIZE)
    way_of = ways(row.pk for row in page.rows)
    context = {
        "now": timezone.now(),
        "page": page,
        "waiting": [_waiting(row, way_of.get(row.pk, [])) for row in page.rows],
    }
    return render(request, "incidents/supervision/arbitration.html", context)


def _decisions() -> Any:
    """What the system itself proposed, newest first; what people decided is no suggestion."""
    rows = DispatchDecision.objects.filter(by__isnull=True).order_by("-pk")
    return rows.select_related("chosen_organization", "chosen_user")


def _waiting(incident: Incident, way: list[supervision_returns.Leg]) -> dict[str, Any]:
    """One case with all that a decision needs, from what was fetched."""
    returns: Any = getattr(incident, "returns", ())
    suggestions: Any = getattr(incident, "suggestions", ())
    last = suggestions[0] if suggestions else None
    return {
        "case": incident,
        "way": way,
        "returns": [(event, [photo_of(photo) for photo in event.attachments.all()]) for event in returns],
        "suggested": (last.chosen_organization or last.chosen_user) if last else None,
        "lines": reason_lines(last.reasons)[:3] if last else [],
    }


@requires("incident.approve")
@never_cache
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Decide who handles it, with a reason; the unit cannot return it any more."""
    incident = find_incident(request.user, number)
    if not scope_of(request.user).can("incident.approve", incident.grid_code):
        raise NotAllowed(_("It waits for arbitration: only a shift leader decides who handles it."))
    if not (incident.in_arbitration and incident.state == State.FILED):
        raise NotNow(_("This case does not wait for arbitration any more."))
    form = _decide_form(request, incident)
    if form.is_valid():
        try:
            _dispatch(request, incident, form)
        except NotValid as error:
            _take_messages(form, error)
        else:
            messages.success(request, _("%(number)s: decided.") % {"number": incident.number})
            return redirect("incidents:arbitration")
    returns = incident.events.filter(move="return").prefetch_related("attachments").order_by("sequence")
    incident.returns = list(returns)  # type: ignore[attr-defined]
    context = {
        "one": _waiting(incident, ways([incident.pk]).get(incident.pk, [])),
        "incident": incident,
        "form": form,
        "advice": advice.advise(incident, now=timezone.now()),
        "now": timezone.now(),
    }
    return render(request, "incidents/supervision/decide.html", context, status=422 if form.is_bound else 200)


def _decide_form(request: HttpRequest, incident: Incident) -> DecideForm:
    now = timezone.now()
    units, people = handlers_for(incident.grid_code, now=now)
    decision: Decision = advice.decision_for(incident, now=now)
    proposed = advice.proposed_handler(decision)
    first = _first_receiver(incident)
    known = {handler.value for handler in (*units, *people)}
    units += [one for one in (proposed, first) if one and one.organization and one.value not in known]
    return DecideForm(
        request.POST or None,
        incident=incident,
        handlers=(list({one.value: one for one in units}.values()), people),
        proposed=proposed.value if proposed else "",
    )


def _first_receiver(incident: Incident) -> Handler | None:
    unit = incident.responsible_organization
    return Handler(f"unit:{unit.pk}", unit.name, organization=unit) if unit else None


def _dispatch(request: HttpRequest, incident: Incident, form: DecideForm) -> None:
    given = form.arguments()
    lifecycle.perform(
        incident.pk,
        "dispatch",
        actor=person(request),
        now=timezone.now(),
        data={"arbitration": True},
        **given,
    )


def _take_messages(form: DecideForm, error: NotValid) -> None:
    for said in error.fields.values() or [[str(error)]]:
        form.add_error("handler", list(said))


@requires(*SEES)
@require_safe
def returns(request: HttpRequest) -> HttpResponse:
    """Who returned cases to whom in a period and where they ended; with a pair, the list of its cases."""
    form = ReturnsForm(request.GET, today=timezone.localdate())
    demand_filters(form)
    start, end = form.cleaned_data["start"], form.cleaned_data["end"]
    returned = returns_between(
        request.user, midnight(start), midnight(end + timedelta(days=1)), form.cleaned_data["grid"]
    )
    pair = form.pair()
    context = {
        "form": form,
        "start": start,
        "end": end,
        "now": timezone.now(),
        "period": urlencode({"start": start, "end": end, "grid": form.cleaned_data["grid"]}),
        "nobody": NOBODY,
    }
    if pair:
        context |= _cases_of(request, returned, pair)
    else:
        context |= {"pairs": pair_figures(returned), "total": supervision_returns.totals(returned)}
    return render(request, "incidents/supervision/returns.html", context)


def _cases_of(request: HttpRequest, returned: Any, pair: dict[str, str]) -> dict[str, Any]:
    """The cases behind one number; the pair in words."""
    rows = Incident.objects.visible_to(request.user).filter(
        pk__in=returned.filter(**pair).order_by().values("incident")
    )
    rows = rows.select_related(*LIST_RELATED).defer("text", "contact_name", "contact_phone", "point", "grid__boundary")
    names = names_of(pair.values())
    words = {name: names.get(key, _("nobody yet")) for name, key in pair.items()}
    return {"page": keyset_page(rows, request.GET, size=50), "chosen": words}
