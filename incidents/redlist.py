"""The red list (红榜督办): which cases and notices need somebody's eye, by tab, with counts. Reads only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grid.scope import scope_of
from incidents.models import Incident, Supervision, Whistle, WhistleTask
from incidents.querysets import IncidentQuerySet
from incidents.supervision_querysets import SupervisionQuerySet
from incidents.supervision_returns import Leg, pairs_of, ways
from incidents.supervision_rules import unhappy_cases

OFTEN: Final = 2
"""Returns or reworks from which a case stands on the list."""

CaseRows = Callable[[IncidentQuerySet, datetime], IncidentQuerySet]
NoticeRows = Callable[[SupervisionQuerySet, Any, datetime], SupervisionQuerySet]


@dataclass(frozen=True, slots=True)
class Tab:
    """One list: of cases, or of notices."""

    name: str
    label: Promise
    symbol: str
    cases: CaseRows | None = None
    notices: NoticeRows | None = None

    @property
    def lists_cases(self) -> bool:
        """Whether its rows are cases; templates cannot ask a function for its presence."""
        return self.cases is not None


TABS: Final = (
    Tab("overdue", _("Overdue"), "alert-triangle", cases=lambda rows, now: rows.open().overdue(now)),
    Tab("due_soon", _("Due soon"), "clock-exclamation", cases=lambda rows, now: rows.open().due_soon(now)),
    Tab(
        "returned",
        _("Returned twice or more"),
        "arrow-back-up",
        cases=lambda rows, now: rows.open().filter(return_count__gte=OFTEN),
    ),
    Tab(
        "reworked",
        _("Reworked twice or more"),
        "rotate-clockwise",
        cases=lambda rows, now: rows.open().filter(rework_count__gte=OFTEN),
    ),
    Tab("unhappy", _("Unhappy call-back"), "thumb-down", cases=unhappy_cases),
    Tab("running", _("Under supervision"), "gavel", notices=lambda rows, user, now: rows.running()),
    Tab("late", _("Reply is late"), "hourglass", notices=lambda rows, user, now: rows.late(now)),
    Tab(
        "mine", _("To be answered by me"), "message", notices=lambda rows, user, now: rows.unanswered().concerning(user)
    ),
    Tab("lifted", _("Lifted"), "circle-check", notices=lambda rows, user, now: rows.lifted()),
)
TAB_BY_NAME: Final = {tab.name: tab for tab in TABS}
COUNTED: Final = tuple(tab for tab in TABS if tab.name != "lifted")
"""Tabs whose number is shown; what is lifted only grows."""


def cases(tab: Tab, user: Any, code: str, now: datetime) -> IncidentQuerySet:
    """The cases of a tab, below the grid `code`."""
    assert tab.cases is not None
    rows: IncidentQuerySet = Incident.objects.visible_to(user).under(code)
    return tab.cases(rows, now)


def notices(tab: Tab, user: Any, code: str, now: datetime) -> QuerySet[Supervision]:
    """The notices of a tab, below the grid `code`."""
    assert tab.notices is not None
    rows = Supervision.objects.visible_to(user).filter(incident__grid_code__startswith=code)
    return tab.notices(rows, user, now)


def counts(user: Any, code: str, now: datetime) -> dict[str, int]:
    """The number of each tab, of cases that wait for arbitration, and of late whistles; a fixed number of queries."""
    found = _count_cases(user, code, now)
    for tab in COUNTED:
        if tab.notices is not None:
            found[tab.name] = notices(tab, user, code, now).count()
    found["unhappy"] = cases(TAB_BY_NAME["unhappy"], user, code, now).count()
    found["whistles"] = late_whistles(user, code, now).count()
    return found


def _count_cases(user: Any, code: str, now: datetime) -> dict[str, int]:
    arbitrates = scope_of(user).q("incident.approve", "grid_code")
    wanted = {
        "overdue": Q(due_at__lt=now),
        "due_soon": Q(warn_at__lte=now, due_at__gte=now),
        "returned": Q(return_count__gte=OFTEN),
        "reworked": Q(rework_count__gte=OFTEN),
        "arbitration": Q(in_arbitration=True) & arbitrates,
    }
    rows = Incident.objects.visible_to(user).under(code).open()
    return dict(rows.aggregate(**{name: Count("pk", filter=which) for name, which in wanted.items()}))


def late_whistles(user: Any, code: str, now: datetime) -> QuerySet[Whistle]:
    """Blown whistles of which some unit is late, with its response or with its task."""
    late = Q(responded_at__isnull=True, respond_due_at__lt=now) | Q(done_at__isnull=True, due_at__lt=now)
    rows = Whistle.objects.visible_to(user).filter(grid_code__startswith=code, state=Whistle.State.BLOWN)
    return rows.filter(pk__in=WhistleTask.objects.filter(late).values("whistle"))


def arbitrations(user: Any) -> IncidentQuerySet:
    """Cases that wait for a decision which `user` may take."""
    rows: IncidentQuerySet = Incident.objects.visible_to(user).filter(in_arbitration=True)
    return rows.filter(scope_of(user).q("incident.approve", "grid_code")).open()


@dataclass(frozen=True, slots=True)
class Line:
    """One case on the list, with its way through the units and whether the reader has just urged it."""

    case: Incident
    way: Sequence[Leg]
    pairs: Sequence[tuple[str, str]]
    urged_at: datetime | None
    may_urge: bool
    may_supervise: bool


def lines(rows: Sequence[Incident], user: Any, since: datetime) -> list[Line]:
    """The lines of one page; two queries for any number of cases. `since`: urgings after this moment count."""
    keys, scope = [row.pk for row in rows], scope_of(user)
    way_of = ways(keys)
    mine = Supervision.objects.filter(
        incident__in=keys, kind=Supervision.Kind.URGE, issued_by=user, issued_at__gt=since
    )
    urged = dict(mine.order_by("issued_at").values_list("incident", "issued_at"))
    return [
        Line(
            row,
            way_of.get(row.pk, ()),
            pairs_of(way_of.get(row.pk, ())),
            urged.get(row.pk),
            row.is_open and any(scope.can(one, row.grid_code) for one in ("incident.supervise", "incident.dispatch")),
            scope.can("incident.supervise", row.grid_code),
        )
        for row in rows
    ]
