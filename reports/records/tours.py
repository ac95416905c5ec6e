"""Quarterly tours (季观摩), visits of brother units and forums: planned, looked at item by item, held."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Grid
from reports.models import Tour, TourItem
from reports.words import templates


def usual_items() -> list[str]:
    """The checklist of a quarterly tour (domain.md 10 row 2.2)."""
    return list(templates("records")["tour_items"])


def plan(
    grid: Grid,
    *,
    kind: str,
    title: str,
    held_on: date,
    actor: User,
    place: str = "",
    visitors: str = "",
    items: Sequence[str] | None = None,
) -> Tour:
    """A new one; a quarterly tour begins with the usual checklist when no items are given."""
    demand(actor, "report.write", grid.code)
    demand_valid((("title", bool(title.strip()), _("A title is needed.")),))
    wanted = items if items is not None else usual_items() if kind == Tour.Kind.TOUR else []
    with transaction.atomic():
        tour = Tour.objects.create(
            kind=Tour.Kind(kind),
            grid=grid,
            grid_code=grid.code,
            title=title.strip(),
            held_on=held_on,
            place=place.strip(),
            visitors=visitors.strip(),
        )
        TourItem.objects.bulk_create(
            TourItem(tour=tour, order=n, topic=topic.strip()) for n, topic in enumerate(wanted, 1) if topic.strip()
        )
    return tour


def look(item: TourItem, *, finding: str, is_good: bool | None, actor: User) -> TourItem:
    """Write down what was seen of one item, and whether it is worth copying."""
    demand(actor, "report.write", item.tour.grid_code)
    demand_valid((("finding", len(finding) <= 500, _("At most 500 characters.")),))
    item.finding, item.is_good = finding.strip(), is_good
    item.save(update_fields=["finding", "is_good"])
    return item


def hold(tour: Tour, *, summary: str, actor: User, today: date) -> Tour:
    """It took place: the summary is needed. NotNow before its day."""
    demand(actor, "report.write", tour.grid_code)
    if tour.held_on > today:
        raise NotNow(_("Its day has not come yet."))
    demand_valid((("summary", bool(summary.strip()), _("Say in a few words what it brought.")),))
    tour.summary, tour.is_done = summary.strip(), True
    tour.save(update_fields=["summary", "is_done"])
    return tour


def visitors_of(tour: Tour) -> list[str]:
    """The visiting units, one per line (domain.md 10 row 2.1: three of them)."""
    return [line.strip() for line in tour.visitors.splitlines() if line.strip()]
