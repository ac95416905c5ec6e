"""Posts → what one may see and do."""

from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from grid.models import Compound, Grid, Organization, Post
from grid.scope import EVERYTHING, NOTHING, Grant, Scope, scope_of
from tests import street
from tests.street import COMMUNITY, GRID, MICRO, OTHER_STREET, SISTER, STREET


@pytest.fixture
def person(db):
    return street.make_person("zhang", "张三")


def codes(user: User) -> set[str]:
    return set(Grid.objects.visible_to(User.objects.get(pk=user.pk)).values_list("code", flat=True))


def test_a_post_opens_its_subtree_and_nothing_else(grids, person):
    street.give_post(person, "community_head", grids[COMMUNITY])
    assert codes(person) == {COMMUNITY, GRID, MICRO, street.MICRO_EAST}


def test_a_post_that_ended_yesterday_gives_nothing_any_more(grids, person):
    today = timezone.localdate()
    street.give_post(person, "community_head", grids[COMMUNITY], ends_on=today)
    assert codes(person) == set()


def test_a_post_that_ends_tomorrow_still_counts_today(grids, person):
    street.give_post(person, "grid_leader", grids[GRID], ends_on=timezone.localdate() + timedelta(days=1))
    assert GRID in codes(person)


def test_a_post_that_begins_tomorrow_gives_nothing_yet(grids, person):
    street.give_post(person, "grid_leader", grids[GRID], since=timezone.localdate() + timedelta(days=1))
    assert codes(person) == set()


def test_two_posts_add_up(grids, person):
    street.give_post(person, "grid_leader", grids[GRID])
    street.give_post(person, "committee_member", grids[SISTER])
    assert codes(person) == {GRID, MICRO, street.MICRO_EAST, SISTER}


def test_a_capability_of_one_subtree_does_not_reach_into_another(grids, person):
    street.give_post(person, "operator", grids[STREET])
    street.give_post(person, "grid_worker", grids[OTHER_STREET])
    scope = scope_of(person)
    assert scope.can("incident.close", COMMUNITY)
    assert not scope.can("incident.close", OTHER_STREET)
    assert scope.can("grid.view", OTHER_STREET)


def test_a_department_sees_the_grids_it_serves_and_handles_for_itself(grids, person):
    office = street.make_organization(grids[STREET])
    street.give_post(person, "handler", office)
    assert STREET in codes(person)
    assert scope_of(person).organizations == {office.pk}
    assert not scope_of(person).can("incident.handle", COMMUNITY)


def test_prefixes_leave_out_what_lies_inside_another():
    scope = Scope(grants=tuple(Grant(code, frozenset({"grid.view"})) for code in (GRID, COMMUNITY, OTHER_STREET)))
    assert scope.prefixes("grid.view") == (OTHER_STREET, COMMUNITY)


def test_strangers_the_inactive_and_keyless_systems_see_nothing(grids, person):
    street.give_post(person, "operator", grids[STREET])
    person.is_active = False
    service = User.objects.create_service(username="robot", real_name="robot")
    assert scope_of(person) == scope_of(None) == scope_of(service) == NOTHING


def test_a_superuser_sees_every_grid(grids):
    assert len(codes(User.objects.create_superuser("root", real_name="root"))) == len(grids)


def test_organizations_compounds_and_posts_follow_the_same_scope(grids, person):
    head = street.give_post(person, "community_head", grids[COMMUNITY])
    mine, other = grids[GRID], grids[street.OTHER_GRID]
    for grid in (mine, other):
        Compound.objects.create(grid=grid, name="福民花园")
        street.make_organization(grid)
    assert {c.grid for c in Compound.objects.visible_to(person)} == {mine}
    assert {o.grid for o in Organization.objects.visible_to(person)} == {mine}
    assert set(Post.objects.visible_to(person)) == {head}


def test_the_scope_is_read_once_per_request(grids, person, django_assert_num_queries):
    street.give_post(person, "operator", grids[STREET])
    with django_assert_num_queries(1):
        scope_of(person)
        scope_of(person).can("incident.close")


@pytest.mark.django_db
def test_whoever_sees_everything_sees_it_beside_another_condition_too() -> None:
    street.make_grid("4101")
    everywhere = EVERYTHING.q("grid.view", "code")
    assert Grid.objects.filter(everywhere).count() == 1
    assert Grid.objects.filter(Q(name="elsewhere") | everywhere).count() == 1
    assert "WHERE" not in str(Grid.objects.filter(everywhere).query)
