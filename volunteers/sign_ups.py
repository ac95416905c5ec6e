"""Signing up for shifts: slots by the database, a waiting list, taking it back in time (domain.md 5.2).

The slot of a sign-up is a row's `place`, unique in the shift: two who tap at once never get the same.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from grid.access import demand
from volunteers.models import ServiceActivity, Shift, SignUp, Volunteer
from volunteers.service_news import moved_up_told
from volunteers.services import HOLDING, demand_organizer, locked_shift, open_shifts
from volunteers.stages import advance, keep_step

BUSY: Final = ("signed_up", "here", "done")
STILL: Final = timedelta(hours=6)
"""A shift that is over stands so long on one's own page: perhaps the check-out was forgotten."""
EARLY: Final = timedelta(minutes=30)
"""One may check in so long before the shift; the hours count from its beginning."""
OWN: Final = 8
Status = SignUp.Status


def sign_up(shift: Shift, volunteer: Volunteer, *, actor: User, now: datetime) -> SignUp:
    """A slot, or a place on the waiting list when there is none; once per person, asked again it is the same answer.

    NotAllowed for somebody else (unless one organizes the service); NotNow when it has begun or is called off, when
    one is not active, or under age where minors do not fit, or at another service in that time.
    """
    with transaction.atomic():
        locked = locked_shift(shift)
        if volunteer.user_id != actor.pk:
            demand_organizer(locked.service, actor)
        found = locked.sign_ups.filter(volunteer=volunteer).exclude(status=Status.WITHDRAWN).first()
        if found is not None:
            return found
        _check(locked, volunteer, actor, now)
        _demand_no_hours(locked, volunteer)
        slot = _free_slot(locked)
        made = SignUp.objects.create(
            shift=locked,
            volunteer=volunteer,
            place=slot,
            status=Status.SIGNED_UP if slot else Status.WAITING,
            signed_at=now,
        )
        keep_step(made, before="", actor=actor, now=now)
    return made


def put_down(shift: Shift, number: str, *, actor: User, now: datetime) -> SignUp:
    """The organizer puts a volunteer of the street on the list by her number, also after the shift.

    NotAllowed for whoever does not organize it; NotValid when there is no active volunteer of the number there.
    """
    demand_organizer(shift.service, actor)
    near = Volunteer.objects.filter(grid_code__startswith=shift.service.grid_code[:9])
    found = near.filter(number=number.strip(), status=Volunteer.Status.ACTIVE).first()
    if found is None:
        message = _("No active volunteer of this street has this number.")
        raise NotValid(message, {"number": [message]})
    return sign_up(shift, found, actor=actor, now=now)


def _free_slot(shift: Shift) -> int | None:
    """A slot that nobody holds; None when as many are held as there are, also after slots were taken away."""
    taken = set(shift.sign_ups.filter(status__in=HOLDING).values_list("place", flat=True))
    if len(taken) >= shift.slots:
        return None
    return next(slot for slot in range(1, shift.slots + 1) if slot not in taken)


def _demand_no_hours(shift: Shift, volunteer: Volunteer) -> None:
    """NotNow when her hours of that time are confirmed at another service: they count once."""
    counted = SignUp.objects.filter(volunteer=volunteer, status=Status.CONFIRMED)
    if counted.filter(shift__starts_at__lt=shift.ends_at, shift__ends_at__gt=shift.starts_at).exists():
        raise NotNow(_("This volunteer is at another service in that time."))


def _check(shift: Shift, volunteer: Volunteer, actor: User, now: datetime) -> None:
    """What may hinder; the volunteer's row is locked, so that two shifts of one time are not both taken."""
    locked = Volunteer.objects.select_for_update(of=("self",), no_key=True).get(pk=volunteer.pk)
    over = shift.ends_at <= now and locked.user_id == actor.pk
    if shift.service.status != ServiceActivity.Status.PLANNED or over:
        raise NotNow(_("This shift is over or called off."))
    if locked.status != Volunteer.Status.ACTIVE:
        raise NotNow(_("Only active volunteers sign up: the application is not approved yet."))
    if locked.is_minor and not shift.service.for_minors:
        raise NotNow(_("This service is not fit for minors."))
    if _held_meanwhile(shift).filter(volunteer=locked).exists():
        raise NotNow(_("This volunteer is at another service in that time."))


def _held_meanwhile(shift: Shift) -> QuerySet[SignUp]:
    """The slots held in the time of `shift`, at any service."""
    return SignUp.objects.filter(
        status__in=BUSY,
        shift__service__status=ServiceActivity.Status.PLANNED,
        shift__starts_at__lt=shift.ends_at,
        shift__ends_at__gt=shift.starts_at,
    )


def withdraw(row: SignUp, *, actor: User, now: datetime, version: int | None = None) -> SignUp:
    """Give the slot back, up to the hours before that the service says; whoever waits first moves up.

    NotAllowed for somebody else's sign-up without `service.edit`; NotNow too late for one's own.
    """
    if row.volunteer.user_id != actor.pk:
        demand(actor, "service.edit", row.grid_code)
    with transaction.atomic():
        shift = locked_shift(row.shift)
        limit = shift.starts_at - timedelta(hours=shift.service.cancel_hours)
        if row.status == Status.SIGNED_UP and now > limit and row.volunteer.user_id == actor.pk:
            raise NotNow(_("It is too late to withdraw: please call the organizer."))
        ended: SignUp = advance(row, "withdraw", actor=actor, now=now, version=version, place=None)
        move_up(shift, now)
    return ended


def move_up(shift: Shift, now: datetime) -> int:
    """Give the free slots of a locked shift to those who wait and can come, the first first; how many moved up."""
    if now >= shift.starts_at or shift.service.status != ServiceActivity.Status.PLANNED:
        return 0
    waiting, moved = _waiting(shift) if _free_slot(shift) else [], 0
    for row in waiting:
        slot = _free_slot(shift)
        if slot is None:
            break
        moved_up_told(advance(row, "move_up", actor=None, now=now, place=slot), now=now)
        moved += 1
    return moved


def _waiting(shift: Shift) -> list[SignUp]:
    """Who waits for a slot of a locked shift and can come: still active, at no other service in that time.

    The volunteers are locked, all at once in the order of their keys: nobody leaves or takes another shift meanwhile.
    """
    rows = shift.sign_ups.filter(status=Status.WAITING)
    held = Volunteer.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=rows.values("volunteer"))
    there = {one.pk for one in held.filter(status=Volunteer.Status.ACTIVE).only("pk").order_by("pk")}
    there -= set(_held_meanwhile(shift).filter(volunteer__in=there).values_list("volunteer", flat=True))
    return list(rows.filter(volunteer__in=there).order_by("signed_at", "id"))


def own_block(volunteer: Volunteer, now: datetime) -> dict[str, Any]:
    """What the volunteer's own page shows: her shifts of now and the coming days, how many are open. Two queries."""
    rows = SignUp.objects.filter(volunteer=volunteer, status__in=(*BUSY, Status.WAITING))
    rows = rows.filter(shift__service__status=ServiceActivity.Status.PLANNED, shift__ends_at__gt=now - STILL)
    found = list(rows.select_related("shift__service").order_by("shift__starts_at", "pk")[:OWN])
    return {"rows": with_check_in(found, now), "open": open_shifts(volunteer.grid_code, now).count()}


def with_check_in(rows: Iterable[SignUp], now: datetime) -> list[SignUp]:
    """The rows with `may_check_in`: whether the shift, selected along, begins or goes on now."""
    found = list(rows)
    for row in found:
        begins, ends = row.shift.starts_at - EARLY, row.shift.ends_at
        row.may_check_in = row.status == Status.SIGNED_UP and begins <= now <= ends  # type: ignore[attr-defined]
    return found
