"""巡查 on the phone: what is due, start with one tap, findings on the way, finish; and one patrol with its findings."""

from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import NotNow
from accounts.offline import HEADER as KEEP
from fieldwork import patrol_plans, patrols, policies
from fieldwork.forms.patrols import DropForm, FindingForm, FinishForm, SentForm, StartForm
from fieldwork.models import Patrol, PolicySwitch
from fieldwork.stages import steps_of
from fieldwork.views.answers import conflicting, refused, sent, wants_json
from fieldwork.views.photos import shown
from grid.access import requires
from grid.once import Conflict
from incidents.views.finding import person

ROUNDS: Final = 60
START_PAGE: Final = "fieldwork/patrol_start.html"
WALK_PAGE: Final = "fieldwork/patrol_under_way.html"


def patrols_for(user: Any) -> Any:
    """The patrols that `user` may look at: where she sees field work, and her own."""
    seen = Patrol.objects.visible_to(user).values("pk")
    rows = Patrol.objects.filter(Q(by=user) | Q(pk__in=seen)).select_related("grid", "plan", "by", "duty")
    return rows.defer("grid__boundary")


# --- start ------------------------------------------------------------------------------------------------------------


@requires("field.write")
@never_cache
@require_http_methods(["GET", "POST"])
def patrol_start(request: HttpRequest) -> HttpResponse:
    """The rounds that are due, each with its button; or any grid. POST begins one.

    The phone keeps the page as it is between two rounds: during one it has no form to begin with.
    """
    form = StartForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        walker = person(request)
        try:
            made = form.attempt(lambda: patrols.start_patrol(form.patrol(), actor=walker, now=timezone.now()))
        except Conflict as error:
            if wants_json(request):
                return conflicting(request, error, _address(error.first), str(error.first))
            _sent_before(form)
            made = None
        if made:
            return sent(
                request, reverse("fieldwork:patrol_under_way"), created=made[1], said=_("The patrol has begun.")
            )
    context = _start_context(request, form)
    if request.method == "POST":
        return refused(request, form, START_PAGE, context)
    response = render(request, START_PAGE, context)
    if context["under_way"] is None:
        response[KEEP] = "1"
    return response


def _start_context(request: HttpRequest, form: StartForm) -> dict[str, Any]:
    now = timezone.now()
    found = patrol_plans.due_rounds(request.user, now, limit=ROUNDS)
    asked = request.GET.get("plan", "")
    found.sort(key=lambda one: str(one.plan.pk) != asked)  # the one that was tapped at home stands first
    return {
        "form": form,
        "rounds": [{"round": one, "state": one.state(now)} for one in found],
        "under_way": patrols.under_way(request.user),
        "now": now,
    }


def _sent_before(form: SentForm) -> None:
    """The browser brought an old page back: the next send makes a record of its own."""
    form.renew("client_id", str(uuid4()))
    form.add_error(None, _("Something else was sent from this page before. Send again to keep this as well."))


def _address(patrol: Patrol) -> str:
    return reverse("fieldwork:patrol", args=[patrol.client_id])


# --- under way --------------------------------------------------------------------------------------------------------


def _walked(request: HttpRequest) -> Patrol | None:
    """The round that the form names, of the reader alone; without a name the one under way. 404 for another's."""
    given = request.POST.get("patrol", "")
    if not given:
        return patrols.under_way(request.user)
    try:
        asked = UUID(given)
    except ValueError as error:
        raise Http404 from error
    rows = Patrol.objects.filter(by=person(request)).select_related("grid", "plan").defer("grid__boundary")
    found: Patrol | None = rows.filter(client_id=asked).first()
    if found is None:
        # the phone names a round that never came here, or was refused: a person looks at what waits
        raise NotNow(_("This patrol is not known here: send its beginning first, or start anew."))
    return found


@requires("field.write")
@never_cache
@require_safe
def patrol_under_way(request: HttpRequest) -> HttpResponse:
    """The round that I am on: what was found so far, the form of a finding, the end.

    The phone keeps it while nothing was found: the words of a finding may name people (law 11).
    """
    context = _walk_context(request, patrols.under_way(request.user))
    response = render(request, WALK_PAGE, context)
    if not context["findings"]:
        response[KEEP] = "1"
    return response


def _walk_context(request: HttpRequest, patrol: Patrol | None, **forms: Any) -> dict[str, Any]:
    found = patrol.findings.select_related("incident", "checkpoint").order_by("-id") if patrol else []
    today = timezone.localdate()
    confirm = patrol and policies.is_on(PolicySwitch.Name.CHECK_IN, patrol.grid_code, today=today)
    return {
        "patrol": patrol,
        "findings": found,
        "finding_form": FindingForm(patrol=patrol),
        "finish_form": FinishForm(patrol=patrol),
        "must_confirm": confirm,
        "now": timezone.now(),
        **forms,
    }


@requires("field.write")
@require_POST
def finding_new(request: HttpRequest) -> HttpResponse:
    """Write what was found on the round."""
    patrol = _walked(request)
    if patrol is None:
        raise NotNow(_("No patrol is under way: start one first."))
    form, walker = FindingForm(request.POST, request.FILES, patrol=patrol), person(request)
    if form.is_valid():
        try:
            made = form.attempt(
                lambda: patrols.record_finding(patrol, form.finding(), actor=walker, now=timezone.now())
            )
        except Conflict as error:
            if wants_json(request):
                return conflicting(request, error, _address(patrol), error.first.text)
            _sent_before(form)
            made = None
        if made:
            finding, created = made
            said = _finding_said(finding)
            if created and not wants_json(request):
                messages.success(request, said)
            return sent(request, reverse("fieldwork:patrol_under_way"), created=created, said=said)
    return refused(request, form, WALK_PAGE, _walk_context(request, patrol, finding_form=form))


def _finding_said(finding: Any) -> str:
    if finding.incident_id:
        return _("Saved; it became the case %(number)s.") % {"number": finding.incident.number}
    return _("Saved as put right on the spot.")


@requires("field.write")
@require_POST
def patrol_finish(request: HttpRequest) -> HttpResponse:
    """End the round."""
    patrol = _walked(request)
    if patrol is None:
        raise NotNow(_("No patrol is under way: start one first."))
    form, walker = FinishForm(request.POST, patrol=patrol), person(request)
    if form.is_valid():
        given = form.cleaned_data
        told: dict[str, Any] = {"text": given["text"], "passed": given["passed"], "at": given["at"]}
        done = form.attempt(lambda: patrols.finish_patrol(patrol, actor=walker, now=timezone.now(), **told))
        if done:
            return sent(request, _address(done), said=_("The patrol is finished."))
    return refused(request, form, WALK_PAGE, _walk_context(request, patrol, finish_form=form))


# --- one patrol -------------------------------------------------------------------------------------------------------


@requires("field.view", "field.write")
@never_cache
@require_safe
def patrol(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """One patrol: when, where, by whom, what was found, which points were passed."""
    row = get_object_or_404(patrols_for(request.user), client_id=client_id)
    findings = list(row.findings.select_related("incident", "checkpoint").prefetch_related("photos"))
    for finding in findings:
        finding.shown = shown(finding.photos.all())
    context = {
        "patrol": row,
        "findings": findings,
        "passed": row.passed.all(),
        "steps": steps_of(row),
        "mine": row.by_id == person(request).pk,
        "drop_form": DropForm(),
    }
    return render(request, "fieldwork/patrol.html", context)


@requires("field.write")
@never_cache
@require_http_methods(["GET", "POST"])
def patrol_drop(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Break off the own round, with the reason."""
    row = get_object_or_404(patrols_for(request.user), client_id=client_id)
    form = DropForm(request.POST or None)
    if form.is_bound and form.is_valid():
        text = form.cleaned_data["text"]
        if form.attempt(lambda: patrols.drop_patrol(row, actor=person(request), now=timezone.now(), text=text)):
            messages.success(request, _("The patrol is broken off."))
            return redirect("fieldwork:patrol", row.client_id)
    context = {"form": form, "patrol": row}
    return render(request, "fieldwork/patrol_drop.html", context, status=422 if form.is_bound else 200)
