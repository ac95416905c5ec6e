"""Who was at a shift: said by the volunteer (check-in, check-out) and by the organizer; both are needed for hours.

Hours come from check-in and check-out within the shift; a forgotten check-out is taken as the end of the shift and
marked (`is_capped`). Whoever has no phone is put down by the organizer alone (`by_volunteer_at` stays empty, which
pages show) and is told of it when she has an account.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow
from accounts.models import User
from volunteers.hours import record_hours
from volunteers.models import ServiceActivity, Shift, SignUp
from volunteers.service_news import denied_told, noted_told
from volunteers.services import demand_organizer
from volunteers.sign_ups import EARLY
from volunteers.stages import advance, advance_all

FORGOTTEN: Final = timedelta(hours=2)
"""A check-out so long after the shift was forgotten."""
AT_ONCE: Final = 500
Status = SignUp.Status


@dataclass(frozen=True, slots=True)
class Noted:
    """What was noted: `open` say that they were there, and the organizer did not confirm it yet."""

    confirmed: int
    missed: int
    open: int


def check_in(row: SignUp, *, actor: User, now: datetime) -> SignUp:
    """She is there: the volunteer herself, nobody for her. NotNow too early, after the end, or twice."""
    if row.volunteer.user_id != actor.pk:
        raise NotAllowed(_("Everybody checks in for herself."))
    if row.shift.service.status != ServiceActivity.Status.PLANNED:
        raise NotNow(_("This service is ended or called off."))
    if now < row.shift.starts_at - EARLY:
        raise NotNow(_("Check in at most half an hour before the shift begins."))
    if now > row.shift.ends_at:
        raise NotNow(_("The shift is over: the organizer notes who was there."))
    done: SignUp = advance(row, "check_in", actor=actor, now=now, in_at=now, by_volunteer_at=now)
    return done


def check_out(row: SignUp, *, actor: User, now: datetime) -> SignUp:
    """She leaves; after the end of the shift her hours end with it, and long after it that is marked."""
    ends = row.shift.ends_at
    fields: dict[str, Any] = {"out_at": min(now, ends), "is_capped": now > ends + FORGOTTEN}
    done: SignUp = advance(row, "check_out", actor=actor, now=now, **fields)
    return done


def note(shift: Shift, present: Collection[int], *, actor: User, now: datetime) -> Noted:
    """After the shift: confirm the sign-ups in `present`; of the others, whoever never checked in did not come.

    Who never checked in but was there is taken as there for the whole shift. One's own attendance is left for another
    organizer. A number of queries that does not grow with the people. NotAllowed for whoever does not organize it;
    NotNow before its end or when the service is called off.
    """
    demand_organizer(shift.service, actor)
    if now < shift.ends_at:
        raise NotNow(_("The shift is not over."))
    if shift.service.status != ServiceActivity.Status.PLANNED:
        raise NotNow(_("This service is ended or called off."))
    others = _of(shift).exclude(volunteer__user=actor.pk)
    came, absent, there = others.filter(pk__in=present), others.exclude(pk__in=present), {"in_at": shift.starts_at}
    with transaction.atomic():
        alone = advance_all(came, "check_in", actor=actor, now=now, fields=lambda row: there)
        confirmed = _confirm(came, actor, now)
        missed = advance_all(absent, "no_show", actor=actor, now=now)
        noted_told(shift, alone, now=now)
    left = shift.sign_ups.filter(status__in=(Status.HERE, Status.DONE)).count()
    return Noted(len(confirmed), len(missed), left)


def _of(shift: Shift) -> QuerySet[SignUp]:
    return shift.sign_ups.select_related("volunteer__user", "shift__service")


def _confirm(rows: QuerySet[SignUp], actor: User, now: datetime) -> list[SignUp]:
    def fields(row: SignUp) -> dict[str, Any]:
        forgotten = row.out_at is None
        return {
            "by_leader": actor,
            "by_leader_at": now,
            "out_at": row.out_at or max(row.in_at or row.shift.ends_at, row.shift.ends_at),
            "is_capped": row.is_capped or (forgotten and row.by_volunteer_at is not None),
        }

    with transaction.atomic():
        done = advance_all(rows, "confirm", actor=actor, now=now, fields=fields)
        record_hours(done, actor=actor, now=now)
    return done


def confirm(row: SignUp, *, actor: User, now: datetime) -> SignUp:
    """Confirm one attendance; the hours are recorded once. A missing check-out is the end of the shift, marked.

    NotAllowed for one's own attendance (the second side is somebody else) and for whoever does not organize it;
    NotNow when she has not checked out and the shift is not over, or the service was called off.
    """
    demand_organizer(row.shift.service, actor)
    if row.volunteer.user_id == actor.pk:
        raise NotAllowed(_("Your own attendance is confirmed by somebody else."))
    if row.shift.service.status != ServiceActivity.Status.PLANNED:
        raise NotNow(_("This service is ended or called off."))
    if row.status == Status.HERE and now < row.shift.ends_at:
        raise NotNow(_("She has not checked out, and the shift is not over."))
    found = _confirm(_of(row.shift).filter(pk=row.pk), actor, now)
    if not found:
        row.refresh_from_db()
        raise NotNow(
            _("This step is not possible now: the status is “%(status)s”.") % {"status": row.get_status_display()}
        )
    return found[0]


def deny(row: SignUp, *, text: str, actor: User, now: datetime, version: int | None = None) -> SignUp:
    """She checked in, but the organizer says that she was not there; she is told with the reason."""
    demand_organizer(row.shift.service, actor)
    if row.volunteer.user_id == actor.pk:
        raise NotAllowed(_("Your own attendance is confirmed by somebody else."))
    done: SignUp = advance(row, "deny", actor=actor, now=now, version=version, text=text)
    denied_told(done, text, now=now)
    return done


def cap_forgotten(*, now: datetime) -> int:
    """Check out whoever forgot it, with the end of her shift, marked; safe to run again. Returns how many."""
    late = SignUp.objects.filter(status=Status.HERE, shift__ends_at__lt=now - FORGOTTEN).select_related("shift")
    done = 0
    while found := list(late.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        rows = late.filter(pk__in=found)
        done += len(
            advance_all(
                rows,
                "check_out",
                actor=None,
                now=now,
                fields=lambda row: {"out_at": max(row.in_at, row.shift.ends_at), "is_capped": True},
            )
        )
    return done
