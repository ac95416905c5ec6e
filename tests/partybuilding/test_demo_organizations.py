"""The party organizations of the demo street are as many as the press says."""

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from grid.demo.divisions import JIANZHONG, ZHENGTONG
from grid.models import Grid
from partybuilding import coverage, responsibility
from partybuilding.demo.organizations import SUNNY, build_organizations
from partybuilding.dictionaries import load_dictionaries
from partybuilding.models import CommunityProfile, PartyOrganization, PartyPost, StarAward
from tests.demo_street import build_demo_street


@pytest.mark.django_db
@time_machine.travel("2026-11-20 10:00+08:00", tick=False)
def test_the_tree_and_who_covers_it_have_the_numbers_of_the_press() -> None:
    load_dictionaries()
    build_demo_street()
    now = timezone.now()
    build_organizations(now)
    today, seen = timezone.localdate(now), PartyOrganization.objects.all()

    def of(code: str, kind: str) -> int:
        return seen.filter(grid_code__startswith=code, kind=kind).count()

    # 阳光花苑: 13 branches, 58 groups (2.30); 政通路: 12 courtyards, 30 leaders of groups (0.38)
    assert (of(SUNNY, "branch"), of(SUNNY, "group")) == (13, 58)
    assert of(ZHENGTONG, "branch") == 12
    leaders = PartyPost.objects.filter(party__grid_code__startswith=ZHENGTONG, title="leader")
    assert leaders.filter(party__buildings__isnull=False).count() == 30
    assert seen.filter(organization__name__contains="海一云商", grid__kind="dedicated").count() == 1
    # 13 cadres, 131 committee members, 1000 and some heads (0.21); five rungs (2.17)
    street = Grid.objects.get(code=JIANZHONG)
    found = responsibility.responsibility(street, today=today)
    assert (found.cadres, found.members, found.heads, found.vacant) == (13, 131, 1036, 0)
    assert all(rung.names for rung in responsibility.chain_of(street, seen, today=today))
    covered = coverage.cover(street, seen, today=today)
    assert (covered.total.communities.have, covered.total.communities.of) == (15, 15)
    assert (covered.total.grids.of, covered.total.micros.of) == (126, 581)
    assert 0 < len(covered.grids) < 10
    assert 0 < len(covered.headless) < 40
    tree = {party.pk: party for party in seen}
    assert all(
        party.path == f"{tree[party.parent_id].path if party.parent_id else ''}{party.pk:08d}"
        for party in tree.values()
    )
    assert CommunityProfile.objects.get(grid__code=f"{JIANZHONG}015").labels.filter(family="mode").count() == 4
    assert StarAward.objects.filter(result="won", year=2025).exists()
    assert User.objects.get(username="partyofficer").posts.get().kind == "party_officer"
