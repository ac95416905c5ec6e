"""The work ledger of micro-grid leaders (微网格长工作台账, domain.md 10 row 4.18): what was done in a grid in a month.

It lists work: date, matter, result. It counts nothing by person and ranks nobody (law 14). Each source is one function
of SOURCES, so that an app whose work belongs here (visits, volunteers) adds one line.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.protect import mask_numbers
from grid.models import Grid, Post
from grid.scope import scope_of
from incidents.models import DisputeEvent, GridTaskEntry, GridTaskPart, IncidentEvent
from reports.periods import Period

SEEN_BY: Final = ("incident.handle", "report.view")
"""Who works in a grid sees its ledger, and who sees its reports."""
FINDING: Final = ("report", "self_handle")
HANDLING: Final = ("take", "feedback", "finish", "confirm", "answer")
CHECKING: Final = ("genuine", "not_genuine", "pass_check", "rework", "close", "close_checked")
MOST_ROWS: Final = 2000
KINDS: Final = {
    "reported": gettext_lazy("Found and reported"),
    "self_handled": gettext_lazy("Handled on the spot"),
    "handled": gettext_lazy("Handled"),
    "checked": gettext_lazy("Checked on site"),
    "dispute": gettext_lazy("Mediation"),
    "task": gettext_lazy("Task of the grid"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line: when, which kind of work (a key of KINDS), what, with what result, and where it can be read."""

    at: datetime
    kind: str
    matter: str
    result: str
    url: str = ""

    @property
    def label(self) -> str:
        """The kind of work in words."""
        return str(KINDS.get(self.kind, self.kind))


@dataclass(frozen=True, slots=True)
class Whose:
    """The work of the people of one grid, or of one person, in a span of days."""

    period: Period
    code: str = ""
    person: int | None = None

    @classmethod
    def of(cls, whose: Grid | User, period: Period) -> "Whose":
        """Of a grid or a person."""
        return cls(period, code=whose.code) if isinstance(whose, Grid) else cls(period, person=whose.pk)

    def people(self) -> Q:
        """A condition on `actor`: the person, or whoever held a post in the grid in those days."""
        if self.person is not None:
            return Q(actor=self.person)
        held = Post.objects.filter(grid__code__startswith=self.code, starts_on__lte=self.period.last)
        held = held.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=self.period.first))
        return Q(actor__in=held.values("user"))

    def place(self, path: str) -> Q:
        """A condition on a grid code: inside the grid; anywhere for a person."""
        return Q(**{f"{path}__startswith": self.code}) if self.code else Q()

    def days(self, path: str) -> Q:
        """A condition on a moment."""
        return Q(**{f"{path}__gte": self.period.start, f"{path}__lt": self.period.end})


def grids_for(user: Any) -> Any:
    """The grids whose ledger `user` sees, from the community down, widest first; without polygons."""
    scope = scope_of(user)
    seen = Q(pk__in=())
    for prefix in {prefix for capability in SEEN_BY for prefix in scope.prefixes(capability)}:
        seen |= Q(code__startswith=prefix)
    rows = Grid.objects.filter(seen, level__gte=Grid.Level.COMMUNITY)
    return rows.defer("boundary").order_by("level", "code")


def rows(whose: Whose) -> list[Row]:
    """All lines, oldest first."""
    found = [row for source in SOURCES for row in source(whose)]
    return sorted(found, key=lambda row: (row.at, row.kind, row.matter))[:MOST_ROWS]


def summary(whose: Grid | User, first: date, last: date) -> dict[str, int]:
    """How much of each kind in these days, by the keys of KINDS: beside nominations, never to compare persons."""
    counted = Counter(row.kind for row in rows(Whose.of(whose, Period(first, last))))
    return {kind: counted[kind] for kind in KINDS}


# --- sources ----------------------------------------------------------------------------------------------------------


def _incidents(whose: Whose) -> Iterator[Row]:
    """One line per case and kind of work, at the first time."""
    events = IncidentEvent.objects.filter(
        whose.days("at"),
        whose.people(),
        whose.place("incident__grid_code"),
        kind=IncidentEvent.Kind.MOVE,
        move__in=(*FINDING, *HANDLING, *CHECKING),
    )
    columns = ("at", "move", "text", "incident__number", "incident__title", "incident__state")
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    for event in events.order_by("at", "pk").values(*columns)[: 4 * MOST_ROWS]:
        known = seen.setdefault((event["incident__number"], _kind(event["move"])), event)
        known["text"] = event["text"] or known["text"]
    for (number, kind), event in seen.items():
        result = event["text"] if kind != "reported" else ""
        yield Row(
            event["at"],
            kind,
            mask_numbers(f"{event['incident__title']}（{number}）"),
            mask_numbers(result or _state_name(event["incident__state"]))[:200],
            reverse("incidents:detail", args=[number]),
        )


def _kind(move: str) -> str:
    if move in FINDING:
        return "reported" if move == "report" else "self_handled"
    return "handled" if move in HANDLING else "checked"


def _state_name(state: str) -> str:
    return str(dict(IncidentEvent._meta.get_field("to_state").flatchoices)[state])


def _disputes(whose: Whose) -> Iterator[Row]:
    """Sessions, agreements and visits; without the names of the parties."""
    kinds = DisputeEvent.Kind
    done = (kinds.ENTERED, kinds.SESSION, kinds.SETTLED, kinds.FAILED, kinds.VISITED)
    events = DisputeEvent.objects.filter(
        whose.days("happened_at"), whose.people(), whose.place("dispute__grid_code"), kind__in=done
    )
    for event in events.select_related("dispute").order_by("happened_at", "pk")[:MOST_ROWS]:
        matter = _("Dispute %(number)s (%(kind)s)") % {
            "number": event.dispute.number,
            "kind": event.dispute.get_kind_display(),
        }
        url = reverse("incidents:dispute", args=[event.dispute.number])
        yield Row(event.happened_at, "dispute", matter, str(event.get_kind_display()), url)


def _tasks(whose: Whose) -> Iterator[Row]:
    """Progress in the grid's shares of tasks, and shares reported as done."""
    by = Q(by=whose.person) if whose.person is not None else Q()
    entries = GridTaskEntry.objects.filter(whose.days("at"), by, whose.place("part__grid_code"))
    for entry in entries.select_related("part__task").order_by("at", "pk")[:MOST_ROWS]:
        amount = f"{entry.amount:+d}" if entry.amount else ""
        yield _task_row(entry.at, entry.part, " ".join(filter(None, (amount, entry.text))))
    by = Q(reported_by=whose.person) if whose.person is not None else Q()
    shares = GridTaskPart.objects.filter(whose.days("reported_at"), by, whose.place("grid_code"))
    for share in shares.select_related("task").order_by("reported_at", "pk")[:MOST_ROWS]:
        yield _task_row(share.reported_at, share, share.report)


def _task_row(at: Any, share: GridTaskPart, result: str) -> Row:
    url = reverse("incidents:grid_task_part", args=[share.pk])
    return Row(at, "task", share.task.title, mask_numbers(result)[:200], url)


SOURCES: Final[tuple[Callable[[Whose], Iterable[Row]], ...]] = (_incidents, _disputes, _tasks)
