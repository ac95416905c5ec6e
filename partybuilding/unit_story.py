"""Everything about one unit that the reader may see: signed, offered, promised, done, seats, stars, meetings."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db.models import Count, F, Q

from partybuilding.agreements import running
from partybuilding.models import (
    Activity,
    Agreement,
    AllianceMember,
    Need,
    PartnerUnit,
    PartyMember,
    Project,
    ReportIn,
    Resource,
    StarClaim,
)
from partybuilding.seats import attended, seats_visible_to
from partybuilding.stars import with_delivered

SHOWN: Final = 20
ENDED: Final = ("confirmed", "evaluated")


def unit_parts(unit: PartnerUnit, user: Any, today: date) -> Mapping[str, Any]:
    """The lists of the page of a unit, each newest first and short: the same number of queries for every unit."""
    agreements = Agreement.objects.visible_to(user).filter(unit=unit).annotate(covers=Count("compounds"))
    projects = Project.objects.visible_to(user).filter(unit=unit).select_related("type", "grid").defer("grid__boundary")
    activities = Activity.objects.visible_to(user).filter(units=unit).select_related("kind")
    return {
        "agreements": list(agreements.order_by("-signed_on", "-pk")[:SHOWN]),
        "resources": list(_resources(unit, user)[:SHOWN]),
        "projects": list(projects.order_by("-at", "-pk")[:SHOWN]),
        "needs": list(Need.objects.visible_to(user).filter(unit=unit).select_related("kind").order_by("-at")[:SHOWN]),
        "claims": list(with_delivered(StarClaim.objects.visible_to(user).filter(unit=unit)).order_by("-year")[:SHOWN]),
        "seats": list(seats_visible_to(user).on(today).filter(unit=unit).select_related("party__organization")),
        "alliances": list(AllianceMember.objects.filter(unit=unit, until=None).select_related("alliance")),
        "activities": list(activities.order_by("-starts_at")[:SHOWN]),
        "reports_in": list(ReportIn.objects.visible_to(user).filter(unit=unit).select_related("grid")[:SHOWN]),
    }


def _resources(unit: PartnerUnit, user: Any) -> Any:
    rows = Resource.objects.visible_to(user).filter(unit=unit).exclude(status="ended").select_related("kind")
    return rows.annotate(used=Count("projects", filter=~Q(projects__status="dropped"))).order_by("kind", "pk")


def unit_figures(unit: PartnerUnit, user: Any, today: date) -> dict[str, Any]:
    """What one unit promised and delivered: projects (promised, done, kept in time), stars, meetings, members."""
    projects = Project.objects.visible_to(user).filter(unit=unit).exclude(status__in=("proposed", "dropped"))
    done = Q(status__in=ENDED)
    found: dict[str, Any] = projects.aggregate(
        promised=Count("pk"),
        done=Count("pk", filter=done),
        in_time=Count("pk", filter=done & Q(promised_on__isnull=False, done_at__date__lte=F("promised_on"))),
    )
    stars = StarClaim.objects.visible_to(user).filter(unit=unit).exclude(status="dropped")
    found |= stars.aggregate(
        claims=Count("pk"), kept=Count("pk", filter=Q(grade="kept")), reviewed=Count("pk", filter=Q(status="reviewed"))
    )
    found["agreed"] = Agreement.objects.visible_to(user).filter(running(today), unit=unit).count()
    found["members"] = PartyMember.objects.filter(unit=unit, left_on=None).count()
    return {**found, **attended(unit, today.year)}
