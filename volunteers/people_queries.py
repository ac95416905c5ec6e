"""What pages, API and files read of volunteers and teams: rows with what a line shows, in few queries."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from volunteers import teams
from volunteers.models import HourRecord, Membership, Team, Volunteer


def volunteer_rows(user: Any) -> QuerySet[Volunteer]:
    """The volunteers that `user` sees, with `minutes` of service and the number of `teams`."""
    rows: QuerySet[Volunteer] = Volunteer.objects.visible_to(user)
    hours = HourRecord.objects.filter(volunteer=OuterRef("pk")).order_by().values("volunteer")
    within = Membership.objects.filter(volunteer=OuterRef("pk"), status="active").order_by().values("volunteer")
    return (
        rows.select_related("grid")
        .defer("grid__boundary")
        .annotate(
            minutes=Coalesce(Subquery(hours.annotate(m=Sum("minutes")).values("m"), output_field=IntegerField()), 0),
            in_teams=Coalesce(Subquery(within.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
        )
    )


def team_rows(user: Any) -> QuerySet[Team]:
    """The teams that `user` sees, with `members` and `waiting`."""
    rows: QuerySet[Team] = Team.objects.visible_to(user)
    return teams.with_counts(rows).select_related("grid", "leader").defer("grid__boundary")


def counts_by_status(user: Any, *, under: str = "") -> dict[str, int]:
    """How many volunteers that `user` sees in the subtree `under` have each status."""
    rows = Volunteer.objects.visible_to(user).under(under).order_by().values("status").annotate(n=Count("pk"))
    return dict(rows.values_list("status", "n"))
