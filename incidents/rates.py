"""三率: response, resolution and satisfaction, each with numerator and denominator (domain.md 2.5). Reads only.

contacted ÷ assigned, solved ÷ called back, satisfied ÷ called back. Assigned are the finished call-backs; called back
those whose reporter was reached. What an approver left out counts nowhere. The weights are the procedure's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left

from grid.models import Grid, Organization
from incidents.callback_queries import CallBackQuerySet
from incidents.models import Assignment, CallBack, Procedure

COMMUNITY_DIGITS: Final = 12
SATISFIED: Final = (CallBack.Satisfaction.VERY, CallBack.Satisfaction.SATISFIED)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each rate counts in the score; only their proportion matters."""

    response: int = 30
    resolution: int = 35
    satisfaction: int = 35


@dataclass(frozen=True, slots=True)
class Rates:
    """The counts and what follows from them; a rate without a denominator is None."""

    assigned: int = 0
    contacted: int = 0
    called_back: int = 0
    solved: int = 0
    satisfied: int = 0
    weights: Weights = Weights()

    @property
    def response(self) -> float | None:
        """响应率: the unit had made contact."""
        return ratio(self.contacted, self.assigned)

    @property
    def resolution(self) -> float | None:
        """解决率: the reporter says it is solved."""
        return ratio(self.solved, self.called_back)

    @property
    def satisfaction(self) -> float | None:
        """满意率: very satisfied or satisfied."""
        return ratio(self.satisfied, self.called_back)

    @property
    def score(self) -> float | None:
        """The weighted mean of the rates, 0 to 100; rates without a denominator are left out with their weight."""
        parts = (
            (self.response, self.weights.response),
            (self.resolution, self.weights.resolution),
            (self.satisfaction, self.weights.satisfaction),
        )
        known = [(rate, weight) for rate, weight in parts if rate is not None and weight]
        total = sum(weight for _rate, weight in known)
        return 100 * sum(rate * weight for rate, weight in known) / total if total else None


def ratio(part: int, whole: int) -> float | None:
    """A share, None of nothing."""
    return part / whole if whole else None


def rates(answers: Iterable[CallBack | Mapping[str, Any]], *, weights: Weights | None = None) -> Rates:
    """The three rates of finished call-backs given as rows or as mappings with the same names; a pure function.

    Reads `contact`, `responded`, `solved`, `satisfaction`, `is_excluded`.
    """
    counts = dict.fromkeys(("assigned", "contacted", "called_back", "solved", "satisfied"), 0)
    for answer in answers:
        get = answer.get if isinstance(answer, Mapping) else lambda name, row=answer: getattr(row, name)
        if get("is_excluded"):
            continue
        reached = get("contact") == CallBack.Contact.REACHED
        counts["assigned"] += 1
        counts["contacted"] += get("responded") is True
        counts["called_back"] += reached
        counts["solved"] += reached and get("solved") is True
        counts["satisfied"] += reached and get("satisfaction") in SATISFIED
    return Rates(**counts, weights=weights or Weights())


def weights_of(rules: Procedure) -> Weights:
    """The office's weights."""
    return Weights(rules.response_weight, rules.resolution_weight, rules.satisfaction_weight)


# --- by unit and community --------------------------------------------------------------------------------------------

_COUNTS: Final = {
    "assigned": Count("pk"),
    "contacted": Count("pk", filter=Q(responded=True)),
    "called_back": Count("pk", filter=Q(contact=CallBack.Contact.REACHED)),
    "solved_ones": Count("pk", filter=Q(contact=CallBack.Contact.REACHED, solved=True)),
    "satisfied": Count("pk", filter=Q(contact=CallBack.Contact.REACHED, satisfaction__in=SATISFIED)),
}


@dataclass(frozen=True, slots=True)
class Line:
    """The rates of one unit or community; `key` is what the list of call-backs is filtered by."""

    key: str
    name: str
    rates: Rates


def with_unit(rows: CallBackQuerySet) -> CallBackQuerySet:
    """Each row with `unit`: the organization that had the task when the case ended; none: handled in the grid.

    A case that was opened again may since have gone elsewhere, so the present handler is not asked.
    """
    tasks = Assignment.objects.filter(incident=OuterRef("incident"), starts_at__lte=OuterRef("called_at"))
    return rows.annotate(unit=Subquery(tasks.order_by("-starts_at", "-pk").values("organization")[:1]))


def total(rows: CallBackQuerySet, *, start: datetime, end: datetime, weights: Weights) -> Rates:
    """The rates of all; one query."""
    return _rates(rows.counted().between(start, end).aggregate(**_COUNTS), weights)


def by_unit(rows: CallBackQuerySet, *, start: datetime, end: datetime, weights: Weights) -> list[Line]:
    """One line per unit, most call-backs first; two queries."""
    found = _grouped(with_unit(rows.counted().between(start, end)), "unit")
    names = dict(Organization.objects.filter(pk__in=[key for key, _row in found if key]).values_list("pk", "name"))
    return [Line(str(key or 0), names.get(key, ""), _rates(row, weights)) for key, row in found]


def by_community(rows: CallBackQuerySet, *, start: datetime, end: datetime, weights: Weights) -> list[Line]:
    """One line per community; two queries."""
    shortened = rows.counted().between(start, end).annotate(code=Left("incident__grid_code", COMMUNITY_DIGITS))
    found = _grouped(shortened, "code")
    names = dict(Grid.objects.filter(code__in=[key for key, _row in found]).values_list("code", "name"))
    return [Line(key, names.get(key, key), _rates(row, weights)) for key, row in found]


def _grouped(rows: QuerySet[Any], key: str) -> list[tuple[Any, dict[str, int]]]:
    found = rows.order_by().values(key).annotate(**_COUNTS).order_by("-assigned", key)
    return [(row.pop(key), row) for row in found]


def _rates(row: Mapping[str, int], weights: Weights) -> Rates:
    return Rates(
        row["assigned"], row["contacted"], row["called_back"], row["solved_ones"], row["satisfied"], weights=weights
    )
