"""What the chapter of `volunteers` counts: over an extent in total or by area, as it stood at the end of it.

What goes through stages is rewound (`counting.rewound`); of projects the day of a decision is that of its step. Money,
hours and points are told whole, rounded down. What cannot be known of the past: service points that opened or closed
since, the households of buildings, and the plan of a budget.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final

from django.db.models import (
    BigIntegerField,
    Count,
    DecimalField,
    Exists,
    F,
    FloatField,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Cast, Coalesce, Floor

from grid.models import Building, Compound
from reports.chapters import counting
from reports.chapters.counting import Counts, Source, Sources, days, days_in, moments_in, sum_of
from reports.metrics import Extent
from volunteers.models import (
    BudgetLine,
    Certificate,
    Exchange,
    Expense,
    HourRecord,
    MicroProject,
    PointEntry,
    ServiceActivity,
    ServicePoint,
    Shift,
    SignUp,
    Team,
    Volunteer,
    VolunteerStep,
    Wish,
    WishClaim,
    WishReceipt,
)
from volunteers.point_rules import HUNDREDTHS

WAITING: Final = ("published", "claimed", "delivered")
"""Of a wish: on the board or with its helpers."""
WORKING: Final = ("active", "paused")
CAME: Final = ("here", "done", "confirmed")
HOLDING: Final = ("signed_up", *CAME, "no_show")
RUNNING: Final = ("funded", "running", "mid_checked", "final")
GOOD: Final = 4
"""Of five: a good rating."""

rewound: Final = partial(counting.rewound, VolunteerStep)
"""The rows of a model with `was`, their status at the end of the extent."""


def whole(field: str, condition: Q | None = None) -> Any:
    """The sum of an amount of money in whole units, rounded down; 0 of nothing."""
    money = Sum(field, filter=condition, default=0, output_field=DecimalField(max_digits=14, decimal_places=2))
    return Cast(Floor(money), BigIntegerField())


# --- wishes -----------------------------------------------------------------------------------------------------------


def wishes(extent: Extent) -> QuerySet[Wish]:
    """The wishes that were on the board at some time of the extent and not granted before it, or came in during it."""
    granted_before = Q(confirmed_at__isnull=False, confirmed_at__lt=extent.start)
    return rewound(Wish, extent).filter(at__lt=extent.end).exclude(granted_before)


def waiting(extent: Extent) -> Q:
    """Of a wish: still to be granted at the end."""
    return Q(published_at__lt=extent.end, was__in=WAITING)


def wish_counts(extent: Extent) -> Counts:
    """Collected, published, to be granted, granted, still waiting; rated and rated well."""
    granted = moments_in(extent, "confirmed_at")
    return {
        "wishes": Count("pk", filter=moments_in(extent, "at")),
        "wishes_published": Count("pk", filter=moments_in(extent, "published_at")),
        "wishes_due": Count("pk", filter=waiting(extent) | granted),
        "wishes_granted": Count("pk", filter=granted),
        "wishes_open": Count("pk", filter=waiting(extent)),
        "wishes_rated": Count("pk", filter=granted & Q(rating__isnull=False)),
        "wishes_good": Count("pk", filter=granted & Q(rating__gte=GOOD)),
    }


def _due_claims(extent: Extent) -> QuerySet[WishClaim]:
    """Claims whose seven days end in the extent, without those given up before anybody spoke."""
    rows = rewound(WishClaim, extent).filter(moments_in(extent, "contact_by"))
    return rows.exclude(was="given_up", contacted_at__isnull=True)


def _due_counts(_extent: Extent) -> Counts:
    return {
        "claims_due": Count("pk"),
        "claims_contacted": Count("pk", filter=Q(contacted_at__lte=F("contact_by"))),
        "claims_lapsed": Count("pk", filter=Q(was="lapsed")),
    }


# --- volunteers and what they do --------------------------------------------------------------------------------------


def _volunteers(extent: Extent) -> QuerySet[Volunteer]:
    return rewound(Volunteer, extent).filter(at__lt=extent.end, was__in=WORKING)


def _teams(extent: Extent) -> QuerySet[Team]:
    founded = Q(founded_on__isnull=True) | Q(founded_on__lte=days(extent)[1])
    return rewound(Team, extent).filter(founded, was="active")


def shifts(extent: Extent) -> QuerySet[Shift]:
    """The shifts that began in the extent, of services that were not called off."""
    return rewound(Shift, extent, "service").filter(moments_in(extent, "starts_at")).exclude(was="called_off")


def shift_counts(_extent: Extent) -> Counts:
    """Services, their shifts, and the slots of these."""
    return {
        "services": Count("service", distinct=True),
        "service_shifts": Count("pk"),
        "service_slots": sum_of("slots"),
    }


def sign_ups(extent: Extent) -> QuerySet[SignUp]:
    """Who held a slot of a shift that began in the extent."""
    called_off = rewound(ServiceActivity, extent).filter(was="called_off").values("pk")
    rows = rewound(SignUp, extent).filter(moments_in(extent, "shift__starts_at"), was__in=HOLDING)
    return rows.exclude(shift__service__in=called_off)


def sign_up_counts(_extent: Extent) -> Counts:
    """Slots held, who came, whose hours two sides confirmed, who did not come."""
    return {
        "service_people": Count("pk"),
        "service_came": Count("pk", filter=Q(was__in=CAME)),
        "service_confirmed": Count("pk", filter=Q(was="confirmed")),
        "no_shows": Count("pk", filter=Q(was="no_show")),
    }


def _ended(extent: Extent) -> QuerySet[ServiceActivity]:
    """The services whose last shift ended in the extent, and whose result was noted."""
    last = Shift.objects.filter(service=OuterRef("pk")).order_by().values("service").annotate(at=Max("ends_at"))
    rows = rewound(ServiceActivity, extent).annotate(last=Subquery(last.values("at")))
    return rows.filter(moments_in(extent, "last"), was="ended")


def hours(extent: Extent) -> QuerySet[HourRecord]:
    """The records of service of these days with their corrections so far; nothing taken over from elsewhere."""
    rows = HourRecord.objects.filter(days_in(extent, "on"), at__lt=extent.end)
    return rows.filter(Q(kind="service") | Q(kind="correction", corrects__kind="service"))


def _hour_counts(_extent: Extent) -> Counts:
    return {
        "service_hours": sum_of("minutes") / 60,
        "volunteers_serving": Count("volunteer", distinct=True, filter=Q(kind="service")),
    }


# --- points -----------------------------------------------------------------------------------------------------------


def _issued(extent: Extent) -> QuerySet[PointEntry]:
    kinds = (PointEntry.Kind.EARN, PointEntry.Kind.BONUS)
    return PointEntry.objects.filter(moments_in(extent, "at"), kind__in=kinds, giver__kind="issue")


def _exchanges(extent: Extent) -> QuerySet[Exchange]:
    return rewound(Exchange, extent).filter(moments_in(extent, "at"), was__in=("reserved", "handed_out"))


# --- micro-projects ---------------------------------------------------------------------------------------------------


def decided(extent: Extent, status: str) -> Exists:
    """Of a project: it came to `status` in the extent."""
    steps = VolunteerStep.objects.filter(moments_in(extent, "at"), subject="microproject", after=status)
    return Exists(steps.filter(subject_id=OuterRef("pk")))


def projects(extent: Extent) -> QuerySet[MicroProject]:
    """The micro-projects that were submitted before the end."""
    rows = rewound(MicroProject, extent).filter(at__lt=extent.end)
    return rows.annotate(now_funded=decided(extent, "funded"), now_closed=decided(extent, "closed"))


def project_counts(extent: Extent) -> Counts:
    """Submitted, funded with how much, in progress, closed and who gained."""
    return {
        "micro_bids": Count("pk", filter=moments_in(extent, "at")),
        "micro_funded": Count("pk", filter=Q(now_funded=True)),
        "micro_granted": whole("granted", Q(now_funded=True)),
        "micro_running": Count("pk", filter=Q(was__in=RUNNING)),
        "micro_closed": Count("pk", filter=Q(now_closed=True)),
        "micro_gained": sum_of("beneficiaries", Q(now_closed=True)),
    }


def budgets(extent: Extent) -> QuerySet[BudgetLine]:
    """The budgets of what was in progress at the end."""
    return rewound(BudgetLine, extent, "project").filter(was__in=RUNNING, project__at__lt=extent.end)


def _expense_counts(extent: Extent) -> Counts:
    return {
        "micro_spent": whole("amount", days_in(extent, "paid_on")),
        "micro_used": whole("amount", Q(was__in=RUNNING)),
    }


# --- service points ---------------------------------------------------------------------------------------------------


def _near(*places: str) -> Exists:
    """A service point in use is within its walk of the first of the `places` that is known."""
    place = Coalesce(*map(OuterRef, places)) if len(places) > 1 else OuterRef(*places)
    apart = Func(F("place"), place, function="ST_DistanceSphere", output_field=FloatField())
    return Exists(ServicePoint.objects.filter(is_active=True).annotate(apart=apart).filter(apart__lte=F("reach")))


def _buildings(_extent: Extent) -> QuerySet[Building]:
    """Buildings with households and a place, their own or that of their compound."""
    placed = Q(point__isnull=False) | Q(compound__point__isnull=False)
    rows: QuerySet[Building] = Building.objects.filter(placed, households__gt=0)
    return rows.annotate(near=_near("point", "compound__point"))


def _compounds(_extent: Extent) -> QuerySet[Compound]:
    """Compounds on the map whose households are not told by building."""
    told = Building.objects.filter(compound=OuterRef("pk"), households__gt=0)
    rows: QuerySet[Compound] = Compound.objects.filter(~Exists(told), point__isnull=False, households__gt=0)
    return rows.annotate(near=_near("point"))


def _home_counts(_extent: Extent) -> Counts:
    """Households on the map, and those within the walk of a service point: as on the page (`volunteers.circle`)."""
    return {"homes": sum_of("households"), "homes_near": sum_of("households", Q(near=True))}


# --- all of them ------------------------------------------------------------------------------------------------------


def _each(**counts: Any) -> Callable[[Extent], Counts]:
    return lambda extent: counts


@cache
def sources() -> tuple[Source, ...]:
    """Every table of volunteers' work that counts, one query each."""
    return (
        Source(wishes, wish_counts),
        Source(
            lambda extent: WishClaim.objects.filter(moments_in(extent, "claimed_at")),
            _each(claims=Count("pk")),
            "wish__grid_code",
        ),
        Source(_due_claims, _due_counts, "wish__grid_code"),
        Source(
            lambda extent: WishReceipt.objects.filter(days_in(extent, "paid_on"), at__lt=extent.end),
            _each(wish_money=whole("amount")),
            "claim__wish__grid_code",
        ),
        Source(
            _volunteers,
            lambda extent: {
                "volunteers": Count("pk"),
                "volunteers_new": Count("pk", filter=moments_in(extent, "at")),
            },
        ),
        Source(
            lambda extent: rewound(Team, extent).filter(
                Q(founded_on=None) | Q(founded_on__lte=days(extent)[1]), was="active"
            ),
            _each(teams=Count("pk")),
        ),
        Source(shifts, shift_counts, "service__grid_code"),
        Source(sign_ups, sign_up_counts, "shift__service__grid_code"),
        Source(_ended, _each(service_gained=sum_of("beneficiaries"))),
        Source(hours, _hour_counts, "volunteer__grid_code"),
        Source(
            lambda extent: Certificate.objects.filter(moments_in(extent, "issued_at")), _each(certificates=Count("pk"))
        ),
        Source(_issued, _each(points_issued=sum_of("amount") / HUNDREDTHS), "taker__volunteer__grid_code"),
        Source(_exchanges, _each(exchanges=Count("pk"), points_exchanged=sum_of("points")), "volunteer__grid_code"),
        Source(projects, project_counts),
        Source(budgets, _each(micro_budget=whole("amount")), "project__grid_code"),
        Source(
            lambda extent: rewound(Expense, extent, "line__project").filter(
                at__lt=extent.end, paid_on__lte=days(extent)[1]
            ),
            _expense_counts,
            "line__project__grid_code",
        ),
        Source(lambda extent: ServicePoint.objects.filter(is_active=True), _each(service_points=Count("pk"))),
        Source(_buildings, _home_counts, "grid__code"),
        Source(_compounds, _home_counts, "grid__code"),
    )


SOURCES: Final = Sources(sources)
totals, by_area = SOURCES.totals, SOURCES.by_area
"""The figures, all or `only` some, people not yet guarded; one query each."""
