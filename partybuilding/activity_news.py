"""Who signed up for an activity is told what becomes of it. No notice names another participant."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from accounts.models import User
from notices.models import Notice
from notices.writing import Message, notify_all
from partybuilding.models import Activity

HEADINGS: Final = {
    "put_down": gettext_lazy("You are put down for an activity: %(title)s"),
    "moved": gettext_lazy("Activity moved: %(title)s"),
    "called_off": gettext_lazy("Activity called off: %(title)s"),
    "place": gettext_lazy("You have a place now: %(title)s"),
}
"""What people are told of."""


def signed_people(activity: Activity) -> list[User]:
    """Everybody with an account who signed up or waits."""
    rows = activity.people.exclude(user=None).filter(user__is_active=True)
    return list(User.objects.filter(pk__in=rows.values("user")).order_by("pk"))


def tell(activity: Activity, people: Sequence[User], step: str, *, actor: User, now: datetime, body: str = "") -> None:
    """One notice for each of `people` but the actor; in the platform's own language."""
    others = [person for person in people if person.pk != actor.pk]
    if not others:
        return
    with translation.override(settings.LANGUAGE_CODE):
        when = timezone.localtime(activity.starts_at)
        lines = [f"{when:%Y-%m-%d %H:%M}", activity.place, *([body] if body else [])]
        message = Message(
            recipients=others,
            kind=f"activity.{step}",
            level=Notice.Level.TASK if step in ("put_down", "place") else Notice.Level.INFO,
            title=str(HEADINGS[step]) % {"title": activity.title},
            body="\n".join(lines),
            url=reverse("partybuilding:activity", args=[activity.pk]),
            dedupe_key=f"activity:{activity.pk}:{step}:{activity.version}:{now.isoformat()}",
            grid_code=activity.grid_code,
        )
        notify_all([message], now=now)
