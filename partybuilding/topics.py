"""Topics (议题): collected at any time, sorted onto an agenda, talked over, decided, done, watched, judged (W66)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NotAllowed, NotNow, NotValid, demand_valid
from accounts.models import User
from accounts.text_guard import clean_field
from grid.access import demand
from grid.models import Grid
from grid.once import write_once
from grid.scope import scope_of
from incidents.models import Incident
from partybuilding.models import FollowUp, ForumMeeting, Resolution, Topic

TITLE_LENGTH: Final = 100
TEXT_LENGTH: Final = 2000
OPINION_LENGTH: Final = 3000
STEPS: Final = (
    gettext_lazy("Collect matters"),
    gettext_lazy("Sort matters"),
    gettext_lazy("Decide matters"),
    gettext_lazy("Do matters"),
    gettext_lazy("Watch matters"),
    gettext_lazy("Judge matters"),
)
"""揽事, 理事, 决事, 办事, 督事, 评事 (W66)."""


@dataclass(frozen=True, slots=True)
class NewTopic:
    """A topic as typed or sent in; `incident` when a case is its reason."""

    client_id: UUID
    title: str
    principle: str
    text: str = ""
    raised_by: str = ""
    incident: Incident | None = None


def may_raise(user: Any, code: str | None = None) -> bool:
    """Who brings a topic: who holds meetings there, and everybody in the field who sees party work and may report."""
    scope = scope_of(user)
    return scope.can("council.edit", code) or (scope.can("party.view", code) and scope.can("incident.report", code))


def raise_topic(new: NewTopic, *, grid: Grid, actor: User, now: datetime) -> tuple[Topic, bool]:
    """Collect a topic (揽事) in `grid`, and whether it is new: the same send again gives the first one.

    NotAllowed where the actor neither holds meetings nor reports; NotValid with the fields.
    """
    if not may_raise(actor, grid.code):
        raise NotAllowed(_("You may not do this here."))
    columns = _columns(new, actor)
    given = {**columns, "grid": grid.code, "incident": new.incident and new.incident.pk}

    def write(digest: str) -> Topic:
        place: dict[str, Any] = {"grid": grid, "grid_code": grid.code, "incident": new.incident}
        return Topic.objects.create(client_id=new.client_id, digest=digest, by=actor, at=now, **place, **columns)

    return write_once(Topic, new.client_id, given, actor=actor, write=write)


def change_topic(topic: Topic, new: NewTopic, *, actor: User) -> Topic:
    """Put a topic's words right, by who entered it or holds meetings there; NotNow once something was decided on it."""
    if topic.by_id != actor.pk:
        demand(actor, "council.edit", topic.grid_code)
    columns = _columns(new, actor)
    with transaction.atomic():
        locked = _locked(topic.pk)
        if locked.resolutions.exists():
            raise NotNow(_("Something was decided on this topic: its words stay as they are."))
        for name, value in columns.items():
            setattr(locked, name, value)
        locked.save(update_fields=list(columns))
    return locked


def _columns(new: NewTopic, actor: User) -> dict[str, str]:
    title = clean_field("title", new.title, max_length=TITLE_LENGTH)
    seen = new.incident is None or Incident.objects.visible_to(actor).filter(pk=new.incident.pk).exists()
    demand_valid(
        (
            ("title", bool(title), _("Say what the topic is.")),
            ("principle", new.principle in Topic.Principle.values, _("Choose one of the five principles.")),
            ("incident", seen, _("There is no such case.")),
        )
    )
    text = clean_field("text", new.text, max_length=TEXT_LENGTH, multiline=True)
    return {
        "title": title,
        "text": text,
        "principle": new.principle,
        "raised_by": clean_field("raised_by", new.raised_by, max_length=60),
    }


# --- the agenda -------------------------------------------------------------------------------------------------------


def put_on_agenda(meeting: ForumMeeting, topics: Iterable[Topic], *, actor: User) -> int:
    """Sort topics (理事) onto the agenda of a meeting, at its end; how many are new. NotNow for one that was held.

    A topic that meanwhile stands on another agenda is left there.
    """
    demand(actor, "council.edit", meeting.grid_code)
    keys = [topic.pk for topic in topics]
    with transaction.atomic():
        locked = _planned(meeting)
        last = locked.topics.aggregate(last=Max("position"))["last"] or 0
        rows = list(Topic.objects.select_for_update(of=("self",)).filter(pk__in=keys, meeting=None).order_by("pk"))
        for position, topic in enumerate(rows, last + 1):
            topic.meeting, topic.position = locked, position
        Topic.objects.bulk_update(rows, ["meeting", "position"])
    return len(rows)


def take_off_agenda(topic: Topic, *, actor: User) -> Topic:
    """Back to the pool, as long as nothing was decided on it."""
    with transaction.atomic():
        locked = _locked(topic.pk)
        demand(actor, "council.edit", _code_of(locked))
        if locked.resolutions.exists():
            raise NotNow(_("Something was decided on this topic: it stays on the agenda."))
        locked.meeting, locked.position = None, 0
        locked.save(update_fields=["meeting", "position"])
    return locked


def write_opinion(topic: Topic, text: str, *, actor: User) -> Topic:
    """What was said of a topic at its meeting. NotNow for one that stands on no agenda."""
    text = clean_field("text", text, max_length=OPINION_LENGTH, multiline=True)
    with transaction.atomic():
        locked = _locked(topic.pk)
        demand(actor, "council.edit", _code_of(locked))
        if locked.meeting_id is None:
            raise NotNow(_("This topic stands on no agenda yet."))
        locked.opinion = text
        locked.save(update_fields=["opinion"])
    return locked


def _planned(meeting: ForumMeeting) -> ForumMeeting:
    locked: ForumMeeting = ForumMeeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if locked.status != ForumMeeting.Status.PLANNED:
        raise NotNow(_("The meeting is over: put the topic on the agenda of the next one."))
    return locked


def _locked(pk: int) -> Topic:
    found: Topic = Topic.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=pk)
    return found


def _code_of(topic: Topic) -> str:
    """Where rights on a topic are asked: at its meeting's grid once it stands on an agenda."""
    return topic.meeting.grid_code if topic.meeting else topic.grid_code


# --- reading ----------------------------------------------------------------------------------------------------------


def topics_for(user: Any) -> QuerySet[Topic]:
    """The topics that `user` sees: of her grids, and on the agendas of meetings there; with `decided`, `ended`, `led`.

    `heard`: a later meeting or an owner said how a decision stands.
    """
    scope = scope_of(user)
    seen = scope.q("party.view", "grid_code") | scope.q("party.view", "meeting__grid_code") | Q(by=user.pk)
    return (
        with_steps(Topic.objects.filter(seen))
        .select_related("grid", "meeting__forum")
        .defer("grid__boundary", "meeting__minutes")
    )


def with_steps(rows: QuerySet[Topic]) -> QuerySet[Topic]:
    """Each with what its six steps are read from."""
    heard = FollowUp.objects.filter(resolution__topic=OuterRef("pk"))
    return rows.annotate(
        decided=Count("resolutions"),
        ended=Count("resolutions", filter=~Q(resolutions__status=Resolution.Status.OPEN)),
        led=Count("resolutions", filter=~Q(resolutions__child="")),
        heard=Exists(heard),
    )


def steps_of(topic: Any) -> list[tuple[str, bool]]:
    """The six steps with whether each was gone; `topic` as of `with_steps`."""
    over = topic.decided > 0 and topic.ended == topic.decided
    gone = (True, topic.meeting_id is not None, topic.decided > 0, topic.led > 0 or over, topic.heard or over, over)
    return [(str(name), bool(done)) for name, done in zip(STEPS, gone, strict=True)]


def pool(meeting: ForumMeeting) -> QuerySet[Topic]:
    """Topics on no agenda that this meeting may take: of its grid and below, the oldest first."""
    rows = Topic.objects.filter(meeting=None, grid_code__startswith=meeting.grid_code).exclude(
        Exists(Resolution.objects.filter(topic=OuterRef("pk")))
    )
    return rows.select_related("grid").defer("grid__boundary").order_by("at", "pk")


def chosen_topics(meeting: ForumMeeting, keys: Iterable[str]) -> list[Topic]:
    """The topics of the pool that a page sent; NotValid when nothing was chosen."""
    wanted = [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19]
    found = list(pool(meeting).filter(pk__in=wanted))
    if not found:
        raise NotValid(_("Choose topics."), {"topics": [_("Choose topics.")]})
    return found
