"""Who has done nothing this year, and that every number of the overview opens a list of as many rows."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partybuilding.filters.members import MemberFilter
from partybuilding.idle import idle_members, idle_organizations
from partybuilding.models import Activity, ActivityKind, PartyMember, PartyOrganization
from tests.partybuilding import org_world
from tests.partybuilding.org_world import OrgWorld

CALENDARS = ("coverage", "duty", "stars")
YEAR = timezone.localdate().year


@pytest.fixture
def org(db: None) -> OrgWorld:
    return org_world.build()


@pytest.fixture
def page(org: OrgWorld) -> Any:
    client = Client()
    client.force_login(org.people["partyofficer"])
    return client


def held(org: OrgWorld, party: PartyOrganization) -> Activity:
    now = timezone.now()
    times = {"starts_at": now, "ends_at": now + timedelta(hours=2), "at": now}
    place = {"grid": party.grid, "grid_code": party.grid_code, "party": party, "place": "广场"}
    who = {"by": org.people["partyofficer"], "kind": ActivityKind.objects.all()[0]}
    return Activity.objects.create(
        title="邻居节", level="community", status="held", attended=10, **times, **place, **who
    )


def test_a_member_of_whom_nothing_is_known_is_idle_until_a_contact_of_this_year(org: OrgWorld) -> None:
    member = org.member(org.branch)
    assert list(idle_members(PartyMember.objects.all(), YEAR)) == [member]
    assert list(MemberFilter({"idle": YEAR}, queryset=PartyMember.objects.all()).qs) == [member]


def test_members_are_found_by_an_organization_above_theirs(org: OrgWorld, page: Client) -> None:
    below, beside = org.member(org.group), org.member(org.work)
    found = page.get(reverse("partybuilding:members"), {"party": org.community.pk}).context["page"].rows
    assert below in found
    assert beside not in found


def test_a_held_activity_of_this_year_takes_grid_and_community_off_the_list(org: OrgWorld) -> None:
    rows = PartyOrganization.objects.all()
    assert {org.community, org.branch} <= set(idle_organizations(rows, YEAR))
    held(org, org.branch)
    assert not {org.community, org.branch} & set(idle_organizations(rows, YEAR))


def test_every_number_of_the_overview_opens_a_list_of_as_many(org: OrgWorld, page: Client) -> None:
    org.member(org.group)
    held(org, org.community)
    tiles = [tile for _part, found in page.get(reverse("partybuilding:overview")).context["sections"] for tile in found]
    assert len(tiles) > 25
    for tile in tiles:
        shown = page.get(tile.url)
        assert shown.status_code == 200, tile.url
        assert "grid=" in urlsplit(tile.url).query
        if tile.figure.page not in CALENDARS:
            assert len(shown.context["page"].rows) == tile.figure.value, tile.url
