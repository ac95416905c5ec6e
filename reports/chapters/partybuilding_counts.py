"""What the chapter of `partybuilding` counts: over an extent in total or by area, as it stood at the end of it.

What goes through stages is rewound: the status at the end is what the first later step found (`rewound`). What cannot
be known of the past: when a member, a unit or an organization without a day was entered, and the plan of posts.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Least, Left, TruncDate

from grid.models import Grid
from grid.models.grid import LEVEL_BY_LENGTH
from partybuilding.coverage import OF_DEDICATED, OF_LEVEL
from partybuilding.models import (
    Activity,
    Agreement,
    CallAnswer,
    DeputyOpinion,
    DutyShift,
    ForumMeeting,
    HouseholdLink,
    LinkContact,
    MemberCall,
    Need,
    PartnerUnit,
    PartyMember,
    PartyOrganization,
    PartyPost,
    PartyStep,
    PostPlan,
    Project,
    ReportIn,
    Resolution,
    ServiceOrder,
    StarClaim,
    StarDelivery,
    YearlyEvaluation,
)
from reports.chapters import counting
from reports.chapters.counting import Counts, Source, Sources, days, days_in, held, moments_in, sum_of
from reports.metrics import Extent
from reports.periods import PEOPLE_TIME

DONE: Final = ("done", "confirmed", "evaluated")
"""Of a project: the unit has told its result."""
SERVED: Final = ("done", "rated")
GOOD: Final = 4
"""Stars of a good rating, of five."""
LENGTHS: Final = {level: length for length, level in LEVEL_BY_LENGTH.items()}
MODES: Final = tuple(f"members_{mode}" for mode in PartyMember.Management.values)


rewound: Final = partial(counting.rewound, PartyStep)
"""The rows of a model with `was`, their status at the end of the extent."""


# --- organizations and members ----------------------------------------------------------------------------------------


def organizations(extent: Extent) -> QuerySet[PartyOrganization]:
    """Those that existed at the end, with `planned` and `filled` posts; holders beyond the plan fill no other post."""
    rows = PartyOrganization.objects.filter(held(extent, "founded_on", "ended_on"))
    planned = PostPlan.objects.filter(kind=OuterRef("kind")).order_by().values("kind")
    posts = PartyPost.objects.filter(held(extent), party=OuterRef(OuterRef("pk")), title=OuterRef("title"))
    holders = posts.order_by().values("party").annotate(n=Count("pk")).values("n")
    filled = planned.annotate(
        n=Sum(Least(F("count"), Coalesce(Subquery(holders, output_field=IntegerField()), 0)))
    ).values("n")
    return rows.annotate(
        planned=Subquery(planned.annotate(n=Sum("count")).values("n"), output_field=IntegerField()),
        filled=Subquery(filled, output_field=IntegerField()),
    )


def _organization_counts(_extent: Extent) -> Counts:
    kinds = PartyOrganization.Kind
    return {
        "organizations": Count("pk"),
        "grid_branches": Count("pk", filter=Q(kind=kinds.GRID_BRANCH)),
        "groups": Count("pk", filter=Q(kind=kinds.GROUP)),
        "posts_planned": sum_of("planned"),
        "posts_filled": sum_of("filled"),
    }


def _grids(extent: Extent) -> QuerySet[Grid]:
    """The grids that should have an organization of their level, with `covered`: as `partybuilding.coverage` says.

    The keys of covered grids are cut out of the organizations' codes, so that the database hashes them once per level.
    """
    there = PartyOrganization.objects.filter(held(extent, "founded_on", "ended_on"))
    covered = Q(pk__in=())
    for level, kinds in OF_LEVEL.items():
        for form, wanted in ((Grid.Kind.TERRITORIAL, kinds), (Grid.Kind.DEDICATED, OF_DEDICATED)):
            cut = there.filter(kind__in=wanted).annotate(cut=Left("grid_code", LENGTHS[level])).order_by().values("cut")
            covered |= Q(level=level, kind=form, code__in=cut)
    rows: QuerySet[Grid] = Grid.objects.current(days(extent)[1]).filter(level__in=OF_LEVEL)
    return rows.alias(covered=covered)


def _members(extent: Extent) -> QuerySet[PartyMember]:
    first, last = days(extent)
    gone = Q(left_on__lte=last) & ~Q(found_on__gte=first, found_on__lte=last)
    return PartyMember.objects.exclude(gone)


def _member_counts(extent: Extent) -> Counts:
    here = Q(left_on__isnull=True) | Q(left_on__gt=days(extent)[1])
    modes = {name: Count("pk", filter=here & Q(management=name.removeprefix("members_"))) for name in MODES}
    return {
        "members": Count("pk", filter=here),
        **modes,
        "members_found": Count("pk", filter=days_in(extent, "found_on")),
        "members_brought_in": Count("pk", filter=days_in(extent, "found_on") & Q(brought_in_on__lte=days(extent)[1])),
    }


def _link_counts(extent: Extent) -> Counts:
    contacts = LinkContact.objects.filter(moments_in(extent, "at"), link=OuterRef("pk"))
    return {"links": Count("pk"), "links_contacted": Count("pk", filter=Q(Exists(contacts)))}


def _reports_in(extent: Extent) -> QuerySet[ReportIn]:
    """On the list at the end."""
    return rewound(ReportIn, extent).filter(reported_on__lte=days(extent)[1], was__in=("reported", "active"))


def _report_counts(extent: Extent) -> Counts:
    told = YearlyEvaluation.objects.filter(report=OuterRef("pk"), year=days(extent)[1].year, at__lt=extent.end)
    return {
        "reports_in": Count("pk"),
        "reports_new": Count("pk", filter=days_in(extent, "reported_on")),
        "reports_evaluated": Count("pk", filter=Q(Exists(told))),
    }


# --- duty and service -------------------------------------------------------------------------------------------------


def _shifts(extent: Extent) -> QuerySet[DutyShift]:
    return rewound(DutyShift, extent).filter(days_in(extent, "on")).exclude(was="called_off")


def _came(extent: Extent) -> QuerySet[CallAnswer]:
    rows = rewound(CallAnswer, extent, "call").filter(moments_in(extent, "call__starts_at"), was="done")
    return rows.filter(answer=CallAnswer.Answer.CAME)


def _order_counts(extent: Extent) -> Counts:
    served = Q(was__in=SERVED)
    rated = Q(was="rated", rated_at__lt=extent.end)
    return {
        "orders": Count("pk"),
        "orders_done": Count("pk", filter=served),
        "orders_rated": Count("pk", filter=rated),
        "orders_good": Count("pk", filter=rated & Q(rating__gte=GOOD)),
    }


# --- units and the three lists ----------------------------------------------------------------------------------------


def _agreements(extent: Extent) -> QuerySet[Agreement]:
    last = days(extent)[1]
    over = Q(ends_on__lt=last) | Q(ended_on__lte=last)
    return Agreement.objects.filter(starts_on__lte=last).exclude(kind=Agreement.Kind.PLAN).exclude(over)


def needs(extent: Extent) -> QuerySet[Need]:
    """The needs that stood on the list at some time of the extent."""
    ended_before = Q(ended_at__isnull=False, ended_at__lt=extent.start)
    return Need.objects.filter(at__lt=extent.end).exclude(ended_before)


def waiting(extent: Extent) -> Q:
    """Of a need: not ended at the end of the extent."""
    return Q(ended_at__isnull=True) | Q(ended_at__gte=extent.end)


def need_counts(extent: Extent) -> Counts:
    """Raised, still to be met or ended, met, waiting at the end."""
    withdrawn = Q(status=Need.Status.WITHDRAWN) & ~waiting(extent)
    return {
        "needs": Count("pk", filter=moments_in(extent, "at")),
        "needs_due": Count("pk", filter=~withdrawn),
        "needs_met": Count("pk", filter=Q(status=Need.Status.MET) & ~waiting(extent)),
        "needs_open": Count("pk", filter=waiting(extent)),
    }


def _projects(extent: Extent) -> QuerySet[Project]:
    rows = rewound(Project, extent).filter(moments_in(extent, "done_at") | days_in(extent, "promised_on"))
    return rows.annotate(done_on=TruncDate("done_at", tzinfo=PEOPLE_TIME))


def _project_counts(extent: Extent) -> Counts:
    done = Q(was__in=DONE, done_at__lt=extent.end)
    now = done & moments_in(extent, "done_at")
    due = days_in(extent, "promised_on") & ~Q(was="dropped")
    return {
        "projects_done": Count("pk", filter=now),
        "project_members": sum_of("members_count", now),
        "project_people": sum_of("beneficiaries", now),
        "projects_due": Count("pk", filter=due),
        "projects_kept": Count("pk", filter=due & done & Q(done_on__lte=F("promised_on"))),
    }


def pledges(extent: Extent) -> QuerySet[StarClaim]:
    """The claimed stars whose day has come, without those given up."""
    return rewound(StarClaim, extent).filter(days_in(extent, "due_on")).exclude(was="dropped")


def pledge_counts(_extent: Extent) -> Counts:
    """Pledges whose day has come, and those kept: delivered, or found kept at the review."""
    kept = Q(was="delivered") | Q(was="reviewed", grade=StarClaim.Grade.KEPT)
    return {"pledges_due": Count("pk"), "pledges_kept": Count("pk", filter=kept)}


# --- councils and activities ------------------------------------------------------------------------------------------


def councils(extent: Extent) -> QuerySet[ForumMeeting]:
    """The meetings of forums that were held."""
    return rewound(ForumMeeting, extent).filter(moments_in(extent, "starts_at"), was="held")


def _resolution_counts(extent: Extent) -> Counts:
    before_end = {
        "incident": Q(incident__reported_at__lt=extent.end),
        "project": Q(project__at__lt=extent.end),
        "task": Q(task__isnull=True) | Q(task__created_at__lt=extent.end),
        "notice": Q(),
    }
    led = Q(pk__in=())
    for child, condition in before_end.items():
        led |= Q(child=child) & condition
    done = Q(was="done") & (Q(ended_at__isnull=True) | Q(ended_at__lt=extent.end))
    return {
        "resolutions": Count("pk"),
        "resolutions_led": Count("pk", filter=led),
        "resolutions_done": Count("pk", filter=done),
    }


def _resolutions(extent: Extent) -> QuerySet[Resolution]:
    return rewound(Resolution, extent).filter(moments_in(extent, "decided_at")).exclude(was="dropped")


def _opinion_counts(extent: Extent) -> Counts:
    rated = Q(was="rated")
    return {
        "opinions": Count("pk"),
        "opinions_answered": Count("pk", filter=Q(was__in=("answered", "rated"), answered_at__lt=extent.end)),
        "opinions_rated": Count("pk", filter=rated),
        "opinions_satisfied": Count("pk", filter=rated & ~Q(satisfaction=DeputyOpinion.Satisfaction.NOT)),
    }


def activities(extent: Extent) -> QuerySet[Activity]:
    """The activities that were held."""
    return rewound(Activity, extent).filter(moments_in(extent, "starts_at"), was="held")


def activity_counts(_extent: Extent) -> Counts:
    """Activities by level, who came, who gained."""
    levels = Activity.Level
    return {
        "activities": Count("pk"),
        "street_activities": Count("pk", filter=Q(level=levels.STREET)),
        "community_activities": Count("pk", filter=Q(level=levels.COMMUNITY)),
        "activity_people": sum_of("attended"),
        "activity_gained": sum_of("beneficiaries"),
    }


# --- all of them ------------------------------------------------------------------------------------------------------


def _each(**counts: Any) -> Callable[[Extent], Counts]:
    return lambda extent: counts


@cache
def sources() -> tuple[Source, ...]:
    """Every table of party work that counts, one query each."""
    covered = _each(grids_due=Count("pk"), grids_covered=Count("pk", filter=Q(covered=True)))
    on_duty = _each(shifts=Count("pk"), shifts_attended=Count("pk", filter=Q(was="attended")))
    return (
        Source(organizations, _organization_counts),
        Source(_grids, covered, "code"),
        Source(_members, _member_counts),
        Source(lambda extent: HouseholdLink.objects.filter(held(extent)), _link_counts),
        Source(
            lambda extent: LinkContact.objects.filter(moments_in(extent, "at")),
            _each(contacts=Count("pk")),
            "link__grid_code",
        ),
        Source(_reports_in, _report_counts),
        Source(_shifts, on_duty, "post__grid_code"),
        Source(
            lambda extent: rewound(MemberCall, extent).filter(moments_in(extent, "starts_at"), was="done"),
            _each(calls=Count("pk")),
        ),
        Source(_came, _each(calls_came=Count("pk")), "call__grid_code"),
        Source(
            lambda extent: (
                rewound(ServiceOrder, extent).filter(moments_in(extent, "at")).exclude(was__in=("refused", "cancelled"))
            ),
            _order_counts,
        ),
        Source(
            lambda extent: PartnerUnit.objects.filter(held(extent, "joined_on", "left_on")),
            _each(units=Count("pk")),
            "organization__grid__code",
        ),
        Source(_agreements, _each(agreements=Count("pk"))),
        Source(needs, need_counts),
        Source(_projects, _project_counts),
        Source(pledges, pledge_counts),
        Source(
            lambda extent: StarDelivery.objects.filter(days_in(extent, "on")),
            _each(deliveries=Count("pk")),
            "claim__grid_code",
        ),
        Source(councils, _each(councils=Count("pk"), council_people=sum_of("residents"))),
        Source(_resolutions, _resolution_counts),
        Source(lambda extent: rewound(DeputyOpinion, extent).filter(moments_in(extent, "at")), _opinion_counts),
        Source(activities, activity_counts),
    )


SOURCES: Final = Sources(sources)
totals, by_area = SOURCES.totals, SOURCES.by_area
"""The figures, all or `only` some, people not yet guarded; one query each."""
