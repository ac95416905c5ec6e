"""调度台: what waits on the left, the case with its advice and moves on the right; new cases appear by themselves."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import DomainError
from accounts.rules import background
from grid.access import requires
from incidents import advice, lifecycle
from incidents import desk as queues
from incidents.desk import Tab
from incidents.forms import BulkForm
from incidents.models import Incident
from incidents.states import MOVE_BY_NAME
from incidents.views.cases import case_context
from incidents.views.finding import find_incident, person
from incidents.views.moves import Offer, form_for

DESK = ("incident.accept", "incident.dispatch", "incident.approve")


@requires(*DESK)
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The whole desk; for htmx only the case that was chosen."""
    now = timezone.now()
    lengths = queues.queues_of(request.user)
    tab = queues.choose_tab(lengths, request.GET.get("tab", ""))
    rows = list(queues.waiting(request.user, tab)) if tab else []
    context: dict[str, Any] = {
        "queues": lengths,
        "tab": tab,
        "rows": rows,
        "mark": queues.fingerprint(lengths, rows, now=now),
        "now": now,
        **chosen_case(request, tab, rows),
    }
    fragment = getattr(request, "htmx", False) and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    return render(request, "incidents/parts/desk_case.html" if fragment else "incidents/desk.html", context)


@background
@requires(*DESK)
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The left side alone, polled every five seconds; 204 when nothing has changed, so that nothing moves."""
    lengths = queues.queues_of(request.user)
    tab = queues.choose_tab(lengths, request.GET.get("tab", ""))
    rows = list(queues.waiting(request.user, tab)) if tab else []
    now = timezone.now()
    mark = queues.fingerprint(lengths, rows, now=now)
    if mark == request.GET.get("mark"):
        return HttpResponse(status=204)
    context = {"queues": lengths, "tab": tab, "rows": rows, "mark": mark, "now": now}
    context["number"] = request.GET.get("case", "")
    return render(request, "incidents/parts/desk_queue.html", context)


def chosen_case(request: HttpRequest, tab: Tab | None, rows: Sequence[Incident]) -> dict[str, Any]:
    """The case asked for, else the first of the queue, with its page, its advice and its first form."""
    number = request.GET.get("case", "") or (rows[0].number if rows else "")
    if not number:
        return {"number": ""}
    incident = find_incident(request.user, number)
    context = case_context(request, incident)
    before, after = neighbours(rows, number)
    return {
        **context,
        "number": number,
        "advice": advice.advise(incident, user=request.user, now=context["now"]),
        "first": first_form(request, incident, context["offers"]),
        "previous_case": before,
        "next_case": after,
        # after a move the desk goes on with the next case
        "next": desk_address(tab, after),
    }


def first_form(request: HttpRequest, incident: Incident, offered: Sequence[Offer]) -> dict[str, Any] | None:
    """The form of the move that carries the case forward, open from the start."""
    main = next((offer for offer in offered if offer.is_main and not offer.is_direct), None)
    if main is None:
        return None
    return {"offer": main, "form": form_for(request, incident, main.move)}


def neighbours(rows: Sequence[Incident], number: str) -> tuple[str, str]:
    """The numbers before and after a case in its queue, "" at the ends; after the last one comes the first."""
    numbers = [row.number for row in rows]
    if number not in numbers:
        return "", numbers[0] if numbers else ""
    at = numbers.index(number)
    after = numbers[at + 1] if at + 1 < len(numbers) else ""
    return (numbers[at - 1] if at else ""), after


def desk_address(tab: Tab | None, number: str = "") -> str:
    """The desk with a queue and a case open."""
    chosen = {"tab": tab.name if tab else "", "case": number}
    query = urlencode({name: value for name, value in chosen.items() if value})
    return reverse("incidents:desk") + (f"?{query}" if query else "")


@requires(*DESK)
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """One move for the ticked cases, each in a transaction of its own; says which were left and why."""
    form = BulkForm(request.POST)
    back = reverse("incidents:desk") + "?tab=accept"
    if not form.is_valid():
        said = [str(message) for errors in form.errors.values() for message in errors]
        messages.error(request, " ".join([_("Nothing was changed."), *dict.fromkeys(said)]))
        return redirect(back)
    move = MOVE_BY_NAME[form.cleaned_data["move"]]
    done, left = 0, []
    for number, version in form.ticked().items():
        problem = _move_one(request, number, version, move.name, form.cleaned_data["reason"])
        done += not problem
        left += [f"{number}: {problem}"] if problem else []
    if done:
        messages.success(request, _("%(move)s: %(n)s cases.") % {"move": move.label, "n": done})
    if left:
        messages.warning(request, _("Left as they were: %(list)s") % {"list": "; ".join(left)})
    return redirect(back)


def _move_one(request: HttpRequest, number: str, version: int, move: str, reason: str) -> str:
    """Make one move of a bulk; the words of the refusal, or nothing."""
    incident = find_incident(request.user, number)
    now = timezone.now()
    category = advice.proposed_category(incident, now=now) if move == "file" else None
    if move == "file" and category is None:
        return _("no category is proposed, choose one by hand")
    try:
        lifecycle.perform(
            incident.pk, move, actor=person(request), now=now, version=version, reason=reason, category=category
        )
    except DomainError as error:
        return str(error)
    return ""
