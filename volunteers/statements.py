"""The monthly statement of points: opening balance, what came and went, closing balance; the owner's alone (law 14)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, Q, Sum, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notices.models import Notice
from notices.writing import Message, notify_each
from volunteers.models import PointAccount, PointEntry
from volunteers.points import VOLUNTEER, entries_of

MOST_LINES: Final = 500
MOST_MONTHS: Final = 24
KINDS: Final = ("earn", "bonus", "redeem", "expire", "reverse")


@dataclass(frozen=True, slots=True)
class Line:
    """One booking as its owner reads it: `amount` is negative when it took points (hundredths)."""

    entry: PointEntry
    amount: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A month of one account (hundredths); `changes` is the sum of each kind of booking, negative when it took."""

    month: date
    opening: int
    changes: dict[str, int]
    closing: int
    lines: list[Line]


def line(entry: PointEntry, account: PointAccount) -> Line:
    """The booking from the side of `account`."""
    return Line(entry, entry.amount if entry.taker_id == account.pk else -entry.amount)


def first_of_month(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return first_of_month(month + timedelta(days=31))


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def nothing(month: date) -> Statement:
    """A month without any booking."""
    return Statement(month, 0, dict.fromkeys(KINDS, 0), 0, [])


def statement(account: PointAccount, month: date) -> Statement:
    """What moved in `month` (its first day), with the balances before and after; two queries."""
    start, end = _begin(month), _begin(next_month(month))
    opening, changes = _sums(account, start, end)
    rows = entries_of(account).filter(at__gte=start, at__lt=end).order_by("at", "id")[:MOST_LINES]
    lines = [line(one, account) for one in rows]
    return Statement(month, opening, changes, opening + sum(changes.values()), lines)


def _sums(account: PointAccount, start: datetime, end: datetime) -> tuple[int, dict[str, int]]:
    """The balance at `start`, and the change of each kind until `end`."""
    rows = PointEntry.objects.filter(Q(giver=account) | Q(taker=account), at__lt=end)
    taken, given = Q(taker=account), Q(giver=account)
    asked: dict[str, Any] = {
        "in": Sum("amount", filter=taken & Q(at__lt=start)),
        "out": Sum("amount", filter=given & Q(at__lt=start)),
    }
    for kind in KINDS:
        within = Q(kind=kind, at__gte=start)
        asked |= {
            f"{kind}_in": Sum("amount", filter=taken & within),
            f"{kind}_out": Sum("amount", filter=given & within),
        }
    found = {name: int(value or 0) for name, value in rows.aggregate(**asked).items()}
    return found["in"] - found["out"], {kind: found[f"{kind}_in"] - found[f"{kind}_out"] for kind in KINDS}


def months_of(account: PointAccount, today: date) -> list[date]:
    """The months since the first booking, the latest first, at most two years."""
    first = entries_of(account).order_by("at").values_list("at", flat=True).first() if account.pk else None
    if first is None:
        return []
    found, month = [first_of_month(today)], first_of_month(today)
    while month > first_of_month(timezone.localdate(first)) and len(found) < MOST_MONTHS:
        month = first_of_month(month - timedelta(days=1))
        found.append(month)
    return found


# --- told each month --------------------------------------------------------------------------------------------------


def send_statements(*, now: datetime) -> int:
    """Tell whoever takes part that the statement of last month stands ready; once each. Returns how many were told.

    The notice holds no number: she reads them on her own page.
    """
    month = first_of_month(first_of_month(timezone.localdate(now)) - timedelta(days=1))
    with translation.override(settings.LANGUAGE_CODE):
        return notify_each(_messages(month), now=now)


def _occasion(pk: object, month: date) -> str:
    return f"points-statement:{month:%Y-%m}:{pk}"


def _due(month: date) -> Any:
    """Accounts that had something in `month`, of people who take part and were not told yet."""
    start, end = _begin(month), _begin(next_month(month))
    moved = Q(at__gte=start, at__lt=end)
    rows = PointAccount.objects.filter(
        kind=VOLUNTEER, volunteer__wants_points=True, volunteer__user__is_active=True, volunteer__status="active"
    ).filter(
        Q(balance__gt=0) & Exists(PointEntry.objects.filter(taker=OuterRef("pk"), at__lt=end))
        | Exists(PointEntry.objects.filter(moved, taker=OuterRef("pk")))
        | Exists(PointEntry.objects.filter(moved, giver=OuterRef("pk")))
    )
    told = Concat(
        Value(f"points-statement:{month:%Y-%m}:"),
        Cast(OuterRef("pk"), CharField()),
        Value(":"),
        Cast(OuterRef("volunteer__user_id"), CharField()),
        output_field=CharField(),
    )
    rows = rows.filter(~Exists(Notice.objects.filter(dedupe_key=told)))
    return rows.select_related("volunteer__user").order_by("pk")


def _messages(month: date) -> Iterator[Message]:
    words = {"month": f"{month:%Y-%m}"}
    for account in _due(month).iterator(chunk_size=500):
        volunteer = account.volunteer
        yield Message(
            recipients=[volunteer.user],
            kind="points.statement",
            level=Notice.Level.INFO,
            title=_("Your points of %(month)s: the statement stands ready") % words,
            url=reverse("volunteers:my_statement", args=[month.year, month.month]),
            dedupe_key=_occasion(account.pk, month),
            grid_code=volunteer.grid_code,
            payload={"month": words["month"], "event": "statement"},
        )
