"""What the tests of whistles share: a whistle in any state, and who does what."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from grid.models import Organization
from incidents.models import Whistle, WhistleTask
from incidents.whistle_levels import load_levels
from incidents.whistle_moves import State
from incidents.whistle_raising import Call, NewWhistle, raise_whistle
from incidents.whistles import Given, Rating, perform
from tests import street
from tests.incidents.conftest import World

WAY = {
    State.RAISED: (),
    State.REFUSED: ("refuse",),
    State.BLOWN: ("approve",),
    State.HANDLED: ("approve", "all", "conclude"),
    State.CLOSED: ("approve", "all", "conclude", "evaluate"),
    State.WITHDRAWN: ("withdraw",),
}
"""How a whistle comes into each state; "all" is everything up to the lead unit's last step."""


@dataclass
class Whistling:
    """The world with two units that are called, a secretary who approves, and short ways to act."""

    world: World
    lead: Organization
    second: Organization

    @property
    def people(self) -> dict[str, User]:
        return self.world.people

    def new(self, *, by: str = "dispatcher", level: str = "yellow", **more: Any) -> Whistle:
        """A whistle of the street that waits for approval."""
        calls = (Call(self.lead, "牵头查处噪声", is_lead=True), Call(self.second, "查验营业资质"))
        given = {"title": "体育场夜间噪声扰民", "text": "多次劝阻无效", "ground": "enforcement", "calls": calls}
        given |= {"grid": self.world.grids[street.STREET], "level": level}
        return raise_whistle(NewWhistle(**given | more), actor=self.people[by], now=self.world.now)

    def task(self, whistle: Whistle, *, lead: bool = True) -> WhistleTask:
        return WhistleTask.objects.get(whistle=whistle, is_lead=lead)

    def given(self, whistle: Whistle, *, lead: bool = True, **more: Any) -> Given:
        """All that any move needs."""
        rated = {pk: Rating(4, "来得快") for pk in whistle.tasks.values_list("pk", flat=True)}
        values = {"text": "说明", "attendee": "李四", "rank": 3, "ratings": rated}
        return Given(**values | {"task": self.task(whistle, lead=lead).pk} | more)

    def move(self, whistle: Whistle, name: str, *, by: str | None = None, lead: bool = True, **more: Any) -> Whistle:
        """One move by the role whose it is, with all it needs."""
        now, version = more.pop("now", self.world.now), more.pop("version", None)
        role = by or DOER.get(name) or ("police" if lead else "market")
        given = self.given(whistle, lead=lead, **more)
        return perform(whistle.pk, name, actor=self.people[role], now=now, version=version, given=given)

    def work(self, whistle: Whistle, *, lead: bool, steps: tuple[str, ...] = ("respond", "attend")) -> None:
        """The first steps of one unit."""
        for name in steps:
            self.move(whistle, name, lead=lead)

    def whistle(self, state: str = State.RAISED, **more: Any) -> Whistle:
        """A whistle in `state`, brought there by moves."""
        whistle = self.new(**more)
        for name in WAY[State(state)]:
            if name == "all":
                self.work(whistle, lead=False, steps=("respond", "attend", "finish"))
                self.work(whistle, lead=True)
            else:
                whistle = self.move(whistle, name)
        return whistle


DOER = {
    "approve": "secretary",
    "refuse": "secretary",
    "withdraw": "dispatcher",
    "evaluate": "dispatcher",
}
"""The role that makes a move of the whole whistle in the main way."""


def build_whistling(world: World) -> Whistling:
    """Two departments with a handler each, the party secretary, the levels."""
    load_levels()
    place = world.grids[street.STREET]
    second = street.make_organization(place, code="market", name="市场监管所")
    people = {"market": (second, "handler"), "secretary": (place, "street_secretary")}
    for name, (where, kind) in people.items():
        world.people[name] = street.make_person(name)
        street.give_post(world.people[name], kind, where)
    world.people["police"] = world.people["department"]
    return Whistling(world, world.unit, second)
