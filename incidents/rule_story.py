"""Dispatch rules as pages tell them: one line for each, with its figures and findings. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from grid.models import Grid
from incidents.models import DispatchDecision, DispatchRule
from incidents.rule_figures import NO_FIGURES, Figures, figures
from incidents.rule_lint import ERROR, WARNING, Finding, lint
from incidents.rulesets import RuleSet
from incidents.weighing import WEIGHTS

TONES: Final = {ERROR: "danger", WARNING: "warning", "info": "secondary"}


@dataclass(frozen=True, slots=True)
class Line:
    """One rule of the list."""

    rule: DispatchRule
    grid: str
    goes_to: str
    figures: Figures
    findings: Sequence[Finding]
    is_own: bool

    @property
    def tone(self) -> str:
        """Of its gravest finding."""
        return TONES[self.findings[0].severity] if self.findings else ""


def goes_to(rule: DispatchRule) -> str:
    """The target in words."""
    if rule.organization is not None:
        return str(rule.organization.name)
    if rule.leader_level:
        return _("Leader: %(level)s") % {"level": Grid.Level(rule.leader_level).label}
    return _("Leader, as the severity says")


def lines(rules: RuleSet, *, now: datetime) -> tuple[list[Line], list[Finding], Figures]:
    """Live rules and drafts by priority with figures and findings; the findings about the whole; the level rule."""
    shown = sorted([*rules.live, *rules.drafts], key=lambda rule: (rule.priority, rule.grid_code, rule.pk))
    counted = figures(rules.place, [rule.pk for rule in shown], now=now)
    by_rule = _findings(rules, now)
    names = grid_names(rule.grid_code for rule in shown)
    made = [
        Line(
            rule,
            names.get(rule.grid_code, rule.grid_code),
            goes_to(rule),
            counted.get(rule.pk, NO_FIGURES),
            by_rule.get(rule.pk, []),
            rule.grid_code.startswith(rules.place),
        )
        for rule in shown
    ]
    return made, by_rule[None], counted.get(None, NO_FIGURES)


def _findings(rules: RuleSet, now: datetime) -> dict[int | None, list[Finding]]:
    """Live rules as they are now, drafts as they would be: a draft is no rival of the rule whose place it takes."""
    found: dict[int | None, list[Finding]] = defaultdict(list)
    for finding in lint(rules.live, rules.place, now=now):
        found[finding.rule].append(finding)
    drafts = {draft.pk for draft in rules.drafts}
    for finding in lint(rules.next, rules.place, now=now) if drafts else ():
        if finding.rule in drafts:
            found[finding.rule].append(finding)
    return found


def grid_names(codes: Iterable[str]) -> dict[str, str]:
    """The names of grids; one query."""
    rows = Grid.objects.filter(code__in=set(codes)).order_by("code")
    return dict(rows.values_list("code", "name"))


# --- on the page of a case --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score in words, with what it counts."""

    label: str
    value: float
    weight: float
    hint: str


@dataclass(frozen=True, slots=True)
class Contender:
    """One candidate of a decision."""

    name: str
    total: float
    mark: str
    why: str
    parts: Sequence[Part]


def contenders(decision: DispatchDecision) -> list[Contender]:
    """The candidates that a decision kept, in the order of the rules; the runner-up is marked."""
    rows: list[dict[str, Any]] = decision.candidates or []
    others = [row for row in rows if not row["chosen"] and not row["obstacle"]]
    second = max(others, key=lambda row: row["total"], default=None)
    return [
        Contender(row["name"], row["total"], _mark(row, second), row["why"], _parts(row) if not row["obstacle"] else ())
        for row in rows
    ]


def _mark(row: dict[str, Any], second: dict[str, Any] | None) -> str:
    if row["chosen"]:
        return "chosen"
    return "out" if row["obstacle"] else ("second" if row is second else "")


def _parts(row: dict[str, Any]) -> list[Part]:
    labels = {
        "rule": _("Rule"),
        "category": _("Category is sure"),
        "place": _("Fits the place"),
        "presence": _("Is there"),
        "load": _("Has time"),
    }
    version = (
        _("rule %(n)s, version %(v)s") % {"n": row["rule"], "v": row["version"]} if row["rule"] else _("level rule")
    )
    hints = {"rule": version, "load": _("%(n)s open cases") % {"n": row["open"]}}
    return [Part(labels[name], row["parts"].get(name, 0.0), WEIGHTS[name], hints.get(name, "")) for name in WEIGHTS]
