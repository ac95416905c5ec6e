"""Who is told of notices to put right: the grid on issue, the department on transfer, the issuer when it is late."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from fieldwork.models import RectificationNotice
from grid.models import Post
from grid.posts import PostKind
from incidents.people import actors_of, on_the_way
from notices.models import Notice
from notices.writing import Message, notify_all, notify_each

AT_ONCE: Final = 500
"""Notices to put right that the job holds in memory."""
COMMUNITY_DIGITS: Final = 12
NEAR: Final = (PostKind.GRID_LEADER, PostKind.MICRO_LEADER, PostKind.GRID_WORKER)


def issued(notice: RectificationNotice, *, actor: User, now: datetime) -> None:
    """The people of the grid, who look again."""
    people = _others(_people_near(notice, now), actor)
    title = _("Notice to put right issued: %(number)s") % {"number": notice.number}
    notify_all([_message(notice, people, "issued", title, Notice.Level.TASK)], now=now)


def transferred(notice: RectificationNotice, *, actor: User, now: datetime) -> None:
    """Those who act for the department, and the people of the grid."""
    unit = actors_of([notice.organization_id], timezone.localdate(now))
    people = _others([*unit, *_people_near(notice, now)], actor)
    title = _("Hazard handed to enforcement: %(number)s") % {"number": notice.number}
    notify_all([_message(notice, people, "transferred", title, Notice.Level.WARNING)], now=now)


def remind_of_deadlines(*, now: datetime) -> int:
    """Tell the grid and the issuer of notices whose deadline is today or past: once per notice and deadline."""
    today = timezone.localdate(now)
    found = RectificationNotice.objects.filter(status__in=("issued", "fixing"), deadline__lte=today)
    found = found.select_related("place", "grid", "issued_by").defer("grid__boundary", "place__phone")
    codes = {code for held in found.order_by().values_list("grid_code", flat=True).distinct() for code in _way(held)}
    near = _holders(codes, today)
    with translation.override(settings.LANGUAGE_CODE):
        rows = found.order_by("deadline", "pk").iterator(chunk_size=AT_ONCE)
        return notify_each((_reminder(row, near) for row in rows), now=now)


def _reminder(notice: RectificationNotice, near: Mapping[str, list[User]]) -> Message:
    people = {notice.issued_by, *(person for code in _way(notice.grid_code) for person in near.get(code, ()))}
    title = _("Look again, the deadline has come: %(number)s") % {"number": notice.number}
    active = [person for person in people if person.is_active]
    return _message(notice, active, f"due:{notice.deadline:%Y%m%d}", title, Notice.Level.TASK)


def _message(notice: RectificationNotice, people: Iterable[User], step: str, title: str, level: str) -> Message:
    return Message(
        recipients=list(people),
        kind=f"rectification.{step.partition(':')[0]}",
        level=level,
        title=title,
        body="\n".join((notice.place.name, notice.grid.name)),
        url=reverse("fieldwork:rectification", args=[notice.pk]),
        dedupe_key=f"rectification:{notice.pk}:{step}",
        grid_code=notice.grid_code,
        payload={"number": notice.number, "status": notice.status, "deadline": notice.deadline.isoformat()},
    )


def _people_near(notice: RectificationNotice, now: datetime) -> Iterable[User]:
    return [one for people in _holders(set(_way(notice.grid_code)), timezone.localdate(now)).values() for one in people]


def _way(code: str) -> list[str]:
    """The grid and those above it, below the community."""
    return [above for above in on_the_way(code) if len(above) > COMMUNITY_DIGITS]


def _holders(codes: set[str], day: date) -> Mapping[str, list[User]]:
    """Active people of the field by the code of their grid, in one query."""
    posts = Post.objects.on(day).filter(kind__in=NEAR, grid__code__in=codes, user__is_active=True)
    found: dict[str, list[User]] = {}
    for post in posts.select_related("user", "grid").defer("grid__boundary"):
        found.setdefault(post.grid.code if post.grid else "", []).append(post.user)
    return found


def _others(people: Iterable[User], actor: User) -> list[User]:
    return list({person.pk: person for person in people if person.pk != actor.pk}.values())
