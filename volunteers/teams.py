"""Teams of volunteers (志愿服务队): founded and led, joined on approval, left, on boards only if they want to."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_field
from grid.access import demand
from grid.models import Grid
from grid.stages import check_version
from volunteers.models import HourRecord, Membership, ServiceActivity, Team, Volunteer
from volunteers.people_news import answered_told, asked_told
from volunteers.stages import advance, keep_step
from volunteers.standing import is_volunteer, near

LENGTHS: Final = {"name": 60, "purpose": 200}
BY_LEADER: Final = frozenset({"purpose", "on_boards"})
"""What the leader changes herself."""
LIVING: Final = ("asked", "active")


def found(grid: Grid, given: Mapping[str, Any], *, actor: User, now: datetime) -> Team:
    """A new team. `given`: name, purpose, leader, founded_on, on_boards. NotAllowed without `volunteer.edit` there."""
    demand(actor, "volunteer.edit", grid.code)
    plain = _checked({"name": "", **given}, timezone.localdate(now))
    try:
        with transaction.atomic():
            team = Team.objects.create(grid=grid, grid_code=grid.code, **plain)
            keep_step(team, before="", actor=actor, now=now)
            _leader_is_member(team, actor, now)
    except IntegrityError as error:
        raise _name_taken() if "volunteer_team_once" in str(error) else error from error
    return team


def change(team: Team, given: Mapping[str, Any], *, actor: User, now: datetime, version: int | None = None) -> Team:
    """Change what `given` holds; the leader herself changes purpose and whether boards show the team."""
    plain = _checked(given, timezone.localdate(now))
    try:
        with transaction.atomic():
            row: Team = Team.objects.select_for_update(of=("self",)).select_related("leader").get(pk=team.pk)
            if not (leads(row, actor) and set(plain) <= BY_LEADER):
                demand(actor, "volunteer.edit", row.grid_code)
            check_version(row, version)
            _demand_active(row)
            changed = [name for name, value in plain.items() if getattr(row, name) != value]
            for name in changed:
                setattr(row, name, plain[name])
            if changed:
                row.version += 1
                row.save(update_fields=[*changed, "version"])
                _leader_is_member(row, actor, now)
    except IntegrityError as error:
        raise _name_taken() if "volunteer_team_once" in str(error) else error from error
    return row


def _name_taken() -> NotValid:
    message = _("There is a team of this name here.")
    return NotValid(message, {"name": [message]})


def _checked(given: Mapping[str, Any], today: date) -> dict[str, Any]:
    plain = {name: given[name] for name in ("name", "purpose", "leader", "founded_on", "on_boards") if name in given}
    for name, longest in LENGTHS.items():
        if name in plain:
            plain[name] = clean_field(name, plain[name], max_length=longest)
    leader, day = plain.get("leader"), plain.get("founded_on")
    demand_valid(
        [
            ("name", plain.get("name", "?") != "", _("The name is missing.")),
            ("leader", leader is None or leader.status == "active", _("The leader is an active volunteer.")),
            ("leader", leader is None or not leader.is_minor, _("The leader is of age.")),
            ("founded_on", day is None or day <= today, _("This day is still to come.")),
        ]
    )
    return plain


def _leader_is_member(team: Team, actor: User, now: datetime) -> None:
    if team.leader is not None:
        _add(team, team.leader, actor, now)


def leads(team: Team, user: Any) -> bool:
    """Whether `user` leads this team, still a volunteer."""
    return is_volunteer(user, team.leader)


def _demand_active(team: Team) -> None:
    if team.status != Team.Status.ACTIVE:
        raise NotNow(_("This team has ended."))


def end(team: Team, *, text: str, actor: User, now: datetime, version: int | None = None) -> Team:
    """The team is no more; its members are volunteers still. NotNow while services of it are planned."""
    if ServiceActivity.objects.filter(team=team, status="planned").exists():
        raise NotNow(_("Services of this team are still planned: end them first."))
    with transaction.atomic():
        done: Team = advance(team, "end", actor=actor, now=now, version=version, text=text)
        for row in done.memberships.filter(status__in=LIVING).order_by("pk"):
            advance(row, "leave", actor=None, now=now, until=timezone.localdate(now))
    return done


# --- members ----------------------------------------------------------------------------------------------------------


def ask(team: Team, volunteer: Volunteer, *, actor: User, now: datetime) -> Membership:
    """The volunteer asks to join; asked twice it is one question. NotAllowed for others, NotNow when not active."""
    if not is_volunteer(actor, volunteer):
        raise NotAllowed(_("Everybody asks for herself."))
    with transaction.atomic():
        row, made = _membership(team, volunteer, actor, now)
        if made:
            asked_told(row, now=now)
    return row


def add(team: Team, volunteer: Volunteer, *, actor: User, now: datetime) -> Membership:
    """Staff put a volunteer into a team. NotAllowed without `volunteer.edit` there."""
    demand(actor, "volunteer.edit", team.grid_code)
    with transaction.atomic():
        return _add(team, volunteer, actor, now)


def bring(team: Team, volunteer: Volunteer, *, actor: User | None, now: datetime) -> None:
    """A line of an imported file names her team; who is not active is left out of it."""
    if volunteer.status == Volunteer.Status.ACTIVE:
        _add(team, volunteer, actor, now)


def _add(team: Team, volunteer: Volunteer, actor: User | None, now: datetime) -> Membership:
    row, _made = _membership(team, volunteer, actor, now)
    if row.status == Membership.Status.ASKED:
        row = advance(row, "approve", actor=None, now=now, since=timezone.localdate(now))
    return row


def _membership(team: Team, volunteer: Volunteer, actor: User | None, now: datetime) -> tuple[Membership, bool]:
    """The living membership, made when there is none; two at once come one after the other at the team's row."""
    locked: Team = Team.objects.select_for_update(of=("self",)).get(pk=team.pk)
    _demand_active(locked)
    if volunteer.status != Volunteer.Status.ACTIVE:
        raise NotNow(_("Only active volunteers are in teams."))
    there = Membership.objects.filter(team=locked, volunteer=volunteer, status__in=LIVING)
    row = there.select_related("team", "volunteer").first()
    if row is not None:
        return row, False
    row = Membership.objects.create(team=locked, volunteer=volunteer)
    keep_step(row, before="", actor=actor, now=now)
    return row, True


def answer(row: Membership, *, take: bool, actor: User, now: datetime, version: int | None = None) -> Membership:
    """The leader or staff take who asked, or do not; who asked is told."""
    fields: dict[str, Any] = {"since": timezone.localdate(now)} if take else {}
    with transaction.atomic():
        if take:
            _demand_active(Team.objects.select_for_update(of=("self",)).get(pk=row.team_id))
        step = "approve" if take else "refuse"
        done: Membership = advance(row, step, actor=actor, now=now, version=version, **fields)
        answered_told(done, now=now)
    return done


def leave(row: Membership, *, actor: User, now: datetime, version: int | None = None) -> Membership:
    """A member leaves, or staff take her out; a leader who leaves leads no more."""
    until = timezone.localdate(now) if row.since else None
    with transaction.atomic():
        done: Membership = advance(row, "leave", actor=actor, now=now, version=version, until=until)
        led = Team.objects.filter(pk=done.team_id, leader=done.volunteer_id)
        led.update(leader=None, version=F("version") + 1)
    return done


# --- read -------------------------------------------------------------------------------------------------------------


def with_counts(rows: QuerySet[Team]) -> QuerySet[Team]:
    """Teams with `members` and `waiting` (who asked)."""
    living = Membership.objects.filter(team=OuterRef("pk")).order_by().values("team")
    counted = {
        name: Coalesce(Subquery(living.filter(status=status).annotate(n=Count("pk")).values("n")), 0)
        for name, status in (("members", "active"), ("waiting", "asked"))
    }
    return rows.annotate(**counted)


def teams_near(volunteer: Volunteer) -> QuerySet[Team]:
    """The teams of the volunteer's street, her own first, with counts."""
    rows = Team.objects.filter(near(volunteer), status=Team.Status.ACTIVE)
    return with_counts(rows).select_related("grid").defer("grid__boundary").order_by("name", "pk")


def memberships_of(volunteer: Volunteer) -> QuerySet[Membership]:
    """The teams that she is in or asks to join."""
    rows = Membership.objects.filter(volunteer=volunteer, status__in=LIVING)
    return rows.select_related("team__grid", "team__leader").defer("team__grid__boundary").order_by("team__name")


def members_of(team: Team) -> QuerySet[Membership]:
    """Who is in the team."""
    return _people_of(team, Membership.Status.ACTIVE)


def asked_of(team: Team) -> QuerySet[Membership]:
    """Who asks to join."""
    return _people_of(team, Membership.Status.ASKED)


def _people_of(team: Team, status: str) -> QuerySet[Membership]:
    rows = Membership.objects.filter(team=team, status=status)
    return rows.select_related("volunteer__grid").defer("volunteer__grid__boundary").order_by("pk")


def asking_for(volunteer: Volunteer) -> list[Team]:
    """The teams that she leads, each with `members` and `waiting`."""
    return list(with_counts(Team.objects.filter(leader=volunteer, status=Team.Status.ACTIVE)).order_by("name"))


def on_board(rows: QuerySet[Team], year: int) -> list[Team]:
    """The teams that want to be shown, by name, each with `members`, `services`, `minutes` and `gained` of the year.

    Of teams only, never of persons, and nobody stands first or last (law 14).
    """
    shown = list(with_counts(rows.filter(on_boards=True, status=Team.Status.ACTIVE)).select_related("grid"))
    figures = _figures(shown, year)
    for team in shown:
        team.services_held, team.gained, team.minutes = figures.get(team.pk, (0, 0, 0))  # type: ignore[attr-defined]
    return sorted(shown, key=lambda team: (team.grid_code, team.name))


def _figures(shown: Iterable[Team], year: int) -> dict[int, tuple[int, int, int]]:
    held = ServiceActivity.objects.filter(team__in=shown, status="ended", at__year=year).order_by().values("team")
    done = held.annotate(n=Count("pk"), gained=Sum("beneficiaries"))
    records = HourRecord.objects.filter(Q(sign_up__shift__service__team__in=shown), on__year=year)
    hours = dict(
        records.order_by()
        .values("sign_up__shift__service__team")
        .annotate(m=Sum("minutes"))
        .values_list("sign_up__shift__service__team", "m")
    )
    figures = {line["team"]: (line["n"], line["gained"] or 0, 0) for line in done}
    return {pk: (*figures.get(pk, (0, 0, 0))[:2], hours.get(pk, 0)) for pk in {*figures, *hours}}
