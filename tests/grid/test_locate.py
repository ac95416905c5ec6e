"""Point → grid."""

import pytest
from django.contrib.gis.geos import Point

from grid.locate import locate
from grid.models import Grid
from tests import street
from tests.street import GRID, MICRO, MICRO_EAST, SIDE, SOUTH, STREET, WEST, inside


def test_a_point_belongs_to_the_lowest_grid_around_it(grids):
    found = locate(inside(MICRO))
    assert (found.grid.code, found.how) == (MICRO, "inside")


def test_where_no_micro_grid_is_drawn_the_next_higher_grid_answers(grids):
    found = locate(inside(street.SISTER))
    assert (found.grid.code, found.how) == (street.SISTER, "inside")


def test_on_an_edge_the_smallest_code_of_the_lowest_level_always_answers(grids):
    Grid.objects.filter(code=MICRO).update(note="touched, so that the rows change their order")
    edge = Point(WEST + SIDE / 4, SOUTH + SIDE / 8, srid=4326)
    assert {locate(edge).grid.code for _ in range(5)} == {MICRO}
    assert street.AREAS[MICRO_EAST].intersects(edge)


def test_a_point_just_outside_is_given_to_the_nearest_grid_as_a_guess(grids):
    found = locate(Point(113.5, 34.5, srid=4326))
    assert found is None
    Grid.objects.filter(code__in=["410103", STREET]).update(boundary=None, boundary_origin="")
    west_of_it = Point(WEST - 0.001, SOUTH + SIDE / 4, srid=4326)  # about 90 m
    found = locate(west_of_it)
    assert (found.grid.code, found.how) == (MICRO, "nearest")


def test_the_nearest_distance_is_measured_in_metres_not_degrees(grids, settings):
    """0.0032 degrees are 292 m from west to east but 356 m from south to north."""
    Grid.objects.exclude(code__in=[MICRO]).update(boundary=None, boundary_origin="")
    settings.GRID_NEAREST_METRES = 300
    assert locate(Point(WEST - 0.0032, SOUTH + 0.001, srid=4326)).how == "nearest"
    assert locate(Point(WEST + 0.001, SOUTH - 0.0032, srid=4326)) is None


def test_retired_and_dedicated_grids_do_not_answer(grids):
    Grid.objects.filter(code=MICRO).update(valid_to="2024-06-01")
    assert locate(inside(MICRO)).grid.code == GRID
    street.make_grid("410103008001Z01", area=street.AREAS[GRID], kind="dedicated")
    assert locate(inside(MICRO)).grid.code == GRID
    assert locate(inside(MICRO), kind="dedicated").grid.code == "410103008001Z01"


@pytest.mark.parametrize("how", ["inside", "nearest", "nowhere"])
def test_it_costs_one_query(grids, django_assert_num_queries, how):
    points = {"inside": inside(MICRO), "nearest": Point(WEST - 0.001, SOUTH, srid=4326), "nowhere": Point(80, 40)}
    with django_assert_num_queries(1):
        found = locate(points[how])
        _ = found and (found.grid.name, found.grid.level, found.grid.kind)
