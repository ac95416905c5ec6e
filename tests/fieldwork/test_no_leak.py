"""No personal value appears on any page, in any answer, file or log without a recorded reveal (issue 5, law 11).

Names, phones and ID numbers of residents, reasons and health of people in care, phones of places: canaries are planted
in the sample objects, then every address is walked, and the files and the logs are searched for them.
"""

import io
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessEvent
from fieldwork.households import Door, add_person, register
from fieldwork.models import CareSubject, InspectedPlace, Resident
from fieldwork.people import sealed
from grid.sheets import write_csv
from tests import leaks as leaking
from tests.access_world import Endpoint, World, build_world
from tests.fieldwork.homes import build_homes
from tests.leaks import dump, log_everything, tables, text_of
from tests.test_access_matrix import Walker, ours

pytestmark = pytest.mark.django_db

CANARIES = {
    "name": "欧阳雀金丝",
    "phone": "13877776655",
    "id_number": "11010519491231002X",
    "reason": "肝移植术后独居",
    "health": "每日胰岛素四次",
    "shop": "13877779988",
}
MASKED = "138****6655"
ADMIN = [
    f"/admin/fieldwork/{model}/" for model in ("household", "caresubject", "carepromise", "inspectedplace", "visit")
]


def canaries_in(text: str) -> list[str]:
    """Which of ours the text holds."""
    return leaking.canaries_in(text, CANARIES)


def leaks(walker: Walker, found: list[Endpoint], *, post: bool = True) -> list[str]:
    """Every answer with a canary, for people."""
    return leaking.leaks(walker, found, CANARIES, post=post)


@pytest.fixture
def world() -> World:
    """The world of the access matrix with canaries on both sides of its border."""
    built = build_world()
    for side in (built.inside, built.outside):
        person: Resident = side.field.resident
        person.name, person.phone, person.id_number = (CANARIES[name] for name in ("name", "phone", "id_number"))
        sealed(person).save()
        for subject in CareSubject.objects.filter(grid_code=side.grid.code):
            subject.reason, subject.health = CANARIES["reason"], CANARIES["health"]
            subject.save(update_fields=["reason", "health"])
        InspectedPlace.objects.filter(pk=side.field.place.pk).update(phone=CANARIES["shop"])
    return built


def of_field_work() -> list[Endpoint]:
    return [one for one in ours() if one.name.startswith(("fieldwork:", "api-field"))]


# who sees most of field work, who sees it masked, who sees care without households, a system with every capability
@pytest.mark.parametrize("actor", ["shiftleader", "gridleader", "microleader", "cadre", "key"])
def test_no_role_sees_a_personal_value_anywhere_in_field_work(world: World, actor: str):
    assert leaks(Walker(world, actor), of_field_work()) == []


def test_not_even_the_administrator_sees_one_on_any_page_of_the_platform(world: World):
    walker = Walker(world, "admin")
    others = [one for one in ours() if one not in of_field_work()]
    assert leaks(walker, others, post=False) == []
    pages = [*ADMIN, *(f"{page}{pk}/change/" for page, pk in _rows(world))]
    assert [page for page in pages if canaries_in(text_of(walker.visit("get", page, {}).body))] == []


def _rows(world: World) -> list[tuple[str, int]]:
    field = world.inside.field
    return [(ADMIN[0], field.household.pk), (ADMIN[1], field.subject.pk), (ADMIN[3], field.place.pk)]


def test_the_walk_would_notice_a_leak(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fieldwork.people.mask_name", str)
    found = [one for one in of_field_work() if one.name in ("fieldwork:household", "fieldwork:household_excel")]
    assert [hit.rsplit(": ", 1)[1] for hit in leaks(Walker(world, "gridleader"), found)] == ["['name']", "['name']"]


def test_after_a_reveal_with_a_purpose_exactly_that_person_is_shown(world: World, client: Client):
    client.force_login(world.people["gridleader"], backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("fieldwork:resident_reveal", args=[world.inside.field.resident.pk])
    assert canaries_in(client.post(url, {"purpose": ""}).content.decode()) == []
    assert canaries_in(client.post(url, {"purpose": "通知体检"}).content.decode()) == ["name", "phone", "id_number"]
    assert AccessEvent.objects.filter(action="reveal", object_type="resident").count() == 1
    client.force_login(world.people["microleader"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(url, {"purpose": "通知体检"}).status_code == 403


# --- logs and tables ---


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """All loggers, also every statement with its parameters."""
    yield from log_everything(caplog)


def test_neither_logs_nor_tables_hold_what_was_typed(client: Client, everything_logged: pytest.LogCaptureFixture):
    homes = build_homes()
    client.force_login(homes.leader)
    now, person = timezone.now(), {name: CANARIES[name] for name in ("name", "phone", "id_number")}
    flat = register(homes.building, Door("1", "301"), actor=homes.leader, now=now)
    resident = add_person(flat, {**person, "is_head": True}, actor=homes.leader, now=now)
    new = reverse("fieldwork:resident_new", args=[flat.pk])
    client.post(new, {**person, "version": 1, "name": f"{CANARIES['name']}\x00"})  # refused
    client.post(new, {**person, "version": 1})  # a stale version
    client.post(reverse("fieldwork:household_search"), {"number": CANARIES["phone"]})
    client.post(reverse("fieldwork:household_search"), {"number": f"{CANARIES['phone']}9"})
    client.post(reverse("fieldwork:resident_reveal", args=[resident.pk]), {"purpose": "通知体检"})
    client.get(reverse("fieldwork:household_excel"))
    for number in (CANARIES["id_number"], f"{CANARIES['id_number'][:-1]}9"):  # taken, refused
        rows = [["福民花园", "1号楼", "1", "302", CANARIES["name"], CANARIES["phone"], number]]
        head = ["小区", "楼栋", "单元", "房号", "姓名", "手机号", "身份证号"]
        file = io.BytesIO(write_csv(head, rows))
        file.name = "住户.csv"
        client.post(reverse("fieldwork:import_households"), {"file": file})
    assert "fieldwork_resident" in everything_logged.text  # the statements are there …
    assert canaries_in(everything_logged.text) == []  # … without what they write
    assert {table: hit for table in tables() if (hit := canaries_in(dump(table)))} == {}


def test_what_is_masked_is_still_of_use(world: World, client: Client):
    client.force_login(world.people["gridleader"], backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("fieldwork:household", args=[world.inside.field.household.pk])).content.decode()
    assert MASKED in page
    assert "欧阳***" in page
