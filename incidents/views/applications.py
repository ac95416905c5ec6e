"""延期, 挂账, 缓办, 超时申诉: applying from the case, the inbox of reviews, the bank of suspended problems."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotAllowed, NotValid
from accounts.keyset import keyset_page
from accounts.narrowing import demand_filters
from accounts.rules import signed_in
from grid.access import requires
from incidents import application_queries as queries
from incidents import applications
from incidents.application_rules import REVIEWERS, RULES, Rule, longest_days
from incidents.filters_applications import ApplicationFilter
from incidents.forms.applications import ApplyForm, ReviewForm
from incidents.models import Application, Incident
from incidents.procedure import procedure
from incidents.views.finding import detail_address, find_incident, person

PAGE_SIZE: Final = 30
RELATED: Final = ("incident__category", "incident__grid", "applicant", "organization")


@requires(*REVIEWERS, "incident.handle", "incident.supervise")
@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for my review, or (?all=1) all applications that I may see."""
    everything = bool(request.GET.get("all"))
    rows = queries.visible_to(request.user) if everything else queries.waiting_for(request.user)
    chosen = ApplicationFilter(request.GET, queryset=_readable(rows))
    demand_filters(chosen)
    context = {
        "page": keyset_page(chosen.qs, request.GET, size=PAGE_SIZE),
        "filter": chosen,
        "everything": everything,
        "now": timezone.now(),
    }
    return render(request, "incidents/applications.html", context)


def _readable(rows: QuerySet[Application]) -> QuerySet[Application]:
    sealed = ("incident__contact_name", "incident__contact_phone", "incident__text", "incident__grid__boundary")
    return rows.select_related(*RELATED).defer(*sealed)


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """The form of one kind, for the handler of the case and its unit."""
    incident, rule = find_incident(request.user, number), _rule(kind)
    if not queries.may_apply(incident, request.user):
        raise NotAllowed(_("Only the handler of the case and its unit may apply."))
    form = _apply_form(request, rule)
    if form.is_valid():
        try:
            arguments = form.arguments()
            applications.apply(incident.pk, kind, actor=person(request), now=timezone.now(), **arguments)
        except NotValid as error:
            _show_errors(form, error)
        else:
            messages.success(request, _("Applied: %(kind)s. The review is told of it.") % {"kind": rule.kind.label})
            return redirect(detail_address(incident))
    context = {"incident": incident, "rule": rule, "form": form, "now": timezone.now()}
    return render(request, "incidents/apply.html", context, status=422 if form.is_bound else 200)


def _rule(kind: str) -> Rule:
    if kind not in RULES:
        raise Http404
    return RULES[kind]


def _apply_form(request: HttpRequest, rule: Rule) -> ApplyForm:
    given: list[Any] = [request.POST, request.FILES] if request.method == "POST" else []
    longest = longest_days(rule, procedure())
    return ApplyForm(*given, rule=rule, longest=longest, today=timezone.localdate())


def _show_errors(form: ApplyForm | ReviewForm, error: NotValid) -> None:
    for name, said in error.fields.items():
        for message in said:
            form.add_error(name if name in form.fields else None, message)


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application with its reviews; the form for whoever may review it now."""
    found = _find(request, pk)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not queries.may_review(found, request.user) and found.status == Application.Status.PENDING:
            raise NotAllowed(_("This review is not yours to make."))
        if form.is_valid():
            return _reviewed(request, found, form)
    return render(
        request, "incidents/application.html", _context(request, found, form), status=422 if form.is_bound else 200
    )


def _reviewed(request: HttpRequest, found: Application, form: ReviewForm) -> HttpResponse:
    given = form.cleaned_data
    now = timezone.now()
    done = applications.review(found.pk, result=given["result"], reason=given["reason"], actor=person(request), now=now)
    told = {"kind": done.get_kind_display(), "status": done.get_status_display()}
    messages.success(request, _("%(kind)s: %(status)s.") % told)
    return redirect("incidents:applications")


def _context(request: HttpRequest, found: Application, form: ReviewForm) -> dict[str, Any]:
    return {
        "application": found,
        "incident": found.incident,
        "rule": RULES[found.kind],
        "reviews": list(found.reviews.all()),
        "form": form if queries.may_review(found, request.user) else None,
        "may_withdraw": found.status == Application.Status.PENDING and found.applicant_id == person(request).pk,
        "may_open": Incident.objects.visible_to(request.user).filter(pk=found.incident_id).exists(),
        "now": timezone.now(),
    }


def _find(request: HttpRequest, pk: int) -> Application:
    rows = _readable(queries.visible_to(request.user))
    found: Application = get_object_or_404(rows, pk=pk)
    return found


@signed_in
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a waiting application back."""
    found = _find(request, pk)
    applications.withdraw(found.pk, actor=person(request), now=timezone.now())
    messages.success(request, _("Withdrawn: %(kind)s.") % {"kind": found.get_kind_display()})
    if Incident.objects.visible_to(request.user).filter(pk=found.incident_id).exists():
        return redirect(detail_address(found.incident))
    return redirect(reverse("incidents:application", args=[found.pk]))


@requires("incident.view", "incident.handle")
@never_cache
@require_safe
def resting(request: HttpRequest) -> HttpResponse:
    """The bank of suspended and deferred problems (历史挂账库) with the day on which each goes on."""
    rows = queries.resting(request.user).select_related("category", "grid", "handler_organization", "handler_user")
    rows = rows.defer("text", "contact_name", "contact_phone", "grid__boundary")
    context = {"page": keyset_page(rows, request.GET, size=PAGE_SIZE), "now": timezone.now()}
    return render(request, "incidents/resting.html", context)
