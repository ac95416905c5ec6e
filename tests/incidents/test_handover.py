"""Hand-over: what is open, who can take it, all or nothing; alarms of vacancies and of work left behind."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from grid.models import Absence, Grid, Post
from grid.posts import PostKind
from grid.scope import EVERYTHING, scope_of
from incidents import handover, lifecycle, vacancies
from incidents.handover import hand_over, open_work, refusals
from incidents.models import Assignment, CallBack, Dispute, DisputeEvent, HandOver, Incident, IncidentEvent
from incidents.people import name_with_post
from notices.models import Notice
from tests import street
from tests.incidents.conftest import World
from tests.incidents.pages import client_of, get

TODAY = timezone.localdate()


@pytest.fixture
def leaver(world: World) -> User:
    """The grid leader, with a task, a look on site, a dispute and a call-back."""
    person = world.people["gridleader"]
    task(world)
    look = world.incident("checking")
    Incident.objects.filter(pk=look.pk).update(inspector=person)
    make_dispute(world, person)
    CallBack.objects.create(incident=world.incident("closed"), checker=person, due_at=world.now)
    return person


@pytest.fixture
def taker(world: World) -> User:
    """Somebody who may take all of it: a community head with a desk post beside."""
    person = street.make_person("taker", "接手人")
    street.give_post(person, PostKind.COMMUNITY_HEAD, world.grids[street.SISTER])
    street.give_post(person, PostKind.SHIFT_LEADER, world.grids[street.STREET])
    return person


def task(world: World, *, to: str = "gridleader") -> Incident:
    """A case that was handed to the person by name."""
    return world.move(world.incident("filed"), "dispatch", organization=None, user=world.people[to])


def make_dispute(world: World, mediator: User) -> Dispute:
    grid = world.grids[street.GRID]
    return Dispute.objects.create(
        number=f"D{Dispute.objects.count()}",
        grid=grid,
        grid_code=grid.code,
        kind="neighbours",
        risk="low",
        source="found",
        title="噪声",
        text="楼上夜里吵",
        state="mediating",
        level=5,
        mediator=mediator,
        created_by=mediator,
        created_at=world.now,
    )


def move(world: World, giver: User, taker: User, *, by: str = "shiftleader", **more: Any) -> HandOver:
    given = {"giver": giver, "taker": taker, "reason": "调离", "actor": world.people[by], "now": world.now}
    return hand_over(**given | more)


# --- the act ---


def test_everything_open_is_listed(leaver: User) -> None:
    assert sorted(item.kind for item in open_work(leaver)) == ["call_back", "dispute", "handle", "inspect"]


def test_after_it_no_open_row_names_the_giver(world: World, leaver: User, taker: User) -> None:
    act = move(world, leaver, taker)
    assert open_work(leaver) == []
    assert {item["kind"] for item in act.items} == {"call_back", "dispute", "handle", "inspect"}
    assert not Incident.objects.open().filter(handler_user=leaver).exists()
    assert not Incident.objects.open().filter(inspector=leaver).exists()
    assert not Dispute.objects.filter(mediator=leaver).exists()
    assert not CallBack.objects.filter(checker=leaver, called_at=None).exists()


def test_state_and_clock_go_on_and_history_and_assignment_say_it(world: World, taker: User) -> None:
    case = task(world)
    move(world, world.people["gridleader"], taker)
    after = Incident.objects.get(pk=case.pk)
    assert (after.state, after.due_at, after.handler_user) == (case.state, case.due_at, taker)
    event = IncidentEvent.objects.get(incident=case, kind="handed_over")
    assert (event.text, event.actor) == ("调离", world.people["shiftleader"])
    held = Assignment.objects.filter(incident=case).order_by("pk").values_list("user__username", "outcome")
    assert list(held) == [("gridleader", "hand_over"), ("taker", "")]


def test_the_history_of_a_dispute_says_it(world: World, taker: User) -> None:
    make_dispute(world, world.people["gridleader"])
    move(world, world.people["gridleader"], taker)
    assert "调离" in DisputeEvent.objects.get().text


def test_the_taker_is_told_once_of_all(world: World, leaver: User, taker: User) -> None:
    move(world, leaver, taker)
    told = Notice.objects.get(kind="hand_over")
    assert told.recipient == taker
    assert "4" in told.title


def test_a_taker_who_cannot_have_one_of_them_gets_none(world: World, leaver: User) -> None:
    with pytest.raises(NotValid) as refused:
        move(world, leaver, world.people["microleader"])
    assert len(refused.value.fields["taker"]) == 3  # no check, no mediation, no call-back; the task itself could go
    assert len(open_work(leaver)) == 4
    assert not HandOver.objects.exists()


def test_ticked_items_go_alone(world: World, leaver: User) -> None:
    key = next(item.key for item in open_work(leaver) if item.kind == "handle")
    move(world, leaver, world.people["microleader"], only={key})
    assert sorted(item.kind for item in open_work(leaver)) == ["call_back", "dispute", "inspect"]


def test_who_handled_a_case_does_not_get_its_check_or_its_call_back(world: World, leaver: User, taker: User) -> None:
    for case in Incident.objects.filter(state__in=("checking", "closed")):
        Assignment.objects.create(incident=case, user=taker, starts_at=world.now, ends_at=world.now)
    kinds = {item.kind for item, _why in refusals(open_work(leaver), taker, now=world.now)}
    assert "call_back" in kinds


def test_a_task_of_a_unit_goes_only_to_somebody_of_the_unit(world: World, taker: User) -> None:
    case = world.incident("handling")
    giver = world.people["department"]
    assert [item.pk for item in open_work(giver)] == [case.pk]
    with pytest.raises(NotValid):
        move(world, giver, taker)
    street.give_post(taker, "handler", world.unit)
    move(world, giver, User.objects.get(pk=taker.pk))
    assert Incident.objects.get(pk=case.pk).handler_user == taker


def test_the_handling_of_a_case_that_another_looks_at_leaves_the_look_alone(world: World, taker: User) -> None:
    case = world.incident("checking")
    Incident.objects.filter(pk=case.pk).update(inspector=world.people["operator"])
    giver = Incident.objects.get(pk=case.pk).handler_user
    street.give_post(taker, "handler", world.unit)
    assert giver is not None
    move(world, giver, taker)
    after = Incident.objects.get(pk=case.pk)
    assert (after.handler_user, after.inspector) == (taker, world.people["operator"])


@pytest.mark.parametrize("by", ["operator", "community", "gridleader"])
def test_only_who_keeps_posts_there_hands_over(world: World, leaver: User, taker: User, by: str) -> None:
    with pytest.raises(NotAllowed):
        move(world, leaver, taker, by=by)
    assert len(open_work(leaver)) == 4


def test_nobody_takes_from_himself_or_without_a_post_or_without_a_reason(world: World, leaver: User) -> None:
    for wrong, field in (({"taker": leaver}, "taker"), ({"taker": street.make_person("new")}, "taker")):
        with pytest.raises(NotValid) as refused:
            move(world, leaver, **wrong)
        assert list(refused.value.fields) == [field]
    with pytest.raises(NotValid):
        move(world, leaver, world.people["community"], reason=" ")


def test_without_open_work_there_is_nothing_to_hand_over(world: World, taker: User) -> None:
    with pytest.raises(NotNow):
        move(world, world.people["auditor"], taker)


def test_a_move_that_fails_in_the_middle_leaves_everything(
    world: World, leaver: User, taker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = lifecycle.reassign
    done: list[int] = []

    def fails(pk: int, **given: Any) -> Incident:
        if done:
            raise RuntimeError("the power went")
        done.append(pk)
        return real(pk, **given)

    monkeypatch.setattr(handover.lifecycle, "reassign", fails)
    with pytest.raises(RuntimeError):
        move(world, leaver, taker)
    assert len(open_work(leaver)) == 4


# --- alarms ---


def end_posts(user: User, day: date = TODAY) -> None:
    Post.objects.filter(user=user).update(ends_on=day)


def left(world: World) -> list[tuple[str, int, str]]:
    found = vacancies.stranded(scope_of(world.people["shiftleader"]), now=world.now)
    return [(one.user.username, one.count, one.why) for one in found]


def test_work_of_people_in_their_posts_is_not_left_behind(world: World, leaver: User) -> None:
    assert left(world) == []


def test_work_of_whoever_left_is_an_alarm(world: World, leaver: User) -> None:
    end_posts(leaver)
    assert left(world) == [("gridleader", 4, "no_post")]


def test_work_of_a_closed_account_is_an_alarm(world: World, leaver: User) -> None:
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    assert left(world) == [("gridleader", 4, "inactive")]


def test_work_in_the_old_place_of_whoever_moved_is_an_alarm(world: World, leaver: User) -> None:
    end_posts(leaver)
    street.give_post(leaver, PostKind.GRID_LEADER, street.make_grid(f"{street.SISTER}001"), since=TODAY)
    assert left(world) == [("gridleader", 4, "moved")]


def test_a_neighbour_who_was_given_a_task_by_name_has_not_left(world: World) -> None:
    helper = street.make_person("helper")
    street.give_post(helper, PostKind.COMMUNITY_HEAD, world.grids[street.SISTER])
    world.people["helper"] = helper
    task(world, to="helper")
    assert left(world) == []


def test_the_alarms_of_another_street_are_not_shown(world: World, leaver: User) -> None:
    end_posts(leaver)
    stranger = street.make_person("stranger")
    street.give_post(stranger, PostKind.SHIFT_LEADER, world.grids[street.OTHER_STREET])
    assert vacancies.stranded(scope_of(stranger), now=world.now) == []


def vacant_codes(world: World) -> set[str]:
    return set(vacancies.vacant(EVERYTHING, now=world.now).values_list("code", flat=True))


def test_a_grid_without_a_leader_today_is_vacant(world: World) -> None:
    before = vacant_codes(world)
    assert street.SISTER in before
    assert {street.COMMUNITY, street.GRID, street.MICRO}.isdisjoint(before)
    end_posts(world.people["gridleader"])
    User.objects.filter(pk=world.people["microleader"].pk).update(is_active=False)
    assert vacant_codes(world) - before == {street.GRID, street.MICRO}


def test_posts_that_end_within_fourteen_days_are_listed(world: World) -> None:
    actor = world.people["shiftleader"]
    for name, days in (("gridleader", 14), ("microleader", 15), ("community", 1)):
        end_posts(world.people[name], TODAY + timedelta(days=days))
    found = vacancies.ending(actor, scope_of(actor), now=world.now)
    assert [post.user.username for post in found] == ["community", "gridleader"]


def test_a_vacancy_is_told_once_to_those_who_keep_posts(world: World) -> None:
    end_posts(world.people["gridleader"])
    for _day in range(2):
        vacancies.tell(now=world.now)
    told = Notice.objects.filter(kind="vacancy").values_list("recipient__username", flat=True)
    assert list(told) == ["shiftleader"]


def test_the_next_vacancy_of_the_same_grid_is_told_again(world: World) -> None:
    end_posts(world.people["gridleader"], TODAY - timedelta(days=9))
    vacancies.tell(now=world.now)
    since, until = TODAY - timedelta(days=5), TODAY - timedelta(days=1)
    street.give_post(
        street.make_person("next"), PostKind.GRID_LEADER, world.grids[street.GRID], since=since, ends_on=until
    )
    vacancies.tell(now=world.now)
    assert Notice.objects.filter(kind="vacancy").count() == 2


def test_a_grid_that_never_had_a_leader_wakes_nobody(world: World) -> None:
    vacancies.tell(now=world.now)
    assert not Notice.objects.filter(kind="vacancy").exists()


def test_work_left_behind_is_told_once(world: World, leaver: User) -> None:
    end_posts(leaver)
    for _day in range(2):
        vacancies.tell(now=world.now)
    assert [notice.url for notice in Notice.objects.filter(kind="left_work")] == [
        reverse("incidents:hand_over", args=[leaver.pk])
    ]


# --- pages ---


def test_the_board_shows_the_three_alarms(world: World, leaver: User) -> None:
    end_posts(leaver)
    end_posts(world.people["community"], TODAY + timedelta(days=3))
    context = get(world, "shiftleader", "handover").context
    assert [one.user for one in context["stranded"]] == [leaver]
    assert street.GRID in [grid.code for grid in context["page"].rows]
    assert [post.user.username for post in context["ending"]] == ["community"]


def test_all_work_moves_from_the_page(world: World, leaver: User, taker: User) -> None:
    page, address = client_of(world, "shiftleader"), reverse("incidents:hand_over", args=[leaver.pk])
    keys = [item.key for item in page.get(address).context["items"]]
    answer = page.post(address, {"taker": "taker", "reason": "调离", "item": keys})
    assert answer.status_code == 302
    assert open_work(leaver) == []
    assert page.get(answer["Location"]).status_code == 200


def test_refused_items_stand_on_the_page_and_nothing_moves(world: World, leaver: User) -> None:
    page, address = client_of(world, "shiftleader"), reverse("incidents:hand_over", args=[leaver.pk])
    keys = [item.key for item in open_work(leaver)]
    answer = page.post(address, {"taker": "microleader", "reason": "调离", "item": keys})
    assert answer.status_code == 422
    assert len(answer.context["form"].errors["taker"]) == 3
    assert len(open_work(leaver)) == 4


def test_people_of_another_street_are_not_there(world: World, leaver: User) -> None:
    stranger = street.make_person("stranger")
    street.give_post(stranger, PostKind.SHIFT_LEADER, world.grids[street.OTHER_STREET])
    world.people["stranger"] = stranger
    assert get(world, "stranger", "hand_over", leaver.pk).status_code == 404


def test_the_board_costs_the_same_for_many(world: World, leaver: User, django_assert_max_num_queries: Any) -> None:
    for number in range(5):
        street.make_grid(f"{street.COMMUNITY}{number + 2:03d}")
    end_posts(leaver)
    page = client_of(world, "shiftleader")
    with django_assert_max_num_queries(24):
        page.get(reverse("incidents:handover"))
    assert Grid.objects.filter(code__startswith=street.COMMUNITY).count() > 5


# --- substitutes ---


def stand_in(world: World, absent: str, substitute: str) -> None:
    """`substitute` stands in for `absent` from now on."""
    Absence.objects.create(
        user=world.people[absent],
        substitute=world.people[substitute],
        starts_at=world.now - timedelta(minutes=5),
        ends_at=world.now + timedelta(days=2),
    )


def test_the_substitute_handles_what_the_absent_had_and_is_named_so(world: World) -> None:
    case = task(world)
    stand_in(world, "gridleader", "department")
    substitute = User.objects.get(username="department")
    assert list(Incident.objects.in_hands_of(substitute)) == [case]
    lifecycle.perform(case.pk, "take", actor=substitute, now=world.now)
    assert IncidentEvent.objects.get(incident=case, move="take").actor_name == "department（代 gridleader 网格长）"


def test_whoever_acts_in_the_own_right_is_not_said_to_stand_in(world: World) -> None:
    stand_in(world, "gridleader", "community")
    assert name_with_post(world.people["community"], street.MICRO, now=world.now) == "community（社区书记）"


def test_nobody_handles_for_another_without_being_the_substitute(world: World) -> None:
    case = task(world)
    with pytest.raises(NotAllowed):
        lifecycle.perform(case.pk, "take", actor=User.objects.get(username="auditor"), now=world.now)
