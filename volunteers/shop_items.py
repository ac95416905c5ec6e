"""What the shop offers: items with price and stock; every change of the stock is kept with its reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from grid.models import Grid
from grid.stages import check_version
from volunteers.models import ShopItem, VolunteerStep
from volunteers.stages import steps_of

MOST_PRICE: Final = 10_000
MOST_STOCK: Final = 100_000
TEXT_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class NewItem:
    """What is put on offer, or what it is from now on; `stock` only counts for a new one."""

    name: str
    price: int
    stock: int = 0
    text: str = ""
    place: str = ""
    is_active: bool = True


def put_on_offer(new: NewItem, *, grid: Grid, actor: User, now: datetime) -> ShopItem:
    """A new item. NotAllowed without `shop.edit` in the grid; NotValid when the grid has one of that name."""
    demand(actor, "shop.edit", grid.code)
    _check(new)
    if not 0 <= new.stock <= MOST_STOCK:
        raise NotValid(_("Please correct the marked fields."), {"stock": [_("Between 0 and 100,000.")]})
    try:
        with transaction.atomic():
            made = ShopItem.objects.create(grid=grid, grid_code=grid.code, stock=new.stock, **_values(new))
            _keep(made, 0, actor, now, "")
    except IntegrityError as error:
        raise _taken() from error
    return made


def change(item: ShopItem, new: NewItem, *, actor: User, version: int | None = None) -> ShopItem:
    """Other words, another price, off or on offer again. Who reserved it keeps it at the old price.

    NotNow when somebody changed it since the page was shown.
    """
    demand(actor, "shop.edit", item.grid_code)
    _check(new)
    try:
        with transaction.atomic():
            held = ShopItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
            check_version(held, version)
            for name, value in _values(new).items():
                setattr(held, name, value)
            held.version += 1
            held.save(update_fields=["version", *_values(new)])
    except IntegrityError as error:
        raise _taken() from error
    return held


def restock(item: ShopItem, amount: int, *, text: str, actor: User, now: datetime) -> ShopItem:
    """Add `amount` (or take it away, below zero) with a reason. NotNow when less is there than is taken away."""
    demand(actor, "shop.edit", item.grid_code)
    words = clean_text(text, max_length=TEXT_LENGTH)
    if not words:
        raise NotValid(_("Please correct the marked fields."), {"text": [_("Say why in a few words.")]})
    if not amount or abs(amount) > MOST_STOCK:
        raise NotValid(_("Please correct the marked fields."), {"amount": [_("Not 0, at most 100,000.")]})
    with transaction.atomic():
        held = ShopItem.objects.select_for_update(of=("self",)).get(pk=item.pk)
        if held.stock + amount < 0:
            raise NotNow(_("There are fewer in stock than that."))
        before, held.stock = held.stock, held.stock + amount
        held.save(update_fields=["stock"])
        _keep(held, before, actor, now, words)
    return held


def story_of(item: ShopItem) -> list[Any]:
    """The changes of the stock by people, oldest first; what exchanges take is told by the exchanges."""
    return steps_of(item)


def with_exchanges(rows: QuerySet[ShopItem]) -> QuerySet[ShopItem]:
    """With how many wait at the counter and how many were handed out."""
    waiting, gone = Q(exchanges__status="reserved"), Q(exchanges__status="handed_out")
    return rows.annotate(waiting=Count("exchanges", filter=waiting), gone=Count("exchanges", filter=gone))


def _values(new: NewItem) -> dict[str, Any]:
    return {"name": new.name, "price": new.price, "text": new.text, "place": new.place, "is_active": new.is_active}


def _check(new: NewItem) -> None:
    wrong: dict[str, list[str]] = {}
    if not new.name.strip():
        wrong["name"] = [_("Give it a name.")]
    if not 0 < new.price <= MOST_PRICE:
        wrong["price"] = [_("Between 1 and 10,000.")]
    if wrong:
        raise NotValid(_("Please correct the marked fields."), wrong)


def _taken() -> NotValid:
    return NotValid(_("Please correct the marked fields."), {"name": [_("There is an item of this name already.")]})


def _keep(item: ShopItem, before: int, actor: User, now: datetime, text: str) -> None:
    VolunteerStep.objects.create(
        subject="shopitem", subject_id=item.pk, before=str(before), after=str(item.stock), by=actor, at=now, text=text
    )
