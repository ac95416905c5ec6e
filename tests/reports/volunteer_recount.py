"""Everything of volunteers' work counted once more, row by row, from the words of data/chapter_volunteers.json."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import asin, cos, floor, radians, sin, sqrt
from typing import Any

from django.contrib.gis.geos import Point

from grid.models import Building, Compound
from reports.periods import Period
from tests.reports.party_recount import n
from tests.reports.party_town import midnight
from tests.reports.volunteer_town import VolunteerTown
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
    SignUp,
    Team,
    Volunteer,
    Wish,
    WishClaim,
    WishReceipt,
)

RELATED: dict[Any, tuple[str, ...]] = {
    WishClaim: ("wish",),
    WishReceipt: ("claim__wish",),
    HourRecord: ("volunteer", "corrects"),
    Exchange: ("volunteer",),
    Expense: ("line__project",),
    Building: ("compound", "grid"),
}
RUNNING = ("funded", "running", "mid_checked", "final")


def recounted(town: VolunteerTown, code: str, period: Period) -> dict[str, int]:
    """Every figure, before those of few persons are hidden."""
    told = _Told(town, code, period)
    parts = (told.wishes, told.claims, told.people, told.services, told.hours, told.points, told.projects, told.places)
    return {name: number for part in parts for name, number in part().items()}


class _Told:
    """The rows of one subtree and period."""

    def __init__(self, town: VolunteerTown, code: str, period: Period) -> None:
        self.town, self.code, self.first, self.last = town, code, period.first, period.last
        self.start, self.end = midnight(period.first), midnight(period.last + timedelta(days=1))

    def own(self, model: Any, place: Callable[[Any], str] = lambda row: row.grid_code) -> list[Any]:
        rows = model.objects.select_related(*RELATED[model]) if model in RELATED else model.objects.all()
        return [row for row in rows if place(row).startswith(self.code)]

    def during(self, at: datetime | None) -> bool:
        return at is not None and self.start <= at < self.end

    def within(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    def was(self, row: Any) -> str:
        """The last status told of it before the end."""
        statuses = [status for at, status in self.town.told[type(row).__name__, row.pk] if at < self.end]
        return statuses[-1] if statuses else ""

    def wishes(self) -> dict[str, int]:
        rows = self.own(Wish)
        granted = [w for w in rows if self.during(w.confirmed_at)]
        waiting = [w for w in rows if self.was(w) in ("published", "claimed", "delivered")]
        return {
            "wishes": n(self.during(w.at) for w in rows),
            "wishes_published": n(self.during(w.published_at) for w in rows),
            "wishes_due": len(granted) + len(waiting),
            "wishes_granted": len(granted),
            "wishes_open": len(waiting),
            "wishes_rated": n(w.rating is not None for w in granted),
            "wishes_good": n(w.rating in (4, 5) for w in granted),
        }

    def claims(self) -> dict[str, int]:
        rows = self.own(WishClaim)
        due = [c for c in rows if self.during(c.contact_by)]
        due = [c for c in due if self.was(c) != "given_up" or c.contacted_at is not None]
        paid = [r for r in self.own(WishReceipt, lambda r: r.claim.grid_code) if self.within(r.paid_on)]
        return {
            "claims": n(self.during(c.claimed_at) for c in rows),
            "claims_due": len(due),
            "claims_contacted": n(c.contacted_at is not None and c.contacted_at <= c.contact_by for c in due),
            "claims_lapsed": n(self.was(c) == "lapsed" for c in due),
            "wish_money": whole(r.amount for r in paid if r.at < self.end),
        }

    def people(self) -> dict[str, int]:
        working = [v for v in self.own(Volunteer) if self.was(v) in ("active", "paused")]
        teams = [t for t in self.own(Team) if t.founded_on is None or t.founded_on <= self.last]
        return {
            "volunteers": len(working),
            "volunteers_new": n(self.during(v.at) for v in working),
            "teams": n(self.was(t) == "active" for t in teams),
        }

    def services(self) -> dict[str, int]:
        there = [s for s in self.own(ServiceActivity) if self.was(s) != "called_off"]
        shifts = [x for s in there for x in s.shifts.all() if self.during(x.starts_at)]
        ids = {x.pk for x in shifts}
        people = [self.was(u) for u in SignUp.objects.all() if u.shift_id in ids]
        held = [each for each in people if each in ("signed_up", "here", "done", "confirmed", "no_show")]
        ended = [s for s in there if self.was(s) == "ended" and s.shifts.exists()]
        return {
            "services": len({x.service_id for x in shifts}),
            "service_shifts": len(shifts),
            "service_slots": sum(x.slots for x in shifts),
            "service_people": len(held),
            "service_came": n(each in ("here", "done", "confirmed") for each in held),
            "service_confirmed": held.count("confirmed"),
            "no_shows": held.count("no_show"),
            "service_gained": sum(
                s.beneficiaries or 0 for s in ended if self.during(max(x.ends_at for x in s.shifts.all()))
            ),
        }

    def hours(self) -> dict[str, int]:
        rows = [h for h in self.own(HourRecord, lambda h: h.volunteer.grid_code) if self.within(h.on)]
        rows = [h for h in rows if h.at < self.end and (h.corrects or h).kind == "service"]
        issued = [c for c in self.own(Certificate) if self.during(c.issued_at)]
        return {
            "service_hours": sum(h.minutes for h in rows) // 60,
            "volunteers_serving": len({h.volunteer_id for h in rows if h.kind == "service"}),
            "certificates": len(issued),
        }

    def points(self) -> dict[str, int]:
        booked = PointEntry.objects.select_related("giver", "taker__volunteer")
        given = [e for e in booked if e.giver.kind == "issue" and e.kind in ("earn", "bonus")]
        given = [e for e in given if e.taker.volunteer.grid_code.startswith(self.code) and self.during(e.at)]
        rows = [x for x in self.own(Exchange, lambda x: x.volunteer.grid_code) if self.during(x.at)]
        taken = [x for x in rows if self.was(x) not in ("cancelled", "expired")]
        return {
            "points_issued": sum(e.amount for e in given) // 100,
            "exchanges": len(taken),
            "points_exchanged": sum(x.points for x in taken),
        }

    def projects(self) -> dict[str, int]:
        rows = [p for p in self.own(MicroProject) if p.at < self.end]
        running = [p for p in rows if self.was(p) in RUNNING]
        ids = {p.pk for p in running}
        paid = [e for e in self.own(Expense, lambda e: e.line.project.grid_code) if e.at < self.end]
        paid = [e for e in paid if e.paid_on <= self.last]
        funded, closed = (
            [p for p in rows if any(s == to and self.during(at) for at, s in self.town.told["MicroProject", p.pk])]
            for to in ("funded", "closed")
        )
        return {
            "micro_bids": n(self.during(p.at) for p in rows),
            "micro_funded": len(funded),
            "micro_granted": whole(p.granted for p in funded),
            "micro_running": len(running),
            "micro_closed": len(closed),
            "micro_gained": sum(p.beneficiaries or 0 for p in closed),
            "micro_budget": whole(b.amount for b in BudgetLine.objects.all() if b.project_id in ids),
            "micro_spent": whole(e.amount for e in paid if self.within(e.paid_on)),
            "micro_used": whole(e.amount for e in paid if e.line.project_id in ids),
        }

    def places(self) -> dict[str, int]:
        points = list(ServicePoint.objects.filter(is_active=True))
        told = [b for b in self.own(Building, lambda b: b.grid.code) if b.households]
        places = [(b.point or b.compound.point, b.households) for b in told]
        with_told = {b.compound_id for b in Building.objects.all() if b.households}
        places += [
            (c.point, c.households or 0) for c in self.own(Compound, lambda c: c.grid.code) if c.pk not in with_told
        ]
        homes = sum(households for place, households in places if place is not None)
        near = sum(
            households
            for place, households in places
            if place is not None and any(metres(place, point.place) <= point.reach for point in points)
        )
        own = n(point.grid_code.startswith(self.code) for point in points)
        return {"service_points": own, "homes": homes, "homes_near": near}


def whole(amounts: Iterable[Decimal]) -> int:
    """The sum in whole yuan, rounded down."""
    return floor(sum(amounts, Decimal(0)))


def metres(one: Point, other: Point) -> float:
    """Along the sphere (haversine)."""
    west, south, east, north = map(radians, (one.x, one.y, other.x, other.y))
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * 6_371_008.8 * asin(sqrt(half))
