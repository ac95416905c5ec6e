"""The academy of the demo street."""

import pytest
from django.utils import timezone

from fieldwork import competences
from fieldwork.demo.training import PLOTS, build_training
from fieldwork.dictionaries import load_dictionaries
from fieldwork.models import Attendance, TrainingSession
from grid.demo.divisions import JIANZHONG
from grid.demo.organizations import build_organizations
from grid.demo.people import build_people
from grid.demo.places import build_places
from grid.demo.tree import build_tree
from reports.records import methods


@pytest.mark.django_db
def test_the_demo_street_has_trained_its_people_and_has_a_list_to_note() -> None:
    now = timezone.now()
    load_dictionaries()
    grids = build_tree()
    organizations = build_organizations(grids)
    build_people(grids, organizations, build_places(grids, organizations), password="x")
    assert build_training(now) == len(PLOTS) + 4
    held = TrainingSession.objects.filter(status="held")
    assert held.count() == 11
    assert not Attendance.objects.filter(session__in=held, presence="signed_up").exists()
    (waiting,) = TrainingSession.objects.waiting_for_marks(now)
    assert waiting.attendance.exists()
    assert TrainingSession.objects.to_come(now).count() == 3
    assert methods.FIGURES["trained"](JIANZHONG, now) > 200
    found = dict(competences.coverage(competences.people_of(waiting.created_by, now=now)))
    assert all(people > 20 for people in found.values())
