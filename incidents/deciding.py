"""Who should handle an incident: rules first, else the leader of the level that its severity says. Reads only.

Severity names the level that keeps the matter (domain.md 2.7): 微事 the micro-grid, 小事 the grid,
一般事 the community, 大事 the street. A vacant post, an absence without a substitute or an earlier return passes it to
the next level up, each with a reason. Every candidate is kept with the parts of its score (`incidents.weighing`).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from grid.leaders import LeaderStep, leader_chains
from grid.models import Grid, Organization
from incidents import options
from incidents.classify import Classification
from incidents.conditions import LEVEL_BY_SEVERITY, Rules, asks_verification, level_of
from incidents.learning.reader import Reader, current_reader
from incidents.models import Assignment, Category, DispatchDecision, DispatchRule, Incident
from incidents.models.category import Severity
from incidents.models.incident import Locating
from incidents.repeats import possible_repeats
from incidents.rulebook import RuleBook
from incidents.weighing import Option, runner_up, weigh
from incidents.workload import Workload

GAVE_BACK: Final = ("return", "report_up")
"""Outcomes of an assignment after which its holder is not asked again."""
HOLDING: Final = ("repeat", "below_bar", "not_automatic")
"""Reasons that leave a case to a person although there is a suggestion."""
REPORT, DISPATCH = "report", "dispatch"
"""Where the system stops and a person goes on: before filing, or before dispatch."""

Reason = dict[str, Any]


@dataclass
class Decision:
    """What to do with an incident and why; `reasons` are lines in the order in which they were thought."""

    category: Category | None = None
    category_confidence: float = 0.0
    categories: list[dict[str, Any]] = field(default_factory=list)
    """Candidate categories, best first."""
    classifier_version: int | None = None
    rule: DispatchRule | None = None
    organization: Organization | None = None
    user: User | None = None
    options: list[Option] = field(default_factory=list)
    """Candidate handlers in the order of the rules."""
    chosen: Option | None = None
    verify: bool = False
    """Somebody must look on site before it is filed; `user` is who is asked to."""
    held: str = ""
    """Where a person goes on although the system has a suggestion: REPORT, DISPATCH, or "" when it goes by itself."""
    reasons: list[Reason] = field(default_factory=list)

    @property
    def found_handler(self) -> bool:
        """Somebody is named."""
        return self.organization is not None or self.user is not None

    @property
    def confidence(self) -> float:
        """How sure the whole is, 0 to 1: never surer than the category, nor than how well the handler fits."""
        if self.chosen is None:
            return 0.0
        return round(min(self.category_confidence, self.chosen.total), 3)

    @property
    def may_file(self) -> bool:
        """The system may accept it by itself."""
        return not self.verify and self.category is not None and self.held != REPORT

    @property
    def may_dispatch(self) -> bool:
        """The system may hand it to whom it has chosen."""
        return self.may_file and self.found_handler and not self.held

    @property
    def left_to_person(self) -> bool:
        """The system cannot go on by itself."""
        return not self.found_handler or bool(self.held) if self.verify else not self.may_dispatch

    def because(self, code: str, text: str, **facts: Any) -> None:
        """Add one reason: a code for machines, words for people, the facts it rests on."""
        self.reasons.append({"code": code, "text": text, **facts})

    def hold(self, where: str, code: str, text: str, **facts: Any) -> None:
        """Leave it to a person, with the reason."""
        self.held = REPORT if REPORT in (self.held, where) else where
        self.because(code, text, **facts)

    def take(self, option: Option) -> None:
        """Choose a candidate."""
        self.chosen, self.rule = option, option.rule or self.rule
        self.organization, self.user = option.organization, option.user

    @property
    def runner_up(self) -> Option | None:
        """The best of the others who could take it."""
        return runner_up(self.options, self.chosen)

    def as_row(self, incident: Incident, round_: int, now: datetime) -> DispatchDecision:
        """The row that keeps it."""
        return DispatchDecision(
            incident=incident,
            round=round_,
            category=self.category,
            category_confidence=self.category_confidence,
            category_candidates=self.categories,
            classifier_version=self.classifier_version,
            rule=self.rule,
            rule_version=self.rule.version if self.rule else 0,
            chosen_organization=self.organization,
            chosen_user=self.user,
            candidates=[option.as_data(chosen=option is self.chosen) for option in self.options],
            confidence=self.confidence,
            reasons=self.reasons,
            left_to_person=self.left_to_person,
            at=now,
        )


class Adviser:
    """Decides for one or many incidents of the same moment.

    Words, rules, leaders, open work and repeats are each read once for all incidents it was made for: the number of
    queries does not depend on how many they are.
    """

    def __init__(self, incidents: Collection[Incident], *, now: datetime) -> None:
        self.now = now
        self.rules = Rules()
        self._incidents = incidents

    def decide(self, incident: Incident) -> Decision:
        """Category and handler of a reported incident; or who is to look on site first."""
        with translation.override(settings.LANGUAGE_CODE):
            decision = Decision()
            self._choose_category(incident, decision)
            if incident.verified_at is None:
                self._look_for_repeat(incident, decision)
            if incident.verified_at is None and asks_verification(incident, self.rules, decision.category):
                self._choose_inspector(incident, decision)
            elif incident.is_genuine is False:
                decision.category = None
                decision.because("not_genuine", _("The look on site found that it is not so: a person must decide."))
            elif decision.category is not None:
                # the severity of the day counts, also while the incident is not filed yet
                level = LEVEL_BY_SEVERITY[Severity(decision.category.severity)]
                self._choose_handler(incident, decision, level)
                self._ask_the_bar(decision, decision.category)
            return decision

    def suggest(self, incident: Incident) -> Decision:
        """The handler of a filed incident, without those who have given it back or reported it up."""
        with translation.override(settings.LANGUAGE_CODE):
            decision = Decision(category=incident.category, category_confidence=1.0 if incident.category else 0.0)
            self._choose_handler(incident, decision, level_of(incident), self._gave_back.get(incident.pk, frozenset()))
            if incident.category is not None:
                self._ask_the_bar(decision, incident.category)
            return decision

    # --- look on site -------------------------------------------------------------------------------------------------

    def _choose_inspector(self, incident: Incident, decision: Decision) -> None:
        decision.verify = True
        decision.because("verify", _("The report does not come from a patrol: somebody looks on site first."))
        self._choose_leader(incident, decision, Grid.Level.SUBUNIT)

    # --- category -----------------------------------------------------------------------------------------------------

    @cached_property
    def _reader(self) -> Reader:
        return current_reader()

    def _choose_category(self, incident: Incident, decision: Decision) -> None:
        given = incident.category if incident.category and incident.category.is_active else None
        text = f"{incident.title}\n{incident.text}"
        found = Classification(given, 1.0) if given else self._reader.classify(text)
        decision.category, decision.category_confidence = found.category, found.confidence
        decision.categories = [candidate.as_data() for candidate in found.candidates]
        decision.classifier_version = getattr(found, "version", None)
        decision.because(*_category_reason(found, given), confidence=found.confidence)

    # --- what a person must look at -----------------------------------------------------------------------------------

    @cached_property
    def _repeats(self) -> dict[int, str]:
        return possible_repeats(self._incidents, now=self.now)

    def _look_for_repeat(self, incident: Incident, decision: Decision) -> None:
        if number := self._repeats.get(incident.pk):
            words = _("Possible repeat of %(number)s: the same words at the same place.") % {"number": number}
            decision.hold(REPORT, "repeat", words, number=number)

    def _ask_the_bar(self, decision: Decision, category: Category) -> None:
        """Above the bar and for categories that may, it goes by itself; else a person presses the button."""
        bar = self.rules.procedure.automatic_confidence
        shown = {"bar": f"{bar:.0%}"}
        if decision.category_confidence < bar:
            said = _("Not sure enough of the category: %(sure)s, from %(bar)s on it goes by itself.")
            sure = f"{decision.category_confidence:.0%}"
            decision.hold(REPORT, "below_bar", said % {"sure": sure, **shown}, bar=bar)
        elif not category.is_automatic:
            said = _("Cases of the category %(name)s are dispatched by a person.") % {"name": category.name}
            decision.hold(DISPATCH, "not_automatic", said)
        elif decision.chosen is not None and decision.confidence < bar:
            said = _("Not sure enough of the handler: %(sure)s, from %(bar)s on it goes by itself.")
            decision.hold(DISPATCH, "below_bar", said % {"sure": f"{decision.confidence:.0%}", **shown}, bar=bar)

    # --- handler ------------------------------------------------------------------------------------------------------

    @cached_property
    def _live_rules(self) -> list[DispatchRule]:
        return list(DispatchRule.objects.live().select_related("organization"))

    @cached_property
    def _book(self) -> RuleBook:
        return RuleBook(self._live_rules)

    @cached_property
    def _chains(self) -> dict[str, list[LeaderStep]]:
        return leader_chains({incident.grid_code for incident in self._incidents}, now=self.now)

    @cached_property
    def _workload(self) -> Workload:
        codes = {incident.grid_code for incident in self._incidents}
        units = {rule.organization_id for rule in self._live_rules if rule.organization_id}
        return Workload(codes, units, now=self.now)

    @cached_property
    def _gave_back(self) -> dict[int, frozenset[tuple[int | None, int | None]]]:
        rows = Assignment.objects.filter(incident__in=[one.pk for one in self._incidents], outcome__in=GAVE_BACK)
        found: dict[int, set[tuple[int | None, int | None]]] = {}
        for incident, *holder in rows.values_list("incident", "organization", "user"):
            found.setdefault(incident, set()).add((holder[0], holder[1]))
        return {incident: frozenset(holders) for incident, holders in found.items()}

    def _choose_handler(
        self,
        incident: Incident,
        decision: Decision,
        level: int,
        excluded: Collection[tuple[int | None, int | None]] = (),
    ) -> None:
        """Units of rules in their order, until one can take it; a rule to the leader, or no rule, asks the leaders."""
        category = decision.category
        key = (category.pk if category else None, category.parent_id if category else None, incident.grid_code)
        fitting = self._book[key]
        turn = next((at for at, rule in enumerate(fitting) if rule.target == DispatchRule.Target.LEADER), None)
        leader_rule = fitting[turn] if turn is not None else None
        decision.options = units = options.of_units(fitting[:turn], category, excluded)
        if not self._first_able(decision, units):
            self._say_why_leaders(decision, leader_rule, level)
            if incident.located_by == Locating.DEFAULT:
                decision.because("place_unknown", _("The place is not known: a person must choose."))
        level = (leader_rule.leader_level or level) if leader_rule else level
        left = {user for _unit, user in excluded if user}
        self._ask_leaders(incident, decision, level, left, leader_rule)
        self._weigh(incident, decision)

    def _say_why_leaders(self, decision: Decision, rule: DispatchRule | None, level: int) -> None:
        if rule is None:
            decision.because("severity", _("No rule decides: the severity says the level."), level=level)
        else:
            decision.rule = rule
            decision.because("rule", _("Rule: to the leader."), rule=rule.pk, version=rule.version)

    def _ask_leaders(
        self,
        incident: Incident,
        decision: Decision,
        level: int,
        left: Collection[int],
        rule: DispatchRule | None = None,
    ) -> None:
        """The first leader at this level or above who is there; only as further candidates when a unit has it."""
        if incident.located_by == Locating.DEFAULT:
            return
        leaders = options.of_leaders(self._chains[incident.grid_code], level, left, rule, decision.category)
        decision.options = [*decision.options, *leaders]
        if decision.chosen is None and not self._first_able(decision, leaders):
            decision.because("nobody", _("Nobody is left in the chain: a person must choose."))

    def _choose_leader(self, incident: Incident, decision: Decision, level: int) -> None:
        """A leader without any rule: who looks on site."""
        if incident.located_by == Locating.DEFAULT:
            decision.because("place_unknown", _("The place is not known: a person must choose."))
        self._ask_leaders(incident, decision, level, ())
        self._weigh(incident, decision)

    @staticmethod
    def _first_able(decision: Decision, found: Iterable[Option]) -> bool:
        """Choose the first that can take it, and write down why each before it cannot."""
        for option in found:
            if option.obstacle:
                decision.because(option.obstacle, option.words, **option.facts)
                continue
            decision.take(option)
            if option.stands_in_for:
                decision.because("substitute", option.stands_in_for, **option.facts)
            decision.because(option.code, option.words, **option.facts)
            return True
        return False

    def _weigh(self, incident: Incident, decision: Decision) -> None:
        for option in decision.options:
            options.note_work(option, self._workload)
        weigh(decision.options, category_confidence=decision.category_confidence, located_by=incident.located_by)
        decision.options = options.kept(decision.options, decision.chosen)


def _category_reason(found: Classification, given: Category | None) -> tuple[str, str]:
    if given is not None:
        return "given", _("The reporter chose the category %(name)s.") % {"name": given.name}
    if found.category is None:
        return "unclear", _("The words do not say clearly enough what it is.")
    words = "、".join(found.candidates[0].words)
    return "words", _("The words point to %(name)s: %(words)s.") % {"name": found.category.name, "words": words}
