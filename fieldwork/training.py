"""Grid academy (网格学院): sessions are planned, people sign up or are called, who was there and passed is noted.

What somebody passed is her record of competence. Nobody is ranked (architecture.md, law 14).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from fieldwork.models import Attendance, Course, Teacher, TrainingSession
from fieldwork.stages import advance, keep_step
from grid.access import demand
from grid.models import Grid, Post
from grid.stages import check_version
from notices.models import Notice
from notices.writing import Message, notify_all

Presence = Attendance.Presence
Status = TrainingSession.Status

STREET_DIGITS: Final = 9
MOST_PEOPLE: Final = 2000
"""People of one session."""
LONGEST: Final = timedelta(days=14)
EARLIEST: Final = timedelta(days=366)
"""A session that took place may be written down for a year."""
HEADINGS: Final = {
    "called": gettext_lazy("You are called to a training: %(course)s"),
    "moved": gettext_lazy("Training moved: %(course)s"),
    "called_off": gettext_lazy("Training called off: %(course)s"),
}
"""What people are told of."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session as typed. `places` None: as many as come."""

    course: Course
    starts_at: datetime
    ends_at: datetime
    place: str
    teacher: Teacher | None = None
    places: int | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is noted of one person: was she there, and did she pass (None: no test)."""

    presence: str
    passed: bool | None = None
    remark: str = ""


# --- sessions ---------------------------------------------------------------------------------------------------------


def sessions_for(user: Any) -> QuerySet[TrainingSession]:
    """The sessions that `user` sees, with course, teacher, grid, counts of people, and `mine`, her own attendance."""
    attendance = Attendance.objects.filter(session=OuterRef("pk")).order_by()
    own = attendance.filter(user=user.pk).values("presence")[:1]
    rows: QuerySet[TrainingSession] = TrainingSession.objects.visible_to(user).annotate(
        signed=Count("attendance"),
        came=Count("attendance", filter=Q(attendance__presence=Presence.PRESENT)),
        passed=Count("attendance", filter=Q(attendance__passed=True)),
        mine=Subquery(own),
    )
    return rows.select_related("course", "teacher", "grid").defer("grid__boundary")


def plan(new: NewSession, *, grid: Grid, actor: User, now: datetime) -> TrainingSession:
    """A planned session of the academy of `grid`. NotAllowed without training.edit there; NotValid with the fields."""
    demand(actor, "training.edit", grid.code)
    _check(new, now, None)
    with transaction.atomic():
        session = TrainingSession.objects.create(grid=grid, grid_code=grid.code, created_by=actor, **_columns(new))
        keep_step(session, before="", actor=actor, now=now)
    return session


def change(session: TrainingSession, new: NewSession, *, version: int | None, actor: User, now: datetime) -> None:
    """Change a planned session; whoever signed up is told when time or place change. NotNow after it was held."""
    with transaction.atomic():
        locked = _locked(session.pk)
        demand(actor, "training.edit", locked.grid_code)
        check_version(locked, version)
        _demand_status(locked, Status.PLANNED)
        _check(new, now, locked)
        columns = _columns(new)
        moved = any(getattr(locked, name) != columns[name] for name in ("starts_at", "ends_at", "place"))
        for name, value in columns.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save(update_fields=["version", *columns])
        if moved:
            _tell(locked, _people(locked), "moved", actor=actor, now=now)


def _columns(new: NewSession) -> dict[str, Any]:
    names = ("course", "starts_at", "ends_at", "teacher", "places")
    return {name: getattr(new, name) for name in names} | {"place": new.place.strip(), "remark": new.remark.strip()}


def _check(new: NewSession, now: datetime, old: TrainingSession | None) -> None:
    length = new.ends_at - new.starts_at
    taken = old is not None and new.places is not None and new.places < old.attendance.count()
    same = old is not None and old.course_id == new.course.pk
    demand_valid(
        (
            ("course", new.course.is_active or same, _("This course is no longer in use.")),
            ("ends_at", timedelta() < length <= LONGEST, _("It ends after it begins, within 14 days.")),
            ("starts_at", new.starts_at > now - EARLIEST, _("This is longer ago than a year.")),
            ("place", bool(new.place.strip()), _("Say where.")),
            ("places", new.places is None or 0 < new.places <= MOST_PEOPLE, _("At least one, at most 2,000.")),
            ("places", not taken, _("More people have signed up already.")),
            ("teacher", not _is_busy(new, old), _("The teacher has another session at that time.")),
        )
    )


def _is_busy(new: NewSession, old: TrainingSession | None) -> bool:
    if new.teacher is None:
        return False
    others = TrainingSession.objects.filter(teacher=new.teacher).exclude(status=Status.CALLED_OFF)
    others = others.exclude(pk=old.pk) if old else others
    return others.filter(starts_at__lt=new.ends_at, ends_at__gt=new.starts_at).exists()


# --- who comes --------------------------------------------------------------------------------------------------------


def sign_up(session: TrainingSession, *, actor: User, now: datetime) -> Attendance:
    """The actor signs up. NotNow once it has begun, is full or was called off; a second time changes nothing.

    NotValid for a system: there is nobody behind it who would come.
    """
    demand_valid((("user", not actor.is_service, _("Only people sign up.")),))
    with transaction.atomic():
        locked = _locked(session.pk)
        if not TrainingSession.objects.visible_to(actor).filter(pk=locked.pk).exists():
            raise NotAllowed(_("You may not do this here."))
        if found := locked.attendance.filter(user=actor).first():
            return found
        _demand_open(locked, now)
        if _free(locked) == 0:
            raise NotNow(_("All places are taken."))
        return Attendance.objects.create(session=locked, user=actor, noted_at=now)


def withdraw(session: TrainingSession, *, actor: User, now: datetime) -> None:
    """The actor takes her sign-up back, as long as it has not begun."""
    with transaction.atomic():
        locked = _locked(session.pk)
        _demand_open(locked, now)
        locked.attendance.filter(user=actor, presence=Presence.SIGNED_UP).delete()


def call(
    session: TrainingSession,
    *,
    actor: User,
    now: datetime,
    kinds: Sequence[str] = (),
    people: Iterable[User] = (),
) -> int:
    """Put down and tell everybody who holds one of these posts below its grid, and `people`. How many are new.

    Also after it has begun, for those who came unannounced. NotValid when they are more than the places left.
    """
    with transaction.atomic():
        locked = _locked(session.pk)
        demand(actor, "training.edit", locked.grid_code)
        _demand_status(locked, Status.PLANNED)
        there = set(locked.attendance.values_list("user", flat=True))
        guests = list(people)
        _check_guests(locked, guests)
        wanted = {person.pk: person for person in [*_holders(locked, kinds), *guests]}
        new = [person for pk, person in sorted(wanted.items()) if pk not in there]
        _check_room(locked, len(new), len(there))
        Attendance.objects.bulk_create(Attendance(session=locked, user=person, noted_at=now) for person in new)
        if now < locked.starts_at:
            _tell(locked, new, "called", actor=actor, now=now)
    return len(new)


def _holders(session: TrainingSession, kinds: Sequence[str]) -> QuerySet[User]:
    """Who holds such a post on the day of the session in its grid or below, or in a unit that sits there."""
    code, day = session.grid_code, timezone.localdate(session.starts_at)
    posts = Post.objects.on(day).filter(kind__in=list(kinds))
    posts = posts.filter(Q(grid__code__startswith=code) | Q(organization__grid__code__startswith=code))
    return User.objects.filter(pk__in=posts.values("user"), is_active=True, kind=User.Kind.PERSON)


def _check_guests(session: TrainingSession, people: Sequence[User]) -> None:
    """NotValid for somebody who works in another street: her record of competence is written by her own academy."""
    street, day = session.grid_code[:STREET_DIGITS], timezone.localdate(session.starts_at)
    above = [street[:n] for n in range(1, len(street))]
    where = Q(grid__code__startswith=street) | Q(organization__grid__code__startswith=street)
    posts = Post.objects.on(day).filter(where | Q(grid__code__in=above) | Q(organization__grid__code__in=above))
    known = set(posts.filter(user__in=people).values_list("user", flat=True))
    strangers = any(person.pk not in known for person in people)
    demand_valid((("person", not strangers, _("This person holds no post in the street of the session.")),))


def _check_room(session: TrainingSession, new: int, there: int) -> None:
    free = _free(session)
    message = _("Only %(free)s places are left for %(n)s people.") % {"free": free, "n": new}
    demand_valid(
        (
            ("kinds", free is None or new <= free, message),
            ("kinds", there + new <= MOST_PEOPLE, _("At least one, at most 2,000.")),
        )
    )


def _free(session: TrainingSession) -> int | None:
    return None if session.places is None else max(0, session.places - session.attendance.count())


def strike(session: TrainingSession, user_id: int, *, actor: User) -> None:
    """Take somebody off the list of a planned session who was put down by mistake."""
    with transaction.atomic():
        locked = _locked(session.pk)
        demand(actor, "training.edit", locked.grid_code)
        _demand_status(locked, Status.PLANNED)
        locked.attendance.filter(user=user_id).delete()


# --- what came of it --------------------------------------------------------------------------------------------------


def note(session: TrainingSession, marks: Mapping[int, Mark], *, actor: User, now: datetime) -> int:
    """Note who was there and who passed, by the key of the attendance; later corrections too. How many were noted.

    NotNow before it begins and once called off; NotValid when somebody passed without having been there.
    """
    with transaction.atomic():
        locked = _locked(session.pk)
        demand(actor, "training.edit", locked.grid_code)
        _demand_status(locked, Status.PLANNED, Status.HELD)
        if now < locked.starts_at:
            raise NotNow(_("It has not begun yet."))
        rows = list(locked.attendance.filter(pk__in=list(marks)))
        for row in rows:
            _mark(row, marks[row.pk], now)
        Attendance.objects.bulk_update(rows, ["presence", "passed", "remark", "noted_at"])
    return len(rows)


def _mark(row: Attendance, mark: Mark, now: datetime) -> None:
    was_there = mark.presence == Presence.PRESENT
    demand_valid(
        (
            ("presence", mark.presence in Presence.values, _("Choose one of the answers shown.")),
            ("passed", mark.passed is None or was_there, _("Only somebody who was there can pass.")),
        )
    )
    if (row.presence, row.passed, row.remark) != (mark.presence, mark.passed, mark.remark):
        row.presence, row.passed, row.remark, row.noted_at = mark.presence, mark.passed, mark.remark.strip(), now


def hold(session: TrainingSession, *, version: int | None, actor: User, now: datetime) -> TrainingSession:
    """It took place. NotNow before it began, without anybody, and while somebody is not noted as present or absent."""
    with transaction.atomic():
        locked = _locked(session.pk)
        demand(actor, "training.edit", locked.grid_code)
        counts = locked.attendance.aggregate(
            waiting=Count("pk", filter=Q(presence=Presence.SIGNED_UP)),
            present=Count("pk", filter=Q(presence=Presence.PRESENT)),
        )
        if now < locked.starts_at:
            raise NotNow(_("It has not begun yet."))
        if counts["waiting"]:
            raise NotNow(_("%(n)s people are not noted yet: say who was there.") % {"n": counts["waiting"]})
        if not counts["present"]:
            raise NotNow(_("Nobody was there: call it off instead."))
        held: TrainingSession = advance(locked, "hold", actor=actor, now=now, version=version)
        return held


def call_off(
    session: TrainingSession, *, version: int | None, text: str, actor: User, now: datetime
) -> TrainingSession:
    """Call a planned session off with a reason; whoever signed up is told."""
    with transaction.atomic():
        off: TrainingSession = advance(session, "call_off", actor=actor, now=now, version=version, text=text)
        _tell(off, _people(off), "called_off", actor=actor, now=now, body=text)
        return off


# --- small things -----------------------------------------------------------------------------------------------------


def _locked(pk: int) -> TrainingSession:
    rows = TrainingSession.objects.select_for_update(of=("self",)).select_related("course")
    found: TrainingSession = rows.get(pk=pk)
    return found


def _demand_status(session: TrainingSession, *wanted: str) -> None:
    if session.status not in wanted:
        status = session.get_status_display()
        raise NotNow(_("This step is not possible now: the status is “%(status)s”.") % {"status": status})


def _demand_open(session: TrainingSession, now: datetime) -> None:
    _demand_status(session, Status.PLANNED)
    if now >= session.starts_at:
        raise NotNow(_("It has begun already."))


def _people(session: TrainingSession) -> list[User]:
    return list(User.objects.filter(training__session=session, is_active=True).order_by("pk"))


def _tell(
    session: TrainingSession,
    people: Sequence[User],
    step: str,
    *,
    actor: User,
    now: datetime,
    body: str = "",
) -> None:
    """One notice for each of `people` but the actor; in the platform's own language."""
    others = [person for person in people if person.pk != actor.pk]
    if not others:
        return
    with translation.override(settings.LANGUAGE_CODE):
        when = timezone.localtime(session.starts_at)
        lines = [f"{when:%Y-%m-%d %H:%M}", session.place, *([body] if body else [])]
        message = Message(
            recipients=others,
            kind=f"training.{step}",
            level=Notice.Level.TASK if step == "called" else Notice.Level.INFO,
            title=str(HEADINGS[step]) % {"course": session.course.title},
            body="\n".join(lines),
            url=reverse("fieldwork:training_session", args=[session.pk]),
            dedupe_key=f"training:{session.pk}:{step}:{session.version}:{now.isoformat()}",
            grid_code=session.grid_code,
        )
        notify_all([message], now=now)
