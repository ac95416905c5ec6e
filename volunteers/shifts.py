"""Shifts of a service that is put up already: moved, given other slots, taken away."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import NotNow, demand_valid
from accounts.models import User
from grid.access import demand
from volunteers.models import ServiceActivity, Shift
from volunteers.service_news import moved_told
from volunteers.services import HOLDING, locked_shift, shift_checks
from volunteers.sign_ups import move_up


def change_shift(
    shift: Shift, *, starts_at: datetime, ends_at: datetime, slots: int, actor: User, now: datetime
) -> Shift:
    """Move a shift, or give it other slots; whoever comes is told of a move.

    NotNow once it has begun; NotValid for fewer slots than taken, or a beginning that another shift has.
    """
    demand(actor, "service.edit", shift.service.grid_code)
    demand_valid(shift_checks([(starts_at, ends_at, slots)], now))
    with transaction.atomic():
        locked = locked_shift(shift)
        if locked.service.status != ServiceActivity.Status.PLANNED or locked.starts_at <= now:
            raise NotNow(_("This shift has begun or is called off."))
        taken = locked.sign_ups.filter(status__in=HOLDING).count()
        same = locked.service.shifts.filter(starts_at=starts_at).exclude(pk=locked.pk)
        demand_valid(
            [
                ("slots", taken <= slots, _("%(n)s are signed up already.") % {"n": taken}),
                ("starts_at", not same.exists(), _("Two shifts begin at the same time.")),
            ]
        )
        moved = (locked.starts_at, locked.ends_at) != (starts_at, ends_at)
        locked.starts_at, locked.ends_at, locked.slots = starts_at, ends_at, slots
        locked.save(update_fields=["starts_at", "ends_at", "slots"])
        if moved:
            moved_told(locked.service, shift=locked, now=now)
        move_up(locked, now)
    return locked


def drop_shift(shift: Shift, *, actor: User, now: datetime) -> None:
    """Take a shift away that nobody ever signed up for; NotNow otherwise, and for the last one."""
    demand(actor, "service.edit", shift.service.grid_code)
    with transaction.atomic():
        locked = locked_shift(shift)
        if locked.sign_ups.exists() or locked.service.shifts.count() < 2:
            raise NotNow(_("Somebody signed up for it, or it is the only one: call the service off instead."))
        locked.delete()
