"""Units for systems, from files, and in the administration."""

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from grid.importing.run import import_file
from grid.models import ImportRun
from grid.sheets import write_csv
from partybuilding.importing.partners import COLUMNS, EXAMPLE
from partybuilding.models import PartnerKind, PartnerUnit, Resource, SupportKind
from partybuilding.stars import Delivered, NewClaim, claim, deliver
from tests import street
from tests.partybuilding import unit_world
from tests.partybuilding.unit_world import NOW, TODAY, UnitWorld

HEAD = [names[1] for names in COLUMNS.values()]
LINE = [
    street.COMMUNITY,
    "道成律所",
    "企业",
    "驻区单位、职能部门",
    "棉纺路",
    "法律",
    "张律师",
    "13712345679",
    "2026-01-01",
]
OFFER = ["法律讲座", "矛盾化解与法律服务", "每月一次", "6"]


@pytest.fixture
def world(db: None) -> UnitWorld:
    for name in ("驻区单位", "职能部门"):
        PartnerKind.objects.create(family="six", name=name)
    for name in ("矛盾化解与法律服务", "管道疏通与市政维修"):
        SupportKind.objects.create(name=name)
    return unit_world.build()


def run(world: UnitWorld, *lines: list[str], by: str = "partyofficer", dry_run: bool = False) -> ImportRun:
    given = {"kind": "partners", "file_name": "单位.csv", "raw": write_csv(HEAD, lines), "options": {}}
    return import_file(**given, dry_run=dry_run, actor=world.people[by], now=NOW)


def test_a_file_enters_units_with_their_resources_and_says_it_once(world):
    done = run(world, LINE + OFFER, [*LINE, "调解", *OFFER[1:]])
    unit = PartnerUnit.objects.get(organization__name="道成律所")
    assert (done.errors, done.created, unit.kinds.count()) == (0, 3, 2)
    assert list(Resource.objects.values_list("title", flat=True).order_by("id")) == ["法律讲座", "调解"]
    again = run(world, LINE + OFFER)
    assert (again.created, again.changed) == (0, 0)


def test_a_dry_run_writes_nothing_and_the_example_is_good(world):
    done = run(world, list(EXAMPLE[:1]) + list(EXAMPLE[1:]), dry_run=True)
    assert (done.errors, done.created) == (0, 2)
    assert not PartnerUnit.objects.filter(organization__name=EXAMPLE[1]).exists()


@pytest.mark.parametrize(
    ("column", "bad"),
    [(0, street.OTHER_COMMUNITY), (1, ""), (2, "神仙"), (3, "神仙"), (7, "123"), (8, "昨天"), (10, "神仙")],
)
def test_what_is_wrong_with_a_line_is_said_with_its_row_and_nothing_is_written(world, column, bad):
    line = LINE + OFFER
    line[column] = bad
    done = run(world, line)
    assert [found["row"] for found in done.findings] == [2]
    assert PartnerUnit.objects.count() == 2
    assert "13712345679" not in str(done.findings)


def test_a_known_unit_gets_what_is_new(world):
    run(world, LINE + [""] * 4)
    changed = [*LINE]
    changed[5], changed[6] = "法律、调解", ""
    done = run(world, changed + [""] * 4)
    unit = PartnerUnit.objects.get(organization__name="道成律所")
    assert (done.changed, unit.strengths, unit.contact_name) == (1, "法律、调解", "张律师")


def client_of(user) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_systems_read_units_masked_and_in_scope(world):
    client = client_of(world.people["partyofficer"])
    (row,) = client.get("/api/v1/party/units/").json()["results"]
    assert (row["name"], row["contact"]) == ("市政设施事务中心", "李** 136****5678")
    assert client.get(f"/api/v1/party/units/{world.other.pk}/").status_code == 404
    assert client.get("/api/v1/party/units/", {"colour": "red"}).status_code == 400
    assert len(client_of(world.hand).get("/api/v1/party/units/").json()["results"]) == 1


def test_a_unit_delivers_through_its_own_system(world):
    row = claim(
        NewClaim(world.unit, world.star, world.grids[street.COMMUNITY], 2026, "修路灯", unit_world.date(2026, 12, 31)),
        actor=world.hand,
        now=NOW,
    )
    client, sent = client_of(world.hand), {"on": "2026-11-01", "text": "修好三盏", "amount": 3}
    for _twice in range(2):
        answer = client.post(f"/api/v1/party/star-claims/{row.pk}/deliver/", sent, format="json")
    assert (answer.json()["status"], answer.json()["delivered"]) == ("delivering", 3)
    refused = client.post(f"/api/v1/party/star-claims/{row.pk}/deliver/", {**sent, "amount": 0}, format="json")
    assert refused.status_code == 400


def test_agreements_seats_and_alliances_leave_for_systems(world):
    world.agreement()
    client = client_of(world.people["partyofficer"])
    (row,) = client.get("/api/v1/party/agreements/").json()["results"]
    assert row["unit_name"] == "市政设施事务中心"
    for name in ("committee-seats", "alliances", "star-claims"):
        assert client.get(f"/api/v1/party/{name}/").json()["results"] == []
    assert client_of(world.people["operator"]).get("/api/v1/party/alliances/").status_code == 403


def test_the_administration_shows_units_masked(world, client: Client):
    claimed = claim(
        NewClaim(world.unit, world.star, world.grids[street.COMMUNITY], 2026, "修路灯", unit_world.date(2026, 12, 31)),
        actor=world.hand,
        now=NOW,
    )
    deliver(claimed, Delivered(TODAY, "一盏"), actor=world.hand, now=NOW)
    world.agreement()
    client.force_login(world.people["admin"])
    page = client.get(reverse("admin:partybuilding_partnerunit_changelist")).content.decode()
    assert "136****5678" in page
    assert "13612345678" not in page
    for model, pk in (("partnerunit", world.unit.pk), ("starclaim", claimed.pk)):
        answer = client.get(reverse(f"admin:partybuilding_{model}_change", args=[pk]))
        assert answer.status_code == 200
        assert "13612345678" not in answer.content.decode()
    for model in ("agreement", "alliance", "committeeseat", "partnerkind"):
        assert client.get(reverse(f"admin:partybuilding_{model}_changelist")).status_code == 200
