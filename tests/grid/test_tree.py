"""Changes of the tree, and what the database forbids."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import AccessEvent
from grid.boundaries import set_boundary
from grid.changes import create_grid, edit_profile, pair, retire_grid
from grid.models import BoundaryVersion, Grid, ImportRun
from tests import street
from tests.street import COMMUNITY, GRID, MICRO, OTHER_STREET, SISTER, STREET, square

TODAY = timezone.localdate


def test_a_new_grid_stands_under_the_grid_that_begins_its_code(grids, editor, now):
    made = create_grid(
        code=f"{SISTER}001", name=" 交通路第1网格 ", valid_from=TODAY(), actor=editor, now=now, households=300
    )
    assert (made.parent, made.level, made.name, made.households) == (grids[SISTER], 5, "交通路第1网格", 300)


@pytest.mark.parametrize("code", ["41010300800", "410103008001abc", GRID, "410103008009001", "４１０１"])
def test_a_code_that_cannot_stand_in_the_tree_is_refused(grids, now, code):
    with pytest.raises(NotValid) as refused:
        create_grid(code=code, name="x", valid_from=TODAY(), actor=None, now=now)
    assert "code" in refused.value.fields


def test_nobody_edits_outside_the_own_subtree(grids, editor, now):
    with pytest.raises(NotAllowed):
        create_grid(code=f"{OTHER_STREET}009", name="x", valid_from=TODAY(), actor=editor, now=now)
    with pytest.raises(NotAllowed):
        edit_profile(grids[OTHER_STREET], name="x", actor=editor)


def test_a_profile_changes_only_what_was_given(grids, editor):
    Grid.objects.filter(code=GRID).update(population=900)
    changed = edit_profile(grids[GRID], actor=editor, households=310)
    assert (changed.households, changed.population) == (310, 900)
    with pytest.raises(NotValid):
        edit_profile(grids[GRID], name="  ", actor=editor)


def test_a_grid_is_retired_from_below_and_its_posts_end_with_it(grids, editor):
    post = street.give_post(street.make_person("wang"), "micro_leader", grids[MICRO])
    with pytest.raises(NotNow):
        retire_grid(grids[GRID], on=TODAY(), actor=editor)
    retire_grid(grids[MICRO], on=TODAY(), actor=editor)
    post.refresh_from_db()
    assert post.ends_on == TODAY()
    assert AccessEvent.objects.get(action="post").actor == editor
    assert not Grid.objects.current(TODAY()).filter(code=MICRO).exists()


def test_a_pairing_joins_a_dedicated_and_a_territorial_grid_once(grids, editor):
    dedicated = street.make_grid(f"{COMMUNITY}Z01", kind="dedicated")
    values = {"starts_on": TODAY(), "problems": "地面漏电", "actor": editor}
    pair(dedicated=dedicated, neighbour=grids[MICRO], **values)
    with pytest.raises(NotNow):
        pair(dedicated=dedicated, neighbour=grids[MICRO], **values)
    with pytest.raises(NotValid):
        pair(dedicated=grids[GRID], neighbour=grids[MICRO], **values)


# --- boundaries ---


def give(grid, area, now, **more):
    values = {"origin": "surveyed", "source_datum": "wgs84", "valid_from": TODAY(now), "reason": "网格调整"}
    return set_boundary(grid, area, **values | {"actor": None, "now": now} | more)


def test_a_new_boundary_closes_the_old_version_and_keeps_it(grids, now):
    before = grids[GRID].boundary
    first = give(grids[GRID], square(113.60, 34.70, 0.01), now)
    unversioned, kept = BoundaryVersion.objects.filter(grid=grids[GRID]).order_by("valid_from")
    assert unversioned.boundary.equals(before)
    assert (unversioned.valid_to, kept) == (TODAY(now), first)
    assert Grid.objects.get(code=GRID).boundary.equals(first.boundary)


def test_the_area_of_the_grid_follows_its_boundary(grids, now):
    give(grids[GRID], square(113.60, 34.70, 0.01), now)
    assert float(Grid.objects.get(code=GRID).area_km2) == pytest.approx(1.017, rel=0.01)


def test_two_changes_on_one_day_leave_one_present_version(grids, now):
    give(grids[GRID], square(113.60, 34.70, 0.01), now)
    last = give(grids[GRID], square(113.60, 34.70, 0.012), now)
    assert BoundaryVersion.objects.get(grid=grids[GRID], valid_to=None) == last


def test_a_boundary_cannot_begin_before_the_present_one_or_tomorrow(grids, now):
    give(grids[GRID], square(113.60, 34.70, 0.01), now)
    for day in (TODAY(now) - timedelta(days=1), TODAY(now) + timedelta(days=1)):
        with pytest.raises(NotNow):
            give(grids[GRID], square(113.60, 34.70, 0.012), now, valid_from=day)


def test_nobody_moves_the_boundary_of_another_street(grids, editor, now):
    with pytest.raises(NotAllowed):
        give(grids[OTHER_STREET], square(113.60, 34.70, 0.01), now, actor=editor)
    assert not BoundaryVersion.objects.exists()


# --- what the database forbids ---

BOW = "ST_GeomFromText('MULTIPOLYGON(((113.6 34.7,113.61 34.71,113.61 34.7,113.6 34.71,113.6 34.7)))',4326)"
ABROAD = "ST_GeomFromText('MULTIPOLYGON(((2 48,3 48,3 49,2 49,2 48)))',4326)"
EMPTY = "ST_GeomFromText('MULTIPOLYGON EMPTY',4326)"
MANY = "(SELECT ST_Multi(ST_Buffer(ST_SetSRID(ST_Point(113.6,34.7),4326),0.01,2000)))"

FORBIDDEN = {
    "level beside its code": f"UPDATE grid_grid SET level = 4 WHERE code = '{GRID}'",
    "code of no form": "UPDATE grid_grid SET code = 'x' WHERE code = '4101'",
    "another code": f"UPDATE grid_grid SET code = '{COMMUNITY}009' WHERE code = '{GRID}'",
    "a parent elsewhere": (
        f"UPDATE grid_grid SET parent_id = (SELECT id FROM grid_grid WHERE code = '{SISTER}') WHERE code = '{GRID}'"
    ),
    "a boundary that crosses itself": f"UPDATE grid_grid SET boundary = {BOW} WHERE code = '{GRID}'",
    "a boundary abroad": f"UPDATE grid_grid SET boundary = {ABROAD} WHERE code = '{GRID}'",
    "an empty boundary": f"UPDATE grid_grid SET boundary = {EMPTY} WHERE code = '{GRID}'",
    "a boundary of 8,000 points": f"UPDATE grid_grid SET boundary = {MANY} WHERE code = '{GRID}'",
    "a boundary of unknown origin": f"UPDATE grid_grid SET boundary_origin = '' WHERE code = '{GRID}'",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_the_database_refuses(grids, statement):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_an_import_that_is_applied_with_errors(db, now):
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRun.objects.create(kind="roster", file_name="x", dry_run=False, errors=1, applied_at=now)


def test_the_database_keeps_one_boundary_at_a_time(grids):
    values = {"grid": grids[GRID], "boundary": grids[GRID].boundary, "origin": "derived"}
    BoundaryVersion.objects.create(valid_from=date(2024, 1, 1), valid_to=date(2025, 1, 1), **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        BoundaryVersion.objects.create(valid_from=date(2024, 6, 1), valid_to=date(2024, 7, 1), **values)


def test_the_street_of_the_tests_is_what_its_name_says(grids):
    assert grids[MICRO].code.startswith(grids[STREET].code)
