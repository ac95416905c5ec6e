"""The numbers of wishes and volunteers of one grid and everything below it, each with the list behind it.

Every number counts what the reader may see, by the queryset of its own model; one query per table. None counts what
one person did (law 14).
"""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from fieldwork.models import QuickNote
from grid.figures import Figure, Section
from grid.models import Grid
from grid.scope import scope_of
from volunteers.micro import LIVING
from volunteers.models import (
    Certificate,
    Exchange,
    HourRecord,
    MicroProject,
    ServiceActivity,
    ServicePoint,
    Shift,
    SignUp,
    Team,
    Volunteer,
    Wish,
)

SOON: Final = timedelta(days=14)
BIDS: Final = ("submitted", "coaching", "review")
WAITS: Final = "warning"


def sections(grid: Grid, user: Any, *, now: datetime) -> list[Section]:
    """All numbers of the overview; of wishes only for whoever sees wishes."""
    seen = [_wishes(grid, user, now)] if scope_of(user).can("wish.view") else []
    return [*seen, _people(grid, user), _services(grid, user, now), _credit(grid, user, now), _places(grid, user)]


def _tone(value: int) -> str:
    return WAITS if value else ""


def _statuses(rows: Any) -> Counter[str]:
    return Counter(dict(rows.order_by().values_list("status").annotate(Count("pk"))))


def _wishes(grid: Grid, user: Any, now: datetime) -> Section:
    here = {"grid": grid.code}
    rows = Wish.objects.visible_to(user).under(grid.code)
    by_status = _statuses(rows)
    year = timezone.localdate(now).year
    once = rows.aggregate(
        back=Count("pk", filter=Q(status="published", returns__gt=0)),
        granted=Count("pk", filter=Q(confirmed_at__year=year)),
        uncalled=Count("pk", filter=Q(status="confirmed", called_back_at=None)),
    )
    notes = QuickNote.objects.visible_to(user).wishes().filter(wish=None, grid_code__startswith=grid.code).count()
    fresh, verified, waiting = by_status["collected"], by_status["verified"], by_status["delivered"]
    return Section(
        _("Micro-wishes"),
        "heart-handshake",
        [
            Figure(_("Notes that wait to become wishes"), notes, "wish_notes", here, tone=_tone(notes)),
            Figure(_("To be verified"), fresh, "wishes", {**here, "status": "collected"}, tone=_tone(fresh)),
            Figure(_("To be published"), verified, "wishes", {**here, "status": "verified"}, tone=_tone(verified)),
            Figure(_("On the board"), by_status["published"], "wishes", {**here, "status": "published"}),
            Figure(
                _("Came back, wait first"), once["back"], "wishes", {**here, "back": "true"}, tone=_tone(once["back"])
            ),
            Figure(_("Claimed"), by_status["claimed"], "wishes", {**here, "status": "claimed"}),
            Figure(_("To be confirmed"), waiting, "wishes", {**here, "status": "delivered"}, tone=_tone(waiting)),
            Figure(_("Granted this year"), once["granted"], "wishes", {**here, "granted": year}),
            Figure(
                _("To be called back"),
                once["uncalled"],
                "wishes",
                {**here, "uncalled": "true"},
                tone=_tone(once["uncalled"]),
            ),
        ],
    )


def _people(grid: Grid, user: Any) -> Section:
    here = {"grid": grid.code}
    people = _statuses(Volunteer.objects.visible_to(user).under(grid.code))
    teams = Team.objects.visible_to(user).under(grid.code).filter(status="active").count()
    asked = people["applied"]
    return Section(
        _("Volunteers"),
        "users",
        [
            Figure(_("Volunteers"), people["active"], "volunteers", {**here, "status": "active"}),
            Figure(_("Wait for approval"), asked, "volunteers", {**here, "status": "applied"}, tone=_tone(asked)),
            Figure(_("Pausing"), people["paused"], "volunteers", {**here, "status": "paused"}),
            Figure(_("Teams"), teams, "teams", here),
        ],
    )


def _services(grid: Grid, user: Any, now: datetime) -> Section:
    """Counted as the list of services narrows: by the days of shifts."""
    today = timezone.localdate(now)
    first, soon = date(today.year, 1, 1), today + SOON
    here, ended = {"grid": grid.code}, {"grid": grid.code, "status": "ended", "from_day": first}
    services = ServiceActivity.objects.visible_to(user).under(grid.code)
    since, until = Shift.objects.filter(starts_at__date__gte=today), Shift.objects.filter(starts_at__date__lte=soon)
    planned = services.filter(status="planned")
    coming = planned.filter(pk__in=since.values("service")).filter(pk__in=until.values("service")).count()
    open_people = SignUp.objects.filter(status__in=("signed_up", "here", "done"), shift__ends_at__lte=now)
    waiting = planned.filter(pk__in=open_people.values("shift__service")).count()
    this_year = Shift.objects.filter(starts_at__date__gte=first).values("service")
    held = services.filter(status="ended", pk__in=this_year).aggregate(n=Count("pk"), gained=Sum("beneficiaries"))
    return Section(
        _("Services"),
        "calendar-event",
        [
            Figure(
                _("Services within two weeks"),
                coming,
                "services",
                {**here, "status": "planned", "from_day": today, "to_day": soon},
            ),
            Figure(
                _("Services with hours to be confirmed"),
                waiting,
                "services",
                {**here, "phase": "to_note"},
                tone=_tone(waiting),
            ),
            Figure(_("Services ended this year"), held["n"], "services", ended),
            Figure(_("People who gained this year"), held["gained"] or 0, "services", ended),
        ],
    )


def _credit(grid: Grid, user: Any, now: datetime) -> Section:
    here, year = {"grid": grid.code}, timezone.localdate(now).year
    hours = HourRecord.objects.visible_to(user).under(grid.code).filter(on__year=year).aggregate(n=Sum("minutes"))
    papers = _statuses(Certificate.objects.visible_to(user).under(grid.code))
    exchanges = _statuses(Exchange.objects.visible_to(user).under(grid.code))
    objected = papers["objected"]
    return Section(
        _("Hours, certificates, points"),
        "clock",
        [
            Figure(
                _("Hours of service this year"),
                (hours["n"] or 0) // 60,
                "hours",
                {**here, "from_day": date(year, 1, 1)},
            ),
            Figure(
                _("Certificates in publicity"), papers["publicity"], "certificates", {**here, "status": "publicity"}
            ),
            Figure(
                _("Objections to certificates"),
                objected,
                "certificates",
                {**here, "status": "objected"},
                tone=_tone(objected),
            ),
            Figure(_("To be handed out"), exchanges["reserved"], "exchanges", {**here, "status": "reserved"}),
        ],
    )


def _places(grid: Grid, user: Any) -> Section:
    here = {"grid": grid.code}
    micro = _statuses(MicroProject.objects.visible_to(user).under(grid.code))
    bids = sum(micro[one] for one in BIDS)
    points = ServicePoint.objects.visible_to(user).under(grid.code).filter(is_active=True).count()
    return Section(
        _("Micro-projects and service points"),
        "map-pin",
        [
            Figure(_("Bids before the decision"), bids, "micro_projects", {**here, "status": list(BIDS)}),
            Figure(
                _("Projects under way"),
                sum(micro[one] for one in LIVING),
                "micro_projects",
                {**here, "open": "true"},
            ),
            Figure(_("Service points"), points, "service_points", here),
        ],
    )
