"""Points (积分): earned by hours, kept in a double-entry ledger, booked back, expired (domain.md 5.2, W77).

Points are voluntary: only a volunteer who takes part has an account, and only she reads it (law 14: nobody is ranked).
Amounts are hundredths of a point. The database moves the balance of a volunteer with each booking and refuses one
below zero; a key books an event once.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Final

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from grid.access import demand
from volunteers.models import HourRecord, PointAccount, PointEntry, PointRule, Volunteer

HUNDREDTHS: Final = 100
BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """What a volunteer has: the balance, and what of it lapses soon (hundredths of a point)."""

    balance: int
    lapsing: int
    lapses_on: date | None


def platform_account(kind: str) -> PointAccount:
    """The platform's own account of `kind` (issue, shop, expiry); made when first needed."""
    return PointAccount.objects.get_or_create(kind=kind, volunteer=None)[0]


def account_of(volunteer: Volunteer) -> PointAccount:
    """The account of a volunteer; made when first needed."""
    return PointAccount.objects.get_or_create(kind=PointAccount.Kind.VOLUNTEER, volunteer=volunteer)[0]


def rule_for(code: str, day: date) -> PointRule | None:
    """The rule in force on `day` for the grid `code`: that of the nearest grid at or above it."""
    codes = [code[:n] for n in range(4, len(code) + 1)]
    rules = PointRule.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=day), grid_code__in=codes, starts_on__lte=day
    )
    return max(rules, key=lambda rule: len(rule.grid_code), default=None)


def worth(minutes: int, rule: PointRule) -> int:
    """Points (hundredths) for `minutes` of one activity, up to the hours of the rule, rounded down."""
    hours = Decimal(max(minutes, 0)) / 60
    if rule.cap_hours is not None:
        hours = min(hours, rule.cap_hours)
    return int((hours * rule.per_hour * HUNDREDTHS).to_integral_value(ROUND_DOWN))


def settle(record: HourRecord, *, now: datetime) -> PointEntry | None:
    """Book what the hours of the record's activity are worth, less what was booked for it before.

    A correction of hours books the difference: back, at most down to zero (what was spent stays spent). None when
    there is nothing to book: no rule, no part in points, or booked already.
    """
    volunteer = record.volunteer
    rule = rule_for(volunteer.grid_code, record.on)
    if not volunteer.wants_points or rule is None:
        return None
    with transaction.atomic():
        account = PointAccount.objects.select_for_update().get(pk=account_of(volunteer).pk)
        if PointEntry.objects.filter(key=_key(record)).exists():
            return None
        missing = worth(_minutes_with(record), rule) - _booked_with(record, account)
        if missing > 0:
            lapses = record.on + timedelta(days=rule.valid_days) if rule.valid_days else None
            issue = platform_account(PointAccount.Kind.ISSUE)
            return _book("earn", _key(record), issue, account, missing, now=now, hours=record, expires_on=lapses)
        back = min(-missing, account.balance)
        if back > 0:
            issue = platform_account(PointAccount.Kind.ISSUE)
            return _book("earn", _key(record), account, issue, back, now=now, hours=record)
    return None


def _key(record: HourRecord) -> str:
    return f"earn-{record.pk}"


def _same_activity(record: HourRecord) -> Q:
    """The records of the volunteer for the activity of `record`; without one (taken over) only itself."""
    if record.sign_up is None:
        return Q(pk=record.pk) | Q(corrects=record.pk) | Q(pk=record.corrects_id)
    return Q(sign_up__shift__service=record.sign_up.shift.service_id)


def _minutes_with(record: HourRecord) -> int:
    rows = HourRecord.objects.filter(_same_activity(record), volunteer=record.volunteer_id)
    return int(rows.aggregate(n=Sum("minutes"))["n"] or 0)


def _booked_with(record: HourRecord, account: PointAccount) -> int:
    records = HourRecord.objects.filter(_same_activity(record), volunteer=record.volunteer_id)
    entries = PointEntry.objects.filter(hours__in=records)
    sums = entries.aggregate(taken=Sum("amount", filter=Q(taker=account)), given=Sum("amount", filter=Q(giver=account)))
    return int(sums["taken"] or 0) - int(sums["given"] or 0)


def bonus(volunteer: Volunteer, points: int, *, key: str, text: str, actor: User, now: datetime) -> PointEntry:
    """Extra points, e.g. for bringing a new volunteer (W77), once per `key`. NotValid without words."""
    demand(actor, "shop.edit", volunteer.grid_code)
    if not text.strip():
        raise NotValid(_("Please correct the marked fields."), {"text": [_("Say why in a few words.")]})
    if not volunteer.wants_points:
        raise NotNow(_("She does not take part in points."))
    if not 0 < points <= 100:
        raise NotValid(_("Please correct the marked fields."), {"points": [_("Between 1 and 100.")]})
    issue = platform_account(PointAccount.Kind.ISSUE)
    with transaction.atomic():
        found = PointEntry.objects.filter(key=f"bonus-{key}").first()
        return found or _book(
            "bonus", f"bonus-{key}", issue, account_of(volunteer), points * HUNDREDTHS, now=now, text=text, by=actor
        )


def reverse(entry: PointEntry, *, now: datetime, text: str, actor: User | None = None) -> PointEntry:
    """Book `entry` back, once. NotNow when the taker has spent what she should give back."""
    with transaction.atomic():
        taker = PointAccount.objects.select_for_update().get(pk=entry.taker_id)
        found = PointEntry.objects.filter(reverses=entry).first()
        if found is not None:
            return found
        if taker.volunteer_id is not None and taker.balance < entry.amount:
            raise NotNow(_("These points are spent already."))
        return _book(
            "reverse",
            f"reverse-{entry.pk}",
            taker,
            entry.giver,
            entry.amount,
            now=now,
            reverses=entry,
            text=text,
            by=actor,
            expires_on=entry.expires_on,
        )


def _book(
    kind: str, key: str, giver: PointAccount, taker: PointAccount, amount: int, *, now: datetime, **more: object
) -> PointEntry:
    return PointEntry.objects.create(kind=kind, key=key, giver=giver, taker=taker, amount=amount, at=now, **more)


def entries_of(account: PointAccount) -> QuerySet[PointEntry]:
    """The bookings of one account, newest first."""
    rows = PointEntry.objects.filter(Q(giver=account) | Q(taker=account))
    return rows.select_related("hours__sign_up__shift__service").order_by("-id")


# What was earned with a day, less all that was spent, booked back or lapsed so far: the oldest points are spent first.
_LAPSED: Final = """
SELECT a.id, LEAST(a.balance, earned.due - spent.gone) AS lapses
FROM volunteers_pointaccount AS a
CROSS JOIN LATERAL (
    SELECT COALESCE(SUM(e.amount), 0) AS due FROM volunteers_pointentry AS e
    WHERE e.taker_id = a.id AND e.kind IN ('earn', 'bonus') AND e.expires_on < %(today)s) AS earned
CROSS JOIN LATERAL (
    SELECT COALESCE(SUM(CASE WHEN e.giver_id = a.id THEN e.amount ELSE -e.amount END), 0) AS gone
    FROM volunteers_pointentry AS e
    WHERE e.giver_id = a.id OR (e.taker_id = a.id AND e.kind = 'reverse')) AS spent
WHERE a.kind = 'volunteer' AND a.balance > 0 AND earned.due > spent.gone AND (%(one)s::bigint IS NULL OR a.id = %(one)s)
ORDER BY a.id LIMIT %(limit)s
"""


def lapsed(today: date, *, account: PointAccount | None = None, limit: int = BATCH) -> list[tuple[int, int]]:
    """Accounts with points whose last day is over, and how many (hundredths)."""
    with connection.cursor() as cursor:
        cursor.execute(_LAPSED, {"today": today, "one": account.pk if account else None, "limit": limit})
        return [(int(pk), int(amount)) for pk, amount in cursor.fetchall()]


def expire_points(*, now: datetime) -> int:
    """Take back what has lapsed; safe to run again: what was taken counts as gone. Returns the accounts."""
    today, done = timezone.localdate(now), 0
    while found := lapsed(today):
        done += sum(_expire(pk, today, now) for pk, _amount in found)
        if len(found) < BATCH:
            break
    return done


def _expire(pk: int, today: date, now: datetime) -> bool:
    with transaction.atomic():
        account = PointAccount.objects.select_for_update().get(pk=pk)
        due = lapsed(today, account=account)
        if not due:
            return False
        expiry = platform_account(PointAccount.Kind.EXPIRY)
        number = PointEntry.objects.filter(giver=account, kind="expire").count()
        _book("expire", f"expire-{pk}-{today:%Y%m%d}-{number}", account, expiry, due[0][1], now=now)
    return True


def standing(account: PointAccount, today: date, *, soon_days: int = 30) -> Standing:
    """The balance, and what lapses within `soon_days`."""
    soon = lapsed(today + timedelta(days=soon_days + 1), account=account)
    first = (
        PointEntry.objects.filter(taker=account, expires_on__range=(today, today + timedelta(days=soon_days)))
        .order_by("expires_on")
        .values_list("expires_on", flat=True)
        .first()
    )
    return Standing(account.balance, soon[0][1] if soon and first else 0, first if soon else None)
