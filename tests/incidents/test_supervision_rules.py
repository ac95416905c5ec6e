"""督办 by rule: once per rule until lifted, again only for a new cause, and once with two workers."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from incidents import supervision_rules, tasks
from incidents.catalogue import load_catalogue
from incidents.models import Incident, Supervision, SupervisionRule
from incidents.models.supervision import NumberBook
from incidents.states import State
from notices.models import Notice
from tests.incidents.conftest import World
from tests.incidents.supervising import answer, late, lift, reworked, rule, send_round, unhappy
from tests.incidents.test_parallel import together


def write(world: World, **span: Any) -> int:
    return supervision_rules.write_due(now=world.now + timedelta(**span))


def only(incident: Incident) -> Supervision:
    return Supervision.objects.get(incident=incident)


def test_the_catalogue_brings_four_rules_and_keeps_what_was_edited(db: None) -> None:
    load_catalogue()
    assert dict(SupervisionRule.objects.values_list("trigger", "threshold")) == {
        "overdue": 1,
        "reworked": 2,
        "returned": 2,
        "unhappy": 1,
    }
    SupervisionRule.objects.filter(trigger="reworked").update(threshold=5)
    load_catalogue()
    assert SupervisionRule.objects.get(trigger="reworked").threshold == 5


def test_an_overdue_case_gets_one_notice_however_often_the_job_runs(world: World) -> None:
    rule("overdue")
    incident = late(world)
    assert [write(world), write(world), write(world, hours=3)] == [1, 0, 0]
    notice = only(incident)
    assert (notice.trigger, notice.organization, notice.issued_by) == ("overdue", world.unit, None)
    assert notice.number.endswith("1号")
    assert notice.reply_due_at
    incident.refresh_from_db()
    assert incident.is_supervised
    assert incident.events.filter(kind="supervised").count() == 1


def test_the_unit_is_told_of_a_notice_by_rule(world: World) -> None:
    rule("overdue")
    late(world)
    write(world)
    assert Notice.objects.filter(recipient=world.people["department"], kind="supervision.supervised").count() == 1


def test_what_is_not_marked_overdue_or_has_ended_gets_none(world: World) -> None:
    rule("overdue")
    world.incident(State.HANDLING)
    ended = late(world)
    Incident.objects.filter(pk=ended.pk).update(due_at=None)
    assert write(world) == 0


def test_a_rule_that_is_switched_off_writes_nothing(world: World) -> None:
    rule("overdue", is_active=False)
    late(world)
    assert write(world) == 0


def test_an_overdue_case_that_nobody_answers_for_gets_none(world: World) -> None:
    rule("overdue")
    incident = world.incident(State.REPORTED)
    Incident.objects.filter(pk=incident.pk).update(due_at=world.now - timedelta(hours=1), overdue_at=world.now)
    assert write(world) == 0


def test_a_case_reworked_twice_gets_one(world: World) -> None:
    rule("reworked", 2)
    once, twice = reworked(world, 1), reworked(world, 2)
    assert write(world) == 1
    assert "2" in only(twice).text
    assert not Supervision.objects.filter(incident=once).exists()


def test_a_case_returned_twice_goes_to_the_first_receiver(world: World) -> None:
    rule("returned", 2)
    incident = send_round(world, 2)
    assert write(world) == 1
    assert only(incident).organization == world.unit


def test_an_unhappy_call_back_gets_one_though_the_case_is_closed(world: World) -> None:
    rule("unhappy")
    incident = unhappy(world)
    assert write(world) == 1
    assert only(incident).trigger == "unhappy"


@pytest.mark.parametrize(
    "call",
    [
        {"solved": True, "satisfaction": "very"},
        {"is_excluded": True, "exclusion_reason": "恶意投诉"},
        {"called_at": None, "contact": ""},
        {"solved": None, "satisfaction": "", "contact": "no_answer"},
    ],
)
def test_a_call_back_that_is_content_or_does_not_count_gets_none(world: World, call: dict[str, Any]) -> None:
    rule("unhappy")
    unhappy(world, **call)
    assert write(world) == 0


def test_old_call_backs_wake_no_rule(world: World) -> None:
    rule("unhappy")
    unhappy(world, called_at=world.now - timedelta(days=31))
    assert write(world) == 0


def test_somebody_who_is_content_by_now_wakes_no_rule(world: World) -> None:
    rule("unhappy")
    incident = unhappy(world, called_at=world.now - timedelta(days=2))
    unhappy(world, incident, solved=True, satisfaction="very")
    assert write(world) == 0


def test_solved_but_not_satisfied_is_unhappy_too(world: World) -> None:
    rule("unhappy")
    unhappy(world, solved=True, satisfaction="unsatisfied")
    unhappy(world, solved=False, satisfaction="satisfied")
    assert write(world) == 2


def test_a_lifted_notice_is_not_written_again_for_the_same_cause(world: World) -> None:
    rule("reworked", 2)
    incident = reworked(world, 2)
    write(world)
    lift(world, answer(world, only(incident)))
    assert write(world, minutes=1) == 0
    incident.refresh_from_db()
    assert not incident.is_supervised


def test_after_lifting_a_new_cause_gets_a_new_notice(world: World) -> None:
    rule("reworked", 2)
    incident = reworked(world, 2)
    write(world)
    lift(world, only(incident))
    world.now += timedelta(minutes=10)
    world.move(world.move(world.move(incident, "take"), "feedback"), "rework")
    assert write(world) == 1
    assert Supervision.objects.filter(incident=incident).count() == 2


def test_a_replied_notice_still_stands(world: World) -> None:
    rule("overdue")
    incident = late(world)
    write(world)
    answer(world, only(incident))
    assert write(world, minutes=5) == 0


def test_each_rule_writes_its_own_notice(world: World) -> None:
    rule("reworked", 2)
    rule("overdue")
    incident = reworked(world, 2)
    Incident.objects.filter(pk=incident.pk).update(due_at=world.now - timedelta(hours=1), overdue_at=world.now)
    assert write(world) == 2
    assert set(Supervision.objects.values_list("trigger", flat=True)) == {"reworked", "overdue"}


def test_the_threshold_of_overdue_counts_marks(world: World) -> None:
    rule("overdue", 2)
    late(world)
    assert write(world) == 0


def test_a_run_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rule("overdue")
    for _case in range(5):
        late(world)
    monkeypatch.setattr(supervision_rules, "BATCH", 2)
    assert supervision_rules.write_due(now=world.now, limit=3) == 3
    assert write(world) == 2


def test_the_queries_do_not_grow_with_cases_that_have_their_notice(
    world: World, django_assert_max_num_queries: Any
) -> None:
    rule("overdue")
    for _case in range(4):
        late(world)
    write(world)
    with django_assert_max_num_queries(4):
        write(world)


def test_two_workers_write_each_notice_once(committed: World) -> None:
    rule("overdue")
    for _case in range(12):
        late(committed)
    answers = together(*(lambda: write(committed) for _worker in range(3)))
    assert sum(answers) == 12 == Supervision.objects.count()
    assert NumberBook.objects.get().last == 12
    assert Notice.objects.filter(kind="supervision.supervised", recipient=committed.people["department"]).count() == 12


def test_a_worker_and_a_lifting_at_once_leave_one_standing_notice_at_most(committed: World) -> None:
    rule("overdue")
    incident = late(committed)
    write(committed)
    notice = only(incident)
    together(lambda: lift(committed, notice), lambda: write(committed))
    incident.refresh_from_db()
    assert incident.is_supervised == Supervision.objects.running().filter(incident=incident).exists()


def test_the_database_refuses_a_second_standing_notice_of_a_rule(world: World) -> None:
    rule("overdue")
    notice = only_after_writing(world)
    notice.pk, notice.number = None, "督办〔2026〕999号"
    with pytest.raises(IntegrityError, match="supervision_one_per_rule"), transaction.atomic():
        notice.save(force_insert=True)


def only_after_writing(world: World) -> Supervision:
    incident = late(world)
    write(world)
    return only(incident)


def test_beat_rings_the_job(committed: World) -> None:
    rule("overdue")
    late(committed)
    assert tasks.supervise_due() == 1
