"""The candidates for a case, in the order in which the rules ask them: units, then leaders up the chain."""

from collections.abc import Collection, Iterable, Sequence

from django.utils.translation import gettext as _

from grid.leaders import LeaderStep
from incidents.models import Category, DispatchRule
from incidents.weighing import KEPT, NOBODY_THERE, STANDS_IN, Option
from incidents.workload import Workload


def of_units(
    rules: Iterable[DispatchRule], category: Category | None, excluded: Collection[tuple[int | None, int | None]]
) -> list[Option]:
    """The units that `rules` name, each once, best first; closed ones and those that gave it back with the reason."""
    back = {unit for unit, _user in excluded if unit}
    found: dict[int | None, Option] = {}
    for rule in rules:
        found.setdefault(rule.organization_id, _of_unit(rule, category, back))
    return list(found.values())


def _of_unit(rule: DispatchRule, category: Category | None, back: Collection[int]) -> Option:
    unit = rule.organization
    facts = {"rule": rule.pk, "version": rule.version, "organization": rule.organization_id}
    option = Option(unit.name if unit else "—", unit, rule=rule, speaks=_speaks(rule, category), facts=facts)
    if unit is None or not unit.is_active:
        option.obstacle, option.words = "unit_closed", _("The unit of the rule does not work any more.")
    elif unit.pk in back:
        option.obstacle, option.words = "returned", _("%(name)s has given it back.") % {"name": unit.name}
    else:
        option.code, option.words = "rule", _("Rule: to %(name)s.") % {"name": unit.name}
    return option


def _speaks(rule: DispatchRule | None, category: Category | None) -> str:
    """How closely the rule is about the category, as a key of RULE_BASE."""
    if rule is None:
        return "level"
    if rule.category_id is None or category is None:
        return "any"
    return "category" if rule.category_id == category.pk else "major"


def of_leaders(
    chain: Sequence[LeaderStep],
    level: int,
    left: Collection[int],
    rule: DispatchRule | None,
    category: Category | None,
) -> list[Option]:
    """The leaders at `level` and above, lowest first; the place's own grid when it lies above the level."""
    steps = [step for step in chain if step.level <= level]
    found = [_of_leader(step, left) for step in steps]
    for at, option in enumerate(found):
        option.levels_up, option.rule, option.speaks = at, rule, _speaks(rule, category)
    return found


def _of_leader(step: LeaderStep, left: Collection[int]) -> Option:
    """One leader, or who stands in."""
    user, grid = step.acting, {"grid": step.grid_name}
    option = Option(user.real_name if user else step.grid_name, user=user, facts={"grid": step.grid_code})
    if step.user is None:
        option.obstacle, option.words = "vacant", _("%(grid)s has no leader at present.") % grid
    elif user is None:
        away = {"name": step.user.real_name, **grid}
        option.name = step.user.real_name
        option.obstacle, option.words = "absent", _("%(name)s (%(grid)s) is away.") % away
    else:
        _say_leader(option, step, left)
    return option


def _say_leader(option: Option, step: LeaderStep, left: Collection[int]) -> None:
    user, leader = option.user, step.user
    if user is None or leader is None:
        return
    names = {"name": user.real_name, "grid": step.grid_name}
    option.facts["user"] = user.pk
    if user.pk in left:
        option.obstacle, option.words = "returned", _("%(name)s (%(grid)s) has given it back.") % names
        return
    option.code, option.words = "leader", _("%(name)s leads %(grid)s.") % names
    if step.absent:
        option.presence = STANDS_IN
        option.stands_in_for = _("%(name)s (%(grid)s) is away.") % {"name": leader.real_name, "grid": step.grid_name}
        option.words = _("%(name)s stands in at %(grid)s.") % names


def note_work(option: Option, workload: Workload) -> None:
    """Open cases, and people of a unit who are there."""
    if option.organization is not None:
        option.open_cases = workload.of_unit(option.organization.pk)
        option.people = workload.people_of(option.organization.pk)
        option.presence = 1.0 if option.people else NOBODY_THERE
    elif option.user is not None:
        option.open_cases = workload.of_person(option.user.pk)


def kept(found: list[Option], chosen: Option | None) -> list[Option]:
    """The first few; the chosen one is always among them."""
    if chosen in found[KEPT:] and chosen is not None:
        return [*found[: KEPT - 1], chosen]
    return found[:KEPT]
