"""调度台: what waits on the left, the case with its advice and moves on the right; new cases appear by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.rules import background
from grid.access import requires
from grid.scope import scope_of
from incidents import advice, clusters, duplicates, presence
from incidents import desk as queues
from incidents.desk import Queue, Sieve, Tab
from incidents.models import Incident
from incidents.models.category import Urgency
from incidents.states import MOVE_BY_NAME, Move, State
from incidents.views.cases import case_context
from incidents.views.finding import find_incident
from incidents.views.moves import Offer, form_for

DESK: Final = ("incident.accept", "incident.dispatch", "incident.approve")
BULK_LABELS: Final[dict[str, Promise]] = {
    "file": _("File with the proposed category"),
    "dispatch": _("Dispatch to the proposed handler"),
    "close_checked": _("Close the checked ones"),
    "approve_self": _("Confirm as handled on the spot"),
}
LOOKED_FOR_REPEATS: Final = (State.REPORTED, State.VERIFYING, State.FILED)
"""States in which the desk asks by itself whether the matter was reported before."""


@dataclass(frozen=True, slots=True)
class LeftSide:
    """The queue as it is now, and the address that brings it back."""

    queues: Sequence[Queue]
    tab: Tab | None
    sieve: Sieve
    rows: Sequence[Incident]
    present: dict[int, list[str]]
    now: datetime

    @property
    def mark(self) -> str:
        """Changes when the list on the screen would."""
        return queues.fingerprint(self.queues, self.rows, now=self.now, present=self.present)

    def address(self, number: str = "") -> str:
        """The desk with this queue, its filters, and a case open."""
        chosen = {"tab": self.tab.name if self.tab else "", "case": number, **self.sieve.query}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return reverse("incidents:desk") + (f"?{query}" if query else "")

    def context(self) -> dict[str, Any]:
        """What parts/desk_queue.html reads."""
        for row in self.rows:
            row.present = self.present.get(row.pk, ())  # type: ignore[attr-defined]
        return {
            "queues": self.queues,
            "tab": self.tab,
            "rows": self.rows,
            "links": urlencode({"tab": self.tab.name if self.tab else "", **self.sieve.query}),
            "narrowed": urlencode(self.sieve.query),
            "sieve": self.sieve,
            "kept": self.sieve.query.items(),
            "bulk": bulk_moves(self.tab),
            "mark": self.mark,
            "now": self.now,
        }


def left_side(request: HttpRequest) -> LeftSide:
    """Queues, filters and rows of the address; three queries."""
    now, sieve = timezone.now(), Sieve.of(request.GET)
    lengths = queues.queues_of(request.user, sieve, now=now)
    tab = queues.choose_tab(lengths, request.GET.get("tab", ""))
    rows = list(queues.waiting(request.user, tab, sieve, now=now)) if tab else []
    present = presence.others_at(request.user, [row.pk for row in rows], now=now) if rows else {}
    return LeftSide(lengths, tab, sieve, rows, present, now)


def bulk_moves(tab: Tab | None) -> list[tuple[Move, Promise | str]]:
    """The moves that the bar of a queue offers for several cases at once, each with the words of its button."""
    moves = [MOVE_BY_NAME[name] for name in tab.bulk] if tab else []
    return [(move, BULK_LABELS.get(move.name, move.label)) for move in moves]


@requires(*DESK)
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The whole desk; for htmx only the case that was chosen."""
    left = left_side(request)
    context = {**left.context(), **chosen_case(request, left)}
    fragment = getattr(request, "htmx", False) and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    if not fragment:
        context |= toolbar(request)
    return render(request, "incidents/parts/desk_case.html" if fragment else "incidents/desk.html", context)


@background
@requires(*DESK)
@never_cache
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The left side alone, polled every five seconds; 204 when nothing has changed, so that nothing moves.

    Whoever asks has `case` open: the others at the desk are told.
    """
    left = left_side(request)
    number = request.GET.get("case", "")
    opened = next((row for row in left.rows if row.number == number), None)
    if opened is not None:
        presence.look_at(request.user, opened, now=left.now)
    if left.mark == request.GET.get("mark"):
        return HttpResponse(status=204)
    context = {**left.context(), "number": number}
    return render(request, "incidents/parts/desk_queue.html", context)


def toolbar(request: HttpRequest) -> dict[str, Any]:
    """What stands above the queue: filters, and the doors to a new case and to a caller's earlier ones."""
    scope = scope_of(request.user)
    return {
        "communities": queues.communities(request.user),
        "urgencies": Urgency.choices,
        "may_search": scope.can("incident.accept") or scope.can("incident.dispatch"),
        "may_register": any(scope.can(name) for name in ("incident.accept", "incident.dispatch", "contact.reveal")),
    }


def chosen_case(request: HttpRequest, left: LeftSide) -> dict[str, Any]:
    """The case asked for, else the first of the queue, with its page, its advice and its first form."""
    number = request.GET.get("case", "") or (left.rows[0].number if left.rows else "")
    if not number:
        return {"number": ""}
    incident = find_incident(request.user, number)
    context = case_context(request, incident)
    presence.look_at(request.user, incident, now=left.now)
    others = left.present.get(incident.pk)
    before, after = neighbours(left.rows, number)
    return {
        **context,
        **repeats_of(incident, request.user, now=left.now),
        "number": number,
        "present": others if others is not None else (),
        "advice": advice.advise(incident, now=context["now"]),
        "first": first_form(request, incident, context["offers"]),
        "previous_url": left.address(before) if before else "",
        "next_url": left.address(after) if after else "",
        # after a move the desk goes on with the next case
        "next": left.address(after),
        "here": left.address(number),
    }


def repeats_of(incident: Incident, user: Any, *, now: datetime) -> dict[str, Any]:
    """Whether it was reported before: candidates with the parts of their scores, for a case that is still open."""
    asked = incident.state in LOOKED_FOR_REPEATS and incident.duplicate_of_id is None
    found = duplicates.candidates(incident, user=user, now=now, limit=duplicates.LOOKED_AT) if asked else []
    split = duplicates.open_and_ended(found, shown=3)
    return {"candidates": split, "may_cluster": clusters.may_cluster(incident, user)}


def first_form(request: HttpRequest, incident: Incident, offered: Sequence[Offer]) -> dict[str, Any] | None:
    """The form of the move that carries the case forward, open from the start."""
    if incident.duplicate_of_id is not None:
        return None
    forms = [offer for offer in offered if not offer.is_direct]
    # where nothing can be filed or closed before somebody has looked, sending somebody there is the way on
    way_on = next((one for one in forms if one.move.name in ("verify", "start_check")), None)
    main = next((one for one in forms if one.is_main), way_on)
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
