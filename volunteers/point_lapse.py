"""Points that lapse: the oldest are spent first, and only what is left after its last day is taken back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone

from notices.jobs import each
from volunteers.models import PointAccount, PointEntry
from volunteers.points import book, locked, platform_account

BATCH: Final = 500
SOON_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Standing:
    """What a volunteer has: the balance, and what of it lapses soon, from which day (hundredths of a point)."""

    balance: int
    lapsing: int
    lapses_on: date | None


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
        done += each(found, lambda line: _expire(line[0], today, now))
        if len(found) < BATCH:
            break
    return done


def _expire(pk: int, today: date, now: datetime) -> bool:
    with transaction.atomic():
        account = locked(PointAccount(pk=pk))
        due = lapsed(today, account=account)
        if not due:
            return False
        expiry = platform_account(PointAccount.Kind.EXPIRY)
        number = PointEntry.objects.filter(giver=account, kind="expire").count()
        book("expire", f"expire-{pk}-{today:%Y%m%d}-{number}", account, expiry, due[0][1], now=now)
    return True


def standing(account: PointAccount, today: date, *, soon_days: int = SOON_DAYS) -> Standing:
    """The balance, and what lapses within `soon_days`, with the last day of the first of it; two queries."""
    if account.balance <= 0:
        return Standing(account.balance, 0, None)
    end = today + timedelta(days=soon_days)
    earned = PointEntry.objects.filter(taker=account, kind__in=("earn", "bonus"), expires_on__lte=end)
    days = list(earned.values_list("expires_on").annotate(n=Sum("amount")).order_by("expires_on"))
    gone, due, first = _gone(account), 0, None
    for day, amount in days:
        due += amount
        first = first or (day if due > gone else None)
    lapsing = max(0, min(account.balance, due - gone))
    return Standing(account.balance, lapsing, first if lapsing else None)


def _gone(account: PointAccount) -> int:
    """All that was spent, booked back or lapsed so far, less what came back of it."""
    rows = PointEntry.objects.filter(Q(giver=account) | Q(taker=account, kind="reverse"))
    sums = rows.aggregate(given=Sum("amount", filter=Q(giver=account)), back=Sum("amount", filter=Q(taker=account)))
    return int(sums["given"] or 0) - int(sums["back"] or 0)
