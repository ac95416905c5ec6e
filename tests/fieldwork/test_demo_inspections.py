"""The places and inspections of the demo street: something of every kind, with the record of every step."""

import pytest
import time_machine
from django.utils import timezone

from fieldwork.demo.inspections import build_inspections
from fieldwork.inspection_seeds import load_inspection_lists
from fieldwork.models import FieldStep, Hazard, InspectedPlace, Inspection, PlaceKind, RectificationNotice
from grid.demo.divisions import JIANZHONG
from tests.demo_street import build_demo_street


@pytest.mark.django_db
@time_machine.travel("2026-11-20 10:00+08:00", tick=False)
def test_the_demo_street_has_places_of_every_kind_and_notices_in_every_state_of_work() -> None:
    now = timezone.now()
    load_inspection_lists()
    build_demo_street()
    assert build_inspections(now) == Inspection.objects.count() > 400
    assert InspectedPlace.objects.values("kind").distinct().count() == PlaceKind.objects.count()
    assert {*Inspection.objects.values_list("level", flat=True)} == {"grid", "community", "street"}
    assert {*Hazard.objects.values_list("status", flat=True)} == {*Hazard.Status.values}
    notices = RectificationNotice.objects.filter(grid_code__startswith=JIANZHONG)
    assert {*notices.values_list("status", flat=True)} >= {"issued", "fixing", "closed", "transferred"}
    assert notices.filter(status__in=("issued", "fixing"), deadline__lt=now.date()).exists()
    numbers = sorted(int(one.number.split("〕")[1].rstrip("号")) for one in notices)
    assert numbers == list(range(1, len(numbers) + 1))
    last = {(s.subject, s.subject_id): s.after for s in FieldStep.objects.order_by("pk")}
    rows = [*Hazard.objects.all(), *RectificationNotice.objects.all()]
    assert all(last[row._meta.model_name, row.pk] == row.status for row in rows)
