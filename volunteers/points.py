"""Points (积分): earned by hours, kept in a double-entry ledger, booked back (domain.md 5.2, W77).

Points are voluntary: only a volunteer who takes part has an account, and only she reads it (law 14: nobody is ranked).
Amounts are hundredths of a point. The database moves the balance of a volunteer with each booking and refuses one
below zero; a key books an event once.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from volunteers.models import HourRecord, PointAccount, PointEntry, PointRule, Volunteer
from volunteers.point_rules import HUNDREDTHS, rule_for, rule_on, rules_over, worth_of

MOST_BONUS: Final = 100
TEXT_LENGTH: Final = 200
VOLUNTEER = PointAccount.Kind.VOLUNTEER


def platform_account(kind: str) -> PointAccount:
    """The platform's own account of `kind` (issue, shop, expiry); made when first needed."""
    return PointAccount.objects.get_or_create(kind=kind, volunteer=None)[0]


def account_of(volunteer: Volunteer) -> PointAccount:
    """The account of a volunteer; made when first needed."""
    return PointAccount.objects.get_or_create(kind=VOLUNTEER, volunteer=volunteer)[0]


def own_account(volunteer: Volunteer) -> PointAccount:
    """Her account to read; an unsaved one before the first booking (reading makes no rows)."""
    found = PointAccount.objects.filter(volunteer=volunteer).first()
    return found or PointAccount(kind=VOLUNTEER, volunteer=volunteer)


def locked(account: PointAccount) -> PointAccount:
    """The account as it is now, held until the end of the transaction."""
    return PointAccount.objects.select_for_update().get(pk=account.pk)


def take_part(volunteer: Volunteer, wants: bool, *, actor: User) -> None:
    """Whether she collects points is her own choice, which she may change any day; what she has stays hers."""
    if volunteer.user_id != actor.pk:
        raise NotAllowed(_("Whether to take part in points is her own choice."))
    Volunteer.objects.filter(pk=volunteer.pk).update(wants_points=wants)
    volunteer.wants_points = wants


# --- earned by hours --------------------------------------------------------------------------------------------------


def settle(record: HourRecord, *, now: datetime) -> PointEntry | None:
    """Book what `record` changes in the worth of its activity, by the rules of the days. Once, whoever asks again.

    A correction books the difference: back, at most down to zero (what was spent stays spent). Only what the record
    itself changes is booked, so that a rule that came later, or hours from before she took part, move nothing. None
    when there is nothing to book.
    """
    volunteer = record.volunteer
    rules = rules_over(volunteer.grid_code)
    if not (volunteer.wants_points or record.corrects_id) or not rules:
        return None
    with transaction.atomic():
        account = locked(account_of(volunteer))
        if PointEntry.objects.filter(key=_key(record)).exists():
            return None
        return _settle(record, account, rules, now)


def _settle(record: HourRecord, account: PointAccount, rules: list[PointRule], now: datetime) -> PointEntry | None:
    records = list(HourRecord.objects.filter(_same_activity(record), volunteer=record.volunteer_id).order_by("pk"))
    until = [one for one in records if one.pk <= record.pk]
    change = _worth(until, rules) - _worth([one for one in until if one.pk != record.pk], rules)
    missing = _worth(records, rules) - _booked(records, account)
    given: dict[str, Any] = {"now": now, "hours": record}
    issue = platform_account(PointAccount.Kind.ISSUE)
    if change > 0 and missing > 0 and record.volunteer.wants_points:
        given["expires_on"] = last_day(rule_on(rules, record.on), record.on)
        return book("earn", _key(record), issue, account, min(change, missing), **given)
    back = min(-change, -missing, account.balance)
    return book("earn", _key(record), account, issue, back, **given) if back > 0 else None


def last_day(rule: PointRule | None, on: date) -> date | None:
    """The last day of points earned `on`; None when they do not lapse."""
    return on + timedelta(days=rule.valid_days) if rule and rule.valid_days else None


def _key(record: HourRecord) -> str:
    return f"earn-{record.pk}"


def _same_activity(record: HourRecord) -> Q:
    """The records of the volunteer for that activity; of one taken over itself and what corrects it."""
    if record.sign_up is None:
        first = record.corrects_id or record.pk
        return Q(pk=first) | Q(corrects=first)
    return Q(sign_up__shift__service=record.sign_up.shift.service_id)


def _worth(records: Iterable[HourRecord], rules: list[PointRule]) -> int:
    """What the records are worth together: a correction changes the minutes of the record it corrects."""
    minutes: dict[int, int] = {}
    on: dict[int, date] = {}
    for one in records:
        first = one.corrects_id or one.pk
        minutes[first] = minutes.get(first, 0) + one.minutes
        on.setdefault(first, one.on)
    return worth_of((minutes[first], rule_on(rules, on[first])) for first in sorted(minutes, key=lambda n: (on[n], n)))


def _booked(records: list[HourRecord], account: PointAccount) -> int:
    entries = PointEntry.objects.filter(hours__in=[one.pk for one in records])
    return balance_of(entries, account)


def balance_of(entries: QuerySet[PointEntry], account: PointAccount) -> int:
    """What `entries` brought the account, less what they took (hundredths)."""
    sums = entries.aggregate(taken=Sum("amount", filter=Q(taker=account)), given=Sum("amount", filter=Q(giver=account)))
    return int(sums["taken"] or 0) - int(sums["given"] or 0)


# --- given and booked back --------------------------------------------------------------------------------------------


def bonus(volunteer: Volunteer, points: int, *, key: str, text: str, actor: User, now: datetime) -> PointEntry:
    """Extra points, e.g. for bringing a new volunteer (W77), once per `key`; they lapse like those earned that day.

    NotAllowed without `shop.edit` where she is at home, and for oneself; NotValid without words or out of range; NotNow
    when she does not take part.
    """
    demand(actor, "shop.edit", volunteer.grid_code)
    if volunteer.user_id == actor.pk:
        raise NotAllowed(_("Nobody gives points to herself."))
    words = clean_text(text, max_length=TEXT_LENGTH)
    if not words:
        raise NotValid(_("Please correct the marked fields."), {"text": [_("Say why in a few words.")]})
    if not 0 < points <= MOST_BONUS:
        raise NotValid(_("Please correct the marked fields."), {"points": [_("Between 1 and 100.")]})
    if not volunteer.wants_points:
        raise NotNow(_("She does not take part in points."))
    today = timezone.localdate(now)
    expires_on = last_day(rule_for(volunteer.grid_code, today), today)
    name, issue = f"bonus-{volunteer.pk}-{key}", platform_account(PointAccount.Kind.ISSUE)
    with transaction.atomic():
        account = locked(account_of(volunteer))
        found = PointEntry.objects.filter(key=name).first()
        more: dict[str, Any] = {"text": words, "by": actor, "expires_on": expires_on}
        return found or book("bonus", name, issue, account, points * HUNDREDTHS, now=now, **more)


def reverse(entry: PointEntry, *, now: datetime, text: str, actor: User | None = None) -> PointEntry:
    """Book `entry` back, once. NotNow when the taker has spent what she should give back."""
    with transaction.atomic():
        # the volunteer's side is held first, so that two who book back the same entry come one after the other
        sides = PointAccount.objects.select_for_update().filter(pk__in=(entry.giver_id, entry.taker_id), kind=VOLUNTEER)
        balances = {side.pk: side.balance for side in sides.order_by("pk")}
        found = PointEntry.objects.filter(reverses=entry).first()
        if found is not None:
            return found
        if balances.get(entry.taker_id, entry.amount) < entry.amount:
            raise NotNow(_("These points are spent already."))
        more: dict[str, Any] = {"reverses": entry, "text": text, "by": actor, "expires_on": entry.expires_on}
        return book("reverse", f"reverse-{entry.pk}", entry.taker, entry.giver, entry.amount, now=now, **more)


def book(
    kind: str, key: str, giver: PointAccount, taker: PointAccount, amount: int, *, now: datetime, **more: Any
) -> PointEntry:
    """Write one booking; the database moves the balances. The only way into the ledger."""
    return PointEntry.objects.create(kind=kind, key=key, giver=giver, taker=taker, amount=amount, at=now, **more)


def entries_of(account: PointAccount) -> QuerySet[PointEntry]:
    """The bookings of one account with what they were for."""
    rows = PointEntry.objects.filter(Q(giver=account) | Q(taker=account))
    return rows.select_related("hours__sign_up__shift__service").defer("hours__sign_up__shift__service__point")
