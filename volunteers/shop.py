"""The shop (积分超市): items with stock, an exchange with a pick-up code, handed out, cancelled or lapsed."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.access import demand
from grid.models import Grid
from grid.once import write_once
from volunteers import points
from volunteers.models import Exchange, PointAccount, PointEntry, ShopItem, Volunteer
from volunteers.stages import advance, keep_step

PICK_UP_DAYS: Final = 14
"""How long an item waits at the counter; after that the points come back."""
CODE_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that are mistaken for another when read aloud."""
CODE_LENGTH: Final = 8


@dataclass(frozen=True, slots=True)
class NewItem:
    """What is put on offer."""

    name: str
    price: int
    stock: int
    text: str = ""
    place: str = ""


def exchange(
    item: ShopItem, volunteer: Volunteer, *, actor: User, now: datetime, client_id: UUID | None = None
) -> Exchange:
    """Give points for `item`: the stock and the balance are taken together, or neither.

    Only for oneself. NotNow when it is sold out, not on offer, or the points do not suffice. The same `client_id`
    twice is one exchange.
    """
    if volunteer.user_id != actor.pk:
        raise NotAllowed(_("Points are exchanged by their owner."))
    given = {"item": item.pk, "volunteer": volunteer.pk}
    made, _new = write_once(
        Exchange,
        client_id or uuid4(),
        given,
        actor=actor,
        write=lambda digest: _exchange(item, volunteer, digest, client_id, actor, now),
    )
    return made


def _exchange(
    item: ShopItem, volunteer: Volunteer, digest: str, client_id: UUID | None, actor: User, now: datetime
) -> Exchange:
    if not volunteer.wants_points:
        raise NotNow(_("Take part in points first."))
    if not ShopItem.objects.filter(pk=item.pk, is_active=True, stock__gt=0).update(stock=F("stock") - 1):
        raise NotNow(_("This item is not to be had any more."))
    made = Exchange.objects.create(
        item=item,
        volunteer=volunteer,
        points=item.price,
        code=_code(),
        pick_up_by=now + timedelta(days=PICK_UP_DAYS),
        at=now,
        digest=digest,
        **({"client_id": client_id} if client_id else {}),
    )
    _pay(made, volunteer, now)
    keep_step(made, before="", actor=actor, now=now)
    return made


def _pay(made: Exchange, volunteer: Volunteer, now: datetime) -> None:
    account = PointAccount.objects.select_for_update().get(pk=points.account_of(volunteer).pk)
    amount = made.points * points.HUNDREDTHS
    if account.balance < amount:
        raise NotNow(_("Your points do not suffice for this."))
    PointEntry.objects.create(
        kind="redeem",
        key=f"redeem-{made.pk}",
        giver=account,
        taker=points.platform_account(PointAccount.Kind.SHOP),
        amount=amount,
        at=now,
        text=made.item.name,
    )


def _code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _n in range(CODE_LENGTH))


def hand_out(code: str, *, actor: User, now: datetime) -> Exchange:
    """The item with the pick-up code goes over the counter. NotValid for an unknown code, NotNow when it has ended."""
    row = Exchange.objects.select_related("item").filter(code=code.strip().upper()).first()
    if row is None:
        raise NotValid(_("Please correct the marked fields."), {"code": [_("Nothing waits under this code.")]})
    done: Exchange = advance(row, "hand_out", actor=actor, now=now, handed_out_by=actor, ended_at=now)
    return done


def cancel(row: Exchange, *, actor: User | None, now: datetime, stage: str = "cancel") -> Exchange:
    """Take an exchange back: points and stock return. NotNow when it was handed out meanwhile."""
    with transaction.atomic():
        ended: Exchange = advance(row, stage, actor=actor, now=now, ended_at=now)
        paid = PointEntry.objects.get(key=f"redeem-{row.pk}")
        points.reverse(paid, now=now, text=str(_("Exchange taken back")), actor=actor)
        ShopItem.objects.filter(pk=row.item_id).update(stock=F("stock") + 1)
    return ended


def expire_exchanges(*, now: datetime) -> int:
    """Take back what nobody picked up in time; safe to run again. Returns how many."""
    done = 0
    for row in Exchange.objects.filter(status="reserved", pick_up_by__lt=now).order_by("id").iterator(chunk_size=500):
        try:
            cancel(row, actor=None, now=now, stage="expire")
        except NotNow:
            continue  # handed out meanwhile
        done += 1
    return done


def put_on_offer(new: NewItem, *, grid: Grid, actor: User) -> ShopItem:
    """A new item. NotAllowed without `shop.edit` in the grid; NotValid when the grid has one of that name."""
    demand(actor, "shop.edit", grid.code)
    try:
        with transaction.atomic():
            return ShopItem.objects.create(
                grid=grid,
                grid_code=grid.code,
                name=new.name,
                price=new.price,
                stock=new.stock,
                text=new.text,
                place=new.place,
            )
    except IntegrityError as error:
        raise NotValid(
            _("Please correct the marked fields."), {"name": [_("There is an item of this name already.")]}
        ) from error


def restock(item: ShopItem, amount: int, *, actor: User) -> None:
    """Add `amount` (or take it away, below zero). NotNow when less is there than is taken away."""
    demand(actor, "shop.edit", item.grid_code)
    if not ShopItem.objects.filter(pk=item.pk, stock__gte=-amount).update(stock=F("stock") + amount):
        raise NotNow(_("There are fewer in stock than that."))
