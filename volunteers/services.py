"""Services of volunteers: planned with shifts and slots, signed up for, attended, confirmed by two sides (5.2).

Hours come from check-in and check-out within the shift; a forgotten check-out is taken as the end of the shift and
marked. The slot of a sign-up is a row's `place`, unique in the shift: two who tap at once never get the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from grid.models import Grid
from volunteers.hours import record_hours
from volunteers.models import ServiceActivity, ServiceKind, Shift, SignUp, Team, Volunteer
from volunteers.service_news import called_off_told, moved_up_told
from volunteers.stages import advance, keep_step

MOST_SHIFTS: Final = 60
LONGEST: Final = timedelta(hours=12)
EARLY: Final = timedelta(minutes=30)
"""One may check in so long before the shift; the hours count from its beginning."""
HOLDING: Final = ("signed_up", "here", "done", "confirmed", "no_show")


@dataclass(frozen=True, slots=True)
class NewService:
    """What is planned: shifts are (begin, end, slots)."""

    title: str
    kind: ServiceKind
    place: str
    shifts: Sequence[tuple[datetime, datetime, int]]
    grid: Grid
    text: str = ""
    team: Team | None = None
    point: Point | None = None
    skills: Sequence[Any] = ()
    for_minors: bool = False
    cancel_hours: int = 2


def plan(new: NewService, *, actor: User, now: datetime) -> ServiceActivity:
    """Put a service up for sign-up. NotAllowed without `service.edit` in its grid; NotValid by field."""
    demand(actor, "service.edit", new.grid.code)
    title, place = clean_text(new.title, max_length=100), clean_text(new.place, max_length=100)
    demand_valid(
        [
            ("title", bool(title), _("Give it a title.")),
            ("place", bool(place), _("Say where.")),
            ("kind", new.kind.is_active, _("This kind is not used any more.")),
            ("shifts", 0 < len(new.shifts) <= MOST_SHIFTS, _("Between 1 and 60 shifts.")),
            *(
                ("shifts", _good(shift), _("A shift ends after it begins, within twelve hours."))
                for shift in new.shifts
            ),
        ]
    )
    with transaction.atomic():
        service = ServiceActivity.objects.create(
            title=title,
            kind=new.kind,
            place=place,
            text=clean_text(new.text, max_length=2000, multiline=True),
            team=new.team,
            point=new.point,
            for_minors=new.for_minors,
            cancel_hours=new.cancel_hours,
            grid=new.grid,
            grid_code=new.grid.code,
            by=actor,
            at=now,
        )
        service.skills.set(new.skills)
        Shift.objects.bulk_create(
            Shift(service=service, starts_at=start, ends_at=end, slots=slots) for start, end, slots in new.shifts
        )
        keep_step(service, before="", actor=actor, now=now)
    return service


def _good(shift: tuple[datetime, datetime, int]) -> bool:
    start, end, slots = shift
    return start < end <= start + LONGEST and 1 <= slots <= 1000


def sign_up(shift: Shift, volunteer: Volunteer, *, actor: User, now: datetime) -> SignUp:
    """A slot, or a place on the waiting list when there is none; once per person, asked again it is the same answer.

    NotAllowed for somebody else (unless one plans the service); NotNow when it has begun or is called off, when one
    is not active, or under age where minors do not fit, or at another service in that time.
    """
    _demand_own(volunteer, actor, shift)
    with transaction.atomic():
        locked = Shift.objects.select_for_update(of=("self",)).select_related("service").get(pk=shift.pk)
        found = locked.sign_ups.filter(volunteer=volunteer).exclude(status="withdrawn").first()
        if found is not None:
            return found
        _check(locked, volunteer, now)
        slot = _free_slot(locked)
        made = SignUp.objects.create(
            shift=locked,
            volunteer=volunteer,
            place=slot,
            status=SignUp.Status.SIGNED_UP if slot else SignUp.Status.WAITING,
            signed_at=now,
        )
        keep_step(made, before="", actor=actor, now=now)
    return made


def _demand_own(volunteer: Volunteer, actor: User, shift: Shift) -> None:
    if volunteer.user_id != actor.pk:
        demand(actor, "service.edit", shift.service.grid_code)


def _free_slot(shift: Shift) -> int | None:
    taken = set(shift.sign_ups.filter(status__in=HOLDING).values_list("place", flat=True))
    return next((slot for slot in range(1, shift.slots + 1) if slot not in taken), None)


def _check(shift: Shift, volunteer: Volunteer, now: datetime) -> None:
    service = shift.service
    if service.status != ServiceActivity.Status.PLANNED or shift.ends_at <= now:
        raise NotNow(_("This shift is over or called off."))
    if volunteer.status != Volunteer.Status.ACTIVE:
        raise NotNow(_("Only active volunteers sign up: the application is not approved yet."))
    if volunteer.is_minor and not service.for_minors:
        raise NotNow(_("This service is not fit for minors."))
    busy = SignUp.objects.filter(
        volunteer=volunteer,
        status__in=("signed_up", "here", "done"),
        shift__starts_at__lt=shift.ends_at,
        shift__ends_at__gt=shift.starts_at,
    )
    if busy.exists():
        raise NotNow(_("You are at another service in that time."))


def withdraw(row: SignUp, *, actor: User, now: datetime, version: int | None = None) -> SignUp:
    """Give the slot back, up to the hours before that the service says; whoever waits first moves up."""
    limit = row.shift.starts_at - timedelta(hours=row.shift.service.cancel_hours)
    if row.status == SignUp.Status.SIGNED_UP and now > limit and row.volunteer.user_id == actor.pk:
        raise NotNow(_("It is too late to withdraw: please call the organizer."))
    with transaction.atomic():
        shift = Shift.objects.select_for_update(of=("self",)).get(pk=row.shift_id)
        ended: SignUp = advance(row, "withdraw", actor=actor, now=now, version=version, place=None)
        _move_up(shift, now)
    return ended


def _move_up(shift: Shift, now: datetime) -> None:
    slot = _free_slot(shift)
    first = shift.sign_ups.filter(status="waiting").order_by("signed_at", "id").first()
    if slot is not None and first is not None and now < shift.starts_at:
        moved_up_told(advance(first, "move_up", actor=None, now=now, place=slot), now=now)


def check_in(row: SignUp, *, actor: User, now: datetime) -> SignUp:
    """She is there. NotNow too early, after the end, or twice."""
    if now < row.shift.starts_at - EARLY:
        raise NotNow(_("Check in at most half an hour before the shift begins."))
    if now > row.shift.ends_at:
        raise NotNow(_("The shift is over: the organizer notes who was there."))
    done: SignUp = advance(row, "check_in", actor=actor, now=now, in_at=now, by_volunteer_at=now)
    return done


def check_out(row: SignUp, *, actor: User, now: datetime) -> SignUp:
    """She leaves; after the end of the shift her hours end with it."""
    done: SignUp = advance(row, "check_out", actor=actor, now=now, out_at=min(now, row.shift.ends_at))
    return done


def confirm(row: SignUp, *, actor: User, now: datetime) -> SignUp:
    """The organizer confirms; the hours are recorded once. A missing check-out is the end of the shift, marked.

    NotAllowed for one's own attendance: the second side is somebody else.
    """
    if row.volunteer.user_id == actor.pk:
        raise NotAllowed(_("Your own attendance is confirmed by somebody else."))
    if row.status == SignUp.Status.HERE and now < row.shift.ends_at:
        raise NotNow(_("She has not checked out, and the shift is not over."))
    capped = row.out_at is None
    fields: dict[str, Any] = {"by_leader": actor, "by_leader_at": now} | (
        {"out_at": row.shift.ends_at, "is_capped": True} if capped else {}
    )
    with transaction.atomic():
        done: SignUp = advance(row, "confirm", actor=actor, now=now, **fields)
        record_hours(done, actor=actor, now=now)
    return done


def note_attendance(shift: Shift, present: Sequence[int], *, actor: User, now: datetime) -> tuple[int, int]:
    """After the shift: confirm the sign-ups in `present`, the others did not come. Returns (confirmed, missed).

    Who never checked in but was there is taken as there for the whole shift; that is marked as capped.
    """
    demand(actor, "service.edit", shift.service.grid_code)
    if now < shift.starts_at:
        raise NotNow(_("The shift has not begun."))
    came = set(present)
    confirmed = missed = 0
    with transaction.atomic():
        rows = shift.sign_ups.select_for_update(of=("self",)).filter(status__in=("signed_up", "here", "done"))
        for row in rows.select_related("volunteer").order_by("id"):
            if row.pk in came and row.volunteer.user_id != actor.pk:
                confirm(_checked_in(row, shift, actor, now), actor=actor, now=max(now, shift.ends_at))
                confirmed += 1
            elif row.status == SignUp.Status.SIGNED_UP and row.pk not in came:
                advance(row, "no_show", actor=actor, now=now)
                missed += 1
    return confirmed, missed


def _checked_in(row: SignUp, shift: Shift, actor: User, now: datetime) -> SignUp:
    if row.status != SignUp.Status.SIGNED_UP:
        return row
    fields: dict[str, Any] = {"in_at": shift.starts_at, "out_at": None}
    done: SignUp = advance(row, "check_in", actor=actor, now=now, **fields)
    return done


def end(service: ServiceActivity, *, beneficiaries: int, result: str, actor: User, now: datetime) -> ServiceActivity:
    """Close a service with how many people gained and what came of it. NotNow while attendance is to be noted."""
    waiting = SignUp.objects.filter(shift__service=service, status__in=("signed_up", "here", "done"))
    if waiting.exists():
        raise NotNow(_("First note who was there."))
    words = clean_text(result, max_length=2000, multiline=True)
    demand_valid([("beneficiaries", 0 <= beneficiaries <= 1_000_000, _("Between 0 and 1,000,000."))])
    done: ServiceActivity = advance(service, "end", actor=actor, now=now, beneficiaries=beneficiaries, result=words)
    return done


def call_off(service: ServiceActivity, *, text: str, actor: User, now: datetime) -> ServiceActivity:
    """Call a service off; everybody who signed up or waits is told. NotNow when hours were confirmed already."""
    rows = SignUp.objects.filter(shift__service=service)
    if rows.filter(status="confirmed").exists():
        raise NotNow(_("Hours of it are confirmed already: end it instead."))
    with transaction.atomic():
        done: ServiceActivity = advance(service, "call_off", actor=actor, now=now, text=text)
        called_off_told(done, text, now=now)
    return done


def cap_forgotten(*, now: datetime) -> int:
    """Check out whoever forgot it, a day after the shift, with its end; safe to run again. Returns how many."""
    late = SignUp.objects.filter(status="here", shift__ends_at__lt=now - timedelta(days=1)).select_related("shift")
    done = 0
    for row in late.order_by("id").iterator(chunk_size=500):
        try:
            advance(row, "check_out", actor=None, now=now, out_at=row.shift.ends_at, is_capped=True)
        except NotNow:
            continue
        done += 1
    return done


def open_shifts(user_grid: str, now: datetime) -> Any:
    """Shifts to sign up for, soonest first, of the street of `user_grid`."""
    rows = Shift.objects.filter(
        service__status="planned", ends_at__gt=now, service__grid_code__startswith=user_grid[:9]
    )
    return rows.select_related("service__kind", "service__grid").order_by("starts_at", "id")
