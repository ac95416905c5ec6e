"""The shop (积分超市): an exchange takes stock and points together; a pick-up code; handed out, cancelled or lapsed.

Who holds more than one lock takes them in this order: the exchange, the item, the account.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.once import write_once
from grid.scope import scope_of
from notices.jobs import each
from volunteers import points, shop_news
from volunteers.models import Exchange, PointAccount, PointEntry, ShopItem, Volunteer
from volunteers.point_rules import CITY_LENGTH, HUNDREDTHS
from volunteers.stages import advance, keep_step

PICK_UP_DAYS: Final = 14
"""How long an item waits at the counter; after that the points come back."""
CODE_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without those that are mistaken for another when read aloud."""
CODE_LENGTH: Final = 8


WAITING: Final = 10
Status = Exchange.Status


def on_offer(volunteer: Volunteer) -> QuerySet[ShopItem]:
    """What the grids of the volunteer (her own and those above) offer now, the cheapest first."""
    code = volunteer.grid_code
    rows = ShopItem.objects.filter(is_active=True, grid_code__in=[code[:n] for n in range(CITY_LENGTH, len(code) + 1)])
    return rows.order_by("price", "name", "pk")


def waiting(volunteer: Volunteer) -> list[Exchange]:
    """What waits for her at the counter, the most pressing first."""
    rows = Exchange.objects.filter(volunteer=volunteer, status=Status.RESERVED).select_related("item")
    return list(rows.order_by("pick_up_by", "pk")[:WAITING])


def block(volunteer: Volunteer, now: datetime) -> dict[str, Any]:
    """For her own page: the balance and what waits at the counter; two queries."""
    return {"account": points.own_account(volunteer), "waiting": waiting(volunteer)}


def exchange(
    item: ShopItem,
    volunteer: Volunteer,
    *,
    actor: User,
    now: datetime,
    client_id: UUID | None = None,
    price: int | None = None,
) -> Exchange:
    """Give points for `item`: the stock and the balance are taken together, or neither.

    For oneself, or at the counter for a volunteer without an account. `price` is what the page showed. NotNow when it
    is sold out, not on offer, dearer than shown, or the points do not suffice. The same `client_id` twice is one
    exchange.
    """
    _demand_hers(item, volunteer, actor)
    given = {"item": item.pk, "volunteer": volunteer.pk}
    made, _new = write_once(
        Exchange,
        client_id or uuid4(),
        given,
        actor=actor,
        write=lambda digest: _exchange(item, volunteer, digest, client_id, price, actor, now),
    )
    return made


def _demand_hers(item: ShopItem, volunteer: Volunteer, actor: User) -> None:
    """Points are spent by their owner; who has no account says so at the counter."""
    at_counter = volunteer.user_id is None and scope_of(actor).can("shop.edit", item.grid_code)
    if volunteer.user_id != actor.pk and not at_counter:
        raise NotAllowed(_("Points are exchanged by their owner."))


def _exchange(
    item: ShopItem,
    volunteer: Volunteer,
    digest: str,
    client_id: UUID | None,
    price: int | None,
    actor: User,
    now: datetime,
) -> Exchange:
    if not volunteer.wants_points or volunteer.status != Volunteer.Status.ACTIVE:
        raise NotNow(_("Take part in points first."))
    held = on_offer(volunteer).select_for_update(of=("self",)).filter(pk=item.pk, stock__gt=0).first()
    if held is None:
        raise NotNow(_("This item is not to be had any more."))
    if price is not None and price != held.price:
        raise NotNow(_("The price has changed meanwhile: it is %(price)s points now.") % {"price": held.price})
    ShopItem.objects.filter(pk=held.pk).update(stock=F("stock") - 1)
    made = Exchange.objects.create(
        item=held,
        volunteer=volunteer,
        points=held.price,
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
    account, shop = points.account_of(volunteer), points.platform_account(PointAccount.Kind.SHOP)
    amount = made.points * HUNDREDTHS
    if points.locked(account).balance < amount:
        raise NotNow(_("Your points do not suffice for this."))
    points.book("redeem", f"redeem-{made.pk}", account, shop, amount, now=now, text=made.item.name)


def _code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _n in range(CODE_LENGTH))


def read_code(typed: str) -> str:
    """The pick-up code in what was typed or scanned: small letters, blanks, or the address that the QR code holds."""
    return "".join(typed.rstrip("/").rpartition("/")[2].rpartition("=")[2].upper().split())[:CODE_LENGTH]


def waiting_under(typed: str, *, user: Any) -> Exchange:
    """The exchange of a pick-up code at the reader's counters. NotValid when there is none."""
    rows = Exchange.objects.filter(scope_of(user).q("shop.edit", "item__grid_code"), code=read_code(typed))
    row = (
        rows.select_related("item__grid", "volunteer").defer("item__grid__boundary").first() if typed.strip() else None
    )
    if row is None:
        raise NotValid(_("Please correct the marked fields."), {"code": [_("Nothing waits under this code.")]})
    found: Exchange = row
    return found


def hand_out(code: str, *, actor: User, now: datetime, version: int | None = None) -> Exchange:
    """The item with the pick-up code goes over the counter.

    NotValid for an unknown code, NotNow when it has ended or its day is over, NotAllowed for one's own exchange.
    """
    row = waiting_under(code, user=actor)
    if row.volunteer.user_id == actor.pk:
        raise NotAllowed(_("Somebody else hands out what you exchanged yourself."))
    if row.status == Status.RESERVED and row.pick_up_by < now:
        raise NotNow(_("Its day is over: the points go back."))
    done: Exchange = advance(row, "hand_out", actor=actor, now=now, version=version, handed_out_by=actor, ended_at=now)
    return done


def cancel(
    row: Exchange,
    *,
    actor: User | None,
    now: datetime,
    stage: str = "cancel",
    version: int | None = None,
    text: str = "",
) -> Exchange:
    """Take an exchange back: points and stock return. NotNow when it was handed out meanwhile."""
    with transaction.atomic():
        ended: Exchange = advance(row, stage, actor=actor, now=now, version=version, text=text, ended_at=now)
        ShopItem.objects.filter(pk=row.item_id).update(stock=F("stock") + 1)
        paid = PointEntry.objects.get(key=f"redeem-{row.pk}")
        points.reverse(paid, now=now, text=row.item.name, actor=actor)
        shop_news.taken_back_told(ended, actor=actor, now=now)
    return ended


def expire_exchanges(*, now: datetime) -> int:
    """Take back what nobody picked up in time; safe to run again. Returns how many."""
    due = Exchange.objects.filter(status=Status.RESERVED, pick_up_by__lt=now)
    rows = due.select_related("item", "volunteer__user").order_by("id").iterator(chunk_size=500)
    return each(rows, lambda row: bool(cancel(row, actor=None, now=now, stage="expire")))
