"""Several cases of the desk at once: each in a transaction of its own, and a page that says what became of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.errors import DomainError
from grid.access import requires
from incidents import advice, lifecycle
from incidents.desk import Sieve
from incidents.forms import BulkForm
from incidents.handlers import choosable_people
from incidents.models import Incident
from incidents.states import MOVE_BY_NAME, Move
from incidents.views.desk import DESK
from incidents.views.finding import find_incident, person


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one ticked case."""

    number: str
    title: str
    said: str
    done: bool


class NothingProposed(Exception):
    """The system has no proposal for this case: a person must choose, one case at a time."""


@requires(*DESK)
@never_cache
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """One move for the ticked cases; answers with the outcome of every one of them."""
    form = BulkForm(request.POST)
    tab = request.POST.get("tab", "")
    query = urlencode({"tab": tab if tab.isascii() and tab.isalpha() else "accept", **Sieve.of(request.POST).query})
    back = f"{reverse('incidents:desk')}?{query}"
    if not form.is_valid():
        said = [str(message) for errors in form.errors.values() for message in errors]
        messages.error(request, " ".join([_("Nothing was changed."), *dict.fromkeys(said)]))
        return redirect(back)
    move = MOVE_BY_NAME[form.cleaned_data["move"]]
    outcomes = [
        _move_one(request, number, version, move, form.cleaned_data["reason"])
        for number, version in form.ticked().items()
    ]
    done = sum(outcome.done for outcome in outcomes)
    context = {"move": move, "outcomes": outcomes, "done": done, "left": len(outcomes) - done, "back": back}
    return render(request, "incidents/bulk_done.html", context)


def _move_one(request: HttpRequest, number: str, version: int, move: Move, reason: str) -> Outcome:
    """Make one move of a bulk."""
    now = timezone.now()
    try:
        incident = find_incident(request.user, number)
    except Http404:
        return Outcome(number, "", _("This case is not in your sight any more."), done=False)
    try:
        given = proposed(incident, move, now=now)
        # the present proposal may differ from the kept one: then the history says why
        why = reason or (_("As proposed at the desk, for several at once.") if given else "")
        moved = lifecycle.perform(
            incident.pk, move.name, actor=person(request), now=now, version=version, reason=why, **given
        )
    except (DomainError, NothingProposed) as error:
        return Outcome(number, incident.title, _words(error), done=False)
    return Outcome(number, incident.title, _done_words(moved, given), done=True)


def _words(error: Exception) -> str:
    """The refusal, with what is said about the fields."""
    fields = getattr(error, "fields", None) or {}
    return " ".join([str(said) for messages_ in fields.values() for said in messages_]) or str(error)


def _done_words(incident: Incident, given: dict[str, Any]) -> str:
    to = given.get("organization") or given.get("user") or given.get("category")
    return f"{incident.get_state_display()} → {to}" if to else incident.get_state_display()


def proposed(incident: Incident, move: Move, *, now: datetime) -> dict[str, Any]:
    """What the system proposes for what the move needs; NothingProposed when a person must choose."""
    if "category" in move.needs:
        category = advice.proposed_category(incident, now=now)
        if category is None:
            raise NothingProposed(_("no category is proposed, choose one by hand"))
        return {"category": category}
    if "handler" in move.needs:
        decision = advice.decision_for(incident, now=now)
        if not decision.found_handler:
            raise NothingProposed(_("no handler is proposed, choose one by hand"))
        return {"organization": decision.organization, "user": decision.user}
    if "inspector" in move.may:
        near = choosable_people(incident, move, now=now)
        return {"user": near[0]} if near else {}
    return {}
