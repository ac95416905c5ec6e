"""Deliberation in the demo street: the forums of the press, eight months of meetings, what waits today."""

import pytest
import time_machine
from django.utils import timezone

from partybuilding import forums, opinions, resolutions
from partybuilding.demo.councils import build_councils
from partybuilding.models import DeputyOpinion, Forum, ForumMeeting, Resolution, Topic
from tests.demo_street import build_demo_street

NAMES = ("小板凳议事会", "石榴树下话党建", "网格议事会", "网格“半月谈大碗茶”座谈会", "党建联席会议", "民情恳谈会议")


@pytest.mark.django_db
@time_machine.travel("2026-11-20 10:00+08:00", tick=False)
def test_the_demo_street_talks_decides_and_follows_up() -> None:
    now = timezone.now()
    build_demo_street()
    assert build_councils(now) > 150
    assert set(NAMES) <= set(Forum.objects.values_list("name", flat=True))
    assert Forum.objects.filter(name="小板凳议事会").count() == 15
    pavilion = forums.with_numbers(Forum.objects.filter(venue="清风睦邻亭"), now).get()
    assert pavilion.done > 10
    assert set(Topic.objects.values_list("principle", flat=True)) == {"big", "real", "key", "urgent", "hard"}
    pairing = {"地面漏电", "地下室漏水", "房顶渗水", "破损路面"}
    assert pairing <= set(Topic.objects.filter(resolutions__status="done").values_list("title", flat=True))
    assert resolutions.without_child(Resolution.objects.all(), now).count() == 2
    assert resolutions.overdue(Resolution.objects.all(), timezone.localdate(now)).count() == 1
    assert resolutions.settle(now=now) == 0
    assert ForumMeeting.objects.filter(status="planned", starts_at__gt=now).count() == Forum.objects.count()
    figures = opinions.figures(DeputyOpinion.objects.all(), timezone.localdate(now))
    assert (figures["rated"], figures["satisfied"], figures["open"]) == (5, 1.0, 1)
    assert not Topic.objects.filter(is_demo=False).exists()
