"""What may be applied for, when, how often, and who reviews it: the side paths of domain.md 2.3 as data."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.models import Application, Procedure
from incidents.states import RESTING, WITH_HANDLER, State

Kind = Application.Kind


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of application.

    `reviewers`: who reviews it, one capability for each review in order; `later`: the same from the second granted one
    of a case on. `states`: where the case must stand; empty is anywhere. `most`: how many may be granted per case
    (None: the office's rules say). `rests`: it names a day on which the work goes on. `after_due`: only for a case that
    was overdue, otherwise only for one that is not. `move`: what an approval does to the case.
    """

    kind: Kind
    reviewers: tuple[str, ...]
    later: tuple[str, ...] = ()
    states: tuple[State, ...] = WITH_HANDLER
    most: int | None = 1
    rests: bool = False
    after_due: bool = False
    move: str = ""
    help: Promise | str = ""

    def reviewers_of(self, ordinal: int) -> tuple[str, ...]:
        """The capabilities of the reviews of the application that would be the `ordinal`-th granted one."""
        return self.later if self.later and ordinal > 1 else self.reviewers


RULES: Final[dict[str, Rule]] = {
    rule.kind.value: rule
    for rule in (
        Rule(
            # the first by the shift leader, the second by the leader in charge (domain.md 2.3, W27)
            Kind.EXTENSION,
            ("incident.approve",),
            later=("incident.approve_high",),
            states=(*WITH_HANDLER, State.CONFIRMING),
            most=None,
            help=_("Adds the original limit once more, counted from the present deadline."),
        ),
        Rule(
            Kind.SUSPENSION,
            ("incident.dispatch",),
            rests=True,
            move="suspend",
            help=_("For works and seasons: the clock stands still and the case goes on by itself on the day named."),
        ),
        Rule(
            Kind.DEFERRAL,
            ("incident.dispatch",),
            rests=True,
            move="defer",
            help=_("Put off for a short time: the clock stands still and the case goes on by itself on the day named."),
        ),
        Rule(
            # first review by the dispatcher, second by the operator (domain.md 2.3, R4)
            Kind.APPEAL,
            ("incident.dispatch", "incident.accept"),
            states=(),
            after_due=True,
            help=_(
                "For a case that was overdue through no fault of the unit: two reviews by two people, once per case."
            ),
        ),
    )
}

KEPT: Final = (*WITH_HANDLER, *RESTING, State.CONFIRMING)
"""Where the task is still with the one who applied; elsewhere an application for it has no object any more."""


def most_of(rule: Rule, rules: Procedure) -> int:
    """How many applications of the kind may be granted for one case."""
    return rules.most_extensions if rule.most is None else rule.most


def longest_days(rule: Rule, rules: Procedure) -> int:
    """How many days a rest may last; the deferral follows the suspension while nothing else is written."""
    if rule.kind == Kind.DEFERRAL and rules.longest_deferral_days is not None:
        return rules.longest_deferral_days
    return rules.longest_suspension_days


def reviewer_of(application: Application) -> str:
    """The capability that the next review of an application asks for."""
    reviewers = RULES[application.kind].reviewers_of(application.ordinal)
    return reviewers[min(application.step, len(reviewers)) - 1]


def morning_of(day: date | None) -> datetime | None:
    """The first moment of a day in people's time: the clock then counts from the first working hour."""
    return timezone.make_aware(datetime.combine(day, time())) if day else None


REVIEWERS: Final = tuple(dict.fromkeys(name for rule in RULES.values() for name in (*rule.reviewers, *rule.later)))
"""Every capability that reviews something."""
