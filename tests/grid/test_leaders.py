"""The chain of leaders of a place."""

from datetime import timedelta

import pytest

from grid.leaders import leader_chain
from grid.models import Absence
from tests import street
from tests.street import COMMUNITY, GRID, MICRO, STREET


@pytest.fixture
def leaders(grids):
    """Leaders of micro-grid, community and street; the grid between them is vacant."""
    kinds = {MICRO: "micro_leader", COMMUNITY: "community_head", STREET: "street_secretary"}
    people = {code: street.make_person(f"leader{code}", f"长{len(code)}") for code in kinds}
    for code, kind in kinds.items():
        street.give_post(people[code], kind, grids[code])
    return people


def test_the_chain_goes_from_the_lowest_grid_to_the_street(leaders, now):
    chain = leader_chain(MICRO, now=now)
    assert [step.grid_code for step in chain] == [MICRO, GRID, COMMUNITY, STREET]
    assert [step.user for step in chain] == [leaders[MICRO], None, leaders[COMMUNITY], leaders[STREET]]


def test_a_vacant_post_is_told_and_not_available(leaders, now):
    vacant = leader_chain(MICRO, now=now)[1]
    assert (vacant.user, vacant.available) == (None, False)


def test_an_absent_leader_is_marked_only_in_that_time(leaders, now, soon):
    Absence.objects.create(user=leaders[MICRO], starts_at=now, ends_at=soon)
    assert leader_chain(MICRO, now=now)[0].absent
    assert leader_chain(MICRO, now=soon)[0].available
    assert leader_chain(MICRO, now=now - timedelta(seconds=1))[0].available


def test_people_who_are_not_in_charge_do_not_count(grids, leaders, now):
    street.give_post(street.make_person("worker"), "grid_worker", grids[GRID])
    assert leader_chain(GRID, now=now)[0].user is None


def test_a_closed_account_leads_nothing(leaders, now):
    leaders[MICRO].is_active = False
    leaders[MICRO].save()
    assert leader_chain(MICRO, now=now)[0].user is None


def test_an_unknown_grid_gives_the_known_part_of_its_chain(leaders, now):
    assert [step.grid_code for step in leader_chain(f"{COMMUNITY}999", now=now)] == [COMMUNITY, STREET]


def test_it_costs_two_queries(leaders, now, django_assert_num_queries):
    with django_assert_num_queries(2):
        leader_chain(MICRO, now=now)
