"""Who has done nothing this year: members, partner units, party organizations of communities.

Only what the platform knows of counts; the lists are meant for a talk, not for a verdict.
"""

from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from partybuilding.models import (
    Activity,
    ActivityPerson,
    CallAnswer,
    CardEntry,
    DutyShift,
    ForumMeeting,
    LinkContact,
    PartyOrganization,
    Project,
    ProjectPerson,
    ServiceOrder,
    StarDelivery,
)

DONE: Final = ("done", "confirmed", "evaluated")


def idle_members(rows: QuerySet[Any], year: int) -> QuerySet[Any]:
    """Members of whom the year knows no shift, order, call, project, activity, contact with a household, card entry."""
    own: dict[str, Any] = {"member": OuterRef("pk")}
    return rows.exclude(
        Exists(DutyShift.objects.filter(**own, on__year=year, status=DutyShift.Status.ATTENDED))
        | Exists(ServiceOrder.objects.filter(**own, taken_at__year=year))
        | Exists(CallAnswer.objects.filter(**own, call__starts_at__year=year, answer=CallAnswer.Answer.CAME))
        | Exists(ProjectPerson.objects.filter(**own, project__done_at__year=year))
        | Exists(
            ActivityPerson.objects.filter(
                **own, activity__starts_at__year=year, presence=ActivityPerson.Presence.PRESENT
            )
        )
        | Exists(LinkContact.objects.filter(link__member=OuterRef("pk"), at__year=year))
        | Exists(CardEntry.objects.filter(report__member=OuterRef("pk"), on__year=year))
    )


def idle_units(rows: QuerySet[Any], year: int) -> QuerySet[Any]:
    """Units that finished no project, delivered nothing for a star, held no activity, wrote nothing on a card."""
    own: dict[str, Any] = {"unit": OuterRef("pk")}
    return rows.exclude(
        Exists(Project.objects.filter(**own, done_at__year=year, status__in=DONE))
        | Exists(StarDelivery.objects.filter(claim__unit=OuterRef("pk"), on__year=year))
        | Exists(Activity.objects.filter(units=OuterRef("pk"), starts_at__year=year, status="held"))
        | Exists(CardEntry.objects.filter(report__unit=OuterRef("pk"), on__year=year))
    )


def idle_organizations(rows: QuerySet[Any], year: int) -> QuerySet[Any]:
    """Living organizations of streets, communities and grids in whose grid the year saw neither activity nor meeting.

    Building groups hold no activities of their own and are left out.
    """
    below = Q(grid_code__startswith=OuterRef("grid_code"))
    kinds = PartyOrganization.Kind
    return rows.filter(ended_on=None, kind__in=(kinds.COMMUNITY, kinds.GRID_BRANCH)).exclude(
        Exists(Activity.objects.filter(below, starts_at__year=year, status="held"))
        | Exists(ForumMeeting.objects.filter(below, starts_at__year=year, status="held"))
    )
