"""Past cases asked again: where would the drafts have sent them, and was that where they ended? Reads only.

Set-based and bounded: five queries, at most `MOST` cases; beyond that a sample with a recorded seed. The answers come
from the same order of rules as live work (`incidents.rulebook`); leaders are those who held the post on the day.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from django.utils import timezone

from grid.models import Grid, Organization, Post
from grid.posts import LEADER_KINDS
from incidents.conditions import LEVEL_BY_SEVERITY
from incidents.models import DispatchRule, Incident
from incidents.models.category import Severity
from incidents.models.incident import Locating
from incidents.rule_lint import LEADER, LENGTH_BY_LEVEL, able
from incidents.rule_querysets import way_to
from incidents.rulebook import RuleBook
from incidents.states import State

MOST: Final = 20_000
"""Cases that are asked; of more a sample."""
SEED: Final = 20261121
MONTHS: Final = 3
MOST_MONTHS: Final = 12
DAYS_A_MONTH: Final = 30
PAIRS: Final = 30
EXAMPLES: Final = 3

UNIT, PERSON = "unit", "person"
Answer = tuple[str, int | str] | None
"""A unit, or the leader of a grid; None when a person must choose."""


class Case(NamedTuple):
    """What of a closed case the rules ask for, and with whom it ended."""

    number: str
    category: int
    major: int | None
    severity: int
    code: str
    located_by: str
    at: datetime
    unit: int | None
    user: int | None


@dataclass
class Tenures:
    """Who led which grid when."""

    rows: dict[str, list[tuple[date, date | None, int]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, place: str) -> "Tenures":
        """The leaders of the subtree and of the grids above it; one query."""
        posts = Post.objects.filter(kind__in=LEADER_KINDS, user__is_active=True)
        posts = posts.filter(grid__code__startswith=place) | posts.filter(grid__code__in=way_to(place))
        made = cls()
        for code, since, until, user in posts.order_by().values_list("grid__code", "starts_on", "ends_on", "user"):
            made.rows[str(code)].append((since, until, user))
        return made

    def leader(self, code: str, day: date) -> int | None:
        """Who led the grid on that day."""
        found = (
            user for since, until, user in self.rows.get(code, ()) if since <= day and not (until and until <= day)
        )
        return next(found, None)


@dataclass
class _Tally:
    """What is counted while the cases go by."""

    elsewhere: int = 0
    ended_new: int = 0
    ended_old: int = 0
    right_before: int = 0
    right_after: int = 0
    open_before: int = 0
    open_after: int = 0
    pairs: dict[tuple[Answer, Answer], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    numbers: dict[tuple[Answer, Answer], list[str]] = field(default_factory=lambda: defaultdict(list))


def replay(
    before: Sequence[DispatchRule],
    after: Sequence[DispatchRule],
    place: str,
    *,
    now: datetime,
    months: int = MONTHS,
    seed: int = SEED,
) -> dict[str, Any]:
    """Closed cases of the last `months` in the subtree, asked with the rules before and after the change.

    Gives numbers and names ready to be kept as JSON: how many cases, how many of them would have gone elsewhere, from
    whom to whom, and how many of those ended with the new or with the old answer.
    """
    since = now - timedelta(days=DAYS_A_MONTH * max(1, min(months, MOST_MONTHS)))
    population, cases = _cases(place, since, now, seed)
    tenures, tally = Tenures.of(place), _Tally()
    books = RuleBook(before), RuleBook(after)
    for case in cases:
        _count(tally, case, answer(books[0], case, tenures), answer(books[1], case, tenures), tenures)
    return {
        "from": timezone.localdate(since).isoformat(),
        "to": timezone.localdate(now).isoformat(),
        "cases": population,
        "looked_at": len(cases),
        "seed": seed if len(cases) < population else None,
        "elsewhere": tally.elsewhere,
        "ended_new": tally.ended_new,
        "ended_old": tally.ended_old,
        "ended_other": tally.elsewhere - tally.ended_new - tally.ended_old,
        "right_before": tally.right_before,
        "right_after": tally.right_after,
        "open_before": tally.open_before,
        "open_after": tally.open_after,
        "pairs": _named_pairs(tally),
    }


def _cases(place: str, since: datetime, now: datetime, seed: int) -> tuple[int, list[Case]]:
    """How many there are, and those that are asked; two queries, three for a sample."""
    rows = Incident.objects.filter(
        grid_code__startswith=place,
        state=State.CLOSED,
        closed_at__gte=since,
        closed_at__lte=now,
        dispatched_at__isnull=False,
        category__isnull=False,
        duplicate_of__isnull=True,
    ).order_by("pk")
    population = rows.count()
    if population > MOST:
        chosen = Random(seed).sample(list(rows.values_list("pk", flat=True)), MOST)  # noqa: S311 - a sample, no secret
        rows = Incident.objects.filter(pk__in=chosen).order_by("pk")
    columns = ("number", "category", "category__parent", "category__severity", "grid_code", "located_by")
    handlers = ("handler_organization", "handler_user")
    return population, [Case(*row) for row in rows.values_list(*columns, "dispatched_at", *handlers)]


def answer(book: RuleBook, case: Case, tenures: Tenures) -> Answer:
    """Where the rules send the case: the first unit that works, else the leader of the level or above."""
    level = int(LEVEL_BY_SEVERITY[Severity(case.severity)])
    for rule in book[case.category, case.major, case.code]:
        if rule.target == LEADER:
            level = rule.leader_level or level
            break
        if able(rule):
            return UNIT, rule.organization_id or 0
    return _leader_of(case, level, tenures)


def _leader_of(case: Case, level: int, tenures: Tenures) -> Answer:
    if case.located_by == Locating.DEFAULT:
        return None
    day = timezone.localdate(case.at)
    for step, length in sorted(LENGTH_BY_LEVEL.items(), reverse=True):
        if step <= level and length <= len(case.code) and tenures.leader(case.code[:length], day):
            return PERSON, case.code[:length]
    return None


def _count(tally: _Tally, case: Case, old: Answer, new: Answer, tenures: Tenures) -> None:
    was_old, was_new = _ended_so(case, old, tenures), _ended_so(case, new, tenures)
    tally.right_before += was_old
    tally.right_after += was_new
    tally.open_before += old is None
    tally.open_after += new is None
    if old == new:
        return
    tally.elsewhere += 1
    tally.ended_new += was_new
    tally.ended_old += was_old and not was_new
    pair = tally.pairs[old, new]
    pair["count"] += 1
    pair["ended_new"] += was_new
    pair["ended_old"] += was_old and not was_new
    if len(tally.numbers[old, new]) < EXAMPLES:
        tally.numbers[old, new].append(case.number)


def _ended_so(case: Case, given: Answer, tenures: Tenures) -> bool:
    """Whether the last handler of the case is the one the rules named."""
    if given is None:
        return False
    kind, key = given
    if kind == UNIT:
        return case.unit == key
    return case.unit is None and case.user == tenures.leader(str(key), timezone.localdate(case.at))


def _named_pairs(tally: _Tally) -> list[dict[str, Any]]:
    """From whom to whom, the most frequent first; two queries for the names."""
    most = sorted(tally.pairs, key=lambda pair: -tally.pairs[pair]["count"])[:PAIRS]
    name = _names({side for pair in most for side in pair})
    return [
        {
            "from": name.get(pair[0], ""),
            "to": name.get(pair[1], ""),
            "count": tally.pairs[pair]["count"],
            "ended_new": tally.pairs[pair]["ended_new"],
            "ended_old": tally.pairs[pair]["ended_old"],
            "numbers": tally.numbers[pair],
        }
        for pair in most
    ]


def _names(answers: Iterable[Answer]) -> dict[Answer, str]:
    units = [one[1] for one in answers if one is not None and one[0] == UNIT]
    codes = [one[1] for one in answers if one is not None and one[0] == PERSON]
    named: dict[Answer, str] = {
        (UNIT, pk): name for pk, name in Organization.objects.filter(pk__in=units).values_list("pk", "name")
    }
    grids = Grid.objects.filter(code__in=codes).order_by("code").values_list("code", "name")
    return named | {(PERSON, code): name for code, name in grids}
