"""Hours of service (order no. 67): recorded once per attendance; a correction is a row beside the old one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from volunteers import points
from volunteers.models import HourRecord, SignUp, StarLevel, Volunteer
from volunteers.standing import demand_not_hers

REASON_LENGTH: Final = 300
MOST_TAKEN_OVER: Final = 3000 * 60
OLDEST: Final = timedelta(days=20 * 366)


@dataclass(frozen=True, slots=True)
class Stars:
    """The stars of so many minutes, how many there are, and the minutes that the next one still asks (None: all)."""

    reached: int
    most: int
    missing: int | None


def record_hours(rows: Sequence[SignUp], *, actor: User, now: datetime) -> list[HourRecord]:
    """The hours of confirmed attendances, between the beginning and the end of the shift; once, whoever asks again.

    `rows` have their shift and volunteer selected along. Two queries for any number, beside the points of whoever
    takes part in them.
    """
    kept = HourRecord.objects.filter(sign_up__in=[row.pk for row in rows], kind=HourRecord.Kind.SERVICE)
    known = set(kept.values_list("sign_up_id", flat=True))
    made = HourRecord.objects.bulk_create(
        [
            HourRecord(
                volunteer=row.volunteer,
                sign_up=row,
                kind=HourRecord.Kind.SERVICE,
                minutes=_minutes(row),
                on=timezone.localdate(row.shift.starts_at),
                by=actor,
                at=now,
            )
            for row in rows
            if row.pk not in known
        ]
    )
    for record in made:
        if record.volunteer.wants_points:
            points.settle(record, now=now)
    return made


def _minutes(row: SignUp) -> int:
    assert row.in_at is not None  # the constraint on confirmed rows
    assert row.out_at is not None
    start, end = max(row.in_at, row.shift.starts_at), min(row.out_at, row.shift.ends_at)
    return max(0, int((end - start).total_seconds() // 60))


def take_over(volunteer: Volunteer, minutes: int, *, on: date, source: str, actor: User, now: datetime) -> HourRecord:
    """Hours that another system recorded (order no. 67 allows it), with the name of that system; no points for them.

    NotAllowed without `volunteer.certify`, and for oneself; NotValid by field; NotNow when the very same was taken
    over before.
    """
    demand(actor, "volunteer.certify", volunteer.grid_code)
    demand_not_hers(volunteer, actor)
    words, today = clean_text(source, max_length=REASON_LENGTH), timezone.localdate(now)
    demand_valid(
        [
            ("minutes", 0 < minutes <= MOST_TAKEN_OVER, _("Up to 3,000 hours.")),
            ("on", today - OLDEST <= on <= today, _("A day of the last 20 years.")),
            ("source", bool(words), _("Say which system recorded them.")),
        ]
    )
    with transaction.atomic():
        Volunteer.objects.select_for_update(of=("self",), no_key=True).get(pk=volunteer.pk)
        same = {"volunteer": volunteer, "kind": HourRecord.Kind.TAKEN_OVER, "on": on, "minutes": minutes}
        if HourRecord.objects.filter(**same, reason=words).exists():
            raise NotNow(_("These hours were taken over before."))
        return HourRecord.objects.create(**same, reason=words, by=actor, at=now)


def correct(record: HourRecord, minutes: int, *, reason: str, actor: User, now: datetime) -> HourRecord:
    """Say that the hours of `record` were `minutes`: a row with the difference, the old one stays.

    NotAllowed without `volunteer.certify`, and for oneself; NotValid without a reason or out of range; NotNow when
    nothing changes.
    """
    demand(actor, "volunteer.certify", record.volunteer.grid_code)
    demand_not_hers(record.volunteer, actor)
    if record.kind == HourRecord.Kind.CORRECTION:
        raise NotValid(_("A correction is not corrected: correct the record itself."))
    words = clean_text(reason, max_length=REASON_LENGTH)
    if not words:
        raise NotValid(_("Please correct the marked fields."), {"reason": [_("Say why in a few words.")]})
    most = MOST_TAKEN_OVER if record.kind == HourRecord.Kind.TAKEN_OVER else 24 * 60
    demand_valid([("minutes", 0 <= minutes <= most, _("Between 0 and %(most)s minutes.") % {"most": most})])
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
    return standing(minutes).reached


def standing(minutes: int) -> Stars:
    """The same, with how many there are and what is missing to the next one."""
    levels = list(StarLevel.objects.order_by("hours").values_list("stars", "hours"))
    reached = max((star for star, needed in levels if minutes >= needed * 60), default=0)
    missing = next((needed * 60 - minutes for _star, needed in levels if minutes < needed * 60), None)
    return Stars(reached, max((star for star, _needed in levels), default=0), missing)
