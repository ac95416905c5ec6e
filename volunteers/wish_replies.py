"""What helpers hear from the one who wished: granted with thanks, not yet, withdrawn. No notice says who she is."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from notices.models import Notice
from notices.writing import Message, notify_all
from volunteers.models import Wish, WishClaim


def granted(wish: Wish, rows: Sequence[WishClaim], *, now: datetime) -> None:
    """Everybody who helped reads her thanks, or that she was glad without words."""
    with translation.override(settings.LANGUAGE_CODE):
        _tell(wish, rows, "granted", _("The wish is granted: %(title)s"), wish.thanks, now, Notice.Level.INFO)


def open_again(wish: Wish, rows: Sequence[WishClaim], why: str, *, now: datetime) -> None:
    """Her helpers hear what is missing."""
    with translation.override(settings.LANGUAGE_CODE):
        _tell(wish, rows, f"again{wish.version}", _("Not yet what was wished: %(title)s"), why, now, Notice.Level.TASK)


def withdrawn(wish: Wish, rows: Sequence[WishClaim], *, now: datetime) -> None:
    """Whoever had claimed it hears that nothing is to be done any more."""
    with translation.override(settings.LANGUAGE_CODE):
        _tell(wish, rows, "withdrawn", _("The wish was withdrawn: %(title)s"), "", now, Notice.Level.INFO)


def _tell(wish: Wish, rows: Sequence[WishClaim], step: str, title: str, words: str, now: datetime, level: str) -> None:
    if rows:
        notify_all(
            [
                Message(
                    recipients=[row.user for row in rows],
                    kind=f"wish.{step.rstrip('0123456789')}",
                    level=level,
                    title=title % {"title": wish.title},
                    body=" · ".join(part for part in (wish.display_name, words) if part),
                    url=reverse("volunteers:board_wish", args=[wish.pk]),
                    dedupe_key=f"wish:{wish.pk}:{step}",
                    grid_code=wish.grid_code,
                    payload={"wish": wish.pk, "event": step},
                )
            ],
            now=now,
        )
