"""Duty posts, fair rosters, swaps, attendance."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import NotAllowed, NotNow, NotValid
from notices.models import Notice
from partybuilding import duty_news, rosters, shifts
from partybuilding.models import DutyShift, PartyMember, PartyStep, Skill
from tests import street
from tests.partybuilding import duty_world
from tests.partybuilding.duty_world import NOW, TODAY, Duty

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=28)


@pytest.fixture
def duty() -> Duty:
    """The world of duty."""
    return duty_world.build()


def roster(post: Any) -> Counter[int]:
    """Planned shifts by member."""
    return Counter(post.shifts.filter(status="planned").values_list("member", flat=True))


def test_open_shifts_fill_the_weekdays_of_four_weeks_and_nothing_twice(duty: Duty) -> None:
    post = duty.post(people=2)
    assert rosters.open_shifts(now=NOW) == 2 * 8
    assert rosters.open_shifts(now=NOW) == 0
    days = set(post.shifts.values_list("on", flat=True))
    assert {day.isoweekday() for day in days} == {1, 5}
    assert min(days) > TODAY
    assert max(days) <= TODAY + MONTH
    assert PartyStep.objects.filter(subject="dutyshift", after="planned", by=None).count() == 16


def test_a_roster_is_shared_fairly_and_whoever_stood_before_stands_less(duty: Duty) -> None:
    post = duty.post()
    for days in (1, 2, 3):
        DutyShift.objects.create(
            post=post, on=TODAY - timedelta(days=days), member=duty.members["wang"], status="attended"
        )
    rosters.open_shifts(now=NOW)
    assert roster(post) == {duty.members["wang"].pk: 1, duty.members["zhao"].pk: 4, duty.members["sun"].pk: 3}


def test_only_members_of_the_community_who_are_there_stand_at_its_post(duty: Duty) -> None:
    PartyMember.objects.filter(pk=duty.members["zhao"].pk).update(management="participating")
    PartyMember.objects.filter(pk=duty.members["sun"].pk).update(left_on=TODAY)
    post = duty.post()
    rosters.open_shifts(now=NOW)
    assert set(roster(post)) == {duty.members["wang"].pk}


def test_a_post_with_a_class_is_staffed_by_members_who_can_do_it(duty: Duty) -> None:
    skill = Skill.objects.create(name="健康医疗")
    duty.members["sun"].skills.add(skill)
    post = duty.post(skill=skill)
    rosters.open_shifts(now=NOW)
    assert set(roster(post)) == {duty.members["sun"].pk}


def test_nobody_stands_at_two_posts_on_one_day(duty: Duty) -> None:
    duty.post(), duty.post(name="夜间岗"), duty.post(name="西门岗"), duty.post(name="北门岗")
    rosters.open_shifts(now=NOW)
    days = Counter(DutyShift.objects.values_list("member", "on"))
    assert set(days.values()) == {1}
    assert DutyShift.objects.count() == 3 * 8


def test_the_number_of_queries_does_not_grow_with_posts(duty: Duty) -> None:
    duty.post()
    with CaptureQueriesContext(connection) as one:
        rosters.open_shifts(now=NOW)
    for n in range(8):
        duty.post(name=f"岗{n}")
    DutyShift.objects.all().delete()
    with CaptureQueriesContext(connection) as many:
        rosters.open_shifts(now=NOW)
    assert len(many) == len(one) < 12


def test_days_that_a_post_gives_up_are_called_off_and_written_down(duty: Duty) -> None:
    post = duty.post()
    rosters.open_shifts(now=NOW)
    new = rosters.NewPost(post.name, post.place, [5], post.starts, post.ends)
    rosters.change_post(post, new, actor=duty.people["partyofficer"], version=1, now=NOW)
    assert {row.on.isoweekday() for row in post.shifts.filter(status="planned")} == {5}
    assert PartyStep.objects.filter(subject="dutyshift", after="called_off").count() == 4
    with pytest.raises(NotNow):
        rosters.change_post(post, new, actor=duty.people["partyofficer"], version=1, now=NOW)


def test_a_post_needs_a_day_and_a_right(duty: Duty) -> None:
    with pytest.raises(NotValid) as refused:
        duty.post(weekdays=[])
    assert "weekdays" in refused.value.fields
    with pytest.raises(NotAllowed):
        rosters.create_post(
            rosters.NewPost("岗", "门", [1], NOW.time(), (NOW + timedelta(hours=1)).time()),
            grid=duty.grids[street.GRID],
            actor=duty.people["gridleader"],
        )


def test_a_swap_changes_hands_only_when_the_one_who_was_asked_agrees(duty: Duty) -> None:
    shift = duty.shift("wang")
    shifts.ask(shift, duty.members["zhao"], actor=duty.people["wang"], now=NOW)
    asked = Notice.objects.get(recipient=duty.people["zhao"])
    assert "王" not in asked.title + asked.body
    for stranger in ("li", "wang", "partyofficer"):
        with pytest.raises(NotAllowed):
            shifts.agree(shift, actor=duty.people[stranger], now=NOW)
    shifts.agree(shift, actor=duty.people["zhao"], now=NOW)
    shift.refresh_from_db()
    assert (shift.member, shift.asked, shift.status) == (duty.members["zhao"], None, "planned")
    assert Notice.objects.filter(recipient=duty.people["wang"]).exists()
    with pytest.raises(NotNow):
        shifts.agree(shift, actor=duty.people["zhao"], now=NOW)


def test_a_colleague_who_declines_leaves_the_shift_where_it_was(duty: Duty) -> None:
    shift = duty.shift("wang")
    shifts.ask(shift, duty.members["zhao"], actor=duty.people["wang"], now=NOW)
    shifts.decline(shift, actor=duty.people["zhao"], now=NOW)
    shift.refresh_from_db()
    assert (shift.member, shift.asked) == (duty.members["wang"], None)


def test_nobody_is_asked_who_cannot_answer_or_stands_there_already(duty: Duty) -> None:
    shift = duty.shift("wang")
    duty.shift("zhao", post=shift.post)
    for who in ("sun", "li", "zhao"):
        with pytest.raises(NotValid):
            shifts.ask(shift, duty.members[who], actor=duty.people["wang"], now=NOW)
    with pytest.raises(NotAllowed):
        shifts.ask(shift, duty.members["wang"], actor=duty.people["zhao"], now=NOW)


def test_a_shift_is_noted_on_its_day_and_not_before(duty: Duty) -> None:
    shift, officer = duty.shift("wang"), duty.people["partyofficer"]
    with pytest.raises(NotNow):
        shifts.note(shift, "attended", actor=officer, now=NOW)
    later = NOW + timedelta(days=3)
    assert shifts.note(shift, "attended", actor=officer, now=later).status == "attended"
    assert shifts.note(shift, "absent", actor=officer, now=later).status == "absent"


def test_a_member_excuses_herself_in_time_but_not_afterwards(duty: Duty) -> None:
    shift, wang = duty.shift("wang"), duty.people["wang"]
    with pytest.raises(NotNow):
        shifts.excuse(shift, text="出差", actor=wang, now=NOW + timedelta(days=4))
    with pytest.raises(NotAllowed):
        shifts.excuse(shift, text="出差", actor=duty.people["zhao"], now=NOW)
    assert shifts.excuse(shift, text="出差", actor=wang, now=NOW).status == "excused"


def test_the_place_of_whoever_excused_herself_is_filled_by_another(duty: Duty) -> None:
    post = duty.post(weekdays=[1])
    shift = duty.shift("wang", post=post)
    shifts.excuse(shift, text="出差", actor=duty.people["wang"], now=NOW)
    rosters.open_shifts(now=NOW)
    standing = post.shifts.get(on=shift.on, status="planned")
    assert standing.member != duty.members["wang"]


def test_members_are_reminded_once_the_day_before(duty: Duty) -> None:
    duty.shift("wang", days=1)
    assert duty_news.remind_of_shifts(now=NOW) == 1
    duty_news.remind_of_shifts(now=NOW + timedelta(hours=1))
    assert Notice.objects.filter(recipient=duty.people["wang"], kind="duty.remind").count() == 1
