"""The activities of the demo street are as many as the press says."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from grid.demo.divisions import JIANZHONG
from grid.models import Grid
from partybuilding.activity_counts import counts
from partybuilding.demo.activities import build_activities
from partybuilding.dictionaries import load_dictionaries
from partybuilding.models import Activity, ActivityPerson, Story
from tests.demo_street import build_demo_street


@pytest.mark.django_db
@time_machine.travel("2026-11-20 10:00+08:00", tick=False)
def test_a_year_of_activities_has_the_numbers_of_the_press() -> None:
    now = timezone.now()
    load_dictionaries()
    build_demo_street()
    assert build_activities(now) == Activity.objects.filter(is_demo=True).count() == Activity.objects.count()
    top = Grid.objects.get(code=JIANZHONG)
    admin = Activity.objects.order_by("pk")[0].by
    found = counts(top, [], user=admin, start=now - timedelta(days=364), end=now)
    assert dict(found.total.by_level) == {"district": 0, "street": 17, "community": 166, "grid": 130}
    sums = found.total.sums
    assert (sums["merchants"], sums["compounds"], sums["jobs"]) == (116, 24, 7900)
    kinds = {name: tally.total for _pk, name, tally in found.kinds}
    assert (kinds["党员活动"], kinds["网格志愿服务"], kinds["警民活动"]) == (32, 94, 4)
    planned = Activity.objects.filter(status="planned")
    assert planned.count() == 4
    assert planned.filter(starts_at__lt=now).count() == 1
    assert ActivityPerson.objects.filter(activity__in=planned, presence="waiting").count() == 4
    assert Story.objects.filter(is_chosen=True).exists()
    assert Story.objects.filter(is_chosen=False, activity__stories__is_chosen=False).exists()
