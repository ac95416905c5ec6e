"""The admin of the grid: scoped by posts, geometry through the guard, imports with a dry run."""

import io

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AccessEvent, User
from grid.models import BoundaryVersion, Compound, Grid, GridPairing, ImportRun, Organization, Post
from grid.sheets import write_xlsx
from tests import street
from tests.street import GRID, MICRO, OTHER_GRID, OTHER_STREET, STREET

ALL = [model for model in admin.site._registry if model._meta.app_label == "grid"]


@pytest.fixture
def staff(client, editor):
    """The shift leader of the first street, who may use the admin."""
    User.objects.filter(pk=editor.pk).update(is_staff=True)
    client.force_login(User.objects.get(pk=editor.pk))
    return client


@pytest.fixture
def boss(client, grids):
    client.force_login(User.objects.create_superuser("boss", real_name="boss"))
    return client


def url(model, page, *args) -> str:
    return reverse(f"admin:grid_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.__name__)
def test_every_list_and_form_opens(boss, grids, model):
    assert boss.get(url(model, "changelist") + "?q=x").status_code == 200
    assert boss.get(url(model, "add")).status_code in (200, 403)


def test_all_nine_models_are_there():
    assert len(ALL) == 9


def test_who_is_no_staff_does_not_come_in(client, editor):
    client.force_login(editor)
    assert client.get(url(Grid, "changelist")).status_code in (302, 403)


def test_staff_sees_the_own_street_only(staff, grids):
    rows = staff.get(url(Grid, "changelist")).context["cl"].queryset
    assert {grid.code for grid in rows} == {code for code in street.AREAS if code.startswith(STREET)}
    assert staff.get(url(Grid, "change", grids[OTHER_GRID].pk)).status_code == 302  # Django's way to say: not there
    assert staff.get(url(Grid, "change", grids[GRID].pk)).status_code == 200


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.__name__)
def test_a_post_without_the_right_to_edit_changes_nothing(client, grids, model):
    person = street.make_person("looker", is_staff=True)
    street.give_post(person, "auditor", grids[STREET])
    client.force_login(person)
    assert client.get(url(model, "add")).status_code == 403


def test_nothing_is_moved_into_another_street(staff, grids):
    given = {"grid": grids[OTHER_STREET].pk, "kind": "property", "code": "x", "name": "物业", "is_active": "on"}
    answer = staff.post(url(Organization, "add"), given)
    assert "grid" in answer.context["adminform"].form.errors
    staff.post(url(Organization, "add"), given | {"grid": grids[GRID].pk})
    assert Organization.objects.get().grid == grids[GRID]


# --- geometry ---


def save_grid(client, grid, area, **more):
    given = {"name": grid.name, "households": "", "population": "", "note": "", "boundary": area}
    return client.post(url(Grid, "change", grid.pk), given | more)


def test_a_drawn_boundary_becomes_a_version(staff, grids):
    area = street.square(street.WEST, street.SOUTH, 0.008, 0.02)
    assert save_grid(staff, grids[MICRO], area.geojson, reason="网格调整").status_code == 302
    version = BoundaryVersion.objects.get(valid_to=None)
    assert (version.grid, version.reason, version.created_by.username) == (grids[MICRO], "网格调整", "editor")


@pytest.mark.parametrize(
    "area",
    [
        '{"type":"Polygon","coordinates":[[[113.6,34.7],[113.61,34.71],[113.61,34.7],[113.6,34.71],[113.6,34.7]]]}',
        '{"type":"Point","coordinates":[113.6,34.7]}',
        '{"type":"Polygon","coordinates":[[[2,48],[3,48],[3,49],[2,48]]]}',
        '{"type":"Polygon","crs":{"type":"link"},"coordinates":[]}',
        "SRID=999999;POINT(1 1)",
        "x",
    ],
)
def test_what_is_no_area_is_refused_with_a_reason(staff, grids, area):
    answer = save_grid(staff, grids[MICRO], area)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["boundary"]
    assert not BoundaryVersion.objects.exists()


def test_a_boundary_that_meets_its_neighbour_is_stored_with_a_warning(staff, grids):
    wide = street.square(street.WEST, street.SOUTH, 0.015, 0.02)
    answer = staff.get(save_grid(staff, grids[MICRO], wide.geojson)["Location"])
    assert [message.level_tag for message in answer.context["messages"]][:1] == ["warning"]


def test_neighbours_are_there_to_draw_along_and_those_of_another_street_are_not(staff, grids):
    found = staff.get(url(Grid, "neighbours", grids[MICRO].pk)).json()["features"]
    assert [feature["properties"]["code"] for feature in found] == [GRID, street.MICRO_EAST]
    assert staff.get(url(Grid, "neighbours", grids[OTHER_GRID].pk)).status_code == 404


def test_a_new_grid_takes_level_and_parent_from_its_code(staff, grids):
    given = {"code": f"{GRID}003", "kind": "territorial", "name": "1-3微网格", "boundary": ""}
    assert staff.post(url(Grid, "add"), given).status_code == 302
    assert Grid.objects.get(code=f"{GRID}003").parent == grids[GRID]
    refused = staff.post(url(Grid, "add"), given | {"code": f"{STREET}999001"})
    assert "code" in refused.context["adminform"].form.errors


def test_only_a_dedicated_and_a_territorial_grid_are_paired(staff, grids):
    station = street.make_grid(f"{street.COMMUNITY}Z01", kind="dedicated")
    given = {"dedicated": grids[GRID].pk, "neighbour": grids[MICRO].pk, "starts_on": "2026-01-01", "problems": "占道"}
    assert "neighbour" in staff.post(url(GridPairing, "add"), given).context["adminform"].form.errors
    assert staff.post(url(GridPairing, "add"), given | {"dedicated": station.pk}).status_code == 302
    made = GridPairing.objects.get()
    staff.post(url(GridPairing, "change", made.pk), {"problems": "", "ends_on": "2026-12-31"})
    assert GridPairing.objects.values_list("dedicated", "problems").get() == (station.pk, "")


# --- posts ---


def test_a_post_is_given_and_a_second_leader_refused_in_the_form(staff, grids):
    one, other = street.make_person("one"), street.make_person("other")
    given = {"user": one.pk, "kind": "grid_leader", "grid": grids[GRID].pk, "starts_on": "2026-01-01"}
    assert staff.post(url(Post, "add"), given).status_code == 302
    answer = staff.post(url(Post, "add"), given | {"user": other.pk})
    assert answer.status_code == 200
    assert Post.objects.filter(kind="grid_leader").count() == 1


def test_a_tenure_is_ended_and_never_deleted(staff, grids):
    post = street.give_post(street.make_person("one"), "grid_worker", grids[GRID])
    staff.post(url(Post, "change", post.pk), {"ends_on": "2026-12-31", "note": ""})
    post.refresh_from_db()
    assert str(post.ends_on) == "2026-12-31"
    assert staff.post(url(Post, "delete", post.pk)).status_code == 403


def test_the_exported_roster_can_be_read_again_and_is_recorded(staff, grids):
    post = street.give_post(street.make_person("one", "=张三"), "grid_worker", grids[GRID])
    answer = staff.post(url(Post, "changelist"), {"action": "export_roster", "_selected_action": [post.pk]})
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[2]][:4] == ["one", "=张三", "网格员", GRID]
    assert sheet.cell(2, 2).data_type == "s"
    assert AccessEvent.objects.get(action="export").object_type == "grid.post"


# --- tables ---


def table(rows) -> SimpleUploadedFile:
    return SimpleUploadedFile("t.xlsx", write_xlsx(["grid", "name", "households"], rows, as_of=timezone.now()))


def test_compounds_are_imported_after_a_dry_run(staff, grids):
    first = staff.post(url(Compound, "import"), {"import_file": table([(GRID, "福民花园", 300)]), "format": "0"})
    assert not Compound.objects.exists()
    confirm = first.context["confirm_form"].initial
    staff.post(url(Compound, "process_import"), confirm)
    assert Compound.objects.get().households == 300


def test_a_row_of_another_street_stops_the_import(staff, grids):
    given = {"import_file": table([(GRID, "a", 1), (OTHER_GRID, "b", 1)]), "format": "0"}
    answer = staff.post(url(Compound, "import"), given)
    assert "confirm_form" not in answer.context
    assert not Compound.objects.exists()


def test_compounds_are_exported_from_the_own_street_only(staff, grids):
    for code in (GRID, OTHER_GRID):
        Compound.objects.create(grid=grids[code], name=f"院{code}")
    answer = staff.post(url(Compound, "export"), {"format": "1"})
    text = answer.content.decode("utf-8-sig")
    assert f"院{GRID}" in text
    assert f"院{OTHER_GRID}" not in text


# --- imports ---

CSV = f"编码,名称,户数\n{street.SISTER}001,交通路第1网格,320\n"


def upload(client, text=CSV, kind="divisions", name="grids.csv", **more):
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())
    return client.post(url(ImportRun, "upload"), {"kind": kind, "file": file, "origin": "surveyed"} | more)


def test_an_import_is_checked_reported_and_then_applied(staff, grids):
    report = staff.get(upload(staff)["Location"])
    run = ImportRun.objects.get()
    assert report.status_code == 200
    assert (run.dry_run, Grid.objects.count()) == (True, len(grids))
    answer = staff.post(url(ImportRun, "apply", run.pk))
    assert staff.get(answer["Location"]).status_code == 200
    assert Grid.objects.filter(code=f"{street.SISTER}001").exists()


def test_a_faulty_file_shows_its_findings_and_offers_no_import(staff, grids):
    text = staff.get(upload(staff, CSV + "12,x,1\n")["Location"]).content.decode()
    assert "Import now" not in text
    assert url(ImportRun, "apply", ImportRun.objects.get().pk) not in text
    assert ImportRun.objects.get().errors == 1


def test_boundaries_without_a_datum_and_files_of_other_kinds_are_refused(staff):
    assert "datum" in upload(staff, "{}", "boundaries", "a.geojson").context["form"].errors
    assert "file" in upload(staff, "x", name="a.exe").context["form"].errors
    assert not ImportRun.objects.exists()


def test_the_run_of_somebody_else_is_not_there(staff, grids, client):
    upload(staff)
    run = ImportRun.objects.get()
    other = street.make_person("other", is_staff=True)
    street.give_post(other, "shift_leader", grids[OTHER_STREET])
    client.force_login(other)
    assert client.post(url(ImportRun, "apply", run.pk)).status_code == 404
