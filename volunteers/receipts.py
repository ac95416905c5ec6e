"""What was bought for a wish: the money goes to the merchant, the receipt is kept (domain.md 5.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_text
from incidents.documents import Upload
from volunteers import files
from volunteers.claims import demand_own
from volunteers.models import Wish, WishClaim, WishReceipt

WITH_RECEIPTS: Final = ("active", "contacted", "delivered")
LENGTHS: Final = {"merchant": 100, "goods": 200}


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """What the paper says."""

    merchant: str
    goods: str
    amount: Decimal
    paid_on: date


def add_receipt(
    row: WishClaim, new: NewReceipt, *, actor: User, now: datetime, uploads: Sequence[Upload] = ()
) -> WishReceipt:
    """Keep a receipt of a claim with its pictures; the same paper twice is kept once.

    NotValid by field, also when all receipts of the wish are above the ceiling of its round; NotNow for an ended claim.
    """
    demand_own(row, actor)
    words = _checked(new, timezone.localdate(now))
    with transaction.atomic():
        wish = Wish.objects.select_for_update(of=("self",)).select_related("round").only("round").get(pk=row.wish_id)
        if WishClaim.objects.get(pk=row.pk).status not in WITH_RECEIPTS:
            raise NotNow(_("This claim has ended: no receipt can be added to it."))
        values: dict[str, Any] = {**words, "amount": new.amount, "paid_on": new.paid_on}
        first = row.receipts.filter(**values).first()
        if first is None:
            _demand_below_ceiling(wish, new.amount)
            first = WishReceipt.objects.create(claim=row, **values, by=actor, at=now)
        files.attach(uploads, owner=first, actor=actor, now=now)
    return first


def _checked(new: NewReceipt, today: date) -> dict[str, str]:
    try:
        words = {name: clean_text(getattr(new, name), max_length=most) for name, most in LENGTHS.items()}
    except NotValid as error:
        raise NotValid(_("Please correct the marked fields."), {"goods": [str(error)]}) from error
    demand_valid(
        [
            ("merchant", bool(words["merchant"]), _("Say which merchant was paid: the money never goes to a helper.")),
            ("goods", bool(words["goods"]), _("Say what was bought.")),
            ("amount", 0 < new.amount < Decimal(1_000_000), _("More than nothing.")),
            ("paid_on", new.paid_on <= today, _("Not in the future.")),
        ]
    )
    return words


def _demand_below_ceiling(wish: Wish, amount: Decimal) -> None:
    ceiling = wish.round.ceiling if wish.round else None
    spent = WishReceipt.objects.filter(claim__wish=wish).aggregate(n=Sum("amount"))["n"] or Decimal(0)
    said = _("This round has a ceiling of %(amount)s yuan a wish.") % {"amount": ceiling}
    demand_valid([("amount", ceiling is None or spent + amount <= ceiling, said)])
