"""Households and residents from Excel and CSV: dry run, row errors, what is known already, whose area it is."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from fieldwork.imports import KINDS
from fieldwork.models import Household, Resident
from grid.importing.offered import template
from grid.importing.run import import_file
from grid.models import ImportRun
from grid.sheets import write_csv, write_xlsx
from tests.fieldwork.homes import ID_NUMBER, NAME, PHONE, Homes, build_homes

pytestmark = pytest.mark.django_db

HEAD = ["小区", "楼栋", "单元", "房号", "居住类型", "人数", "姓名", "手机号", "身份证号", "与户主关系"]
LINE = ["福民花园", "1号楼", "1", "102", "出租", "2", "李四", "13900003333", "", "户主"]


@pytest.fixture
def homes() -> Homes:
    return build_homes()


def run(homes: Homes, *lines: list[str], dry_run: bool = False) -> ImportRun:
    return import_file(
        kind="households",
        file_name="住户.csv",
        raw=write_csv(HEAD, lines),
        options={},
        dry_run=dry_run,
        actor=homes.leader,
        now=timezone.now(),
    )


def said(done: ImportRun) -> list[tuple[int | None, str]]:
    return [(found["row"], found["kind"]) for found in done.findings]


def test_a_file_registers_doors_and_people_and_says_how_many(homes: Homes):
    done = run(homes, LINE, [*LINE[:6], "李小四", "", "", "子"])
    assert (done.rows, done.created, done.errors) == (2, 3, 0)
    flat = Household.objects.get(room="102")
    assert (flat.unit, flat.tenure, flat.people, flat.grid_code) == ("1单元", "rented", 2, homes.building.grid.code)
    assert [(one.name, one.is_head) for one in flat.residents.all()] == [("李四", True), ("李小四", False)]


def test_a_dry_run_finds_the_same_and_writes_nothing(homes: Homes):
    done = run(homes, LINE, dry_run=True)
    assert (done.created, done.applied_at) == (2, None)
    assert not Household.objects.filter(room="102").exists()


def test_the_same_file_again_changes_nothing(homes: Homes):
    run(homes, LINE)
    again = run(homes, LINE)
    assert (again.created, again.changed) == (0, 0)
    assert Resident.objects.filter(household__room="102").count() == 1


def test_a_known_person_is_found_by_id_number_and_an_empty_cell_says_nothing(homes: Homes):
    done = run(homes, ["福民花园", "1号楼", "1单元", "101", "", "", "欧阳占圆", "", ID_NUMBER, ""])
    homes.head.refresh_from_db()
    assert (done.created, done.changed) == (0, 1)
    assert (homes.head.name, homes.head.phone, homes.head.is_head) == ("欧阳占圆", PHONE, True)


def test_a_new_head_of_the_file_takes_the_place_of_the_old_one(homes: Homes):
    run(
        homes,
        ["福民花园", "1号楼", "1", "101", "", "", NAME, "13900004444", ID_NUMBER, "父亲"],
        ["福民花园", "1号楼", "1", "101", "", "", "欧阳小元", "", "", "户主"],
    )
    heads = Resident.objects.filter(household=homes.household, is_head=True)
    assert [one.name for one in heads] == ["欧阳小元"]
    homes.head.refresh_from_db()
    assert (homes.head.phone, homes.head.is_head) == ("13900004444", False)


def test_one_wrong_row_stops_everything_and_is_named_without_its_content(homes: Homes):
    wrong = [*LINE[:3], "103", "出租", "2", "王五", "1390000", "110105194912310021", ""]
    done = run(homes, LINE, wrong, ["福民花园", "77号楼", *LINE[2:]], [*LINE[:4], "别墅", *LINE[5:]])
    assert said(done) == [(3, "bad_row"), (4, "bad_row"), (5, "bad_row")]
    assert not [word for word in ("王五", "1390000", "110105194912310021") if word in str(done.findings)]
    assert not Household.objects.filter(room__in=["102", "103"]).exists()


def test_the_building_of_another_area_does_not_exist(homes: Homes):
    done = run(homes, ["远方小区", "9号楼", *LINE[2:]])
    assert said(done) == [(2, "bad_row")]


def test_two_heads_and_the_same_person_twice_are_found(homes: Homes):
    done = run(
        homes,
        [*LINE[:6], "甲", "", ID_NUMBER, "户主"],
        [*LINE[:6], "乙", "", "", "户主"],
        [*LINE[:3], "201", "出租", "2", "甲", "", ID_NUMBER, ""],
    )
    assert said(done) == [(3, "two_heads"), (4, "twice")]


def test_somebody_registered_behind_another_door_is_a_warning(homes: Homes):
    done = run(homes, [*LINE[:6], NAME, "", ID_NUMBER, "户主"])
    assert said(done) == [(2, "elsewhere")]
    assert (done.warnings, done.created) == (1, 2)


def test_a_long_file_costs_few_queries(homes: Homes, django_assert_max_num_queries: DjangoAssertNumQueries):
    lines = [["福民花园", "1号楼", str(n % 3), str(1000 + n), "自住", "", f"人{n}", "", "", ""] for n in range(400)]
    with django_assert_max_num_queries(24):
        assert run(homes, *lines).created == 800


def test_a_zip_bomb_is_refused_before_it_is_opened(homes: Homes):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    done = import_file(
        kind="households", file_name="x.xlsx", raw=packed.getvalue(), options={}, dry_run=False, actor=homes.leader,
        now=timezone.now(),
    )  # fmt: skip
    assert said(done) == [(0, "unreadable")]


def test_the_pages_check_first_and_import_then(homes: Homes, client: Client):
    client.force_login(homes.leader)
    raw = write_xlsx(HEAD, [LINE], as_of=timezone.now())
    answer = client.post("/imports/households/", {"file": SimpleUploadedFile("住户.xlsx", raw)})
    checked = ImportRun.objects.get()
    assert answer["Location"] == f"/imports/households/?run={checked.pk}"
    assert "李四" not in client.get(answer["Location"]).content.decode()
    client.post("/imports/households/apply/", {"run": checked.pk})
    assert Household.objects.filter(room="102").exists()


def test_the_report_of_somebody_else_is_not_shown(homes: Homes, client: Client):
    done = run(homes, LINE, dry_run=True)
    ImportRun.objects.update(started_by=homes.micro)
    client.force_login(homes.leader)
    assert client.get(f"/imports/households/?run={done.pk}").status_code == 404
    client.force_login(homes.micro)  # may not import at all
    assert client.get("/imports/households/").status_code == 403


def test_the_empty_table_can_be_read_by_the_importer(homes: Homes):
    raw = template(KINDS["households"], now=timezone.now())
    homes.building.compound.name = "福民花园"
    done = import_file(
        kind="households", file_name="t.xlsx", raw=raw, options={}, dry_run=True, actor=homes.leader,
        now=timezone.now(),
    )  # fmt: skip
    assert (done.errors, done.created) == (0, 1)  # the door is known, 张示例 is new
