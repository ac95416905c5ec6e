"""The machine of a wish: whatever people do in whatever order, wish, claims and record fit together (domain.md 5.1)."""

from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.errors import NotAllowed, NotNow
from accounts.models import User
from tests import street
from tests.volunteers import wish_world
from tests.volunteers.conftest import make_volunteer
from tests.volunteers.wish_world import Wishing
from volunteers import claims, wishes
from volunteers.claims import LIVING, Claimer
from volunteers.models import VolunteerStep, Wish, WishClaim
from volunteers.stages import STAGES

pytestmark = pytest.mark.django_db
STAFF = ("verify", "publish", "refuse", "withdraw", "archive", "confirm", "not_yet", "call_back")
HELPERS = ("claim", "claim", "contact", "deliver", "give_up")


class Life:
    """Random deeds of the staff and of three helpers on one wish, one of whom follows wishes herself."""

    def __init__(self, world: Wishing, seed: int) -> None:
        self.random, self.world, self.now = Random(seed), world, world.now
        self.staff = [world.people["gridleader"], world.people["community"]]
        self.helpers = [self.helper(n, world) for n in range(2)] + [world.people["community"]]
        make_volunteer(world.grids[street.GRID], user=self.helpers[2])
        self.wish = world.wish(slots=self.random.randint(1, 2))

    def helper(self, n: int, world: Wishing) -> User:
        person = street.make_person(f"helper{n}")
        make_volunteer(world.grids[street.GRID], user=person)
        return person

    def step(self) -> None:
        self.now += timedelta(hours=self.random.randint(1, 60))
        deed = self.random.choice([*STAFF, *HELPERS, "lapse"])
        with suppress(NotNow, NotAllowed):
            if deed == "lapse":
                claims.lapse_claims(now=self.now)
            elif deed in STAFF:
                self.by_staff(deed, {"actor": self.random.choice(self.staff), "now": self.now})
            else:
                self.by_helper(deed, self.random.choice(self.helpers))
        self.wish.refresh_from_db()

    def by_staff(self, deed: str, given: dict[str, Any]) -> None:
        if deed == "publish":
            wishes.publish(self.wish, **given)
        elif deed == "confirm":
            wishes.confirm(self.wish, how="上门", rating=5, thanks="谢谢", **given)
        elif deed in ("verify", "not_yet", "call_back"):
            getattr(wishes, deed)(self.wish, text="电话", **given)
        elif deed not in ("withdraw", "refuse") or self.random.random() < 0.1:
            wishes.step(self.wish, deed, text="家里已经办好", **given)

    def by_helper(self, deed: str, person: User) -> None:
        given: dict[str, Any] = {"actor": person, "now": self.now}
        row = WishClaim.objects.filter(user=person, status__in=LIVING).first()
        if deed == "claim":
            claims.claim(self.wish, Claimer(volunteer=person.volunteer), **given)
        elif row is not None and deed == "contact":
            claims.contacted(row, **given)
        elif row is not None:
            (claims.delivered if deed == "deliver" else claims.give_up)(row, text="说明", **given)


def holds(wish: Wish) -> None:
    """What must be true of a wish at any moment."""
    living = list(wish.claims.filter(status__in=LIVING))
    statuses = {row.status for row in living}
    assert len({row.slot for row in living}) == len(living) <= wish.slots
    if wish.status in ("claimed", "delivered", "confirmed", "archived"):
        assert len(living) == wish.slots
    expected = {
        "collected": set[str](),
        "verified": set[str](),
        "published": {"active", "contacted", "delivered"},
        "claimed": {"active", "contacted", "delivered"},
        "delivered": {"delivered"},
        "confirmed": {"done"},
        "archived": {"done"},
        "refused": set[str](),
        "withdrawn": {"delivered"},
    }
    assert statuses <= expected[wish.status]
    if wish.status == "claimed":
        assert statuses & {"active", "contacted"}
    for row in (wish, *wish.claims.all()):
        follows_its_table(row)


def follows_its_table(row: Wish | WishClaim) -> None:
    """Its record is one chain, and every link of it stands in the table of stages."""
    steps = VolunteerStep.objects.filter(subject=row._meta.model_name, subject_id=row.pk).order_by("id")
    allowed = {(source, stage.target) for stage in STAGES[type(row)] for source in stage.sources}
    before = ""
    for step in steps:
        assert step.before == before
        assert before in ("", step.after) or (before, step.after) in allowed
        before = step.after
    assert before == row.status


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_wish_claims_and_record_fit_together_after_any_deeds(world: Wishing, seed: int) -> None:
    with transaction.atomic():
        life = Life(world, seed)
        for _n in range(40):
            life.step()
            holds(life.wish)
        transaction.set_rollback(True)


@pytest.mark.long
def test_wishes_come_through_to_the_archive_in_a_long_life(world: Wishing) -> None:
    ends = set()
    for seed in range(60):
        with transaction.atomic():
            life = Life(world, seed)
            for _n in range(150):
                life.step()
                holds(life.wish)
            ends.add(life.wish.status)
            transaction.set_rollback(True)
    assert "archived" in ends


@pytest.fixture
def world() -> Wishing:
    return wish_world.build()
