"""Who sees which round and which nomination, and the honours that a person or a grid has had. Reads only."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from grid.scope import scope_of
from reports.models import HonourPlace, HonourRound, Nomination, Step

NAMED: Final = (Nomination.Status.SUPPORTED, Nomination.Status.AWARDED)
"""Those that a public list names."""
SHOWN: Final = (HonourRound.Status.PUBLIC, HonourRound.Status.DECIDED)
RELATED: Final = ("place__round__grid", "place__title", "grid", "person", "nominated_by")


def rounds_for(user: Any) -> QuerySet[HonourRound]:
    """Rounds of offices whose reports `user` sees, and those of the offices above where `user` may nominate."""
    scope = scope_of(user)
    rows = HonourRound.objects.select_related("grid", "paper").defer("grid__boundary")
    if "" in scope.prefixes("report.view"):
        return rows  # an empty condition would be swallowed by the other one
    above = [code[:n] for code in scope.prefixes("honour.nominate") for n in (4, 6, 9, 12, 15, 18) if n <= len(code)]
    found: QuerySet[HonourRound] = rows.filter(scope.q("report.view", "grid_code") | Q(grid_code__in=above))
    return found


def nominations_for(user: Any) -> QuerySet[Nomination]:
    """All of the rounds whose office `user` oversees; of rounds further up the own ones, and what is public."""
    scope = scope_of(user)
    if "" in scope.prefixes("report.view"):
        return _with_names(Nomination.objects.all())
    public = Q(place__round__status__in=SHOWN, status__in=NAMED, place__round__in=rounds_for(user).values("pk"))
    mine = scope.q("honour.nominate", "grid__code") if scope.can("honour.nominate") else Q(pk__in=())
    rows = Nomination.objects.filter(scope.q("report.view", "place__round__grid_code") | mine | public)
    return _with_names(rows)


def honours_of(*, person: User | None = None, code: str = "") -> QuerySet[Nomination]:
    """What a person, or everybody in a subtree, has been awarded, newest first."""
    rows = Nomination.objects.filter(status=Nomination.Status.AWARDED)
    rows = rows.filter(person=person) if person else rows.filter(grid__code__startswith=code)
    return _with_names(rows).order_by("-place__round__period_end", "id")


def _with_names(rows: Any) -> QuerySet[Nomination]:
    found: QuerySet[Nomination] = rows.select_related(*RELATED).defer("grid__boundary", "place__round__grid__boundary")
    return found


def places_of(one: HonourRound) -> list[HonourPlace]:
    """The places with how many were put forward, passed and awarded, in one query."""
    counted = {
        name: Count("nominations", filter=Q(nominations__status__in=statuses))
        for name, statuses in (("put_forward", OPEN), ("passed", NAMED), ("waiting", (Nomination.Status.NOMINATED,)))
    }
    return list(one.places.select_related("title").annotate(**counted).order_by("id"))


OPEN: Final = (*NAMED, Nomination.Status.NOMINATED, Nomination.Status.DECLINED)
"""Everything but what was withdrawn."""


def named_in(one: HonourRound) -> list[Nomination]:
    """Who stands on the public list or was awarded, in the order of the headings."""
    rows = _with_names(Nomination.objects.filter(place__round=one, status__in=NAMED))
    return list(rows.order_by("place_id", "certificate", "id"))


def grouped(rows: list[Nomination]) -> Iterator[tuple[HonourPlace, list[Nomination]]]:
    """The rows by place, in their order."""
    places = {row.place_id: row.place for row in rows}
    for pk, place in places.items():
        yield place, [row for row in rows if row.place_id == pk]


def shown_since(one: HonourRound) -> datetime | None:
    """When the public showing began."""
    steps = Step.objects.filter(subject="honourround", subject_id=one.pk, after=HonourRound.Status.PUBLIC)
    return steps.values_list("at", flat=True).order_by("-id").first()
