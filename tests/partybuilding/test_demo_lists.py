"""The lists of the demo street: as many as told, in every state, consistent, with matches for today's pipe."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from grid.models import Organization
from partybuilding import ageing
from partybuilding.demo.lists import build_lists
from partybuilding.dictionaries import load_dictionaries
from partybuilding.match_queries import matches_of
from partybuilding.models import Need, PartnerUnit, Project, Resource
from tests import street

pytestmark = pytest.mark.django_db


def prepared(units: int) -> None:
    """The streets with their people, some partner units, the dictionaries."""
    grids = street.build_streets()
    people = street.make_roles(grids)
    load_dictionaries()
    for n in range(units):
        name = "市政设施养护队" if n == 0 else f"共建单位{n}"
        body = Organization.objects.create(grid=grids[street.STREET], code=f"u{n}", name=name, kind="institution")
        PartnerUnit.objects.create(organization=body, joined_on=street.SINCE)
    assert people


def test_the_lists_are_filled_in_every_state_and_todays_pipe_has_a_unit() -> None:
    prepared(12)
    now = timezone.now()
    assert build_lists(now) == 120
    assert set(Need.objects.values_list("status", flat=True)) == set(Need.Status.values)
    assert Resource.objects.count() == 90
    assert Project.objects.count() >= 60
    assert set(Project.objects.values_list("status", flat=True)) >= {"agreed", "running", "done", "evaluated"}
    pipe = Need.objects.get(incident__isnull=False)
    reader = pipe.by
    found = matches_of([pipe], reader, today=timezone.localdate(now))[pipe.pk]
    assert "市政设施养护队" in {one.unit.organization.name for one in found}


def test_what_waits_stands_where_the_rules_of_the_demo_put_it() -> None:
    prepared(3)
    now = timezone.now()
    build_lists(now)
    assert Need.objects.filter(status="open").exclude(level_code=F("grid_code")).exists()
    assert ageing.raise_waiting(now=now - timedelta(minutes=1)) == 0


def test_without_units_there_are_needs_and_nothing_breaks() -> None:
    prepared(0)
    assert build_lists(timezone.now()) == 120
    assert Resource.objects.count() == 0
