"""No personal value of volunteers and guardians appears on any page, in any answer, file or log (law 11)."""

import io
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from grid.models import Grid
from grid.sheets import write_csv
from tests.access_world import Endpoint, World, build_world
from tests.leaks import canaries_in, dump, leaks, log_everything, tables
from tests.street import GRID
from tests.test_access_matrix import Walker, ours
from volunteers.models import Volunteer, Wish
from volunteers.people_secrets import sealed

pytestmark = pytest.mark.django_db

CANARIES = {
    "name": "欧阳雀金丝",
    "phone": "13877776655",
    "guardian": "尉迟雀银丝",
    "guardian_phone": "13877771122",
    "wisher": "诸葛雀铜丝",
    "wisher_phone": "13877773344",
    "door": "9单元9999",
    "remark": "雀舌耳背",
}


@pytest.fixture
def world() -> World:
    """The world of the access matrix with canaries on both sides of its border."""
    built = build_world()
    for side in (built.inside, built.outside):
        row = side.volunteering.volunteer
        row.name, row.phone = CANARIES["name"], CANARIES["phone"]
        row.guardian_name, row.guardian_phone = CANARIES["guardian"], CANARIES["guardian_phone"]
        row.is_minor = True  # one phone on both sides
        row.guardian_agreed_on, row.birth_year = row.at.date(), 2012
        sealed(row).save()
        for wish in (side.volunteering.wish, side.volunteering.published):
            wish.name, wish.phone = CANARIES["wisher"], CANARIES["wisher_phone"]
            wish.door, wish.remark = CANARIES["door"], CANARIES["remark"]
            wish.save()
    return built


PAPERS = ("volunteers:certificate_print",)
"""What certifies somebody names her; whoever opens it is recorded (tests/volunteers/test_certificates.py)."""


def of_volunteers() -> list[Endpoint]:
    ways = [one for one in ours() if one.name.startswith(("volunteers:", "api-volunteer"))]
    return [one for one in ways if one.name not in PAPERS]


# who approves, who sees masked, who acts for a unit, a system with every capability
@pytest.mark.parametrize("actor", ["community", "gridleader", "department", "key"])
def test_no_role_sees_a_personal_value_anywhere_in_the_work_of_volunteers(world: World, actor: str):
    assert leaks(Walker(world, actor), of_volunteers(), CANARIES) == []


def test_not_even_the_administrator_sees_one_in_the_administration(world: World):
    walker, row = Walker(world, "admin"), world.inside.volunteering.volunteer
    pages = [f"/admin/volunteers/{model}/" for model in ("volunteer", "team", "wish")]
    pages += [f"{pages[0]}{row.pk}/change/", f"{pages[2]}{world.inside.volunteering.wish.pk}/change/"]
    found = {page: walker.visit("get", page, {}) for page in pages}
    assert {answer.status_code for answer in found.values()} == {200}
    assert [page for page, answer in found.items() if canaries_in(answer.body.decode(), CANARIES)] == []


def test_the_walk_would_notice_a_leak(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("volunteers.standing.mask_name", str)
    names = ("volunteers:volunteers", "volunteers:volunteer_excel", "api-volunteer-volunteer-list")
    found = [one for one in of_volunteers() if one.name in names]
    hits = leaks(Walker(world, "community"), found, CANARIES)
    assert [hit.rsplit(": ", 1)[1] for hit in hits] == ["['name']"] * 3


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All loggers, also every statement with its parameters."""
    yield from log_everything(caplog)


def test_neither_logs_nor_tables_hold_what_was_typed(
    world: World, client: Client, everything_logged: pytest.LogCaptureFixture
):
    client.force_login(world.people["community"], backend="django.contrib.auth.backends.ModelBackend")
    name, phone = f"{CANARIES['name']}二", CANARIES["phone"]
    new = {"grid": GRID, "name": name, "phone": phone, "birth_year": "1960", "consent": "on"}
    for one in (f"{name}\x00", name, name):  # refused, taken, twice
        client.post(reverse("volunteers:volunteer_new"), {**new, "name": one})
    row = Volunteer.objects.latest("pk")
    assert row.name == name
    for number in (phone, f"{phone}9"):
        client.post(reverse("volunteers:volunteer_search"), {"number": number})
    client.post(reverse("volunteers:volunteer_edit", args=[row.pk]), {**new, "version": 99})
    client.post(reverse("volunteers:volunteer_reveal", args=[row.pk]), {"purpose": "通知集合"})
    client.get(reverse("volunteers:volunteer_excel"))
    for year in ("1960", "2015"):  # taken, refused
        file = io.BytesIO(
            write_csv(["网格编码", "姓名", "手机号", "出生年份", "本人同意"], [[GRID, name, phone, year, "是"]])
        )
        file.name = "志愿者.csv"
        client.post(reverse("volunteers:import_volunteers"), {"file": file})
    assert "volunteers_volunteer" in everything_logged.text  # the statements are there …
    assert canaries_in(everything_logged.text, CANARIES) == []  # … without what they write
    assert {table: hit for table in tables() if (hit := canaries_in(dump(table), CANARIES))} == {}


def test_neither_logs_nor_tables_hold_who_wished(
    world: World, client: Client, everything_logged: pytest.LogCaptureFixture
):
    client.force_login(world.people["community"], backend="django.contrib.auth.backends.ModelBackend")
    kind = world.inside.volunteering.wish.kind_id
    new = {
        "grid": Grid.objects.get(code=GRID).pk,
        "title": "两张相框",
        "kind": kind,
        "slots": "1",
        "source": "form",
        "name": CANARIES["wisher"],
    }
    new |= {"phone": CANARIES["wisher_phone"], "door": CANARIES["door"], "remark": CANARIES["remark"]}
    for text in (f"找{CANARIES['wisher']}", "自己下不了楼", "自己下不了楼"):  # refused, taken, twice
        client.post(reverse("volunteers:wish_new"), {**new, "text": text})
    wish = Wish.objects.filter(title="两张相框").latest("pk")
    client.post(reverse("volunteers:wish_edit", args=[wish.pk]), {**new, "version": 1, "remark": f"{new['remark']}！"})
    shown = client.post(reverse("volunteers:wish_reveal", args=[wish.pk]), {"purpose": "核实心愿"}).content.decode()
    assert canaries_in(shown, CANARIES) == ["wisher", "wisher_phone", "door", "remark"]
    client.post(reverse("volunteers:wish_step", args=[wish.pk, "verify"]), {"text": "电话", "version": 99})
    assert "volunteers_wish" in everything_logged.text
    assert canaries_in(everything_logged.text, CANARIES) == []
    assert {table: hit for table in tables() if (hit := canaries_in(dump(table), CANARIES))} == {}
