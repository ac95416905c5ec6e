"""Substitutes (代理): who takes the place of somebody who is away, until when, and never in a circle.

A chain is followed: B stands in for A, and C for B while B is away too, so C has A's work in the days that both are
away. `MOST_STEPS` bounds it, so that one query can follow it.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import record
from accounts.errors import NotAllowed, NotValid
from accounts.models import AccessEvent, User
from grid.access import demand
from grid.models import Absence, Post
from grid.scope import MOST_STEPS, absent_people, scope_of

STREET_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Stand:
    """`user` is away from `starts_at` until before `ends_at`, and `substitute` stands in."""

    user: int
    substitute: int
    starts_at: datetime
    ends_at: datetime

    def within(self, window: tuple[datetime, datetime]) -> tuple[datetime, datetime] | None:
        """The part of `window` in which this holds; None when there is none."""
        begins, ends = max(self.starts_at, window[0]), min(self.ends_at, window[1])
        return (begins, ends) if begins < ends else None


Chain = tuple[list[int], tuple[datetime, datetime]]
"""People one after the other, and the time in which all of it holds."""


def chains(stands: Collection[Stand], new: Stand) -> Iterator[Chain]:
    """Every chain that goes through `new`, from its beginning to its end, with the time in which all of it holds.

    A chain that comes back to somebody ends with that person: a circle.
    """
    for before, window in _walk(stands, [new.user], (new.starts_at, new.ends_at), backwards=True):
        for after, held in _walk(stands, [new.substitute], window, backwards=False):
            yield [*reversed(before), *after], held


def _walk(
    stands: Collection[Stand], path: list[int], window: tuple[datetime, datetime], *, backwards: bool
) -> Iterator[Chain]:
    yield path, window
    for stand in stands:
        here, there = (stand.substitute, stand.user) if backwards else (stand.user, stand.substitute)
        held = stand.within(window)
        if here != path[-1] or held is None or there in path[:-1]:
            continue
        yield from _walk(stands, [*path, there], held, backwards=backwards)


def fault_of(stands: Collection[Stand], new: Stand) -> str:
    """Why `new` may not be: "circle", "long", or "" when nothing is wrong with it."""
    found = [people for people, _window in chains(stands, new)]
    if any(len(set(people)) < len(people) for people in found):
        return "circle"
    return "long" if any(len(people) > MOST_STEPS + 1 for people in found) else ""


# --- who stands in now ------------------------------------------------------------------------------------------------


def substitutes_of(people: Collection[int], *, now: datetime) -> dict[int, User]:
    """Who stands in at `now` for each of `people` that has somebody there: the first of the chain who is not away.

    One query, whatever the number.
    """
    if not people:
        return {}
    running = Absence.objects.filter(starts_at__lte=now, ends_at__gt=now)
    reached, wanted = Q(user__in=people), running.filter(user__in=people)
    for _step in range(MOST_STEPS):
        reached |= Q(user__in=wanted.values("substitute"))
        wanted = running.filter(user__in=wanted.values("substitute"))
    rows = list(running.filter(reached).select_related("substitute").order_by("pk"))
    return _resolved(people, rows)


def _resolved(people: Collection[int], rows: Iterable[Absence]) -> dict[int, User]:
    away: dict[int, User | None] = {}
    for row in rows:  # the newest entry with a substitute counts
        away[row.user_id] = row.substitute or away.get(row.user_id)
    found = {}
    for person in people:
        user, left = away.get(person), MOST_STEPS
        while user is not None and user.pk in away and left:
            user, left = away[user.pk], left - 1
        if user is not None and user.is_active and user.pk not in away:
            found[person] = user
    return found


def stood_in_for(user: User, *, now: datetime) -> QuerySet[User]:
    """The people in whose place `user` is at `now`, chains followed."""
    return User.objects.filter(pk__in=absent_people(user, now))


def absences_seen_by(user: User) -> QuerySet[Absence]:
    """The absences of people posted where `user` sees grids, and the own ones."""
    if scope_of(user).prefixes("grid.view") == ("",):
        return Absence.objects.all()
    posted = Post.objects.visible_to(user).values("user")
    return Absence.objects.filter(Q(user__in=posted) | Q(user=user))


# --- naming one -------------------------------------------------------------------------------------------------------


def check_substitute(*, user: User, substitute: User, starts_at: datetime, ends_at: datetime, actor: User) -> None:
    """NotValid (field "substitute") or NotAllowed unless `substitute` may stand in for `user` in that time.

    The substitute gets the rights of all posts of `user`, so this asks as much as an appointment to each of them.
    Locks absences against other writers: two people at once must not close a circle together. Call it in the
    transaction that writes the row.
    """
    _check_person(user, substitute, starts_at)
    _check_giver(user, substitute, actor)
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE grid_absence IN SHARE ROW EXCLUSIVE MODE")
    near = Absence.objects.filter(substitute__isnull=False, starts_at__lt=ends_at, ends_at__gt=starts_at)
    stands = [Stand(*row) for row in near.values_list("user", "substitute", "starts_at", "ends_at")]
    fault = fault_of(stands, Stand(user.pk, substitute.pk, starts_at, ends_at))
    if fault == "circle":
        raise _wrong(
            _("In that time %(person)s stands in for %(name)s, directly or through others: that would be a circle."),
            user,
            substitute,
        )
    if fault == "long":
        raise _wrong(_("Too many people would stand in for each other one after the other: choose another person."))


def _wrong(message: str, user: User | None = None, substitute: User | None = None) -> NotValid:
    words = message % {"name": substitute, "person": user} if user else message
    return NotValid(words, {"substitute": [words]})


def _check_person(user: User, substitute: User, starts_at: datetime) -> None:
    if user == substitute:
        raise _wrong(_("Nobody stands in for himself."))
    if not substitute.is_active or substitute.is_service:
        raise _wrong(_("Only the account of an active person can stand in."))
    day = timezone.localdate(starts_at)
    streets = {code[:STREET_DIGITS] for code in places_of(user)}
    held = [post for post in places_of(substitute, day) if any(_same_street(post, street) for street in streets)]
    if not held:
        raise _wrong(_("%(name)s holds no post in the street of %(person)s."), user, substitute)


def _same_street(code: str, street: str) -> bool:
    return code.startswith(street) or street.startswith(code)


def places_of(user: User, day: date | None = None) -> list[str]:
    """The codes of the grids where `user` holds a post on `day` (default: ever, ended ones too)."""
    posts = Post.objects.held_by(user)
    if day is not None:
        posts = posts.on(day)
    rows = posts.values_list("grid__code", "organization__grid__code")
    return sorted({own or of_unit for own, of_unit in rows if own or of_unit})


def _check_giver(user: User, substitute: User, actor: User) -> None:
    """One names one's own substitute; for somebody else it needs grid.edit at every post that is lent."""
    if actor == user or actor.is_superuser:
        return
    if actor == substitute:
        raise NotAllowed(_("Nobody makes himself a substitute: ask somebody else with the right to edit grids."))
    posts = Post.objects.held_by(user).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=timezone.localdate()))
    for own, of_unit in posts.values_list("grid__code", "organization__grid__code"):
        demand(actor, "grid.edit", own or of_unit or "")


def note_substitute(absence: Absence, *, actor: User, now: datetime) -> None:
    """Keep in the record of access who lent whose rights to whom, until when."""
    record(
        action=AccessEvent.Action.POST,
        actor=actor,
        now=now,
        object_type="grid.absence",
        object_id=absence.pk,
        fields=f"substitute: {absence.substitute.username if absence.substitute else ''} for {absence.user.username}, "
        f"until {timezone.localtime(absence.ends_at):%Y-%m-%d %H:%M}",
    )
