"""What an incident itself must be like for a move, beside its state: the table's "when", asked of one incident.

Reads only. An obstacle is told in words, for the person who pressed the button.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grid.models import Grid
from grid.models.grid import level_of as grid_level
from grid.scope import EVERYTHING, Scope
from incidents.models import Category, Incident, Procedure
from incidents.models.category import Severity, Urgency
from incidents.procedure import procedure
from incidents.states import Move, When

LEVEL_BY_SEVERITY: Final = {
    Severity.MICRO: Grid.Level.MICRO,
    Severity.SMALL: Grid.Level.GRID,
    Severity.ORDINARY: Grid.Level.COMMUNITY,
    Severity.MAJOR: Grid.Level.STREET,
}
"""微事不出网格、小事不出小区、一般事不出社区、大事不出街道 (domain.md 2.7)."""


class Rules:
    """The rules of procedure, read at the first question that needs them; share one among the incidents of a batch."""

    @cached_property
    def procedure(self) -> Procedure:
        """The office's rules (one query)."""
        return procedure()


def level_of(incident: Incident) -> int:
    """The level that keeps the matter: what it was raised to, else what its severity says."""
    return incident.level or LEVEL_BY_SEVERITY[Severity(incident.severity)]


def level_of_code(code: str) -> int:
    """The level of a grid by its code; "" is above everything."""
    return grid_level(code) if code else 0


def asks_verification(incident: Incident, rules: Rules, category: Category | None = None) -> bool:
    """Whether somebody must look on site before filing: the report is not a patrol worker's (domain.md 2.2, row 2).

    What is urgent, by itself or by the `category` that it is about to get, does not wait for that.
    """
    urgent = Urgency.URGENT in (incident.urgency, category.urgency if category else "")
    if urgent and not rules.procedure.verify_urgent:
        return False
    return incident.source in rules.procedure.verify_sources


def obstacle(incident: Incident, move: Move, scope: Scope, rules: Rules) -> Promise | None:
    """Why `move` cannot be made with this incident by somebody with `scope`; None when nothing is in the way."""
    for when in move.when:
        holds, words = _QUESTIONS[when]
        if not holds(incident, scope, rules):
            return words
    return None


def _is_verified(incident: Incident, scope: Scope, rules: Rules) -> bool:
    if incident.verified_at is None:
        return not asks_verification(incident, rules)
    return bool(incident.is_genuine)


def _is_looked_at(incident: Incident, scope: Scope, rules: Rules) -> bool:
    return incident.verified_at is not None or not asks_verification(incident, rules)


def _answers_directly(incident: Incident, scope: Scope, rules: Rules) -> bool:
    unit = incident.handler_organization
    return unit is None or not unit.confirms_work or unit.pk in scope.led


def _may_close_at_level(incident: Incident, scope: Scope, rules: Rules) -> bool:
    held = (g.prefix for g in scope.grants if "incident.close" in g.capabilities)
    return scope == EVERYTHING or any(
        incident.grid_code.startswith(prefix) and level_of_code(prefix) <= level_of(incident) for prefix in held
    )


_Question = Callable[[Incident, Scope, Rules], bool]

_QUESTIONS: Final[dict[When, tuple[_Question, Promise]]] = {
    When.DIRECT: (_answers_directly, _("The head of the unit confirms the work first.")),
    When.CONFIRMED: (
        lambda incident, scope, rules: not _answers_directly(incident, scope, rules),
        _("No head of a unit has to confirm this."),
    ),
    When.VERIFIED: (_is_verified, _("Somebody must look on site first: the report does not come from a patrol.")),
    When.LOOKED_AT: (_is_looked_at, _("Somebody must look on site first: the report does not come from a patrol.")),
    When.UNVERIFIED: (
        lambda incident, scope, rules: incident.is_genuine is not True,
        _("It has been verified on site already."),
    ),
    When.LAST_STEP: (
        lambda incident, scope, rules: incident.step >= incident.steps,
        _("Further steps of the work follow: report this step as done."),
    ),
    When.MORE_STEPS: (
        lambda incident, scope, rules: incident.step < incident.steps,
        _("This is the last step of the work: report it as handled."),
    ),
    When.NO_SITE_CHECK: (
        lambda incident, scope, rules: incident.category is None or not incident.category.needs_site_check,
        _("This kind of case is closed only after a check on site with a photo."),
    ),
    When.RETURNABLE: (
        lambda incident, scope, rules: not incident.was_arbitrated,
        _("It was decided by arbitration who handles it: it cannot be returned."),
    ),
    When.BELOW_STREET: (
        lambda incident, scope, rules: level_of(incident) > Grid.Level.STREET,
        _("It is with the street already: no higher level of this platform can take it."),
    ),
    When.RULED_LEVEL: (
        _may_close_at_level,
        _("A matter of this severity is closed by a higher level."),
    ),
}
