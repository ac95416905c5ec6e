"""Who is told of volunteers and teams: who approves in the grid, the applicant, the leader. No notice names anybody."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from grid.models import Post
from grid.posts import posts_with
from notices.models import Notice
from notices.writing import Message, notify_all
from volunteers.models import Membership, Volunteer

COMMUNITY_DIGITS: Final = 12
_APPROVERS: Final = posts_with("volunteer.edit")


def approvers_of(code: str, now: datetime) -> list[User]:
    """Who approves volunteers of the grid `code`: the posts of its community and of what lies between."""
    codes = [code[:n] for n in range(min(len(code), COMMUNITY_DIGITS), len(code) + 1)]
    posts = Post.objects.on(timezone.localdate(now)).filter(
        kind__in=_APPROVERS, grid__code__in=codes, user__is_active=True
    )
    return list({post.user_id: post.user for post in posts.select_related("user")}.values())


def _tell(message: Message, people: Iterable[User | None], *, now: datetime) -> None:
    there = [user for user in people if user is not None and user.is_active]
    if there:
        notify_all([replace(message, recipients=there)], now=now)


def applied_told(volunteer: Volunteer, *, now: datetime) -> None:
    """Those who approve hear of an application."""
    with translation.override(settings.LANGUAGE_CODE):
        message = _message(
            "applied",
            _("Somebody wants to become a volunteer: %(number)s") % {"number": volunteer.number},
            body=volunteer.grid.name,
            url=reverse("volunteers:volunteer", args=[volunteer.pk]),
            of=volunteer,
        )
    _tell(message, approvers_of(volunteer.grid_code, now), now=now)


def decided_told(volunteer: Volunteer, user: User | None, text: str, *, now: datetime) -> None:
    """The applicant hears what became of it, and why not."""
    taken = volunteer.status == Volunteer.Status.ACTIVE
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Welcome: you are a volunteer now") if taken else _("Your application as a volunteer was not taken")
        body = _("Your number is %(number)s.") % {"number": volunteer.number} if taken else text
        message = _message(volunteer.status, title, body=body, url=reverse("volunteers:me"), of=volunteer)
    _tell(message, [user], now=now)


def asked_told(row: Membership, *, now: datetime) -> None:
    """The leader of a team hears that somebody asks to join; without one, those who approve volunteers."""
    team = row.team
    leader = team.leader.user if team.leader else None
    people: list[User] = [leader] if leader is not None else approvers_of(team.grid_code, now)
    page = "volunteers:my_team" if leader is not None else "volunteers:team"
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Somebody asks to join: %(team)s") % {"team": team.name}
        message = _message("asked", title, body=row.volunteer.number, url=reverse(page, args=[team.pk]), of=row)
    _tell(message, people, now=now)


def answered_told(row: Membership, *, now: datetime) -> None:
    """Who asked to join hears the answer."""
    taken = row.status == Membership.Status.ACTIVE
    with translation.override(settings.LANGUAGE_CODE):
        title = _("You are in the team: %(team)s") if taken else _("The team did not take you: %(team)s")
        message = _message(
            row.status, title % {"team": row.team.name}, body="", url=reverse("volunteers:my_teams"), of=row
        )
    _tell(message, [row.volunteer.user], now=now)


def _message(event: str, title: str, *, body: str, url: str, of: Volunteer | Membership) -> Message:
    kind = of._meta.model_name
    return Message(
        recipients=[],
        kind=f"{kind}.{event}",
        level=Notice.Level.INFO,
        title=title,
        body=body,
        url=url,
        dedupe_key=f"{kind}:{of.pk}:{event}",
        grid_code=of.grid_code,
        payload={str(kind): of.pk, "event": event},
    )
