"""Hours of service (order no. 67): recorded once per attendance; a correction is a row beside the old one."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from volunteers import points
from volunteers.models import HourRecord, SignUp, StarLevel, Volunteer

REASON_LENGTH: Final = 300


def record_hours(row: SignUp, *, actor: User, now: datetime) -> HourRecord:
    """The hours of a confirmed attendance, between the beginning and the end of its shift; once, whoever asks again."""
    found = HourRecord.objects.filter(sign_up=row, kind="service").first()
    if found is not None:
        return found
    assert row.in_at is not None  # the constraint on confirmed rows
    assert row.out_at is not None
    start, end = max(row.in_at, row.shift.starts_at), min(row.out_at, row.shift.ends_at)
    record = HourRecord.objects.create(
        volunteer_id=row.volunteer_id,
        sign_up=row,
        kind=HourRecord.Kind.SERVICE,
        minutes=max(0, int((end - start).total_seconds() // 60)),
        on=timezone.localdate(row.shift.starts_at),
        by=actor,
        at=now,
    )
    points.settle(record, now=now)
    return record


def correct(record: HourRecord, minutes: int, *, reason: str, actor: User, now: datetime) -> HourRecord:
    """Say that the hours of `record` were `minutes`: a row with the difference, the old one stays.

    NotAllowed without `volunteer.certify`; NotValid without a reason or out of range; NotNow when nothing changes.
    """
    demand(actor, "volunteer.certify", record.volunteer.grid_code)
    if record.kind == HourRecord.Kind.CORRECTION:
        raise NotValid(_("A correction is not corrected: correct the record itself."))
    words = clean_text(reason, max_length=REASON_LENGTH)
    if not words:
        raise NotValid(_("Please correct the marked fields."), {"reason": [_("Say why in a few words.")]})
    if not 0 <= minutes <= 24 * 60:
        raise NotValid(_("Please correct the marked fields."), {"minutes": [_("Between 0 and 1,440 minutes.")]})
    with transaction.atomic():
        Volunteer.objects.select_for_update(of=("self",)).get(pk=record.volunteer_id)
        change = minutes - counted(record)
        if not change:
            raise NotNow(_("These are the hours as they are."))
        made = HourRecord.objects.create(
            volunteer_id=record.volunteer_id,
            sign_up=record.sign_up,
            kind=HourRecord.Kind.CORRECTION,
            minutes=change,
            corrects=record,
            reason=words,
            on=record.on,
            by=actor,
            at=now,
        )
        points.settle(made, now=now)
    return made


def counted(record: HourRecord) -> int:
    """The minutes of a record with its corrections."""
    rows = HourRecord.objects.filter(Q(pk=record.pk) | Q(corrects=record))
    return int(rows.aggregate(n=Sum("minutes"))["n"] or 0)


def total(volunteer: Volunteer, *, since: Any = None, until: Any = None) -> int:
    """All minutes of a volunteer, corrections included, within the days given."""
    rows = HourRecord.objects.filter(volunteer=volunteer)
    if since is not None:
        rows = rows.filter(on__gte=since)
    if until is not None:
        rows = rows.filter(on__lte=until)
    return int(rows.aggregate(n=Sum("minutes"))["n"] or 0)


def stars(minutes: int) -> int:
    """The stars that so many minutes make (100/300/600/1000/1500 hours, W76; data)."""
    reached = StarLevel.objects.filter(hours__lte=minutes // 60).order_by("-stars").values_list("stars", flat=True)
    return int(reached.first() or 0)
