"""Pages of party organizations: the tree, coverage, responsibility, overview; what they count and what they cost."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import AccessEvent
from grid.models import Building, Compound, Grid
from grid.posts import PostKind
from grid.sheets import read_table
from partybuilding import coverage, org_tree, posts, responsibility
from partybuilding.models import PartyOrganization, PartyPost
from tests import street
from tests.partybuilding import org_world
from tests.partybuilding.org_world import NOW, TODAY, OrgWorld


@pytest.fixture
def org(db: None) -> OrgWorld:
    return org_world.build()


def signed(org: OrgWorld, who: str = "partyofficer") -> Client:
    client = Client()
    client.force_login(org.people[who])
    return client


def get(client: Client, name: str, *args: Any, query: str = "") -> Any:
    return client.get(reverse(f"partybuilding:{name}", args=args) + query)


def queries_of(client: Client, name: str, query: str = "") -> int:
    with CaptureQueriesContext(connection) as found:
        assert get(client, name, query=query).status_code == 200
    return len(found)


def test_the_tree_counts_whole_subtrees(org: OrgWorld) -> None:
    org.member(org.group)
    org.member(org.branch)
    org.member(org.branch, left_on=TODAY)
    page = get(signed(org), "organizations")
    (node,) = page.context["nodes"]
    assert page.context["top"].party == org.work
    assert (node.party, node.branches, node.groups, node.members) == (org.community, 1, 1, 2)


def test_a_level_is_opened_by_itself_and_a_stranger_s_is_not_there(org: OrgWorld) -> None:
    part = get(signed(org), "organizations", query=f"?under={org.community.pk}&part=1")
    assert "第一网格党支部" in part.content.decode()
    assert "<html" not in part.content.decode()
    org.people["partyofficer"] = org.people["admin"]
    far = org.found("铭功路街道党工委", "work", street.OTHER_STREET, None)
    assert get(signed(org, "community"), "organizations", query=f"?under={far.pk}").status_code == 404


def test_a_grid_leader_sees_her_branch_and_those_above_not_those_beside(org: OrgWorld) -> None:
    beside = org.found("交通路社区党委", "community", street.SISTER, org.work)
    seen = set(PartyOrganization.objects.visible_to(org.people["gridleader"]))
    assert seen == {org.work, org.community, org.branch, org.group}
    assert get(signed(org, "gridleader"), "organization", beside.pk).status_code == 404


@pytest.mark.parametrize("name", ["organizations", "coverage", "responsibility", "overview", "awards", "profiles"])
def test_a_longer_tree_costs_no_more_queries(org: OrgWorld, name: str) -> None:
    client = signed(org)
    get(client, name)
    before = queries_of(client, name)
    for n in range(6):
        branch = org.found(f"第{n + 2}支部", "branch", street.GRID, org.community)
        org.found(f"{n}号小组", "group", street.MICRO_EAST, branch)
    assert queries_of(client, name) == before


def test_a_list_of_found_organizations_costs_no_more_queries(org: OrgWorld) -> None:
    client = signed(org)
    query = "?kind=branch&headless=true"
    get(client, "organizations", query=query)
    before = queries_of(client, "organizations", query)
    for n in range(6):
        org.found(f"第{n + 2}支部", "branch", street.GRID, org.community)
    assert queries_of(client, "organizations", query) == before


def test_the_coverage_says_which_grids_have_no_organization(org: OrgWorld) -> None:
    found = coverage.cover(org.grids[street.STREET], PartyOrganization.objects.all(), today=TODAY)
    total = found.total
    assert [grid.code for grid in found.grids] == [street.SISTER]
    assert (total.communities.have, total.communities.of) == (1, 2)
    assert (total.micros.have, total.micros.of, total.grids.missing) == (1, 2, 0)
    assert (total.heads.have, len(found.headless)) == (0, 4)
    assert total.posts.missing == 5 + 5 + 3 + 1
    mine = next(one for one in found.parts if one.grid.code == street.COMMUNITY)
    assert (mine.organizations, mine.branches, mine.groups) == (3, 1, 1)


def test_a_head_and_a_new_committee_close_the_gap_on_the_page(org: OrgWorld) -> None:
    client = signed(org)
    url = reverse("partybuilding:organization_new") + f"?under={org.work.pk}&grid={street.SISTER}"
    assert client.get(url).context["form"].initial == {"grid": street.SISTER, "kind": "community"}
    made = client.post(url, {"grid": street.SISTER, "kind": "community", "name": "交通路社区党委"})
    assert made.status_code == 302
    client.post(f"{made.url}posts/", {"title": "secretary", "person": "community", "since": "2026-01-01"})
    assert PartyPost.objects.get().user == org.people["community"]
    assert get(client, "coverage").context["found"].grids == []


def test_a_refused_form_keeps_what_was_typed(org: OrgWorld) -> None:
    client = signed(org)
    answer = client.post(
        reverse("partybuilding:organization_edit", args=[org.branch.pk]),
        {"name": "改了名的支部", "founded_on": "", "version": "9"},
    )
    assert answer.status_code == 422
    assert "改了名的支部" in answer.content.decode()


def test_a_move_on_the_page_offers_only_what_can_be_above(org: OrgWorld) -> None:
    page = get(signed(org), "organization_move", org.branch.pk)
    assert set(page.context["form"].fields["parent"].queryset) == {org.work}
    assert get(signed(org, "gridleader"), "organization_move", org.branch.pk).status_code == 403


def test_who_covers_what_counts_people_and_vacancies(org: OrgWorld) -> None:
    grid = org.grids[street.GRID]
    compound = Compound.objects.create(grid=grid, name="福民花园")
    buildings = [Building.objects.create(compound=compound, grid=grid, name=f"{n}号楼") for n in (1, 2)]
    head = street.make_person("head1")
    street.give_post(head, PostKind.BUILDING_HEAD, grid, building=buildings[0])
    street.give_post(street.make_person("member1"), PostKind.COMMITTEE_MEMBER, grid)
    found = responsibility.responsibility(org.grids[street.STREET], today=TODAY)
    assert (found.cadres, found.members, found.heads, found.vacant) == (1, 1, 1, 1)
    assert (found.grids_covered, found.grids, found.buildings_covered, found.buildings) == (1, 1, 1, 2)
    page = get(signed(org), "responsibility", query=f"?grid={street.GRID}")
    assert [door.heads for door in page.context["doors"]] == [["head1"], []]


def test_the_chain_has_five_rungs_with_names(org: OrgWorld) -> None:
    boss = street.make_person("boss", "于书记")
    street.give_post(boss, PostKind.STREET_SECRETARY, org.grids[street.STREET])
    told: dict[str, Any] = {"actor": org.people["partyofficer"], "now": NOW}
    posts.appoint(org.community, title="secretary", name="石书记", user=None, since=TODAY, **told)
    seen = PartyOrganization.objects.all()
    rungs = responsibility.chain_of(org.grids[street.COMMUNITY], seen, today=TODAY)
    assert [rung.names for rung in rungs] == [["于书记"], [], ["partyofficer"], ["石书记"], ["gridleader"]]


def test_the_workbook_of_organizations_is_recorded(org: OrgWorld) -> None:
    answer = get(signed(org), "organizations_excel", query="?kind=branch")
    rows = read_table(answer.content, "x.xlsx")
    assert [next(iter(row.values())) for row in rows] == ["第一网格党支部"]
    assert AccessEvent.objects.filter(action="export", object_type="party organizations").count() == 1
    assert get(signed(org), "coverage_excel").status_code == 200
    assert get(signed(org), "responsibility_excel").status_code == 200


def test_every_number_of_the_overview_opens_a_list(org: OrgWorld) -> None:
    client = signed(org)
    page = get(client, "overview")
    tiles = [tile for _part, found in page.context["sections"] for tile in found]
    assert [tile.figure.label for tile in tiles if not tile.url] == []
    assert {client.get(tile.url).status_code for tile in tiles} == {200}


def test_systems_read_and_found_organizations(org: OrgWorld) -> None:
    client = APIClient()
    client.force_login(org.people["partyofficer"])
    new = {"name": "交通路社区党委", "kind": "community", "grid": street.SISTER, "parent": org.work.pk}
    made = client.post("/api/v1/party/organizations/", new, format="json")
    assert (made.status_code, made.data["posts"]) == (201, [])
    assert client.post("/api/v1/party/organizations/", new, format="json").status_code == 409
    assert client.post("/api/v1/party/organizations/", {**new, "odd": 1}, format="json").status_code == 400
    found = client.get(f"/api/v1/party/organizations/coverage/?grid={street.STREET}")
    assert found.data[0]["communities"] == {"have": 2, "of": 2}
    assert client.get(f"/api/v1/party/organizations/coverage/?grid={street.OTHER_STREET}").status_code == 400


def test_a_thousand_organizations_are_counted_with_two_queries(org: OrgWorld) -> None:
    many = _many(org, 1000)  # script/bench has 10,000
    seen = PartyOrganization.objects.visible_to(org.people["partyofficer"])
    with CaptureQueriesContext(connection) as found:
        (node,) = org_tree.nodes([org.work], seen, org_tree.seen_members(org.people["partyofficer"]))
    assert (node.groups, len(found)) == (many + 1, 2)


def _many(org: OrgWorld, number: int) -> int:
    grid = Grid.objects.get(code=street.MICRO)
    bodies = grid.organizations.model.objects.bulk_create(
        grid.organizations.model(grid=grid, kind="party", code=f"m{n}", name=f"小组{n}") for n in range(number)
    )
    parties = PartyOrganization.objects.bulk_create(
        PartyOrganization(organization=body, kind="group", parent=org.branch, grid=grid, grid_code=grid.code)
        for body in bodies
    )
    for party in parties:
        party.path = f"{org.branch.path}{party.pk:08d}"
    PartyOrganization.objects.bulk_update(parties, ["path"], batch_size=2000)
    return number
