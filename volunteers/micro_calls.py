"""Calls for micro-projects: their money, days and criteria (domain.md 5.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Count, DecimalField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from grid.models import Grid
from volunteers import micro_news
from volunteers.models import BudgetLine, Criterion, MicroCall, MicroProject

USUAL: Final = (
    (gettext_lazy("How much it is needed"), 20),
    (gettext_lazy("Locality"), 15),
    (gettext_lazy("Participation"), 15),
    (gettext_lazy("Feasibility"), 15),
    (gettext_lazy("Innovation"), 10),
    (gettext_lazy("Sustainability"), 10),
    (gettext_lazy("Budget"), 15),
)
"""What bids are scored on (W78); the points are the office's to change."""


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call; `criteria` is (what, points at most)."""

    grid: Grid
    name: str
    opens_on: date
    closes_on: date
    budget: Decimal
    criteria: Sequence[tuple[str, int]]
    ceiling: Decimal | None = None
    own_share: Decimal = Decimal(10)
    least_bids: int = 3
    text: str = ""


def open_call(new: NewCall, *, actor: User, now: datetime) -> MicroCall:
    """Call for micro-projects and tell the leaders of teams and the units. NotValid by field, also for a name twice."""
    demand(actor, "micro.edit", new.grid.code)
    fields = _fields(new, today=timezone.localdate(now))
    try:
        with transaction.atomic():
            made = MicroCall.objects.create(grid=new.grid, grid_code=new.grid.code, **fields)
            _write_criteria(made, new.criteria)
            micro_news.call_opened(made, actor=actor, now=now)
    except IntegrityError as error:
        raise NotValid(
            _("Please correct the marked fields."), {"name": [_("There is a call of this name.")]}
        ) from error
    return made


def change_call(call: MicroCall, new: NewCall, *, actor: User, now: datetime) -> MicroCall:
    """Change a call before anybody handed in: afterwards its money, days and criteria are what all were told."""
    demand(actor, "micro.edit", call.grid_code)
    fields = _fields(new, today=None)
    with transaction.atomic():
        locked = MicroCall.objects.select_for_update(of=("self",)).get(pk=call.pk)
        if locked.projects.exists():
            raise NotNow(_("Somebody has handed in already: the call stays as it was told."))
        for name, value in fields.items():
            setattr(locked, name, value)
        locked.save(update_fields=list(fields))
        locked.criteria.all().delete()
        _write_criteria(locked, new.criteria)
    return locked


def _fields(new: NewCall, *, today: date | None) -> dict[str, object]:
    words = {
        "name": clean_text(new.name, max_length=60),
        "text": clean_text(new.text, max_length=3000, multiline=True),
    }
    fits = new.ceiling is None or 0 < new.ceiling <= new.budget
    demand_valid(
        [
            ("name", bool(words["name"]), _("Give it a name.")),
            ("closes_on", new.opens_on <= new.closes_on, _("The last day is before the first one.")),
            ("closes_on", today is None or new.closes_on >= today, _("This day has passed.")),
            ("budget", new.budget > 0, _("More than nothing.")),
            ("ceiling", fits, _("More than nothing, at most the money of the call.")),
            ("own_share", 0 <= new.own_share <= 100, _("From 0 to 100 per cent.")),
            ("criteria", bool(new.criteria), _("Say what the bids are scored on.")),
            ("criteria", all(most > 0 for _name, most in new.criteria), _("Each criterion has points.")),
            (
                "criteria",
                len({name for name, _most in new.criteria}) == len(new.criteria),
                _("Each criterion has a name of its own."),
            ),
        ]
    )
    figures = {"opens_on": new.opens_on, "closes_on": new.closes_on, "budget": new.budget, "ceiling": new.ceiling}
    return {**words, **figures, "own_share": new.own_share, "least_bids": new.least_bids}


def _write_criteria(call: MicroCall, criteria: Sequence[tuple[str, int]]) -> None:
    Criterion.objects.bulk_create(
        Criterion(call=call, name=clean_text(name, max_length=40), most=most, position=position)
        for position, (name, most) in enumerate(criteria, 1)
    )


def with_figures(rows: QuerySet[MicroCall]) -> QuerySet[MicroCall]:
    """With `bids`, `chosen`, `granted`, `spent` of each call, in one query."""
    money: DecimalField[Decimal, Decimal] = DecimalField(max_digits=12, decimal_places=2)
    of_call = MicroProject.objects.filter(call=OuterRef("pk")).order_by().values("call")
    lines = BudgetLine.objects.filter(project__call=OuterRef("pk")).order_by().values("project__call")
    chosen = Count("pk", filter=Q(granted__isnull=False))
    granted = Sum("granted", filter=~Q(status="stopped"))
    return rows.annotate(
        bids=Coalesce(Subquery(of_call.annotate(n=Count("pk")).values("n")), 0),
        chosen=Coalesce(Subquery(of_call.annotate(n=chosen).values("n")), 0),
        granted=Coalesce(Subquery(of_call.annotate(n=granted).values("n")), Decimal(), output_field=money),
        spent=Coalesce(Subquery(lines.annotate(n=Sum("spent")).values("n")), Decimal(), output_field=money),
    )
