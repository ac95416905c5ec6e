"""Who wished and where: masked for the staff, opened one at a time for a purpose that is kept (W71, law 11)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest

from accounts import reveals
from accounts.models import User
from accounts.protect import mask_name, mask_numbers, mask_phone
from grid.access import demand
from grid.scope import scope_of
from volunteers.models import Wish

REVEALS: Final = "wish.reveal"


@dataclass(frozen=True, slots=True)
class ShownWisher:
    """Who wished, as a page shows her."""

    name: str
    phone: str
    place: str
    remark: str = ""


def masked(wish: Wish) -> ShownWisher:
    """Surname only, the middle of the phone hidden, no door and no remark."""
    return ShownWisher(mask_name(wish.name), mask_phone(wish.phone) if wish.phone else "", "")


def without_her(wish_id: int, words: str) -> str:
    """`words` about a granted wish as others may read them (W71): the full name as it is shown, no phone, no door.

    For what people write who know her: thanks, what was done, what was agreed.
    """
    said = mask_numbers(words)
    wish = Wish.objects.only("name", "phone", "door", "display_name").get(pk=wish_id)
    for hidden, shown in ((wish.name, wish.display_name), (wish.door, "…"), (wish.phone, "…")):
        if len(hidden) > 1:
            said = said.replace(hidden, shown)
    return said


def may_reveal(wish: Wish, user: Any) -> bool:
    """Whether `user` may see who wished it and where."""
    return scope_of(user).can(REVEALS, wish.grid_code)


def reveal_wish(
    wish: Wish, *, actor: User, purpose: str, now: datetime, request: HttpRequest | None = None
) -> ShownWisher:
    """Name, phone, door and closed remark in clear, recorded first. Who claimed it goes through `claims`.

    NotAllowed without `wish.reveal`; NotValid without a purpose; NotNow after the day's reveals.
    """
    demand(actor, REVEALS, wish.grid_code)
    reveals.reveal(
        actor=actor,
        object_type="wish",
        object_id=wish.pk,
        fields="name,phone,door,remark",
        purpose=purpose,
        now=now,
        request=request,
    )
    at_home = f"{wish.building.compound.name} {wish.building.name}" if wish.building else ""
    place = " ".join(part for part in (at_home, wish.door) if part)
    return ShownWisher(wish.name, wish.phone, place, wish.remark)
