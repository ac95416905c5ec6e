"""What is wrong with a set of dispatch rules before it goes live: findings in words. Reads only, five queries.

error: a rule that cannot do what it says (closed or empty unit, category or grid out of use, a draft for a rule that is
gone); warning: a rule that never decides, two that say the same or contradict each other, an area where nobody decides;
info: worth knowing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Count
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from grid.models import Grid, Post
from incidents.conditions import LEVEL_BY_SEVERITY, level_of_code
from incidents.models import Category, DispatchRule, Incident
from incidents.models.category import Severity
from incidents.rulebook import RuleBook
from incidents.workload import Workload

QUIET_DAYS: Final = 90
"""A rule without a case in so many days is worth a look."""
ERROR, WARNING, INFO = "error", "warning", "info"
_ORDER: Final = {ERROR: 0, WARNING: 1, INFO: 2}
LEADER: Final = DispatchRule.Target.LEADER
LENGTH_BY_LEVEL: Final = {Grid.Level.STREET: 9, Grid.Level.COMMUNITY: 12, Grid.Level.GRID: 15, Grid.Level.MICRO: 18}
"""Digits of the code at each level that has a leader."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a rule, or about the whole set when it names none."""

    severity: str
    code: str
    text: str
    rule: int | None = None

    def as_data(self) -> dict[str, Any]:
        """As a release keeps it."""
        return asdict(self)


@dataclass(frozen=True)
class Ground:
    """What the rules are held against."""

    categories: Sequence[Category]
    codes: Sequence[str]
    led: frozenset[str]
    workload: Workload
    cases: Sequence[tuple[int | None, int | None, str]]


def lint(rules: Sequence[DispatchRule], place: str, *, now: datetime) -> list[Finding]:
    """All findings about `rules` in the subtree of `place`, the gravest first."""
    ground = _survey(rules, place, now)
    with translation.override(settings.LANGUAGE_CODE):
        found = [
            *_unfit(rules, ground),
            *_unmatched(rules, ground),
            *_alike(rules),
            *_overtaken(rules, ground),
            *_uncovered(rules, ground),
        ]
    return sorted(found, key=lambda finding: (_ORDER[finding.severity], finding.rule or 0))


def _survey(rules: Sequence[DispatchRule], place: str, now: datetime) -> Ground:
    today = timezone.localdate(now)
    grids = Grid.objects.current(today).filter(code__startswith=place, level__gte=Grid.Level.STREET)
    posts = Post.objects.on(today).leading().filter(user__is_active=True, grid__isnull=False)
    units = {rule.organization_id for rule in rules if rule.organization_id}
    fresh = Incident.objects.filter(grid_code__startswith=place, reported_at__gte=now - timedelta(days=QUIET_DAYS))
    groups = fresh.order_by().values_list("category", "category__parent", "grid_code").annotate(n=Count("pk"))
    return Ground(
        list(Category.objects.filter(is_active=True, parent__isnull=False)),
        list(grids.order_by("code").values_list("code", flat=True)),
        frozenset(posts.order_by().values_list("grid__code", flat=True)),
        Workload((), units, now=now),
        [(category, major, code) for category, major, code, _n in groups],
    )


# --- one rule by itself -----------------------------------------------------------------------------------------------


def _unfit(rules: Iterable[DispatchRule], ground: Ground) -> Iterator[Finding]:
    """Rules that cannot do what they say."""
    for rule in rules:
        unit = rule.organization
        if unit is not None and not unit.is_active:
            yield Finding(ERROR, "unit_closed", _("%(unit)s is closed.") % {"unit": unit.name}, rule.pk)
        elif unit is not None and not ground.workload.people_of(unit.pk):
            yield Finding(ERROR, "unit_empty", _("Nobody acts for %(unit)s now.") % {"unit": unit.name}, rule.pk)
        if rule.category is not None and not rule.category.is_active:
            yield Finding(ERROR, "category_gone", _("The category is out of use: no case has it any more."), rule.pk)
        if rule.is_draft and rule.replaces is not None and not rule.replaces.is_active:
            yield Finding(ERROR, "stale", _("The rule it takes the place of is out of use already."), rule.pk)
        if rule.target == LEADER and rule.leader_level:
            yield from _vacant(rule, ground)


def _vacant(rule: DispatchRule, ground: Ground) -> Iterator[Finding]:
    length = LENGTH_BY_LEVEL.get(Grid.Level(rule.leader_level or 0), 0)
    asked = {code[:length] for code in ground.codes if code.startswith(rule.grid_code) and len(code) >= length}
    if vacant := sorted(asked - ground.led):
        numbers = {"n": len(vacant), "all": len(asked), "code": vacant[0]}
        said = _("%(n)s of %(all)s posts of leaders are vacant (%(code)s …): there it goes to the next level up.")
        yield Finding(WARNING, "leader_vacant", said % numbers, rule.pk)


def _unmatched(rules: Iterable[DispatchRule], ground: Ground) -> Iterator[Finding]:
    """Rules for no grid, or for no case of the last months."""
    seen: dict[int | None, set[str]] = defaultdict(set)
    for category, major, code in ground.cases:
        for owner in (category, major, None):
            seen[owner].add(code)
    for rule in rules:
        if not any(code.startswith(rule.grid_code) for code in ground.codes):
            yield Finding(ERROR, "grid_gone", _("There is no grid with this code any more."), rule.pk)
        elif not any(code.startswith(rule.grid_code) for code in seen.get(rule.category_id, ())):
            said = _("No case in the last %(n)s days would have met it.") % {"n": QUIET_DAYS}
            yield Finding(INFO, "never_matches", said, rule.pk)


# --- rules beside each other ------------------------------------------------------------------------------------------


def _alike(rules: Iterable[DispatchRule]) -> Iterator[Finding]:
    """Rules for the same category and grid that say the same, or contradict each other with equal priority."""
    groups: dict[tuple[int | None, str], list[DispatchRule]] = defaultdict(list)
    for rule in rules:
        groups[rule.category_id, rule.grid_code].append(rule)
    for group in groups.values():
        group.sort(key=lambda rule: (rule.priority, -rule.version, rule.pk))
        for at, rule in enumerate(group[1:], 1):
            if twin := next((one for one in group[:at] if _target(one) == _target(rule)), None):
                yield Finding(WARNING, "duplicate", _("Says the same as rule %(n)s.") % {"n": twin.pk}, rule.pk)
            elif any(one.priority == rule.priority for one in group[:at]):
                said = _("Contradicts rule %(n)s, with the same priority.") % {"n": group[at - 1].pk}
                yield Finding(WARNING, "contradiction", said, rule.pk)


def _target(rule: DispatchRule) -> tuple[str, int | None, int | None]:
    return rule.target, rule.organization_id, rule.leader_level


def able(rule: DispatchRule) -> bool:
    """Whether the rule can take a case at all."""
    return rule.target == LEADER or (rule.organization is not None and rule.organization.is_active)


def deciders(rules: Sequence[DispatchRule], categories: Iterable[Category], codes: Iterable[str]) -> Iterator[Any]:
    """(category, code, rules that fit, best first) for every kind of place: grids that no rule tells apart are one."""
    book = RuleBook(rules)
    known = {rule.grid_code for rule in rules}
    kinds = {max((own for own in known if code.startswith(own)), key=len, default="") for code in codes}
    for category in categories:
        for code in sorted(kinds):
            yield category, code, book[category.pk, category.parent_id, code]


def _overtaken(rules: Sequence[DispatchRule], ground: Ground) -> Iterator[Finding]:
    """Rules that never decide first, because another one always comes before them."""
    before: dict[int, Counter[int]] = defaultdict(Counter)
    decides, falls_back = set(), set()
    for _category, _code, fitting in deciders(rules, ground.categories, ground.codes):
        first = next((rule for rule in fitting if able(rule)), None)
        if first is None:
            continue
        decides.add(first.pk)
        for rule in fitting[fitting.index(first) + 1 :]:
            before[rule.pk][first.pk] += 1
            if first.target != LEADER:
                falls_back.add(rule.pk)
    for rule in rules:
        if rule.pk not in decides and rule.pk in before and able(rule):
            yield _shadowed(rule, before[rule.pk].most_common(1)[0][0], falls_back)


def _shadowed(rule: DispatchRule, by: int, falls_back: set[int]) -> Finding:
    if rule.pk in falls_back:
        said = _("Rule %(n)s comes first everywhere: this one counts only for what its unit gives back.")
        return Finding(INFO, "fallback", said % {"n": by}, rule.pk)
    return Finding(WARNING, "shadowed", _("Never decides: rule %(n)s comes first everywhere.") % {"n": by}, rule.pk)


# --- where nobody decides ---------------------------------------------------------------------------------------------


def _uncovered(rules: Sequence[DispatchRule], ground: Ground) -> Iterator[Finding]:
    """Grids where neither a rule nor a leader takes cases of some severity."""
    known = {rule.grid_code for rule in rules}
    bare: dict[str, Counter[Severity]] = defaultdict(Counter)
    for category, code, fitting in deciders(rules, ground.categories, ground.codes):
        if not any(able(rule) for rule in fitting):
            bare[code][Severity(category.severity)] += 1
    missing: dict[Severity, list[str]] = defaultdict(list)
    for code in ground.codes:
        kind = max((own for own in known if code.startswith(own)), key=len, default="")
        for severity in bare.get(kind, ()):
            if not _has_leader(code, LEVEL_BY_SEVERITY[severity], ground.led):
                missing[severity].append(code)
    for severity, codes in sorted(missing.items()):
        numbers = {"n": len(codes), "code": codes[0], "severity": severity.label}
        said = _("%(n)s grids (%(code)s …) have neither a rule nor a leader for “%(severity)s”.")
        yield Finding(WARNING, "uncovered", said % numbers)


def _has_leader(code: str, level: int, led: frozenset[str]) -> bool:
    """Whether somebody leads a grid on the way up from `code`, at `level` or above it."""
    ways = {code[:length] for length in LENGTH_BY_LEVEL.values() if length <= len(code)}
    return any(way in led for way in ways if level_of_code(way) <= level)
