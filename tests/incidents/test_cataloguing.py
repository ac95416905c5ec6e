"""Changes of the catalogue: versions, retiring, tables in and out, the admin's form."""

from decimal import Decimal
from typing import Any

import pytest
import tablib
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from accounts.errors import NotNow, NotValid
from grid.sheets import read_table, write_csv
from incidents import cataloguing, limitwords
from incidents.admin.tables import CategoryResource
from incidents.cataloguing import LimitLine
from incidents.classify import Vocabulary
from incidents.models import Category, CategoryVersion, Procedure
from incidents.states import State
from incidents.versions import differences
from tests.incidents.conftest import World
from tests.incidents.pages import client_of

SHED = [
    LimitLine("handle", Decimal(4), "work_hour", step=1, step_name="停止施工", source="W29"),
    LimitLine("handle", Decimal(7), "work_day", step=2, step_name="依法处罚"),
    LimitLine("handle", Decimal("2.5"), "urgent_hour", urgency="urgent"),
]


def edit(world: World, **more: Any) -> Category:
    given = {"changes": {}, "actor": world.people["admin"], "now": world.now, "reason": "街道核定"} | more
    return cataloguing.edit(world.garbage.pk, **given)


def test_a_change_is_a_version_with_all_values_and_limits(world: World) -> None:
    edit(world, changes={"severity": 2}, limits=SHED)
    changed = edit(world, changes={"responsible": "环卫所"})
    kept = list(CategoryVersion.objects.filter(category=changed).order_by("version"))
    assert [row.version for row in kept] == [1, 2]
    assert kept[0].values["limits"] == kept[1].values["limits"]
    assert (kept[1].by, kept[1].reason, kept[1].values["responsible"]) == (world.people["admin"], "街道核定", "环卫所")


def test_a_change_that_changes_nothing_writes_no_version(world: World) -> None:
    edit(world, changes={"severity": 2})
    edit(world, changes={"severity": 2})
    assert CategoryVersion.objects.count() == 1


def test_a_change_needs_a_reason_and_sound_values(world: World) -> None:
    for wrong in ({"reason": " "}, {"changes": {"name": ""}}, {"changes": {"code": "9"}}, {"limits": SHED[1:]}):
        with pytest.raises(NotValid):
            edit(world, **wrong)
    assert not CategoryVersion.objects.exists()


def test_two_editors_do_not_overwrite_each_other(world: World) -> None:
    edit(world, changes={"severity": 2})
    edit(world, changes={"severity": 3}, version=1)
    with pytest.raises(NotNow):
        edit(world, changes={"severity": 4}, version=1)


def test_versions_are_never_changed_or_deleted(world: World) -> None:
    edit(world, changes={"severity": 2})
    with pytest.raises(DatabaseError), transaction.atomic():
        CategoryVersion.objects.update(reason="别的")
    with pytest.raises(DatabaseError), transaction.atomic():
        CategoryVersion.objects.all().delete()


def test_a_retired_class_keeps_its_cases_and_cannot_be_chosen_again(world: World) -> None:
    old, waiting = world.incident(State.CLOSED), world.report()
    cataloguing.retire(world.garbage.pk, actor=world.people["admin"], now=world.now, reason="并入他类")
    old.refresh_from_db()
    assert old.category == world.garbage
    world.garbage.refresh_from_db()
    with pytest.raises(NotValid):
        world.move(waiting, "file")
    assert Vocabulary.current().candidates("垃圾堆了") == []
    cataloguing.restore(world.garbage.pk, actor=world.people["admin"], now=world.now, reason="恢复")
    world.garbage.refresh_from_db()
    assert world.move(waiting, "file").category == world.garbage


def test_a_version_tells_what_it_changed(world: World) -> None:
    before = cataloguing.values_of(edit(world, changes={"severity": 1}))
    after = cataloguing.values_of(edit(world, changes={"severity": 2, "is_active": False}, limits=SHED))
    lines = differences(before, after)
    assert len(lines) == 3
    assert "停止施工" in lines[-1]
    assert len(differences(None, after)) == 1


# --- limits in a cell


def test_limits_are_written_for_people_and_read_back_the_same() -> None:
    cell = limitwords.written(SHED)
    assert limitwords.read(cell) == SHED
    assert cell.startswith("处置·第1步 停止施工 4 工作时（W29）；")


def test_limits_may_be_given_by_codes() -> None:
    assert limitwords.read("handle·urgent 2 urgent_hour; check 0.5 urgent_hour") == [
        LimitLine("handle", Decimal(2), "urgent_hour", urgency="urgent"),
        LimitLine("check", Decimal("0.5"), "urgent_hour"),
    ]


@pytest.mark.parametrize("cell", ["处置", "处置 很快", "处置 4 光年", "修理 4 工作时", "处置·马上 4 工作时"])
def test_a_limit_that_cannot_be_read_is_refused_with_an_example(cell: str) -> None:
    with pytest.raises(NotValid, match="处置 4 工作时"):
        limitwords.read(cell)


# --- tables


def table(**cells: str) -> tablib.Dataset:
    row = {"kind": "matter", "standard": "t", "code": "0190", "name": "占道洗车", "parent": "01", "severity": "2"}
    row |= {"urgency": "ordinary", "keywords": "洗车 冲洗", "limits": "处置 4 工作时"} | cells
    return tablib.Dataset(tuple(row.values()), headers=list(row))


def load(world: World, data: tablib.Dataset, *, dry_run: bool = False) -> Any:
    return CategoryResource().import_data(data, dry_run=dry_run, user=world.people["admin"], file_name="目录.xlsx")


def test_an_import_makes_a_class_with_limits_and_a_version(world: World) -> None:
    result = load(world, table())
    made = Category.objects.get(code="0190")
    assert not result.has_errors()
    assert (made.parent, made.keywords, made.limits.get().amount) == (world.garbage.parent, ["洗车", "冲洗"], 4)
    assert "目录.xlsx" in made.versions.get().reason


def test_a_dry_run_writes_nothing(world: World) -> None:
    load(world, table(), dry_run=True)
    assert not Category.objects.filter(code="0190").exists()


@pytest.mark.parametrize(
    "wrong", [{"severity": "9"}, {"parent": "77"}, {"limits": "处置 很快"}, {"is_active": "也许"}, {"name": ""}]
)
def test_a_wrong_row_is_told_and_nothing_is_imported(world: World, wrong: dict[str, str]) -> None:
    result = load(world, table(**wrong))
    assert result.has_errors() or result.has_validation_errors()
    assert not Category.objects.filter(code="0190").exists()


def test_what_was_exported_imports_as_no_change(world: World) -> None:
    edit(world, changes={"keywords": ["=1+1", "垃圾"]}, limits=SHED)
    cataloguing.first_versions(now=world.now)
    exported = CategoryResource().export()
    rows = read_table(write_csv(exported.headers, exported), "目录.csv")
    again = tablib.Dataset(*(tuple(row.values()) for row in rows), headers=list(rows[0]))
    result = load(world, again)
    assert not result.has_errors()
    assert CategoryVersion.objects.count() == Category.objects.count()
    assert result.totals["skip"] == Category.objects.count()


# --- the admin


@pytest.fixture
def office(world: World) -> Client:
    return client_of(world, "admin")


def form_of(category: Category, **more: Any) -> dict[str, Any]:
    names = ("name", "severity", "urgency", "responsible", "note", "filing_condition", "closing_condition")
    given = {name: getattr(category, name) for name in names}
    blocks = {f"{kind}-{part}": 0 for kind in ("limits", "versions") for part in ("TOTAL_FORMS", "INITIAL_FORMS")}
    given |= {"keywords": ",".join(category.keywords), "parent": category.parent_id, "is_active": "on"}
    return given | blocks | {"change_reason": "更正"} | more


def limit(number: int, step: int) -> dict[str, Any]:
    row = {"clock": "handle", "urgency": "", "step": step, "step_name": f"第{step}", "amount": 4, "unit": "work_hour"}
    return {f"limits-{number}-{name}": value for name, value in row.items()}


def test_the_admin_writes_a_version_with_reason_and_limits(world: World, office: Client) -> None:
    address = reverse("admin:incidents_category_change", args=[world.garbage.pk])
    answer = office.post(
        address, form_of(world.garbage, **{"limits-TOTAL_FORMS": 2}, **limit(0, 1), **limit(1, 2), severity=3)
    )
    assert answer.status_code == 302, answer.content.decode()
    kept = CategoryVersion.objects.get()
    assert (kept.reason, kept.by, len(kept.values["limits"])) == ("更正", world.people["admin"], 2)
    assert "更正" in office.get(address).content.decode()


def test_the_admin_refuses_a_chain_with_a_gap_and_a_change_without_reason(world: World, office: Client) -> None:
    address = reverse("admin:incidents_category_change", args=[world.garbage.pk])
    gap = form_of(world.garbage, **{"limits-TOTAL_FORMS": 1}, **limit(0, 2))
    assert office.post(address, gap).status_code == 200
    assert office.post(address, form_of(world.garbage, change_reason="", severity=4)).status_code == 200
    assert not CategoryVersion.objects.exists()


def test_the_admin_imports_after_a_dry_run(world: World, office: Client) -> None:
    file = SimpleUploadedFile("目录.csv", write_csv(table().headers, table()), content_type="text/csv")
    first = office.post(reverse("admin:incidents_category_import"), {"import_file": file, "format": "1"})
    assert not Category.objects.filter(code="0190").exists()
    office.post(reverse("admin:incidents_category_process_import"), first.context["confirm_form"].initial)
    made = Category.objects.get(code="0190")
    assert made.versions.get().by == world.people["admin"]
    assert "目录.csv" in made.versions.get().reason


def test_the_admin_retires_and_never_deletes(world: World, office: Client) -> None:
    chosen = {"action": "retire", "_selected_action": [world.garbage.pk]}
    office.post(reverse("admin:incidents_category_changelist"), chosen)
    assert Category.objects.get(pk=world.garbage.pk).is_active is False
    assert office.post(reverse("admin:incidents_category_delete", args=[world.garbage.pk])).status_code == 403


def test_the_rules_of_procedure_are_one_row_that_stays(world: World, office: Client) -> None:
    Procedure.objects.update_or_create(pk=1)
    page = reverse("admin:incidents_procedure_change", args=[1])
    given = {name: Procedure._meta.get_field(name).get_default() for name in PROCEDURE} | {"verify_sources": "public"}
    answer = office.post(page, given | {"most_extensions": 1, "longest_deferral_days": ""})
    assert answer.status_code == 302, answer.content.decode()
    kept = Procedure.objects.get()
    assert (kept.most_extensions, kept.verify_sources) == (1, ["public"])
    assert office.get(reverse("admin:incidents_procedure_add")).status_code == 403
    assert office.post(reverse("admin:incidents_procedure_delete", args=[1])).status_code == 403


PROCEDURE = tuple(f.name for f in Procedure._meta.fields if f.name not in ("id", "verify_urgent", "verify_sources"))
