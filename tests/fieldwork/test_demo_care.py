"""People in care of the demo street, on a small street."""

import pytest

from fieldwork.demo.care import build_care
from fieldwork.dictionaries import load_care
from fieldwork.models import CarePromise, CareSubject, FieldStep, Household, Resident
from tests import street
from tests.fieldwork import visit_world
from tests.fieldwork.visit_world import NOW, VisitWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> VisitWorld:
    load_care()
    world = visit_world.build()
    street.give_post(street.make_person("head"), "grid_leader", world.grids[street.GRID])
    for n in range(60):
        home = world.household(f"D{n}", is_demo=True)
        Resident.objects.create(household=home, name="占阿姨", is_head=True, birth_year=(1940, 1980, 2018)[n % 3])
    return world


def test_the_demo_has_people_in_care_with_steps_promises_and_one_of_today(world: VisitWorld):
    made = build_care(NOW)
    subjects = CareSubject.objects.exclude(pk__in=[world.elder.pk, world.secret.pk])
    assert made >= 10
    assert subjects.count() == made
    assert subjects.filter(since=visit_world.TODAY).count() <= 1
    assert FieldStep.objects.filter(subject="caresubject").count() == made
    assert CarePromise.objects.exists()


def test_the_demo_is_the_same_on_every_load(world: VisitWorld):
    def words() -> list[tuple[int, str, str]]:
        rows = CareSubject.objects.filter(is_demo=True).order_by("resident")
        return [(row.resident_id or 0, row.tag.name, row.status) for row in rows]

    build_care(NOW)
    first = words()
    CarePromise.objects.all().delete()
    CareSubject.objects.filter(is_demo=True).delete()
    build_care(NOW)
    assert words() == first
    assert Household.objects.filter(is_demo=True).count() == 60
