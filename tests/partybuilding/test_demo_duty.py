"""The duty part of the demo: the numbers of the press, and something to do for whoever signs in."""

import pytest
import time_machine

from partybuilding.demo.duty import build_duty
from partybuilding.dictionaries import load_dictionaries
from partybuilding.models import DutyPost, DutyShift, MemberCall, PartyMember, ServiceClaim, ServiceOrder
from tests import street
from tests.partybuilding.duty_world import NOW


@pytest.fixture
def members() -> None:
    """A hundred members of one community, two of whom sign in."""
    grids, load = street.build_streets(), load_dictionaries
    people = street.make_roles(grids)
    load()
    grid = grids[street.GRID]
    accounts = [people["gridleader"], people["microleader"]] + [None] * 98
    PartyMember.objects.bulk_create(
        PartyMember(grid=grid, grid_code=grid.code, name=f"党员{n}", management="direct", user=user)
        for n, user in enumerate(accounts)
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("members")
def test_86_members_claim_and_every_state_is_there() -> None:
    with time_machine.travel(NOW, tick=False):
        assert build_duty(NOW) > 0
    assert ServiceClaim.objects.values("member").distinct().count() == 86
    assert set(ServiceOrder.objects.values_list("status", flat=True)) == set(ServiceOrder.Status.values)
    assert set(MemberCall.objects.values_list("status", flat=True)) == set(MemberCall.Status.values)
    assert DutyShift.objects.filter(status="planned", on__gt=NOW.date()).exists()
    assert not ServiceOrder.objects.filter(is_demo=False).exists()
    assert PartyMember.objects.get(user__username="gridleader").orders.filter(status="taken").exists()


@pytest.mark.django_db
def test_without_members_nothing_is_made() -> None:
    street.make_roles(street.build_streets())
    assert build_duty(NOW) == 0
    assert not DutyPost.objects.exists()
