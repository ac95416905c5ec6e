"""Party organizations, posts, stars, profiles: the rules of writing them."""

from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from accounts.errors import DomainError, NotAllowed, NotNow, NotValid
from partybuilding import awards, organizations, posts, profiles
from partybuilding.models import Label, PartyOrganization, PartyPost, Star, StarAward
from tests import street
from tests.partybuilding import org_world
from tests.partybuilding.org_world import NOW, TODAY, OrgWorld


@pytest.fixture
def org(db: None) -> OrgWorld:
    return org_world.build()


def told(org: OrgWorld, who: str = "partyofficer") -> dict[str, Any]:
    return {"actor": org.people[who], "now": NOW}


def test_a_path_ends_with_the_own_key_and_begins_with_that_above(org: OrgWorld) -> None:
    assert org.group.path == f"{org.branch.path}{org.group.pk:08d}"
    assert len(org.work.path) == 8


@pytest.mark.parametrize(
    ("kind", "code", "above", "field"),
    [
        ("community", street.GRID, "work", "grid"),
        ("branch", street.GRID, "group", "parent"),
        ("branch", street.GRID, None, "parent"),
        ("dedicated", street.GRID, "work", "grid"),
        ("branch", street.OTHER_GRID, "community", "parent"),
    ],
)
def test_an_organization_stands_in_a_grid_of_its_level_below_one_that_can_be_above(
    org: OrgWorld, kind: str, code: str, above: str | None, field: str
) -> None:
    org.people["partyofficer"] = org.people["admin"]
    with pytest.raises(NotValid) as wrong:
        org.found("某支部", kind, code, getattr(org, above) if above else None)
    assert field in wrong.value.fields


def test_a_name_stands_once_in_a_grid(org: OrgWorld) -> None:
    with pytest.raises(NotNow):
        org.found("第一网格党支部", "branch", street.GRID, org.community)


def test_a_community_head_founds_in_her_own_grids_only(org: OrgWorld) -> None:
    org.people["partyofficer"] = org.people["community"]
    assert org.found("第二支部", "branch", street.GRID, org.community).grid_code == street.GRID
    with pytest.raises(NotAllowed):
        org.found("别家", "community", street.SISTER, org.work)


def test_a_move_takes_the_whole_subtree_along(org: OrgWorld) -> None:
    joint = org.found("另一党委", "community", street.COMMUNITY, org.work)
    moved = organizations.move(org.branch, joint, version=org.branch.version, **told(org))
    org.group.refresh_from_db()
    assert (moved.parent, moved.path) == (joint, f"{joint.path}{org.branch.pk:08d}")
    assert org.group.path == f"{moved.path}{org.group.pk:08d}"
    assert (org.group.parent_id, org.group.version) == (org.branch.pk, 2)


def test_nothing_stands_below_itself_and_an_old_page_changes_nothing(org: OrgWorld) -> None:
    with pytest.raises(NotValid):
        organizations.move(org.community, org.branch, version=None, **told(org))
    with pytest.raises(NotNow):
        organizations.move(org.branch, org.work, version=7, **told(org))
    org.branch.refresh_from_db()
    assert org.branch.parent == org.community


def test_an_organization_ends_only_when_nothing_is_left_in_it(org: OrgWorld) -> None:
    with pytest.raises(NotNow):
        organizations.end(org.branch, on=TODAY, version=None, **told(org))
    member = org.member(org.group)
    with pytest.raises(NotNow):
        organizations.end(org.group, on=TODAY, version=None, **told(org))
    member.delete()
    post = posts.appoint(
        org.group, title="leader", name="赵六", user=None, since=TODAY - timedelta(days=9), **told(org)
    )
    ended = organizations.end(org.group, on=TODAY, version=None, **told(org))
    post.refresh_from_db()
    assert (ended.ended_on, post.until) == (TODAY, TODAY)
    with pytest.raises(NotNow):
        organizations.end(org.group, on=TODAY, version=None, **told(org))


def test_one_leads_and_the_plan_says_which_posts_are_empty(org: OrgWorld) -> None:
    user = org.people["gridleader"]
    posts.appoint(org.branch, title="secretary", name="", user=user, since=TODAY, **told(org))
    with pytest.raises(NotNow):
        posts.appoint(org.branch, title="secretary", name="别人", user=None, since=TODAY, **told(org))
    missing = {(one.title, one.missing) for one in posts.unfilled([org.branch], today=TODAY)}
    assert missing == {("organizer", 1), ("publicity", 1)}
    alone = posts.without_head(PartyOrganization.objects.all(), today=TODAY)
    assert set(alone) == {org.work, org.community, org.group}


def test_a_post_ends_once_and_after_its_beginning(org: OrgWorld) -> None:
    post = posts.appoint(org.branch, title="secretary", name="赵六", user=None, since=date(2025, 1, 1), **told(org))
    with pytest.raises(NotValid):
        posts.end_post(post, on=date(2025, 1, 1), **told(org))
    assert posts.end_post(post, on=TODAY, **told(org)).until == TODAY
    with pytest.raises(NotNow):
        posts.end_post(post, on=TODAY, **told(org))


def test_a_star_is_put_forward_once_and_won_by_the_street(org: OrgWorld) -> None:
    star = Star.objects.first()
    assert star is not None
    award = awards.recommend(org.branch, star, year=2026, text="组织生活规范", **told(org, "community"))
    with pytest.raises(NotNow):
        awards.recommend(org.branch, star, year=2026, text="", **told(org))
    with pytest.raises(NotAllowed):
        awards.decide(award, "won", text="", **told(org, "community"))
    assert awards.decide(award, "won", text="", **told(org)).text == "组织生活规范"
    with pytest.raises(NotNow):
        awards.decide(award, "won", text="", **told(org))
    with pytest.raises(NotValid):
        awards.decide(award, "lost", text="", **told(org))
    assert StarAward.objects.get().result == "won"


def test_a_profile_is_made_once_and_an_old_page_changes_nothing(org: OrgWorld) -> None:
    profile = profiles.make(org.grids[street.COMMUNITY], actor=org.people["community"])
    with pytest.raises(NotNow):
        profiles.make(org.grids[street.COMMUNITY], actor=org.people["community"])
    label = Label.objects.get(name="信托治理")
    given = {"brand": "品牌", "text": "", "labels": [label]}
    assert profiles.edit(profile, **given, version=1, **told(org)).version == 2  # type: ignore[arg-type]
    with pytest.raises(NotNow):
        profiles.edit(profile, **given, version=1, **told(org))  # type: ignore[arg-type]


@pytest.mark.django_db(transaction=True)
def test_of_two_moves_at_once_one_wins_and_the_path_is_its_own() -> None:
    org = org_world.build()
    first = org.found("甲联合支部", "joint", street.COMMUNITY, org.community)
    second = org.found("乙党委", "community", street.COMMUNITY, org.work)
    start, said = Barrier(2), []

    def move(party: PartyOrganization, parent: PartyOrganization) -> None:
        start.wait()
        try:
            organizations.move(party, parent, version=party.version, **told(org))
            said.append("moved")
        except DomainError:
            said.append("refused")
        finally:
            connection.close()

    pairs = [(first, second), (first, org.work)]
    threads = [Thread(target=move, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["moved", "refused"]
    first.refresh_from_db()
    assert first.parent is not None
    assert first.path == f"{first.parent.path}{first.pk:08d}"
    assert PartyPost.objects.count() == 0
