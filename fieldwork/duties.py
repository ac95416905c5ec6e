"""Rounds of visit plans: opened set by set, closed by visits, fallen away, counted (domain.md 3.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from fieldwork.models import Visit, VisitDuty, VisitPlan
from fieldwork.rounds import first_slot, slot_after, slot_of

AGREED: Final = "约定再访"
"""The plan that holds visits agreed at the door; it is not in use, so that no round of it opens by itself."""
REACHED: Final = (Visit.Outcome.MET, Visit.Outcome.REFUSED)
"""Outcomes that end a round: whoever does not want to talk is not asked again until the next one (domain.md 3.7)."""
LIVED_IN: Final = ("owned", "rented", "shared")
"""Uses of a flat that make it a household to visit; other uses have plans of their own."""

# --- opening ----------------------------------------------------------------------------------------------------------

_HOUSEHOLDS: Final = """
INSERT INTO fieldwork_visitduty (plan_id, household_id, subject_id, grid_id, grid_code, due_on, dropped, is_demo)
SELECT %(plan)s, target.id, NULL, target.grid_id, target.grid_code,
       CASE WHEN EXISTS (SELECT 1 FROM fieldwork_visit visit WHERE visit.household_id = target.id
                         AND visit.outcome = ANY(%(reached)s) AND visit.at >= %(since)s)
            THEN %(later)s::date ELSE %(due)s::date END, false, target.is_demo
FROM fieldwork_household target
WHERE target.is_active AND target.tenure = ANY(%(tenures)s) AND target.grid_code LIKE %(below)s
  AND NOT EXISTS (SELECT 1 FROM fieldwork_visitduty open WHERE open.plan_id = %(plan)s
                  AND open.household_id = target.id AND open.done_on IS NULL AND NOT open.dropped)
ON CONFLICT DO NOTHING
"""
_SUBJECTS: Final = """
INSERT INTO fieldwork_visitduty (plan_id, household_id, subject_id, grid_id, grid_code, due_on, dropped, is_demo)
SELECT %(plan)s, NULL, target.id, target.grid_id, target.grid_code,
       CASE WHEN EXISTS (SELECT 1 FROM fieldwork_visit visit WHERE visit.subject_id = target.id
                         AND visit.outcome = ANY(%(reached)s) AND visit.at >= %(since)s)
            THEN %(later)s::date ELSE %(due)s::date END, false, target.is_demo
FROM fieldwork_caresubject target
WHERE target.status = 'active' AND target.tag_id = %(tag)s AND target.grid_code LIKE %(below)s
  AND NOT EXISTS (SELECT 1 FROM fieldwork_visitduty open WHERE open.plan_id = %(plan)s
                  AND open.subject_id = target.id AND open.done_on IS NULL AND NOT open.dropped)
ON CONFLICT DO NOTHING
"""


def open_due_rounds(*, now: datetime) -> int:
    """Let rounds fall away whose reason has gone, then open one for everybody under a plan who has none.

    One statement per plan whatever the number of households; a second run, also at the same time, changes nothing.
    Returns how many rounds were opened, moved or dropped.
    """
    today = timezone.localdate(now)
    done = drop_gone() + follow_moves()
    for plan in VisitPlan.objects.filter(is_active=True, starts_on__lte=today).select_related("grid"):
        done += open_plan(plan, today=today)
    return done


def open_plan(plan: VisitPlan, *, today: date) -> int:
    """Open the rounds of one plan; whoever was visited in this slot already comes in the next one."""
    begun = slot_of(plan.period, plan.times, today)
    given: dict[str, Any] = {
        "plan": plan.pk,
        "reached": [str(one) for one in REACHED],
        "since": datetime.combine(begun.first, time.min, timezone.get_default_timezone()),
        "due": first_slot(plan.period, plan.times, today).last,
        "later": slot_after(plan.period, plan.times, today).last,
        "below": f"{plan.grid.code if plan.grid else ''}%",
        "tenures": [plan.tenure] if plan.target == VisitPlan.Target.TENURE else list(LIVED_IN),
        "tag": plan.tag_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUBJECTS if plan.target == VisitPlan.Target.CARE else _HOUSEHOLDS, given)
        return int(cursor.rowcount)


def drop_gone() -> int:
    """Rounds that nobody owes any more: plan stopped, household gone or used otherwise, care ended."""
    kept = Q(plan__is_active=True) | Q(plan__name=AGREED)
    target = VisitPlan.Target
    fits = (
        Q(subject__status="active")
        | Q(plan__target=target.TENURE, household__is_active=True, household__tenure=F("plan__tenure"))
        | Q(plan__target=target.HOUSEHOLD, household__is_active=True, household__tenure__in=LIVED_IN)
        | Q(plan__name=AGREED, household__is_active=True)
    )
    owed = VisitDuty.objects.waiting().filter(kept, fits).values("pk")
    return VisitDuty.objects.waiting().exclude(pk__in=owed).update(dropped=True)


def follow_moves() -> int:
    """Waiting rounds go along when their household or person comes under another grid."""
    moved = 0
    for name, table in (("household_id", "fieldwork_household"), ("subject_id", "fieldwork_caresubject")):
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE fieldwork_visitduty duty SET grid_id = target.grid_id, grid_code = target.grid_code "  # noqa: S608
                f"FROM {table} target WHERE duty.{name} = target.id AND duty.grid_code <> target.grid_code "
                "AND duty.done_on IS NULL AND NOT duty.dropped"
            )
            moved += cursor.rowcount
    return moved


# --- closing ----------------------------------------------------------------------------------------------------------


def has_begun(duty: VisitDuty, day: date) -> bool:
    """Whether a visit on `day` counts for the round: its slot has begun. A visit that was agreed always counts."""
    plan = duty.plan
    return plan.name == AGREED or slot_of(plan.period, plan.times, duty.due_on).first <= day


def begun_rounds(*, day: date, household: Any = None, subject: Any = None) -> list[VisitDuty]:
    """The waiting rounds of a household and of a person in care that a visit on `day` would close."""
    target = Q(pk__in=())
    if household is not None:
        target |= Q(household=household)
    if subject is not None:
        target |= Q(subject=subject)
    rows = VisitDuty.objects.waiting().filter(target).select_related("plan", "subject__tag")
    return [duty for duty in rows.order_by("due_on", "pk") if has_begun(duty, day)]


def close(duties: Iterable[VisitDuty], visit: Visit, *, day: date) -> list[VisitDuty]:
    """End the rounds by `visit` on `day` and open the next ones; returns those that this call ended.

    Inside the caller's transaction. A round that another visit ended meanwhile stays as it is.
    """
    keys = [duty.pk for duty in duties]
    rows = VisitDuty.objects.waiting().filter(pk__in=keys).select_for_update(of=("self",)).select_related("plan")
    ended = [duty for duty in rows.order_by("pk") if has_begun(duty, day)]
    VisitDuty.objects.filter(pk__in=[duty.pk for duty in ended]).update(done_on=day, visit=visit)
    VisitDuty.objects.bulk_create((_next(duty, day) for duty in ended if duty.plan.is_active), ignore_conflicts=True)
    return ended


def _next(duty: VisitDuty, day: date) -> VisitDuty:
    """The round after a visit on `day`: in the slot that follows, also when the visit came late."""
    plan = duty.plan
    return VisitDuty(
        plan=plan,
        household_id=duty.household_id,
        subject_id=duty.subject_id,
        grid_id=duty.grid_id,
        grid_code=duty.grid_code,
        due_on=slot_after(plan.period, plan.times, day).last,
        is_demo=duty.is_demo,
    )


def agree(visit: Visit, day: date) -> VisitDuty:
    """A round for the day that was agreed at the door; a new day takes the place of the former one."""
    target = {"subject": visit.subject} if visit.subject_id else {"household": visit.household}
    with transaction.atomic():
        found, made = VisitDuty.objects.waiting().get_or_create(
            plan=agreed_plan(),
            **target,
            done_on=None,
            dropped=False,
            defaults={"grid": visit.grid, "grid_code": visit.grid_code, "due_on": day, "is_demo": visit.is_demo},
        )
        if not made:
            VisitDuty.objects.filter(pk=found.pk).update(due_on=day)
            found.due_on = day
    return found


def agreed_plan() -> VisitPlan:
    """The plan of agreed visits; made when the first one is agreed."""
    plan, _made = VisitPlan.objects.get_or_create(
        name=AGREED,
        defaults={
            "target": VisitPlan.Target.HOUSEHOLD,
            "period": "year",
            "starts_on": date(2020, 1, 1),
            "is_active": False,
        },
    )
    return plan


# --- counting ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rate:
    """Of one plan: rounds that were to be done in some days, and how many were done by their end."""

    plan: VisitPlan
    due: int
    visited: int
    late: int

    @property
    def rate(self) -> float | None:
        """走访率, 0 to 1; None when nothing was due."""
        return self.visited / self.due if self.due else None


def counted(rows: QuerySet[VisitDuty], first: date, last: date) -> QuerySet[VisitDuty]:
    """The rounds of `rows` that count from `first` to `last`: due in these days, or due before and not done by then.

    Somebody whom nobody visits counts as not visited in every month, not in one only.
    """
    carried = Q(due_on__lt=first) & (Q(done_on__isnull=True) | Q(done_on__gte=first))
    return rows.filter(carried | Q(due_on__gte=first, due_on__lte=last), dropped=False)


def figures(rows: QuerySet[VisitDuty], first: date, last: date) -> dict[str, int]:
    """Rounds `due` from `first` to `last`, those `visited` by `last`, and those of them that were `late`."""
    done = Q(done_on__lte=last)
    found = counted(rows, first, last).aggregate(
        due=Count("pk"), visited=Count("pk", filter=done), late=Count("pk", filter=done & Q(done_on__gt=F("due_on")))
    )
    return {name: int(value) for name, value in found.items()}


def rates(rows: QuerySet[VisitDuty], first: date, last: date) -> list[Rate]:
    """The rate of every plan that has rounds in `rows` from `first` to `last`, in two queries."""
    done = Q(done_on__lte=last)
    counts = counted(rows, first, last).values("plan").order_by("plan")
    counts = counts.annotate(
        due=Count("pk"), visited=Count("pk", filter=done), late=Count("pk", filter=done & Q(done_on__gt=F("due_on")))
    )
    found: dict[int, Any] = {line["plan"]: line for line in counts}
    plans = VisitPlan.objects.filter(pk__in=found).select_related("tag")
    names = ("due", "visited", "late")
    return [Rate(plan, **{name: found[plan.pk][name] for name in names}) for plan in plans]
