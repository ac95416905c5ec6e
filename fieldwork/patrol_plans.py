"""Plans of patrols: how often a grid is walked, and which rounds are due now (domain.md 3.3)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from fieldwork.models import Checkpoint, Patrol, PatrolPlan
from grid.access import demand
from grid.models import Grid
from grid.scope import scope_of
from grid.stages import check_version

MOST_TIMES: Final = 24
MOST_CHECKPOINTS: Final = 60
NAME_LENGTH: Final = 60
MOST_PLANS: Final = 500
"""Plans that one reader is shown rounds of; a street has one or two for each of its 126 grids."""

Spot = tuple[str, Point | None]


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan as it was typed; `checkpoints` are names with a place where one is known."""

    name: str
    kind: str
    weekdays: Sequence[int]
    times: int
    starts_on: date
    ends_on: date | None = None
    opens_at: time | None = None
    closes_at: time | None = None
    checkpoints: Sequence[Spot] = ()


@dataclass(frozen=True, slots=True)
class Round:
    """What one plan wants on one day: from when to when, how often, how often it was walked, who is on the way."""

    plan: PatrolPlan
    opens: datetime
    closes: datetime
    done: int
    running: Patrol | None = None

    @property
    def left(self) -> int:
        """Rounds still to be walked."""
        return max(0, self.plan.times - self.done)

    def state(self, now: datetime) -> str:
        """done, running, later (not before its hour), open, or missed."""
        if not self.left:
            return "done"
        if self.running is not None:
            return "running"
        if now < self.opens:
            return "later"
        return "open" if now < self.closes else "missed"


# --- writing ----------------------------------------------------------------------------------------------------------


def add_plan(new: NewPlan, *, grid: Grid, actor: User) -> PatrolPlan:
    """Plan patrols of `grid`. NotAllowed without field.plan there, NotValid with a message for every wrong field."""
    demand(actor, "field.plan", grid.code)
    with transaction.atomic():
        Grid.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=grid.pk)  # one name is given once
        plan = PatrolPlan.objects.create(grid=grid, grid_code=grid.code, **_columns(new, grid))
        _set_checkpoints(plan, new.checkpoints)
    return plan


def change_plan(plan: PatrolPlan, new: NewPlan, *, actor: User, version: int | None = None) -> PatrolPlan:
    """Write a plan anew; checkpoints that keep their name keep their passings. NotNow when the form is stale."""
    demand(actor, "field.plan", plan.grid_code)
    with transaction.atomic():
        locked = PatrolPlan.objects.select_for_update(of=("self",)).select_related("grid").get(pk=plan.pk)
        check_version(locked, version)
        for name, value in _columns(new, locked.grid, but=locked.pk).items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save()
        _set_checkpoints(locked, new.checkpoints)
    return locked


def _columns(new: NewPlan, grid: Grid, but: int | None = None) -> dict[str, Any]:
    """The columns of a plan; NotValid names every wrong field at once."""
    name = clean_text(new.name, max_length=NAME_LENGTH)
    taken = PatrolPlan.objects.filter(grid=grid, name=name).exclude(pk=but).exists()
    weekdays = sorted(set(new.weekdays))
    checks = (
        ("name", bool(name), _("Give the plan a name.")),
        ("name", not taken, _("This grid has a plan of this name already.")),
        ("weekdays", bool(weekdays) and set(weekdays) <= set(range(1, 8)), _("Choose at least one day of the week.")),
        ("times", 1 <= new.times <= MOST_TIMES, _("Between 1 and 24 times a day.")),
        ("ends_on", new.ends_on is None or new.ends_on >= new.starts_on, _("The end lies before the beginning.")),
        ("closes_at", (new.opens_at is None) == (new.closes_at is None), _("Give both hours or none.")),
        ("closes_at", new.opens_at is None or new.opens_at != new.closes_at, _("The two hours are the same.")),
        ("checkpoints", len(new.checkpoints) <= MOST_CHECKPOINTS, _("At most 60 checkpoints.")),
    )
    wrong: dict[str, list[str]] = {}
    for field, good, said in checks:
        if not good:
            wrong.setdefault(field, []).append(said)
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)
    kept = {field: getattr(new, field) for field in ("kind", "times", "starts_on", "ends_on", "opens_at", "closes_at")}
    return {"name": name, "weekdays": weekdays, **kept}


def _set_checkpoints(plan: PatrolPlan, wanted: Sequence[Spot]) -> None:
    """The points of the plan in their order; who passed those that stay is not forgotten."""
    names = {name: (n, point) for n, (name, point) in enumerate(wanted, 1)}
    kept = {row.name: row for row in plan.checkpoints.all()}
    plan.checkpoints.exclude(name__in=names).delete()
    for name, (position, point) in names.items():
        row = kept.get(name) or Checkpoint(plan=plan, name=name)
        row.position, row.point = position, point
        row.save()


def points_of(plan: PatrolPlan, *, since: datetime) -> list[Checkpoint]:
    """The points of a plan, each with `passed`: how often it was told of since then; two queries."""
    told = Patrol.passed.through.objects.filter(patrol__plan=plan, patrol__at__gte=since)
    counted = Counter(told.values_list("checkpoint_id", flat=True))
    points = list(plan.checkpoints.all())
    for point in points:
        point.passed = counted[point.pk]  # type: ignore[attr-defined]
    return points


# --- what is due ------------------------------------------------------------------------------------------------------


def rounds_of(plans: Iterable[PatrolPlan], now: datetime) -> list[Round]:
    """The rounds of today, and of last night where a plan goes past midnight; two queries for any number of plans."""
    spans = [(plan, *span) for plan in plans for span in _spans(plan, now)]
    if not spans:
        return []
    walked = Patrol.objects.filter(plan__in={plan.pk for plan, *_span in spans}, at__gte=min(s for _p, s, _e in spans))
    by_plan: dict[int | None, list[Patrol]] = defaultdict(list)
    for row in walked.exclude(status=Patrol.Status.DROPPED).select_related("by").order_by("at"):
        by_plan[row.plan_id].append(row)
    return [_round(plan, opens, closes, by_plan[plan.pk]) for plan, opens, closes in spans]


def _round(plan: PatrolPlan, opens: datetime, closes: datetime, walked: Iterable[Patrol]) -> Round:
    mine = [row for row in walked if opens <= row.at < closes]
    done = sum(row.status == Patrol.Status.FINISHED for row in mine)
    running = next((row for row in mine if row.status == Patrol.Status.RUNNING), None)
    return Round(plan, opens, closes, done, running)


def _spans(plan: PatrolPlan, now: datetime) -> list[tuple[datetime, datetime]]:
    """From when to when the plan wants patrols: today, and since yesterday evening while that night lasts."""
    today = timezone.localdate(now)
    found = []
    for day in (today - timedelta(days=1), today):
        opens, closes = span_of(plan, day)
        if wanted_on(plan, day) and (day == today or closes > now):
            found.append((opens, closes))
    return found


def span_of(plan: PatrolPlan, day: date) -> tuple[datetime, datetime]:
    """The hours of the plan that begin on `day` (end excluded); a plan from 20:00 to 02:00 ends on the next day."""
    zone = timezone.get_current_timezone()
    opens = datetime.combine(day, plan.opens_at or time.min, tzinfo=zone)
    past_midnight = plan.closes_at is None or (plan.opens_at is not None and plan.closes_at < plan.opens_at)
    last = day + timedelta(days=1) if past_midnight else day
    return opens, datetime.combine(last, plan.closes_at or time.min, tzinfo=zone)


def wanted_on(plan: PatrolPlan, day: date) -> bool:
    """Whether the plan wants patrols on `day`."""
    runs = plan.starts_on <= day and (plan.ends_on is None or plan.ends_on >= day)
    return runs and day.isoweekday() in plan.weekdays


def current(rows: QuerySet[PatrolPlan], today: date) -> QuerySet[PatrolPlan]:
    """The plans that run on `today`, whatever the day of the week."""
    return rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today)


def due_rounds(user: Any, now: datetime, *, limit: int = MOST_PLANS) -> list[Round]:
    """The rounds of the grids where `user` writes field work: those to walk now first, done ones last; three queries.

    For the home of the phone and for the page of patrols. Of somebody with a whole street the widest grids come first.
    """
    where = scope_of(user).q("field.write", "grid_code")
    today = timezone.localdate(now)
    # last night may still run: a plan that ended yesterday counts until its hours are over
    plans = PatrolPlan.objects.filter(where, starts_on__lte=today).exclude(ends_on__lt=today - timedelta(days=1))
    rows = plans.select_related("grid").defer("grid__boundary").order_by("grid__level", "grid_code", "kind", "id")
    order = {"running": 0, "open": 1, "later": 2, "missed": 3, "done": 4}
    found = rounds_of(rows[:MOST_PLANS], now)
    return sorted(found, key=lambda one: (order[one.state(now)], one.closes))[:limit]


@dataclass(frozen=True, slots=True)
class Kept:
    """How far a plan was kept in some days: rounds that were wanted, and those of them that were walked."""

    wanted: int = 0
    walked: int = 0

    @property
    def share(self) -> float | None:
        """0..1; None where nothing was wanted."""
        return self.walked / self.wanted if self.wanted else None


def kept_in(plans: Sequence[PatrolPlan], first: date, last: date) -> dict[int, Kept]:
    """How far each plan was kept from `first` to `last` (both included), by its id; one query.

    More rounds than wanted on one day do not make good for another day.
    """
    if not plans:
        return {}
    start, end = span_of(PatrolPlan(), first)[0], span_of(PatrolPlan(), last + timedelta(days=1))[1]
    rows = Patrol.objects.filter(plan__in=plans, status=Patrol.Status.FINISHED, at__gte=start, at__lt=end)
    times: dict[int | None, list[datetime]] = defaultdict(list)
    for plan_id, at in rows.values_list("plan_id", "at"):
        times[plan_id].append(at)
    return {plan.pk: _kept(plan, first, last, times[plan.pk]) for plan in plans}


def _kept(plan: PatrolPlan, first: date, last: date, walked: Sequence[datetime]) -> Kept:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    spans = [span_of(plan, day) for day in days if wanted_on(plan, day)]
    done = sum(min(plan.times, sum(opens <= at < closes for at in walked)) for opens, closes in spans)
    return Kept(len(spans) * plan.times, done)
