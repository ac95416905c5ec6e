"""The numbers of party work of one grid and everything below it, each with the list behind it.

Every number counts what the reader may see, by the queryset of its own model; one query per table.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.figures import Figure, Section
from grid.models import Grid
from partybuilding.agreements import ending_soon, lapsed
from partybuilding.coverage import Coverage
from partybuilding.idle import idle_members, idle_organizations, idle_units
from partybuilding.models import (
    Activity,
    Agreement,
    DeputyOpinion,
    DutyShift,
    ForumMeeting,
    HouseholdLink,
    MemberCall,
    Need,
    PartnerUnit,
    PartyMember,
    PartyOrganization,
    Project,
    ReportIn,
    Resolution,
    Resource,
    ServiceOrder,
    StarClaim,
)

UNDER_WAY: Final = ("proposed", "agreed", "running", "done")
"""Projects that are neither confirmed nor dropped: what the list of projects calls not ended."""
SOON: Final = timedelta(days=14)


def sections(grid: Grid, user: Any, covered: Coverage, *, now: datetime) -> list[Section]:
    """All numbers of the overview."""
    return [
        _organizations(grid, user, covered, now),
        _lists(grid, user, now),
        _duty(grid, user, now),
        _councils(grid, user, now),
        _activities(grid, user, now),
        _units(grid, user, now),
        _idle(grid, user, now),
    ]


def _statuses(model: Any, user: Any, grid: Grid) -> Counter[str]:
    """How many rows of `model` the reader sees below the grid, by status."""
    rows = model.objects.visible_to(user).under(grid.code).order_by()
    return Counter(dict(rows.values_list("status").annotate(Count("pk"))))


def _tone(value: int, tone: str) -> str:
    return tone if value else ""


def _organizations(grid: Grid, user: Any, covered: Coverage, now: datetime) -> Section:
    here, total = {"grid": grid.code}, covered.total
    members = PartyMember.objects.visible_to(user).under(grid.code).filter(left_on=None)
    today = timezone.localdate(now)
    linked = HouseholdLink.objects.visible_to(user).under(grid.code).on(today).count()
    bare = len(covered.grids)
    alone, loose = total.heads.missing, members.filter(party=None).count()
    return Section(
        _("Organizations and members"),
        "hierarchy-2",
        [
            Figure(_("Party organizations"), total.organizations, "organizations", here, _shape(total)),
            Figure(_("Grids without an organization"), bare, "coverage", here, tone=_tone(bare, "warning")),
            Figure(
                _("Organizations without a head"),
                alone,
                "organizations",
                {**here, "headless": "true"},
                tone=_tone(alone, "warning"),
            ),
            Figure(_("Posts not filled"), total.posts.missing, "coverage", here),
            Figure(_("Party members"), members.count(), "members", here, _loose(loose)),
            Figure(_("Linked households"), linked, "links", here),
        ],
    )


def _loose(n: int) -> str:
    return _("%(n)s in no organization") % {"n": n} if n else ""


def _shape(total: Any) -> str:
    words = {"branches": total.branches, "groups": total.groups}
    return _("%(branches)s grid branches, %(groups)s groups") % words


def _lists(grid: Grid, user: Any, now: datetime) -> Section:
    here = {"grid": grid.code}
    needs, projects = _statuses(Need, user, grid), _statuses(Project, user, grid)
    waiting = Need.objects.visible_to(user).under(grid.code).filter(status=Need.Status.OPEN)
    risen = waiting.annotate(own=Length("grid_code"), at_level=Length("level_code")).filter(at_level__lt=F("own"))
    offered = Resource.objects.visible_to(user).serving(grid.code).filter(status=Resource.Status.OFFERED)
    late = Project.objects.visible_to(user).under(grid.code).filter(status__in=("agreed", "running"))
    late_count = late.filter(promised_on__lt=timezone.localdate(now)).count()
    up = risen.count()
    return Section(
        _("Three lists"),
        "clipboard-list",
        [
            Figure(_("Needs that wait"), needs["open"], "needs", {**here, "status": "open"}),
            Figure(_("Needs that went up a level"), up, "needs", {**here, "risen": "true"}, tone=_tone(up, "warning")),
            Figure(_("Needs met"), needs["met"], "needs", {**here, "status": "met"}),
            Figure(_("Resources offered"), offered.count(), "resources", {**here, "status": "offered"}),
            Figure(
                _("Projects under way"),
                sum(projects[status] for status in UNDER_WAY),
                "projects",
                {**here, "open": "true"},
            ),
            Figure(
                _("Promises that are late"),
                late_count,
                "projects",
                {**here, "late": "true"},
                tone=_tone(late_count, "danger"),
            ),
        ],
    )


def _duty(grid: Grid, user: Any, now: datetime) -> Section:
    today = timezone.localdate(now)
    here = {"grid": grid.code}
    rows = DutyShift.objects.visible_to(user).under(grid.code).filter(on=today).order_by()
    shifts = Counter(dict(rows.values_list("status").annotate(Count("pk"))))
    orders, calls = _statuses(ServiceOrder, user, grid), _statuses(MemberCall, user, grid)
    there = _("%(n)s were there") % {"n": shifts["attended"]}
    pool, fresh = orders["pool"], orders["ordered"]
    return Section(
        _("Duty and orders today"),
        "calendar-event",
        [
            Figure(_("Shifts today"), shifts.total() - shifts["called_off"], "duty", here, there),
            Figure(_("Calls that go on"), calls["blown"], "member_calls", {**here, "status": "blown"}),
            Figure(
                _("Orders to be checked"),
                fresh,
                "orders",
                {**here, "status": "ordered"},
                tone=_tone(fresh, "warning"),
            ),
            Figure(_("Orders that wait"), pool, "orders", {**here, "status": "pool"}, tone=_tone(pool, "warning")),
            Figure(_("Orders being served"), orders["taken"], "orders", {**here, "status": "taken"}),
            Figure(_("Orders evaluated"), orders["rated"], "orders", {**here, "status": "rated"}),
        ],
    )


def _councils(grid: Grid, user: Any, now: datetime) -> Section:
    here = {"grid": grid.code}
    today = timezone.localdate(now)
    first, soon = date(today.year, 1, 1), today + SOON
    meetings = ForumMeeting.objects.visible_to(user).under(grid.code)
    due = meetings.filter(status=ForumMeeting.Status.PLANNED, starts_at__date__lte=soon).count()
    held = meetings.filter(status=ForumMeeting.Status.HELD, starts_at__year=today.year).count()
    decided = Resolution.objects.visible_to(user).under(grid.code)
    late = decided.filter(status="open", due_on__lt=today).count()
    counted, opinions = _statuses(Resolution, user, grid), _statuses(DeputyOpinion, user, grid)
    return Section(
        _("Councils"),
        "users-group",
        [
            Figure(_("Meetings due within two weeks"), due, "meetings", {**here, "status": "planned", "to_day": soon}),
            Figure(_("Meetings held this year"), held, "meetings", {**here, "status": "held", "from_day": first}),
            Figure(_("Decisions under way"), counted["open"], "decisions", {**here, "status": "open"}),
            Figure(
                _("Decisions past their day"),
                late,
                "decisions",
                {**here, "overdue": "true"},
                tone=_tone(late, "danger"),
            ),
            Figure(
                _("Opinions not answered"),
                opinions["received"] + opinions["working"],
                "opinions",
                {**here, "open": "true"},
            ),
        ],
    )


def _activities(grid: Grid, user: Any, now: datetime) -> Section:
    today = timezone.localdate(now)
    here = {"grid": grid.code}
    held_here = {**here, "status": "held", "from_day": date(today.year, 1, 1)}
    soon_here = {**here, "status": "planned", "from_day": today, "to_day": today + SOON}
    rows = Activity.objects.visible_to(user).under(grid.code)
    soon = rows.filter(status="planned", starts_at__date__gte=today, starts_at__date__lte=today + SOON).count()
    held = rows.filter(status="held", starts_at__year=today.year).order_by()
    by_level = Counter(dict(held.values_list("level").annotate(Count("pk"))))
    levels = Activity.Level
    return Section(
        _("Activities of this year"),
        "calendar",
        [
            Figure(_("Held by the street"), by_level[levels.STREET], "activities", {**held_here, "level": "street"}),
            Figure(
                _("Held by communities"), by_level[levels.COMMUNITY], "activities", {**held_here, "level": "community"}
            ),
            Figure(_("Held by grids"), by_level[levels.GRID], "activities", {**held_here, "level": "grid"}),
            Figure(_("Planned within two weeks"), soon, "activities", soon_here),
        ],
    )


def _units(grid: Grid, user: Any, now: datetime) -> Section:
    here, year = {"grid": grid.code}, timezone.localdate(now).year
    units = PartnerUnit.objects.visible_to(user).filter(left_on=None, organization__grid__code__startswith=grid.code)
    pledged = StarClaim.objects.visible_to(user).under(grid.code).filter(year=year)
    signed, today = Agreement.objects.visible_to(user).filter(grid_code__startswith=grid.code), timezone.localdate(now)
    soon, over = signed.filter(ending_soon(today)).count(), signed.filter(lapsed(today)).count()
    reported = ReportIn.objects.visible_to(user).under(grid.code).exclude(status="ended")
    return Section(
        _("Partner units"),
        "building-skyscraper",
        [
            Figure(_("Partner units"), units.count(), "units", here),
            Figure(
                _("Stars claimed this year"), pledged.exclude(status="dropped").count(), "stars", {**here, "year": year}
            ),
            Figure(
                _("Agreements that end within two months"),
                soon,
                "agreements",
                {**here, "state": "soon"},
                tone=_tone(soon, "warning"),
            ),
            Figure(
                _("Ran out, none since"), over, "agreements", {**here, "state": "lapsed"}, tone=_tone(over, "danger")
            ),
            Figure(_("Reported to a community"), reported.count(), "report_ins", here),
        ],
    )


def _idle(grid: Grid, user: Any, now: datetime) -> Section:
    year = timezone.localdate(now).year
    query = {"grid": grid.code, "idle": year}
    parties = PartyOrganization.objects.visible_to(user).filter(grid_code__startswith=grid.code)
    units = PartnerUnit.objects.visible_to(user).filter(left_on=None, organization__grid__code__startswith=grid.code)
    members = PartyMember.objects.visible_to(user).under(grid.code).filter(left_on=None)
    return Section(
        _("Nothing done this year"),
        "alert-triangle",
        [
            Figure(
                _("Communities and grids without activity or meeting"),
                idle_organizations(parties, year).count(),
                "organizations",
                query,
            ),
            Figure(_("Partner units that delivered nothing"), idle_units(units, year).count(), "units", query),
            Figure(_("Members without any service"), idle_members(members, year).count(), "members", query),
        ],
    )
