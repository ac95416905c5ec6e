"""The moves of a case: buttons made from the table of moves, a form for each, a clear page when somebody was faster."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import NotNow, NotValid
from accounts.rules import signed_in
from incidents import advice, lifecycle
from incidents.deciding import Decision
from incidents.forms import MoveForm
from incidents.handlers import Handler, choosable_people, handlers_for
from incidents.models import Incident, IncidentEvent
from incidents.overriding import OVERRIDABLE
from incidents.rights import allowed_moves, check_right
from incidents.states import Move, Who
from incidents.story import handler_words
from incidents.views.finding import detail_address, find_incident, find_move, next_address, person

KEYS: Final = {
    "file": "f",
    "answer": "a",
    "verify": "v",
    "genuine": "y",
    "not_genuine": "n",
    "reject": "x",
    "not_file": "q",
    "dispatch": "d",
    "take": "t",
    "hand_on": "h",
    "next_step": "e",
    "feedback": "b",
    "finish": "b",
    "confirm": "m",
    "send_back": "u",
    "forward": "w",
    "refuse_work": "r",
    "return": "u",
    "report_up": "p",
    "recall": "l",
    "resume": "g",
    "start_check": "s",
    "pass_check": "i",
    "close": "c",
    "close_checked": "c",
    "approve_self": "c",
    "refuse_self": "x",
    "rework": "r",
    "cancel": "z",
    "force_close": "9",
    "reopen": "e",
}
"""One key per move, the same on every page; two moves share one only where they never stand together."""
MAIN: Final = (
    "genuine",
    "file",
    "dispatch",
    "take",
    "feedback",
    "finish",
    "next_step",
    "confirm",
    "forward",
    "resume",
    "pass_check",
    "close",
    "close_checked",
    "approve_self",
)
"""Moves that carry the case forward: their button stands first and is filled."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: where its form is, its key, and whether it needs a form at all."""

    move: Move
    url: str
    key: str

    @property
    def is_direct(self) -> bool:
        """Nothing has to be given: one press does it."""
        return not self.move.needs and not self.move.may

    @property
    def is_main(self) -> bool:
        """Carries the case forward."""
        return self.move.name in MAIN


def offers(incident: Incident, user: Any) -> list[Offer]:
    """The buttons of `user` for this case: its allowed moves and nothing else, the forward one first."""
    made = [Offer(move, _address(incident, move), KEYS.get(move.name, "")) for move in allowed_moves(incident, user)]
    return sorted(made, key=lambda offer: (not offer.is_main, offer.move.danger))


def _address(incident: Incident, move: Move) -> str:
    return reverse("incidents:move", args=[incident.number, move.name])


def form_for(
    request: HttpRequest, incident: Incident, move: Move, *, filled: bool = False, focus: bool = False
) -> MoveForm:
    """The form of a move with what the system proposes filled in; `filled` takes what was sent instead."""
    now = timezone.now()
    asks_advice = {"category", "handler"} & set(move.needs)
    decision = advice.decision_for(incident, now=now) if asks_advice else advice.NO_DECISION
    people = _handlers(incident, decision, now) if "handler" in move.needs else ([], [])
    members = choosable_people(incident, move, now=now)
    if filled:
        form = MoveForm(request.POST, request.FILES, move=move, incident=incident, handlers=people, members=members)
        if move.name in OVERRIDABLE:
            form.offer_reason()
        return form
    first = advice.proposed_values(incident, decision) | {"reason": request.GET.get("reason", "")[:500]}
    if "inspector" in move.may and members:
        first["inspector"] = str(members[0].pk)
    form = MoveForm(move=move, incident=incident, handlers=people, members=members, suggested=first)
    _tell_what_is_proposed(form, incident, decision)
    if focus:
        form.take_focus()
    return form


def _tell_what_is_proposed(form: MoveForm, incident: Incident, decision: Decision) -> None:
    """A guess is marked as one; where there is a proposal there is room for the reason to do otherwise."""
    if "category" in form.fields and not (incident.category or decision.category) and form.initial.get("category"):
        form.mark_guess()
    if form.move.name in OVERRIDABLE and (decision.found_handler or decision.category):
        form.offer_reason()


def _handlers(incident: Incident, decision: Decision, now: datetime) -> tuple[list[Handler], list[Handler]]:
    """Who may be chosen; the proposed one is always among them."""
    units, people = handlers_for(incident.grid_code, now=now)
    proposed = advice.proposed_handler(decision)
    known = {handler.value for handler in (*units, *people)}
    if proposed and proposed.value not in known:
        (units if proposed.organization else people).insert(0, proposed)
    return units, people


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """GET: the form of one move (a page, or the form alone for htmx). POST: make it.

    What was typed is shown again with every refusal. A repeat of the same send is answered like the first.
    """
    incident = find_incident(request.user, number)
    wanted = find_move(name)
    if wanted.who == Who.CAPABILITY:
        check_right(incident, wanted, person(request))  # "not you" comes before "not now"
    if request.method == "GET":
        answer = _show if wanted in allowed_moves(incident, request.user) else _conflict
        return answer(request, incident, wanted, form_for(request, incident, wanted, focus=True))
    form = form_for(request, incident, wanted, filled=True)
    if not form.is_valid():
        return _show(request, incident, wanted, form, status=422)
    return _make(request, incident, wanted, form)


def _make(request: HttpRequest, incident: Incident, wanted: Move, form: MoveForm) -> HttpResponse:
    photos = form.cleaned_data.get("photos") or ()
    try:
        moved = lifecycle.perform(
            incident.pk, wanted.name, actor=person(request), now=timezone.now(), photos=photos, **form.arguments()
        )
    except NotNow as error:
        fresh = find_incident(request.user, incident.number)
        if _is_repeat(fresh, wanted, request.user, form.cleaned_data["version"]):
            return _onward(request, fresh, wanted)
        return _conflict(request, fresh, wanted, form, said=str(error))
    except NotValid as error:
        _take_messages(form, error)
        return _show(request, incident, wanted, form, status=422)
    return _onward(request, moved, wanted)


def _is_repeat(incident: Incident, wanted: Move, user: Any, version: int) -> bool:
    """Whether the newest step is this very move by this very person, made on the version that the form carries."""
    last = IncidentEvent.objects.filter(incident=incident).exclude(move="").order_by("-sequence").first()
    mine = last is not None and last.move == wanted.name and last.actor_id == user.pk
    return mine and incident.version == version + 1


def _take_messages(form: MoveForm, error: NotValid) -> None:
    """Put the messages of the business under the fields they are about."""
    for field, said in error.fields.items():
        for message in said:
            form.add_error(field if field in form.fields else None, message)
    if not error.fields:
        form.add_error(None, str(error))


def _onward(request: HttpRequest, incident: Incident, wanted: Move) -> HttpResponse:
    """Done: say so, and go where the form wanted to go."""
    said = {"number": incident.number, "move": wanted.label, "to": handler_words(incident)}
    if {"handler", "member"} & set(wanted.needs) and said["to"]:
        messages.success(request, _("%(number)s: %(move)s to %(to)s — done.") % said)
    else:
        messages.success(request, _("%(number)s: %(move)s — done.") % said)
    target = next_address(request, detail_address(incident))
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = target
        return response
    return redirect(target)


def _show(request: HttpRequest, incident: Incident, wanted: Move, form: MoveForm, *, status: int = 200) -> HttpResponse:
    """The form, with the advice that belongs to it."""
    context = _context(request, incident, wanted, form)
    if not getattr(request, "htmx", False):
        return render(request, "incidents/move.html", context, status=status)
    if status == 422:
        # the form stays on the page as it is, with its photos; only the answer is put above it
        return render(request, "parts/form_errors.html", {"form": form}, status=status)
    return render(request, "incidents/parts/move_form.html", context)


def _conflict(
    request: HttpRequest, incident: Incident, wanted: Move, form: MoveForm, *, said: str = ""
) -> HttpResponse:
    """Somebody was faster: say what happened meanwhile, keep what was typed, offer what is possible now."""
    still = wanted in allowed_moves(incident, request.user)
    if still and form.is_bound:
        form.renew("version", str(incident.version))
    context = {
        **_context(request, incident, wanted, form),
        "said": said,
        "still_possible": still,
        "latest": latest_steps(incident),
        "typed": typed_words(form),
    }
    if getattr(request, "htmx", False):
        # the state, the clock and the buttons on the page are old too: all of them are renewed with the answer
        context |= {"fragment": True, "offers": offers(incident, request.user)}
        return render(request, "incidents/parts/conflict.html", context, status=409)
    return render(request, "incidents/conflict.html", context, status=409)


def _context(request: HttpRequest, incident: Incident, wanted: Move, form: MoveForm) -> dict[str, Any]:
    return {
        "incident": incident,
        "move": wanted,
        "form": form,
        "action": _address(incident, wanted),
        "next": next_address(request, ""),
        "now": timezone.now(),
    }


def latest_steps(incident: Incident, limit: int = 3) -> Sequence[IncidentEvent]:
    """The newest steps, newest first."""
    return list(incident.events.order_by("-sequence")[:limit])


def typed_words(form: MoveForm) -> list[tuple[str, str]]:
    """(label, text) of what was typed, for copying when the move is no longer possible."""
    if not form.is_bound:
        return []
    names = [name for name in ("text", "reason") if form.data.get(name) and name in form.fields]
    return [(str(form.fields[name].label), str(form.data[name])) for name in names]
