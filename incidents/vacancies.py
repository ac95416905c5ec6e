"""Alarms of hand-over: work left with people who are gone, grids without a leader, posts that end soon."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from grid.models import Grid, Post
from grid.scope import EVERYTHING, Scope
from incidents.handover import OPEN_DISPUTE
from incidents.models import CallBack, Dispute, Incident
from incidents.people import holders
from incidents.states import INSPECTED, OPEN_STATES
from notices.models import Notice
from notices.writing import Message, notify_all

LED_LEVELS: Final = (Grid.Level.COMMUNITY, Grid.Level.GRID, Grid.Level.MICRO)
SOON: Final = timedelta(days=14)
FRESH: Final = timedelta(days=60)
"""Older vacancies were told long ago; telling them again when notices are tidied away helps nobody."""

Owner = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Stranded:
    """A person who is gone, from a place or altogether, and still has open work there."""

    user: User
    count: int
    why: str
    """"inactive", "no_post", or "moved": the post there has ended, another one goes on elsewhere."""
    code: str
    """One of the places."""
    since: date | None


# --- (a) work left behind ---------------------------------------------------------------------------------------------


def stranded(scope: Scope, *, now: datetime) -> list[Stranded]:
    """People with open work where they are gone, inside the places that `scope` keeps (grid.edit); six queries."""
    owners = _owners(scope)
    people = User.objects.in_bulk({user for user, _code in owners})
    posts = _posts_of(people)
    today = timezone.localdate(now)
    left: dict[int, list[tuple[str, int, str]]] = defaultdict(list)
    for (pk, code), count in owners.items():
        if why := _why(people[pk], posts.get(pk, []), code, today):
            left[pk].append((code, count, why))
    found = [_row(people[pk], rows, posts.get(pk, []), today) for pk, rows in left.items()]
    return sorted(found, key=lambda one: (-one.count, one.user.pk))


def _row(user: User, rows: list[tuple[str, int, str]], posts: list["Tenure"], today: date) -> Stranded:
    ended = [post.ends_on for post in posts if post.ends_on and post.ends_on <= today]
    return Stranded(user, sum(count for _c, count, _w in rows), rows[0][2], rows[0][0], max(ended, default=None))


@dataclass(frozen=True, slots=True)
class Tenure:
    """A post as far as it matters here."""

    code: str
    starts_on: date
    ends_on: date | None

    def held_on(self, day: date) -> bool:
        """End excluded."""
        return self.starts_on <= day and (self.ends_on is None or self.ends_on > day)


def _why(user: User, posts: list[Tenure], code: str, today: date) -> str:
    """Why the work of `user` in `code` has lost its person; "" when it has not.

    Somebody who never held a post over the place was given the work by name (a neighbour helps out): not lost.
    """
    if not user.is_active:
        return "inactive"
    present = [post for post in posts if post.held_on(today)]
    if not present:
        return "" if user.is_superuser else "no_post"
    covered = any(code.startswith(post.code) for post in present)
    was_covered = any(code.startswith(post.code) for post in posts if post.ends_on and post.ends_on <= today)
    return "moved" if was_covered and not covered else ""


def _owners(scope: Scope) -> dict[Owner, int]:
    """How many open pieces of work each person has in each grid."""
    counted: dict[Owner, int] = defaultdict(int)
    where, of_case = scope.q("grid.edit", "grid_code"), scope.q("grid.edit", "incident__grid_code")
    cases = Incident.objects.filter(where, state__in=OPEN_STATES)
    calls = CallBack.objects.waiting().filter(of_case)
    groups: tuple[tuple[QuerySet[Any], str, str], ...] = (
        (cases.filter(handler_user__isnull=False), "handler_user", "grid_code"),
        (cases.filter(inspector__isnull=False, state__in=INSPECTED), "inspector", "grid_code"),
        (Dispute.objects.filter(where, OPEN_DISPUTE, mediator__isnull=False), "mediator", "grid_code"),
        (calls.filter(checker__isnull=False), "checker", "incident__grid_code"),
    )
    for rows, person, code in groups:
        for user, grid_code, count in rows.order_by().values_list(person, code).annotate(Count("pk")):
            counted[user, grid_code] += count
    return counted


def _posts_of(people: Iterable[int]) -> dict[int, list[Tenure]]:
    rows = Post.objects.filter(user__in=list(people))
    columns = ("user", "grid__code", "organization__grid__code", "starts_on", "ends_on")
    found: dict[int, list[Tenure]] = defaultdict(list)
    for user, own, of_unit, starts_on, ends_on in rows.values_list(*columns):
        found[user].append(Tenure(own or of_unit or "", starts_on, ends_on))
    return found


# --- (b) vacant posts, (c) posts that end -----------------------------------------------------------------------------


def vacant(scope: Scope, *, now: datetime) -> QuerySet[Any]:
    """Communities, grids and micro-grids without a leader today; with `last_end`, `last_name`, `last_post`."""
    today = timezone.localdate(now)
    leading = Post.objects.filter(grid=OuterRef("pk")).leading()
    last = leading.filter(starts_on__lte=today).order_by(F("ends_on").desc(nulls_first=True), "-pk")
    rows = Grid.objects.current(today).filter(scope.q("grid.edit", "code"), level__in=LED_LEVELS)
    rows = rows.filter(~Exists(leading.on(today).filter(user__is_active=True))).defer("boundary")
    return rows.annotate(
        last_end=Subquery(last.values("ends_on")[:1]),
        last_name=Subquery(last.values("user__real_name")[:1]),
        last_post=Subquery(last.values("pk")[:1]),
    )


def ending(user: Any, scope: Scope, *, now: datetime) -> QuerySet[Post]:
    """Posts whose last day comes within fourteen days, the next first."""
    today = timezone.localdate(now)
    inside = scope.q("grid.edit", "grid__code") | scope.q("grid.edit", "organization__grid__code")
    rows = Post.objects.visible_to(user).filter(inside, ends_on__gt=today, ends_on__lte=today + SOON)
    return rows.select_related("user", "grid", "organization").defer("grid__boundary").order_by("ends_on", "pk")


# --- telling ----------------------------------------------------------------------------------------------------------


def tell(*, now: datetime) -> int:
    """Tell the holders of grid.edit of every fresh vacancy and of work left behind, once for each; gives how many."""
    audience: dict[str, list[User]] = {}
    messages = [*_vacancies(now, audience), *_left_work(now, audience)]
    notify_all(messages, now=now)
    return len(messages)


def _editors(code: str, audience: dict[str, list[User]], now: datetime) -> list[User]:
    """Who keeps the posts there; asked once per community."""
    place = code[:12]
    if place not in audience:
        audience[place] = list(holders("grid.edit", place, now=now))
    return audience[place]


def _vacancies(now: datetime, audience: dict[str, list[User]]) -> Iterator[Message]:
    """A grid that never had a leader is a matter of setting up: the page lists it, nobody is woken."""
    fresh = timezone.localdate(now) - FRESH
    rows = vacant(EVERYTHING, now=now).filter(last_post__isnull=False)
    for grid in rows.filter(Q(last_end__isnull=True) | Q(last_end__gte=fresh)).order_by("code"):
        yield Message(
            recipients=_editors(grid.code, audience, now),
            kind="vacancy",
            level=Notice.Level.WARNING,
            title=_("%(grid)s has no leader at present") % {"grid": grid.name},
            body=_("Last: %(name)s. New cases go to the upper level until somebody is appointed.")
            % {"name": grid.last_name},
            url=reverse("grid:detail", args=[grid.code]),
            dedupe_key=f"vacancy:{grid.pk}:{grid.last_post}:{grid.last_end or 'inactive'}",
            grid_code=grid.code,
            payload={"grid": grid.code},
        )


def _left_work(now: datetime, audience: dict[str, list[User]]) -> Iterator[Message]:
    for one in stranded(EVERYTHING, now=now):
        yield Message(
            recipients=_editors(one.code, audience, now),
            kind="left_work",
            level=Notice.Level.WARNING,
            title=_("%(name)s has left and still has open work: %(count)s") % {"name": one.user, "count": one.count},
            body=_("Hand it over to somebody who is there."),
            url=reverse("incidents:hand_over", args=[one.user.pk]),
            dedupe_key=f"left_work:{one.user.pk}:{one.why}:{one.since or ''}",
            grid_code=one.code,
            payload={"count": one.count},
        )
