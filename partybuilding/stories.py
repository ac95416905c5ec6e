"""Stories of neighbours (邻里故事汇) and their election (睦邻友好典型评选): one vote each, then the office chooses."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed, NotNow, demand_valid
from accounts.models import User
from partybuilding.activity_office import demand_office, locked_activity
from partybuilding.models import Activity, Story, StoryVote


def in_lists(user: Any) -> QuerySet[Story]:
    """The stories that `user` sees, with their votes, those with most first within an activity."""
    rows: QuerySet[Story] = Story.objects.visible_to(user).annotate(votes_count=Count("votes"))
    return rows.select_related("activity", "grid").defer("grid__boundary")


def my_votes(user: Any, activities: Iterable[int]) -> dict[int, int]:
    """Activity → the story for which `user` voted."""
    rows = StoryVote.objects.filter(user=user.pk, activity__in=list(activities)).order_by()
    return dict(rows.values_list("activity", "story"))


def tell_story(activity: Activity, *, title: str, about: str, text: str, actor: User, now: datetime) -> Story:
    """A story told at an activity; `about` is whoever it is about, as she wants to be called. NotValid by field."""
    with transaction.atomic():
        locked = locked_activity(activity.pk)
        demand_office(locked, actor)
        if locked.status == Activity.Status.CALLED_OFF:
            raise NotNow(_("It was called off."))
        given = {"title": title.strip(), "about": about.strip(), "text": text.strip()}
        _check(given, locked.stories.filter(title=given["title"]).exists())
        where = {"activity": locked, "grid_id": locked.grid_id, "grid_code": locked.grid_code}
        return Story.objects.create(**where, **given, by=actor, at=now)


def _check(given: dict[str, str], known: bool) -> None:
    demand_valid(
        (
            *((name, bool(value), _("This field is needed.")) for name, value in given.items()),
            ("title", not known, _("A story of this title was told here already.")),
        )
    )


def vote(story: Story, *, actor: User, now: datetime) -> StoryVote:
    """The actor's one vote of the activity. The same again changes nothing; NotNow for a second story or when chosen.

    The unique constraint decides between two votes at once.
    """
    demand_valid((("user", not actor.is_service, _("Only people vote.")),))
    with transaction.atomic():
        _demand_open(story, actor)
        made, _new = StoryVote.objects.get_or_create(
            activity_id=story.activity_id, user=actor, defaults={"story": story, "at": now}
        )
        if made.story_id != story.pk:
            raise NotNow(_("You voted for another story of this activity: take that vote back first."))
        return made


def take_vote_back(story: Story, *, actor: User) -> None:
    """The actor takes her vote back, as long as nothing is chosen."""
    with transaction.atomic():
        _demand_open(story, actor)
        story.votes.filter(user=actor).delete()


def choose(story: Story, *, chosen: bool, actor: User) -> None:
    """The office of the activity makes the story an example (睦邻友好典型), or takes that back; votes end with it."""
    with transaction.atomic():
        locked = locked_activity(story.activity_id)
        demand_office(locked, actor)
        Story.objects.filter(pk=story.pk).update(is_chosen=chosen)


def _demand_open(story: Story, actor: User) -> None:
    locked = locked_activity(story.activity_id)
    if not Story.objects.visible_to(actor).filter(pk=story.pk).exists():
        raise NotAllowed(_("You may not do this here."))
    if locked.status == Activity.Status.CALLED_OFF:
        raise NotNow(_("It was called off."))
    if locked.stories.filter(is_chosen=True).exists():
        raise NotNow(_("The choice is made: voting has ended."))
