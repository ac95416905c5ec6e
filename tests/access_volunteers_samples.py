"""Lines of the access matrix for volunteers and wishes: one block per part."""

from collections.abc import Callable
from typing import Any

from tests.access_sample import NOBODY, Sample


def _volunteering(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda side: {"pk": getattr(side.volunteering, name).pk}


VOLUNTEER_SAMPLES: dict[str, Sample] = {
    # wishes
    "volunteers:wish": Sample(_volunteering("wish"), "wish.view"),
    "volunteers:wish_edit": Sample(_volunteering("wish"), "wish.view", needs="wish.verify"),
    "volunteers:wish_confirm": Sample(_volunteering("wish"), "wish.view", needs="wish.verify"),
    "volunteers:wish_reveal": Sample(_volunteering("wish"), "wish.view", needs="wish.reveal"),
    "volunteers:wish_step": Sample(
        lambda side: {"pk": side.volunteering.wish.pk, "name": "verify"}, "wish.view", needs="wish.verify"
    ),
    "volunteers:wish_round_edit": Sample(_volunteering("round"), "volunteer.view", needs="wish.verify"),
    "volunteers:file": Sample(lambda side: {"public_id": side.volunteering.file.public_id}, "volunteer.view"),
    "api-volunteer-wish-detail": Sample(_volunteering("wish"), "wish.view"),
    "api-volunteer-wish-step": Sample(
        _volunteering("wish"), "wish.view", needs="wish.verify", body=lambda side: {"stage": "verify", "text": "电话"}
    ),
    "api-volunteer-wish-confirm": Sample(
        _volunteering("wish"), "wish.view", needs="wish.verify", body=lambda side: {"how": "visit", "rating": 5}
    ),
    "api-volunteer-wish-round-detail": Sample(_volunteering("round"), "volunteer.view"),
    # board, claims
    # volunteers, teams
    # services, certificates
    # points, shop
    "volunteers:exchange": Sample(_volunteering("exchange"), "shop.edit"),
    **{
        f"volunteers:{name}": Sample(_volunteering("item"), "shop.edit")
        for name in ("item", "item_edit", "item_restock")
    },
    "volunteers:point_rule_withdraw": Sample(_volunteering("rule"), "volunteer.view", needs="shop.edit"),
    # her own pages: nobody here is the volunteer
    "volunteers:shop_item": Sample(_volunteering("item"), NOBODY),
    "volunteers:my_exchange": Sample(_volunteering("exchange"), NOBODY),
    "api-volunteer-point-detail": Sample(_volunteering("exchange"), NOBODY),
    "api-volunteer-point-rule-detail": Sample(_volunteering("rule"), "volunteer.view"),
    "api-volunteer-shop-item-detail": Sample(_volunteering("item"), "volunteer.view"),
    "api-volunteer-exchange-detail": Sample(_volunteering("exchange"), "shop.edit"),
    # micro-projects
    # service points
    # files
}

VOLUNTEER_QUERIES: dict[str, tuple[str, Callable[[Any], str], str]] = {}
