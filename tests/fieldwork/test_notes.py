"""Quick notes: written once, found by any word, and made into something else once."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent
from fieldwork import notes
from fieldwork.models import FieldPhoto, FieldStep, Household, QuickNote, Visit, VisitDuty, VisitPlan
from fieldwork.pictures import photos_visible_to
from grid.models import Building, Compound
from grid.once import Conflict
from incidents.models import Incident
from tests import street
from tests.incidents.conftest import World, close_files, picture
from tests.incidents.pages import client_of, photo, words

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
Write = Callable[..., QuickNote]


@pytest.fixture
def write(world: World) -> Write:
    """A note by a role, made by business."""

    def made(text: str = "楼道堆物已劝导", *, by: str = "microleader", **more: Any) -> QuickNote:
        new = notes.NewNote(**{"client_id": uuid4(), "text": text} | more)
        note, _created = notes.write_note(new, actor=world.people[by], now=world.now)
        return note

    return made


def test_a_note_without_a_grid_goes_to_the_writers_own(write: Write) -> None:
    assert write().grid_code == street.MICRO


def test_the_grid_of_the_last_note_is_filled_in_again(world: World, write: Write) -> None:
    write(by="gridleader", grid=world.grids[street.MICRO_EAST])
    assert write(by="gridleader").grid_code == street.MICRO_EAST


def test_the_same_send_is_the_same_note_and_other_words_are_a_conflict(world: World, write: Write) -> None:
    given = uuid4()
    first = write(client_id=given, photos=[picture()])
    assert write(client_id=given, photos=[picture()]) == first
    with pytest.raises(Conflict) as caught:
        write("换了话", client_id=given)
    assert caught.value.first == first
    with pytest.raises(NotNow):
        write(client_id=given, by="gridleader")
    assert (QuickNote.objects.count(), FieldPhoto.objects.count()) == (1, 1)


def test_a_note_is_kept_with_the_time_of_the_phone(world: World, write: Write) -> None:
    late = write(at=world.now - timedelta(days=3))
    assert (late.at, late.received_at) == (world.now - timedelta(days=3), world.now)
    with pytest.raises(NotValid):
        write(at=world.now - timedelta(days=32))


def test_nobody_writes_where_she_does_not_work(world: World, write: Write) -> None:
    with pytest.raises(NotAllowed):
        write(grid=world.grids[street.OTHER_GRID])
    with pytest.raises(NotAllowed):
        write(by="auditor", grid=world.grids[street.MICRO])


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "\u202e反过来"])
def test_a_note_needs_words_that_can_be_read(write: Write, text: str) -> None:
    with pytest.raises(NotValid) as caught:
        write(text)
    assert "text" in caught.value.fields


# --- search ---


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("水管", {"水管漏水", "自来水管爆裂"}),
        ("来水管", {"自来水管爆裂"}),
        ("管水", set()),
        ("漏", {"水管漏水"}),
        ("wifi坏", {"WiFi坏了"}),
        ("水管 爆裂", {"自来水管爆裂"}),
        ("100%", {"出租屋100%走访"}),
    ],
)
def test_notes_are_found_by_any_part_of_their_text(write: Write, typed: str, found: set[str]) -> None:
    for text in ("水管漏水", "自来水管爆裂", "水池管理", "WiFi坏了", "出租屋100%走访"):
        write(text)
    assert {note.text for note in QuickNote.objects.with_words(typed)} == found


def test_words_of_two_characters_go_through_the_index(write: Write) -> None:
    write()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "note_text_idx" in QuickNote.objects.with_words("堆物").order_by().explain()


# --- one tap ---


def test_one_tap_makes_an_incident_with_the_photos_and_a_second_tap_the_same_one(world: World, write: Write) -> None:
    note = write(photos=[picture()])
    for _tap in range(2):
        note, incident = notes.become_incident(note.pk, actor=world.people["microleader"], now=world.now)
    assert (incident.text, incident.grid_code, incident.happened_at) == (note.text, street.MICRO, note.at)
    assert incident.attachments.get().sha256 == note.photos.get().sha256
    assert (Incident.objects.count(), note.became) == (1, "incident")
    with pytest.raises(NotNow):
        notes.become_wish(note.pk, actor=world.people["microleader"], now=world.now)


def test_one_tap_makes_a_visit(world: World, write: Write) -> None:
    note = write("看望独居老人", photos=[picture()])
    note, visit = notes.become_visit(note.pk, actor=world.people["gridleader"], now=world.now)
    assert Visit.objects.get() == visit == note.visit
    assert (visit.text, visit.at, visit.photos.count()) == (note.text, note.at, 1)


def test_a_wish_can_be_taken_back_and_every_step_is_kept(world: World, write: Write) -> None:
    note, by = write("想要一副老花镜"), {"actor": world.people["microleader"], "now": world.now}
    notes.become_wish(note.pk, **by)
    assert QuickNote.objects.wishes().get() == note
    notes.take_back_wish(note.pk, **by)
    with pytest.raises(NotNow):
        notes.take_back_wish(note.pk, **by)
    steps = FieldStep.objects.filter(subject="quicknote", subject_id=note.pk)
    assert [(step.before, step.after) for step in steps] == [("", "wish"), ("wish", "")]


def test_who_only_looks_makes_nothing_of_a_note(world: World, write: Write) -> None:
    with pytest.raises(NotAllowed):
        notes.become_wish(write().pk, actor=world.people["auditor"], now=world.now)


# --- pages ---


def send(client: Client, **given: Any) -> Any:
    headers = given.pop("headers", {})
    return client.post("/notes/new/", {"client_id": str(uuid4()), "text": "垃圾满溢"} | given, **headers)


def test_the_form_needs_only_words_and_leads_to_what_can_be_made_of_them(world: World) -> None:
    client = client_of(world, "microleader")
    assert client.get("/notes/new/")["X-Keep-Offline"] == "1"
    answer = send(client, photos=[photo()])
    note = QuickNote.objects.get()
    assert answer["Location"] == f"/notes/{note.pk}/?kept=1"
    shown = client.get(answer["Location"])
    assert f"/notes/{note.pk}/become/wish/" in shown.content.decode()
    small = client.get(f"/field-photos/{note.photos.get().public_id}/?size=thumb")
    assert (small.status_code, small["Content-Type"]) == (200, "image/jpeg")
    close_files(small)


def test_what_was_typed_comes_back_with_the_reason_of_a_refusal(world: World) -> None:
    answer = send(client_of(world, "microleader"), text="写" * 2001)
    assert answer.status_code == 422
    assert "写" * 100 in answer.content.decode()


def test_the_queue_of_the_phone_hears_kept_repeated_refused_and_conflict(world: World) -> None:
    client, given = client_of(world, "microleader"), str(uuid4())
    statuses = [send(client, client_id=given, headers=JSON).status_code for _time in range(2)]
    other = send(client, client_id=given, text="别的话", headers=JSON)
    assert [*statuses, other.status_code] == [201, 200, 409]
    assert other.json()["kept"] == "垃圾满溢"
    assert send(client, text="", headers=JSON).json()["errors"].keys() == {"text"}


def test_a_used_page_that_is_sent_again_gets_a_new_id(world: World) -> None:
    client, given = client_of(world, "microleader"), str(uuid4())
    send(client, client_id=given)
    answer = send(client, client_id=given, text="别的话")
    assert answer.status_code == 422
    assert given not in answer.content.decode()


def test_list_export_and_photo_end_at_the_border(world: World, write: Write) -> None:
    here = write("建中街的便条", photos=[picture()])
    assert photos_visible_to(world.people["community"]).get() == here.photos.get()
    QuickNote.objects.filter(pk=here.pk).update(grid_code=street.OTHER_GRID)
    assert "建中街的便条" not in words(client_of(world, "community").get("/notes/"))
    assert not photos_visible_to(world.people["community"]).exists()


def test_an_export_is_recorded(world: World, write: Write) -> None:
    write("水管漏水")
    write("路灯不亮")
    answer = client_of(world, "shiftleader").get("/notes/excel/?q=水管")
    sheet = load_workbook(BytesIO(answer.content)).active
    assert "水管漏水" in {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert "路灯不亮" not in {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert AccessEvent.objects.get(action="export").object_type == "note"


@pytest.mark.parametrize(
    ("role", "page", "most"),
    [("shiftleader", "/notes/", 10), ("gridleader", "/today/", 18), ("community", "/notes/wishes/", 8)],
)
def test_a_page_costs_as_much_for_many_notes_as_for_one(
    world: World, write: Write, role: str, page: str, most: int
) -> None:
    client = client_of(world, role)

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(page).status_code == 200
        return len(caught)

    def add() -> None:
        notes.become_wish(write(photos=[picture()]).pk, actor=world.people["microleader"], now=world.now)
        notes.become_incident(write().pk, actor=world.people["microleader"], now=world.now)

    cache.clear()
    add()
    client.get(page)
    few = count()
    for _n in range(3):
        add()
    assert count() == few
    assert few <= most


# --- the phone's home ---


def test_home_has_the_four_daily_things_and_is_where_field_people_begin(world: World) -> None:
    client = client_of(world, "microleader")
    assert client.get("/")["Location"] == "/today/"
    page = client.get("/today/").content.decode()
    for address in ("/report/", "/notes/new/"):
        assert f'href="{address}"' in page


def test_home_names_the_door_of_a_due_visit_only_to_those_who_see_households(world: World) -> None:
    day, grid = timezone.localdate(), world.grids[street.MICRO]
    here = {"grid": grid, "grid_code": grid.code}
    compound = Compound.objects.create(grid=grid, name="一号院")
    building = Building.objects.create(compound=compound, grid=grid, name="3号楼")
    home = Household.objects.create(building=building, unit="2单元", room="907", **here)
    plan = VisitPlan.objects.create(name="每半年", target="household", period="half", starts_on=day)
    VisitDuty.objects.create(plan=plan, household=home, due_on=day, **here)
    officer = world.people["officer"] = street.make_person("officer")
    street.give_post(officer, "city_officer", grid)
    for role, door in (("microleader", "2单元907"), ("officer", "")):
        page = words(client_of(world, role).get("/today/"))
        assert "3号楼" in page
        assert ("907" in page) == bool(door)


# --- volumes ---


def test_volumes_add_up_grid_by_grid_and_every_number_opens_its_list(world: World, write: Write) -> None:
    for code in (street.MICRO, street.MICRO, street.MICRO_EAST, street.GRID):
        write(by="gridleader", grid=world.grids[code])
    client = client_of(world, "gridleader")
    page = client.get("/field-volumes/")
    assert [line.counts[0] for line, _cells in page.context["lines"]] == [2, 1, 1]
    (_what, together, address), *_others = page.context["total"]
    assert together == len(client.get(address).context["page"].rows) == 4
    assert client.get(f"/field-volumes/?grid={street.OTHER_GRID}").status_code == 404


def test_the_table_of_volumes_is_a_workbook_of_the_days_on_the_page(world: World, write: Write) -> None:
    write(by="gridleader", grid=world.grids[street.MICRO])
    client = client_of(world, "gridleader")
    first = client.get("/field-volumes/").context["form"].initial["first"]
    book = load_workbook(BytesIO(client.get("/field-volumes/excel/").content))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[-1][3] == 1
    assert rows[-1][1].date() == first


def test_the_admin_shows_notes_and_changes_none(world: World, write: Write) -> None:
    note = write("只看不改", photos=[picture()])
    client = client_of(world, "admin")
    assert "只看不改" in client.get("/admin/fieldwork/quicknote/").content.decode()
    page = client.get(f"/admin/fieldwork/quicknote/{note.pk}/change/")
    assert str(note.photos.get().public_id) in page.content.decode()
    assert 'name="_save"' not in page.content.decode()


# --- api ---


def test_systems_write_once_and_make_something_of_a_note(world: World) -> None:
    client, given = client_of(world, "microleader"), {"client_id": str(uuid4()), "text": "井盖松动"}

    def post(path: str, body: dict[str, Any]) -> Any:
        return client.post(f"/api/v1/field/notes/{path}", body, content_type="application/json")

    first, again, other = (post("", given | more) for more in ({}, {}, {"text": "别的"}))
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert again.json()["id"] == first.json()["id"]
    made = post(f"{first.json()['id']}/become/", {"what": "incident"})
    assert made.json()["incident"] == Incident.objects.get().number
    assert post(f"{first.json()['id']}/become/", {"what": "wish"}).status_code == 409
    assert client.get("/api/v1/field/notes/?word=x").status_code == 400
