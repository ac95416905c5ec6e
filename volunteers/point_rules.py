"""Rules of points as data, with versions: what an hour is worth in a grid from which day on (domain.md 5.2, W77)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from grid.access import demand
from grid.models import Grid
from volunteers.models import PointRule

HUNDREDTHS: Final = 100
MOST_AN_HOUR: Final = 100
MOST_HOURS: Final = 24
LEAST_DAYS, MOST_DAYS = 30, 3650
CITY_LENGTH: Final = 4


@dataclass(frozen=True, slots=True)
class NewRule:
    """A version of the rule of a grid."""

    name: str
    per_hour: Decimal
    starts_on: date
    cap_hours: Decimal | None = None
    valid_days: int | None = None
    source: str = ""


def rules_over(code: str) -> list[PointRule]:
    """All versions of the rules of the grid `code` and of the grids above it; one query."""
    return list(PointRule.objects.filter(grid_code__in=[code[:n] for n in range(CITY_LENGTH, len(code) + 1)]))


def rule_on(rules: Iterable[PointRule], day: date) -> PointRule | None:
    """The rule among `rules` in force on `day`: that of the nearest grid."""
    there = [one for one in rules if one.starts_on <= day and (one.ends_on is None or day < one.ends_on)]
    return max(there, key=lambda rule: len(rule.grid_code), default=None)


def rule_for(code: str, day: date) -> PointRule | None:
    """The rule in force on `day` for the grid `code`: that of the nearest grid at or above it."""
    return rule_on(rules_over(code), day)


def worth(minutes: int, rule: PointRule) -> int:
    """Points (hundredths) for `minutes` of one activity, up to the hours of the rule, rounded down."""
    return worth_of([(minutes, rule)])


def worth_of(parts: Iterable[tuple[int, PointRule | None]]) -> int:
    """Points (hundredths) for one activity: minutes by the rule of their day, in the order of the days.

    The hours of a rule's limit are those of the whole activity: what was counted under an earlier version counts in.
    """
    counted = total = Decimal(0)
    for minutes, rule in parts:
        if rule is None:
            continue
        hours = Decimal(max(minutes, 0)) / 60
        if rule.cap_hours is not None:
            hours = min(hours, max(rule.cap_hours - counted, Decimal(0)))
        counted += hours
        total += hours * rule.per_hour * HUNDREDTHS
    # more digits than a sum of minutes needs, so that a third of an hour three times is an hour
    return int(total.quantize(Decimal("0.0001")).to_integral_value(ROUND_DOWN))


def set_rule(new: NewRule, *, grid: Grid, actor: User, now: datetime) -> PointRule:
    """A new version for `grid` from a day on; the one before ends that day. What was booked stays as it was booked.

    NotAllowed without `shop.edit` there; NotValid for values out of range, a day gone by, or a day that a later version
    has already; NotNow when somebody else sets one at the same moment.
    """
    demand(actor, "shop.edit", grid.code)
    _check(new, timezone.localdate(now))
    try:
        with transaction.atomic():
            _end_before(new.starts_on, grid)
            return PointRule.objects.create(grid=grid, grid_code=grid.code, **asdict(new))
    except IntegrityError as error:
        raise NotNow(_("Somebody set a rule here at the same moment. Look at it anew.")) from error


def _check(new: NewRule, today: date) -> None:
    wrong: dict[str, list[str]] = {}
    if not new.name.strip():
        wrong["name"] = [_("Give it a name.")]
    if not 0 < new.per_hour <= MOST_AN_HOUR:
        wrong["per_hour"] = [_("More than 0, at most 100.")]
    if new.cap_hours is not None and not 0 < new.cap_hours <= MOST_HOURS:
        wrong["cap_hours"] = [_("More than 0, at most 24.")]
    if new.valid_days is not None and not LEAST_DAYS <= new.valid_days <= MOST_DAYS:
        wrong["valid_days"] = [_("Between 30 and 3,650 days.")]
    if new.starts_on < today:
        wrong["starts_on"] = [_("A rule begins today at the earliest: what was earned stays as it was promised.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


def _end_before(day: date, grid: Grid) -> None:
    rows = PointRule.objects.select_for_update(of=("self",)).filter(grid=grid)
    if rows.filter(Q(starts_on__gte=day) | Q(ends_on__gt=day)).exists():
        said = _("A version for this day stands here already. Withdraw it first, or begin later.")
        raise NotValid(_("Please correct the marked fields."), {"starts_on": [said]})
    rows.filter(ends_on=None).update(ends_on=day)


def withdraw_rule(rule: PointRule, *, actor: User, now: datetime) -> None:
    """Take back a version that has not begun; the one before it goes on. NotNow once it is in force."""
    demand(actor, "shop.edit", rule.grid_code)
    if rule.starts_on <= timezone.localdate(now):
        raise NotNow(_("This rule is in force: set a new version instead."))
    with transaction.atomic():
        rows = PointRule.objects.select_for_update(of=("self",)).filter(grid=rule.grid_id)
        if rows.filter(pk=rule.pk).delete()[0]:
            rows.filter(ends_on=rule.starts_on).update(ends_on=rule.ends_on)
