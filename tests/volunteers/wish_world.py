"""A street with wishes and helpers, for the tests of wishes. Builders, no fixtures."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from grid.models import Grid
from tests import street
from tests.volunteers.conftest import make_volunteer
from volunteers import wishes
from volunteers.models import Wish, WishKind, WishRound
from volunteers.wishes import NewWish


@dataclass
class Wishing:
    """Who and what the tests need."""

    grids: dict[str, Grid]
    people: dict[str, User]
    kind: WishKind
    now: datetime = field(default_factory=timezone.now)

    def wish(self, *, by: str = "gridleader", code: str = street.MICRO, **more: Any) -> Wish:
        """A wish that was taken in."""
        given: dict[str, Any] = {"title": "两张相框", "name": "占桂兰", "display_name": "占阿姨", "kind": self.kind}
        return wishes.collect(NewWish(**given | {"grid": self.grids[code]} | more), actor=self.people[by], now=self.now)

    def published(self, **more: Any) -> Wish:
        """One on the board."""
        row = wishes.verify(self.wish(**more), actor=self.people["gridleader"], now=self.now, text="上门核实")
        return wishes.publish(row, actor=self.people["gridleader"], now=self.now)

    def round(self, *, code: str = street.STREET, **more: Any) -> WishRound:
        """A round that is open today."""
        today = timezone.localdate(self.now)
        values = {"name": "重阳", "opens_on": today, "closes_on": today} | more
        return WishRound.objects.create(grid=self.grids[code], grid_code=code, **values)

    def browser(self, role: str) -> Client:
        """Signed in as `role`."""
        client = Client()
        client.force_login(self.people[role])
        return client

    def get(self, role: str, name: str, /, *args: Any, **query: Any) -> Any:
        """A page as `role` gets it."""
        return self.browser(role).get(reverse(f"volunteers:{name}", args=args), query)

    def post(self, role: str, name: str, /, *args: Any, **data: Any) -> Any:
        """What the form of a page sends."""
        return self.browser(role).post(reverse(f"volunteers:{name}", args=args), data)


def build() -> Wishing:
    """The street with its roles, a volunteer and another grid leader."""
    grids = street.build_streets()
    people = street.make_roles(grids)
    people["volunteer"] = street.make_person("volunteer1")
    make_volunteer(grids[street.GRID], user=people["volunteer"])
    people["outsider"] = street.make_person("outsider")
    street.give_post(people["outsider"], "grid_leader", grids[street.OTHER_GRID])
    return Wishing(grids, people, WishKind.objects.create(name="代购代办", is_service=True))
