"""Everything of party work counted once more, row by row, from the words of data/chapter_partybuilding.json."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from grid.models import Grid
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
    PostPlan,
    Project,
    ReportIn,
    Resolution,
    ServiceOrder,
    StarClaim,
    StarDelivery,
    YearlyEvaluation,
)
from reports.periods import PEOPLE_TIME, Period
from tests.reports.party_town import PartyTown, midnight

MODES = ("members_direct", "members_concurrent", "members_taken_over", "members_participating")


def recounted(town: PartyTown, code: str, period: Period) -> dict[str, int]:
    """Every figure, before those of few members are hidden."""
    told = _Told(town, code, period)
    parts = (told.organized, told.members, told.linked, told.served, told.listed, told.projects, told.met, told.active)
    return {name: number for part in parts for name, number in part().items()}


class _Told:
    """The rows of one subtree and period."""

    def __init__(self, town: PartyTown, code: str, period: Period) -> None:
        self.town, self.code, self.first, self.last = town, code, period.first, period.last
        self.start, self.end = midnight(period.first), midnight(period.last + timedelta(days=1))

    def own(self, model: Any, place: Callable[[Any], str] = lambda row: row.grid_code) -> list[Any]:
        return [row for row in model.objects.all() if place(row).startswith(self.code)]

    def during(self, at: datetime | None) -> bool:
        return at is not None and self.start <= at < self.end

    def within(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    def holds(self, since: date | None, until: date | None) -> bool:
        return (since is None or since <= self.last) and (until is None or until > self.last)

    def was(self, row: Any) -> str:
        """The last status told of it before the end."""
        statuses = [status for at, status in self.town.told[type(row).__name__, row.pk] if at < self.end]
        return statuses[-1] if statuses else ""

    def organized(self) -> dict[str, int]:
        there = [one for one in self.own(PartyOrganization) if self.holds(one.founded_on, one.ended_on)]
        planned = filled = 0
        for one in there:
            posts = [post for post in one.posts.all() if self.holds(post.since, post.until)]
            for plan in PostPlan.objects.filter(kind=one.kind):
                planned += plan.count
                filled += min(plan.count, n(post.title == plan.title for post in posts))
        everywhere = [one for one in PartyOrganization.objects.all() if self.holds(one.founded_on, one.ended_on)]
        grids = [g for g in Grid.objects.all() if g.code.startswith(self.code) and 3 <= g.level <= 6]
        return {
            "organizations": len(there),
            "grid_branches": n(one.kind == "branch" for one in there),
            "groups": n(one.kind == "group" for one in there),
            "posts_planned": planned,
            "posts_filled": filled,
            "grids_due": len(grids),
            "grids_covered": n(
                any(one.grid_code.startswith(grid.code) and one.kind in wanted(grid) for one in everywhere)
                for grid in grids
            ),
        }

    def members(self) -> dict[str, int]:
        rows = self.own(PartyMember)
        here = [m for m in rows if m.left_on is None or m.left_on > self.last]
        found = [m for m in rows if self.within(m.found_on)]
        return {
            "members": len(here),
            **{mode: n(f"members_{m.management}" == mode for m in here) for mode in MODES},
            "members_found": len(found),
            "members_brought_in": n(m.brought_in_on is not None and m.brought_in_on <= self.last for m in found),
        }

    def linked(self) -> dict[str, int]:
        links = [x for x in self.own(HouseholdLink) if self.holds(x.since, x.until)]
        contacts = [c for c in self.own(LinkContact, lambda c: c.link.grid_code) if self.during(c.at)]
        reached = {c.link_id for c in LinkContact.objects.all() if self.during(c.at)}
        reports = [
            r for r in self.own(ReportIn) if r.reported_on <= self.last and self.was(r) in ("reported", "active")
        ]
        told = {e.report_id for e in YearlyEvaluation.objects.all() if e.year == self.last.year and e.at < self.end}
        return {
            "links": len(links),
            "links_contacted": n(x.pk in reached for x in links),
            "contacts": len(contacts),
            "reports_in": len(reports),
            "reports_new": n(self.within(r.reported_on) for r in reports),
            "reports_evaluated": n(r.pk in told for r in reports),
        }

    def served(self) -> dict[str, int]:
        shifts = [s for s in self.own(DutyShift) if self.within(s.on) and self.was(s) != "called_off"]
        calls = [c for c in self.own(MemberCall) if self.during(c.starts_at) and self.was(c) == "done"]
        came = [a for a in CallAnswer.objects.all() if a.answer == "came" and a.call_id in {c.pk for c in calls}]
        orders = [
            o for o in self.own(ServiceOrder) if self.during(o.at) and self.was(o) not in ("refused", "cancelled")
        ]
        rated = [o for o in orders if self.was(o) == "rated"]
        return {
            "shifts": len(shifts),
            "shifts_attended": n(self.was(s) == "attended" for s in shifts),
            "calls": len(calls),
            "calls_came": len(came),
            "orders": len(orders),
            "orders_done": n(self.was(o) in ("done", "rated") for o in orders),
            "orders_rated": len(rated),
            "orders_good": n(o.rating >= 4 for o in rated),
        }

    def listed(self) -> dict[str, int]:
        units = self.own(PartnerUnit, lambda u: u.organization.grid.code)
        signed = [a for a in self.own(Agreement) if a.kind != "plan" and a.starts_on <= self.last]
        signed = [a for a in signed if a.ends_on is None or a.ends_on >= self.last]
        rows = [x for x in self.own(Need) if x.at < self.end and (x.ended_at is None or x.ended_at >= self.start)]
        over = [x for x in rows if x.ended_at is not None and x.ended_at < self.end]
        return {
            "units": n(self.holds(u.joined_on, u.left_on) for u in units),
            "agreements": n(a.ended_on is None or a.ended_on > self.last for a in signed),
            "needs": n(self.during(x.at) for x in rows),
            "needs_due": len(rows) - n(x.status == "withdrawn" for x in over),
            "needs_met": n(x.status == "met" for x in over),
            "needs_open": len(rows) - len(over),
        }

    def projects(self) -> dict[str, int]:
        rows = self.own(Project)
        done = [p for p in rows if self.was(p) in ("done", "confirmed", "evaluated") and p.done_at < self.end]
        now = [p for p in done if self.during(p.done_at)]
        due = [p for p in rows if self.within(p.promised_on) and self.was(p) != "dropped"]
        pledges = [c for c in self.own(StarClaim) if self.within(c.due_on) and self.was(c) != "dropped"]
        kept = [c for c in pledges if self.was(c) == "delivered" or (self.was(c) == "reviewed" and c.grade == "kept")]
        given = [d for d in self.own(StarDelivery, lambda d: d.claim.grid_code) if self.within(d.on)]
        return {
            "projects_done": len(now),
            "project_members": sum(p.members_count or 0 for p in now),
            "project_people": sum(p.beneficiaries or 0 for p in now),
            "projects_due": len(due),
            "projects_kept": n(p in done and timezone.localdate(p.done_at, PEOPLE_TIME) <= p.promised_on for p in due),
            "pledges_due": len(pledges),
            "pledges_kept": len(kept),
            "deliveries": len(given),
        }

    def met(self) -> dict[str, int]:
        held = [m for m in self.own(ForumMeeting) if self.during(m.starts_at) and self.was(m) == "held"]
        decided = [r for r in self.own(Resolution) if self.during(r.decided_at) and self.was(r) != "dropped"]
        opinions = [o for o in self.own(DeputyOpinion) if self.during(o.at)]
        rated = [o for o in opinions if self.was(o) == "rated"]
        return {
            "councils": len(held),
            "council_people": sum(m.residents or 0 for m in held),
            "resolutions": len(decided),
            "resolutions_led": n(
                r.child == "notice" or (r.child == "incident" and r.incident.reported_at < self.end) for r in decided
            ),
            "resolutions_done": n(
                self.was(r) == "done" and (r.ended_at is None or r.ended_at < self.end) for r in decided
            ),
            "opinions": len(opinions),
            "opinions_answered": n(self.was(o) in ("answered", "rated") for o in opinions),
            "opinions_rated": len(rated),
            "opinions_satisfied": n(o.satisfaction in ("satisfied", "basically") for o in rated),
        }

    def active(self) -> dict[str, int]:
        held = [a for a in self.own(Activity) if self.during(a.starts_at) and self.was(a) == "held"]
        return {
            "activities": len(held),
            "street_activities": n(a.level == "street" for a in held),
            "community_activities": n(a.level == "community" for a in held),
            "activity_people": sum(a.attended for a in held),
            "activity_gained": sum(a.beneficiaries or 0 for a in held),
        }


def n(answers: Iterable[Any]) -> int:
    """How many are true."""
    return sum(map(bool, answers))


def wanted(grid: Grid) -> tuple[str, ...]:
    """The organizations of the grid's level."""
    if grid.kind == "dedicated":
        return ("dedicated", "non_public", "unit", "joint")
    return {3: ("work",), 4: ("community",), 5: ("branch", "joint"), 6: ("group",)}[grid.level]
