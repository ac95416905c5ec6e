"""The register of households: doors, people, what is sealed, who may see and change what."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent
from accounts.searches import SEARCHES
from fieldwork import households, people
from fieldwork.board import building_board, floor_of
from fieldwork.demo.households import build_households
from fieldwork.models import CareColour, CareSubject, FieldStep, Household, PopulationTag, Resident
from fieldwork.people import find_people, masked, reveal_resident
from grid.models import Building
from tests.fieldwork.homes import ID_NUMBER, NAME, PHONE, Homes, build_homes, posted
from tests.street import MICRO, OTHER_GRID, STREET

pytestmark = pytest.mark.django_db


@pytest.fixture
def homes() -> Homes:
    return build_homes()


def add(homes: Homes, **given: object) -> Resident:
    return households.add_person(homes.household, given, actor=homes.leader, now=timezone.now())


# --- doors and people ---


@pytest.mark.parametrize(("unit", "room"), [("1单元", "101"), ("１ 单元", "101 室"), ("1", "１０１")])
def test_one_door_is_registered_once_however_it_is_spelt(homes: Homes, unit: str, room: str):
    with pytest.raises(NotValid) as refused:
        households.register(homes.building, households.Door(unit, room), actor=homes.leader, now=timezone.now())
    assert list(refused.value.fields) == ["room"]


def test_only_household_edit_on_that_grid_registers_a_door(homes: Homes):
    door = households.Door("1", "102")
    for actor, building in ((homes.micro, homes.building), (homes.leader, homes.elsewhere)):
        with pytest.raises(NotAllowed):
            households.register(building, door, actor=actor, now=timezone.now())


def test_what_is_personal_lies_sealed_in_the_database(homes: Homes):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM fieldwork_resident")
        stored = str(cursor.fetchall())
    assert not [word for word in (NAME, PHONE, ID_NUMBER) if word in stored]
    assert stored.count("v1:") == 3


def test_the_id_number_tells_year_and_sex(homes: Homes):
    assert (homes.head.birth_year, homes.head.sex) == (1949, "f")


def test_a_wrong_id_number_or_phone_is_named(homes: Homes):
    with pytest.raises(NotValid) as refused:
        add(homes, name="甲", phone="1381234", id_number="110105194912310021", birth_year=1800)
    assert set(refused.value.fields) == {"phone", "id_number", "birth_year"}


def test_a_new_head_takes_the_place_of_the_old_one(homes: Homes):
    new = add(homes, name="新户主", is_head=True)
    assert list(homes.household.residents.filter(is_head=True)) == [new]


def test_the_database_itself_allows_one_head(homes: Homes):
    with pytest.raises(IntegrityError), transaction.atomic():
        Resident.objects.create(household=homes.household, name="乙", is_head=True)


def test_the_same_id_number_twice_in_a_household_is_refused(homes: Homes):
    with pytest.raises(NotValid) as refused:
        add(homes, name="又一个", id_number=ID_NUMBER.lower())
    assert list(refused.value.fields) == ["id_number"]


def test_a_form_of_an_older_version_is_refused(homes: Homes):
    old = homes.household.version
    households.edit(homes.household, actor=homes.leader, now=timezone.now(), version=old, tenure="rented")
    with pytest.raises(NotNow):
        households.edit(homes.household, actor=homes.leader, now=timezone.now(), version=old, tenure="empty")
    assert Household.objects.get(pk=homes.household.pk).tenure == "rented"


def test_the_history_names_fields_and_never_values(homes: Homes):
    households.edit_person(homes.head, {"phone": "13900001111"}, actor=homes.leader, now=timezone.now())
    assert FieldStep.objects.filter(subject="household").latest("id").text == "phone"
    assert "13900001111" not in str(list(FieldStep.objects.values()))
    assert people.find_people("13900001111", actor=homes.leader, now=timezone.now()) == [homes.head]


def test_who_has_moved_out_stays_on_record_but_is_no_head(homes: Homes):
    today = timezone.localdate()
    gone = households.move_out(homes.head, today, actor=homes.leader, now=timezone.now())
    assert (gone.moved_out_on, gone.is_head) == (today, False)
    with pytest.raises(NotNow):
        households.edit_person(gone, {"phone": ""}, actor=homes.leader, now=timezone.now())
    with pytest.raises(NotValid):
        households.move_out(homes.head, today + timedelta(days=1), actor=homes.leader, now=timezone.now())


# --- masks, reveals, search ---


def test_everybody_is_shown_masked(homes: Homes):
    shown = masked(homes.head)
    assert (shown.name, shown.phone, shown.id_number) == ("欧阳**", "138****5678", "110105********002X")


def test_a_reveal_needs_right_and_purpose_and_is_recorded(homes: Homes):
    now = timezone.now()
    with pytest.raises(NotAllowed):
        reveal_resident(homes.head, actor=homes.micro, purpose="看看", now=now)
    with pytest.raises(NotValid):
        reveal_resident(homes.head, actor=homes.leader, purpose=" ", now=now)
    assert reveal_resident(homes.head, actor=homes.leader, purpose="联系停水", now=now).phone == PHONE
    event = AccessEvent.objects.get(action="reveal")
    assert (event.object_type, event.object_id, event.purpose) == ("resident", str(homes.head.pk), "联系停水")


@pytest.mark.parametrize("number", [PHONE, "138 1234-5678", "１３８１２３４５６７８", ID_NUMBER, ID_NUMBER.lower()])
def test_an_exact_number_finds_its_person(homes: Homes, number: str):
    assert find_people(number, actor=homes.micro, now=timezone.now()) == [homes.head]
    event = AccessEvent.objects.get(action="search")
    assert number not in f"{event.object_id}{event.purpose}{event.fields}"


@pytest.mark.parametrize("part", ["1381234567", "138%", NAME, "", "110105194912310029"])
def test_a_part_of_a_number_or_a_name_is_no_search(homes: Homes, part: str):
    with pytest.raises(NotValid):
        find_people(part, actor=homes.leader, now=timezone.now())


def test_a_search_stays_in_the_area_of_the_searcher(homes: Homes):
    stranger = posted("stranger", "grid_leader", homes.grids[OTHER_GRID])
    assert find_people(PHONE, actor=stranger, now=timezone.now()) == []


def test_lists_of_numbers_are_not_tried(homes: Homes):
    now = timezone.now()
    for _n in range(SEARCHES):
        find_people("13700000000", actor=homes.leader, now=now)
    with pytest.raises(NotNow):
        find_people(PHONE, actor=homes.leader, now=now)


# --- the board ---


@pytest.mark.parametrize(("room", "floor"), [("101", 1), ("1203", 12), ("2301A", 23), ("-101", -1), ("门面3", None)])
def test_a_room_says_its_floor(room: str, floor: int | None):
    assert floor_of(room) == floor


def test_the_board_counts_flats_people_and_care_by_staircase_and_floor(
    homes: Homes, django_assert_num_queries: DjangoAssertNumQueries
):
    for unit, room, tenure in (("1", "102", "empty"), ("2", "201", "rented")):
        households.register(homes.building, households.Door(unit, room, tenure), actor=homes.leader, now=timezone.now())
    colour = CareColour.objects.create(slot=1, name="红", value="#d63939", meaning="困难")
    tag = PopulationTag.objects.create(name="独居老人", colour=colour)
    CareSubject.objects.create(
        household=homes.household, grid=homes.building.grid, grid_code=MICRO, tag=tag, reason="甲状腺", basis="duty",
        since=timezone.localdate(), entered_by=homes.leader,
    )  # fmt: skip
    with django_assert_num_queries(3):
        board = building_board(homes.building, homes.leader)
    assert list(board.units) == ["1单元", "2单元"]
    assert [floor.number for floor in board.floors] == [2, 1]
    first = board.floors[1].cells[0]
    assert first is not None
    assert (first.flats, first.residents, first.empty, first.colours) == (2, 1, 1, {"#d63939": ("红", 1)})
    assert board.floors[0].cells[0] is None
    assert (board.total.flats, board.total.rented, board.total.care) == (3, 1, 1)


def test_whoever_does_not_see_care_gets_no_count_of_it(homes: Homes):
    colour = CareColour.objects.create(slot=1, name="红", value="#d63939", meaning="困难")
    tag = PopulationTag.objects.create(name="社区矫正", colour=colour, is_sensitive=True)
    CareSubject.objects.create(
        household=homes.household, grid=homes.building.grid, grid_code=MICRO, tag=tag, reason="…", basis="duty",
        since=timezone.localdate(), entered_by=homes.leader,
    )  # fmt: skip
    police = posted("police", "police", homes.grids[STREET])
    assert building_board(homes.building, homes.leader).total.care == 0
    assert building_board(homes.building, police).total.care == 1


# --- pages ---


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", ["/households/", "/buildings/"])
def test_lists_ask_the_same_number_of_queries_however_long(homes: Homes, client: Client, page: str):
    client.force_login(homes.leader)
    client.get(page)
    short = queries_of(client, page)
    Household.objects.bulk_create(
        Household(building=homes.building, grid=homes.building.grid, grid_code=MICRO, unit="2单元", room=str(n))
        for n in range(100, 130)
    )
    Building.objects.bulk_create(
        Building(compound=homes.building.compound, grid=homes.building.grid, name=f"{n}号楼") for n in range(2, 20)
    )
    assert queries_of(client, page) == short


def test_the_forms_walk_from_a_door_to_a_person_and_out(homes: Homes, client: Client):
    client.force_login(homes.leader)
    answer = client.post(f"/buildings/{homes.building.pk}/new/", {"unit": "2", "room": "301", "tenure": "rented"})
    made = Household.objects.get(room="301")
    assert answer["Location"] == f"/households/{made.pk}/"
    given = {"version": made.version, "name": "张三丰", "phone": "13900002222", "is_head": "on"}
    assert client.post(f"/households/{made.pk}/residents/", given).status_code == 302
    person = made.residents.get()
    edit = {"version": made.version + 1, "name": "", "phone": "", "relation": "户主", "is_head": "on"}
    assert client.post(f"/residents/{person.pk}/edit/", edit).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.phone, person.relation) == ("张三丰", "13900002222", "户主")  # empty: as it was
    stale = client.post(f"/residents/{person.pk}/moved-out/", {"version": 1, "on": timezone.localdate().isoformat()})
    assert stale.status_code == 409


def test_the_edit_form_does_not_show_what_is_sealed(homes: Homes, client: Client):
    client.force_login(homes.leader)
    text = client.get(f"/residents/{homes.head.pk}/edit/").content.decode()
    assert "138****5678" in text
    assert not [word for word in (NAME, PHONE, ID_NUMBER) if word in text]


def test_the_search_page_keeps_the_number_out_of_page_and_address(homes: Homes, client: Client):
    client.force_login(homes.leader)
    answer = client.post("/households/search/", {"number": PHONE})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "福民花园1号楼1单元101" in text
    assert PHONE not in text


def test_gone_households_are_shown_only_when_asked_for(homes: Homes, client: Client):
    client.force_login(homes.leader)
    Household.objects.update(is_active=False)
    assert "福民花园1号楼1单元101" not in client.get("/households/").content.decode()
    assert "福民花园1号楼1单元101" in client.get("/households/?existing=gone").content.decode()


def test_the_demo_is_the_same_on_every_load_and_searchable(homes: Homes):
    homes.household.delete()
    homes.building.compound.is_demo = True
    homes.building.compound.save()
    now = timezone.now()
    assert build_households(now) == 12  # two staircases, three floors, two flats
    person = Resident.objects.filter(household__is_demo=True).exclude(phone="").order_by("id").first()
    assert person is not None
    assert person in find_people(person.phone, actor=homes.leader, now=now)


def test_the_demo_counts_the_flats_and_the_people_that_it_writes(homes: Homes) -> None:
    homes.household.delete()
    homes.building.compound.is_demo = True
    homes.building.compound.save()
    build_households(timezone.now())
    homes.building.refresh_from_db()
    assert homes.building.households == 12
    told = Household.objects.filter(is_demo=True, people__gt=0).annotate(n=Count("residents"))
    assert told
    assert all(flat.n <= flat.people for flat in told)
