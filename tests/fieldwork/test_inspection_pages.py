"""Pages, files, API, importer and Word of inspections; what they cost and what they hide."""

import io
from datetime import timedelta
from uuid import uuid4

import docx
import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import api_keys
from accounts.models import AccessEvent, User
from fieldwork import inspection_tables, orders, places
from fieldwork.inspections import Finding
from fieldwork.models import Checklist, Hazard, InspectedPlace, Inspection, PlaceKind, RectificationNotice
from fieldwork.offline import kept_pages
from grid.importing.run import import_file
from grid.models import ImportRun
from grid.sheets import write_xlsx
from reports import rectification
from tests import street
from tests.fieldwork import inspecting
from tests.fieldwork.inspecting import Scene, facts, hazard_of, look

pytestmark = pytest.mark.django_db
PHONE_BROWSER = {"User-Agent": "Mozilla/5.0 (Linux; Android 14; Mobile)"}
SECRETS = ("13812345678", "蔡广琴")


@pytest.fixture
def scene(db: None) -> Scene:
    return inspecting.build()


def signed_in(scene: Scene, who: str) -> Client:
    client = Client()
    client.force_login(scene.people[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def notice_of(scene: Scene, **more) -> RectificationNotice:
    row = look(scene, Finding(item=scene.items[2].pk, text="阁楼住人"), Finding(text="灭火器过期"), **more)
    day = timezone.localdate(scene.now) + timedelta(days=7)
    order = orders.NewOrder([one.pk for one in row.hazards.all()], day, received_by="蔡广琴")
    return orders.issue(row, order, actor=scene.people["community"], now=scene.now)


# --- the phone form ---------------------------------------------------------------------------------------------------


def test_the_form_waits_on_the_phone_but_not_that_of_somebodys_home(scene: Scene) -> None:
    url, user = reverse("fieldwork:inspect", args=[scene.shop.pk]), scene.people["gridleader"]
    answer = signed_in(scene, "gridleader").get(url, headers=PHONE_BROWSER)
    assert (answer.get("X-Keep-Offline"), url in kept_pages(user)) == ("1", True)
    assert 'data-offline="inspection"' in answer.content.decode()
    PlaceKind.objects.update(group=PlaceKind.Group.SHARED_RENT)
    again = signed_in(scene, "gridleader").get(url, headers=PHONE_BROWSER)
    assert ("X-Keep-Offline" in again, url in kept_pages(user)) == (False, False)


def test_a_look_that_waited_on_the_phone_is_of_the_moment_when_it_was_made(scene: Scene) -> None:
    client, seen = signed_in(scene, "gridleader"), scene.now - timedelta(hours=5)
    given = {"client_id": str(uuid4()), "checklist": scene.checklist.pk, "at": seen.isoformat()}
    url = reverse("fieldwork:inspect", args=[scene.shop.pk])
    answers = [client.post(url, given, headers={"Accept": "application/json"}) for _n in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert Inspection.objects.get().at == seen
    wrong = client.post(url, {**given, "client_id": uuid4(), "at": "1990-01-01T00:00:00Z"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["at"])


def test_the_phone_form_takes_taps_words_and_photos_and_sends_once(scene: Scene) -> None:
    client, bad = signed_in(scene, "microleader"), scene.items[1].pk
    url = reverse("fieldwork:inspect", args=[scene.shop.pk])
    assert "没有人员住宿" in client.get(url, headers=PHONE_BROWSER).content.decode()
    sent = {
        "client_id": str(uuid4()),
        "checklist": scene.checklist.pk,
        f"bad_{bad}": "on",
        f"words_{bad}": "闭门器坏",
        f"not_here_{scene.items[0].pk}": "on",
        "words_other1": "门口堆物",
        "fixed_other1": "on",
    }
    photo = io.BytesIO(inspecting.picture().content)
    photo.name = "门.jpg"
    answer = client.post(url, {**sent, f"photos_{bad}": photo}, headers={"Accept": "application/json"})
    assert answer.status_code == 201, answer.content
    row = Inspection.objects.get()
    assert sorted(row.hazards.values_list("text", "status")) == [
        ("门口堆物", "fixed_once"),
        ("闭门器坏（检查项：防火门完好）", "open"),
    ]
    assert Hazard.objects.get(item=bad).photos.count() == 1
    assert row.answers.get(item=scene.items[0]).answer == "not_here"
    photo.seek(0)
    again = client.post(url, {**sent, f"photos_{bad}": photo}, headers={"Accept": "application/json"})
    assert (again.status_code, again.json()["url"]) == (200, answer.json()["url"])
    other = client.post(url, {**sent, "text": "别的"}, headers={"Accept": "application/json"})
    assert other.status_code == 409
    assert Inspection.objects.count() == 1


def test_a_hazard_of_ones_own_needs_words_and_nothing_typed_is_lost(scene: Scene) -> None:
    url = reverse("fieldwork:inspect", args=[scene.shop.pk])
    sent = {"client_id": str(uuid4()), "bad_other1": "on", "text": "白天去的"}
    answer = signed_in(scene, "gridleader").post(url, sent)
    assert answer.status_code == 422
    assert "白天去的" in answer.content.decode()
    assert not Inspection.objects.exists()


# --- desk pages -------------------------------------------------------------------------------------------------------


def test_a_notice_lives_on_the_pages_from_the_order_to_the_end(scene: Scene) -> None:
    row = look(scene, Finding(item=scene.items[0].pk))
    boss, leader = signed_in(scene, "community"), signed_in(scene, "gridleader")
    page = boss.get(reverse("fieldwork:inspection", args=[row.pk])).content.decode()
    assert reverse("fieldwork:order", args=[row.pk]) in page
    assert reverse("fieldwork:order", args=[row.pk]) not in leader.get(f"/inspections/{row.pk}/").content.decode()
    day = timezone.localdate(scene.now) + timedelta(days=5)
    given = {"hazards": [hazard_of(row).pk], "deadline": day.isoformat()}
    made = boss.post(reverse("fieldwork:order", args=[row.pk]), given, follow=True)
    notice = RectificationNotice.objects.get()
    assert notice.number in made.content.decode()
    step = reverse("fieldwork:rectification_step", args=[notice.pk, "recheck"])
    refused = leader.post(step, {"result": "partly", "version": notice.version})
    assert refused.status_code == 422
    assert leader.post(step, {"result": "fixed", "version": notice.version}).status_code == 302
    notice.refresh_from_db()
    assert notice.status == "closed"


def test_a_hand_over_from_the_page_begins_a_case(scene: Scene) -> None:
    notice = notice_of(scene)
    unit = orders.possible_departments(notice.grid_code)[0]
    given = {"organization": unit.pk, "as_case": "on", "text": "拒不整改", "version": notice.version}
    answer = signed_in(scene, "shiftleader").post(f"/inspections/notices/{notice.pk}/transfer/", given, follow=True)
    notice.refresh_from_db()
    assert notice.incident is not None
    assert notice.incident.number in answer.content.decode()


LISTS = ("places", "inspections", "hazards", "rectifications", "inspection_statistics")


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_for_any_number_of_rows(scene: Scene, name: str) -> None:
    client, url = signed_in(scene, "shiftleader"), reverse(f"fieldwork:{name}")
    notice_of(scene, at=scene.now)
    client.get(url)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    before = queries()
    for n in range(3):
        grid = scene.grids[(street.MICRO, street.MICRO_EAST, street.GRID)[n]]
        places.enter(facts(scene.kind, grid, name=f"店{n}"), actor=scene.people["admin"], now=scene.now)
        notice_of(scene, at=scene.now)
    assert queries() == before
    assert before <= (20 if name == "inspection_statistics" else 14)


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_says_what_to_do_next(scene: Scene, name: str) -> None:
    InspectedPlace.objects.all().delete()
    page = signed_in(scene, "gridleader").get(reverse(f"fieldwork:{name}"))
    assert page.status_code == 200


def test_filters_stand_in_the_address_and_a_wrong_one_is_refused(scene: Scene) -> None:
    look(scene, Finding(text="堵塞通道"))
    client = signed_in(scene, "gridleader")
    assert "堵塞通道" in client.get("/inspections/hazards/?status=open&q=通道").content.decode()
    assert "堵塞通道" not in client.get("/inspections/hazards/?status=fixed").content.decode()
    assert client.get("/inspections/hazards/?first=x").status_code == 400


def test_the_numbers_of_the_statistics_are_the_rows_behind_their_links(scene: Scene) -> None:
    notice_of(scene, at=scene.now)
    client, today = signed_in(scene, "community"), timezone.localdate(scene.now)
    page = client.get(
        reverse("fieldwork:inspection_statistics"), {"first": today.isoformat(), "last": today.isoformat()}
    )
    assert page.context["total"].hazards == 2
    query = f"?first={today}&last={today}&grid={street.COMMUNITY}"
    assert (
        len(client.get(f"/inspections/hazards/{query}&ordered=true").context["page"].rows)
        == page.context["total"].ordered
    )
    assert client.get(f"/inspections/statistics/?grid={street.OTHER_STREET}").status_code == 404


def test_no_page_and_no_file_shows_the_contact_in_clear(scene: Scene) -> None:
    notice = notice_of(scene)
    client = signed_in(scene, "admin")
    urls = [reverse(f"fieldwork:{name}") for name in LISTS]
    urls += [f"/inspections/places/{scene.shop.pk}/", f"/inspections/places/{scene.shop.pk}/inspect/"]
    urls += [f"/inspections/{notice.inspection_id}/", f"/inspections/notices/{notice.pk}/"]
    urls += [f"/admin/fieldwork/inspectedplace/{scene.shop.pk}/change/", f"/reports/rectifications/{notice.pk}/"]
    for url in urls:
        body = client.get(url).content.decode()
        assert not [word for word in SECRETS if word in body], url
    shown = client.post(f"/inspections/places/{scene.shop.pk}/contact/", {"purpose": "约复查"}).content.decode()
    assert all(word in shown for word in SECRETS)


@pytest.mark.parametrize("name", ["places", "inspections", "hazards", "notices"])
def test_every_list_leaves_as_excel_masked_and_recorded(scene: Scene, name: str) -> None:
    notice_of(scene)
    client = signed_in(scene, "shiftleader")
    answer = client.get(reverse("fieldwork:inspection_excel", args=[name]))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert "蔡记便民店" in cells
    assert not any(word in cell for cell in cells for word in SECRETS)
    assert AccessEvent.objects.filter(action="export", actor=scene.people["shiftleader"]).count() == 1


def test_the_statistics_leave_as_excel(scene: Scene) -> None:
    notice_of(scene, at=scene.now)
    rows = Inspection.objects.all()
    book = openpyxl.load_workbook(io.BytesIO(inspection_tables.statistics(rows, street.STREET, now=scene.now)))
    first = [cell.value for cell in next(book.active.iter_rows(min_row=2))]
    assert first[2:9] == [1, 1, 2, 1, 0, 2, 1]


# --- checklists -------------------------------------------------------------------------------------------------------


def test_a_new_version_is_made_changed_and_released_on_the_pages(scene: Scene) -> None:
    client, old = signed_in(scene, "admin"), scene.checklist
    client.post(f"/inspections/checklists/{old.pk}/new-version/")
    draft = Checklist.objects.get(version=2)
    client.post(f"/inspections/checklists/{draft.pk}/items/", {"text": "没有飞线充电", "part": "用电"})
    client.post(f"/inspections/checklists/{draft.pk}/drop/", {"item": draft.items.first().pk})
    assert client.post(f"/inspections/checklists/{old.pk}/items/", {"text": "x"}).status_code in (409, 422)
    client.post(f"/inspections/checklists/{draft.pk}/release/")
    page = signed_in(scene, "gridleader").get(f"/inspections/places/{scene.shop.pk}/inspect/").content.decode()
    assert "没有飞线充电" in page
    assert "有台账" not in page


# --- API --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def api(scene: Scene) -> APIClient:
    account = User.objects.create_user("firesystem", real_name="消防系统", kind=User.Kind.SERVICE)
    held = ["field.view", "field.write", "incident.report"]
    given = {"account": account, "name": "消防系统", "capabilities": held, "grid_code": street.STREET}
    _key, token = api_keys.issue(**given, actor=scene.people["admin"], now=scene.now)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_a_system_sends_a_look_once_and_reads_it_masked(scene: Scene, api: APIClient) -> None:
    body = {
        "client_id": str(uuid4()),
        "place": scene.shop.pk,
        "findings": [{"item": scene.items[2].pk, "text": "找13812345678"}],
    }
    first = api.post("/api/v1/field/inspections/", body, format="json")
    assert first.status_code == 201, first.content
    assert api.post("/api/v1/field/inspections/", body, format="json").status_code == 200
    assert api.post("/api/v1/field/inspections/", {**body, "text": "别的"}, format="json").status_code == 409
    assert first.json()["hazards"][0]["text"] == "找138****5678（检查项：没有人员住宿）"
    place = api.get(f"/api/v1/field/places/{scene.shop.pk}/").json()
    assert place["contact"] == "蔡** 138****5678"
    assert "phone" not in place


def test_a_system_enters_a_recheck_with_its_version(scene: Scene, api: APIClient) -> None:
    notice = notice_of(scene)
    url = f"/api/v1/field/rectifications/{notice.pk}/recheck/"
    assert api.post(url, {"result": "fixed", "version": 99}, format="json").status_code == 409
    answer = api.post(url, {"result": "fixed", "version": notice.version}, format="json")
    assert answer.json()["status"] == "closed", answer.content
    assert api.get("/api/v1/field/hazards/?status=fixed").json()["results"]
    assert api.get("/api/v1/field/hazards/?colour=red").status_code == 400


# --- importing --------------------------------------------------------------------------------------------------------

HEAD = ["网格编码", "场所名称", "场所类型", "地址", "建筑面积", "负责人", "手机号"]


def run_import(scene: Scene, *lines: list, dry: bool = False, who: str = "gridleader") -> ImportRun:
    raw = write_xlsx(HEAD, lines, as_of=scene.now)
    kind = ImportRun.Kind.PLACES
    actor = scene.people[who]
    return import_file(kind=kind, file_name="场所.xlsx", raw=raw, options={}, dry_run=dry, actor=actor, now=scene.now)


def test_a_table_of_places_is_tried_then_written_and_read_again_without_change(scene: Scene) -> None:
    lines = [
        [street.MICRO, "王记面馆", "小商店", "棉纺路1号", 120, "王小明", "13900000001"],
        [street.MICRO, "蔡记便民店", "shop", "棉纺路8号", 85, "", ""],
    ]
    dry = run_import(scene, *lines, dry=True)
    assert (dry.errors, dry.warnings, dry.created, dry.changed) == (0, 1, 1, 1)
    assert InspectedPlace.objects.count() == 1
    run_import(scene, *lines)
    new = InspectedPlace.objects.get(name="王记面馆")
    assert (new.phone, new.grid_code, new.due_on) == ("13900000001", street.MICRO, timezone.localdate(scene.now))
    scene.shop.refresh_from_db()
    assert (scene.shop.area, scene.shop.phone) == (85, "13812345678")
    again = run_import(scene, *lines)
    assert (again.created, again.changed) == (0, 0)


def test_wrong_rows_are_named_and_nothing_is_written(scene: Scene) -> None:
    run = run_import(
        scene,
        [street.OTHER_GRID, "远店", "小商店", "", "", "", ""],
        [street.MICRO, "甲", "小卖铺", "", "", "", ""],
        [street.MICRO, "乙", "小商店", "", "很大", "", ""],
        [street.MICRO, "丙", "小商店", "", "", "李四", "77777"],
        [street.MICRO, "丁", "小商店", "", "", "", ""],
        [street.MICRO, "丁", "小商店", "", "", "", ""],
    )
    assert {found["row"] for found in run.findings} == {2, 3, 4, 5, 7}
    assert run.applied_at is None
    assert InspectedPlace.objects.count() == 1
    assert "李四" not in str(run.findings)
    assert "77777" not in str(run.findings)


# --- Word -------------------------------------------------------------------------------------------------------------


def test_the_word_of_a_notice_says_what_the_page_says_and_is_always_the_same(scene: Scene) -> None:
    notice = notice_of(scene, companions="淮河路派出所")
    content = rectification.word(notice)
    assert content == rectification.word(RectificationNotice.objects.get(pk=notice.pk))
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)
    for words in (
        "责令限期整改通知书",
        notice.number,
        "会同淮河路派出所",
        "阁楼住人（检查项：没有人员住宿）（重大隐患）",
        "建中街街道办事处",
    ):
        assert words in text
    page = signed_in(scene, "gridleader").get(reverse("reports:rectification_sheet", args=[notice.pk]))
    assert all(words in page.content.decode() for words in (notice.number, "阁楼住人", "建中街街道办事处"))
    file = signed_in(scene, "gridleader").get(reverse("reports:rectification_word", args=[notice.pk]))
    assert file.content == content
    assert "no-store" in file["Cache-Control"]


def test_a_notice_of_another_street_has_no_sheet_for_the_reader(scene: Scene) -> None:
    notice = notice_of(scene)
    stranger = street.make_person("stranger")
    street.give_post(stranger, "grid_leader", scene.grids[street.OTHER_GRID])
    client = Client()
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    for name in ("rectification_sheet", "rectification_word"):
        assert client.get(reverse(f"reports:{name}", args=[notice.pk])).status_code == 404
