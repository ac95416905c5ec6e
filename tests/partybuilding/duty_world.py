"""A street with members, some with accounts, for the tests of duty, calls, orders and the member's page."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from accounts.models import User
from grid.models import Grid
from partybuilding import calls, orders, rosters
from partybuilding.models import DutyPost, DutyShift, JointTaskKind, MemberCall, PartyMember, ServiceOrder, SupportKind
from tests import street

NOW = datetime.fromisoformat("2026-11-20T09:00:00+08:00")  # a Friday
TODAY = NOW.date()


@dataclass
class Duty:
    """Who and what the tests need."""

    grids: dict[str, Grid]
    people: dict[str, User]
    members: dict[str, PartyMember]
    kind: SupportKind
    task: JointTaskKind
    now: datetime = NOW

    def post(self, **more: Any) -> DutyPost:
        """A duty post on Mondays and Fridays."""
        new = {
            "name": "网格党员值日岗",
            "place": "东门岗亭",
            "weekdays": [1, 5],
            "starts": time(8),
            "ends": time(10),
        } | more
        return rosters.create_post(
            rosters.NewPost(**new), grid=self.grids[street.GRID], actor=self.people["partyofficer"]
        )

    def shift(self, who: str = "wang", *, post: DutyPost | None = None, days: int = 3) -> DutyShift:
        """A planned shift some days ahead."""
        on = TODAY + timedelta(days=days)
        return rosters.plan_shift(
            post or self.post(), self.members[who], on, actor=self.people["partyofficer"], now=self.now
        )

    def call(self, **more: Any) -> MemberCall:
        """A call for tomorrow."""
        given = {"kind": self.task, "title": "排查安全隐患", "place": "小区门口"} | more
        given.setdefault("starts_at", self.now + timedelta(days=1))
        new = calls.NewCall(**given)
        made, _new = calls.blow(
            new, grid=self.grids[street.COMMUNITY], actor=self.people["community"], now=self.now, client_id=uuid4()
        )
        return made

    def order(self, *, by: str = "gridleader", pool: bool = True, **more: Any) -> ServiceOrder:
        """An order of a resident, in the pool."""
        given = {
            "kind": self.kind,
            "text": "请人代买药",
            "name": "占阿姨",
            "phone": "13312345678",
            "door": "101",
        } | more
        actor = self.people[by]
        grid = self.grids[street.GRID]
        made, _new = orders.order(orders.NewOrder(**given), grid=grid, actor=actor, now=self.now, client_id=uuid4())
        return orders.issue(made, actor=actor, now=self.now) if pool else made

    def taken(self, who: str = "wang", **more: Any) -> ServiceOrder:
        """An order that a member serves."""
        return orders.take(self.order(**more), actor=self.people[who], now=self.now)

    def browser(self, who: str) -> Client:
        """Signed in."""
        client = Client()
        client.force_login(self.people[who])
        return client

    def get(self, who: str, page: str, /, *args: Any, **query: Any) -> Any:
        """A page."""
        return self.browser(who).get(reverse(f"partybuilding:{page}", args=args), query)

    def send(self, who: str, page: str, /, *args: Any, **data: Any) -> Any:
        """What the form of a page sends."""
        return self.browser(who).post(reverse(f"partybuilding:{page}", args=args), data)


def build() -> Duty:
    """Members: wang and zhao of the grid with accounts, li of the sister community, sun without an account."""
    grids = street.build_streets()
    people = street.make_roles(grids)
    members = {}
    for name, real, code in (
        ("wang", "王五一", street.GRID),
        ("zhao", "赵六一", street.GRID),
        ("li", "李七一", street.SISTER),
        ("sun", "孙八一", street.MICRO),
    ):
        if name != "sun":
            people[name] = street.make_person(name, real)
        members[name] = PartyMember.objects.create(
            grid=grids[code],
            grid_code=code,
            name=real,
            phone="13512345678",
            management="direct",
            user=people.get(name),
        )
    kind = SupportKind.objects.create(name="代办服务", is_service=True)
    task = JointTaskKind.objects.create(name="安全隐患联排")
    return Duty(grids, people, members, kind, task)
