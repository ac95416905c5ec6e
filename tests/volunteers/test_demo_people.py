"""The volunteers of the demo street: the numbers of the press, twelve teams, an account to sign in with."""

import pytest
import time_machine
from django.utils import timezone

from tests.demo_street import build_demo_street
from volunteers.demo.people import TEAMS, build_volunteers
from volunteers.dictionaries import load_dictionaries
from volunteers.models import Membership, Team, Volunteer, VolunteerRecord
from volunteers.people_stages import grow_up
from volunteers.standing import volunteer_of


@pytest.mark.django_db
@time_machine.travel("2026-11-21 10:00+08:00", tick=False)
def test_more_than_nine_hundred_volunteers_in_twelve_teams() -> None:
    load_dictionaries()
    build_demo_street()
    now = timezone.now()
    assert build_volunteers(now) > 900
    assert Volunteer.objects.filter(status="active").count() > 900
    assert (Team.objects.count(), len(TEAMS)) == (12, 12)
    own = Volunteer.objects.get(user__username="volunteer")
    assert volunteer_of(own.user) == own
    assert own.led_teams.get().memberships.filter(status="asked").count() == 2
    assert not Volunteer.objects.filter(is_minor=True, status="active", guardian_agreed_on=None).exists()
    assert not Membership.objects.filter(status="active", volunteer__status="left").exists()
    assert not Volunteer.objects.filter(at__gt=now).exists()
    assert set(VolunteerRecord.objects.values_list("kind", flat=True)) == {"training", "honour", "evaluation"}
    assert Volunteer.objects.filter(status="applied", grid__code__startswith="410103008").count() == 9
    assert grow_up(now=now) == 0  # the job has nothing to do after the demo
