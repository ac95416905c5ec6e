"""The money of micro-projects: granted out of the call, planned in lines, spent with receipts (domain.md 5.3).

The database keeps what each line has spent and refuses more than its amount; no entry is ever changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from incidents.documents import Upload
from volunteers import micro_news
from volunteers.files import attach
from volunteers.micro import checks_of_budget, demand_decider, demand_keeper, write_budget
from volunteers.models import BudgetLine, Expense, MicroCall, MicroProject, Score
from volunteers.stages import advance, keep_step

SPENDING: Final = ("running", "mid_checked", "final")


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid to a merchant for a line, with its receipts; a mistake is an amount below zero."""

    merchant: str
    text: str
    amount: Decimal
    paid_on: date
    files: Sequence[Upload] = ()


def committed(call: MicroCall) -> Decimal:
    """What the call has given away: granted to projects that live or are closed, of stopped ones what was spent.

    Of a stopped one at most what was granted: what was spent beyond it was the bidder's own money.
    """
    living = call.projects.exclude(status__in=("refused", "stopped")).aggregate(n=Sum("granted"))["n"]
    ended = call.projects.filter(status="stopped").annotate(spent=Sum("budget__spent")).values_list("granted", "spent")
    kept = (min(given or Decimal(), spent or Decimal()) for given, spent in ended)
    return sum(kept, living or Decimal())


def fund(
    project: MicroProject, granted: Decimal, *, actor: User, now: datetime, text: str = "", version: int | None = None
) -> MicroProject:
    """Grant money out of the call. NotNow beyond its money, before it closed, with too few bids or without a review.

    NotAllowed without `micro.decide`, and for the bidder. Two that decide at once queue at the row of the call:
    together they never give more than it has.
    """
    demand_decider(project, "fund", actor)
    with transaction.atomic():
        call = MicroCall.objects.select_for_update(of=("self",)).get(pk=project.call_id)
        demand_valid([("granted", 0 < granted <= project.asked, _("More than nothing, at most what was asked."))])
        _check_call(call, project, granted, timezone.localdate(now))
        done: MicroProject = advance(project, "fund", actor=actor, now=now, version=version, text=text, granted=granted)
        micro_news.step_told(done, "fund", actor=actor, now=now, text=f"{granted}")
    return done


def _check_call(call: MicroCall, project: MicroProject, granted: Decimal, today: date) -> None:
    left = call.budget - committed(call)
    if granted > left:
        raise NotNow(_("The money of the call does not suffice: %(left)s yuan are left.") % {"left": left})
    if today <= call.closes_on:
        raise NotNow(_("The call is still open: others may hand in until its last day."))
    if call.projects.count() < call.least_bids:
        raise NotNow(_("There are fewer bids than the call asks for."))
    if not Score.objects.filter(reviewer__project=project, reviewer__conflict="").exists():
        raise NotNow(_("Nobody without an interest has reviewed it yet."))


def replan(project: MicroProject, budget: Sequence[tuple[str, Decimal]], *, actor: User, now: datetime) -> MicroProject:
    """The budget for the money that was granted, before the beginning. NotNow later; NotValid unless it adds up."""
    demand_keeper(project, actor)
    with transaction.atomic():
        locked: MicroProject = MicroProject.objects.select_for_update(of=("self",)).get(pk=project.pk)
        if locked.status != MicroProject.Status.FUNDED:
            raise NotNow(_("The budget is planned between the decision and the beginning."))
        demand_valid(checks_of_budget(budget, (locked.granted or Decimal()) + locked.own_money))
        locked.budget.all().delete()
        write_budget(locked, budget)
        keep_step(locked, before=locked.status, actor=actor, now=now, text=str(_("Budget planned anew")))
    return locked


def spend(line: BudgetLine, paid: Paid, *, actor: User, now: datetime) -> Expense:
    """Note what was paid, with its receipts. NotNow when the line has less left or the project does not run.

    NotValid by field; money needs its receipt at once, only the correction of a mistake has none.
    """
    project = line.project
    demand_keeper(project, actor)
    words = {"merchant": clean_text(paid.merchant, max_length=100), "text": clean_text(paid.text, max_length=200)}
    demand_valid(
        [
            ("merchant", bool(words["merchant"]), _("Say to whom it was paid.")),
            ("text", bool(words["text"]), _("Say for what.")),
            ("amount", paid.amount != 0, _("More than nothing.")),
            ("paid_on", paid.paid_on <= timezone.localdate(now), _("This day is still to come.")),
            ("files", paid.amount < 0 or bool(paid.files), _("The receipt belongs to it.")),
        ]
    )
    try:
        with transaction.atomic():
            locked = MicroProject.objects.select_for_update(of=("self",)).get(pk=project.pk)
            if locked.status not in SPENDING:
                raise NotNow(_("Money is spent while the project runs."))
            made = Expense.objects.create(
                line=line, amount=paid.amount, paid_on=paid.paid_on, by=actor, at=now, **words
            )
            attach(paid.files, owner=made, actor=actor, now=now)
            return made
    except IntegrityError as error:
        if "budget_never_overspent" in str(error):
            raise NotNow(_("This line of the budget has less left than that.")) from error
        raise
