"""回访: the queue, one call, the sample, and the three rates with the lists behind them."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotValid
from accounts.keyset import keyset_page
from accounts.narrowing import demand_filters
from grid.access import opens, requires
from grid.scope import scope_of
from incidents import callbacks, rates
from incidents.contacts import may_reveal
from incidents.filters_disputes import CallBackFilter
from incidents.forms.callbacks import AnswerForm, ExclusionForm, PeriodForm, SampleForm
from incidents.models import CallBack, CallBackSample, Incident
from incidents.procedure import procedure
from incidents.views.disputes import take_messages
from incidents.views.finding import person

PAGE_SIZE: Final = 50
SAMPLES_SHOWN: Final = 20
DETAIL: Final = "incident.call_back|incident.approve"
"""Who opens one call; those who only supervise read the lists and the case."""
SEALED: Final = ("incident__contact_name", "incident__contact_phone", "incident__text")


@requires("incident.call_back", "incident.supervise", "incident.approve")
@require_safe
def call_back_list(request: HttpRequest) -> HttpResponse:
    """The queue of calls (the default), or the calls of the filters; newest draw first."""
    given = request.GET if set(request.GET) - {"after", "before"} else {"stage": "waiting"}
    rows = CallBack.objects.visible_to(request.user)
    chosen = CallBackFilter(given, queryset=rows, request=request)
    demand_filters(chosen)
    found = chosen.qs.select_related("incident__grid", "checker").defer(*SEALED, "incident__grid__boundary")
    context = {
        "form": chosen.form,
        "page": keyset_page(found, request.GET, size=PAGE_SIZE),
        "now": timezone.now(),
        "stage": chosen.form.cleaned_data.get("stage"),
        "may_open": opens(DETAIL, request.user),
        "may_draw": scope_of(request.user).can("incident.call_back"),
    }
    return render(request, "incidents/call_backs.html", context)


def find_call(request: HttpRequest, pk: int) -> CallBack:
    """The call-back if the reader may see it and its case; 404 otherwise."""
    rows = CallBack.objects.visible_to(request.user).select_related(
        "incident__grid", "incident__category", "incident__handler_organization", "incident__handler_user", "checker"
    )
    found: CallBack = get_object_or_404(rows.select_related("sample").defer("incident__grid__boundary"), pk=pk)
    return found


@requires("incident.call_back", "incident.approve")
@never_cache
@require_http_methods(["GET", "POST"])
def call_back(request: HttpRequest, pk: int) -> HttpResponse:
    """One call: what was reported and done, the recorded look at the phone, the form of the answer."""
    call = find_call(request, pk)
    may_reopen = callbacks.may_reopen(call.incident, request.user)
    form = AnswerForm(request.POST or None, may_reopen=may_reopen)
    if form.is_valid():
        try:
            done = callbacks.record(call.pk, form.answer(), actor=person(request), now=timezone.now())
        except NotValid as error:
            take_messages(form, error)
        else:
            messages.success(request, _said(done))
            return redirect("incidents:call_backs")
    status = 422 if form.is_bound else 200
    return render(request, "incidents/call_back.html", _context(request, call, form), status=status)


def _said(call: CallBack) -> str:
    """What became of the call."""
    if call.called_at is None:
        left = callbacks.MOST_ATTEMPTS - call.attempts
        return _("%(number)s: nobody answered, %(n)s more attempts.") % {"number": call.incident.number, "n": left}
    return _("%(number)s: call-back recorded.") % {"number": call.incident.number}


def _context(request: HttpRequest, call: CallBack, form: AnswerForm) -> dict[str, Any]:
    incident, scope = call.incident, scope_of(request.user)
    is_open = call.called_at is None and not call.is_excluded
    handled = request.user.pk in callbacks.handled_by(incident.pk)
    last = incident.events.filter(move__in=("feedback", "self_handle", "answer")).order_by("-sequence").first()
    return {
        "call": call,
        "incident": incident,
        "form": form,
        "exclusion": ExclusionForm(),
        "feedback": last,
        "handled": handled,
        "may_record": is_open and not handled and scope.can("incident.call_back", incident.grid_code),
        "may_exclude": not handled and scope.can("incident.approve", incident.grid_code),
        "may_reveal": may_reveal(incident, request.user),
        "case_is_visible": Incident.objects.visible_to(request.user).filter(pk=incident.pk).exists(),
        "now": timezone.now(),
    }


@requires("incident.approve")
@require_POST
def call_back_exclude(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a call-back out of the rates with a reason, or (`include=1`) let it count again."""
    call = find_call(request, pk)
    now = timezone.now()
    if request.POST.get("include"):
        callbacks.include(call.pk, actor=person(request), now=now)
        messages.success(request, _("It counts in the rates again."))
        return redirect("incidents:call_back", call.pk)
    form = ExclusionForm(request.POST)
    if not form.is_valid():
        raise NotValid(_("A reason is needed."), {"reason": [_("A reason is needed.")]})
    callbacks.exclude(call.pk, reason=form.cleaned_data["reason"], actor=person(request), now=now)
    messages.success(request, _("It is left out of the rates."))
    return redirect("incidents:call_back", call.pk)


@requires("incident.call_back")
@never_cache
@require_http_methods(["GET", "POST"])
def call_back_samples(request: HttpRequest) -> HttpResponse:
    """The last draws with their seeds, and a form to draw by hand."""
    form = SampleForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            sample = callbacks.draw(**form.arguments(), actor=person(request), now=timezone.now())
        except NotValid as error:
            take_messages(form, error)
        else:
            said = {"n": sample.call_backs.count(), "all": sample.population}
            messages.success(request, _("Drawn: %(n)s of %(all)s cases.") % said)
            return redirect("incidents:call_back_samples")
    where = scope_of(request.user).q("incident.call_back", "grid_code")
    samples = CallBackSample.objects.filter(where).select_related("drawn_by")[:SAMPLES_SHOWN]
    status = 422 if form.is_bound else 200
    return render(request, "incidents/call_back_samples.html", {"form": form, "samples": samples}, status=status)


@requires("incident.call_back", "incident.supervise", "incident.approve")
@require_safe
def call_back_rates(request: HttpRequest) -> HttpResponse:
    """The three rates of a period, in all, by unit and by community; every number opens its list."""
    form = PeriodForm(request.GET)
    demand_filters(form)
    start, end = form.moments
    first, last = form.days
    rows = CallBack.objects.visible_to(request.user)
    if code := form.cleaned_data["grid"]:
        rows = rows.filter(incident__grid_code__startswith=code)
    weights = rates.weights_of(procedure())
    options: dict[str, Any] = {"start": start, "end": end, "weights": weights}
    context = {
        "form": PeriodForm(initial={"first": first, "last": last, "grid": code}),
        "first": first,
        "last": last,
        "grid": code,
        "first_iso": first.isoformat(),
        "last_iso": last.isoformat(),
        "grid_filter": f"&grid={code}" if code else "",
        "weights": weights,
        "total": rates.total(rows, **options),
        "units": rates.by_unit(rows, **options),
        "communities": rates.by_community(rows, **options),
        "excluded": rows.between(start, end).filter(is_excluded=True).count(),
        "waiting": rows.waiting().count(),
    }
    return render(request, "incidents/call_back_rates.html", context)
