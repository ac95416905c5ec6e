"""Services of volunteers: planned with shifts and slots, changed, ended with who gained, called off (domain.md 5.2).

Signing up is `volunteers.sign_ups`, who was there `volunteers.attendance`, what it gave `volunteers.hours`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from grid.models import Grid
from grid.once import write_once
from grid.scope import scope_of
from grid.stages import check_version
from volunteers.models import HourRecord, ServiceActivity, ServiceKind, Shift, SignUp, Team
from volunteers.service_news import called_off_told, moved_told
from volunteers.stages import advance, keep_step

MOST_SHIFTS: Final = 60
MOST_SLOTS: Final = 1000
LONGEST: Final = timedelta(hours=12)
EARLIEST: Final = timedelta(days=31)
"""What took place without a plan may be written down for a month: its attendance is noted like any other."""
FARTHEST: Final = timedelta(days=366)
MOST_GAINED: Final = 1_000_000
HOLDING: Final = ("signed_up", "here", "done", "confirmed", "no_show")
"""The statuses of whoever has a slot."""
TO_NOTE: Final = ("signed_up", "here", "done")
PLAIN: Final = ("title", "kind", "place", "text", "team", "point", "for_minors", "cancel_hours")

Times = tuple[datetime, datetime, int]


@dataclass(frozen=True, slots=True)
class NewService:
    """What is planned: shifts are (begin, end, slots)."""

    title: str
    kind: ServiceKind
    place: str
    shifts: Sequence[Times]
    grid: Grid
    text: str = ""
    team: Team | None = None
    point: Point | None = None
    skills: Sequence[Any] = ()
    for_minors: bool = False
    cancel_hours: int = 2
    client_id: UUID = field(default_factory=uuid4)


def daily(first: date, last: date, starts: time, ends: time, slots: int) -> list[Times]:
    """One shift a day from `first` to `last`, both included, local time; one more than allowed when there are more."""
    zone, days = timezone.get_default_timezone(), min((last - first).days + 1, MOST_SHIFTS + 1)
    every = [first + timedelta(days=n) for n in range(max(days, 0))]
    return [(datetime.combine(day, starts, zone), datetime.combine(day, ends, zone), slots) for day in every]


# --- planning ---------------------------------------------------------------------------------------------------------


def plan(new: NewService, *, actor: User, now: datetime) -> ServiceActivity:
    """Put a service up for sign-up; the same `client_id` again gives the first.

    NotAllowed without `service.edit` in its grid; NotValid by field.
    """
    demand(actor, "service.edit", new.grid.code)
    values = _values(new, now)
    given = {name: str(value) for name, value in values.items()} | {
        "grid": new.grid.code,
        "shifts": [[str(part) for part in shift] for shift in new.shifts],
    }

    def write(digest: str) -> ServiceActivity:
        own = {"client_id": new.client_id, "digest": digest, "grid": new.grid, "grid_code": new.grid.code}
        service = ServiceActivity.objects.create(**values, **own, by=actor, at=now)
        service.skills.set(new.skills)
        _add_shifts(service, new.shifts)
        keep_step(service, before="", actor=actor, now=now)
        return service

    return write_once(ServiceActivity, new.client_id, given, actor=actor, write=write)[0]


def _values(new: NewService, now: datetime, *, with_shifts: bool = True) -> dict[str, Any]:
    words = {"title": clean_text(new.title, max_length=100), "place": clean_text(new.place, max_length=100)}
    checks: list[tuple[str, bool, object]] = [
        ("title", bool(words["title"]), _("Give it a title.")),
        ("place", bool(words["place"]), _("Say where.")),
        ("team", new.team is None or new.team.status == Team.Status.ACTIVE, _("This team is ended.")),
        ("cancel_hours", 0 <= new.cancel_hours <= 168, _("At most a week.")),
    ]
    if with_shifts:
        checks += [("kind", new.kind.is_active, _("This kind is not used any more.")), *shift_checks(new.shifts, now)]
    demand_valid(checks)
    text = clean_text(new.text, max_length=2000, multiline=True)
    return {name: getattr(new, name) for name in PLAIN} | words | {"text": text}


def shift_checks(shifts: Sequence[Times], now: datetime) -> list[tuple[str, bool, object]]:
    """What is asked of shifts (begin, end, slots), for `demand_valid`."""
    return [
        ("shifts", 0 < len(shifts) <= MOST_SHIFTS, _("Between 1 and 60 shifts.")),
        (
            "shifts",
            all(start < end <= start + LONGEST for start, end, _slots in shifts),
            _("A shift ends after it begins, within twelve hours."),
        ),
        ("slots", all(1 <= slots <= MOST_SLOTS for *_times, slots in shifts), _("Between 1 and 1,000 slots.")),
        (
            "shifts",
            all(now - EARLIEST <= start <= now + FARTHEST for start, *_rest in shifts),
            _("At most a month back and a year ahead."),
        ),
        ("shifts", len({start for start, *_rest in shifts}) == len(shifts), _("Two shifts begin at the same time.")),
    ]


def _add_shifts(service: ServiceActivity, shifts: Iterable[Times]) -> None:
    Shift.objects.bulk_create(
        Shift(service=service, starts_at=start, ends_at=end, slots=slots) for start, end, slots in shifts
    )


def change(service: ServiceActivity, new: NewService, *, version: int | None, actor: User, now: datetime) -> None:
    """Change what is planned, without its grid and shifts; a new place is told to whoever comes.

    NotNow when it is over, called off or was changed meanwhile.
    """
    demand(actor, "service.edit", service.grid_code)
    values = _values(new, now, with_shifts=False)
    with transaction.atomic():
        locked = _locked(service)
        check_version(locked, version)
        moved = locked.place != values["place"]
        for name, value in values.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save(update_fields=[*values, "version"])
        locked.skills.set(new.skills)
        if moved:
            moved_told(locked, now=now)


def _locked(service: ServiceActivity) -> ServiceActivity:
    """The row, locked. NotNow when it is not open for sign-up any more."""
    locked: ServiceActivity = ServiceActivity.objects.select_for_update(of=("self",)).get(pk=service.pk)
    if locked.status != ServiceActivity.Status.PLANNED:
        raise NotNow(_("This service is ended or called off."))
    return locked


def add_shifts(service: ServiceActivity, shifts: Sequence[Times], *, actor: User, now: datetime) -> None:
    """More shifts. NotValid when one of that beginning exists already, or there are too many."""
    demand(actor, "service.edit", service.grid_code)
    demand_valid(shift_checks(shifts, now))
    with transaction.atomic():
        there = set(_locked(service).shifts.values_list("starts_at", flat=True))
        demand_valid(
            [
                ("shifts", not there & {start for start, *_rest in shifts}, _("Two shifts begin at the same time.")),
                ("shifts", len(there) + len(shifts) <= MOST_SHIFTS, _("Between 1 and 60 shifts.")),
            ]
        )
        _add_shifts(service, shifts)


# --- the end ----------------------------------------------------------------------------------------------------------


def end(service: ServiceActivity, *, beneficiaries: int, result: str, actor: User, now: datetime) -> ServiceActivity:
    """Close a service with how many people gained and what came of it.

    NotNow before the last shift is over, or while attendance is to be noted.
    """
    if service.shifts.filter(ends_at__gt=now).exists():
        raise NotNow(_("The last shift is not over yet."))
    if SignUp.objects.filter(shift__service=service, status__in=TO_NOTE).exists():
        raise NotNow(_("First note who was there."))
    words = clean_text(result, max_length=2000, multiline=True)
    demand_valid([("beneficiaries", 0 <= beneficiaries <= MOST_GAINED, _("Between 0 and 1,000,000."))])
    done: ServiceActivity = advance(service, "end", actor=actor, now=now, beneficiaries=beneficiaries, result=words)
    return done


def call_off(service: ServiceActivity, *, text: str, actor: User, now: datetime) -> ServiceActivity:
    """Call a service off; everybody who signed up or waits is told. NotNow when hours were confirmed already."""
    with transaction.atomic():
        done: ServiceActivity = advance(service, "call_off", actor=actor, now=now, text=text)
        if SignUp.objects.filter(shift__service=service, status=SignUp.Status.CONFIRMED).exists():
            raise NotNow(_("Hours of it are confirmed already: end it instead."))
        called_off_told(done, text, now=now)
    return done


# --- who answers for it -----------------------------------------------------------------------------------------------


def organizes(service: ServiceActivity, user: Any) -> bool:
    """Whether `user` says who was there: by her posts in its grid, or as the leader of its team."""
    if scope_of(user).can("service.edit", service.grid_code):
        return True
    leader = service.team.leader if service.team else None
    return leader is not None and leader.status == "active" and leader.user_id == user.pk


def demand_organizer(service: ServiceActivity, actor: User) -> None:
    """NotAllowed for whoever does not organize the service."""
    if not organizes(service, actor):
        raise NotAllowed(_("Only the organizers of this service may do this."))


# --- reading ----------------------------------------------------------------------------------------------------------


def in_lists(user: Any) -> QuerySet[ServiceActivity]:
    """The services that `user` sees or may sign up for, with what a line shows."""
    rows: QuerySet[ServiceActivity] = ServiceActivity.objects.offered_to(user)
    return rows.select_related("kind", "grid", "team").defer("grid__boundary", "text", "result")


NOTHING: Final = {"first": None, "next": None, "shift_count": 0, "slots": 0, "taken": 0, "came": 0, "minutes": 0}


def with_counts(rows: Iterable[ServiceActivity]) -> list[ServiceActivity]:
    """The rows with `first` and `next` (times), `shift_count`, `slots`, `taken`, `came`, `minutes`; three queries."""
    found, now = list(rows), timezone.now()
    numbers: dict[int, dict[str, Any]] = {row.pk: dict(NOTHING) for row in found}
    shifts, people, given = Shift.objects.all(), SignUp.objects.all(), HourRecord.objects.all()
    at = {"first": Min("starts_at"), "next": Min("starts_at", filter=Q(ends_at__gt=now))}
    _count(numbers, shifts, "service", **at, shift_count=Count("pk"), slots=Sum("slots"))
    held, came = Q(status__in=HOLDING), Q(status=SignUp.Status.CONFIRMED)
    _count(numbers, people, "shift__service", taken=Count("pk", filter=held), came=Count("pk", filter=came))
    _count(numbers, given, "sign_up__shift__service", minutes=Sum("minutes"))
    for row in found:
        for name, value in numbers[row.pk].items():
            setattr(row, name, value)
    return found


def _count(numbers: dict[int, dict[str, Any]], rows: QuerySet[Any], way: str, **counted: Any) -> None:
    """Add what is counted of `rows` to the numbers of the service at the end of `way`."""
    lines: Any = rows.filter(**{f"{way}__in": list(numbers)}).order_by().values(way).annotate(**counted)
    for line in lines:
        numbers[line[way]].update({name: line[name] for name in counted})


def shifts_with_counts(rows: QuerySet[Shift]) -> QuerySet[Shift]:
    """Shifts with `taken`, `waiting`, `to_note`, `confirmed`."""
    count = {
        "taken": HOLDING,
        "waiting": ("waiting",),
        "to_note": TO_NOTE,
        "confirmed": ("confirmed",),
    }
    return rows.annotate(
        **{name: Count("sign_ups", filter=Q(sign_ups__status__in=of)) for name, of in count.items()}
    ).order_by("starts_at", "pk")


def open_shifts(user_grid: str, now: datetime) -> Any:
    """Shifts to sign up for, soonest first, of the street of `user_grid`."""
    rows = Shift.objects.filter(
        service__status="planned", ends_at__gt=now, service__grid_code__startswith=user_grid[:9]
    )
    return rows.select_related("service__kind", "service__grid").order_by("starts_at", "id")


def locked_shift(shift: Shift) -> Shift:
    """The shift with its service, locked: slots are given and taken one after the other."""
    found: Shift = (
        Shift.objects.select_for_update(of=("self",)).select_related("service__team__leader").get(pk=shift.pk)
    )
    return found
