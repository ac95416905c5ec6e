"""The list of party organizations read in: nothing half, every finding with its row."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from grid.importing.run import import_file
from grid.models import ImportRun
from partybuilding.models import PartyOrganization, PartyPost
from tests import street
from tests.partybuilding import org_world
from tests.partybuilding.org_world import NOW, OrgWorld

HEAD = "网格编码,组织名称,组织类型,上级组织,成立日期,书记（组长）姓名,书记（组长）账号,任职日期\n"
FILE = HEAD + (
    # the group stands before the branch that it belongs to
    f"{street.MICRO_EAST},二号楼党小组,楼栋党小组,第二网格党支部,,张小组,,2025-01-01\n"
    f"{street.GRID},第二网格党支部,网格党支部,建中街社区党委,2021-07-01,,gridleader,\n"
)


@pytest.fixture
def org(db: None) -> OrgWorld:
    return org_world.build()


def take(org: OrgWorld, text: str, who: str = "partyofficer", *, dry_run: bool = False) -> ImportRun:
    actor: Any = org.people[who]
    given: dict[str, Any] = {"kind": "party", "file_name": "x.csv", "options": {}, "dry_run": dry_run}
    return import_file(raw=text.encode(), actor=actor, now=NOW, **given)


def test_organizations_of_any_order_become_a_tree_with_their_heads(org: OrgWorld) -> None:
    done = take(org, FILE)
    assert (done.created, done.changed, done.errors) == (2, 0, 0)
    group = PartyOrganization.objects.get(organization__name="二号楼党小组")
    assert group.parent is not None
    assert group.parent.parent == org.community
    assert group.path == f"{group.parent.path}{group.pk:08d}"
    assert set(PartyPost.objects.values_list("title", "name")) == {("leader", "张小组"), ("secretary", "gridleader")}


def test_the_same_file_again_changes_nothing_and_a_dry_run_writes_nothing(org: OrgWorld) -> None:
    assert take(org, FILE, dry_run=True).created == 2
    assert PartyOrganization.objects.count() == 4
    take(org, FILE)
    again = take(org, FILE)
    assert (again.created, again.changed, again.warnings, again.errors) == (0, 0, 0, 0)


def test_nobody_is_moved_or_replaced_by_a_file(org: OrgWorld) -> None:
    take(org, FILE)
    other = HEAD + f"{street.GRID},第二网格党支部,网格党支部,建中街街道党工委,2020-01-01,李别人,,\n"
    done = take(org, other)
    assert (done.changed, done.warnings, {found["row"] for found in done.findings}) == (1, 2, {2})
    assert "李别人" not in str(done.findings)


@pytest.mark.parametrize(
    "line",
    [
        f"{street.OTHER_COMMUNITY},某党委,社区党委,,,,,",
        f"{street.GRID},某支部,奇怪,建中街社区党委,,,,",
        f"{street.GRID},某支部,网格党支部,没有的党委,,,,",
        f"{street.GRID},某党委,社区党委,建中街街道党工委,,,,",
        f"{street.GRID},某支部,网格党支部,建中街社区党委,昨天,,,",
        f"{street.GRID},某支部,网格党支部,建中街社区党委,,,nobody,",
    ],
)
def test_one_bad_row_and_nothing_is_written(org: OrgWorld, line: str) -> None:
    done = take(org, FILE + line + "\n")
    assert (done.errors, done.applied_at, done.findings[0]["row"]) == (1, None, 4)
    assert PartyOrganization.objects.count() == 4


def test_the_page_tries_first_and_then_imports(org: OrgWorld) -> None:
    client = Client()
    client.force_login(org.people["partyofficer"])
    file = SimpleUploadedFile("x.csv", FILE.encode())
    tried = client.post(reverse("partybuilding:import_party"), {"file": file})
    assert PartyOrganization.objects.count() == 4
    run = ImportRun.objects.get()
    assert client.get(tried["Location"]).context["can_apply"] is True
    client.post(reverse("partybuilding:import_party_apply"), {"run": run.pk})
    assert PartyOrganization.objects.count() == 6
    assert client.get(reverse("partybuilding:import_party_table")).status_code == 200
