"""Who should handle an incident: rules first, else the leader of the level that its severity says. Reads only.

Severity names the level that keeps the matter (domain.md 2.7): 微事 the micro-grid, 小事 the grid,
一般事 the community, 大事 the street. A vacant post, an absence or an earlier return passes it to the next level up,
each with a reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from grid.leaders import LeaderStep, leader_chain
from grid.models import Grid, Organization
from incidents.classify import Classification, Vocabulary, classify
from incidents.conditions import LEVEL_BY_SEVERITY, Rules, asks_verification, level_of
from incidents.models import Assignment, Category, DispatchDecision, DispatchRule, Incident
from incidents.models.category import Severity
from incidents.models.incident import Locating

GAVE_BACK: Final = ("return", "report_up")
"""Outcomes of an assignment after which its holder is not asked again."""

Reason = dict[str, Any]


@dataclass
class Decision:
    """What to do with an incident and why; `reasons` are lines in the order in which they were thought."""

    category: Category | None = None
    confidence: float = 0.0
    candidates: list[dict[str, Any]] = field(default_factory=list)
    rule: DispatchRule | None = None
    organization: Organization | None = None
    user: User | None = None
    verify: bool = False
    """Somebody must look on site before it is filed; `user` is who is asked to."""
    reasons: list[Reason] = field(default_factory=list)

    @property
    def found_handler(self) -> bool:
        """Somebody is named."""
        return self.organization is not None or self.user is not None

    @property
    def left_to_person(self) -> bool:
        """The system cannot go on by itself."""
        return not self.found_handler if self.verify else self.category is None or not self.found_handler

    def because(self, code: str, text: str, **facts: Any) -> None:
        """Add one reason: a code for machines, words for people, the facts it rests on."""
        self.reasons.append({"code": code, "text": text, **facts})

    def as_row(self, incident: Incident, round_: int, now: datetime) -> DispatchDecision:
        """The row that keeps it."""
        return DispatchDecision(
            incident=incident,
            round=round_,
            category=self.category,
            category_confidence=self.confidence,
            category_candidates=self.candidates,
            rule=self.rule,
            rule_version=self.rule.version if self.rule else 0,
            chosen_organization=self.organization,
            chosen_user=self.user,
            reasons=self.reasons,
            left_to_person=self.left_to_person,
            at=now,
        )


class Adviser:
    """Decides for one or many incidents of the same moment; reads words, rules and leaders once for all of them."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self.rules = Rules()
        self._chains: dict[str, list[LeaderStep]] = {}

    def decide(self, incident: Incident) -> Decision:
        """Category and handler of a reported incident; or who is to look on site first."""
        with translation.override(settings.LANGUAGE_CODE):
            decision = Decision()
            self._choose_category(incident, decision)
            if incident.verified_at is None and asks_verification(incident, self.rules):
                self._choose_inspector(incident, decision)
            elif incident.is_genuine is False:
                decision.category = None
                decision.because("not_genuine", _("The look on site found that it is not so: a person must decide."))
            elif decision.category is not None:
                # the severity of the day counts, also while the incident is not filed yet
                level = LEVEL_BY_SEVERITY[Severity(decision.category.severity)]
                self._choose_handler(incident, decision, decision.category, level, frozenset())
            return decision

    def suggest(self, incident: Incident) -> Decision:
        """The handler of a filed incident, without those who have given it back or reported it up."""
        with translation.override(settings.LANGUAGE_CODE):
            decision = Decision(category=incident.category, confidence=1.0 if incident.category else 0.0)
            gave_back = Assignment.objects.filter(incident=incident, outcome__in=GAVE_BACK)
            excluded = frozenset(gave_back.values_list("organization_id", "user_id"))
            self._choose_handler(incident, decision, incident.category, level_of(incident), excluded)
            return decision

    def inspector(self, incident: Incident, *, without: int | None = None) -> Decision:
        """Who is to look on site: the lowest leader who is there, but not `without` (the handler checks nothing)."""
        with translation.override(settings.LANGUAGE_CODE):
            decision = Decision()
            self._choose_inspector(incident, decision, {without} if without else set())
            return decision

    def _choose_inspector(self, incident: Incident, decision: Decision, excluded: Iterable[int] = ()) -> None:
        decision.verify = True
        decision.because("verify", _("The report does not come from a patrol: somebody looks on site first."))
        if incident.located_by == Locating.DEFAULT:
            decision.because("place_unknown", _("The place is not known: a person must choose."))
            return
        self._choose_leader(incident, decision, Grid.Level.SUBUNIT, excluded)

    # --- category -----------------------------------------------------------------------------------------------------

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary.current()

    def _choose_category(self, incident: Incident, decision: Decision) -> None:
        given = incident.category if incident.category and incident.category.is_active else None
        text = f"{incident.title}\n{incident.text}"
        found = Classification(given, 1.0) if given else classify(text, given=None, vocabulary=self._vocabulary)
        decision.category, decision.confidence = found.category, found.confidence
        decision.candidates = [candidate.as_data() for candidate in found.candidates]
        decision.because(*_category_reason(found, given), confidence=found.confidence)

    # --- handler ------------------------------------------------------------------------------------------------------

    @cached_property
    def _rules(self) -> list[DispatchRule]:
        rules = DispatchRule.objects.filter(is_active=True).select_related("organization")
        return list(rules.order_by("priority", "id"))

    def rule_for(self, category: Category | None, grid_code: str) -> list[DispatchRule]:
        """The rules that fit, best first: own category, its major class, any; the longest code; priority; newest."""
        owners: list[int | None] = [category.pk, category.parent_id, None] if category else [None]
        fitting = [rule for rule in self._rules if rule.category_id in owners and grid_code.startswith(rule.grid_code)]
        return sorted(
            fitting,
            key=lambda rule: (
                owners.index(rule.category_id),
                -len(rule.grid_code),
                rule.priority,
                -rule.version,
                rule.pk,
            ),
        )

    def _choose_handler(
        self,
        incident: Incident,
        decision: Decision,
        category: Category | None,
        level: int,
        excluded: frozenset[tuple[int | None, int | None]],
    ) -> None:
        for rule in self.rule_for(category, incident.grid_code):
            if rule.target == DispatchRule.Target.LEADER:
                decision.rule, level = rule, rule.leader_level or level
                decision.because("rule", _("Rule: to the leader."), rule=rule.pk, version=rule.version)
                break
            if _take_unit(decision, rule, excluded):
                return
        else:
            decision.because("severity", _("No rule decides: the severity says the level."), level=level)
        if incident.located_by == Locating.DEFAULT:
            decision.because("place_unknown", _("The place is not known: a person must choose."))
            return
        self._choose_leader(incident, decision, level, {user for _unit, user in excluded if user})

    def _chain(self, grid_code: str) -> list[LeaderStep]:
        if grid_code not in self._chains:
            self._chains[grid_code] = leader_chain(grid_code, now=self.now)
        return self._chains[grid_code]

    def _choose_leader(self, incident: Incident, decision: Decision, level: int, excluded: Iterable[int]) -> None:
        """The first leader at this level or above who is there; the place's own grid when it lies above the level."""
        for step in self._chain(incident.grid_code):
            if step.level > level:
                continue
            if (obstacle := _obstacle(step, excluded)) is None and step.user is not None:
                decision.user = step.user
                words = _("%(name)s leads %(grid)s.") % {"name": step.user.real_name, "grid": step.grid_name}
                decision.because("leader", words, grid=step.grid_code, user=step.user.pk)
                return
            code, words = obstacle or ("vacant", "")
            decision.because(code, words, grid=step.grid_code)
        decision.because("nobody", _("Nobody is left in the chain: a person must choose."))


def _category_reason(found: Classification, given: Category | None) -> tuple[str, str]:
    if given is not None:
        return "given", _("The reporter chose the category %(name)s.") % {"name": given.name}
    if found.category is None:
        return "unclear", _("The words do not say clearly enough what it is.")
    words = "、".join(found.candidates[0].words)
    return "words", _("The words point to %(name)s: %(words)s.") % {"name": found.category.name, "words": words}


def _take_unit(decision: Decision, rule: DispatchRule, excluded: Iterable[tuple[int | None, int | None]]) -> bool:
    """Choose the unit of a rule; False, with the reason, when it has closed or has given the incident back."""
    unit = rule.organization
    facts = {"rule": rule.pk, "version": rule.version, "organization": rule.organization_id}
    if unit is None or not unit.is_active:
        decision.because("unit_closed", _("The unit of the rule does not work any more."), **facts)
        return False
    if any(organization == unit.pk for organization, _user in excluded):
        decision.because("returned", _("%(name)s has given it back.") % {"name": unit.name}, **facts)
        return False
    decision.rule, decision.organization = rule, unit
    decision.because("rule", _("Rule: to %(name)s.") % {"name": unit.name}, **facts)
    return True


def _obstacle(step: LeaderStep, excluded: Iterable[int]) -> tuple[str, str] | None:
    """Why this leader cannot have it."""
    if step.user is None:
        return "vacant", _("%(grid)s has no leader at present.") % {"grid": step.grid_name}
    names = {"name": step.user.real_name, "grid": step.grid_name}
    if step.absent:
        return "absent", _("%(name)s (%(grid)s) is away.") % names
    if step.user.pk in set(excluded):
        return "returned", _("%(name)s (%(grid)s) has given it back.") % names
    return None


def suggestions(candidates: Sequence[dict[str, Any]]) -> list[int]:
    """The primary keys of the candidate categories of a kept decision, best first (for the desk)."""
    return [candidate["category"] for candidate in candidates]
