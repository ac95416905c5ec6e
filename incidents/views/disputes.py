"""矛盾纠纷: the list, the board, one dispute with its steps, entering one, and its parties in clear."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.keyset import keyset_page
from accounts.narrowing import narrowed
from grid.access import requires
from grid.scope import scope_of
from incidents import disputes
from incidents.dispute_moves import MOVE_BY_NAME, DisputeMove
from incidents.dispute_parties import masked, may_reveal, others_with, reveal_parties
from incidents.dispute_story import board, timeline
from incidents.filters_disputes import DisputeFilter
from incidents.forms import RevealForm
from incidents.forms.disputes import DisputeForm, DisputeMoveForm
from incidents.models import Dispute, Incident
from incidents.views.finding import find_incident, person

PAGE_SIZE: Final = 50
RELATED: Final = ("grid", "mediator", "incident", "created_by")
SEALED: Final = ("grid__boundary", "incident__contact_name", "incident__contact_phone", "incident__text")


@requires("dispute.view")
@require_safe
def dispute_list(request: HttpRequest) -> HttpResponse:
    """The disputes of the filters, newest first."""
    chosen = filtered(request)
    rows = chosen.qs.select_related("grid", "mediator").defer("grid__boundary", "text", "agreement")
    context = {
        "form": chosen.form,
        "page": keyset_page(rows, request.GET, size=PAGE_SIZE),
        "today": timezone.localdate(),
        "may_enter": scope_of(request.user).can("dispute.mediate"),
    }
    return render(request, "incidents/disputes.html", context)


def filtered(request: HttpRequest) -> DisputeFilter:
    """The filter set of the address over what the reader may see; NotValid for a filter that is not one."""
    return narrowed(DisputeFilter(request.GET, queryset=Dispute.objects.visible_to(request.user), request=request))


@requires("dispute.view")
@require_safe
def dispute_board(request: HttpRequest) -> HttpResponse:
    """How many of which kind, risk and state; every number opens its list."""
    today = timezone.localdate()
    counted = board(Dispute.objects.visible_to(request.user), today=today)
    return render(request, "incidents/dispute_board.html", {"board": counted, "now": timezone.now()})


@requires("dispute.mediate")
@never_cache
@require_http_methods(["GET", "POST"])
def dispute_new(request: HttpRequest) -> HttpResponse:
    """Enter a dispute, alone or from the case of `?incident=`."""
    incident = _case_of(request)
    form = DisputeForm(request.POST or None, user=request.user, incident=incident)
    if form.is_valid():
        try:
            dispute = disputes.enter(form.dispute(), actor=person(request), now=timezone.now())
        except NotValid as error:
            take_messages(form, error)
        else:
            messages.success(request, _("%(number)s entered.") % {"number": dispute.number})
            return redirect("incidents:dispute", dispute.number)
    status = 422 if form.is_bound else 200
    return render(request, "incidents/dispute_new.html", {"form": form, "incident": incident}, status=status)


def _case_of(request: HttpRequest) -> Incident | None:
    number = request.GET.get("incident", "")
    if not number:
        return None
    incident = find_incident(request.user, number[:20].replace("\x00", ""))
    if not scope_of(request.user).can("dispute.mediate", incident.grid_code):
        raise NotAllowed(_("You do not mediate disputes there."))
    return incident


def take_messages(form: Any, error: NotValid) -> None:
    """Put the messages of the business under the fields they are about."""
    for field, said in error.fields.items():
        for message in said:
            form.add_error(field if field in form.fields else None, message)
    if not error.fields:
        form.add_error(None, str(error))


def find_dispute(request: HttpRequest, number: str) -> Dispute:
    """The dispute with this number if the reader may see it; 404 otherwise."""
    rows = Dispute.objects.visible_to(request.user).select_related(*RELATED).defer(*SEALED)
    found: Dispute = get_object_or_404(rows, number=number)
    return found


@requires("dispute.view")
@never_cache
@require_safe
def dispute(request: HttpRequest, number: str) -> HttpResponse:
    """One dispute: where it stands, who quarrels (masked), what happened, and what the reader may do."""
    row = find_dispute(request, number)
    parties = list(row.parties.all())
    # whoever has a mediator goes on; to name another one comes last
    moves = sorted(
        disputes.allowed(row, request.user), key=lambda move: move.name == "name_mediator" and bool(row.mediator_id)
    )
    context = {
        "dispute": row,
        "parties": [masked(party) for party in parties],
        "others": others_with(row, parties, request.user),
        "steps": timeline(row.events.all()),
        "moves": [(move, DisputeMoveForm(move=move, dispute=row)) for move in moves],
        "may_reveal": may_reveal(row, request.user),
        "case_is_visible": row.incident_id and Incident.objects.visible_to(request.user).filter(pk=row.incident_id),
        "today": timezone.localdate(),
    }
    return render(request, "incidents/dispute.html", context)


@requires("dispute.view")
@never_cache
@require_http_methods(["GET", "POST"])
def dispute_move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """GET: the form of one step. POST: make it; what was typed is shown again with every refusal."""
    row = find_dispute(request, number)
    move = MOVE_BY_NAME.get(name)
    if move is None:
        raise Http404
    if request.method == "GET":
        return _show(request, row, move, DisputeMoveForm(move=move, dispute=row))
    form = DisputeMoveForm(request.POST, move=move, dispute=row)
    if not form.is_valid():
        return _show(request, row, move, form, status=422)
    return _make(request, row, move, form)


def _make(request: HttpRequest, row: Dispute, move: DisputeMove, form: DisputeMoveForm) -> HttpResponse:
    now, version = timezone.now(), form.cleaned_data["version"]
    try:
        disputes.act(row.pk, move.name, actor=person(request), now=now, version=version, given=form.given())
    except NotValid as error:
        take_messages(form, error)
        return _show(request, row, move, form, status=422)
    except NotNow as error:
        form.add_error(None, str(error))
        form.renew("version", str(find_dispute(request, row.number).version))
        return _show(request, row, move, form, status=409)
    messages.success(request, _("%(number)s: %(move)s — done.") % {"number": row.number, "move": move.label})
    return redirect("incidents:dispute", row.number)


def _show(
    request: HttpRequest, row: Dispute, move: DisputeMove, form: DisputeMoveForm, *, status: int = 200
) -> HttpResponse:
    """The form on a page of its own; what is not the reader's to do, or not now, is said instead of shown."""
    if request.method == "GET" and move not in disputes.allowed(row, request.user):
        if row.state in move.sources:
            raise NotAllowed(_("“%(move)s” is not yours to do with this dispute.") % {"move": move.label})
        said = {"move": move.label, "state": row.get_state_display()}
        raise NotNow(_("“%(move)s” is not possible now: the dispute is “%(state)s”.") % said)
    return render(request, "incidents/dispute_move.html", {"dispute": row, "move": move, "form": form}, status=status)


@requires("dispute.view")
@never_cache
@require_http_methods(["GET", "POST"])
def dispute_parties(request: HttpRequest, number: str) -> HttpResponse:
    """The parties in clear, for a purpose that is kept in the record of access and in the dispute's history."""
    row = find_dispute(request, number)
    if not may_reveal(row, request.user):
        raise NotAllowed(_("You may not see the parties of this dispute."))
    form, shown = RevealForm(request.POST or None), None
    if form.is_valid():
        purpose = form.cleaned_data["purpose"]
        shown = reveal_parties(row, actor=person(request), purpose=purpose, now=timezone.now(), request=request)
    context = {"dispute": row, "form": form, "shown": shown}
    template = "parts/dispute_parties.html" if getattr(request, "htmx", False) else "dispute_parties.html"
    status = 422 if form.is_bound and shown is None else 200
    return render(request, f"incidents/{template}", context, status=status)
