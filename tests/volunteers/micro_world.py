"""A call with teams, a unit and reviewers. Builders, no fixtures."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from grid.models import Grid, Organization
from incidents.documents import PDF, Upload
from tests import street
from tests.volunteers.conftest import make_volunteer
from volunteers import micro, micro_calls, micro_money, micro_review
from volunteers.micro import NewBid
from volunteers.models import BudgetLine, MicroCall, MicroProject, Reviewer, Team

CRITERIA = (("需求性", 60), ("预算", 40))


@dataclass
class Micro:
    """Who and what the tests need; the call closed yesterday unless told otherwise."""

    grids: dict[str, Grid]
    now: datetime
    officer: User
    leader: User
    head: User
    team: Team
    unit: Organization
    call: MicroCall

    def new(self, title: str = "楼道书屋", **more: Any) -> NewBid:
        """A bid of 10,000 yuan with 1,000 of its own."""
        values: dict[str, Any] = {
            "call": self.call,
            "title": title,
            "text": "三处楼道书屋",
            "asked": Decimal(10_000),
            "own_money": Decimal(1_000),
            "budget": [("书架", Decimal(8_000)), ("图书", Decimal(3_000))],
            "team": None if "organization" in more else self.team,
            "milestones": [("书屋开放", timezone.localdate(self.now) + timedelta(days=30))],
        }
        return NewBid(**values | more)

    @property
    def open_day(self) -> datetime:
        """While bids were taken."""
        return self.now - timedelta(days=5)

    def bid(self, title: str = "楼道书屋", *, actor: User | None = None, **more: Any) -> MicroProject:
        """A bid handed in while the call was open."""
        return micro.bid(self.new(title, **more), actor=actor or self.officer, now=self.open_day)

    def reviewer(self, project: MicroProject, name: str = "expert") -> Reviewer:
        """Somebody from outside who is asked to review."""
        person = User.objects.filter(username=name).first() or street.make_person(name)
        micro_review.invite(project, [person], actor=self.officer, now=self.now)
        return Reviewer.objects.select_related("user", "project").get(project=project, user=person)

    def reviewed(self, project: MicroProject, points: tuple[int, int] = (50, 30)) -> MicroProject:
        """In review, with the points of one from outside."""
        project = micro.step(project, "review", actor=self.officer, now=self.now)
        mine = self.reviewer(project)
        micro_review.score(mine, self.given(points), text="", actor=mine.user, now=self.now)
        return project

    def given(self, points: tuple[int, ...]) -> dict[int, Decimal]:
        """By criterion."""
        return {one.pk: Decimal(n) for one, n in zip(self.call.criteria.all(), points, strict=True)}

    def running(self, **more: Any) -> MicroProject:
        """A project that has begun, beside two more bids."""
        self.bid("甲")
        self.bid("乙")
        project = self.reviewed(self.bid(**more))
        project = micro_money.fund(project, project.asked, actor=self.officer, now=self.now)
        return micro.step(project, "start", actor=self.officer, now=self.now)


def build(now: datetime | None = None) -> Micro:
    """A street with a call that closed yesterday, a team of one community, a unit of the other."""
    grids, now = street.build_streets(), now or timezone.now()
    officer, leader, head = (street.make_person(name) for name in ("officer", "teamleader", "unithead"))
    street.give_post(officer, "party_officer", grids[street.STREET])
    unit = Organization.objects.create(grid=grids[street.SISTER], name="暖阳社工", kind="social", code="social-1")
    street.give_post(head, "org_head", unit)
    volunteer = make_volunteer(grids[street.GRID], user=leader)
    team = Team.objects.create(
        name="银龄队", leader=volunteer, grid=grids[street.COMMUNITY], grid_code=street.COMMUNITY
    )
    today = timezone.localdate(now)
    new = micro_calls.NewCall(
        grid=grids[street.STREET],
        name="社区微创投",
        opens_on=today - timedelta(days=10),
        closes_on=today - timedelta(days=1),
        budget=Decimal(25_000),
        ceiling=Decimal(20_000),
        criteria=CRITERIA,
    )
    call = micro_calls.open_call(new, actor=officer, now=now - timedelta(days=10))
    return Micro(grids, now, officer, leader, head, team, unit, call)


def paid(amount: int, now: datetime, *, receipt: bool = True) -> micro_money.Paid:
    """Something bought today."""
    content = f"%PDF-1.4 {amount}".encode()
    file = Upload("收据.pdf", PDF, content, hashlib.sha256(content).hexdigest())
    return micro_money.Paid("五金店", "书架", Decimal(amount), timezone.localdate(now), [file] if receipt else [])


def line_of(project: MicroProject, name: str = "书架") -> BudgetLine:
    """A line of its budget with what it has spent now."""
    return BudgetLine.objects.select_related("project__team__leader").get(project=project, name=name)
