"""Imports: nothing is half imported, a dry run writes nothing, every finding has its row and place."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.errors import NotNow, NotValid
from accounts.models import User
from grid.datum import from_wgs84
from grid.importing import kept, run
from grid.models import BoundaryVersion, Grid, ImportRun, Post
from tests import street
from tests.street import COMMUNITY, GRID, MICRO, SISTER, STREET

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data")

DIVISIONS = f"编码,名称,户数\n{SISTER}001,交通路第1网格,320\n{SISTER}001001,交通路1-1微网格,64\n"


def take(now, text, kind="divisions", *, dry_run=False, actor=None, **options):
    raw = text if isinstance(text, bytes) else text.encode()
    return run.import_file(kind=kind, file_name="x", raw=raw, options=options, dry_run=dry_run, actor=actor, now=now)


def kinds(done: ImportRun) -> list[str]:
    return [found["kind"] for found in done.findings]


# --- division codes ---


def test_a_list_of_grids_becomes_a_tree(grids, now):
    done = take(now, DIVISIONS)
    assert (done.rows, done.created, done.errors, done.applied_at) == (2, 2, 0, now)
    assert Grid.objects.get(code=f"{SISTER}001001").parent.parent == grids[SISTER]


def test_a_dry_run_counts_the_same_and_writes_nothing(grids, now):
    done = take(now, DIVISIONS, dry_run=True)
    assert (done.created, done.applied_at) == (2, None)
    assert Grid.objects.count() == len(grids)


def test_one_bad_row_and_nothing_is_written(grids, now):
    done = take(now, DIVISIONS + f"{COMMUNITY}777001,孤儿,50\n")
    assert kinds(done) == ["orphan_code"]
    assert done.findings[0]["row"] == 4
    assert Grid.objects.count() == len(grids)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (f"{SISTER}001,又一个,10", "duplicate_code"),
        ("12,太短,10", "bad_row"),
        (f"{SISTER}002,,10", "bad_row"),
        (f"{SISTER}002,网格,٣", "bad_row"),
        (f"{SISTER}002,网格\u202e,3", "bad_row"),
    ],
)
def test_what_cannot_be_is_an_error_with_its_row(grids, now, line, kind):
    done = take(now, DIVISIONS + line + "\n")
    assert kind in kinds(done)
    assert {found["row"] for found in done.findings if found["kind"] == kind} == {4}


def test_odd_sizes_warn_but_do_not_stop(grids, now):
    done = take(now, DIVISIONS.replace(",64", ",640"))
    assert (kinds(done), done.warnings, done.created) == (["size"], 1, 2)


def test_a_second_import_changes_only_what_differs(grids, now):
    take(now, DIVISIONS)
    assert (again := take(now, DIVISIONS)).created == again.changed == 0
    assert take(now, DIVISIONS.replace("320", "330")).changed == 1
    assert Grid.objects.get(code=f"{SISTER}001").households == 330


def test_twelve_digit_statistical_codes_are_read_as_what_they_mean(db, now):
    take(now, "code,name\n410100000000,郑州市\n410103000000,二七区\n410103008000,建中街街道\n410103008001,社区\n")
    assert set(Grid.objects.values_list("code", flat=True)) == {"4101", "410103", STREET, COMMUNITY}


def test_an_editor_imports_only_below_the_own_street(grids, editor, now):
    assert take(now, DIVISIONS, actor=editor).created == 2
    refused = take(now, f"code,name\n{street.OTHER_COMMUNITY}009,x\n", actor=editor)
    assert kinds(refused) == ["not_allowed"]


def test_a_file_without_the_columns_or_above_ten_megabytes_is_refused(db, now):
    assert kinds(take(now, "a,b\n1,2\n")) == ["unreadable"]
    with pytest.raises(NotValid):
        take(now, b"x" * (run.MAX_BYTES + 1))


@needs_shared
def test_the_official_list_of_zhengzhou_is_taken_whole(db, now):
    path = SHARED / "divisions" / "zhengzhou_divisions_2023_villages.csv"
    call_command("import_divisions", path, stdout=StringIO())
    counts = [Grid.objects.filter(level=level).count() for level in (1, 2, 3, 4)]
    assert counts == [1, 15, 208, 3306]
    assert Grid.objects.filter(code__startswith=STREET, level=4).count() == 15


@needs_shared
def test_one_street_is_taken_from_the_official_list(db):
    path = SHARED / "divisions" / "zhengzhou_divisions_2023_villages.csv"
    call_command("import_divisions", path, under=STREET, stdout=StringIO())
    assert Grid.objects.count() == 1 + 1 + 1 + 15


# --- boundaries ---


def collection(*features) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


def feature(area, **properties):
    return {"type": "Feature", "properties": properties, "geometry": json.loads(area.geojson)}


def test_a_boundary_finds_its_grid_by_code_or_name(grids, now):
    text = collection(feature(street.AREAS[MICRO], code=MICRO), feature(street.AREAS[SISTER], name="交通路社区"))
    Grid.objects.filter(code=SISTER).update(boundary=None, boundary_origin="")
    done = take(now, text, "boundaries", datum="wgs84")
    assert (done.errors, done.created, done.changed) == (0, 1, 0)
    assert BoundaryVersion.objects.get().grid == grids[SISTER]


def test_coordinates_are_converted_from_the_datum_that_is_named(grids, now):
    shifted = street.AREAS[STREET].clone()
    text = shifted.geojson
    points = [list(from_wgs84(x, y, "gcj02")) for x, y in shifted[0].coords[0]]
    given = {"type": "Polygon", "coordinates": [points]}
    Grid.objects.filter(code=STREET).update(boundary=None, boundary_origin="")
    take(
        now,
        collection({"type": "Feature", "properties": {"code": STREET}, "geometry": given}),
        "boundaries",
        datum="gcj02",
    )
    assert Grid.objects.get(code=STREET).boundary.equals_exact(shifted, 1e-8), text


def test_without_a_datum_nothing_is_taken(grids, now):
    assert kinds(take(now, collection(feature(street.AREAS[MICRO], code=MICRO)), "boundaries")) == ["unreadable"]


def test_an_overlap_with_a_sibling_already_there_stops_the_import(grids, now):
    wide = street.square(street.WEST, street.SOUTH, 0.015, 0.02)
    done = take(now, collection(feature(wide, code=MICRO)), "boundaries", datum="wgs84")
    assert kinds(done) == ["overlap"]
    assert done.findings[0]["row"] == 1
    assert done.findings[0]["place"] == pytest.approx([113.6125, 34.71], abs=0.01)
    assert Grid.objects.get(code=MICRO).boundary.equals(street.AREAS[MICRO])


def test_unknown_twice_named_and_repeated_features_are_findings(grids, now):
    Grid.objects.filter(code__in=[COMMUNITY, SISTER]).update(name="同名社区")
    area = street.AREAS[MICRO]
    text = collection(
        feature(area, code="999999"),
        feature(area, name="同名社区"),
        feature(area, code=MICRO),
        feature(area, code=MICRO),
    )
    done = take(now, text, "boundaries", datum="wgs84")
    assert [(f["kind"], f["row"]) for f in done.findings] == [
        ("unknown_grid", 1),
        ("ambiguous_name", 2),
        ("duplicate_code", 4),
    ]


@needs_shared
@pytest.mark.parametrize("datum", ["wgs84", "gcj02"])
def test_the_districts_of_zhengzhou_are_taken(db, now, datum):
    call_command("import_divisions", SHARED / "divisions" / "zhengzhou_divisions_2023_villages.csv", stdout=StringIO())
    path = SHARED / "map" / f"zhengzhou_districts_{datum}.geojson"
    call_command("import_boundaries", path, datum=datum, stdout=StringIO())
    assert Grid.objects.filter(level=2).exclude(boundary=None).count() == 12


@needs_shared
def test_districts_that_intersect_themselves_are_refused_with_twelve_placed_findings(db, now):
    call_command("import_divisions", SHARED / "divisions" / "zhengzhou_divisions_2023_villages.csv", stdout=StringIO())
    path = SHARED / "map" / "zhengzhou_districts_self_intersecting.geojson"
    with pytest.raises(CommandError, match="nothing was written"):
        call_command("import_boundaries", path, datum="gcj02", stdout=StringIO())
    done = ImportRun.objects.get(kind="boundaries")
    assert kinds(done) == ["invalid_shape"] * 12
    assert [found["row"] for found in done.findings] == list(range(1, 13))
    assert all(112 < found["place"][0] < 115 for found in done.findings)
    assert not BoundaryVersion.objects.exists()


# --- rosters ---

ROSTER = f"账号,姓名,手机号,岗位,网格编码,起始日期\nzhangsan,张三,13812345678,网格长,{GRID},2026-01-01\n"


def test_a_roster_makes_people_and_posts(grids, now):
    done = take(now, ROSTER, "roster")
    post = Post.objects.get()
    assert (done.created, post.kind, post.grid.code, str(post.starts_on)) == (1, "grid_leader", GRID, "2026-01-01")
    assert (post.user.real_name, post.user.phone) == ("张三", "13812345678")
    assert not post.user.has_usable_password()


def test_a_roster_can_be_imported_again(grids, now):
    take(now, ROSTER, "roster")
    assert (take(now, ROSTER, "roster").errors, Post.objects.count()) == (0, 1)


def test_a_dry_run_of_a_roster_makes_nobody(grids, now):
    assert take(now, ROSTER, "roster", dry_run=True).created == 1
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "line",
    [
        f"lisi,李四,,网格长,{GRID},",  # that grid has a leader in line 2
        f"lisi,李四,,大王,{GRID},",
        "lisi,李四,,网格员,410103008001999,",
        f"lisi,李四,12345,网格员,{GRID},",
        f"lisi,李四,,网格员,{GRID},2026-02-30",
        f"zhangsan,李四,,网格员,{GRID},",
        f",李四,,网格员,{GRID},",
    ],
)
def test_one_wrong_line_of_a_roster_stops_all_of_it(grids, now, line):
    done = take(now, f"{ROSTER}{line}\n", "roster")
    assert [(found["kind"], found["row"]) for found in done.findings] == [("bad_row", 3)]
    assert not User.objects.exists()
    assert not Post.objects.exists()


def test_the_command_reads_a_roster_and_says_what_it_did(grids, tmp_path):
    path, out = tmp_path / "roster.csv", StringIO()
    path.write_text(ROSTER)
    call_command("import_roster", path, dry_run=True, stdout=out)
    assert "dry run" in out.getvalue()
    call_command("import_roster", path, stdout=out)
    assert Post.objects.count() == 1
    with pytest.raises(CommandError):
        call_command("import_roster", tmp_path / "missing.csv", stdout=out)


def test_the_tree_as_it_stands_can_be_checked(grids):
    out = StringIO()
    Grid.objects.filter(code=MICRO).update(boundary=street.square(street.WEST, street.SOUTH, 0.015, 0.02))
    with pytest.raises(CommandError, match="1 errors"):
        call_command("check_grids", STREET, stdout=out)
    assert "overlap" in out.getvalue()


# --- the way through the admin ---


def test_a_clean_dry_run_is_applied_from_its_kept_file(grids, editor, now):
    values = {"kind": "roster", "file_name": "r.csv", "raw": ROSTER.encode(), "options": {}, "actor": editor}
    dry = run.dry_run_and_keep(**values, now=now)
    assert "13812345678" not in kept._path(dry).read_text()
    assert run.apply_kept(dry, actor=editor, now=now).applied_at == now
    assert Post.objects.filter(user__username="zhangsan").exists()
    assert not kept.is_kept(dry)


def test_a_dry_run_with_errors_or_without_its_file_is_not_applied(grids, editor, now):
    wrong = run.dry_run_and_keep(kind="roster", file_name="r", raw=b"x,y\n1,2\n", options={}, actor=editor, now=now)
    with pytest.raises(NotNow):
        run.apply_kept(wrong, actor=editor, now=now)
    good = take(now, ROSTER, "roster", dry_run=True)
    with pytest.raises(NotNow):
        run.apply_kept(good, actor=editor, now=now)
