"""Who has done nothing this year: members, partner units, party organizations of communities.

Only what the platform knows of counts; the lists are meant for a talk, not for a verdict.
"""

from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from grid.querysets import STREET_LENGTH
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
    came, present = CallAnswer.Answer.CAME, ActivityPerson.Presence.PRESENT
    return _without(
        rows,
        DutyShift.objects.filter(**own, on__year=year, status=DutyShift.Status.ATTENDED),
        ServiceOrder.objects.filter(**own, taken_at__year=year),
        CallAnswer.objects.filter(**own, call__starts_at__year=year, answer=came),
        ProjectPerson.objects.filter(**own, project__done_at__year=year),
        ActivityPerson.objects.filter(**own, activity__starts_at__year=year, presence=present),
        LinkContact.objects.filter(link__member=OuterRef("pk"), at__year=year),
        CardEntry.objects.filter(report__member=OuterRef("pk"), on__year=year),
    )


def idle_units(rows: QuerySet[Any], year: int) -> QuerySet[Any]:
    """Units that finished no project, delivered nothing for a star, held no activity, wrote nothing on a card."""
    return _without(
        rows,
        Project.objects.filter(unit=OuterRef("pk"), done_at__year=year, status__in=DONE),
        StarDelivery.objects.filter(claim__unit=OuterRef("pk"), on__year=year),
        Activity.objects.filter(units=OuterRef("pk"), starts_at__year=year, status="held"),
        CardEntry.objects.filter(report__unit=OuterRef("pk"), on__year=year),
    )


def _without(rows: QuerySet[Any], *deeds: QuerySet[Any]) -> QuerySet[Any]:
    """Rows that none of the deeds belongs to; one condition each, so that the database can join instead of probe."""
    for deed in deeds:
        rows = rows.filter(~Exists(deed))
    return rows


def idle_organizations(rows: QuerySet[Any], year: int) -> QuerySet[Any]:
    """Living organizations of communities and grids in whose grid the year saw neither activity nor meeting.

    Building groups hold no activities of their own and are left out.
    """
    kinds = PartyOrganization.Kind
    shown = rows.filter(ended_on=None, kind__in=(kinds.COMMUNITY, kinds.GRID_BRANCH))
    return shown.exclude(grid_code__in=_busy(year))


def _busy(year: int) -> set[str]:
    """The codes of all grids, with those above them, where something was held in the year."""
    held = {"starts_at__year": year, "status": "held"}
    codes = {
        code
        for model in (Activity, ForumMeeting)
        for code in model.objects.filter(**held).order_by().values_list("grid_code", flat=True).distinct()
    }
    return {code[:length] for code in codes for length in range(STREET_LENGTH, len(code) + 1)}
