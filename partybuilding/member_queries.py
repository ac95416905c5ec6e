"""What pages, API and files read of members, households and reports: rows with what a line shows, in few queries."""

from typing import Any

from django.db.models import Count, DecimalField, IntegerField, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from partybuilding.models import CardEntry, HouseholdLink, PartyMember, ReportIn, YearlyEvaluation


def member_rows(user: Any) -> QuerySet[PartyMember]:
    """The members that `user` sees, with `doors` (linked households) and what a line shows."""
    rows: QuerySet[PartyMember] = PartyMember.objects.visible_to(user)
    held = HouseholdLink.objects.filter(member=OuterRef("pk"), until=None).order_by().values("member")
    full = rows.select_related("grid", "party__organization", "unit__organization").defer("grid__boundary")
    return full.annotate(
        doors=Coalesce(Subquery(held.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
    )


def link_rows(user: Any) -> QuerySet[HouseholdLink]:
    """The linked households that `user` sees, also those that ended."""
    rows: QuerySet[HouseholdLink] = HouseholdLink.objects.visible_to(user)
    return rows.select_related("member", "building__compound", "grid").defer("grid__boundary")


def report_in_rows(user: Any) -> QuerySet[ReportIn]:
    """The reports that `user` sees, with `hours` of the card, `last_entry` and `last_year` evaluated."""
    rows: QuerySet[ReportIn] = ReportIn.objects.visible_to(user)
    full = rows.select_related(
        "grid", "unit__organization", "member__unit__organization", "skill", "party__organization"
    ).defer("grid__boundary")
    card = CardEntry.objects.filter(report=OuterRef("pk")).order_by().values("report")
    years = YearlyEvaluation.objects.filter(report=OuterRef("pk")).order_by().values("report")
    hours = Subquery(card.annotate(h=Sum("hours")).values("h"), output_field=DecimalField())
    return full.annotate(
        hours=Coalesce(hours, 0, output_field=DecimalField()),
        last_entry=Subquery(card.annotate(d=Max("on")).values("d")),
        last_year=Subquery(years.annotate(y=Max("year")).values("y")),
    )
