"""Plans of visits (走访计划): who is visited how often, for everybody or below one grid (domain.md 3.3)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from fieldwork import duties
from fieldwork.models import Period, PopulationTag, VisitDuty, VisitPlan
from fieldwork.models.household import Household
from grid.access import demand
from grid.models import Grid
from grid.scope import scope_of
from incidents.seeds import seed_lines

DATA: Final = Path(__file__).parent / "data"
MOST_TIMES: Final = 31


@dataclass(frozen=True, slots=True)
class NewPlan:
    """What a plan says. `grid` None means everywhere; that is for whoever plans everywhere."""

    name: str
    target: str
    times: int
    period: str
    starts_on: date
    tenure: str = ""
    tag: PopulationTag | None = None
    grid: Grid | None = None


def visible_plans(user: Any) -> QuerySet[VisitPlan]:
    """The plans for everywhere, those below the grids where `user` sees field work, and those that hold above them."""
    scope = scope_of(user)
    above = {code[:n] for code in scope.prefixes("field.view") for n in range(4, len(code))}
    rows = VisitPlan.objects.exclude(name=duties.AGREED).select_related("tag", "grid").defer("grid__boundary")
    return rows.filter(Q(grid__isnull=True) | scope.q("field.view", "grid__code") | Q(grid__code__in=above))


def may_change(plan: VisitPlan, user: Any) -> bool:
    """Whether `user` plans visits wherever the plan holds, and sees the tag that it is about."""
    scope, code = scope_of(user), plan.grid.code if plan.grid else ""
    return scope.can("field.plan", code) and (not plan.is_sensitive or scope.can("care.sensitive", code))


def make_plan(new: NewPlan, *, actor: User, now: datetime) -> VisitPlan:
    """A plan in use; its rounds are opened at once. NotAllowed without `field.plan` there, NotValid by field."""
    columns = _columns(new)
    _demand(actor, new.grid, sensitive=columns["is_sensitive"])
    with _named_once():
        plan = VisitPlan.objects.create(**columns)
        _open(plan, now)
    return plan


def change_plan(plan: VisitPlan, new: NewPlan, *, actor: User, now: datetime) -> VisitPlan:
    """Another rhythm or another target: waiting rounds fall away and are opened anew by what the plan says now."""
    columns = _columns(new)
    for grid in (plan.grid, new.grid):
        _demand(actor, grid, sensitive=plan.is_sensitive or columns["is_sensitive"])
    with _named_once():
        locked = VisitPlan.objects.select_for_update().get(pk=plan.pk)
        for name, value in columns.items():
            setattr(locked, name, value)
        locked.save(update_fields=list(columns))
        VisitDuty.objects.waiting().filter(plan=locked).update(dropped=True)
        _open(locked, now)
    return locked


def switch_plan(plan: VisitPlan, *, on: bool, actor: User, now: datetime) -> VisitPlan:
    """Stop a plan, whose waiting rounds fall away, or take it up again."""
    _demand(actor, plan.grid, sensitive=plan.is_sensitive)
    with transaction.atomic():
        locked = VisitPlan.objects.select_for_update().get(pk=plan.pk)
        locked.is_active = on
        locked.save(update_fields=["is_active"])
        if on:
            _open(locked, now)
        else:
            VisitDuty.objects.waiting().filter(plan=locked).update(dropped=True)
    return locked


def _demand(actor: User, grid: Grid | None, *, sensitive: bool) -> None:
    """NotAllowed without `field.plan` wherever the plan holds; rounds of a sensitive tag are for who sees such tags."""
    for capability in ("field.plan", *(["care.sensitive"] if sensitive else [])):
        demand(actor, capability, grid.code if grid else "")


def _open(plan: VisitPlan, now: datetime) -> None:
    today = timezone.localdate(now)
    if plan.is_active and plan.starts_on <= today:
        duties.open_plan(plan, today=today)


def _columns(new: NewPlan) -> dict[str, Any]:
    target = VisitPlan.Target
    is_tenure, is_care = new.target == target.TENURE, new.target == target.CARE
    demand_valid(
        (
            ("target", new.target in target.values, _("This group is not known.")),
            ("tenure", not is_tenure or new.tenure in Household.Tenure.values, _("Choose the use of the flats.")),
            ("tag", not is_care or new.tag is not None, _("Choose the care tag.")),
            ("times", 1 <= new.times <= MOST_TIMES, _("From 1 to 31 times.")),
            ("period", new.period in Period.values, _("This period is not known.")),
            ("name", bool(new.name.strip()) and new.name.strip() != duties.AGREED, _("Give the plan a name.")),
        )
    )
    return {
        "name": clean_text(new.name, max_length=60),
        "target": new.target,
        "tenure": new.tenure if is_tenure else "",
        "tag": new.tag if is_care else None,
        "times": new.times,
        "period": new.period,
        "grid": new.grid,
        "starts_on": new.starts_on,
        "is_sensitive": bool(is_care and new.tag and new.tag.is_sensitive),
    }


@contextmanager
def _named_once() -> Iterator[None]:
    """The database keeps names apart, also those of two planners at the same moment; NotValid says so at the field."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "fieldwork_visitplan_name" not in str(error):
            raise
        message = _("There is a plan with this name already.")
        raise NotValid(message, {"name": [message]}) from error


def load_visit_plans() -> None:
    """The frequencies of domain.md 3.3, where there are no plans; a plan whose tag the office deleted is left out."""
    if VisitPlan.objects.exclude(name=duties.AGREED).exists():
        return
    tags = PopulationTag.objects.in_bulk(field_name="name")
    lines = [line for line in seed_lines("visit_plans.csv", folder=DATA) if not line["tag"] or line["tag"] in tags]
    VisitPlan.objects.bulk_create(_plan(line, tags, timezone.localdate()) for line in lines)


def _plan(line: dict[str, str], tags: dict[str, PopulationTag], today: date) -> VisitPlan:
    tag = tags.get(line["tag"])
    return VisitPlan(
        name=line["name"],
        target=line["target"],
        tenure=line["tenure"],
        tag=tag,
        times=int(line["times"]),
        period=line["period"],
        starts_on=today,
        is_sensitive=bool(tag and tag.is_sensitive),
        source=line["source"],
    )
