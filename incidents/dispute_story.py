"""What pages say of disputes: the timeline, the counts of the board, the part on the page of a case. Reads only."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count
from django.utils.translation import gettext as _

from grid.scope import scope_of
from incidents.dispute_queries import DisputeQuerySet
from incidents.models import Dispute, DisputeEvent, Incident
from incidents.story import Step

Kind = DisputeEvent.Kind
TONES: Final = {
    Kind.ENTERED: ("info", "clipboard-text"),
    Kind.ACCEPTED: ("primary", "user-check"),
    Kind.SESSION: ("primary", "users"),
    Kind.REPORTED_UP: ("warning", "trending-up"),
    Kind.HANDED_DOWN: ("info", "trending-down"),
    Kind.WATCHED: ("warning", "eye"),
    Kind.SETTLED: ("success", "heart-handshake"),
    Kind.FAILED: ("danger", "gavel"),
    Kind.VISITED: ("info", "walk"),
    Kind.REOPENED: ("danger", "flame"),
    Kind.REVEALED: ("secondary", "eye"),
}


def timeline(events: Iterable[DisputeEvent]) -> list[Step]:
    """The steps, oldest first, in the shape that parts/timeline.html reads."""
    return [_step(event) for event in events]


def _step(event: DisputeEvent) -> Step:
    tone, symbol = TONES[Kind(event.kind)]
    lines = [event.text, *_details(event)]
    title = event.get_kind_display()
    return Step(event.happened_at, title, event.actor_name, "\n".join(filter(None, lines)), tone, symbol)


def _details(event: DisputeEvent) -> list[str]:
    found = []
    if event.place:
        found.append(_("Place: %(place)s") % {"place": event.place})
    if event.present:
        found.append(_("Present: %(present)s") % {"present": event.present})
    if event.is_kept is not None:
        found.append(_("The agreement is kept.") if event.is_kept else _("The agreement is not kept."))
    return found


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line of the board: (value, count) per column, then the sum."""

    value: str
    label: str
    cells: Sequence[tuple[str, int]]
    total: int


@dataclass(frozen=True, slots=True)
class Board:
    """How many disputes by kind and state, and by risk and state; every number answers to a filter of the list."""

    states: Sequence[tuple[str, str]]
    kinds: Sequence[BoardRow]
    risks: Sequence[BoardRow]
    per_state: Sequence[tuple[str, int]]
    total: int
    visits_due: int


def board(rows: DisputeQuerySet, *, today: date) -> Board:
    """Count `rows`; two queries."""
    found: Counter[tuple[str, str, str]] = Counter()
    for kind, risk, state, n in rows.order_by().values_list("kind", "risk", "state").annotate(n=Count("pk")):
        found[kind, risk, state] += n
    return Board(
        states=Dispute.State.choices,  # type: ignore[arg-type]
        kinds=_rows(found, 0, Dispute.Kind.choices),
        risks=_rows(found, 1, Dispute.Risk.choices),
        per_state=_cells(found),
        total=sum(found.values()),
        visits_due=rows.visit_due(today).count(),
    )


def _rows(found: Counter[tuple[str, str, str]], part: int, choices: Iterable[Any]) -> list[BoardRow]:
    made = []
    for value, label in choices:
        own = Counter({key: n for key, n in found.items() if key[part] == value})
        made.append(BoardRow(value, str(label), _cells(own), sum(own.values())))
    return made


def _cells(found: Counter[tuple[str, str, str]]) -> list[tuple[str, int]]:
    return [(state, sum(n for key, n in found.items() if key[2] == state)) for state in Dispute.State.values]


def for_case(incident: Incident, user: Any) -> dict[str, Any]:
    """The dispute of a case, when `user` may see it, and whether she may enter one; one query at most."""
    scope = scope_of(user)
    row = Dispute.objects.visible_to(user).filter(incident=incident).select_related("mediator").first()
    return {"dispute": row, "may_enter": row is None and scope.can("dispute.mediate", incident.grid_code)}
