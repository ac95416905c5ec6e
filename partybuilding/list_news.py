"""Who is told of needs and projects: the unit that is asked, whoever is in need, who keeps the lists of a level."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from grid.models import Organization, Post
from grid.posts import posts_with
from incidents.people import actors_of
from notices.models import Notice
from notices.writing import Message, notify_all, notify_each
from partybuilding.models import ListCall, Need, Project

HEADINGS: Final = {
    "proposed": gettext_lazy("A joint project waits for your promise: %(number)s"),
    "agree": gettext_lazy("A day was promised: %(number)s"),
    "finish": gettext_lazy("Done, please confirm: %(number)s"),
    "confirm": gettext_lazy("Confirmed: %(number)s"),
    "refuse": gettext_lazy("Not what was needed, please go on: %(number)s"),
    "drop": gettext_lazy("Dropped, the need waits again: %(number)s"),
}
TO_UNIT: Final = ("proposed", "confirm", "refuse")


def project_step(project: Project, step: str, *, actor: User, now: datetime) -> None:
    """Tell the unit what is asked of it or was said of its work; all else whoever proposed it and is in need."""
    if step not in HEADINGS:
        return
    people: list[User] = []
    if step in TO_UNIT and project.organization_id is not None:
        people = list(actors_of([project.organization_id], timezone.localdate(now)))
    elif step not in TO_UNIT:
        people = [project.by, *([project.need.by] if project.need else [])]
    message = Message(
        recipients=[one for one in {person.pk: person for person in people}.values() if one.pk != actor.pk],
        kind=f"project.{step}",
        level=Notice.Level.TASK if step in ("proposed", "finish", "refuse") else Notice.Level.INFO,
        title=str(HEADINGS[step]) % {"number": project.number},
        body=project.title,
        url=reverse("partybuilding:project", args=[project.pk]),
        dedupe_key=f"project:{project.pk}:{project.version}:{step}",
        grid_code=project.grid_code,
        payload={"number": project.number, "status": project.status},
    )
    notify_all([message], now=now)


def risen(needs: Sequence[Need], *, now: datetime) -> int:
    """Tell who keeps the lists at the level where these needs wait now."""
    keepers = _keepers({need.level_code for need in needs}, now)
    return notify_each((_risen(need, keepers.get(need.level_code, [])) for need in needs), now=now)


def _risen(need: Need, people: Iterable[User]) -> Message:
    return Message(
        recipients=list(people),
        kind="need.risen",
        level=Notice.Level.WARNING,
        title=_("A need that nobody met came up to you: %(number)s") % {"number": need.number},
        body=need.title,
        url=reverse("partybuilding:need", args=[need.pk]),
        dedupe_key=f"need:{need.pk}:risen:{need.level_code}",
        grid_code=need.grid_code,
        payload={"number": need.number, "level": need.level_code},
    )


def _keepers(codes: set[str], now: datetime) -> dict[str, list[User]]:
    """Active people with `lists.edit` by the code of their grid, in one query."""
    posts = Post.objects.on(timezone.localdate(now)).filter(grid__code__in=codes, user__is_active=True)
    posts = posts.filter(kind__in=posts_with("lists.edit", units=False)).select_related("user", "grid")
    found: dict[str, list[User]] = {}
    for post in posts.defer("grid__boundary"):
        found.setdefault(post.grid.code if post.grid else "", []).append(post.user)
    return found


def called(call: ListCall, *, now: datetime) -> int:
    """Tell the people of every partner unit that serves in the grid of the call, and who keeps the lists below it."""
    units = Organization.objects.active().filter(partner__left_on=None, partner__isnull=False)
    served = units.filter(grid__code__startswith=call.grid_code).values_list("pk", flat=True)
    below = set(Post.objects.filter(grid__code__startswith=call.grid_code).values_list("grid__code", flat=True))
    today = timezone.localdate(now)
    people = [*actors_of(list(served), today), *(one for held in _keepers(below, now).values() for one in held)]
    message = Message(
        recipients=list({person.pk: person for person in people}.values()),
        kind="lists.called",
        level=Notice.Level.TASK,
        title=_("Lists of needs and resources are called for: %(half)s") % {"half": str(call)},
        body=call.text[:500],
        url=reverse("partybuilding:list_call", args=[call.pk]),
        dedupe_key=f"list_call:{call.pk}",
        grid_code=call.grid_code,
        payload={"year": call.year, "half": call.half, "closes_on": call.closes_on.isoformat()},
    )
    return notify_all([message], now=now)
