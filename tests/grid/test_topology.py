"""The topology report: each kind of defect is found, with its place."""

from dataclasses import replace

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon

from grid.models.grid import level_of, parent_code_of
from grid.topology import Cell, report, square_metres
from tests.street import COMMUNITY, GRID, MICRO, MICRO_EAST, square


def cell(code: str, area: MultiPolygon | None = None, **more) -> Cell:
    return Cell(code=code, name=code, level=level_of(code), parent=parent_code_of(code), boundary=area, **more)


PARENT = replace(cell(GRID, square(113.60, 34.70, 0.02)), parent="")
LEFT = cell(MICRO, square(113.60, 34.70, 0.01, 0.02))
RIGHT = cell(MICRO_EAST, square(113.61, 34.70, 0.01, 0.02))


def kinds(*cells: Cell, **more) -> list[str]:
    return [finding.kind for finding in report(cells, **more)]


def test_a_sound_family_gives_no_finding():
    assert kinds(PARENT, LEFT, RIGHT) == []


def test_an_outline_that_crosses_itself_is_placed_and_stops():
    bow = MultiPolygon(Polygon(((113.6, 34.7), (113.61, 34.71), (113.61, 34.7), (113.6, 34.71), (113.6, 34.7))))
    (found,) = report([PARENT, cell(MICRO, bow, row=7)])
    assert (found.severity, found.kind, found.row) == ("error", "invalid_shape", 7)
    assert found.place == pytest.approx((113.605, 34.705))


def test_an_overlap_of_siblings_is_placed_inside_it_and_given_to_the_later_row():
    wide = cell(MICRO_EAST, square(113.608, 34.70, 0.012, 0.02), row=2)
    (found,) = report([PARENT, replace(LEFT, row=1), wide])
    assert (found.severity, found.kind, found.code) == ("error", "overlap", MICRO_EAST)
    assert LEFT.boundary.intersection(wide.boundary).contains(Point(found.place))


def test_a_child_outside_its_parent_is_an_error():
    far = cell(MICRO_EAST, square(113.61, 34.70, 0.015, 0.02))
    assert kinds(PARENT, LEFT, far) == ["outside_parent"]


def test_a_gap_is_a_warning_and_an_allowed_gap_only_a_remark():
    narrow = cell(MICRO_EAST, square(113.61, 34.70, 0.005, 0.02))
    (gap,) = report([PARENT, LEFT, narrow])
    assert (gap.severity, gap.kind) == ("warning", "gap")
    (allowed,) = report([replace(PARENT, gap_allowed=True), LEFT, narrow])
    assert (allowed.severity, allowed.kind) == ("info", "allowed_gap")


def test_there_is_no_gap_while_a_sibling_has_no_boundary_yet():
    assert kinds(PARENT, LEFT, cell(MICRO_EAST)) == []


def test_strips_left_by_rounding_are_no_findings():
    shifted = cell(MICRO_EAST, square(113.6100005, 34.70, 0.0099995, 0.02))  # 5 cm
    assert kinds(PARENT, LEFT, shifted) == []


def test_dedicated_grids_may_lie_over_the_others():
    assert kinds(PARENT, LEFT, RIGHT, cell(f"{GRID}Z01", square(113.605, 34.70, 0.01), dedicated=True)) == []


def test_codes_given_twice_and_codes_without_a_parent_are_errors():
    assert kinds(PARENT, replace(LEFT, boundary=None), replace(LEFT, boundary=None)) == ["duplicate_code"]
    assert kinds(cell(MICRO)) == ["orphan_code"]


@pytest.mark.parametrize(
    ("code", "households", "warns"),
    [
        (MICRO, 29, True),
        (MICRO, 30, False),
        (MICRO, 100, False),
        (MICRO, 101, True),
        (GRID, 500, False),
        (GRID, 501, True),
    ],
)
def test_odd_sizes_are_warnings(code, households, warns):
    (*found,) = report([replace(cell(code, households=households), parent="")])
    assert [(f.severity, f.kind) for f in found] == [("warning", "size")] * warns


def test_only_families_that_changed_are_looked_at():
    overlap = cell(MICRO_EAST, square(113.608, 34.70, 0.012, 0.02))
    assert kinds(PARENT, LEFT, overlap, changed={COMMUNITY}) == []


def test_the_size_of_a_square_is_right_to_a_percent():
    assert square_metres(square(113.60, 34.70, 0.01)) == pytest.approx(1017_000, rel=0.01)
