"""The academy of the demo street."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from fieldwork import competences
from fieldwork.demo.orders import build_orders
from fieldwork.demo.training import PLOTS, build_training
from fieldwork.dictionaries import load_dictionaries
from fieldwork.models import Attendance, CareSubject, Household, PopulationTag, TrainingSession
from grid.demo.divisions import JIANZHONG
from grid.models import Building, Grid
from reports.records import methods
from tests.demo_street import build_demo_street


@pytest.mark.django_db
@time_machine.travel("2026-11-20 10:00+08:00", tick=False)
def test_the_demo_street_has_trained_its_people_and_bought_a_picture_frame() -> None:
    now = timezone.now()
    load_dictionaries()
    build_demo_street()
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
    assert build_orders(now) == 0
    grid = Grid.objects.filter(code__startswith=JIANZHONG, level=Grid.Level.GRID).order_by("code")[0]
    building = Building.objects.filter(grid__code__startswith=grid.code).order_by("pk")[0]
    here = {"grid": grid, "grid_code": grid.code, "is_demo": True}
    home = Household.objects.create(building=building, room="101", **here)
    since, anybody = now.date() - timedelta(days=99), User.objects.all()[0]
    care = {"basis": "duty", "reason": "独居", "since": since, "entered_by": anybody}
    subject = CareSubject.objects.create(household=home, tag=PopulationTag.objects.get(name="独居老人"), **care, **here)
    assert build_orders(now) == 1
    promise = subject.promises.get()
    assert (promise.status, promise.promised_by) == ("done", subject.visits.get().by)
    assert "相框" in promise.title
