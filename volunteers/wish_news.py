"""Who is told of wishes: who looks after them in the grid, and who claimed them. No notice says who wished or where."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from grid.models import Post
from grid.posts import posts_with
from notices.models import Notice
from notices.writing import AT_ONCE, Message, notify_all, notify_each
from volunteers.models import WishClaim

REMIND: Final = timedelta(days=2)
"""A claim is reminded so long before its contact is due."""
_KEEPERS: Final = posts_with("wish.verify")


def keepers_of(code: str, now: datetime) -> list[User]:
    """Who follows wishes in the grid `code`: the posts of the grid itself and of the one above it."""
    posts = Post.objects.on(timezone.localdate(now)).filter(
        kind__in=_KEEPERS, grid__code__in=[code, code[:-3]], user__is_active=True
    )
    told = posts.order_by().select_related("user").only("user__is_active", "user__kind")
    return [post.user for post in told]


def _tell(row: WishClaim, people: list[User], step: str, title: str, now: datetime, level: str) -> None:
    if people:
        notify_all([_message(row, people, step, title, level)], now=now)


def _message(row: WishClaim, people: list[User], step: str, title: str, level: str) -> Message:
    return Message(
        recipients=people,
        kind=f"wish.{step}",
        level=level,
        title=title % {"title": row.wish.title},
        body=f"{row.wish.display_name} · {row.wish.title}",
        url=reverse("volunteers:board_wish", args=[row.wish_id]),
        dedupe_key=f"wish:{row.pk}:{step}",
        grid_code=row.wish.grid_code,
        payload={"wish": row.wish_id, "claim": row.pk, "event": step},
    )


def _tell_keepers(row: WishClaim, step: str, title: str, now: datetime, level: str) -> None:
    people = [user for user in keepers_of(row.wish.grid_code, now) if user.pk != row.user_id]
    _tell(row, people, step, title, now, level)


def tell_claims(*, now: datetime) -> int:
    """Those who follow the wishes of a grid hear of claims that nobody was told of. Safe to run again; returns them."""
    told = 0
    while batch := _untold():
        with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
            notify_all(_claimed(batch, now), now=now)
            told += WishClaim.objects.filter(pk__in=[row.pk for row in batch]).update(told_at=now)
    return told


def _untold() -> list[WishClaim]:
    rows = WishClaim.objects.filter(told_at=None).select_related("wish").order_by("id")
    return list(rows.only("user", "wish", "wish__title", "wish__display_name", "wish__grid_code")[:AT_ONCE])


def _claimed(rows: list[WishClaim], now: datetime) -> list[Message]:
    """One message for each claim; who follows a grid is asked once for all claims in it."""
    keepers = {code: keepers_of(code, now) for code in {row.wish.grid_code for row in rows}}
    title = _("A wish was claimed: %(title)s")
    people = [[user for user in keepers[row.wish.grid_code] if user.pk != row.user_id] for row in rows]
    found = zip(rows, people, strict=True)
    return [_message(row, who, "claimed", title, Notice.Level.INFO) for row, who in found if who]


def claim_delivered(row: WishClaim, *, now: datetime) -> None:
    """Those who follow the wishes hear that all helpers of one have delivered: they ask the one who wished."""
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Delivered; please ask the one who wished: %(title)s")
        # once for each delivery: what was not as wished is delivered again
        _tell_keepers(row, f"delivered{row.version}", title, now, Notice.Level.TASK)


def claim_given_up(row: WishClaim, *, actor: User, now: datetime) -> None:
    """Those who follow the wishes hear that a helper cannot; the helper, when somebody else said so."""
    with translation.override(settings.LANGUAGE_CODE):
        if row.user_id != actor.pk:
            _tell(row, [row.user], "taken_back", _("Your claim was ended: %(title)s"), now, Notice.Level.INFO)
        _tell_keepers(row, "given_up", _("A helper cannot; back on the board: %(title)s"), now, Notice.Level.INFO)


def claim_lapsed(row: WishClaim, *, now: datetime) -> None:
    """Whoever claimed hears that the claim has lapsed, as do those who follow the wishes."""
    with translation.override(settings.LANGUAGE_CODE):
        _tell(row, [row.user], "lapsed", _("Your claim has lapsed: %(title)s"), now, Notice.Level.INFO)
        _tell_keepers(row, "returned", _("Not contacted in time; back on the board: %(title)s"), now, Notice.Level.INFO)


def remind_claims(*, now: datetime) -> int:
    """Remind of contacts that are due within two days; each claim once. Returns the claims looked at."""
    rows = WishClaim.objects.filter(status="active", contact_by__range=(now, now + REMIND), user__is_active=True)
    due = rows.select_related("wish", "user").order_by("id").iterator(chunk_size=500)
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Please contact the one who wished: %(title)s")
        return notify_each((_message(row, [row.user], "remind", title, Notice.Level.TASK) for row in due), now=now)
