"""What people have shown they can do (domain.md 10, row 3.27): a passed session counts for its course's competences.

A record, never a rank (architecture.md, law 14). Everybody sees her own; planners of training those of their grids.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, DecimalField, Max, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import User
from fieldwork.models import Attendance, Competence, TrainingSession
from grid.models import Post
from grid.scope import scope_of

MOST_EXPORTED: Final = 5000


@dataclass(frozen=True, slots=True)
class Earned:
    """One competence of one person: how often passed, and when last (None: never)."""

    competence: Competence
    times: int = 0
    last_on: date | None = None


def _passed() -> QuerySet[Attendance]:
    return Attendance.objects.filter(passed=True, session__status=TrainingSession.Status.HELD).order_by()


def in_use() -> list[Competence]:
    """The competences that the office asks for, in their order."""
    return list(Competence.objects.filter(is_active=True))


def earned_by(people: Iterable[Any]) -> Mapping[int, Sequence[Earned]]:
    """The record of each of `people` (keys) over all competences in use; two queries."""
    wanted, keys = in_use(), list(people)
    rows = _passed().filter(user__in=keys, session__course__competences__in=wanted)
    columns = rows.values("user", "session__course__competences")
    found = {
        (row["user"], row["session__course__competences"]): row
        for row in columns.annotate(times=Count("pk"), last=Max("session__starts_at"))
    }
    return {key: [_earned(one, found.get((key, one.pk))) for one in wanted] for key in keys}


def _earned(competence: Competence, row: Mapping[str, Any] | None) -> Earned:
    if row is None:
        return Earned(competence)
    return Earned(competence, row["times"], timezone.localdate(row["last"]))


def attended(user: Any) -> QuerySet[Attendance]:
    """Everything that `user` signed up for, newest first."""
    rows = Attendance.objects.filter(user=user.pk).select_related("session__course", "session__grid")
    return rows.defer("session__grid__boundary").order_by("-session__starts_at", "-pk")


def hours_of(user: Any) -> Any:
    """The hours of the held courses where `user` was present."""
    rows = Attendance.objects.filter(user=user.pk, presence=Attendance.Presence.PRESENT)
    found = rows.filter(session__status=TrainingSession.Status.HELD).aggregate(
        hours=Sum("session__course__hours", output_field=DecimalField(max_digits=8, decimal_places=1))
    )
    return found["hours"] or 0


def people_of(user: Any, *, now: datetime, code: str = "") -> QuerySet[User]:
    """Who holds a post today in the grids (below `code`) where `user` plans training; with `was_there` and `passed`."""
    posts = Post.objects.on(timezone.localdate(now)).filter(scope_of(user).q("training.edit", "grid__code"))
    posts = posts.filter(grid__code__startswith=code)
    held = Q(training__session__status=TrainingSession.Status.HELD)
    rows: QuerySet[User] = User.objects.filter(pk__in=posts.values("user"), is_active=True).annotate(
        was_there=Count("training", filter=held & Q(training__presence=Attendance.Presence.PRESENT)),
        passed=Count("training", filter=held & Q(training__passed=True)),
    )
    return rows


def lacking(people: QuerySet[User], competence: int) -> QuerySet[User]:
    """Those of `people` who never passed it: whom to call to a course."""
    have = _passed().filter(session__course__competences=competence).values("user")
    return people.exclude(pk__in=have)


def coverage(people: QuerySet[User]) -> list[tuple[Competence, int]]:
    """How many of `people` have passed each competence in use; two queries."""
    wanted = in_use()
    keys = people.order_by().values("pk")
    rows = _passed().filter(user__in=keys, session__course__competences__in=wanted)
    counted = rows.values("session__course__competences").annotate(n=Count("user", distinct=True))
    found = {row["session__course__competences"]: row["n"] for row in counted}
    return [(one, found.get(one.pk, 0)) for one in wanted]
