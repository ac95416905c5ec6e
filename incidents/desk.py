"""The queues of the dispatch desk (调度台): which cases wait for whom, most urgent first. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zlib import crc32

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grid.models import Grid
from grid.scope import Scope, scope_of
from incidents.models import Incident
from incidents.models.category import Urgency
from incidents.overview import most_pressing
from incidents.querysets import IncidentQuerySet
from incidents.states import State

QUEUE_SIZE: Final = 50
COMMUNITY_DIGITS: Final = 12
_ANY: Final = Q()
_ALONE: Final = Q(duplicate_of__isnull=True)
"""A member of a cluster waits for its lead and not for the desk."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One queue: the states that wait in it, the capabilities of those who empty it, the moves for several at once."""

    name: str
    label: Promise
    states: tuple[str, ...]
    capabilities: tuple[str, ...]
    only: Q = _ANY
    bulk: tuple[str, ...] = ()

    def is_for(self, scope: Scope) -> bool:
        """Whether somebody with `scope` works in this queue."""
        return any(scope.can(capability) for capability in self.capabilities)

    def condition(self, scope: Scope) -> Q:
        """Cases of this queue on grids where `scope` may move them."""
        where = Q(pk__in=())
        for capability in self.capabilities:
            where |= scope.q(capability, "grid_code")
        everywhere = any("" in scope.prefixes(capability) for capability in self.capabilities)
        return Q(state__in=self.states) & self.only & (Q() if everywhere else where)


TABS: Final = (
    Tab("accept", _("To be accepted"), (State.REPORTED,), ("incident.accept",), _ALONE, ("file", "verify", "reject")),
    Tab("verify", _("Being verified"), (State.VERIFYING,), ("incident.accept",), _ALONE),
    Tab(
        "dispatch",
        _("To be dispatched"),
        (State.FILED, State.FORWARDING),
        ("incident.dispatch",),
        Q(in_arbitration=False) & (_ALONE | Q(state=State.FORWARDING)),
        ("dispatch", "forward"),
    ),
    Tab("arbitration", _("To be arbitrated"), (State.FILED,), ("incident.approve",), Q(in_arbitration=True)),
    Tab(
        "check",
        _("To be checked"),
        (State.HANDLED, State.CHECKING),
        ("incident.check", "incident.close"),
        bulk=("start_check",),
    ),
    Tab("close", _("To be closed"), (State.CHECKED,), ("incident.close",), bulk=("close_checked",)),
    Tab("review", _("Handled on the spot"), (State.SELF_HANDLED,), ("incident.close",), bulk=("approve_self",)),
)


@dataclass(frozen=True, slots=True)
class Sieve:
    """What the queues are narrowed to; the counts of the tabs follow it."""

    community: str = ""
    urgency: str = ""
    overdue: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Sieve":
        """From an address; whatever is no such choice counts as not given."""
        community, urgency = given.get("community", ""), given.get("urgency", "")
        is_code = community.isascii() and community.isalnum() and len(community) <= COMMUNITY_DIGITS
        return cls(
            community if is_code else "", urgency if urgency in Urgency.values else "", given.get("overdue") == "true"
        )

    @property
    def is_set(self) -> bool:
        """Whether anything is narrowed."""
        return bool(self.community or self.urgency or self.overdue)

    @property
    def query(self) -> dict[str, str]:
        """For addresses."""
        chosen = {"community": self.community, "urgency": self.urgency, "overdue": "true" if self.overdue else ""}
        return {name: value for name, value in chosen.items() if value}

    def sift(self, rows: IncidentQuerySet, *, now: datetime) -> IncidentQuerySet:
        """The rows that stay."""
        rows = rows.under(self.community) if self.community else rows
        rows = rows.filter(urgency=self.urgency) if self.urgency else rows
        return rows.overdue(now) if self.overdue else rows


EVERYTHING_WAITING: Final = Sieve()


@dataclass(frozen=True, slots=True)
class Queue:
    """One tab with its count."""

    tab: Tab
    count: int


def queues_of(user: Any, sieve: Sieve = EVERYTHING_WAITING, *, now: datetime | None = None) -> list[Queue]:
    """The queues `user` works in, with their lengths; one query."""
    scope = scope_of(user)
    tabs = [tab for tab in TABS if tab.is_for(scope)]
    if not tabs:
        return []
    states = [state for tab in tabs for state in tab.states]
    rows = Incident.objects.visible_to(user).filter(state__in=states).order_by()
    rows = sieve.sift(rows, now=now or timezone.now())
    found = rows.aggregate(**{tab.name: Count("pk", filter=tab.condition(scope)) for tab in tabs})
    return [Queue(tab, found[tab.name]) for tab in tabs]


def choose_tab(queues: Sequence[Queue], name: str) -> Tab | None:
    """The tab asked for, else the first one with work in it, else the first one."""
    for queue in queues:
        if queue.tab.name == name:
            return queue.tab
    waiting = [queue.tab for queue in queues if queue.count]
    return waiting[0] if waiting else (queues[0].tab if queues else None)


def waiting(user: Any, tab: Tab, sieve: Sieve = EVERYTHING_WAITING, *, now: datetime | None = None) -> IncidentQuerySet:
    """The cases of a queue, most pressing first, at most `QUEUE_SIZE`."""
    rows = Incident.objects.visible_to(user).filter(tab.condition(scope_of(user)))
    rows = sieve.sift(rows, now=now or timezone.now())
    members = Incident.objects.filter(duplicate_of=OuterRef("pk")).order_by().values("duplicate_of")
    followers = Subquery(members.annotate(n=Count("pk")).values("n"))
    rows = most_pressing(rows).select_related("grid", "category").annotate(followers=followers)
    return rows.defer("contact_name", "contact_phone", "grid__boundary")[:QUEUE_SIZE]


def communities(user: Any) -> list[tuple[str, str]]:
    """(code, name) of the communities to narrow by; one query."""
    rows = Grid.objects.visible_to(user).current(timezone.localdate()).filter(level=Grid.Level.COMMUNITY)
    return list(rows.order_by("code").values_list("code", "name")[:100])


def fingerprint(
    queues: Sequence[Queue],
    rows: Sequence[Incident],
    *,
    now: datetime,
    present: Mapping[int, Sequence[str]] | None = None,
) -> str:
    """Changes when the list on the screen would: a poll with the same one needs no answer.

    Once a minute it changes by itself, because the remaining times do.
    """
    lengths = ".".join(str(queue.count) for queue in queues)
    content = crc32(repr(([(row.pk, row.version) for row in rows], sorted((present or {}).items()))).encode())
    return f"{lengths}-{content:x}-{int(now.timestamp() // 60)}"
