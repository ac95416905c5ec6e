"""The demo of micro-projects and service points: every stage is there, and nothing breaks where little is."""

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from grid.models import Compound, Grid
from tests import street
from tests.volunteers.conftest import make_volunteer
from volunteers.demo.micro import build_micro
from volunteers.dictionaries import load_dictionaries
from volunteers.models import Expense, MicroProject, Opening, ServicePoint, Team

pytestmark = pytest.mark.django_db


def test_without_an_office_nothing_is_made(grids: dict[str, Grid]) -> None:
    assert build_micro(timezone.now()) == 0


def test_the_demo_has_projects_in_every_stage_and_points_with_a_board(grids: dict[str, Grid]) -> None:
    load_dictionaries()
    for kind in ("party_officer", "deputy_secretary", "shift_leader"):
        street.give_post(street.make_person(kind), kind, grids[street.STREET])
    Compound.objects.create(grid=grids[street.GRID], name="甲院", point=Point(113.605, 34.705, srid=4326))
    leader = make_volunteer(grids[street.GRID], user=street.make_person("leader"))
    Team.objects.create(name="银龄队", leader=leader, grid=grids[street.COMMUNITY], grid_code=street.COMMUNITY)
    assert build_micro(timezone.now()) == 11
    missing = set(MicroProject.Status.values) - set(MicroProject.objects.values_list("status", flat=True))
    assert missing == {"stopped"}
    assert ServicePoint.objects.filter(grid__code=street.COMMUNITY, is_demo=True).count() == 3
    assert Opening.objects.exists()
    assert not Expense.objects.filter(files=None).exists()
