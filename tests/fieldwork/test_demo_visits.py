"""The visits of the demo street are what the rules would have made of eight weeks."""

import pytest
import time_machine
from django.utils import timezone

from fieldwork import duties
from fieldwork.demo.care import build_care
from fieldwork.demo.households import build_households
from fieldwork.demo.visits import build_visits
from fieldwork.dictionaries import load_dictionaries
from fieldwork.models import KnockAction, Visit, VisitDuty
from incidents.catalogue import load_catalogue
from tests.demo_street import build_demo_street


@pytest.mark.django_db
@time_machine.travel("2026-11-20 10:00+08:00", tick=False)
def test_the_job_finds_nothing_to_do_after_the_demo_and_the_lists_have_something_of_everything() -> None:
    now = timezone.now()
    load_catalogue()
    load_dictionaries()
    build_demo_street()
    build_households(now)
    build_care(now)
    assert build_visits(now) > 3000
    assert duties.open_due_rounds(now=now) == 0
    assert not Visit.objects.filter(at__gt=now).exists()
    assert {*Visit.objects.values_list("outcome", flat=True)} == {*Visit.Outcome.values}
    assert VisitDuty.objects.overdue(timezone.localdate(now)).exists()
    assert VisitDuty.objects.filter(plan__name=duties.AGREED, done_on=None).exists()
    assert {*KnockAction.objects.values_list("status", flat=True)} == {"ended", "running"}
    ended = KnockAction.objects.get(status="ended")
    assert ended.lasting
    assert ended.follow_up is not None
    assert ended.doors.count() == 30
