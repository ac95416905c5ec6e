"""Who is told of micro-projects: the bidder, whoever accompanies projects, reviewers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from grid.models import Organization, Post
from grid.posts import ORGANIZATION_KINDS, posts_with
from incidents.people import actors_of
from notices.models import Notice
from notices.writing import Message, notify_all, notify_each
from volunteers.models import MicroCall, MicroProject, Milestone, Reviewer, Team

REMIND: Final = timedelta(days=7)
"""A milestone is reminded so long before its day."""
_KEEPERS: Final = posts_with("micro.edit")
TITLES: Final = {
    "bid": gettext_lazy("A micro-project was handed in: %(title)s"),
    "coach": gettext_lazy("Your micro-project is coached: %(title)s"),
    "review": gettext_lazy("Your micro-project is in review: %(title)s"),
    "fund": gettext_lazy("Your micro-project has its money: %(title)s"),
    "refuse": gettext_lazy("Your micro-project was not chosen: %(title)s"),
    "start": gettext_lazy("The micro-project has begun: %(title)s"),
    "mid_check": gettext_lazy("Your micro-project passed the mid-term check: %(title)s"),
    "finish": gettext_lazy("A micro-project waits for its final review: %(title)s"),
    "close": gettext_lazy("Your micro-project passed the final review: %(title)s"),
    "withdraw": gettext_lazy("A bid was withdrawn: %(title)s"),
    "stop": gettext_lazy("Your micro-project was stopped: %(title)s"),
}
TO_KEEPERS: Final = ("bid", "start", "finish", "withdraw")


def keepers_of(code: str, now: datetime) -> list[User]:
    """Who accompanies the projects of the grid `code`: the posts of that grid itself."""
    posts = Post.objects.on(timezone.localdate(now)).filter(kind__in=_KEEPERS, grid__code=code, user__is_active=True)
    return [post.user for post in posts.select_related("user")]


def bidders_of(project: MicroProject, now: datetime) -> list[User]:
    """The leader of the team, or the people of the unit, and whoever handed it in."""
    team, people = project.team, [project.by]
    if team is not None and team.leader is not None and team.leader.user is not None:
        people.append(team.leader.user)
    if project.organization_id is not None:
        people += actors_of([project.organization_id], timezone.localdate(now))
    return [user for user in {one.pk: one for one in people}.values() if user.is_active]


def _message(project: MicroProject, people: Iterable[User], step: str, title: str, body: str, key: str) -> Message:
    return Message(
        recipients=list(people),
        kind=f"micro.{step}",
        level=Notice.Level.TASK if step in ("finish", "invited", "milestone") else Notice.Level.INFO,
        title=title % {"title": project.title},
        body=body,
        url=reverse("volunteers:micro_project", args=[project.pk]),
        dedupe_key=f"micro:{project.pk}:{key}",
        grid_code=project.grid_code,
        payload={"number": project.number, "status": project.status},
    )


def handed_in(project: MicroProject, *, actor: User, now: datetime) -> None:
    """Whoever accompanies projects hears of a new bid."""
    step_told(project, "bid", actor=actor, now=now)


def step_told(project: MicroProject, step: str, *, actor: User, now: datetime, text: str = "") -> None:
    """Tell the bidder what became of the project; what waits for the office is told to the office."""
    if step not in TITLES:
        return
    told = keepers_of(project.grid_code, now) if step in TO_KEEPERS else bidders_of(project, now)
    people = [user for user in told if user.pk != actor.pk]
    if people:
        with translation.override(settings.LANGUAGE_CODE):
            key = f"{project.version}:{step}"
            body = f"{project.number}\n{text}".strip()
            notify_all([_message(project, people, step, str(TITLES[step]), body, key)], now=now)


def invited(project: MicroProject, reviewers: Iterable[Reviewer], *, now: datetime) -> None:
    """Reviewers without an interest of their own hear that a project waits for their points."""
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Please review a micro-project: %(title)s")
        people = [one.user for one in reviewers if not one.conflict and one.user.is_active]
        key = "invited:" + "-".join(str(one.pk) for one in people)
        if people:
            notify_all([_message(project, people, "invited", title, project.number, key)], now=now)


def call_opened(call: MicroCall, *, actor: User, now: datetime) -> None:
    """Leaders of teams and the heads of units in the grid of the call hear that they may bid."""
    leads = Q(
        volunteer__led_teams__grid_code__startswith=call.grid_code, volunteer__led_teams__status=Team.Status.ACTIVE
    )
    heads = Post.objects.on(timezone.localdate(now)).filter(
        kind=ORGANIZATION_KINDS[0],
        organization__in=Organization.objects.active().filter(grid__code__startswith=call.grid_code),
    )
    people = User.objects.filter(leads | Q(pk__in=heads.values("user")), is_active=True).exclude(pk=actor.pk).distinct()
    with translation.override(settings.LANGUAGE_CODE):
        message = Message(
            recipients=list(people),
            kind="micro.call",
            level=Notice.Level.INFO,
            title=_("Micro-projects are called for: %(name)s") % {"name": call.name},
            body=_("Bids from %(opens)s to %(closes)s.") % {"opens": call.opens_on, "closes": call.closes_on},
            url=reverse("volunteers:micro_call", args=[call.pk]),
            dedupe_key=f"micro_call:{call.pk}",
            grid_code=call.grid_code,
            payload={"call": call.pk},
        )
        notify_all([message], now=now)


def remind(milestones: QuerySet[Milestone], *, now: datetime) -> int:
    """Remind the bidders of `milestones`, each of them once. Returns the people told, now or before."""
    rows = milestones.select_related("project__by", "project__team__leader__user").order_by("id")
    with translation.override(settings.LANGUAGE_CODE):
        title = _("A milestone of your micro-project is due: %(title)s")
        messages = (
            _message(
                one.project,
                bidders_of(one.project, now),
                "milestone",
                title,
                f"{one.due_on:%Y-%m-%d} {one.text}",
                f"milestone:{one.pk}:{one.due_on}",
            )
            for one in rows.iterator(chunk_size=500)
        )
        return notify_each(messages, now=now)
