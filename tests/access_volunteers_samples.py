"""Lines of the access matrix for volunteers and wishes: one block per part."""

from collections.abc import Callable
from typing import Any

from tests.access_sample import NOBODY, VOLUNTEER, Sample


def _volunteering(name: str) -> Callable[[Any], dict[str, Any]]:
    return lambda side: {"pk": getattr(side.volunteering, name).pk}


NEARBY = f"volunteer.view|{VOLUNTEER}"
"""What staff see in their grids, and every volunteer in her street."""

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
    # board, claims: the board is of the street, each claim is its claimer's alone
    "volunteers:board_wish": Sample(_volunteering("published"), f"wish.view|{VOLUNTEER}", needs_to_post=VOLUNTEER),
    "volunteers:my_claim": Sample(_volunteering("claim"), NOBODY),
    "volunteers:wish_claim_end": Sample(_volunteering("claim"), "wish.view", needs="wish.verify"),
    "api-volunteer-wish-claim-give-up": Sample(
        _volunteering("claim"), "wish.view", needs="wish.verify", body=lambda side: {"text": "联系不上"}
    ),
    "api-volunteer-wish-claim-detail": Sample(_volunteering("claim"), "wish.view"),
    # volunteers, teams
    "volunteers:volunteer": Sample(_volunteering("volunteer"), "volunteer.view"),
    **{
        f"volunteers:{name}": Sample(_volunteering("volunteer"), "volunteer.view", needs="volunteer.edit")
        for name in (
            *("volunteer_edit", "volunteer_approve", "volunteer_refuse", "volunteer_pause", "volunteer_resume"),
            *("volunteer_leave", "record_new"),
        )
    },
    "volunteers:volunteer_reveal": Sample(_volunteering("volunteer"), "volunteer.edit"),
    "volunteers:team": Sample(_volunteering("team"), "volunteer.view"),
    "volunteers:team_members_excel": Sample(_volunteering("team"), "volunteer.view"),
    **{
        f"volunteers:{name}": Sample(_volunteering("team"), "volunteer.view", needs="volunteer.edit")
        for name in ("team_edit", "team_end", "team_add")
    },
    **{
        f"volunteers:membership_{name}": Sample(_volunteering("membership"), "volunteer.view", needs="volunteer.edit")
        for name in ("take", "refuse", "leave")
    },
    "volunteers:my_team": Sample(_volunteering("team"), NOBODY),
    "volunteers:my_membership_take": Sample(_volunteering("membership"), NOBODY),
    "volunteers:my_membership_refuse": Sample(_volunteering("membership"), NOBODY),
    "api-volunteer-volunteer-detail": Sample(_volunteering("volunteer"), "volunteer.view"),
    "api-volunteer-volunteer-reveal": Sample(_volunteering("volunteer"), "volunteer.view", needs="volunteer.edit"),
    "api-volunteer-volunteer-step": Sample(
        _volunteering("volunteer"), "volunteer.view", needs="volunteer.edit", body=lambda side: {"stage": "pause"}
    ),
    "api-volunteer-team-detail": Sample(_volunteering("team"), "volunteer.view"),
    # services, certificates
    "volunteers:service": Sample(_volunteering("service"), NEARBY),
    **{
        f"volunteers:{name}": Sample(_volunteering("service"), "volunteer.view", needs="service.edit")
        for name in ("service_edit", "shifts_new", "service_end", "service_call_off")
    },
    "volunteers:shift": Sample(_volunteering("shift"), NEARBY, needs="service.edit"),
    "volunteers:shift_sign_up": Sample(_volunteering("shift"), NEARBY),
    **{
        f"volunteers:shift_{name}": Sample(_volunteering("shift"), NEARBY, needs="service.edit")
        for name in ("edit", "drop", "put_down", "excel")
    },
    **{
        f"volunteers:sign_up_{name}": Sample(_volunteering("sign_up"), NEARBY, needs="service.edit")
        for name in ("withdraw", "confirm", "deny")
    },
    **{f"volunteers:sign_up_{name}": Sample(_volunteering("sign_up"), NOBODY) for name in ("check_in", "check_out")},
    "volunteers:hour_correct": Sample(_volunteering("hours"), "volunteer.view", needs="volunteer.certify"),
    "volunteers:volunteer_hours": Sample(_volunteering("volunteer"), "volunteer.view"),
    **{
        f"volunteers:{name}": Sample(_volunteering("volunteer"), "volunteer.view", needs="volunteer.certify")
        for name in ("hours_take_over", "certificate_new")
    },
    "volunteers:certificate": Sample(_volunteering("certificate"), "volunteer.view"),
    "volunteers:certificate_object": Sample(_volunteering("publicised"), NEARBY),
    "volunteers:certificate_print": Sample(_volunteering("valid"), "volunteer.view", needs="volunteer.certify"),
    "volunteers:certificate_step": Sample(
        lambda side: {"pk": side.volunteering.certificate.pk, "name": "revoke"},
        "volunteer.view",
        needs="volunteer.certify",
    ),
    **{f"api-volunteer-{name}-detail": Sample(_volunteering(name), "volunteer.view") for name in ("service", "shift")},
    "api-volunteer-hour-detail": Sample(_volunteering("hours"), "volunteer.view"),
    "api-volunteer-certificate-detail": Sample(_volunteering("certificate"), "volunteer.view"),
    **{
        f"api-volunteer-shift-{name}": Sample(_volunteering("shift"), "volunteer.view")
        for name in ("sign-up", "withdraw", "check-in", "check-out")
    },
    # points, shop
    "volunteers:exchange": Sample(_volunteering("exchange"), "shop.edit"),
    **{
        f"volunteers:{name}": Sample(_volunteering("item"), "shop.edit")
        for name in ("item", "item_edit", "item_restock")
    },
    "volunteers:point_rule_withdraw": Sample(_volunteering("rule"), "volunteer.view", needs="shop.edit"),
    # her own pages: the shop of her street is open to every volunteer, the rest is somebody else's
    "volunteers:shop_item": Sample(_volunteering("item"), VOLUNTEER),
    "volunteers:my_exchange": Sample(_volunteering("exchange"), NOBODY),
    "api-volunteer-point-detail": Sample(_volunteering("exchange"), NOBODY),
    "api-volunteer-point-rule-detail": Sample(_volunteering("rule"), "volunteer.view"),
    "api-volunteer-shop-item-detail": Sample(_volunteering("item"), "volunteer.view"),
    "api-volunteer-exchange-detail": Sample(_volunteering("exchange"), "shop.edit"),
    # micro-projects: the points of a reviewer are hers alone
    **{
        f"volunteers:{name}": Sample(_volunteering("micro_call"), "volunteer.view")
        for name in ("micro_call", "micro_call_excel", "micro_call_print", "micro_call_edit")
    },
    "volunteers:micro_bid": Sample(_volunteering("micro_call"), "volunteer.view", needs="micro.edit"),
    "volunteers:micro_project": Sample(_volunteering("micro"), "volunteer.view"),
    "volunteers:micro_print": Sample(_volunteering("micro"), "volunteer.view"),
    **{
        f"volunteers:{name}": Sample(_volunteering("micro"), "volunteer.view", needs="micro.edit")
        for name in ("micro_coach", "micro_rework", "micro_replan", "micro_spend", "micro_reach", "micro_invite")
    },
    "volunteers:micro_step": Sample(
        lambda side: {"pk": side.volunteering.micro.pk, "name": "review"},
        "volunteer.view",
        needs_to_post="micro.edit",
    ),
    "volunteers:micro_review": Sample(_volunteering("micro"), NOBODY),
    "volunteers:micro_declare": Sample(_volunteering("micro"), NOBODY),
    "api-volunteer-micro-call-detail": Sample(_volunteering("micro_call"), "volunteer.view"),
    "api-volunteer-micro-project-detail": Sample(_volunteering("micro"), "volunteer.view"),
    # service points
    "volunteers:service_point": Sample(_volunteering("point"), NEARBY),
    "volunteers:service_point_edit": Sample(_volunteering("point"), "volunteer.view"),
    "volunteers:service_point_use": Sample(_volunteering("point"), "volunteer.view"),
    "volunteers:service_point_board": Sample(_volunteering("point"), NEARBY, needs_to_post="service.edit"),
    "api-volunteer-service-point-detail": Sample(_volunteering("point"), "volunteer.view"),
    "api-volunteer-service-point-board": Sample(
        _volunteering("point"), "volunteer.view", body=lambda side: {"is_open": True}
    ),
    # papers of `reports` about volunteers' work
    "reports:service_certificate": Sample(_volunteering("certificate"), "volunteer.view"),
    "reports:service_certificate_word": Sample(
        _volunteering("certificate"),
        "volunteer.view",
        needs_to_post="volunteer.edit",
        body=lambda side: {"purpose": "寄送本人"},
    ),
    # files
}

VOLUNTEER_QUERIES: dict[str, tuple[str, Callable[[Any], str], str]] = {}
