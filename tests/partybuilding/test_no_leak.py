"""No personal value of members and residents appears on any page, in any answer, file or log of party work (law 11)."""

import io
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AccessEvent
from grid.sheets import write_csv
from partybuilding.members import sealed
from partybuilding.models import PartyMember
from tests.access_world import Endpoint, World, build_world
from tests.leaks import canaries_in, dump, leaks, log_everything, tables
from tests.partybuilding.member_world import build
from tests.street import GRID
from tests.test_access_matrix import Walker, ours

pytestmark = pytest.mark.django_db

CANARIES = {
    "member": "欧阳雀金丝",
    "phone": "13877776655",
    "contact": "尉迟雀银丝",
    "contact_phone": "13877771122",
    "resident": "诸葛雀铜丝",
    "resident_phone": "13877773344",
    "door": "9单元9999",
}


@pytest.fixture
def world() -> World:
    """The world of the access matrix with canaries on both sides of its border."""
    built = build_world()
    for side in (built.inside, built.outside):
        member, unit, order = side.party.member, side.party.unit, side.party.order
        member.name, member.phone = CANARIES["member"], CANARIES["phone"]
        sealed(member).save()
        unit.contact_name, unit.contact_phone = CANARIES["contact"], CANARIES["contact_phone"]
        unit.save()
        order.name, order.phone, order.door = (CANARIES[name] for name in ("resident", "resident_phone", "door"))
        order.save()
    return built


def of_party_work() -> list[Endpoint]:
    return [one for one in ours() if one.name.startswith(("partybuilding:", "api-party"))]


def about(*names: str) -> list[Endpoint]:
    return [one for one in of_party_work() if one.name in names]


# who edits everything, who sees masked, who acts for a unit, a system with every capability
@pytest.mark.parametrize("actor", ["partyofficer", "gridleader", "department", "key"])
def test_no_role_sees_a_personal_value_anywhere_in_party_work(world: World, actor: str):
    assert leaks(Walker(world, actor), of_party_work(), CANARIES) == []


def test_not_even_the_administrator_sees_one_in_the_administration(world: World):
    walker, party = Walker(world, "admin"), world.inside.party
    pages = [f"/admin/partybuilding/{model}/" for model in ("partymember", "householdlink", "reportin")]
    pages += [f"{pages[0]}{party.member.pk}/change/", f"{pages[1]}{party.link.pk}/change/"]
    found = {page: walker.visit("get", page, {}) for page in pages}
    assert {answer.status_code for answer in found.values()} == {200}
    assert [page for page, answer in found.items() if canaries_in(answer.body.decode(), CANARIES)] == []


def test_the_walk_would_notice_a_leak(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("partybuilding.members.mask_name", str)
    found = about("partybuilding:members", "partybuilding:member_excel", "api-party-member-list")
    assert [hit.rsplit(": ", 1)[1] for hit in leaks(Walker(world, "partyofficer"), found, CANARIES)] == [
        "['member']"
    ] * 3


def test_after_a_reveal_exactly_that_member_is_shown(world: World, client: Client):
    client.force_login(world.people["partyofficer"], backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("partybuilding:member_reveal", args=[world.inside.party.member.pk])
    assert canaries_in(client.post(url, {"purpose": ""}).content.decode(), CANARIES) == []
    shown = canaries_in(client.post(url, {"purpose": "通知开会"}).content.decode(), CANARIES)
    assert shown == ["member", "phone"]
    assert AccessEvent.objects.filter(action="reveal", object_type="party_member").count() == 1
    client.force_login(world.people["gridleader"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(url, {"purpose": "通知开会"}).status_code == 403


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All loggers, also every statement with its parameters."""
    yield from log_everything(caplog)


def test_neither_logs_nor_tables_hold_what_was_typed(client: Client, everything_logged: pytest.LogCaptureFixture):
    world = build()
    client.force_login(world.head)
    new = {"grid": GRID, "name": CANARIES["member"], "phone": CANARIES["phone"], "management": "direct"}
    for name in (f"{CANARIES['member']}\x00", CANARIES["member"], CANARIES["member"]):  # refused, taken, twice
        client.post(reverse("partybuilding:member_new"), {**new, "name": name})
    member = PartyMember.objects.latest("pk")
    for number in (CANARIES["phone"], f"{CANARIES['phone']}9"):
        client.post(reverse("partybuilding:member_search"), {"number": number})
    client.post(reverse("partybuilding:member_edit", args=[member.pk]), {**new, "version": 99})
    client.post(reverse("partybuilding:member_reveal", args=[member.pk]), {"purpose": "通知开会"})
    client.get(reverse("partybuilding:member_excel"))
    for way in ("直管", "不管"):  # taken, refused
        head = ["网格编码", "姓名", "手机号", "管理方式"]
        file = io.BytesIO(write_csv(head, [[GRID, f"{CANARIES['member']}二", CANARIES["phone"], way]]))
        file.name = "党员.csv"
        client.post(reverse("partybuilding:import_members"), {"file": file})
    assert "partybuilding_partymember" in everything_logged.text  # the statements are there …
    assert canaries_in(everything_logged.text, CANARIES) == []  # … without what they write
    assert {table: hit for table in tables() if (hit := canaries_in(dump(table), CANARIES))} == {}
