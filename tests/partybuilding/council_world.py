"""A forum with a meeting that has begun, for the tests of deliberation. Builders, no fixtures."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from accounts.models import User
from grid.models import Grid, Organization
from partybuilding import forums, meetings, opinions, resolutions, topics
from partybuilding.models import DeputyOpinion, Forum, ForumMeeting, PartnerUnit, Resolution, Topic
from tests import street
from tests.incidents.conftest import World, build_world


@dataclass
class CouncilWorld:
    """The street of incidents, and a forum of its first community."""

    base: World
    forum: Forum
    head: User
    """The head of the community: she holds the meetings."""

    @property
    def people(self) -> dict[str, User]:
        """Everybody by role."""
        return self.base.people

    @property
    def now(self) -> datetime:
        """The moment of the world."""
        return self.base.now

    @property
    def grid(self) -> Grid:
        """The community."""
        return self.base.grids[street.COMMUNITY]

    def meeting(self, *, days: float = -1, forum: Forum | None = None, **more: Any) -> ForumMeeting:
        """A planned meeting so many days from now; negative: it has begun."""
        given = {"title": "第一次议事", "starts_at": self.now + timedelta(days=days), "place": "睦邻亭"} | more
        where = {"forum": forum or self.forum, "client_id": uuid4(), "actor": self.head, "now": self.now}
        return meetings.plan_meeting(meetings.NewMeeting(**given), **where)[0]

    def topic(self, meeting: ForumMeeting | None = None, *, code: str = street.GRID, **more: Any) -> Topic:
        """A topic of the grid, on the agenda of `meeting` when one is given."""
        given: dict[str, Any] = {"client_id": uuid4(), "title": "停车难", "principle": "hard"} | more
        new = topics.NewTopic(**given)
        row, _made = topics.raise_topic(new, grid=self.base.grids[code], actor=self.head, now=self.now)
        if meeting is not None:
            topics.put_on_agenda(meeting, [row], actor=self.head)
            row.refresh_from_db()
        return row

    def decision(self, topic: Topic | None = None, *, due: int = 10, **more: Any) -> Resolution:
        """A decision on a topic; without one, of a meeting of yesterday."""
        topic = topic or self.topic(self.meeting())
        day = self.now.date() + timedelta(days=due)
        given: dict[str, Any] = {"client_id": uuid4(), "text": "重新划线", "owner": "物业", "due_on": day} | more
        return resolutions.decide(topic, resolutions.NewResolution(**given), actor=self.head, now=self.now)[0]

    def held(self, meeting: ForumMeeting, minutes: str = "议了停车。") -> ForumMeeting:
        """The same meeting with its minutes."""
        given: dict[str, Any] = {"residents": 12, "version": None, "actor": self.head, "now": self.now}
        return meetings.hold(meeting, minutes=minutes, **given)

    def opinion(self, **more: Any) -> DeputyOpinion:
        """An opinion of a deputy."""
        given = {"client_id": uuid4(), "body": "congress", "deputy_name": "张代表", "text": "增设路灯"} | more
        new = opinions.NewOpinion(**given)
        return opinions.collect(new, grid=self.grid, actor=self.head, now=self.now)[0]

    def partner(self) -> PartnerUnit:
        """The unit of the world as a partner; "department" and "head" work for it."""
        unit: Organization = self.base.unit
        return PartnerUnit.objects.get_or_create(organization=unit)[0]


def build() -> CouncilWorld:
    """The street with a council of residents that must lead to something within seven days."""
    base = build_world()
    head = base.people["community"]
    new = forums.NewForum(name="小板凳议事会", kind="council", venue="清风睦邻亭", every_days=15, child_days=7)
    forum = forums.found_forum(new, grid=base.grids[street.COMMUNITY], actor=head)
    return CouncilWorld(base, forum, head)
