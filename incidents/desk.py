"""The queues of the dispatch desk (调度台): which cases wait for whom, most urgent first. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zlib import crc32

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grid.scope import Scope, scope_of
from incidents.models import Incident
from incidents.overview import most_pressing
from incidents.querysets import IncidentQuerySet
from incidents.states import State

QUEUE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Tab:
    """One queue: the states that wait in it, and the capabilities of those who empty it."""

    name: str
    label: Promise
    states: tuple[str, ...]
    capabilities: tuple[str, ...]

    def is_for(self, scope: Scope) -> bool:
        """Whether somebody with `scope` works in this queue."""
        return any(scope.can(capability) for capability in self.capabilities)

    def condition(self, scope: Scope) -> Q:
        """Cases of this queue on grids where `scope` may move them."""
        where = Q(pk__in=())
        for capability in self.capabilities:
            where |= scope.q(capability, "grid_code")
        everywhere = any("" in scope.prefixes(capability) for capability in self.capabilities)
        return Q(state__in=self.states) & (Q() if everywhere else where)


TABS: Final = (
    Tab("accept", _("To be accepted"), (State.REPORTED,), ("incident.accept",)),
    Tab("verify", _("Being verified"), (State.VERIFYING,), ("incident.accept",)),
    Tab("dispatch", _("To be dispatched"), (State.FILED, State.FORWARDING), ("incident.dispatch",)),
    Tab("check", _("To be checked"), (State.HANDLED, State.CHECKING), ("incident.check", "incident.close")),
    Tab("close", _("To be closed"), (State.CHECKED,), ("incident.close",)),
    Tab("review", _("Handled on the spot"), (State.SELF_HANDLED,), ("incident.close",)),
)


@dataclass(frozen=True, slots=True)
class Queue:
    """One tab with its count."""

    tab: Tab
    count: int


def queues_of(user: Any) -> list[Queue]:
    """The queues `user` works in, with their lengths; one query."""
    scope = scope_of(user)
    tabs = [tab for tab in TABS if tab.is_for(scope)]
    if not tabs:
        return []
    states = [state for tab in tabs for state in tab.states]
    rows = Incident.objects.visible_to(user).filter(state__in=states).order_by()
    found = rows.aggregate(**{tab.name: Count("pk", filter=tab.condition(scope)) for tab in tabs})
    return [Queue(tab, found[tab.name]) for tab in tabs]


def choose_tab(queues: Sequence[Queue], name: str) -> Tab | None:
    """The tab asked for, else the first one with work in it, else the first one."""
    for queue in queues:
        if queue.tab.name == name:
            return queue.tab
    waiting = [queue.tab for queue in queues if queue.count]
    return waiting[0] if waiting else (queues[0].tab if queues else None)


def waiting(user: Any, tab: Tab) -> IncidentQuerySet:
    """The cases of a queue, most pressing first, at most `QUEUE_SIZE`."""
    rows = Incident.objects.visible_to(user).filter(tab.condition(scope_of(user)))
    return most_pressing(rows).select_related("grid", "category")[:QUEUE_SIZE]


def fingerprint(queues: Sequence[Queue], rows: Sequence[Incident], *, now: datetime) -> str:
    """Changes when the list on the screen would: a poll with the same one needs no answer.

    Once a minute it changes by itself, because the remaining times do.
    """
    lengths = ".".join(str(queue.count) for queue in queues)
    content = crc32(repr([(row.pk, row.version) for row in rows]).encode())
    return f"{lengths}-{content:x}-{int(now.timestamp() // 60)}"
