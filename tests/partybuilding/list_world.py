"""A street with a unit, its resource and a compound without management, for the tests of the three lists."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import User
from partybuilding import needs, projects, resources
from partybuilding.models import Need, Project, ProjectType, Resource, SupportKind
from tests import street
from tests.partybuilding import unit_world
from tests.partybuilding.unit_world import NOW, UnitWorld


@dataclass
class Lists:
    """Who and what the tests need."""

    units: UnitWorld
    kind: SupportKind
    type: ProjectType
    now: datetime = NOW

    @property
    def people(self) -> dict[str, User]:
        """People by role; "hand" works for the unit."""
        return {**self.units.people, "hand": self.units.hand}

    def need(self, *, by: str = "gridleader", code: str = street.GRID, **more: Any) -> Need:
        """A need on the list."""
        given = {"title": "院内管道堵塞", "kind": self.kind, "grid": self.units.grids[code]} | more
        return needs.raise_need(needs.NewNeed(**given), actor=self.people[by], now=self.now)

    def resource(self, **more: Any) -> Resource:
        """What the unit offers."""
        given = {"unit": self.units.unit, "kind": self.kind, "title": "疏通车一台"} | more
        by = self.people["partyofficer"]
        return resources.offer(resources.NewResource(**given), actor=by, now=self.now)

    def project(self, need: Need | None = None, *, by: str = "gridleader", **more: Any) -> Project:
        """The unit is asked."""
        given = {"title": "疏通管道", "type": self.type, "need": need, "unit": self.units.unit} | more
        return projects.propose(projects.NewProject(**given), actor=self.people[by], now=self.now)

    def browser(self, role: str) -> Client:
        """Signed in as `role`."""
        client = Client()
        client.force_login(self.people[role])
        return client

    def get(self, role: str, name: str, *args: Any, **query: Any) -> Any:
        """A page as `role` gets it."""
        return self.browser(role).get(reverse(f"partybuilding:{name}", args=args), query)

    def post(self, role: str, name: str, *args: Any, **data: Any) -> Any:
        """What the form of a page sends."""
        return self.browser(role).post(reverse(f"partybuilding:{name}", args=args), data)


def build() -> Lists:
    """The world of units with a kind of need and a type of project."""
    kind = SupportKind.objects.create(name="管道疏通与市政维修", is_service=True)
    steps = "踏勘\n预定方案\n施工\n空间：休闲"
    return Lists(unit_world.build(), kind, ProjectType.objects.create(name="市政进社区", steps=steps))
