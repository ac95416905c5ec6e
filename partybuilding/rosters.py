"""党员值日岗: posts where members stand for the residents, and who stands there on which day (domain.md 4.2, S3).

Shifts of the coming weeks are opened for all posts at once, and fairly: whoever stood least stands next.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from grid.access import demand
from grid.models import Grid
from grid.stages import check_version
from partybuilding.models import DutyPost, DutyShift, PartyMember, PartyStep, Skill
from partybuilding.stages import advance, keep_step
from partybuilding.standing import COMMUNITY_DIGITS, community_of

AHEAD: Final = timedelta(days=28)
"""Shifts are opened this far ahead, so that a month's roster can be printed."""
MEMORY: Final = timedelta(days=90)
"""Shifts this far back count when the next one is given fairly."""
MOST_PEOPLE: Final = 20
Status = DutyShift.Status


@dataclass(frozen=True, slots=True)
class NewPost:
    """A duty post as typed; `weekdays` are 1 (Monday) to 7."""

    name: str
    place: str
    weekdays: Sequence[int]
    starts: time
    ends: time
    people: int = 1
    skill: Skill | None = None
    is_active: bool = True


# --- posts ------------------------------------------------------------------------------------------------------------


def create_post(new: NewPost, *, grid: Grid, actor: User) -> DutyPost:
    """A new duty post in `grid`. NotAllowed without party.edit there; NotValid with the fields."""
    demand(actor, "party.edit", grid.code)
    _check(new)
    try:
        with transaction.atomic():
            return DutyPost.objects.create(grid=grid, grid_code=grid.code, **_columns(new))
    except IntegrityError as error:
        raise NotNow(_("The grid has a duty post of this name already.")) from error


def change_post(post: DutyPost, new: NewPost, *, actor: User, version: int | None, now: datetime) -> DutyPost:
    """Change a post; days that are no longer its own lose their shifts to come. NotNow when somebody was faster."""
    with transaction.atomic():
        locked = DutyPost.objects.select_for_update(of=("self",)).get(pk=post.pk)
        demand(actor, "party.edit", locked.grid_code)
        check_version(locked, version)
        _check(new)
        columns = _columns(new)
        for name, value in columns.items():
            setattr(locked, name, value)
        locked.version += 1
        try:
            with transaction.atomic():
                locked.save(update_fields=["version", *columns])
        except IntegrityError as error:
            raise NotNow(_("The grid has a duty post of this name already.")) from error
        _drop_days(locked, actor=actor, now=now)
    return locked


def _columns(new: NewPost) -> dict[str, object]:
    names = ("name", "place", "starts", "ends", "people", "skill", "is_active")
    return {name: getattr(new, name) for name in names} | {"weekdays": sorted(set(new.weekdays))}


def _check(new: NewPost) -> None:
    days = list(new.weekdays)
    demand_valid(
        [
            ("name", bool(new.name.strip()), _("Give it a name.")),
            ("place", bool(new.place.strip()), _("Say where.")),
            ("weekdays", bool(days) and all(1 <= day <= 7 for day in days), _("Choose at least one weekday.")),
            ("ends", new.ends > new.starts, _("It ends after it begins.")),
            ("people", 1 <= new.people <= MOST_PEOPLE, _("At least one, at most 20.")),
        ]
    )


def _drop_days(post: DutyPost, *, actor: User, now: datetime) -> None:
    """Call off what is planned after today on days that the post no longer has."""
    rows = post.shifts.filter(status=Status.PLANNED, on__gt=timezone.localdate(now))
    if post.is_active:
        rows = rows.exclude(on__iso_week_day__in=post.weekdays)
    for shift in rows.order_by("pk"):
        advance(shift, "call_off", actor=actor, now=now, text=_("the post was changed"), asked=None)


def _step(row: DutyShift, *, before: str, after: str, by: User | None, at: datetime) -> PartyStep:
    return PartyStep(subject="dutyshift", subject_id=row.pk, before=before, after=after, by=by, at=at)


# --- shifts -----------------------------------------------------------------------------------------------------------


def plan_shift(post: DutyPost, member: PartyMember, on: date, *, actor: User, now: datetime) -> DutyShift:
    """Put a member on the roster by hand. NotValid for a day that is past or another community's member."""
    demand(actor, "party.edit", post.grid_code)
    near = community_of(member.grid_code) == community_of(post.grid_code) or member.grid_code.startswith(post.grid_code)
    demand_valid(
        [
            ("on", on >= timezone.localdate(now), _("This day is past.")),
            ("member", member.left_on is None and near, _("Choose a member of the community.")),
        ]
    )
    try:
        with transaction.atomic():
            shift = DutyShift.objects.create(post=post, member=member, on=on)
            keep_step(shift, before="", actor=actor, now=now)
            return shift
    except IntegrityError as error:
        raise NotNow(_("She is on the roster of this post that day already.")) from error


@dataclass(slots=True)
class _Bench:
    """The members who may stand at a post, and how often and when each of them stands."""

    members: dict[str, list[PartyMember]] = field(default_factory=lambda: defaultdict(list))
    skilled: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    load: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    busy: set[tuple[int, date]] = field(default_factory=set)

    def fit_for(self, post: DutyPost) -> list[PartyMember]:
        """Members of the community; those with the skill of the post where there are any."""
        found = self.members[community_of(post.grid_code)]
        if post.skill_id is None:
            return found
        return [one for one in found if one.pk in self.skilled[post.skill_id]] or found

    def next_for(self, post: DutyPost, on: date) -> PartyMember | None:
        """Who stands least, nearest first; None when everybody stands somewhere that day."""
        free = [one for one in self.fit_for(post) if (one.pk, on) not in self.busy]
        return min(free, key=lambda one: (self.load[one.pk], one.grid_code != post.grid_code, one.pk), default=None)

    def take(self, member: PartyMember, on: date) -> None:
        """She stands there that day."""
        self.load[member.pk] += 1
        self.busy.add((member.pk, on))


def open_shifts(*, now: datetime, under: str = "") -> int:
    """Fill the rosters of the coming four weeks where members are missing; returns the shifts made.

    A handful of queries for any number of posts. Run twice it makes nothing new: the posts are locked, and what stands
    on the roster is counted first.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        posts = list(
            DutyPost.objects.select_for_update(of=("self",)).filter(is_active=True).under(under).order_by("pk")
        )
        standing = _standing(posts, today)
        bench = _bench(posts, today)
        made = [shift for post in posts for shift in _fill(post, standing, bench, today)]
        written = DutyShift.objects.bulk_create(made, batch_size=1000)
        PartyStep.objects.bulk_create(
            (_step(row, before="", after=Status.PLANNED, by=None, at=now) for row in written), batch_size=1000
        )
    return len(written)


def _fill(post: DutyPost, standing: dict[tuple[int, date], int], bench: _Bench, today: date) -> Iterator[DutyShift]:
    for on in days_of(post, today + timedelta(days=1), today + AHEAD):
        for _place in range(post.people - standing.get((post.pk, on), 0)):
            member = bench.next_for(post, on)
            if member is None:
                break
            bench.take(member, on)
            yield DutyShift(post=post, on=on, member=member, is_demo=post.is_demo)


def days_of(post: DutyPost, first: date, last: date) -> list[date]:
    """The days of a post from `first` to `last`, both included."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if day.isoweekday() in post.weekdays]


def _standing(posts: Sequence[DutyPost], today: date) -> dict[tuple[int, date], int]:
    """How many stand at each post on each day to come; who excused herself leaves her place empty."""
    rows = DutyShift.objects.filter(post__in=posts, on__gt=today).exclude(
        status__in=(Status.CALLED_OFF, Status.EXCUSED)
    )
    found = rows.order_by().values_list("post", "on").annotate(n=Count("pk"))
    return {(post, on): n for post, on, n in found}


def _bench(posts: Sequence[DutyPost], today: date) -> _Bench:
    bench = _Bench()
    codes = {community_of(post.grid_code) for post in posts}
    condition = Q(pk__in=())
    for code in codes:
        condition |= Q(grid_code__startswith=code)
    # floating members (流动党员) are away from home by definition
    rows = PartyMember.objects.filter(condition, left_on=None).exclude(management=PartyMember.Management.PARTICIPATING)
    for member in rows.only("pk", "grid_code").order_by("pk"):
        for code in _codes(member.grid_code, codes):
            bench.members[code].append(member)
    _read_skills(bench, posts)
    _read_load(bench, condition, today)
    return bench


def _codes(code: str, wanted: set[str]) -> list[str]:
    """The communities (or streets) among `wanted` that a member's home lies in."""
    return [code[:n] for n in range(1, COMMUNITY_DIGITS + 1) if code[:n] in wanted]


def _read_skills(bench: _Bench, posts: Sequence[DutyPost]) -> None:
    wanted = {post.skill_id for post in posts if post.skill_id}
    held = PartyMember.skills.through.objects.filter(skill__in=wanted).values_list("skill_id", "partymember_id")
    for skill, member in held if wanted else ():
        bench.skilled[skill].add(member)


def _read_load(bench: _Bench, condition: Q, today: date) -> None:
    members = PartyMember.objects.filter(condition).values("pk")
    rows = DutyShift.objects.filter(member__in=members, on__gt=today - MEMORY).exclude(status=Status.CALLED_OFF)
    for member, on in rows.order_by().values_list("member", "on"):
        bench.load[member] += 1
        bench.busy.add((member, on))
