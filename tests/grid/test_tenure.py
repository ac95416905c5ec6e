"""Posts and absences."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent, User
from grid.leaders import leader_chain
from grid.models import Absence, Post
from grid.tenure import appoint, end_absence, end_post, mark_absent
from tests import street
from tests.street import GRID, OTHER_GRID

TODAY = timezone.localdate()


@pytest.fixture
def li(db):
    return street.make_person("li", "李四")


def lead(user, grid, editor, **more):
    values = {"kind": "grid_leader", "starts_on": TODAY, "actor": editor}
    return appoint(user=user, grid=grid, **values | more)


def test_an_appointed_leader_is_in_charge_at_once(grids, editor, li, now):
    lead(li, grids[GRID], editor)
    assert leader_chain(GRID, now=now)[0].user == li


def test_a_second_leader_is_told_who_leads_and_since_when(grids, editor, li):
    lead(li, grids[GRID], editor, starts_on=date(2026, 1, 1))
    with pytest.raises(NotNow, match=r"李四.*2026-01-01"):
        lead(street.make_person("wang"), grids[GRID], editor)


def test_the_database_itself_allows_one_leader_at_a_time(grids, li):
    street.give_post(li, "grid_leader", grids[GRID])
    with pytest.raises(IntegrityError, match="post_one_leader_per_grid"), transaction.atomic():
        street.give_post(street.make_person("wang"), "community_head", grids[GRID])


def test_a_leader_may_follow_on_the_day_the_other_ends(grids, editor, li):
    first = lead(li, grids[GRID], editor, starts_on=date(2026, 1, 1))
    end_post(first, ends_on=TODAY, actor=editor)
    lead(street.make_person("wang"), grids[GRID], editor)
    assert Post.objects.filter(grid=grids[GRID]).leading().count() == 2


def test_a_grid_may_have_many_workers(grids, editor, li):
    for person in (li, street.make_person("wang")):
        lead(person, grids[GRID], editor, kind="grid_worker")


def test_the_same_post_is_not_given_twice(grids, editor, li):
    lead(li, grids[GRID], editor, kind="grid_worker")
    with pytest.raises(NotNow):
        lead(li, grids[GRID], editor, kind="grid_worker")


def test_posts_are_given_where_they_belong(grids, editor, li):
    with pytest.raises(NotValid):
        lead(li, grids[GRID], editor, kind="handler")
    with pytest.raises(NotValid):
        lead(li, None, editor)
    office = street.make_organization(grids[street.STREET])
    assert appoint(user=li, kind="handler", organization=office, starts_on=TODAY, actor=editor).organization == office


def test_rights_are_given_only_inside_the_own_subtree_and_never_to_oneself(grids, editor, li):
    with pytest.raises(NotAllowed):
        lead(li, grids[OTHER_GRID], editor)
    with pytest.raises(NotAllowed):
        lead(editor, grids[GRID], editor)


def test_systems_and_closed_accounts_hold_no_posts(grids, editor, li):
    li.is_active = False
    for user in (li, User.objects.create_service(username="robot", real_name="robot")):
        with pytest.raises(NotValid):
            lead(user, grids[GRID], editor)


def test_a_post_ends_once_and_after_it_began(grids, editor, li):
    post = lead(li, grids[GRID], editor)
    with pytest.raises(NotValid):
        end_post(post, ends_on=TODAY, actor=editor)
    end_post(post, ends_on=TODAY + timedelta(days=1), actor=editor)
    with pytest.raises(NotNow):
        end_post(post, ends_on=TODAY + timedelta(days=2), actor=editor)


def test_an_absence_is_noted_by_oneself_or_by_an_editor_of_the_place(grids, editor, li, now, soon):
    lead(li, grids[GRID], editor)
    values = {"starts_at": now, "ends_at": soon, "reason": "培训"}
    for actor in (li, editor):
        mark_absent(user=li, actor=actor, **values)
    with pytest.raises(NotAllowed):
        mark_absent(user=li, actor=street.make_person("stranger"), **values)
    with pytest.raises(NotValid):
        mark_absent(user=li, actor=li, starts_at=soon, ends_at=now, reason="")


def test_who_comes_back_early_is_there_again(grids, editor, li, now, soon):
    lead(li, grids[GRID], editor)
    absence = mark_absent(user=li, actor=li, starts_at=now, ends_at=soon, reason="")
    later = now + timedelta(hours=1)
    end_absence(absence, now=later, actor=editor)
    assert leader_chain(GRID, now=later)[0].available
    end_absence(Absence.objects.create(user=li, starts_at=soon, ends_at=soon + timedelta(1)), now=now, actor=li)
    assert Absence.objects.count() == 1


def test_who_gave_and_ended_a_post_is_kept(grids, editor, li):
    post = lead(li, grids[GRID], editor)
    end_post(post, ends_on=TODAY + timedelta(days=1), actor=editor)
    kept = AccessEvent.objects.filter(action="post", object_type="grid.post", object_id=str(post.pk)).order_by("pk")
    assert [(event.actor, event.fields.split(":")[0]) for event in kept] == [(editor, "given"), (editor, "ended")]
    assert all(f"li, grid_leader, {GRID}" in event.fields for event in kept)
